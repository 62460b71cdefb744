"""WebVTT as browsers read it: https://www.w3.org/TR/webvtt1/ of 2019-04-04, sections 6.1, 6.3 and 6.4.

Such a reader never gives up: what it cannot read it leaves out, and goes on behind it. Here each such place is a slip
too. Style sheets, regions and where a cue is to be shown are passed over.
"""

import re

from transcription.documents.parsed_cues import (
    NO_CUE,
    NO_EMPTY_LINE,
    Parsed,
    Slip,
    Stray,
    bounded,
    referred,
    seconds_of,
    stray,
)
from transcription.documents.subrip_escapes import in_references

_ARROW = "-->"
_SIGNATURE = re.compile(r"WEBVTT(?:[ \t]|$)")
_TIME = r"(?:([0-9]{1,9}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})(?![0-9])"
_TIMES = re.compile(rf"[ \t\f]*{_TIME}[ \t\f]*-->[ \t\f]*{_TIME}")
_MEANT_AS_TIMES = re.compile(r"[ \t\f]*[0-9][0-9:.,; \t]*-->")
_NO_TIMES = ("no times of a cue", "they look like 00:01:02.345 --> 00:01:04.000")
_ARROW_IN_TEXT = ("no times of a cue, so players do not show this line", "in a text, write --&gt; for -->")
_NO_WORDS = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")
_TAG = re.compile(r"<([^>]*)(>|\Z)")
_KNOWN_TAG = re.compile(r"/?(?:c|i|b|u|s|v|lang|ruby|rt|font)(?:[.\s]|\Z)|br ?/?\Z|[0-9]{2,3}:", re.IGNORECASE)
"""What a tag of WebVTT holds (section 4.2.2), and what editors of SubRip write besides: `s`, `font`, `br`."""


def is_webvtt(first: str) -> bool:
    """Whether a file of this first line is WebVTT."""
    return _SIGNATURE.match(first) is not None


def parse(lines: list[str]) -> tuple[list[Parsed], list[Slip]]:
    """The cues of a file that is WebVTT, in its order, and its slips (section 6.1, "collect a WebVTT block").

    Raises DocumentError for too many.
    """
    cues, slips = list[Parsed](), list[Slip]()
    at = _header(lines, slips)
    while at < len(lines):
        if lines[at]:
            bounded(cues, slips)
            at = _block(lines, at, cues, slips)
        else:
            at += 1
    return cues, slips


def _header(lines: list[str], slips: list[Slip]) -> int:
    """Where the first block begins: behind the lines of the signature, or at times that follow them at once."""
    at = 1
    while at < len(lines) and lines[at]:
        if _ARROW in lines[at]:
            slips.append(Slip(at + 1, NO_EMPTY_LINE))
            break
        at += 1
    return at


def _block(lines: list[str], first: int, cues: list[Parsed], slips: list[Slip]) -> int:
    """Read one block from its first line on, and say where the next one may begin."""
    times, at = None, first
    seen_arrow, text = False, list[str]()
    start = first
    while at < len(lines) and (line := lines[at]):
        if _ARROW in line:
            if seen_arrow or at - first > 1:
                break
            seen_arrow, times, start = True, _TIMES.match(line), at
            if times is None:
                slips.append(Slip(at + 1, *(_NO_TIMES if _MEANT_AS_TIMES.match(line) else _ARROW_IN_TEXT)))
            else:
                text = []
        else:
            text.append(line)
        at += 1
    if times:
        begin, end = (seconds_of(times.groups()[n : n + 4]) for n in (0, 4))
        cues.append(Parsed(begin, end, "\n".join(text), start + 1))
    elif not seen_arrow and not _NO_WORDS.match(lines[first]):
        slips.append(Slip(first + 1, NO_CUE))
    if at < len(lines) and lines[at] and _TIMES.match(lines[at]):
        slips.append(Slip(at + 1, NO_EMPTY_LINE))
    return at


def text_of(markup: str) -> tuple[str, Stray | None]:
    """What is shown of a cue, without tags and with character references read once, as section 6.4 reads them.

    And the first `<` that begins no tag: what follows it, up to the next `>`, is not shown. `<br>`, which is none of
    WebVTT's and which editors write, is the line break that was meant.
    """
    markup = in_references(markup)
    found, first, at = list[str](), None, 0
    for tag in _TAG.finditer(markup):
        found.append(referred(markup[at : tag.start()]))
        if not (tag[2] and _KNOWN_TAG.match(tag[1])):
            first = first or stray(markup, tag.start())
        elif tag[1][:2].lower() == "br":
            found.append("\n")
        at = tag.end()
    found.append(referred(markup[at:]))
    return "".join(found), first
