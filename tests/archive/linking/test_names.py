import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.finding.names import remembering
from archive.linking.finding.names.agreeing import agreement
from archive.linking.finding.names.phonetics import is_han, pinyin, readings, tokens
from archive.linking.finding.names.search import SWAPPED, NameIndex
from archive.linking.finding.names.spotting import words_of
from archive.linking.registers.entries import Entry
from tests.archive.linking import people
from tests.archive.linking.spellings import ARABIC, CYRILLIC, HAN, LATIN, OTHER, PARTS

NAMES = (
    "Mehmut Tursun", "Memtimin Turdi", "Dilnigar Rozi", "Qaliolla Tursyn", "Serik Janabil", "Erbol Janat",
    "Ghopur Abdurehim", "Gulshat Nurlan", "Omirbek Aldan", "Ma Guoqing", "Yusupjan Hoshur", "Zhanar Muqan",
)  # fmt: skip
INDEX = NameIndex(Entry(number=str(n), latin=name) for n, name in enumerate(NAMES, start=1))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Maimaiti Tuerxun", "Mehmut Tursun"),
        ("哈力尤拉·吐尔逊", "Qaliolla Tursyn"),
        ("Dinigeer Ruzi", "Dilnigar Rozi"),
        ("Серік Жаңабылұлы", "Serik Janabil"),
        ("Жанатович Ербол", "Erbol Janat"),
        ("غوپۇر ئابدۇرېھىم", "Ghopur Abdurehim"),
        ("Гүлшат Нұрланқызы", "Gulshat Nurlan"),
        ("Omir Bekaldan", "Omirbek Aldan"),
        ("马国庆", "Ma Guoqing"),
        ("Юсупжан Хошур", "Yusupjan Hoshur"),
        ("Жанар Мұқан", "Zhanar Muqan"),
        ("Janar Mukan", "Zhanar Muqan"),
        ("غفور عبد الرحيم", "Ghopur Abdurehim"),
        ("MEHMUT\u202e TURSUN\0", "Mehmut Tursun"),
    ],
)
def test_a_name_is_found_across_scripts_and_spellings(query: str, name: str) -> None:
    assert INDEX.search(query, 3)[0][0].latin == name


def test_scores_fall_and_equal_ones_keep_the_registers_order() -> None:
    index = people.index().names
    found = index.search("Yolwas Perhat", 5)
    assert [entry.number for entry, _ in found[:2]] == ["507", "2002"]
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(1 - SWAPPED)


@pytest.mark.parametrize("name", ["Tursun Abdul", "Abdul", "Uly", "Abd al-Rahim", "Qyzy Uly"])
def test_no_name_is_lost_to_its_particles(name: str) -> None:
    assert NameIndex([Entry(number="1", latin=name)]).search(name, 1)[0][1] == 1


def test_an_entry_is_found_once_by_either_of_its_names() -> None:
    found = people.index().names.search("玛依热·托合提", 9)
    assert found[0][0].number == "1358"
    assert len({entry.number for entry, _ in found}) == len(found)


@pytest.mark.parametrize("query", ["", " ", "123", "\0", "·", "—", "🙂"])
def test_nothing_to_search_for_finds_nothing(query: str) -> None:
    assert INDEX.search(query, 5) == []


def test_an_empty_register_finds_nothing() -> None:
    assert NameIndex([]).search("Mehmut Tursun", 5) == []
    assert NameIndex([Entry(number="1")]).near(["mehmut"], 0.5) == [{}]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Toxti", "Tohti"), ("Tokhti", "Тохти"), ("Қайрат", "Kairat"), ("ئابدۇرېھىم", "Abdurehim"), ("Zhanar", "Жанар"),
     ("Ömer", "Omer"), ("Serikuly", "Серікұлы"), ("Şohret", "Shohret"), ("Karimovich", "Karim")],
)  # fmt: skip
def test_spellings_that_are_read_alike_have_one_sound(one: str, other: str) -> None:
    (left,), (right,) = tokens(one), tokens(other)
    assert readings(left)[0].sound == readings(right)[0].sound


PERSONS = [(one, other) for one in PARTS for other in PARTS if one is not other]
CROWD = NameIndex(
    Entry(number=str(n), latin=f"{one[LATIN]} {other[LATIN]}") for n, (one, other) in enumerate(PERSONS, start=1)
)


@pytest.mark.parametrize("spelling", [OTHER, CYRILLIC, ARABIC, HAN], ids=["Latin", "Cyrillic", "Arabic", "Han"])
def test_every_person_of_a_crowd_is_found_in_any_spelling(spelling: int) -> None:
    between = "·" if spelling == HAN else " "
    missed = [
        f"{one[LATIN]} {other[LATIN]}"
        for one, other in PERSONS
        if CROWD.search(f"{one[spelling]}{between}{other[spelling]}", 1)[0][0].latin != f"{one[LATIN]} {other[LATIN]}"
    ]
    assert missed == []


def test_every_person_of_a_crowd_is_found_as_chinese_officials_spell_them() -> None:
    missed = []
    for one, other in PERSONS:
        query = " ".join("".join(map(pinyin, part[HAN])).capitalize() for part in (one, other))
        if CROWD.search(query, 1)[0][0].latin != f"{one[LATIN]} {other[LATIN]}":
            missed.append((query, CROWD.search(query, 1)[0][0].latin))
    assert missed == []


def test_a_name_that_chinese_cuts_short_is_among_the_first_two() -> None:
    for part in (part for part in PARTS if part[LATIN] != "Ismayil"):
        found = CROWD.namesakes(f"司马义·{part[HAN]}", 2)
        assert f"Ismayil {part[LATIN]}" in [one.entries[0].latin for one in found]


def test_a_name_cut_at_another_place_is_found_among_many_with_parts_that_are_nearer() -> None:
    near = [
        f"{given} {family}"
        for given in ("Omarbek", "Temirbek", "Nurbek")
        for family in map("Ali{}".format, "abcdefghijklmnopqrstuvwxyz")
    ]
    many = [f"{given} Ali" for given in (f"{first}{middle}rbek" for first in "ABDEGHJKLMNOSTUVY" for middle in "aeiou")]
    index = NameIndex(Entry(number=str(n), latin=name) for n, name in enumerate([*many, *near, "Omir Bekali"]))
    assert index.search("Omirbek Ali", 1)[0][0].latin == "Omir Bekali"


def test_of_the_same_two_names_the_one_in_order_leads() -> None:
    found = CROWD.namesakes("Турсун Мәмет", 2)
    assert [one.entries[0].latin for one in found] == ["Tursun Memet", "Memet Tursun"]
    assert found[0].score > found[1].score


def test_namesakes_come_together_and_an_entry_once() -> None:
    index = people.index().names
    found = index.namesakes("Perhat Yolwas", 3)
    assert [entry.number for entry in found[0].entries] == ["507", "2002"]
    every = [entry.number for one in index.namesakes("玛依热·托合提", 9) for entry in one.entries]
    assert len(every) == len(set(every))


def test_a_third_token_that_both_have_counts() -> None:
    index = NameIndex([Entry(number="1", latin="Ali Nurlan Tohti"), Entry(number="2", latin="Ali Nurlan Sulayman")])
    assert index.search("Али Нурлан Сулейман", 1)[0][0].number == "2"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["á", "‮tu", "买", "x ", "ئا", "ab-", "'", "abd al-", "🙂 q", "ﷺ"])
def test_hostile_names_are_searched_and_indexed(piece: str) -> None:
    name = piece * (100_000 // len(piece))
    assert (
        NameIndex([Entry(number="1", latin=name), Entry(number="2", latin="Memet Tursun")]).search(name, 2) is not None
    )
    assert CROWD.search(name, 5) is not None


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_likeness_is_the_same_both_ways(one: str, other: str) -> None:
    def score(a: str, b: str) -> float | None:
        found = NameIndex([Entry(number="1", latin=a)]).search(b, 1)
        return found[0][1] if found else None

    assert score(one, other) == pytest.approx(score(other, one), abs=0.001)


@given(st.text(max_size=3000))
def test_any_text_has_bounded_tokens_and_readings(text: str) -> None:
    for token in tokens(text):
        assert token
        assert len(token) <= 40
        assert 1 <= len(readings(token)) <= 2


def test_agreement_gives_the_words_that_agree() -> None:
    text = "here we remember Aqbota Seytkali, a nurse"
    found = agreement(["Aqbota Seitqali"], words_of(text))
    assert found is not None
    score, start, end = found
    assert score > 0.78
    assert text[start:end] == "Aqbota Seytkali"
    other = agreement(["Perhat Yolwas"], words_of(text))
    assert other is not None
    assert other[0] < 0.7


@pytest.mark.parametrize("written", ["Rizwan Gul Mamtimin", "Rizwangul Mam Timin", "Mamtimin Rizwan Gul"])
def test_a_part_of_a_name_written_as_two_words_agrees(written: str) -> None:
    text = f"here is {written}, a nurse"
    found = agreement(["Rizwangul Memtimin"], words_of(text))
    assert found is not None
    assert found[0] > 0.85
    assert text[found[1] : found[2]] == written
    other = agreement(["Perhat Yolwas"], words_of(text))
    assert other is not None
    assert other[0] < 0.7


NAMED = st.sampled_from(
    ["Rizwan", "Gul", "Rizwangul", "Mamtimin", "Memtimin", "Мәмтімин", "ممتيمين", "热孜万古丽", "he"]
)


@given(
    st.lists(NAMED, min_size=1, max_size=3).map(" ".join), st.lists(NAMED, max_size=8), st.sampled_from([0.72, 0.84])
)
def test_what_agrees_as_well_as_is_asked_is_found_whatever_is_asked(name: str, words: list[str], least: float) -> None:
    spans = words_of(" ".join(words))
    best, found = agreement([name], spans), agreement([name], spans, least)
    if best and best[0] >= least:
        assert found == best
    else:
        assert found is None or found[0] < least


@given(st.lists(st.lists(st.sampled_from(["mehmut", "tursun", "maimaiti", "dinigeer", "he", "qqq"]), max_size=4)))
def test_what_is_remembered_of_earlier_texts_changes_nothing(texts: list[list[str]]) -> None:
    for words in texts:
        assert remembering.near(words, INDEX, 0.75) == INDEX.near(words, 0.75)


def test_no_more_is_remembered_than_so_many_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "REMEMBERED", 2)
    index = NameIndex([Entry(number="1", latin="Mehmut Tursun")])
    for word in ("mehmut", "tursun", "mehmud"):
        assert remembering.near([word], index, 0.75) == index.near([word], 0.75)
    assert len(remembering._LIKES[index]) <= 2


def test_han_are_the_characters_that_unicode_calls_so() -> None:
    letters = [chr(point) for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point)) != "Cn"]
    named = [letter for letter in letters if unicodedata.name(letter, "").startswith(("CJK UNIFIED ", "CJK COMPAT"))]
    ideographs = {letter for letter in named if "IDEOGRAPH-" in unicodedata.name(letter)}
    assert {letter for letter in letters if is_han(letter)} == ideographs


@pytest.mark.parametrize(
    ("name", "alone", "sounds"),
    [
        ("김철수", ("김철수",), ["gimCeolsu"]),
        ("이영희", ("이영희",), ["ieonhui"]),
        ("ꆈꌠꉙ", ("ꆈꌠꉙ",), ["nuosuhop"]),
        ("Ꞑuralı", ("ꞑuralı",), ["nurali"]),
        ("Ꙗков", ("ꙗков",), ["iak"]),
        ("\ue123\ue124", (), []),
        ("\ufa0e\ufa11", ("\ufa0e", "\ufa11"), ["\ufa0e", "\ufa11"]),
    ],
)
def test_letters_of_other_scripts_are_not_read_as_chinese(name: str, alone: tuple[str, ...], sounds: list[str]) -> None:
    assert tokens(name) == alone
    assert [one.sound for token in tokens(name) for one in readings(token)] == sounds


def test_a_name_in_letters_above_those_of_chinese_is_found_by_its_sound() -> None:
    index = NameIndex([Entry(number="1", latin="Gim Cheolsu"), Entry(number="2", latin="Nuralı Beken")])
    for query, number in (("김철수", "1"), ("Ꞑuralı Beken", "2")):
        assert index.search(query, 1)[0][0].number == number
