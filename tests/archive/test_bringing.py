"""A file brought back from the targets: the first that has it sound gives it, and one that has not is doubted."""

from pathlib import Path

import pytest

from archive import ocfl
from archive.records import FIXITY_CHECK
from archive.spool import bring
from storage.errors import Damaged
from tests.support.archives import an_archive, events, folder_targets, keep, store_all

CLIP = "peertube-one"
OBJECT = f"evidence-{CLIP}"


def test_a_damaged_copy_that_is_met_on_the_way_is_owed_again_and_an_event(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        keep(archive, CLIP)
        store_all(archive)
        head = archive.ledger.copies.head(OBJECT)
        assert head
        media = archive.ledger.clips.captures(CLIP)[-1].media
        content = ocfl.parse(head.inventory.encode()).where(media.path)
        names = [*archive.targets]
        files = [
            file for file in tmp_path.rglob(Path(media.path).name) if OBJECT in str(file) and "state" not in str(file)
        ]
        assert len(files) == len(names)
        damaged = [next(file for file in files if tmp_path / name in file.parents) for name in names[1:]]
        for file in damaged:
            file.write_bytes(b"x" * file.stat().st_size)
        for turn in range(3):
            bring(archive, OBJECT, content, media.sha512, tmp_path / f"{turn}", {n: archive.targets[n] for n in names})
        states = {copy.target: copy.state for copy in archive.ledger.copies.of(OBJECT)}
        met = {name for name, state in states.items() if state == "owed"}
        assert states[names[0]] != "owed"
        found = [
            event for event in events(archive, OBJECT) if event.type == FIXITY_CHECK and event.outcome == "failure"
        ]
        assert {event.target for event in found} == met
        with pytest.raises(Damaged):
            bring(archive, OBJECT, content, media.sha512, tmp_path / "no", {n: archive.targets[n] for n in names[1:]})
        states = {copy.target: copy.state for copy in archive.ledger.copies.of(OBJECT)}
        assert [states[name] for name in names[1:]] == ["owed"] * len(names[1:])
