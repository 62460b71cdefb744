"""Fingerprints of sound, whichever tool makes them, and hashes of pictures."""

from pathlib import Path
from shutil import which

import numpy
import pytest

from tests.support.talks import ffmpeg, film_of, talk, words
from transcription.errors import MediaError, ToolMissing
from transcription.media import fingerprint as fingerprints
from transcription.media.fingerprint import ITEM_SECONDS, fingerprint, fingerprinter
from transcription.media.probing_media import probe
from transcription.media.stills import BITS, difference_hash, stills


def items(file: Path) -> "numpy.typing.NDArray[numpy.uint32]":
    media = probe(file)
    return fingerprint(file, media.audio[0], media, timeout=60)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talk(tmp_path_factory.mktemp("speech") / "talk.wav", words(1, 40))


def test_an_item_is_an_eighth_of_a_second_and_what_is_later_is_later(speech: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.wav"
    ffmpeg("-i", str(speech), "-af", f"adelay={round(40 * ITEM_SECONDS * 1000)}", str(later))
    first, second = items(speech), items(later)
    assert len(first) == pytest.approx(probe(speech).duration / ITEM_SECONDS, abs=25)
    differ = numpy.bitwise_count(first[:-1] ^ second[40 : 40 + len(first) - 1]).mean() / 32
    assert differ < 0.05


def test_both_tools_give_the_same_items_where_both_are(speech: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_ffmpeg = items(speech)
    assert len(by_ffmpeg)
    if fingerprinter() != "ffmpeg" or not which("fpcalc"):
        return
    monkeypatch.setattr(fingerprints, "fingerprinter", lambda: "fpcalc")
    by_fpcalc = items(speech)
    assert len(by_fpcalc) == len(by_ffmpeg)
    assert (by_fpcalc == by_ffmpeg).mean() > 0.98


def test_two_channels_that_cancel_each_other_out_are_heard(speech: Path, tmp_path: Path) -> None:
    turned = tmp_path / "turned.wav"
    ffmpeg("-i", str(speech), "-af", "pan=stereo|c0=c0|c1=-1*c0", str(turned))
    assert numpy.bitwise_count(items(speech) ^ items(turned)).mean() / 32 < 0.02


def test_what_is_too_short_has_none_and_what_cannot_be_read_is_an_error(speech: Path, tmp_path: Path) -> None:
    short, torn = tmp_path / "short.wav", tmp_path / "torn.wav"
    ffmpeg("-i", str(speech), "-t", "1", str(short))
    assert len(items(short)) == 0
    media = probe(short)
    torn.write_bytes(b"no sound")
    with pytest.raises(MediaError):
        fingerprint(torn, media.audio[0], media, timeout=60)


def test_without_either_tool_it_is_said_which(speech: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    media = probe(speech)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fingerprinter() is None
    with pytest.raises(ToolMissing):
        fingerprint(speech, media.audio[0], media, timeout=60)


def test_a_hash_has_a_bit_for_each_pair_of_neighbours() -> None:
    rising, falling = bytes(range(0, 90, 10)) * 8, bytes(range(90, 0, -10)) * 8
    assert difference_hash(rising) == (1 << BITS) - 1
    assert difference_hash(falling) == 0
    assert difference_hash(bytes([7] * 72)) is None, "one shade says nothing"


def test_pictures_stay_alike_when_they_are_scaled_and_encoded_anew(speech: Path, tmp_path: Path) -> None:
    film, small, other = (tmp_path / f"{name}.mp4" for name in ("film", "small", "other"))
    film_of(speech, film)
    ffmpeg("-i", str(film), "-vf", "scale=64:36", "-c:v", "libx264", "-crf", "38", "-an", str(small))
    film_of(speech, other, picture="mandelbrot")
    moments = [1.0, 3.0, 5.5]
    seen = {file: stills(file, probe(file), moments, timeout=60) for file in (film, small, other)}

    def apart(one: Path, two: Path) -> list[int]:
        return [
            (a ^ b).bit_count() for a, b in zip(seen[one], seen[two], strict=True) if a is not None and b is not None
        ]

    assert len(apart(film, small)) == 3
    assert max(apart(film, small)) <= 10
    assert min(apart(film, other)) > 10
    assert stills(speech, probe(speech), moments, timeout=60) == [None] * 3, "there is no picture"
    assert stills(film, probe(film), [10_000.0], timeout=60) == [None], "nothing is there any more"
