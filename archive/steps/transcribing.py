"""Transcribe: each audio track of a clip that is safe, once a model."""

import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from archive.errors import SpaceShort
from archive.local_paths import inside
from archive.objects import ocfl
from archive.objects.sidecar import Reading
from archive.opening.archive import Archive
from archive.preservation.bringing import held
from archive.preservation.space import file_at
from archive.progress import Share
from archive.records.clip import Capture, UnreadTrack
from archive.records.event import CREATION
from archive.records.object_ids import ObjectId
from archive.records.transcript import TranscriptKind, TranscriptRef
from archive.steps.carrying import carry, corrected
from archive.steps.claiming import claimed
from archive.steps.storing import safe
from archive.texts.in_force import declared_of, languages_of_source
from archive.texts.shown import Shown
from storage.contract import Target
from storage.errors import TargetError
from transcription.documents.formats import to_json
from transcription.documents.players import starts_at
from transcription.errors import MediaError, MediaTimeout, ModelError
from transcription.media.probing_media import MediaStream, probe, survey
from transcription.media.wholeness import PACKETS_TIMEOUT, unreadable
from transcription.records import Transcript

_READINGS = TypeAdapter(list[Reading])

FORM = 2
"""The form of the transcript's schema from which on channels are compared before they are mixed."""

if TYPE_CHECKING:
    from transcription.hearing.decoded_track import DecodedTrack
    from transcription.hearing.track_reading import TrackReader


@dataclass(frozen=True)
class TranscribedClip:
    """What became of one clip: its transcripts, and what went wrong."""

    clip: str
    transcripts: int = 0
    problem: str | None = None


def to_transcribe(archive: Archive, model: str, *, retry: bool = False) -> list[str]:
    """Safe clips whose newest media the model has not read, or not with the languages that a person declared.

    Those that failed wait for `retry`.
    """
    ledger = archive.ledger
    read = [
        form for form in ledger.marks.forms("transcribe") if _was_read("", read_readings(archive, form), model, None)
    ]
    due = {*ledger.marks.without("transcribe", read)}
    due |= _read_otherwise(archive, model)
    failed = (
        set() if retry else {f.clip for f in ledger.clips.failures() if f.step == "transcribe" and f.kind != "passing"}
    )
    return safe(archive, due - failed)


def transcribe_clips(
    archive: Archive, reader: "TrackReader", clips: Sequence[str], usable: Mapping[str, Target], *, again: bool = False
) -> Iterator[TranscribedClip]:
    """Transcribe each audio track of the clips' newest media, one clip after the other.

    With `again` they were read before channels were compared: those of which nothing can have been lost are not read,
    but noted as looked at. While one is read, the next one's media are brought and its decoding begins. Progress is in
    seconds of media over all of the clips, and over each track. A failure is kept and reported, not raised.
    """
    seconds = {clip: archive.ledger.clips.captures(clip)[-1].duration for clip in clips}
    with (
        archive.progress.task(f"speech of {len(clips):,} clips", total=sum(seconds.values()), unit="s") as whole,
        ThreadPoolExecutor(1, thread_name_prefix="next clip") as pool,
    ):
        coming: deque[tuple[str, Future[_Prepared]]] = deque()
        due = claimed(archive, clips, "transcribe")
        try:
            while _fill(coming, due, lambda clip: pool.submit(_prepare, archive, reader, clip, usable)):
                clip, prepared = coming.popleft()
                share = Share(whole, seconds[clip])
                done = _transcribe(archive, reader, clip, prepared, share, again=again)
                share.end()
                archive.ledger.claims.give_back(clip, "transcribe")
                yield done
        finally:
            for clip, one in coming:
                archive.ledger.claims.give_back(clip, "transcribe")
                with suppress(Exception):  # it was not needed any more
                    one.result().close()


def _fill(
    coming: "deque[tuple[str, Future[_Prepared]]]", due: Iterator[str], prepare: "Callable[[str], Future[_Prepared]]"
) -> bool:
    """Have the clip that is read next and the one after it prepared: whether there is any."""
    while len(coming) < 2 and (clip := next(due, None)) is not None:
        coming.append((clip, prepare(clip)))
    return bool(coming)


@dataclass
class _Prepared:
    """A clip's media, ready to be read: brought to this machine, and its first track being decoded."""

    capture: Capture
    media: Path
    tracks: list[MediaStream]
    unread: list[UnreadTrack]
    declared: tuple[str, ...]
    opened: dict[int, "DecodedTrack"]
    held: ExitStack

    def close(self) -> None:
        """Stop decoding, and give up what was brought."""
        for one in self.opened.values():
            one.close()
        self.held.close()


def _prepare(archive: Archive, reader: "TrackReader", clip: str, usable: Mapping[str, Target]) -> _Prepared:
    capture = archive.ledger.clips.captures(clip)[-1]
    with ExitStack() as stack:
        media = stack.enter_context(brought(archive, capture, usable))
        found = probe(media)
        lost = {one.index: one.why for one in unreadable(found, survey(media, found, timeout=PACKETS_TIMEOUT))}
        tracks = [stream for stream in found.audio if stream.index not in lost]
        unread = [UnreadTrack(index=s.index, why=lost[s.index]) for s in found.audio if s.index in lost]
        opened = dict[int, "DecodedTrack"]()
        with suppress(MediaError):  # it is raised again, and told, when that track's turn comes
            opened = {track.index: _open(archive, reader, capture, media, track) for track in tracks[:1]}
        return _Prepared(capture, media, tracks, unread, declared_of(archive, clip), opened, stack.pop_all())


def _open(archive: Archive, reader: "TrackReader", capture: Capture, media: Path, track: MediaStream) -> "DecodedTrack":
    checkpoint = inside(archive.state / "transcribing", f"{capture.clip}-t{track.index}.jsonl")
    return reader.open(media, media_sha256=capture.media.sha256, track=track.index, checkpoint=checkpoint)


def _transcribe(
    archive: Archive, reader: "TrackReader", clip: str, coming: "Future[_Prepared]", share: Share, *, again: bool
) -> TranscribedClip:
    torn, faults = 0, dict[int, MediaError]()
    try:
        prepared = coming.result()
        with closing(prepared):
            if again and not prepared.unread and all(track.channels == 1 for track in prepared.tracks):
                _note_looked_at(archive, clip)
                return TranscribedClip(clip)
            for number, track in enumerate(prepared.tracks):
                reached = partial(_reach, share, number, len(prepared.tracks))
                try:
                    opened = prepared.opened.get(track.index)
                    opened = opened or _open(archive, reader, prepared.capture, prepared.media, track)
                    torn += _transcribe_track(archive, reader, prepared, track, opened, reached)
                except MediaError as error:
                    if isinstance(error, MediaTimeout) or len(prepared.tracks) == 1:
                        raise
                    faults[track.index] = error
            if faults and len(faults) == len(prepared.tracks):
                raise next(iter(faults.values()))
    except (MediaError, ModelError, SpaceShort, TargetError, FileNotFoundError) as error:
        kind = "damaged" if isinstance(error, MediaError) and not isinstance(error, MediaTimeout) else "passing"
        archive.ledger.clips.failed(clip, "transcribe", kind=kind, message=str(error), now=archive.clock())
        return TranscribedClip(clip, problem=str(error))
    tracks = len(prepared.tracks) - len(faults)
    undecoded = (UnreadTrack(index=n, why=f"cannot be decoded: {fault.message}") for n, fault in faults.items())
    unread = [*prepared.unread, *undecoded]
    media_sha256 = prepared.capture.media.sha256
    reading = Reading(
        media_sha256=media_sha256,
        model=reader.model,
        model_digest=reader.model_digest,
        tracks=tracks,
        declared=prepared.declared,
        unread=tuple(sorted(unread, key=lambda one: one.index)),
        form=FORM,
    )
    readings = [*read_readings(archive, archive.ledger.clips.done(clip, "transcribe")), reading]
    archive.ledger.clips.mark_done(clip, "transcribe", written_readings(readings), "reading")
    archive.ledger.clips.mended(clip, "transcribe")
    for one in reading.unread:
        archive.progress.say(f"{clip}: track {one.index} is not read: it {one.why}")
    problem = f"{torn} corrected cues came out otherwise: `thirdcopy show {clip}` has them" if torn else None
    return TranscribedClip(clip, transcripts=tracks, problem=problem)


def _note_looked_at(archive: Archive, clip: str) -> None:
    """Note that nothing can have been lost in a clip's last reading by the model of the settings."""
    readings = read_readings(archive, archive.ledger.clips.done(clip, "transcribe"))
    media = archive.ledger.clips.captures(clip)[-1].media.sha256
    model = archive.settings.transcription.model_name
    last = max(n for n, one in enumerate(readings) if one.media_sha256 == media and one.model == model)
    readings[last] = readings[last].model_copy(update={"form": FORM})
    archive.ledger.clips.mark_done(clip, "transcribe", written_readings(readings), "looked at")


def _reach(share: Share, number: int, tracks: int, of_track: float) -> None:
    share.reach((number + of_track) / tracks)


def written_readings(readings: Sequence[Reading]) -> str:
    """Readings of a clip as the ledger keeps them."""
    return json.dumps([reading.model_dump(mode="json") for reading in readings])


def written_form(form: int) -> str:
    """The words that such readings of a form have."""
    return f'"form": {form}'


def read_readings(archive: Archive, body: str | None) -> list[Reading]:
    """The readings that the ledger keeps of a clip."""
    return archive.ledger.clips.parsed(_READINGS, body) if body else []


def _read_otherwise(archive: Archive, model: str) -> set[str]:
    """Clips that were read, but not with the languages that a person declared last, or that hold as they said."""
    marks = archive.ledger.marks.forms_of_declared("transcribe")
    said = archive.ledger.readings.newest_declarations() if marks else {}
    read = {form: read_readings(archive, form) for form in {form for _, _, form in marks}}
    return {
        clip
        for clip, source, form in marks
        if not _was_read("", read[form], model, said[clip].languages or languages_of_source(archive.settings, source))
    }


def _was_read(media_sha256: str, kept: Sequence[Reading], model: str, declared: tuple[str, ...] | None) -> bool:
    """Whether a model read the media; where a person declared languages, its last reading counts, if it was with these.

    The last one, since a reading with other languages has taken the place of the ones before it.
    """
    readings = [r for r in kept if r.media_sha256 == media_sha256 and r.model == model]
    return bool(readings) and (declared is None or readings[-1].declared == declared)


def _transcribe_track(
    archive: Archive,
    reader: "TrackReader",
    prepared: _Prepared,
    track: MediaStream,
    opened: "DecodedTrack",
    reach: Callable[[float], None],
) -> int:
    """Read a track. How many corrected cues came out otherwise than before."""
    capture = prepared.capture
    with archive.progress.task(f"{capture.clip} track {track.index}", total=capture.duration, unit="s") as task:
        reached = 0.0

        def tell(done: float, total: float) -> None:
            nonlocal reached
            task.total(total)
            task.advance(done - reached)
            reached = done
            reach(done / total if total else 1.0)

        result = reader.read(opened, track_language=track.language, declared=prepared.declared, progress=tell)
    made = [one for one in (result.transcript, result.translation) if one]
    before = corrected(archive, capture.clip)
    return sum(_keep(archive, capture, one, before, _name_of(one), one.kind) for one in made)


def _name_of(transcript: Transcript) -> str:
    slug = re.sub(r"[^A-Za-z0-9.-]+", "-", transcript.model)
    aid = "-to-en" if transcript.kind == "translation" else ""
    return f"{slug}-{transcript.model_digest[:8]}-t{transcript.track}{aid}"


def keep_transcript(
    archive: Archive, capture: Capture, transcript: Transcript, *, name: str, kind: TranscriptKind
) -> int:
    """Keep a transcript, and over it what people corrected in the one of its name: how many cues came out otherwise."""
    return _keep(archive, capture, transcript, corrected(archive, capture.clip), name, kind)


def _keep(
    archive: Archive,
    capture: Capture,
    transcript: Transcript,
    before: Mapping[str, Shown],
    name: str,
    kind: TranscriptKind,
) -> int:
    body = to_json(transcript)
    wrote = next(iter(transcript.own_models), None) if kind == "completion" else None
    ref = TranscriptRef(
        name=name,
        kind=kind,
        sha512=ocfl.digest_of(body.encode()),
        media_sha256=capture.media.sha256,
        track=transcript.track,
        model=wrote.model if wrote else transcript.model,
        model_digest=wrote.digest if wrote else transcript.model_digest,
        languages=transcript.languages,
        segments=len(transcript.segments),
        gaps=len(transcript.gaps),
        doubtful=transcript.doubtful,
        starts_at=starts_at(transcript),
        clock_doubts=transcript.clock_doubts,
    )
    torn = carry(archive, capture.clip, before, name=name, sha512=ref.sha512, body=body)
    detail = f"{name} by {ref.model} ({(ref.model_digest or '')[:12]})"
    event = archive.happened(ObjectId.work_of(capture.clip), CREATION, detail=detail)
    archive.ledger.readings.add_transcript(capture.clip, ref, body, event=event)
    return torn


@contextmanager
def brought(archive: Archive, capture: Capture, usable: Mapping[str, Target]) -> Iterator[Path]:
    """The media of a capture: in the spool, or brought from a target for as long as it is needed."""
    head = archive.ledger.copies.head(ObjectId.evidence_of(capture.clip))
    if head is None:
        raise FileNotFoundError(f"no evidence of {capture.clip} is sealed")
    with held(archive, file_at(archive, head, capture.media.path), usable) as media:
        yield media
