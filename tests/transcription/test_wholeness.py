"""Films that play everywhere are kept, whatever their labels say; tracks that cannot be read hinder no others."""

import sys
from pathlib import Path
from subprocess import run

import numpy
import pytest

from tests.support.examined import examine
from tests.transcription.conftest import Ffmpeg
from transcription.errors import MediaError
from transcription.media import by_opencore
from transcription.media.decoding import decode, decode_apart, stream_digests
from transcription.media.packets import GAP_S
from transcription.media.probing_media import probe, survey
from transcription.media.tools import CONTAINERS

PICTURE = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=8")
TONE = ("-f", "lavfi", "-i", "sine=d=8")
BOTH = (*PICTURE, *TONE)
SUBTITLE = "1\n00:00:01,000 --> 00:00:40,000\nwords\n"


def late(seconds: float, *options: str) -> tuple[str, ...]:
    """Arguments for a film whose timestamps begin at so many seconds."""
    return (*BOTH, *options, "-output_ts_offset", str(seconds))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("begins5.webm", late(5, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")),
        ("begins10.mkv", late(10)),
        ("begins10.mp4", late(10, "-movflags", "frag_keyframe+empty_moov")),
        ("begins100.ts", late(100)),
    ],
)
def test_a_film_whose_clock_begins_late_is_whole(made: Ffmpeg, name: str, options: tuple[str, ...]) -> None:
    found = examine(made(name, *options))
    assert found.survey.duration == pytest.approx(8, abs=0.3)
    assert found.media.start == pytest.approx(found.survey.start, abs=0.05)


def test_a_subtitle_that_outlasts_the_film_says_nothing_of_its_length(made: Ffmpeg, tmp_path: Path) -> None:
    (tmp_path / "x.srt").write_text(SUBTITLE)
    film = made("subtitled.mkv", *BOTH, "-i", tmp_path / "x.srt", "-map", "0", "-map", "1", "-map", "2", "-c:s", "srt")
    assert probe(film).duration > 20
    assert examine(film).survey.duration == pytest.approx(8, abs=0.1)


def test_a_length_that_is_guessed_by_bit_rate_is_none(made: Ffmpeg) -> None:
    quiet = "aevalsrc='if(lt(t,1),random(0)-0.5,0)':d=20"
    sound = made("guessed.mp3", "-f", "lavfi", "-i", quiet, "-q:a", "2", "-write_xing", "0")
    assert probe(sound).duration < 17, "or ffprobe's guess is right by now"
    assert examine(sound).survey.duration == pytest.approx(20, abs=0.2)


def test_sound_from_the_middle_of_a_stream_is_whole(made: Ffmpeg, tmp_path: Path) -> None:
    data = made("stream.ogg", *TONE, "-c:a", "libvorbis").read_bytes()
    pages = [at for at in range(len(data)) if data.startswith(b"OggS", at)]
    middle = tmp_path / "middle.ogg"
    middle.write_bytes(data[: pages[2]] + data[pages[4] :])
    examine(middle)


def with_two_tracks(made: Ffmpeg, kind: str = "mp4") -> Path:
    """A picture and two tracks of sound."""
    second = ("-f", "lavfi", "-i", "sine=f=880:d=8")
    return made(f"tracks.{kind}", *BOTH, *second, "-map", "0", "-map", "1", "-map", "2", "-c:a", "aac")


def test_a_track_in_a_codec_that_nobody_knows_is_told(made: Ffmpeg, tmp_path: Path) -> None:
    data = bytearray(with_two_tracks(made).read_bytes())
    at = data.rfind(b"mp4a\0\0\0")
    data[at : at + 4] = b"zzzz"
    at = data.index(b"esds", at)
    data[at : at + 4] = b"free"
    (tmp_path / "x.mp4").write_bytes(data)
    found = examine(tmp_path / "x.mp4")
    assert [(one.index, "no name" in one.why) for one in found.unread] == [(2, True)]
    assert sorted(stream_digests(tmp_path / "x.mp4", timeout=60)) == [0, 1]


def test_an_empty_track_is_told_and_the_others_are_read(made: Ffmpeg) -> None:
    none = ("-f", "lavfi", "-t", "0.01", "-i", "sine=d=8,atrim=start=9")
    film = made("empty.mkv", *PICTURE, *none, *TONE, "-map", "0", "-map", "1", "-map", "2", "-c:a", "flac")
    found = examine(film)
    assert [(one.index, one.why) for one in found.unread] == [(1, "is empty")]
    assert sum(piece.size for piece in decode(film, 2, seconds=60, timeout=60)) == pytest.approx(8 * 16_000, rel=0.01)
    assert len(stream_digests(film, timeout=60)) in (2, 3)


def test_a_track_that_cannot_be_decoded_hinders_no_others(made: Ffmpeg, tmp_path: Path) -> None:
    second = ("-f", "lavfi", "-i", "sine=f=880:d=8")
    film = made("flac.mkv", *BOTH, *second, "-map", "0", "-map", "1", "-map", "2", "-c:a:0", "aac", "-c:a:1", "flac")
    data = bytearray(film.read_bytes())
    for at in range(len(data) - 2):
        if data[at] == 0xFF and data[at + 1] in (0xF8, 0xF9):  # the beginning of each frame of FLAC
            data[at] = 0
    (tmp_path / "x.mkv").write_bytes(data)
    found = examine(tmp_path / "x.mkv")
    assert [one.index for one in found.unread] == [2]
    assert "cannot be decoded" in found.unread[0].why


def test_what_nothing_can_be_decoded_of_is_refused(made: Ffmpeg, tmp_path: Path) -> None:
    data = bytearray(made("alone.mkv", *TONE, "-c:a", "flac").read_bytes())
    for at in range(len(data) - 2):
        if data[at] == 0xFF and data[at + 1] in (0xF8, 0xF9):
            data[at] = 0
    (tmp_path / "x.mkv").write_bytes(data)
    with pytest.raises(MediaError):
        examine(tmp_path / "x.mkv")


def telephone(path: Path, seconds: int) -> Path:
    """What a telephone records: AMR with comfort noise in its pauses, by opencore's own encoder."""
    import av

    rate = 8000
    time = numpy.arange(seconds * rate) / rate
    sound = numpy.where(time % 4 < 2, 0.4 * numpy.sin(2 * numpy.pi * 300 * time) * (1 + numpy.sin(19 * time)), 0)
    with av.open(str(path), "w", format="amr") as container:
        stream = container.add_stream("libopencore_amrnb", rate=rate, layout="mono", options={"dtx": "1"})
        stream.bit_rate = 12200
        for at in range(0, sound.size, 160):
            block = (sound[at : at + 160] * 32000).astype(numpy.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_telephones_recording_with_comfort_noise_is_kept_and_decoded(tmp_path: Path) -> None:
    file = telephone(tmp_path / "x.amr", 12)
    assert examine(file).unread == ()
    sound = numpy.concatenate(list(decode(file, 0, seconds=5, timeout=60)))
    assert sound.size / 16_000 == pytest.approx(12, abs=0.1)
    loud = [numpy.abs(sound[int(s * 16_000) : int((s + 0.2) * 16_000)]).max() > 0.1 for s in (0.5, 3, 4.5, 7, 8.5, 11)]
    assert loud == [True, False, True, False, True, False]


@pytest.mark.parametrize(("name", "codec"), [("twice.ogg", "libvorbis"), ("twice.mp3", "libmp3lame")])
def test_two_recordings_in_one_file_are_as_long_as_both(made: Ffmpeg, tmp_path: Path, name: str, codec: str) -> None:
    one = made(f"once-{name}", *TONE, "-c:a", codec)
    both = tmp_path / name
    both.write_bytes(one.read_bytes() * 2)
    assert examine(both).survey.duration == pytest.approx(16, abs=0.3)
    sound = sum(piece.size for piece in decode(both, 0, seconds=60, timeout=60))
    assert sound / 16_000 == pytest.approx(16, abs=0.3)


def test_a_tape_of_a_camera_is_whole(made: Ffmpeg) -> None:
    tape = ("-f", "lavfi", "-i", "testsrc=s=720x576:r=25:d=2", "-f", "lavfi", "-i", "sine=d=2:r=48000")
    assert examine(made("tape.dv", *tape, "-target", "pal-dv")).survey.duration == pytest.approx(2, abs=0.1)


def test_a_telephone_that_stopped_within_a_packet_is_kept(tmp_path: Path) -> None:
    file = telephone(tmp_path / "x.amr", 12)
    file.write_bytes(file.read_bytes()[:-10])
    assert examine(file).unread == ()
    assert sum(piece.size for piece in decode(file, 0, seconds=60, timeout=60)) / 16_000 == pytest.approx(12, abs=0.2)


def test_the_sound_of_telephones_is_read_in_other_containers_too(made: Ffmpeg, tmp_path: Path) -> None:
    file = telephone(tmp_path / "x.amr", 6)
    for name in ("telephone.3gp", "telephone.mkv", "telephone.avi"):
        assert examine(made(name, "-i", file, "-c", "copy")).unread == ()


def test_a_fault_of_a_decoder_of_our_own_does_not_tell_where_a_file_lies(tmp_path: Path) -> None:
    file = telephone(tmp_path / "x.amr", 6)
    command = [sys.executable, "-I", by_opencore.__file__, str(file), "7", "16000", CONTAINERS]
    done = run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "AMR cannot be decoded: IndexError\n")


@pytest.mark.parametrize("first", ["5.1", "stereo"])
def test_a_broadcast_that_changes_its_channels_keeps_its_seconds(tmp_path: Path, first: str) -> None:
    parts = list[bytes]()
    for number, layout in enumerate((first, "stereo" if first == "5.1" else "5.1")):
        part = tmp_path / f"{number}.ts"
        tone = f"sine=d=5:r=48000,aformat=channel_layouts={layout}"
        told = ("-c:a", "ac3", "-output_ts_offset", str(10 + 5 * number), "-muxdelay", "0")
        run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, *told, str(part)], check=True, timeout=60)
        parts.append(part.read_bytes())
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(parts))
    media = probe(both)
    apart = sum(len(piece) for piece in decode_apart(both, 0, seconds=60, timeout=60, media=media)) / 16_000
    mixed = sum(piece.size for piece in decode(both, 0, seconds=60, timeout=60)) / 16_000
    assert apart == pytest.approx(10, abs=0.5)
    assert mixed == pytest.approx(10, abs=0.5)


def test_holes_in_the_sound_and_leaps_are_seen(made: Ffmpeg) -> None:
    hole = made("hole.mkv", "-f", "lavfi", "-i", "sine=d=8,asetpts='PTS+gt(T,4)*3/TB'", "-c:a", "flac")
    found = survey(hole, probe(hole), timeout=60)
    assert found.extents[0].gap == pytest.approx(3, abs=0.2)
    assert found.duration == pytest.approx(11, abs=0.2)
    plain = made("plain.mkv", *TONE, "-c:a", "flac")
    assert survey(plain, probe(plain), timeout=60).extents[0].gap < GAP_S
