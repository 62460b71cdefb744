"""What people do: opening and closing a clip, and taking words of closed ones out, each with its event."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.acts.access import AccessChange, give_access
from archive.acts.disclosing import left, may_leave
from archive.errors import RefusedError
from archive.opening.archive import Archive
from archive.records.event import DISSEMINATION, POLICY
from archive.texts.in_force import access_now
from tests.archive.ledger.test_one_transaction import kept
from tests.support.archives import MONDAY, an_archive, events, folder_targets, keep

ONE, TWO = "peertube-one", "peertube-two"
ME = "C. Keeper"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as made:
        for clip in (ONE, TWO):
            keep(made, clip)
        yield made


def test_a_clip_is_opened_and_closed_with_an_event_each(archive: Archive) -> None:
    assert give_access(archive, ONE, "public", by=ME) == AccessChange("restricted", "public")
    assert give_access(archive, ONE, "restricted", by="D. Keeper") == AccessChange("public", "restricted")
    now = access_now(archive, ONE)
    assert (now.level, now.by, now.at) == ("restricted", "D. Keeper", MONDAY)
    told = [(one.type, one.agent, one.detail) for one in events(archive, f"work-{ONE}")]
    assert told == [(POLICY, ME, "access public"), (POLICY, "D. Keeper", "access restricted")]


def test_a_dry_run_says_what_would_change_and_keeps_nothing(archive: Archive) -> None:
    before = kept(archive)
    assert give_access(archive, ONE, "public", by=ME, dry_run=True) == AccessChange("restricted", "public")
    assert kept(archive) == before


@pytest.mark.parametrize(("restricted", "by"), [(False, None), (False, ME), (True, None)])
def test_words_of_a_closed_clip_leave_only_with_a_persons_name(
    archive: Archive, restricted: bool, by: str | None
) -> None:
    with pytest.raises(RefusedError, match=f"^{ONE} and 1 more are restricted: open with"):
        may_leave(archive, [ONE, TWO], restricted=restricted, by=by)
    give_access(archive, ONE, "public", by=ME)
    assert may_leave(archive, [ONE], restricted=restricted, by=by) == []


def test_who_took_words_out_is_an_event_of_each_closed_clip(archive: Archive) -> None:
    give_access(archive, ONE, "public", by=ME)
    closed = may_leave(archive, [ONE, TWO], restricted=True, by=ME)
    assert closed == [TWO]
    left(archive, closed, "export of links as csv", ME)
    (told,) = [one for one in archive.ledger.events.all() if one.type == DISSEMINATION]
    assert (told.object, told.agent, told.detail) == (f"work-{TWO}", ME, "export of links as csv")


def test_what_is_open_leaves_without_a_trace(archive: Archive) -> None:
    give_access(archive, ONE, "public", by=ME)
    before = kept(archive)
    left(archive, may_leave(archive, [ONE], restricted=False, by=None), "export", None)
    assert kept(archive) == before


def test_what_is_open_to_readers_leaves_as_what_is_closed_does(archive: Archive) -> None:
    assert give_access(archive, ONE, "readers", by=ME) == AccessChange("restricted", "readers")
    with pytest.raises(RefusedError, match=f"^{ONE} is restricted to readers: open with"):
        may_leave(archive, [ONE], restricted=False, by=None)
    with pytest.raises(RefusedError, match=f"^{ONE} and 1 more are restricted: open with"):
        may_leave(archive, [ONE, TWO], restricted=False, by=None)
    assert may_leave(archive, [ONE], restricted=True, by=ME) == [ONE]
    assert [one.detail for one in events(archive, f"work-{ONE}")] == ["access readers"]
