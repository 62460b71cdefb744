"""What waits for a person: what keeps it waiting, what it holds up, and how a person takes it over or refuses it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.acts.accepting import NoneWaits, accept, refuse, waiting_of
from archive.acts.declaring import declare
from archive.errors import Fork
from archive.ledger.clips import AccessGiven
from archive.objects import held_versions, ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.rebuilding import rebuild
from archive.preservation.repairing import repair
from archive.preservation.unaccepted import unaccepted
from archive.preservation.usable_targets import ready
from archive.records.transcript import Correction
from archive.steps.work_objects import seal_work, to_seal
from archive.texts.in_force import access_now, declared_of
from archive.texts.shown import OVERTAKEN, overtaken
from archive.views.status import status
from storage.contract import OCFL, Stat, Target
from storage.errors import Unavailable
from tests.support.archives import (
    MONDAY,
    Clock,
    an_archive,
    events,
    finished,
    folder_targets,
    keep,
    store_all,
    usable,
    with_work,
)
from tests.support.engines import backed_up
from tests.tampering.objects import Object, dumped, plant_version
from transcription.documents.corrections import Change, Told

ONE, TWO = "peertube-1", "peertube-2"


def sealed_at(folder: Path, names: str = "abc") -> dict[str, Target]:
    """Targets with a clip and its work object, vouched for by run records."""
    targets = folder_targets(folder, names)
    with an_archive(folder / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        archive.ledger.clips.mark_done(ONE, "transcribe", "[]")
        with_work(archive, ONE)
        finished(archive)
    return targets


def forged(folder: Path, object_id: str) -> str:
    """Give an object's newest version at a folder target another message, with digests that fit: its digest."""
    there = Object(folder / "ocfl", object_id)
    inventory = there.inventory()
    inventory["versions"][inventory["head"]]["message"] = "another hand's"
    there.commit(dumped(inventory))
    return ocfl.digest_of(dumped(inventory))


class Listless:
    """A target whose listing of everything breaks off, or whose keys of one object cannot be read."""

    def __init__(self, target: Target, unread: str | None = None) -> None:
        self._target, self._unread = target, unread

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def list(self, prefix: str) -> Iterator[Stat]:
        if prefix == OCFL and not self._unread:
            raise Unavailable("the listing broke off", target=self._target.name)
        return self._target.list(prefix)

    def open(self, key: str, start: int = 0, end: int | None = None) -> Any:
        if self._unread and key.startswith(held_versions.object_key(self._unread)):
            raise Unavailable("no answer", target=self._target.name)
        return self._target.open(key, start, end)


def test_a_fork_waits_no_more_once_the_right_bytes_are_back(tmp_path: Path) -> None:
    targets = sealed_at(tmp_path)
    shutil.copytree(tmp_path / "a", tmp_path / "good")
    forged(tmp_path / "a", f"work-{ONE}")
    with an_archive(tmp_path / "new", targets) as archive:
        assert [(one.object, one.targets) for one in rebuild(archive, targets).waiting] == [(f"work-{ONE}", ("a",))]
        audit(archive, targets)
        assert [one.targets for one in unaccepted(archive.ledger)] == [("a",)]
        shutil.rmtree(tmp_path / "a" / "ocfl")
        shutil.copytree(tmp_path / "good" / "ocfl", tmp_path / "a" / "ocfl")
        audit(archive, targets := folder_targets(tmp_path))
        assert unaccepted(archive.ledger) == []
        assert status(archive).whole


def test_a_clip_is_sealed_on_beside_a_fork_of_what_two_targets_say(tmp_path: Path) -> None:
    targets = sealed_at(tmp_path)
    forged(tmp_path / "a", f"work-{ONE}")
    with an_archive(tmp_path / "new", targets, minimum=2) as made:
        archive = replace(made, settings=made.settings.model_copy(update={"access": "public"}))
        rebuild(archive, targets)
        assert access_now(archive, ONE).level == "public"
        usable(archive, take_over=True)
        audit(archive, targets)
        archive.ledger.clips.give_access(ONE, AccessGiven("restricted", "C. Keeper", MONDAY), event=None)
        assert to_seal(archive) == [ONE]
        assert seal_work(archive, ONE, targets).problem is None
        store_all(archive)
        held = {copy.target for copy in archive.ledger.copies.of(f"work-{ONE}", 2) if copy.state == "arrived"}
        assert held == {"b", "c"}
        assert Object(tmp_path / "a" / "ocfl", f"work-{ONE}").head == 1


def test_a_clip_is_sealed_on_beside_a_fork_of_what_this_ledger_sealed(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
        forged(tmp_path / "a", f"evidence-{ONE}")
        assert keep(archive, ONE, 2)
        store_all(archive)
        assert {(c.target, c.version): c.state for c in archive.ledger.copies.of(f"evidence-{ONE}")} == {
            ("a", 1): "owed",
            ("b", 1): "arrived",
            ("b", 2): "arrived",
        }
        audit(archive, targets)
        assert [(one.version, one.targets, one.is_fork) for one in unaccepted(archive.ledger)] == [(1, ("a",), True)]
        assert [one.version for one in status(archive).forks] == [1]


@pytest.mark.parametrize("others", ["b", "bc"])
def test_one_targets_word_against_anothers_stops_a_clip(tmp_path: Path, others: str) -> None:
    """So does the word of two against that of the ledger."""
    targets = sealed_at(tmp_path)
    with an_archive(tmp_path / "new", targets) as archive:
        rebuild(archive, {"a": targets["a"]})
        for name in others:
            forged(tmp_path / name, f"evidence-{ONE}")
        with pytest.raises(Fork, match=f"thirdcopy refuse evidence-{ONE}"):
            keep(archive, ONE, 2, targets={name: targets[name] for name in ("a", *others)})


def test_what_was_refused_is_not_listed_again_and_a_repair_moves_it_aside(tmp_path: Path) -> None:
    targets = sealed_at(tmp_path)
    work, ours = f"work-{ONE}", Object(tmp_path / "b" / "ocfl", f"work-{ONE}").inventory()
    sha512 = forged(tmp_path / "a", work)
    with an_archive(tmp_path / "new", targets) as archive:
        rebuild(archive, targets)
        usable(archive, take_over=True)
        (fork,) = waiting_of(archive, [work])
        assert sha512[:12] in str(fork)
        assert fork.ours
        assert fork.ours[:12] in str(fork)
        done = refuse(archive, [fork], "A. Keeper", "no run of ours wrote it")
        assert (done.refused, done.problems) == ([fork], [])
        (event,) = [event for event in events(archive, work) if event.agent == "A. Keeper"]
        assert event.detail == f"v1 of a refused: sha512 {sha512}: no run of ours wrote it"
        assert audit(archive, targets)["a"].beyond == ()
        assert status(archive).whole
        with pytest.raises(NoneWaits):
            waiting_of(archive, [work])

        repaired = repair(archive, targets)["a"]
        assert (repaired.versions, repaired.problems) == (1, ())
        assert Object(tmp_path / "a" / "ocfl", work).inventory() == ours
        kept = [file.read_bytes() for file in (tmp_path / "a" / "quarantine").rglob("inventory.json")]
        assert sha512 in {ocfl.digest_of(data) for data in kept}
        audit(archive, targets)
        sound = audit(archive, targets).values()
        assert not [one for one in sound if one.findings or one.problem or one.owed or one.beyond or one.strange]


def test_a_version_that_was_refused_holds_nothing_up(tmp_path: Path) -> None:
    """It stays where it is until the archive has a version of that number, and lies in quarantine then."""
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
        for _ in range(2):  # who refuses the newest refuses those before it
            plant_version(Object(tmp_path / "a" / "ocfl", f"evidence-{ONE}"), {"note.txt": b"planted"})
        audit(archive, targets)
        assert refuse(archive, waiting_of(archive, None), "A. Keeper").problems == []
        found = audit(archive, targets)["a"]
        assert (found.findings, found.beyond) == ((), ())
        assert keep(archive, ONE, 2)
        store_all(archive)
        assert audit(archive, targets)["a"].beyond == ()
        (done,) = [one for name, one in repair(archive, targets).items() if name == "a"]
        assert done.versions == 1
        assert [problem for problem in done.problems if "v2/content/note.txt is in no inventory now" in problem]
        root = tmp_path / "a" / "ocfl" / ocfl.object_path(f"evidence-{ONE}")
        head = archive.ledger.copies.head(f"evidence-{ONE}")
        assert head
        assert (root / "v2" / "inventory.json").read_text() == (root / "inventory.json").read_text() == head.inventory
        assert audit(archive, targets)["a"].findings == ()


@pytest.mark.parametrize("unread", [None, f"work-{ONE}"])
def test_what_an_audit_could_not_see_waits_on(tmp_path: Path, unread: str | None) -> None:
    """A clip that a keeper closed in a version that waits stays closed, whatever the source's access is."""
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
    backed_up(tmp_path / "state", tmp_path / "backup")
    with an_archive(tmp_path / "state", targets) as archive:
        archive.ledger.clips.give_access(ONE, AccessGiven("restricted", "C. Keeper", MONDAY), event=None)
        assert seal_work(archive, ONE, targets).sealed
        finished(archive)
    with an_archive(tmp_path / "backup", targets) as made:
        archive = replace(made, settings=made.settings.model_copy(update={"access": "public"}))
        assert access_now(archive, ONE).level == "public"
        audit(archive, targets)
        assert access_now(archive, ONE).level == "restricted"
        waiting = unaccepted(archive.ledger)
        found = audit(archive, {name: Listless(target, unread) for name, target in targets.items()})
        assert all(one.strange for one in found.values())
        assert unaccepted(archive.ledger) == waiting
        assert access_now(archive, ONE).level == "restricted"


def test_what_was_said_last_counts_and_is_sealed_whenever_it_was_accepted(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, ONE)
        finished(archive)
    backed_up(tmp_path / "state", tmp_path / "backup")
    with an_archive(tmp_path / "state", targets) as archive:
        declare(archive, ONE, ["ru"], by="C. Keeper")
        archive.ledger.clips.give_access(ONE, AccessGiven("public", "C. Keeper", MONDAY), event=None)
        with_work(archive, ONE)
        finished(archive)
    clock = Clock(MONDAY + timedelta(days=9))

    def later(state: Path, look: Callable[[Archive], object]) -> None:
        with an_archive(state, targets, clock=clock) as archive:
            look(archive)
            archive.ledger.clips.give_access(ONE, AccessGiven("restricted", "D. Keeper", clock()), event=None)
            declare(archive, ONE, ["kk"], by="D. Keeper")
            assert accept(archive, targets, waiting_of(archive, None), "A. Keeper").problems == []
            access = access_now(archive, ONE)
            assert (access.level, access.by) == ("restricted", "D. Keeper")
            assert declared_of(archive, ONE) == ("kk",)
            assert [one.languages for one in archive.ledger.readings.declarations(ONE)] == [("ru",), ("kk",)]
            usable(archive, take_over=True)
            audit(archive, targets)
            assert to_seal(archive) == [ONE]

    later(tmp_path / "alone", lambda archive: rebuild(archive, {"a": targets["a"]}))
    later(tmp_path / "backup", lambda archive: audit(archive, targets))


def test_a_correction_that_is_learnt_of_late_lies_over_no_later_one(tmp_path: Path) -> None:
    def told(start: float, now: str) -> Change:
        was = Told(start=start, end=start + 1, language="en", text="as it was read")
        return Change(was=was, now=was.model_copy(update={"text": now}))

    def correction(at: datetime, *changes: Change) -> Correction:
        return Correction(transcript="whisper-base-t1", sha512="ab" * 64, by="C. Reader", at=at, changes=changes)

    early = correction(MONDAY, told(0, "early"), told(5, "elsewhere"))
    late = correction(MONDAY + timedelta(hours=1), told(0, "late"))
    assert overtaken([early], []) == [early]
    kept = overtaken([early, late], [late])
    assert [(one.changes, one.conflict) for one in kept] == [
        (early.changes[1:], None),
        (early.changes[:1], OVERTAKEN),
    ]
    assert overtaken([late], [early]) == [late]


def test_a_declaration_counts_from_the_newest_on_also_by_a_clock_that_was_set_back(tmp_path: Path) -> None:
    clock = Clock()
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=clock) as archive:
        keep(archive, ONE)
        declare(archive, ONE, ["ru"], by="C. Keeper")
        clock.advance(days=-1)
        declare(archive, ONE, ["kk"], by="C. Keeper")
        declare(archive, ONE, ["ru"], by="C. Keeper")
        assert declared_of(archive, ONE) == ("ru",)


def test_of_two_contents_of_a_version_neither_is_decided_of_until_one_is_named(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    evidence = f"evidence-{ONE}"
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, TWO)
        finished(archive)
        keep(archive, ONE)
        store_all(archive)  # and killed before the run record
    sha512 = forged(tmp_path / "a", evidence)
    with an_archive(tmp_path / "new", targets) as archive:
        rebuild(archive, targets)
        both = waiting_of(archive, [evidence])
        assert len(both) == len(status(archive).forks) == 2
        for problems in (
            accept(archive, targets, both, "A. Keeper").problems,
            refuse(archive, both, "A. Keeper").problems,
        ):
            (problem,) = problems
            assert f"{sha512[:12]}… at a" in problem
            assert "--from TARGET" in problem
        assert archive.ledger.copies.head(evidence) is None
        assert waiting_of(archive, [evidence]) == both
        assert accept(archive, targets, waiting_of(archive, [evidence], "b"), "A. Keeper").problems == []
        head = archive.ledger.copies.head(evidence)
        assert head
        assert head.sha512 != sha512
        (left,) = unaccepted(archive.ledger)
        assert (left.targets, left.ours) == (("a",), head.sha512)


def test_words_that_were_refused_never_come_into_force_and_the_version_stays(tmp_path: Path) -> None:
    targets = sealed_at(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        archive.ledger.clips.give_access(ONE, AccessGiven("public", "C. Keeper", MONDAY), event=None)
        assert seal_work(archive, ONE, targets).sealed
        finished(archive)
    with an_archive(tmp_path / "new", targets) as archive:
        rebuild(archive, {"a": targets["a"]})
        assert to_seal(archive) == []
        (words,) = waiting_of(archive, None)
        shutil.rmtree(Object(tmp_path / "a" / "ocfl", f"work-{ONE}").folder)
        audit(archive, targets)
        assert waiting_of(archive, None) == [words]
        assert refuse(archive, [words], "A. Keeper", "ID no. 650102199003071234").problems == []
        (event,) = [event for event in events(archive, f"work-{ONE}") if event.agent == "A. Keeper"]
        assert event.detail
        assert event.detail.startswith("words of people in v2 of a refused")
        assert "199003071234" not in event.detail
        assert archive.ledger.waiting.refused() == set()
        assert access_now(archive, ONE).level == "restricted"
        head = archive.ledger.copies.head(f"work-{ONE}")
        assert head
        assert head.sha512 == words.sha512
        assert [one.beyond for one in audit(archive, targets).values()] == [(), ()]


def test_a_person_may_refuse_an_object_that_nothing_is_known_of(tmp_path: Path) -> None:
    targets = sealed_at(tmp_path, "ab")
    with an_archive(tmp_path / "new", targets) as archive:
        audit(archive, {"a": targets["a"]})
        assert refuse(archive, waiting_of(archive, [f"evidence-{ONE}"]), "A. Keeper").problems == []
        assert f"evidence-{ONE}" not in {one.object for one in audit(archive, targets)["b"].beyond}
        assert archive.ledger.copies.of(f"evidence-{ONE}") == []
