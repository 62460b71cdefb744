"""What waits for a person who reviews: proposals in their order, each with what is shown beside it."""

from collections.abc import Iterator, Mapping, Sequence

from archive.linking.deciding.quotes import in_context, passages
from archive.linking.deciding.review_queue import Waiting, Wanted, look
from archive.linking.deciding.review_queue import waiting as in_order
from archive.linking.deciding.review_sheet import Told, write
from archive.linking.registers.entries import Entry
from archive.opening.archive import Archive
from archive.steps.quoted_texts import texts_of
from archive.steps.registering import load_registers


def queue(archive: Archive, by: str, wanted: Wanted) -> list[Waiting]:
    """What waits for a person, in the order in which they are asked."""
    readings = archive.ledger.readings
    links = readings.links(wanted.clip, entry=wanted.entry)
    return in_order(links, readings.judgements_by_link(wanted.clip), by, wanted)


def still_waiting(archive: Archive, one: Waiting, by: str, wanted: Wanted) -> Waiting | None:
    """How something that waited stands now; None if it waits no more, as somebody judged it or it is gone."""
    readings = archive.ledger.readings
    found = {link.id: link for link in readings.links(one.link.clip)}.get(one.link.id)
    return look(found, readings.judgements(link=found.id), by, wanted) if found else None


def entries_of(archive: Archive) -> dict[tuple[str, str], Entry]:
    """The entries of the registers, by the register's name and their number.

    Raises RegisterError where a snapshot is not here, and can be brought from nowhere.
    """
    registers = load_registers(archive, archive.targets)
    return {(name, entry.number): entry for name, register in registers.items() for entry in register.entries}


def to_sheet(archive: Archive, found: Sequence[Waiting]) -> bytes:
    """What waits as a spreadsheet in CSV, whose verdicts `archive.acts.judging.take_in` reads."""
    return write(told(archive, found, entries_of(archive)))


def told(archive: Archive, found: Sequence[Waiting], entries: Mapping[tuple[str, str], Entry]) -> list[Told]:
    """What waits, in its order, with what is shown beside it. The texts of each clip are read once."""
    by_clip = dict[str, list[Waiting]]()
    for one in found:
        by_clip.setdefault(one.link.clip, []).append(one)
    made = {one.waiting.link.id: one for clip, ones in by_clip.items() for one in _told(archive, clip, ones, entries)}
    return [made[one.link.id] for one in found]


def _told(
    archive: Archive, clip: str, ones: Sequence[Waiting], entries: Mapping[tuple[str, str], Entry]
) -> Iterator[Told]:
    texts = texts_of(archive, clip, [one.link for one in ones])
    captures = archive.ledger.clips.captures(clip)
    for one in ones:
        link = one.link
        yield Told(
            waiting=one,
            context=in_context(passages(link)[0], texts.get(link.where)),
            url=captures[-1].url if captures else "",
            extractor=captures[-1].extractor if captures else "",
            entry=entries.get((link.register_name, link.entry)),
            alternatives=tuple(
                (other.entry, other.score, entries.get((link.register_name, other.entry)))
                for other in link.alternatives
            ),
        )
