"""What a browser plays: each film is shown to a real Chromium, and must do what was foretold of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import run

import pytest

from archive.playing.playability import Need, media_type, playable
from archive.records.clip import Stream
from tests.support.browsing import FileBody, browser, played
from transcription.media.probing_media import probe

MP4, MATROSKA = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"
PICTURE = ("-f", "lavfi", "-i", "testsrc=s=176x144:r=25:d=1")
SOUND = ("-f", "lavfi", "-i", "sine=f=1000:d=1:r=48000")
QUIET = ("-x265-params", "log-level=none")

FILMS: dict[str, tuple[tuple[str, ...], Need]] = {
    "h264-aac.mp4": (("libx264", "aac"), "nothing"),
    "h264-10bit.mp4": (("libx264", "aac", "-pix_fmt", "yuv420p10le"), "nothing"),
    "h264-422.mp4": (("libx264", "aac", "-pix_fmt", "yuv422p"), "nothing"),
    "h264-aac.mkv": (("libx264", "aac"), "nothing"),
    "h264-aac.3gp": (("libx264", "aac"), "nothing"),
    "h264-pcm.mov": (("libx264", "pcm_s16be"), "nothing"),
    "h264-mulaw.mov": (("libx264", "pcm_mulaw"), "nothing"),
    "h264-mp3.mp4": (("libx264", "libmp3lame"), "nothing"),
    "h264-alac.mov": (("libx264", "alac"), "sound"),
    "h264-ac3.mp4": (("libx264", "ac3"), "sound"),
    "h264-eac3.mkv": (("libx264", "eac3"), "sound"),
    "vp8-vorbis.webm": (("libvpx", "libvorbis"), "nothing"),
    "vp9-opus.webm": (("libvpx-vp9", "libopus"), "nothing"),
    "vp9-aac.mp4": (("libvpx-vp9", "aac"), "nothing"),
    "av1-opus.mkv": (("libaom-av1", "libopus", "-cpu-used", "8"), "nothing"),
    "hevc-aac.mp4": (("libx265", "aac", *QUIET), "all"),
    "mpeg4-aac.mp4": (("mpeg4", "aac"), "all"),
    "mpeg4-aac.mkv": (("mpeg4", "aac"), "all"),
    "mjpeg-pcm.mov": (("mjpeg", "pcm_s16le"), "all"),
    "theora-vorbis.ogv": (("libtheora", "libvorbis"), "all"),
    "h263-aac.3gp": (("h263", "aac"), "all"),
    "h264-aac.ts": (("libx264", "aac"), "remux"),
    "mpeg2-mp2.mpg": (("mpeg2video", "mp2"), "all"),
    "h264-mp3.avi": (("libx264", "libmp3lame"), "sound"),
    "mpeg4-mp3.avi": (("mpeg4", "libmp3lame"), "all"),
    "h264-aac.flv": (("libx264", "aac", "-ar", "44100"), "remux"),
    "wmv2-wma.wmv": (("wmv2", "wmav2"), "all"),
}
SOUNDS: dict[str, tuple[tuple[str, ...], Need]] = {
    "mp3.mp3": (("libmp3lame",), "nothing"),
    "pcm.wav": (("pcm_s24le",), "nothing"),
    "adpcm.wav": (("adpcm_ms",), "sound"),
    "flac.flac": (("flac",), "nothing"),
    "aac.aac": (("aac",), "nothing"),
    "alac.m4a": (("alac",), "sound"),
    "opus.ogg": (("libopus",), "nothing"),
    "flac.ogg": (("flac", "-f", "ogg"), "nothing"),
    "ac3.ac3": (("ac3",), "sound"),
    "aiff.aiff": (("pcm_s16be",), "sound"),
    "mp2.mp2": (("mp2",), "sound"),
}


def streams(*codecs: str) -> tuple[Stream, ...]:
    """Streams by their codecs, each `kind:codec`."""
    pairs = [one.split(":") for one in codecs]
    return tuple(Stream(index=n, kind=kind, codec=codec, sha256="0" * 64) for n, (kind, codec) in enumerate(pairs))


def found_in(path: Path) -> tuple[str, Sequence[Stream]]:
    media = probe(path)
    return media.container, streams(*(f"{stream.kind}:{stream.codec}" for stream in media.content))


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Sequence[str]], Path]:
    folder = tmp_path_factory.mktemp("films")

    def made(name: str, arguments: Sequence[str]) -> Path:
        run(["ffmpeg", "-nostdin", "-v", "error", *arguments, str(folder / name)], check=True, timeout=60)
        return folder / name

    return made


def test_what_is_foretold_is_what_a_browser_does(make: Callable[[str, Sequence[str]], Path]) -> None:
    files, needs = dict[str, Path](), dict[str, Need]()
    for name, ((picture, sound, *more), need) in FILMS.items():
        files[name] = make(name, (*PICTURE, *SOUND, "-c:v", picture, "-c:a", sound, *more))
        needs[name] = need
    for name, ((sound, *more), need) in SOUNDS.items():
        files[name] = make(name, (*SOUND, "-c:a", sound, *more))
        needs[name] = need
    foretold = {name: playable(*found_in(path)) for name, path in files.items()}
    assert {name: one.needs for name, one in foretold.items()} == needs
    bodies = {name: FileBody(path, media_type(*found_in(path))) for name, path in files.items()}
    with browser(bodies) as page:
        shown = played(page, list(bodies))
    plays = {}
    for name, path in files.items():
        kinds, seen = {stream.kind for stream in found_in(path)[1]}, shown[name] or {}
        plays[name] = bool(seen) and all(seen[one] for kind, one in KINDS.items() if kind in kinds)
    assert plays == {name: one.plays for name, one in foretold.items()}


KINDS = {"video": "picture", "audio": "sound"}


@pytest.mark.parametrize(
    ("container", "found", "why"),
    [
        (MP4, ("video:h264", "audio:aac"), ()),
        (MP4, ("video:h264",), ()),
        (MP4, ("video:hevc", "audio:aac"), ("browsers show no picture in hevc",)),
        (MP4, ("video:hevc", "audio:ac3"), ("browsers show no picture in hevc", "browsers play no sound in ac3")),
        (MP4, ("video:h264", "audio:aac", "audio:ac3"), ()),  # the first sound is played
        ("mpegts", ("video:h264", "audio:aac"), ("browsers open no container of this kind (mpegts)",)),
        (
            "avi",
            ("video:mpeg4", "audio:mp3"),
            ("browsers open no container of this kind (avi)", "browsers show no picture in mpeg4"),
        ),
        (MP4, (), ("it holds neither picture nor sound that has a name",)),
        ("mp3", ("audio:mp2",), ("browsers play no sound in mp2",)),
    ],
)
def test_why_not_is_said_in_words(container: str, found: tuple[str, ...], why: tuple[str, ...]) -> None:
    said = playable(container, streams(*found))
    assert (said.why, said.plays) == (why, not why)


@pytest.mark.parametrize(
    ("container", "found", "expected"),
    [
        (MP4, ("video:h264", "audio:aac"), "video/mp4"),
        (MP4, ("audio:aac",), "audio/mp4"),
        ("mp4", (), "video/mp4"),
        (MATROSKA, ("video:vp9", "audio:opus"), "video/webm"),
        (MATROSKA, ("audio:opus",), "audio/webm"),
        (MATROSKA, ("video:h264", "audio:opus"), "video/x-matroska"),
        ("ogg", ("audio:opus",), "audio/ogg"),
        ("mp3", ("audio:mp3",), "audio/mpeg"),
        ("mpegts", ("video:h264",), "video/mp2t"),
        ("mxf", ("video:mpeg2video",), "application/octet-stream"),
    ],
)
def test_a_film_has_a_media_type(container: str, found: tuple[str, ...], expected: str) -> None:
    assert media_type(container, streams(*found)) == expected
