from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.judgements import standing
from archive.records import Judgement, Verdict

START = datetime(2030, 1, 1, tzinfo=UTC)


def judged(by: str, verdict: Verdict, day: int, link: str = "l") -> Judgement:
    return Judgement(link=link, verdict=verdict, by=by, at=START + timedelta(days=day))


def test_without_a_judgement_nothing_stands() -> None:
    assert standing([]) is None


def test_a_persons_later_judgement_replaces_their_own() -> None:
    assert standing([judged("a", "positive", 1), judged("a", "negative", 2)]) == "negative"
    assert standing([judged("a", "negative", 2), judged("a", "positive", 1)]) == "negative"
    assert standing([judged("a", "positive", 1), judged("a", "negative", 1)]) == "negative"
    assert standing([judged("a", "positive", 1), judged("a", "unsure", 2)]) == "unsure"


def test_another_persons_does_not() -> None:
    assert standing([judged("a", "positive", 1), judged("b", "negative", 9)]) == "conflict"
    assert standing([judged("a", "positive", 1), judged("b", "negative", 2), judged("b", "positive", 3)]) == "positive"


def test_being_unsure_gives_way() -> None:
    assert standing([judged("a", "unsure", 1), judged("b", "negative", 2)]) == "negative"
    assert standing([judged("a", "positive", 1), judged("b", "unsure", 2)]) == "positive"


def test_judgements_of_two_links_are_refused() -> None:
    with pytest.raises(ValueError, match="one link"):
        standing([judged("a", "positive", 1), judged("a", "positive", 1, link="m")])


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["positive", "negative", "unsure"])), max_size=8))
def test_the_order_they_come_in_does_not_matter(given_: list[tuple[str, Verdict]]) -> None:
    judgements = [judged(by, verdict, day) for day, (by, verdict) in enumerate(given_)]
    assert standing(judgements) == standing(judgements[::-1])
