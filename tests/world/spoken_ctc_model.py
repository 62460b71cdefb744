"""A small CTC model that reads a few words as a speech synthesizer says them: trained on the spot, in seconds.

It is a real acoustic model, of real (if synthetic) speech, and as small as one can be: log-mel features, two
convolutions, one head of letters, trained with the CTC loss (Graves et al. 2006, section 4) by Adam, in numpy alone. It
knows its own words and nothing else, and says nothing of what any other model can do.
"""

import json
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from subprocess import run
from typing import Any

import numpy
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

WORDS = ("house", "seven", "mountain", "brother", "winter")
LETTERS = "".join(sorted(set("".join(WORDS)))) + " "
"""What it writes; token 0 is the blank."""

VOICES = ("en-us", "en-us+f2", "en-us+m3")
"""Those that it was trained with."""

RATE = 16_000
_WINDOW, _HOP, _BINS, _BANDS = 512, 640, 257, 32
_WIDTH, _REACH = 64, 7
_EPOCHS, _BATCH, _RATE = 24, 21, 4e-3

Array = NDArray[Any]


def say(words: Sequence[str], *, voice: str, speed: int, pitch: int = 50) -> Array:
    """Words as the synthesizer says them in a row, as float samples at 16 kHz with silence at both ends."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", " ".join(words)]
    with wave.open(BytesIO(run(command, check=True, capture_output=True, timeout=60).stdout)) as file:
        sound = numpy.frombuffer(file.readframes(1 << 26), "<i2").astype(numpy.float64) / 32768
        rate = file.getframerate()
    at = numpy.arange(int(sound.size * RATE / rate)) * rate / RATE
    still = numpy.zeros(RATE // 10)
    return numpy.concatenate([still, numpy.interp(at, numpy.arange(sound.size), sound), still])


def _kernels() -> Array:
    """A cosine and a sine a bin, under a window: bins, twice."""
    time = numpy.arange(_WINDOW)
    angle = 2 * numpy.pi * numpy.arange(_BINS)[:, None] * time / _WINDOW
    return numpy.concatenate([numpy.cos(angle), numpy.sin(angle)]) * numpy.hanning(_WINDOW) / _WINDOW


def _mel() -> Array:
    """Triangles on the mel scale (O'Shaughnessy 1987), bands by twice the bins."""
    edges = 700 * (10 ** (numpy.linspace(0, 2595 * numpy.log10(1 + 7600 / 700), _BANDS + 2) / 2595) - 1)
    bins = numpy.arange(_BINS) * RATE / _WINDOW
    up = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = numpy.maximum(0, numpy.minimum(up, down))
    return numpy.concatenate([triangles, triangles], axis=1)


def _features(sound: Array) -> Array:
    """What the graph computes of samples, frames by bands."""
    frames = numpy.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_HOP]
    return numpy.asarray(numpy.log((frames @ _kernels().T) ** 2 @ _mel().T + 1e-6))


@dataclass
class _Net:
    """Two convolutions over frames and a head; the gradients by hand."""

    weights: list[Array]

    @classmethod
    def new(cls, generator: numpy.random.Generator) -> "_Net":
        shapes = [(_REACH * _BANDS, _WIDTH), (_REACH * _WIDTH, _WIDTH), (_WIDTH, len(LETTERS) + 1)]
        weights: list[Array] = []
        for rows, columns in shapes:
            drawn = generator.normal(0, numpy.sqrt(2 / rows), (rows, columns))
            weights += [drawn.astype(numpy.float32), numpy.zeros(columns, numpy.float32)]
        return cls(weights)

    @staticmethod
    def _around(x: Array) -> Array:
        """Of each frame the frames around it, side by side. `x`: batch, frames, channels."""
        half = _REACH // 2
        padded = numpy.pad(x, ((0, 0), (half, half), (0, 0)))
        view = numpy.lib.stride_tricks.sliding_window_view(padded, _REACH, axis=1)
        return numpy.asarray(view.transpose(0, 1, 3, 2).reshape(*x.shape[:2], -1))

    def forward(self, x: Array) -> tuple[Array, list[Array]]:
        a, b, c, d, e, f = self.weights
        one = self._around(x)
        first = numpy.maximum(0, one @ a + b)
        two = self._around(first)
        second = numpy.maximum(0, two @ c + d)
        return second @ e + f, [one, first, two, second]

    def backward(self, grad: Array, kept: list[Array]) -> list[Array]:
        _, _, c, _, e, _ = self.weights
        one, first, two, second = kept

        def outer(inputs: Array, outputs: Array) -> Array:
            return numpy.asarray(inputs.reshape(-1, inputs.shape[-1]).T @ outputs.reshape(-1, outputs.shape[-1]))

        later = (grad @ e.T) * (second > 0)
        wide = (later @ c.T).reshape(*first.shape[:2], _REACH, _WIDTH)
        half = _REACH // 2
        padded = numpy.zeros((first.shape[0], first.shape[1] + 2 * half, _WIDTH), numpy.float32)
        for offset in range(_REACH):
            padded[:, offset : offset + first.shape[1]] += wide[:, :, offset]
        earlier = padded[:, half : half + first.shape[1]] * (first > 0)
        sums = [grad.sum((0, 1)), later.sum((0, 1)), earlier.sum((0, 1))]
        return [outer(one, earlier), sums[2], outer(two, later), sums[1], outer(second, grad), sums[0]]


def _loss_gradient(logits: Array, lengths: Array, labels: Array, label_lengths: Array) -> Array:
    """The gradient of the CTC loss of a batch by the logits: forward and backward variables in logarithms."""
    batch, frames, _ = logits.shape
    logs = logits - logits.max(-1, keepdims=True)
    logs -= numpy.log(numpy.exp(logs).sum(-1, keepdims=True))
    states = 2 * labels.shape[1] + 1
    rows = numpy.zeros((batch, states), int)
    rows[:, 1::2] = labels
    skips = numpy.zeros((batch, states), bool)
    skips[:, 2:] = (rows[:, 2:] != 0) & (rows[:, 2:] != rows[:, :-2])
    emitted = numpy.take_along_axis(logs, numpy.broadcast_to(rows[:, None], (batch, frames, states)), 2)
    never = -1e30
    last = 2 * label_lengths
    every = numpy.arange(batch)

    def step(before: Array, skip: Array) -> Array:
        one = numpy.concatenate([numpy.full((batch, 1), never), before[:, :-1]], 1)
        two = numpy.where(skip, numpy.concatenate([numpy.full((batch, 2), never), before[:, :-2]], 1), never)
        return numpy.asarray(numpy.logaddexp(numpy.logaddexp(before, one), two))

    alpha = numpy.full((frames, batch, states), never)
    alpha[0, :, :2] = emitted[:, 0, :2]
    for t in range(1, frames):
        alpha[t] = step(alpha[t - 1], skips) + emitted[:, t]
    beta = numpy.full((frames, batch, states), never)
    back = numpy.zeros((batch, states), bool)
    back[:, :-2] = skips[:, 2:]
    for t in range(frames - 1, -1, -1):
        ends = t == lengths - 1
        if t + 1 < frames:
            after = beta[t + 1] + emitted[:, t + 1]
            beta[t] = step(after[:, ::-1], back[:, ::-1])[:, ::-1]
        beta[t, ends] = never
        beta[t, every[ends], last[ends]] = 0
        beta[t, every[ends], last[ends] - 1] = 0
    total = numpy.logaddexp(alpha[lengths - 1, every, last], alpha[lengths - 1, every, last - 1])
    posterior = numpy.exp(numpy.minimum(0, (alpha + beta).transpose(1, 0, 2) - total[:, None, None]))
    gradient = numpy.exp(logs)
    for token in range(logits.shape[-1]):
        gradient[:, :, token] -= (posterior * (rows == token)[:, None]).sum(-1)
    gradient *= (numpy.arange(frames) < lengths[:, None])[:, :, None]
    return numpy.asarray(gradient / batch, numpy.float32)


def train(*, seed: int = 1, phrases: int = 56) -> tuple[_Net, Array, Array]:
    """The net after training, with the mean and the deviation of its features."""
    generator = numpy.random.default_rng(seed)
    sounds, texts = [], []
    for number in range(phrases * len(VOICES)):
        words = [WORDS[n] for n in generator.integers(0, len(WORDS), generator.integers(1, 4))]
        speed, pitch = int(generator.integers(110, 180)), int(generator.integers(30, 70))
        sounds.append(_features(say(words, voice=VOICES[number % len(VOICES)], speed=speed, pitch=pitch)))
        texts.append(" ".join(words))
    every = numpy.concatenate(sounds)
    mean, deviation = every.mean(0), every.std(0)
    net = _Net.new(generator)
    moments = [[numpy.zeros_like(w), numpy.zeros_like(w)] for w in net.weights]
    steps = 0
    for epoch in range(_EPOCHS):
        rate = _RATE * (1 - epoch / _EPOCHS)
        order = generator.permutation(len(sounds))
        for begin in range(0, len(order), _BATCH):
            chosen = order[begin : begin + _BATCH]
            lengths = numpy.array([len(sounds[n]) for n in chosen])
            x = numpy.zeros((len(chosen), lengths.max(), _BANDS), numpy.float32)
            labels = numpy.zeros((len(chosen), max(len(texts[n]) for n in chosen)), int)
            for row, n in enumerate(chosen):
                x[row, : lengths[row]] = (sounds[n] - mean) / deviation
                labels[row, : len(texts[n])] = [LETTERS.index(letter) + 1 for letter in texts[n]]
            logits, kept = net.forward(x)
            gradient = _loss_gradient(logits, lengths, labels, numpy.array([len(texts[n]) for n in chosen]))
            steps += 1
            for weight, grad, moment in zip(net.weights, net.backward(gradient, kept), moments, strict=True):
                moment[0] = 0.9 * moment[0] + 0.1 * grad
                moment[1] = 0.999 * moment[1] + 0.001 * grad**2
                size = numpy.sqrt(moment[1] / (1 - 0.999**steps)) + 1e-8
                weight -= rate * moment[0] / (1 - 0.9**steps) / size
    return net, mean, deviation


def make_spoken_model(folder: Path) -> Path:
    """Train, and write a folder as onnx-asr has it of Wav2Vec2: samples in, logits out, a list of tokens."""
    net, mean, deviation = train()
    a, b, c, d, e, f = net.weights

    def kernel(weights: Array, channels: int) -> Array:
        return numpy.asarray(weights.reshape(-1, channels, weights.shape[1]).transpose(2, 1, 0))

    half = [_REACH // 2, _REACH // 2]
    constants = {
        "one": numpy.array([1], numpy.int64),
        "kernels": _kernels()[:, None],
        "mel": _mel()[:, :, None],
        "least": numpy.array(1e-6),
        "mean": mean[:, None],
        "deviation": deviation[:, None],
        "a": kernel(a, _BANDS),
        "b": b,
        "c": kernel(c, _WIDTH),
        "d": d,
        "e": kernel(e, _WIDTH),
        "f": f,
    }
    nodes = [
        helper.make_node("Unsqueeze", ["input_values", "one"], ["row"]),
        helper.make_node("Conv", ["row", "kernels"], ["waves"], strides=[_HOP]),
        helper.make_node("Mul", ["waves", "waves"], ["power"]),
        helper.make_node("Conv", ["power", "mel"], ["bands"]),
        helper.make_node("Add", ["bands", "least"], ["positive"]),
        helper.make_node("Log", ["positive"], ["loud"]),
        helper.make_node("Sub", ["loud", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "deviation"], ["even"]),
        helper.make_node("Conv", ["even", "a", "b"], ["first"], pads=half),
        helper.make_node("Relu", ["first"], ["first+"]),
        helper.make_node("Conv", ["first+", "c", "d"], ["second"], pads=half),
        helper.make_node("Relu", ["second"], ["second+"]),
        helper.make_node("Conv", ["second+", "e", "f"], ["scores"]),
        helper.make_node("Transpose", ["scores"], ["logits"], perm=[0, 2, 1]),
    ]
    tensors = [
        numpy_helper.from_array(value if value.dtype == numpy.int64 else value.astype(numpy.float32), name)
        for name, value in constants.items()
    ]
    inputs = [helper.make_tensor_value_info("input_values", TensorProto.FLOAT, ["batch", "samples"])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "frames", len(LETTERS) + 1])]
    graph = helper.make_graph(nodes, "words", inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.onnx"))
    texts = ["<blk>", *("▁" if letter == " " else letter for letter in LETTERS)]
    lines = [f"{text} {number}" for number, text in enumerate(texts)]
    (folder / "vocab.txt").write_text("\n".join(lines) + "\n", "utf-8")
    config = {"model_type": "wav2vec2-ctc", "subsampling_factor": _HOP}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder
