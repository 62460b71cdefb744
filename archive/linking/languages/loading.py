"""Reading the languages' files: a folder with one TOML file each, `kk.toml`, and every fault by file, line and key."""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from archive.linking.languages.schema import Han, Language
from archive.word_files import WordsError, line_of, read_words

FOLDER = Path(__file__).parent
"""Where the files lie: a file put there is a language more."""


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
    language = read_words(file, Language)
    if language.code != file.stem:
        line = line_of(file, "code")
        raise WordsError(f"{file}, line {line}, code: it is {language.code!r}, and the file is called {file.name}")
    return language
