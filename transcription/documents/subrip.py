"""SubRip as players read it.

The format has no standard: ffmpeg (libavformat/srtdec.c, and for the text libavcodec/htmlsubtitles.c, which mpv uses
too) and VLC (modules/demux/subtitle.c, modules/codec/subsdec.c) are what people see it with. Both take a line with two
times for the beginning of a cue, with comma or point. ffmpeg shows what follows an empty line as part of the cue; times
that neither can read, and text of no cue, are left out here. Each such place is a slip too.
"""

import re
from collections.abc import Iterator

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
from transcription.documents.subrip_escapes import HELD, let_go

_TIME = r"(?:([0-9]{1,9}):)?([0-9]{1,2}):([0-9]{1,2})[,.]([0-9]{1,3})(?![0-9])"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
_SOUND_TIME = r"[0-9]{1,3}:[0-5][0-9]:[0-5][0-9][,.][0-9]{3}"
_SOUND = re.compile(rf"\s*{_SOUND_TIME}[ \t]+-->[ \t]+{_SOUND_TIME}")
_MEANT_AS_TIMES = re.compile(r"\s*[0-9][0-9:.,; ]*-->")
_NO_TIMES = ("no times of a cue", "they look like 00:01:02,345 --> 00:01:04,000")
_NUMBER = (
    "a number by itself",
    "take it out if it is what is left of a cue, or take out the empty line before it if it was said",
)

_TAKEN = re.compile(
    HELD + r"|(?P<style>\{\\[^{}\n]{1,80}\})"
    r"|(?P<br><br ?/?>)"
    r"|(?P<tag></?(?:c|i|b|u|s|v|lang|ruby|rt|font)(?:[.\s][^<>]*)?>|<[0-9]{2,3}:[^<>]*>)"
    r"|(?P<reference>&[#\w]{1,40};)"
    r"|(?P<stray><(?=[^\n]{0,20}))",
    re.IGNORECASE,
)
"""What is not the text itself: what is held, `{\\an8}` and the like of subtitle editors, tags, references."""


def is_subrip(lines: list[str]) -> bool:
    """Whether any line has the times of a cue."""
    return any("-->" in line and _TIMES.match(line) for line in lines)


def parse(lines: list[str]) -> tuple[list[Parsed], list[Slip]]:
    """The cues of a file that is taken for SubRip, in its order, and its slips. Raises DocumentError for too many."""
    begun, slips = list[tuple[int, re.Match[str], list[str]]](), list[Slip]()
    text: list[str] | None = None  # of the cue that is open
    apart, numbered, passed_over = True, False, False
    for at, line in enumerate(lines):
        bounded(begun, slips)
        if not line.strip():
            apart, passed_over = True, False
        elif found := _TIMES.match(line):
            slips += [Slip(at + 1, *why) for why in _slips_of_times(line, numbered=numbered, apart=apart)]
            text = []
            begun.append((at + 1, found, text))
            apart, numbered, passed_over = False, False, False
        elif numbered := _is_number(line) and at + 1 < len(lines) and _is_times(lines[at + 1]):
            continue
        elif _MEANT_AS_TIMES.match(line):
            slips.append(Slip(at + 1, *_NO_TIMES))
            text, numbered, passed_over = None, False, True
        elif passed_over:
            continue
        elif apart and _is_number(line):
            slips.append(Slip(at + 1, *_NUMBER))
        else:
            if apart or text is None:
                slips.append(Slip(at + 1, NO_CUE))
            if text is None:
                passed_over = True
            else:
                text.append(line)
                apart = False
                if "-->" in line:
                    slips.append(Slip(at + 1, "an arrow in a text", "write --&gt; for -->"))
    return [_cue(line, found, said) for line, found, said in begun], slips


def _slips_of_times(line: str, *, numbered: bool, apart: bool) -> Iterator[tuple[str, ...]]:
    if not apart:
        yield (NO_EMPTY_LINE,)
    elif not numbered:
        yield ("the times of a cue stand below its number",)
    if not _SOUND.match(line):
        yield _NO_TIMES


def _is_times(line: str) -> bool:
    return "-->" in line and bool(_TIMES.match(line) or _MEANT_AS_TIMES.match(line))


def _is_number(line: str) -> bool:
    return line.strip().isdecimal()


def _cue(line: int, found: re.Match[str], text: list[str]) -> Parsed:
    begin, end = (seconds_of(found.groups()[n : n + 4]) for n in (0, 4))
    return Parsed(begin, end, "\n".join(text), line)


def text_of(markup: str) -> tuple[str, Stray | None]:
    """What is said in a cue, without tags and what says how to show it; and the first `<` that begins no tag.

    Character references are read once. Players leave them as they are; earlier builds wrote them, and people do.
    """
    first: Stray | None = None

    def meant(found: re.Match[str]) -> str:
        nonlocal first
        if found["held"] or found["own"]:
            return let_go(found)
        if found["stray"]:
            first = first or stray(markup, found.start())
            return "<"
        if found["reference"]:
            return referred(found["reference"])
        return "\n" if found["br"] else ""

    text = _TAKEN.sub(meant, markup)
    return text, first
