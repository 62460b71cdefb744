"""Lists at targets: what is kept of one where, when there is a new version, and what becomes of them in a mishap."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from archive.errors import Fork, LeadsOut
from archive.linking.lists.list_columns import Asked
from archive.linking.lists.list_files import ListError
from archive.linking.lists.list_reading import read_list
from archive.objects import ocfl
from archive.objects.sidecar import root_documents
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.rebuilding import rebuild
from archive.preservation.repairing import repair
from archive.preservation.usable_targets import ready
from archive.records.clip import StatedAddress
from archive.records.event import CAPTURE
from archive.settings.stanzas import RegisterSettings
from archive.steps.expecting import (
    ImportedList,
    NoSuchList,
    expected_file,
    expected_here,
    import_list,
    items_in,
    list_import,
    list_names,
    list_versions,
    name_of,
)
from archive.steps.recording import record
from archive.steps.registering import import_register, load_registers
from archive.steps.storing import owed, sweep, tidy
from archive.views.expectations import list_expectation, lists_view, missing_csv, register_expectation
from archive.views.status import status
from tests.support.archives import an_archive, events, folder_targets, keep, store_all, usable
from tests.support.faults import Crash, CrashingTarget, FaultyTarget

OBJECT = "list-struck"
ONE, TWO, THREE = "AAAAAAAAAAA", "bbbbbbbbbb0", "cccccccccc4"
WATCH = "https://www.youtube.com/watch?v="
ROWS = (f"{WATCH}{ONE},First film,2019-03-02", f"{WATCH}{TWO},Second film,", f"{WATCH}{THREE},Third film,")


def written(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(("Link,Title,Date", *(rows or ROWS), "")), encoding="utf-8")
    return path


def brought(archive: Archive, file: Path, name: str = "struck", **how: Any) -> ImportedList:
    return import_list(archive, name, read_list(file, Asked()), usable(archive), **how)


def at_target(folder: Path, name: str, version: int = 1) -> bytes:
    return (folder / "ocfl" / ocfl.object_path(OBJECT) / f"v{version}" / "content" / name).read_bytes()


def test_an_import_is_a_version_at_every_target_and_an_event(tmp_path: Path) -> None:
    file = written(tmp_path / "list.csv")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        done = brought(archive, file, by="A. Archivist")
        assert (done.version, done.new) == (1, True)
        store_all(archive)
        assert set(owed(archive).values()) == {0}
        (event,) = [one for one in events(archive, OBJECT) if one.type == CAPTURE]
        assert (event.agent, event.version) == ("A. Archivist", 1)
        assert "3 videos that should be there, of list.csv" in (event.detail or "")
    for name in "abc":
        items = [json.loads(line) for line in at_target(tmp_path / name, "expected.jsonl").splitlines()]
        assert items[0] == {
            "form": f"youtube.com/watch?v={ONE}",
            "clips": [f"youtube-{ONE}"],
            "address": WATCH + ONE,
            "title": "First film",
            "date": "2019-03-02",
            "rows": [2],
        }
        said = json.loads(at_target(tmp_path / name, "list.json"))
        assert (said["by"], said["file"], said["items"], said["list_name"]) == ("A. Archivist", "list.csv", 3, "struck")
        assert said["source_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        kept = at_target(tmp_path / name, "expected.jsonl")
        assert said["expected_sha256"] == hashlib.sha256(kept).hexdigest()
        assert json.loads(at_target(tmp_path / name, "report.json"))["read"] == 3
    assert {"list.schema.json", "expected.schema.json"} <= root_documents().keys()
    assert b"list-NAME" in root_documents()["README.txt"]


def test_the_same_file_twice_makes_no_second_version(tmp_path: Path) -> None:
    file = written(tmp_path / "list.csv")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        brought(archive, file)
        again = brought(archive, file, by="B. Archivist")
        assert (again.version, again.new, list_versions(archive, "struck")) == (1, False, [1])
        more = brought(archive, written(file, *ROWS[:2]))
        assert (more.version, more.new, list_import(archive, "struck").by) == (2, True, None)


def test_another_list_under_the_same_name_waits_for_a_person(tmp_path: Path) -> None:
    file = written(tmp_path / "list.csv")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        brought(archive, file)
        written(file, ROWS[0])
        with pytest.raises(ListError, match=r"has 1 videos, where version 1 of list struck has 3.* --name .*--fewer"):
            brought(archive, file)
        assert brought(archive, file, fewer=True).version == 2


def test_names_of_lists_are_made_of_files_and_lead_nowhere(tmp_path: Path) -> None:
    assert name_of(Path("/a/Struck channel (2019).xlsx")) == "struck-channel-2019"
    with pytest.raises(ListError, match="--name"):
        name_of(Path("список.csv"))
    file = written(tmp_path / "list.csv")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        for name in ("../x", "A", "a" * 64, ""):
            with pytest.raises(LeadsOut):
                brought(archive, file, name)
        with pytest.raises(NoSuchList, match="there are: none yet"):
            list_import(archive, "struck")


def test_a_target_that_is_down_is_owed_the_list(tmp_path: Path) -> None:
    file, folders = written(tmp_path / "list.csv"), folder_targets(tmp_path)
    down = {**folders, "c": FaultyTarget(folders["c"], down=True)}
    with an_archive(tmp_path / "state", down) as archive:
        brought(archive, file)
        store_all(archive)
        assert owed(archive)["c"] > 0
    with an_archive(tmp_path / "state", folders) as archive:
        store_all(archive)
        assert owed(archive) == {"a": 0, "b": 0, "c": 0}
    assert at_target(tmp_path / "a", "expected.jsonl") == at_target(tmp_path / "c", "expected.jsonl")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 10))
def test_an_import_that_dies_at_any_writing_goes_on_with_the_same_bytes(tmp_path: Path, at: int, when: Any) -> None:
    file, folders = written(tmp_path / "list.csv"), folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", folders) as archive:
        usable(archive)
    crashing = CrashingTarget(folders["a"], at=at, when=when)
    with an_archive(tmp_path / "state", {"a": crashing}) as archive:
        import_list(archive, "struck", read_list(file), {"a": crashing})
        digest = list_import(archive, "struck").expected_sha256
        with pytest.raises(Crash):
            store_all(archive)
    with an_archive(tmp_path / "state", folders) as archive:
        sweep(archive)
        store_all(archive)
        assert not brought(archive, file).new
        assert hashlib.sha256(at_target(tmp_path / "a", "expected.jsonl")).hexdigest() == digest
        assert audit(archive, usable(archive))["a"].findings == ()


def test_a_lost_ledger_is_rebuilt_with_its_lists(tmp_path: Path) -> None:
    file = written(tmp_path / "list.csv")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        brought(archive, file, by="A. Archivist")
        brought(archive, written(file, *ROWS[:2]))
        store_all(archive)
        assert record(archive, usable(archive))
        store_all(archive)
        before = [list_import(archive, "struck", version) for version in (1, 2)]
        items = list(items_in(expected_file(archive, "struck", usable(archive)))())
    shutil.rmtree(tmp_path / "state")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        done = rebuild(archive, folder_targets(tmp_path))
        assert (done.problems, done.forks, done.lacking) == ([], [], {})
        assert [list_import(archive, "struck", version) for version in (1, 2)] == before
        counts = status(archive).lists["struck"]
        assert (counts.expected, counts.counted) == (2, False), "nothing was brought yet, and no target is asked"
        ready(archive, take_over=True)
        assert list(items_in(expected_file(archive, "struck", usable(archive)))()) == items
        assert status(archive).lists["struck"].counted
        assert not brought(archive, file).new


def test_items_are_brought_from_a_target_where_they_are_not_here_or_not_sound(tmp_path: Path) -> None:
    file = written(tmp_path / "list.csv")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        brought(archive, file)
        store_all(archive)
        tidy(archive)
        assert not (archive.spool / OBJECT).exists()
        kept = expected_here(archive, "struck")
        assert kept
        kept.write_bytes(kept.read_bytes().replace(b"First", b"Worst"))
        assert expected_here(archive, "struck") is None
        titles = [one.reconciled.item.title for one in list_expectation(archive, "struck").placed()]
        assert titles == ["First film", "Second film", "Third film"]


def test_damage_is_found_and_repaired_as_of_any_object(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        brought(archive, written(tmp_path / "list.csv"))
        store_all(archive)
        tidy(archive)
        damaged = tmp_path / "b" / "ocfl" / ocfl.object_path(OBJECT) / "v1" / "content" / "expected.jsonl"
        damaged.chmod(0o600)
        damaged.write_bytes(b"x" * damaged.stat().st_size)
        (finding,) = audit(archive, usable(archive))["b"].findings
        assert finding.outcome == "damaged"
        assert repair(archive, usable(archive), None)["b"].versions == 1
        assert at_target(tmp_path / "b", "expected.jsonl") == at_target(tmp_path / "a", "expected.jsonl")


def test_a_list_of_another_ledger_is_a_fork(tmp_path: Path) -> None:
    file = written(tmp_path / "list.csv")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        brought(archive, file)
        store_all(archive)
    shutil.rmtree(tmp_path / "state")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        targets = usable(archive, take_over=True)
        with pytest.raises(Fork, match="which this ledger does not know"):
            import_list(archive, "struck", read_list(file), targets)


def test_what_is_there_is_counted_by_list_and_written_for_a_spreadsheet(tmp_path: Path) -> None:
    file = written(tmp_path / "list.csv", *ROWS, f'{WATCH}ddddddddddE,"=cmd|calc, film",')
    with an_archive(tmp_path / "state", folder_targets(tmp_path), minimum=2) as archive:
        keep(archive, f"youtube-{ONE}", said={"url": f"https://youtu.be/{ONE}", "extractor": "youtube"})
        stated = StatedAddress(extractor="youtube", platform_id=TWO, url=WATCH + TWO, basis="info.json", certain=True)
        keep(
            archive,
            "file-" + "0" * 32,
            source="her-disk",
            said={"url": "file:///a", "extractor": "file", "stated": stated},
        )
        brought(archive, file)
        before = [one for one in list_expectation(archive, "struck").placed() if one.copies or one.safe]
        assert before == []
        store_all(archive)
        placed = list(list_expectation(archive, "struck").placed())
        assert [(one.reconciled.standing, one.copies, one.safe) for one in placed[:3]] == [
            ("held", 3, True),
            ("saved", 3, True),
            ("nowhere", 0, False),
        ]
        counts = status(archive).lists["struck"]
        assert (counts.expected, counts.held, counts.saved, counts.missing) == (4, 1, 1, 2)
        sheet = missing_csv(placed).decode("utf-8-sig").splitlines()
        assert len(sheet) == 3
        assert '"\'=cmd|calc, film"' in sheet[2]


def test_what_a_register_cites_is_a_list_by_itself(tmp_path: Path) -> None:
    csv = tmp_path / "victims.csv"
    csv.write_text(
        "Entry,Victim's Name,About the Testifier\n"
        f'7,Dauren Seitqali,"Testimony 1: A. B, as reported by {WATCH}{ONE}"\n'
        f"8,Aqbota Seitqali,see {WATCH}{ONE} and https://youtu.be/{TWO} and https://news.example.org/2019/x\n"
        "9,Perhat Yolwas,nothing\n"
    )
    registers = {"victims": RegisterSettings(file=csv)}
    with an_archive(tmp_path / "state", folder_targets(tmp_path), registers=registers) as archive:
        keep(archive, f"youtube-{ONE}", said={"url": WATCH + ONE, "extractor": "youtube"})
        import_register(archive, "victims", usable(archive))
        store_all(archive)
        counts = status(archive).lists["register victims"]
        assert (counts.expected, counts.held, counts.missing) == (2, 1, 1)
        placed = [one.reconciled for one in register_expectation(archive, "victims").placed()]
        assert [(one.standing, one.item.rows) for one in placed] == [("held", (7, 8)), ("nowhere", (8,))]
        csv.write_text(csv.read_text().replace("8,Aqbota", "10,Aqbota"))
        import_register(archive, "victims", usable(archive))
        placed = [one.reconciled for one in register_expectation(archive, "victims").placed()]
        assert placed[0].item.rows == (7, 10)
        (noted,) = (archive.state / "lists").iterdir()
        noted.unlink()
        assert "register victims" not in status(archive).lists, "as after a rebuild"
        load_registers(archive, usable(archive))  # as any run that links does
        assert status(archive).lists["register victims"] == counts
        assert list_names(archive) == []
        assert list(lists_view(archive)) == ["register victims"]


def test_counts_are_kept_until_there_is_another_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        brought(archive, written(tmp_path / "list.csv"))
        assert status(archive).lists["struck"].held == 0
        with monkeypatch.context() as broken:
            broken.setattr("archive.views.expectations.reconcile", None)
            assert status(archive).lists["struck"].missing == 3
        keep(archive, f"youtube-{ONE}", said={"url": WATCH + ONE, "extractor": "youtube"})
        assert status(archive).lists["struck"].held == 1
        brought(archive, written(tmp_path / "list.csv", *ROWS[1:]))
        assert status(archive).lists["struck"].held == 0
        assert len(list((archive.state / "lists").iterdir())) == 2
