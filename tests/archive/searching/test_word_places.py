"""Words with their places, the quick way to them, and pieces of long texts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.searching.letter_folding import folded
from archive.searching.word_places import LONGEST_PIECE, PLACES, pieces, plain_words, words_of


def told(text: str) -> list[tuple[str, int, str]]:
    return [(one.word, one.place, text[one.start : one.end]) for one in words_of(text)]


def test_words_stand_where_they_are_written() -> None:
    assert told("«Сауытбай-ұлы», 100% said:") == [
        ("сауытбай", 0, "Сауытбай"),
        ("ұлы", 1, "ұлы"),
        ("100", 2, "100"),
        ("said", 3, "said"),
    ]


def test_what_is_not_composed_is_one_word() -> None:
    assert told("и\u0306он") == [("йон", 0, "и\u0306он")]


def test_an_apostrophe_joins_and_parts() -> None:
    assert told("Ma'sum came") == [("masum", 0, "Ma'sum"), ("ma", 0, "Ma"), ("sum", 1, "sum"), ("came", 2, "came")]


def test_each_han_character_has_a_place_and_so_has_what_stands_beside_it() -> None:
    assert told("他在2017年") == [("他", 0, "他"), ("在", 1, "在"), ("2017", 2, "2017"), ("年", 3, "年")]


def test_a_run_of_characters_that_write_names_has_parts_that_may_be_one() -> None:
    names = {word for word, _, _ in told("说沙吾提巴依：") if len(word) > 1}
    assert names == {"沙吾提", "吾提巴", "提巴依", "沙吾提巴", "吾提巴依", "沙吾提巴依"}
    assert {word for word, _, _ in told("买买提·吐尔逊") if len(word) > 1} == {"买买提", "吐尔逊"}
    assert ("阿里", 0, "阿里") in told("阿里")


def test_names_are_found_in_traditional_characters_too() -> None:
    assert ("买买提", 0, "買買提") in told("買買提")


@given(st.text(alphabet="ab йғ'’沙吾提巴依的 .-,0ئۇ\u0306\u00ad_", max_size=60) | st.text(max_size=40))
def test_words_stand_in_the_text_in_order_of_place(text: str) -> None:
    found = words_of(text)
    single = [one for one in found if one.written is None or one.word == folded(text[one.start : one.end])]
    assert all(0 <= one.start < one.end <= len(text) and one.word and one.place < PLACES for one in found)
    assert len(single) == len(found) or any(c in text for c in "提吾")


@given(st.text(alphabet="abc йғ'’ .-,0ئۇ\u0306\u00ad_", max_size=60) | st.text(max_size=40))
def test_the_quick_way_gives_the_same_words_at_the_same_places(text: str) -> None:
    quick = plain_words(text)
    if quick is not None and all(map(folded, quick)):
        assert list(enumerate(map(folded, quick))) == [(one.place, one.word) for one in words_of(text)]


def test_the_quick_way_is_taken_for_most_texts() -> None:
    assert plain_words("Оның аты Сауытбайдың әкесі.") == ["Оның", "аты", "Сауытбайдың", "әкесі"]


@given(st.text(max_size=300), st.integers(1, 20))
def test_pieces_are_bounded_and_lose_no_word(text: str, times: int) -> None:
    found = list(pieces(text * times))
    assert all(0 < len(piece) <= LONGEST_PIECE for piece in found)
    assert "".join("".join(found).split()) == "".join((text * times).split())


@pytest.mark.parametrize("text", ["a" * 5_000, "a " * 5_000, "字" * 5_000, "字。" * 3_000])
def test_of_a_long_text_every_word_has_a_place(text: str) -> None:
    single = [one for piece in pieces(text) for one in words_of(piece) if len(one.word) < 2 or one.written == piece]
    assert len(single) >= text.replace("。", "").count("字") or " " not in text
    assert all(len(words_of(piece)) <= 6 * PLACES for piece in pieces(text))


def test_a_hostile_text_takes_no_time() -> None:
    began = time.process_time()
    for text in ("a" * 10**6, "a " * 10**6, "字" * 10**5, "'" * 10**6, "\u0301" * 10**6, "." * 10**6, "沙" * 10**5):
        found = list(pieces(text))
        words_of(text)
        plain_words(text[:1_000])
        assert all(len(piece) <= LONGEST_PIECE for piece in found)
    assert time.process_time() - began < 10


def test_a_description_is_found_by_its_lines_and_sentences() -> None:
    text = "One line.\n\n" + "A sentence of some length that goes on for a while. " * 10
    assert next(iter(pieces(text))) == "One line."
    assert all(piece.endswith(".") for piece in pieces(text))
