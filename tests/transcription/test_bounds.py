import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from tests.support.examined import examine
from tests.transcription.conftest import Ffmpeg
from transcription.errors import MediaError, ToolMissing
from transcription.media import decoding, tools
from transcription.media.bounds import bounded, started
from transcription.media.decoding import decode, stream_digests
from transcription.media.probing_media import probe

SOUND = ("-f", "lavfi", "-i", "sine=d=0.2:r=8000")
FORGETFUL = "import sys; sys.stdout.write('kept'); sys.stdout.flush(); held = bytearray({})"


def _python(
    program: str, *, memory: int = 256 << 20, seconds: float = 60, file_size: int = 0
) -> "subprocess.Popen[bytes]":
    command = bounded([sys.executable, "-c", program], seconds=seconds, memory=memory, file_size=file_size)
    return started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("name", ["many.mka", "many.ts", "many.mov"])
def test_a_film_of_too_many_tracks_is_refused(made: Ffmpeg, name: str) -> None:
    codec = "mp2" if name == "many.ts" else "aac"
    with pytest.raises(MediaError, match="holds more than 256 tracks, which no film needs"):
        probe(made(name, *SOUND, *("-map", "0") * 260, "-c:a", codec))


def test_a_film_of_pictures_too_large_is_refused_before_any_is_decoded(made: Ffmpeg) -> None:
    huge = made("huge.mkv", "-f", "lavfi", "-i", "color=s=9000x9000:d=0.04:r=25,format=gray", "-c:v", "png")
    with pytest.raises(MediaError, match="shows pictures of 9000 × 9000 pixels, more than the 67,108,864 allowed"):
        probe(huge)


def test_a_huge_cover_is_no_fault_of_its_film(made: Ffmpeg) -> None:
    cover = ("-f", "lavfi", "-i", "color=s=9000x9000:d=0.04:r=25,format=gray", "-map", "0", "-map", "1")
    song = made("song.mp3", "-f", "lavfi", "-i", "sine=d=3", *cover, "-disposition:v", "attached_pic", "-c:v", "png")
    assert [s.kind for s in probe(song).streams] == ["audio", "picture"]
    examine(song)
    assert list(stream_digests(song, timeout=60)) == [0]


def test_an_ordinary_film_of_today_is_within_bounds(made: Ffmpeg) -> None:
    """4K with the sound of eight microphones."""
    picture = ("-f", "lavfi", "-i", "color=s=3840x2160:r=25:d=0.2", "-f", "lavfi", "-i", "sine=d=0.2")
    tracks = ("-map", "0", *("-map", "1") * 8)
    film = made("today.mkv", *picture, *tracks, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
    assert len(probe(film).content) == 9
    examine(film)
    assert sum(piece.size for piece in decode(film, 8, seconds=1, timeout=60)) == pytest.approx(0.2 * 16_000, rel=0.5)


def test_sound_that_a_date_makes_endless_is_left(made: Ffmpeg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LONGEST", 60.0)
    gap = made("gap.mka", "-f", "lavfi", "-i", "sine=d=1,asetpts='PTS+gt(T,0.5)*4000/TB'", "-c:a", "flac")
    with pytest.raises(MediaError, match="its sound goes on for more than"):
        list(decode(gap, 0, seconds=1, timeout=60))


def test_memory_beyond_the_bound_is_refused_by_the_kernel() -> None:
    with _python(FORGETFUL.format(512 << 20)) as process:
        said, fault = process.communicate(timeout=60)
    assert (said, process.returncode) == (b"kept", 1)
    assert b"MemoryError" in fault
    with _python(FORGETFUL.format(16 << 20)) as process:
        assert process.communicate(timeout=60) == (b"kept", b"")


def test_a_film_that_takes_more_memory_is_refused_in_a_sentence(made: Ffmpeg, monkeypatch: pytest.MonkeyPatch) -> None:
    large = made("large.mkv", "-f", "lavfi", "-i", "color=s=8000x8000:d=0.04:r=25,format=gray", "-c:v", "png")
    monkeypatch.setattr(tools, "bounded", partial(bounded, memory=80 << 20))
    with pytest.raises(MediaError, match="cannot be read within"):
        examine(large)


def test_a_tool_that_only_computes_is_ended() -> None:
    command = bounded([sys.executable, "-c", "while True: pass"], seconds=0.01)
    with started(command, stdout=subprocess.PIPE) as process:
        assert process.wait(30) == -signal.SIGXCPU


def test_a_tool_writes_no_file(tmp_path: Path, film: Path) -> None:
    stray = tmp_path / "stray.wav"
    with pytest.raises(MediaError):
        tools.run(["ffmpeg", "-nostdin", "-v", "error", "-i", str(film), str(stray)], film, 60)
    assert not stray.exists() or not stray.stat().st_size


def test_a_tool_learns_no_secrets_of_the_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIRDCOPY_TARGETS__FIRST__SECRET_KEY", "very secret")
    with _python("import os; print(sorted(os.environ))") as process:
        assert b"THIRDCOPY" not in process.communicate(timeout=60)[0]


def test_a_tool_outlives_the_thread_that_asked_for_it() -> None:
    begun: list[subprocess.Popen[bytes]] = []
    asking = Thread(target=lambda: begun.append(_python("import time; time.sleep(0.5); print('done')")))
    asking.start()
    asking.join()
    with begun[0] as process:
        assert process.communicate(timeout=60) == (b"done\n", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_tool_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    """By kill -9, in the middle of what only a digest at the end would tell its reader."""
    noted = tmp_path / "pid"
    tool = f"import os, time; open({str(noted)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    starter = (
        "import sys, time; from transcription.media.bounds import bounded, started\n"
        f"started(bounded([sys.executable, '-c', {tool!r}], seconds=60, file_size=100)); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", starter]) as process:
        _until(lambda: noted.exists() and bool(noted.read_text()))
        number = int(noted.read_text())
        assert _lives(number)
        process.kill()
    _until(lambda: not _lives(number))


def test_a_tool_that_is_not_there_is_named() -> None:
    with pytest.raises(ToolMissing, match="ffmpegg"):
        bounded(["ffmpegg"], seconds=1)


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.02)
