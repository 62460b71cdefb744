from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.rarity import Rarity
from archive.linking.registers.entries import Entry
from archive.linking.weighing import RAREST, Weighed, likeness_weight, rarity_weight, rivals_weights
from archive.records.link import Evidence


def test_a_name_of_common_parts_is_expected_more_often_than_one_of_rare_parts() -> None:
    common = [Entry(number=str(n), latin=f"Memet {last}") for n, last in enumerate(["Tursun"] * 30 + ["Niyaz"] * 30)]
    rare = Entry(number="99", latin="Zulhumar Shawdun")
    rarity = Rarity([*common, rare])
    assert rarity.expected(rare) < 0.1 < 10 < rarity.expected(common[0])


def test_an_entry_without_a_name_is_expected_nowhere() -> None:
    assert Rarity([Entry(number="1")]).expected(Entry(number="1")) == 0


@given(st.floats(0, 1e6))
def test_rarity_is_bounded_on_both_sides(expected: float) -> None:
    assert -RAREST <= rarity_weight(expected) <= RAREST


@given(st.lists(st.floats(-8, 8), min_size=2, max_size=8))
def test_candidates_share_one_probability(alone: list[float]) -> None:
    shared = [own + loss for own, loss in zip(alone, rivals_weights(alone), strict=True)]
    assert sum(1 / (1 + exp(-one)) for one in shared) <= 1.001


@given(st.lists(st.floats(-30, 30), max_size=6))
def test_a_score_is_above_0_and_below_1_and_grows_with_its_parts(parts: list[float]) -> None:
    weighed = Weighed(tuple(Evidence(part="x", weight=weight, found="") for weight in parts))
    assert 0 < weighed.score < 1
    assert weighed.plus(Evidence(part="y", weight=1.0, found="")).score >= weighed.score


def test_a_closer_spelling_weighs_more() -> None:
    assert likeness_weight(0.85) < likeness_weight(0.95) < likeness_weight(1) == pytest.approx(0)
