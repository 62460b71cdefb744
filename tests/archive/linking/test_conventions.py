"""What a text says of its numbers, and what that makes of them. Nobody in these texts lives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.finding.numbers.conventions import conventions
from archive.linking.finding.numbers.mentions import number_mentions

SAID = [
    ("The number is the entry in the register.", "en", "any"),
    ("Numbers in brackets are entry numbers", "en", "brackets"),
    ("The entry number stands in parentheses", "en", "brackets"),
    ("The number before each name is their entry in the database", "en", "before"),
    ("Numbers after the names refer to the register", "en", "after"),
    ("Число в скобках — это номер записи в базе", "ru", "brackets"),
    ("Номер перед именем - номер записи", "ru", "before"),
    ("Цифры означают номер записи в реестре", "ru", "any"),
    ("Жақшадағы сан — тізімдегі нөмірі", "kk", "brackets"),
    ("Parantez içindeki sayı kayıt numarasıdır", "tr", "brackets"),
    ("İsimden önceki numara kayıt numarasıdır", "tr", "before"),
    ("括号内的数字是条目编号", "zh", "brackets"),
    ("名字前的数字为登记编号", "zh", "before"),
    ("数字即数据库的条目", "zh", "any"),
    ("تىرناق ئىچىدىكى سان خاتىرە نومۇرى", "ug", "brackets"),
    ("tirnaq ichidiki san xatire nomuri", "ug", "brackets"),
    ("الرقم بين القوسين هو رقم القيد", "ar", "brackets"),
    ("الرقم هو القيد في السجل", "ar", "any"),
]  # fmt: skip
NOT_SAID = [
    "The number of entries in the database is 10,000",
    "number one problem is the register",
    "The phone number is in the database",
    "His number. Entry is hard. It is in brackets.",
    "entry 153 is in the register, and the number 4 is in brackets",
    "мой номер телефона есть в базе",
    "数字很大。条目很多。",
    "The entry is long",
    "номер дома — это адрес",
]


@pytest.mark.parametrize(("text", "language", "position"), SAID)
def test_a_text_says_what_its_numbers_are(text: str, language: str, position: str) -> None:
    for whole in (text, f"Hello, friends. {text}. Bye."):
        found = conventions(whole)
        assert {(d.language, d.position) for d in found} == {(language, position)}
        assert all(0 <= d.start < d.end <= len(whole) for d in found)


@pytest.mark.parametrize("text", NOT_SAID)
def test_other_sentences_say_nothing_of_numbers(text: str) -> None:
    assert conventions(text) == []


def mentions(text: str, *declared: str) -> list[tuple[str, str, bool]]:
    return [(m.entry, m.quote, m.strong) for m in number_mentions(text, declared)]  # type: ignore[arg-type]


def test_a_weak_cue_is_strong_after_a_declaration_and_not_before() -> None:
    text = "Number 507. The number is the entry in the register. Number 1391."
    assert mentions(text) == [("507", "Number 507", False), ("1391", "Number 1391", True)]


def test_numbers_in_brackets_are_entries_once_the_text_says_so() -> None:
    names = "Perhat Yolwas (507), 玛依热·托合提（1,358） and Aqbota Seitqali [123], in a camp (2018) for days (45 days)"
    assert mentions(names) == []
    assert mentions("Numbers in brackets are entry numbers: " + names) == [
        ("507", "(507)", True),
        ("1358", "（1,358）", True),
        ("123", "[123]", True),
    ]
    assert mentions(names, "brackets") == mentions("Numbers in brackets are entry numbers: " + names)


def test_numbers_before_names_are_entries_once_the_text_says_so() -> None:
    text = (
        "The number before each name is their entry.\n507 Perhat Yolwas, 45 years\n12. Aqbota\n玛依热 1358\n2018 Camp\n"
        "3 men"
    )
    assert mentions(text) == [("507", "507", True), ("12", "12", True)]


def test_numbers_after_names_are_entries_once_the_text_says_so() -> None:
    text = (
        "Numbers after names are entries in the register.\nPerhat Yolwas, 507; Aqbota - 123\n玛依热 1358\n"
        "born 12 May, 45\n"
    )
    assert [entry for entry, _, _ in mentions(text)] == ["507", "123", "1358"]


def test_where_no_place_is_named_only_the_ends_of_lines_count() -> None:
    text = (
        "The number is the entry in the register.\n1391 - Ghulamjan\nPerhat Yolwas 507\nthen 508 Men came\n1. First\n"
        "B (123)"
    )
    assert [entry for entry, _, _ in mentions(text)] == ["1391", "507", "123"]
    assert mentions("1391 - GHULAMJAN ABLIMIT") == []
    assert mentions("1391 - GHULAMJAN ABLIMIT", "any") == [("1391", "1391", True)]


@given(
    st.text(
        alphabet=st.sampled_from("The number is entry in brackets before name (1234567890) Ab,. -\n括号数字是条目"),
        max_size=200,
    )
)
def test_any_text_is_read_and_quotes_are_its_spans(text: str) -> None:
    for mention in number_mentions("Numbers in brackets are entries. " + text, ("any", "before", "after")):
        assert ("Numbers in brackets are entries. " + text)[mention.start : mention.end] == mention.quote
        assert mention.strong
