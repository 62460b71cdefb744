#!/bin/sh
# sherpa-onnx 2.0.1: of a model with CTC an offline recognizer gives tokens and their times, but never how sure it is.
#
# The result has a list for it, `ys_log_probs`, which recognizers of transducers fill. For a CTC model the greedy
# decoder looks at the log-probabilities, takes the likeliest token of each frame, and lets the figure go: the list is
# there and empty, with no word that it is not to be had. A program that reads it as "nothing was doubtful" is wrong; one
# that pairs it with the tokens by zip() loses all of them. Tried here in the form of Omnilingual ASR; the decoder is the
# one of other families with CTC too. (An open change of 2026 would fill it: pull request 3630.)
#
# The model here is made on the spot: its one layer writes `a` where samples are above zero, `b` where they are below,
# and is as sure of it as it is told to be.
#
# Seen with sherpa-onnx 2.0.1, onnx 1.20.1 and numpy 2.2.6. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sherpa-onnx==2.0.1 onnx==1.20.1 numpy==2.2.6
FOLDER=$folder "$folder/venv/bin/python" - <<'PYTHON'
import os

import numpy as np
import onnx
import sherpa_onnx
from onnx import TensorProto, helper, numpy_helper

RATE, HOP = 16_000, 320
FOLDER = os.environ["FOLDER"]


def constant(name, value):
    return numpy_helper.from_array(np.array(value, np.float32), name)


# Per 20 ms: the blank has a small score, `a` the mean of the samples, `b` its opposite.
nodes = [
    helper.make_node("Unsqueeze", ["x", "axis"], ["row"]),
    helper.make_node("AveragePool", ["row"], ["mean"], kernel_shape=[HOP], strides=[HOP]),
    helper.make_node("Mul", ["mean", "weights"], ["weighed"]),
    helper.make_node("Add", ["weighed", "biases"], ["scores"]),
    helper.make_node("Transpose", ["scores"], ["turned"], perm=[0, 2, 1]),
    helper.make_node("LogSoftmax", ["turned"], ["logits"], axis=-1),
]
constants = [
    numpy_helper.from_array(np.array([1], np.int64), "axis"),
    constant("weights", [[[0], [9], [-9]]]),
    constant("biases", [[[2], [0], [0]]]),
]
graph = helper.make_graph(
    nodes,
    "signs",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", "samples"])],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "steps", 3])],
    constants,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
helper.set_model_props(model, {"model_type": "omnilingual-asr", "version": "1", "sample_rate": str(RATE)})
onnx.checker.check_model(model)
onnx.save(model, f"{FOLDER}/model.onnx")
with open(f"{FOLDER}/tokens.txt", "w") as file:
    file.write("<s> 0\na 1\nb 2\n")

recognizer = sherpa_onnx.OfflineRecognizer.from_omnilingual_asr_ctc(
    model=f"{FOLDER}/model.onnx", tokens=f"{FOLDER}/tokens.txt"
)
stream = recognizer.create_stream()
stream.accept_waveform(RATE, np.repeat([0, 0.5, 0, -0.5, 0], RATE // 5).astype(np.float32))
recognizer.decode_stream(stream)
result = stream.result
print(f"text {result.text!r}, tokens {result.tokens}, times {[round(one, 2) for one in result.timestamps]}")
print(f"log-probabilities: {list(result.ys_log_probs)}")
assert result.tokens == ["a", "b"], result.tokens
assert len(result.timestamps) == 2, result.timestamps
assert list(result.ys_log_probs) == [], result.ys_log_probs
print("as seen: two tokens with their times, and no probability of either")
PYTHON
