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

LINES: Mapping[str, tuple[str, ...]] = {
    "conflict": (
        "the number points at entry {entry}, the name beside it at {entries} and others",
        "the number points at entry {entry}, the name beside it at {entries}",
    ),
    "film": (
        "a light copy of this film may take {size} GiB, and all of them together may have {most} GiB: whoever keeps "
        "the archive can give them more (`derivatives_gib`)",
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
    "about": ("not in the register any more", "the register has none", "and {number} more"),
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
"""Other lines, by what they are; of two forms that fit, the first is a line's."""

_SHAPES: Mapping[str, str] = {"day": r"\d{4}-\d\d-\d\d", "number": r"[\d.,e+-]+", "score": r"\d\.\d\d"}
"""What a place holds, where not anything."""

_EVIDENCE = re.compile(r"(?P<part>[a-z' ]+) (?P<weight>[+-]\d+\.\d)(?: \((?P<found>.*)\))?", re.DOTALL)


def forms() -> list[str]:
    """Every form, for the catalogues."""
    return [*PARTS.values(), *(form for some in (FOUND, LINES) for each in some.values() for form in each)]


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
            return _filled(gettext(form), found.groupdict())
    return text


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
