"""Corrections by people as layers over a transcript: what a person changed in its cues, and what stands then. Pure.

A transcript's cues are read back from the WebVTT that `transcription.formats` writes, so that what a person saw is what
is compared: a text, and above it the label, such as `[kk, low_confidence]`, or `[left, kk]` where each side of a track
is a voice of its own. Two texts that differ only in blanks and line breaks are one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from transcription.cues import Cue, clock, plain, read
from transcription.documents import Document, to_vtt
from transcription.errors import DocumentError
from transcription.language_names import named
from transcription.languages import is_language
from transcription.records import MARKS, Record, Seconds

CORRECTED = "corrected"
UNDETERMINED = "und"
"""The language of words of which nobody said in which one they are (ISO 639-2)."""

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")

_LABEL = re.compile(
    r"\[(?P<before>machine translation, a reading aid, not what was said, )?(?:(?P<side>left|right), )?"
    r"(?P<language>(?:[a-z]{2,3}|x)(?:-[A-Za-z0-9]{1,8})*)(?P<notes>(?:, [^,\[\]]+)*)\]"
)
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,200})\]")
_TAG = re.compile(r"(?:[a-z]{2,3}|x)(?:-[a-z0-9]{1,8})*", re.IGNORECASE)
_NOT_WRITTEN = re.compile("speech not written down: ")
_BEFORE = frozenset(("machine translation", "a reading aid", "not what was said"))
_LEFT_OUT = re.compile(r"\[(?:(?P<side>left|right), )?(?P<reason>speech not written down: [^\[\]]+)\]")
_MARK = re.compile(f"{'|'.join(MARKS)}|(?:outside|may_be):[a-z]{{2,3}}|{CORRECTED}")


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
    return tuple(_line(cue) for cue in read(data))


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
    times = {"start": cue.start, "end": cue.end}
    if found := _LABEL.fullmatch(label):
        notes = tuple(note for note in found["notes"].split(", ") if note)
        told = Told(**times, side=_side(found["side"]), language=found["language"], text=text)
        return Line(told, found["before"] or "", notes)
    if found := _LEFT_OUT.fullmatch(label):
        return Line(Told(**times, side=_side(found["side"]), language=None, text=""), notes=(found["reason"],))
    raise DocumentError(f"the cue at {clock(cue.start)} has a label that nobody knows: {label}")


def _back(cue: Cue, known: Collection[str]) -> Told:
    """A cue that came back, without a language where no label names one.

    The first line is a label whatever its language, by its code or by its name. Editors move labels too, onto the line
    of their text, or into the middle where two cues become one: there, brackets are one with the code of a language
    that is `known` from the export, and else words (`[he] was taken`). Of several labels the first names the language.
    """
    sides, languages = list[Side](), list[str]()
    first, _, rest = cue.text.partition("\n")

    def taken(found: re.Match[str], *, anywhere: bool = True) -> str:
        words = [word.strip() for word in found[1].split(",")]
        code = next((word for word in words if _TAG.fullmatch(word) and word.lower() not in SIDES), None)
        if code is None and not anywhere:
            code = next((word for word in words if named(word)), None)
        left_out = any(map(_NOT_WRITTEN.match, words))
        others = (word for word in words if word != code and not _NOT_WRITTEN.match(word))
        if not (code or left_out) or not all(_of_a_label(word.lower()) for word in others):
            return found[0]
        if code and anywhere and code.lower() not in known:
            return found[0]
        if code and not anywhere and not (named(code) or _is_language(code, cue.line)):
            return found[0]
        sides.extend(side for side in SIDES if side in map(str.lower, words))
        if code:
            languages.append(named(code) or re.sub("^[A-Za-z]+", lambda tag: tag[0].lower(), code))
        return " "

    if label := _BRACKETS.fullmatch(first.strip()):
        first = taken(label, anywhere=False)
    elif (label := _BRACKETS.match(first.strip())) and named(label[1]) and label[1] == label[1].lower():
        raise DocumentError(
            f"line {cue.line + 1}: {label[0]} before words: the language of a cue stands on a line of its own; "
            "if it was said, write it without brackets"
        )
    text = _BRACKETS.sub(taken, f"{first}\n{rest}")
    return Told(
        start=cue.start,
        end=cue.end,
        side=next(iter(sides), None),
        language=next(iter(languages), None),
        text=text,
    )


def _of_a_label(word: str) -> bool:
    return word in (*_BEFORE, *SIDES) or _MARK.fullmatch(word) is not None


def _is_language(tag: str, line: int) -> bool:
    """Whether a label's tag names a language. Raises DocumentError for two letters that do not; three may be words."""
    code = tag.partition("-")[0].lower()
    if len(code) == 2 and not is_language(code):
        raise DocumentError(f"line {line}: [{tag}] is no label: {code} is no code of a language, such as kk")
    return is_language(code)


def _split_from(came: Told, told: Sequence[Told], became: Mapping[int, Told]) -> Told | None:
    """The cue that an added one took its time from, which that has no longer, if it is most of it."""
    shared = {
        was: min(came.end, was.end) - max(came.start, was.start)
        for number, was in enumerate(told)
        if was.overlaps(came) and not (number in became and became[number].overlaps(came))
    }
    best = max(shared, key=lambda was: shared[was], default=None)
    return best if best and shared[best] * 2 > came.end - came.start else None


def _side(word: str | None) -> Side | None:
    return "left" if word == "left" else "right" if word == "right" else None


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
            notes = () if line.told.language is None else tuple(n for n in line.notes if not _MARK.fullmatch(n))
        if change.now is not None:
            found.append(Line(change.now, head, (*notes, CORRECTED), layer))
    return tuple(sorted(found, key=lambda line: (line.told.span, line.told.side or "")))
