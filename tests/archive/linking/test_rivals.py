"""Names beside their nearest neighbours, in every script: made-up people."""

import pytest

from archive.linking.finding.names.alphabets import languages, respelled
from archive.linking.finding.names.phonetics import tokens
from archive.linking.finding.names.renderings import slips
from archive.linking.index import RegisterIndex
from archive.linking.plain_texts import TextLink, link_text
from archive.linking.registers.entries import Entry
from archive.linking.registers.register import Register

NEIGHBOURS = ("Kamil Tursun", "Kamal Tursun")


def links(text: str, *names: str) -> list[tuple[str, str]]:
    """The names that a text is linked to, each with its tier, in a register of these names."""
    return [(found.tier, NAMES[found.entry]) for found in _links(text, *names)]


def _links(text: str, *names: str) -> tuple[TextLink, ...]:
    NAMES.clear()
    NAMES.update({str(number): name for number, name in enumerate(names, start=1)})
    entries = tuple(Entry(number=number, latin=name) for number, name in NAMES.items())
    return link_text(text, RegisterIndex(Register("made-up", "0" * 64, entries))).links


NAMES: dict[str, str] = {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("كامىل تۇرسۇن", "Kamil Tursun"),
        ("ئاكام كامىل تۇرسۇن لاگېردا.", "Kamil Tursun"),
        ("ئاكام كامال تۇرسۇن لاگېردا.", "Kamal Tursun"),
        ("كامىل تۇرسۇن 2018 جىلى ۇستالدى.", "Kamil Tursun"),
        ("كامال تۇرسۇن 2018 جىلى ۇستالدى.", "Kamal Tursun"),
        ("اعتقل كمال تورسون في عام 2018", "Kamal Tursun"),
        ("Кәміл Тұрсын 2018 жылы ұсталды.", "Kamil Tursun"),
        ("Камал Турсун арестован.", "Kamal Tursun"),
        ("Акам Камил Турсун лагерда.", "Kamil Tursun"),
        ("Kämıl Tūrsyn 2018 jyly ūstaldy.", "Kamil Tursun"),
        ("Kamil Tursun 2018-yili tutqun qilindi.", "Kamil Tursun"),
    ],
)
def test_the_written_vowel_decides_between_neighbours(text: str, name: str) -> None:
    assert links(text, *NEIGHBOURS) == [("B", name)]
    assert links(text, *reversed(NEIGHBOURS)) == [("B", name)]


def test_who_is_told_apart_is_still_an_alternative() -> None:
    (found,) = _links("كامىل تۇرسۇن", *NEIGHBOURS)
    assert [NAMES[other.entry] for other in found.alternatives] == ["Kamal Tursun"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("اعتقل كامل تورسون في القضية", NEIGHBOURS),  # Arabic leaves the vowel out
        ("Әлім Сәкен", ("Alim Saken", "Elim Saken")),
        ("كامىل تۇرسۇن 2018 جىلى ۇستالدى.", ("Kamil Tursun", "Kamyl Tursun")),  # a к fronts all vowels
        ("Kamil Tursun", ("Kamil Tursun", "Tursun Kamil")),
    ],
)
def test_what_the_script_does_not_tell_is_shown_of_both_and_sure_of_none(text: str, names: tuple[str, ...]) -> None:
    found = _links(text, *names)
    assert {link.tier for link in found} == {"C"}
    shown = {NAMES[entry] for link in found for entry in (link.entry, *(o.entry for o in link.alternatives))}
    assert shown == set(names)


def test_a_rarer_neighbour_does_not_come_first() -> None:
    crowd = [f"{given} Tursun" for given in ("Aziz", "Memet", "Sabir", "Rozi", "Obul", "Perhat", "Adil", "Musa")]
    found = links("Ömer Tursun", "Umar Tursun", "Omer Tursun", "Tursun Omer", *crowd)
    assert found[0] == ("C", "Omer Tursun")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("كامىل", ("ug", "kk")),
        ("توختى", ("ar", "ug")),
        ("ئاكام توختى", ("ug",)),
        ("اعام كامىل", ("kk",)),
        ("ٴسابىت", ("kk",)),
        ("محمد علي في القضية", ("ar",)),
        ("ئاكام توختى. اعتقل محمد في القضية", ("ar", "ug")),
        ("ﻛﺎﻣﻞ في القضية", ("ar",)),
        ("Мәлік", ("kk",)),
        ("Мән Әли үчүн гувалиқ беримән", ("ug",)),
        ("Kamil", ()),
        ("", ()),
    ],
)
def test_a_texts_language_is_told_by_all_its_words(text: str, told: tuple[str, ...]) -> None:
    assert languages(text) == told


@pytest.mark.parametrize(
    ("word", "language", "spelled"),
    [
        ("ئۆمەر", "ug", "өмӓр"), ("ٴسابىت", "kk", "сәбіт"), ("عالىم", "kk", "ғалым"), ("مۇسا", "ug", "муса"),
        ("مەيرام", "kk", "мейрәм"), ("ۆەرا", "kk", "вере".replace("ре", "рә")), ("محمد", "ug", "محمد"),
        ("قادىر", "kk", "қадыр"), ("دينارا", "kk", "динара"),
    ],
)  # fmt: skip
def test_letters_are_read_as_each_language_has_them(word: str, language: str, spelled: str) -> None:
    assert respelled(word, (language,)) == spelled  # type: ignore[arg-type]


def test_a_text_that_mixes_reads_each_word_as_it_can_be_meant() -> None:
    text = "ئاكام كامىل تۇرسۇن. اعتقل كمال تورسون في القضية. Kamal Tursun, кейін Кәміл Тұрсын."
    assert [name for _, name in links(text, *NEIGHBOURS)] == [
        "Kamil Tursun", "Kamal Tursun", "Kamal Tursun", "Kamil Tursun",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("单国庆", "Shan Guoqing"), ("查志海", "Zha Zhihai"), ("盖建军", "Ge Jianjun"), ("盖建军", "Gai Jianjun"),
        ("仇玉兰", "Qiu Yulan"), ("曾秀英", "Zeng Xiuying"), ("朴明华", "Piao Minghua"), ("朴明华", "Pu Minghua"),
        ("乐小梅", "Yue Xiaomei"), ("乐小梅", "Le Xiaomei"), ("覃德福", "Qin Defu"), ("覃德福", "Tan Defu"),
        ("解振国", "Xie Zhenguo"), ("区文华", "Ou Wenhua"), ("尉迟明华", "Yuchi Minghua"), ("万俟建国", "Moqi Jianguo"),
    ],
)  # fmt: skip
def test_surnames_are_read_as_surnames_and_in_each_of_their_readings(written: str, latin: str) -> None:
    assert (found := links(f"{written}在2018年被捕。", latin, "Ma Guoliang"))
    assert found[0] == ("C", latin)


def test_a_character_that_is_a_surname_is_read_as_ever_in_a_given_name() -> None:
    assert links("马乐平在2018年被捕。", "Ma Leping", "Ma Yueping")[0] == ("C", "Ma Leping")
    assert tokens("尉迟明华") == ("尉迟", "明华")


def test_the_characters_on_both_sides_of_a_dot_are_one_name() -> None:
    text = "我的哥哥卡米力·吐尔逊在2018年被捕。"
    found = _links(text, *NEIGHBOURS, "Tursun Kamil", "Memet Imin")
    assert NAMES[found[0].entry] == "Kamil Tursun"
    assert found[0].quote == "卡米力·吐尔逊"
    assert links("买木提明·吐尔逊", "Memtimin Tursun", "Mamut Imin")[0][1] == "Memtimin Tursun"


@pytest.mark.parametrize(
    ("word", "name", "few"),
    [
        ("кәміл", "kamil", 0), ("камил", "kamal", 1), ("كمال", "kamal", 0), ("كامل", "kamal", 0),
        ("محمد", "muhammad", 0),
        ("мәлік", "malik", 0), ("тохти", "tokhti", 0), ("әлия", "aliya", 0), ("مصطفى", "mustafa", 0), ("ş", "sh", 0),
    ],
)  # fmt: skip
def test_a_usual_rendering_has_no_slip_and_another_vowel_is_one(word: str, name: str, few: int) -> None:
    assert slips(word, name) == few
