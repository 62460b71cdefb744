"""Whether a file begins as sound or picture: real files of every container that ffmpeg writes, and what is none."""

import subprocess
from pathlib import Path

import pytest

from transcription.media.beginnings import HEAD, beginning
from transcription.media.probing_media import probe

SOUND = ("-f", "lavfi", "-i", "sine=440:d=1")
PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=128x96:r=25:d=1")
MADE = {
    "mp4": (*PICTURE, "-c:v", "libx264"),
    "mov": (*PICTURE, "-c:v", "libx264"),
    "3gp": (*PICTURE, "-c:v", "mpeg4"),
    "m4a": (*SOUND, "-c:a", "aac"),
    "mkv": (*PICTURE, "-c:v", "libx264"),
    "webm": (*SOUND, "-c:a", "libopus"),
    "avi": (*PICTURE, "-c:v", "mpeg4"),
    "mpg": (*PICTURE, "-c:v", "mpeg2video"),
    "ts": (*PICTURE, "-c:v", "libx264"),
    "flv": (*PICTURE, "-c:v", "flv1"),
    "wmv": (*PICTURE, "-c:v", "wmv2"),
    "mp3": (*SOUND, "-c:a", "libmp3lame"),
    "aac": (*SOUND, "-c:a", "aac"),
    "ac3": (*SOUND, "-c:a", "ac3"),
    "wav": SOUND,
    "w64": SOUND,
    "aiff": SOUND,
    "caf": SOUND,
    "flac": SOUND,
    "ogg": (*SOUND, "-c:a", "libvorbis"),
    "opus": (*SOUND, "-c:a", "libopus"),
}
RARER = {
    "mp3 without ID3": ("mp3", *SOUND, "-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0"),
    "m2ts of a camera": ("m2ts", *PICTURE, "-c:v", "libx264"),
    "QuickTime that begins with its data": ("mov", *SOUND, "-c:a", "pcm_s16be", "-brand", "none"),
}


def made(folder: Path, extension: str, *options: str) -> Path:
    path = folder / f"film.{extension}"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *options, str(path)], check=True)
    return path


@pytest.mark.parametrize("extension", MADE)
def test_each_container_is_known_by_how_it_begins(tmp_path: Path, extension: str) -> None:
    path = made(tmp_path, extension, *MADE[extension])
    assert probe(path).content
    assert beginning(path.read_bytes()[:HEAD])


@pytest.mark.parametrize("what", RARER)
def test_rarer_beginnings_are_known_too(tmp_path: Path, what: str) -> None:
    extension, *options = RARER[what]
    assert beginning(made(tmp_path, extension, *options).read_bytes()[:HEAD])


def test_an_amr_file_is_known() -> None:
    assert beginning(b"#!AMR\n" + bytes(100)) == "amr"
    assert beginning(b"#!AMR-WB\n" + bytes(100)) == "amr"


def test_a_transport_stream_that_begins_within_a_packet_is_known(tmp_path: Path) -> None:
    data = made(tmp_path, "ts", *MADE["ts"]).read_bytes()
    assert beginning(data[100 : 100 + HEAD]) == "mpegts"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"ffconcat version 1.0\nfile secret.mp4\n",
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"<?xml version='1.0'?><MPD></MPD>",
        b"<html><video src='film.mp4'></html>",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\xff\xfeT\x00e\x00x\x00t\x00 \x00i\x00n\x00 \x00U\x00T\x00F\x00-\x001\x006\x00" * 40,
        b"\xff\xfb" + b"\x00" * 100,
        b"G" * HEAD,
        b"Going to Ghulja\n" * 300,
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"SQLite format 3\x00",
        b"\x00" * HEAD,
        b"\xff" * HEAD,
    ],
)
def test_texts_pictures_and_lists_are_none(head: bytes) -> None:
    assert beginning(head) is None
