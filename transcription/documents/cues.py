"""Captions as cues: WebVTT and SubRip read, and what writing them has in common.

What is read comes from strangers: sizes are bounded, nothing that a text names is followed, and a fault says its line.
What a platform showed is read as players read it (`played`), what a person edited without any slip (`read`).
"""

import re
from dataclasses import dataclass
from typing import Literal

from transcription.documents import subrip, webvtt
from transcription.documents.parsed_cues import MOST, Slip
from transcription.errors import DocumentError
from transcription.records import Record, Seconds

MAX_BYTES = 20_000_000
MAX_CUES = MOST
MAX_CUE = 20_000
"""Bounds of a file, of its cues, and of the characters in one of them: many times what a day of speech needs."""

_MARKUP = 50
"""So many times the characters of a cue its markup may have: YouTube's has ten."""

_UNREADABLE = 10
"""Of so many characters of the cues one may be unreadable: with more, the file is not in UTF-8 but for a slip."""

_SAVE_IT = "save it in that encoding"
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


class Cue(Record):
    """A text and the seconds that it is shown for; its lines are as in the file, without tags.

    `line` is the line of the file on which its times stand, `markup` its lines as they stand there.
    """

    start: Seconds
    end: Seconds
    text: str
    line: int = 0
    markup: str = ""


@dataclass(frozen=True)
class Played:
    """What players show of a file, in its order, and each place where it is not as its format wants it, by line."""

    cues: tuple[Cue, ...]
    slips: tuple[Slip, ...]


def read_captions(data: bytes) -> tuple[Cue, ...]:
    """Read WebVTT, or SubRip if it does not begin as WebVTT does. Raises DocumentError, with the line of any slip."""
    text, slips = _decoded(data)
    if slips:
        raise DocumentError(str(slips[0]))
    found = _found(_LINE_ENDS.split(text))
    if found.slips:
        raise DocumentError(str(found.slips[0]))
    return found.cues


def played(data: bytes) -> Played:
    """Read captions as players do. Raises DocumentError where they would show nothing, or nothing that can be read."""
    text, slips = _decoded(data)
    lines = _LINE_ENDS.split(text)
    found = _found(lines)
    unreadable = sum(cue.text.count("\ufffd") for cue in found.cues)
    if slips and unreadable * _UNREADABLE > sum(len(cue.text) for cue in found.cues):
        raise DocumentError(f"{slips[0].where}, and in which encoding it is, nobody can know")
    return Played(found.cues, tuple(sorted(dict.fromkeys([*slips, *found.slips]), key=lambda slip: slip.line)))


def kind_of(data: bytes) -> Literal["vtt", "srt"] | None:
    """Which kind of captions bytes are, in whatever encoding; None where players would show nothing of them."""
    lines = _LINE_ENDS.split(_decoded(data)[0])
    if webvtt.is_webvtt(lines[0]):
        return "vtt"
    return "srt" if subrip.is_subrip(lines) else None


def _decoded(data: bytes) -> tuple[str, list[Slip]]:
    """The text of a file, by its byte order mark or in UTF-8; what is none of it is U+FFFD, and a slip."""
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{len(data):,} bytes of captions: more than {MAX_BYTES:,} are never read")
    slips = list[Slip]()
    if encoding := _utf_16(data):
        slips.append(Slip(1, "UTF-16 and not UTF-8", _SAVE_IT))
        text = data.decode(encoding, "replace").removeprefix("\ufeff")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = len(_LINE_ENDS.split(data[: error.start].decode("latin-1")))
            slips.append(Slip(line, "not UTF-8", _SAVE_IT))
            text = data.decode("utf-8-sig", "replace")
    return text.replace("\x00", "\ufffd"), slips


def _utf_16(data: bytes) -> str | None:
    """Which UTF-16 bytes are: by their mark, or since captions begin with a letter or digit of ASCII."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    first = data[:2]
    if len(first) == 2 and first.count(0) == 1:
        return "utf-16-le" if first[1] == 0 else "utf-16-be"
    return None


def _found(lines: list[str]) -> Played:
    """The cues of a file and its slips. Raises DocumentError where it has too many, or is neither kind."""
    vtt = webvtt.is_webvtt(lines[0])
    parsed, slips = (webvtt if vtt else subrip).parse(lines)
    if len(parsed) > MAX_CUES:
        raise DocumentError(f"{len(parsed):,} cues: more than {MAX_CUES:,} are never read")
    if not vtt and not parsed:
        raise DocumentError(str(slips[0]) if slips else "line 1: not SubRip, and no WebVTT either")
    cues = list[Cue]()
    for one in parsed:
        whole = len(one.markup) <= MAX_CUE * _MARKUP
        text, stray = (webvtt if vtt else subrip).text_of(one.markup) if whole else (one.markup, None)
        if one.end < one.start:
            slips.append(Slip(one.line, "a cue that ends before it begins"))
        elif len(text) > MAX_CUE:
            slips.append(Slip(one.line, f"a cue of {len(text):,} characters, more than {MAX_CUE:,}"))
        else:
            cues.append(Cue(start=one.start, end=one.end, text=text, line=one.line, markup=one.markup))
            if stray:
                at, what = one.line + 1 + stray[0], f"{stray[1]} is no tag of captions"
                ends_there = one is parsed[-1] and not stray[1].endswith(">")
                cut = "; if the file was cut off there, edit the whole one again" if ends_there else ""
                slips.append(Slip(at, what, f"write &lt; where < was meant{cut}"))
    return Played(tuple(cues), tuple(sorted(slips, key=lambda slip: slip.line)))


def clock(seconds: float, point: str = ".") -> str:
    """A time as cues write it, to the millisecond."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def plain(text: str) -> str:
    """A text on one line, with single blanks and without control characters: two that differ in that alone are one."""
    return " ".join(_BREAKS.sub(" ", text).split())


def escaped(text: str) -> str:
    """A text that neither ends a cue of WebVTT nor begins a tag."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
