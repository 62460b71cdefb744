"""Long lists in parts: every item once, in its order, within the bytes that a page has for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from archive.views.clip_page import ReadTranscript, Sentence
from flows.reading_room.page_parts import (
    CHARACTER_BYTES,
    LETTERS_AT_MOST,
    SENTENCES_BYTES,
    WITH_CHINESE,
    number_asked,
    second_asked,
    sentences_on_page,
)
from tests.support.chinese import EVERY

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def a_talk(texts: list[str], each: float = 2.0) -> ReadTranscript:
    return ReadTranscript(
        name="whisper-base-t1", kind="whisper", languages=("en",), model="base", sha512="0" * 128, corrections=0,
        doubtful=False, starts_at=0.0, clock_doubts=(),
        sentences=tuple(
            Sentence(
                transcript="whisper-base-t1", number=n + 1, start=n * each, end=(n + 1) * each, text=text, language="en"
            )
            for n, text in enumerate(texts)
        ),
    )  # fmt: skip


@given(st.lists(TEXTS, max_size=200), st.sampled_from([1, 2]), st.floats(0.0, 500.0))
def test_parts_have_each_sentence_once_and_a_second_is_in_its_part(
    texts: list[str], columns: int, second: float
) -> None:
    talk, found, number = a_talk(texts), list[int](), 0
    while True:
        number += 1
        part = sentences_on_page(talk, part=number, at=None, columns=columns)
        found += [at for at, _ in part.items]
        assert len(part.items) == 1 or sum(len(escape(one.text).encode()) for _, one in part.items) <= SENTENCES_BYTES
        assert (part.first, part.last) == ((part.items[0][0], part.items[-1][0]) if part.items else (1, 0))
        if number >= part.parts:
            break
    assert found == [*range(1, len(texts) + 1)]
    if texts:
        there = [one for _, one in sentences_on_page(talk, part=None, at=second, columns=columns).items]
        sought = max((one for one in talk.sentences if one.start <= second + 0.001), key=lambda one: one.start)
        assert sought in there


def test_sentences_that_begin_at_one_second_are_all_on_some_page() -> None:
    talk = a_talk(["the same second"] * 500, each=0.0)
    parts = sentences_on_page(talk, part=1, at=None).parts
    found = [at for n in range(parts) for at, _ in sentences_on_page(talk, part=n + 1, at=None).items]
    assert found == [*range(1, 501)]


@pytest.mark.parametrize(
    ("words", "found"), [("AGA", [1]), ("ағам", [2]), ("АҒАМ", [2]), ("aga", [1]), ("nowhere", []), ("a & b", [3])]
)
def test_a_search_within_finds_words_whatever_their_case_and_accents(words: str, found: list[int]) -> None:
    talk = a_talk(["Ağá bey", "Менің ағам.", "a & b <b>"])
    part = sentences_on_page(talk, part=None, at=4.0, within=words)
    assert [at for at, _ in part.items] == found
    assert (part.count, part.number, part.starts) == (len(found), 1, ())


def test_a_cue_without_an_end_is_cut_and_says_so() -> None:
    part = sentences_on_page(a_talk(["a" * 1_000_000, "b"]), part=1, at=None)
    assert [(at, len(one.text)) for at, one in part.items] == [(1, LETTERS_AT_MOST + len(" […]")), (2, 1)]
    assert part.items[0][1].text.endswith(" […]")


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "²", "४", "9" * 10, " 1"])
def test_what_is_no_number_of_a_part_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number_asked(text)
    assert (number_asked(None), number_asked(""), number_asked("0"), number_asked("7")) == (None, None, 1, 7)


@pytest.mark.parametrize("text", ["x", "nan", "inf", "-inf", "1e999"])
def test_what_is_no_second_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"second|float"):
        second_asked(text)
    assert (second_asked(None), second_asked("-3"), second_asked("83.5")) == (None, 0.0, 83.5)


def test_a_part_of_chinese_is_cut_earlier_by_what_its_font_takes() -> None:
    def parts(texts: list[str], columns: int = 1) -> list[list[str]]:
        talk = a_talk(texts)
        found = [
            sentences_on_page(talk, part=n + 1, at=None, columns=columns)
            for n in range(sentences_on_page(talk, part=1, at=None, columns=columns).parts)
        ]
        return [[one.text for _, one in part.items] for part in found]

    same, other = ["新疆再教育营。" * 4] * 200, [EVERY[n : n + 28] for n in range(0, 2800, 28)]
    assert len(parts(same)[0]) == len(parts(["аб" * 21] * 200)[0]), "as much as of any letters, where they are few"
    crowded = parts(other)
    assert [text for part in crowded for text in part] == other
    for part in crowded:
        assert len({*"".join(part)}) * CHARACTER_BYTES <= WITH_CHINESE * SENTENCES_BYTES
    assert 4 < len(crowded[0]) < len(parts(same)[0]) / 4
    assert len(parts(other, columns=2)[0]) <= len(crowded[0]) / 2 + 1
    assert parts([EVERY]) == [[EVERY]], "one sentence is not cut"
