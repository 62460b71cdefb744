"""Which rows of a table are its header: below a title, in two rows, on which sheet. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from archive.linking.registers.columns import Columns
from archive.records.entry_fields import clean, shown

LOOKED_AT = 30
"""Rows with anything in them among which a header is looked for; a title and its remarks take fewer."""
SURE, _MOST = 1 << 20, 1 << 10
Texts = Sequence[str]


class NoChoice(Exception):
    """No sheet can be told to be the register; its text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header: the names of its columns, and where it begins and ends among the rows that were looked at.

    `sure` if an entry's number and a name are among its columns.
    """

    names: tuple[str, ...]
    first: int
    last: int
    sure: bool


def find(rows: Sequence[Texts], columns: Columns, deep: Sequence[int] = ()) -> Header:
    """The header among the first rows of a table, each with something in it.

    It is the first row, or the first two rows together, that has what an entry must have. A header of two rows has the
    lower name where that one is known, else the upper one where it is known, else both; an upper one counts for what
    follows it until the next. In `deep` rows the cell of the number is merged with the one below, which tells two rows.
    Where there is no such row it is the likeliest, for a message: with most of the names that are known, then the first
    with more than one cell.
    """
    for place, row in enumerate(rows):
        if columns.readable(row):
            if place in deep and place + 1 < len(rows):
                return Header(tuple(_joined(row, rows[place + 1], columns)), place, place + 1, sure=True)
            return Header(tuple(row), place, place, sure=True)
    for place, (upper, lower) in enumerate(pairwise(rows)):
        names = tuple(_joined(upper, lower, columns))
        if columns.readable(names):
            return Header(names, place, place + 1, sure=True)
    if not rows:
        return Header((), 0, 0, sure=False)
    best = max(range(len(rows)), key=lambda place: (columns.known(rows[place]), _filled(rows[place]) > 1, -place))
    return Header(tuple(rows[best]), best, best, sure=False)


def score(rows: Sequence[Texts], columns: Columns) -> int:
    """How likely the first rows of a table are a register's: `SURE` or more where its header can be read.

    Otherwise the names that are known count, and where these are as many, the cells of the likeliest header.
    """
    filled = [row for row in rows if _filled(row)][:LOOKED_AT]
    header = find(filled, columns)
    return SURE * header.sure + _MOST * columns.known(header.names) + min(_filled(header.names), _MOST - 1)


def choose(titles: Sequence[str], visible: Sequence[bool], scores: Sequence[int], wanted: str | None, key: str) -> int:
    """The sheet that is the register: the one that is `wanted`, or the only one whose header can be read.

    `scores` are those of `score`. A hidden sheet is not taken unasked, where others are visible. Where no header can be
    read, the likeliest is taken, for its message. `key` is where it stands in the settings. Raises NoChoice.
    """
    sure = [one >= SURE for one in scores]
    spelled = [clean(title).strip() for title in titles]
    if wanted is not None:
        if wanted.strip() in spelled:
            return spelled.index(wanted.strip())
        near = get_close_matches(wanted, spelled, n=1, cutoff=0.5)
        hint = f"did you mean {shown(near[0])!r}?" if near else f"it has {_list(spelled)}"
        raise NoChoice(f"it has no sheet {shown(wanted)!r}, which {key}.sheet names; {hint}")
    shown_ones = [place for place, one in enumerate(visible) if one] or list(range(len(titles)))
    found = [place for place in shown_ones if sure[place]]
    if len(found) == 1:
        return found[0]
    if found:
        raise NoChoice(
            f"its sheets {_list([spelled[place] for place in found])} could each be the register; name the right one "
            f"as {key}.sheet in the settings"
        )
    if hidden := [place for place, one in enumerate(sure) if one]:
        raise NoChoice(
            f"of its sheets only {_list([spelled[place] for place in hidden])} could be the register, and is hidden; "
            f"if it is the one, name it as {key}.sheet in the settings"
        )
    return max(shown_ones, key=lambda place: (scores[place], -place))


def _joined(upper: Texts, lower: Texts, columns: Columns) -> Iterator[str]:
    above = ""
    for place in range(max(len(upper), len(lower))):
        own = upper[place] if place < len(upper) else ""
        under = lower[place] if place < len(lower) else ""
        above = own if own.strip() else above
        if under.strip() and columns.known((under,)):
            yield under
        elif own.strip() and (columns.known((own,)) or not under.strip()):
            yield own
        else:
            yield f"{above} {under}".strip() if under.strip() else ""


def _filled(row: Texts) -> int:
    return sum(1 for cell in row if cell.strip())


def _list(titles: Sequence[str]) -> str:
    return ", ".join(repr(shown(title, 30)) for title in titles[:8]) + (" …" if len(titles) > 8 else "")
