"""Spellings that a reader takes for one word are one; letters that are letters stay apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.searching.letter_folding import LONGEST, folded, simplified


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ALMATY", "almaty"),
        ("Äsem", "asem"),
        ("Şınar", "sinar"),
        ("İSTANBUL", "istanbul"),
        ("ISTANBUL", "ıstanbul"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("Ғалым", "ғАЛЫМ"),
        ("ﬁlm", "film"),
        ("Ｓａｕｔ", "saut"),
        ("علي", "على"),
        ("علی", "علي"),
        ("ئەلې", "ەلى"),
        ("كتاب", "کتاب"),
        ("أحمد", "احمد"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("مؤمن", "مومن"),
        ("ھەبىبە", "هەبىبه"),
        ("ئۇيغۇر", "ۇيغۇر"),
        ("\ufee1\ufea4\ufee4\ufeaa", "محمد"),
        ("١٣٥٨", "1358"),
        ("۱۳۵۸", "1358"),
        ("сауыт\u00adбай", "сауытбай"),
        ("Ma'sum", "masum"),
        ("Ma’sum", "Maʼsum"),
    ],
)
def test_are_one_word(one: str, other: str) -> None:
    assert folded(one) == folded(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("й", "и"),
        ("ғ", "г"),
        ("қ", "к"),
        ("ң", "н"),
        ("ө", "о"),
        ("ү", "ұ"),
        ("і", "и"),
        ("ә", "а"),
        ("ё", "е"),
        ("غ", "ع"),
        ("ڭ", "ن"),
    ],
)
def test_are_two_letters(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize("word", ["Қайрат", "ئۇيغۇر", "Äýezov", "Сауытбай", "Ëлҗан", "وۈ"])
def test_composed_and_not_are_one(word: str) -> None:
    assert folded(unicodedata.normalize("NFC", word)) == folded(unicodedata.normalize("NFD", word))


def test_characters_are_simplified() -> None:
    assert [simplified(c) for c in "買國疆\uf900"] == ["买", "国", "疆", "岂"]


@given(st.text())
def test_a_folded_word_is_folded_for_good_and_bounded(text: str) -> None:
    once = folded(text)
    assert len(once) <= LONGEST
    assert not any(c.isspace() for c in once)
