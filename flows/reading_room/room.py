"""What the pages of the reading room stand on: one value, made when it opens and handed to each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from archive.linking.registers.entries import Entry
from archive.opening.archive import Archive
from archive.people.people import People
from archive.playing.derivatives import Derivatives
from archive.searching.search_index import Index
from archive.steps.registering import newest
from archive.views.queue import entries_of
from archive.views.state_page import StatePage, state_page
from flows.reading_room.han_fonts import HanFonts
from flows.reading_room.remembered import Remembered
from flows.reading_room.sittings import Sittings

STATE_S = 20.0
"""Seconds for which the state of the archive stands on its page: to count it takes a second of a large one."""


class Registers:
    """The entries of the registers, read once a snapshot: tens of thousands take seconds."""

    def __init__(self, archive: Archive) -> None:
        self._archive, self._lock = archive, Lock()
        self._known: Mapping[str, str] = {}
        self._entries: Mapping[tuple[str, str], Entry] = {}

    def entries(self) -> Mapping[tuple[str, str], Entry]:
        """All entries, by the name of the register and their number. Raises RegisterError where none can be read."""
        now = {name: snapshot.sha256 for name, snapshot in newest(self._archive).items()}
        with self._lock:
            if now != self._known:
                self._entries, self._known = entries_of(self._archive), now
            return self._entries


@dataclass(frozen=True)
class Room:
    """An opened archive, its index, the people who may come, and light derivatives."""

    archive: Archive
    index: Index
    people: People
    derivatives: Derivatives
    registers: Registers = field(init=False)
    sittings: Sittings = field(init=False)
    state: Remembered[StatePage] = field(init=False)
    fonts: HanFonts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "registers", Registers(self.archive))
        object.__setattr__(self, "sittings", Sittings(self.archive))
        object.__setattr__(self, "state", Remembered(partial(state_page, self.archive), seconds=STATE_S))
        object.__setattr__(self, "fonts", HanFonts())
