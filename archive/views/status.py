"""Status: what an archivist answers for, counted."""

from collections import Counter
from datetime import timedelta
from typing import Literal

from pydantic import ConfigDict, Field

from archive.ledger.clips import Failure
from archive.ledger.copies import ARRIVED, Held
from archive.ledger.evidence_counts import EvidenceCounts
from archive.linking.deciding.judgements import joint_verdict
from archive.linking.deciding.review_queue import has_returned
from archive.opening.archive import Archive
from archive.preservation.costs import Cost, yearly
from archive.preservation.lost_workers import in_spools
from archive.preservation.newest_run import beyond
from archive.preservation.unaccepted import Unaccepted, contested, unaccepted
from archive.records.record import Moment, Record
from archive.records.whereabouts import Standing
from archive.settings.cron import runs_a_year
from archive.settings.settings import Settings
from archive.settings.spread import Loss, Lost, survivors
from archive.settings.stanzas import DistinctSettings
from archive.steps.again import Again, count_again
from archive.steps.resting import rests_until
from archive.steps.storing import enough_at, owed
from archive.texts.shown import corrections_in_force
from archive.views.availability import Turn, availability
from archive.views.expectations import ListCounts, lists_view
from archive.views.join_view import JoinCounts, count_joins
from storage.targets import address
from storage.targets.common_settings import Labels

YEAR = timedelta(days=365)


class ClipCounts(Record):
    """Clips that a source lists or listed, that are sealed, that are safe, and that failed, by class.

    `degraded` are those held in a film that is not the best that was on offer.
    """

    listed: int
    held: int
    safe: int
    degraded: int = 0
    failed: dict[str, int]


class TargetCounts(Record):
    """Clips whose newest evidence has arrived, those proven, and sealed versions of any object that are owed."""

    address: str
    labels: Labels
    counts_as_copy: bool
    copies: int
    claimed: int
    proven: int
    owed: int
    problem: str | None = None


class LinkCounts(Record):
    """Links at no judgement, by judgement, and in conflict.

    `returned` are those that somebody judged and that wait again: the entry has changed, or there is new evidence.
    """

    proposed: int
    positive: int
    negative: int
    unsure: int
    conflicts: int
    returned: int


class CorrectionCounts(Record):
    """People's corrections of transcripts, and how many of them are in conflict."""

    corrections: int
    conflicts: int


class Status(Record):
    """The state of an archive."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    schema_: Literal["thirdcopy/status/1"] = Field(default="thirdcopy/status/1", alias="schema")
    archive: str
    ledger: str
    at: Moment
    minimum_copies: int
    distinct: DistinctSettings
    clips: ClipCounts
    availability: dict[Standing, int] = Field(description="clips that were looked for, by how they stand at the source")
    lost: tuple[Turn, ...] = Field(description="clips that are gone from their source since a day of the last seven")
    returned: tuple[Turn, ...] = Field(description="clips that came back in the last seven days")
    resting: dict[str, Moment] = Field(description="sources that refused us, and until when they are left alone")
    survivors: dict[Lost, Loss] = Field(description="the worst that each kind of loss does; none before clips are held")
    targets: dict[str, TargetCounts]
    transcripts: int
    again: Again = Field(description="clips that an earlier build may have read, or refused, wrongly")
    corrections: CorrectionCounts
    links: LinkCounts
    joins: JoinCounts
    lists: dict[str, ListCounts] = Field(description="what should be there, by list, and by register that cites videos")
    unaccepted: int = Field(description="versions, or words of people in them, that only one target has: none in force")
    forks: tuple[Unaccepted, ...] = Field(
        description="those of them of which another content waits or is in the ledger"
    )
    spools: dict[str, str] = Field(
        description="workers whose spool alone holds versions, and what becomes of these; not this machine"
    )
    beyond: dict[str, str] = Field(description="targets that hold more than this ledger knows, and what was seen")

    @property
    def whole(self) -> bool:
        """Whether the ledger is known to be of all that the targets hold; else nothing here is about the rest."""
        return not self.unaccepted and not self.beyond


def status(archive: Archive) -> Status:
    """Count what the ledger knows. No target is asked."""
    ledger, settings = archive.ledger, archive.settings
    failures = ledger.clips.failures()
    evidence = ledger.copies.count_evidence(_named(settings))
    held = evidence.spread(tuple(settings.counting))
    waiting = unaccepted(ledger)
    seen = availability(archive)
    return Status(
        archive=settings.name,
        ledger=ledger.id,
        at=archive.clock(),
        minimum_copies=settings.minimum_copies,
        distinct=settings.distinct,
        clips=ClipCounts(
            listed=ledger.clips.listed(),
            held=ledger.clips.count_held(),
            safe=sum(clips for targets, clips in held.items() if enough_at(settings, targets)),
            degraded=ledger.looks.degraded(),
            failed=dict(sorted(Counter(failure.kind for failure in failures).items())),
        ),
        availability=dict(seen.counts),
        lost=seen.lost,
        returned=seen.returned,
        resting={name: until for name in settings.sources if (until := rests_until(archive, name))},
        survivors=survivors(held, settings.counting),
        targets=_targets(archive, evidence),
        transcripts=ledger.readings.count_transcripts(),
        again=count_again(archive, failures),
        corrections=_corrections(archive),
        links=_links(archive),
        joins=count_joins(archive),
        lists={name: one.counts for name, one in lists_view(archive).items() if one.counts.expected},
        unaccepted=len(waiting),
        forks=tuple(contested(waiting)),
        spools=in_spools(archive),
        beyond=beyond(archive),
    )


def failed(archive: Archive) -> list[Failure]:
    """What failed and was not mended, by clip."""
    return archive.ledger.clips.failures()


def count_targets(archive: Archive) -> dict[str, TargetCounts]:
    """What the ledger knows of each target."""
    return _targets(archive, archive.ledger.copies.count_evidence(_named(archive.settings)))


def _named(settings: Settings) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*settings.targets, *settings.counting)))


def _targets(archive: Archive, evidence: EvidenceCounts) -> dict[str, TargetCounts]:
    debts, states = owed(archive), evidence.heads
    return {
        name: TargetCounts(
            address=address(stanza),
            labels=stanza.labels,
            counts_as_copy=stanza.counts_as_copy,
            copies=sum(states.get(name, {}).get(state, 0) for state in ARRIVED),
            claimed=states.get(name, {}).get("claimed", 0),
            proven=states.get(name, {}).get("proven", 0),
            owed=debts[name],
            problem=archive.ledger.copies.problem(name),
        )
        for name, stanza in archive.settings.targets.items()
    }


def yearly_costs(archive: Archive) -> dict[str, Cost]:
    """What a year of reading costs at each target, from what the ledger knows and the settings say."""
    settings = archive.settings
    audits = runs_a_year(settings.schedule.audit) if settings.schedule.audit else 0
    sizes = archive.ledger.copies.sizes(archive.clock() - YEAR)
    costs = dict[str, Cost]()
    for name, stanza in settings.targets.items():
        held, stored = sizes.get(name, (Held(), Held()))
        costs[name] = yearly(
            stored,
            held,
            price=stanza.price,
            audits_a_year=audits,
            fraction=settings.audit.fraction,
            read_back=stanza.read_back,
        )
    return costs


def _corrections(archive: Archive) -> CorrectionCounts:
    """Corrected clips are few, so each is looked at."""
    readings, count, conflicts = archive.ledger.readings, 0, 0
    for clip in readings.corrected():
        corrections = readings.corrections(clip)
        count += len(corrections)
        conflicts += len(corrections_in_force(readings.refs(clip), corrections)[1])
    return CorrectionCounts(corrections=count, conflicts=conflicts)


def _links(archive: Archive) -> LinkCounts:
    """The links of which somebody judged are few; the others are only counted, since each text takes time to read."""
    readings, given = archive.ledger.readings, archive.ledger.readings.judgements_by_link()
    stands = {link: stand for link, some in given.items() if (stand := joint_verdict(some))}
    counts = Counter(stands.values())
    return LinkCounts(
        proposed=readings.count_links() - len(stands),
        positive=counts["positive"],
        negative=counts["negative"],
        unsure=counts["unsure"],
        conflicts=len(readings.disagreeing() | {link for link, stand in stands.items() if stand == "conflict"}),
        returned=sum(has_returned(link, given[link.id]) for link in readings.judged_links()),
    )
