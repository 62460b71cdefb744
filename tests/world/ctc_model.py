"""A CTC model that writes known letters for known tones, made on the spot as an ONNX graph, in every folder layout.

It is no speech model, and no test with it says anything of one. What it writes is known beforehand: each letter has a
tone of its own, silence is the blank, and a tone for the space parts words. So times, words, blanks, repeats and
vocabularies are checked by right answers.

Of samples, a bank of filters (a cosine and a sine under a Hann window of 25 ms, every 20 ms) measures the energy at
each tone; of log-mel features, the band that a tone falls into is read. The logarithm of either is the letter's logit,
and a constant is the blank's. NeMo's features are normalized band by band over the whole sound, so that what is said to
such a model must have all of its letters.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from pathlib import Path
from typing import Any, Literal

import numpy
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Layout = Literal["omnilingual", "wav2vec2", "transformers", "gigaam", "nemo"]
LAYOUTS: tuple[Layout, ...] = ("omnilingual", "wav2vec2", "transformers", "gigaam", "nemo")

RATE = 16_000
LETTERS = "abcdelmnorst "
"""What the model writes, the space too."""

_WINDOW, _HOP = 400, 320
_LOWEST, _APART = 400, 180
_GAIN = 4.0
_STEPS = {"omnilingual": 20, "wav2vec2": 20, "transformers": 20, "gigaam": 40, "nemo": 80}


def step_of(layout: Layout) -> int:
    """The ms of a frame."""
    return _STEPS[layout]


@dataclass(frozen=True)
class CtcModel:
    """A folder with a model, and the tone of each letter, in Hz."""

    folder: Path
    layout: Layout
    tones: dict[str, float]

    def sound(self, text: str, *, tone_ms: int = 200, gap_ms: int = 100, before_ms: int = 300) -> NDArray[Any]:
        """Samples that say a text: a tone a letter, silence between them, before the first and after the last."""
        silence = numpy.zeros(gap_ms * RATE // 1000, numpy.float32)
        edge = numpy.zeros(before_ms * RATE // 1000, numpy.float32)
        parts: list[NDArray[Any]] = [edge]
        for letter in text:
            parts += [self.tone(letter, tone_ms), silence]
        return numpy.concatenate([*parts[:-1], edge]) if text else numpy.concatenate([edge, edge])

    def tone(self, letter: str, ms: int) -> NDArray[Any]:
        """The tone of a letter, faded in and out within 5 ms."""
        time = numpy.arange(ms * RATE // 1000) / RATE
        fade = numpy.minimum(1, numpy.minimum(time, time[::-1]) / 0.005)
        return (0.5 * fade * numpy.sin(2 * pi * self.tones[letter] * time)).astype(numpy.float32)


def make_ctc_model(
    folder: Path,
    layout: Layout = "omnilingual",
    *,
    letters: str = LETTERS,
    quantized: bool = False,
    apart: bool = False,
    lowest: int = _LOWEST,
    blank_logit: float | None = None,
) -> CtcModel:
    """Make a model in `folder`; of the layouts that take samples, the tones begin at `lowest` Hz.

    `quantized` is it only by its file's name; its weights lie `apart` from the graph if so asked. `blank_logit` is the
    logarithm of the energy below which a tone is silence.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bands = _bands(layout)
    tones = _tones(letters, lowest) if bands is None else _tones_of_bands(letters, bands)
    body = _of_samples(tones) if bands is None else _of_features(tones, bands, layout)
    graph = _graph(layout, len(letters), body, blank_logit)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    if layout == "omnilingual":
        helper.set_model_props(model, {"model_type": "omnilingual-asr", "version": "1", "sample_rate": "16000"})
    onnx.checker.check_model(model)
    suffix = ".int8.onnx" if quantized else ".onnx"
    name = ("v2_ctc" if layout == "gigaam" else "model") + suffix
    onnx.save(
        model,
        str(folder / name),
        save_as_external_data=apart,
        location=f"{name}.data",
        size_threshold=1000,
        convert_attribute=False,
    )
    _write_vocabulary(folder, layout, letters)
    return CtcModel(folder, layout, tones)


def _tones(letters: str, lowest: int) -> dict[str, float]:
    return {letter: float(lowest + _APART * number) for number, letter in enumerate(letters)}


def _bands(layout: Layout) -> NDArray[Any] | None:
    """The mel filters of the features that a layout takes, frequencies by bands; None of samples."""
    if layout not in ("gigaam", "nemo"):
        return None
    from onnx_asr.preprocessors.numpy_preprocessor import GigaamPreprocessorNumpy, NemoPreprocessorNumpy

    made = GigaamPreprocessorNumpy("gigaam_v2") if layout == "gigaam" else NemoPreprocessorNumpy("nemo80")
    return numpy.asarray(made._melscale_fbanks)


def _band(number: int, bands: NDArray[Any]) -> int:
    return int(bands.shape[1]) // 4 + 3 * number


def _tones_of_bands(letters: str, bands: NDArray[Any]) -> dict[str, float]:
    """A tone in the middle of every third band."""
    bins = bands.shape[0]
    found = {}
    for number, letter in enumerate(letters):
        band = bands[:, _band(number, bands)]
        found[letter] = float(numpy.average(numpy.arange(bins), weights=band) * RATE / 2 / (bins - 1))
    return found


def _constant(name: str, value: NDArray[Any]) -> Any:
    return numpy_helper.from_array(value, name)


def _of_samples(tones: dict[str, float]) -> tuple[list[Any], list[Any]]:
    """Nodes from `sound` to `letters`, letters by frames: the logarithm of the energy at each tone."""
    time = numpy.arange(_WINDOW) / RATE
    window = numpy.hanning(_WINDOW)
    waves = [wave(2 * pi * tone * time) * window for tone in tones.values() for wave in (numpy.cos, numpy.sin)]
    kernels = numpy.array(waves, numpy.float32)[:, None, :] / _WINDOW
    pairs = numpy.zeros((len(tones), 2 * len(tones), 1), numpy.float32)
    for number in range(len(tones)):
        pairs[number, 2 * number : 2 * number + 2] = 1
    nodes = [
        helper.make_node("Unsqueeze", ["sound", "one"], ["framed"]),
        helper.make_node("Conv", ["framed", "kernels"], ["waves"], strides=[_HOP]),
        helper.make_node("Mul", ["waves", "waves"], ["squares"]),
        helper.make_node("Conv", ["squares", "pairs"], ["energy"]),
        helper.make_node("Add", ["energy", "least"], ["positive"]),
        helper.make_node("Log", ["positive"], ["loud"]),
        helper.make_node("Mul", ["loud", "gain"], ["letters"]),
    ]
    constants = [
        _constant("one", numpy.array([1], numpy.int64)),
        _constant("kernels", kernels.astype(numpy.float32)),
        _constant("pairs", pairs),
        _constant("least", numpy.array(1e-8, numpy.float32)),
        _constant("gain", numpy.array(_GAIN, numpy.float32)),
    ]
    return nodes, constants


def _of_features(tones: dict[str, float], bands: NDArray[Any], layout: Layout) -> tuple[list[Any], list[Any]]:
    """The same of log-mel features: each letter's band, and of so many frames the mean as one."""
    chosen = numpy.array([_band(number, bands) for number in range(len(tones))], numpy.int64)
    every = 4 if layout == "gigaam" else 8
    nodes = [
        helper.make_node("Gather", ["sound", "chosen"], ["own"], axis=1),
        helper.make_node("AveragePool", ["own"], ["pooled"], kernel_shape=[every], strides=[every], ceil_mode=1),
        helper.make_node("Mul", ["pooled", "gain"], ["letters"]),
    ]
    return nodes, [_constant("chosen", chosen), _constant("gain", numpy.array(_GAIN, numpy.float32))]


_NAMES: dict[Layout, tuple[str, str]] = {
    "omnilingual": ("x", "logits"),
    "wav2vec2": ("input_values", "logprobs"),
    "transformers": ("input_values", "logits"),
    "gigaam": ("features", "log_probs"),
    "nemo": ("audio_signal", "logprobs"),
}
"""What each maker calls the input and the output."""

_BLANK_LOGITS = {"omnilingual": -2.0, "wav2vec2": -6.0, "transformers": -2.0, "gigaam": 2.0, "nemo": 1.0}
"""The blank's, before the gain: above it a letter is written."""


def _graph(layout: Layout, count: int, body: tuple[list[Any], list[Any]], blank_logit: float | None) -> Any:
    """The whole graph: the blank before the letters, or behind them, as the layout numbers them."""
    nodes, constants = body
    level = (_BLANK_LOGITS[layout] if blank_logit is None else blank_logit) * _GAIN
    taken, written = _NAMES[layout]
    for node in nodes:
        node.input[:] = [taken if name == "sound" else name for name in node.input]
    last = layout in ("wav2vec2", "gigaam", "nemo")
    nodes = [
        *nodes,
        helper.make_node("Slice", ["letters", "zero", "first", "axis"], ["row"]),
        helper.make_node("Mul", ["row", "nothing"], ["silent"]),
        helper.make_node("Add", ["silent", "level"], ["blank"]),
        helper.make_node("Concat", ["letters", "blank"] if last else ["blank", "letters"], ["scores"], axis=1),
        helper.make_node("Transpose", ["scores"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("LogSoftmax", ["turned"], [written], axis=-1)
        if written != "logits"
        else helper.make_node("Identity", ["turned"], [written]),
    ]
    constants = [
        *constants,
        _constant("zero", numpy.array([0], numpy.int64)),
        _constant("first", numpy.array([1], numpy.int64)),
        _constant("axis", numpy.array([1], numpy.int64)),
        _constant("nothing", numpy.array(0, numpy.float32)),
        _constant("level", numpy.array(level, numpy.float32)),
    ]
    shapes: dict[str, list[Any]] = {"gigaam": ["batch", 64, "frames"], "nemo": ["batch", 80, "frames"]}
    inputs = [helper.make_tensor_value_info(taken, TensorProto.FLOAT, shapes.get(layout, ["batch", "samples"]))]
    lengths = {"wav2vec2": "input_lengths", "gigaam": "feature_lengths", "nemo": "length"}
    if layout in lengths:
        inputs.append(helper.make_tensor_value_info(lengths[layout], TensorProto.INT64, ["batch"]))
    output = helper.make_tensor_value_info(written, TensorProto.FLOAT, ["batch", "steps", count + 1])
    return helper.make_graph(nodes, "tones", inputs, [output], constants)


def _write_vocabulary(folder: Path, layout: Layout, letters: str) -> None:
    """The vocabulary and the settings beside the graph, as the layout's maker writes them."""
    if layout == "omnilingual":
        lines = ["<s> 0", *(f"{letter} {number}" for number, letter in enumerate(letters, start=1))]
        _write(folder / "tokens.txt", lines)
        return
    if layout == "transformers":
        numbers = {"<pad>": 0} | {("|" if x == " " else x): n for n, x in enumerate(letters, start=1)}
        (folder / "vocab.json").write_text(json.dumps(numbers, ensure_ascii=False), "utf-8")
        config = {"model_type": "wav2vec2", "pad_token_id": 0, "conv_stride": [5, 2, 2, 2, 2, 2, 2]}
        (folder / "config.json").write_text(json.dumps(config), "utf-8")
        (folder / "preprocessor_config.json").write_text(json.dumps({"do_normalize": True}), "utf-8")
        return
    texts = ["▁" if letter == " " else letter for letter in letters]
    lines = [*(f"{text} {number}" for number, text in enumerate(texts)), f"<blk> {len(texts)}"]
    _write(folder / ("v2_vocab.txt" if layout == "gigaam" else "vocab.txt"), lines)
    configs: dict[str, dict[str, Any]] = {
        "wav2vec2": {"model_type": "wav2vec2-ctc", "subsampling_factor": 320},
        "gigaam": {"model_type": "gigaam-v2-ctc", "version": "v2", "features_size": 64, "subsampling_factor": 4},
        "nemo": {"model_type": "nemo-conformer-ctc", "features_size": 80, "subsampling_factor": 8},
    }
    (folder / "config.json").write_text(json.dumps(configs[layout]), "utf-8")


def _write(file: Path, lines: Sequence[str]) -> None:
    file.write_text("\n".join(lines) + "\n", "utf-8")
