"""Trying again: for passing errors only, as often as said, and as late as the other side asks."""

import time
from hashlib import sha512
from pathlib import Path

import pytest

from archive import retrying as module
from archive.errors import FetchFailed
from archive.retrying import ATTEMPTS, LONGEST_WAIT, retrying
from storage.errors import Refused, TargetError, Unavailable
from storage.shared_reading import LocalFile
from storage.targets import open_target
from tests.world.proxy import proxy
from tests.world.proxy_faults import says
from tests.world.servers import S3Server


def failing(errors: list[Exception], tries: list[int]) -> str:
    tries.append(len(tries))
    if errors:
        raise errors.pop(0)
    return "done"


@pytest.mark.parametrize("after", [0, -5.0])
def test_passing_errors_pass(after: float) -> None:
    tries: list[int] = []
    errors: list[Exception] = [
        Unavailable("busy", target="a", after=after),
        FetchFailed("busy", kind="passing", after=after),
    ]
    assert retrying(lambda: failing(errors, tries)) == "done"
    assert len(tries) == 3


@pytest.mark.parametrize("error", [Refused("no", target="a"), FetchFailed("no", kind="gone"), ValueError("no")])
def test_lasting_errors_are_raised_at_once(error: Exception) -> None:
    tries: list[int] = []
    with pytest.raises(type(error)):
        retrying(lambda: failing([error], tries))
    assert len(tries) == 1


def test_last_error_is_raised() -> None:
    tries: list[int] = []
    errors: list[Exception] = [Unavailable(f"busy {n}", target="a", after=0) for n in range(9)]
    with pytest.raises(TargetError, match="busy 1"):
        retrying(lambda: failing(errors, tries), attempts=2)
    assert len(tries) == 2


def waits(after: float | None, rounds: int = 60) -> list[list[float]]:
    """How long each try waited for the next, in many rounds that all fail."""
    found = []
    for _ in range(rounds):
        waited: list[float] = []
        errors: list[Exception] = [Unavailable("busy", target="a", after=after) for _ in range(ATTEMPTS)]
        with pytest.raises(Unavailable):
            retrying(lambda errors=errors: failing(errors, []), sleep=waited.append)  # type: ignore[misc]
        found.append(waited)
    return found


def test_waits_are_random_and_grow() -> None:
    first, second, third = zip(*waits(None), strict=True)
    for number, found in enumerate((first, second, third)):
        assert 0 <= min(found) < max(found) <= 0.5 * 2**number
        assert len(set(found)) > 50
    assert sum(first) < sum(second) < sum(third)


def test_a_wait_without_end_is_the_longest_wait() -> None:
    for after in (float("inf"), 1e308):
        assert {wait for round_ in waits(after, rounds=2) for wait in round_} == {LONGEST_WAIT}


def test_the_wait_that_is_asked_for_is_waited_and_a_little_more_so_that_not_all_come_back_at_once() -> None:
    found = [wait for round_ in waits(7.0) for wait in round_]
    assert 7 <= min(found) < max(found) <= 7.7
    assert len(set(found)) > 150


def test_no_wait_is_longer_than_its_bound() -> None:
    assert {wait for round_ in waits(86_400.0) for wait in round_} == {LONGEST_WAIT}


def test_a_store_that_asks_to_wait_is_waited_for_and_then_has_the_file(
    seaweedfs_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, content = tmp_path / "file", b"moving pictures"
    file.write_bytes(content)
    with proxy(seaweedfs_server.endpoint) as before:
        target = open_target("store", seaweedfs_server.settings(endpoint=before.endpoint, prefix="retrying"))
        target.check()
        before.clear()

        def put(key: str) -> float:
            began = time.monotonic()
            retrying(lambda: target.put(key, LocalFile(file, sha512(content).hexdigest())))
            return time.monotonic() - began

        before.at("PutObject", says(503, "SlowDown", Retry_After="1"), nth=[1])
        assert put("a") >= 1
        assert before.count("PutObject") == 2  # the transport does not ask again behind our back

        monkeypatch.setattr(module, "LONGEST_WAIT", 0.1)
        before.at("PutObject", says(429, "TooManyRequests", Retry_After="3600"), where="/b", nth=[1, 2])
        assert 0.2 <= put("b") < 60
        assert before.count("PutObject") == 5

        before.at("PutObject", says(403, "ExpiredToken"), where="/c")
        with pytest.raises(Refused, match="run out"):
            put("c")
        assert before.count("PutObject") == 6
