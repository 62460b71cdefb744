"""Who only reads asks for reading alone: a write-protected disk, a key that may only list and read."""

import shutil
from pathlib import Path

import pytest

from archive.acts.accepting import accept, waiting_of
from archive.errors import SettingsError
from archive.ledger.copies import Copy
from archive.objects import held_versions
from archive.opening.archive import Archive
from archive.preservation.auditing import audit, objects_of
from archive.preservation.rebuilding import rebuild
from archive.preservation.repairing import repair
from archive.preservation.restoring import restore
from archive.preservation.usable_targets import reachable, ready
from archive.steps.storing import store
from storage.contract import Target
from storage.targets import FolderSettings, twins
from tests.support.archives import an_archive, folder_targets, keep, media_of, store_all
from tests.support.faults import WriteProtected
from tests.support.kept import tree

CLIP, OBJECT = "peertube-1", "evidence-peertube-1"


def stored(tmp_path: Path) -> None:
    """An archive with one clip at two targets, and an empty spool."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        keep(archive, CLIP)
        store_all(archive)
    shutil.rmtree(tmp_path / "state/spool")


def film(tmp_path: Path, target: str) -> Path:
    return tmp_path / target / held_versions.object_key(OBJECT, f"v1/content/media/{CLIP}.mp4")


def protected(tmp_path: Path, names: str = "ab", closed: str = "a") -> dict[str, Target]:
    return {
        name: WriteProtected(target) if name in closed else target
        for name, target in folder_targets(tmp_path, names).items()
    }


def states(archive: Archive) -> dict[str, str]:
    return {copy.target: copy.state for copy in archive.ledger.copies.of(OBJECT, 1)}


def test_what_only_reads_works_from_the_last_disk_write_protected(tmp_path: Path) -> None:
    stored(tmp_path)
    shutil.rmtree(tmp_path / "b")
    before = tree(tmp_path / "a")
    targets = protected(tmp_path)
    (tmp_path / "b").rmdir()
    with an_archive(tmp_path / "state", targets) as archive:
        usable_targets = reachable(archive)
        assert (list(usable_targets.readable), list(usable_targets.problems)) == (["a"], ["b"])
        assert "is the disk mounted" in usable_targets.problems["b"]
        assert restore(archive, CLIP, tmp_path / "out", usable_targets.readable).problems == ()
        assert next((tmp_path / "out").rglob("*.mp4")).read_bytes() == media_of(CLIP)
        done = audit(archive, usable_targets.readable, objects_of(archive, []))["a"]
        assert (done.sound, done.findings, done.problem) == (1, (), None)
    with an_archive(tmp_path / "state-anew", targets) as archive:
        done_again = rebuild(archive, reachable(archive).readable)
        assert (len(done_again.waiting), done_again.problems) == (1, [])
        assert accept(archive, reachable(archive).readable, waiting_of(archive, None), "A. Keeper").problems == []
        assert archive.ledger.clips.held() == [CLIP]
    assert tree(tmp_path / "a") == before


def test_a_write_protected_disk_with_an_older_root_pair_is_reported_and_left(tmp_path: Path) -> None:
    stored(tmp_path)
    root = tmp_path / "a" / held_versions.object_key(OBJECT, "inventory.json")
    root.write_bytes(b"{}")
    with an_archive(tmp_path / "state", protected(tmp_path)) as archive:
        done = audit(archive, reachable(archive).readable, objects_of(archive, []))["a"]
        assert done.findings
        assert (done.mended, root.read_bytes()) == ((), b"{}")


def test_a_repair_takes_sound_bytes_from_a_write_protected_disk_and_says_what_it_cannot_make_right(
    tmp_path: Path,
) -> None:
    stored(tmp_path)
    film(tmp_path, "b").write_bytes(b"damaged")
    folder_targets(tmp_path, "c")
    with an_archive(tmp_path / "state", protected(tmp_path, "abc")) as archive:
        audit(archive, reachable(archive).readable, [OBJECT])
        usable_targets = ready(archive)
        assert (sorted(usable_targets.writable), sorted(usable_targets.readable)) == (["b", "c"], ["a", "b", "c"])
        assert "the disk is read-only" in usable_targets.problems["a"]
        assert repair(archive, usable_targets.writable)["b"].lost
        done = repair(archive, usable_targets.writable, sources=usable_targets.readable)
        assert (done["b"].versions, done["b"].lost, done["b"].problems) == (1, (), ())
        assert states(archive)["b"] == "arrived"
    assert film(tmp_path, "b").read_bytes() == media_of(CLIP)


def test_what_is_damaged_at_a_write_protected_source_is_owed_and_ends_no_repair(tmp_path: Path) -> None:
    stored(tmp_path)
    for name in "ab":
        film(tmp_path, name).write_bytes(b"damaged")
    with an_archive(tmp_path / "state", protected(tmp_path)) as archive:
        (held,) = [copy for copy in archive.ledger.copies.of(OBJECT, 1) if copy.target == "b"]
        archive.ledger.copies.mark(
            Copy(held.object, held.version, "b", "owed", at=held.at, problem="damaged"), event=None
        )
        usable_targets = ready(archive)
        assert repair(archive, usable_targets.writable, sources=usable_targets.readable)["b"].lost
        assert states(archive)["a"] == "owed"


def test_another_target_is_filled_from_a_write_protected_one(tmp_path: Path) -> None:
    stored(tmp_path)
    shutil.rmtree(tmp_path / "b")
    targets = protected(tmp_path, "ac")
    with an_archive(tmp_path / "state", targets) as archive:
        usable_targets = ready(archive)
        done = store(archive, usable_targets.readable, to=usable_targets.writable)
        assert (list(done), done["c"].problems) == (["c"], ())
    assert film(tmp_path, "c").read_bytes() == media_of(CLIP)


def test_a_mount_point_without_its_disk_is_no_source_and_its_copies_are_not_called_missing(tmp_path: Path) -> None:
    stored(tmp_path)
    (tmp_path / "a").rename(tmp_path / "unmounted")
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        usable_targets = reachable(archive)
        assert "held copies and is empty now" in usable_targets.problems["a"]
        restore(archive, CLIP, tmp_path / "out", usable_targets.readable)
        assert states(archive) == {"a": "arrived", "b": "arrived"}


def test_two_targets_that_are_one_folder_are_refused_and_read_once(tmp_path: Path) -> None:
    """A link that came after the settings were read stands for a mount that nobody here may make."""
    disk, links = tmp_path / "disk", tmp_path / "links"
    for folder in (disk, links):
        folder.mkdir()
    stanzas = {name: FolderSettings(path=links / name, prefix="keeps") for name in "abc"}
    for name in "ab":
        (links / name).symlink_to(disk)
    assert twins(stanzas) == {"b": "a"}
    (disk / "keeps").mkdir()
    (links / "c").symlink_to(tmp_path)
    assert twins(stanzas | {"d": FolderSettings(path=disk / "keeps"), "e": FolderSettings(path=disk)}) == {
        "b": "a",
        "d": "a",
    }
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        for name in "ab":  # where the settings of this archive say that its targets lie
            place = archive.settings.targets[name].path  # type: ignore[union-attr]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(disk)
        with pytest.raises(SettingsError, match=r"targets\.b: it is the same folder as targets\.a"):
            ready(archive)
        usable_targets = reachable(archive)
        assert list(usable_targets.readable) == ["a"]
        assert "one of them is no copy" in usable_targets.problems["b"]
