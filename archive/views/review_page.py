"""A proposed link as a reviewer of the room is given it: the moment, the evidence, the entry, other candidates."""

from collections.abc import Mapping

from archive.linking.deciding.descriptions import about
from archive.linking.deciding.review_queue import Reason, Waiting, proposal_digest
from archive.linking.registers.entries import Entry
from archive.opening.archive import Archive
from archive.people.reader_roles import Reader
from archive.records.record import Record
from archive.views.clip_page import LinkOnPage, link_on_page
from archive.views.queue import told

Lines = tuple[tuple[str, str], ...]


class Candidate(Record):
    """Another entry that the words could mean."""

    entry: str
    score: float
    about: Lines


class ReviewPage(Record):
    """The question whether a moment concerns an entry.

    `digest` is that of the proposal as it is shown, which a verdict names. `before` and `after` are the words around
    the quote. `left` is how many wait, this one among them.
    """

    clip: str
    title: str | None
    link: LinkOnPage
    digest: str
    reason: Reason
    new: tuple[str, ...]
    before: str
    quote: str
    after: str
    conflict: str | None
    about: Lines
    candidates: tuple[Candidate, ...]
    left: int


def review_page(
    archive: Archive, one: Waiting, entries: Mapping[tuple[str, str], Entry], reader: Reader, left: int
) -> ReviewPage:
    """What waits, with all that helps to decide it."""
    (shown,) = told(archive, [one], entries)
    captures = archive.ledger.clips.captures(one.link.clip)
    ahead = {ref.name: ref.starts_at for ref in archive.ledger.readings.refs(one.link.clip)}
    return ReviewPage(
        clip=one.link.clip,
        title=captures[-1].title if captures else None,
        link=link_on_page(one.link, one.judgements, reader, ahead),
        digest=proposal_digest(one.link),
        reason=one.reason,
        new=one.new,
        before=shown.context.before,
        quote=shown.context.quote,
        after=shown.context.after,
        conflict=one.link.conflict,
        about=tuple(about(shown.entry)),
        candidates=tuple(
            Candidate(entry=number, score=score, about=tuple(about(entry)))
            for number, score, entry in shown.alternatives
        ),
        left=left,
    )
