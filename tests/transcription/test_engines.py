"""Every kind of engine keeps the contract: the same questions to each, with sounds that each of them can read.

A new kind adds a bench, and no test.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.transcription.conftest import Say
from tests.transcription.sounds import load
from tests.world.ctc_model import make_ctc_model
from transcription.engines.engine import LONGEST_CHUNK_MS, SAMPLES_A_MS, Encoded, Engine, Samples, Written
from transcription.engines.engine_loading import kind_of, load_engine
from transcription.errors import ModelError
from transcription.languages import is_language
from transcription.records import EngineKind, Options

TOLD = "My brother was taken from our house in the winter."
LATER = "We have not heard from him since that day."


@dataclass(frozen=True)
class Bench:
    """An engine, two sounds that it can read, in which language they are, and a word that is in neither."""

    engine: Engine
    model: str
    sounds: tuple[Samples, Samples]
    language: str
    unsaid: str

    def written(self, *sounds: Samples, words: bool = False) -> list[Written]:
        """What it writes of sounds."""
        return self.engine.write(self.engine.encode(sounds), [self.language] * len(sounds), words=words)


@pytest.fixture(scope="module", params=[pytest.param("whisper", marks=pytest.mark.model), "omnilingual", "gigaam"])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    options = Options(threads=2)
    if request.param == "whisper":
        whisper: Path = request.getfixturevalue("whisper_folder")
        say: Say = request.getfixturevalue("say")
        first, second = (load(say(one)).astype(numpy.float32) for one in (TOLD, LATER))
        yield Bench(load_engine("whisper", str(whisper), options), str(whisper), (first, second), "en", "zebra")
        return
    model = make_ctc_model(tmp_path_factory.mktemp("models") / request.param, request.param)
    engine = load_engine("ctc", str(model.folder), options)
    sounds = model.sound("some old men "), model.sound("note")
    yield Bench(engine, str(model.folder), sounds, "kk", "cat")


def test_it_says_what_it_is(bench: Bench) -> None:
    engine = bench.engine
    assert engine.kind == kind_of(Path(bench.model))
    assert engine.name == Path(bench.model).name
    assert len(engine.digest) == 64
    assert set(engine.digest) <= set("0123456789abcdef")
    assert engine.device in ("cpu", "cuda")
    assert engine.compute_type
    assert all(is_language(code) for code in engine.languages)
    assert engine.longest_ms >= 20_000
    assert isinstance(engine.weak, bool)
    assert engine.quick == (engine.kind == "whisper")  # the model is one that it was measured on


def test_it_writes_no_letters_but_those_that_it_tells(bench: Bench) -> None:
    text = "".join(one.text for one in bench.written(*bench.sounds))
    assert text.strip()
    assert not bench.engine.letters or {*text} <= {*bench.engine.letters, " "}


def test_the_same_files_are_the_same_model(bench: Bench) -> None:
    again = load_engine(bench.engine.kind, bench.model, Options(threads=1))
    assert (again.digest, again.languages, again.lacks) == (
        bench.engine.digest,
        bench.engine.languages,
        bench.engine.lacks,
    )


def test_what_is_computed_of_a_chunk_is_no_shorter_than_it(bench: Bench) -> None:
    reaches = [bench.engine.reach(length) for length in range(100, LONGEST_CHUNK_MS - 2000, 700)]
    assert all(reach >= length for reach, length in zip(reaches, range(100, LONGEST_CHUNK_MS, 700), strict=False))
    assert all(a <= b for a, b in pairwise(reaches))


def test_a_row_of_a_batch_is_the_chunk_itself(bench: Bench) -> None:
    encoded = bench.engine.encode(bench.sounds)
    assert encoded.lengths == tuple(sound.size // SAMPLES_A_MS for sound in bench.sounds)
    both = bench.engine.write(encoded, [bench.language] * 2)
    assert both[0].text != both[1].text
    [second] = bench.engine.write(encoded.rows([1]), [bench.language])
    assert second.text == both[1].text
    turned = bench.engine.write(encoded.rows([1, 0]), [bench.language] * 2)
    assert [one.text for one in turned] == [both[1].text, both[0].text]


def test_the_same_sound_gives_the_same_text(bench: Bench) -> None:
    assert bench.written(*bench.sounds, words=True) == bench.written(*bench.sounds, words=True)


def test_pieces_and_words_are_one_text_in_order_within_the_chunk(bench: Bench) -> None:
    for sound, written in zip(bench.sounds, bench.written(*bench.sounds, words=True), strict=True):
        length = sound.size // SAMPLES_A_MS
        assert written.text.strip()
        assert bench.unsaid not in written.text
        for spans in ([one[:2] for one in written.pieces], [one[:2] for one in written.words]):
            assert all(0 <= start <= end <= length for start, end in spans)
            assert all(a[0] <= b[0] for a, b in pairwise(spans))
        assert "".join(word.text for word in written.words).split() == written.text.split()
        assert all(word.text.strip() for word in written.words)
        assert all(0 < word.probability <= 1 for word in written.words)
        assert written.avg_logprob <= 0


def test_words_are_timed_only_where_they_are_asked_for(bench: Bench) -> None:
    assert all(one.words == () for one in bench.written(*bench.sounds))
    assert all(one.words for one in bench.written(*bench.sounds, words=True))


def test_words_follow_what_is_moved(bench: Bench) -> None:
    """Two seconds of silence before a sound move its words by two seconds, give or take what a model is rough by."""
    sound = bench.sounds[0]
    moved = numpy.concatenate([numpy.zeros(2000 * SAMPLES_A_MS, numpy.float32), sound])
    [here] = bench.written(sound, words=True)
    [there] = bench.written(moved, words=True)
    assert abs(there.words[-1].end - here.words[-1].end - 2000) <= (500 if bench.engine.kind == "whisper" else 0)


def test_languages_are_told_or_nothing_is(bench: Bench) -> None:
    heard = bench.engine.hear(bench.engine.encode(bench.sounds))
    assert len(heard) == 2
    if "languages" in bench.engine.lacks:
        assert heard == [{}, {}]
        return
    for odds in heard:
        assert set(odds) <= bench.engine.languages
        assert max(odds, key=lambda code: odds[code]) == bench.language
        assert sum(odds.values()) <= 1.01
        assert all(0 <= odd <= 1 for odd in odds.values())


def test_silence_is_told_or_nothing_is(bench: Bench) -> None:
    silence = numpy.zeros(5000 * SAMPLES_A_MS, numpy.float32)
    spoken, silent = bench.written(bench.sounds[0], silence)
    if "silence" in bench.engine.lacks:
        assert spoken.no_speech_prob is silent.no_speech_prob is None
        assert silent.text == ""
        return
    assert spoken.no_speech_prob is not None
    assert silent.no_speech_prob is not None
    assert 0 <= spoken.no_speech_prob < silent.no_speech_prob <= 1


def test_text_without_punctuation_is_left_as_it_is(bench: Bench) -> None:
    text = bench.written(bench.sounds[0])[0].text
    if "punctuation" in bench.engine.lacks:
        assert text == text.lower()
        assert not set(text) & set(".,?!")
    else:
        assert any(letter.isupper() or letter in ".,?!" for letter in text)


def test_a_prompt_is_heeded_or_changes_nothing(bench: Bench) -> None:
    encoded = bench.engine.encode(bench.sounds[:1])
    told = bench.engine.write(encoded, [bench.language], prompts=["A zebra."])
    assert told[0].text.strip()
    if "prompts" in bench.engine.lacks:
        assert told == bench.engine.write(encoded, [bench.language])


def test_a_translation_is_made_or_said_to_be_lacking(bench: Bench) -> None:
    if "translation" not in bench.engine.lacks:
        [aid] = bench.engine.write(bench.engine.encode(bench.sounds[:1]), [bench.language], translate=True)
        assert aid.text.strip()


def test_the_longest_chunk_and_the_shortest_are_taken(bench: Bench) -> None:
    sound = bench.sounds[0]
    longest = numpy.zeros(LONGEST_CHUNK_MS * SAMPLES_A_MS, numpy.float32)
    longest[-sound.size - 16_000 : -16_000] = sound
    [written] = bench.written(longest, words=True)
    assert written.words
    assert written.words[-1].end <= LONGEST_CHUNK_MS
    assert written.words[-1].end > LONGEST_CHUNK_MS / 2
    shortest = sound[: 100 * SAMPLES_A_MS]
    assert bench.engine.encode([shortest]).lengths == (100,)
    assert len(bench.written(shortest)) == 1


LOADS: list[tuple[EngineKind, Callable[[Path], Path]]] = [
    ("whisper", lambda folder: folder / "gone"),
    ("ctc", lambda folder: folder / "gone"),
    ("whisper", lambda folder: folder),
    ("ctc", lambda folder: folder),
]


@pytest.mark.parametrize(("kind", "of"), LOADS)
def test_what_is_no_model_says_so(tmp_path: Path, kind: EngineKind, of: Callable[[Path], Path]) -> None:
    model = str(of(tmp_path))
    with pytest.raises(ModelError) as error:
        load_engine(kind, model, Options())
    assert error.value.model == model


class Breaking:
    """An engine that keeps the contract but for what a class below does otherwise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


class TellsItsPath(Breaking):
    @property
    def name(self) -> str:
        return f"/models/{self._engine.name}"


class ComputesTooLittle(Breaking):
    def reach(self, length: int) -> int:
        return length // 2


class MixesRows(Breaking):
    def write(self, encoded: Encoded, languages: Sequence[str], **told: Any) -> list[Written]:
        return self._engine.write(encoded.rows([0] * len(languages)), languages, **told)


class TimesWordsUnasked(Breaking):
    def write(self, encoded: Encoded, languages: Sequence[str], **told: Any) -> list[Written]:
        return self._engine.write(encoded, languages, **{**told, "words": True})


class TimesEverythingAlike(Breaking):
    def write(self, encoded: Encoded, languages: Sequence[str], **told: Any) -> list[Written]:
        return [
            replace(one, words=tuple(word._replace(start=100, end=200) for word in one.words))
            for one in self._engine.write(encoded, languages, **told)
        ]


class IsSurerThanSure(Breaking):
    def write(self, encoded: Encoded, languages: Sequence[str], **told: Any) -> list[Written]:
        return [
            replace(one, words=tuple(word._replace(probability=1.5) for word in one.words))
            for one in self._engine.write(encoded, languages, **told)
        ]


class LosesAWord(Breaking):
    def write(self, encoded: Encoded, languages: Sequence[str], **told: Any) -> list[Written]:
        return [replace(one, words=one.words[1:]) for one in self._engine.write(encoded, languages, **told)]


class GuessesALanguage(Breaking):
    def hear(self, encoded: Encoded) -> list[dict[str, float]]:
        return [{"kk": 1.0} for _ in encoded.lengths]


class SpeaksOfSilence(Breaking):
    def write(self, encoded: Encoded, languages: Sequence[str], **told: Any) -> list[Written]:
        return [replace(one, no_speech_prob=0.0) for one in self._engine.write(encoded, languages, **told)]


class AddsAFullStop(Breaking):
    def write(self, encoded: Encoded, languages: Sequence[str], **told: Any) -> list[Written]:
        return [
            replace(one, pieces=tuple(piece._replace(text=f"{piece.text}.") for piece in one.pieces))
            for one in self._engine.write(encoded, languages, **told)
        ]


class ForgetsTheEnd(Breaking):
    def encode(self, chunks: Sequence[Samples]) -> Encoded:
        return self._engine.encode([chunk[: 20_000 * SAMPLES_A_MS] for chunk in chunks])


@pytest.mark.parametrize(
    ("breaks", "promise"),
    [
        (TellsItsPath, test_it_says_what_it_is),
        (ComputesTooLittle, test_what_is_computed_of_a_chunk_is_no_shorter_than_it),
        (MixesRows, test_a_row_of_a_batch_is_the_chunk_itself),
        (TimesWordsUnasked, test_words_are_timed_only_where_they_are_asked_for),
        (TimesEverythingAlike, test_words_follow_what_is_moved),
        (IsSurerThanSure, test_pieces_and_words_are_one_text_in_order_within_the_chunk),
        (LosesAWord, test_pieces_and_words_are_one_text_in_order_within_the_chunk),
        (GuessesALanguage, test_languages_are_told_or_nothing_is),
        (SpeaksOfSilence, test_silence_is_told_or_nothing_is),
        (AddsAFullStop, test_text_without_punctuation_is_left_as_it_is),
        (ForgetsTheEnd, test_the_longest_chunk_and_the_shortest_are_taken),
    ],
)
def test_an_engine_that_breaks_a_promise_is_found_out_by_its_test(
    tmp_path: Path, breaks: type[Breaking], promise: Callable[[Bench], None]
) -> None:
    model = make_ctc_model(tmp_path / "tones")
    sounds = model.sound("some old men "), model.sound("note")
    kept = Bench(load_engine("ctc", str(model.folder), Options(threads=2)), str(model.folder), sounds, "kk", "cat")
    promise(kept)
    with pytest.raises(AssertionError):
        promise(replace(kept, engine=breaks(kept.engine)))
