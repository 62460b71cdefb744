"""A track that is read by a CTC model of its language: a voice for the detector, and tones above it for the model.

The model is made up and reads tones of 5 to 7 kHz, where a synthetic voice has little. So the way from a file to a
transcript is the real one, the real speech detector among it, and what has to come out is known.
"""

import json
from contextlib import closing
from pathlib import Path

import numpy
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from archive.objects.sidecar import root_documents
from tests.support.tracks import DIGEST, read
from tests.transcription.conftest import Say
from tests.transcription.sounds import load, write
from tests.world.ctc_model import CtcModel, make_ctc_model
from transcription.documents.formats import from_json, to_json, to_text, to_vtt
from transcription.engines.engine_loading import load_engine
from transcription.hearing.track_reading import TrackReader
from transcription.records import LanguageOptions, Options

SENTENCE = "My mother is still waiting for an answer about him, and nobody will tell her anything at all."
SAID = "سالام مەن"
AT_S = 1.0


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> CtcModel:
    return make_ctc_model(tmp_path_factory.mktemp("models") / "tones", letters="سالمەن ", lowest=5000)


@pytest.fixture(scope="module")
def track(say: Say, tones: CtcModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A voice, and from one second on what the model is to write."""
    voice = load(say(SENTENCE)) * 0.5
    above = tones.sound(SAID, tone_ms=160, gap_ms=80, before_ms=0).astype(numpy.float64)
    begin = int(AT_S * 16_000)
    assert voice.size > begin + above.size + 8000
    voice[begin : begin + above.size] += above * 0.8
    return write(tmp_path_factory.mktemp("tracks") / "said.wav", voice)


@pytest.fixture(scope="module")
def options(whisper_folder: Path, tones: CtcModel) -> Options:
    own = LanguageOptions(engine="ctc", model=str(tones.folder))
    return Options(model=str(whisper_folder), languages=("ug", "en"), per_language={"ug": own})


def test_a_language_is_read_by_its_ctc_model(options: Options, track: Path, tones: CtcModel) -> None:
    made = read(TrackReader(options), track, declared=("ug",))
    assert made.segments
    assert " ".join(s.text for s in made.segments) == SAID
    for segment in made.segments:
        assert (segment.language, segment.model, segment.no_speech_prob) == ("ug", "tones", None)
        assert "unpunctuated" in segment.marks
        assert "weak_model" not in segment.marks
    words = [word for segment in made.segments for word in segment.words]
    assert [word.text for word in words] == SAID.split()
    assert abs(words[0].start - AT_S) <= 0.06
    assert abs(words[-1].end - (AT_S + 8 * 0.24 + 0.16)) <= 0.06
    digest = load_engine("ctc", str(tones.folder), options).digest
    assert [(one.language, one.model, one.digest, one.engine) for one in made.own_models] == [
        ("ug", "tones", digest, "ctc")
    ]
    assert "onnxruntime" in made.versions


def test_what_it_wrote_is_a_transcript_like_any_other(options: Options, track: Path, tones: CtcModel) -> None:
    made = read(TrackReader(options), track, declared=("ug",))
    document = to_json(made)
    assert from_json(document) == made
    Draft202012Validator(json.loads(root_documents()["transcript.schema.json"])).validate(json.loads(document))
    assert str(tones.folder.parent) not in document
    assert made.options.of("ug").model == "tones"
    assert "for ug tones" in to_text(made).splitlines()[0]
    assert "unpunctuated" in to_vtt(made)


def test_a_reader_without_ctc_models_says_nothing_of_their_software(options: Options, track: Path) -> None:
    plain = options.model_copy(update={"per_language": Options().per_language})
    made = read(TrackReader(plain), track, declared=("ug",))
    assert made.segments == ()
    assert {gap.reason for gap in made.gaps} >= {"unsupported_language"}
    assert set(made.versions) == {"ctranslate2", "faster-whisper", "thirdcopy"}


def test_a_checkpoint_holds_until_the_weights_or_the_vocabulary_change(
    options: Options, track: Path, tones: CtcModel, tmp_path: Path
) -> None:
    kept, folder = tmp_path / "x.jsonl", tones.folder

    def stop(_done: float, _whole: float) -> None:
        raise KeyboardInterrupt

    def lines_when_opened() -> int:
        reader = TrackReader(options)
        with closing(reader.open(track, media_sha256=DIGEST, track=0, checkpoint=kept)):
            return len(kept.read_text("utf-8").splitlines())

    with pytest.raises(KeyboardInterrupt):
        read(TrackReader(options), track, checkpoint=kept, declared=("ug",), progress=stop)
    read_so_far = len(kept.read_text("utf-8").splitlines())
    assert read_so_far > 1
    assert lines_when_opened() >= read_so_far
    tokens = folder / "tokens.txt"
    was = tokens.read_bytes()
    try:
        tokens.write_bytes(was + b"\n")
        assert lines_when_opened() < read_so_far
    finally:
        tokens.write_bytes(was)
