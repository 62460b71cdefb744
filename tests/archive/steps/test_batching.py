"""How clips are cut into batches, for one and for several at once."""

import math

import pytest

from archive.steps.batching import LEAST, cut


@pytest.mark.parametrize(
    ("count", "most", "hands", "sizes"),
    [
        (0, 50, 4, []),
        (120, 50, 1, [50, 50, 20]),
        (120, 50, 2, [30, 30, 30, 30]),
        (120, 50, 4, [30, 30, 30, 30]),
        (121, 50, 4, [31, 31, 31, 28]),
        (7, 50, 4, [5, 2]),
        (7, 1, 4, [1] * 7),
        (3, 2, 2, [2, 1]),
    ],
)
def test_each_of_several_hands_has_its_share(count: int, most: int, hands: int, sizes: list[int]) -> None:
    clips = [f"clip-{number}" for number in range(count)]
    batches = cut(clips, most, hands)
    assert [len(batch) for batch in batches] == sizes
    assert [clip for batch in batches for clip in batch] == clips, "each once, in their order"


@pytest.mark.parametrize("hands", [1, 2, 3, 4, 8])
def test_nobody_waits_at_the_end_for_more_than_one_in_a_round_and_no_batch_is_too_large(hands: int) -> None:
    for count in (*range(1, 300, 7), 1000, 9999):
        sizes = [len(batch) for batch in cut(["clip"] * count, 50, hands)]
        assert max(sizes) <= 50
        rounds = math.ceil(len(sizes) / hands)
        if hands > 1:
            assert rounds * max(sizes) <= max(LEAST * rounds, count / hands + rounds), (count, sizes)
