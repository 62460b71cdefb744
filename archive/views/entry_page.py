"""An entry as a reader of the room is given it: who, as the register says, and every moment that concerns them."""

from collections.abc import Mapping, Sequence

from archive.linking.deciding.descriptions import about
from archive.linking.registers.entries import Entry
from archive.opening.archive import Archive
from archive.people.reader_roles import Reader
from archive.records.link import Judgement, Link
from archive.records.record import Record
from archive.texts.in_force import access_now
from archive.views.clip_page import LinkOnPage, is_for, link_on_page


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
    entry, readings = entries.get((register, number)), archive.ledger.readings
    links = [link for link in readings.links(entry=number) if link.register_name == register]
    given = readings.judgements_by_link(links=[link.id for link in links])
    clips = [
        found
        for link in sorted(links, key=lambda link: link.clip)
        if (found := _of_clip(archive, link, given.get(link.id, ()), reader))
    ]
    if not clips and (entry is None or not reader.may("see all entries")):
        return None
    return EntryPage(
        register_name=register,
        entry=number,
        about=tuple(about(entry)),
        sha256=entry.sha256 if entry else None,
        clips=tuple(clips),
    )


def _of_clip(archive: Archive, link: Link, judgements: Sequence[Judgement], reader: Reader) -> ClipOfEntry | None:
    """The one link of a clip to the entry. Whether it is for the reader at all is asked first: mostly it is not."""
    if not is_for(reader, judgements):
        return None
    captures = archive.ledger.clips.captures(link.clip)
    if not captures or access_now(archive, link.clip).level not in reader.levels:
        return None
    newest = captures[-1]
    ahead = {ref.name: ref.starts_at for ref in archive.ledger.readings.refs(link.clip)}
    return ClipOfEntry(
        clip=link.clip,
        title=newest.title,
        source=newest.source,
        uploaded=newest.uploaded,
        links=(link_on_page(link, judgements, reader, ahead),),
    )
