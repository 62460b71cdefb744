"""Models of single languages, as commands show, check and fetch them, and as the doctor sees them in the settings."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy
import pytest

from archive.errors import SettingsError
from archive.settings.settings import load
from archive.settings.transcription_stanza import TranscriptionSettings
from flows.cli import doctor_findings
from flows.cli.quick_measuring import OfQuick
from tests.flows.in_process import Call, in_process
from tests.transcription.sounds import write
from tests.transcription.test_model_fetching import Host, serving
from tests.world.ctc_model import CtcModel, make_ctc_model
from tests.world.model import SHA256 as BASE
from tests.world.spoken_ctc_model import say
from transcription.documents.differences import Speech
from transcription.engines import known_models
from transcription.hearing.quick_verdict import ReadBothWays, Way, measured

ARCHIVE = """\
minimum_copies = 1
[targets.a]
kind = "folder"
path = "a"
"""


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a command within this process, in a folder where there is no archive."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    return in_process(monkeypatch, capsys)


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> CtcModel:
    return make_ctc_model(tmp_path_factory.mktemp("models") / "tones")


def test_the_list_says_whose_each_figure_is_and_that_nothing_was_tried(call: Call) -> None:
    done = call("models", "list")
    assert done.code == 0
    shown = done.out.split("\n")
    figures = [line for line in shown if line.strip().startswith("figure")]
    assert figures
    assert all("the maker's, not measured here" in line for line in figures)
    assert done.out.count("not tried here") == len(figures)
    assert "CC-BY-NC-4.0; it forbids commercial use" in done.out
    assert "CC-BY-4.0; it asks that its maker is named" in done.out
    listed = call("models", "list", "--json").json
    assert len(listed) == len(figures)
    uyghur = call("models", "list", "--language", "ug", "--json").json
    assert 0 < len(uyghur) < len(listed)
    assert all("ug" in model["languages"] for model in uyghur.values())


def test_a_check_says_what_a_model_is_and_does_here(call: Call, tones: CtcModel, tmp_path: Path) -> None:
    sound = write(tmp_path / "said.wav", tones.sound("some note ").astype(numpy.float64))
    done = call("models", "check", str(tones.folder), "--sound", str(sound))
    assert done.code == 0, done.err
    lines = dict(line.strip().split("  ", 1) for line in done.out.splitlines())
    assert lines["model"] == "tones, ctc, float32 on cpu"
    assert "some note" in lines["wrote"]
    assert "of none that is known here" in lines["digest"]
    assert "write punctuation or capitals" in lines["cannot"]
    checked = call("models", "check", str(tones.folder), "--json").json
    assert checked["digest"] == sha256((tones.folder / "model.onnx").read_bytes()).hexdigest()
    assert checked["sound"] == 60
    assert checked["speed"] > 1
    assert checked["memory"] > 20_000_000
    assert checked["scripts"] == ["latin"]
    assert checked["known_as"] is None


def test_a_check_of_what_is_no_model_says_what_is_missing(call: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = call("models", "check", "empty")
    assert done.code == 1
    assert "has neither a model.bin, as a Whisper has, nor an ONNX file" in done.err
    named = call("models", "check", "empty", "--engine", "ctc")
    assert "its folder lacks model.onnx" in named.err
    assert "did you mean ctc?" in call("models", "check", "empty", "--engine", "ctx").err


def test_a_check_by_settings_that_are_named_and_not_there_says_so(
    call: Call, tones: CtcModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIRDCOPY_CONFIG", "elsewhere.toml")
    done = call("models", "check", str(tones.folder))
    assert (done.code, done.out) == (2, "")
    assert "elsewhere.toml: no such settings file" in done.err


def test_a_check_of_speech_without_sound_says_so(call: Call, tones: CtcModel, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("no sound")
    done = call("models", "check", str(tones.folder), "--sound", "words.txt")
    assert done.code == 1
    assert "words.txt" in done.err


def test_a_model_is_fetched_checked_and_named_for_the_settings(
    call: Call, tones: CtcModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {file.name: file.read_bytes() for file in tones.folder.iterdir()}
    host = Host(files)
    with serving(host) as address:
        listed = tmp_path / "list.toml"
        stanzas = "".join(
            f'[[models.files]]\nname = "{name}"\naddress = "{address}/{name}"\n'
            + (f'bytes = {len(content)}\nsha256 = "{sha256(content).hexdigest()}"\n' if name != "tokens.txt" else "")
            for name, content in files.items()
        )
        listed.write_text(
            '[[models]]\nname = "made-up"\nengine = "ctc"\nlanguages = ["kk", "ug"]\nmaker = "nobody"\n'
            'licence = "CC-BY-NC-4.0"\nforbids = "commercial use"\nfigure = "none"\nlooked_up = ["https://example.org"]\n'
            f"size = 100000\n{stanzas}"
        )
        monkeypatch.setattr(known_models.known_models, "__defaults__", (listed,))
        dry = call("models", "get", "made-up", "--dry-run")
        assert dry.code == 0, dry.err
        assert "it forbids commercial use" in dry.out
        assert f"{address}/model.onnx" in dry.out
        assert host.asked == []
        assert not (tmp_path / "models").exists()
        done = call("models", "get", "made-up")
        assert done.code == 0, done.err
    folder = tmp_path / "models" / "made-up"
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == files
    assert f"sha256 {sha256(files['tokens.txt']).hexdigest()}, which nobody publishes" in done.out
    assert f"sha256 {sha256(files['model.onnx']).hexdigest()}, as it is known" in done.out
    assert f'[transcription.per_language.ug]\nengine = "ctc"\nmodel = "{folder}"' in done.out
    again = call("models", "get", "made-up")
    assert again.code == 1
    assert "is there already" in again.err
    assert call("models", "check", str(folder), "--json").json["known_as"] == "made-up"


def doctored(tmp_path: Path, toml: str) -> dict[str, doctor_findings.Found]:
    file = tmp_path / "archive.toml"
    file.write_text(ARCHIVE + toml)
    return {one.what: one for one in doctor_findings._own_models(load(file))}


def test_the_doctor_looks_at_the_model_of_each_language(tmp_path: Path, tones: CtcModel) -> None:
    (tmp_path / "empty").mkdir()
    found = doctored(
        tmp_path,
        f"""
[transcription.per_language.kk]
engine = "ctc"
model = "{tones.folder}"
[transcription.per_language.ky]
engine = "ctc"
model = "{tmp_path / "gone"}"
[transcription.per_language.ug]
model = "./empty"
[transcription.per_language.tr]
prompt = "Merhaba."
""",
    )
    assert [(what, one.ok) for what, one in found.items()] == [
        ("model for kk", True),
        ("model for ky", False),
        ("model for ug", False),
    ]
    assert "is no folder" in found["model for ky"].found
    assert "transcription.per_language.ky.model" in found["model for ky"].do
    assert "no model.bin" in found["model for ug"].do


def test_a_model_beside_the_settings_is_found_from_anywhere(tmp_path: Path, tones: CtcModel) -> None:
    (tmp_path / "models").symlink_to(tones.folder.parent)
    found = doctored(tmp_path, '[transcription.per_language.ug]\nengine = "ctc"\nmodel = "models/tones"\n')
    assert found["model for ug"].ok
    assert str(tmp_path) in found["model for ug"].found


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('engine = "ctc"', 'transcription.per_language.ug: engine = "ctc" needs a model: the folder of an ONNX model'),
        (
            'engine = "ctc"\nmodel = "m"\ntoken = "uz"',
            "transcription.per_language.ug: token is for a Whisper, and engine",
        ),
        ('engine = "ctc"\nmodel = "m"\nprompt = "a"', "transcription.per_language.ug: prompt is for a Whisper, and"),
        ('engin = "ctc"', "transcription.per_language.ug.engin is no setting; did you mean engine?"),
        ('engine = "cct"', "transcription.per_language.ug.engine: Input should be 'whisper' or 'ctc'"),
    ],
)
def test_settings_of_a_language_that_cannot_be_are_named(tmp_path: Path, toml: str, said: str) -> None:
    file = tmp_path / "archive.toml"
    file.write_text(f"{ARCHIVE}[transcription.per_language.ug]\n{toml}\n")
    with pytest.raises(SettingsError) as error:
        load(file)
    assert said in str(error.value)


def test_chinese_by_ctc_loses_the_prompt_that_is_whispers(tmp_path: Path) -> None:
    file = tmp_path / "archive.toml"
    file.write_text(ARCHIVE + '[transcription.per_language.zh]\nengine = "ctc"\nmodel = "m"\n')
    own = load(file).transcription.of("zh")
    assert (own.engine, own.prompt, own.script) == ("ctc", "", "simplified")
    file.write_text(ARCHIVE)
    assert load(file).transcription.of("zh").prompt
    assert json.loads(load(file).transcription.model_dump_json())["per_language"]["zh"]["engine"] == "whisper"


def test_a_whisper_is_checked_by_the_same_command(call: Call, whisper_folder: Path, tmp_path: Path) -> None:
    sound = write(tmp_path / "said.wav", say(("house", "winter"), voice="en-us", speed=140))
    checked = call("models", "check", str(whisper_folder), "--sound", str(sound), "--json").json
    assert (checked["engine"], checked["lacks"], checked["scripts"]) == ("whisper", [], [])
    assert {"kk", "tr", "en"} <= set(checked["languages"])
    assert "ug" not in checked["languages"]
    assert checked["longest_ms"] == 30_000
    assert checked["speed"] > 0
    assert "quick_reading" not in checked


def test_a_check_measures_quick_reading(call: Call, whisper_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    write(folder / "said.wav", say(("house", "winter", "house", "winter"), voice="en-us", speed=140))
    (folder / "said.txt").write_text("house winter house winter")
    (folder / "list.csv").write_text("of what is here")
    done = call("models", "check", str(whisper_folder), "--measure", str(folder), "--json")
    assert done.code == 0, done.err
    found = done.json["quick_reading"]
    assert [one["file"] for one in found["recordings"]] == [str(folder / "said.wav")]
    assert found["recordings"][0]["characters"] == len("house winter house winter")
    assert len(found["left_out"]) == 1
    assert found["left_out"][0].startswith("list.csv: ")
    assert found["speed_ratio"] > 0
    assert found["usual_memory"] > 100_000_000
    assert found["worse"] == pytest.approx(found["quick_wrong"] - found["usual_wrong"], abs=0.01)
    assert "300 s are wanted" in found["why_not"][0]
    assert found["setting"] is None


def test_measuring_what_does_not_read_quickly_or_nothing_is_refused(
    call: Call, tones: CtcModel, whisper_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    ctc = call("models", "check", str(tones.folder), "--measure", "empty")
    assert ctc.code == 2
    assert "--measure is for a Whisper" in ctc.err
    nothing = call("models", "check", str(whisper_folder), "--measure", "empty")
    assert nothing.code == 2
    assert "there is no recording in empty" in nothing.err
    assert call("models", "check", str(whisper_folder), "--measure", "nowhere").code == 2


def test_wrong_settings_are_told_and_not_passed_over(call: Call, tones: CtcModel, tmp_path: Path) -> None:
    (tmp_path / "archive.toml").write_text(f"{ARCHIVE}[transcription]\nmeasured = ['sha256 {NEW}']\n")
    done = call("models", "check", str(tones.folder))
    assert done.code == 2
    assert f"transcription.measured.0: 'sha256 {NEW}' is no sha256" in " ".join(done.err.split())
    assert f"did you mean {NEW}?" in " ".join(done.err.split())


NEW = "ab" * 32


def of_quick(settings: TranscriptionSettings, *, digest: str = NEW, worse: bool = False) -> OfQuick:
    """What five minutes say that are read twice as fast, and with or without a tenth of their characters wrong."""
    said = "a" * 1000
    usual = Way((Speech(0.0, 300.0, said),), 20.0, 40.0)
    quick = Way((Speech(0.0, 300.0, said[100:] if worse else said),), 10.0, 16.0)
    one = ReadBothWays("[b]a.wav\x1b", 300.0, usual, quick, said)
    return OfQuick(measured([one], usual_memory=2_000_000_000, quick_memory=1_000_000_000), (), digest, settings)


def test_a_model_that_reads_as_well_quickly_gets_the_line_for_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "archive.toml"
    file.write_text(f'{ARCHIVE}[transcription]\nmeasured = ["{"0" * 64}"]\n')
    found = of_quick(load(file).transcription)
    found.print(file)
    out = capsys.readouterr().out
    assert "[b]a.wav" in out
    assert "\x1b" not in out
    assert "2.00 times as fast as usual by the clock, 2.50 times by what the processors did, of 5:00 min" in out
    assert "0.00 % of the characters quickly, 0.00 % as usual: +0.00 points, of 5:00 min of speech" in out
    assert "1.0 GB at most quickly, 2.0 GB as usual" in out
    line = out.splitlines()[-1]
    assert line == found.line == found.document()["setting"]
    file.write_text(f"{ARCHIVE}[transcription]\n{line}\n")
    assert load(file).transcription.measured == ("0" * 64, NEW)


@pytest.mark.parametrize(
    ("told", "digest", "worse", "said"),
    [
        ({}, BASE, False, "no worse, and faster, as was known already"),
        ({"measured": (NEW,)}, NEW, False, "no worse, and faster, as archive.toml says already"),
        ({"quick": "never"}, NEW, False, 'quick = "never" stands there, and above it: take that out.'),
        ({}, NEW, True, "not by default, by this: 10.00 points more of the characters are wrong, and 0.3 are let pass"),
        ({"measured": (NEW,)}, NEW, True, ". archive.toml lists it in transcription.measured: take it out there"),
    ],
)
def test_the_verdict_goes_by_what_the_settings_say_already(
    told: dict[str, Any], digest: str, worse: bool, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    of_quick(TranscriptionSettings(**told), digest=digest, worse=worse).print(Path("archive.toml"))
    out = capsys.readouterr().out
    assert said in " ".join(out.split())
    assert ("\nmeasured = " in out) is (told.get("quick") == "never")
