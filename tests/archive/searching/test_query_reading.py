"""What is typed is read as words, phrases, prefixes and exclusions, and never is an error."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.searching.query_reading import LONGEST, MOST, read_query


@pytest.mark.parametrize(
    ("text", "terms", "without"),
    [
        ("Sauytbai", [("sauytbai",)], []),
        ('"Taken  away" spring', [("taken", "away"), ("spring",)], []),
        ("“қара бала”", [("қара", "бала")], []),
        ("word -other", [("word",)], [("other",)]),
        ('-"taken away" x', [("x",)], [("taken", "away")]),
        ("Сауытбай-ұлы", [("сауытбай",), ("ұлы",)], []),
        ("said: 100%", [("said",), ("100",)], []),
        ("a OR b NEAR/2 (c)", [("a",), ("or",), ("b",), ("near",), ("2",), ("c",)], []),
        ("新疆", [("新", "疆")], []),
        ("疆", [("疆",)], []),
        ("新疆2017年", [("新", "疆"), ("2017",), ("年",)], []),
        ("買買提·吐爾遜", [("买", "买", "提"), ("吐", "尔", "逊")], []),
        ("Ma'sum", [("masum",)], []),
        ('"never ended', [("never",), ("ended",)], []),
    ],
)
def test_is_read_so(text: str, terms: list[tuple[str, ...]], without: list[tuple[str, ...]]) -> None:
    query = read_query(text)
    assert [term.words for term in query.terms] == terms
    assert [term.words for term in query.without] == without
    assert query.faults == ()


def test_within_quotes_no_sound_is_meant() -> None:
    assert read_query("Sauytbai").terms[0].sounds == ("Sauytbai",)
    assert read_query('"Sauytbai"').terms[0].sounds == ()
    assert read_query("沙吾提巴依").terms[0].sounds == ("沙吾提巴依",)
    assert read_query("的人").terms[0].sounds == ()


def test_a_prefix() -> None:
    (term,) = read_query("Сауыт*").terms
    assert term.prefix
    assert term.words == ("сауыт",)
    (short,), faults = read_query("a*").terms, read_query("a*").faults
    assert not short.prefix
    assert "too short" in faults[0]


@pytest.mark.parametrize("text", ["", " ", "-", '""', "*", "-foo", '-"a b"', "()", "\0", "\ud800"])
def test_without_a_word_it_says_so(text: str) -> None:
    assert read_query(text).faults == ("there is no word to look for",)


def test_what_is_too_much_is_left_out_and_said() -> None:
    many = read_query(" ".join(f"w{n}" for n in range(40)))
    assert len(many.terms) == MOST
    assert many.faults == (f"only the first {MOST} words and phrases were looked for",)
    long = read_query("word " * LONGEST)
    assert len(long.terms) == 1
    assert "characters" in long.faults[0]


def test_what_was_understood_reads_like_what_was_typed() -> None:
    text = 'Sauytbai "taken away" Сауыт* -police'
    assert read_query(text).understood == text


@given(st.text(max_size=200) | st.text(alphabet="\"-*“”«» 'ab沙吾提的", max_size=200))
def test_nothing_that_is_typed_is_an_error(text: str) -> None:
    query = read_query(text)
    assert len(query.terms) + len(query.without) <= MOST
    assert all(term.words and all(term.words) for term in (*query.terms, *query.without))


def test_a_hostile_text_takes_no_time() -> None:
    began = time.process_time()
    for text in (
        '"' * 100_000,
        "-" * 100_000,
        "a" * 100_000,
        "'" * 100_000,
        "a'" * 50_000,
        "沙" * 100_000,
        "\u0301" * 10**5,
    ):
        read_query(text)
    assert time.process_time() - began < 1
