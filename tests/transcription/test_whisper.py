"""The real base model on spoken words. English alone: it reads synthetic speech in no other language."""

import shutil
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.support import words as counted
from tests.support.tracks import read
from tests.transcription.conftest import Ffmpeg, Say
from tests.transcription.sounds import in_turn, load, write
from tests.transcription.spoken import GERMAN, TURKISH
from tests.transcription.spoken import spoken as said_in
from transcription.documents.formats import from_json, to_json
from transcription.engines.beam_on_demand import Draft
from transcription.engines.engine import Encoded
from transcription.engines.quick_reading import QUICK
from transcription.engines.whisper_engine import WhisperEngine
from transcription.errors import MediaError, ModelError
from transcription.hearing.track_reading import TrackReader
from transcription.media.decoding import SAMPLE_RATE
from transcription.records import Options, Transcript

WORDS = "My brother was taken from our house in the winter. We have not heard from him since that day."
MORE = "The police told us nothing about the reason. My mother is still waiting for an answer."


def words_wrong(made: Transcript, said: str) -> float:
    return counted.words_wrong(" ".join(s.text for s in made.segments), said)


def one_after_the_other(first: Path, second: Path) -> tuple[str | Path, ...]:
    pause = ("-f", "lavfi", "-i", "anullsrc=r=22050:cl=mono:d=1.5")
    return ("-i", first, *pause, "-i", second, "-filter_complex", "[0:a][1:a][2:a]concat=n=3:v=0:a=1")


@pytest.fixture(scope="module")
def spoken(say: Say) -> Path:
    return say(WORDS)


def test_english_is_read_and_says_how_it_was_made(whisper_model: TrackReader, spoken: Path) -> None:
    told: list[tuple[float, float]] = []
    made = read(whisper_model, spoken, progress=lambda *at: told.append(at))
    assert words_wrong(made, WORDS) < 0.25
    assert made.languages == ("en",)
    assert all(s.language_probability > 0.8 and -1 < s.avg_logprob < 0 for s in made.segments)
    assert not {m for s in made.segments for m in s.marks} - {"low_confidence"}
    assert made.model == "whisper-base"
    assert made.model_digest.startswith("d01c3014")
    assert made.options.model == "whisper-base"
    assert made.versions.keys() == {"ctranslate2", "faster-whisper", "thirdcopy"}
    assert told == sorted(told)
    assert told[-1] == pytest.approx((made.duration, made.duration), abs=0.05)
    again = read(whisper_model, spoken)
    assert to_json(again) == to_json(made)
    assert from_json(to_json(made)) == made


def test_short_chunks_are_encoded_with_less_silence(whisper_folder: Path) -> None:
    model = WhisperEngine(str(whisper_folder), Options(model=str(whisper_folder), quick="never"))
    sound = numpy.zeros(27 * SAMPLE_RATE, numpy.float32)
    a_second = 50  # rows of features, by Whisper's design
    for longest, context in ((3, 10), (8, 10), (9, 20), (18, 20), (27, 30)):
        encoded = model.encode([sound[: 2 * SAMPLE_RATE], sound[: longest * SAMPLE_RATE]])
        assert encoded.features.shape[:2] == (2, context * a_second)
        assert encoded.lengths == (2000, longest * 1000)
        assert model.reach(longest * 1000) == context * 1000


def test_a_quick_model_encodes_no_more_silence_than_a_chunk_needs(whisper_folder: Path) -> None:
    model = WhisperEngine(str(whisper_folder), Options(model=str(whisper_folder)))
    sound = numpy.zeros(29 * SAMPLE_RATE, numpy.float32)
    for seconds in (1, 5, 12, 29):
        (row,) = model.encode([sound[: seconds * SAMPLE_RATE]]).features
        assert len(row) == QUICK.reach(seconds * 1000) / 20
        assert seconds * 50 < len(row) <= 1500
    mixed = model.encode([sound[: seconds * SAMPLE_RATE] for seconds in (20, 1, 20, 2)])
    assert [len(row) for row in mixed.features][::2] == [QUICK.reach(20_000) / 20] * 2
    assert len(mixed.features[1]) < len(mixed.features[0])
    assert mixed.lengths == (20_000, 1000, 20_000, 2000)
    assert [len(odds) for odds in model.hear(mixed)] == [99] * 4


class DoubtsTheShort(WhisperEngine):
    """The real model, to which what is written of chunks below two seconds is `seen`; it keeps what was searched."""

    seen: tuple[Draft, Draft]
    """What is written greedily, and with the beam."""

    def __init__(self, model: str, options: Options) -> None:
        super().__init__(model, options)
        self.found: dict[tuple[int, int, int], str] = {}
        """The text by the width of the search, and the ms of the chunk and of what was encoded of it."""
        self.by_beam: list[Any] = []

    def _draft(self, result: Any, length: int) -> Draft:
        return self.seen[result in self.by_beam] if length < 2000 else FAIR

    def _search(
        self, encoded: Encoded, prompt: str, languages: Sequence[str], beam: int, *, translate: bool
    ) -> list[Any]:
        results = super()._search(encoded, prompt, languages, beam, translate=translate)
        if beam > 1:
            self.by_beam += results
        for length, row, result in zip(encoded.lengths, encoded.features, results, strict=True):
            text = "".join(p.text for p in self._pieces(result.sequences_ids[0], length))
            self.found[beam, length, len(row) * 20] = text
        return results


GREEDILY = {(1, 4000, 10_000), (1, 1500, 10_000)}
BY_BEAM, LONGER = (5, 1500, 10_000), (5, 1500, 20_000)
FAIR, UNSURE, POOR = (Draft("All is well.", odds, 0.0) for odds in (0.0, -0.9, -1.6))
NOTHING, LOOP = Draft("", 0.0, 0.0), Draft("he said " * 12, 0.0, 0.0)


@pytest.mark.parametrize(
    ("quick", "seen", "searched", "taken"),
    [
        ("always", (NOTHING, FAIR), {*GREEDILY, BY_BEAM}, BY_BEAM),
        ("always", (UNSURE, UNSURE), {*GREEDILY, BY_BEAM}, BY_BEAM),
        ("always", (UNSURE, LOOP), {*GREEDILY, BY_BEAM}, (1, 1500, 10_000)),
        ("always", (POOR, LOOP), {*GREEDILY, BY_BEAM, LONGER}, LONGER),
        ("always", (LOOP, FAIR), {*GREEDILY, BY_BEAM}, BY_BEAM),
        ("always", (LOOP, LOOP), {*GREEDILY, BY_BEAM, LONGER}, LONGER),
        ("never", (LOOP, LOOP), {(5, 4000, 10_000), BY_BEAM}, BY_BEAM),
    ],
)
def test_what_is_doubted_is_written_with_the_beam_and_what_is_lost_from_more_silence(
    whisper_folder: Path, spoken: Path, quick: Any, seen: tuple[Draft, Draft], searched: set[Any], taken: Any
) -> None:
    sound = load(spoken).astype(numpy.float32)
    model = DoubtsTheShort(str(whisper_folder), Options(model=str(whisper_folder), quick=quick))
    model.seen = seen
    encoded = model.encode([sound[: 4 * SAMPLE_RATE], sound[: SAMPLE_RATE * 3 // 2]])
    written = model.write(encoded, ["en", "en"], words=True)
    assert model.found.keys() == searched
    long = (1 if quick == "always" else 5, 4000, 10_000)
    assert [one.text for one in written] == [model.found[long], model.found[taken]]
    for one in written:
        assert "".join(word.text for word in one.words).split() == one.text.split()


def test_a_model_that_was_not_measured_is_quick_only_if_told(whisper_folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(whisper_folder, other)
    with (other / "model.bin").open("ab") as weights:
        weights.write(b"\0")  # the same model to CTranslate2, and another digest
    assert not WhisperEngine(str(other), Options(model=str(other))).quick
    assert WhisperEngine(str(other), Options(model=str(other), quick="always")).quick
    assert WhisperEngine(str(whisper_folder), Options(model=str(whisper_folder))).quick


def test_two_languages_in_one_recording_are_told_apart(whisper_model: TrackReader, say: Say, tmp_path: Path) -> None:
    english = in_turn(load(say(MORE)))
    long = (f"{GERMAN[0]} {GERMAN[1]}", f"{GERMAN[0]} {GERMAN[2]}")  # a short stretch does not change language alone
    both = write(tmp_path / "both.wav", numpy.concatenate((english, said_in(say, long, "de"))))
    change = english.size / SAMPLE_RATE
    options = whisper_model.options.model_copy(update={"languages": ("en", "de")})
    chosen = read(TrackReader(options), both)
    before = [s for s in chosen.segments if s.end <= change]
    after = [s for s in chosen.segments if s.end > change]
    assert {s.language for s in before} == {"en"}
    assert "de" in {s.language for s in after}
    assert counted.words_kept(" ".join(s.text for s in before), MORE) > 0.6
    assert all(("weak_model" in s.marks) == (s.language == "de") for s in chosen.segments)
    outside = read(TrackReader(whisper_model.options.model_copy(update={"languages": ("en",)})), both)
    assert outside.languages == ("en",)
    assert any(m.startswith("outside:") for s in outside.segments if s.end > change for m in s.marks)
    assert not any(m.startswith("outside:") for s in outside.segments if s.end <= change for m in s.marks)


def test_silence_is_one_gap(whisper_model: TrackReader, made: Ffmpeg) -> None:
    silent = read(whisper_model, made("silent.wav", "-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono:d=3"))
    assert silent.segments == ()
    assert [(g.start, g.end, g.reason, g.level) for g in silent.gaps] == [(0, 3, "no_speech", None)]
    assert not silent.doubtful


def test_a_blink_of_sound_is_no_language(whisper_model: TrackReader, made: Ffmpeg) -> None:
    blink = read(whisper_model, made("blink.wav", "-f", "lavfi", "-i", "sine=d=0.02"))
    assert blink.languages == ()
    with pytest.raises(MediaError, match="track 0 is empty"):
        read(whisper_model, made("empty.wav", "-f", "lavfi", "-i", "sine=d=1", "-t", "0"))


def test_each_track_is_read_by_itself(whisper_model: TrackReader, spoken: Path, say: Say, made: Ffmpeg) -> None:
    picture = ("-f", "lavfi", "-i", "color=s=64x48:r=5:d=8")
    maps = ("-map", "0", "-map", "1", "-map", "2", "-metadata:s:a:1", "language=eng")
    film = made("tracks.mkv", *picture, "-i", spoken, "-i", say(MORE), *maps, "-c:a", "libopus")
    first = read(whisper_model, film, track=1)
    second = read(whisper_model, film, track=2, track_language="eng")
    assert words_wrong(first, WORDS) < 0.3
    assert words_wrong(second, MORE) < 0.3
    assert (second.track, second.track_language) == (2, "eng")
    with pytest.raises(MediaError, match="no audio track"):
        read(whisper_model, film, track=0)


def test_no_word_is_made_up_in_a_language_the_model_lacks(whisper_model: TrackReader, spoken: Path) -> None:
    made = read(whisper_model, spoken, declared=("uig", "ky"))
    assert made.segments == ()
    assert "unsupported_language" in {g.reason for g in made.gaps}
    assert made.doubtful
    assert made.declared == ("ug", "ky")


def test_a_neighbour_of_a_declared_language_is_doubted(whisper_model: TrackReader, say: Say, tmp_path: Path) -> None:
    spoken = write(tmp_path / "x.wav", said_in(say, TURKISH, "tr"))
    turkish = TrackReader(whisper_model.options.model_copy(update={"languages": ("tr", "ug")}))
    assert all("may_be:ug" in s.marks for s in read(turkish, spoken).segments)
    assert all("may_be:ug" in s.marks for s in read(turkish, spoken, declared=("tr", "ug")).segments)
    declared = read(turkish, spoken, declared=("tr",))
    assert declared.segments
    assert not any("may_be:ug" in s.marks for s in declared.segments)


def test_what_was_done_in_time_is_kept(whisper_folder: Path, spoken: Path, say: Say, made: Ffmpeg) -> None:
    long = made("long.wav", *one_after_the_other(spoken, say(MORE)))
    options = Options(
        model=str(whisper_folder), languages=("en",), batch_size=1, context_seconds=30, pack_seconds=8, time_budget=1
    )
    clock = count(0, 10)
    slow = read(TrackReader(options, clock=lambda: next(clock)), long)
    assert slow.segments
    assert counted.words_kept(slow.segments[0].text, WORDS) > 0.2
    assert "time_budget" in {g.reason for g in slow.gaps}
    assert slow.gaps[-1].end == slow.duration
    assert slow.doubtful


def test_a_track_read_in_short_windows_is_covered_and_read(whisper_folder: Path, spoken: Path) -> None:
    options = Options(model=str(whisper_folder), languages=("en",), window_seconds=4, max_speech_seconds=3)
    made = read(TrackReader(options), spoken)
    assert words_wrong(made, WORDS) < 0.4
    assert len(made.segments) > 1


@pytest.mark.parametrize("declared", [(), ("ug",)])
def test_a_cut_film_that_was_kept_is_read_as_far_as_it_goes(
    whisper_model: TrackReader, film: Path, tmp_path: Path, declared: tuple[str, ...]
) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    assert 5 < read(whisper_model, cut, track=1, declared=declared).duration < 15


@pytest.mark.parametrize("content", [b"", b"garbage" * 999, b"ffconcat version 1.0\nfile film.mp4\n"])
def test_what_is_no_media_is_refused(whisper_model: TrackReader, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.mp4").write_bytes(content)
    with pytest.raises(MediaError):
        read(whisper_model, tmp_path / "x.mp4")


def test_a_model_that_cannot_be_had_says_why(tmp_path: Path, whisper_folder: Path) -> None:
    with pytest.raises(ModelError, match="large-v3"):
        TrackReader(Options(model="lage-v3"))
    with pytest.raises(ModelError, match=r"lacks model\.bin"):
        TrackReader(Options(model=str(tmp_path)))
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((whisper_folder / name).read_bytes()[:1000])
    with pytest.raises(ModelError, match="cannot be loaded"):
        TrackReader(Options(model=str(tmp_path)))
