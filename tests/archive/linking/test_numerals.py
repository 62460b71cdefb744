import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.mentions import number_mentions
from archive.linking.numerals import chinese, english

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety"


def spell(number: int, *, joint: str = " and ") -> str:
    if number >= 1000:
        rest = number % 1000
        joiner = joint if 0 < rest < 100 else " "
        return spell(number // 1000, joint=joint) + " thousand" + (joiner + spell(rest, joint=joint) if rest else "")
    if number >= 100:
        rest = number % 100
        return spell(number // 100) + " hundred" + (joint + spell(rest) if rest else "")
    if number >= 20:
        return TENS.split()[number // 10] + ("-" + spell(number % 10) if number % 10 else "")
    return SMALL.split()[number]


@given(st.integers(min_value=1, max_value=999_999), st.sampled_from([" and ", " "]))
def test_a_spelled_number_reads_as_its_digits(number: int, joint: str) -> None:
    words = spell(number, joint=joint).replace("-", " ").split()
    assert english([*words, "people"]) == (number, len(words))


@given(st.integers(min_value=10, max_value=999_999), st.sampled_from([" and ", " "]))
def test_a_cue_with_a_spelled_number_is_the_mention_it_would_be_in_digits(number: int, joint: str) -> None:
    text = f"so, entry {spell(number, joint=joint)}, my friends"
    (mention,) = number_mentions(text)
    assert mention.entry == str(number)
    assert text[mention.start : mention.end] == mention.quote == f"entry {spell(number, joint=joint)}"


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("one five three", 153),
        ("five oh seven", 507),
        ("thirteen ninety one", 1391),
        ("thirteen fifty eight", 1358),
        ("one fifty three", 153),
        ("twenty one", 21),
        ("a hundred and five", 105),
        ("two thousand and seventeen", 2017),
    ],
)
def test_numbers_as_they_are_spoken(words: str, number: int) -> None:
    assert english(words.split()) == (number, len(words.split()))


@pytest.mark.parametrize("words", ["", "and", "a", "a friend", "hundred", "zero", "oh oh"])
def test_words_that_are_no_number(words: str) -> None:
    assert english(words.split()) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一百五十三", 153),
        ("一千三百五十八", 1358),
        ("一五三", 153),
        ("十二", 12),
        ("两万三千零五", 23005),
        ("〇", None),
        ("", None),
    ],
)
def test_chinese_numerals(text: str, number: int | None) -> None:
    assert chinese(text) == number
