"""How a step tells how far it is: an object passed in, silent unless somebody looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol


class Task(Protocol):
    """One thing under way."""

    def advance(self, amount: float) -> None:
        """Say that so much more is done."""
        ...

    def total(self, amount: float) -> None:
        """Say how much there is in all, once that is known."""
        ...


class Progress(Protocol):
    """Who is told of what is under way. Called from several threads."""

    @contextmanager
    def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator[Task]:
        """Begin something; it ends with the block. `unit` is `B` for bytes, `s` for seconds of media, else a noun."""
        ...

    def say(self, line: str) -> None:
        """Tell one line that stays."""
        ...


@dataclass
class Share:
    """A part of something under way that is told in shares of itself: `amount` in the whole's unit."""

    whole: Task
    amount: float
    told: float = 0.0

    def reach(self, share: float) -> None:
        """Tell that a share of it is done."""
        reached = self.amount * min(1.0, share)
        self.whole.advance(reached - self.told)
        self.told = reached

    def end(self) -> None:
        """Tell that nothing more comes of it."""
        self.reach(1.0)


class _Nothing:
    def advance(self, amount: float) -> None:
        pass

    def total(self, amount: float) -> None:
        pass


class Silent:
    """Tells nobody."""

    @contextmanager
    def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator[Task]:
        """Begin something that nobody looks at."""
        yield _Nothing()

    def say(self, line: str) -> None:
        """Tell nobody."""
