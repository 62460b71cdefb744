"""People known to be spoken of who are no victims: officials, activists, volunteers."""

from collections.abc import Iterable
from pathlib import Path

from archive.errors import KnownPeopleError
from archive.linking.finding.names.search import NameIndex
from archive.linking.finding.names.spotting import NameMention, name_mentions
from archive.linking.registers.entries import Entry

LIKE = 0.9
"""Likeness from which a name is a known person's."""


class KnownPeople:
    """Names of people that are never proposed as a subject without a number. Never changes once made."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = tuple(sorted({" ".join(name.split()) for name in names} - {""}))
        self._index = NameIndex(Entry(number=str(place), latin=name) for place, name in enumerate(self.names))

    def mentions(self, text: str) -> list[NameMention]:
        """Where a text names one of them, in order."""
        if not self.names:
            return []
        return [found for found in name_mentions(text, self._index) if found.candidates[0][1] >= LIKE]


NOBODY = KnownPeople()


def read_names(file: Path) -> list[str]:
    """The names in a file in UTF-8, one a line; empty lines and what follows a `#` are left out.

    Raises KnownPeopleError if it cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise KnownPeopleError(f"{file}: {error.strerror}; it holds the names of known people, one a line") from error
    except UnicodeDecodeError as error:
        raise KnownPeopleError(f"{file}: byte {error.start} is not UTF-8; save it in UTF-8, one name a line") from error
    return [name for line in lines if (name := line.partition("#")[0].strip())]
