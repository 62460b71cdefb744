"""Corrections by people as layers over a transcript: what a person changed in its cues, and what stands then. Pure.

A transcript's cues are read back from the WebVTT that `formats` writes, so that what a person saw is what
is compared: a text, and above it the label, such as `[kk, low_confidence]`, or `[left, kk]` where each side of a track
is a voice of its own. Two texts that differ only in blanks and line breaks are one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from transcription.documents import labels
from transcription.documents.cues import Cue, clock, plain, read_captions
from transcription.documents.kinds import Document, to_vtt
from transcription.documents.labels import CORRECTED, is_mark
from transcription.documents.sides import Side
from transcription.errors import DocumentError
from transcription.records import Record, Seconds

UNDETERMINED = "und"
"""The language of words of which nobody said in which one they are (ISO 639-2)."""


class Told(Record):
    """What stands in a cue: its seconds, its language and its text; no language where speech was left out.

    `side` is that of the track, where each is a voice of its own.
    """

    start: Seconds
    end: Seconds
    side: Side | None = None
    language: str | None
    text: Annotated[str, AfterValidator(plain)]

    @property
    def span(self) -> tuple[float, float]:
        """Its seconds."""
        return self.start, self.end

    def overlaps(self, other: "Told") -> bool:
        """Whether both are in one moment, of one side."""
        apart = None not in (self.side, other.side) and self.side != other.side
        return not apart and self.start < other.end and other.start < self.end


class Change(Record):
    """One cue before and after: without `was` it was added, without `now` removed."""

    was: Told | None
    now: Told | None

    @model_validator(mode="after")
    def _changes(self) -> Self:
        if self.was == self.now:
            raise ValueError("a change is one of something into something else")
        return self

    @property
    def start(self) -> float:
        """Where it is, in seconds."""
        return min(told.start for told in (self.was, self.now) if told)

    @property
    def end(self) -> float:
        """Where it ends, in seconds."""
        return max(told.end for told in (self.was, self.now) if told)

    @property
    def kind(self) -> Literal["changed", "added", "removed"]:
        """What happened to the cue."""
        return "added" if self.was is None else "changed" if self.now else "removed"


@dataclass(frozen=True)
class Layer:
    """What one person changed at one time."""

    by: str
    at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Line:
    """A cue as it stands, the rest of its label, and the layer that it is from, None for the transcript's own.

    `before` is what the label says before all else, `notes` what it says at its end: marks, or why nothing is written.
    """

    told: Told
    before: str = ""
    notes: tuple[str, ...] = ()
    layer: Layer | None = None

    @property
    def label(self) -> str:
        """What is written above the text."""
        known = (self.told.side, self.told.language)
        return f"[{self.before}{', '.join((*(word for word in known if word), *self.notes))}]"


def lines(document: Document, layers: Iterable[Layer] = ()) -> tuple[Line, ...]:
    """The cues of a transcript as they stand under layers, by time. Raises DocumentError if a layer does not fit."""
    found = lines_of(to_vtt(document).encode())
    for layer in layers:
        found = _under(found, layer)
    return found


def lines_of(data: bytes) -> tuple[Line, ...]:
    """The cues of WebVTT that the archive wrote, by time. Raises DocumentError for another file's."""
    return tuple(_line(cue) for cue in read_captions(data))


def changes(before: Sequence[Line], cues: Iterable[Cue], *, language: str = UNDETERMINED) -> tuple[Change, ...]:
    """What was changed between cues as they were exported and as they came back, in order of time.

    A cue is found again by its seconds, else by its beginning, its end or its text. One whose text was emptied is
    removed. Without a label a cue keeps its language and its side; an added one has those of the cue that it took most
    of its time from, as where one is split; else, and where speech was left out, it is in `language`. Raises
    DocumentError, with the line, for a label in a language that there is none of.
    """
    told = [line.told for line in before]
    known = {one.language for one in told if one.language}
    edited = [_back(cue, known) for cue in cues]
    pairs = dict[int, int]()  # of what came back → of what was there

    def pair(same: Callable[[Told], Hashable]) -> None:
        waiting = defaultdict[Hashable, list[int]](list)
        for number in sorted({*range(len(told))} - {*pairs.values()}, reverse=True):
            waiting[same(told[number])].append(number)
        for number, came in enumerate(edited):
            if number not in pairs and (there := waiting[same(came)]):
                pairs[number] = there.pop()

    pair(lambda t: (t.span, t.side, t.text))
    pair(lambda t: (t.span, t.side))
    pair(lambda t: (t.span, t.text))
    pair(lambda t: t.span)
    pair(lambda t: t.start)
    pair(lambda t: t.end)
    pair(lambda t: t.text or t)
    became = {there: edited[number] for number, there in pairs.items()}
    found = [Change(was=was, now=None) for number, was in enumerate(told) if number not in became]
    for number, came in enumerate(edited):
        was = told[pairs[number]] if number in pairs else None
        if (now := _now(came, was or _split_from(came, told, became), was, language)) != was:
            found.append(Change(was=was, now=now))
    return tuple(sorted(found, key=lambda change: change.start))


def merge(
    exported: Sequence[Line],
    present: Sequence[Line],
    wanted: Iterable[Change],
    *,
    made: Iterable[Change] = (),
    by: str | None = None,
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Changes of what was exported, parted into those that fit what stands now, and those in conflict with it.

    What was made since the export already, by the same change or to the same end, is in neither. Somebody's other words
    for the same cue make a conflict; so does an added cue beside words that are new since. Words that are new since
    because the same person, `by`, wrote them take what that person writes now.
    """
    before, now, done = {line.told for line in exported}, {line.told for line in present}, set(made)
    since = [told for told in now if told not in before]
    fits, conflicts = list[Change](), list[Change]()
    for change in wanted:
        if change in done or (change.now in now and change.was not in now):
            continue
        touched = [told for told in since if told.overlaps(change.was or change.now)]  # type: ignore[arg-type]
        if change.was is None:
            (conflicts if touched else fits).append(change)
        elif change.was in now:
            fits.append(change)
        elif own := [line.told for line in present if line.told in touched and _wrote(line, by)]:
            if len(own) == len(touched) == 1 and own[0] != change.now:
                fits.append(Change(was=own[0], now=change.now))
            else:
                conflicts.append(change)
        elif change.now is not None or touched:
            conflicts.append(change)
    return tuple(fits), tuple(conflicts)


def _wrote(line: Line, by: str | None) -> bool:
    return line.layer is not None and line.layer.by == by


def _line(cue: Cue) -> Line:
    label, _, text = cue.text.partition("\n")
    found = labels.written(label)
    if found is None:
        raise DocumentError(f"the cue at {clock(cue.start)} has a label that nobody knows: {label}")
    if found.language is None:
        text = ""
    return Line(
        Told(start=cue.start, end=cue.end, side=found.side, language=found.language, text=text),
        found.before,
        found.notes,
    )


def _back(cue: Cue, known: Collection[str]) -> Told:
    """A cue that came back, without a language where no label names one."""
    found = labels.edited(cue.text, cue.line + 1, known)
    return Told(start=cue.start, end=cue.end, side=found.side, language=found.language, text=found.text)


def _split_from(came: Told, told: Sequence[Told], became: Mapping[int, Told]) -> Told | None:
    """The cue that an added one took its time from, which that has no longer, if it is most of it."""
    shared = {
        was: min(came.end, was.end) - max(came.start, was.start)
        for number, was in enumerate(told)
        if was.overlaps(came) and not (number in became and became[number].overlaps(came))
    }
    best = max(shared, key=lambda was: shared[was], default=None)
    return best if best and shared[best] * 2 > came.end - came.start else None


def _now(came: Told, like: Told | None, was: Told | None, language: str) -> Told | None:
    if not came.text:
        return None if was is None or was.text else was
    said = came.language or (like and like.language) or language
    return came.model_copy(update={"language": said, "side": came.side or (like and like.side)})


def _under(standing: tuple[Line, ...], layer: Layer) -> tuple[Line, ...]:
    found = list(standing)
    for change in layer.changes:
        head, notes = "", tuple[str, ...]()
        if change.was is not None:
            place = next((n for n, line in enumerate(found) if line.told == change.was), None)
            if place is None:
                raise DocumentError(f"a correction by {layer.by} changes a cue at {change.start:g} s that is not there")
            line = found.pop(place)
            head = line.before
            notes = () if line.told.language is None else tuple(n for n in line.notes if not is_mark(n))
        if change.now is not None:
            found.append(Line(change.now, head, (*notes, CORRECTED), layer))
    return tuple(sorted(found, key=lambda line: (line.told.span, line.told.side or "")))
