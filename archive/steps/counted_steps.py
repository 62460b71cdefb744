"""Each step done to a source or to clips, with a Tally of what came of it. `stages` has their order."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from archive.errors import Fork, SourceAway, SpaceShort
from archive.linking.registers.columns import RegisterError
from archive.opening.archive import Archive
from archive.preservation.lost_workers import in_spools, settle
from archive.preservation.mirroring import Stored, store_owed
from archive.preservation.newest_run import point_to_newest
from archive.preservation.space import need_space
from archive.preservation.usable_targets import UsableTargets
from archive.records.sighting import reason
from archive.records.whereabouts import whereabouts
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.contract import Channel, Source
from archive.steps import fetch_order
from archive.steps.captioning import SLIPS, CaptionedClip, caption_clip, to_caption
from archive.steps.claiming import still_due
from archive.steps.completing_transcripts import complete_clips
from archive.steps.disk_records import record_disk
from archive.steps.fetching import SourceRefuses, fetch_clip
from archive.steps.linking import link_clip
from archive.steps.listing import Listed, list_source
from archive.steps.looking import look_clip
from archive.steps.proposing_joins import Proposed, propose_joins
from archive.steps.recording import record
from archive.steps.registering import changed, import_register, newest, object_of
from archive.steps.resting import answered, leave_alone, rest
from archive.steps.storing import store, tidy
from archive.steps.transcribing import TranscribedClip, transcribe_clips
from archive.steps.work_objects import seal_work, to_seal
from storage.errors import TargetError
from transcription.errors import ToolMissing, TranscriptionError

if TYPE_CHECKING:
    from archive.linking.index import RegisterIndex
    from transcription.hearing.track_reading import TrackReader

FAILURES_TOLD = 5
"""Clips that failed in earlier runs and are named at the end of each."""

PASSED_OVER_TOLD = 5
"""Places of a source's lists that lead to nothing and are named at the end of a run."""

PATIENCE_S = 60.0
"""Seconds that a run waits to write its record, while another one writes its own."""

NO_MORE_READ = "nothing more was transcribed"
NO_SOUNDS = "no sounds were compared"


@dataclass(frozen=True)
class Tally:
    """What was done, counted; ids and counts only, so that it may be shown anywhere.

    `problems` name what was not, each in a sentence of its own: batches that meet the same one say it once.
    """

    listed: int = 0
    new: int = 0
    fetched: int = 0
    failed: int = 0
    stored: int = 0
    bytes_stored: int = 0
    looked: int = 0
    edited: int = 0
    captioned: int = 0
    joins: int = 0
    transcribed: int = 0
    snapshots: int = 0
    linked: int = 0
    links: int = 0
    sealed: int = 0
    problems: tuple[str, ...] = field(default=())

    def __add__(self, other: Self) -> "Tally":
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return Tally(**{**sums, "problems": tuple(dict.fromkeys(sums["problems"]))})


def list_step(archive: Archive, source: Source, *, fast: bool = False) -> Tally:
    """List one source into the ledger, unless it is left alone, or was listed less than `listing_hours` ago."""
    if until := rest(archive, source.name):
        return Tally(problems=(until,))
    with archive.ledger.claims.held(f"source:{source.name}", "list") as ours:
        if not ours:
            archive.progress.say(f"{source.name} is being listed by another worker")
            return Tally()
        return _list(archive, source, fast=fast)


def _list(archive: Archive, source: Source, *, fast: bool) -> Tally:
    if told := _listed_lately(archive, source.name):
        archive.progress.say(told)
        return Tally()
    listed = list_source(archive, source, fast=fast)
    if listed.after is not None:
        leave_alone(archive, source.name, listed.after)
    if not listed.problem:
        answered(archive, source.name)
        archive.ledger.markers.set(_listed_at(source.name), archive.clock().isoformat())
    return Tally(listed=listed.seen, new=listed.new, problems=tuple(_told(archive, listed)))


def _told(archive: Archive, listed: Listed) -> Iterator[str]:
    """What of a listing is not as it should be, in sentences."""
    if listed.problem:
        yield f"{listed.source}: {'' if listed.away else 'the listing broke off: '}{listed.problem}"
    else:
        yield from _unread(archive, listed.source)
    yield from (f"{listed.source}: {place}" for place in listed.passed_over[:PASSED_OVER_TOLD])
    if (more := len(listed.passed_over) - PASSED_OVER_TOLD) > 0:
        yield f"{listed.source}: {more:,} more places of its lists lead to nothing and are passed over"
    yield from (f"{clip}: {kind}" for clip, kind in listed.lost)


def _listed_lately(archive: Archive, source: str) -> str | None:
    stanza, last = archive.settings.sources.get(source), archive.ledger.markers.moment(_listed_at(source))
    if stanza is None or last is None:
        return None
    due = last + timedelta(hours=stanza.listing_hours)
    if not last <= archive.clock() < due:
        return None
    return f"{source} was listed at {last:%Y-%m-%d %H:%M} UTC and is listed again from {due:%Y-%m-%d %H:%M} UTC on"


def _listed_at(source: str) -> str:
    return f"listed-at:{source}"


def unlisted(archive: Archive, since: datetime) -> list[str]:
    """Channels whose list was due and has not come to its end since a moment; not those that refuse us."""
    last = {name: archive.ledger.markers.moment(_listed_at(name)) for name in archive.settings.sources}
    return [
        name
        for name, stanza in archive.settings.sources.items()
        if isinstance(stanza, YtdlpSettings)
        and (last[name] or datetime.min.replace(tzinfo=UTC)) < since
        and not rest(archive, name)
        and not _listed_lately(archive, name)
    ]


def _unread(archive: Archive, source: str) -> tuple[str, ...]:
    """A sentence for each file of a disk that could not be read at its visit, a few of many."""
    many, some = archive.ledger.disks.unread(source, limit=FAILURES_TOLD)
    told = [f"{source}: {one.path} {one.why}; the next visit asks again" for one in some]
    more = f"{source}: {many - len(some):,} more files could not be read: `thirdcopy disks` counts them"
    return (*told, more) if many > len(some) else tuple(told)


def disk_step(archive: Archive, usable_targets: UsableTargets, *, keep: bool = False) -> Tally:
    """Record what each disk that was visited held, where that changed, and store it; with `keep` it waits."""
    tally = Tally()
    for visit in archive.ledger.disks.to_record():
        try:
            with archive.ledger.claims.held(f"disk:{visit.disk}", "alone") as ours:
                done = record_disk(archive, visit, usable_targets.readable) if ours else None
        except (SpaceShort, Fork, TargetError) as error:
            tally += Tally(problems=(f"what disk {visit.disk} held was not recorded: {error}",))
            continue
        if done:
            archive.progress.say(f"disk {visit.disk}: what it held is recorded as visit {done.version}")
            if not keep:
                tally += _tally(
                    store_owed(archive, usable_targets.readable, [done.object], to=usable_targets.writable, wait=False)
                )
    return tally


def to_fetch(archive: Archive, source: str, *, retry: bool = False) -> list[str]:
    """Clips of a source that are to be fetched now, in the order of `[queue]`."""
    now, ledger = archive.clock(), archive.ledger
    places = {clip: whereabouts(spans, now) for clip, spans in ledger.sightings.ever_away(source).items()}
    return fetch_order.to_fetch(ledger.clips.unheld(source), places, archive.settings.queue, now=now, retry=retry)


def fetch_step(
    archive: Archive, usable_targets: UsableTargets, source: Source, clips: Sequence[str], *, keep: bool = False
) -> Tally:
    """Fetch and seal clips of one source, and store each at once; with `keep` they stay in the spool for now.

    It ends early where the disk is full, and where the source refuses us: that one is left alone for a while.
    """
    tally = Tally()
    for clip in clips:
        if until := rest(archive, source.name):
            return tally + Tally(problems=(until,))
        try:
            _make_space(archive)
            done = fetch_clip(archive, source, clip, usable_targets.writable)
        except SourceRefuses as error:
            leave_alone(archive, source.name, error.after)
            return tally + Tally(problems=(str(error),))
        except (SpaceShort, SourceAway, ToolMissing) as error:
            return tally + Tally(problems=(str(error),))
        if done.kind is None and not done.sealed:
            continue
        if done.sealed:
            answered(archive, source.name)
        if done.sealed and keep:
            tally += Tally(fetched=1)
        elif done.sealed:
            stored = store(archive, usable_targets.readable, [clip], to=usable_targets.writable, wait=False)
            tally += Tally(fetched=1) + _tally(stored)
            usable_targets = usable_targets.without([name for name, one in stored.items() if one.down or one.behind])
        else:
            tally += Tally(failed=1, problems=(f"{clip}: {done.kind}",))
            archive.progress.say(f"{clip}: {done.kind}: {reason(done.message or '')}")
    return tally


def look_step(archive: Archive, usable_targets: UsableTargets, source: Channel, clips: Sequence[str]) -> Tally:
    """Look again at held clips of one source, and store each new version at once.

    What a source does not show any more is told, and is no problem of the archive's: what is held stays. It ends early
    as fetching does.
    """
    tally = Tally()
    for clip in clips:
        if until := rest(archive, source.name):
            return tally + Tally(problems=(until,))
        try:
            done = look_clip(archive, source, clip, usable_targets.writable)
        except SourceRefuses as error:
            leave_alone(archive, source.name, error.after)
            return tally + Tally(problems=(str(error),))
        except (SpaceShort, ToolMissing) as error:
            return tally + Tally(problems=(str(error),))
        tally += Tally(looked=1, edited=bool(done.changes))
        if done.message:
            archive.progress.say(f"{clip}: looked at again: {done.kind}: {reason(done.message)} What is held stays")
        if done.kind in ("fork", "outdated"):
            tally += Tally(problems=(f"{clip}: {done.kind}",))
        if done.changes:
            archive.progress.say(f"{clip}: changed at its source: {', '.join(one.what for one in done.changes)}")
            stored = store(archive, usable_targets.readable, [clip], to=usable_targets.writable, wait=False)
            tally += _tally(stored)
            usable_targets = usable_targets.without([name for name, one in stored.items() if one.down or one.behind])
    return tally


def _make_space(archive: Archive) -> None:
    """Free the spool of what has arrived, if the disk is too full. Raises SpaceShort if it still is."""
    try:
        need_space(archive)
    except SpaceShort:
        if tidy(archive, keep_unread=False):
            need_space(archive)
        else:
            raise


def store_step(archive: Archive, usable_targets: UsableTargets, clips: Collection[str] | None = None) -> Tally:
    """Store what is owed of some clips, or of everything."""
    return _tally(store(archive, usable_targets.readable, clips, to=usable_targets.writable))


def settle_step(archive: Archive, usable_targets: UsableTargets) -> Tally:
    """Complete what lies in spools of workers that are not at work, or give it up; a problem for each that holds more.

    What was completed is stored as all is; call it before.
    """
    settled = settle(archive, usable_targets.readable)
    for one in settled.completed:
        archive.progress.say(f"{one.object} v{one.version}, sealed by {one.worker}, was completed from the targets")
    for one in settled.given_up:
        archive.progress.say(f"{one.object} v{one.version}, which only {one.worker} had, is given up")
    why = (f"{worker}: {sentence}" for worker, sentence in in_spools(archive, of_living=False).items())
    return Tally(problems=(*settled.todo, *why))


def caption_step(
    archive: Archive, usable_targets: UsableTargets, clips: Collection[str] | None = None, *, retry: bool = False
) -> Tally:
    """Make transcripts of the platform's captions, of some clips or of every one. No model is needed."""
    waiting = [clip for clip in to_caption(archive, retry=retry) if clips is None or clip in clips]
    done = list[CaptionedClip]()
    for clip in still_due(archive, waiting, "captions"):
        done.append(caption_clip(archive, clip, usable_targets.readable))
    problems = (f"{one.clip}: {problem}" for one in done for problem in one.problems)
    return Tally(captioned=sum(one.transcripts for one in done), problems=tuple(problems))


def join_step(
    archive: Archive, usable_targets: UsableTargets, clips: Collection[str] | None = None, *, retry: bool = False
) -> Tally:
    """Compare some clips, or what is new, with all that is held, and propose which may be one recording."""
    try:
        with archive.ledger.claims.held("joins", "alone") as ours:
            done = propose_joins(archive, usable_targets.readable, clips, retry=retry) if ours else Proposed()
    except ToolMissing as error:
        return Tally(problems=(f"{NO_SOUNDS}: {error}",))
    return Tally(joins=done.joins, problems=done.problems)


def transcribe_step(
    archive: Archive, usable_targets: UsableTargets, reader: "TrackReader", clips: Sequence[str], *, again: bool = False
) -> Tally:
    """Transcribe clips. A tool that is missing is a problem of this step alone: the rest goes on."""
    return _transcribed(transcribe_clips(archive, reader, clips, usable_targets.readable, again=again))


def complete_step(
    archive: Archive, usable_targets: UsableTargets, reader: "TrackReader", language: str, clips: Sequence[str]
) -> Tally:
    """Read the gaps that the model of a language can read; what is missing is a problem of this step alone."""
    return _transcribed(complete_clips(archive, reader, language, clips, usable_targets.readable))


def _transcribed(clips: Iterable[TranscribedClip]) -> Tally:
    tally = Tally()
    try:
        for done in clips:
            problems = (f"{done.clip}: {done.problem}",) if done.problem else ()
            tally += Tally(transcribed=done.transcripts, problems=problems)
    except TranscriptionError as error:
        tally += Tally(problems=(f"{NO_MORE_READ}: {error}",))
    return tally


def register_step(archive: Archive, usable_targets: UsableTargets) -> Tally:
    """Take a snapshot of each register whose file changed, and store it at once.

    A register that cannot be read is a problem of its own: the newest snapshot of it is linked against meanwhile.
    """
    tally = Tally()
    for name in archive.settings.registers:
        try:
            with archive.ledger.claims.held(f"register:{name}", "alone") as ours:
                due = ours and changed(archive, name)
                done = import_register(archive, name, usable_targets.readable) if due else None
        except (RegisterError, SpaceShort, Fork, TargetError) as error:
            held = newest(archive).get(name)
            instead = f"; its snapshot of {held.taken:%Y-%m-%d} is used" if held else "; nothing is linked to it"
            tally += Tally(problems=(f"register {name} was not read: {error}{instead}",))
            continue
        if done and done.new:
            stored = store_owed(
                archive, usable_targets.readable, [object_of(name)], to=usable_targets.writable, wait=False
            )
            tally += Tally(snapshots=1) + _tally(stored)
            counts = ", ".join(f"{kind}: {count:,}" for kind, count in done.report.counts.items())
            archive.progress.say(f"register {name}: {done.report.kept:,} entries" + (f" ({counts})" if counts else ""))
    return tally


def link_step(archive: Archive, registers: "dict[str, RegisterIndex]", clips: Sequence[str]) -> Tally:
    """Link clips."""
    done = [link_clip(archive, registers, clip) for clip in still_due(archive, clips, "link")]
    return Tally(linked=len(done), links=sum(one.links for one in done))


def work_step(archive: Archive, usable_targets: UsableTargets) -> Tally:
    """Seal the work objects of clips of which something changed."""
    done = [seal_work(archive, clip, usable_targets.writable) for clip in to_seal(archive)]
    return Tally(sealed=sum(one.sealed for one in done), problems=tuple(one.problem for one in done if one.problem))


def record_step(archive: Archive, usable_targets: UsableTargets) -> Tally:
    """Write the run record and store it, say at the targets that it is the newest, and tidy the spool.

    Where the disk is too full for one, what it would tell waits for the next.
    """
    with archive.ledger.claims.held("run record", "alone", wait=PATIENCE_S) as ours:
        tally = _record(archive, usable_targets) if ours else Tally()  # else the events ride in another worker's
    tidy(archive)
    return tally


def _record(archive: Archive, usable_targets: UsableTargets) -> Tally:
    tally = Tally()
    try:
        while run_ := record(archive, usable_targets.writable):
            # Only the record itself: what a target refuses again would be an event again, and another record.
            tally += _tally(store_owed(archive, usable_targets.writable, [run_]))
    except SpaceShort as error:
        tally += Tally(problems=(str(error),))
    point_to_newest(archive, usable_targets.writable)
    return tally


def still_failed(archive: Archive, tally: Tally, clips: Collection[str] | None = None) -> Tally:
    """A tally with those of some clips, or of all, whose failure of an earlier run was not mended: no run hides them.

    What is gone, closed or not there yet at its source is told when it is asked for, and slips in its captions when
    they are read: neither is a debt of the archive.
    """
    told = {problem.partition(":")[0] for problem in tally.problems}
    standing = [
        failure
        for failure in archive.ledger.clips.failures()
        if failure.kind not in ("gone", "no_access", "not_yet", SLIPS)
        and failure.clip not in told
        and (clips is None or failure.clip in clips)
    ]
    problems = [
        f"{one.clip}: {one.step} failed on {one.at:%Y-%m-%d} ({one.kind}): `thirdcopy show {one.clip}` says why"
        for one in standing[:FAILURES_TOLD]
    ]
    if more := len(standing) - len(problems):
        problems.append(f"{more:,} more clips failed before: `thirdcopy status` counts them, `thirdcopy retry` tries")
    return tally + Tally(problems=tuple(problems))


def _tally(stored: dict[str, Stored]) -> Tally:
    return Tally(
        stored=sum(one.versions for one in stored.values()),
        bytes_stored=sum(one.bytes for one in stored.values()),
        problems=tuple(problem for one in stored.values() for problem in one.problems),
    )
