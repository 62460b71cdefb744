"""Two workers on one archive: two state folders, each with its spool, over one ledger and the same targets."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from archive.ledger import Ledger
from archive.ledger import tables as t
from archive.opening.archive import Archive
from archive.settings.stanzas import WorkerSettings
from storage.contract import Target
from tests.support.archives import Clock, an_archive
from tests.support.engines import place_in, written

LOST, HERE = "lost-box", "here"
STATES = {HERE: "state", LOST: "lost"}


@contextmanager
def two_workers(
    folder: Path, targets: Mapping[str, Target], clock: Clock | None = None
) -> Iterator[tuple[Archive, Archive]]:
    """The archive as the one worker has it who stays, and as the other has it who is to be lost.

    The other has no session: nobody is at work there any more.
    """
    clock = clock or Clock()
    with an_archive(folder / STATES[HERE], targets, clock=clock) as archive:
        ledger = Ledger(place_in(folder / STATES[HERE]))
        try:
            yield _as(archive, HERE, folder), _as(replace(archive, ledger=ledger), LOST, folder)
        finally:
            ledger.close()


def _as(archive: Archive, name: str, folder: Path) -> Archive:
    said = {"worker": WorkerSettings(name=name), "state": folder / STATES[name]}
    (folder / STATES[name]).mkdir(exist_ok=True)
    return replace(archive, settings=archive.settings.model_copy(update=said))


def known(archive: Archive, name: str = LOST) -> None:
    """Have a worker in the ledger, as one of which a session began some time ago and has ended."""
    now = archive.clock()
    with written(archive.ledger) as connection:
        values = {"name": name, "id": f"id of {name}", "host": "elsewhere", "since": now, "seen": now}
        connection.execute(sa.insert(t.workers).values(values))
