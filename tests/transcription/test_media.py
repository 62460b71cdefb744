import os
from hashlib import sha256
from pathlib import Path
from subprocess import run

import numpy
import pytest

from tests.support.examined import examine
from tests.transcription.conftest import Ffmpeg
from transcription.errors import MediaError, MediaTimeout, ToolMissing
from transcription.media.decoding import decode, stream_digests
from transcription.media.probing_media import Media, MediaStream, probe

TONE = ("-f", "lavfi", "-i", "sine=d=4")


def test_probe_names_container_duration_and_streams(film: Path) -> None:
    media = probe(film)
    assert "mp4" in media.container
    assert media.duration == pytest.approx(20, abs=0.1)
    assert [(s.index, s.kind, s.codec, s.channels) for s in media.streams] == [
        (0, "video", "h264", None),
        (1, "audio", "aac", 1),
    ]


def test_languages_of_tracks_are_the_containers_and_und_is_none(made: Ffmpeg) -> None:
    tagged = ("-metadata:s:a:0", "language=uig", "-metadata:s:a:1", "language=und")
    media = probe(made("two.mka", *TONE, "-map", "0", "-map", "0", *tagged, "-c:a", "libopus"))
    assert [s.language for s in media.audio] == ["uig", None]


def test_a_cover_is_no_video(made: Ffmpeg) -> None:
    cover = ("-f", "lavfi", "-i", "color=s=32x32:d=0.04", "-map", "0", "-map", "1", "-disposition:v", "attached_pic")
    media = probe(made("cover.mp3", *TONE, *cover, "-c:v", "mjpeg"))
    assert [s.kind for s in media.streams] == ["audio", "picture"]
    assert [s.kind for s in media.content] == ["audio"]
    assert list(stream_digests(made("cover.mp3"), timeout=60)) == [0]


@pytest.mark.parametrize("name", ["raw.aac", "live.webm", "sound.wav", "sound.ogg", "sound.flac", "sound.mp3"])
def test_a_duration_is_found_whatever_the_container_says(made: Ffmpeg, name: str) -> None:
    live = ("-live", "1") if name == "live.webm" else ()
    assert probe(made(name, *TONE, *live)).duration == pytest.approx(4, abs=0.3)


def test_sound_files_decode(film: Path, made: Ffmpeg) -> None:
    examine(film)
    examine(made("sound.mp3", *TONE))


def test_one_flipped_byte_is_no_ground_to_refuse_a_phone_video(film: Path, tmp_path: Path) -> None:
    data = bytearray(film.read_bytes())
    data[len(data) // 2] ^= 1
    scratched = tmp_path / "scratched.mp4"
    scratched.write_bytes(data)
    examine(scratched)
    assert stream_digests(scratched, timeout=60) != stream_digests(film, timeout=60)


@pytest.mark.parametrize(
    "told", ["9" * 400, "9" * 400 + ":00:00", "\u0663", "-4"], ids=["digits", "hours", "Arabic", "less"]
)
def test_a_tag_that_is_no_time_says_nothing_of_the_length(made: Ffmpeg, tmp_path: Path, told: str) -> None:
    # ffmpeg writes a DURATION of its own, so the tag gets its name afterwards.
    written = made(
        f"{sha256(told.encode()).hexdigest()[:8]}.mka", *TONE, "-metadata:s:a:0", f"DURATIOM={told}", "-c:a", "flac"
    ).read_bytes()
    told_so = tmp_path / "told.mka"
    told_so.write_bytes(written.replace(b"DURATION", b"OTHERWISE"[:8]).replace(b"DURATIOM", b"DURATION"))
    media = probe(told_so)
    assert media.duration == pytest.approx(4, abs=0.3)
    assert media.streams[0].duration is None
    examine(told_so)
    told_so.write_bytes(told_so.read_bytes()[: told_so.stat().st_size // 2])
    with pytest.raises(MediaError, match="cut short"):
        examine(told_so)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.85])
def test_a_cut_film_is_refused(film: Path, tmp_path: Path, share: float) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(film.read_bytes()[: int(film.stat().st_size * share)])
    with pytest.raises(MediaError, match="cut short"):
        examine(cut)


def test_a_cut_webm_is_refused(film: Path, made: Ffmpeg, tmp_path: Path) -> None:
    whole = made("film.webm", "-i", film, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")
    examine(whole)
    cut = tmp_path / "cut.webm"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(MediaError, match="cut short"):
        examine(cut)


def test_a_film_with_a_hole_is_refused(film: Path, tmp_path: Path) -> None:
    data = bytearray(film.read_bytes())
    third = len(data) // 3
    data[third : 2 * third] = bytes(third)
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(data)
    with pytest.raises(MediaError):
        examine(torn)


def test_no_index_no_film(made: Ffmpeg, tmp_path: Path) -> None:
    cut = tmp_path / "no-moov.mp4"
    whole = made("late.mp4", *TONE)
    cut.write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(MediaError, match="moov"):
        probe(cut)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(range(256)) * 50,
        b"ffconcat version 1.0\nfile film.mp4\n",
        b"#EXTM3U\n#EXTINF:10,\nfilm.mp4\n#EXT-X-ENDLIST\n",
        b"WEBVTT\n\n00:00.000 --> 00:05.000\nwords\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9",
        b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>',
    ],
    ids=["empty", "garbage", "ffconcat", "hls", "captions", "picture", "dash"],
)
@pytest.mark.parametrize("name", ["x.mp4", "x.ffconcat", "x.m3u8"])
def test_what_is_no_container_of_sound_or_picture_is_refused(
    film: Path, tmp_path: Path, content: bytes, name: str
) -> None:
    (tmp_path / "film.mp4").write_bytes(film.read_bytes())
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MediaError) as caught:
        probe(tmp_path / name)
    assert caught.value.path == tmp_path / name
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["-i.mp4", "https:example.mp4", "a%03d.mp4", "concat:a|b.mp4", "ئۇيغۇر.mp4", "a'b .mp4"]
)
def test_a_name_is_never_an_option_an_address_or_a_pattern(
    film: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(film.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert probe(Path(name)).duration == pytest.approx(20, abs=0.1)
    assert len(stream_digests(Path(name), timeout=60)) == 2


def test_stream_digests_outlive_a_change_of_metadata(film: Path, made: Ffmpeg) -> None:
    retitled = made("retitled.mp4", "-i", film, "-c", "copy", "-metadata", "title=other")
    assert retitled.read_bytes() != film.read_bytes()
    digests = stream_digests(film, timeout=60)
    assert digests == stream_digests(retitled, timeout=60)
    assert {i: len(d) for i, d in digests.items()} == {0: 64, 1: 64}


def test_stream_digests_are_those_of_ffmpeg_itself(film: Path) -> None:
    said = run(
        ["ffmpeg", "-v", "error", "-i", film, "-map", "0", "-c", "copy", "-f", "streamhash", "-hash", "sha256", "-"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    digests = stream_digests(film, timeout=60)
    assert said.split() == [f"0,v,SHA256={digests[0]}", f"1,a,SHA256={digests[1]}"]


def test_decoding_gives_pieces_of_the_asked_length(film: Path) -> None:
    pieces = list(decode(film, 1, seconds=6, timeout=60))
    assert [p.size for p in pieces[:-1]] == [6 * 16_000] * 3
    assert sum(p.size for p in pieces) / 16_000 == pytest.approx(20, abs=0.1)
    assert all(p.dtype == numpy.float32 and p.ndim == 1 for p in pieces)
    assert 0.05 < max(float(abs(p).max()) for p in pieces) <= 1


def test_decoding_can_be_left_early(film: Path) -> None:
    pieces = decode(film, 1, seconds=1, timeout=60)
    assert next(pieces).size == 16_000
    pieces.close()
    assert list(pieces) == []


def test_a_late_track_keeps_its_place_in_time(made: Ffmpeg) -> None:
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=8")
    late = made("late.mkv", *picture, "-itsoffset", "3", *TONE, "-map", "0", "-map", "1", "-c:a", "flac")
    sound = numpy.concatenate(list(decode(late, 1, seconds=60, timeout=60)))
    assert not sound[: int(2.9 * 16_000)].any()
    assert abs(sound[int(3.1 * 16_000) : 4 * 16_000]).max() > 0.05
    assert sound.size / 16_000 == pytest.approx(7, abs=0.1)


def test_decoding_what_is_no_audio_is_refused(film: Path) -> None:
    with pytest.raises(MediaError):
        list(decode(film, 7, seconds=1, timeout=60))


def test_a_film_without_sound_has_no_audio_and_decodes(made: Ffmpeg) -> None:
    mute = made("mute.mp4", "-f", "lavfi", "-i", "testsrc=s=64x48:r=5:d=2")
    assert probe(mute).audio == ()
    examine(mute)


def test_what_never_ends_is_stopped(tmp_path: Path) -> None:
    pipe = tmp_path / "endless.mp4"
    os.mkfifo(pipe)
    with pytest.raises(MediaTimeout, match="stopped") as caught:
        probe(pipe, timeout=0.5)
    assert caught.value.seconds == 0.5
    assert not [p for p in Path("/proc").glob("[0-9]*/cmdline") if str(pipe).encode() in _cmdline(p)]


def _cmdline(process: Path) -> bytes:
    try:
        return process.read_bytes()
    except OSError:
        return b""


def test_without_ffmpeg_the_error_says_what_to_install(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ToolMissing, match="install ffmpeg"):
        probe(film)


def test_an_unknown_codec_is_left_out_of_the_content() -> None:
    streams = (MediaStream(0, "audio", "aac", None, 2), MediaStream(1, "audio", "unknown", None, 4))
    assert Media("mov", 1, streams).content == streams[:1]
