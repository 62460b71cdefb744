"""A ledger carried from one engine to the other, and proven; until then the old one is in force.

The new one says that it is `arriving` until the old one says that it was `moved`; either is refused by whatever else
opens it. So a kill at any moment leaves the old one in force, or only the last word unsaid, and the same again ends it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import LedgerUnusable, RefusedError
from archive.ledger import Ledger
from archive.ledger.carrying_over import Contents
from archive.ledger.ledger_places import Database, Place
from archive.ledger.standing import Standing
from archive.opening.archive import LEDGER, place_of
from archive.progress import Progress
from archive.settings.settings import Settings

SQLITE = "sqlite"


@dataclass(frozen=True)
class Moved:
    """What each table held in the old ledger, and what the new one was then found to hold; nothing of one not read."""

    old: str
    new: str
    before: Mapping[str, Contents]
    after: Mapping[str, Contents]


def place_named(settings: Settings, to: str) -> Place:
    """The place that a person names: an address of PostgreSQL, or `sqlite`. Raises ValueError for any other."""
    if to == SQLITE:
        return settings.state / LEDGER
    return Database.at(to, settings.ledger.password)


def line_of(place: Place) -> str:
    """What is to be written in archive.toml, so that the ledger at a place is the archive's."""
    if isinstance(place, Path):
        return "take url out of [ledger]"
    query = "&".join(f"{name}={value}" for name, value in place.url.options.items())
    address = f"{place}?{query}" if query else str(place)
    return f'[ledger]\nurl = "{address}"'


def held(settings: Settings, progress: Progress) -> Mapping[str, Contents]:
    """What the archive's ledger holds, table by table."""
    with closing(Ledger(place_of(settings))) as ledger, progress.task("ledger", total=None, unit="rows") as task:
        return ledger.contents(task.advance)


def move(settings: Settings, to: Place, progress: Progress) -> Moved:
    """Carry the archive's ledger to another place, and prove it.

    Raises RefusedError where that place holds an archive, LeaseHeld where somebody is at it, and LedgerUnusable.
    """
    source = place_of(settings)
    if str(source) == str(to):
        raise RefusedError(f"the ledger is at {to} already")
    if isinstance(source, Path) and not source.is_file():
        raise LedgerUnusable(f"there is no ledger at {source} to be moved")
    with ExitStack() as stack:
        old = stack.enter_context(closing(Ledger(source, unfinished=True)))
        new = stack.enter_context(closing(Ledger(to, unfinished=True)))
        stack.enter_context(old.lease.held())
        stack.enter_context(new.lease.held())
        if not _is_last_word(old, new):
            old.refuse_unfinished()
            _refuse_taken(old, new)
            new.empty(Standing(state="arriving", other=old.place))
        return _carried(old, new, progress)


def _carried(old: Ledger, new: Ledger, progress: Progress) -> Moved:
    with _told(progress, "carry") as each:
        before = old.contents(each) if old.standing else old.carry_to(new, each)
    with _told(progress, "read back") as each:
        after = new.contents(each)
    if before != after:
        wrong = ", ".join(name for name, found in before.items() if after.get(name) != found)
        raise LedgerUnusable(f"what arrived at {new.place} is not what was sent ({wrong}): the old ledger is in force")
    old.stand(Standing(state="moved", other=new.place))
    new.stand(None)
    return Moved(old.place, new.place, before, after)


@contextmanager
def _told(progress: Progress, what: str) -> Iterator[Callable[[int], None]]:
    with progress.task(what, total=None, unit="rows") as task:
        yield task.advance


def _is_last_word(old: Ledger, new: Ledger) -> bool:
    """Whether all was carried and proven, and the new ledger alone does not know yet."""
    said, arriving = old.standing, new.standing
    return bool(
        said
        and arriving
        and (said.state, said.other, arriving.state, arriving.other) == ("moved", new.place, "arriving", old.place)
    )


def _refuse_taken(old: Ledger, new: Ledger) -> None:
    """Raise RefusedError where the new place holds what is not to be overwritten."""
    said = new.standing
    if said is None:
        if new.copies.heads() or new.clips.listed():
            raise RefusedError(f"the ledger at {new.place} holds an archive: name another, empty place")
    elif said.other != old.place:
        new.refuse_unfinished()
