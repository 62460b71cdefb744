"""The stages of a run: one list, in the one order that every runner follows.

Preserve first, read later: originals are at `minimum_copies` targets before anything slower touches a clip. A runner
says only how the parts of a stage are performed (`Perform`): one after another here, as tasks in `flows`.
What is due, in which order, and what becomes of a stage that fails is said here, and is the same for all of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest

from archive.errors import KnownPeopleError
from archive.ledger.markers import RUN_ENDED_WELL
from archive.linking.registers.columns import RegisterError
from archive.preservation.usable_targets import UsableTargets
from archive.settings.source_stanzas import FolderSettings
from archive.sources.contract import Channel
from archive.steps import counted_steps
from archive.steps.again import to_read_again
from archive.steps.batching import cut
from archive.steps.completing_transcripts import to_complete
from archive.steps.counted_steps import Tally
from archive.steps.linking import to_link
from archive.steps.looking import to_look
from archive.steps.registering import newest
from archive.steps.resting import rest
from archive.steps.run_session import RunSession
from archive.steps.transcribing import to_transcribe
from transcription.errors import TranscriptionError

NOTHING_LINKED = "nothing was linked"
OF_ONE_STAGE = (KnownPeopleError, RegisterError, TranscriptionError)
"""What cannot be read or loaded, and that hinders no other stage: the settings' model, a snapshot, a list of people."""


SLOT_PATIENCE = 600.0
"""Seconds that a part of a source waits while other workers are at it."""


@dataclass(frozen=True)
class Asked:
    """What a run is asked for.

    `sources` are the only ones that it goes to, all of the settings if empty; `clips` the only ones that it takes, and
    then nothing is listed; None is all that is due. With `retry` what failed for good is due too, with `again` only
    what was read before channels were compared. Held clips of `look` are looked at whenever they were last. A `fast`
    listing ends at fifty known clips in a row; with `keep` what is fetched stays in the spool for now. With `language`
    the gaps that a model of that language can read are transcribed, and nothing else.
    """

    sources: tuple[str, ...] = ()
    clips: frozenset[str] | None = None
    fast: bool = False
    retry: bool = False
    again: bool = False
    keep: bool = False
    look: tuple[str, ...] = ()
    language: str | None = None

    def of(self, clips: Iterable[str]) -> list[str]:
        """Those of some clips that are asked for."""
        return [clip for clip in clips if self.clips is None or clip in self.clips]


@dataclass(frozen=True)
class Part:
    """What a stage does at a time: clips, or those of one source, or a source; nothing named is the whole archive."""

    source: str | None = None
    clips: tuple[str, ...] = ()


class Pool(StrEnum):
    """A pool of workers, by what they do: fetch from sources, transcribe, or keep what is held."""

    FETCH = "fetch"
    TRANSCRIBE = "transcribe"
    KEEP = "keep"

    @property
    def doing(self) -> str:
        """What a session of one of its workers is doing."""
        return f"worker {self}"


@dataclass(frozen=True)
class Stage:
    """One stage of a run, called as its tasks are.

    `step` does one part of what `parts` says is due. Parts that may run `side_by_side` are independent: an error of
    one is raised after all have ended. Other parts come one after another, and an error ends the stage. What a part
    needs beforehand it `loads`, once a run. An error of `OF_ONE_STAGE` is a problem of a stage that says what comes
    `without` it; any other ends the run, but for a stage that `stands` though an earlier one failed. Where there are
    pools of workers, its parts are handed to its `pool`; one that has none is done by the run itself.
    """

    name: str
    step: Callable[[RunSession, Asked, Part], Tally]
    parts: Callable[[RunSession, Asked], Sequence[Part]] = lambda _session, _asked: (Part(),)
    side_by_side: bool = False
    loads: Callable[[RunSession], object] | None = None
    without: str | None = None
    stands: bool = False
    pool: Pool | None = None

    def do(self, session: RunSession, asked: Asked, part: Part) -> Tally:
        """Do one part. One of a source waits until no more are at it than the source's `at_once`.

        Where other workers are at it for longer than `SLOT_PATIENCE`, nothing is done: what is due stays due.
        """
        try:
            if self.loads:
                self.loads(session)
            if part.source is None:
                return self.step(session, asked, part)
            with session.at_source(part.source, SLOT_PATIENCE) as free:
                if free:
                    return self.step(session, asked, part)
            session.archive.progress.say(f"{part.source}: as many as may be are at it: left for the next run")
            return Tally()
        except OF_ONE_STAGE as error:
            return self._without(error)

    def due(self, session: RunSession, asked: Asked, perform: "Perform") -> Tally:
        """Do all that is due, as a runner performs it."""
        try:
            parts = self.parts(session, asked)
        except OF_ONE_STAGE as error:
            return self._without(error)
        return perform(session, asked, self, parts)

    def _without(self, error: Exception) -> Tally:
        if self.without is None:
            raise error
        return Tally(problems=(f"{self.without}: {error}",))


LEFT_OUT = tuple(f"{words}:" for words in (counted_steps.NO_MORE_READ, counted_steps.NO_SOUNDS, NOTHING_LINKED))
"""How the problem of a stage begins that was left out, or broke off."""

Perform = Callable[[RunSession, Asked, Stage, Sequence[Part]], Tally]
"""How a runner performs the parts of a stage, and adds up what came of them."""


def in_turn(session: RunSession, asked: Asked, stage: Stage, parts: Sequence[Part]) -> Tally:
    """Perform parts in this thread, one after another."""
    tally, first = Tally(), None
    for part in parts:
        try:
            tally += stage.do(session, asked, part)
        except Exception as error:
            if not stage.side_by_side:
                raise
            first = first or error
    if first:
        raise first
    return tally


def take(session: RunSession, asked: Asked, stages: Sequence[Stage], perform: Perform = in_turn) -> Tally:
    """Take the archive through stages. The first error is raised after those that stand all the same; others are said.

    Of an error, what was done before it is in the ledger, and is stored and recorded by the stages that stand.
    """
    tally, first = Tally(), None
    for stage in stages:
        if first and not stage.stands:
            continue
        try:
            tally += stage.due(session, asked, perform)
        except Exception as error:
            if first:
                session.archive.progress.say(f"{stage.name}: {error}")
            first = first or error
    if first:
        raise first
    return tally


def run(session: RunSession, asked: Asked, perform: Perform = in_turn) -> Tally:
    """The whole way. What is wrong with targets, and what failed in earlier runs and still does, is told with it.

    That a run of everything ended well is kept in the ledger: see `ended_well`.
    """
    archive, began = session.archive, session.archive.clock()
    tally = Tally(problems=_unusable(session.usable_targets)) + take(session, asked, STAGES, perform)
    if asked.clips is None and not asked.sources and ended_well(session, tally, began):
        session.ended_well = True
        archive.ledger.markers.set(RUN_ENDED_WELL, archive.clock().isoformat())
    return counted_steps.still_failed(archive, tally, asked.clips)


def ended_well(session: RunSession, tally: Tally, began: datetime) -> bool:
    """Whether a run did what the archive lives by: nothing of it was left out whole.

    It came to its end, every target could be written to when it began, every channel gave its list to the end, unless
    it refuses us, and no stage was left out. Single clips that failed, and versions that are owed, keep no run from
    ending well: an archive of thousands always has some, and they are counted elsewhere, from limits of their own.
    """
    return (
        not session.usable_targets.problems
        and not counted_steps.unlisted(session.archive, began)
        and not any(problem.startswith(LEFT_OUT) for problem in tally.problems)
    )


def _unusable(usable_targets: UsableTargets) -> tuple[str, ...]:
    problems = [f"{name} is not usable now: {why}" for name, why in usable_targets.problems.items()]
    return (*problems, *(f"{name}: {why}" for name, why in usable_targets.beyond.items()))


def _sources(session: RunSession, asked: Asked) -> tuple[str, ...]:
    return asked.sources or tuple(session.archive.settings.sources)


def _batches(session: RunSession, asked: Asked, clips: Sequence[str], hands: int = 1) -> list[tuple[str, ...]]:
    """Clips in batches. A run that hands them to a pool cuts them for as many hands as may be at them at once there."""
    settings = session.archive.settings
    handed_out = settings.pools is not None and asked.clips is None
    return cut(clips, settings.prefect.batch, hands if handed_out else 1)


def _batches_of(session: RunSession, asked: Asked, source: str, clips: Sequence[str]) -> list[Part]:
    stanza = session.archive.settings.sources.get(source)
    return [Part(source, batch) for batch in _batches(session, asked, clips, stanza.at_once if stanza else 1)]


def _transcribers(session: RunSession) -> int:
    """How many may transcribe at once: as the settings say, else the workers of that pool that are there now."""
    pools, sessions = session.archive.settings.pools, session.archive.ledger.sessions
    if pools is None or pools.transcribe:
        return pools.transcribe if pools else 1
    gone = {one.token for one in sessions.gone()}
    return max(1, sum(one.doing == Pool.TRANSCRIBE.doing and one.token not in gone for one in sessions.rows()))


def _to_list(session: RunSession, asked: Asked) -> list[Part]:
    return [Part(source) for source in _sources(session, asked)] if asked.clips is None else []


def _to_fetch(session: RunSession, asked: Asked) -> list[Part]:
    """Batches of each source in turn, so that a long source holds back none.

    A clip that two sources list is in one batch: of the first one, or of another where that is left alone for now.
    """
    archive, taken, queues = session.archive, set[str](), list[list[Part]]()
    for source in sorted(_sources(session, asked), key=lambda name: rest(archive, name) is not None):
        due = asked.of(counted_steps.to_fetch(archive, source, retry=asked.retry))
        clips = [clip for clip in due if clip not in taken]
        taken.update(clips)
        queues.append(_batches_of(session, asked, source, clips))
    return [part for turn in zip_longest(*queues) for part in turn if part]


def _to_record(session: RunSession, _asked: Asked) -> list[Part]:
    return [Part()] if session.archive.ledger.disks.to_record() else []


def _to_look(session: RunSession, asked: Asked) -> list[Part]:
    """Batches of each source in turn; a clip that two sources list is looked at by the first one."""
    taken, queues = set[str](), list[list[Part]]()
    for source in _sources(session, asked):
        due = asked.of(to_look(session.archive, source, at_once=asked.look))
        clips = [clip for clip in due if clip not in taken]
        taken.update(clips)
        queues.append(_batches_of(session, asked, source, clips))
    return [part for turn in zip_longest(*queues) for part in turn if part]


def _to_transcribe(session: RunSession, asked: Asked) -> list[Part]:
    archive = session.archive
    model = archive.settings.transcription.model_name
    if asked.language:
        waiting = to_complete(archive, asked.language)
    else:
        waiting = to_read_again(archive) if asked.again else to_transcribe(archive, model, retry=asked.retry)
    return [Part(clips=batch) for batch in _batches(session, asked, asked.of(waiting), _transcribers(session))]


def _to_link(session: RunSession, asked: Asked) -> list[Part]:
    waiting = asked.of(to_link(session.archive, newest(session.archive)))
    return [Part(clips=batch) for batch in _batches(session, asked, waiting)]


def _store(session: RunSession, asked: Asked, _part: Part) -> Tally:
    lost = counted_steps.settle_step(session.archive, session.usable_targets)
    return lost + counted_steps.store_step(session.archive, session.usable_targets, asked.clips)


def _list(session: RunSession, asked: Asked, part: Part) -> Tally:
    name = part.source or ""
    fast = asked.fast and not isinstance(session.archive.settings.sources.get(name), FolderSettings)
    return counted_steps.list_step(session.archive, session.source(name), fast=fast)


def _fetch(session: RunSession, asked: Asked, part: Part) -> Tally:
    source = session.source(part.source or "")
    return counted_steps.fetch_step(session.archive, session.usable_targets, source, part.clips, keep=asked.keep)


def _disks(session: RunSession, asked: Asked, _part: Part) -> Tally:
    return counted_steps.disk_step(session.archive, session.usable_targets, keep=asked.keep)


def _look(session: RunSession, _asked: Asked, part: Part) -> Tally:
    source = session.source(part.source or "")
    if not isinstance(source, Channel):
        return Tally()
    return counted_steps.look_step(session.archive, session.usable_targets, source, part.clips)


def _caption(session: RunSession, asked: Asked, _part: Part) -> Tally:
    return counted_steps.caption_step(session.archive, session.usable_targets, asked.clips, retry=asked.retry)


def _join(session: RunSession, asked: Asked, _part: Part) -> Tally:
    return counted_steps.join_step(session.archive, session.usable_targets, asked.clips, retry=asked.retry)


def _register(session: RunSession, _asked: Asked, _part: Part) -> Tally:
    return counted_steps.register_step(session.archive, session.usable_targets)


def _transcribe(session: RunSession, asked: Asked, part: Part) -> Tally:
    archive, usable_targets, reader = session.archive, session.usable_targets, session.reader()
    if asked.language:
        return counted_steps.complete_step(archive, usable_targets, reader, asked.language, part.clips)
    return counted_steps.transcribe_step(archive, usable_targets, reader, part.clips, again=asked.again)


def _link(session: RunSession, _asked: Asked, part: Part) -> Tally:
    return counted_steps.link_step(session.archive, session.indexes(), part.clips)


def _seal(session: RunSession, _asked: Asked, _part: Part) -> Tally:
    return counted_steps.work_step(session.archive, session.usable_targets)


def _store_all(session: RunSession, _asked: Asked, _part: Part) -> Tally:
    return counted_steps.store_step(session.archive, session.usable_targets)


def _record(session: RunSession, _asked: Asked, _part: Part) -> Tally:
    return counted_steps.record_step(session.archive, session.usable_targets)


AT_THE_END = (
    Stage("seal", _seal, stands=True),
    Stage("store", _store_all, stands=True),
    Stage("record", _record, stands=True),
)
"""What is done at the end of a run in any case, each of it though the one before failed: of the whole archive."""


def _finish(session: RunSession, asked: Asked, _part: Part) -> Tally:
    return take(session, asked, AT_THE_END)


STORE = Stage("store what is owed", _store, pool=Pool.KEEP)
LIST = Stage("list", _list, _to_list, side_by_side=True, pool=Pool.FETCH)
FETCH = Stage("fetch and store", _fetch, _to_fetch, side_by_side=True, pool=Pool.FETCH)
LOOK = Stage("look again", _look, _to_look, side_by_side=True, pool=Pool.FETCH)
DISKS = Stage("record disks", _disks, _to_record)
CAPTIONS = Stage("read captions", _caption)
JOINS = Stage("look for joins", _join)
REGISTERS = Stage("read registers", _register)
TRANSCRIBE = Stage(
    "transcribe",
    _transcribe,
    _to_transcribe,
    loads=lambda session: session.reader(),
    without=counted_steps.NO_MORE_READ,
    pool=Pool.TRANSCRIBE,
)
LINK = Stage("link", _link, _to_link, loads=lambda session: session.indexes(), without=NOTHING_LINKED)
FINISH = Stage("seal, store and record", _finish, stands=True)

STAGES = (STORE, LIST, FETCH, LOOK, DISKS, CAPTIONS, JOINS, REGISTERS, TRANSCRIBE, LINK, FINISH)
"""Every stage of a run, in order."""
