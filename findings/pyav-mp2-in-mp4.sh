#!/bin/sh
# PyAV 18.1 (libavcodec 62.28): MPEG-1 Layer II sound (MP2) in MP4 is called MP3, and so is by ffprobe.
#
# MP4 names its sound by an object type, and 0x6B is "MPEG-1 Audio" of any layer (ISO/IEC 14496-1, table 5; registry of
# mp4ra.org): whether it is Layer II or III stands in the frames' headers alone. ffmpeg's demuxer takes every 0x6B for
# MP3 and does not look there. Its decoder reads all layers, so the sound is heard, and nothing seems wrong; but a
# program that asks for the codec's name to foretell what a browser plays is told of MP3, which browsers play, where
# Chromium plays no MP2. Camcorder and broadcast sound is often MP2, and comes in MP4 when somebody rewraps it. In
# Matroska, which names the layer, the same packets are called MP2.
#
# Seen with av 18.1.0 and numpy 2.2.6. Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.2.6
FOLDER=$folder "$folder/venv/bin/python" - <<'PYTHON'
import os

import av
import numpy as np

RATE, SAMPLES, FRAMES = 48_000, 1152, 100


def written(name):
    """A second or two of a tone as MP2, in a container of that ending."""
    path = f"{os.environ['FOLDER']}/{name}"
    with av.open(path, "w") as file:
        stream = file.add_stream("mp2", rate=RATE)
        stream.layout = "mono"
        for number in range(FRAMES):
            seconds = (np.arange(SAMPLES) + number * SAMPLES) / RATE
            tone = (8000 * np.sin(2 * np.pi * 440 * seconds)).astype("int16")[None]
            frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
            frame.sample_rate = RATE
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def layer(packet):
    """The layer that a frame's own header names (ISO/IEC 11172-3, 2.4.1.3)."""
    return {0b11: 1, 0b10: 2, 0b01: 3}[packet[1] >> 1 & 0b11]


found = {}
for name in ("sound.mp4", "sound.mkv"):
    with av.open(written(name)) as file:
        stream = file.streams.audio[0]
        layers = {layer(bytes(packet)) for packet in file.demux(stream) if packet.size}
        found[name] = (stream.codec_context.codec.canonical_name, layers)
        print(f"{name}: called {found[name][0]}, frames of layer {layers}")
assert found["sound.mkv"] == ("mp2", {2}), found
assert found["sound.mp4"] == ("mp3", {2}), found
print("as seen: MP2 in MP4 is called MP3")
PYTHON
