"""From what two clips have in common to a proposed join, with its reasons in plain words. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy

from archive.joins.aligning import HOP, PIECE, Alignment
from archive.records.join import HeldMedia, Join, JoinKind, Pictures, Shared, join_id

RULES: Final = "joins-1"
"""Raise it when other pairs would be proposed: clips are then compared anew."""

SHARE: Final = 0.5
"""Share of the shorter sound that has to be the same: an intro of ten seconds in two films is none."""
LONG_SECONDS: Final = 120.0
"""Or so many seconds of it, however long both are: a talk that a longer film has taken in part."""
FEW_PIECES: Final = 3
CLEAR: Final = 0.15
"""With fewer than `FEW_PIECES` pieces, some 16 seconds, they have to be the same more clearly than otherwise."""
SAME_PICTURE: Final = 10
OTHER_PICTURE: Final = 20
"""Bits of 64: up to the one two pictures are the same, from the other on they are not (Krawetz names 10; two pictures
that have nothing to do with each other differ in 32)."""
MOMENTS: Final = 5
"""Pictures that are compared."""


@dataclass(frozen=True)
class Compared:
    """Two clips' sounds laid beside each other: the alignment, and the seconds of an item of it."""

    one: str
    other: str
    alignment: Alignment
    item_seconds: float

    @property
    def shared(self) -> Shared:
        """What they share, in seconds."""
        found = self.alignment
        return Shared(
            seconds=round(min(found.one, found.other) * self.item_seconds, 1),
            offset=round(found.shift * self.item_seconds, 2) + 0.0,
            one=round(found.one / found.of_one, 3),
            other=round(found.other / found.of_other, 3),
            error=round(found.error, 3),
            speed=round(found.speed, 4) if found.speed is not None else None,
            breaks=found.breaks,
        )

    def is_likely(self) -> bool:
        """Whether that is enough to ask a person."""
        found, shared = self.alignment, self.shared
        if len(found.pieces) < FEW_PIECES and found.error > CLEAR:
            return False
        return max(shared.one, shared.other) >= SHARE or shared.seconds >= LONG_SECONDS

    def moments(self) -> list[tuple[float, float]]:
        """Moments of both clips that belong together, in seconds: the middles of pieces from all over the alignment."""
        pieces = self.alignment.pieces
        chosen = sorted({int(at) for at in numpy.linspace(0, len(pieces) - 1, num=MOMENTS).round()})
        middles = [(pieces[n].at + PIECE // 2, pieces[n].shift) for n in chosen]
        return [(at * self.item_seconds, (at + shift) * self.item_seconds) for at, shift in middles]


def seen_together(one: Sequence[int | None], other: Sequence[int | None]) -> Pictures:
    """What the hashes of pictures at moments that belong together say; None is a picture that says nothing."""
    pairs = [
        (mine ^ theirs).bit_count()
        for mine, theirs in zip(one, other, strict=True)
        if mine is not None and theirs is not None
    ]
    if pairs:
        return Pictures(distance=float(numpy.median(pairs)), moments=len(pairs))
    blank = [side for side in (one, other) if all(hash_ is None for hash_ in side)]
    why = "neither has a picture with anything on it" if len(blank) == 2 else "one has no picture with anything on it"
    return Pictures(distance=None, moments=0, why=why if blank else "no two moments have a picture in both")


MOST_LIKELY: Final = 20
"""Likely joins of one clip that are proposed, the longest first: more is one sound in all of them."""


def strongest(found: Iterable[Compared], new: Iterable[str]) -> tuple[list[Compared], dict[str, int]]:
    """The longest of each new clip, `MOST_LIKELY` at most; and of how many more each has, by the clip."""
    many, left, chosen = dict.fromkeys(new, 0), dict[str, int](), list[Compared]()
    for one in sorted(found, key=lambda one: (-one.shared.seconds, one.one, one.other)):
        mine = [clip for clip in (one.one, one.other) if clip in many]
        if any(many[clip] < MOST_LIKELY for clip in mine):
            chosen.append(one)
            many |= {clip: many[clip] + 1 for clip in mine}
        else:
            left[mine[0]] = left.get(mine[0], 0) + 1
    return chosen, left


def likely(compared: Compared, held: Mapping[str, HeldMedia], pictures: Pictures | None) -> Join:
    """The proposal of two clips whose sound is likely the same."""
    reasons = [*_of_sound(compared.one, compared.other, compared.shared), _of_pictures(pictures)]
    return _join(held[compared.one], held[compared.other], "likely", reasons, compared.shared, pictures)


def exact(held: Iterable[HeldMedia]) -> list[Join]:
    """The proposals of clips that are the same file, or the same streams in another container."""
    by_media, by_streams = defaultdict[str, list[HeldMedia]](list), defaultdict[frozenset[str], list[HeldMedia]](list)
    for one in sorted(held, key=lambda media: media.clip):
        by_media[one.media.sha256].append(one)
        if digests := frozenset(stream.sha256 for stream in one.streams):
            by_streams[digests].append(one)
    found = dict[str, Join]()
    for alike in by_media.values():
        for one, other in _pairs(alike):
            said = f"the same file: sha256 {one.media.sha256[:12]}…, {one.media.size:,} bytes"
            made = _join(one, other, "bytes", [said])
            found[made.id] = made
    for alike in by_streams.values():
        for one, other in _pairs(alike):
            if one.media.sha256 != other.media.sha256:
                many = f"{len(one.streams)} streams" if len(one.streams) > 1 else "one stream"
                said = f"the same packets of sound and picture ({many}), {one.form} and {other.form}"
                made = _join(one, other, "streams", [said])
                found.setdefault(made.id, made)
    return list(found.values())


MOST_ALIKE: Final = 50
"""Clips that are all the same file, of which every two are named: of more, each with the first."""


def _pairs(alike: Sequence[HeldMedia]) -> Iterable[tuple[HeldMedia, HeldMedia]]:
    if len(alike) <= MOST_ALIKE:
        return combinations(alike, 2)
    return ((alike[0], other) for other in alike[1:])


def _join(
    one: HeldMedia,
    other: HeldMedia,
    kind: JoinKind,
    reasons: Iterable[str],
    shared: Shared | None = None,
    pictures: Pictures | None = None,
) -> Join:
    return Join(
        id=join_id(one.clip, other.clip),
        one=one.clip,
        other=other.clip,
        media=(one.media.sha256, other.media.sha256),
        kind=kind,
        shared=shared,
        pictures=pictures,
        reasons=tuple(reason for reason in reasons if reason),
        rules=RULES,
    )


def clock(seconds: float) -> str:
    """Seconds as a person reads them: 7.4 s, 12:07, 1:02:07."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _of_sound(one: str, other: str, shared: Shared) -> list[str]:
    said = [
        f"the sound is the same for {clock(shared.seconds)}: {shared.one:.0%} of {one}, {shared.other:.0%} of {other}",
        f"{shared.error:.0%} of the fingerprint's bits differ there; two other talks differ in 40% and more",
    ]
    if shared.breaks:
        said.append(f"in {shared.breaks + 1} parts with different offsets: cut, or put together")
    elif abs(shared.offset) >= HOP / 64:
        late, early = (other, one) if shared.offset > 0 else (one, other)
        said.append(f"it comes {clock(abs(shared.offset))} later in {late} than in {early}")
    if shared.speed is not None and abs(shared.speed - 1) >= SLOWEST:
        faster = shared.speed > 1
        said.append(f"{other} runs {abs(shared.speed - 1):.1%} {'faster' if faster else 'slower'}")
    return said


SLOWEST: Final = 0.003
"""A difference in speed that is told: less is within what pieces of 8 seconds can say."""


def _of_pictures(pictures: Pictures | None) -> str:
    if pictures is None:
        return ""
    if pictures.distance is None:
        return f"the pictures say nothing: {pictures.why}"
    said = f"in {pictures.distance:g} of 64 bits at {pictures.moments} moments"
    if pictures.distance <= SAME_PICTURE:
        return f"the pictures are alike: they differ {said}"
    if pictures.distance >= OTHER_PICTURE:
        return f"the pictures are others: they differ {said}; the same sound to another picture"
    return f"the pictures may be the same: they differ {said}"
