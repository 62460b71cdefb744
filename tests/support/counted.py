"""A target that counts what is asked of it, around a real one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import IO

from storage.contract import Content, Stat, Target
from tests.support.faults import Around


@dataclass
class CountedTarget(Around):
    """Counts requests by kind, and keeps the prefixes that were listed; `enforced` is what it says of itself."""

    inner: Target
    enforced: bool = True
    asked: Counter[str] = field(default_factory=Counter)
    listed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.capabilities = replace(self.capabilities, conditional_put=self.enforced)

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        self.asked["put"] += 1
        self.inner.put(key, content, absent=absent)

    def replace(self, key: str, content: Content, was: str | None) -> None:
        self.asked["replace"] += 1
        self.inner.replace(key, content, was)

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        self.asked["open"] += 1
        return self.inner.open(key, start, end)

    def stat(self, key: str) -> Stat:
        self.asked["stat"] += 1
        return self.inner.stat(key)

    def list(self, prefix: str) -> Iterator[Stat]:
        self.asked["list"] += 1
        self.listed.append(prefix)
        return self.inner.list(prefix)

    def discard(self, key: str) -> None:
        self.inner.discard(key)

    def look(self) -> None:
        self.asked["look"] += 1
        self.inner.look()

    def check(self) -> None:
        self.asked["check"] += 1
        self.inner.check()

    def taken(self) -> dict[str, int]:
        """What was asked since this was asked last, by kind."""
        found = dict(sorted(self.asked.items()))
        self.asked.clear()
        self.listed.clear()
        return found
