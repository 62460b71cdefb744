"""A form counts if the page that it was on came from us to this browser."""

import pytest

from archive.people.csrf import csrf_token, is_csrf_token
from archive.people.visits import TOKEN_BYTES, new_token

ONE, OTHER = "a" * 43, "b" * 43


def test_a_browsers_own_form_counts() -> None:
    assert is_csrf_token(ONE, csrf_token(ONE))
    assert csrf_token(ONE) == csrf_token(ONE)
    assert ONE not in csrf_token(ONE)


@pytest.mark.parametrize(
    "given", ["", ONE, csrf_token(OTHER), csrf_token(ONE)[:-1], csrf_token(ONE) + "0", "ѐ", "\ud800"]
)
def test_any_other_form_does_not(given: str) -> None:
    assert not is_csrf_token(ONE, given)


def test_a_browser_without_a_token_has_no_form() -> None:
    assert not is_csrf_token("", csrf_token(""))


def test_tokens_are_all_different_and_not_to_be_guessed() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert min(map(len, tokens)) * 6 // 8 >= TOKEN_BYTES == 32
