"""What strangers wrote ends at the border: one line for the object that it is in, and the rest comes back."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.acts.accepting import accept, waiting_of
from archive.errors import ArchiveError, ForeignWords, LedgerUnusable, SpaceShort
from archive.objects import held_versions, ocfl, reading_back
from archive.objects.reading_back import read_documents
from archive.preservation.auditing import audit, objects_of
from archive.preservation.hostile_objects import one_object
from archive.preservation.rebuilding import rebuild
from archive.preservation.unaccepted import unaccepted
from archive.steps.recording import record
from archive.steps.work_objects import seal_work
from storage.contract import Stat, Target
from storage.errors import NotFound
from tests.support.archives import an_archive, folder_target, folder_targets, keep, store_all, transcript, usable
from tests.support.engines import EngineName
from tests.support.faults import Boasting
from tests.tampering.objects import Object, dumped, plant, plant_version

ONE, TWO = "peertube-1", "peertube-2"
PLANTED = "run-20260302T080000Z-aaaaaaaa-1"


Held = Callable[[str], tuple[dict[str, Target], str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> tuple[Path, str]:
    """A target that holds two clips and a run record, the ledger, and that record's id."""
    folder = tmp_path_factory.mktemp("made")
    targets = folder_targets(folder, "a")
    with an_archive(folder / "state", targets) as archive:
        usable(archive)
        keep(archive, ONE)
        keep(archive, TWO)
        store_all(archive)
        assert record(archive, targets)
        store_all(archive)
        run = archive.ledger.events.last_run()
        assert run
    return folder, run


@pytest.fixture
def held(made: tuple[Path, str], tmp_path: Path) -> Held:
    """Lays that target under several names, and the ledger: the targets, and the run record's id."""

    def lay(names: str) -> tuple[dict[str, Target], str]:
        folder, run = made
        shutil.copytree(folder / "state", tmp_path / "state")
        for name in names:
            shutil.copytree(folder / "a", tmp_path / name)
        return folder_targets(tmp_path, names), run

    return lay


def at(tmp_path: Path, target: str, object_id: str) -> Object:
    return Object(tmp_path / target / "ocfl", object_id)


def raising(error: Exception) -> Callable[[], Any]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    "error",
    [
        NotFound("nothing is under this key", target="a"),
        ArchiveError("its document speaks of another"),
        ValueError("x"),
        UnicodeDecodeError("utf-8", b"", 0, 0, "x"),
        KeyError("x"),
        IndexError("x"),
        OverflowError("x"),
        ZeroDivisionError("x"),
        RecursionError("x"),
        TypeError("x"),
        AttributeError("x"),
        MemoryError("x"),
    ],
)
def test_whatever_an_object_raises_is_one_line_that_names_it_and_its_targets(error: Exception) -> None:
    problems = list[str]()
    assert one_object("evidence-peertube-1", ["a", "b"], raising(error), problems) is None
    (line,) = problems
    assert line.startswith("evidence-peertube-1 at a, b: ")
    assert "\n" not in line


@pytest.mark.parametrize("error", [LedgerUnusable("x"), SpaceShort("x"), OSError("x")])
def test_what_is_wrong_with_this_machine_is_said_of_no_object(error: Exception) -> None:
    problems = list[str]()
    with pytest.raises(type(error)):
        one_object("evidence-peertube-1", ["a"], raising(error), problems)
    assert problems == []


@pytest.mark.parametrize("name", ["\udcff", "a\nb", "\x1b[2J", "x" * 5000, "é"])
def test_the_line_can_be_written_to_any_screen(name: str) -> None:
    problems = list[str]()
    one_object(name, ["a"], raising(ValueError()), problems)
    assert problems[0].isascii()
    assert problems[0].isprintable()
    assert len(problems[0]) < 400


def emptied(target: Object) -> None:
    """Let an inventory name its files, and say of none where it lies."""
    inventory = target.inventory()
    target.commit(dumped(inventory | {"manifest": {name: [] for name in inventory["manifest"]}}))


@pytest.mark.parametrize("object_id", [PLANTED, "evidence-peertube-9", "work-peertube-9", "register-victims"])
def test_planted_object_whose_files_lie_nowhere_is_named_and_the_rest_is_back(
    held: Held, tmp_path: Path, object_id: str
) -> None:
    targets, _ = held("a")
    files = {"run.json": b"{}", "events.jsonl": b"", "heads.jsonl": b"", "capture.json": b"{}", "sidecar.json": b"{}"}
    emptied(plant(tmp_path / "a" / "ocfl", object_id, files))
    with an_archive(tmp_path / "new", targets) as archive:
        problems = rebuild(archive, targets).problems
        assert [ocfl.object_path(object_id) in problem for problem in problems] == [True]
        assert archive.ledger.clips.held() == [ONE, TWO]
    with an_archive(tmp_path / "state", targets) as archive:
        found = audit(archive, targets)["a"]
        assert any(ocfl.object_path(object_id) in line for line in found.strange)
        assert found.sound == len(objects_of(archive, []))


def test_run_record_whose_older_inventory_is_lost_is_one_line_of_a_rebuild(held: Held, tmp_path: Path) -> None:
    targets, run = held("ab")
    record_ = at(tmp_path, "a", run)
    plant_version(record_, {"x.txt": b"x"})
    (record_.folder / "v1" / "inventory.json").unlink()
    with an_archive(tmp_path / "new", targets) as archive:
        done = rebuild(archive, {"a": targets["a"]})
        assert any(problem.startswith(f"{run} at a: ") for problem in done.problems)
        assert archive.ledger.copies.head(run) is None
        # Nothing else names what is there: it waits, and is not lost.
        assert {one.object for one in unaccepted(archive.ledger)} | set(archive.ledger.clips.held())


@pytest.mark.parametrize("lost", [("inventory.json",), ("inventory.json", "inventory.json.sha512")])
def test_target_that_is_further_on_and_lacks_what_was_before_keeps_no_object_out(
    held: Held, tmp_path: Path, lost: tuple[str, ...]
) -> None:
    targets, _ = held("abc")
    evidence = at(tmp_path, "a", f"evidence-{ONE}")
    plant_version(evidence, {"description.txt": b"x"})
    for name in lost:
        (evidence.folder / "v1" / name).unlink()
    with an_archive(tmp_path / "new", targets) as archive:
        done = rebuild(archive, targets)
        assert archive.ledger.clips.held() == [ONE, TWO]
        head = archive.ledger.copies.head(evidence.id)
        assert head
        assert head.version == 1
        assert [(one.object, one.version, one.targets) for one in done.waiting] == [(evidence.id, 2, ("a",))]
        (problem,) = done.problems
        assert problem.startswith(f"{evidence.id} v1 at a: ")


@pytest.mark.parametrize("size", [1 << 63, 1 << 62, 10**30, -1])
def test_a_size_that_no_file_has_is_unknown_and_ends_no_rebuild(held: Held, tmp_path: Path, size: int) -> None:
    _, run = held("a")
    liar = Boasting(
        folder_target(tmp_path / "a"), told=lambda stat: size if f"evidence-{ONE}/" in stat.key else stat.size
    )
    with an_archive(tmp_path / "new", {"a": liar}) as archive:
        assert rebuild(archive, {"a": liar}).problems == []
        found = archive.ledger.copies.version(f"evidence-{ONE}", 1), archive.ledger.copies.version(run, 1)
        assert found[0]
        assert found[0].size is None
        assert found[1]
        assert found[1].size


DIGITS = "9" * 5000


@pytest.mark.parametrize(
    "path", [f"v{DIGITS}/inventory.json", f"v{DIGITS}/inventory.json.sha512", f"v{DIGITS}/content/x"]
)
def test_a_version_number_of_thousands_of_digits_is_none(held: Held, tmp_path: Path, path: str) -> None:
    targets, _ = held("a")
    root = held_versions.object_key(f"evidence-{ONE}")
    liar = Boasting(targets["a"], more=(Stat(root + path, 1),))
    with an_archive(tmp_path / "new", {"a": liar}) as archive:
        assert rebuild(archive, {"a": liar}).problems == []
        assert archive.ledger.clips.held() == [ONE, TWO]
        whole = held_versions.find(liar, f"evidence-{ONE}").whole
        assert whole
        assert whole.inventory.number == 1


def test_object_with_endless_versions_that_are_not_whole_is_given_up_after_some(held: Held, tmp_path: Path) -> None:
    targets, _ = held("a")
    planted = at(tmp_path, "a", f"evidence-{ONE}")
    for number in range(2, held_versions.MOST_TORN + 10):
        planted.commit(b"{}", number)
    liar = Boasting(targets["a"])
    with an_archive(tmp_path / "new", {"a": liar}) as archive:
        problems = rebuild(archive, {"a": liar}).problems
        assert any(f"evidence-{ONE}" in problem and "not whole" in problem for problem in problems)
        assert archive.ledger.clips.held() == [TWO]
        asked = [key for key in liar.opened if key.startswith(held_versions.object_key(planted.id))]
        assert len(asked) <= 2 * (held_versions.MOST_TORN + 1)


def test_words_with_a_transcript_that_is_none_are_no_facts(held: Held, tmp_path: Path) -> None:
    targets, _ = held("a")
    with an_archive(tmp_path / "state", targets) as archive:
        ref, body = transcript(ONE)
        archive.ledger.readings.add_transcript(ONE, ref, body, event=None)
        assert seal_work(archive, ONE, targets).sealed
        store_all(archive)
        words = at(tmp_path, "a", f"work-{ONE}")
        words.edit(f"transcripts/{ref.name}.json", lambda document: document.update(schema_version=9))
        whole = held_versions.find(targets["a"], words.id).whole
        assert whole
        with pytest.raises(ForeignWords, match="schema version 1, 2 or 3"):
            read_documents(targets, whole)


@pytest.mark.parametrize("change", [{"platform_id": "2"}, {"extractor": "Youtube"}, {"platform_id": "../../x"}])
def test_a_capture_says_of_no_other_clip_that_it_is_listed(held: Held, tmp_path: Path, change: dict[str, str]) -> None:
    targets, _ = held("a")
    evidence = at(tmp_path, "a", f"evidence-{ONE}")
    evidence.edit("capture.json", lambda document: document.update(change, url="https://tube.example.org/other"))
    whole = held_versions.find(targets["a"], evidence.id).whole
    assert whole
    with pytest.raises(ForeignWords, match="another clip"):
        read_documents(targets, whole)


@pytest.mark.parametrize("change", [{"platform_id": "2"}, {"extractor": "Youtube"}])
def test_a_sidecar_says_of_no_other_clip_that_it_is_listed(held: Held, tmp_path: Path, change: dict[str, str]) -> None:
    targets, _ = held("a")
    with an_archive(tmp_path / "state", targets) as archive:
        assert seal_work(archive, ONE, targets).sealed
        store_all(archive)
    words = at(tmp_path, "a", f"work-{ONE}")
    words.edit("sidecar.json", lambda document: document["captures"][-1].update(change))
    whole = held_versions.find(targets["a"], words.id).whole
    assert whole
    with pytest.raises(ForeignWords, match="another clip"):
        read_documents(targets, whole)


def thousandfold(target: Object) -> None:
    """Let an inventory name a thousand versions, each of the same files."""
    inventory = target.inventory()
    one = inventory["versions"][inventory["head"]]
    names = [f"v{number}" for number in range(1, 1001)]
    target.commit(dumped(inventory | {"versions": dict.fromkeys(names, one), "head": names[-1]}), 1000)


def test_a_document_of_a_thousand_versions_is_read_once(held: Held, tmp_path: Path) -> None:
    targets, _ = held("a")
    evidence, asked = at(tmp_path, "a", f"evidence-{ONE}"), Boasting(targets["a"])
    thousandfold(evidence)
    whole = held_versions.find(asked, evidence.id).whole
    assert whole
    assert len(read_documents({"a": asked}, whole)) == 1000  # type: ignore[arg-type]
    assert sum("capture.json" in key for key in asked.opened) == 1


def test_documents_of_one_object_have_a_bound_together(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets, _ = held("a")
    whole = held_versions.find(targets["a"], f"evidence-{ONE}").whole
    assert whole
    assert read_documents(targets, whole)
    monkeypatch.setattr(reading_back, "MOST_BYTES", 100)
    with pytest.raises(ForeignWords, match="more than 100 bytes"):
        read_documents(targets, whole)


def test_what_waits_and_is_hostile_by_now_is_a_line_of_accept(held: Held, tmp_path: Path) -> None:
    targets, _ = held("a")
    planted = plant(tmp_path / "a" / "ocfl", "evidence-peertube-9", {"capture.json": b"{}"})
    with an_archive(tmp_path / "state", targets) as archive:
        audit(archive, targets)
        emptied(planted)
        done = accept(archive, targets, waiting_of(archive, [planted.id]), "C. Keeper")
        assert done.accepted == []
        assert [problem.startswith(f"{planted.id} v1 at a: ") for problem in done.problems] == [True]
