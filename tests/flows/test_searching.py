"""`thirdcopy search`: what a keeper sees of sentences that are found, on a screen and as JSON."""

import json
import sys
from pathlib import Path

import pytest

from archive.ledger.clips import AccessGiven
from flows.cli import app
from tests.flows.test_what_is_said import SETTINGS
from tests.support.archives import MONDAY, an_archive, folder_targets, keep, transcript

CLIP, OTHER = "peertube-one", "peertube-two"
HOSTILE = "Сауытбайдың \x1b[31m[bold]әкесі[/] \u202e said: “remember”."


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        for clip, text in ((CLIP, "Please remember Sauytbai."), (OTHER, HOSTILE)):
            keep(archive, clip)
            archive.ledger.readings.add_transcript(clip, *transcript(clip, text), event=None)
        archive.ledger.clips.give_access(OTHER, AccessGiven("public", "A. Keeper", MONDAY), event=None)
    (tmp_path / "archive.toml").write_text(SETTINGS)
    (tmp_path / "register.csv").write_text("Entry,Victim's Name\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("THIRDCOPY_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> "Said":
    return Said(capsys, monkeypatch)


class Said:
    """What a command writes to stdout."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: str, code: int = 0) -> str:
        self._monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        out, err = self._capsys.readouterr()
        assert (ended.value.code or 0) == code, err
        return out if not code else err


def test_finds_across_scripts_and_says_why(place: Path, said: Said) -> None:
    out = said("search", "Sauytbai")
    assert out.index(CLIP) < out.index(OTHER), "what is written so comes first"
    assert "0:00:00" in out or "00:00" in out
    assert "sounds like Sauytbai (0.9" in out
    assert out.endswith("2 of 2 for: Sauytbai\n")
    assert "\x1b[31m" not in out
    assert "[bold]әкесі" in out


def test_as_json(place: Path, said: Said) -> None:
    facts = json.loads(said("search", "remember", "--json"))
    assert facts["schema"] == "thirdcopy/found/1"
    assert (facts["taken_in"], facts["count"], facts["more"], facts["faults"]) == (2, 2, False, [])
    first = next(hit for hit in facts["hits"] if hit["clip"] == CLIP)
    assert first["text"][slice(*first["matched"][0])] == "remember"
    assert (first["start"], first["kind"], first["source"]) == (0.0, "segment", "voices")
    assert json.loads(said("search", "remember", "--json"))["taken_in"] == 0


def test_filters_and_limits(place: Path, said: Said) -> None:
    assert said("search", "remember", "--language", "kk").endswith("0 of 0 for: remember\n")
    assert said("search", "remember", "--source", "voices", "--limit", "1").endswith("1 of 2 for: remember\n")
    assert said("search", "remember", "--since", "2026-03-03").endswith("0 of 0 for: remember\n")
    assert said("search", "remember", "--until", "2026-03-02", "--not-linked").endswith("2 of 2 for: remember\n")
    assert said("search", "remember", "--entry", "1358").endswith("0 of 0 for: remember\n")
    assert said("search", '"please remember" -said').endswith('1 of 1 for: "please remember" -said\n')


def test_what_was_left_out_is_said(place: Path, said: Said) -> None:
    assert "note there is no word to look for" in said("search", "()")


def test_made_anew(place: Path, said: Said) -> None:
    said("search", "remember")
    assert said("search", "--rebuild") == "2 clips can be found\n"
    (place / "state" / "search.sqlite").unlink()
    assert said("search", "remember").endswith("2 of 2 for: remember\n")
    assert "remove search.sqlite" in _damaged(place, said)


def _damaged(place: Path, said: Said) -> str:
    (place / "state" / "search.sqlite").write_bytes(b"none " * 5_000)
    return " ".join(said("search", "remember", code=1).split())


def test_without_a_word_it_asks_for_one(place: Path, said: Said) -> None:
    assert "say what to look for" in said("search", code=2)


@pytest.mark.parametrize("option", ["--language", "--source", "--entry", "--mark"])
@pytest.mark.parametrize("value", ["a\0b", "\udcff"])
def test_a_filter_that_is_no_text_is_refused_as_the_room_refuses_it(
    place: Path, said: Said, option: str, value: str
) -> None:
    assert "a character that no text has" in said("search", "remember", option, value, code=2)


def test_words_of_characters_that_are_no_text_are_read_without_them(place: Path, said: Said) -> None:
    assert said("search", "remember\0", "\udcff").split("for:")[0].endswith("2 of 2 ")
