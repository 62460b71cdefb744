"""Where two transcripts differ, and by how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.documents import differences
from transcription.documents.differences import Speech, compare, normalized
from transcription.errors import DocumentError


def speech(*texts: str, each: float = 10) -> list[Speech]:
    return [Speech(n * each, (n + 1) * each, text) for n, text in enumerate(texts)]


def test_punctuation_capitals_and_width_make_no_difference() -> None:
    compared = compare(speech("My name is ROSA, ＡＢＣ!"), speech("my name", "is Rosa abc"))
    assert (compared.edits, compared.differences, compared.character_error_rate) == (0, (), 0)


def test_a_difference_has_its_time_and_both_texts() -> None:
    compared = compare(
        speech("one two three four", "five six seven eight"), speech("one two three four five sex eight")
    )
    (found,) = compared.differences
    assert (found.a, found.b) == ("six seven", "sex")
    assert 7 <= found.start < found.end <= 20
    assert (compared.characters, compared.edits) == (39, 7)
    assert compared.character_error_rate == round(7 / 39, 4)


def test_differences_that_are_close_are_one() -> None:
    compared = compare(speech("a b c d e f g h"), speech("a X c Y e f g Z"))
    assert [(d.a, d.b) for d in compared.differences] == [("b c d", "X c Y"), ("h", "Z")]


def test_what_one_lacks_is_shown_against_nothing() -> None:
    assert [(d.a, d.b) for d in compare(speech("a b"), []).differences] == [("a b", "")]
    assert compare([], speech("a b")).character_error_rate == 3
    assert compare([], []).differences == ()


def test_han_is_compared_by_characters_and_tatweel_is_none() -> None:
    compared = compare(speech("他们带走了我的兄弟"), speech("他们带走了我的姐弟"))
    assert [(d.a, d.b) for d in compared.differences] == [("兄", "姐")]
    assert normalized("كـــتاب") == normalized("كتاب")


def test_endless_texts_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "MAX_CHARACTERS", 5)
    with pytest.raises(DocumentError, match="more than 5 characters"):
        compare(speech("a"), speech("abcdef"))


@given(st.lists(st.text(max_size=20), max_size=5), st.lists(st.text(max_size=20), max_size=5))
def test_no_edits_means_no_differences(a: list[str], b: list[str]) -> None:
    compared, same = compare(speech(*a), speech(*b)), compare(speech(*a), speech(*a))
    assert (same.edits, same.differences) == (0, ())
    assert not compared.edits or compared.differences
    assert all(d.a or d.b for d in compared.differences)
