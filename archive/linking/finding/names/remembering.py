"""What words of texts are like of a register's, remembered from text to text: most words come again in the next.

Only what `NameIndex.near` answers is kept, so that nothing depends on which texts were read before.
"""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from archive.linking.finding.names.search import NameIndex

REMEMBERED = 1 << 14
"""Tokens that are remembered of each register; when there are more, all are forgotten."""

Likes = dict[int, float]
_LIKES: WeakKeyDictionary[NameIndex, dict[tuple[str, float], Likes]] = WeakKeyDictionary()


def near(words: Sequence[str], index: NameIndex, floor: float) -> list[Likes]:
    """As `NameIndex.near`; what comes is not to be changed."""
    known = _LIKES.setdefault(index, {})
    old = {word: likes for word in words if (likes := known.get((word, floor))) is not None}
    new = [word for word in words if word not in old]
    found = dict(zip(new, index.near(new, floor), strict=True))
    if len(known) + len(found) > REMEMBERED:
        known = _LIKES[index] = {}
    known.update(((word, floor), likes) for word, likes in found.items())
    return [old[word] if word in old else found[word] for word in words]
