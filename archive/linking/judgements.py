"""What people's judgements of a link amount to. Pure."""

from collections.abc import Sequence
from typing import Literal

from archive.records import Judgement, Link, Verdict

Standing = Verdict | Literal["conflict"]


def standing(judgements: Sequence[Judgement]) -> Standing | None:
    """What stands of the judgements of one link, in whatever order they come; None without any.

    The latest judgement of each person counts (of two at the same second, the one that comes later in the sequence).
    One person's `positive` against another's `negative` is a conflict, which only they can end; `unsure` gives way to
    either. Raises ValueError if the judgements are of more than one link.
    """
    if len({judgement.link for judgement in judgements}) > 1:
        raise ValueError("standing() takes the judgements of one link; sort them by link first")
    latest = {judgement.by: judgement.verdict for judgement in sorted(judgements, key=lambda judgement: judgement.at)}
    verdicts = set(latest.values())
    if {"positive", "negative"} <= verdicts:
        return "conflict"
    for verdict in ("positive", "negative", "unsure"):
        if verdict in verdicts:
            return verdict
    return None


def stale(link: Link, judgements: Sequence[Judgement]) -> bool:
    """Whether the latest judgement of a link was made on another state of its entry, so that it wants another look.

    Of two at the same second, the one that comes later in the sequence is the latest. Where the link or the judgement
    does not say which state it is of, nothing is known to have changed, and the judgement is not stale. Raises
    ValueError if a judgement is of another link.
    """
    if any(judgement.link != link.id for judgement in judgements):
        raise ValueError(f"stale() takes the judgements of link {link.id} alone; sort them by link first")
    if not judgements:
        return False
    latest = sorted(judgements, key=lambda judgement: judgement.at)[-1]
    return None not in (link.entry_sha256, latest.entry_sha256) and link.entry_sha256 != latest.entry_sha256
