"""Transcripts on the command line: which one comes first, what differs, and what a person corrects."""

import json
import os
import sys
from pathlib import Path
from subprocess import run

import pytest

from archive.records.event import DISSEMINATION
from archive.steps.captioning import caption_clip
from tests.flows.in_process import Call, in_process
from tests.support.archives import an_archive, events, folder_targets, keep, store_all, transcript
from transcription.documents.showing import END

CLIP = "peertube-one"
TEXT, NEW, OTHER = "Please remember her name.", "Please remember his name.", "Please forget her name."
VTT = "WEBVTT\n\n00:00.000 --> 00:12.000\nPlease remember the game.\n"
SETTINGS = """\
name = "made-up"
state = "state"
minimum_copies = 1
access = "{access}"
{more}
[targets.a]
kind = "folder"
path = "a"
[transcription]
model = "whisper-base"
"""


def settings(folder: Path, *, access: str = "public", more: str = "") -> None:
    (folder / "archive.toml").write_text(SETTINGS.format(access=access, more=more))


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """An open archive of one clip with a machine transcript and captions, and its command line."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        keep(archive, CLIP, captions={"en": VTT})
        store_all(archive)
        archive.ledger.readings.add_transcript(CLIP, *transcript(CLIP), event=None)
        assert caption_clip(archive, CLIP, archive.targets).transcripts == 1
    settings(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    return in_process(monkeypatch, capsys)


def exported(call: Call, file: Path, *edits: tuple[str, str], fmt: str = "vtt") -> str:
    assert call("export", CLIP, "--format", fmt, "-o", str(file)).code == 0
    text = file.read_text(encoding="utf-8")
    for edit in edits:
        assert edit[0] in text
        text = text.replace(*edit)
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_an_export_does_not_replace_a_file_that_may_be_edited(call: Call, tmp_path: Path) -> None:
    file = exported(call, tmp_path / "edited.vtt", (TEXT, "Please remember his name."))
    done = call("export", CLIP, "--format", "vtt", "-o", file)
    assert (done.code, "there already" in " ".join(done.err.replace("│", "").split())) == (2, True)
    assert "his name" in Path(file).read_text(encoding="utf-8")
    for _ in range(2):
        assert call("export", CLIP, "-o", str(tmp_path / "new.txt")).code == 0


def test_the_settings_say_which_transcript_comes_first(call: Call, tmp_path: Path) -> None:
    done = call("export", CLIP)
    assert TEXT in done.out
    assert done.err.startswith("whisper-base-t1; there are also: captions-en-")
    settings(tmp_path, more='prefer = ["captions"]')
    done = call("export", CLIP)
    assert "[en]\nPlease remember the game.\n" in done.out
    assert done.out.startswith("Captions of the platform PeerTube in en, by people or a machine")
    shown = call("show", CLIP).out
    assert shown.index("captions-en-") < shown.index("whisper-base-t1")
    compared = call("compare", CLIP, "--json").json
    assert (compared["a"][:8], compared["b"]) == ("captions", "whisper-base-t1")


def test_two_transcripts_side_by_side(call: Call) -> None:
    done = call("compare", CLIP)
    assert done.code == 0
    assert [line.split() for line in done.out.splitlines() if line.startswith(" 00:")] == [
        ["00:00:07", "her", "name.", "the", "game."]
    ]
    assert "character error rate 12.50%: 3 edits for the 24 characters of A" in done.out
    assert "NFKC, case folded" in done.out
    compared = call("compare", CLIP, "--json").json
    assert (compared["clip"], compared["edits"], compared["character_error_rate"]) == (CLIP, 3, 0.125)
    (difference,) = compared["differences"]
    assert (difference["a"], difference["b"]) == ("her name.", "the game.")
    same = call("compare", CLIP, "whisper-base-t1", "whisper-base-t1")
    assert "character error rate 0.00%" in same.out


def test_a_transcript_that_is_not_there_is_named_with_those_that_are(call: Call) -> None:
    done = call("compare", CLIP, "whisper-huge-t1")
    assert (done.code, done.out) == (2, "")
    assert "whisper-base-t1" in done.err


def test_what_nobody_opened_is_compared_by_name_only_and_recorded(call: Call, tmp_path: Path) -> None:
    settings(tmp_path, access="restricted")
    refused = call("compare", CLIP)
    assert (refused.code, refused.out) == (4, "")
    assert call("compare", CLIP, "--restricted", "--by", "A. Reader").code == 0
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        last = events(archive, f"work-{CLIP}")[-1]
    assert (last.type, last.agent) == (DISSEMINATION, "A. Reader")
    assert "comparison of whisper-base-t1 and captions-en-" in (last.detail or "")


@pytest.mark.parametrize("fmt", ["vtt", "srt"])
def test_from_an_export_to_a_correction_in_every_format(call: Call, tmp_path: Path, fmt: str) -> None:
    file = exported(call, tmp_path / f"clip.{fmt}", (TEXT, NEW), fmt=fmt)
    dry = call("correct", CLIP, file, "--by", "A. Reader", "--dry-run")
    assert (dry.code, dry.out) == (0, "00:00:00.000 changed (dry run)\n")
    assert TEXT in call("export", CLIP).out
    done = call("correct", CLIP, file, "--by", "A. Reader", "--why", "I know him", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json == {
        "transcript": "whisper-base-t1",
        "new": 1,
        "applied": [{"start": 0.0, "kind": "changed"}],
        "conflicts": [],
        "why": None,
    }
    for form in ("vtt", "srt", "txt", "json"):
        text = call("export", CLIP, "--format", form).out
        assert (NEW in text, TEXT in text) == (True, False), form
    (segment,) = json.loads(call("export", CLIP, "--format", "json").out)["segments"]
    assert segment["corrected"]["by"] == "A. Reader"
    again = call("correct", CLIP, file, "--by", "A. Reader")
    assert (again.code, again.out) == (0, "whisper-base-t1: nothing new in the file\n")
    assert "1 correction by A. Reader" in call("show", CLIP).out


def test_a_conflict_is_kept_shown_and_counted(call: Call, tmp_path: Path) -> None:
    first = exported(call, tmp_path / "first.vtt", (TEXT, NEW))
    second = exported(call, tmp_path / "second.vtt", (TEXT, OTHER))
    assert call("correct", CLIP, first, "--by", "A. Reader").code == 0
    for _ in range(2):
        done = call("correct", CLIP, second, "--by", "B. Reader")
        assert done.code == 3
        assert done.out.strip().endswith("changed, in conflict")
        assert "1 cues are in conflict: somebody else changed the same cues since" in done.err
        assert "export whisper-base-t1 again" in done.err
    shown = call("show", CLIP).out
    assert "conflict  whisper-base-t1, by B. Reader" in shown
    assert OTHER in shown
    assert NEW in call("export", CLIP).out
    assert "2, 1 in conflict" in call("status").out
    assert call("status", "--json").json["corrections"] == {"corrections": 2, "conflicts": 1}
    assert [one["by"] for one in call("show", CLIP, "--json").json["sidecar"]["corrections"]] == [
        "A. Reader",
        "B. Reader",
    ]


def test_a_broken_file_is_named_with_its_line(call: Call, tmp_path: Path) -> None:
    file = exported(call, tmp_path / "clip.vtt", ("[en]", "\n[en]"))
    done = call("correct", CLIP, file, "--by", "A. Reader")
    assert (done.code, done.out) == (1, "")
    assert f"{file}: line 9: a text without times: an empty line ends a cue; nothing was kept" in done.err
    assert call("status", "--json").json["corrections"]["corrections"] == 0


def test_a_file_without_its_end_is_refused_unless_a_person_shortened_it(call: Call, tmp_path: Path) -> None:
    file = exported(call, tmp_path / "clip.vtt")
    assert Path(file).read_text(encoding="utf-8").endswith(f"</lang>\n\nNOTE {END}\n")
    srt = exported(call, tmp_path / "clip.srt", fmt="srt")
    Path(srt).write_text(Path(srt).read_text(encoding="utf-8")[:-6], encoding="utf-8")
    done = call("correct", CLIP, srt, "--by", "A. Reader")
    assert (done.code, done.out) == (1, "")
    assert "line 8: the file ends within its last cue, at 00:00:00.000, as if it was cut off" in done.err
    assert "say --shortened; nothing was kept" in done.err
    done = call("correct", CLIP, srt, "--by", "A. Reader", "--shortened")
    assert (done.code, done.out) == (0, "00:00:00.000 changed\n")
    assert "Please remember her\n" in call("export", CLIP).out


def test_a_file_of_another_clip_is_refused(call: Call, tmp_path: Path) -> None:
    file = exported(call, tmp_path / "clip.vtt", (f"of {CLIP}", "of peertube-two"))
    done = call("correct", CLIP, file, "--by", "A. Reader")
    assert (done.code, done.out) == (2, "")
    assert "it is of peertube-two" in done.err
    assert call("correct", CLIP, str(tmp_path / "none.vtt"), "--by", "A. Reader").code == 1


def test_what_is_spoken_in_a_clip_is_declared_and_taken_back(call: Call) -> None:
    declare = ("declare", CLIP, "--by", "R. Researcher")
    assert "declared is ug, zh (dry run)" in call(*declare, "uig", "zh", "--dry-run").out
    assert "declared" not in call("show", CLIP).out
    assert call(*declare, "ug", "zh", "--json").json == {"clip": CLIP, "declared": ["ug", "zh"], "dry_run": False}
    assert "declared  ug, zh, by R. Researcher" in call("show", CLIP).out
    assert "any of the archive's languages" in call(*declare, "--take-back").out
    assert "declared  what the source declares, by R. Researcher" in call("show", CLIP).out


def test_what_cannot_be_declared_says_why(call: Call) -> None:
    declare = ("declare", CLIP, "--by", "R. Researcher")
    for given, said in (
        ((), "name the languages, or say --take-back"),
        (("ug", "--take-back"), "name the languages, or say --take-back"),
        (("xx",), "'xx' is no code of a language"),
        (("de",), "de is none of the archive's languages (kk, ug, zh,"),
    ):
        done = call(*declare, *given)
        assert done.code == 2
        assert said in " ".join(done.err.split()).replace("│ ", "")


def test_the_shell_completes_transcripts_and_languages(call: Call, tmp_path: Path) -> None:
    assert call("show", CLIP).code == 0
    for line, found in (
        (f"thirdcopy export {CLIP} --transcript whis", "whisper-base-t1"),
        (f"thirdcopy compare {CLIP} whis", "whisper-base-t1"),
        (f"thirdcopy declare {CLIP} u", "ug"),
    ):
        words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1), "_THIRDCOPY_COMPLETE": "complete_bash"}
        script = Path(sys.executable).with_name("thirdcopy")
        done = run([script], cwd=tmp_path, env=os.environ | words, capture_output=True, text=True, check=False)
        assert done.stdout.split() == [found], done.stderr
