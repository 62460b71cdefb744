"""The words of languages are files: what reads them, what is said of faults, and a language more."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.linking.languages.loading import FOLDER, languages, read_languages
from archive.linking.languages.patterns import begun, either
from archive.word_files import WordsError, lines_of
from tests.support.packages import ask, copied

KYRGYZ = """
code = "ky"
name = "Kyrgyz"
precedence = 80

[[cues.before]]
strong = true
numbering = true
phrases = ["жазуу* | номур*"]

[[numerals]]
script = "cyrillic"
ten_and_unit = true

[numerals.words]
1 = "бир"
3 = "үч"
5 = "беш"
8 = "сегиз"
50 = "элүү"
100 = "жүз"
1000 = "миң"

[kin]
own_endings = ["м ым им | - ди дин ге"]
fill = "аттуу"

[kin.stems]
brother = "байке ини"
"""
CUE = "Анын жазуу номуру миң үч жүз элүү сегиз деп айтылды."
KIN = "Байкем Перхат Йолвас жөнүндө айтам."
ASKED = f"""
from archive.linking.context.kinship import kin_before
from archive.linking.plain_texts import link_text
from archive.linking.index import RegisterIndex
from archive.linking.registers.entries import Entry
from archive.linking.registers.register import Register
people = (Entry(number="1358", latin="Mahire Tohti"), Entry(number="507", latin="Perhat Yolwas"))
index = RegisterIndex(Register(name="made-up", sha256="0" * 64, entries=people))
print([(one.entry, one.method, one.tier) for one in link_text({CUE!r}, index).links])
print([(one.entry, one.method, one.tier) for one in link_text({KIN!r}, index).links])
kin = kin_before({KIN!r}, {KIN.index("Перхат")})
print(kin and (kin.kind, kin.whose, kin.word))
"""


def faults(folder: Path, text: str, name: str = "kk.toml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(WordsError) as raised:
        read_languages(folder)
    return str(raised.value)


def test_seven_languages_are_read_in_their_order() -> None:
    assert [one.code for one in languages()] == ["en", "ru", "kk", "tr", "ug", "ar", "zh"]
    assert all((FOLDER / f"{one.code}.toml").exists() for one in languages())


def test_an_eighth_language_is_a_file(tmp_path: Path) -> None:
    folder = copied(tmp_path) / "linking" / "languages"
    before = ask(tmp_path, ASKED).splitlines()
    assert before == ["[]", "[('507', 'named', 'B')]", "None"]
    (folder / "ky.toml").write_text(KYRGYZ, encoding="utf-8")
    assert [one.code for one in read_languages(folder)][-1] == "ky"
    after = ask(tmp_path, ASKED).splitlines()
    assert after == ["[('1358', 'numbered', 'B')]", "[('507', 'named', 'B')]", "('brother', 'mine', 'байкем')"]


def test_a_fault_is_named_by_file_line_and_key(tmp_path: Path) -> None:
    head = 'code = "kk"\nname = "Kazakh"\nprecedence = 1\n'
    text = head + '\n[limits]\nbefore = """\nбөлме* =\n[kin]\n"""\naftr = "жыл"\n\n[[numerals]]\nscript = "runic"\n'
    told = faults(tmp_path, text)
    assert f"{tmp_path / 'kk.toml'}, line 10, limits.aftr: there is no such key; did you mean 'after'?" in told
    assert "line 13, numerals.0.script: Input should be 'latin', 'cyrillic' or 'arabic'" in told


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[kin.words]\nbrothr = "аға"\n', "line 5, kin.words.brothr"),
        ("[limits]\nbefore = 5\n", "line 5, limits.before"),
        ('[[cues.before]]\nphrases = ["іс"]\n', "line 4, cues.before.0.strong: it is missing"),
        ("[[cues.before]]\nstrong = true\nphrases = []\n", "line 6, cues.before.0.phrases"),
        ('[[cues.before]]\nstrong = true\nphrases = ["іс | {number}"]\n', "names 'number' in braces"),
        ('[[cues.before]]\nstrong = true\nphrases = ["іс | "]\n', "has an empty place"),
        ('[kin]\nmine = "менің\n', "line 5"),
        ('[clues.peoples]\nrussian = "орыс"\n', "line 5, clues.peoples.russian"),
        ('[[groups.nobody]]\nscript = "latin"\n', "line 4, groups.nobody.0.stems: it is missing"),
        ("[numerals]\nwords = 1\n", "line 4, numerals"),
    ],
)
def test_faults_of_every_kind(tmp_path: Path, more: str, said: str) -> None:
    assert said in faults(tmp_path, 'code = "kk"\nname = "Kazakh"\nprecedence = 1\n' + more)


def test_every_file_with_faults_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "ru.toml").write_text("code = 5\n")
    (tmp_path / "tr.toml").write_bytes(b"# \xff\n")
    told = faults(tmp_path, 'code = "en"\nname = "Kazakh"\nprecedence = 1\n')
    assert "kk.toml, line 1, code: it is 'en', and the file is called kk.toml" in told
    assert "ru.toml, line 1, code" in told
    assert "tr.toml: byte 2 is not UTF-8" in told


def test_a_folder_without_files_is_said(tmp_path: Path) -> None:
    with pytest.raises(WordsError, match="there is no language's file"):
        read_languages(tmp_path)


def places(document: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of each key of a document."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from ((*at, key), *places(value, (*at, key)))
    elif isinstance(document, list) and document and isinstance(document[0], dict):
        for number, value in enumerate(document):
            yield from places(value, (*at, number))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_the_line_of_every_key_is_found(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines, written = lines_of(text), text.splitlines()
    every = list(places(tomllib.loads(text)))
    assert len(every) > 100
    for place in every:
        within = [line for found, line in lines.items() if found[: len(place)] == place]  # [a.b] alone makes a, too
        assert within, place
        assert str(place[-1]) in written[min(within) - 1], place


def test_what_a_contributor_adds_is_read(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "kk.toml", tmp_path)
    file = tmp_path / "kk.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("бажа", "бажа құда"), encoding="utf-8")
    (found,) = read_languages(tmp_path)
    assert "құда" in found.kin.stems["in-law"]


@pytest.mark.parametrize(
    ("words", "digits", "ahead"),
    [
        (["son of", "sister", "叫"], False, "(?=[s叫])"),
        (["born"], True, r"(?=[b\d])"),
        (["born", "'s"], False, ""),
        (["_of"], True, ""),
        ([], True, ""),
    ],
)
def test_what_words_begin_with_is_looked_for_ahead(words: list[str], digits: bool, ahead: str) -> None:
    assert begun(words, digits=digits) == ahead
    assert not words or re.match(rf"{ahead}{either(words)}", words[0].replace("_", " "))
