"""The clock of players: at which of its seconds a browser plays what stands at a second of a transcript. Pure.

A transcript's zero is the container's own start. mpv and VLC rebase as ffmpeg does and show the same seconds; a browser
shows the container's own clock for the containers that it plays, as measured with Chromium 156: MP4, MOV, Matroska and
WebM, Ogg but for Vorbis. It plays no MPEG streams, AVI, FLV and WMV, whose players rebase. Clocks apply where something
leaves the archive, and nowhere else.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Final, TypeVar

from transcription.documents.cues import Cue
from transcription.documents.kinds import Document
from transcription.documents.platform_captions import Captions
from transcription.records import Gap, Segment, Transcript

PLAYER: Final = "player"
"""What the clock of a browser is called in a note."""

_KEEPING: Final = frozenset({"mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm"})

Timed = TypeVar("Timed", Segment, Gap)


def starts_at(document: Document) -> float:
    """Where a browser's clock stands at a document's zero, in seconds; it may be negative.

    0 for captions, which are on the clock of their platform's player, and for a transcript that does not say where its
    container begins.
    """
    if isinstance(document, Captions) or document.start is None or document.container is None:
        return 0.0
    return document.start if keeps_its_clock(document.container, document.codec) else 0.0


def keeps_its_clock(container: str, codec: str | None) -> bool:
    """Whether a browser shows the clock of a container itself; both are as ffprobe calls them."""
    names = set(container.split(","))
    return bool(names & _KEEPING) or ("ogg" in names and codec != "vorbis")


def names_its_clock(document: Document) -> bool:
    """Whether it is known where a browser's clock stands at a document's zero."""
    return isinstance(document, Transcript) and document.start is not None


def shown_at(seconds: float, ahead: float) -> float:
    """A second on a clock that is so far ahead, to the millisecond: 0 for what is before that clock begins."""
    return max(0.0, round(seconds + ahead, 3))


def shifted(transcript: Transcript, ahead: float) -> Transcript:
    """A transcript whose spans are on a clock that is so far ahead. To be written, not to be kept."""

    def moved(spans: Sequence[Timed]) -> tuple[Timed, ...]:
        return tuple(
            span.model_copy(update={"start": shown_at(span.start, ahead), "end": shown_at(span.end, ahead)})
            for span in spans
        )

    if not ahead:
        return transcript
    return transcript.model_copy(update={"segments": moved(transcript.segments), "gaps": moved(transcript.gaps)})


def zero_based(cues: Sequence[Cue], ahead: float, exported: Sequence[tuple[float, float]]) -> tuple[Cue, ...]:
    """Cues of a file whose clock was so far ahead, on the transcript's own.

    `exported` are the spans that were written to it: a cue at the seconds of one of them has exactly its seconds, also
    where they were before that clock begins; of several that were shown at the same seconds, in their order.
    """
    if not ahead:
        return tuple(cues)
    was = defaultdict[tuple[float, float], deque[tuple[float, float]]](deque)
    for start, end in exported:
        was[shown_at(start, ahead), shown_at(end, ahead)].append((start, end))
    starts = {shown_at(start, ahead): start for start, _ in reversed(exported)}
    ends = {shown_at(end, ahead): end for _, end in reversed(exported)}

    def back(cue: Cue) -> Cue:
        usual = (
            starts.get(cue.start, max(0.0, cue.start - ahead)),
            ends.get(cue.end, max(0.0, cue.end - ahead)),
        )
        there = was.get((cue.start, cue.end))
        start, end = usual if not there else there.popleft() if len(there) > 1 else there[0]
        return cue.model_copy(update={"start": round(start, 3), "end": round(end, 3)})

    return tuple(back(cue) for cue in cues)
