"""A target that breaks on purpose, around a real one."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import merge
from typing import IO, Literal

from storage.contract import Capabilities, Content, Stat, Target
from storage.errors import Refused, Unavailable


class Crash(BaseException):
    """The process dies here: nothing that catches Exception may survive it."""


class Around:
    """What a target that stands around another says of itself."""

    inner: Target
    name: str
    address: str
    capabilities: Capabilities

    def __post_init__(self) -> None:
        self.name, self.address, self.capabilities = self.inner.name, self.inner.address, self.inner.capabilities


@dataclass
class CrashingTarget(Around):
    """Dies before or after its nth writing, and then answers nobody; counts what was written."""

    inner: Target
    at: int | None = None
    when: Literal["before", "after"] = "before"
    written: list[str] = field(default_factory=list)
    dead: bool = False

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        self._write(key, lambda: self.inner.put(key, content, absent=absent))

    def replace(self, key: str, content: Content, was: str | None) -> None:
        self._write(key, lambda: self.inner.replace(key, content, was))

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        self._live()
        return self.inner.open(key, start, end)

    def stat(self, key: str) -> Stat:
        self._live()
        return self.inner.stat(key)

    def list(self, prefix: str) -> Iterator[Stat]:
        self._live()
        return self.inner.list(prefix)

    def discard(self, key: str) -> None:
        self.inner.discard(key)

    def look(self) -> None:
        self._live()
        self.inner.look()

    def check(self) -> None:
        self._live()
        self.inner.check()

    def _live(self) -> None:
        if self.dead:
            raise Crash

    def _write(self, key: str, deed: Callable[[], None]) -> None:
        self._live()
        self.written.append(key)
        self.dead = len(self.written) == self.at
        if self.dead and self.when == "before":
            raise Crash
        deed()
        self._live()


@dataclass
class FaultyTarget(Around):
    """A target that a test can switch: `down` answers nothing, `mute` answers Refused to reads of some keys.

    `stutter` spoils the first reading of each such key, and no later one. `lie` is what it does with a file under
    media/ while it says that all is well: `forget` it, or `spoil` a byte.
    """

    inner: Target
    down: bool = False
    mute: str | None = None
    stutter: str | None = None
    lie: Literal["forget", "spoil"] | None = None
    opened: list[str] = field(default_factory=list)

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        self._answer()
        if self.lie == "forget" and "/media/" in key:
            return
        self.inner.put(key, content, absent=absent)

    def replace(self, key: str, content: Content, was: str | None) -> None:
        self._answer()
        self.inner.replace(key, content, was)

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        self._answer()
        self.opened.append(key)
        if self.mute and self.mute in key:
            raise Refused("no permission to read this", target=self.name, key=key)
        if self.stutter and self.stutter in key and self.opened.count(key) == 1:
            with self.inner.open(key, start, end) as body:
                return io.BytesIO(body.read()[:-1] + b"~")
        if self.lie == "spoil" and "/media/" in key:
            with self.inner.open(key, start, end) as body:
                return io.BytesIO(body.read()[:-1] + b"~")
        return self.inner.open(key, start, end)

    def stat(self, key: str) -> Stat:
        self._answer()
        return self.inner.stat(key)

    def list(self, prefix: str) -> Iterator[Stat]:
        self._answer()
        return self.inner.list(prefix)

    def discard(self, key: str) -> None:
        self.inner.discard(key)

    def look(self) -> None:
        self._answer()
        self.inner.look()

    def check(self) -> None:
        self._answer()
        self.inner.check()

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("does not answer", target=self.name, after=0)


@dataclass
class WriteProtected(FaultyTarget):
    """A target that can be read, and refuses whatever would change it: a disk with its switch on, a key for reading."""

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        self._refuse()

    def replace(self, key: str, content: Content, was: str | None) -> None:
        self._refuse()

    def discard(self, key: str) -> None:
        self._refuse()

    def check(self) -> None:
        self.look()
        self._refuse()

    def _refuse(self) -> None:
        raise Refused("the disk is read-only; mount it for writing", target=self.name, setting="path")


@dataclass
class Boasting(FaultyTarget):
    """A target that lists `more` than it has, in their places, and says of each key the size that `told` gives it."""

    more: tuple[Stat, ...] = ()
    told: Callable[[Stat], int] = lambda stat: stat.size

    def list(self, prefix: str) -> Iterator[Stat]:
        there = (Stat(stat.key, self.told(stat)) for stat in super().list(prefix))
        yield from merge(there, (stat for stat in self.more if stat.key.startswith(prefix)), key=lambda stat: stat.key)
