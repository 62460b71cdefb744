"""See: whenever a clip is looked for, what was seen is kept, and a return or a loss is said as it is noticed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from archive.errors import FailureKind, FetchFailed
from archive.ledger.sightings import Seen
from archive.opening.archive import Archive
from archive.records.clip import Listing
from archive.records.event import METADATA
from archive.records.object_ids import ObjectId
from archive.records.sighting import Availability
from archive.records.whereabouts import AWAY, STANDINGS, Whereabouts, whereabouts
from archive.sources.contract import Source

SAID = 10
"""Returns, or losses, of one page that are said one by one; of more their number."""

MEANS: dict[FailureKind, Availability] = {
    "gone": "gone",
    "no_access": "no_access",
    "refused": "refused",
    "not_yet": "not_yet",
    "passing": "passing",
    "outdated": "unknown",
    "damaged": "up",
    "barred": "unknown",
    "unknown": "unknown",
}
"""What a failed fetch says of whether the clip is there: bytes that came damaged came, and our bounds say nothing."""


@dataclass(frozen=True)
class Turned:
    """How a clip stood at its sources before it was looked for, and how it stands now."""

    clip: str
    before: Whereabouts
    now: Whereabouts

    @property
    def line(self) -> str | None:
        """The sentence that is said, and kept as an event; None where it neither came back nor is lost."""
        if self.now.standing == "up" and self.before.standing in AWAY:
            since = f" since {self.before.since:%Y-%m-%d}" if self.before.since else ""
            return f"returned: it is up again, and was {STANDINGS[self.before.standing]}{since}"
        if self.now.standing == "gone" and self.before.standing != "gone":
            return f"lost: its source said on two days that it is gone, first on {self.now.since:%Y-%m-%d}"
        return None


def named(listings: Sequence[Listing], lacked: Collection[str] = ()) -> list[Seen]:
    """What a list shows: each clip that it names once, and none of those whose place alone it keeps.

    `lacked` are those that it did not name for a while: that it names them again is more than that it still does.
    """
    return [Seen(clip, named=clip not in lacked) for clip in {one.clip: None for one in listings if one.shown}]


def failed(clip: str, error: FetchFailed) -> list[Seen]:
    """What a failed fetch shows."""
    means = MEANS[error.kind]
    return [Seen(clip, means, "" if means == "up" else error.words or str(error))]


def see(archive: Archive, source: Source, seen: Sequence[Seen]) -> list[Turned]:
    """Keep what was seen of clips just now. Returns and losses are events of the next run record, and said."""
    ledger, network, now = archive.ledger, archive.settings.network, archive.clock()
    turned = list[Turned]()
    with ledger.at_once():
        before = ledger.sightings.add(source.name, seen, network=network, tool=source.tool, now=now)
        for clip, spans in before.items():
            one = Turned(clip, whereabouts(spans, now), whereabouts(ledger.sightings.of(clip), now))
            if one.line:
                turned.append(one)
                archive.event(ObjectId.evidence_of(clip), METADATA, detail=f"{source.name}: {one.line}")
    for one in turned[:SAID]:
        archive.progress.say(f"{one.clip}: {one.line}")
    if len(turned) > SAID:
        archive.progress.say(f"{source.name}: {len(turned) - SAID:,} more clips returned, or are lost: `status`")
    return turned
