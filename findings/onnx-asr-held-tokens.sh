#!/bin/sh
# onnx-asr 0.12.0: the log-probability that it gives of a CTC token is the sum over all frames in which it is held.
#
# With timestamps its results have `logprobs`, one a token. A CTC model repeats a token for as long as it hears it, and
# what is given is the sum of the log-probabilities of those frames: with the same certainty in every frame, a vowel
# that is held for six frames seems three times as doubtful as one that is held for two. exp() of it is no probability
# of the token (which CTC, as a sum over paths, does not have at hand), and a limit on it marks slow speech. Of the
# transducers in the same library a token has one step, and one figure. So a mean over tokens, or a limit, wants the
# number of frames too, which the results do not have: the first frame of each token alone is told.
#
# The model here is made on the spot: whatever it hears, it writes `a` for two frames and `b` for six, and is as sure of
# the one as of the other.
#
# Seen with onnx-asr 0.12.0, onnxruntime 1.23.2, onnx 1.20.1 and numpy 2.2.6. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    onnx-asr==0.12.0 onnxruntime==1.23.2 onnx==1.20.1 numpy==2.2.6
FOLDER=$folder "$folder/venv/bin/python" - <<'PYTHON'
import json
import math
import os

import numpy as np
import onnx
import onnx_asr
from onnx import TensorProto, helper, numpy_helper

FOLDER = os.environ["FOLDER"]
SURE = 0.9
VOCABULARY = {"a": 0, "b": 1, "<blk>": 2}
frames = ["<blk>"] * 2 + ["a"] * 2 + ["<blk>"] * 2 + ["b"] * 6 + ["<blk>"]
scores = np.full((1, len(frames), len(VOCABULARY)), math.log((1 - SURE) / 2), np.float32)
for at, token in enumerate(frames):
    scores[0, at, VOCABULARY[token]] = math.log(SURE)

graph = helper.make_graph(
    [helper.make_node("Identity", ["scores"], ["logprobs"])],
    "fixed",
    [
        helper.make_tensor_value_info("audio_signal", TensorProto.FLOAT, ["batch", 80, "frames"]),
        helper.make_tensor_value_info("length", TensorProto.INT64, ["batch"]),
    ],
    [helper.make_tensor_value_info("logprobs", TensorProto.FLOAT, ["batch", "steps", len(VOCABULARY)])],
    [numpy_helper.from_array(scores, "scores")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.checker.check_model(model)
onnx.save(model, f"{FOLDER}/model.onnx")
with open(f"{FOLDER}/vocab.txt", "w") as file:
    file.writelines(f"{token} {number}\n" for token, number in VOCABULARY.items())
with open(f"{FOLDER}/config.json", "w") as file:
    json.dump({"model_type": "nemo-conformer-ctc", "features_size": 80, "subsampling_factor": 8}, file)

reader = onnx_asr.load_model("nemo-conformer-ctc", FOLDER, providers=["CPUExecutionProvider"]).with_timestamps()
found = reader.recognize(np.zeros(16_000, np.float32), sample_rate=16_000)
print(f"tokens {found.tokens}, first frames at {[round(one, 2) for one in found.timestamps]} s")
print(f"logprobs {[round(one, 3) for one in found.logprobs]}; of a frame of either {math.log(SURE):.3f}")
assert found.tokens == ["a", "b"], found.tokens
assert np.allclose(found.logprobs, [2 * math.log(SURE), 6 * math.log(SURE)], atol=1e-4), found.logprobs
print("as seen: what is held three times as long is told to be three times as doubtful")
PYTHON
