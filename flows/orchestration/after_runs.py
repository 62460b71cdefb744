"""What follows a run however it ended: whoever is to be told is told. Run by itself, this module looks once.

A run's end is no moment at which silence can be noticed: for that the schedule looks by a line of its own, in a process
of its own, whether or not Prefect's server answers.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from archive.alerting.telling import tell
from archive.errors import ArchiveError
from archive.opening.archive import opened
from archive.settings.settings import Settings, find, load


@dataclass
class Ending:
    """How what runs within `told_after` has ended, as that says itself: `well` is for the dead man's switch."""

    well: bool = False


@contextmanager
def told_after(settings: Settings, say: Callable[[str], None]) -> Iterator[Ending]:
    """Tell whoever is to be told once the block has ended, also by an error; what could not be sent is said.

    Its lease is given back by then, so that a server that hangs holds up nothing. Nothing is told of a process that a
    signal ends.
    """
    ending = Ending()
    try:
        yield ending
    except Exception:
        _tell(settings, Ending(), say)
        raise
    _tell(settings, ending, say)


def _tell(settings: Settings, ending: Ending, say: Callable[[str], None]) -> None:
    if not settings.alerts.addresses and not (settings.alerts.ping and ending.well):
        return
    try:
        with opened(settings) as archive:
            problems = tell(archive, well=ending.well).said
    except (ArchiveError, OSError) as error:
        problems = (f"alerts: nobody was told: {error}",)
    for problem in problems:
        say(problem)


def main() -> None:
    """Look once, and say on stderr what could not be sent."""
    _tell(load(find()), Ending(), lambda problem: print(problem, file=sys.stderr))


if __name__ == "__main__":
    main()
