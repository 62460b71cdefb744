"""The entries of the registers as they can be found: by their names in all scripts, of the newest snapshots."""

from collections.abc import Iterator

from archive.errors import ArchiveError
from archive.linking.registers.entries import read_entry
from archive.opening.archive import Archive
from archive.searching.clip_texts import Line
from archive.steps.registering import entries_of, newest, versions
from storage.errors import TargetError


def snapshots(archive: Archive) -> dict[str, str]:
    """The sha256 of the newest snapshot of each register that the settings have."""
    return {name: found.sha256 for name, found in newest(archive).items()}


def entries(archive: Archive, register: str) -> Iterator[Line]:
    """The names of each entry of a register, from this machine alone: no target is asked.

    Raises NoNames where the newest snapshot is not here.
    """
    try:
        with entries_of(archive, register, versions(archive, register)[-1], {}) as lines:
            for line in lines:
                entry = read_entry(line)
                if entry.names:
                    yield Line(" · ".join(entry.names), entry=entry.number)
    except (TargetError, FileNotFoundError) as error:
        raise NoNames(
            f"the newest snapshot of register {register} is not on this machine, so that its entries are not found "
            f"({error}): the next run brings it"
        ) from error


class NoNames(ArchiveError):
    """A register's snapshot that is not on this machine."""
