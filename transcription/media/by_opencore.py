"""AMR narrow band decoded by opencore-amr, through PyAV: run as a program of its own, within bounds.

ffmpeg's own decoder fails on comfort noise (DTX, 3GPP TS 26.093), which telephones write in each pause; Debian's ffmpeg
has no other. PyAV, which faster-whisper brings, has opencore's.

    python -I by_opencore.py FILE TRACK SAMPLE_RATE CONTAINERS
"""

import sys
from fractions import Fraction

CODEC = "amr_nb"
BROKEN_FRAMES = 0.1
"""Share of frames that may fail to decode in a sound file, by whatever decoder.

Phones and broadcasts start before their first key frame, and a telephone that stopped leaves half a frame at the end.
"""


def main(file: str, track: int, rate: int, containers: str) -> None:
    """Write the sound as mono float32 to standard output, from the container's start on, with its gaps as silence.

    `containers` are the demuxers that are allowed. Raises ValueError if more than `BROKEN_FRAMES` cannot be decoded.
    """
    import av
    import numpy

    out = sys.stdout.buffer
    options = {"protocol_whitelist": "file,pipe", "format_whitelist": containers}
    with av.open(f"file:{file}", options=options) as container:
        stream = container.streams[track]
        decoder = av.CodecContext.create("libopencore_amrnb", "r")
        decoder.sample_rate = 8000
        decoder.layout = "mono"
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        zero = Fraction(container.start_time or 0, 1_000_000)
        written = packets = broken = 0
        for packet in container.demux(stream):
            if not packet.size:
                continue
            packets += 1
            if packet.pts is not None:
                due = round((packet.pts * (packet.time_base or Fraction(1, 8000)) - zero) * rate)
                if due - written > rate // 10:
                    out.write(numpy.zeros(due - written, dtype="<f4").tobytes())
                    written = due
            packet.pts = packet.dts = None
            try:
                frames = decoder.decode(packet)
            except av.error.FFmpegError:
                broken += 1
                continue
            for frame in frames:
                frame.pts = None
                for made in resampler.resample(frame):
                    samples = made.to_ndarray().reshape(-1).astype("<f4")
                    written += samples.size
                    out.write(samples.tobytes())
        for made in resampler.resample(None):
            out.write(made.to_ndarray().reshape(-1).astype("<f4").tobytes())
    if broken > packets * BROKEN_FRAMES:
        raise ValueError(f"{broken:,} of {packets:,} packets cannot be decoded")


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    except Exception as error:  # whatever it is, a line without the file's place is all that is told
        what = str(error) if isinstance(error, ValueError) and "packets" in str(error) else type(error).__name__
        print(f"AMR cannot be decoded: {what}", file=sys.stderr)
        sys.exit(1)
