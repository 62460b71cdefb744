"""Citations on the command line: drawn up in an archive, checked where there is none."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from archive.citing import checking
from archive.records.event import DISSEMINATION
from tests.archive.citing.talks_cited import AHEAD, CLIP, CLOSED, CORRECTED, HOSTILE, SAID, TRANSLATION, make
from tests.flows.in_process import Call, in_process
from tests.flows.place import Place
from tests.support.archives import an_archive, events, folder_targets

SETTINGS = """\
name = "made-up"
state = "state"
minimum_copies = 2
[targets.a]
kind = "folder"
path = "a"
[targets.b]
kind = "folder"
path = "b"
[registers.victims]
file = "victims.csv"
[transcription]
model = "whisper-base"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make(tmp_path_factory.mktemp("made"))
    (folder / "archive.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture
def call(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The archive's command line, in a copy of it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    return in_process(monkeypatch, capsys)


def cited(call: Call, file: Path, *arguments: str, style: str = "json") -> Path:
    done = call("cite", CLIP, f"{AHEAD + 5}", "--style", style, "-o", str(file), *arguments)
    assert (done.code, done.out, done.err) == (0, "", "")
    return file


@pytest.mark.parametrize("second", ["15", "0:15", "0:00:15.000", "15.0"])
def test_a_moment_is_named_by_seconds_or_by_a_clock(call: Call, second: str) -> None:
    done = call("cite", CLIP, second, "--style", "json")
    assert (done.code, done.err) == (0, "")
    assert (done.json["moment"]["start"], done.json["words"]["text"]) == (15.0, CORRECTED)


def test_a_stretch_and_a_transcript_are_chosen(call: Call) -> None:
    done = call("cite", CLIP, "11", "--to", "14.5", "--style", "json")
    assert done.json["words"]["text"] == f"{SAID[0]} {CORRECTED}"
    done = call("cite", CLIP, "11", "--transcript", TRANSLATION, "--style", "json")
    assert done.json["words"]["kind"] == "translation"


def test_each_style_is_written(call: Call) -> None:
    starts = {"text": f"“{CORRECTED}” ", "csl": "[\n", "bibtex": "@misc{peertube-one-15000,\n", "ris": "TY  - VIDEO"}
    for style, start in starts.items():
        done = call("cite", CLIP, "15", "--entry", "1358", "--style", style)
        assert (done.code, done.out.startswith(start)) == (0, True), done


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((CLIP, "soon"), 2, "'soon' is no moment"),
        ((CLIP, "1:75"), 2, "'1:75' is no moment"),
        ((CLIP, "1:75:00"), 2, "'1:75:00' is no moment"),
        ((CLIP, "nan"), 2, "'nan' is no moment"),
        ((CLIP, "15", "--to", "15"), 2, "a stretch ends after it begins"),
        ((CLIP, "999"), 2, "the film ends at 00:00:30.500"),
        ((CLIP, "15", "--entry", "9"), 2, "there is no entry 9 to cite"),
        ((CLIP, "15", "--transcript", "nobody"), 2, "there is no transcript nobody; there are: whisper-base-t1"),
        (("peertube-non", "15"), 2, "did you mean peertube-one?"),
        ((CLOSED, "15"), 4, "is restricted: open with"),
    ],
)
def test_what_cannot_be_cited_is_said(call: Call, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = call("cite", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in " ".join(done.err.replace("│", "").split())


def test_words_of_a_closed_clip_leave_by_name_and_that_is_recorded(call: Call, tmp_path: Path) -> None:
    done = call("cite", CLOSED, "11", "--restricted", "--by", "R. Researcher")
    assert (done.code, SAID[0] in done.out) == (0, True)
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        last = events(archive, f"work-{CLOSED}")[-1]
    assert (last.type, last.agent, last.detail) == (DISSEMINATION, "R. Researcher", "citation of 11 s")


def test_what_keeps_a_citation_from_being_checked_is_said(call: Call, tmp_path: Path) -> None:
    assert "no words are written at that moment" in call("cite", CLIP, "25").err
    assert call("export", CLIP, "--format", "vtt", "-o", "edited.vtt").code == 0
    edited = (tmp_path / "edited.vtt").read_text(encoding="utf-8").replace(CORRECTED, "We waited.")
    (tmp_path / "edited.vtt").write_text(edited, encoding="utf-8")
    assert call("correct", CLIP, "edited.vtt", "--by", "A. Reader").code == 0
    done = call("cite", CLIP, "15", "--style", "json")
    assert (done.code, done.json["work"]["version"]) == (0, None)
    assert "these words are at no target yet" in done.err


@pytest.mark.parametrize("style", ["json", "csl"])
def test_a_citation_is_checked_on_a_machine_without_an_archive(
    call: Call, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, style: str
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    cited(call, elsewhere / "citation.json", "--entry", "1358", style=style)
    shutil.copytree(tmp_path / "a", elsewhere / "copy")
    there = Place(elsewhere)
    for folder in ("copy", "copy/ocfl"):
        done = there.thirdcopy("verify-citation", "citation.json", "--folder", folder, "--read", "--json")
        assert (done.code, done.err) == (0, "")
        assert done.json["holds"] is True
        assert {claim["what"] for claim in done.json["claims"]} == {
            "film", "capture", "bytes", "transcript", "words", "entry", "judgement",
        }  # fmt: skip
    told = there.thirdcopy("verify-citation", "citation.json", "--folder", "copy")
    assert (told.code, told.out.splitlines()[-1]) == (0, "it holds here")
    assert "--read hashes it" in told.out
    assert sorted(path.name for path in elsewhere.iterdir()) == ["citation.json", "copy"]

    film = next((elsewhere / "copy").rglob("peertube-one.mp4"))
    film.write_bytes(film.read_bytes()[:-1] + b"\x00")
    spoilt = there.thirdcopy("verify-citation", "citation.json", "--folder", "copy", "--read")
    assert spoilt.code == 1
    assert spoilt.out.splitlines()[-1] == "it does not hold here: 1 of 7 claims fail"
    assert "FAULT  bytes " in spoilt.out


def test_how_much_is_read_is_said_before_it_is(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cited(call, tmp_path / "citation.json")
    size = next((tmp_path / "a").rglob("peertube-one.mp4")).stat().st_size
    monkeypatch.setattr(checking, "LONG", size)
    done = call("verify-citation", "citation.json", "--folder", "a", "--read", "--json")
    assert (done.code, done.json["holds"]) == (0, True)
    assert done.err.startswith(f"media/peertube-one.mp4 at folder: {size:,} bytes are read\n")
    assert call("verify-citation", "citation.json", "--folder", "a").err == ""


def test_a_target_of_the_settings_is_asked_without_any_state(call: Call, tmp_path: Path) -> None:
    cited(call, tmp_path / "citation.json")
    shutil.rmtree(tmp_path / "state")
    done = call("verify-citation", "citation.json", "--target", "b", "--json")
    assert (done.code, done.json["holds"], done.json["target"]) == (0, True, "b")
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("citation.json",), 2, "name one copy: --target NAME, or --folder PATH"),
        (("citation.json", "--target", "a", "--folder", "."), 2, "name one copy"),
        (("citation.json", "--target", "aa"), 2, "there is no target aa; did you mean a?"),
        (("citation.json", "--folder", "state"), 1, "state holds no copy of an archive"),
        (("nobody.json", "--folder", "a"), 2, "nobody.json: no such file"),
        (("victims.csv", "--folder", "a"), 2, "victims.csv: no JSON: what can be checked is what `thirdcopy cite`"),
        (("title.json", "--folder", "a"), 1, "FAULT capture the capture says title"),
    ],
)
def test_what_cannot_be_checked_is_said(
    call: Call, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    file = cited(call, tmp_path / "citation.json")
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["title"] == HOSTILE
    (tmp_path / "title.json").write_text(json.dumps(document | {"title": "\x1b[31mred"}), encoding="utf-8")
    done = call("verify-citation", *arguments)
    assert done.code == code
    assert said in " ".join(f"{done.out} {done.err}".replace("│", "").split())
    assert "\x1b" not in done.out


def test_a_citation_comes_by_a_pipe_too(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = cited(call, tmp_path / "citation.json")
    with file.open("rb") as opened:

        class Stdin:
            buffer = opened

        monkeypatch.setattr(sys, "stdin", Stdin)
        assert call("verify-citation", "-", "--folder", "a").code == 0
