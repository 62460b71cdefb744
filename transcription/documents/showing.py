"""A transcript as it stands under corrections: written for people to read and to edit, and recognised when it is back.

What was not corrected is written as `formats` writes it. A file to be edited says of itself which
transcript it is of and how many corrections it includes: in a note, or for SubRip, which has none, in a first cue.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal
from unicodedata import bidirectional

from pydantic import Field, ValidationError

from transcription.documents import formats, kinds
from transcription.documents.corrections import Layer, Line, Told, lines
from transcription.documents.cues import Cue, clock, escaped, plain, read_captions
from transcription.documents.kinds import Document
from transcription.documents.platform_captions import Captions
from transcription.documents.players import shifted, shown_at, starts_at
from transcription.documents.sides import Side, channel_of, side_of
from transcription.documents.subrip_escapes import held
from transcription.errors import DocumentError
from transcription.records import Record, Transcript

_STAMP = re.compile(
    r"thirdcopy\s+export\s+of\s+(?P<clip>[A-Za-z0-9_-]{1,160}),\s+transcript\s+(?P<transcript>[A-Za-z0-9._-]{1,160}),"
    r"\s+sha512\s+(?P<sha512>[0-9a-f]{128}),\s+with\s+(?P<corrections>[0-9]{1,6})\s+corrections?"
    r"(?P<more>(?:;\s+[a-z_]{1,30}=[A-Za-z0-9._:+-]{1,80})*);?"
)


class Stamp(Record):
    """Which transcript a file was exported from, and how many corrections of it are in the file.

    A field with a default is written as `; NAME=VALUE` where it has another value, and read back by its name; a name
    that this build does not know is passed over, so that files of later builds can be read. `clock` is that of the
    file's seconds, None for the transcript's own, and `starts_at` where it stands at the transcript's zero, in seconds.
    """

    clip: str
    transcript: str
    sha512: str
    corrections: int
    clock: Literal["player"] | None = None
    starts_at: float = Field(default=0.0, allow_inf_nan=False)

    @classmethod
    def more(cls) -> tuple[str, ...]:
        """The fields that are written by their names."""
        return tuple(name for name, field in cls.model_fields.items() if not field.is_required())

    def __str__(self) -> str:
        more = (
            f"; {name}={getattr(self, name)}"
            for name in type(self).more()
            if getattr(self, name) != type(self).model_fields[name].default
        )
        return (
            f"thirdcopy export of {self.clip}, transcript {self.transcript}, sha512 {self.sha512}, "
            f"with {counted(self.corrections)}{''.join(more)}"
        )


_STAMP_S = 0.001
"""Seconds at the beginning for which SubRip shows the stamp."""

_PIECE = re.compile(
    r"thirdcopy\s+export\b|(?<![0-9a-z])[0-9a-f]{32,128}(?![0-9a-z])|\A(?:"
    r"(?:of\s+[A-Za-z0-9_-]+,\s*)?transcript\s+[A-Za-z0-9._-]*[0-9][A-Za-z0-9._-]*,?|,?\s*sha512,?"
    r"|,?\s*(?:with\s+)?[0-9]{1,6}\s+corrections?(?:;\s*[a-z_]+=[^\s;]+)*;?)\Z"
)
"""What nobody says, and an editor leaves where it splits the first cue of SubRip or takes a part of it away."""

END = "thirdcopy export ends here"
"""The last note of WebVTT to edit: with it, what is not there was taken out, and not cut off."""

_END = re.compile(r"(?:\bNOTE\s+)?" + r"\s+".join(END.split()))


def stamp_in(text: str) -> Stamp | None:
    """The stamp in a text, wherever lines were broken in it. Raises DocumentError for a value that it cannot have."""
    if not (found := _STAMP.search(text)):
        return None
    words = found.groupdict()
    more = dict(pair.strip().split("=", 1) for pair in words.pop("more").split(";")[1:])
    known = {name: value for name, value in more.items() if name in Stamp.model_fields and name not in words}
    try:
        return Stamp.model_validate(words | known)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = text.count("\n", 0, found.start()) + 1
        raise DocumentError(
            f"line {where}: the note that says what the file is of is not as `export` wrote it: "
            f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from error


def to_vtt(document: Document, layers: Sequence[Layer], stamp: Stamp) -> str:
    """WebVTT to read and to edit, on the clock that the stamp names."""
    if layers or not isinstance(document, Transcript):
        cues = _vtt_cues(lines(document, layers), stamp.starts_at)
        written = "\n".join([f"WEBVTT\n\nNOTE {escaped(origin(document, layers))}\n", *cues])
    else:
        written = formats.to_vtt(shifted(document, stamp.starts_at))
    return written.replace("WEBVTT\n\n", f"WEBVTT\n\nNOTE {stamp}\n\n", 1)


def _vtt_cues(told: Iterable[Line], ahead: float, way: Callable[[str], str] = str) -> list[str]:
    """Cues, the text of each written as `way` does."""
    at = partial(shown_at, ahead=ahead)
    return [
        f"{clock(at(line.told.start))} --> {clock(at(line.told.end))}\n{escaped(line.label)}\n"
        + (f"{_voiced(line.told, way)}\n" if line.told.language else "")
        for line in told
    ]


def players_vtt(notes: Sequence[str], told: Iterable[Line], ahead: float) -> str:
    """Cues as WebVTT to be shown, and not to be edited; seconds on a clock that is so far ahead.

    Notes stand before the cues alone, each below the word NOTE: Ramp 3.3 refuses a file that has a note on that line
    there, and the OHMS viewer 3.10 shows what stands behind the last cue as said. Text from right to left is an isolate
    (UAX #9, 2.4.2): both, and Clover 3.3, put it behind its label on a line from left to right.
    """
    cues = _vtt_cues(told, ahead, _isolated)
    return "\n".join(["WEBVTT\n", *(f"NOTE\n{escaped(note)}\n" for note in notes), *cues])


def _isolated(text: str) -> str:
    ways = [bidirectional(letter) for letter in text]
    return f"\u2067{text}\u2069" if ways.count("R") + ways.count("AL") > ways.count("L") else text


def to_srt(document: Document, layers: Sequence[Layer], stamp: Stamp) -> str:
    """SubRip to read and to edit, with a cue 0 of a millisecond that says what it is of and names the clock."""
    at = partial(shown_at, ahead=stamp.starts_at)
    if layers or not isinstance(document, Transcript):
        cues = [
            f"{n}\n{clock(at(line.told.start), ',')} --> {clock(at(line.told.end), ',')}\n{held(plain(line.label))}\n"
            + (f"{held(line.told.text)}\n" if line.told.language else "")
            for n, line in enumerate(lines(document, layers), start=1)
        ]
        written = "\n".join(cues)
    else:
        written = formats.to_srt(shifted(document, stamp.starts_at))
    return f"0\n{clock(0, ',')} --> {clock(_STAMP_S, ',')}\n{stamp}\n\n{written}"


def with_end(vtt: str) -> str:
    """WebVTT that says where it ends."""
    return f"{vtt}\nNOTE {END}\n"


def to_text(document: Document, layers: Sequence[Layer], ahead: float = 0.0) -> str:
    """Plain text to read, on a clock that is so many seconds ahead of the transcript's own."""
    if not layers and isinstance(document, Transcript):
        text = formats.to_text(shifted(document, ahead))
    else:
        text = joined_text([origin(document, layers)], lines(document, layers), ahead)
    return text.replace("\n", f"\n{clock_note(ahead)}\n", 1) if ahead else text


def joined_text(origins: Sequence[str], told: Iterable[Line], ahead: float) -> str:
    """Cues as plain text to read, after sentences on where they are from; seconds on a clock that is so far ahead."""
    cues = [
        f"{clock(shown_at(line.told.start, ahead))} {line.label}"
        + (f"\n{line.told.text}" if line.told.language else "")
        + "\n"
        for line in told
    ]
    return "\n".join(["\n".join(origins) + "\n", *cues])


def made_vtt(document: Document) -> str:
    """WebVTT as the work object holds it beside the document, as it was made, on the clock of players."""
    if not (isinstance(document, Transcript) and (ahead := starts_at(document))):
        return kinds.to_vtt(document)
    return formats.to_vtt(shifted(document, ahead)).replace("WEBVTT\n\n", f"WEBVTT\n\nNOTE {clock_note(ahead)}\n\n", 1)


def clock_note(ahead: float) -> str:
    """A sentence on the clock of what is written."""
    return f"Seconds are on the clock of a browser, which stands at {ahead:.3f} where the transcript's stands at 0"


def to_json(body: str, document: Document, layers: Sequence[Layer]) -> str:
    """The transcript's own JSON; under corrections with other segments, which say by whom they are and when.

    Such a segment has no figures of a model: a person wrote it. A gap that was filled is no gap any more.
    """
    if not layers:
        return body
    found: dict[str, Any] = json.loads(body)
    standing = lines(document, layers)
    own = {line.told for line in standing if line.layer is None}
    filled = {line.told for line in lines(document) if line.told.language is None} - own
    corrected = [_corrected(line.told, line.layer) for line in standing if line.layer is not None]
    kept = [segment for segment in found["segments"] if _told(segment, document) in own]
    found["segments"] = sorted([*kept, *corrected], key=lambda segment: (segment["start"], segment["end"]))
    if isinstance(document, Transcript):
        places = {(told.start, told.end, told.side) for told in filled}
        found["gaps"] = [gap for gap in found["gaps"] if (gap["start"], gap["end"], _side(gap, document)) not in places]
    return json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def edited(data: bytes) -> tuple[Stamp | None, tuple[Cue, ...]]:
    """What a file that came back says of itself, and its cues. Raises DocumentError, which names the line.

    Where an editor joined the stamp with the words of a cue, the stamp is taken off and the words stay. Pieces of a
    stamp are refused, for nobody said them. So is a file without any cue: it is sooner cut off than meant.
    """
    cues = tuple(cue for found in read_captions(data) if (cue := _unstamped(found)))
    if not cues:
        raise DocumentError("line 1: there are no cues in it")
    text = data.decode("utf-8", "replace")
    said = [stamp for found in _STAMP.finditer(text) if (stamp := stamp_in(found[0]))]
    if any(stamp != said[0] for stamp in said):
        raise DocumentError("line 1: it says twice what it is of, and not the same: take out what is not of it")
    return said[0] if said else None, cues


def _unstamped(cue: Cue) -> Cue | None:
    """A cue without the stamp; None where it has nothing else. Raises DocumentError for a piece of a stamp."""
    text = _END.sub("\n", _STAMP.sub("\n", cue.text))
    if text != cue.text:
        if not (text := text.strip()):
            return None
        cue = cue.model_copy(update={"text": text})
    said = plain(text)
    if _PIECE.search(said) or _is_begun(cue, said) or _is_of_the_end(said):
        raise DocumentError(
            f"line {cue.line}: a piece of the note that says what the file is of: put its pieces into one cue again, "
            "as `thirdcopy export` wrote it, or take all of them out and say --transcript"
        )
    return cue


def _is_begun(cue: Cue, said: str) -> bool:
    """Whether a file was cut off in the first words of the stamp."""
    return cue.end <= _STAMP_S and said != "" and "thirdcopy export of".startswith(said)


def _is_of_the_end(said: str) -> bool:
    """Whether an editor left the end of a stamp alone: fields by their names."""
    name, sign, value = said.lstrip("; ").partition("=")
    return bool(sign) and name in Stamp.more() and " " not in value.partition(";")[0]


def counted(corrections: int) -> str:
    """A number of corrections in words."""
    return f"{corrections} correction" + "s" * (corrections != 1)


def _told(segment: dict[str, Any], document: Document) -> Told:
    language = document.language if isinstance(document, Captions) else segment["language"]
    start, end, text = segment["start"], segment["end"], segment["text"]
    return Told(start=start, end=end, side=_side(segment, document), language=language, text=text)


def _corrected(told: Told, layer: Layer) -> dict[str, Any]:
    """A segment as a person left it."""
    channel = None if told.side is None else channel_of(told.side)
    by = {"by": layer.by, "at": f"{layer.at:%Y-%m-%dT%H:%M:%SZ}"}
    return {**told.model_dump(exclude={"side"}), "channel": channel, "corrected": by}


def _side(span: dict[str, Any], document: Document) -> Side | None:
    channel = span.get("channel")
    return None if channel is None else side_of(channel, getattr(document, "channels", None))


def _voiced(told: Told, way: Callable[[str], str] = str) -> str:
    text = f"<lang {told.language}>{way(escaped(told.text))}</lang>"
    return f"<v {told.side}>{text}</v>" if told.side else text


def origin(document: Document, layers: Sequence[Layer]) -> str:
    """A sentence on where the words are from, and who corrected them."""
    if not layers:
        return kinds.origin(document)
    people = ", ".join(dict.fromkeys(layer.by for layer in layers))
    return plain(f"{kinds.origin(document)}, but for {counted(len(layers))} by {people}")
