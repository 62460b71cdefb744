"""Captions as cues: WebVTT and SubRip read, and what writing them has in common. The one importer of webvtt.

What is read comes from strangers: sizes are bounded, nothing that a text names is followed, and a fault says its line.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from webvtt import WebVTT
from webvtt.errors import MalformedCaptionError, MalformedFileError

from transcription.errors import DocumentError
from transcription.records import Record, Seconds

MAX_BYTES = 20_000_000
MAX_CUES = 100_000
MAX_CUE = 20_000
"""Bounds of a file, of its cues, and of the characters in one of them: many times what a day of speech needs."""

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_TIME = r"[0-5][0-9]:[0-5][0-9]"
_VTT_TIMES = re.compile(rf"(?:[0-9]{{2,3}}:)?{_TIME}\.[0-9]{{3}}[ \t]+-->[ \t]+(?:[0-9]{{2,3}}:)?{_TIME}\.[0-9]{{3}}")
_SRT_TIMES = re.compile(rf"[0-9]{{1,3}}:{_TIME}[,.][0-9]{{3}}[ \t]+-->[ \t]+[0-9]{{1,3}}:{_TIME}[,.][0-9]{{3}}")
_STYLE = re.compile(r"\{\\[^{}\n]{1,80}\}")
"""Where and how a cue is to be shown, as subtitle editors put it into SubRip: `{\\an8}` is at the top."""

_NO_TAG = re.compile(r"<(?!/?(?:c|i|b|u|s|v|lang|ruby|rt|font)(?:[.\s>])|br ?/?>|[0-9]{2,3}:).{0,20}", re.IGNORECASE)
"""A `<` that begins no tag: https://www.w3.org/TR/webvtt1/#parsing, and what editors of SubRip write."""

_ENTITY = re.compile("&(?:amp|lt|gt|nbsp|lrm|rlm);")
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "\u200e", "&rlm;": "\u200f"}


class Cue(Record):
    """A text and the seconds that it is shown for; its lines are as in the file, without tags.

    `line` is the line of the file on which its times stand.
    """

    start: Seconds
    end: Seconds
    text: str
    line: int = 0


@dataclass(frozen=True)
class _Block:
    """Lines without an empty one between them, and the number of the first."""

    first: int
    lines: list[str]


def read(data: bytes) -> tuple[Cue, ...]:
    """Read WebVTT, or SubRip if it does not begin as WebVTT does. Raises DocumentError, which names the line."""
    if len(data) > MAX_BYTES:
        raise DocumentError(f"{len(data):,} bytes of captions: more than {MAX_BYTES:,} are never read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"line {line}: not UTF-8; save it in that encoding") from error
    text = text.replace("\x00", "\ufffd")
    lines = _LINE_ENDS.split(text)
    return _read(lines, vtt=bool(re.match(r"WEBVTT(?:[ \t]|$)", lines[0])))


def _read(lines: list[str], *, vtt: bool) -> tuple[Cue, ...]:
    kind = "WebVTT" if vtt else "SubRip"
    numbers = [number for block in _blocks(lines, vtt=vtt) for number in _times(block, vtt=vtt)]
    if len(numbers) > MAX_CUES:
        raise DocumentError(f"{len(numbers):,} cues: more than {MAX_CUES:,} are never read")
    try:
        found = WebVTT.from_buffer(io.StringIO("\n".join(lines)), format="vtt" if vtt else "srt").captions
    except (MalformedFileError, MalformedCaptionError) as error:
        raise DocumentError(f"line 1: not {kind}: {error}") from error
    if len(found) != len(numbers):
        raise DocumentError(f"not {kind}: {len(numbers)} times, and {len(found)} cues that can be read")
    cues = tuple(
        Cue(
            start=caption.start_time.in_milliseconds() / 1000,
            end=caption.end_time.in_milliseconds() / 1000,
            text=_ENTITY.sub(
                lambda entity: _ENTITIES[entity[0]], caption.text if vtt else _STYLE.sub("", caption.text)
            ),
            line=number,
        )
        for caption, number in zip(found, numbers, strict=True)
    )
    for cue in cues:
        if cue.end < cue.start:
            raise DocumentError(f"line {cue.line}: a cue that ends before it begins")
        if len(cue.text) > MAX_CUE:
            raise DocumentError(f"line {cue.line}: a cue of {len(cue.text):,} characters, more than {MAX_CUE:,}")
    return cues


def stray_tag(data: bytes) -> tuple[int, str] | None:
    """The first `<` in a cue that begins no tag of WebVTT or SubRip: its line, and what stands there."""
    lines = _LINE_ENDS.split(data.decode("utf-8-sig", "replace"))
    for block in _blocks(lines, vtt=lines[0].startswith("WEBVTT")):
        at = next((number for number, line in enumerate(block.lines) if "-->" in line), len(block.lines))
        for number, line in enumerate(block.lines[at + 1 :], start=block.first + at + 1):
            if found := _NO_TAG.search(line):
                return number, found[0]
    return None


def _blocks(lines: list[str], *, vtt: bool) -> Iterator[_Block]:
    """What empty lines part. In SubRip a line of blanks is empty; in WebVTT it is not."""
    numbered = enumerate(lines, start=1)
    for filled, group in groupby(numbered, key=lambda one: bool(one[1] if vtt else one[1].strip())):
        if filled:
            block = list(group)
            yield _Block(block[0][0], [line for _, line in block])


def _times(block: _Block, *, vtt: bool) -> list[int]:
    """The number of the line on which a block's cue has its times; none for what is no cue, or one without text.

    Raises DocumentError where a text belongs to no cue, or times cannot be read: nothing is passed over in silence.
    """
    arrows = [number for number, line in enumerate(block.lines) if "-->" in line]
    first = block.lines[0]
    if not arrows:
        if vtt and (block.first == 1 or re.match(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)", first)):
            return []
        if not vtt and len(block.lines) == 1 and first.strip().isdigit():
            raise DocumentError(
                f"line {block.first}: a number by itself: take it out if it is what is left of a cue, "
                f"or take out the empty line before it if it was said"
            )
        raise DocumentError(f"line {block.first}: a text without times: an empty line ends a cue")
    at = arrows[0]
    if len(arrows) > 1:
        raise DocumentError(f"line {block.first + arrows[1]}: an empty line is wanting before this cue")
    if vtt and block.first == 1:
        raise DocumentError(f"line {at + 1}: an empty line is wanting before this cue")
    if at > 1 or (not vtt and (at != 1 or not first.strip().isdigit())):
        raise DocumentError(f"line {block.first + at}: the times of a cue stand below its number, or first")
    if not (_VTT_TIMES if vtt else _SRT_TIMES).match(block.lines[at].strip()):
        example = "00:01:02.345 --> 00:01:04.000" if vtt else "00:01:02,345 --> 00:01:04,000"
        raise DocumentError(f"line {block.first + at}: no times of a cue; they look like {example}")
    return [block.first + at] if vtt or len(block.lines) > at + 1 else []


def clock(seconds: float, point: str = ".") -> str:
    """A time as cues write it, to the millisecond."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"


def plain(text: str) -> str:
    """A text on one line, with single blanks and without control characters: two that differ in that alone are one."""
    return " ".join(_BREAKS.sub(" ", text).split())


def escaped(text: str) -> str:
    """A text that neither ends a cue nor begins a tag."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
