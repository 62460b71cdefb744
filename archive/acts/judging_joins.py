"""Judge joins: what a person decides about two clips that may be one recording. Kept at once, with its events."""

from archive.errors import ChangedMeanwhile
from archive.joins.recordings import counting, moment_after
from archive.masks import mask
from archive.opening.archive import Archive
from archive.records.event import METADATA, Event
from archive.records.join import Join, JoinDecision, JoinJudgement
from archive.records.object_ids import ObjectId


def judge_join(
    archive: Archive,
    clips: tuple[str, str],
    decision: JoinDecision,
    *,
    by: str,
    why: str | None = None,
    seen: Join | None = None,
) -> JoinJudgement:
    """Keep what a person decides about two clips, in whatever order they are named, also where nobody proposed it.

    `seen` is the proposal as they saw it, None for none; raises ChangedMeanwhile if it is another one by now, and keeps
    nothing then. The judgement is in the sidecars of both clips, and an event of each.
    """
    one, other = sorted(clips)
    with archive.ledger.at_once():
        before = [it for it in archive.ledger.joins.judgements(one) if (it.one, it.other) == (one, other)]
        mine = counting(before).get(by)
        made = JoinJudgement(
            one=one,
            other=other,
            verdict=decision,
            by=by,
            at=moment_after(before, by, archive.clock()),
            why=mask(why) if why else None,
            was=mine.verdict if mine and mine.verdict != "withdrawn" else None,
            seen=seen,
        )
        kept = archive.ledger.joins.judge_as_seen(made, events=[_event(one, other, made), _event(other, one, made)])
    if not kept:
        raise ChangedMeanwhile(
            f"{one} and {other}: proposed anew since it was looked at, so nothing was kept; look again"
        )
    return made


def _event(clip: str, other: str, made: JoinJudgement) -> Event:
    words = {"same": "one recording with", "different": "no recording with", "unsure": "unsure of"}
    said = words.get(made.verdict)
    detail = f"judged {said} {other}" if said else f"judgement on {other} withdrawn"
    return Event(object=ObjectId.work_of(clip), type=METADATA, at=made.at, agent=made.by, detail=detail)
