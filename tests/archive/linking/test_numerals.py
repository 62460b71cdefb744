import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.finding.numbers.mentions import number_mentions
from archive.linking.finding.numbers.numerals.chinese import CHARACTERS, chinese
from archive.linking.finding.numbers.numerals.folding import fold
from archive.linking.finding.numbers.numerals.spoken import GRAMMARS, spoken
from tests.archive.linking import spelling

NUMBERS = st.one_of(st.integers(1, 2500), st.integers(1, 999_999))


def read(said: str) -> tuple[int, int] | None:
    return spoken([fold(word) for word in said.replace("-", " ").split()])


@pytest.mark.parametrize("language", spelling.LANGUAGES)
def test_every_spelled_number_of_four_digits_reads_as_its_digits(language: str) -> None:
    for number in range(1, 10_000):
        said = spelling.LANGUAGES[language](number)
        assert read(said) == (number, len(said.replace("-", " ").split())), said


@given(NUMBERS, st.sampled_from(sorted(spelling.LANGUAGES)))
def test_a_spelled_number_reads_as_its_digits(number: int, language: str) -> None:
    said = spelling.LANGUAGES[language](number)
    assert read(said) == (number, len(said.replace("-", " ").split())), said


@given(NUMBERS)
def test_english_needs_no_and(number: int) -> None:
    words = spelling.english(number, joint=" ").replace("-", " ").split()
    assert GRAMMARS[0].read([*words, "people"]) == (number, len(words))


@given(NUMBERS, st.sampled_from(["", " ", "-"]))
def test_turkish_is_read_apart_and_joined(number: int, between: str) -> None:
    said = spelling.turkish(number, between)
    assert [m.entry for m in number_mentions(f"kayıt numarası {said}, dediler")] == [str(number)]


@given(st.integers(1, 999))
def test_russian_is_read_in_the_genitive(number: int) -> None:
    assert [m.entry for m in number_mentions(f"о записи № {spelling.russian_oblique(number)}.")] == [str(number)]


@given(NUMBERS, st.sampled_from(sorted(spelling.LANGUAGES)))
def test_a_cue_with_a_spelled_number_is_the_mention_it_would_be_in_digits(number: int, language: str) -> None:
    cue, said = spelling.CUES[language], spelling.LANGUAGES[language](number)
    text = f"«Uh, {cue} {said}, …"
    (mention,) = number_mentions(text)
    assert mention.entry == str(number)
    assert text[mention.start : mention.end] == mention.quote == f"{cue} {said}"
    (in_digits,) = number_mentions(f"«Uh, {cue} {number}, …")
    assert (in_digits.entry, in_digits.strong, in_digits.cue) == (mention.entry, mention.strong, mention.cue)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("one five three", 153),
        ("five oh seven", 507),
        ("thirteen ninety one", 1391),
        ("thirteen fifty eight", 1358),
        ("thirteen hundred and fifty eight", 1358),
        ("one fifty three", 153),
        ("twenty one", 21),
        ("a hundred and five", 105),
        ("a thousand and five", 1005),
        ("two thousand and seventeen", 2017),
        ("сто пятьдесят третий", 153),
        ("тысяча триста пятьдесят восьмая", 1358),
        ("тысячу триста пятьдесят восьмую", 1358),
        ("тринадцать девяносто один", 1391),
        ("пять ноль семь", 507),
        ("двухсотая", 200),
        ("мың үш жүз елу сегізінші", 1358),
        ("жиырмасыншы", 20),
        ("алтыншы", 6),
        ("он үш тоқсан бір", 1391),
        ("binüçyüzellisekizinci", 1358),
        ("yüzkırkikinci", 142),
        ("dördüncü", 4),
        ("YÜZ ELLİ ÜÇ", 153),
        ("بىر يۈز ئەللىك ئۈچىنچى", 153),
        ("bir yuz ellik uchinchi", 153),
        ("ثلاث مئة وثلاث عشرة", 313),
        ("خمسمائة وسبعة", 507),
        ("ألفين ومئتين واثنين وعشرين", 2222),
        ("واحد خمسة ثلاثة", 153),
    ],
)
def test_numbers_as_they_are_spoken(words: str, number: int) -> None:
    assert read(words) == (number, len(words.split()))


@pytest.mark.parametrize("words", ["", "and", "a", "a friend", "zero", "oh oh", "друг", "binbir1", "و"])
def test_words_that_are_no_number(words: str) -> None:
    assert read(words) is None


@given(st.lists(st.sampled_from(sorted({word for g in GRAMMARS for word in g.table})), max_size=20))
def test_any_run_of_number_words_gives_a_number_in_bounds_or_none(words: list[str]) -> None:
    for grammar in GRAMMARS:
        found = grammar.read(words)
        assert found is None or (0 < found[0] <= 9_999_999 and 0 < found[1] <= len(words))


def test_no_word_means_two_things_in_one_language() -> None:
    for grammar in GRAMMARS:
        for words, atoms in grammar.words.items():
            assert all(grammar.table[fold(word)] == atoms for word in words.split()), words


@given(NUMBERS)
def test_chinese_is_read_back(number: int) -> None:
    assert chinese(spelling.chinese(number)) == number
    assert chinese("".join("零一二三四五六七八九"[int(digit)] for digit in str(number))) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一百五十三", 153),
        ("一千三百五十八", 1358),
        ("一五三", 153),
        ("幺五三", 153),
        ("一百五", 150),
        ("一百零五", 105),
        ("一千三", 1300),
        ("一千零三", 1003),
        ("两万三千零五", 23005),
        ("两万三", 23000),
        ("两万零三", 20003),
        ("壹仟叁佰伍拾捌", 1358),
        ("兩萬", 20000),
        ("十二", 12),
        ("〇", None),
        ("", None),
        ("百", None),
        ("十十", None),
        ("十百", None),
        ("三十五百", None),
        ("一二百", None),
        ("万", None),
        ("一万二万", None),
    ],
)
def test_chinese_numerals(text: str, number: int | None) -> None:
    assert chinese(text) == number


@given(st.text(alphabet=CHARACTERS + "人", max_size=16))
def test_any_chinese_numerals_give_a_number_in_bounds_or_none(text: str) -> None:
    found = chinese(text)
    assert found is None or 0 < found <= 9_999_999


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(word: str) -> None:
    assert fold(fold(word)) == fold(word)
