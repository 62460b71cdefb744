"""What targets hold beyond the ledger is found, named, not in force, and taken over by a person."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from archive.acts.accepting import NoneWaits, accept, waiting_of
from archive.errors import Fork
from archive.ledger.clips import AccessGiven
from archive.objects import ocfl
from archive.preservation.auditing import audit
from archive.preservation.newest_run import NEWEST, beyond
from archive.preservation.rebuilding import rebuild
from archive.preservation.repairing import repair
from archive.preservation.unaccepted import unaccepted
from archive.preservation.usable_targets import ready
from archive.records.clip import Access
from archive.steps.work_objects import seal_work, to_seal
from archive.texts.in_force import access_now
from archive.views.status import status
from storage.contract import Target
from tests.support.archives import (
    MONDAY,
    an_archive,
    events,
    finished,
    folder_targets,
    keep,
    store_all,
    with_work,
)
from tests.support.engines import backed_up

ONE, TWO = "peertube-1", "peertube-2"


def older_ledger(tmp_path: Path) -> dict[str, Target]:
    """Targets with two clips and a work object, and a state folder put back from before the second clip."""
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
    backed_up(tmp_path / "state", tmp_path / "backup")
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, TWO)
        with_work(archive, ONE)
        archive.ledger.clips.give_access(ONE, AccessGiven("public", "C. Keeper", MONDAY), event=None)
        assert seal_work(archive, ONE, archive.targets).sealed
        finished(archive)
    shutil.rmtree(tmp_path / "state")
    shutil.move(tmp_path / "backup", tmp_path / "state")
    return targets


def test_a_start_sees_that_targets_hold_more_than_the_ledger(tmp_path: Path) -> None:
    targets = older_ledger(tmp_path)
    with an_archive(tmp_path / "state", targets) as archive:
        assert status(archive).whole
        usable_targets = ready(archive)
        assert set(usable_targets.writable) == set(usable_targets.wrong) == {"a", "b"}
        assert "thirdcopy audit --all" in usable_targets.wrong["a"]
        assert beyond(archive) == usable_targets.beyond
        assert not status(archive).whole


def test_a_run_silences_no_target_that_holds_more(tmp_path: Path) -> None:
    targets = older_ledger(tmp_path)
    said = (tmp_path / "a" / NEWEST).read_bytes()
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, "peertube-3")
        finished(archive)
        assert (tmp_path / "a" / NEWEST).read_bytes() == said
        assert set(ready(archive).beyond) == {"a", "b"}
        audit(archive, targets)
        assert accept(archive, targets, waiting_of(archive, None), "A. Keeper").problems == []
        finished(archive)
        assert (tmp_path / "a" / NEWEST).read_bytes() != said
        assert ready(archive).beyond == {}
        assert status(archive).whole


def test_an_audit_names_what_is_beyond_and_a_person_takes_it_over(tmp_path: Path) -> None:
    targets = older_ledger(tmp_path)
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        found = audit(archive, targets)
        names = sorted((one.object, one.version) for one in found["a"].beyond if not one.object.startswith("run-"))
        assert names == [(f"evidence-{TWO}", 1), (f"work-{ONE}", 2)]
        assert [one.words for one in found["a"].beyond if one.object == f"work-{ONE}"] == [
            "access public by C. Keeper on 2026-03-02"
        ]
        assert {one.targets for one in unaccepted(archive.ledger)} == {("a", "b")}
        assert status(archive).unaccepted == 3
        assert archive.ledger.clips.held() == [ONE]
        assert access_now(archive, ONE).level == "restricted"

        with pytest.raises(NoneWaits, match="nothing of evidence-peertube-9 waits"):
            waiting_of(archive, ["evidence-peertube-9"])
        done = accept(archive, targets, waiting_of(archive, None), "A. Keeper")
        assert (done.problems, len(done.accepted)) == ([], 3)
        assert archive.ledger.clips.held() == [ONE, TWO]
        assert access_now(archive, ONE).level == "public"
        assert [event.agent for event in events(archive, f"evidence-{TWO}")][-1] == "A. Keeper"
        assert status(archive).whole
        assert [one.beyond for one in audit(archive, targets).values()] == [(), ()]
        finished(archive)
        assert ready(archive).wrong == {}


def test_what_is_gone_from_a_target_waits_no_more(tmp_path: Path) -> None:
    targets = older_ledger(tmp_path)
    with an_archive(tmp_path / "state", targets) as archive:
        audit(archive, targets)
        shutil.rmtree(tmp_path / "a" / "ocfl" / ocfl.object_path(f"evidence-{TWO}"))
        audit(archive, targets)
        assert [one.targets for one in unaccepted(archive.ledger) if one.object == f"evidence-{TWO}"] == [("b",)]


def test_a_clip_is_not_sealed_anew_while_words_of_it_wait(tmp_path: Path) -> None:
    targets = older_ledger(tmp_path)
    with an_archive(tmp_path / "new", targets) as archive:
        assert rebuild(archive, {"a": targets["a"]}).problems == []
        audit(archive, targets)
        archive.ledger.clips.undo(ONE, "meanwhile")
        assert to_seal(archive) == []
        accept(archive, targets, waiting_of(archive, [f"work-{ONE}"]), "A. Keeper")
        archive.ledger.clips.undo(ONE, "meanwhile")
        assert to_seal(archive) == [ONE]


@pytest.mark.parametrize("level", ["public", "readers"])
def test_a_clip_that_the_settings_open_is_restricted_until_it_is_accepted(tmp_path: Path, level: Access) -> None:
    """Which source it came by is that one target's word."""
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
    with an_archive(tmp_path / "new", targets) as made:
        archive = replace(made, settings=made.settings.model_copy(update={"access": level}))
        assert [one.object for one in rebuild(archive, targets).waiting] == [f"evidence-{ONE}"]
        assert access_now(archive, ONE).level == "restricted"
        assert accept(archive, targets, waiting_of(archive, None), "A. Keeper").problems == []
        assert access_now(archive, ONE).level == level
        assert status(archive).whole


def test_what_is_open_to_readers_comes_back_from_the_targets(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path)
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        archive.ledger.clips.give_access(ONE, AccessGiven("readers", "C. Keeper", MONDAY), event=None)
        assert seal_work(archive, ONE, archive.targets).sealed
        finished(archive)
    with an_archive(tmp_path / "new", targets) as archive:
        rebuilt = rebuild(archive, targets)
        assert (rebuilt.problems, rebuilt.waiting) == ([], [])
        assert (access_now(archive, ONE).level, access_now(archive, ONE).by) == ("readers", "C. Keeper")


@pytest.mark.parametrize("there", [b"{", b"[" * 5000, b'{"run": "../../x"}', b'{"schema_version": 2}'])
def test_a_newest_run_that_is_none_is_said(tmp_path: Path, there: bytes) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
        (tmp_path / "a" / NEWEST).write_bytes(there)
        assert "cannot be read" in ready(archive).wrong["a"]
        keep(archive, TWO)
        finished(archive)
        assert ready(archive).wrong == {}


def foreign_version(root: Path) -> bytes:
    """Add a valid v2 to an object as another tool would, without user and message; returns its inventory."""
    inventory = json.loads((root / "inventory.json").read_bytes())
    note = b"a note of another tool\n"
    inventory["head"] = "v2"
    inventory["manifest"][ocfl.digest_of(note)] = ["v2/content/note.txt"]
    state = {**inventory["versions"]["v1"]["state"], ocfl.digest_of(note): ["note.txt"]}
    inventory["versions"]["v2"] = {"created": "2026-03-02T10:00:00Z", "state": state}
    data = json.dumps(inventory).encode()
    (root / "v2" / "content").mkdir(parents=True)
    (root / "v2" / "content" / "note.txt").write_bytes(note)
    for folder in (root, root / "v2"):
        (folder / "inventory.json").write_bytes(data)
        (folder / "inventory.json.sha512").write_bytes(ocfl.digest_line(ocfl.digest_of(data)))
    return data


def test_a_version_of_another_tool_is_left_for_a_person(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
        root = tmp_path / "a" / "ocfl" / ocfl.object_path(f"evidence-{ONE}")
        theirs = foreign_version(root)

        def as_they_left_it() -> bool:
            return (root / "inventory.json").read_bytes() == (root / "v2" / "inventory.json").read_bytes() == theirs

        found = audit(archive, targets)["a"]
        assert [(one.object, one.version) for one in found.beyond] == [(f"evidence-{ONE}", 2)]
        assert [finding.outcome for finding in found.findings] == ["foreign"]
        assert as_they_left_it()
        repair(archive, targets)
        assert as_they_left_it()
        with pytest.raises(Fork, match=f"thirdcopy accept evidence-{ONE}"):
            keep(archive, ONE, 2)
        store_all(archive)
        assert as_they_left_it()
        assert not (tmp_path / "a" / "quarantine").exists()


def test_a_root_pair_that_nobody_can_explain_is_kept_aside_before_an_audit_writes(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
        root = tmp_path / "a" / "ocfl" / ocfl.object_path(f"evidence-{ONE}")
        sound = (root / "inventory.json").read_bytes()
        (root / "inventory.json").write_bytes(b"rubbish")
        found = audit(archive, targets)["a"]
        assert [(one.outcome, one.key.rpartition("/")[2]) for one in found.mended] == [("damaged", "inventory.json")]
        assert (root / "inventory.json").read_bytes() == sound
        (kept,) = (tmp_path / "a" / "quarantine").rglob("inventory.json")
        assert kept.read_bytes() == b"rubbish"
