"""Which Whisper models read quickly by the settings, and what their transcripts say of that."""

import json
import shutil
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from archive.settings.transcription_stanza import TranscriptionSettings
from archive.steps.run_session import load_reader
from tests.support.tracks import read
from tests.transcription.sounds import write
from tests.world.fixtures_model import whisper_folder
from tests.world.spoken_ctc_model import say
from transcription.documents.formats import to_json
from transcription.hearing.own_engines import OwnEngines
from transcription.hearing.track_reading import TrackReader
from transcription.records import LanguageOptions, Options

__all__ = ["whisper_folder"]


@pytest.fixture
def other(whisper_folder: Path, tmp_path: Path) -> TranscriptionSettings:
    """Settings with a model that nobody knows, the same to CTranslate2 as the base model, listed as measured."""
    folder = tmp_path / "other"
    shutil.copytree(whisper_folder, folder)
    with (folder / "model.bin").open("ab") as weights:
        weights.write(b"\0")
    digest = sha256((folder / "model.bin").read_bytes()).hexdigest()
    own = {"de": LanguageOptions(model=str(folder))}
    return TranscriptionSettings(model=str(folder), languages=("en", "de"), per_language=own, measured=(digest,))


def test_a_model_that_the_settings_list_reads_quickly_and_its_transcripts_say_only_that(
    other: TranscriptionSettings, tmp_path: Path
) -> None:
    sound = write(tmp_path / "said.wav", say(("house", "winter"), voice="en-us", speed=140))
    listed = read(load_reader(other), sound)
    told = read(TrackReader(other.options.model_copy(update={"quick": "always"})), sound)
    assert listed.options.quick == "always"
    assert to_json(listed) == to_json(told)
    unlisted = other.model_copy(update={"measured": ("0" * 64,)})
    assert read(load_reader(unlisted), sound).options.quick == "never"


def test_models_of_single_languages_go_by_the_same_list(other: TranscriptionSettings) -> None:
    assert OwnEngines(other.options, other.measured).of("de").quick
    assert not OwnEngines(other.options).of("de").quick


def test_what_was_read_before_the_list_changed_is_taken_where_no_model_of_a_language_reads_otherwise(
    other: TranscriptionSettings, tmp_path: Path
) -> None:
    sound = write(tmp_path / "said.wav", say(("house",), voice="en-us", speed=140))
    main_alone = other.options.model_copy(update={"per_language": {}})

    def identity(options: Options, measured: tuple[str, ...]) -> str:
        """What a checkpoint says that it is of."""
        kept = tmp_path / "kept.jsonl"
        reader = TrackReader(options, measured=measured)
        with closing(reader.open(sound, media_sha256="0" * 64, track=0, checkpoint=kept)):
            pass
        first = kept.read_text().splitlines()[0]
        kept.unlink()
        return first

    unknown = ("0" * 64,)
    assert identity(main_alone, unknown) == identity(main_alone, ())
    assert identity(main_alone, other.measured) != identity(main_alone, ())
    assert identity(other.options, unknown) != identity(other.options, ())
    assert "measured" not in json.loads(identity(other.options, ()))["of"]
