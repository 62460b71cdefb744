"""Whether clips are at their sources: one clip's timeline, all of them counted, and losses and returns of late."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import ConfigDict, Field

from archive.opening.archive import Archive
from archive.records.record import Moment, Record
from archive.records.sighting import Sighting
from archive.records.whereabouts import Standing, Whereabouts, whereabouts


class Timeline(Record):
    """How a clip stands at its sources, since when, and every span of sightings of it, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    schema_: Literal["thirdcopy/timeline/1"] = Field(default="thirdcopy/timeline/1", alias="schema")
    clip: str
    availability: Standing
    since: Moment | None
    last: Moment | None = Field(description="when it was seen to stand so last")
    words: str = Field(description="the last that its source said of it")
    returned_from: Standing | None = Field(description="how it stood before it came back, where it did")
    spans: tuple[Sighting, ...]


class Turn(Record):
    """A clip that was lost, or came back, of late."""

    clip: str
    since: Moment
    words: str
    held: bool


@dataclass(frozen=True)
class Availability:
    """Clips that were ever looked for, by how they stand now; those lost and those that came back in the last days."""

    counts: Mapping[Standing, int]
    lost: tuple[Turn, ...]
    returned: tuple[Turn, ...]


def place_of(archive: Archive, clip: str) -> Whereabouts:
    """How a clip stands at its sources. None is asked."""
    return whereabouts(archive.ledger.sightings.of(clip), archive.clock())


def timeline(archive: Archive, clip: str) -> Timeline:
    """The timeline of a clip. No source is asked."""
    spans, found = archive.ledger.sightings.of(clip), place_of(archive, clip)
    return Timeline.model_validate({"clip": clip, "spans": tuple(spans), **found.facts})


def availability(archive: Archive) -> Availability:
    """Count the clips by how they stand. Those that were never away are counted by the ledger, for they are many."""
    ledger, now = archive.ledger, archive.clock()
    away = ledger.sightings.ever_away()
    places = {clip: whereabouts(spans, now) for clip, spans in away.items()}
    counts = Counter[Standing](place.standing for place in places.values())
    were_up = sum(any(span.availability == "up" for span in spans) for spans in away.values())
    counts["up"] += ledger.sightings.ever_up() - were_up
    counts["unknown"] += ledger.sightings.never_told()
    late = {clip: place for clip, place in sorted(places.items()) if place.of_late(now)}
    held = ledger.clips.held_of(list(late)) if late else set()
    lost = tuple(_turn(clip, place, held) for clip, place in late.items() if place.standing == "gone")
    returned = tuple(_turn(clip, place, held) for clip, place in late.items() if place.returned)
    return Availability({name: number for name, number in sorted(counts.items()) if number}, lost, returned)


def _turn(clip: str, place: Whereabouts, held: set[str]) -> Turn:
    if place.since is None:
        raise ValueError("what came of late came at some time")
    return Turn(clip=clip, since=place.since, words=place.words, held=clip in held)
