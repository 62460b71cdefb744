"""A file brought back from the targets: the first that has it sound gives it, and one that has not is doubted."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import SpaceShort
from archive.ledger.copies import Copy
from archive.preservation.auditing import audit, read_version
from archive.preservation.bringing import bring, held, ranked, respool
from archive.preservation.repairing import repair
from archive.preservation.space import brought_by, discard, file_at
from archive.records.event import FIXITY_CHECK, RECOVERY
from storage.errors import Damaged
from tests.support.archives import MONDAY, an_archive, events, folder_targets, keep, store_all
from tests.support.counted import CountedTarget

CLIP = "peertube-one"
OBJECT = f"evidence-{CLIP}"


def test_a_damaged_copy_that_is_met_on_the_way_is_owed_again_and_an_event(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        keep(archive, CLIP)
        store_all(archive)
        head = archive.ledger.copies.head(OBJECT)
        assert head
        media = archive.ledger.clips.captures(CLIP)[-1].media
        film = file_at(archive, head, media.path)
        names = [*archive.targets]
        files = [
            file for file in tmp_path.rglob(Path(media.path).name) if OBJECT in str(file) and "state" not in str(file)
        ]
        assert len(files) == len(names)
        damaged = [next(file for file in files if tmp_path / name in file.parents) for name in names[1:]]
        for file in damaged:
            file.write_bytes(b"x" * file.stat().st_size)
        for turn in range(3):
            bring(archive, film, tmp_path / f"{turn}", {n: archive.targets[n] for n in names})
        states = {copy.target: copy.state for copy in archive.ledger.copies.of(OBJECT)}
        met = {name for name, state in states.items() if state == "owed"}
        assert states[names[0]] != "owed"
        found = [
            event for event in events(archive, OBJECT) if event.type == FIXITY_CHECK and event.outcome == "failure"
        ]
        assert {event.target for event in found} == met
        with pytest.raises(Damaged):
            bring(archive, film, tmp_path / "no", {n: archive.targets[n] for n in names[1:]})
        states = {copy.target: copy.state for copy in archive.ledger.copies.of(OBJECT)}
        assert [states[name] for name in names[1:]] == ["owed"] * len(names[1:])


def test_what_lies_there_in_place_of_a_file_does_not_fill_this_disk(tmp_path: Path) -> None:
    """A copy that has grown to 128 GiB is given up and doubted, and the next one is taken; an audit cannot read it."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        keep(archive, CLIP)
        store_all(archive)
        head = archive.ledger.copies.head(OBJECT)
        assert head
        media = archive.ledger.clips.captures(CLIP)[-1].media
        film = file_at(archive, head, media.path)
        first, *others = archive.targets
        (file,) = (tmp_path / first).rglob(f"{OBJECT}/{film.path}")
        os.truncate(file, 1 << 37)
        (tmp_path / "restored").mkdir()
        with pytest.raises(Damaged, match=r"has more than [\d,]+ bytes"):
            bring(archive, film, tmp_path / "restored/no", {first: archive.targets[first]})
        bring(archive, film, tmp_path / "restored/film", archive.targets)
        assert [path.name for path in (tmp_path / "restored").iterdir()] == ["film"]
        states = {copy.target: copy.state for copy in archive.ledger.copies.of(OBJECT)}
        assert [states[first], *(states[name] for name in others)] == ["owed", *["arrived"] * len(others)]
        sealed = archive.ledger.copies.version(OBJECT, 1)
        assert sealed
        (wrong,) = [one for one in read_version(archive.targets[first], sealed) if one.outcome != "sound"]
        assert (wrong.key.endswith(film.path), wrong.outcome) == (True, "unreadable")


def test_nothing_is_brought_to_a_disk_that_has_no_room_to_spare(tmp_path: Path) -> None:
    """Into the spool; where somebody restores to is another disk."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        keep(archive, CLIP)
        store_all(archive)
        sealed = archive.ledger.copies.version(OBJECT, 1)
        assert sealed
        discard(archive, OBJECT)
        short = replace(archive, settings=archive.settings.model_copy(update={"free_gib": 1e9}))
        with pytest.raises(SpaceShort, match="free_gib keeps"):
            respool(short, sealed, archive.targets)
        assert not [path for path in archive.spool.rglob("content/**/*") if path.is_file()]
        bring(short, brought_by(archive, sealed)[0], tmp_path / "elsewhere", archive.targets)
        assert respool(archive, sealed, archive.targets).is_dir()


def test_the_best_known_copy_is_asked_first_by_all_who_ask(tmp_path: Path) -> None:
    """Of those that are equally well known each is the first for its share of the objects."""
    names = ("claimed", "proven", "nowhere", "arrived", "owed")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        for state in ("proven", "arrived", "claimed", "owed"):
            archive.ledger.copies.mark(Copy(OBJECT, 1, state, state, at=MONDAY), event=None)
        assert ranked(archive, OBJECT, 1, names)[:3] == ["proven", "arrived", "claimed"]
        assert set(ranked(archive, OBJECT, 1, names)[3:]) == {"nowhere", "owed"}
        for number in range(40):
            for target in "abc":
                archive.ledger.copies.mark(Copy(f"{OBJECT}{number}", 1, target, "arrived", at=MONDAY), event=None)
        orders = {number: ranked(archive, f"{OBJECT}{number}", 1, "abc") for number in range(40)}
        assert orders == {number: ranked(archive, f"{OBJECT}{number}", 1, "cba") for number in range(40)}
        assert {order[0] for order in orders.values()} == set("abc")


def test_repair_takes_what_is_sound_from_the_copy_that_is_asked_first(tmp_path: Path) -> None:
    """Not always from the same one of several that are as well known."""
    targets = folder_targets(tmp_path, "abcd")
    clips = [f"peertube-{number}" for number in range(12)]
    with an_archive(tmp_path / "state", targets) as archive:
        for clip in clips:
            keep(archive, clip)
        store_all(archive)
        shutil.rmtree(archive.spool)
        for clip in clips:
            (film,) = (tmp_path / "d" / "ocfl").rglob(f"{clip}.mp4")
            film.unlink()
        audit(archive, {"d": targets["d"]})
        assert repair(archive, targets)["d"].versions == len(clips)
        said = {event.object: event.detail for event in archive.ledger.events.all() if event.type == RECOVERY}
        for clip in clips:
            first = next(name for name in ranked(archive, f"evidence-{clip}", 1, targets) if name != "d")
            assert said[f"evidence-{clip}"] == f"1 files from {first}"
        assert len(set(said.values())) > 1


def test_a_film_is_read_from_the_spool_only_while_it_has_its_bytes(tmp_path: Path) -> None:
    """One that this disk damaged is brought for as long as it is needed, and what is damaged stays for study."""
    targets = {name: CountedTarget(target) for name, target in folder_targets(tmp_path, "ab").items()}
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, CLIP)
        store_all(archive)
        head = archive.ledger.copies.head(OBJECT)
        assert head
        film = file_at(archive, head, archive.ledger.clips.captures(CLIP)[-1].media.path)
        for target in targets.values():
            target.taken()
        with held(archive, film, targets) as local:
            assert local == film.local
        assert [target.taken() for target in targets.values()] == [{}, {}]
        sound = film.local.read_bytes()
        film.local.write_bytes(b"~" + sound[1:])
        with held(archive, film, targets) as local:
            assert local != film.local
            assert (local.name, local.read_bytes()) == (film.local.name, sound)
        assert sorted(target.taken().get("open", 0) for target in targets.values()) == [0, 1]
        assert not local.exists()
        assert film.local.read_bytes()[:1] == b"~"
