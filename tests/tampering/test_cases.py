"""Targets that lie: a hundred of the generator's cases; `make tamper` has a thousand."""

from pathlib import Path

import pytest

from tests.tampering.__main__ import case, told
from tests.tampering.sound import Sound

CASES, TOGETHER = 100, 5


@pytest.mark.parametrize("first", range(1, CASES + 1, TOGETHER))
def test_target_that_lies_harms_nothing_and_is_told(sound: Sound, tmp_path: Path, first: int) -> None:
    """`python -m tests.tampering --only SEED` repeats one of these."""
    found = [case(sound, seed, tmp_path) for seed in range(first, first + TOGETHER)]
    faults = [told(one) for one in found if one.faults]
    assert not faults, "\n".join(faults)
