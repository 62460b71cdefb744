"""The second that is shown is the second that is heard, of derivatives too: in a real Chromium, sought or not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from subprocess import run

import numpy
import pytest

from archive.playing.derivatives import ahead_of
from tests.support.browsing import FileBody, browser, heard, heard_through
from tests.transcription.test_wholeness import telephone
from transcription.documents.players import keeps_its_clock
from transcription.errors import MediaError
from transcription.media.decoding import SAMPLE_RATE, decode
from transcription.media.light_copies import Original, light_copy
from transcription.media.probing_media import Media, probe, survey

PICTURE = ("-f", "lavfi", "-i", "testsrc=s=64x48:r=25:d=12")
TONE = ("-f", "lavfi", "-i", "sine=f=1000:d=12,volume='between(t,6,7)':eval=frame")
"""A tone from the sixth second to the seventh."""

LATE = ("-itsoffset", "2")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50")
FRAGMENTS = ("-movflags", "frag_keyframe+empty_moov+delay_moov")


def hole(seconds: int) -> tuple[str, ...]:
    """The tone behind a hole in the sound."""
    times = f"asetpts='PTS+gt(T,3)*{seconds}/TB'"
    return ("-f", "lavfi", "-i", f"sine=f=1000:d=12,volume='between(t,6,7)':eval=frame,{times}")


FILMS: dict[str, tuple[float, tuple[str, ...]]] = {
    "late-sound.mp4": (8, (*PICTURE, *LATE, *TONE, *X264, "-c:a", "aac")),
    "late-sound.ts": (8, (*PICTURE, *LATE, *TONE, *X264, "-c:a", "aac")),
    "late-sound.mpg": (8, (*PICTURE, *LATE, *TONE, "-c:v", "mpeg2video", "-c:a", "mp2")),
    "late-picture.ts": (6, (*LATE, *PICTURE, *TONE, *X264, "-c:a", "aac")),
    "from-10.mkv": (6, (*PICTURE, *TONE, *X264, "-c:a", "flac", "-output_ts_offset", "10")),
    "from-10.mp4": (6, (*PICTURE, *TONE, *X264, "-c:a", "aac", *FRAGMENTS, "-output_ts_offset", "10")),
    "from-100.ts": (6, (*PICTURE, *TONE, *X264, "-c:a", "aac", "-output_ts_offset", "100")),
    "from-100.ogg": (6, (*TONE, "-c:a", "libopus", "-output_ts_offset", "100")),
    "hole.mkv": (9, (*PICTURE, *hole(3), *X264, "-c:a", "flac")),
    "hole.mp4": (9, (*PICTURE, *hole(3), *X264, "-c:a", "aac")),
    "leap.ts": (18, (*PICTURE, *hole(12), *X264, "-c:a", "aac")),
    "avi.avi": (6, (*PICTURE, *TONE, "-c:v", "mpeg4", "-c:a", "libmp3lame")),
    "sound-alone.ts": (6, (*TONE, "-c:a", "aac")),
}
"""At which second from the container's start the tone is, and how the film is made."""

Made = dict[str, tuple[Path, Path, Media, float]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Films, their light copies, what is known of them, and how far ahead the copy is."""
    folder, found = tmp_path_factory.mktemp("films"), Made()
    for name, (_, arguments) in FILMS.items():
        run(["ffmpeg", "-nostdin", "-v", "error", *arguments, str(folder / name)], check=True, timeout=60)
    whole, cut = folder / "late-sound.mp4", folder / "edit-list.mp4"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-ss", "2.5", "-i", str(whole), "-c", "copy", str(cut)]
    run(command, check=True, timeout=60)
    for name in (*FILMS, cut.name):
        film, copy = folder / name, folder / f"light-{name}.mp4"
        original = original_of(film)
        shares = list(light_copy(original, copy))
        assert shares == sorted(shares)
        assert 0 <= shares[0] <= shares[-1] <= 1
        found[name] = film, copy, original.media, ahead_of(original)
    return found


def original_of(film: Path, track: int | None = None) -> Original:
    media = probe(film)
    return Original(film, media, survey(film, media, timeout=60), track)


def onset(film: Path, media: Media) -> float:
    """The second of a transcript at which the tone begins: from the container's start, as it is decoded to be read."""
    known = survey(film, media, timeout=60)
    pieces = decode(film, media.audio[0].index, seconds=60, timeout=60, media=media, survey=known)
    sound = numpy.concatenate(list(pieces))
    return float(numpy.flatnonzero(numpy.abs(sound) > 0.05)[0]) / SAMPLE_RATE


def test_a_segment_is_heard_where_it_is_shown(made: Made) -> None:
    moments, bodies = dict[str, float](), dict[str, FileBody]()
    for name, (film, copy, media, ahead) in made.items():
        begins = media.start if keeps_its_clock(media.container, media.audio[0].codec) else 0.0
        second = onset(film, media)
        if name in FILMS:
            assert second == pytest.approx(FILMS[name][0], abs=0.1), name
        moments[name], bodies[name] = second + begins + ahead, FileBody(copy, "video/mp4")
    with browser(bodies) as page:
        sought, through = heard(page, moments), heard_through(page, list(bodies), most=24)
    for name, moment in moments.items():
        assert sought[name] == pytest.approx(moment, abs=0.1), name
        assert through[name] == pytest.approx(moment, abs=0.1), name


def test_a_moment_of_the_original_is_found_in_its_derivative(made: Made) -> None:
    """Both are heard in the browser, wherever it plays the original: what is ahead is what lies between."""
    bodies, expected = dict[str, FileBody](), dict[str, float]()
    for name in ORIGINALS:
        film, copy, media, ahead = made[name]
        moment = onset(film, media) + media.start
        bodies |= {name: FileBody(film, "video/mp4"), f"copy-of-{name}": FileBody(copy, "video/mp4")}
        expected |= {name: moment, f"copy-of-{name}": moment + ahead}
    with browser(bodies) as page:
        found = heard(page, expected)
    assert found == {name: pytest.approx(moment, abs=0.1) for name, moment in expected.items()}
    assert {name: round(made[name][3]) for name in ORIGINALS} == ORIGINALS


ORIGINALS = {
    "late-sound.mp4": 0,
    "from-10.mkv": -10,
    "from-10.mp4": -10,
    "from-100.ogg": -100,
    "hole.mkv": 0,
    "hole.mp4": 0,
    "edit-list.mp4": 0,
}
"""Those that a browser plays as they are, and how far ahead their derivatives are."""


def test_copies_are_light(made: Made, make: Callable[..., Path]) -> None:
    film = make("large.mkv", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=25:d=5", "-f", "lavfi", "-i", "sine=d=5")
    copy = film.with_suffix(".mp4")
    list(light_copy(original_of(film), copy))
    picture, sound = probe(copy).streams
    assert (picture.codec, picture.height, sound.codec, sound.channels) == ("h264", 480, "aac", 1)
    assert copy.stat().st_size * 8 / 5 < 1_200_000
    assert key_frames(copy) == pytest.approx([0, 2, 4], abs=0.05)
    head = copy.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


@pytest.mark.parametrize(
    ("size", "expected"),
    [("1080x1920", (480, 854)), ("64x48", (64, 48)), ("4000x100", (1280, 32)), ("641x479", (640, 478))],
)
def test_of_any_shape(make: Callable[..., Path], size: str, expected: tuple[int, int]) -> None:
    film = make(f"{size}.mkv", "-f", "lavfi", "-i", f"testsrc2=s={size}:r=5:d=1", "-c:v", "ffv1")
    copy = film.with_suffix(".mp4")
    list(light_copy(original_of(film), copy))
    (picture,) = probe(copy).streams
    assert picture.height == expected[1]
    assert picture.pixels == expected[0] * expected[1]


def test_of_three_microphones_none_is_lost(make: Callable[..., Path]) -> None:
    third = "aevalsrc='0|0|sin(2000*PI*t)*between(t,1,2)':d=3:s=48000:c=2.1"
    film = make("three.mkv", "-f", "lavfi", "-i", third, "-c:a", "flac")
    copy = film.with_suffix(".mp4")
    list(light_copy(original_of(film), copy))
    assert onset(copy, probe(copy)) == pytest.approx(1, abs=0.1)


def test_another_track_is_heard_where_its_own_is(make: Callable[..., Path]) -> None:
    late = ("-itsoffset", "2", *TONE, "-map", "0", "-map", "1", "-map", "2", *X264, "-c:a", "aac")
    film = make("two-tracks.ts", *PICTURE, *TONE, *late)
    for track, second in ((None, 6), (1, 6), (2, 8)):
        copy = film.with_suffix(f".{track}.mp4")
        original = original_of(film, track)
        list(light_copy(original, copy))
        assert ahead_of(original) == pytest.approx(0, abs=0.05)
        assert onset(copy, probe(copy)) == pytest.approx(second, abs=0.1)


def test_a_telephones_sound_with_comfort_noise_comes_too(make: Callable[..., Path], tmp_path: Path) -> None:
    amr = telephone(tmp_path / "x.amr", 12)  # 2 s of sound, 2 s of noise, and so on
    told = ("-itsoffset", "3", "-i", str(amr), "-map", "0", "-map", "1", "-c:v", "h263", "-c:a", "copy")
    film = make("telephone.3gp", "-f", "lavfi", "-i", "testsrc=s=176x144:r=15:d=15", *told)
    copy = film.with_suffix(".mp4")
    list(light_copy(original_of(film), copy))
    assert [stream.codec for stream in probe(copy).streams] == ["h264", "aac"]
    sound = numpy.concatenate(list(decode(copy, 1, seconds=60, timeout=60)))
    loud = [numpy.abs(sound[int(s * 16_000) : int((s + 0.2) * 16_000)]).max() > 0.1 for s in (2.5, 3.2, 4.7, 5.5, 7.2)]
    assert loud == [False, True, True, False, True]
    assert not list(film.parent.glob("*.sound"))


def test_a_film_of_which_only_the_beginning_can_be_decoded_has_no_copy(
    make: Callable[..., Path], tmp_path: Path
) -> None:
    whole = make("whole.mkv", *PICTURE, "-c:v", "ffv1")
    film = replace(original_of(whole), path=tmp_path / "film.mkv")
    film.path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    with pytest.raises(MediaError, match=r"only \d of its 12 seconds can be decoded"):
        list(light_copy(film, tmp_path / "copy.mp4"))


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    folder = tmp_path_factory.mktemp("made")

    def made(name: str, *arguments: str) -> Path:
        run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, str(folder / name)], check=True, timeout=60)
        return folder / name

    return made


def key_frames(film: Path) -> list[float]:
    command = (
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v",
        "-skip_frame",
        "nokey",
        "-show_entries",
        "frame=pts_time",
    )
    said = run([*command, "-of", "csv=p=0", str(film)], capture_output=True, text=True, check=True, timeout=60).stdout
    return [float(line.strip(",")) for line in said.split()]
