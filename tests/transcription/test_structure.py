"""Files of every kind, whole and cut: what lacks bytes is told by its own structure, and nothing else is."""

from pathlib import Path

import pytest

from tests.support.examined import examine
from tests.transcription.conftest import Ffmpeg
from transcription.errors import CutShort, MediaError
from transcription.media.structure import overrun, xing

PICTURE = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=10:d=12")
TONE = ("-f", "lavfi", "-i", "sine=d=12")
BOTH = (*PICTURE, *TONE)
KINDS: dict[str, tuple[str, ...]] = {
    "index-first.mp4": (*BOTH, "-movflags", "faststart"),
    "fragments.mp4": (*BOTH, "-movflags", "frag_keyframe+empty_moov", "-g", "10"),
    "index.mkv": BOTH,
    "cues-first.mkv": (*BOTH, "-g", "10", "-cues_to_front", "1", "-reserve_index_space", "4000"),
    "live.mkv": (*BOTH, "-live", "1"),
    "sound.webm": (*TONE, "-c:a", "libopus"),
    "vorbis.ogg": (*TONE, "-c:a", "libvorbis"),
    "opus.ogg": (*TONE, "-c:a", "libopus"),
    "steady.mp3": TONE,
    "varying.mp3": (*TONE, "-q:a", "4"),
    "sound.wav": TONE,
    "sound.aiff": TONE,
    "sound.caf": TONE,
    "sound.w64": TONE,
    "sound.flac": TONE,
    "film.avi": BOTH,
    "film.flv": BOTH,
    "film.wmv": BOTH,
}
MUTE: dict[str, tuple[str, ...]] = {
    "film.ts": BOTH,
    "sound.aac": TONE,
    "no-index.mp3": (*TONE, "-q:a", "4", "-write_xing", "0"),
}
"""Kinds that do not say how long they are."""


def cut(whole: Path, to: Path, size: int) -> Path:
    """The beginning of a file."""
    file = to / f"cut{whole.suffix}"
    file.write_bytes(whole.read_bytes()[:size])
    return file


@pytest.mark.parametrize("name", [*KINDS, *MUTE, "late-index.mp4"])
def test_a_whole_file_is_whole(made: Ffmpeg, name: str) -> None:
    whole = made(name, *(KINDS | MUTE).get(name, BOTH))
    assert overrun(whole) is None
    found = examine(whole)
    assert found.unread == ()
    assert found.survey.duration == pytest.approx(12, abs=0.3)


@pytest.mark.parametrize("share", [0.2, 0.55, 0.93])
@pytest.mark.parametrize("name", [*KINDS, "late-index.mp4"])
def test_a_cut_file_is_refused(made: Ffmpeg, tmp_path: Path, name: str, share: float) -> None:
    whole = made(name, *KINDS.get(name, BOTH))
    with pytest.raises(MediaError) as caught:
        examine(cut(whole, tmp_path, int(whole.stat().st_size * share)))
    assert isinstance(caught.value, CutShort) or any(word in str(caught.value) for word in ("moov", "End of file"))


@pytest.mark.parametrize("name", MUTE)
def test_of_what_says_no_length_any_part_is_a_whole(made: Ffmpeg, tmp_path: Path, name: str) -> None:
    whole = made(name, *MUTE[name])
    assert examine(cut(whole, tmp_path, whole.stat().st_size // 2)).survey.duration < 8


def test_a_film_that_ends_between_two_of_its_clusters_is_cut(made: Ffmpeg, tmp_path: Path) -> None:
    whole = made("index.mkv", *KINDS["index.mkv"])
    last = whole.read_bytes().rfind(bytes.fromhex("1f43b675"))
    with pytest.raises(CutShort, match="segment"):
        examine(cut(whole, tmp_path, last))


def test_a_film_whose_cues_name_a_cluster_that_is_not_there_is_cut(made: Ffmpeg, tmp_path: Path) -> None:
    whole = made("cues-first.mkv", *KINDS["cues-first.mkv"])
    last = whole.read_bytes().rfind(bytes.fromhex("1f43b675"))
    with pytest.raises(CutShort, match="cues"):
        examine(cut(whole, tmp_path, last))


def test_a_film_that_ends_between_two_segments_of_its_index_is_cut(made: Ffmpeg, tmp_path: Path) -> None:
    whole = made("dash.mp4", *BOTH, "-g", "10", "-movflags", "+frag_keyframe+empty_moov+default_base_moof+global_sidx")
    assert overrun(whole) is None
    last = whole.read_bytes().rfind(b"moof") - 4
    with pytest.raises(CutShort, match="segment index"):
        examine(cut(whole, tmp_path, last))


def test_a_recorder_that_could_not_go_back_and_write_the_length_is_believed(made: Ffmpeg, tmp_path: Path) -> None:
    piped = tmp_path / "piped.wav"
    data = bytearray(made("sound.wav", *TONE).read_bytes())
    for at in (4, data.index(b"data") + 4):
        data[at : at + 4] = b"\xff\xff\xff\xff"
    piped.write_bytes(data)
    assert examine(piped).survey.duration == pytest.approx(12, abs=0.1)


def test_a_box_that_is_announced_longer_than_its_samples_lacks_nothing(made: Ffmpeg, tmp_path: Path) -> None:
    data = bytearray(made("index-first.mp4", *KINDS["index-first.mp4"]).read_bytes())
    at = data.index(b"mdat") - 4
    data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + 5000).to_bytes(4, "big")
    (tmp_path / "long.mp4").write_bytes(data)
    assert overrun(tmp_path / "long.mp4") is not None
    assert examine(tmp_path / "long.mp4").survey.duration == pytest.approx(12, abs=0.1)


def test_what_stands_behind_the_last_part_is_no_part(made: Ffmpeg, tmp_path: Path) -> None:
    for name, rest in (("film.flv", b"\0" * 4096), ("film.flv", b"\x08abcd"), ("index-first.mp4", b"\0" * 4096)):
        padded = tmp_path / f"padded{Path(name).suffix}"
        padded.write_bytes(made(name, *KINDS[name]).read_bytes() + rest)
        assert examine(padded).survey.duration == pytest.approx(12, abs=0.3)


def test_a_length_that_counts_its_headers_in_is_no_loss(made: Ffmpeg, tmp_path: Path) -> None:
    data = bytearray(made("sound.wav", *TONE).read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = len(data).to_bytes(4, "little")
    (tmp_path / "x.wav").write_bytes(data)
    assert examine(tmp_path / "x.wav").survey.duration == pytest.approx(12, abs=0.1)


@pytest.mark.parametrize("share", [1, 0.6])
def test_sound_of_64_bits_says_its_length_too(made: Ffmpeg, tmp_path: Path, share: float) -> None:
    whole = made("long.wav", *TONE, "-rf64", "always")
    part = cut(whole, tmp_path, int(whole.stat().st_size * share))
    assert (overrun(part) is None) == (share == 1)


def test_a_camera_that_writes_pcm_may_announce_a_longer_box_too(made: Ffmpeg, tmp_path: Path) -> None:
    data = bytearray(made("camera.mov", *BOTH, "-c:a", "pcm_s16be", "-movflags", "faststart").read_bytes())
    at = data.index(b"mdat") - 4
    data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + 64).to_bytes(4, "big")
    (tmp_path / "x.mov").write_bytes(data)
    examine(tmp_path / "x.mov")
    with pytest.raises(CutShort):
        examine(cut(tmp_path / "x.mov", tmp_path, len(data) - 90_000))


def test_a_word_in_a_broadcast_is_no_index_of_an_mp3(made: Ffmpeg) -> None:
    named = made("infos.ts", *BOTH, "-metadata", "service_name=Infos", "-mpegts_flags", "+pat_pmt_at_frames")
    assert overrun(named) is None


def test_the_index_of_an_mp3_is_found_behind_its_tags(made: Ffmpeg) -> None:
    tagged = made("tagged.mp3", *TONE, "-q:a", "4", "-metadata", "title=" + "x" * 3000)
    found = xing(tagged)
    assert found is not None
    assert found.length == tagged.stat().st_size - found.at
    assert xing(made("no-index.mp3", *MUTE["no-index.mp3"])) is None


@pytest.mark.parametrize("begin", ["", "\x1aE\xdf\xa3", "OggS", "RIFF", "FLV", "\0\0\0\x18ftyp", "caff", "ID3"])
@pytest.mark.parametrize("rest", [0, 3, 40, 4000])
def test_garbage_is_looked_at_without_an_error(tmp_path: Path, begin: str, rest: int) -> None:
    (tmp_path / "x").write_bytes(begin.encode("latin-1") + bytes(range(256)) * (rest // 256 + 1))
    overrun(tmp_path / "x")
