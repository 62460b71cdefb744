"""The table in the documentation and the rule are one: each cell is what a role sees, or does."""

import re
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from archive.people.reader_roles import ROLES, Deed, Reader, is_at_least
from archive.records.clip import Access

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "keeper-of-the-room.md"
LEVELS, DEEDS = get_args(Access), get_args(Deed)


def table() -> tuple[list[str], dict[str, list[str]]]:
    """The heads of the table's columns, and the cells of each row by the level or deed that it is about."""
    section = PAGE.read_text(encoding="utf-8").partition("## What each role sees and does")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    found: dict[str, list[str]] = {}
    for what, *cells in rows:
        (key,) = re.findall(r"`([a-z ]+)`", what)
        assert key not in found, f"two rows are about {key}"
        found[key] = cells
    return heads[1:], found


HEADS, ROWS = table()


def test_the_table_has_every_role_level_and_deed_and_no_other() -> None:
    assert tuple(HEADS) == ROLES
    assert set(ROWS) == {*LEVELS, *DEEDS}
    assert all(len(cells) == len(ROLES) for cells in ROWS.values())


@pytest.mark.parametrize(
    ("role", "key", "cell"),
    [(role, key, cell) for key, cells in ROWS.items() for role, cell in zip(HEADS, cells, strict=True)],
)
def test_each_cell_is_what_the_rule_says(role: str, key: str, cell: str) -> None:
    (known,) = [one for one in ROLES if one == role]
    reader = Reader(None if known == "visitor" else "A", known)
    granted = key in reader.levels if key in LEVELS else reader.may(key)  # type: ignore[arg-type]
    assert cell == ("yes" if granted else "no")


def test_who_asks_without_a_name_is_a_visitor_and_sees_what_is_public_alone() -> None:
    assert Reader() == Reader(None, "visitor")
    assert Reader().levels == {"public"}
    assert not any(Reader().may(deed) for deed in DEEDS)


def test_each_role_may_all_that_the_one_before_it_may() -> None:
    for less, more in pairwise(ROLES):
        one, other = Reader("A", less), Reader("A", more)
        assert one.levels <= other.levels
        assert all(other.may(deed) for deed in DEEDS if one.may(deed))
        assert is_at_least(more, less)
        assert not is_at_least(less, more)
    assert Reader("A", "keeper").levels == set(LEVELS)
    assert all(Reader("A", "keeper").may(deed) for deed in DEEDS)
