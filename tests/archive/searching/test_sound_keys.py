"""Names of one sound have a key in common in every script, and what only looks alike has not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.finding.names.phonetics import LONGEST, tokens
from archive.searching.sound_keys import _PLAIN, Heard, asked_sounds, neighbours, sounds_of
from benchmarks._orthographies import KAZAKH, UYGHUR, Habits, in_arabic, in_cyrillic, in_han, in_latin, in_register
from benchmarks._rival_words import KAZAKH_PARTS, UYGHUR_PARTS

NAMES = ("Sauytbai", "Sawutbay", "Сауытбай", "ساۋىتباي", "沙吾提巴依", "Saüıtbai")


def heard(*words: str) -> Heard:
    return Heard.of([(number, sound) for number, word in enumerate(words) for sound in sounds_of(word)])


@pytest.mark.parametrize("asked", NAMES)
def test_one_name_is_found_in_every_script(asked: str) -> None:
    found = heard(*NAMES, "Memet", "қыздар", "тарту").alike(asked_sounds([asked]))
    assert set(found) == set(range(len(NAMES)))


@pytest.mark.parametrize("word", ["Сауытбайдың", "Сауытбайға", "Sauytbai's", "Sauytbay'ın", "ساۋىتبايدىڭ"])
def test_a_name_is_found_in_a_case(word: str) -> None:
    assert 0 in heard(word).alike(asked_sounds(["Sauytbai"]))


@pytest.mark.parametrize(("asked", "word"), [("Sauytbai", "Tursun"), ("Aynur", "Aygul"), ("Perhat", "привет")])
def test_another_name_is_not_found(asked: str, word: str) -> None:
    assert heard(word).alike(asked_sounds([asked])) == {}


@pytest.mark.parametrize("word", ["", "ab", "1358", "a1b2c3", "的", "\u0301\u0301\u0301"])
def test_what_has_no_sound_is_found_by_its_letters_alone(word: str) -> None:
    assert sounds_of(word) == ()


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_what_is_plainly_one_token_is_one(word: str) -> None:
    assert tokens(word) == (word[:LONGEST],)


def test_keys_of_all_scripts_meet() -> None:
    lots, met, tried = random.Random(16), 0, 0  # noqa: S311
    for language, parts in ((UYGHUR, UYGHUR_PARTS), (KAZAKH, KAZAKH_PARTS)):
        for part in parts.split():
            ways = [in_register(part, language, Habits.drawn(lots)), in_cyrillic(part, language)]
            ways += [in_latin(part, language), in_arabic(part, language), in_han(part, language)]
            keys = [{sound.key for sound in sounds_of(way)} for way in ways]
            for one in keys:
                for other in keys:
                    tried += 1
                    met += any(neighbours(key) & other for key in one)
    assert met / tried > 0.97


def test_sounds_come_back_as_they_were_written() -> None:
    kept = heard(*NAMES)
    read = Heard.from_bytes(kept.to_bytes())
    assert read.tokens == kept.tokens
    assert all(
        (getattr(read, name) == getattr(kept, name)).all() for name in ("keys", "words", "whole", "scripts", "codes")
    )
    nothing = Heard.from_bytes(Heard.of([]).to_bytes())
    assert nothing.alike(asked_sounds(["Sauytbai"])) == {}


def test_together_each_way_is_there_once() -> None:
    both = Heard.together([heard(*NAMES), heard(*NAMES[:3])])
    assert len(both.keys) == len(heard(*NAMES).keys)
    assert (both.keys[1:] >= both.keys[:-1]).all()
