"""A new target is filled from the copies at the others, which share the work, and goes on where it was interrupted."""

import shutil
from pathlib import Path

import pytest

from archive.ledger.audits import Lack
from archive.ledger.copies import Held
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.mirroring import store_owed
from storage.contract import Target
from tests.support.archives import Clock, an_archive, folder_target, folder_targets, keep, store_all, usable
from tests.support.faults import Crash, CrashingTarget, FaultyTarget
from tests.support.kept import tree

CLIPS = [f"peertube-{number}" for number in range(12)]


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Target]:
    """Three targets that hold everything, an empty spool, and a fourth one that is new."""
    places = folder_targets(tmp_path)
    with an_archive(tmp_path / "state", places) as archive:
        for clip in CLIPS:
            keep(archive, clip)
        keep(archive, CLIPS[0], 2)
        store_all(archive)
    return {**places, "new": folder_target(tmp_path / "new")}


def opened(archive: Archive) -> dict[str, Target]:
    """The targets, ready, and the spool empty: nothing can come from there."""
    shutil.rmtree(archive.spool, ignore_errors=True)
    return usable(archive)


def content(root: Path) -> int:
    """The bytes of all content below an OCFL root."""
    return sum(len(data) for path, data in tree(root).items() if "/content/" in path)


def test_new_target_is_filled_from_all_the_others(tmp_path: Path, places: dict[str, Target]) -> None:
    watched = {name: FaultyTarget(target) for name, target in places.items()}
    with an_archive(tmp_path / "state", watched, clock=Clock()) as archive:
        ready = opened(archive)
        lack = archive.ledger.audits.lack("new")
        assert (lack.objects, lack.held.versions, lack.elsewhere) == (12, 13, {"a": 13, "b": 13, "c": 13})
        assert (lack.held.bytes, lack.nowhere) == (content(tmp_path / "a/ocfl"), 0)
        for target in watched.values():
            target.opened.clear()
        done = store_owed(archive, ready, to=["new"])
        assert (set(done), done["new"].versions, done["new"].problems) == ({"new"}, 13, ())
        sources = {name: len(watched[name].opened) for name in "abc"}
        assert min(sources.values()) > 0
        assert tree(tmp_path / "new/ocfl") == tree(tmp_path / "a/ocfl")
        assert archive.ledger.audits.lack("new") == Lack(0, Held(), {}, 0)
        assert list(archive.spool.iterdir()) == []
        assert audit(archive, {"new": ready["new"]})["new"].sound == 13


def test_backfill_goes_on_where_it_was_interrupted(tmp_path: Path, places: dict[str, Target]) -> None:
    with an_archive(tmp_path / "state", places) as archive:
        ready = opened(archive)
        with pytest.raises(Crash):
            store_owed(archive, {**ready, "new": CrashingTarget(ready["new"], at=60)}, to=["new"])
    with an_archive(tmp_path / "state", places) as archive:
        left = archive.ledger.audits.lack("new").held.versions
        assert 0 < left < 13
        assert store_owed(archive, opened(archive), to=["new"])["new"].versions == left
        assert tree(tmp_path / "new/ocfl") == tree(tmp_path / "a/ocfl")


def test_what_lies_in_the_spool_alone_is_told(tmp_path: Path, places: dict[str, Target]) -> None:
    with an_archive(tmp_path / "state", places) as archive:
        ready = opened(archive)
        keep(archive, "peertube-late")
        lack = archive.ledger.audits.lack("new")
        assert (lack.objects, lack.nowhere) == (13, 1)
        assert archive.ledger.audits.lack("a").objects == 1
        assert store_owed(archive, ready, to=["new"])["new"].versions == 14
        assert archive.ledger.audits.lack("a").elsewhere == {"new": 1}
