import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.masks import MASK, mask


@pytest.mark.parametrize(
    "private",
    [
        "000000190001010000",
        "00000019000101000X",
        "000000 19000101 0000",
        "000000-19000101-000X",
        "٠٠٠٠٠٠١٩٠٠٠١٠١٠٠٠٠",
        "000000000000000",
        "000101000000",
        "E00000000",
        "EA0000000",
        "N 00000000",
        "+7 700 000 00 00",
        "+86-130-0000-0000",
        "13000000000",
        "8 (700) 000-00-00",
        "0000\u200b0019\u202e00010100\u200f00",
    ],
)
def test_what_identifies_a_person_is_masked(private: str) -> None:
    masked = mask(f"ID: {private}, see Entry 1,358 of 2018-01-02")
    assert masked == f"ID: {MASK * len(private)}, see Entry 1,358 of 2018-01-02"


@pytest.mark.parametrize(
    "text", ["Entry 12345", "in 2017, aged 45", "20 May 2018 at 10:30", "1.5 million people", "A 12"]
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert mask(text) == text


@given(st.text(alphabet=st.sampled_from("0123456789X ab-.+٣７\0"), max_size=120))
def test_no_run_of_eighteen_digits_is_left_and_no_length_changes(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert not re.search(r"\d{9}", masked)
    assert not re.search(r"\d(?:[ -]?\d){17}", masked)
    assert mask(masked) == masked


def test_very_long_digits_and_gaps_are_read_in_one_pass() -> None:
    assert mask("1 " * 200_000).count(MASK) >= 399_000
    assert mask("1  -" * 100_000) == "1  -" * 100_000
