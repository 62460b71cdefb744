"""Snapshots of a register: what is kept of it where, when a new one is due, and what becomes of them in a mishap."""

import csv
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive.errors import Fork
from archive.linking.registers.columns import RegisterError
from archive.masks import MASK
from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.rebuilding import rebuild
from archive.preservation.repairing import repair
from archive.preservation.usable_targets import ready
from archive.records.event import CAPTURE
from archive.settings.stanzas import RegisterSettings
from archive.steps.counted_steps import register_step
from archive.steps.recording import record
from archive.steps.registering import (
    NoSuchRegister,
    changed,
    entries_of,
    import_register,
    load_registers,
    newest,
    snapshot,
    versions,
)
from archive.steps.storing import owed, sweep, tidy
from storage.contract import Target
from tests.support.archives import an_archive, events, folder_targets, store_all, usable
from tests.support.faults import Crash, CrashingTarget, FaultyTarget

OBJECT = "register-victims"
HEADER = ("Entry", "Victim's Name", "ID no.", "About the Victim", "Health status")
SECRET = "000000190001010000"
ROWS = (
    ("2", "Perhat Yolwas", SECRET, "called from +7 700 000 00 00", "---"),
    ("10", "Aqbota Seitqali", "", "a nurse", "ill"),
    ("1", "Dauren Seitqali", "", "a farmer", "---"),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "victims.csv")


def written(path: Path, rows: tuple[tuple[str, ...], ...] = ROWS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows((HEADER, *rows))
    return path


@contextmanager
def holding(
    tmp_path: Path, file: Path, targets: Mapping[str, Target] | None = None, **stanza: Any
) -> Iterator[Archive]:
    """An archive that has the register, over the same three folders whenever it is opened."""
    registers = {"victims": RegisterSettings(file=file, **stanza)}
    with an_archive(tmp_path / "state", targets or folder_targets(tmp_path), registers=registers) as opened:
        yield opened


def at_target(folder: Path, name: str, version: int = 1) -> bytes:
    return (folder / "ocfl" / ocfl.object_path(OBJECT) / f"v{version}" / "content" / name).read_bytes()


def lines(archive: Archive, version: int) -> list[bytes]:
    with entries_of(archive, "victims", version, usable(archive)) as found:
        return list(found)


def test_an_import_is_a_version_at_every_target_without_secrets(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        done = import_register(archive, "victims", usable(archive), by="A. Archivist")
        assert (done.version, done.new) == (1, True)
        store_all(archive)
        assert set(owed(archive).values()) == {0}
        (event,) = [one for one in events(archive, OBJECT) if one.type == CAPTURE]
        assert (event.agent, event.version) == ("A. Archivist", 1)
    for name in "abc":
        entries = [json.loads(line) for line in at_target(tmp_path / name, "entries.jsonl").splitlines()]
        assert [one["entry"] for one in entries] == ["1", "2", "10"]
        assert entries[1]["fields"] == {
            "Victim's Name": ["Perhat Yolwas"],
            "About the Victim": [f"called from {MASK * 16}"],
            "Health status": ["---"],
        }
        said = json.loads(at_target(tmp_path / name, "snapshot.json"))
        assert (said["by"], said["file"], said["entries"]) == ("A. Archivist", "victims.csv", 3)
        assert said["source_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert (said["secret"], "ID no." in said["columns"]) == (["ID no."], False)
        assert json.loads(at_target(tmp_path / name, "report.json"))["masked"] == {"About the Victim": 1}
        stored = b"".join(path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file())
        assert SECRET.encode() not in stored
        assert b"700 000" not in stored


def test_a_stranger_finds_what_was_linked_against_by_its_digest(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        import_register(archive, "victims", usable(archive))
        store_all(archive)
        register = load_registers(archive, usable(archive))["victims"]
    inventory = ocfl.parse((tmp_path / "a" / "ocfl" / ocfl.object_path(OBJECT) / "inventory.json").read_bytes())
    (path,) = inventory.fixity["sha256"][register.sha256]
    kept = (tmp_path / "a" / "ocfl" / ocfl.object_path(OBJECT) / path).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == register.sha256
    assert [e.sha256 for e in register.entries] == [hashlib.sha256(one).hexdigest() for one in kept.splitlines()]


def test_the_same_entries_make_no_version_in_whatever_order(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        import_register(archive, "victims", usable(archive))
        written(file, ROWS[::-1])
        assert changed(archive, "victims")
        again = import_register(archive, "victims", usable(archive))
        assert (again.version, again.new, changed(archive, "victims")) == (1, False, False)
        written(file, (("1", "Dauren Seitqali", "", "a teacher", "---"), *ROWS[:2]))
        third = import_register(archive, "victims", usable(archive))
        assert (third.version, third.new) == (2, True)
        assert [snapshot(archive, "victims", v).entries for v in versions(archive, "victims")] == [3, 3]
        assert lines(archive, 1)[1:] == lines(archive, 2)[1:]
        written(file)
        assert import_register(archive, "victims", usable(archive)).version == 3
        assert lines(archive, 3) == lines(archive, 1)


def test_a_run_takes_a_snapshot_when_the_file_changed_and_stores_it(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        first = register_step(archive, ready(archive))
        assert (first.snapshots, first.stored, first.problems) == (1, 3, ())
        assert register_step(archive, ready(archive)).snapshots == 0
        written(file, ROWS[1:])
        assert register_step(archive, ready(archive)).snapshots == 1


def test_what_the_settings_ask_for_makes_a_snapshot_too(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        register_step(archive, ready(archive))
    with holding(tmp_path, file, secret=["ID no.", "Health status"]) as archive:
        assert register_step(archive, ready(archive)).snapshots == 1
        assert b"Health status" not in b"".join(lines(archive, 2))


def test_where_the_file_is_missing_the_newest_snapshot_is_linked_against(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        file.unlink()
        (problem,) = register_step(archive, ready(archive)).problems
        assert "nothing is linked to it" in problem
        assert "set registers.victims.file" in problem
        assert (newest(archive), load_registers(archive, usable(archive))) == ({}, {})
        written(file)
        register_step(archive, ready(archive))
        file.unlink()
        (problem,) = register_step(archive, ready(archive)).problems
        assert "its snapshot of 2026-03-02 is used" in problem
        assert len(load_registers(archive, usable(archive))["victims"].entries) == 3


def test_a_file_given_by_hand_stays_until_the_one_of_the_settings_changes(tmp_path: Path, file: Path) -> None:
    other = written(tmp_path / "other.csv", ROWS[:1])
    with holding(tmp_path, file) as archive:
        assert import_register(archive, "victims", usable(archive), file=other, by="A. Archivist").new
        assert register_step(archive, ready(archive)).snapshots == 0
        assert snapshot(archive, "victims").entries == 1
        written(file, ROWS[:2])
        assert register_step(archive, ready(archive)).snapshots == 1
        assert snapshot(archive, "victims").entries == 2


def test_a_target_that_is_down_is_owed_the_snapshot(tmp_path: Path, file: Path) -> None:
    folders = folder_targets(tmp_path)
    with holding(tmp_path, file, {**folders, "c": FaultyTarget(folders["c"], down=True)}) as archive:
        done = register_step(archive, ready(archive))
        assert done.snapshots == 1
        assert owed(archive)["c"] > 0
    with holding(tmp_path, file, folders) as archive:
        store_all(archive)
        assert owed(archive) == {"a": 0, "b": 0, "c": 0}
    assert at_target(tmp_path / "a", "entries.jsonl") == at_target(tmp_path / "c", "entries.jsonl")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 10))
def test_a_run_that_dies_at_any_writing_goes_on_with_the_same_bytes(
    tmp_path: Path, file: Path, at: int, when: Any
) -> None:
    folders = folder_targets(tmp_path, "a")
    with holding(tmp_path, file, folders) as archive:
        usable(archive)
    crashing = CrashingTarget(folders["a"], at=at, when=when)
    with holding(tmp_path, file, {"a": crashing}) as archive:
        import_register(archive, "victims", {"a": crashing})
        digest = snapshot(archive, "victims").entries_sha256
        with pytest.raises(Crash):
            store_all(archive)
    with holding(tmp_path, file, folders) as archive:
        sweep(archive)
        store_all(archive)
        assert not import_register(archive, "victims", usable(archive)).new
        assert hashlib.sha256(at_target(tmp_path / "a", "entries.jsonl")).hexdigest() == digest
        assert audit(archive, usable(archive))["a"].findings == ()


def test_an_import_that_died_after_sealing_is_not_made_twice(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        import_register(archive, "victims", usable(archive))
        archive.ledger.markers.set(f"read:{OBJECT}", "nothing: it died before it noted what it had read")
        assert register_step(archive, ready(archive)).snapshots == 0
        assert versions(archive, "victims") == [1]


def test_what_a_dead_import_left_is_swept_away(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        left = archive.attempts / "register-dead" / "entries.jsonl"
        left.parent.mkdir(parents=True)
        left.write_text("half", encoding="utf-8")
        sweep(archive)
        assert not left.exists()
        import_register(archive, "victims", usable(archive))
        assert not [path for path in archive.state.rglob("register-*") if archive.spool not in path.parents]


def test_a_register_that_cannot_be_read_seals_nothing(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file, columns={"Entry": "Nr"}) as archive:
        with pytest.raises(RegisterError, match=r"has no column 'Nr', which registers.victims.columns names"):
            import_register(archive, "victims", usable(archive))
        assert versions(archive, "victims") == []
    with holding(tmp_path, file) as archive:
        with pytest.raises(NoSuchRegister, match="there is no register others; there are: victims"):
            import_register(archive, "others", usable(archive))
        with pytest.raises(NoSuchRegister, match="`thirdcopy register import victims` makes the first"):
            snapshot(archive, "victims")


def test_a_file_that_lost_most_entries_waits_for_a_person(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        import_register(archive, "victims", usable(archive))
        written(file, ROWS[:1])
        tally = register_step(archive, ready(archive))
        (problem,) = tally.problems
        assert "has 1 entries, where snapshot 1 has 3" in problem
        assert "--fewer" in problem
        assert versions(archive, "victims") == [1]
        assert import_register(archive, "victims", usable(archive), fewer=True).version == 2
        assert not changed(archive, "victims")
        written(file, ROWS[:2])
        assert import_register(archive, "victims", usable(archive)).version == 3


def test_a_lost_ledger_is_rebuilt_with_its_snapshots(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        import_register(archive, "victims", usable(archive), by="A. Archivist")
        written(file, ROWS[1:])
        import_register(archive, "victims", usable(archive))
        store_all(archive)
        assert record(archive, usable(archive))
        store_all(archive)
        before = {v: snapshot(archive, "victims", v) for v in versions(archive, "victims")}
        kept = [lines(archive, version) for version in (1, 2)]
    shutil.rmtree(tmp_path / "state")
    with holding(tmp_path, file) as archive:
        done = rebuild(archive, folder_targets(tmp_path))
        assert (done.problems, done.forks, done.lacking) == ([], [], {})
        assert {v: snapshot(archive, "victims", v) for v in versions(archive, "victims")} == before
        ready(archive, take_over=True)
        assert [lines(archive, version) for version in (1, 2)] == kept
        assert register_step(archive, ready(archive)).snapshots == 0


def test_a_snapshot_is_brought_from_a_target_where_it_is_not_here_or_not_sound(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        import_register(archive, "victims", usable(archive))
        store_all(archive)
        before = load_registers(archive, usable(archive))
        tidy(archive)
        assert not (archive.spool / OBJECT).exists()
        (kept,) = (archive.state / "registers").iterdir()
        kept.write_bytes(kept.read_bytes().replace(b"Aqbota", b"Aqbata"))
        assert load_registers(archive, usable(archive)) == before
        kept.unlink()
        with pytest.raises(RegisterError, match="neither here nor at a target"):
            load_registers(archive, {})


def test_damage_is_found_and_repaired_as_of_any_object(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        import_register(archive, "victims", usable(archive))
        store_all(archive)
        tidy(archive)
        damaged = tmp_path / "b" / "ocfl" / ocfl.object_path(OBJECT) / "v1" / "content" / "entries.jsonl"
        damaged.chmod(0o600)
        damaged.write_bytes(b"x" * damaged.stat().st_size)
        (finding,) = audit(archive, usable(archive))["b"].findings
        assert finding.outcome == "damaged"
        assert repair(archive, usable(archive), None)["b"].versions == 1
        assert at_target(tmp_path / "b", "entries.jsonl") == at_target(tmp_path / "a", "entries.jsonl")


def test_a_snapshot_of_another_ledger_is_a_fork(tmp_path: Path, file: Path) -> None:
    with holding(tmp_path, file) as archive:
        import_register(archive, "victims", usable(archive))
        store_all(archive)
    shutil.rmtree(tmp_path / "state")
    with holding(tmp_path, file) as archive:
        targets = usable(archive, take_over=True)
        with pytest.raises(Fork, match="which this ledger does not know"):
            import_register(archive, "victims", targets)
        (problem,) = register_step(archive, ready(archive)).problems
        assert "thirdcopy accept register-victims" in problem
