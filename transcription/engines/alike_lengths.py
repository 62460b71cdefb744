"""Which chunks are computed together: a batch is as long as its longest chunk, and each batch costs something. Pure."""

from collections.abc import Sequence


def alike(lengths: Sequence[int], *, cost: int, most: int) -> list[list[int]]:
    """Divide chunks, by their places, into batches of such as are alike in length, the shortest first.

    A batch of n chunks costs n times its longest length, and `cost` beside, in the same unit; `most` bounds n times
    the square of the longest length, which is what attention takes of memory. A chunk above it is a batch of its own.
    Of all divisions of the chunks in order of length it is the cheapest, by dynamic programming.
    """
    order = sorted(range(len(lengths)), key=lambda n: lengths[n])
    sizes = [lengths[n] for n in order]
    best: list[tuple[int, int]] = [(0, 0)]
    """Up to each place in the order: the least cost, and where the last batch begins."""
    for end in range(1, len(order) + 1):
        longest = sizes[end - 1]
        begins = [n for n in range(end) if n == end - 1 or (end - n) * longest**2 <= most]
        best.append(min((best[begin][0] + (end - begin) * longest + cost, begin) for begin in begins))
    batches: list[list[int]] = []
    end = len(order)
    while end:
        begin = best[end][1]
        batches.append(order[begin:end])
        end = begin
    return batches[::-1]


def shared(batches: Sequence[Sequence[int]], workers: int) -> list[Sequence[int]]:
    """The same batches, the largest cut in half until there is one for each worker, as far as there are chunks."""
    parts = [*batches]
    while 0 < len(parts) < workers and len(largest := max(parts, key=len)) > 1:
        half = len(largest) // 2
        parts.remove(largest)
        parts += [largest[:half], largest[half:]]
    return parts
