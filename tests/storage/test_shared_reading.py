"""One reading that feeds several targets: everyone gets the bytes, once read, in bounded memory, or is told why not."""

import hashlib
import itertools
import os
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import fan_out_limits, shared_reading
from storage.contract import Part
from storage.digests import compute
from storage.errors import Damaged, LeftBehind
from storage.fan_out_limits import Buffers, Patience
from storage.shared_reading import File, LocalFile, Seat, SharedReading

BLOCK = 64
"""Bytes that stand for a MiB here, so that many files can be read."""


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_reading, "BLOCK", BLOCK)
        patch.setattr(fan_out_limits, "BLOCK", BLOCK)
        patch.setattr(shared_reading, "LOOK_EVERY", 0.001)
        yield


class Counted(PosixPath):
    """A file that knows how often it was opened, and how many bytes were read of it."""

    opened: int
    read: int

    def open(self, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        stream = super().open(mode, *arguments, **named)
        if mode != "rb":
            return stream
        self.opened = getattr(self, "opened", 0) + 1
        return _Counting(self, stream)


class _Counting:
    def __init__(self, file: Counted, stream: IO[bytes]) -> None:
        self._file, self._stream = file, stream

    def read(self, size: int) -> bytes:
        block = self._stream.read(size)
        self._file.read = getattr(self._file, "read", 0) + len(block)
        return block

    def readinto(self, buffer: memoryview) -> int:
        size: int = self._stream.readinto(buffer)  # type: ignore[attr-defined]
        self._file.read = getattr(self._file, "read", 0) + size
        return size

    def close(self) -> None:
        self._stream.close()


def written(folder: Path, content: bytes) -> tuple[Counted, str]:
    file = Counted(folder / "file")
    file.write_bytes(content)
    return file, hashlib.sha512(content).hexdigest()


def held(of: SharedReading) -> int:
    return sum(len(block) for _, block in of._blocks.values())


class Walk:
    """A seat that takes its parts one at a time, as a target that sends them would."""

    def __init__(self, seat: Seat, size: int) -> None:
        self.seat, self.part_size = seat, size
        self.parts = seat.parts(size)
        self.on_loan: list[Part] = []
        self.got = b""
        self.taken = 0
        self.done = False

    def can_step(self, window: int) -> bool:
        """Whether its next part can be read without waiting for another seat."""
        lowest = min(other.low for other in self.seat.reading.seats.values())
        end = min(self.seat.next + self.part_size, self.seat.size)
        return not self.done and end - lowest <= window

    def step(self) -> Part | None:
        part = next(self.parts, None)
        self.done = part is None
        if part:
            self.got += b"".join(part.blocks)
            self.taken += 1
            self.on_loan.append(part)
        return part

    def finish(self) -> None:
        while self.step():
            self.on_loan.pop().release()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_seat_gets_the_bytes_and_memory_stays_in_its_window(data: st.DataObject) -> None:
    content = data.draw(st.binary(max_size=20 * BLOCK), "content")
    sizes = data.draw(st.lists(st.integers(1, 6).map(lambda blocks: blocks * BLOCK), min_size=1, max_size=5), "sizes")
    window = data.draw(st.integers(1, 8).map(lambda blocks: blocks * BLOCK), "window")
    with TemporaryDirectory() as folder:
        file, digest = written(Path(folder), content)
        blocks = [content[start : start + BLOCK] for start in range(0, len(content), BLOCK)]
        known = [hashlib.sha256(block).hexdigest() for block in blocks] if data.draw(st.booleans(), "on record") else []
        names = tuple(f"t{number}" for number in range(len(sizes)))
        one = SharedReading(File(file, digest, names, tuple(known)), window=window)
        walks = [Walk(seat, size) for seat, size in zip(one.seats.values(), sizes, strict=True)]
        bound = max(window, *(size + BLOCK for size in sizes))
        left: set[int] = set()
        while any(not walk.done or walk.on_loan for walk in walks):
            loans = [number for number, walk in enumerate(walks) if walk.on_loan]
            # Windows grow with the parts that are asked for, so the smallest that may hold now is the first one.
            steps = [number for number, walk in enumerate(walks) if walk.can_step(max(window, walk.part_size + BLOCK))]
            deeds = [("release", number) for number in loans] + [("step", number) for number in steps]
            deeds += [("leave", number) for number in steps if len(left) < len(walks) - 1]
            deed, number = data.draw(st.sampled_from(deeds), "deed")
            walk = walks[number]
            if deed == "step" and (part := walk.step()):
                check = data.draw(st.sampled_from(["md5", "sha256", "crc64nvme", None]), "check")
                if check in ("md5", "sha256"):
                    assert part.digest(check) == hashlib.new(check, b"".join(part.blocks)).digest()
                elif check:
                    assert part.digest(check) == _crc64nvme(b"".join(part.blocks)).to_bytes(8, "big")
                assert part.size == sum(len(block) for block in part.blocks)
            elif deed == "release":
                part = walk.on_loan.pop(data.draw(st.integers(0, len(walk.on_loan) - 1), "which"))
                start = (part.number - 1) * walk.part_size
                assert b"".join(part.blocks) == content[start : start + part.size]  # nobody wrote over it meanwhile
                part.release()
            elif deed == "leave":
                left.add(number)
                walk.seat.close()
                walk.on_loan.clear()
                walk.done = True
            assert held(one) <= bound
        assert all(walk.got == content for number, walk in enumerate(walks) if number not in left)
        assert held(one) == 0
        assert getattr(file, "opened", 0) <= 1
        assert getattr(file, "read", 0) <= len(content)
        if len(left) < len(walks):
            assert walks[0].seat.blocks() == [blake3(block).digest() for block in blocks or [b""]]


def _crc64nvme(content: bytes) -> int:
    """Bit by bit, from the polynomial in the NVMe Command Set Specification 1.0c, 5.2.1.3.4 (reflected)."""
    crc = 0xFFFFFFFFFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x9A6C9329AC4BC9B5 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFFFFFFFFFF


def test_the_crc_is_the_one_of_the_specification() -> None:
    assert _crc64nvme(b"123456789") == 0xAE8B14860A799888
    assert compute("crc64nvme", [b"1234", b"56789"]) == 0xAE8B14860A799888.to_bytes(8, "big")


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(min_size=1, max_size=12 * BLOCK),
    sizes=st.lists(st.integers(1, 4).map(lambda blocks: blocks * BLOCK), min_size=1, max_size=4),
    change=st.sampled_from(["longer", "shorter", "one bit", "grows while it is read", "shrinks while it is read"]),
    where=st.integers(0),
    on_record=st.booleans(),
)
def test_a_file_that_changed_is_damaged_for_all_before_their_last_part(
    content: bytes, sizes: list[int], change: str, where: int, on_record: bool
) -> None:
    where %= len(content)
    other = {
        "longer": content + b"~",
        "shorter": content[:where],
        "one bit": content[:where] + bytes([content[where] ^ 1]) + content[where + 1 :],
    }
    with TemporaryDirectory() as folder:
        file, digest = written(Path(folder), content)
        if change in other:
            file.write_bytes(other[change])
        known = [hashlib.sha256(content[at : at + BLOCK]).hexdigest() for at in range(0, len(content), BLOCK)]
        names = tuple(f"t{number}" for number in range(len(sizes)))
        one = SharedReading(File(file, digest, names, tuple(known) if on_record else ()), window=64 * BLOCK)
        if change == "grows while it is read":
            file.write_bytes(content + b"~")
        elif change == "shrinks while it is read":
            file.write_bytes(content[:where])
        for seat, size in zip(one.seats.values(), sizes, strict=True):
            walk = Walk(seat, size)
            with pytest.raises(Damaged, match="not what it was") as caught:
                walk.finish()
            assert walk.taken < max(1, -(-one.size // size))
            assert caught.value.key == str(file)
            assert caught.value.expected in ((*known, "") if on_record else (digest,))
            assert seat.blocks() is None


def test_a_second_taking_reads_anew_for_that_seat_alone(tmp_path: Path) -> None:
    content = os.urandom(7 * BLOCK + 5)
    file, digest = written(tmp_path, content)
    one = SharedReading(File(file, digest, ("a", "b")), window=2 * BLOCK)
    first = Walk(one.seats["a"], BLOCK)
    first.step()
    again = Walk(one.seats["a"], 2 * BLOCK)  # after a fault, with a part still out
    again.finish()
    assert again.got == content
    other = Walk(one.seats["b"], BLOCK)
    other.finish()
    assert other.got == content
    assert (file.opened, file.read) == (2, 2 * len(content))


def test_many_threads_get_the_same_bytes_from_one_reading(tmp_path: Path) -> None:
    content = os.urandom(500 * BLOCK + 7)
    file, digest = written(tmp_path, content)
    one = SharedReading(File(file, digest, tuple("abcde")), window=6 * BLOCK)
    most = []

    def take(name: str) -> bytes:
        got, parts = b"", one.seats[name].parts((1 + ord(name) % 3) * BLOCK)
        for part in parts:
            got += b"".join(part.blocks)
            most.append(held(one))
            part.release()
        return got

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(take, "abcde")) == [content] * 5
    assert max(most) <= 6 * BLOCK
    assert (file.opened, file.read) == (1, len(content))


def test_parts_sent_side_by_side_are_released_in_any_order(tmp_path: Path) -> None:
    content = os.urandom(40 * BLOCK)
    file, digest = written(tmp_path, content)
    walk = Walk(SharedReading(File(file, digest, ("a",)), window=8 * BLOCK).seats["a"], 2 * BLOCK)
    got = []
    while not walk.done:
        while len(walk.on_loan) < 4 and walk.step():
            pass
        got += [part.number for part in walk.on_loan]
        while walk.on_loan:
            walk.on_loan.pop().release()
    assert got == list(range(1, 21))
    assert walk.got == content


def test_who_keeps_the_others_waiting_is_left_behind_and_they_get_all(tmp_path: Path) -> None:
    content = os.urandom(20 * BLOCK)
    file, digest = written(tmp_path, content)
    patience = Patience(0.01)
    one = SharedReading(File(file, digest, ("fast", "slow", "never")), window=4 * BLOCK, patience=patience)
    slow, fast = Walk(one.seats["slow"], BLOCK), Walk(one.seats["fast"], BLOCK)
    slow.step()
    fast.finish()
    assert fast.got == content
    assert patience.behind == {"slow", "never"}
    with pytest.raises(LeftBehind, match="its turn comes after"):
        slow.step()
    for name in ("slow", "never"):  # nor by a reading of its own, which would be memory that nobody counted
        with pytest.raises(LeftBehind):
            one.seats[name].parts(BLOCK)
    assert held(one) == 0
    other = SharedReading(File(file, digest, ("fast", "slow")), patience=patience)  # of the same fan-out
    with pytest.raises(LeftBehind):
        other.seats["slow"].parts(BLOCK)


def test_two_that_wait_for_a_third_do_not_wake_one_another_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting(Patience):
        looks = 0

        def charge(self, names: Collection[str], seconds: float, *, waiting: Collection[str]) -> None:
            self.looks += 1
            super().charge(names, seconds, waiting=waiting)

    monkeypatch.setattr(shared_reading, "LOOK_EVERY", 0.1)
    file, digest = written(tmp_path, os.urandom(20 * BLOCK))
    patience = Counting(0.4)
    one = SharedReading(File(file, digest, ("fast", "faster", "never")), window=4 * BLOCK, patience=patience)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: Walk(one.seats[name], BLOCK).finish(), ["fast", "faster"]))
    assert patience.behind == {"never"}
    assert patience.looks < 40


@pytest.mark.parametrize("by", ["the reading", "the fan-out"])
def test_what_a_target_still_sends_when_it_is_left_behind_is_not_written_over(by: str, tmp_path: Path) -> None:
    content, buffers = os.urandom(20 * BLOCK), Buffers()
    file, digest = written(tmp_path, content)
    one = SharedReading(File(file, digest, ("fast", "slow")), window=4 * BLOCK, patience=Patience(0.0), buffers=buffers)
    slow, fast = Walk(one.seats["slow"], 2 * BLOCK), Walk(one.seats["fast"], BLOCK)
    slow.step()
    if by == "the fan-out":
        one.leave(one.seats["slow"], sending=True)
    fast.finish()
    again = Walk(SharedReading(File(file, digest, ("fast",)), buffers=buffers).seats["fast"], BLOCK)
    again.finish()
    (part,) = slow.on_loan
    assert b"".join(part.blocks) == content[: 2 * BLOCK]
    part.release()


def test_who_waits_for_its_own_parts_blames_nobody(tmp_path: Path) -> None:
    """Two targets of the same pace, whose parts are all on their way."""
    content = os.urandom(20 * BLOCK)
    file, digest = written(tmp_path, content)
    patience = Patience(0.02)
    one = SharedReading(File(file, digest, ("a", "b")), window=4 * BLOCK, patience=patience)
    walks = [Walk(seat, BLOCK) for seat in one.seats.values()]
    for walk in walks:
        for _ in range(4):
            walk.step()
    started = threading.Barrier(2)

    def wait() -> None:
        started.wait(30)
        walks[0].step()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(wait)
        started.wait(30)
        with one._changed:
            one._changed.wait_for(lambda: False, 0.1)  # it looks some times whether the slowest is at fault
            for walk in walks:
                walk.on_loan.pop(0).release()
        waiting.result(30)
    assert patience.behind == set()
    for walk in walks:
        walk.seat.close()


def test_targets_that_wait_for_each_other_in_turn_are_of_one_pace() -> None:
    passed = itertools.count(1)
    patience = Patience(1.0, clock=lambda: 0.4 * next(passed))
    for _ in range(100):
        patience.charge(["a"], 0.4, waiting=["b"])
        patience.charge(["b"], 0.4, waiting=["a"])
    assert patience.behind == set()
    for _ in range(3):
        patience.charge(["a"], 0.4, waiting=["b"])
    assert patience.behind == {"a"}


def test_a_part_is_a_number_of_blocks(tmp_path: Path) -> None:
    file, digest = written(tmp_path, b"x")
    with pytest.raises(ValueError, match="number of MiB"):
        next(LocalFile(file, digest).parts(BLOCK + 1))


def test_a_file_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    file, digest = written(tmp_path, b"x")
    one = SharedReading(File(file, digest, ("a", "b")))
    file.unlink()
    for seat in one.seats.values():
        with pytest.raises(FileNotFoundError):
            next(seat.parts(BLOCK))


def test_time_that_several_wait_at_once_is_charged_once() -> None:
    now = 100.0
    patience = Patience(1.0, clock=lambda: now)
    for _ in range(3):
        now += 0.3
        for waiting in ("b", "c"):
            for _ in range(2):  # two files are under way
                patience.charge(["a"], 0.3, waiting=[waiting])
    assert patience.behind == set()
    now += 0.3
    patience.charge(["a"], 0.3, waiting=["b"])
    assert patience.behind == {"a"}
