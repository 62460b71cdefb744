"""What people's judgements join: one recording in several clips, its best original first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from archive.records.join import HeldMedia, Join, JoinJudgement, JoinVerdict
from archive.records.record import Moment

Joint = JoinVerdict | Literal["conflict"]

_STRONGEST_FIRST: tuple[JoinVerdict, ...] = ("same", "different", "unsure")
_WHOLE, _CUT = 0.9, 0.9
_OF_MESSENGERS = ("amr", "ogg", "opus")
"""Containers in which telephones and messengers keep what was spoken into them, and no camera films."""


def counting(judgements: Iterable[JoinJudgement]) -> dict[str, JoinJudgement]:
    """Of the judgements of one join the newest of each person, by their name, unless it is withdrawn."""
    latest = dict[str, JoinJudgement]()
    for judgement in sorted(judgements, key=lambda one: one.at):
        latest[judgement.by] = judgement
    return {by: judgement for by, judgement in latest.items() if judgement.verdict != "withdrawn"}


def joint(judgements: Iterable[JoinJudgement]) -> Joint | None:
    """What stands of the judgements of one join, None where none counts.

    One person's `same` against another's `different` is a conflict, which only they can end; `unsure` gives way.
    """
    verdicts = {judgement.verdict for judgement in counting(judgements).values()}
    if {"same", "different"} <= verdicts:
        return "conflict"
    return next((verdict for verdict in _STRONGEST_FIRST if verdict in verdicts), None)


def moment_after(judgements: Iterable[JoinJudgement], by: str, now: Moment) -> Moment:
    """When a person's next judgement of a join is said to be made: now, or a second after their last one."""
    mine = [judgement.at for judgement in judgements if judgement.by == by]
    return max(now, max(mine) + timedelta(seconds=1)) if mine else now


def by_pair(judgements: Iterable[JoinJudgement]) -> dict[tuple[str, str], list[JoinJudgement]]:
    """Judgements by the two clips that they are of."""
    found = dict[tuple[str, str], list[JoinJudgement]]()
    for judgement in judgements:
        found.setdefault((judgement.one, judgement.other), []).append(judgement)
    return found


@dataclass(frozen=True)
class Original:
    """A clip of a recording, by what says which one is best.

    `cut` is whether another one has all of it and more; `pixels` the size of its picture, None where that is not known.
    """

    clip: str
    cut: bool
    seconds: float
    picture: bool
    pixels: int | None
    bit_rate: float
    of_a_messenger: bool


def original(media: HeldMedia, pixels: int | None, joins: Sequence[Join]) -> Original:
    """A clip as one of a recording's originals; `joins` are those with the others of it."""
    return Original(
        clip=media.clip,
        cut=any(_is_cut(media.clip, join) for join in joins),
        seconds=media.duration,
        picture=any(stream.kind == "video" for stream in media.streams),
        pixels=pixels,
        bit_rate=8 * media.media.size / media.duration if media.duration else 0.0,
        of_a_messenger=media.container in _OF_MESSENGERS or any(s.codec.startswith("amr") for s in media.streams),
    )


def _is_cut(clip: str, join: Join) -> bool:
    """Whether a join says that all of a clip is in the other one, and that one has more."""
    if join.shared is None or clip not in join.clips:
        return False
    mine, theirs = (join.shared.one, join.shared.other) if clip == join.one else (join.shared.other, join.shared.one)
    return mine >= _WHOLE and theirs < _CUT


def best_first(originals: Iterable[Original]) -> list[Original]:
    """Originals of one recording in their order; each is kept.

    Whole before cut; with a picture before sound alone; the larger picture; not out of a messenger before one that is;
    longer, to the second; the higher bit rate; else by their ids.
    """
    return sorted(
        originals,
        key=lambda one: (
            one.cut,
            not one.picture,
            -(one.pixels or 0),
            one.of_a_messenger,
            -round(one.seconds),
            -one.bit_rate,
            one.clip,
        ),
    )


@dataclass(frozen=True)
class Recording:
    """The clips that people judged to be one recording, and pairs of them that somebody says are not."""

    clips: frozenset[str]
    against: tuple[tuple[str, str], ...] = ()


def recordings(judgements: Iterable[JoinJudgement]) -> dict[str, frozenset[str]]:
    """The recording of each clip that has others, by all these judgements: whatever is the same as what is the same."""
    beside = dict[str, set[str]]()
    for (one, other), given in by_pair(judgements).items():
        if joint(given) == "same":
            beside.setdefault(one, set()).add(other)
            beside.setdefault(other, set()).add(one)
    known = dict[str, frozenset[str]]()
    for clip in beside:
        if clip in known:
            continue
        found, waiting = {clip}, [clip]
        while waiting:
            new = beside[waiting.pop()] - found
            found |= new
            waiting += sorted(new)
        known |= dict.fromkeys(found, frozenset(found))
    return known


def recording_of(clip: str, judgements: Iterable[JoinJudgement]) -> Recording:
    """The recording that a clip is of, by all judgements; itself if alone."""
    judged = list(judgements)
    clips = recordings(judged).get(clip, frozenset({clip}))
    denied = sorted(pair for pair, given in by_pair(judged).items() if joint(given) in ("different", "conflict"))
    return Recording(clips, tuple((one, other) for one, other in denied if {one, other} <= clips))
