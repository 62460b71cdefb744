"""A tone's second, measured through real decoding, is that of its packets from the container's start on."""

from pathlib import Path

import numpy
import pytest

from tests.transcription.conftest import Ffmpeg
from transcription.media.decoding import SAMPLE_RATE, decode
from transcription.media.probing_media import probe, survey

PICTURE = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=25:d=20")
BEEP = ("-f", "lavfi", "-i", "sine=f=1000:d=20,volume='between(t,6,7)':eval=frame")
"""A tone from the sixth second to the seventh."""

CODECS = {"mp4": "aac", "mov": "aac", "mkv": "flac", "webm": "libopus", "ts": "aac", "mpg": "mp2", "ogg": "libopus"}


def onset(path: Path) -> float:
    """The second at which the first tone is heard."""
    media = probe(path)
    found = survey(path, media, timeout=60)
    pieces = decode(path, media.audio[0].index, seconds=60, timeout=60, media=media, survey=found)
    sound = numpy.concatenate(list(pieces))
    return float(numpy.flatnonzero(numpy.abs(sound) > 0.05)[0]) / SAMPLE_RATE


def picture(kind: str) -> tuple[str, ...]:
    codec = {"webm": ("-c:v", "libvpx", "-deadline", "realtime"), "mpg": ("-c:v", "mpeg2video")}
    return codec.get(kind, ())


@pytest.mark.parametrize("kind", [kind for kind in CODECS if kind != "ogg"])
@pytest.mark.parametrize("wait", [0, 3])
def test_sound_that_begins_late_is_placed_where_it_is(made: Ffmpeg, kind: str, wait: int) -> None:
    delay = ("-itsoffset", str(wait)) if wait else ()
    film = made(f"late{wait}.{kind}", *PICTURE, *delay, *BEEP, *picture(kind), "-c:a", CODECS[kind])
    assert onset(film) == pytest.approx(6 + wait, abs=0.1)


@pytest.mark.parametrize("kind", CODECS)
@pytest.mark.parametrize("start", [10, 100])
def test_zero_is_where_the_container_begins(made: Ffmpeg, kind: str, start: int) -> None:
    source = BEEP if kind == "ogg" else (*PICTURE, *BEEP, *picture(kind))
    fragments = ("-movflags", "frag_keyframe+empty_moov") if kind in ("mp4", "mov") else ()
    film = made(f"from{start}.{kind}", *source, "-c:a", CODECS[kind], *fragments, "-output_ts_offset", str(start))
    assert onset(film) == pytest.approx(6, abs=0.1)


def test_a_container_may_begin_before_its_own_zero(made: Ffmpeg) -> None:
    told = ("-movflags", "frag_keyframe+empty_moov+delay_moov", "-avoid_negative_ts", "disabled", "-bf", "0")
    film = made("before0.mp4", *PICTURE, *BEEP, "-c:a", "aac", *told, "-output_ts_offset", "-1.1")
    assert probe(film).start == pytest.approx(-1.1, abs=0.05)
    assert onset(film) == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize("kind", ["mkv", "mp4", "ts"])
@pytest.mark.parametrize("hole", [3, 15])
def test_a_hole_in_the_sound_is_silence(made: Ffmpeg, kind: str, hole: int) -> None:
    gapped = f"sine=f=1000:d=20,volume='between(t,6,7)':eval=frame,asetpts='PTS+gt(T,3)*{hole}/TB'"
    film = made(f"hole{hole}.{kind}", "-f", "lavfi", "-i", gapped, "-c:a", CODECS[kind])
    assert onset(film) == pytest.approx(6 + hole, abs=0.1)


def test_the_channels_of_a_late_track_are_late_too(made: Ffmpeg) -> None:
    late = made("late-stereo.mkv", *PICTURE, "-itsoffset", "3", *BEEP, "-ac", "2", "-c:a", "flac")
    for channel in (0, 1):
        sound = numpy.concatenate(list(decode(late, 1, seconds=60, timeout=60, channel=channel)))
        assert numpy.flatnonzero(numpy.abs(sound) > 0.05)[0] / SAMPLE_RATE == pytest.approx(9, abs=0.1)
