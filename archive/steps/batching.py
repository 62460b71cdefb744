"""How clips are cut into batches. Pure."""

from collections.abc import Sequence

LEAST = 5
"""Clips that are worth a process: a worker starts one for each batch, which takes about as long as to fetch one."""


def cut(clips: Sequence[str], most: int, hands: int = 1) -> list[tuple[str, ...]]:
    """Cut clips into batches of at most so many.

    Where several `hands` take them at once, the batches are made so even, and so many, that none has nothing to do
    while others still have much; but none is smaller for that than `LEAST`.
    """
    size = most
    if hands > 1 and clips:
        rounds = -(-len(clips) // (most * hands))
        size = min(most, max(LEAST, -(-len(clips) // (rounds * hands))))
    return [tuple(clips[i : i + size]) for i in range(0, len(clips), size)]
