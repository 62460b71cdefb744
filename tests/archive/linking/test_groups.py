"""Names of peoples, languages, religions and places are nobody; beside another name they may be somebody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.context.groups import is_nobody, is_nobodys
from archive.linking.context.places import HAN_PLACES, LATIN_PLACES
from archive.linking.finding.names.agreeing import agreement
from archive.linking.finding.names.spotting import name_mentions, words_of
from archive.linking.known_people import KnownPeople
from archive.linking.languages.loading import han, languages
from archive.linking.plain_texts import link_text
from archive.linking.registers.entries import Entry
from tests.archive.linking import people

NOBODY = {
    "English": (
        "Han Chinese", "Kazakh", "Uyghur woman", "Uyghur Woman", "Kazakhs", "Uyghurs'", "The Uyghur people",
        "Hui Muslims",
        "Kazakh language", "Mandarin Chinese", "Chinese Communist Party", "Ili Kazakh Autonomous Prefecture", "Islam",
        "Xinjiang Uyghur Autonomous Region", "East Turkistan", "Kashgar County", "Dabancheng Camp", "Sunni Islam",
        "Kyrgyz man", "Turkic Muslims", "Madina", "Aksu Prison", "Northern Xinjiang", "Kazakhstan", "KAZAKH WOMAN",
    ),
    "Russian": (
        "Казах", "казахов", "уйгурка", "уйгурок", "Уйгурская женщина", "казахского языка", "по-казахски", "Китайцы",
        "ханьцев", "Мусульмане", "ислама", "Восточного Туркестана", "в Кашгаре", "Илийский район", "Синьцзяна",
        "дунганами",
        "Синьцзян-Уйгурского автономного района", "киргизские мужчины", "лагеря Кульджи", "Казахстаном",
    ),
    "Kazakh": (
        "Қазақ", "қазақтардың", "Ұйғыр әйелі", "ұйғырларға", "Қазақ тілінде", "қазақша", "Ислам діні", "Мұсылмандар",
        "Шыңжаңда", "Іле Қазақ автономиялы облысы", "Құлжа ауданы", "ханзулармен", "Қашқардан", "Қазақ халқының",
    ),
    "Kazakh in Latin letters": (
        "Qazaq", "qazaqtardyñ", "Qazaq tilinde", "Uıǵyr áıeli", "Uyğırlarğa", "Musylmandar", "Shynjanda", "Qashqardan",
        "Qazaqstannan", "hanzularmen",
    ),
    "Kazakh in Arabic letters": (
        "قازاق", "قازاقتاردىڭ", "ۇيعىر ايەلى", "قازاق تىلىندە", "مۇسىلماندار", "شىڭجاڭدا", "قۇلجا اۋدانى", "قاشقاردان",
    ),
    "Uyghur": (
        "ئۇيغۇر", "ئۇيغۇرلارنىڭ", "ئۇيغۇر ئايال", "قازاق خەلقىنىڭ", "ئۇيغۇر تىلىدا", "ئۇيغۇرچە", "مۇسۇلمانلار",
        "خەنزۇلارغا",
        "شىنجاڭ ئۇيغۇر ئاپتونوم رايونى", "شەرقىي تۈركىستاندا", "قەشقەر ۋىلايىتى", "خوتەندىن", "ئىسلام دىنى", "جۇڭگو",
    ),
    "Uyghur in Latin letters": (
        "Uyghurlarning", "Uyghur ayal", "Qazaq xelqi", "Uyghur tilida", "Musulmanlar", "Xenzularning",
        "Sherqiy Türkistan",
        "Qeshqer Wilayiti", "Xotendin", "Ürümchide",
    ),
    "Turkish": (
        "Uygur", "Uygurların", "Uygur Türkleri", "Kazak kadını", "Doğu Türkistan'da", "İslam", "Müslümanlar", "Çince",
        "Kazakça", "Kaşgar'dan", "Türkiye'ye", "Çin Komünist Partisi", "Sincan'daki".removesuffix("ki"), "Kırgız adam",
    ),
    "Arabic": (
        "الأويغور", "المسلمين الأويغور", "امرأة أويغورية", "اللغة الكازاخية", "الصينيين", "تركستان الشرقية",
        "كازاخستان",
        "الإسلام", "والمسلمون", "كاشغر", "معسكرات شينجيانغ", "الصينية",
    ),
    "Chinese": (
        "汉族", "汉人", "维吾尔族", "维吾尔族女人", "哈萨克族人", "新疆维吾尔自治区", "伊犁哈萨克自治州",
        "伊斯兰教", "穆斯林",
        "乌鲁木齐市", "喀什地区", "阿克苏人", "集中营", "维吾尔语", "和田县", "回族穆斯林",
    ),
}  # fmt: skip
SOMEBODY = (
    "Han Mei", "Mei Han", "Islam Tohti", "Islam Karimov", "Qazaqbay Omir", "Madina Islam", "Madina Tursun",
    "Aqsu Nurlan",
    "Uyghur Memet", "Hande Aksoy", "Handan", "Emine Islam", "Emin Altay", "Islambek", "Turkan", "Aqsulu Qazaqbai",
    "Tatarhan",
    "Исламов Узбеков", "Ислам Каримов", "Мадина Исламова", "Казаков", "Казахбаева Алтынай", "Татаринов Иван",
    "Қазақбай Омар", "Мәдина Қадыр", "Исламбек", "Ақсұлу", "قازاقباي", "مەدىنە تۇرسۇن", "ئىسلام تۇرسۇن", "ئۇيغۇرجان",
    "إسلام كريم", "محمد", "Aksoy İslam", "韩梅", "韩汉", "哈萨克拜", "汗古丽", "买买提", "玛依热·托合提", "马文",
    "", "1358",
)  # fmt: skip


@pytest.mark.parametrize("words", [words for some in NOBODY.values() for words in some])
def test_words_for_peoples_languages_religions_and_places_are_nobody(words: str) -> None:
    assert is_nobody(words.split())
    # Not even of a register that has such a row.
    index = people.index(Entry(number="1358", latin=words), Entry(number="2001", latin="Omirbek Aldan"))
    for text in (words, words.title(), words.lower(), f"We met {words} there.", f"{words}, Omirbek Aldan"):
        assert [link.entry for link in link_text(text, index).links] in ([], ["2001"])


@pytest.mark.parametrize("name", SOMEBODY)
def test_beside_a_name_of_another_kind_such_a_word_may_be_a_name(name: str) -> None:
    assert not is_nobody(name.split())
    assert not is_nobodys(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My brother Han Mei was arrested.", "Han Mei"),
        ("They took Islam Tohti, a Uyghur man.", "Islam Tohti"),
        ("Madina Islam was sentenced.", "Madina Islam"),
        ("Арестовали Ислама Каримова, узбека.", "Islam Karim"),
        ("Мадину Турсун, казашку, увезли в лагерь.", "Madina Tursun"),
        ("Қазақ әйелі Мәдина Тұрсын ұсталды.", "Madina Tursyn"),
        ("ئۇيغۇر ئايال مەدىنە تۇرسۇن تۇتۇلدى", "Madine Tursun"),
        ("Uygur kadın Medine Tursun tutuklandı.", "Medine Tursun"),
        ("اعتقل إسلام تورسون من الأويغور", "Islam Tursun"),
        ("维吾尔族女人玛依热·托合提被抓走了", "玛依热·托合提"),
        ("维吾尔人买买提明·吐尔逊在喀什被捕", "买买提明·吐尔逊"),
        ("哈萨克拜·托列根被捕", "哈萨克拜·托列根"),
    ],
)
def test_a_person_among_such_words_is_found(text: str, name: str) -> None:
    index = people.index(Entry(number="7", latin=name), Entry(number="8", latin="Kazakh Uyghur"))
    assert [link.entry for link in link_text(text, index).links] == ["7"]


@pytest.mark.parametrize(
    ("text", "junk"),
    [
        ("He is Kazakh, entry 1205.", "Kazakh"),
        ("A Han Chinese, entry 1205, came.", "Han Chinese"),
        ("Уйгурская женщина, номер записи 1205", "Uygurskaya Zhenshchina"),
        ("Қазақ әйелі, жазба 1205", "Qazaq Ayeli"),
        ("Uygur kadın, kayıt numarası 1205", "Uygur Kadin"),
        ("ئۇيغۇر ئايال، نومۇرى 1205", "Uyghur Ayal"),
        ("编号1205，维吾尔族", "维吾尔族"),
        ("the number 1205 Islam", "Islam"),
    ],
)
def test_no_such_words_agree_with_a_number(text: str, junk: str) -> None:
    index = people.index(Entry(number="1205", latin=junk))
    (link,) = link_text(text, index).links
    assert link.tier != "A"
    assert "1205" in link.quote
    assert agreement([junk], words_of(text)) is None


def test_a_word_for_a_people_is_no_rival_to_a_number() -> None:
    index = people.index(Entry(number="507", latin="Perhat Yolwas"), Entry(number="1205", latin="Uyghur Kazakh"))
    found = link_text("entry 507, Uyghur Kazakh", index)
    assert [(link.entry, link.tier) for link in found.links] == [("507", "B")]
    assert not found.conflicts


def test_a_part_of_a_word_for_a_people_in_han_is_no_part_of_a_name() -> None:
    index = people.index(Entry(number="7", latin="Memet", chinese="吾尔买买提"), Entry(number="8", chinese="买买提江"))
    assert not name_mentions("维吾尔买买提", index.names)
    assert [one.quote for one in name_mentions("维吾尔买买提江", index.names)] == ["买买提江"]


def test_a_known_person_is_no_people() -> None:
    assert not KnownPeople(["Han Chinese", "Kazakh"]).mentions("Han Chinese and Kazakh")
    assert KnownPeople(["Han Mei"]).mentions("Han Mei")


@given(st.lists(st.sampled_from(people.ENTRIES).map(lambda entry: entry.latin or "Han Mei"), min_size=1, max_size=3))
def test_no_made_up_person_is_a_people(names: list[str]) -> None:
    assert not is_nobody(" ".join(names).split())


def test_the_tables_hold_together() -> None:
    tables = [table for one in languages() for table in one.groups.nobody]
    assert all(is_nobody([word]) for table in tables for word in table.stems if len(word) > 1)
    assert all(is_nobody([place]) for place in (*LATIN_PLACES, *HAN_PLACES))
    assert not any(is_nobody([word]) for word in han().beside_nobody)


def test_a_long_row_of_such_words_is_read_at_once() -> None:
    assert not is_nobody(["女人女子" * 50_000 + "马"])
    assert not is_nobody(["维吾尔" * 50_000 + "马"])
    assert not is_nobody(["قازاق" * 50_000])
