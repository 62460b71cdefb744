"""Rows of texts before they have names, and the names of cells. Pure."""

from dataclasses import dataclass, field
from typing import NamedTuple

from archive.linking.registers.reports import Kind


class Odd(NamedTuple):
    """Something odd in a row: the column from 0, None for the row; the kind; and what it is in words."""

    column: int | None
    kind: Kind
    what: str


@dataclass(slots=True)
class GridRow:
    """A row of texts: its number, the texts by column, what is odd, and the web addresses behind cells by column.

    `merged` are the columns whose cell is part of one that began in a row above, `computed` those with a formula.
    """

    line: int
    texts: list[str]
    odd: list[Odd] = field(default_factory=list)
    links: dict[int, str] = field(default_factory=dict)
    merged: frozenset[int] = frozenset()
    computed: frozenset[int] = frozenset()
    hidden: bool = False


class Area(NamedTuple):
    """Cells from a first to a last row, from 1, and column, from 0; both counted."""

    top: int
    left: int
    bottom: int
    right: int


def letters(column: int) -> str:
    """A column's name on a sheet: A for 0, AA for 26."""
    name = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        name, column = chr(65 + rest) + name, column - 1
    return name


def column_of(name: str) -> int:
    """A column's place, from 0. Raises ValueError."""
    place = 0
    for letter in name:
        if not "A" <= letter <= "Z":
            raise ValueError(f"{name!r} is no column")
        place = place * 26 + ord(letter) - 64
    return place - 1
