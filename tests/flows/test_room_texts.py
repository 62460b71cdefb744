"""The room's texts: every message has its Russian, with the same places to fill in."""

import re

import pytest
from babel.messages.pofile import read_po

from flows.reading_room.messages import messages, updated
from flows.reading_room.texts import FOLDER, SPOKEN, Words
from transcription.records import MARKS

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

    assert {*MARKS} <= {*PHRASES}


def test_dates_and_numbers_are_written_as_each_language_does() -> None:
    assert Words("en").date("20180331") == "March 31, 2018"
    assert " ".join(Words("ru").date("20180331").split()) == "31 марта 2018 г."
    assert Words("en").date("20189999") == "20189999", "a stranger's day stays as it came"
    assert (Words("en").number(1234567), Words("ru").number(1234567)) == ("1,234,567", "1\xa0234\xa0567")
    assert Words("ru").language_name("kk") == "казахский"
