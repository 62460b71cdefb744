"""Reading with the real model: words, packing, models of single languages, translation, kills, memory."""

import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from subprocess import PIPE, Popen, run
from time import monotonic, sleep
from typing import Any

import numpy
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from rapidfuzz.distance import Levenshtein

from archive.objects.sidecar import root_documents
from tests.support.packages import HOME
from tests.support.tracks import DIGEST, read
from tests.support.words import words_kept, words_of, words_paired, words_wrong
from tests.transcription.conftest import Say
from tests.transcription.sounds import Sound, in_turn, load, write
from tests.transcription.spoken import GERMAN, TURKISH, apart
from transcription.documents.formats import from_json, to_json, to_text, to_vtt
from transcription.engines.engine import Encoded, Engine, Written
from transcription.engines.whisper_engine import WhisperEngine
from transcription.hearing.chunks import next_chunks
from transcription.hearing.detector import detect
from transcription.hearing.speech_spans import Span, Window
from transcription.hearing.track_reading import TrackReader
from transcription.hearing.window_reading import Reader
from transcription.languages import languages_of
from transcription.media.decoding import SAMPLE_RATE
from transcription.records import LanguageOptions, Options, Transcript

SENTENCES = (
    "My brother was taken from our house in the winter.",
    "We have not heard from him since that day.",
    "The police told us nothing about the reason.",
    "My mother is still waiting for an answer.",
    "He worked as a teacher in the village school.",
    "His two children live with their grandmother now.",
)


def text(made: Transcript) -> str:
    return " ".join(s.text for s in made.segments)


def words(made: Transcript) -> list[str]:
    return words_of(text(made))


@pytest.fixture(scope="module")
def told(say: Say) -> Sound:
    """Six sentences, with more than a second of silence after each."""
    return in_turn(*(load(say(one)) for one in SENTENCES))


@pytest.fixture(scope="module")
def story(told: Sound, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("story") / "story.wav", told)


@pytest.fixture(scope="module")
def english(whisper_folder: Path) -> TrackReader:
    """The base model for English alone, which is read in packs of as much as the model takes."""
    return TrackReader(Options(model=str(whisper_folder), languages=("en",), pack_seconds=30))


@pytest.fixture(scope="module")
def packed(english: TrackReader, story: Path) -> Transcript:
    return read(english, story)


def test_words_lie_in_their_segments_in_order_and_are_its_text(packed: Transcript) -> None:
    assert len(words(packed)) > 40
    for one in packed.segments:
        assert "".join(w.text for w in one.words) == "".join(one.text.split())
        assert all(one.start <= w.start <= w.end <= one.end for w in one.words)
        assert all(a.start <= b.start for a, b in pairwise(one.words))
    assert all(a.end <= b.start for a, b in pairwise(packed.segments))


def test_words_are_timed_where_they_are_said(packed: Transcript, told: Sound) -> None:
    """In sound, not in the pauses: there none begins."""
    loud = [float(numpy.abs(told[n : n + 1600]).max()) > 0.01 for n in range(0, told.size, 1600)]
    begun = [int((w.start + w.end) * 5) for s in packed.segments for w in s.words]
    assert sum(loud[min(at, len(loud) - 1)] for at in begun) >= 0.9 * len(begun)


def test_packed_speech_reads_as_it_does_apart(packed: Transcript, whisper_folder: Path, story: Path) -> None:
    alone = read(TrackReader(Options(model=str(whisper_folder), languages=("en",), pack_seconds=2)), story)
    wrong, wrong_apart = (words_wrong(text(made), " ".join(SENTENCES)) for made in (packed, alone))
    assert wrong <= wrong_apart + 0.04
    assert wrong_apart < 0.2
    assert abs(len(words(packed)) - len(words(alone))) <= 2


def test_text_of_a_pack_stays_on_its_side_of_the_pauses(packed: Transcript, told: Sound) -> None:
    """Of each sentence most words are there, and as good as all lie where it was said."""
    spoken = detect(told.astype(numpy.float32), Options()).sure
    assert len(spoken) == len(SENTENCES)
    sentence_of = [number for number, sentence in enumerate(SENTENCES) for _ in words_of(sentence)]
    timed = [(word, one) for s in packed.segments for one in s.words for word in words_of(one.text)]
    inside: list[list[bool]] = [[] for _ in SENTENCES]
    for written, said in words_paired([word for word, _ in timed], words_of(" ".join(SENTENCES))):
        one, span = timed[written][1], spoken[sentence_of[said]]
        inside[sentence_of[said]].append(span.start / 1000 - 0.3 <= one.start <= span.end / 1000 + 0.3)
    for sentence, found in zip(SENTENCES, inside, strict=True):
        assert len(found) >= 0.5 * len(words_of(sentence)), sentence
        assert sum(found) >= len(found) - 1, sentence


def test_without_word_times_there_are_none_and_the_text_is_the_same(english: TrackReader, say: Say) -> None:
    bare = TrackReader(english.options.model_copy(update={"word_times": False}))
    timed, untimed = (read(whisper, say(SENTENCES[0])) for whisper in (english, bare))
    assert any(s.words for s in timed.segments)
    assert [s.model_copy(update={"words": ()}) for s in timed.segments] == list(untimed.segments)


def test_a_translation_is_of_its_transcript_and_says_what_it_is(whisper_folder: Path, say: Say, tmp_path: Path) -> None:
    spoken = apart(say, GERMAN, "de", tmp_path / "x.wav")
    whisper = TrackReader(Options(model=str(whisper_folder), languages=("de",), translate=True))
    result = whisper.read(whisper.open(spoken, media_sha256=DIGEST, track=0))
    aid = result.translation
    assert aid is not None
    assert aid.kind == "translation"
    assert Transcript.model_validate(aid.model_dump()) == from_json(to_json(aid)) == aid
    assert aid.gaps == ()
    assert {s.language for s in aid.segments} == {"en"}
    assert result.transcript.kind == "whisper"
    assert result.transcript.languages == ("de",)
    assert result.transcript.of is None
    assert "not what was said" in to_vtt(aid)
    assert "not what was said" not in to_vtt(result.transcript) + to_text(result.transcript)
    validator = Draft202012Validator(json.loads(root_documents()["transcript.schema.json"]))
    for document in (result.transcript, aid):
        validator.validate(json.loads(to_json(document)))


def test_english_needs_no_translation(english: TrackReader, say: Say) -> None:
    whisper = TrackReader(english.options.model_copy(update={"translate": True}))
    result = whisper.read(whisper.open(say(SENTENCES[0]), media_sha256=DIGEST, track=0))
    assert result.translation is not None
    assert result.translation.segments == ()


@pytest.mark.parametrize("token", ["tr", "uz"])
def test_a_language_with_a_model_of_its_own_is_read_by_it(
    whisper_folder: Path, say: Say, tmp_path: Path, token: str
) -> None:
    own = tmp_path / "whisper-ug"
    own.symlink_to(whisper_folder)
    per = {"ug": LanguageOptions(model=str(own), token=token)}
    options = Options(model=str(whisper_folder), languages=("ug", "en"), per_language=per)
    made = read(TrackReader(options), apart(say, TURKISH, "tr", tmp_path / "x.wav"), declared=("ug",))
    assert made.segments
    assert {s.language for s in made.segments} == {"ug"}
    assert {s.model for s in made.segments} == {"whisper-ug"}
    assert not any(m.startswith("may_be") for s in made.segments for m in s.marks)
    assert [(one.language, one.model) for one in made.own_models] == [("ug", "whisper-ug")]
    assert made.own_models[0].digest == made.model_digest
    assert made.options.of("ug").model == "whisper-ug"
    assert str(tmp_path) not in to_json(made)
    assert "for ug whisper-ug" in to_text(made).splitlines()[0]


def test_what_was_read_as_another_language_is_not_taken_from_a_checkpoint(
    whisper_folder: Path, say: Say, tmp_path: Path
) -> None:
    """The source's word on the languages may change between a kill and the next run."""
    spoken, kept = apart(say, TURKISH, "tr", tmp_path / "x.wav"), tmp_path / "x.jsonl"
    turkish = TrackReader(Options(model=str(whisper_folder), languages=("tr", "ug")))

    def stop(_done: float, _whole: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(turkish, spoken, checkpoint=kept, declared=("tr", "ug"), progress=stop)
    assert batches(kept)
    made = read(turkish, spoken, checkpoint=kept, declared=("tr",))
    assert made.segments
    assert not any("may_be:ug" in s.marks for s in made.segments)


READ = """
import sys
from pathlib import Path
from transcription.documents.formats import to_json
from transcription.records import Options
from transcription.hearing.speech_spans import Span, Window
from transcription.hearing.track_reading import TrackReader

model, media, result, checkpoint, window = sys.argv[1:]
one = {"batch_size": 1, "context_seconds": 30}
options = Options(model=model, languages=("en",), **one, pack_seconds=5, window_seconds=int(window))
whisper = TrackReader(options)
opened = whisper.open(Path(media), media_sha256="0" * 64, track=0, checkpoint=Path(checkpoint))
Path(result).write_text(to_json(whisper.read(opened).transcript))
status = Path("/proc/self/status").read_text()  # getrusage's maximum is inherited from whoever started it
print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
"""


def command(model: Path, media: Path, result: Path, checkpoint: Path, window: int = 8) -> list[str]:
    return [sys.executable, "-c", READ, *map(str, (model, media, result, checkpoint, window))]


def batches(checkpoint: Path) -> list[str]:
    lines = checkpoint.read_text().splitlines(keepends=True) if checkpoint.exists() else []
    return [line for line in lines if line.startswith('["batch') and line.endswith("\n")]


@pytest.fixture(scope="module")
def windowed(whisper_folder: Path, story: Path) -> Transcript:
    """The story in windows of eight seconds, read in one go as `READ` reads it."""
    options = Options(
        model=str(whisper_folder), languages=("en",), batch_size=1, context_seconds=30, pack_seconds=5, window_seconds=8
    )
    return read(TrackReader(options), story)


def test_a_kill_in_the_middle_loses_one_batch_and_changes_no_byte(
    whisper_folder: Path, story: Path, windowed: Transcript, tmp_path: Path
) -> None:
    kept, result = tmp_path / "kept.jsonl", tmp_path / "result.json"
    process = Popen(command(whisper_folder, story, result, kept), cwd=HOME, stdout=PIPE)
    end = monotonic() + 120
    while len(batches(kept)) < 2 and monotonic() < end:
        assert process.poll() is None
        sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    before = batches(kept)
    assert not result.exists()
    assert len(before) in (2, 3)
    with kept.open("a") as file:
        file.write('["batch 2 1", {"took"')  # what a crash cuts off
    process = Popen(command(whisper_folder, story, result, kept), cwd=HOME, stdout=PIPE)
    while process.poll() is None:
        if len(found := batches(kept)) > len(before):
            assert found[: len(before)] == before
        sleep(0.05)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert not kept.exists()
    assert result.read_text() == to_json(windowed)
    assert len(windowed.segments) >= 4


def test_windows_end_in_silence(windowed: Transcript, packed: Transcript) -> None:
    """Cut in windows of eight seconds, no word is cut, lost or said twice."""
    assert Levenshtein.distance(words(windowed), words(packed)) <= 0.15 * len(words(packed))
    assert abs(len(words(windowed)) - len(words(packed))) <= 2
    assert windowed.duration == packed.duration


def test_memory_does_not_grow_with_the_length(whisper_folder: Path, told: Sound, tmp_path: Path) -> None:
    """Twenty minutes, spoken in at both ends, take as much as twenty seconds."""
    spoken, silence = told[: 4 * SAMPLE_RATE], numpy.zeros(60 * SAMPLE_RATE)
    tone = 0.05 * numpy.sin(numpy.arange(16 * SAMPLE_RATE) / 7)
    short = write(tmp_path / "short.wav", numpy.concatenate((spoken, tone)))
    long = write(tmp_path / "long.wav", numpy.concatenate((spoken, tone, *[silence] * 20, spoken)))
    most = []
    for file in (short, long):
        asked = command(whisper_folder, file, tmp_path / "made.json", tmp_path / f"{file.stem}.jsonl", 20)
        most.append(int(run(asked, cwd=HOME, check=True, timeout=120, stdout=PIPE).stdout))
    made = from_json((tmp_path / "made.json").read_bytes())
    assert made.duration > 1200
    assert made.segments[0].end < 20
    assert made.segments[-1].start > 1200
    assert most[1] < most[0] + 60  # MB; its sound alone has 77
    assert most[1] < 900


class EndsEarly(WhisperEngine):
    """The real model, but for what large ones are known for: of a chunk above ten seconds it leaves out the end."""

    def write(self, encoded: Encoded, languages: Sequence[str], **given: Any) -> list[Written]:
        """Write, and leave out the end."""
        written = super().write(encoded, languages, **given)
        return [
            one if length <= 10_000 else replace(one, pieces=one.pieces[:1], words=())
            for one, length in zip(written, encoded.lengths, strict=True)
        ]


def test_speech_that_the_model_passes_over_within_a_pack_is_read_again(whisper_folder: Path, told: Sound) -> None:
    options = Options(model=str(whisper_folder), languages=("en",), batch_size=2)
    sound = told.astype(numpy.float32)
    heard = detect(sound, options)
    window = Window(span=Span(0, sound.size // 16), samples=sound, speech=heard.chunks, sure=heard.sure)
    reader = Reader(EndsEarly(options.model, options), not_asked, options, languages_of(("en",), (), {"en"}, set()))
    pack = next_chunks(window.speech, 1, apart=0, longest=options.pack_seconds * 1000)[0]
    assert pack.length > 10_000
    batch = reader.batch(window, window.speech, (), 0)
    assert words_kept(" ".join(s.text for s in batch.segments), " ".join(SENTENCES)) > 0.8


def not_asked(language: str) -> Engine:
    raise AssertionError(f"there is no own model for {language}")
