"""One reading of a local file that feeds every target at once, in bounded memory.

No thread is its own: whichever target needs the next block reads it, takes its digests, and the others find it in
memory. Blocks are held until every seat has released them. Who runs ahead waits for the slowest, up to a patience
that all readings of a fan-out share; then the slowest is left behind, and reads by itself later.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from threading import Condition, Lock
from time import monotonic

from blake3 import blake3

from storage.contract import Part
from storage.digests import BLOCK, compute
from storage.errors import Damaged, LeftBehind
from storage.fan_out_limits import Buffers, Patience

WINDOW = 48 * BLOCK
"""Bytes of one file that are held in memory at most, but for a part that is larger."""

LOOK_EVERY = 0.25
"""Seconds after which who waits looks again whether the slowest used up its patience."""

HERE = "this machine"
"""What Damaged names as its target where it is the local file that changed."""


@dataclass(frozen=True)
class File:
    """A local file on its way: its sha512, and the names of the targets that are to have it.

    `blocks` is the sha256 of its every MiB in hex, where that is on record.
    """

    path: Path
    sha512: str
    targets: tuple[str, ...]
    blocks: tuple[str, ...] = ()


@dataclass
class _Held:
    """A part on loan to a target."""

    number: int
    offset: int
    size: int
    seat: "Seat"
    blocks: Sequence[memoryview]

    def digest(self, algorithm: str) -> bytes:
        return self.seat.reading.digest(algorithm, self)

    def release(self) -> None:
        self.blocks = ()
        self.seat.reading.release(self.seat, self.offset)


@dataclass(eq=False)
class Seat:
    """A target's place at a reading: a `storage.contract.Content`.

    What was handed out is gone, so a second call of `parts`, after a fault, reads the file anew for this target alone.
    """

    reading: "SharedReading"
    name: str
    next: int = 0
    """Where the next part begins."""

    loans: dict[int, int] = field(default_factory=dict)
    """Where parts begin and end that were handed out and not released yet."""

    open: bool = True
    begun: bool = False

    @property
    def low(self) -> int:
        """Bytes before it are needed no more."""
        return min(self.loans, default=self.next) if self.open else self.size

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.reading.size

    @property
    def sha512(self) -> str:
        """The digest it is known by."""
        return self.reading.sha512

    def parts(self, size: int) -> Iterator[Part]:
        """The bytes in parts; see `storage.contract.Content`."""
        self.reading.validate_kept_up(self)
        if self.begun or not self.open:
            self.close()
            return LocalFile(self.reading.file.path, self.sha512).parts(size)
        self.begun = True
        return self.reading.parts(self, size)

    def blocks(self) -> Sequence[bytes] | None:
        """The BLAKE3 of every MiB, once the file was read to its end."""
        return self.reading.blake3s if self.reading.ended else None

    def close(self) -> None:
        """Leave: nothing is held for this seat any more. Closing again is fine."""
        self.reading.leave(self)


class SharedReading:
    """One reading of a file by the targets that are to have it."""

    def __init__(
        self,
        file: File,
        *,
        window: int = WINDOW,
        patience: Patience | None = None,
        buffers: Buffers | None = None,
        before: Callable[["SharedReading"], Collection[str]] = lambda _: (),
        finished: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin nothing yet.

        `before` names the targets that are still at an earlier file of what is delivered together: where `buffers` are
        full, this one waits for them. `finished` is called when the last seat is closed. Where the file's `blocks` are
        on record, each is compared as it is read, and no sha512 taken.
        """
        self.file = file
        self.size = file.path.stat().st_size
        self.sha512 = file.sha512
        self.blake3s: list[bytes] = []
        self.ended = False
        self.seats = {name: Seat(self, name) for name in file.targets}
        self.needed = bool(self.seats)
        self._window = window
        self._patience = patience or Patience()
        self._buffers = buffers or Buffers()
        self._before = before
        self._finished = finished
        self._changed = Condition()
        self._stream: FileIO | None = None
        self._known = file.blocks
        self._whole = hashlib.sha512()
        self._blocks: dict[int, tuple[bytearray, memoryview]] = {}
        self._next = 0
        self._busy = False
        self._failure: Exception | None = None
        self._digests: dict[tuple[str, int, int], bytes] = {}
        self._computing = Lock()

    def parts(self, seat: Seat, size: int) -> Iterator[Part]:
        """The parts for one seat."""
        if size % BLOCK:
            raise ValueError(f"a part is a number of MiB, not {size} bytes")
        self._window = max(self._window, size + BLOCK)
        for number, offset in enumerate(range(0, max(self.size, 1), size), 1):
            end = min(offset + size, self.size)
            with self._changed:
                seat.loans[offset] = end
                seat.next = end
            blocks = [self._block(seat, index, end) for index in range(offset // BLOCK, -(-end // BLOCK))]
            if not self.size:
                self._block(seat, 0, BLOCK)
                blocks = []
            yield _Held(number, offset, end - offset, seat, blocks)

    def release(self, seat: Seat, offset: int) -> None:
        """A seat's part was sent."""
        with self._changed:
            seat.loans.pop(offset, None)
            if not seat.loans and seat.next >= self.size:
                seat.open = False
            self._forget()

    def leave(self, seat: Seat, *, sending: bool = False) -> None:
        """A seat needs nothing more; `sending`: parts on loan to it are on their way, so their bytes must stay."""
        with self._changed:
            seat.open = False
            if not sending:
                seat.loans.clear()
            self._forget()

    def waiting_for(self) -> frozenset[str]:
        """The seats that are still open."""
        with self._changed:
            return frozenset(self._open())

    def digest(self, algorithm: str, part: _Held) -> bytes:
        """A part's digest, computed once for all seats whose parts are the same."""
        key = (algorithm, part.offset, part.size)
        with self._computing:
            found = self._digests.get(key)
            if found is None:
                found = self._digests[key] = compute(algorithm, part.blocks)
            return found

    def validate_kept_up(self, seat: Seat) -> None:
        """Raise LeftBehind, and leave, if the others do not wait for a seat any more."""
        with self._changed:
            if seat.name not in self._patience.behind:
                return
            seat.open = False
            self._forget()
        message = "is slower than the other targets, which do not wait; its turn comes after theirs"
        raise LeftBehind(message, target=seat.name)

    def _open(self) -> list[str]:
        return [name for name, seat in self.seats.items() if seat.open]

    def _block(self, seat: Seat, index: int, end: int) -> memoryview:
        """A block, read now if nobody has read it yet; waits for the slowest where memory is full.

        Who reads reads on to `end`, where the part ends, as far as memory goes: that spares the others waking up for
        every block.
        """
        while True:
            with self._changed:
                if self._failure:
                    raise self._failure
                self.validate_kept_up(seat)
                if not seat.open:
                    raise ValueError(f"{seat.name} has left this reading")
                if index < self._next:
                    return self._blocks[index][1] if self.size else memoryview(b"")
                if self._busy:
                    self._changed.wait()
                    continue
                if self._next * BLOCK - self._lowest() >= self._window:
                    self._wait_for_the_slowest(seat)
                    continue
                if self._buffers.full and (before := self._before(self)):
                    self._wait(before, seat)
                    continue
                self._busy = True
                room = (self._window - self._next * BLOCK + self._lowest()) // BLOCK
                count = 1 if self._buffers.full else max(1, min(-(-end // BLOCK) - self._next, room))
            self._read(count)

    def _wait_for_the_slowest(self, seat: Seat) -> None:
        lowest = self._lowest()
        if seat.low == lowest:  # it waits for parts of its own to be sent
            self._changed.wait(LOOK_EVERY)
            return
        self._wait([name for name, other in self.seats.items() if other.open and other.low == lowest], seat)

    def _wait(self, slow: Collection[str], seat: Seat) -> None:
        """Wait a while for targets that are charged with it. Call it with the lock held."""
        began, slow = monotonic(), set(slow) - {seat.name}
        self._changed.wait(LOOK_EVERY)
        self._patience.charge(slow, monotonic() - began, waiting=[seat.name])
        fallen = [name for name in slow & self._patience.behind & self.seats.keys() if self.seats[name].open]
        for name in fallen:
            self.seats[name].open = False
        if fallen:  # else two that wait for a third would wake one another without an end
            self._forget()

    def _read(self, count: int) -> None:
        """Read the next blocks and take their digests; one thread at a time, outside the lock."""
        read: list[tuple[bytearray, memoryview]] = []
        failure: Exception | None = None
        try:
            if self._stream is None:
                self._stream = self.file.path.open("rb", buffering=0)
            for index in range(self._next, self._next + count):
                wanted = min(BLOCK, self.size - index * BLOCK)
                buffer = self._buffers.take(wanted)
                read.append((buffer, memoryview(buffer)))
                size = _fill(self._stream, memoryview(buffer)[:wanted])
                block = memoryview(buffer)[:size]
                read[-1] = buffer, block
                self.blake3s.append(blake3(block).digest())
                last = (index + 1) * BLOCK >= self.size
                failure = self._compare(index, block, self._stream.read(1) if last else b"", last=last)
                if failure:
                    break
        except Exception as error:  # whatever it is, the others must hear of it, or they wait for ever
            failure = error
        with self._changed:
            self._busy = False
            if failure:
                self._failure = failure
                for buffer, _ in read:
                    self._buffers.give(buffer)
            else:
                self._blocks |= dict(enumerate(read, self._next))
                self._next += len(read)
                self.ended = self._next * BLOCK >= self.size
            self._forget()

    def _compare(self, index: int, block: memoryview, more: bytes, *, last: bool) -> Damaged | None:
        """The fault that a block shows; `more` is what comes after the last one, for a file that grew is another."""
        if self._known:
            expected = self._known[index] if index < len(self._known) else ""
            found = hashlib.sha256(block).hexdigest()
            if found == expected and not more and (not last or index + 1 == len(self._known)):
                return None
        else:
            self._whole.update(block)
            self._whole.update(more)
            expected, found = self.sha512, self._whole.hexdigest() if last else ""
            if not last or found == expected:
                return None
        return Damaged(
            "the local file is not what it was when its digest was taken; nothing was written, fetch or seal it anew",
            target=HERE,
            key=str(self.file.path),
            expected=expected,
            found=found,
        )

    def _lowest(self) -> int:
        return min((seat.low for seat in self.seats.values()), default=self.size)

    def _forget(self) -> None:
        """Drop what nobody needs any more, and tell who waits. Call it with the lock held."""
        lowest = self._lowest()
        lent = [loan for seat in self.seats.values() for loan in seat.loans.items()]
        for index in [index for index in self._blocks if min((index + 1) * BLOCK, self.size) <= lowest]:
            buffer, _ = self._blocks.pop(index)
            # One that was left behind may still be sending it: then it is nobody's any more, and goes with the part.
            sending = any(start < (index + 1) * BLOCK and index * BLOCK < end for start, end in lent)
            self._buffers.give(None if sending else buffer)
        for key in [key for key in list(self._digests) if key[1] + key[2] <= lowest]:
            self._digests.pop(key, None)
        if self._stream and not self._busy and (self.ended or self._failure or not self._open()):
            self._stream.close()
            self._stream = None
        self._changed.notify_all()
        if self.needed and not self._open():
            self.needed = False
            self._finished()


@dataclass(frozen=True)
class LocalFile:
    """A local file as a Content for one target: each call of `parts` is a reading of its own. Raises OSError."""

    file: Path
    sha512: str

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.file.stat().st_size

    def parts(self, size: int) -> Iterator[Part]:
        """The bytes in parts; see `storage.contract.Content`."""
        (seat,) = SharedReading(File(self.file, self.sha512, (HERE,))).seats.values()
        try:
            yield from seat.parts(size)
        finally:
            seat.close()

    def blocks(self) -> None:
        """Nothing: it is read by whoever asks for its parts."""

    def close(self) -> None:
        """Nothing is held."""


def _fill(stream: FileIO, buffer: memoryview) -> int:
    """Read until the buffer is full or the file ends: how many bytes."""
    size = 0
    while size < len(buffer) and (read := stream.readinto(buffer[size:])):
        size += read
    return size
