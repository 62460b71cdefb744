"""`thirdcopy serve` as a process: how it begins, what it does while others work beside it, and how it ends."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest

from archive.acts.access import give_access
from archive.ledger import Ledger
from archive.ledger.standing import Standing
from flows.reading_room.opening_room import PROMPT_S
from tests.flows.place import Place, until
from tests.support.archives import an_archive, folder_targets, keep, store_all, transcript
from tests.world.servers.postgresql import Postgresql

CLIP, WORD = "peertube-one", "Sauytbai"
FILM = b"film" * 2_000_000
"""More than the kernel takes of a connection that nobody reads."""

SETTINGS = """\
name = "made-up"
state = "state"
minimum_copies = 1
free_gib = 0

[targets.a]
kind = "folder"
path = "a"

[reading_room]
port = 0
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        keep(archive, CLIP, media=FILM)
        store_all(archive)
        archive.ledger.readings.add_transcript(CLIP, *transcript(CLIP, f"Please remember {WORD}."), event=None)
        give_access(archive, CLIP, "public", by="keeper")
    (tmp_path / "archive.toml").write_text(SETTINGS)
    return Place(tmp_path)


@contextmanager
def served(place: Place) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A room, and its address as soon as it says it."""
    with place.start("serve") as process:
        try:
            assert process.stderr
            yield process, process.stderr.readline().split()[-1]
        finally:
            process.kill()


def found(address: str) -> int:
    return int(httpx.get(f"{address}/find.json", params={"q": WORD}).json()["count"])


def test_it_answers_as_soon_as_it_says_where_and_nobody_else_opens_one_there(place: Place) -> None:
    with served(place) as (_, address):
        assert httpx.get(address).status_code == 200
        port = address.rpartition(":")[2]
        refused = place.thirdcopy("serve", "--port", port)
        assert (refused.code, refused.out) == (4, "")
        assert f"port {port} of 127.0.0.1 cannot be had" in " ".join(refused.err.split())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_while_a_film_is_played_and_it_opens_again(
    place: Place, number: signal.Signals, code: int
) -> None:
    with served(place) as (process, address), httpx.stream("GET", f"{address}/clips/{CLIP}/film") as film:
        assert film.status_code == 200
        began = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
        assert process.returncode == code
        assert time.monotonic() - began < 5
        assert "the reading room is closed" in err
    with served(place) as (_, address):
        assert httpx.get(f"{address}/clips/{CLIP}/film").content == FILM


def test_the_idle_connections_of_fifty_browsers_keep_nobody_out(place: Place) -> None:
    with served(place) as (_, address), ExitStack() as idle:
        host, port = address.removeprefix("http://").split(":")
        for _number in range(50 * 6):
            idle.enter_context(socket.create_connection((host, int(port))))
        assert httpx.get(address).status_code == 200


def test_who_never_ends_a_request_is_not_waited_for(place: Place) -> None:
    with served(place) as (_, address), ExitStack() as open_:
        host, port = address.removeprefix("http://").split(":")
        began, parts = (
            time.monotonic(),
            (b"", b"G", b"GET / HTTP/1.1\r\nHost: 127", b"GET / HTTP/1.1\r\nHost: x\r\nA: "),
        )
        waiting = [open_.enter_context(closing(socket.create_connection((host, int(port))))) for _ in parts]
        for door, part in zip(waiting, parts, strict=True):
            door.settimeout(30)
            door.sendall(part)
        while time.monotonic() - began < PROMPT_S / 2:
            time.sleep(1)
            waiting[-1].sendall(b"a")  # a byte a second is no request either
        assert [door.recv(100) for door in waiting] == [b""] * len(parts)
        assert PROMPT_S - 1 < time.monotonic() - began < PROMPT_S + 5
        assert httpx.get(address).status_code == 200


def test_after_a_kill_it_opens_again_and_finds_what_it_found(place: Place) -> None:
    with served(place) as (process, address):
        until("the index has followed", lambda: found(address) == 1)
        process.kill()
        process.wait(20)
    with served(place) as (_, address):
        assert found(address) == 1


def test_what_the_command_line_closes_is_closed_here_at_once(place: Place) -> None:
    with served(place) as (_, address):
        until("the index has followed", lambda: found(address) == 1)
        assert place.thirdcopy("access", CLIP, "restricted", "--by", "keeper").code == 0
        assert httpx.get(f"{address}/clips/{CLIP}").status_code == 404
        assert found(address) == 0


def test_a_room_whose_ledger_was_moved_ends_and_says_so(place: Place) -> None:
    with served(place) as (process, address):
        assert httpx.get(address).status_code == 200
        with closing(Ledger(place.folder / "state" / "ledger.sqlite")) as ledger:
            ledger.stand(Standing(state="moved", other="another place"))
        _, err = process.communicate(timeout=30)
        assert process.returncode == 4
        assert "was moved to another place" in " ".join(err.split())


def test_a_room_whose_ledger_is_another_one_ends_and_says_so(place: Place) -> None:
    ledger = place.folder / "state" / "ledger.sqlite"
    with served(place) as (process, address):
        assert httpx.get(address).status_code == 200
        shutil.copy(ledger, place.folder / "copy")
        (place.folder / "copy").replace(ledger)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 4
        assert "made anew" in err


SECOND_TARGET = """
[targets.b]
kind = "folder"
path = "b"

[reading_room]
"""


@pytest.fixture
def told_twice(tmp_path: Path) -> Place:
    """The same archive with all that people said at two targets, who vouch for it to a rebuild."""
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        keep(archive, CLIP, media=FILM)
        store_all(archive)
        archive.ledger.readings.add_transcript(CLIP, *transcript(CLIP, f"Please remember {WORD}."), event=None)
        give_access(archive, CLIP, "public", by="keeper")
    (tmp_path / "archive.toml").write_text(SETTINGS.replace("\n[reading_room]\n", SECOND_TARGET))
    place = Place(tmp_path)
    assert "1 work objects" in place.thirdcopy("run", "--plain").out
    return place


def test_a_rebuild_beside_an_open_room_ends_it_and_a_new_one_shows_what_was_there(told_twice: Place) -> None:
    place = told_twice
    with served(place) as (process, address):
        until("the index has followed", lambda: found(address) == 1)
        refused = place.thirdcopy("rebuild")
        assert (refused.code, "holds an archive already" in " ".join(refused.err.split())) == (4, True)
        assert (httpx.get(f"{address}/clips/{CLIP}").status_code, found(address)) == (200, 1)
        for lost in (place.folder / "state").glob("ledger.sqlite*"):
            lost.unlink()
        with Asking(f"{address}/clips/{CLIP}") as asking:
            rebuilt = place.thirdcopy("rebuild")
        assert (rebuilt.code, "1 clips" in rebuilt.out) == (0, True), rebuilt
        assert {*asking.heard} <= {200, 404, 503, None}, "a page as it was, that it cannot be had now, or no room"
        _, err = process.communicate(timeout=30)
        assert (process.returncode, "made anew" in err or "a rebuild" in err) == (4, True)
    with served(place) as (_, address):
        until("the index has followed", lambda: found(address) == 1)
        assert httpx.get(f"{address}/clips/{CLIP}").status_code == 200
        assert httpx.get(f"{address}/clips/{CLIP}/film").content == FILM


class Asking(Thread):
    """Somebody who asks for a page all the while, and what they heard: a status, or None where nobody answers."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address, self._over, self.heard = address, Event(), list[int | None]()

    def __enter__(self) -> "Asking":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(0.02):
            try:
                self.heard.append(httpx.get(self._address, timeout=30).status_code)
            except httpx.TransportError:
                self.heard.append(None)


def test_a_room_beside_which_the_ledger_is_moved_ends_and_the_next_one_finds_the_same(
    place: Place, postgresql_server: Postgresql
) -> None:
    """There and back, each time with a room open; what is closed in between is found by no index of before."""
    name, here = postgresql_server.database(), place.file.read_text()
    url = postgresql_server.url(name)
    with served(place) as (_, address):
        until("the index has followed", lambda: found(address) == 1)
    try:
        moved_beside_a_room(place, url)
        place.file.write_text(f'{here}\n[ledger]\nurl = "{url}"\n')
        with served(place) as (_, address):
            until("the index has followed", lambda: found(address) == 1)
            assert place.thirdcopy("access", CLIP, "restricted", "--by", "keeper").code == 0
            until("it is closed", lambda: found(address) == 0)
            assert httpx.get(f"{address}/clips/{CLIP}").status_code == 404
        moved_beside_a_room(place, "sqlite")
        place.file.write_text(here)
        with served(place) as (_, address):
            assert found(address) == 0, "also before the index of this place has followed"
            assert httpx.get(f"{address}/clips/{CLIP}").status_code == 404
        assert CLIP in place.thirdcopy("search", WORD).out, "the keeper finds it"
    finally:
        postgresql_server.drop(name)


def moved_beside_a_room(place: Place, to: str) -> None:
    with served(place) as (process, address):
        assert httpx.get(address).status_code == 200
        moved = place.thirdcopy("ledger", "move", "--to", to)
        assert moved.code == 0, moved.err
        _, err = process.communicate(timeout=30)
        assert (process.returncode, "was moved to" in " ".join(err.split())) == (4, True)
