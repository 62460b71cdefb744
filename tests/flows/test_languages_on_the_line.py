"""What the command line says of languages: models that are missing, clips read otherwise, what two engines read."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from archive.objects.sidecar import Reading
from archive.opening.archive import Archive
from archive.records.clip import Listing
from archive.steps.transcribing import written_readings
from tests.flows.in_process import Call, in_process
from tests.support.archives import MODEL_DIGEST, MONDAY, an_archive, folder_targets, keep, store_all, transcript
from tests.support.toned_speech import SAID, tone_model, toned
from tests.transcription.sounds import write
from transcription.documents.formats import to_json
from transcription.documents.kinds import from_json
from transcription.records import Gap, SecondReading, Transcript

CLIP = "peertube-one"
SETTINGS = """\
name = "made-up"
state = "state"
minimum_copies = 1
access = "public"
[sources.voices]
url = "https://tube.example.org/c/voices"
languages = {languages}
[targets.a]
kind = "folder"
path = "a"
[transcription]
model = "{model}"
{more}
"""


def settings(folder: Path, *, languages: str = "[]", model: str = "whisper-base", more: str = "") -> None:
    (folder / "archive.toml").write_text(SETTINGS.format(languages=languages, model=model, more=more))


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """An archive of one clip that was read when its source declared nothing, and its command line."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        keep(archive, CLIP)
        store_all(archive)
        archive.ledger.clips.seen([a_listing()], MONDAY)
        ref, body = transcript(CLIP)
        archive.ledger.readings.add_transcript(CLIP, ref, body, event=None)
        read_with(archive, ())
    settings(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    return in_process(monkeypatch, capsys)


def a_listing() -> Listing:
    url = f"https://tube.example.org/w/{CLIP}"
    return Listing(source="voices", url=url, extractor="PeerTube", platform_id="one")


def read_with(archive: Archive, declared: tuple[str, ...]) -> None:
    ref, _ = transcript(CLIP)
    media = archive.ledger.clips.captures(CLIP)[-1].media.sha256
    done = Reading(
        media_sha256=media, model=ref.model or "", model_digest=MODEL_DIGEST, tracks=1, declared=declared, form=2
    )
    archive.ledger.clips.mark_done(CLIP, "transcribe", written_readings([done]))


def replaced(folder: Path, **changed: object) -> None:
    """Put another transcript in the place of the clip's."""
    with an_archive(folder / "state", folder_targets(folder, "a")) as archive:
        ref, body = transcript(CLIP)
        document = from_json(body)
        assert isinstance(document, Transcript)
        body = to_json(Transcript.model_validate(dict(document) | changed))
        archive.ledger.readings.add_transcript(CLIP, ref.model_copy(update={"gaps": 1}), body, event=None)


class TestModels:
    def test_a_dry_run_says_that_the_model_is_missing_and_exits_as_doctor_does(
        self, call: Call, tmp_path: Path
    ) -> None:
        assert call("transcribe", "--dry-run").code == 0
        settings(tmp_path, model="./no-such-folder")
        done = call("transcribe", "--dry-run")
        assert done.code == 1
        assert "transcribe  1 clips" in done.out, "by another model than the one that read it"
        assert "no-such-folder is no folder: set transcription.model to a folder or a name" in done.err

    def test_so_it_does_of_the_model_of_a_language(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        more = '[transcription.per_language.ug]\nengine = "ctc"\nmodel = "./empty"'
        settings(tmp_path, more=more)
        done = call("transcribe", "--dry-run", "--json")
        assert done.code == 1
        assert "dry_run" in done.json
        assert "model for ug" in done.err

    def test_an_empty_folder_is_no_model(self, call: Call, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        settings(tmp_path, model="./empty")
        done = call("transcribe", "--dry-run")
        assert (done.code, "no model.bin" in done.err) == (1, True)

    def test_gaps_of_a_language_without_a_model_are_not_read(self, call: Call) -> None:
        for more in ((), ("--dry-run",)):
            done = call("transcribe", "--language", "ug", *more)
            assert done.code == 1
            assert "[transcription.per_language.ug]" in done.err
        assert call("transcribe", "--language", "ug", "--again").code == 2


class TestGaps:
    def test_a_dry_run_says_how_much_would_be_read(self, call: Call, tmp_path: Path) -> None:
        more = '[transcription.per_language.ug]\nmodel = "uyghur/whisper"'
        settings(tmp_path, languages='["ug"]', more=more)
        open_ = (Gap(start=0, end=12.25, reason="unsupported_language"), Gap(start=12.25, end=20.5, reason="no_speech"))
        replaced(tmp_path, segments=(), gaps=open_, declared=("ug",))
        done = call("transcribe", "--language", "uig", "--dry-run")
        assert done.code == 0
        assert done.out == f"would read 1 gaps of whisper-base-t1, 12.2 s, of {CLIP}\n"
        facts = [{"clip": CLIP, "transcript": "whisper-base-t1", "gaps": 1, "seconds": 12.25}]
        told = call("transcribe", "--language", "ug", "--dry-run", "--json").json
        assert told == {"dry_run": {"language": "ug", "complete": facts}}
        assert call("transcribe", CLIP, "--language", "ug", "--dry-run", "--json").json == told

    def test_where_none_waits_it_says_so(self, call: Call, tmp_path: Path) -> None:
        settings(tmp_path, more='[transcription.per_language.ug]\nmodel = "uyghur/whisper"')
        assert call("transcribe", "--language", "ug", "--dry-run").out == "no gap waits for a model of ug\n"


def test_from_a_film_that_no_model_knew_to_a_text_at_the_targets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], whisper_folder: Path
) -> None:
    """By commands alone: read, left open, read later, stored, shown; a second start finds nothing to do."""
    tones = tone_model(tmp_path / "tones")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        keep(archive, CLIP, media=write(tmp_path / "film.wav", toned(spoken_in(tmp_path), tones, SAID)).read_bytes())
        store_all(archive)

    call = in_process(monkeypatch, capsys)

    settings(tmp_path, languages='["ug"]', model=str(whisper_folder))
    assert call("transcribe").code == 0
    assert "unsupported_language" in call("export", CLIP).out
    more = f'[transcription.per_language.ug]\nengine = "ctc"\nmodel = "{tones.folder}"'
    settings(tmp_path, languages='["ug"]', model=str(whisper_folder), more=more)
    assert call("transcribe", "--dry-run", "--json").json["dry_run"]["transcribe"] == 0
    (waiting,) = call("transcribe", "--language", "ug", "--dry-run", "--json").json["dry_run"]["complete"]
    done = call("transcribe", "--language", "ug", "--json")
    assert (done.code, done.json["transcribed"]) == (0, 1)
    assert call("transcribe", "--language", "ug", "--dry-run").out == "no gap waits for a model of ug\n"
    text = call("export", CLIP).out
    assert SAID in text
    assert "unsupported_language" not in text
    shown = call("show", CLIP).out
    assert f"{waiting['transcript']}-ug: " in shown
    assert "read later of what another left open" in " ".join(shown.split())
    assert call("mirror").code == 0
    (document,) = tmp_path.glob(f"a/**/transcripts/{waiting['transcript']}-ug.json")
    assert json.loads(document.read_text("utf-8"))["completes"]


def spoken_in(folder: Path) -> Callable[..., Path]:
    def say(words: str, voice: str) -> Path:
        file = folder / "voice.wav"
        run(["espeak-ng", "-v", voice, "-s", "140", "-w", str(file), words], check=True, timeout=60)
        return file

    return say


class TestOtherLanguages:
    SAID = "1 clips of voices were read with other languages than it declares now: `thirdcopy declare --source voices`"

    def test_nothing_is_said_where_nothing_changed(self, call: Call) -> None:
        assert "other languages" not in call("transcribe", "--dry-run").err

    def test_a_change_is_said_where_it_is_noticed(self, call: Call, tmp_path: Path) -> None:
        settings(tmp_path, languages='["ug"]')
        assert self.SAID in call("transcribe", "--dry-run").err

    def test_declaring_a_source_has_its_clips_read_again_and_no_others(self, call: Call, tmp_path: Path) -> None:
        settings(tmp_path, languages='["ug"]')
        assert call("run", "--dry-run", "--json").json["dry_run"]["transcribe"] == 0
        dry = call("declare", "--source", "voices", "--by", "R. Researcher", "--dry-run")
        assert dry.out == "voices: declared is ug; the next run reads 1 clips again (dry run)\n"
        assert call("run", "--dry-run", "--json").json["dry_run"]["transcribe"] == 0
        done = call("declare", "--source", "voices", "--by", "R. Researcher", "--why", "a new list", "--json").json
        assert done == {"source": "voices", "declared": ["ug"], "clips": [CLIP], "dry_run": False}
        assert call("run", "--dry-run", "--json").json["dry_run"]["transcribe"] == 1
        assert "declared  what the source declares, by R. Researcher" in call("show", CLIP).out
        again = call("declare", "--source", "voices", "--by", "R. Researcher")
        assert "reads 0 clips again" in again.out

    def test_what_a_person_declared_of_a_clip_is_not_touched(self, call: Call, tmp_path: Path) -> None:
        assert call("declare", CLIP, "kk", "--by", "R. Researcher").code == 0
        settings(tmp_path, languages='["ug"]')
        assert "other languages" not in call("transcribe", "--dry-run").err
        done = call("declare", "--source", "voices", "--by", "R. Researcher", "--json").json
        assert done["clips"] == []

    def test_what_makes_no_sense_is_refused(self, call: Call) -> None:
        by = ("--by", "R. Researcher")
        assert call("declare", *by).code == 2
        assert call("declare", CLIP, "--source", "voices", *by).code == 2
        assert call("declare", "--source", "voice", *by).code == 2


class TestTwoEngines:
    def test_compare_shows_what_the_second_one_read_otherwise(self, call: Call, tmp_path: Path) -> None:
        _, body = transcript(CLIP)
        (segment,) = json.loads(body)["segments"]
        second = SecondReading(model="tones", text="Please remember his name", rate=0.08)
        twice = {**segment, "second": second.model_dump(), "marks": ["engines_differ"]}
        replaced(tmp_path, segments=(twice,))
        done = call("compare", CLIP, "--engines")
        assert done.code == 0
        assert "A whisper-base-t1" in done.out
        assert "B tones" in done.out
        assert [line.split() for line in done.out.splitlines() if line.startswith(" 00:")] == [
            ["00:00:07", "her", "his"]
        ]
        told = call("compare", CLIP, "--engines", "--json").json
        assert (told["a"], told["b"], told["edits"]) == ("whisper-base-t1", "tones", 2)

    def test_where_one_engine_read_it_says_what_to_set(self, call: Call) -> None:
        done = call("compare", CLIP, "--engines")
        assert done.code == 1
        assert "second_opinion" in done.err
        assert call("compare", CLIP, "whisper-base-t1", "whisper-base-t1", "--engines").code == 2
