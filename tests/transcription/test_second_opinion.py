"""How far two texts of the same speech agree, and which parts of them belong together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.hearing.second_opinion import doubted, parts, rate


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("Алға қарай, бес метр жүр!", "алға қарай бес метр жүр", 0),
        ("", "", 0),
        ("abcd", "", 1),
        ("abcd", "abxd", 0.25),
        ("ab", "abcd", 0.5),
        ("你好", "你好。", 0),
    ],
)
def test_only_letters_count_each_of_the_longer_text(one: str, other: str, share: float) -> None:
    assert rate(one, other) == rate(other, one) == share


def test_each_piece_gets_the_words_that_stand_where_its_own_do() -> None:
    pieces = [" Brother was taken.", " We heard nothing", " of him since."]
    assert parts(pieces, "brother was taken we heard nothing of him since") == [
        "brother was taken",
        "we heard nothing",
        "of him since",
    ]
    assert parts(pieces, "the brother was taken we herd nothing of him") == [
        "the brother was taken",
        "we herd nothing",
        "of him",
    ]


def test_text_without_blanks_is_cut_between_characters() -> None:
    assert parts(["桥下垂直净空。", "该项目完工"], "桥下垂直净空该项目完工") == ["桥下垂直净空", "该项目完工"]


def test_one_piece_gets_it_all_and_an_empty_text_nothing() -> None:
    assert parts(["anything"], "quite another") == ["quite another"]
    assert parts(["a", "b"], "") == ["", ""]


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6), st.text(max_size=80))
def test_nothing_of_the_other_is_lost_or_moved(pieces: list[str], other: str) -> None:
    found = parts(pieces, other)
    assert len(found) == len(pieces)
    assert "".join("".join(found).split()) == "".join(other.split())


def test_marks_of_an_engine_are_no_doubt_about_its_text() -> None:
    assert not doubted(())
    assert not doubted(("weak_model", "unpunctuated"))
    assert doubted(("weak_model", "low_confidence"))
    assert doubted(("may_be:ug",))
