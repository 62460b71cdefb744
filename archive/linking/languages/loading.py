"""Reading the languages' files: a folder with one TOML file each, `kk.toml`, and every fault by file, line and key."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ValidationError

from archive.errors import ArchiveError
from archive.linking.languages.schema import Han, Language

FOLDER = Path(__file__).parent
"""Where the files lie: a file put there is a language more."""

_TABLE = re.compile(r"\s*\[(\[)?\s*([\w.\" -]+?)\s*\]?\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*(\"[^\"]*\"|[\w-]+)\s*=")
_QUOTES = re.compile(r'"""|\'\'\'')

Place = tuple[str | int, ...]


class WordsError(ArchiveError):
    """A language's file that cannot be used; its text has a line for each fault, with file, line and key."""

    exit_code = 2


def read_languages(folder: Path = FOLDER) -> tuple[Language, ...]:
    """The languages of a folder, in their order of precedence. Raises WordsError with every fault of every file."""
    found, faults = list[Language](), list[str]()
    for file in sorted(folder.glob("*.toml")):
        try:
            found.append(_read(file))
        except WordsError as error:
            faults.append(str(error))
    if not found and not faults:
        faults.append(f"{folder}: there is no language's file, such as kk.toml")
    if faults:
        raise WordsError("\n".join(faults))
    return tuple(sorted(found, key=lambda one: (one.precedence, one.code)))


@cache
def languages() -> tuple[Language, ...]:
    """The languages of the package, read once."""
    return read_languages()


def together(pick: Callable[[Language], Iterable[str]]) -> tuple[str, ...]:
    """The words that `pick` takes of each language, in their order, each once."""
    return tuple(dict.fromkeys(word for one in languages() for word in pick(one)))


@cache
def han() -> Han:
    """The words of the language that is written in Han. Raises WordsError where none is."""
    found = next((one.han for one in languages() if one.han), None)
    if found is None:
        raise WordsError(f"{FOLDER}: no language has a section [han]")
    return found


def _read(file: Path) -> Language:
    try:
        text = file.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise WordsError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WordsError(f"{file}: byte {error.start} is not UTF-8; save it in UTF-8") from error
    except tomllib.TOMLDecodeError as error:  # says the line itself
        raise WordsError(f"{file}: it is no TOML: {error}") from error
    try:
        language = Language.model_validate(document)
    except ValidationError as error:
        lines = _lines(text)
        raise WordsError("\n".join(_faults(file, lines, error))) from error
    if language.code != file.stem:
        line = _lines(text).get(("code",), 1)
        raise WordsError(f"{file}, line {line}, code: it is {language.code!r}, and the file is called {file.name}")
    return language


def _faults(file: Path, lines: dict[Place, int], error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        place = tuple(part for part in fault["loc"] if part != "[key]")
        line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), 1)
        what = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            near = get_close_matches(str(place[-1]), _keys_beside(place), n=1)
            what = "there is no such key" + (f"; did you mean {near[0]!r}?" if near else "")
        elif fault["type"] == "missing":
            what = "it is missing"
        yield f"{file}, line {line}, {'.'.join(map(str, place))}: {what}"


def _keys_beside(place: Sequence[str | int]) -> list[str]:
    """The keys that there are where a place's last one stands."""
    section: object = Language
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


def _lines(text: str) -> dict[Place, int]:
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
