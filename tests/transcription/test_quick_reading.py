"""How much a quick model encodes, with how many workers, and which models are quick."""

from typing import get_args

import pytest

from transcription.engines.quick_reading import MEASURED, QUICK, divided
from transcription.records import Options


@pytest.mark.parametrize("length", [0, 1, 999, 1000, 1001, 7777, 18_000, 28_000])
def test_a_chunk_is_encoded_with_some_silence_and_no_more_than_a_step_beside(length: int) -> None:
    reach = QUICK.reach(length)
    assert reach % QUICK.step_ms == 0
    assert length + QUICK.after_ms <= reach
    assert reach < max(length + QUICK.after_ms + QUICK.step_ms, QUICK.least_ms + 1)
    assert QUICK.reach(30_000) == 30_000


@pytest.mark.parametrize(
    ("threads", "processors", "each", "workers"),
    [(0, 1, 1, 1), (0, 2, 1, 2), (0, 4, 2, 2), (0, 16, 2, 2), (1, 16, 1, 1), (3, 16, 1, 2), (16, 16, 8, 2)],
)
def test_threads_are_divided_between_workers(threads: int, processors: int, each: int, workers: int) -> None:
    assert divided(threads, processors) == (each, workers)


def test_measured_models_alone_are_quick_unless_all_are_told_to_be_or_none() -> None:
    quick = {
        told: [Options(quick=told).is_quick(measured) for measured in (True, False)]
        for told in get_args(Options.model_fields["quick"].annotation)
    }
    assert quick == {"measured": [True, False], "always": [True, True], "never": [False, False]}
    assert all(len(digest) == 64 for digest in MEASURED)
