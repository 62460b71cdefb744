import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.context.clues import _ETHNICITY, Clues, clues, compare, ethnicities_of, sex_of_name
from archive.linking.context.kinship import kin_before
from archive.linking.registers.entries import Entry

ENTRY = Entry(
    number="1",
    latin="Aqbota Seitqali",
    gender="F",
    ethnicity="Kazakh",
    location="Emin County, Tacheng",
    age="45",
    detained="Nov. 2017",
)


def weights(said: Clues, entry: Entry = ENTRY) -> dict[str, float]:
    return {part.part: part.weight for part in compare(said, entry)}


def told(words: str, name: str = "Aqbota Seitqali", before: str = "") -> Clues:
    return clues(name, words, before + words, kin_before(before, len(before)))


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (" and her children", "sex"),
        ("，她被抓了", "sex"),
        (", казашка", "ethnicity"),
        ("是哈萨克人", "ethnicity"),
        (" قازاق", "ethnicity"),
        (" lived in Chochek", "place"),
        (" из Тачэна", "place"),
        ("来自塔城", "place"),
        (" was taken in 2017", "year"),
        (", 46 years old", "age"),
        (", 45 лет", "age"),
        ("，45岁", "age"),
    ],
)
def test_what_fits_speaks_for_an_entry(words: str, part: str) -> None:
    assert weights(told(words))[part] > 0


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (" and his children", "sex"),
        (", a Uyghur", "ethnicity"),
        (" was taken in 2019", "year"),
        (", 70 years old", "age"),
    ],
)
def test_what_does_not_fit_speaks_against_it(words: str, part: str) -> None:
    assert weights(told(words))[part] < 0


def test_a_relatives_word_weighs_more_than_a_pronoun() -> None:
    assert weights(told("", before="my brother "))["sex"] < weights(told(" and his"))["sex"] < 0


def test_kazakhstan_is_no_ethnicity() -> None:
    assert "ethnicity" not in weights(told(" fled to Kazakhstan, 哈萨克斯坦"), Entry(number="1", ethnicity="Uyghur"))


def test_a_year_of_birth_is_no_year_of_detention() -> None:
    said = told(", born in 1972,")
    assert said.born == {1972}
    assert not said.years
    assert weights(said, Entry(number="1", age="1972"))["born"] > 0
    assert weights(said, Entry(number="1", age="1980"))["born"] < 0


def test_silence_of_either_side_weighs_nothing() -> None:
    assert weights(told("")) == {}
    assert weights(told(" and her, a Kazakh of Tacheng, in 2017"), Entry(number="1", latin="Aqbota Seitqali")) == {}


@pytest.mark.parametrize(
    ("name", "sex"),
    [("Aqbota Orazqyzy", "f"), ("Айгүл Серікқызы", "f"), ("Anara Akhmetova", "f"), ("Abai Orazuly", "m"),
     ("Нурлан Ахметов", "m"), ("Patiguli Emeti", None), ("Aqbota Seitqali", None)],
)  # fmt: skip
def test_the_ending_of_a_name_tells_the_sex(name: str, sex: str | None) -> None:
    assert sex_of_name(name) == sex


@given(st.text(max_size=300), st.text(max_size=40))
def test_any_words_are_compared(words: str, location: str) -> None:
    said = clues("x", words, words, None)
    assert all(part.weight for part in compare(said, Entry(number="1", gender="F", location=location, age=words[:9])))


PEOPLES = [
    "Han",
    "Chinese",
    "han",
    "chinese",
    "Kazakhs,",
    "казашка",
    "哈萨克斯坦",
    "他是哈萨克人",
    "(Uyghur)",
    "\n",
    "x-hui",
    "",
    "قازاق",
]


@given(st.lists(st.sampled_from(PEOPLES)).map(" ".join))
def test_peoples_are_found_word_by_word_as_in_the_whole_text(text: str) -> None:
    assert ethnicities_of(text) == {found.lastgroup for found in _ETHNICITY.finditer(text)}
