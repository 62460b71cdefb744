"""Ids have one strict form, and local paths made of them stay where they belong."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import LeadsOut
from archive.ledger import Ledger
from archive.ledger.copies import Copy
from archive.local_paths import inside, remove_tree
from archive.preservation.vouching import Said, judge
from archive.records.clip import clip_id
from archive.records.object_ids import Kind, ObjectId, clip_of, is_sound, kind_of


@pytest.mark.parametrize(
    ("object_id", "kind"),
    [
        ("evidence-peertube-Tdu7js6mskzRiVNsfAqitt", "evidence"),
        ("work-youtube-_-_-_-_-_-_", "work"),
        ("register-victims_of-2026", "register"),
        ("run-20260302T080000Z-0123abcd-17", "run"),
        ("consent-peertube-1", None),
    ],
)
def test_sound_ids_have_their_kind_and_unknown_kinds_none(object_id: str, kind: str | None) -> None:
    assert is_sound(object_id)
    assert kind_of(object_id) == kind


@pytest.mark.parametrize(
    "object_id",
    [
        "",
        "evidence-",
        "evidence-peertube",
        "evidence-../../keep",
        "evidence-/etc",
        "evidence-peertube-..",
        "work-peertube-a/b",
        "work-peertube-a\nb",
        "work-peertube-a\n",
        "work-peertube-a\0",
        "work-PeerTube-1",
        "work-peertube-" + "x" * 81,
        "register-Victims",
        "register-" + "x" * 64,
        "run-5",
        "run-20260302T080000Z-0123ABCD-17",
        "consent-../x",
        "Consent-x",
        "..",
        "work-peertube-ұлы",
    ],
)
def test_an_id_of_another_form_is_none(object_id: str) -> None:
    assert not is_sound(object_id)
    assert kind_of(object_id) is None
    assert clip_of(object_id) is None
    with pytest.raises(LeadsOut, match="is no id of an object of ours"):
        ObjectId(object_id)


def test_each_kind_of_object_has_its_id_and_it_is_the_text_that_it_always_was() -> None:
    clip = "peertube-Tdu7js6mskzRiVNsfAqitt"
    ledger, now = "0123abcd-4567-89ab-cdef-0123456789ab", datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    made = {
        ObjectId.evidence_of(clip): (Kind.EVIDENCE, "evidence-peertube-Tdu7js6mskzRiVNsfAqitt"),
        ObjectId.work_of(clip): (Kind.WORK, "work-peertube-Tdu7js6mskzRiVNsfAqitt"),
        ObjectId.register_of("victims"): (Kind.REGISTER, "register-victims"),
        ObjectId.disk_of("red-1f0c4a77"): (Kind.DISK, "disk-red-1f0c4a77"),
        ObjectId.run_of(ledger, now, 17): (Kind.RUN, "run-20260302T080000Z-0123abcd-17"),
    }
    for object_id, (kind, text) in made.items():
        assert (kind_of(object_id), object_id, f"{object_id}", json.dumps(object_id)) == (kind, text, text, f'"{text}"')
        assert text.startswith(kind.prefix)
    assert ObjectId.both_of(clip) == (ObjectId.evidence_of(clip), ObjectId.work_of(clip))
    for name in ("..", "a/b", "Victims", ""):
        with pytest.raises(LeadsOut):
            ObjectId.register_of(name)
        with pytest.raises(LeadsOut):
            ObjectId.disk_of(name)


def test_the_ledger_has_an_id_as_plain_text(tmp_path: Path) -> None:
    object_id, now = ObjectId.evidence_of("peertube-1"), datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.copies.mark(Copy(object_id, 1, "disk", "claimed", at=now), event=None)
    (copy,) = ledger.copies.of("evidence-peertube-1")
    ledger.close()
    assert (copy.object, type(copy.object)) == (object_id, str)


@given(st.text(max_size=120), st.text(max_size=120))
def test_whatever_a_platform_calls_a_clip_its_objects_have_sound_ids(extractor: str, platform_id: str) -> None:
    clip = clip_id(extractor[:60], platform_id)
    assert [*map(clip_of, ObjectId.both_of(clip))] == [clip, clip]


OUTSIDE = [("..",), ("..", "keep"), ("a", "..", "..", "keep"), ("/etc",), (".",), ("",), ("link",)]


@pytest.mark.parametrize("parts", OUTSIDE)
def test_a_path_that_leads_out_is_refused_and_nothing_is_removed(tmp_path: Path, parts: tuple[str, ...]) -> None:
    home, keep = tmp_path / "home", tmp_path / "keep"
    home.mkdir()
    keep.mkdir()
    (keep / "precious").write_text("ours")
    (home / "link").symlink_to(keep)
    with pytest.raises(LeadsOut, match="leads out of"):
        inside(home, *parts)
    with pytest.raises(LeadsOut):
        remove_tree(home, *parts)
    assert (keep / "precious").read_text() == "ours"
    assert home.is_dir()


def test_what_lies_inside_is_removed_and_what_its_links_lead_to_is_not(tmp_path: Path) -> None:
    home, keep = tmp_path / "home", tmp_path / "keep"
    (home / "one").mkdir(parents=True)
    keep.mkdir()
    (keep / "precious").write_text("ours")
    (home / "one" / "link").symlink_to(keep)
    remove_tree(home, "one")
    remove_tree(home, "never there")
    assert list(home.iterdir()) == []
    assert (keep / "precious").read_text() == "ours"


def said(version: int, sha512: str, holders: str, named_by: str = "") -> Said:
    """Who says what, targets by letters."""
    return Said(version, sha512, tuple(holders), frozenset(named_by))


def test_a_version_is_vouched_for_by_two_targets_in_either_way() -> None:
    assert judge([said(1, "x", "ab")], 2).in_force()
    assert judge([said(1, "x", "a", "b")], 2).in_force()
    assert judge([said(1, "x", "a", "a")], 2).vouched is None
    assert judge([said(1, "x", "a")], 3).others == (said(1, "x", "a"),)


def test_a_newer_version_that_one_target_says_waits_above_the_one_that_two_say() -> None:
    newer, older = said(2, "y", "a", "a"), said(1, "x", "ab")
    verdict = judge([older, newer], 2)
    assert (verdict.vouched, verdict.others, verdict.forks) == (older, (newer,), ())


def test_alone_a_target_is_believed_what_its_run_records_name_and_its_words_are_not_in_force() -> None:
    verdict = judge([said(1, "x", "a", "a")], 1)
    assert verdict.vouched == said(1, "x", "a", "a")
    assert not verdict.in_force()
    assert judge([said(1, "x", "a")], 1).vouched is None


def test_two_contents_of_one_version_are_a_fork_whoever_is_vouched_for() -> None:
    right, wrong = said(2, "x", "ab"), said(2, "y", "c")
    verdict = judge([wrong, right], 3)
    assert (verdict.vouched, verdict.forks) == (right, (wrong,))
    assert judge([said(2, "x", "a"), said(2, "y", "b")], 2).vouched is None
