"""Where a text is cut: whole words, whole characters as a reader sees them, whatever the limit and the script."""

import re
import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from transcription.cutting import LONGEST_WORD, MARK, beginning, ending, is_between, shortened

WORDS = (
    "Baqytbekova", "Baqytqyzy", "Baqytbek-uly", "hasn’t", "Gülşen'in", "1,358", "12:30", "Сауытбай", "Ғұламжан",
    "Ғұламжан".replace("й", "и\u0306"), "Сейтқали", "қазақтардың", "Се\u0301рик", "قازاقتاردىڭ", "ئۇيغۇرلارنىڭ",
    "ئابدۇرېھىم", "مُحَمَّد", "عبد\u200cالرحيم", "ヌルムハンマド", "हिन्दी", "서울특별시", "█████", "2017де", "a\u0301b",
    "əfsanə", "İstanbul’da", "ſtraße",
)  # fmt: skip
UNSPACED = ("玛", "依", "热", "が", "か\u3099", "ก็", "น้ำ", "ខ្មែ", "𠮷", "葛\U000e0100", "ပြ")
MARKS = (
    " ",
    " ",
    "  ",
    "\n",
    ", ",
    ". ",
    "。",
    "，",
    "“",
    "”",
    " — ",
    "(",
    ")",
    "\u200b",
    "👩\u200d👩\u200d👧",
    "🇰🇿",
    "👍🏽",
    "\r\n",
)
TEXTS = st.lists(st.sampled_from([*WORDS, *UNSPACED, *MARKS]), max_size=14).map("".join)
WILD = st.text(max_size=30) | TEXTS


def characters(text: str) -> set[int]:
    """Where the characters of a text end, as the Unicode Standard has them (UAX 29)."""
    return {0, *(found.end() for found in regex.finditer(r"\X", text))}


@given(WILD, st.integers(-1, 40))
def test_what_is_kept_begins_and_ends_where_no_word_and_no_character_is_cut(text: str, longest: int) -> None:
    first, last = beginning(text, longest), ending(text, longest)
    assert text.startswith(first)
    assert text.endswith(last)
    assert max(len(first), len(last)) <= max(0, longest)
    for place in (len(first), len(text) - len(last)):
        assert is_between(text, place)
        assert place in characters(text)


@given(WILD, st.integers(0, 40))
def test_no_more_is_left_out_than_one_word(text: str, longest: int) -> None:
    first, last = beginning(text, longest), ending(text, longest)
    assert not any(is_between(text, place) for place in range(len(first) + 1, min(longest, len(text)) + 1))
    begin = max(0, len(text) - longest)
    assert not any(is_between(text, place) for place in range(begin, len(text) - len(last)))


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), st.sampled_from([" ", ", ", "\n"]), st.integers(0, 80))
def test_words_are_kept_whole_or_not_at_all(words: list[str], between: str, longest: int) -> None:
    text = between.join(words)
    first, last = (
        re.split(r",? |\n", part.strip(", \n")) for part in (beginning(text, longest), ending(text, longest))
    )
    assert first in (words[: len(first)], [""])
    assert last in (words[-len(last) :], [""])


@given(WILD, st.integers(0, 40), st.data())
def test_what_stands_around_a_place_is_whole(text: str, longest: int, draw: st.DataObject) -> None:
    places = sorted(place for place in characters(text) if is_between(text, place))
    place = draw.draw(st.sampled_from(places))
    before, after = ending(text, longest, place), beginning(text, longest, place)
    assert text[:place].endswith(before)
    assert text[place:].startswith(after)
    assert is_between(text, place - len(before))
    assert is_between(text, place + len(after))


@pytest.mark.parametrize("word", WORDS)
def test_within_a_word_is_no_place_to_cut(word: str) -> None:
    text = f"x {word} y"
    assert [place for place in range(2, 3 + len(word)) if is_between(text, place)] == [2, 2 + len(word)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Baqytbekova Gulnar", ["", "", "Baqytbekova ", "Baqytbekova Gulnar"]),
        (
            "玛依热被抓走了在那一年的冬天里没有",
            ["玛依热被", "玛依热被抓走了在", "玛依热被抓走了在那一年的", "玛依热被抓走了在那一年的冬天里没有"],
        ),
        ("玛依热·托合提", ["玛依", "玛依热·托合提", "玛依热·托合提", "玛依热·托合提"]),
        ("ئۇيغۇر ئايال", ["", "ئۇيغۇر ", "ئۇيغۇر ئايال", "ئۇيغۇر ئايال"]),
        ("", ["", "", "", ""]),
    ],
)
def test_the_first_words_of_a_text(text: str, kept: list[str]) -> None:
    assert [beginning(text, longest) for longest in (4, 8, 12, 18)] == kept


def test_a_row_that_is_no_word_is_cut_between_characters() -> None:
    row = "а" * 5000
    assert beginning(row, 200) == ending(row, 200) == "а" * 200
    assert shortened(f"and {row}", 60) == f"and {'а' * 55}{MARK}"
    assert beginning("а\u0301" * 5000, 201) == "а\u0301" * 100
    longest = "б" * LONGEST_WORD
    assert beginning(f"and {longest}", 60) == "and "
    assert shortened(longest, 60) == MARK


def test_a_shortened_text_says_so_and_has_no_room_to_lose() -> None:
    assert shortened("Baqytbekova Gulnar", 18) == "Baqytbekova Gulnar"
    assert shortened("Baqytbekova Gulnar", 17) == "Baqytbekova…"
    assert shortened("Baqytbekova Gulnar", 11) == "…"


def test_no_cut_is_within_a_character_whatever_is_beside_it() -> None:
    alike = (range(0x3400, 0xD7A4), range(0x17000, 0x18D09), range(0x20000, 0xE0000))  # Han, Yi, Hangul, Tangut
    codes = (code for code in range(0xE01F0) if not any(code in some for some in alike))
    kinds = ("Lo", "Mn", "Mc", "Cf", "Sk")
    for one in (chr(code) for code in codes if unicodedata.category(chr(code)) in kinds):
        for other in ("ก", "汉", " ", "🇦", "👍"):
            for text in (one + other, other + one):
                assert not is_between(text, 1) or len(regex.findall(r"\X", text)) == 2, ascii(text)


def test_a_hostile_text_is_cut_at_once() -> None:
    for piece in ("а", "\u0301", "🇦", "\u200d", "'", "a-", "汉", "1,", " "):
        text = piece * 200_000
        assert len(beginning(text, 100_000)) <= 100_000
        assert len(ending(text, 100_000)) <= 100_000
