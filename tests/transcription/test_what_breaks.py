"""What is known to break transcription: each row is a file of its kind, read by the real model."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy
import pytest

from tests.support.examined import examine
from tests.support.tracks import read
from tests.support.words import words_kept, words_wrong
from tests.transcription.conftest import Ffmpeg, Say
from tests.transcription.sounds import RECORDED, Sound, cafe, in_turn, load, music, write
from tests.transcription.spoken import FRENCH
from transcription.documents.formats import to_text
from transcription.errors import MediaError
from transcription.hearing.channels import Plan, plan
from transcription.hearing.detector import first_look
from transcription.hearing.track_reading import TrackReader
from transcription.media.decoding import SAMPLE_RATE, decode
from transcription.media.probing_media import probe, survey
from transcription.records import Options, Segment, Transcript

WORDS = "The police told us nothing about the reason. My mother is still waiting for an answer."
OTHER = "My brother was taken from our house in the winter."


def text(made: Transcript, channel: int | None = None) -> str:
    return " ".join(s.text for s in made.segments if s.channel == channel).lower()


def channels(made: Transcript) -> set[int | None]:
    return {s.channel for s in made.segments} | {g.channel for g in made.gaps}


def planned(file: Path) -> Plan:
    """Which channels of a file's only track are read."""
    media = probe(file)
    found = survey(file, media, timeout=60)
    return plan(file, 0, media.audio[0].channels or 0, media, found, detect=first_look, timeout=60)


@pytest.fixture(scope="module")
def two(whisper_folder: Path) -> TrackReader:
    """The base model, for English and French."""
    return TrackReader(Options(model=str(whisper_folder), languages=("en", "fr")))


def test_silence_is_not_you(whisper_model: TrackReader, tmp_path: Path) -> None:
    made = read(whisper_model, write(tmp_path / "x.wav", numpy.zeros(20 * SAMPLE_RATE)))
    assert made.segments == ()
    assert [(g.start, g.end, g.reason, g.level) for g in made.gaps] == [(0, 20, "no_speech", None)]


def test_music_says_nothing(whisper_model: TrackReader, tmp_path: Path) -> None:
    made = read(whisper_model, write(tmp_path / "x.wav", music(20, seed=7)))
    assert made.segments == ()
    assert {g.reason for g in made.gaps} <= {"no_speech", "maybe_speech"}
    assert max(g.level for g in made.gaps if g.level is not None) > -30


@pytest.mark.parametrize("spoken", [(), ("kk",)])
def test_what_is_written_of_a_cafe_is_doubted_throughout_and_ends(
    whisper_folder: Path, say: Say, tmp_path: Path, spoken: tuple[str, ...]
) -> None:
    words = "A glass of water and the bill, please, said she to him."
    babble = [load(say(words, voice=v)) for v in ("en-us", "de", "fr-fr", "ru", "tr", "it", "es", "pl")]
    options = Options(model=str(whisper_folder), **({"languages": spoken} if spoken else {}))
    made = read(TrackReader(options), write(tmp_path / "x.wav", cafe(babble, 10, seed=7)), declared=spoken)
    doubts = {"low_confidence", "maybe_no_speech", "loop", "unsure_language", "outside_speech", "implausible_speed"}
    assert all(doubts & set(s.marks) for s in made.segments)
    assert len(text(made).split()) < 20
    assert not any("loop" in s.marks and "unsure_language" in s.marks for s in made.segments)
    assert all(g.guess is None or g.guess not in to_text(made) for g in made.gaps)
    assert made.doubtful


@pytest.mark.parametrize("milliseconds", [1, 5, 20])
def test_a_blink_of_sound_is_in_no_language(whisper_model: TrackReader, tmp_path: Path, milliseconds: int) -> None:
    blink = numpy.sin(numpy.arange(milliseconds * SAMPLE_RATE // 1000) / 5)
    made = read(whisper_model, write(tmp_path / "x.wav", blink))
    assert (made.segments, made.languages) == ((), ())
    assert made.duration == milliseconds / 1000
    assert {g.reason for g in made.gaps} <= {"no_speech", "too_short"}


def test_a_film_without_sound_has_no_audio_track(whisper_model: TrackReader, made: Ffmpeg) -> None:
    mute = made("mute.mp4", "-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=2")
    assert probe(mute).audio == ()
    with pytest.raises(MediaError, match="stream 0 is no audio track"):
        read(whisper_model, mute)


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 99], ids=["empty", "garbage"])
@pytest.mark.parametrize("name", ["x.mp4", "x.wav", "x"])
def test_what_is_no_media_is_named(whisper_model: TrackReader, tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MediaError, match=rf"^{name}: ") as caught:
        read(whisper_model, tmp_path / name)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("flags", [(), ("-movflags", "+faststart")], ids=["index last", "index first"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_a_truncated_mp4_is_told_from_a_short_one(
    say: Say, made: Ffmpeg, tmp_path: Path, flags: tuple[str, ...], share: float
) -> None:
    whole = made(f"told{len(flags)}.mp4", "-stream_loop", "1", "-i", say(WORDS), "-c:a", "aac", *flags)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    with pytest.raises(MediaError, match=r"^cut\.mp4: (it is cut short|moov)"):
        examine(cut)


@pytest.fixture(scope="module")
def sound_film(say: Say, made: Ffmpeg) -> bytes:
    return made("rotten.mp4", "-i", say(WORDS), "-c:a", "aac").read_bytes()


@pytest.mark.parametrize("seed", range(24))
def test_bit_rot_is_a_fault_of_the_file_or_none(tmp_path: Path, sound_film: bytes, seed: int) -> None:
    """Half of them in the index, where a flipped byte does most."""
    random = numpy.random.default_rng(seed)
    damaged = bytearray(sound_film)
    begin = sound_film.index(b"moov") if seed % 2 else 0
    for at in random.integers(begin, len(damaged), size=1 + seed // 4):
        damaged[at] ^= 1 << random.integers(8)
    (tmp_path / "x.mp4").write_bytes(damaged)
    said = ""
    try:
        for stream in probe(tmp_path / "x.mp4").audio:
            list(decode(tmp_path / "x.mp4", stream.index, seconds=60, timeout=60))
    except MediaError as error:
        said = str(error)
    assert "permi" not in said.lower()
    assert said.startswith("x.mp4: ") or not said


def test_sound_with_a_few_flipped_bytes_is_read_as_far_as_it_is_whole(
    whisper_model: TrackReader, tmp_path: Path, sound_film: bytes
) -> None:
    damaged = bytearray(sound_film)
    for at in numpy.random.default_rng(5).integers(1000, len(damaged) * 3 // 4, size=3):
        damaged[at] ^= 255
    (tmp_path / "x.mp4").write_bytes(damaged)
    made = read(whisper_model, tmp_path / "x.mp4")
    assert words_kept(text(made), WORDS) > 0.5
    assert made.duration == pytest.approx(probe(tmp_path / "x.mp4").duration, abs=0.2)


def test_of_two_tracks_each_is_read(whisper_model: TrackReader, say: Say, made: Ffmpeg) -> None:
    maps = ("-map", "0", "-map", "1", "-c:a", "aac")
    film = made("two.mp4", "-i", say(WORDS), "-i", say(OTHER), *maps)
    assert [s.index for s in probe(film).audio] == [0, 1]
    first, second = (read(whisper_model, film, track=n) for n in (0, 1))
    assert words_kept(text(first), WORDS) > 0.5 > words_kept(text(second), WORDS)
    assert words_kept(text(second), OTHER) > 0.5 > words_kept(text(first), OTHER)
    assert (first.track, second.track) == (0, 1)


def beside(left: Sound, right: Sound) -> Sound:
    """Two voices, a side each, that speak at once for most of the time."""
    length = max(left.size, right.size + SAMPLE_RATE)
    sides = numpy.zeros((2, length))
    sides[0, : left.size] = 0.8 * left / abs(left).max()
    sides[1, SAMPLE_RATE : SAMPLE_RATE + right.size] = 0.8 * right / abs(right).max()
    return sides


def recorded_text(name: str) -> str:
    with (RECORDED / "index.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return next(row["text"] for row in rows if row["file"] == name)


def voices(say: Say) -> Iterator[tuple[Sound, Sound, str, str]]:
    """An English and a French voice, made and, where there is some, recorded, and what each of them says.

    Synthetic French is hardly understood, if at all: nothing is asked of its words.
    """
    if RECORDED.is_dir():
        english, french = "en/leopard-test.wav", "fr/fleurs-fr-000.ogg"
        yield load(RECORDED / english), load(RECORDED / french), recorded_text(english), recorded_text(french)
    else:
        yield load(say(WORDS)), load(say(FRENCH, voice="fr-fr")), WORDS, ""


def kept(written: str, said: str) -> bool:
    """Whether most of it was written."""
    return not said or words_kept(written, said) > 0.6


def in_french(segments: Iterable[Segment], said: str) -> bool:
    """Whether they are French; there must be some where the words are understood."""
    found = {s.language for s in segments}
    return found == {"fr"} if said else found <= {"fr"}


def test_stereo_with_a_language_a_side_keeps_both(two: TrackReader, say: Say, tmp_path: Path) -> None:
    for number, (english, french, left, right) in enumerate(voices(say)):
        file = write(tmp_path / f"{number}.wav", beside(english, french))
        assert planned(file).channels == (0, 1)
        made = read(two, file)
        assert channels(made) == {0, 1}
        assert kept(text(made, 0), left)
        assert kept(text(made, 1), right)
        assert {s.language for s in made.segments if s.channel == 0} == {"en"}
        assert in_french((s for s in made.segments if s.channel == 1), right)
        assert 1 in {s.channel for s in made.segments} | {g.channel for g in made.gaps if g.guess}
        starts = [(s.start, s.channel) for s in made.segments]
        assert starts == sorted(starts)


@pytest.mark.parametrize("voice", ["fr-fr", "ru", "tr"])
def test_two_voices_at_once_without_a_pause_are_told_apart(say: Say, tmp_path: Path, voice: str) -> None:
    """As a speaker and an interpreter: on average over half a second both are as loud."""
    words = {
        "fr-fr": "Ils sont venus la nuit et ont emmené mon frère et personne ne nous a dit où il était ni pourquoi",
        "ru": "Они пришли ночью и забрали моего брата и никто не сказал нам где он и почему его забрали",
        "tr": "Gece geldiler ve kardeşimi aldılar ve kimse bize onun nerede olduğunu ya da nedenini söylemedi",
    }
    english = load(say("They came in the night and took my brother and nobody told us where he was or why they came."))
    other = load(say(words[voice], voice=voice))
    length = min(english.size, other.size)
    file = write(tmp_path / "x.wav", numpy.stack((english[:length], other[:length])))
    assert planned(file).channels == (0, 1)


def test_ordinary_stereo_is_mixed_and_read_once(whisper_model: TrackReader, say: Say, tmp_path: Path) -> None:
    voice = load(say(WORDS))
    file = write(tmp_path / "x.wav", numpy.stack((0.8 * voice, 0.6 * voice)))
    assert planned(file).channels == ()
    made = read(whisper_model, file)
    assert channels(made) == {None}
    assert words_wrong(text(made), WORDS) < 0.4


@pytest.mark.parametrize(
    "name", ["one side mute", "one voice wandering", "noise", "silence", "music apart"], ids=lambda name: name
)
def test_sides_of_one_recording_are_not_two_voices(say: Say, tmp_path: Path, name: str) -> None:
    voice = load(say(WORDS))
    random = numpy.random.default_rng(3)
    noise = 0.0005 * random.standard_normal((2, voice.size))
    share = 0.5 + 0.15 * numpy.sin(numpy.arange(voice.size) / SAMPLE_RATE)
    tune = music(6, seed=1)
    stereo = {
        "one side mute": numpy.stack((voice, 0 * voice)),
        "one voice wandering": numpy.stack((voice * share, voice * (1 - share))) + noise,
        "noise": 0.1 * random.standard_normal((2, voice.size)),
        "silence": numpy.zeros((2, 3 * SAMPLE_RATE)),
        "music apart": numpy.stack((tune, 0.7 * tune + 0.1 * numpy.roll(tune, 400))),
    }
    assert planned(write(tmp_path / "x.wav", stereo[name])).channels == ()


def quiet(made: Transcript) -> bool:
    """Whether nothing that anybody could hear is passed over: what is no text says what the model made of it."""
    return all(g.level is None or g.level < -50 or (g.reason == "no_text" and g.guess) for g in made.gaps)


def test_speech_after_a_change_of_language_is_not_lost(two: TrackReader, say: Say, tmp_path: Path) -> None:
    for number, (english, french, before, after) in enumerate(voices(say)):
        made = read(two, write(tmp_path / f"{number}.wav", numpy.concatenate((in_turn(english, pause=1), french))))
        change = english.size / SAMPLE_RATE + 1
        assert kept(text(made), before)
        assert kept(text(made), after)
        assert {s.language for s in made.segments if s.end <= change} == {"en"}
        assert in_french((s for s in made.segments if s.start >= change), after)
        assert quiet(made)


def test_a_french_clip_that_a_detector_lost_words_of_is_written_whole(
    two: TrackReader, say: Say, tmp_path: Path
) -> None:
    recorded = "fr/fleurs-fr-000.ogg"
    there = (RECORDED / recorded).is_file()
    said = recorded_text(recorded) if there else ""
    made = read(two, write(tmp_path / "x.wav", load(RECORDED / recorded if there else say(FRENCH, voice="fr-fr"))))
    assert quiet(made)
    assert in_french(made.segments, said)
    assert kept(text(made), said)
