"""CTC models by right answers: a made-up one writes known letters for known tones, in each layout that is read."""

import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy
import onnx
import onnx_asr
import pytest

from tests.support.packages import HOME
from tests.world.ctc_model import LAYOUTS, CtcModel, Layout, make_ctc_model, step_of
from transcription.engines.ctc_engine import CtcEngine
from transcription.engines.engine import TimedWord, Written
from transcription.errors import ModelError
from transcription.records import Options

ABLE = "abel "
"""Few letters, so that NeMo's features, which are normalized over the whole sound, know each of them."""


def read(model: CtcModel, *sounds: numpy.typing.NDArray[numpy.float32], language: str = "kk") -> list[Written]:
    engine = CtcEngine(str(model.folder), Options())
    return engine.write(engine.encode(sounds), [language] * len(sounds), words=True)


def spans(words: tuple[TimedWord, ...]) -> list[tuple[str, int, int]]:
    return [(word.text.strip(), word.start, word.end) for word in words]


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> CtcModel:
    return make_ctc_model(tmp_path_factory.mktemp("models") / "tones")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_words_stand_where_they_were_said(tmp_path: Path, layout: Layout) -> None:
    """Tones of 240 ms after pauses of as much, from 480 ms on: whole frames in every layout."""
    model = make_ctc_model(tmp_path / "model", layout, letters=ABLE)
    sound = model.sound("a bell able", tone_ms=240, gap_ms=240, before_ms=480)
    [written] = read(model, sound)
    assert written.text == " a bell able"
    step = step_of(layout)
    for (text, start, end), (said, begins, ends) in zip(
        spans(written.words), [("a", 480, 720), ("bell", 1440, 3120), ("able", 3840, 5520)], strict=True
    ):
        assert text == said
        assert abs(start - begins) <= step
        assert abs(end - ends) <= step
    assert all(0.5 < word.probability <= 1 for word in written.words)
    assert -0.5 < written.avg_logprob <= 0
    assert written.no_speech_prob is None


def test_a_letter_is_double_where_a_blank_parts_it_and_single_where_none_does(tones: CtcModel) -> None:
    parted, held = tones.sound("ll", gap_ms=60), tones.sound("l", tone_ms=460)
    assert [one.text for one in read(tones, parted, held)] == [" ll", " l"]


def test_what_follows_without_a_pause_is_another_letter(tones: CtcModel) -> None:
    assert [one.text for one in read(tones, tones.sound("abe", gap_ms=0))] == [" abe"]


def test_silence_is_nothing(tones: CtcModel) -> None:
    [written] = read(tones, numpy.zeros(32_000, numpy.float32))
    assert (written.text, written.words, written.pieces, written.avg_logprob) == ("", (), (), 0.0)


@pytest.mark.parametrize(
    ("told", "pieces"),
    [
        ({}, [" bed cat", " some", " note"]),
        ({"pad_ms": 400}, [" bed cat", " some", " note"]),
        ({"pad_ms": 400, "min_silence_ms": 2000}, [" bed cat some", " note"]),
        ({"pad_ms": 0}, [" bed cat", " some", " note"]),
    ],
)
def test_text_is_cut_at_pauses_of_the_least_silence_or_of_what_parts_packed_speech(
    tones: CtcModel, told: dict[str, int], pieces: list[str]
) -> None:
    """By default 400 ms: twice `pad_ms`, and never less than 200. Here 120 ms, 700 and 1300 part the words."""
    words = [tones.sound(word, tone_ms=100, gap_ms=40, before_ms=10) for word in ("bed", " cat", " some", " note")]
    parts = [words[0]]
    for pause, word in zip((0, 560, 1160), words[1:], strict=True):
        parts += [numpy.zeros(pause * 16, numpy.float32), word]
    engine = CtcEngine(str(tones.folder), Options.model_validate(told))
    [written] = engine.write(engine.encode([numpy.concatenate(parts)]), ["kk"])
    assert [piece.text for piece in written.pieces] == pieces
    assert all(a.end < b.start for a, b in pairwise(written.pieces))


def test_a_word_is_no_worse_for_being_long_and_is_the_geometric_mean_of_its_letters(tones: CtcModel) -> None:
    [written] = read(tones, tones.sound("a rrrrrrrrrr"))
    short, long_ = written.words
    assert abs(short.probability - long_.probability) < 0.01
    loud, silence = tones.tone("a", 400), numpy.zeros(1600, numpy.float32)
    faint = (tones.tone("b", 400) * 0.9).astype(numpy.float32)
    space = tones.tone(" ", 200)
    [apart] = read(tones, numpy.concatenate([loud, silence, space, silence, faint, silence, space, silence]))
    [together] = read(tones, numpy.concatenate([loud, silence, faint, silence, space, silence, space, silence]))
    assert (apart.text, together.text) == (" a b", " ab")
    clear, doubtful = (word.probability for word in apart.words)
    assert 0 < doubtful < clear < 1
    assert together.words[0].probability == pytest.approx((clear * doubtful) ** 0.5, abs=0.02)
    assert numpy.exp(together.avg_logprob) < clear


def test_where_no_spaces_are_written_each_token_is_a_word(tmp_path: Path) -> None:
    model = make_ctc_model(tmp_path / "han", letters="我们说话 ")
    [han] = read(model, model.sound("我们 说话"), language="zh")
    assert han.text == "我们 说话"
    assert [word.text for word in han.words] == ["我", "们", " 说", "话"]
    [spaced] = read(model, model.sound("我们 说话"), language="kk")
    assert [word.text for word in spaced.words] == [" 我们", " 说话"]


def test_uyghur_letters_come_out_as_they_are(tmp_path: Path) -> None:
    model = make_ctc_model(tmp_path / "ug", letters="سالمەنيڭى ")
    [written] = read(model, model.sound("سالام مەن"), language="ug")
    assert written.text == " سالام مەن"


def test_a_chunk_longer_than_the_model_takes_is_cut_in_silence(tmp_path: Path) -> None:
    """GigaAM takes 25 s. Words of 2 s with half a second between: each comes out whole, at its time."""
    model = make_ctc_model(tmp_path / "gigaam", "gigaam", letters=ABLE)
    word = numpy.concatenate([model.tone("a", 1960), numpy.zeros(8640, numpy.float32)])
    sound = numpy.concatenate([numpy.zeros(6400, numpy.float32), *[word] * 11])
    engine = CtcEngine(str(model.folder), Options())
    assert engine.longest_ms == 25_000 < sound.size / 16
    [written] = engine.write(engine.encode([sound]), ["kk"], words=True)
    letters = "".join(one.text for one in written.words).strip()
    assert letters == "a" * 11
    pieces = [(piece.start, piece.end) for piece in engine.write(engine.encode([sound]), ["kk"])[0].pieces]
    assert pieces[0][0] == 400
    assert abs(pieces[-1][1] - (400 + 10 * 2500 + 1960)) <= 40


@pytest.mark.parametrize(("layout", "name"), [("gigaam", "gigaam-v2-ctc"), ("nemo", "nemo-conformer-ctc")])
def test_tokens_and_their_frames_are_those_that_onnx_asr_finds(tmp_path: Path, layout: Layout, name: str) -> None:
    """The same model, decoded by the library whose features we take."""
    model = make_ctc_model(tmp_path / "model", layout, letters=ABLE)
    sound = model.sound("a bell able", tone_ms=240, gap_ms=240)
    theirs = onnx_asr.load_model(name, model.folder).with_timestamps().recognize(sound)
    [ours] = read(model, sound)
    assert ours.text.split() == theirs.text.split() == ["a", "bell", "able"]
    assert theirs.tokens is not None
    assert theirs.timestamps is not None
    begins = [
        round(at * 1000)
        for before, token, at in zip([" ", *theirs.tokens], theirs.tokens, theirs.timestamps, strict=False)
        if before == " " and token != " "
    ]
    assert [word.start for word in ours.words] == begins


def test_weights_beside_the_graph_are_in_the_digest(tmp_path: Path) -> None:
    model = make_ctc_model(tmp_path / "apart", apart=True)
    graph, beside = model.folder / "model.onnx", model.folder / "model.onnx.data"
    engine = CtcEngine(str(model.folder), Options())
    assert engine.digest == sha256(graph.read_bytes() + beside.read_bytes()).hexdigest()
    whole = make_ctc_model(tmp_path / "whole")
    alone = CtcEngine(str(whole.folder), Options())
    assert alone.digest == sha256((whole.folder / "model.onnx").read_bytes()).hexdigest()
    sound = model.sound("bed")
    assert [w.text for w in read(model, sound)] == [w.text for w in read(whole, sound)]


def test_of_two_precisions_a_processor_reads_the_quantized_one(tmp_path: Path) -> None:
    folder = tmp_path / "both"
    make_ctc_model(folder)
    assert CtcEngine(str(folder), Options()).compute_type == "float32"
    make_ctc_model(folder, quantized=True)
    engine = CtcEngine(str(folder), Options(device="cpu"))
    assert (engine.compute_type, engine.device, engine.name) == ("int8", "cpu", "both")


def test_what_makers_say_their_models_write(tmp_path: Path) -> None:
    omnilingual = CtcEngine(str(make_ctc_model(tmp_path / "o").folder), Options())
    gigaam = CtcEngine(str(make_ctc_model(tmp_path / "g", "gigaam", letters=ABLE).folder), Options())
    own = CtcEngine(str(make_ctc_model(tmp_path / "w", "wav2vec2").folder), Options())
    assert {"ug", "kk", "ky"} <= omnilingual.languages
    assert "ug" not in gigaam.languages
    assert "ky" in gigaam.languages
    assert own.languages == frozenset()
    assert omnilingual.longest_ms == 40_000


def test_a_model_with_stops_and_capitals_is_said_to_write_them(tmp_path: Path) -> None:
    bare = CtcEngine(str(make_ctc_model(tmp_path / "bare", "wav2vec2", letters="abc ").folder), Options())
    whole = CtcEngine(str(make_ctc_model(tmp_path / "whole", "wav2vec2", letters="abcA., ").folder), Options())
    arabic = CtcEngine(str(make_ctc_model(tmp_path / "arabic", "wav2vec2", letters="سا.، ").folder), Options())
    assert ["punctuation" in one.lacks for one in (bare, whole, arabic)] == [True, False, False]


def test_controls_write_nothing(tmp_path: Path) -> None:
    model = make_ctc_model(tmp_path / "controls", letters="abx")
    tokens = model.folder / "tokens.txt"
    tokens.write_text(tokens.read_text("utf-8").replace("x 3", "<unk> 3"), "utf-8")
    assert read(model, model.sound("axb"))[0].text == " ab"


def test_tokens_that_were_added_to_a_vocabulary_are_in_a_file_of_their_own(tmp_path: Path) -> None:
    """As those who train Wav2Vec2 for a language leave them: `<s>` and `</s>` behind the letters."""
    model = make_ctc_model(tmp_path / "added", "transformers", letters="abx")
    vocabulary, added = model.folder / "vocab.json", model.folder / "added_tokens.json"
    numbers = json.loads(vocabulary.read_text("utf-8"))
    added.write_text(json.dumps({"</s>": numbers.pop("x")}), "utf-8")
    vocabulary.write_text(json.dumps(numbers), "utf-8")
    assert read(model, model.sound("axb"))[0].text == " ab"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("no folder", "is no folder; `thirdcopy models list` says where"),
        ("empty", "its folder lacks model.onnx"),
        ("no tokens", "its folder lacks tokens.txt"),
        ("a hole", "its tokens.txt does not number its tokens from 0"),
        ("no number", "line 2 of its tokens.txt is no token and its number"),
        ("no blank", "its tokens.txt names no blank"),
        ("bytes", "writes bytes (<0x41>) instead of letters"),
        ("not text", "its tokens.txt is no UTF-8 text"),
        ("not json", "its config.json is no JSON"),
        ("strides", "its config.json has no sensible conv_stride"),
        ("another kind", "its config.json says 'whisper', which is not read here"),
        ("two models", "its folder has several models: model.onnx, other.onnx"),
        ("no onnx", "its model.onnx cannot be loaded"),
        ("cut off", "its model.onnx cannot be loaded"),
        ("of sherpa's", "of the kind 'EncDecCTCModel'"),
        ("too few tokens", "writes 14 tokens a frame, and its vocabulary has 3"),
        ("another step", "writes 149 frames for 3.0 s of sound, and its files say one in 80 ms"),
        ("no device", "cannot be loaded on cuda"),
    ],
)
def test_a_folder_that_is_no_such_model_says_what_it_lacks(tmp_path: Path, harm: str, said: str) -> None:
    layout: Layout = "wav2vec2" if harm == "another step" else "omnilingual"
    folder = make_ctc_model(tmp_path / "model", layout).folder
    graph, tokens = folder / "model.onnx", folder / "tokens.txt"
    options = Options(device="cuda") if harm == "no device" else Options()
    if harm == "no folder":
        shutil.rmtree(folder)
    elif harm == "empty":
        graph.unlink()
    elif harm == "no tokens":
        tokens.unlink()
    elif harm == "not text":
        tokens.write_bytes(b"\xff 0\n")
    elif harm in ("not json", "another kind"):
        (folder / "config.json").write_text("{" if harm == "not json" else '{"model_type": "whisper"}', "utf-8")
    elif harm == "strides":
        strides = json.dumps([999] * 100_000)
        (folder / "config.json").write_text(f'{{"model_type": "wav2vec2", "conv_stride": {strides}}}', "utf-8")
    elif harm == "two models":
        shutil.copy(graph, folder / "other.onnx")
    elif harm == "no onnx":
        graph.write_bytes(b"<html>not found</html>")
    elif harm == "cut off":
        graph.write_bytes(graph.read_bytes()[:1000])
    elif harm == "of sherpa's":
        model = onnx.load(str(graph))
        onnx.helper.set_model_props(model, {"model_type": "EncDecCTCModel"})
        onnx.save(model, str(graph))
    elif harm == "another step":
        config = {"model_type": "wav2vec2-ctc", "subsampling_factor": 1280}
        (folder / "config.json").write_text(json.dumps(config), "utf-8")
    elif harm != "no device":
        lines = {
            "a hole": "<s> 0\na 1\nb 3\n",
            "no number": "<s> 0\na one\n",
            "no blank": "a 0\nb 1\n",
            "bytes": "<s> 0\n<0x41> 1\n",
            "too few tokens": "<s> 0\na 1\nb 2\n",
        }
        tokens.write_text(lines[harm], "utf-8")
    with pytest.raises(ModelError, match=re.escape(said)) as error:
        read_with(folder, options)
    assert str(folder) in str(error.value)


def read_with(folder: Path, options: Options) -> None:
    engine = CtcEngine(str(folder), options)
    engine.write(engine.encode([numpy.zeros(48_000, numpy.float32)]), ["kk"])


HELD = """
import resource, sys
import numpy
from transcription.engines.ctc_engine import CtcEngine
from transcription.records import Options

engine = CtcEngine(sys.argv[1], Options(threads=1))
sound = numpy.random.default_rng(1).normal(0, 0.1, 30 * 16_000).astype(numpy.float32)
engine.write(engine.encode([sound] * 2), ["zh"] * 2, words=True)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
engine.write(engine.encode([sound] * 30), ["zh"] * 30, words=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_what_a_batch_takes_does_not_grow_with_the_vocabulary(tmp_path: Path) -> None:
    """The scores of 30 chunks are 144 MB; what is kept of them is 0.4."""
    model = make_ctc_model(tmp_path / "many", letters="".join(map(chr, range(0x4E00, 0x4E00 + 800))))
    command = [sys.executable, "-c", HELD, str(model.folder)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=200, check=True)
    assert int(done.stdout) < 40_000 * (1024 if sys.platform == "darwin" else 1)


HIDDEN = """
import sys
sys.modules["onnx_asr"] = None
sys.modules["onnx"] = None
import flows.cli.app
import transcription.hearing.track_reading
from transcription.engines.engine_loading import load_engine
from transcription.errors import ModelError
from transcription.records import Options
print(load_engine("ctc", sys.argv[1], Options()).name)
try:
    load_engine("ctc", sys.argv[2], Options())
except ModelError as error:
    print(error)
"""


def test_without_the_optional_library_all_else_works_and_a_model_that_needs_it_says_what_to_install(
    tmp_path: Path,
) -> None:
    samples = make_ctc_model(tmp_path / "samples").folder
    features = make_ctc_model(tmp_path / "features", "gigaam", letters=ABLE).folder
    command = [sys.executable, "-c", HIDDEN, str(samples), str(features)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=120, check=True)
    name, told = done.stdout.splitlines()
    assert name == "samples"
    assert "takes features of onnx-asr's, which is not installed: pip install 'thirdcopy[ctc]'" in told
