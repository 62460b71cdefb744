"""One entry of a register: every clip and second that concerns it, with how each link stands."""

from dataclasses import dataclass

from archive.joins.recordings import recordings
from archive.linking.deciding.judgements import joint_verdict
from archive.opening.archive import Archive
from archive.records.link import Judgement, Link
from archive.records.transcript import TranscriptRef


@dataclass(frozen=True)
class EntryLink:
    """A link to the entry, the judgements of it and how it stands by them, and the transcripts of its clip.

    `recording` has the other clips that people judged to be one recording with it.
    """

    link: Link
    judgements: tuple[Judgement, ...]
    stands: str | None
    transcripts: tuple[TranscriptRef, ...]
    recording: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntryView:
    """An entry by its number, and its links: by register, then the surest first."""

    entry: str
    links: tuple[EntryLink, ...]


def entry_view(archive: Archive, number: str, register: str | None = None) -> EntryView:
    """The links of the entry of this number in one register, or in any."""
    readings = archive.ledger.readings
    found = [link for link in readings.links(entry=number) if register in (None, link.register_name)]
    found.sort(key=lambda link: (link.register_name, link.tier, -link.score, link.clip))
    transcripts = {clip: tuple(readings.refs(clip)) for clip in {link.clip for link in found}}
    joined = recordings(archive.ledger.joins.judgements()) if found else {}
    judged = {link.id: tuple(readings.judgements(link=link.id)) for link in found}
    return EntryView(
        number,
        tuple(
            EntryLink(
                link,
                judged[link.id],
                joint_verdict(judged[link.id]),
                transcripts[link.clip],
                tuple(sorted(joined.get(link.clip, frozenset()) - {link.clip})),
            )
            for link in found
        ),
    )
