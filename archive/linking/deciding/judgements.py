"""What people's judgements of a link amount to. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from archive.records.link import Judgement, Link, Verdict
from archive.records.record import Moment

JointVerdict = Verdict | Literal["conflict"]


def counting(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Of the judgements of one link those that count, oldest first: the latest of each person, unless it is withdrawn.

    Of two at the same second the one that comes later in the sequence is the later. Raises ValueError if the judgements
    are of more than one link.
    """
    if len({judgement.link for judgement in judgements}) > 1:
        raise ValueError("these are judgements of several links; sort them by link first")
    latest = dict[str, Judgement]()
    for judgement in sorted(judgements, key=lambda judgement: judgement.at):
        latest.pop(judgement.by, None)  # the newest comes last
        latest[judgement.by] = judgement
    return [judgement for judgement in latest.values() if judgement.verdict != "withdrawn"]


def joint_verdict(judgements: Sequence[Judgement]) -> JointVerdict | None:
    """What stands of the judgements of one link, in whatever order they come; None where none counts.

    One person's `positive` against another's `negative` is a conflict, which only they can end; `unsure` gives way to
    either. Raises ValueError if the judgements are of more than one link.
    """
    verdicts = {judgement.verdict for judgement in counting(judgements)}
    if {"positive", "negative"} <= verdicts:
        return "conflict"
    for verdict in _STRONGEST_FIRST:
        if verdict in verdicts:
            return verdict
    return None


_STRONGEST_FIRST: tuple[Verdict, ...] = ("positive", "negative", "unsure")


def verdict_of(judgements: Sequence[Judgement], by: str) -> Verdict | None:
    """The verdict of one person that counts; None where they gave none, or took it back."""
    for judgement in counting(judgements):
        if judgement.by == by and judgement.verdict != "withdrawn":
            return judgement.verdict
    return None


def moment_after(judgements: Sequence[Judgement], by: str, now: Moment) -> Moment:
    """When a person's next judgement of a link is said to be made: now, or a second after their last one.

    Two within a second could not be told apart, and a clock that was set back must not let an older verdict win.
    """
    mine = [judgement.at for judgement in judgements if judgement.by == by]
    return max(now, max(mine) + timedelta(seconds=1)) if mine else now


def stale(link: Link, judgements: Sequence[Judgement]) -> bool:
    """Whether the latest judgement that counts was made on another state of the entry, so that it wants another look.

    Where the link or the judgement does not say which state it is of, nothing is known to have changed, and the
    judgement is not stale. Raises ValueError if a judgement is of another link.
    """
    if any(judgement.link != link.id for judgement in judgements):
        raise ValueError(f"stale() takes the judgements of link {link.id} alone; sort them by link first")
    if not (found := counting(judgements)):
        return False
    latest = found[-1]
    return None not in (link.entry_sha256, latest.entry_sha256) and link.entry_sha256 != latest.entry_sha256
