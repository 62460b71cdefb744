"""The room's texts: every message has its Russian, with the same places to fill in."""

import re
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from archive.linking.context.roles import WEIGHTS
from archive.linking.deciding.descriptions import evidence
from archive.records.link import Evidence, Link
from flows.reading_room.made_lines import FOUND, LINES, PARTS, line
from flows.reading_room.messages import messages, updated
from flows.reading_room.texts import FOLDER, SPOKEN, Words, translations
from tests.support.archives import a_link
from transcription.records import MARKS, Reason

FILLED = re.compile(r"%\([a-z]+\)s|\{[a-z]+\}")


@pytest.mark.parametrize("language", SPOKEN[1:])
def test_each_message_is_translated_with_the_same_places(language: str) -> None:
    with (FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    for message in messages():
        if not message.id:
            continue
        found = catalogue.get(message.id if isinstance(message.id, str) else message.id[0])
        assert found, message.id
        given = [message.id] if isinstance(message.id, str) else list(message.id)
        made = [found.string] if isinstance(found.string, str) else list(found.string or ())
        assert all(made), message.id
        for text in made:
            assert {*FILLED.findall(text)} == {*FILLED.findall(given[-1])}, message.id


@pytest.mark.parametrize("language", SPOKEN[1:])
def test_catalogues_are_as_the_command_writes_them(language: str) -> None:
    assert (FOLDER / f"{language}.po").read_bytes() == updated(language), "python -m flows.reading_room.messages"


def test_each_mark_of_a_machine_is_told_in_words() -> None:
    from flows.reading_room.page_words import PHRASES

    assert {*MARKS, *get_args(Reason)} <= {*PHRASES}


RUSSIAN = [
    ("evidence", "number +2.2 (entry 12)", "номер +2.2 (entry 12)"),
    ("evidence", "role -4.0 (holds an office)", "роль -4.0 (занимает должность)"),
    ("evidence", "name +4.6 (witness (a) (b))", "имя +4.6 (witness (a) (b))"),
    ("evidence", "rarity +1.9 (0.15 others by chance)", "редкость имени +1.9 (случайно ещё 0.15)"),
    ("evidence", "another's number -2.5 (entry 1 {entry})", "номер другого -2.5 (запись 1 {entry})"),
    ("evidence", "address +9.0 (the entry cites the clip)", "адрес +9.0 (запись ссылается на этот клип)"),
    ("evidence", "sex +0.5", "пол +0.5"),
    ("evidence", "something new +1.0 (words)", "something new +1.0 (words)"),
    ("evidence", "words of nobody", "words of nobody"),
    (
        "conflict",
        "the number points at entry 1, the name beside it at 2, 3 and others",
        "номер указывает на запись 1, а имя рядом — на 2, 3 и другие",
    ),
    (
        "judged",
        "positive by A. by, B, 2026-01-02: heard it\nherself",
        "подтверждено: A. by, B, 2026-01-02: heard it\nherself",
    ),
    ("judged", "unsure by A. Reader, 2026-01-02", "под вопросом: A. Reader, 2026-01-02"),
    ("new", "it is cited now", "теперь по ссылке"),
    ("new", "“it is cited now”", "“it is cited now”"),
    ("hit", "“Сауытбай” sounds like Sauytbai (0.93)", "«Сауытбай» звучит похоже на Sauytbai (0.93)"),
    ("about", "and 12 more", "и ещё 12"),
    ("change", "captions zh-Hans", "субтитры zh-Hans"),
]


@pytest.mark.parametrize(("kind", "english", "russian"), RUSSIAN)
def test_lines_of_rules_are_told_in_the_language_of_the_page_and_values_stay(
    kind: str, english: str, russian: str
) -> None:
    assert line(kind, english, translations("ru").gettext) == russian
    assert line(kind, english, translations("en").gettext) == english


def test_whatever_the_rules_find_has_a_form() -> None:
    """A part of evidence, a role or a reason that is new in linking is new in the catalogues too."""
    parts = {*re.findall(r'part="([^"]+)"', "".join(_sources("archive/linking")))}
    assert {f"part:{part}" for part in parts} == {*PARTS}
    assert {*WEIGHTS} == {*FOUND["role"]}
    changes = {*re.findall(r'what="([^"{]+)"', "".join(_sources("archive/records")))}
    assert changes <= {*LINES["change"]}


def test_a_page_in_russian_has_no_evidence_in_english() -> None:
    clip = Link.model_validate({**a_link("peertube-x").model_dump(), "evidence": [
        Evidence(part="role", weight=-4.0, found="holds an office"),
        Evidence(part="namesakes", weight=-1.5, found="3 others"),
    ]})  # fmt: skip
    russian = translations("ru").gettext
    told = [line("evidence", one, russian) for one in evidence(clip)]
    assert not [one for one in told if re.search("[A-Za-z]", one)], told


def _sources(folder: str) -> list[str]:
    return [file.read_text("utf-8") for file in Path(folder).rglob("*.py")]


def test_dates_and_numbers_are_written_as_each_language_does() -> None:
    assert Words("en").date("20180331") == "March 31, 2018"
    assert " ".join(Words("ru").date("20180331").split()) == "31 марта 2018 г."
    assert Words("en").date("20189999") == "20189999", "a stranger's day stays as it came"
    assert (Words("en").number(1234567), Words("ru").number(1234567)) == ("1,234,567", "1\xa0234\xa0567")
    assert Words("ru").language_name("kk") == "казахский"
