"""Trying again: for passing errors only, as often as said, and as late as the other side asks."""

import pytest

from archive.errors import FetchFailed
from archive.retrying import retrying
from storage.errors import Refused, TargetError, Unavailable


def failing(errors: list[Exception], tries: list[int]) -> str:
    tries.append(len(tries))
    if errors:
        raise errors.pop(0)
    return "done"


@pytest.mark.parametrize("after", [0, -5.0])
def test_passing_errors_pass(after: float) -> None:
    tries: list[int] = []
    errors: list[Exception] = [
        Unavailable("busy", target="a", after=after),
        FetchFailed("busy", kind="passing", after=after),
    ]
    assert retrying(lambda: failing(errors, tries)) == "done"
    assert len(tries) == 3


@pytest.mark.parametrize("error", [Refused("no", target="a"), FetchFailed("no", kind="gone"), ValueError("no")])
def test_lasting_errors_are_raised_at_once(error: Exception) -> None:
    tries: list[int] = []
    with pytest.raises(type(error)):
        retrying(lambda: failing([error], tries))
    assert len(tries) == 1


def test_last_error_is_raised() -> None:
    tries: list[int] = []
    errors: list[Exception] = [Unavailable(f"busy {n}", target="a", after=0) for n in range(9)]
    with pytest.raises(TargetError, match="busy 1"):
        retrying(lambda: failing(errors, tries), attempts=2)
    assert len(tries) == 2
