"""Names of another language in Chinese text, whose two parts a dot joins (买买提·吐尔逊). Pure.

The dot says that there is a name, and where one part ends and the other begins; not where the name itself does. As far
as the characters are such as transcribe names, it is taken to go on: each that is left out counts against it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from archive.linking.finding.names.correspondences import spellings
from archive.linking.finding.names.search import SWAPPED, NameIndex
from archive.linking.languages.loading import han

SHORTEST, LONGEST = 2, 8
"""Characters of one part."""

SHORTER = 2
"""Characters that transcribe names of which a part may do without, beside the name."""

PART_FLOOR, NAME_FLOOR = 0.5, 0.7
"""Nearness that each part needs to one of a name, and both together to the name; of true ones 97 in 100 have it."""

ANY_CHARACTER = 0.85
"""Nearness at most of characters that do not transcribe names: as of homophones."""

LEFT_OUT = 0.12
"""Taken off for each character that transcribes names and is left out, or is taken in and does not."""

DOT = re.compile("[·•・]")
_TRANSCRIBES = frozenset(han().transcribing)
"""Characters that write the sounds of names, as China's registries and newspapers do; without such as stand beside a
name for a word of their own (于, 年, 哥)."""


def dotted(text: str, places: Sequence[int], index: NameIndex) -> Iterator[tuple[int, int, dict[int, float]]]:
    """For each dot of a run of Han, whose characters stand at `places`, the name around it: span, entries, nearness."""
    for after, (one, other) in enumerate(pairwise(places), start=1):
        if other - one > 1:
            first, begin = _part(text, places[max(0, after - LONGEST) : after][::-1], index)
            second, last = _part(text, places[after : after + LONGEST], index)
            if scores := index.of_pair(first, second, NAME_FLOOR, swapped=SWAPPED):
                yield begin, last + 1, scores


def off(text: str, start: int, end: int) -> float | None:
    """What is taken off a span that was heard in another way, for what it leaves out of a dotted name.

    None for what ends or begins at a dot: it is one part of such a name, and nobody's whole name.
    """
    before, after = text[max(0, start - SHORTER) : start][::-1], text[end : end + SHORTER]
    if DOT.match(before) or DOT.match(after):
        return None
    left = sum(len(list(takewhile(_TRANSCRIBES.__contains__, side))) for side in (before, after))
    return LEFT_OUT * left if DOT.search(text, start, end) else 0.0


def _part(text: str, places: Sequence[int], index: NameIndex) -> tuple[dict[int, float], int]:
    """What the characters beside a dot, the nearest first, are like of the register's; and the last of the likeliest.

    Where they do not transcribe names, as a recogniser writes any character of a sound, any number may be the part.
    """
    run = next((n for n, place in enumerate(places) if text[place] not in _TRANSCRIBES), len(places))
    least, most = (max(SHORTEST, run - SHORTER), run + 1) if run >= SHORTEST else (SHORTEST, LONGEST)
    found: dict[int, float] = {}
    best, edge = 0.0, places[0]
    for many in range(least, min(most, len(places)) + 1):
        word = "".join(text[place] for place in sorted(places[:many]))
        for token, nearness in index.heard(spellings(word)[0], PART_FLOOR).items():
            score = nearness - LEFT_OUT * abs(run - many) if run >= SHORTEST else min(nearness, ANY_CHARACTER)
            found[token] = max(score, found.get(token, 0.0))
            if score >= best:
                best, edge = score, places[many - 1]
    return found, edge
