from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.deciding.judgements import counting, joint_verdict, moment_after, stale, verdict_of
from archive.records.link import Decision, Judgement, Link

START = datetime(2030, 1, 1, tzinfo=UTC)


def judged(by: str, verdict: Decision, day: int, link: str = "l", entry: str | None = None) -> Judgement:
    return Judgement(link=link, verdict=verdict, by=by, at=START + timedelta(days=day), entry_sha256=entry)


def linked(entry_sha256: str | None) -> Link:
    return Link(
        id="l",
        clip="c",
        register_name="victims",
        register_sha256="00",
        entry="7",
        entry_sha256=entry_sha256,
        method="numbered",
        tier="B",
        role="subject",
        score=0.8,
        where="title",
        quote="entry 7",
        offset=0,
        rules="r",
    )


def test_without_a_judgement_nothing_stands() -> None:
    assert joint_verdict([]) is None


def test_a_persons_later_judgement_replaces_their_own() -> None:
    assert joint_verdict([judged("a", "positive", 1), judged("a", "negative", 2)]) == "negative"
    assert joint_verdict([judged("a", "negative", 2), judged("a", "positive", 1)]) == "negative"
    assert joint_verdict([judged("a", "positive", 1), judged("a", "negative", 1)]) == "negative"
    assert joint_verdict([judged("a", "positive", 1), judged("a", "unsure", 2)]) == "unsure"


def test_another_persons_does_not() -> None:
    assert joint_verdict([judged("a", "positive", 1), judged("b", "negative", 9)]) == "conflict"
    assert (
        joint_verdict([judged("a", "positive", 1), judged("b", "negative", 2), judged("b", "positive", 3)])
        == "positive"
    )


def test_being_unsure_gives_way() -> None:
    assert joint_verdict([judged("a", "unsure", 1), judged("b", "negative", 2)]) == "negative"
    assert joint_verdict([judged("a", "positive", 1), judged("b", "unsure", 2)]) == "positive"


def test_judgements_of_two_links_are_refused() -> None:
    with pytest.raises(ValueError, match="several links"):
        joint_verdict([judged("a", "positive", 1), judged("a", "positive", 1, link="m")])


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["positive", "negative", "unsure", "withdrawn"])), max_size=8
    )
)
def test_the_order_they_come_in_does_not_matter(given_: list[tuple[str, Decision]]) -> None:
    judgements = [judged(by, verdict, day) for day, (by, verdict) in enumerate(given_)]
    assert joint_verdict(judgements) == joint_verdict(judgements[::-1])


def test_a_judgement_on_another_state_of_the_entry_is_stale() -> None:
    assert stale(linked("new"), [judged("a", "positive", 1, entry="old")])
    assert not stale(linked("new"), [judged("a", "positive", 1, entry="new")])


def test_the_latest_judgement_says_whether_a_link_is_stale() -> None:
    old, new = judged("a", "positive", 1, entry="old"), judged("b", "negative", 2, entry="new")
    assert not stale(linked("new"), [old, new])
    assert not stale(linked("new"), [new, old])
    assert stale(linked("old"), [old, new])
    same_second = judged("b", "negative", 1, entry="new")
    assert not stale(linked("new"), [old, same_second])
    assert stale(linked("new"), [same_second, old])


def test_where_no_state_was_noted_nothing_is_stale() -> None:
    assert not stale(linked("new"), [])
    assert not stale(linked("new"), [judged("a", "positive", 1)])
    assert not stale(linked(None), [judged("a", "positive", 1, entry="old")])


def test_a_judgement_of_another_link_says_nothing_of_this_one() -> None:
    with pytest.raises(ValueError, match="link l alone"):
        stale(linked("new"), [judged("a", "positive", 1, link="m")])


def test_what_is_withdrawn_counts_for_nothing() -> None:
    taken_back = [judged("a", "positive", 1), judged("a", "withdrawn", 2)]
    assert joint_verdict(taken_back) is None
    assert verdict_of(taken_back, "a") is None
    assert joint_verdict([*taken_back, judged("b", "negative", 1)]) == "negative"
    assert joint_verdict([*taken_back, judged("a", "unsure", 3)]) == "unsure"
    assert not stale(linked("new"), [judged("a", "positive", 1, entry="old"), judged("a", "withdrawn", 2, entry="old")])


def test_another_persons_judgement_that_is_withdrawn_hides_no_stale_one() -> None:
    old, new = judged("a", "positive", 1, entry="old"), judged("b", "positive", 2, entry="new")
    assert stale(linked("new"), [old, new, judged("b", "withdrawn", 3, entry="new")])


def test_the_newest_that_counts_comes_last() -> None:
    given_ = [judged("a", "positive", 1), judged("b", "negative", 2), judged("a", "negative", 3)]
    assert [one.by for one in counting(given_)] == ["b", "a"]
    assert [verdict_of(given_, by) for by in "abc"] == ["negative", "negative", None]


def test_two_judgements_of_one_person_are_never_of_one_second() -> None:
    first = judged("a", "positive", 0)
    assert moment_after([], "a", START) == START
    assert moment_after([first], "b", START) == START
    assert moment_after([first], "a", START) == START + timedelta(seconds=1)
    assert moment_after([first], "a", START - timedelta(days=9)) == START + timedelta(seconds=1)
    assert moment_after([first], "a", START + timedelta(days=9)) == START + timedelta(days=9)
