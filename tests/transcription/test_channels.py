"""Which channels are read: the mix where it holds every voice, else as few channels as hold all of them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy
import pytest

from tests.support.tracks import read
from tests.support.words import words_kept
from tests.transcription.conftest import Ffmpeg, Say
from tests.transcription.sounds import Sound, load, music, write
from transcription.documents.formats import to_text
from transcription.hearing.channels import Plan, plan
from transcription.hearing.detector import first_look
from transcription.hearing.speech_spans import Span
from transcription.hearing.track_reading import TrackReader
from transcription.media.decoding import SAMPLE_RATE
from transcription.media.probing_media import probe, survey
from transcription.records import Transcript

WORDS = "The police told us nothing about the reason. My mother is still waiting for an answer."
OTHER = "My brother was taken from our house in the winter, and nobody has seen him since that day."
THIRD = "They put her into a camp for two years because she had called her daughter in another country."


def planned(file: Path) -> Plan:
    """How a file's only track is read."""
    media = probe(file)
    found = survey(file, media, timeout=60)
    return plan(file, 0, media.audio[0].channels or 0, media, found, detect=first_look, timeout=60)


@pytest.fixture(scope="module")
def voices(say: Say) -> Sequence[Sound]:
    """Three voices of one length, as loud as one another."""
    found = [load(say(words, voice=voice)) for words, voice in ((WORDS, "en-us"), (OTHER, "en-gb"), (THIRD, "en-sc"))]
    length = min(voice.size for voice in found)
    return [0.6 * voice[:length] / abs(voice[:length]).max() for voice in found]


def noise(length: int, level: float, seed: int) -> Sound:
    """Noise of so many dB below full scale."""
    sound: Sound = numpy.random.default_rng(seed).standard_normal(length) * 10 ** (level / 20)
    return sound


def in_a_room(sound: Sound, seed: int) -> Sound:
    """A sound as a microphone some metres away has it: its echoes die away in a third of a second."""
    random = numpy.random.default_rng(seed)
    echoes = 0.15 * random.standard_normal(SAMPLE_RATE // 3) * numpy.exp(-numpy.arange(SAMPLE_RATE // 3) / 1500)
    echoes[0] = 1
    heard: Sound = numpy.convolve(sound, echoes)[: sound.size]
    return 0.6 * heard / float(abs(heard).max())


def time_code(length: int) -> Sound:
    """What a camera writes beside its sound: a square wave whose bits are told by its rate."""
    steps = numpy.where(numpy.arange(length) // 7 % 3, 0.5, 1)
    sound: Sound = 0.6 * numpy.sign(numpy.sin(numpy.cumsum(steps)))
    return sound


MIXED: dict[str, Callable[[Sound], Sequence[Sound]]] = {
    "one recording on both sides": lambda a: (a, 0.8 * a),
    "in noise": lambda a: (a + noise(a.size, -40, 1), 0.8 * a + noise(a.size, -40, 2)),
    "one side mute": lambda a: (a, 0 * a),
    "one side only noise": lambda a: (a, noise(a.size, -50, 1)),
    "two microphones in a room": lambda a: (in_a_room(a, 1), in_a_room(a, 2)),
    "20 ms later on one side": lambda a: (a, numpy.roll(a, 320)),
    "four microphones": lambda a: (a, 0.7 * a, 0.5 * numpy.roll(a, 40), 0.6 * numpy.roll(a, 90)),
    "music beside it": lambda a: (a + 0.3 * numpy.resize(music(4, seed=1), a.size), a),
}
ALONE: dict[str, tuple[Callable[[Sound], Sequence[Sound]], tuple[int, ...]]] = {
    "the other side is its opposite": (lambda a: (a, -a), (0,)),
    "nearly its opposite": (lambda a: (a, -0.97 * a), (0,)),
    "its opposite for half of the time": (
        lambda a: (a, numpy.where(numpy.arange(a.size) < a.size // 2, a, -a)),
        (0,),
    ),
    "a tone on the other side": (lambda a: (0.3 * a, 0.7 * numpy.sin(numpy.arange(a.size) / 2.5)), (0,)),
    "a hum on the other side": (lambda a: (0.7 * numpy.sin(numpy.arange(a.size) / 51), a), (1,)),
    "time code on the other side": (
        lambda a: (
            0.6 * numpy.sign(numpy.sin(numpy.cumsum(numpy.where(numpy.arange(a.size) // 7 % 3, 0.5, 1)))),
            0.3 * a,
        ),
        (1,),
    ),
    "the centre of six": (
        lambda a: (
            *(noise(a.size, -50, n) for n in (1, 2)),
            a,
            0.5 * numpy.sin(numpy.arange(a.size) / 42),
            *(noise(a.size, -55, n) for n in (3, 4)),
        ),
        (2,),
    ),
}


@pytest.mark.parametrize("name", MIXED)
def test_a_mix_that_holds_the_voice_is_read(voices: Sequence[Sound], tmp_path: Path, name: str) -> None:
    found = planned(write(tmp_path / "x.wav", numpy.stack(MIXED[name](voices[0]))))
    assert (found.channels, found.unread) == ((), ())


@pytest.mark.parametrize("name", ALONE)
def test_where_the_mix_loses_the_voice_its_channel_is_read(voices: Sequence[Sound], tmp_path: Path, name: str) -> None:
    make, channels = ALONE[name]
    found = planned(write(tmp_path / "x.wav", numpy.stack(make(voices[0]))))
    assert (found.channels, found.unread) == (channels, ())


@pytest.mark.parametrize("softer", [1, 0.3, 0.1, 0.05])
def test_a_second_voice_on_one_side_is_heard_however_soft(
    voices: Sequence[Sound], tmp_path: Path, softer: float
) -> None:
    found = planned(write(tmp_path / "x.wav", numpy.stack((voices[0], softer * voices[1]))))
    assert found.channels == (0, 1)


def test_of_three_microphones_with_a_voice_each_all_are_read(voices: Sequence[Sound], tmp_path: Path) -> None:
    assert planned(write(tmp_path / "x.wav", numpy.stack(voices))).channels == (0, 1, 2)


def test_a_sentence_that_the_mix_loses_gives_it_up_and_a_word_is_told(voices: Sequence[Sound], tmp_path: Path) -> None:
    voice = numpy.resize(voices[0], 120 * SAMPLE_RATE)

    def lost(seconds: int) -> Plan:
        other = voice.copy()
        other[4 * SAMPLE_RATE : (4 + seconds) * SAMPLE_RATE] *= -1
        return planned(write(tmp_path / "x.wav", numpy.stack((voice, other))))

    word, sentence = lost(2), lost(6)
    assert word.channels == ()
    assert {one.channel for one in word.unread} == {0, 1}
    assert all(4000 <= one.start < one.end <= 6000 for one in word.unread)
    assert (sentence.channels, sentence.unread) == ((0,), ())


def test_a_gap_is_as_loud_as_its_loudest_channel() -> None:
    quiet = Plan(levels=(-400, None, -200, None))
    assert quiet.loudest(Span(0, 300)) == -20
    assert quiet.loudest(Span(0, 150)) == -40
    assert quiet.loudest(Span(300, 400)) is None


def heard(whisper: TrackReader, file: Path) -> Transcript:
    return read(whisper, file, probe(file).audio[0].index)


def text(made: Transcript) -> str:
    return " ".join(segment.text for segment in made.segments)


@pytest.mark.model
def test_an_inverted_side_is_read_and_the_transcript_says_which(
    whisper_model: TrackReader, voices: Sequence[Sound], tmp_path: Path
) -> None:
    made = heard(whisper_model, write(tmp_path / "x.wav", numpy.stack((voices[0], -voices[0]))))
    assert made.read == (0,)
    assert {segment.channel for segment in made.segments} == {0}
    assert words_kept(text(made), WORDS) > 0.5
    assert "[left, en" in to_text(made)


@pytest.mark.model
def test_a_voice_in_the_third_of_three_channels_is_read(
    whisper_model: TrackReader, voices: Sequence[Sound], tmp_path: Path, made: Ffmpeg
) -> None:
    silent = noise(voices[0].size, -60, 1)
    wav = write(tmp_path / "x.wav", numpy.stack((silent, silent, voices[0])))
    transcript = heard(whisper_model, made("three.mkv", "-i", wav, "-c:a", "flac"))
    assert words_kept(text(transcript), WORDS) > 0.5
    assert transcript.channels == 3


@pytest.mark.model
def test_three_voices_are_each_read_by_itself(
    whisper_model: TrackReader, voices: Sequence[Sound], tmp_path: Path
) -> None:
    made = heard(whisper_model, write(tmp_path / "x.wav", numpy.stack(voices)))
    assert made.read == (0, 1, 2)
    assert {segment.channel for segment in made.segments} == {0, 1, 2}
    assert "[channel 3, en" in to_text(made)
