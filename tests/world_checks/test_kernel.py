"""The kernel that a figure or a failure is of is the one that the engine took."""

import pytest

from tests.kernels import CHOICES, Choice, missing, tried
from tests.world.kernel import NotHere, kernel


def test_the_kernel_is_the_one_that_was_asked_for() -> None:
    asked = kernel({"CT2_FORCE_CPU_ISA": "GENERIC", "CT2_USE_MKL": "0", "OMP_NUM_THREADS": "3"})
    assert (asked.isa, asked.mkl, asked.threads) == ("GENERIC", "false", 3)
    assert "GENERIC" in str(asked)
    assert "threads: 3" in str(asked)


def test_a_kernel_that_this_processor_lacks_is_said_and_not_tried() -> None:
    with pytest.raises(NotHere, match="it lacks no-such-flag"):
        tried(Choice("impossible", {}, frozenset({"no-such-flag"})), [])
    old = frozenset({"sse4_1", "avx"})
    able = [choice.name for choice in CHOICES if not missing(choice, old)]
    assert "no vectors, oneDNN" in able
    assert "AVX, MKL" in able
    assert not [name for name in able if "AVX2" in name or "AVX512" in name]
