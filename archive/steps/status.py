"""Status: what an archivist answers for, counted."""

from collections import Counter
from typing import Literal

from pydantic import ConfigDict, Field

from archive.linking.judgements import standing
from archive.opened import Archive
from archive.records import Moment, Record
from archive.steps.storing import owed, safe
from storage.targets import address


class ClipCounts(Record):
    """Clips that a source lists or listed, that are sealed, that are safe, and that failed, by class."""

    listed: int
    held: int
    safe: int
    failed: dict[str, int]


class TargetCounts(Record):
    """Clips whose newest evidence has arrived, those proven, and sealed versions of any object that are owed."""

    address: str
    copies: int
    claimed: int
    proven: int
    owed: int
    problem: str | None = None


class LinkCounts(Record):
    """Links at no judgement, by judgement, and in conflict."""

    proposed: int
    positive: int
    negative: int
    unsure: int
    conflicts: int


class Status(Record):
    """The state of an archive."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    schema_: Literal["thirdcopy/status/1"] = Field(default="thirdcopy/status/1", alias="schema")
    archive: str
    ledger: str
    at: Moment
    minimum_copies: int
    clips: ClipCounts
    targets: dict[str, TargetCounts]
    transcripts: int
    links: LinkCounts


def status(archive: Archive) -> Status:
    """Count what the ledger knows. No target is asked."""
    ledger = archive.ledger
    failures = ledger.clips.failures()
    debts = owed(archive)
    return Status(
        archive=archive.settings.name,
        ledger=ledger.id,
        at=archive.clock(),
        minimum_copies=archive.settings.minimum_copies,
        clips=ClipCounts(
            listed=ledger.clips.listed(),
            held=len(ledger.clips.held()),
            safe=len(safe(archive)),
            failed=dict(sorted(Counter(failure.kind for failure in failures).items())),
        ),
        targets={
            name: TargetCounts(
                address=address(stanza),
                copies=ledger.copies.heads_at(name),
                claimed=ledger.copies.heads_at(name, ("claimed",)),
                proven=ledger.copies.heads_at(name, ("proven",)),
                owed=debts[name],
                problem=ledger.copies.problem(name),
            )
            for name, stanza in archive.settings.targets.items()
        },
        transcripts=ledger.readings.count_transcripts(),
        links=_links(archive),
    )


def _links(archive: Archive) -> LinkCounts:
    links, judgements = archive.ledger.readings.links(), archive.ledger.readings.judgements()
    by_link: dict[str, list[int]] = {}
    for number, judgement in enumerate(judgements):
        by_link.setdefault(judgement.link, []).append(number)
    counts: Counter[str] = Counter()
    for link in links:
        stands = standing([judgements[number] for number in by_link.get(link.id, [])])
        counts[stands or "proposed"] += 1
        counts["conflicts"] += stands == "conflict" or link.conflict is not None
    return LinkCounts(
        proposed=counts["proposed"],
        positive=counts["positive"],
        negative=counts["negative"],
        unsure=counts["unsure"],
        conflicts=counts["conflicts"],
    )
