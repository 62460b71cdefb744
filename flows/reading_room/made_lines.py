"""Lines that the archive's rules make of their findings, told in another language, with the values as they are.

They are stored, and are data, in English; a page finds the form that a line has and fills its translation. A line of no
form here, of an earlier build or a person's own, stays as it is. Pure.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

PARTS: Mapping[str, str] = {
    "part:number": "number",
    "part:name": "name",
    "part:address": "address",
    "part:testifier": "testifier",
    "part:another's name": "another's name",
    "part:another's number": "another's number",
    "part:namesakes": "namesakes",
    "part:rarity": "rarity",
    "part:role": "role",
    "part:likeness": "likeness",
    "part:linked elsewhere": "linked elsewhere",
    "part:relation": "relation",
    "part:sex": "sex",
    "part:ethnicity": "ethnicity",
    "part:place": "place",
    "part:year": "year",
    "part:born": "born",
    "part:age": "age",
}
"""The parts of a link's evidence."""

FOUND: Mapping[str, tuple[str, ...]] = {
    "address": (
        "the entry cites the clip",
        "the clip gives the entry's address",
        "on the disk's word: {disks} says that the file is of the address which the entry cites",
        "on the disk's word: {disks} say that the file is of the address which the entry cites",
    ),
    "another's number": ("entry {entry}",),
    "linked elsewhere": ("entry {entry}",),
    "namesakes": ("{number} others",),
    "rarity": ("{number} others by chance",),
    "role": (
        "fate",
        "own relative",
        "own relative, fate",
        "named",
        "only spoken",
        "speaks",
        "speaks of own fate",
        "somebody's relative",
        "somebody's relative, fate",
        "holds an office",
        "witness",
        "speaks of others",
        "introduces himself",
        "was free",
        "known person",
    ),
}
"""What a rule found, by the part of the evidence; of other parts it is somebody's words, which stay."""

MEDIA = (
    "holds no sound and no picture",
    "holds no sound and no picture that this ffmpeg can decode",
    "holds neither picture nor sound that can be read",
    "nothing in it can be decoded",
    "only {number} of its {most} seconds can be decoded",
    "is a list of other files, or of a kind that is no container of sound and picture",
    "holds more than {number} tracks, which no film needs",
    "takes more processor time than any real film of its length",
    "shows pictures that are larger than allowed",
    "shows pictures of {wide} × {high} pixels, more than the {most} allowed",
    "cannot be read within {number} GiB of memory, or makes the tool that reads it crash",
    "goes on for more than {number} hours",
    "its sound goes on for more than {number} hours",
    "{tool} ended with code {number}",
    "{tool} had not finished after {number} seconds and was stopped",
    "{tool} had more to say about it than any real file gives cause for",
    "ffmpeg gave {number} stream digests for {most} streams",
)
"""Why a film cannot be read; what ffmpeg itself says of one stays as it is."""

DAMAGE = (
    "it is cut short: {damage}",
    "it is of {number} seconds, and ends after {last}",
    "its {structure} reaches to byte {last}, and it has {number}",
    "it decodes in part: {media}",
    "piece {number} breaks off, and {most} bytes of it are wanting",
    "piece {number} is no piece of a film",
    "{file}: {damage}",
)

LINES: Mapping[str, tuple[str, ...]] = {
    "media": MEDIA,
    "damage": DAMAGE,
    "structure": (
        "box {name}",
        "chunk {name}",
        "cluster",
        "data object",
        "index",
        "last cluster by its cues",
        "last packet",
        "last page",
        "last tag",
        "segment",
        "segment index",
    ),
    "disagreement": (
        "{damages}; the source gave the same bytes twice",
        "it lasts {number} s where the platform announced {most} s",
        "its name says {clip}, and the info.json beside it {other}, which counts",
        *DAMAGE,
    ),
    "conflict": (
        "the number points at entry {entry}, the name beside it at {entries} and others",
        "the number points at entry {entry}, the name beside it at {entries}",
    ),
    "film": (
        "a light copy of this film may take {size} GiB, and all of them together may have {most} GiB: whoever keeps "
        "the archive can give them more (`derivatives_gib`)",
        "a derivative of up to {size} MiB has no room beside those that are being played or made: all may have {most} "
        "GiB (`derivatives_gib`)",
        "too many films wait for their derivatives: try again later",
        "another process makes the derivatives of this archive",
        "something failed that should not: the log of the reading room says what",
        "{clip}: what was read of its film is not the original",
        "{clip}: no copy of it has been read back yet",
        "{folder}: {number} GiB free, {most} GiB are to come, and free_gib keeps {size} GiB: make room, or let "
        "`thirdcopy mirror` and `thirdcopy transcribe` finish what is spooled",
        *MEDIA,
    ),
    "new": ("it is cited now", "it is numbered now", "it is named now"),
    "hit": ("“{words}” is there for {term}", "“{words}” sounds like {term} ({score})"),
    "fault": (
        "only the first {number} characters were read",
        "only the first {number} words and phrases were looked for",
        "there is no word to look for",
        "{term} is too short to stand for words that begin so: it was read as a word",
        "{term} stands for very many words: only the first {number} were looked for",
    ),
    "about": (
        "not in the register any more", "the register has none", "and {number} more", "{words}; and {number} more",
        "{words}, age {age}", "age {age}",
    ),
    "change": (
        "title", "description", "tags", "visibility", "chapters", "thumbnail", "captions {language}", "comments",
        "media", "lesser film", "duration", "size on offer", "height on offer",
    ),
    "judged": (
        "positive by {name}, {day}: {why}",
        "negative by {name}, {day}: {why}",
        "unsure by {name}, {day}: {why}",
        "positive by {name}, {day}",
        "negative by {name}, {day}",
        "unsure by {name}, {day}",
    ),
}  # fmt: skip
"""Other lines, by what they are; of two forms that fit, the first is a line's.

A place that has the name of a kind holds a line of that, and `damages` some lines of damage.
"""

_NUMBER = r"[\d.,e+-]+"
_SHAPES: Mapping[str, str] = {
    "day": r"\d{4}-\d\d-\d\d", "number": _NUMBER, "most": _NUMBER, "last": _NUMBER, "score": r"\d\.\d\d",
    "age": r"\d.*", "file": r"[^:;]+\.\w+", "tool": r"[\w-]+",
}  # fmt: skip
"""What a place holds, where not anything."""

_EVIDENCE = re.compile(r"(?P<part>[a-z' ]+) (?P<weight>[+-]\d+\.\d)(?: \((?P<found>.*)\))?", re.DOTALL)


def forms() -> list[str]:
    """Every form, each once, for the catalogues."""
    found = (form for some in (FOUND, LINES) for each in some.values() for form in each)
    return [*dict.fromkeys((*PARTS.values(), *found))]


def line(kind: str, text: str, gettext: Callable[[str], str]) -> str:
    """A line of a kind of `LINES`, or of a link's `evidence`, in the language of a catalogue."""
    if kind != "evidence":
        return _told(text, LINES[kind], gettext)
    parsed = _EVIDENCE.fullmatch(text)
    if parsed is None or f"part:{parsed['part']}" not in PARTS:
        return text
    part, weight, found = parsed.groups()
    told = f"{gettext(PARTS[f'part:{part}'])} {weight}"
    return f"{told} ({_told(found, FOUND.get(part, ()), gettext)})" if found else told


def _told(text: str, some: tuple[str, ...], gettext: Callable[[str], str]) -> str:
    for form in some:
        if found := _pattern(form).fullmatch(text):
            values = {name: _nested(name, value, gettext) for name, value in found.groupdict().items()}
            return _filled(gettext(form), values)
    return text


def _nested(place: str, value: str, gettext: Callable[[str], str]) -> str:
    if place == "damages":
        return "; ".join(_told(each, DAMAGE, gettext) for each in value.split("; "))
    return _told(value, LINES.get(place, ()), gettext)


def _filled(form: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda place: values.get(place[1], place[0]), form)


@cache
def _pattern(form: str) -> "re.Pattern[str]":
    """What a line of a form looks like; places take as little as they can, but for the last."""
    pieces = re.split(r"\{([a-z]+)\}", form)
    made = (
        f"(?P<{piece}>{_SHAPES.get(piece, '.+?')})" if n % 2 else re.escape(piece) for n, piece in enumerate(pieces)
    )
    return re.compile("".join(made), re.DOTALL)
