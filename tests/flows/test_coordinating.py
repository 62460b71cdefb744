"""A run that hands batches out: whom it tells, what it adds up, and what it does when somebody is gone."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from archive.errors import ArchiveError, SettingsError
from archive.ledger import Ledger
from archive.opening.archive import Archive
from archive.preservation.usable_targets import UsableTargets
from archive.settings.source_stanzas import FolderSettings, YtdlpSettings
from archive.steps.counted_steps import Tally
from archive.steps.handed_parts import HandedPart, Outcome, PartFailed, do_handed
from archive.steps.run_session import RunSession
from archive.steps.stages import FETCH, STORE, Asked, Part, Pool, Stage, in_turn
from flows.orchestration.coordinating import MOST_TRIES, NOBODY, PATIENCE, Coordinator, ServerAway
from tests.support.archives import an_archive, folder_targets

Worker = Callable[["Hands", str, str], None]
"""What a worker does with a batch and its flow run."""


@dataclass
class Hands:
    """Workers of a ledger of their own: what is handed out is done when the run looks next."""

    ledger: Ledger
    does: Worker
    told: list[str] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    over: set[str] = field(default_factory=set)
    away: int = 0
    swept: int = 0
    withdrawn: list[str] = field(default_factory=list)

    def start(self, pool: Pool, batch: str, name: str) -> str:
        if self.away:
            self.away -= 1
            raise ServerAway("the Prefect server does not answer")
        self.told.append(batch)
        self.pools.append(pool)
        self.names.append(name)
        return f"flow-run-{len(self.told)}"

    def ended(self, flow_runs: Collection[str]) -> set[str]:
        return self.over & {*flow_runs}

    def withdraw(self, flow_runs: Collection[str]) -> None:
        self.withdrawn += flow_runs

    def sweep(self) -> None:
        self.swept += 1

    def work(self) -> None:
        """Let workers go on with what is handed out and not begun."""
        for batch in self.ledger.batches.under_way():
            if batch.flow_run and batch.session is None:
                self.does(self, batch.id, batch.flow_run)


def done(outcome: Outcome) -> Worker:
    """A worker that tells this of each batch."""

    def do(hands: Hands, batch: str, flow_run: str) -> None:
        with hands.ledger.sessions.begun("reader", "id-of-reader", "batch"):
            assert hands.ledger.batches.begin(batch, flow_run)
            assert hands.ledger.batches.end(batch, outcome.model_dump_json())

    return do


@dataclass
class Run:
    """A run over an archive with one channel, `at_once` two, and a disk."""

    session: RunSession
    hands: Hands
    said: list[str]
    moment: float = 0.0

    def performs(self, stage: Stage, parts: list[Part], *, here: Collection[Pool] = ()) -> Tally:
        return Coordinator(self.hands, in_turn, here=here, clock=lambda: self.moment, sleep=self._sleep)(
            self.session, Asked(fast=True), stage, parts
        )

    def _sleep(self, seconds: float) -> None:
        self.moment += seconds
        self.hands.work()


class Says:
    """Progress that keeps its lines."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    @contextmanager
    def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator["Says"]:
        yield self

    def advance(self, amount: float) -> None:
        self._lines.append("advanced")

    def total(self, amount: float) -> None:
        pass

    def say(self, line: str) -> None:
        self._lines.append(line)


@contextmanager
def a_run(folder: Path, does: Worker) -> Iterator[Run]:
    with ExitStack() as stack:
        targets = folder_targets(folder, "a")
        archive = stack.enter_context(an_archive(folder / "state", targets))
        channel = YtdlpSettings(url="https://tube.example/voices", at_once=2)
        sources = {"voices": channel, "disk": FolderSettings(kind="folder", path=folder)}
        said = list[str]()
        archive = Archive(
            archive.settings.model_copy(update={"sources": sources}), archive.ledger, archive.targets, Says(said)
        )
        other = Ledger(archive.ledger.path)
        stack.callback(other.close)
        stack.enter_context(archive.ledger.sessions.begun("runner", "id-of-runner", "run"))
        usable = UsableTargets(readable=targets, writable=targets, problems={}, beyond={})
        yield Run(RunSession(archive, usable), Hands(other, does), said)


@contextmanager
def there(run: Run) -> Iterator[None]:
    """A worker of the pool that is there."""
    ledger = Ledger(run.session.archive.ledger.path)
    try:
        with ledger.sessions.begun("busy", "id-of-busy", Pool.FETCH.doing):
            yield
    finally:
        ledger.close()


def parts(number: int) -> list[Part]:
    return [Part("voices", (f"clip-{n}", f"clip-{n}b")) for n in range(number)]


def test_tallies_of_batches_are_added_up_and_a_problem_of_several_is_said_once(tmp_path: Path) -> None:
    with a_run(tmp_path, done(Outcome.of(Tally(fetched=2, problems=("slow",))))) as run:
        assert run.performs(FETCH, parts(5)) == Tally(fetched=10, problems=("slow",))
        assert run.said.count("advanced") == 5
        assert {*run.hands.pools} == {Pool.FETCH}
        assert {*run.hands.names} == {"fetch and store voices"}
        bodies = [
            HandedPart.model_validate_json(batch.body)
            for batch in run.hands.ledger.batches.named(run.hands.told).values()
        ]
        assert {body.clips for body in bodies} == {part.clips for part in parts(5)}
        assert all(body.asked == Asked(("voices",), frozenset(body.clips), fast=True) for body in bodies)


def test_no_more_batches_of_a_source_are_out_than_may_be_at_it(tmp_path: Path) -> None:
    out = list[int]()

    def counting(hands: Hands, batch: str, flow_run: str) -> None:
        out.append(sum(one.flow_run is not None for one in hands.ledger.batches.under_way()))
        done(Outcome())(hands, batch, flow_run)

    with a_run(tmp_path, counting) as run:
        run.performs(FETCH, parts(6))
        assert len(run.hands.told) == 6
        assert max(out) == 2


def test_a_batch_whose_worker_is_gone_is_handed_out_anew_and_the_old_one_is_too_late(tmp_path: Path) -> None:
    lost = list[tuple[str, str]]()

    def dies(hands: Hands, batch: str, flow_run: str) -> None:
        if lost:
            return done(Outcome.of(Tally(fetched=1)))(hands, batch, flow_run)
        with hands.ledger.sessions.begun("reader", "id-of-reader", "batch"):
            assert hands.ledger.batches.begin(batch, flow_run)
            lost.append((batch, flow_run))
        return None

    with a_run(tmp_path, dies) as run:
        assert run.performs(FETCH, parts(1)) == Tally(fetched=1)
        assert run.hands.told == [lost[0][0]] * 2
        assert "fetch and store: reader is gone: its batch is handed out anew" in run.said
        assert run.hands.ledger.batches.begin(*lost[0]) is None


def test_a_batch_whose_flow_run_ends_without_a_word_is_handed_out_so_often_and_then_said(tmp_path: Path) -> None:
    def ends(hands: Hands, batch: str, flow_run: str) -> None:
        hands.over.add(flow_run)

    with a_run(tmp_path, ends) as run, there(run):
        (problem,) = run.performs(FETCH, parts(1)).problems
        assert len(run.hands.told) == MOST_TRIES
        assert problem.startswith(f"fetch and store: a batch was given up after {MOST_TRIES} tries: its flow run ended")
        assert run.hands.swept >= MOST_TRIES


def test_an_error_is_raised_after_all_batches_have_ended_with_its_words_and_code(tmp_path: Path) -> None:
    outcomes = [Outcome.of_error(SettingsError(["there is no source voices"])), Outcome(), Outcome()]
    with a_run(tmp_path, lambda hands, batch, run: done(outcomes.pop(0))(hands, batch, run)) as run:
        with pytest.raises(PartFailed, match="there is no source voices") as raised:
            run.performs(FETCH, parts(3))
        assert (raised.value.exit_code, len(run.hands.told), outcomes) == (2, 3, [])


def test_a_server_that_is_away_is_waited_for_and_not_for_ever(tmp_path: Path) -> None:
    with a_run(tmp_path, done(Outcome.of(Tally(fetched=1)))) as run, there(run):
        run.hands.away = 20
        assert run.performs(FETCH, parts(1)) == Tally(fetched=1)
        assert run.said.count("waiting: the Prefect server does not answer") == 1
        run.hands.away = 10**6
        with pytest.raises(ServerAway):
            run.performs(FETCH, parts(1))
        assert PATIENCE <= run.moment <= PATIENCE + 60


def test_what_lies_on_a_disk_and_what_has_no_pool_is_done_by_the_run_itself(tmp_path: Path) -> None:
    here = list[Part]()

    def do(_session: RunSession, _asked: Asked, part: Part) -> Tally:
        here.append(part)
        return Tally(fetched=1)

    with a_run(tmp_path, done(Outcome.of(Tally(fetched=10)))) as run:
        stage = Stage("fetch and store", do, side_by_side=True, pool=Pool.FETCH)
        assert run.performs(stage, [Part("disk", ("x",)), *parts(1)]) == Tally(fetched=11)
        assert here == [Part("disk", ("x",))]
        assert run.performs(Stage("link", do), [Part()]) == Tally(fetched=1)
        assert run.performs(Stage("keep", do, pool=Pool.KEEP), [Part()], here=(Pool.KEEP,)) == Tally(fetched=1)
        assert len(run.hands.told) == 1


def test_a_run_goes_on_without_a_pool_that_no_worker_is_there_for(tmp_path: Path) -> None:
    with a_run(tmp_path, lambda *_: None) as run:
        (problem,) = run.performs(FETCH, parts(3)).problems
        assert problem == (
            "fetch and store: 3 batches wait for the next run: no worker of pool fetch is there; on the machine that "
            "is to be one: thirdcopy worker fetch"
        )
        assert run.hands.withdrawn == ["flow-run-1", "flow-run-2"], "no more were handed out"
        assert NOBODY < run.moment < NOBODY + 10


def test_a_worker_that_is_there_and_busy_is_waited_for(tmp_path: Path) -> None:
    looks = list[str]()

    def late(hands: Hands, batch: str, flow_run: str) -> None:
        looks.append(batch)
        if len(looks) > 500:
            done(Outcome.of(Tally(fetched=1)))(hands, batch, flow_run)

    with a_run(tmp_path, late) as run, there(run):
        assert run.performs(FETCH, parts(1)) == Tally(fetched=1)
        assert run.moment > 5 * NOBODY


def test_a_worker_does_what_is_still_due_of_a_batch_and_refuses_a_stage_that_it_does_not_know(tmp_path: Path) -> None:
    with a_run(tmp_path, done(Outcome())) as run:
        assert do_handed(run.session, STORE.name, HandedPart().model_dump_json()) == Tally()
        assert do_handed(run.session, FETCH.name, HandedPart.of(Asked(), parts(1)[0]).model_dump_json()) == Tally()
        with pytest.raises(ArchiveError, match="another version"):
            do_handed(run.session, "dream", "{}")
