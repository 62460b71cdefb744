"""AMR narrow band decoded by opencore-amr, through PyAV: run as a program of its own, within bounds.

ffmpeg's own decoder fails on comfort noise (DTX, 3GPP TS 26.093), which telephones write in each pause; Debian's ffmpeg
has no other. PyAV, which faster-whisper brings, has opencore's.

    python -I by_opencore.py FILE TRACK SAMPLE_RATE
"""

import sys
from fractions import Fraction

CODEC = "amr_nb"
FRAME = 160
"""Samples of a frame, of 8,000 a second (3GPP TS 26.090)."""


def main(file: str, track: int, rate: int) -> None:
    """Write the sound as mono float32 to standard output, from the container's start on, with its gaps as silence."""
    import av
    import numpy

    options = {"protocol_whitelist": "file,pipe", "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,amr,caf"}
    out = sys.stdout.buffer
    with av.open(f"file:{file}", options=options) as container:
        stream = container.streams[track]
        decoder = av.CodecContext.create("libopencore_amrnb", "r")
        decoder.sample_rate = 8000
        decoder.layout = "mono"
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        zero = Fraction(container.start_time or 0, 1_000_000)
        written = 0
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if packet.pts is not None:
                due = round((packet.pts * (packet.time_base or Fraction(1, 8000)) - zero) * rate)
                if due - written > rate // 10:
                    out.write(numpy.zeros(due - written, dtype="<f4").tobytes())
                    written = due
            packet.pts = packet.dts = None
            for frame in decoder.decode(packet):
                frame.pts = None
                for made in resampler.resample(frame):
                    samples = made.to_ndarray().reshape(-1).astype("<f4")
                    written += samples.size
                    out.write(samples.tobytes())
        for made in resampler.resample(None):
            out.write(made.to_ndarray().reshape(-1).astype("<f4").tobytes())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
