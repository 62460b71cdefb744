"""What people's judgements of a link amount to. Pure."""

from collections.abc import Sequence
from typing import Literal

from archive.records import Judgement, Verdict

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
