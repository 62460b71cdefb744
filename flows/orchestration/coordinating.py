"""A run that hands its parts to pools of workers: batches in the ledger, a flow run for each, followed to their end.

What came of a batch is in the ledger, so Prefect is asked for little: to start flow runs, and now and then whether one
ended without a word. Nothing here imports Prefect.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from archive.errors import ArchiveError, LedgerUnusable
from archive.ledger.sessions import Session
from archive.opening.archive import Archive
from archive.progress import Task
from archive.steps.counted_steps import Tally
from archive.steps.handed_parts import HandedPart, Outcome, is_handed
from archive.steps.run_session import RunSession
from archive.steps.stages import Asked, Part, Perform, Pool, Stage

LOOK_EVERY = 1.0
SWEEP_EVERY = 30.0
MOST_TRIES = 5
PATIENCE = 600.0
"""Seconds that a run goes on without the ledger, or without Prefect's server, before it ends with their error."""

NOBODY = 60.0
"""Seconds without a worker of a pool, and without a batch that somebody is at, after which a run goes on without it."""

KEPT = timedelta(days=14)
"""How long batches of earlier runs are kept in the ledger."""


class ServerAway(ArchiveError):
    """Prefect's server does not answer, or answers with an error."""


class Hands(Protocol):
    """Who hands batches out."""

    def start(self, pool: Pool, batch: str, name: str) -> str:
        """Start a flow run for a batch in a pool: its id. Raises ServerAway, RefusedError where nothing is deployed."""

    def ended(self, flow_runs: Collection[str]) -> set[str]:
        """Those of some flow runs that have ended, or are no more. Raises ServerAway."""

    def withdraw(self, flow_runs: Collection[str]) -> None:
        """End flow runs that nobody has taken. Raises ServerAway."""

    def sweep(self) -> None:
        """End flow runs that nobody is at any more, and sessions that are gone. Raises ServerAway."""


@dataclass
class _Handed:
    """A batch that was handed out, or waits to be."""

    id: str
    source: str | None
    flow_run: str | None = None
    tries: int = 0


@dataclass
class _Following:
    """The batches of one stage, as they are now."""

    waiting: list[_Handed]
    out: dict[str, _Handed] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    heard: float = 0.0


class Coordinator:
    """Performs stages: parts of a stage that has a pool are handed to it, the others are done as `own` does them."""

    def __init__(
        self,
        hands: Hands,
        own: Perform,
        *,
        here: Collection[Pool] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._hands, self._own, self._here = hands, own, here
        self._clock, self._sleep = clock, sleep
        self._swept = self._answered = self._clock()
        self._told = False

    def __call__(self, session: RunSession, asked: Asked, stage: Stage, parts: Sequence[Part]) -> Tally:
        """Perform the parts of a stage. An error of one is raised after all have ended, as those of tasks are."""
        archive, pool = session.archive, stage.pool
        handed = [part for part in parts if pool not in self._here and is_handed(session, stage, part)]
        rest = [part for part in parts if part not in handed]
        if pool is None or not handed:
            return self._own(session, asked, stage, rest)
        bodies = [HandedPart.of(asked, part).model_dump_json(exclude_defaults=True) for part in handed]
        archive.ledger.batches.forget(KEPT)
        ids = archive.ledger.batches.make(archive.ledger.sessions.token or "", stage.name, bodies)
        now = _Following([_Handed(id_, part.source) for id_, part in zip(ids, handed, strict=True)])
        archive.progress.say(f"{stage.name}: {_batches(len(ids))} for pool {pool}")
        with archive.progress.task(stage.name, float(len(ids)), "batches") as task:
            self._try(archive, lambda: self._hand_out(archive, pool, stage, now))
            first: Exception | None = None
            try:
                tally = self._own(session, asked, stage, rest) if rest else Tally()
            except Exception as error:  # raised below, once no worker is at this stage any more
                tally, first = Tally(), error
            self._follow(archive, pool, stage, now, task)
        for outcome in now.outcomes:
            try:
                tally += outcome.tally
            except ArchiveError as error:
                first = first or error
        if first:
            raise first
        return tally + Tally(problems=tuple(now.lost))

    def _follow(self, archive: Archive, pool: Pool, stage: Stage, now: _Following, task: Task) -> None:
        now.heard = self._clock()
        while now.waiting or now.out:
            self._sleep(LOOK_EVERY)
            self._try(archive, lambda: self._go_on(archive, pool, stage, now, task))

    def _go_on(self, archive: Archive, pool: Pool, stage: Stage, now: _Following, task: Task) -> None:
        living = _living(archive)
        self._look(archive, stage, now, {session.token for session in living}, task)
        if any(session.doing == pool.doing for session in living):
            now.heard = self._clock()
        if (now.waiting or now.out) and self._clock() - now.heard > NOBODY:
            self._hands.withdraw([one.flow_run for one in now.out.values() if one.flow_run])
            wait = "waits" if len(now.waiting) + len(now.out) == 1 else "wait"
            now.lost.append(
                f"{stage.name}: {_batches(len(now.waiting) + len(now.out))} {wait} for the next run: no worker of pool "
                f"{pool} is there; on the machine that is to be one: thirdcopy worker {pool}"
            )
            now.waiting.clear()
            now.out.clear()
        self._hand_out(archive, pool, stage, now)

    def _look(self, archive: Archive, stage: Stage, now: _Following, there: Collection[str], task: Task) -> None:
        """See what came of the batches that are out, and hand out anew what nobody is at any more."""
        found = archive.ledger.batches.named(now.out)
        unheard = [one for id_, one in now.out.items() if not found[id_].ended]
        for id_, one in list(now.out.items()):
            batch = found[id_]
            if batch.session in there:
                now.heard = self._clock()
            if batch.outcome is not None:
                now.outcomes.append(Outcome.model_validate_json(batch.outcome))
                del now.out[id_]
                task.advance(1)
            elif batch.session is not None and batch.session not in there:
                self._anew(archive, stage, now, one, f"{batch.worker} is gone")
        if self._clock() - self._swept < SWEEP_EVERY:
            return
        self._swept = self._clock()
        self._hands.sweep()
        over = self._hands.ended([one.flow_run for one in unheard if one.flow_run and one.id in now.out])
        if over:
            found = archive.ledger.batches.named(now.out)
        for id_, one in list(now.out.items()):
            if one.flow_run in over and not found[id_].ended:
                self._anew(archive, stage, now, one, "its flow run ended without a word")

    def _anew(self, archive: Archive, stage: Stage, now: _Following, one: _Handed, why: str) -> None:
        del now.out[one.id]
        if one.tries >= MOST_TRIES:
            now.lost.append(f"{stage.name}: a batch was given up after {one.tries} tries: {why}; the next run goes on")
            return
        archive.progress.say(f"{stage.name}: {why}: its batch is handed out anew")
        now.waiting.append(one)

    def _hand_out(self, archive: Archive, pool: Pool, stage: Stage, now: _Following) -> None:
        """Start a flow run for each batch that waits, of a source no more at once than its settings say."""
        at = [one.source for one in now.out.values()]
        for one in list(now.waiting):
            if one.source and at.count(one.source) >= archive.settings.sources[one.source].at_once:
                continue
            flow_run = self._hands.start(pool, one.id, f"{stage.name} {one.source or ''}".rstrip())
            archive.ledger.batches.hand_out(one.id, flow_run)
            one.flow_run, one.tries = flow_run, one.tries + 1
            now.waiting.remove(one)
            now.out[one.id] = one
            at.append(one.source)

    def _try(self, archive: Archive, deed: Callable[[], None]) -> None:
        """Do something; without the ledger or the server go on for a while: what is handed out is done meanwhile."""
        try:
            deed()
        except (LedgerUnusable, ServerAway) as error:
            if self._clock() - self._answered > PATIENCE:
                raise
            if not self._told:
                archive.progress.say(f"waiting: {error}")
            self._told = True
        else:
            self._answered, self._told = self._clock(), False


def _living(archive: Archive) -> list[Session]:
    """The sessions that are at work, as they were after those that are gone were asked for."""
    gone = {session.token for session in archive.ledger.sessions.gone()}
    return [session for session in archive.ledger.sessions.rows() if session.token not in gone]


def _batches(count: int) -> str:
    return f"{count:,} batches" if count != 1 else "1 batch"
