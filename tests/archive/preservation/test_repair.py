"""Repairs: what audits found wrong is made right from sound bytes, damaged ones are kept, the rest is left alone."""

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Literal

import pytest

from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.fixity import blocks_document
from archive.preservation.repairing import Repaired, repair
from archive.preservation.sealing import Provenance, document, seal
from archive.records.event import FIXITY_CHECK, RECOVERY
from archive.records.object_ids import ObjectId
from storage.contract import Target
from tests.support.archives import Clock, store_all
from tests.support.engines import EngineName
from tests.support.faults import Crash, CrashingTarget, FaultyTarget
from tests.support.kept import (
    CLIP,
    EVIDENCE,
    MEDIA,
    MIB,
    OTHER,
    at,
    copy_of,
    events,
    flip,
    make,
    roll_back,
    state,
    tree,
)
from tests.world.ocfl import validate_folder

Kept = tuple[Archive, dict[str, Target], Clock]
BLOCKS_FILE = "v1/content/blocks.sha256"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> Path:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Iterator[Kept]:
    with copy_of(made, tmp_path) as kept:
        yield kept


def swap(one: Path, other: Path) -> None:
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)


def faults(archive: Archive, targets: dict[str, Target]) -> dict[str, set[str]]:
    """What an audit of everything finds, by target."""
    return {name: {one.outcome for one in done.findings} for name, done in audit(archive, targets).items()}


def nothing(done: dict[str, Repaired]) -> bool:
    return all(one == Repaired(name) for name, one in done.items())


@pytest.mark.parametrize(
    ("harm", "outcome", "kept_aside"),
    [
        (lambda there: flip(there / MEDIA, 2), "damaged", [MEDIA]),
        (lambda there: (there / MEDIA).write_bytes((there / MEDIA).read_bytes()[:MIB]), "damaged", [MEDIA]),
        (lambda there: (there / MEDIA).write_bytes(b""), "damaged", [MEDIA]),
        (lambda there: swap(there / MEDIA, there / BLOCKS_FILE), "damaged", [BLOCKS_FILE, MEDIA]),
        (lambda there: flip(there / "v1/inventory.json"), "damaged", ["v1/inventory.json"]),
        (lambda there: swap(there / "v1/inventory.json", there / "v2/inventory.json"), "damaged", None),
        (lambda there: flip(there / "v1/inventory.json.sha512"), "damaged", ["v1/inventory.json.sha512"]),
        (lambda there: flip(there / "0=ocfl_object_1.1"), "damaged", None),
        (lambda there: (there / MEDIA).unlink(), "missing", []),
        (lambda there: (there / "v1/inventory.json.sha512").unlink(), "missing", []),
        (lambda there: (there / "0=ocfl_object_1.1").unlink(), "missing", []),
        (roll_back, "rolled back", []),
        (shutil.rmtree, "missing", []),
    ],
    ids=[
        "bit",
        "cut",
        "emptied",
        "swapped",
        "inventory",
        "inventories-swapped",
        "commit",
        "declaration",
        "media-lost",
        "commit-lost",
        "declaration-lost",
        "rolled-back",
        "object-lost",
    ],
)
def test_damage_is_made_right(
    kept: Kept, tmp_path: Path, harm: Callable[[Path], object], outcome: str, kept_aside: list[str] | None
) -> None:
    archive, targets, clock = kept
    there = at(tmp_path, "a")
    sound = tree(there)
    harm(there)
    spoiled = tree(there) if there.exists() else {}
    assert faults(archive, targets) == {"a": {outcome}, "b": set(), "c": set()}
    clock.advance(hours=1)
    done = repair(archive, targets)
    assert tree(there) == sound == tree(at(tmp_path, "b"))
    assert (done["a"].lost, done["a"].problems) == ((), ())
    assert done["a"].versions == len(
        {copy.version for copy in archive.ledger.copies.of(EVIDENCE) if copy.at == clock.now}
    )
    assert nothing({name: done[name] for name in "bc"})
    aside = tmp_path / "a/quarantine/20260302T100000Z" / EVIDENCE
    found = tree(aside)
    assert found == {path: spoiled[path] for path in found}
    assert sorted(f"quarantine/20260302T100000Z/{EVIDENCE}/{path}" for path in found) == sorted(done["a"].quarantined)
    if kept_aside is not None:
        assert sorted(found) == sorted(kept_aside)
    healed = [event for event in events(archive, RECOVERY) if event.outcome == "success"]
    assert {(event.object, event.target) for event in healed} == {(EVIDENCE, "a")}
    assert faults(archive, targets) == {"a": set(), "b": set(), "c": set()}
    assert validate_folder(tmp_path / "a/ocfl").clean
    before = tree(tmp_path)
    assert nothing(repair(archive, targets))
    assert {path: data for path, data in tree(tmp_path).items() if "ledger" not in path} == {
        path: data for path, data in before.items() if "ledger" not in path
    }


def test_media_is_put_together_from_blocks_of_damaged_copies(kept: Kept, tmp_path: Path) -> None:
    archive, targets, _ = kept
    sound = tree(at(tmp_path, "a"))
    flip(at(tmp_path, "a") / MEDIA, 0)
    flip(at(tmp_path, "a") / MEDIA, 4)  # the last one, which is short
    (at(tmp_path, "b") / MEDIA).write_bytes(sound[MEDIA][: MIB + 5])
    flip(at(tmp_path, "c") / MEDIA, 2)
    flip(at(tmp_path, "c") / BLOCKS_FILE)
    assert faults(archive, targets) == {name: {"damaged"} for name in "abc"}
    done = repair(archive, targets)
    for name in "abc":
        assert tree(at(tmp_path, name)) == sound
        assert (done[name].versions, done[name].lost) == (1, ())
    (event,) = [event for event in events(archive, RECOVERY) if event.target == "a"]
    assert event.detail
    assert event.detail.startswith("1 files from blocks of a (")
    assert "quarantine/" in event.detail
    assert not (tmp_path / "state/repair").exists()


@pytest.mark.parametrize("where", ["a block", "the digests of the blocks", "the whole file"])
def test_what_is_sound_nowhere_is_named_and_left_alone(kept: Kept, tmp_path: Path, where: str) -> None:
    archive, targets, _ = kept
    for number, name in enumerate("abc"):
        there = at(tmp_path, name)
        if where == "the whole file":
            (there / MEDIA).unlink()
            continue
        flip(there / MEDIA, 3 if where == "a block" else number)
        if where == "the digests of the blocks":
            flip(there / BLOCKS_FILE)
    audit(archive, targets)
    before = {name: tree(tmp_path / name) for name in targets}
    for _ in range(2):
        done = repair(archive, targets)
        for name in targets:
            assert tree(tmp_path / name) == before[name]
            (said,) = done[name].lost
            assert said.startswith(f"{EVIDENCE}: nothing sound is left of ")
            assert f"{MEDIA} at a, b, c" in said
            assert (done[name].versions, done[name].files, state(archive, name)) == (0, 0, "owed")
    assert {event.outcome for event in events(archive, RECOVERY)} == {"failure"}


def test_blocks_alone_are_not_believed(kept: Kept, tmp_path: Path) -> None:
    """Digests of blocks that were sealed with the last one lacking: each block fits, and the whole does not."""
    archive, targets, _ = kept
    media = bytes(2 * MIB)
    name = "media/peertube-3.mp4"
    blocks = tuple(sha256(media[at : at + MIB]).hexdigest() for at in (0,))
    items = {name: document(media), "blocks.sha256": document(blocks_document(blocks, name))}
    seal(archive, ObjectId.evidence_of("peertube-3"), items, Provenance("Made up", clip="peertube-3"), usable=targets)
    store_all(archive)
    shutil.rmtree(archive.spool)
    for target in targets:
        flip(at(tmp_path, target, "evidence-peertube-3") / "v1/content" / name, block=1)
    audit(archive, targets)
    before = {target: tree(tmp_path / target) for target in targets}
    assert all(one.lost and not one.files for one in repair(archive, targets).values())
    assert {target: tree(tmp_path / target) for target in targets} == before


def test_what_was_not_asked_is_said(kept: Kept, tmp_path: Path) -> None:
    archive, targets, _ = kept
    for name in "ab":
        flip(at(tmp_path, name) / MEDIA, 3)
    audit(archive, targets)
    done = repair(archive, {name: targets[name] for name in "ab"})
    assert done["a"].lost[0].endswith("at a, b; c could not be asked")
    assert done["a"].quarantined == ()
    silent = {**targets, "c": FaultyTarget(targets["c"], mute=MEDIA)}
    assert repair(archive, silent)["a"].lost[0].endswith("at a, b; c could not be asked")
    done = repair(archive, targets)
    assert (done["a"].versions, done["b"].versions) == (1, 1)


def test_damage_elsewhere_is_met_on_the_way_and_made_right(kept: Kept, tmp_path: Path) -> None:
    """The audit saw one target alone; sound bytes are looked for where nobody had looked."""
    archive, targets, _ = kept
    sound = tree(at(tmp_path, "a"))
    flip(at(tmp_path, "a") / MEDIA)
    flip(at(tmp_path, "b") / MEDIA, 1)
    (at(tmp_path, "c") / MEDIA).unlink()
    audit(archive, {"a": targets["a"]})
    assert [state(archive, name) for name in "abc"] == ["owed", "arrived", "arrived"]
    done = repair(archive, targets)
    assert [one.versions for one in done.values()] == [1, 1, 1]
    for name in "abc":
        assert tree(at(tmp_path, name)) == sound
    failed = [event for event in events(archive, FIXITY_CHECK) if event.outcome == "failure"]
    assert {event.target for event in failed} == {"a", "b", "c"}


def test_lost_media_does_not_keep_the_rest_from_being_made_right(kept: Kept, tmp_path: Path) -> None:
    archive, targets, _ = kept
    for name in "abc":
        flip(at(tmp_path, name) / MEDIA)
    spoiled = (at(tmp_path, "a") / MEDIA).read_bytes()
    info = at(tmp_path, "a") / "v1/content/info.json"
    sound = info.read_bytes()
    flip(info)
    audit(archive, targets)
    done = repair(archive, targets)
    assert info.read_bytes() == sound
    assert (at(tmp_path, "a") / MEDIA).read_bytes() == spoiled
    assert (done["a"].files, done["a"].versions, len(done["a"].lost)) == (1, 0, 1)


def test_half_a_version_is_not_written(kept: Kept, tmp_path: Path) -> None:
    archive, targets, _ = kept
    for name in "abc":
        roll_back(at(tmp_path, name))
    audit(archive, targets)
    before = {name: tree(tmp_path / name) for name in targets}
    done = repair(archive, targets)
    assert [(one.files, len(one.lost)) for one in done.values()] == [(0, 1)] * 3
    assert {name: tree(tmp_path / name) for name in targets} == before


def test_another_version_of_the_same_number_is_no_damage(kept: Kept, tmp_path: Path) -> None:
    archive, targets, _ = kept
    there = at(tmp_path, "a") / "v2"
    inventory = ocfl.parse((there / "inventory.json").read_bytes())
    versions = {**inventory.versions, "v2": inventory.versions["v2"].model_copy(update={"message": "Another writer"})}
    other = inventory.model_copy(update={"versions": versions}).to_bytes()
    (there / "inventory.json").write_bytes(other)
    (there / "inventory.json.sha512").write_bytes(ocfl.digest_line(ocfl.digest_of(other)))
    audit(archive, targets)
    before = tree(tmp_path / "a")
    done = repair(archive, targets)["a"]
    assert "nothing was written; `thirdcopy audit --all` lists it" in done.problems[0]
    assert tree(tmp_path / "a") == before
    assert state(archive, "a", 2) == "owed"


@pytest.mark.parametrize("when", ["before", "after"])
def test_repair_that_dies_is_gone_on_with(kept: Kept, tmp_path: Path, when: Literal["before", "after"]) -> None:
    """Killed at its first writing, then at its second, and so on; damaged bytes are never lost on the way."""
    archive, targets, clock = kept
    there = at(tmp_path, "a")
    sound = tree(there)
    flip(there / MEDIA)
    flip(there / "v1/inventory.json")
    (there / "v1/content/info.json").unlink()
    roll_back(there)
    spoiled = (there / MEDIA).read_bytes()
    audit(archive, targets)
    for deaths in count(1):
        clock.advance(minutes=1)
        try:
            done = repair(archive, {**targets, "a": CrashingTarget(targets["a"], at=deaths, when=when)})
        except Crash:
            assert any(path.read_bytes() == spoiled for path in (tmp_path / "a").rglob(f"{CLIP}.mp4"))
            continue
        break
    assert deaths > 3
    assert done["a"].problems == ()
    assert tree(there) == sound
    assert any(path.read_bytes() == spoiled for path in (tmp_path / "a/quarantine").rglob(f"{CLIP}.mp4"))
    assert nothing(repair(archive, targets))


def test_target_that_does_not_answer_is_left_alone(kept: Kept, tmp_path: Path) -> None:
    archive, targets, _ = kept
    for path in (MEDIA, f"v2/content/media/{CLIP}.mp4"):
        flip(at(tmp_path, "a") / path)
        flip(at(tmp_path, "b") / path)
    audit(archive, targets)
    done = repair(archive, {**targets, "a": FaultyTarget(targets["a"], down=True)})
    assert len(done["a"].problems) == 1
    assert "does not answer" in done["a"].problems[0]
    assert (done["b"].versions, state(archive, "a"), state(archive, "b")) == (2, "owed", "arrived")


def test_only_what_is_named_is_made_right(kept: Kept, tmp_path: Path) -> None:
    archive, targets, _ = kept
    flip(at(tmp_path, "a") / MEDIA)
    other = at(tmp_path, "b", f"evidence-{OTHER}") / f"v1/content/media/{OTHER}.mp4"
    flip(other)
    spoiled = other.read_bytes()
    audit(archive, targets)
    done = repair(archive, targets, [EVIDENCE])
    assert (done["a"].versions, done["b"].versions) == (1, 0)
    assert other.read_bytes() == spoiled
