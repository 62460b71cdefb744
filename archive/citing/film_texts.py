"""The texts of one film of a clip, as others' tools are given them, and the light copy that plays for it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.records.clip import Capture
from archive.texts.completions import joined_lines
from archive.texts.shown import Shown
from transcription.documents.corrections import Line
from transcription.documents.players import starts_at


@dataclass(frozen=True)
class LightCopy:
    """A derivative of the film: its media type, and where a browser's clock stands at its beginning, in seconds.

    `ending` is that of its file's name.
    """

    format: str
    starts_at: float = 0.0
    ending: str = "mp4"


def of_film(texts: Sequence[Shown], capture: Capture) -> list[Shown]:
    """Those of the texts that are of the film of a capture."""
    return [one for one in texts if one.ref.media_sha256 == capture.media.sha256]


def clock_of(texts: Sequence[Shown]) -> float:
    """Where a browser's clock stands at the beginning of the film that the texts are of, in seconds."""
    return next((starts_at(one.document) for one in texts if one.ref.kind != "captions"), 0.0)


def said_in(one: Shown) -> Iterator[Line]:
    """The lines in which something was said, by time, with what was read later of its gaps."""
    return (p.line for p in joined_lines(one) if p.line.told.language and p.line.told.text)
