import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.finding.names.correspondences import (
    DEAREST,
    LONGEST,
    NONE,
    SCRIPTS,
    Encoded,
    Spelled,
    nearness,
    nearness_of_pairs,
    parsed,
    skeleton,
    spellings,
    table,
)
from archive.linking.finding.names.phonetics import pinyin, stem, tokens

WORDS = st.text(alphabet="abdeghiklmnoqrstuxyzğşқәшцثحدرسعلمนا买提吐尔逊", min_size=1, max_size=40)


def near(one: str, other: str) -> float:
    """The nearness of two words in their first spellings."""
    return float(nearness(Encoded.of(spellings(one)[:1]), Spelled.of(spellings(other)[:1]))[0])


@given(WORDS, WORDS)
def test_nearness_is_the_same_both_ways(one: str, other: str) -> None:
    assert near(one, other) == pytest.approx(near(other, one), abs=1e-4)
    assert 0 <= near(one, other) <= 1


@given(st.lists(st.tuples(WORDS, WORDS), max_size=12))
def test_of_many_pairs_at_once_each_is_as_near_as_by_itself(pairs: list[tuple[str, str]]) -> None:
    words = [Encoded.of(spellings(one)[:1]) for one, _ in pairs]
    others = Spelled.of([spellings(other)[0] for _, other in pairs])
    assert nearness_of_pairs(words, others).tolist() == [near(one, other) for one, other in pairs]


@given(WORDS.filter(lambda word: bool(spellings(word)[0].units)))
def test_a_word_is_nearest_to_itself(word: str) -> None:
    assert near(word, word) == 1


@pytest.mark.parametrize(
    ("one", "near_to", "not_to"),
    [
        ("吐尔逊", "tursun", "turghun"),
        ("吐尔洪", "turghun", "tursun"),
        ("买买提", "memet", "metin"),
        ("库尔班", "qurban", "kerim"),
        ("محمد", "muhammad", "mahdi"),
        ("пархат", "perhat", "rishat"),
        ("shöhret", "shohret", "shokhan"),
    ],
)
def test_each_script_is_read_by_its_own_habits(one: str, near_to: str, not_to: str) -> None:
    assert near(one, near_to) > near(one, not_to) + 0.1


def test_a_word_of_pinyin_has_a_second_spelling_and_others_have_not() -> None:
    assert [s.script for s in spellings("maimaiti")] == ["latin", "han"]
    assert spellings("maimaiti")[1] == spellings("买买提")[0]
    assert [s.script for s in spellings("tursun")] == ["latin"]
    assert [s.script for s in spellings(tokens("ئابلىز")[0])] == ["cyrillic"]
    assert [s.script for s in spellings("عابد")] == ["arabic"]


def test_the_consonants_of_a_name_survive_its_way_through_chinese() -> None:
    assert skeleton(spellings("买合木提达吾提")[0]) == skeleton(spellings("mahmutdawut")[0]) == "mmttt"


def test_the_table_is_whole_and_names_known_scripts_alone() -> None:
    costs = table()
    assert {script for script, _ in costs.code} == set(SCRIPTS)
    assert (costs.between == costs.between.T).all()
    assert (costs.between.diagonal()[1:] == 0).all()
    assert 0 <= costs.between[1:, 1:].min() <= costs.between[1:, 1:].max() <= DEAREST
    assert not costs.alone[:, 0].any()


def test_scripts_meet_through_latin() -> None:
    costs = parsed(f"# made up\nlatin\tr\tr:0.0\ncyrillic\tr\tr:0.5\nhan\ter\tr:1.0\nhan\te\t{NONE}:0.7\n")
    code = costs.code
    assert costs.between[code["cyrillic", "r"], code["han", "er"]] == 1.5
    assert costs.alone[SCRIPTS.index("latin"), code["han", "e"]] == pytest.approx(0.7)
    assert costs.alone[SCRIPTS.index("arabic"), code["han", "e"]] == pytest.approx(0.7)


def test_long_words_are_cut() -> None:
    assert Spelled.of([*spellings("b" * 10), *spellings("ab" * 400)]).codes.shape == (2, LONGEST)


@pytest.mark.parametrize(
    ("character", "read"), [("什", "shi"), ("勒", "le"), ("茜", "xi"), ("尔", "er"), ("買", "mai")]
)
def test_characters_are_read_as_in_names(character: str, read: str) -> None:
    assert pinyin(character) == read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("abdulkarim", "abdukarim"),
        ("abdurrahman", "abdurahman"),
        ("abdelhakim", "abduhakim"),
        ("abdikerim", "abdukerim"),
    ],
)
def test_a_servant_is_spelled_one_way(one: str, other: str) -> None:
    assert stem(one) == stem(other)
