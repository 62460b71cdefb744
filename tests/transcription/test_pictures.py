"""Pictures by what they show: encoded anew, made smaller, written on; real pictures, made by ffmpeg."""

import subprocess
from pathlib import Path

import pytest

from transcription.media.pictures import alike, shown

SOURCES = {
    "scene": "testsrc2=s=640x360",
    "gradient": "gradients=s=640x360:c0=navy:c1=orange:x0=0:y0=0:x1=640:y1=360:seed=3",
    "plain": "color=navy:s=640x360",
    "fractal": "mandelbrot=s=640x360",
}


def picture(folder: Path, name: str, source: str, *options: str, filters: str = "null", ext: str = "jpg") -> Path:
    path = folder / f"{name}.{ext}"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", source, "-vf", filters, "-frames:v", "1"]
    subprocess.run([*command, *options, str(path)], check=True, timeout=60, stdin=subprocess.DEVNULL)
    return path


def of(path: Path) -> str:
    found = shown(path)
    assert found is not None
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_a_picture_encoded_anew_shows_the_same(tmp_path: Path, name: str) -> None:
    first = of(picture(tmp_path, "first", SOURCES[name], "-q:v", "2"))
    for quality in ("8", "20", "31"):
        again = of(picture(tmp_path, f"again{quality}", SOURCES[name], "-q:v", quality))
        assert alike(first, again), (quality, first, again)
    assert alike(first, of(picture(tmp_path, "small", SOURCES[name], "-q:v", "5", filters="scale=320:180")))
    assert alike(first, of(picture(tmp_path, "lossless", SOURCES[name], ext="png")))
    assert alike(first, of(picture(tmp_path, "other", SOURCES[name], ext="webp")))


@pytest.mark.parametrize("name", SOURCES)
def test_other_pictures_show_something_else(tmp_path: Path, name: str) -> None:
    first = of(picture(tmp_path, "first", SOURCES[name], "-q:v", "2"))
    for number, other in enumerate(SOURCES):
        if other != name:
            assert not alike(first, of(picture(tmp_path, str(number), SOURCES[other], "-q:v", "2"))), other
    banner = "drawbox=x=0:y=240:w=640:h=120:color=white:t=fill,drawbox=x=40:y=270:w=300:h=60:color=black:t=fill"
    assert not alike(first, of(picture(tmp_path, "banner", SOURCES[name], "-q:v", "2", filters=banner)))
    assert not alike(first, of(picture(tmp_path, "mirrored", "testsrc2=s=640x360", "-q:v", "2", filters="hflip")))


def test_plain_pictures_of_two_colours_differ(tmp_path: Path) -> None:
    assert not alike(of(picture(tmp_path, "a", "color=navy")), of(picture(tmp_path, "b", "color=maroon")))


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xe0 no picture", b"ffconcat version 1.0\nfile other.jpg\n"])
def test_what_is_no_picture_shows_nothing(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "thumbnail.jpg"
    path.write_bytes(data)
    assert shown(path) is None
    assert shown(path.rename(path.with_suffix(".txt"))) is None
