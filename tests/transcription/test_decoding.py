"""Channels apart and mixed, whatever a layout calls them."""

from pathlib import Path
from subprocess import run

import numpy
import pytest

from transcription.media.decoding import decode, decode_apart
from transcription.media.probing_media import probe

LAYOUTS = {"2.1": 3, "3.0": 3, "4.0": 4, "quad": 4, "5.0": 5, "5.1": 6, "5.1(side)": 6, "7.1": 8, "7.1(wide)": 8}


def steps(path: Path, layout: str, codec: str) -> Path:
    """A file whose channels are tones, each a tenth louder than the one before."""
    many = LAYOUTS[layout]
    time = numpy.sin(numpy.arange(16_000) / 5)
    sound = numpy.stack([0.1 * (n + 1) * time for n in range(many)], axis=1).astype("<f4")
    layed = f"channelmap={'|'.join(map(str, range(many)))}:{layout}"
    command = ["ffmpeg", "-v", "error", "-guess_layout_max", "0", "-f", "f32le", "-ar", "16000", "-ac", str(many)]
    run([*command, "-i", "-", "-af", layed, "-c:a", codec, str(path)], input=sound.tobytes(), check=True, timeout=60)
    return path


KINDS = [(layout, "pcm_s16le") for layout in LAYOUTS] + [(layout, "flac") for layout in ("3.0", "quad", "5.0", "5.1")]
"""FLAC in 24 bits, of which ffmpeg mixes the channels where another layout of as many is asked for."""


@pytest.mark.parametrize(("layout", "codec"), KINDS)
def test_every_channel_comes_as_it_is_and_has_its_weight_in_the_mix(tmp_path: Path, layout: str, codec: str) -> None:
    file, many = steps(tmp_path / "x.mka", layout, codec), LAYOUTS[layout]
    apart = numpy.concatenate(list(decode_apart(file, 0, seconds=60, timeout=60, media=probe(file))))
    expected = [0.1 * (n + 1) for n in range(many)]
    assert numpy.abs(apart).max(axis=0) == pytest.approx(expected, rel=0.01)
    for channel in (0, many - 1):
        alone = numpy.concatenate(list(decode(file, 0, seconds=60, timeout=60, channel=channel)))
        assert float(numpy.abs(alone).max()) == pytest.approx(expected[channel], rel=0.01)
    mixed = numpy.concatenate(list(decode(file, 0, seconds=60, timeout=60)))
    assert float(numpy.abs(mixed).max()) == pytest.approx(sum(expected) / many, rel=0.01)
