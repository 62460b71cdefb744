"""Ctrl-C and SIGTERM end a command within seconds, and the next run goes on."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows.interrupts import WORDS, Ended, ended_at_once, raised
from tests.flows.place import Place, little_archive, until, videos
from tests.world.channel import Fault

SOON = 10.0
"""Seconds; with nothing to wait for it is a tenth of one, but on a machine at work."""

BUSY = """
import hashlib, sys
from flows.interrupts import ended_at_once
with ended_at_once(lambda words: print(words, flush=True)):
    print("begun", flush=True)
    {}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "work",
    [
        "hashlib.pbkdf2_hmac('sha512', b'x', b'x', 1_000_000_000)",
        "import threading; t = threading.Thread(target=hashlib.pbkdf2_hmac, args=('sha512', b'x', b'x', 10**9)); "
        "t.start(); t.join()",
        "import signal, time; [signal.signal(n, print) for n in (signal.SIGTERM, signal.SIGINT)]; time.sleep(600)",
    ],
    ids=["in a library", "in a thread", "another's handler"],
)
def test_a_signal_ends_a_process_whatever_it_is_at(work: str, number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY.format(work)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            time.sleep(0.2)
            process.send_signal(number)
            assert process.wait(SOON) == 128 + number
            assert f"{WORDS}\n".encode() in process.stdout.read()
        finally:
            process.kill()


def test_last_words_that_nobody_takes_hold_up_no_end() -> None:
    mute = BUSY.replace("print(words, flush=True)", "__import__('time').sleep(600)").format(
        "import time; time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", mute], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            process.terminate()
            assert process.wait(SOON) == 143
        finally:
            process.kill()


def test_after_the_block_signals_are_what_they_were() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with ended_at_once():
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    assert signal.set_wakeup_fd(-1) == -1
    assert "interrupts" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_ends_by_itself_is_told_of_a_signal(number: signal.Signals, code: int) -> None:
    with ended_at_once():
        before = signal.getsignal(number)
        with raised(), pytest.raises(Ended) as ended:
            os.kill(os.getpid(), number)
        assert ended.value.code == code
        assert signal.getsignal(number) == before


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[tuple[Place, socket.socket]]:
    """An archive with one target: a store that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        (tmp_path / "archive.toml").write_text(
            f"""\
name = "little"
minimum_copies = 1
[targets.store]
kind = "s3"
endpoint = "http://127.0.0.1:{server.getsockname()[1]}"
bucket = "testimony"
"""
        )
        keys = {"ACCESS_KEY": "made-up-key", "SECRET_KEY": "made-up-secret"}
        yield Place(tmp_path, {f"THIRDCOPY_TARGETS__STORE__{name}": value for name, value in keys.items()}), server


@pytest.mark.parametrize(
    ("command", "number", "words"),
    [
        ("rebuild", signal.SIGTERM, "interrupted; all is as before: run it again"),
        ("doctor", signal.SIGINT, WORDS),
    ],
)
def test_a_command_that_waits_for_a_silent_store_ends_and_leaves_nothing_behind(
    silent: tuple[Place, socket.socket], command: str, number: signal.Signals, words: str
) -> None:
    place, server = silent
    with place.start(command) as process:
        try:
            connection, _ = server.accept()
            with connection:
                process.send_signal(number)
                out, err = process.communicate(timeout=SOON)
        finally:
            process.kill()
    assert (out, process.returncode) == ("", 128 + number)
    assert err == f"error {words}\n"
    assert list(place.folder.glob("state/*rebuilding*")) == []


@pytest.mark.parametrize(
    ("command", "number"),
    [(("fetch",), signal.SIGTERM), (("run", "--plain"), signal.SIGTERM), (("run", "--plain"), signal.SIGINT)],
    ids=["fetch", "plain", "Ctrl-C"],
)
def test_a_command_that_is_stopped_amid_a_fetch_says_so_and_the_next_goes_on(
    tmp_path: Path, films: Path, command: tuple[str, ...], number: signal.Signals
) -> None:
    go_on = threading.Event()
    slow = replace(videos(films, 1)[0], fault=Fault(hold=go_on))
    with little_archive(tmp_path, [slow]) as (place, channel):
        with place.start(*command) as process:
            try:
                until("the fetch begins", lambda: channel.downloads.get(slow.id))
                process.send_signal(number)
                out, err = process.communicate(timeout=SOON)
                assert (out, process.returncode) == ("", 128 + number)
                assert err.endswith("interrupted; what was done is kept, the next run goes on from there\n")
                assert "Traceback" not in err
            finally:
                process.kill()
                go_on.set()
        assert place.thirdcopy("fetch", "--json").json["fetched"] == 1
