"""Corrections by people as layers over a transcript: what a person changed in its cues, and what stands then. Pure.

A transcript's cues are read back from the WebVTT that `transcription.formats` writes, so that what a person saw is what
is compared: a text, and above it the label, such as `[kk, low_confidence]`. Two texts that differ only in blanks and
line breaks are one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from transcription.cues import Cue, plain, read
from transcription.documents import Document, to_vtt
from transcription.errors import DocumentError
from transcription.records import MARKS, Record, Seconds

CORRECTED = "corrected"
UNDETERMINED = "und"
"""The language of words of which nobody said in which one they are (ISO 639-2)."""

_LABEL = re.compile(r"\[((?:[a-z]{2,3}|x)(?:-[A-Za-z0-9]{1,8})*)((?:, [^,\[\]]+)*)\]")
_LEFT_OUT = re.compile(r"\[speech not written down: [^\[\]]+\]")
_MARK = re.compile(f"{'|'.join(MARKS)}|(?:outside|may_be):[a-z]{{2,3}}|{CORRECTED}")


class Told(Record):
    """What stands in a cue: its seconds, its language and its text; no language where speech was left out."""

    start: Seconds
    end: Seconds
    language: str | None
    text: Annotated[str, AfterValidator(plain)]

    @property
    def span(self) -> tuple[float, float]:
        """Its seconds."""
        return self.start, self.end

    def overlaps(self, other: "Told") -> bool:
        """Whether both are in one moment."""
        return self.start < other.end and other.start < self.end


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
    """A cue as it stands, the rest of its label, and the layer that it is from, None for the transcript's own."""

    told: Told
    notes: tuple[str, ...] = ()
    layer: Layer | None = None

    @property
    def label(self) -> str:
        """What is written above the text."""
        if self.told.language is None:
            return self.notes[0]
        return f"[{', '.join((self.told.language, *self.notes))}]"


def lines(document: Document, layers: Iterable[Layer] = ()) -> tuple[Line, ...]:
    """The cues of a transcript as they stand under layers, by time. Raises DocumentError if a layer does not fit."""
    found = tuple(_line(cue) for cue in read(to_vtt(document).encode()))
    for layer in layers:
        found = _under(found, layer)
    return found


def changes(before: Sequence[Line], cues: Iterable[Cue], *, language: str = UNDETERMINED) -> tuple[Change, ...]:
    """What was changed between cues as they were exported and as they came back, in order of time.

    A cue is found again by its seconds, else by its beginning, its end or its text. One whose text was emptied is
    removed. Without a label a cue keeps its language; an added one, or one where speech was left out, is in `language`.
    """
    edited = [(cue, *_parted(cue.text)) for cue in cues]
    told = [line.told for line in before]
    pairs = dict[int, int]()  # of what came back → of what was there

    def pair(kind: Callable[[Told], Hashable], came: Callable[[Cue, str | None, str], Hashable]) -> None:
        waiting = defaultdict[Hashable, list[int]](list)
        for number in sorted({*range(len(told))} - {*pairs.values()}, reverse=True):
            waiting[kind(told[number])].append(number)
        for number, (cue, label, text) in enumerate(edited):
            if number not in pairs and (there := waiting[came(cue, label, text)]):
                pairs[number] = there.pop()

    pair(lambda t: (t.span, t.text), lambda cue, _, text: ((cue.start, cue.end), text))
    pair(lambda t: t.span, lambda cue, _label, _text: (cue.start, cue.end))
    pair(lambda t: t.start, lambda cue, _label, _text: cue.start)
    pair(lambda t: t.end, lambda cue, _label, _text: cue.end)
    pair(lambda t: t.text or t, lambda cue, _, text: text or cue)
    paired = set(pairs.values())
    found = [Change(was=was, now=None) for number, was in enumerate(told) if number not in paired]
    for number, (cue, label, text) in enumerate(edited):
        was = told[pairs[number]] if number in pairs else None
        if (now := _now(cue, label, text, was, language)) != was:
            found.append(Change(was=was, now=now))
    return tuple(sorted(found, key=lambda change: change.start))


def merge(
    exported: Sequence[Line], present: Sequence[Line], wanted: Iterable[Change], *, made: Iterable[Change] = ()
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Changes of what was exported, parted into those that fit what stands now, and those in conflict with it.

    What was made since the export already, by the same change or to the same end, is in neither. Somebody's other words
    for the same cue make a conflict; so does an added cue beside words that are new since.
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
        elif change.now is not None or touched:
            conflicts.append(change)
    return tuple(fits), tuple(conflicts)


def _line(cue: Cue) -> Line:
    label, _, text = cue.text.partition("\n")
    if parted := _LABEL.fullmatch(label):
        told = Told(start=cue.start, end=cue.end, language=parted[1], text=text)
        return Line(told, tuple(note for note in parted[2].split(", ") if note))
    return Line(Told(start=cue.start, end=cue.end, language=None, text=""), (label,))


def _parted(text: str) -> tuple[str | None, str]:
    """The language of a cue's label, None without one, and its text."""
    first, _, rest = text.partition("\n")
    if parted := _LABEL.fullmatch(first.strip()):
        return parted[1], plain(rest)
    return None, plain(rest if _LEFT_OUT.fullmatch(first.strip()) else text)


def _now(cue: Cue, label: str | None, text: str, was: Told | None, language: str) -> Told | None:
    if not text and (was is None or was.text):
        return None
    if not text and was is not None:
        return was
    return Told(start=cue.start, end=cue.end, language=label or (was and was.language) or language, text=text)


def _under(standing: tuple[Line, ...], layer: Layer) -> tuple[Line, ...]:
    found = list(standing)
    for change in layer.changes:
        notes = tuple[str, ...]()
        if change.was is not None:
            place = next((n for n, line in enumerate(found) if line.told == change.was), None)
            if place is None:
                raise DocumentError(f"a correction by {layer.by} changes a cue at {change.start:g} s that is not there")
            line = found.pop(place)
            notes = () if line.told.language is None else tuple(n for n in line.notes if not _MARK.fullmatch(n))
        if change.now is not None:
            found.append(Line(change.now, (*notes, CORRECTED), layer))
    return tuple(sorted(found, key=lambda line: line.told.span))
