"""Words that are data: TOML files of the package, read into frozen forms, and every fault by file, line and key."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from archive.errors import ArchiveError

_TABLE = re.compile(r"\s*\[(\[)?\s*([\w.\" -]+?)\s*\]?\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(\"[^\"]*\"|[\w-]+)\s*=")
_QUOTES = re.compile(r'"""|\'\'\'')

Place = tuple[str | int, ...]
Form = TypeVar("Form", bound=BaseModel)


class WordsError(ArchiveError):
    """A file of words that cannot be used; its text has a line for each fault, with file, line and key."""

    exit_code = 2


def read_words(file: Path, form: type[Form]) -> Form:
    """A file of words in its form. Raises WordsError with every fault of it."""
    text = _text(file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:  # says the line itself
        raise WordsError(f"{file}: it is no TOML: {error}") from error
    try:
        return form.model_validate(document)
    except ValidationError as error:
        raise WordsError("\n".join(_faults(file, form, text, error))) from error


def line_of(file: Path, *place: str | int) -> int:
    """The line of a table or key of a file, the first where it has none."""
    return lines_of(_text(file)).get(place, 1)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise WordsError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WordsError(f"{file}: byte {error.start} is not UTF-8; save it in UTF-8") from error


def _faults(file: Path, form: type[BaseModel], text: str, error: ValidationError) -> Iterator[str]:
    lines = lines_of(text)
    for fault in error.errors():
        place = tuple(part for part in fault["loc"] if part != "[key]")
        line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 1)
        what = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            near = get_close_matches(str(place[-1]), _keys_beside(form, place), n=1)
            what = "there is no such key" + (f"; did you mean {near[0]!r}?" if near else "")
        elif fault["type"] == "missing":
            what = "it is missing"
        yield f"{file}, line {line}, {'.'.join(map(str, place))}: {what}"


def _keys_beside(form: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys that there are where a place's last one stands."""
    section: object = form
    for part in place[:-1]:
        if isinstance(part, str) and isinstance(section, type) and issubclass(section, BaseModel):
            field = section.model_fields.get(part)
            section = _model_of(field.annotation) if field else None
    return list(section.model_fields) if isinstance(section, type) and issubclass(section, BaseModel) else []


def _model_of(annotation: object) -> object:
    """The section that a field holds, by itself, in a tuple or as one of several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_of(one) for one in getattr(annotation, "__args__", ()))
    return next((one for one in inner if one), None)


def lines_of(text: str) -> dict[Place, int]:
    """The line of each table and key of a TOML text as these files are written: tables by headers, no inline ones."""
    found: dict[Place, int] = {}
    table: Place = ()
    counted: dict[Place, int] = {}
    within = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not within and (header := _TABLE.match(line)):
            table = _place(header[2], counted)
            if header[1]:
                counted[table] = counted.get(table, -1) + 1
                table = (*table, counted[table])
            found[table] = number
        elif not within and (key := _KEY.match(line)):
            found[(*table, key[1].strip('"'))] = number
        for quotes in _QUOTES.findall(line):
            within = "" if within == quotes else within or quotes
    return found


def _place(header: str, counted: dict[Place, int]) -> Place:
    """The place of a table, with the number of each array of tables that it lies in."""
    place: Place = ()
    *outer, last = (part.strip().strip('"') for part in header.split("."))
    for part in outer:
        place = (*place, part)
        place = (*place, counted[place]) if place in counted else place
    return (*place, last)
