"""An entry as a reader of the room is given it: who, as the register says, and every moment that concerns them."""

from collections.abc import Mapping

from archive.linking.deciding.descriptions import about
from archive.linking.registers.entries import Entry
from archive.opening.archive import Archive
from archive.people.reader_roles import Reader
from archive.records.record import Record
from archive.views.clip_page import LinkOnPage, links_on_page, may_read


class ClipOfEntry(Record):
    """A clip that a reader may read, with its links to the entry."""

    clip: str
    title: str | None
    source: str
    uploaded: str | None
    links: tuple[LinkOnPage, ...]


class EntryPage(Record):
    """An entry as one reader may see it: lines of what the register says, masked, and clips that concern it."""

    register_name: str
    entry: str
    about: tuple[tuple[str, str], ...]
    sha256: str | None
    clips: tuple[ClipOfEntry, ...]


def entry_page(
    archive: Archive, entries: Mapping[tuple[str, str], Entry], register: str, number: str, reader: Reader
) -> EntryPage | None:
    """An entry for a reader; None where there is none, or it is not for them.

    A visitor sees an entry only by a clip that they may read and of which somebody judged that it concerns the entry.
    """
    entry = entries.get((register, number))
    linked = {link.clip for link in archive.ledger.readings.links(entry=number) if link.register_name == register}
    clips = [found for clip in sorted(linked) if (found := _of_clip(archive, clip, register, number, reader))]
    if not clips and (entry is None or not reader.may("see all entries")):
        return None
    return EntryPage(
        register_name=register,
        entry=number,
        about=tuple(about(entry)),
        sha256=entry.sha256 if entry else None,
        clips=tuple(clips),
    )


def _of_clip(archive: Archive, clip: str, register: str, number: str, reader: Reader) -> ClipOfEntry | None:
    if not may_read(archive, clip, reader):
        return None
    newest = archive.ledger.clips.captures(clip)[-1]
    ahead = {ref.name: ref.starts_at for ref in archive.ledger.readings.refs(clip)}
    links = [
        one
        for one in links_on_page(archive, clip, reader, ahead)
        if (one.register_name, one.entry) == (register, number)
    ]
    if not links:
        return None
    return ClipOfEntry(
        clip=clip, title=newest.title, source=newest.source, uploaded=newest.uploaded, links=tuple(links)
    )
