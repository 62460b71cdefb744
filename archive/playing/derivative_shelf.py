"""Where light derivatives lie: `STATE/derivatives`, named by their media's sha256 and the recipe they were made by.

`NAME.json` says what there is to know of a derivative, and comes first; `NAME.mp4` is whole, for it was moved there;
`NAME.failed` is why there is none. All of it may be thrown away at any time: it is made anew, and lies at no target.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from threading import Lock
from typing import Final

from archive.errors import ArchiveError, NotHere
from archive.local_paths import remove_tree
from archive.playing.playability import DERIVATIVE_TYPE
from storage.digests import BLOCK

PLAYED_S: Final = 600
"""Seconds after a byte of it was last asked for in which a derivative counts as being played: a player may pause."""


class NoRoom(ArchiveError):
    """What is being played and made leaves no room for another derivative."""


@dataclass(frozen=True)
class Derivative:
    """A light copy of a film for browsers, never an original.

    `ahead`: seconds to add to a second on the clock of a browser that plays the original, to have the copy's; it may be
    negative.
    """

    path: Path
    size: int
    sha256: str
    ahead: float

    media_type = DERIVATIVE_TYPE

    @property
    def name(self) -> str:
        """A file name that says what it is."""
        return f"derivative-{self.path.name}"

    @property
    def etag(self) -> str:
        """A strong validator: the sha256 of all its bytes, for another ffmpeg may make other ones."""
        return f'"{self.sha256}"'

    def read(self, start: int = 0, end: int | None = None) -> Generator[bytes, None, None]:
        """The bytes `start` ≤ i < `end`, in blocks of at most a MiB. Raises NotHere if it was thrown away."""
        blocks = self._blocks(start, self.size if end is None else min(end, self.size))
        next(blocks)
        return blocks

    def _blocks(self, at: int, end: int) -> Generator[bytes, None, None]:
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            raise NotHere(f"the derivative {self.path.name} was thrown away: ask for it again") from None
        with file:
            fcntl.flock(file, fcntl.LOCK_SH)  # what is being read is not thrown away
            os.utime(file.fileno())
            file.seek(at)
            try:
                yield b""
                while at < end and (block := file.read(min(BLOCK, end - at))):
                    at += len(block)
                    yield block
            finally:
                os.utime(file.fileno())


class Shelf:
    """The folder of derivatives, with its bound in bytes. One process at a time makes some (`mine`)."""

    def __init__(self, folder: Path, most: int, clock: Callable[[], float] = time.time) -> None:
        self.folder, self._most, self._clock = folder, most, clock
        self.making = folder / "making"
        """What is under way lies here, and goes when the next process begins."""
        self._lock, self._coming, self._held = Lock(), dict[str, int](), -1
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def mine(self) -> bool:
        """Whether derivatives are made here by this process alone; what a killed one left half made is gone then."""
        with self._lock:
            if self._held >= 0:
                return True
            handle = os.open(self.folder / "maker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            self._held = handle
            remove_tree(self.folder, self.making.name)
            self.making.mkdir(mode=0o700)
            return True

    def leave(self) -> None:
        """Let another process make derivatives."""
        with self._lock:
            if self._held >= 0:
                os.close(self._held)
                self._held = -1

    def find(self, name: str) -> Derivative | None:
        """The derivative of a name, if it lies here whole."""
        path = self._file(name)
        with suppress(FileNotFoundError, ValueError, KeyError):
            said = json.loads(path.with_suffix(".json").read_text())
            found = Derivative(path, int(said["size"]), str(said["sha256"]), float(said["ahead"]))
            return found if path.stat().st_size == found.size else None
        return None

    def failure(self, name: str) -> str | None:
        """Why there is no derivative of a name, where that was found out."""
        with suppress(FileNotFoundError):
            return self._file(name).with_suffix(".failed").read_text(encoding="utf-8")
        return None

    def fail(self, name: str, why: str) -> None:
        """Keep why there is none."""
        draft = self.making / f"{name}.failed"
        draft.write_text(why, encoding="utf-8")
        draft.replace(self._file(name).with_suffix(".failed"))

    def keep(self, name: str, made: Path, *, ahead: float) -> Derivative:
        """Move what was made into its place: until then nothing is there."""
        with made.open("rb") as file:
            os.fsync(file.fileno())
            sha256, size = file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
        path, draft = self._file(name), self.making / f"{name}.json"
        draft.write_text(json.dumps({"ahead": ahead, "sha256": sha256, "size": size}))
        draft.replace(path.with_suffix(".json"))
        made.chmod(0o600)
        made.replace(path)
        return Derivative(path, size, sha256, ahead)

    def never_fits(self, coming: int) -> str | None:
        """Why so many bytes have no room however much is thrown away, in a sentence; None where they may have."""
        if coming <= self._most:
            return None
        return (
            f"a light copy of this film may take {coming / 2**30:.2f} GiB, and all of them together may have "
            f"{self._most / 2**30:g} GiB: whoever keeps the archive can give them more (`derivatives_gib`)"
        )

    @contextmanager
    def room(self, name: str, coming: int) -> Iterator[None]:
        """Have room for so many bytes within the block: what was played longest ago goes. Raises NoRoom."""
        with self._lock:
            taken = self._coming.values()
            files = sorted(((one.stat().st_mtime, one) for one in self.folder.glob("*.mp4")), key=lambda one: one[0])
            left = self._most - coming - sum(taken) - sum(one.stat().st_size for _, one in files)
            for used, file in files:
                if left >= 0:
                    break
                if self._clock() - used > PLAYED_S and (freed := _thrown_away(file)):
                    left += freed
            if left < 0:
                raise NoRoom(
                    f"a derivative of up to {coming / 2**20:,.0f} MiB has no room beside those that are being played or"
                    f" made: all may have {self._most / 2**30:g} GiB (`derivatives_gib`)"
                )
            self._coming[name] = coming
        try:
            yield
        finally:
            with self._lock:
                del self._coming[name]

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.mp4"


def _thrown_away(path: Path) -> int:
    """Remove a derivative that nobody reads just now: the bytes that are free then."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        size = os.fstat(file.fileno()).st_size
        path.unlink()
        path.with_suffix(".json").unlink(missing_ok=True)
        return size
