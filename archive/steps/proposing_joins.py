"""Propose joins: compare what is new with all that is held, and keep which clips may be one recording.

The same file and the same streams are seen in the ledger. The sound of a clip is fingerprinted once, as it lies in the
spool, and kept by the digest of its media; what is killed goes on with the next one. Then the new ones are an index, in
which all others are looked up one after another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import NoSuchClip, SpaceShort
from archive.ledger.joins import Fingerprint
from archive.local_paths import inside
from archive.opening.archive import Archive
from archive.preservation.bringing import held
from archive.preservation.space import SealedFile, file_at
from archive.records.event import METADATA, Event
from archive.records.join import HeldMedia, Join, Pictures, join_id
from archive.records.object_ids import ObjectId
from storage.contract import Target
from storage.errors import TargetError
from transcription.errors import MediaError, MediaTimeout
from transcription.media.fingerprint import ITEM_SECONDS, fingerprint, fingerprinter
from transcription.media.probing_media import probe
from transcription.media.stills import stills

if TYPE_CHECKING:  # numpy takes a fifth of a second
    from archive.joins.lookup import SoundIndex
    from archive.joins.proposing import Compared
    from archive.joins.soundprints import Soundprint

MOST_TRACKS = 4
"""Audio tracks of a film that are compared: more are its translations."""
INDEXED = 4_000_000
"""Items that are indexed at a time: some 550 clips of a quarter of an hour, in 300 MB of memory."""
STILL_TIMEOUT = 60.0
NO_FINGERPRINTS = (
    "sounds are not compared: this ffmpeg has no chromaprint muxer, and there is no fpcalc; `thirdcopy doctor` says "
    "what to do"
)


@dataclass(frozen=True)
class Proposed:
    """What came of one comparison: how many joins are new, and what went wrong."""

    joins: int = 0
    compared: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """What is to be compared: clips whose file nobody looked at yet, and those whose sound is to be."""

    files: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()


def to_compare(archive: Archive, *, bring: bool = False, retry: bool = False) -> Due:
    """What is to be compared; nothing where fewer than two clips are held.

    A sound is due where it lies in the spool or has its fingerprint already: with `bring`, also where it is to be
    brought from a target. One that failed waits for `retry`.
    """
    ledger, (by_sound, by_file) = archive.ledger, (_mark("", by) for by in ("sound", "file"))
    new = ledger.marks.without("joins", [by_sound])
    if not new or ledger.clips.count_held() < 2:
        return Due()
    known = ledger.joins.fingerprinted()
    failed = {f.clip for f in ledger.clips.failures() if f.step == "joins" and f.kind != "passing" and not retry}
    sounds = (
        clip
        for clip, sha256 in new.items()
        if clip not in failed and (bring or sha256 in known or _is_spooled(archive, clip))
    )
    return Due(tuple(ledger.marks.without("joins", [by_sound, by_file])), tuple(sounds))


def _mark(media: str, by: str) -> str:
    from archive.joins.proposing import RULES

    return f"{RULES} {by} {media}"


def _is_spooled(archive: Archive, clip: str) -> bool:
    return inside(archive.spool, ObjectId.evidence_of(clip)).is_dir()


def propose_joins(
    archive: Archive,
    usable: Mapping[str, Target],
    clips: Collection[str] | None = None,
    *,
    bring: bool = False,
    retry: bool = False,
) -> Proposed:
    """Compare what is due, of some clips or of all, with everything that is held.

    What cannot be read is kept as a failure and told, and the rest goes on. A target that is not there now is passed
    over: its clips are due again.
    """
    due = to_compare(archive, bring=bring, retry=retry)
    files = [clip for clip in due.files if clips is None or clip in clips]
    sounds = [clip for clip in due.sounds if clips is None or clip in clips]
    if not files and not sounds:
        return Proposed()
    if sounds and fingerprinter() is None:
        archive.progress.say(NO_FINGERPRINTS)
        sounds = []
    return _Comparison(archive, usable).run(files, sounds)


class _Comparison:
    """One comparison of some clips with all."""

    def __init__(self, archive: Archive, usable: Mapping[str, Target]) -> None:
        from archive.joins.proposing import exact

        self._archive, self._usable, self._held = archive, usable, archive.ledger.joins.held()
        self._exact = {join.id: join for join in exact(self._held.values())}
        self._before = {join.id: join for join in archive.ledger.joins.of()}
        done = archive.ledger.clips.all_done("joins")
        self._heard = {clip for clip, one in self._held.items() if done.get(clip) == _mark(one.media.sha256, "sound")}
        self._new, self._problems = 0, list[str]()

    def run(self, files: Sequence[str], sounds: Sequence[str]) -> Proposed:
        ready = self._fingerprinted(sounds)
        others = [clip for clip in files if clip not in {*ready}]
        self._keep(others, [join for join in self._exact.values() if {*join.clips} & {*others}], by="file")
        compared, found = set[str](), dict[str, Join]()
        for batch in self._batches(ready):
            left = {clip for clip, one in self._held.items() if one.media.sha256 not in compared}
            found |= {join.id: join for join in self._likely(batch, left)}
            # Those that an earlier batch found with one of this are no less found now.
            mine = [join for join in (*self._exact.values(), *found.values()) if {*join.clips} & {*batch}]
            self._keep(batch, mine, by="sound")
            compared.update(self._held[clip].media.sha256 for clip in batch)
        return Proposed(self._new, len(others) + len(ready), tuple(self._problems))

    def _keep(self, clips: Sequence[str], joins: Sequence[Join], *, by: str) -> None:
        if not clips:
            return
        changed = [join for join in joins if self._before.get(join.id) != join]
        events = [event for join in changed for event in self._events(join)]
        marks = {clip: _mark(self._held[clip].media.sha256, by) for clip in clips}
        anew = clips if by == "sound" else ()
        self._archive.ledger.joins.propose(marks, joins, anew=anew, events=events)
        self._before |= {join.id: join for join in changed}
        self._new += len(changed)

    def _events(self, join: Join) -> Iterator[Event | None]:
        for clip, other in ((join.one, join.other), (join.other, join.one)):
            detail = f"may be one recording with {other}: {join.kind}"
            yield self._archive.happened(ObjectId.work_of(clip), METADATA, detail=detail)

    def _fingerprinted(self, clips: Sequence[str]) -> list[str]:
        """Those of some clips whose sound can be compared: fingerprinted now, each kept at once, or before."""
        ledger, ready = self._archive.ledger, list[str]()
        known = ledger.joins.fingerprinted()
        seconds = sum(self._held[clip].duration for clip in clips if self._held[clip].media.sha256 not in known)
        with self._archive.progress.task("sound of new clips", total=seconds, unit="s") as task:
            for clip in clips:
                media = self._held[clip].media.sha256
                if media not in known:
                    try:
                        ledger.joins.keep_fingerprint(media, self._take(clip))
                    except (MediaError, SpaceShort, TargetError, FileNotFoundError) as error:
                        self._failed(clip, error)
                        continue
                    known.add(media)
                    task.advance(self._held[clip].duration)
                ledger.clips.mended(clip, "joins")
                ready.append(clip)
        return ready

    def _failed(self, clip: str, error: Exception) -> None:
        kind = "damaged" if isinstance(error, MediaError) and not isinstance(error, MediaTimeout) else "passing"
        clock = self._archive.clock()
        self._archive.ledger.clips.failed(clip, "joins", kind=kind, message=str(error), now=clock)
        self._problems.append(f"{clip}: its sound is not compared: {error}")

    def _take(self, clip: str) -> Fingerprint:
        with self._media(clip) as path:
            media = probe(path)
            timeout = 60 + self._held[clip].duration
            tracks = {
                track.index: fingerprint(path, track, media, timeout=timeout).astype("<u4").tobytes()
                for track in media.audio[:MOST_TRACKS]
                if track.codec != "unknown"
            }
            pixels = max((s.pixels or 0 for s in media.content if s.kind == "video"), default=0)
        return Fingerprint(tracks, pixels or None)

    @contextmanager
    def _media(self, clip: str) -> Iterator[Path]:
        """The media of a clip: in the spool, or brought from a target for as long as it is needed."""
        with held(self._archive, _file_of(self._archive, self._held[clip]), self._usable) as path:
            yield path

    def _batches(self, clips: Sequence[str]) -> Iterator[list[str]]:
        """Clips, so many at a time as are indexed at once."""
        batch, items = list[str](), 0
        for clip in clips:
            many = round(self._held[clip].duration / ITEM_SECONDS)
            if batch and items + many > INDEXED:
                yield batch
                batch, items = [], 0
            batch.append(clip)
            items += many
        if batch:
            yield batch

    def _sounds(self, clips: Collection[str]) -> "Iterator[Soundprint]":
        """The sounds of some clips, track by track; of clips that are one file the first alone."""
        import numpy

        from archive.joins.soundprints import Soundprint

        first = dict[str, str]()
        for clip in sorted(clips):
            first.setdefault(self._held[clip].media.sha256, clip)
        for media, made in self._archive.ledger.joins.fingerprints(first):
            for track, items in made.tracks.items():
                yield Soundprint(first[media], track, numpy.frombuffer(items, "<u4").astype(numpy.uint32))

    def _likely(self, batch: Sequence[str], others: Collection[str]) -> list[Join]:
        """The joins of a batch with others. A file that was compared under another clip's name already is left out."""
        from archive.joins.lookup import SoundIndex
        from archive.joins.proposing import MOST_LIKELY, Compared, likely, strongest

        earlier = (self._heard - {*batch}) | ({*self._held} - {*others})
        heard = {self._held[clip].media.sha256 for clip in earlier}
        fresh = [clip for clip in batch if self._held[clip].media.sha256 not in heard]
        if not fresh:
            return []
        index = SoundIndex(list(self._sounds(fresh)))
        sounds = list({self._held[clip].media.sha256 for clip in others})
        best = dict[str, Compared]()
        with self._archive.progress.task("sounds compared", total=len(sounds), unit="films") as task:
            for sound in self._sounds(others):
                for found in self._alike(index, sound):
                    name = join_id(found.one, found.other)
                    if name not in best or found.shared.seconds > best[name].shared.seconds:
                        best[name] = found
                task.advance(1)
        chosen, left = strongest(best.values(), batch)
        for clip, more in left.items():
            said = f"{more:,} more clips have its sound than the {MOST_LIKELY} that are proposed"
            self._problems.append(f"{clip}: {said}")
        return [likely(found, self._held, self._pictures(found)) for found in chosen]

    def _alike(self, index: "SoundIndex", sound: "Soundprint") -> "Iterator[Compared]":
        from archive.joins.aligning import align
        from archive.joins.proposing import Compared

        for candidate in index.candidates(sound):
            there = index.sounds[candidate.number]
            if there.clip == sound.clip or join_id(there.clip, sound.clip) in self._exact:
                continue
            shifts = candidate.shifts  # how much later it comes in the index's sound
            one, other = sound, there
            if other.clip < one.clip:
                one, other, shifts = there, sound, tuple(-shift for shift in shifts)
            if alignment := align(one, other, shifts):
                compared = Compared(one.clip, other.clip, alignment, ITEM_SECONDS)
                if compared.is_likely():
                    yield compared

    def _pictures(self, found: "Compared") -> Pictures:
        """What the pictures of two clips say at moments that belong together."""
        from archive.joins.proposing import seen_together

        moments = found.moments()
        seen = list[list[int | None]]()
        for clip, at in ((found.one, [one for one, _ in moments]), (found.other, [other for _, other in moments])):
            try:
                with self._media(clip) as path:
                    seen.append(stills(path, probe(path), at, timeout=STILL_TIMEOUT))
            except (MediaError, SpaceShort, TargetError, FileNotFoundError):
                return Pictures(distance=None, moments=0, why=f"the picture of {clip} could not be read")
        return seen_together(*seen)


def _file_of(archive: Archive, media: HeldMedia) -> SealedFile:
    """A clip's newest media as a sealed file. Raises NoSuchClip where no evidence of it is sealed."""
    head = archive.ledger.copies.head(ObjectId.evidence_of(media.clip))
    if head is None:
        raise NoSuchClip(f"no evidence of {media.clip} is sealed")
    return file_at(archive, head, media.media.path)
