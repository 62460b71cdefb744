"""What people's judgements join, and which original is best."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from pydantic import ValidationError

from archive.joins.recordings import Original, best_first, joint, recording_of, recordings
from archive.records.join import Join, JoinDecision, JoinJudgement, join_id
from tests.support.archives import MONDAY

PLAIN = Original("file-1", cut=False, seconds=60.0, picture=True, pixels=1000, bit_rate=1e6, of_a_messenger=False)


def said(one: str, other: str, verdict: JoinDecision, by: str = "R", day: int = 0) -> JoinJudgement:
    one, other = sorted((one, other))
    return JoinJudgement(one=one, other=other, verdict=verdict, by=by, at=MONDAY + timedelta(days=day))


def test_the_newest_judgement_of_each_person_counts_and_two_that_disagree_are_a_conflict() -> None:
    first, second = said("v-a", "v-b", "different"), said("v-a", "v-b", "same", day=1)
    assert joint([]) is None
    assert joint([second, first]) == "same"
    assert joint([first, said("v-a", "v-b", "same", by="S")]) == "conflict"
    assert joint([second, said("v-a", "v-b", "unsure", by="S", day=2)]) == "same"
    assert joint([second, said("v-a", "v-b", "withdrawn", day=2)]) is None


def test_a_recording_is_all_that_is_the_same_as_what_is_the_same() -> None:
    given = [said("v-a", "v-b", "same"), said("v-c", "v-b", "same"), said("v-d", "v-e", "same")]
    assert recording_of("v-c", given).clips == {"v-a", "v-b", "v-c"}
    assert recording_of("v-x", given).clips == {"v-x"}
    assert {*recordings(given).values()} == {frozenset({"v-a", "v-b", "v-c"}), frozenset({"v-d", "v-e"})}
    against = recording_of("v-a", [*given, said("v-a", "v-c", "different")])
    assert against.clips == {"v-a", "v-b", "v-c"}
    assert against.against == (("v-a", "v-c"),)
    parted = recording_of("v-a", [*given, said("v-b", "v-c", "withdrawn", day=1)])
    assert parted.clips == {"v-a", "v-b"}


@pytest.mark.parametrize(
    "worse",
    [
        {"cut": True, "pixels": 9000, "seconds": 90.0, "bit_rate": 9e6},
        {"picture": False, "bit_rate": 9e6},
        {"pixels": 500, "bit_rate": 9e6},
        {"pixels": None},
        {"of_a_messenger": True, "seconds": 90.0},
        {"seconds": 50.0, "bit_rate": 9e6},
        {"bit_rate": 5e5},
        {"clip": "file-2"},
    ],
    ids=lambda worse: next(iter(worse)),
)
def test_the_best_original_comes_first(worse: dict[str, object]) -> None:
    other = replace(PLAIN, **{"clip": "file-0"} | worse)  # type: ignore[arg-type]
    assert best_first([other, PLAIN]) == best_first([PLAIN, other]) == [PLAIN, other]


def test_the_order_is_one_whatever_comes_first() -> None:
    many = [replace(PLAIN, clip=f"file-{n}", seconds=60 + n / 3, pixels=n % 2 * 500) for n in range(5)]
    assert len({tuple(one.clip for one in best_first(order)) for order in permutations(many)}) == 1


def test_a_join_is_of_two_clips_in_one_order_under_one_id() -> None:
    assert join_id("v-a", "v-b") == join_id("v-b", "v-a") != join_id("v-a", "v-c")
    facts = {"one": "v-a", "other": "v-b", "media": ("0" * 64, "1" * 64), "kind": "bytes", "rules": "joins-1"}
    Join.model_validate({**facts, "id": join_id("v-a", "v-b")})
    for wrong in ({"id": "0" * 16}, {"one": "v-b", "other": "v-a"}, {"other": "v-a"}, {"other": "../b"}):
        with pytest.raises(ValidationError):
            Join.model_validate({**facts, "id": join_id("v-a", "v-b"), **wrong})
