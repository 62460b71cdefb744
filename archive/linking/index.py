"""A register made ready for linking: its names, numbers and cited addresses, indexed once and read by many clips."""

from collections import defaultdict
from dataclasses import dataclass, field

from archive.linking.finding.cited.addresses import clips_of
from archive.linking.finding.names.search import NameIndex
from archive.linking.known_people import NOBODY, KnownPeople
from archive.linking.rarity import Rarity
from archive.linking.registers.entries import Entry
from archive.linking.registers.register import Register


@dataclass(frozen=True)
class RegisterIndex:
    """A register with its look-up tables. Making one takes seconds for 100,000 entries; it never changes.

    `numbers` finds an entry by its number; `citing` the entries that cite an address in canonical form, or, under the
    clip's id, an address that names a clip beyond doubt; `rarity` says how rare a name is. `known` are people who are
    no victims.
    """

    register: Register
    known: KnownPeople = NOBODY
    names: NameIndex = field(init=False)
    numbers: dict[str, Entry] = field(init=False)
    citing: dict[str, tuple[Entry, ...]] = field(init=False)
    rarity: Rarity = field(init=False)

    def __post_init__(self) -> None:
        citing: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.register.entries:
            for address in entry.sources:
                for key in (address, *clips_of(address)):
                    if entry not in citing[key][-1:]:  # two addresses of one clip
                        citing[key].append(entry)
        object.__setattr__(self, "names", NameIndex(self.register.entries))
        object.__setattr__(self, "rarity", Rarity(self.register.entries))
        object.__setattr__(self, "numbers", {entry.number: entry for entry in self.register.entries})
        object.__setattr__(self, "citing", {address: tuple(entries) for address, entries in citing.items()})
