"""Joins as a person is shown them: what is proposed with both clips beside each other, and a recording's clips."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.joins.recordings import (
    Joint,
    Original,
    Recording,
    best_first,
    by_pair,
    counting,
    joint,
    original,
    recording_of,
    recordings,
)
from archive.opening.archive import Archive
from archive.records.join import Join, JoinJudgement
from archive.records.record import Record


@dataclass(frozen=True)
class JoinedClip:
    """One of the two clips, as far as it helps to tell whether they are one recording."""

    clip: str
    title: str | None
    source: str
    url: str
    uploaded: str | None
    seconds: float
    container: str
    form: str
    size: int


@dataclass(frozen=True)
class JoinView:
    """Two clips, why they may be one recording, and what people said; `proposal` is None where only people did."""

    one: JoinedClip
    other: JoinedClip
    proposal: Join | None
    judgements: tuple[JoinJudgement, ...]
    judgement: Joint | None


class JoinCounts(Record):
    """Pairs of clips that wait for a person's word whether they are one recording, and those in conflict of them."""

    waiting: int
    conflicts: int


def joins_waiting(
    archive: Archive, *, clip: str | None = None, by: str | None = None, everything: bool = False
) -> list[JoinView]:
    """The joins that wait for a judgement, of one clip or of all: the surest first, then the longest.

    With `by` those that this person has not judged; else those that nobody has, and those in conflict. Two clips that
    are one recording already, by judgements on others, do not wait: by this person's own ones, or by all. With
    `everything` also what is settled.
    """
    proposed = {join.clips: join for join in archive.ledger.joins.of(clip)}
    judged = by_pair(archive.ledger.joins.judgements(clip))
    held = {*archive.ledger.clips.held()}
    joined = recordings(one for one in archive.ledger.joins.judgements() if by is None or one.by == by)
    found = list[JoinView]()
    for pair in {*proposed, *judged}:
        proposal, given = proposed.get(pair), tuple(judged.get(pair, ()))
        if not {*pair} <= held:
            continue
        stands = joint(given)
        open_ = proposal is not None and proposal.proposed and pair[1] not in joined.get(pair[0], ())
        waits = stands == "conflict" or (open_ and (by not in counting(given) if by else stands is None))
        if everything or waits:
            one, other = (_joined(archive, name) for name in pair)
            found.append(JoinView(one, other, proposal, given, stands))
    return sorted(found, key=_order)


def count_joins(archive: Archive) -> JoinCounts:
    """How many joins `joins_waiting` has, and how many of those are in conflict; proposals are not read for it."""
    ledger = archive.ledger
    given = ledger.joins.judgements()
    stands = {pair: joint(some) for pair, some in by_pair(given).items()}
    joined, proposed = recordings(given), ledger.joins.pairs()
    held = ledger.clips.held_of(sorted({clip for pair in proposed | stands.keys() for clip in pair}))
    returned = {
        join.clips
        for pair, stand in stands.items()
        if stand is None
        for join in ledger.joins.of(pair[0])
        if join.clips == pair and join.proposed
    }
    waiting = {
        pair
        for pair in (proposed - stands.keys()) | returned
        if {*pair} <= held and pair[1] not in joined.get(pair[0], ())
    }
    conflicts = {pair for pair, stand in stands.items() if stand == "conflict" and {*pair} <= held}
    return JoinCounts(waiting=len(waiting | conflicts), conflicts=len(conflicts))


_SUREST = {"bytes": 0, "streams": 1, "likely": 2}


def _order(view: JoinView) -> tuple[int, float, str, str]:
    shared = view.proposal.shared if view.proposal else None
    sure = _SUREST[view.proposal.kind] if view.proposal else len(_SUREST)
    return sure, -(shared.seconds if shared else 0.0), view.one.clip, view.other.clip


def _joined(archive: Archive, clip: str) -> JoinedClip:
    newest = archive.ledger.clips.captures(clip)[-1]
    return JoinedClip(
        clip=clip,
        title=newest.title,
        source=newest.source,
        url=newest.url,
        uploaded=newest.uploaded,
        seconds=newest.duration,
        container=newest.container,
        form=newest.media.path.rpartition(".")[2],
        size=newest.media.size,
    )


def originals_of(archive: Archive, clip: str) -> tuple[Recording, Sequence[Original]]:
    """The recording that a clip is of by people's judgements, and its clips, the best first; none where it is alone."""
    if not archive.ledger.joins.judgements(clip):
        return Recording(frozenset({clip})), ()
    recording = recording_of(clip, archive.ledger.joins.judgements())
    if len(recording.clips) < 2:
        return recording, ()
    held = archive.ledger.joins.held(sorted(recording.clips))
    joins = [join for name in sorted(held) for join in archive.ledger.joins.of(name) if {*join.clips} <= {*held}]
    pixels = {name: archive.ledger.joins.pixels(media.media.sha256) for name, media in held.items()}
    return recording, best_first(original(media, pixels[name], joins) for name, media in held.items())
