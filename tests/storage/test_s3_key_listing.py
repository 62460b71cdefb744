"""Listings of stores that lie, or that hold what somebody planted: bounded, in order, or refused."""

import pytest

from storage.contract import LARGEST, Stat
from storage.errors import Unavailable
from storage.keys import MOST_PARTS
from storage.targets.s3.key_listing import Ask, Page, walk

PLANTED = "ocfl/" + "d/" * 2000


def paged(keys: list[str], size: int, asked: list[str]) -> Ask:
    """A store that holds some keys, and lists so many a page."""

    def ask(prefix: str, delimiter: str, token: str | None) -> Page:
        asked.append(prefix)
        there = sorted(key for key in keys if key.startswith(prefix))
        folders = sorted(
            {prefix + key[len(prefix) :].split("/")[0] + "/" for key in there if "/" in key[len(prefix) :]}
        )
        names = [*folders, *(key for key in there if "/" not in key[len(prefix) :])] if delimiter else there
        start = int(token or 0)
        some = names[start : start + size]
        stats = tuple(Stat(name, 1) for name in some if name not in folders or not delimiter)
        more = start + size < len(names)
        return Page(
            stats, tuple(n for n in some if delimiter and n in folders), str(start + size) if more else None, more
        )

    return ask


def test_keys_deeper_than_any_of_ours_are_passed_over_and_the_rest_is_listed() -> None:
    ours = ["ocfl/a", "ocfl/e/" + "f/" * 20 + "x", "ocfl/z"]
    asked = list[str]()
    keys = [*ours, *(f"{PLANTED}{number}" for number in range(10))]
    assert [stat.key for stat in walk(paged(keys, 2, asked), "ocfl/", target="store", most_pages=2)] == ours
    assert max(prefix.count("/") for prefix in asked) <= MOST_PARTS


def test_folders_without_a_bottom_end() -> None:
    asked = list[str]()

    def ask(prefix: str, delimiter: str, token: str | None) -> Page:
        asked.append(prefix)
        if delimiter:
            return Page((), (f"{prefix}a/",), None, more=False)
        number = int(token or 0)
        return Page((Stat(f"{prefix}k{number}", 1),), (), str(number + 1), more=True)

    assert list(walk(ask, "ocfl/", target="store")) == []
    assert len(set(asked)) <= MOST_PARTS


@pytest.mark.parametrize("size", [-1, LARGEST + 1, 1 << 63, 10**30])
def test_a_size_that_no_file_has_is_a_contradiction(size: int) -> None:
    def ask(prefix: str, delimiter: str, token: str | None) -> Page:
        return Page((Stat(f"{prefix}a", size),), (), None, more=False)

    with pytest.raises(Unavailable, match="a size that no file has"):
        list(walk(ask, "ocfl/", target="store"))


@pytest.mark.parametrize("size", [0, LARGEST])
def test_a_size_that_a_file_may_have_is_listed(size: int) -> None:
    def ask(prefix: str, delimiter: str, token: str | None) -> Page:
        return Page((Stat(f"{prefix}a", size),), (), None, more=False)

    assert [stat.size for stat in walk(ask, "ocfl/", target="store")] == [size]
