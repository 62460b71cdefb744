"""Transcripts that complete others: what was read later of gaps alone, and both as one text, by time. Pure.

Where a language got a model of its own only after a clip was read, its gaps are read by themselves, into a transcript
that names the one it completes by the sha256 of its JSON. Neither changes: each has its own name, digest and
corrections, and what is shown of both is put together here. Once the first is read again as a whole, the other
completes nothing any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from transcription.records import Gap, Transcript

if TYPE_CHECKING:
    from archive.texts.shown import Shown
    from transcription.documents.corrections import Line

COMPLETION: Final = "completion"
"""The kind of such a transcript, in its reference."""

UNREAD = "speech not written down: unsupported_language"
"""What the label of a cue says where no model knew what may be spoken."""


@dataclass(frozen=True)
class PlacedLine:
    """A cue, the transcript that it is of, and its place there, from 0: under that name it is corrected and cited."""

    line: "Line"
    of: "Shown"
    number: int


def completed(there: Sequence["Shown"]) -> list["Shown"]:
    """Transcripts, each with those that complete it."""
    parts: dict[str, list[Shown]] = {}
    for one in there:
        if one.ref.kind == COMPLETION and isinstance(one.document, Transcript) and one.document.completes:
            parts.setdefault(one.document.completes, []).append(one)
    if not parts:
        return list(there)
    return [replace(one, completions=tuple(parts.get(sha256(one.body.encode()).hexdigest(), ()))) for one in there]


def in_force(there: Sequence["Shown"]) -> list["Shown"]:
    """Those that say what is said in the clip: without such as complete a transcript that was read again since."""
    whole = completed(there)
    held = {part.ref.name for one in whole for part in one.completions}
    return [one for one in whole if one.ref.kind != COMPLETION or one.ref.name in held]


def open_gaps(transcript: Transcript, completions: Iterable[Transcript]) -> tuple[Gap, ...]:
    """The gaps for want of a model, without those parts in which a completion has words."""
    written = [(s.start, s.end, s.channel) for one in completions for s in one.segments]
    found = list[Gap]()
    for gap in transcript.gaps:
        if gap.reason != "unsupported_language":
            continue
        at = gap.start
        for start, end, _ in sorted(w for w in written if w[2] == gap.channel and w[0] < gap.end and w[1] > gap.start):
            if start > at:
                found.append(gap.model_copy(update={"start": at, "end": start}))
            at = max(at, end)
        if at < gap.end:
            found.append(gap.model_copy(update={"start": at}))
    return tuple(found)


def joined_lines(one: "Shown") -> tuple[PlacedLine, ...]:
    """The cues of a transcript and of those that complete it, by time.

    A cue that says only that no model knew the language gives way to what was read there since. Where people wrote
    something down in such a gap, that stands, and not what a machine made of it later.
    """
    own = [PlacedLine(line, one, number) for number, line in enumerate(one.lines())]
    if not one.completions:
        return tuple(own)
    by_people = [placed.line.told for placed in own if placed.line.layer and placed.line.told.language]
    more = [
        PlacedLine(line, part, number)
        for part in one.completions
        for number, line in enumerate(part.lines())
        if not any(line.told.overlaps(told) for told in by_people)
    ]
    told = [placed for placed in (*own, *more) if not _gives_way(placed, one, more)]
    return tuple(sorted(told, key=lambda placed: (placed.line.told.span, placed.line.told.side or "")))


def _gives_way(placed: PlacedLine, whole: "Shown", more: Sequence[PlacedLine]) -> bool:
    """Whether a cue says that no model knew the language, and another transcript says more of that time."""
    if UNREAD not in placed.line.notes:
        return False
    later = (other.line.told for other in more if other.of is not placed.of)
    return any(told.overlaps(placed.line.told) and (placed.of is whole or told.language) for told in later)
