"""Work on one object that a stranger may have written: whatever its bytes raise becomes one line."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from archive.errors import ArchiveError, LeaseHeld, LedgerUnusable, SpaceShort
from storage.errors import TargetError

log = logging.getLogger(__name__)
Result = TypeVar("Result")

OURS = (LedgerUnusable, LeaseHeld, SpaceShort)
"""What is wrong with this machine, whatever an object says: it ends the command, and blames no object."""

SAID = (TargetError, ArchiveError)
"""What says itself, in a sentence, what is wrong."""

RAISED = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, MemoryError)
"""What code that was written for good bytes raises over others. Not OSError: that is this machine's."""


def one_object(
    name: str, places: Iterable[str], work: Callable[[], Result], problems: list[str], *, what: str = ""
) -> Result | None:
    """Do the work on one object as it lies at some places; where that fails, None, and one more line in `problems`.

    `what` is a part of the object, such as ` v2`. Whoever reads what a target holds goes through here, object by
    object, so that one hostile object harms no other. Raises what `OURS` names, and OSError, which are no object's.
    """
    try:
        return work()
    except OURS:
        raise
    except SAID as error:
        said = str(error)
    except RAISED as error:
        log.debug("%s%s", name, what, exc_info=error)
        said = f"what lies there is nothing that this version reads ({type(error).__name__}): left alone"
    where = ", ".join(places)
    problems.append(f"{printable(name)}{what}{f' at {where}' if where else ''}: {said}")
    return None


def printable(name: str) -> str:
    """A name or path of a stranger's as it can stand in a line: what is not plain ASCII is escaped, and it ends."""
    plain = name.isascii() and name.isprintable()
    return name[:200] if plain else ascii(name)[1:-1][:200]
