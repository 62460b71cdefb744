"""What yt-dlp may start, and how that ends: real programs, and the real yt-dlp."""
# mypy: disable-error-code="import-untyped"

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from yt_dlp.extractor.youtube.jsc._builtin.deno import DenoJCP
from yt_dlp.extractor.youtube.jsc.provider import JsChallengeProviderError
from yt_dlp.postprocessor.ffmpeg import FFmpegPostProcessor
from yt_dlp.utils import Popen

from archive.sources.ytdlp.limits import OutOfBounds
from archive.sources.ytdlp.media_checks import Faulty
from archive.sources.ytdlp.programs import ours, run_script
from archive.sources.ytdlp.ytdlp_session import javascript_runtime
from tests.world.media import false_film

PARAMS = {"external_downloader": {"default": "native"}}
SANDBOX = [*DenoJCP._DENO_BASE_OPTIONS, "--no-npm", "--cached-only"]


@pytest.mark.parametrize(
    "info",
    [
        {"url": "rtmp://x/film"},
        {"url": "https://x/list.m3u8", "is_live": True},
        {"url": "https://x/list.m3u8", "protocol": "m3u8_native", "is_live": True},
        {"url": "wss://x/film", "protocol": "websocket_frag"},
        {"url": "https://x/film", "protocol": "rtmp_ffmpeg"},
        {"url": "https://x/film", "protocol": "niconico_live"},
        {"url": "https://x/film", "section_start": 5, "section_end": 7},
        {"url": "mms://x/film"},
        {"url": "rtsp://x/film"},
        {"url": "ftp://x/film"},
        {"url": "file:///etc/hostname"},
        {"url": "https://x/film.f4m"},
    ],
    ids=str,
)
def test_what_another_program_or_protocol_would_fetch_is_not_ours(info: dict[str, object]) -> None:
    assert ours(info, PARAMS)


@pytest.mark.parametrize("protocol", ["https", "http", "m3u8_native", "m3u8", "http_dash_segments", "ism", "mhtml"])
def test_what_yt_dlp_asks_for_itself_is_ours(protocol: str) -> None:
    assert ours({"url": "https://x/film", "protocol": protocol}, PARAMS) is None


@pytest.mark.parametrize(
    "command", [["ffmpeg", "-i", "https://x/list.m3u8", "film.mp4"], ["rtmpdump", "-r", "x"], ["sh"], "id"], ids=str
)
def test_no_program_is_started_but_to_be_asked_for_its_version(command: list[str] | str) -> None:
    with pytest.raises(OutOfBounds, match="format"):
        Popen(command)
    assert Popen.run([sys.executable, "--version"], stdout=subprocess.PIPE)[2] == 0


def test_tracks_are_joined_without_a_change(film: Path, tmp_path: Path) -> None:
    joined = tmp_path / "joined.mp4"
    merger = FFmpegPostProcessor()
    maps = ["-c", "copy", "-map", "0:v:0", "-map", "1:a:0"]
    merger.run_ffmpeg_multiple_files([str(film), str(film)], str(joined), maps)
    assert merger.get_audio_codec(str(joined)) == "aac"
    assert joined.stat().st_size == pytest.approx(film.stat().st_size, rel=0.1)


def test_a_track_that_is_a_list_of_other_files_is_not_joined(film: Path, films: Path, tmp_path: Path) -> None:
    with pytest.raises(Faulty):
        FFmpegPostProcessor().run_ffmpeg_multiple_files(
            [str(false_film(films)), str(film)], str(tmp_path / "joined.mp4"), ["-c", "copy"]
        )


def test_a_script_reaches_nothing_but_its_own_output() -> None:
    script = """for (const reach of [
        () => Deno.readTextFileSync("/etc/hostname"), () => Deno.env.get("PATH"), () => Deno.hostname(),
        () => new Deno.Command("id").outputSync(), () => Deno.writeTextFileSync("x", "1"),
        () => Deno.connect({hostname: "127.0.0.1", port: 8080})])
        try { await reach(); console.log("reached") } catch (e) { console.log(e.name) }"""
    runtime = SimpleNamespace(runtime_info=SimpleNamespace(path=javascript_runtime()))
    assert set(DenoJCP._run_deno(runtime, script, SANDBOX).split()) == {"NotCapable"}


@pytest.mark.parametrize(
    ("script", "timeout"),
    [
        ("while (true);", 2),
        ("const held = []; while (true) held.push(new Array(1e5).fill(Math.random()));", 60),
        ("while (true) console.log('x'.repeat(1e6));", 60),
    ],
    ids=["without end", "without measure", "without a word's end"],
)
def test_a_script_ends(script: str, timeout: float) -> None:
    began = time.monotonic()
    with pytest.raises(JsChallengeProviderError):
        run_script(str(javascript_runtime()), script, SANDBOX, timeout=timeout)
    assert time.monotonic() - began < 50


SCRIPT = """
from archive.sources.ytdlp.programs import run_script
from archive.sources.ytdlp.ytdlp_session import javascript_runtime
run_script(javascript_runtime(), "while (true);", ["--ext=js", "--no-npm", "--cached-only"])
"""
JOIN = """
import sys
from pathlib import Path
from transcription.media.joining import join
join([Path(sys.argv[1])], Path(sys.argv[1] + ".mp4"), ["-c", "copy"], timeout=60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends a child with its parent on Linux alone")
@pytest.mark.parametrize("program", [SCRIPT, JOIN], ids=["deno", "ffmpeg"])
def test_a_program_ends_with_us_also_by_kill_9(tmp_path: Path, program: str) -> None:
    stuck = tmp_path / "pipe"
    os.mkfifo(stuck)
    starter = subprocess.Popen([sys.executable, "-c", program, str(stuck)])
    try:
        child = first_child(starter.pid)
        starter.send_signal(signal.SIGKILL)
        starter.wait(10)
        end = time.monotonic() + 10
        while running(child) and time.monotonic() < end:
            time.sleep(0.05)
        assert not running(child)
    finally:
        starter.kill()
        starter.wait()


def first_child(of: int) -> int:
    """The deno or ffmpeg that a process started, once it is there."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(FileNotFoundError):  # what has ended meanwhile is another one
            for task in Path(f"/proc/{of}/task").iterdir():
                for child in (task / "children").read_text().split():
                    if Path(f"/proc/{child}/exe").readlink().name in ("deno", "ffmpeg"):
                        return int(child)
        time.sleep(0.05)
    raise AssertionError("it started nothing")


def running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
