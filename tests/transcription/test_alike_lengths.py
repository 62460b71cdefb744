"""Which chunks are computed together."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.engines.alike_lengths import alike, shared


def cost_of(batches: Sequence[Sequence[int]], lengths: Sequence[int], cost: int) -> int:
    return sum(len(batch) * max(lengths[n] for n in batch) + cost for batch in batches)


def divisions(order: Sequence[int]) -> Iterator[list[list[int]]]:
    """All ways to cut a row into batches."""
    for cuts in range(1 << max(0, len(order) - 1)):
        batches = [[order[0]]] if order else []
        for place, one in enumerate(order[1:]):
            if cuts >> place & 1:
                batches.append([one])
            else:
                batches[-1].append(one)
        yield batches


@pytest.mark.parametrize(
    ("lengths", "cost", "batches"),
    [
        ([], 10, []),
        ([7], 10, [[0]]),
        ([5, 5, 5], 0, [[0, 1, 2]]),
        ([5, 5, 5], 1, [[0, 1, 2]]),
        ([20, 4, 21, 5], 10, [[1, 3], [0, 2]]),  # apart 2·5 + 2·21 + 20 = 72, together 4·21 + 10 = 94
        ([20, 4, 21, 5], 40, [[1, 3, 0, 2]]),  # apart 132, together 124
        ([4, 20, 20, 20, 20], 15, [[0], [1, 2, 3, 4]]),
    ],
)
def test_chunks_of_like_length_are_together_where_that_is_cheapest(
    lengths: list[int], cost: int, batches: list[list[int]]
) -> None:
    assert alike(lengths, cost=cost, most=10**9) == batches


def test_what_attention_takes_of_memory_is_bounded() -> None:
    assert alike([10] * 5, cost=1000, most=200) == [[0], [1, 2], [3, 4]]
    assert alike([30], cost=0, most=200) == [[0]]


@given(st.lists(st.integers(1, 40), max_size=8), st.integers(0, 60), st.integers(100, 8000))
def test_no_division_within_the_bound_is_cheaper(lengths: list[int], cost: int, most: int) -> None:
    batches = alike(lengths, cost=cost, most=most)
    assert sorted(n for batch in batches for n in batch) == list(range(len(lengths)))
    fits = [len(batch) * max(lengths[n] for n in batch) ** 2 <= most or len(batch) == 1 for batch in batches]
    assert all(fits)
    order = sorted(range(len(lengths)), key=lambda n: lengths[n])
    possible = [
        ways
        for ways in divisions(order)
        if all(len(batch) == 1 or len(batch) * max(lengths[n] for n in batch) ** 2 <= most for batch in ways)
    ]
    assert cost_of(batches, lengths, cost) == min((cost_of(ways, lengths, cost) for ways in possible), default=0)


@pytest.mark.parametrize(
    ("batches", "workers", "parts"),
    [
        ([], 2, []),
        ([[4]], 2, [[4]]),
        ([[0, 1, 2]], 1, [[0, 1, 2]]),
        ([[0, 1, 2]], 2, [[0], [1, 2]]),
        ([[3], [0, 1, 2, 4]], 2, [[3], [0, 1, 2, 4]]),
    ],
)
def test_no_worker_stands_idle_while_another_has_chunks(
    batches: list[list[int]], workers: int, parts: list[list[int]]
) -> None:
    assert shared(batches, workers) == parts
