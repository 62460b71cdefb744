"""A CTC model of real, if synthetic, speech: trained here in seconds, and read with from samples to a transcript.

It knows five words of one synthesizer. That it reads them at speeds, pitches and in rows that it was not trained with
shows that the way from sound to text is right; it says nothing of any other model.
"""

from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from tests.support.tracks import read
from tests.transcription.sounds import in_turn, write
from tests.world.spoken_ctc_model import VOICES, WORDS, make_spoken_model, say
from transcription.engines.ctc_engine import CtcEngine
from transcription.engines.model_checking import check_model
from transcription.hearing.track_reading import TrackReader
from transcription.records import LanguageOptions, Options

PHRASES = (
    ("seven",),
    ("house", "winter"),
    ("mountain", "seven", "house"),
    ("winter", "seven", "brother"),
    ("seven", "house", "winter", "brother"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_spoken_model(tmp_path_factory.mktemp("models") / "five-words")


def wrong(found: str, said: str) -> float:
    """The character error rate."""
    return Levenshtein.distance(found, said) / len(said)


def test_words_are_read_at_speeds_and_in_rows_that_were_not_learnt(folder: Path) -> None:
    engine = CtcEngine(str(folder), Options())
    found, said = [], []
    for voice in VOICES:
        for speed in (118, 147, 163):
            sounds = [say(phrase, voice=voice, speed=speed, pitch=44).astype("float32") for phrase in PHRASES]
            found += [one.text.strip() for one in engine.write(engine.encode(sounds), ["en"] * len(sounds))]
            said += [" ".join(phrase) for phrase in PHRASES]
    assert wrong(" ".join(found), " ".join(said)) < 0.1
    assert sum(text in said for text in found) > len(said) / 2


def test_a_spoken_track_becomes_a_transcript_with_each_word_where_it_was_said(
    folder: Path, whisper_folder: Path, tmp_path: Path
) -> None:
    pause = 1.5
    sounds = [say(phrase, voice=VOICES[0], speed=140) for phrase in PHRASES[1:4]]
    track = write(tmp_path / "said.wav", in_turn(*sounds, pause=pause))
    own = {"ug": LanguageOptions(engine="ctc", model=str(folder))}
    made = read(
        TrackReader(Options(model=str(whisper_folder), languages=("ug",), per_language=own)), track, declared=("ug",)
    )
    said = [word for phrase in PHRASES[1:4] for word in phrase]
    words = [word for segment in made.segments for word in segment.words]
    assert wrong(" ".join(word.text for word in words), " ".join(said)) < 0.15
    begin = 0.0
    for sound, phrase in zip(sounds, PHRASES[1:4], strict=True):
        end = begin + sound.size / 16_000
        inside = [word.text for word in words if begin - 0.1 <= word.start and word.end <= end + 0.1]
        assert wrong(" ".join(inside), " ".join(phrase)) < 0.35
        begin = end + pause
    assert len(made.segments) >= len(sounds), "no text goes on over a pause, as that of packed speech would"
    assert {segment.model for segment in made.segments} == {"five-words"}
    assert all("unpunctuated" in segment.marks for segment in made.segments)


def test_a_check_shows_what_was_read(folder: Path) -> None:
    sound = say(WORDS, voice=VOICES[0], speed=140).astype("float32")
    checked = check_model(str(folder), Options(), sound=sound)
    assert wrong(checked.text, " ".join(WORDS)) < 0.3
    assert checked.sound == pytest.approx(sound.size / 16_000, abs=0.001)
