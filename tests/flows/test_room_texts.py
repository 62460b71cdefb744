"""The room's texts: every message has its Russian, with the same places to fill in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from archive.linking.context.roles import WEIGHTS
from archive.linking.deciding.descriptions import evidence
from archive.records.link import Evidence, Link
from archive.sources.file_checks import other_length
from flows.reading_room.made_lines import FOUND, LINES, PARTS, line
from flows.reading_room.messages import messages, updated
from flows.reading_room.texts import FOLDER, SPOKEN, Words, translations
from tests.support.archives import a_link
from transcription.errors import MediaTimeout
from transcription.media.structure import Overrun
from transcription.media.tools import TOO_MANY_STREAMS
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
    ("about", "female, Kazakh, age 34", "female, Kazakh, возраст: 34"),
    ("about", "A. Madeup; B; and 3 more", "A. Madeup; B; и ещё 3"),
    (
        "disagreement",
        "it lasts 20.5 s where the platform announced 31.0 s",
        "длится 20.5 с, а площадка указала 31.0 с",
    ),
    (
        "disagreement",
        "it is cut short: its box mdat reaches to byte 1,234, and it has 999; the source gave the same bytes twice",
        "обрезан: его часть «блок mdat» доходит до байта 1,234, а всего их 999; источник дважды отдал те же байты",
    ),
    (
        "disagreement",
        "a.mp4: piece 1,003 is no piece of a film; piece 4 breaks off, and 12 bytes of it are wanting; the source gave "
        "the same bytes twice",
        "a.mp4: часть 1,003 — не часть фильма; часть 4 обрывается, в ней не хватает байт: 12; источник дважды отдал те "
        "же байты",
    ),
    (
        "disagreement",
        "it decodes in part: ffprobe ended with code 69",
        "декодируется не всё: ffprobe завершился с кодом 69",
    ),
    ("disagreement", "it decodes in part: Invalid data found", "декодируется не всё: Invalid data found"),
    ("disagreement", "words of an earlier build", "words of an earlier build"),
    ("film", "only 3 of its 40 seconds can be decoded", "удаётся декодировать только 3 с из 40"),
    (
        "film",
        "too many films wait for their derivatives: try again later",
        "слишком много фильмов ждут своих облегчённых копий: попробуйте позже",
    ),
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


def _texts_of(node: ast.AST) -> Iterator[str]:
    """The texts that stand in some code, with a number in each place."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts_of(child)


def _said_in(file: str, *calls: str) -> list[str]:
    """What calls of a module are given to say, or what its functions of these names give back."""
    found, tree = list[ast.AST](), ast.parse(Path(file).read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in calls:
            found += node.args
        if isinstance(node, ast.FunctionDef) and node.name in calls:
            found += [one for one in ast.walk(node) if isinstance(one, ast.Return)]
    return [text for one in found for text in _texts_of(one) if " " in text.strip()]


def test_whatever_is_said_of_a_film_has_a_form() -> None:
    """Why it cannot be read or shown, and what it lacks, is told in Russian from the day on which it is said."""
    media = [f"transcription/media/{name}.py" for name in ("decoding", "probing_media", "light_copies", "wholeness")]
    faults = [text for file in media for text in _said_in(file, "MediaError")]
    faults += _said_in("transcription/media/tools.py", "MediaError", "_fault")
    faults += [MediaTimeout(Path("a.mp4"), "ffprobe", 1.0).message, TOO_MANY_STREAMS]
    shelved = _said_in("archive/playing/derivatives.py", "NotMade", "_passes")
    shelved += _said_in("archive/playing/derivative_shelf.py", "NoRoom", "never_fits")
    lacks = [
        f"it is cut short: {Overrun(part, 2, 1)}" for part in _said_in("transcription/media/structure.py", "Overrun")
    ]
    lacks += _said_in("transcription/media/wholeness.py", "CutShort")
    lacks += [f"piece 1 {how}" for how in _said_in("archive/sources/ytdlp/pieces.py", "_tear")]
    lacks += [f"it decodes in part: {fault}" for fault in faults] + [
        f"{one}; the source gave the same bytes twice" for one in lacks
    ]
    lacks += other_length(10.0, 20.0)
    assert (len(faults) > 15, len(shelved) > 4, len(lacks) > 30) == (True, True, True)
    told = {text: line("film", text, translations("ru").gettext) for text in (*faults, *shelved)}
    told |= {text: line("disagreement", text, translations("ru").gettext) for text in lacks}
    english = re.compile(r"\b(the|of|and|its?|is|can|than|cut|piece|segment|packet|page|tag|last|ended|holds)\b")
    assert {text: russian for text, russian in told.items() if russian == text or english.search(russian)} == {}


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
