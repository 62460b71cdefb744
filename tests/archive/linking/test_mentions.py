import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.finding.names.endings import without_ending
from archive.linking.finding.names.spotting import name_mentions
from archive.linking.finding.numbers.mentions import number_mentions
from archive.linking.text_reading import CLOSE
from tests.archive.linking import people

INDEX = people.index()


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("Entry 123", ["123"]),
        ("Case Number 153", ["153"]),
        ("Number 507", ["507"]),
        ("Entry 1,358: a teacher", ["1358"]),
        ("Entry No. 0123.", ["123"]),
        ("victim #77", ["77"]),
        ("Entries 12, 34 and 56.", ["12", "34", "56"]),
        ("entry one hundred and fifty three", ["153"]),
        ("case number thirteen ninety one", ["1391"]),
        ("запись № 1391", ["1391"]),
        ("под номером 507", ["507"]),
        ("1391 нөмірлі", ["1391"]),
        ("нөмірі 123", ["123"]),
        ("kayıt numarası 1391", ["1391"]),
        ("123 numaralı kayıt", ["123"]),
        ("我要为第1391号作证", ["1391"]),
        ("编号一百五十三", ["153"]),
        ("条目123", ["123"]),
        ("نومۇرى 123", ["123"]),
        ("123-نومۇرلۇق", ["123"]),
        ("رقم ١٢٣", ["123"]),
    ],
)
def test_a_number_with_its_cue_is_a_mention(text: str, entries: list[str]) -> None:
    assert [m.entry for m in number_mentions(text)] == entries


@pytest.mark.parametrize(
    "text",
    [
        "Beat 1083",
        "1391",
        "in 2018 he was 45 years old",
        "number 2018",
        "number one concern",
        "in case 2 people come",
        "room number 507",
        "No. 12 prison",
        "my phone number 1234567",
        "Entry 10:30",
        "Entry 12.05.2018",
        "entry 45 years",
        "Number 50,000 dollars",
        "Entry 1 358",
        "Entry 12345678901",
        "第12号监狱",
        "школа номер 12",
        "номер 12 колония",
        "15号",
        "no 500 yuan",
        "reentry 123",
        "industry 123",
    ],
)
def test_years_dates_ages_sums_and_other_numbers_are_none(text: str) -> None:
    assert number_mentions(text) == []


LETTERS = "Entry entries number#№номер第号编、1234567890,. -–()\n\0\u202eone hundred and is brackets"


@given(st.text(alphabet=st.sampled_from(LETTERS), max_size=200))
def test_any_text_gives_mentions_whose_spans_are_their_quotes(text: str) -> None:
    span = (0, 0)
    for mention in number_mentions(text):
        assert text[mention.start : mention.end] == mention.quote
        assert mention.start >= span[1] or (mention.start, mention.end) == span  # a range's
        assert 0 < int(mention.entry) <= 9_999_999
        span = (mention.start, mention.end)


@pytest.mark.parametrize(
    ("text", "quote", "number"),
    [
        ("Aqbota Seitqali was a nurse", "Aqbota Seitqali", "123"),
        ("Сейтқали Ақбота деген", "Сейтқали Ақбота", "123"),
        ("о Махире Тохти рассказали", "Махире Тохти", "1358"),
        ("بۇ ماھىرە توختى", "ماھىرە توختى", "1358"),
        ("她叫玛依热·托合提。", "玛依热·托合提", "1358"),
        ("她叫马一热脱合提", "马一热脱合提", "1358"),
        ("this is Omir Bekaldan", "Omir Bekaldan", "2001"),
        ("his brother, Aqbota\u200f Seitqali,", "Aqbota\u200f Seitqali", "123"),
    ],
)
def test_a_name_is_found_in_any_script(text: str, quote: str, number: str) -> None:
    (mention,) = name_mentions(text, INDEX.names)
    assert mention.quote == quote == text[mention.start : mention.end]
    assert [entry.number for entry, _ in mention.candidates] == [number]


@pytest.mark.parametrize(
    ("text", "quote", "entry"),
    [
        ("我们的邻居是帕尔哈提·尤力瓦斯他被带走了", "帕尔哈提·尤力瓦斯", "Perhat Yolwas"),
        ("我们的邻居帕尔哈提尤力瓦斯被带走了", "帕尔哈提尤力瓦斯", "Perhat Yolwas"),
        ("They said that Paerhati Youliwasi was taken away", "Paerhati Youliwasi", "Perhat Yolwas"),
    ],
)
def test_a_latin_name_is_found_as_chinese_writes_its_sound(text: str, quote: str, entry: str) -> None:
    (mention,) = name_mentions(text, INDEX.names)
    assert mention.quote == quote
    assert {candidate.latin for candidate, _ in mention.candidates} == {entry}


def test_ordinary_chinese_names_nobody() -> None:
    text = "冬天的时候我收到一个电话,说他身体不好,住进了医院,但是我不能去看他。孩子们问爸爸在哪里,我不知道怎么回答。"
    assert name_mentions(text, INDEX.names) == []


def test_namesakes_are_all_candidates() -> None:
    (mention,) = name_mentions("Perhat Yolwas", INDEX.names)
    assert [entry.number for entry, _ in mention.candidates] == ["507", "2002"]


def test_a_sentence_between_two_words_keeps_them_apart() -> None:
    assert name_mentions("We met Aqbota. Seitqali left.", INDEX.names) == []


def test_ordinary_speech_names_nobody() -> None:
    text = "We went home and nobody told us anything. Then the police came, and I was taken away for a year."
    assert name_mentions(text, INDEX.names) == []
    assert name_mentions(text.lower(), INDEX.names) == []


@given(st.text(max_size=300))
def test_any_text_is_read_and_quotes_are_its_spans(text: str) -> None:
    for mention in name_mentions(text + " Aqbota Seitqali", INDEX.names):
        assert (text + " Aqbota Seitqali")[mention.start : mention.end] == mention.quote


PIECES = [
    "Entry ", "entry one hundred and ", "1,234,", "No. #", "a'", "·玛", "my Aqbota ", "\0\u202e", "1-", "entries 12, ",
    "第12、", "一", "编号1、", "номер ", "сто ", "binüç", "1-нөмірлі ", "1358-ші ", " 1 358", "№", "(12) ", "a\u0300",
    "ـ", "thousand, ",
    "The number before the name is the entry ", "число в скобках ", "数字", "القيد ", "و", "&#12",
]  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", PIECES)
def test_long_hostile_texts_are_read_to_their_end(piece: str) -> None:
    text = piece * (40_000 // len(piece)) + ". Entry 123"
    assert number_mentions(text)[-1].entry == "123"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["Entry ", "a'", "·玛", "my Aqbota ", "\0\u202e"])
def test_names_are_looked_for_in_long_hostile_texts_to_their_end(piece: str) -> None:
    name_mentions(piece * (40_000 // len(piece)), INDEX.names)


@pytest.mark.timeout(20)
def test_a_long_talk_is_read_to_its_end() -> None:
    # 10,000 words took 0.03 s when this was written.
    text = ("We went to see Entry 1,358 and the others in room 12, она сказала номер сто пять, и мы ушли. " * 520)[:-1]
    assert len(text.split()) > 10_000
    assert len(number_mentions(text)) == 520 * 2


@pytest.mark.parametrize(
    "written",
    [
        "Перхата Ёлваса", "Перхату Ёлвасу", "Перхатом Ёлвасом", "о Перхате Ёлвасе", "Перхат Ёлвасты", "Перхат Ёлвастың",
        "Perhat Yolwas'ın", "Perhat Yolvas'tan", "Perhat Yolwas’a", "پەرھات يولۋاسنى", "پەرھات يولۋاسنىڭ",
    ],
)  # fmt: skip
def test_the_ending_of_a_case_is_no_part_of_a_name(written: str) -> None:
    (mention,) = name_mentions(written, INDEX.names)
    assert {entry.number for entry, _ in mention.candidates} == {"507", "2002"}
    assert mention.candidates[0][1] >= CLOSE


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("Асией", "Асия"),
        ("Николаем", "Николай"),
        ("Гульнары", "Гульнара"),
        ("Сейітұлына", "Сейітұлы"),
        ("Yolwas'ın", "Yolwas"),
    ],
)
def test_a_name_without_its_ending_is_among_what_is_tried(written: str, bare: str) -> None:
    assert bare in without_ending(written)


@pytest.mark.parametrize("word", ["", "Али", "Perhat", "’s", "مەن", "O'n"])
def test_a_short_name_or_one_without_an_ending_is_left_alone(word: str) -> None:
    assert without_ending(word) == ()
