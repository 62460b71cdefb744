#!/bin/sh
# PyAV 18: the sound of a telephone is decoded to half its length, though a decoder that reads all of it is in the wheel.
#
# Telephones record AMR narrow band with discontinuous transmission (DTX, 3GPP TS 26.093): in a pause they write frames
# of comfort noise. For a stream of AMR, FFmpeg chooses its own decoder `amrnb`, which refuses these frames, some as not
# implemented and most as invalid; who passes over the errors gets sound without its pauses, so that all after is early.
# `libopencore_amrnb`, which PyAV's wheels have as well, decodes every frame, and is only used if it is asked for by name.
#
# Seen with PyAV 18.1.0 (libavcodec 62.28.102). Exits 1 if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6
FOLDER=$folder "$folder/venv/bin/python" - <<'PYTHON'
import os

import av
import numpy

RATE, FRAME, SECONDS = 8000, 160, 8
time = numpy.arange(SECONDS * RATE) / RATE
voice = 0.4 * numpy.sin(2 * numpy.pi * 300 * time) * (1 + numpy.sin(19 * time))
sound = numpy.where(time % 4 < 2, voice, 0)  # two seconds of voice, two of pause


def recorded(dtx):
    """A recording with or without discontinuous transmission, by opencore's own encoder."""
    path = f"{os.environ['FOLDER']}/{dtx}.amr"
    with av.open(path, "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=RATE, layout="mono", options={"dtx": str(dtx)})
        stream.bit_rate = 12200
        for at in range(0, sound.size, FRAME):
            block = (sound[at : at + FRAME] * 32000).astype("<i2").reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def decoded(path, name):
    """The decoder, the seconds that it gave, and the packets that it refused."""
    samples = refused = 0
    with av.open(path) as container:
        stream = container.streams.audio[0]
        context = av.CodecContext.create(name, "r") if name else stream.codec_context
        if name:
            context.sample_rate, context.layout = RATE, "mono"
        for packet in container.demux(stream):
            if packet.size:
                try:
                    samples += sum(frame.samples for frame in context.decode(packet))
                except av.error.FFmpegError:
                    refused += 1
        return context.codec.name, samples / RATE, refused


for dtx in (0, 1):
    for name in (None, "libopencore_amrnb"):
        chosen, seconds, refused = decoded(recorded(dtx), name)
        print(f"dtx={dtx}  {chosen:<18} {seconds:5.2f} s of {SECONDS}, {refused} packets refused")
        whole = abs(seconds - SECONDS) < 0.1 and refused == 0
        assert whole == (dtx == 0 or name is not None), "the behaviour that this finding is about has changed"
        assert name or chosen == "amrnb", "another decoder is chosen by now"
PYTHON
