"""Who is asked what, and in which order."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.deciding.novelty import pieces
from archive.linking.deciding.review_queue import Reason, Wanted, has_returned, look, proposal_digest, waiting
from archive.records.link import Decision, Judgement, Link, Passage
from tests.archive.linking.made import a_link, judged

ANY, ALL = Wanted(), Wanted(everybody=True)
SEEN = tuple(pieces(a_link()))
MORE = a_link(further=(Passage(where="title", quote="entry 1358", offset=0),))


def why(link: Link, judgements: Sequence[Judgement], by: str = "me", wanted: Wanted = ANY) -> Reason | None:
    found = look(link, judgements, by, wanted)
    return found.reason if found else None


def test_a_link_waits_until_somebody_judges_it() -> None:
    assert why(a_link(), []) == "proposed"
    assert why(a_link(conflict="the number is another's"), []) == "conflict"
    for by in ("me", "another"):
        assert why(a_link(), [judged(by, "unsure")]) is None
        assert why(a_link(), [judged(by, "positive"), judged(by, "withdrawn", 1)]) == "proposed"


def test_what_others_judged_waits_where_all_is_asked_for() -> None:
    assert why(a_link(), [judged("another", "positive")], wanted=ALL) == "judged by others"
    assert why(a_link(), [judged("another", "positive"), judged("me", "positive")], wanted=ALL) is None


def test_a_disagreement_waits_for_all_but_the_one_who_spoke_last() -> None:
    both = [judged("me", "positive", 0), judged("another", "negative", 1)]
    assert why(a_link(), both) == "disagreement"
    assert why(a_link(), both, by="a third") == "disagreement"
    assert why(a_link(), both, by="another") is None
    assert why(a_link(), both, by="another", wanted=ALL) == "disagreement"
    assert why(a_link(), [*both, judged("me", "negative", 2)]) is None


@pytest.mark.parametrize("by", ["me", "another"])
def test_an_entry_that_changed_brings_its_link_back_to_everybody(by: str) -> None:
    link, old = a_link(entry_sha256="new"), [judged(by, "positive", entry_sha256="old")]
    assert why(link, old) == "entry changed"
    assert has_returned(link, old)
    assert why(link, [*old, judged("me", "positive", 1, entry_sha256="new")]) is None


def test_a_refused_link_comes_back_only_with_evidence_that_is_new() -> None:
    verdicts: dict[Decision, Reason | None] = {"negative": "new evidence", "unsure": "new evidence", "positive": None}
    for verdict, reason in verdicts.items():
        assert why(MORE, [judged("me", verdict, evidence=SEEN)]) == reason
        assert why(a_link(score=0.1, rules="rules/9"), [judged("me", verdict, evidence=SEEN)]) is None
    found = look(MORE, [judged("me", "negative", evidence=SEEN)], "me", ANY)
    assert found is not None
    assert found.new == ("“entry 1358”",)


def test_what_is_proposed_no_more_waits_for_nobody_unless_people_disagree() -> None:
    gone = a_link(proposed=False)
    assert why(gone, [judged("me", "positive"), judged("me", "withdrawn", 1)]) is None
    assert why(gone, [judged("me", "positive"), judged("another", "negative", 1)]) == "disagreement"


def test_filters() -> None:
    link = a_link()
    for wanted in (
        Wanted(tier="B"),
        Wanted(entry="1358"),
        Wanted(clip="peertube-one"),
        Wanted(register="victims"),
        Wanted(method="named"),
    ):
        assert why(link, [], wanted=wanted) == "proposed"
    for wanted in (
        Wanted(tier="A"),
        Wanted(entry="135"),
        Wanted(clip="peertube-on"),
        Wanted(register="others"),
        Wanted(method="cited"),
        Wanted(conflicts=True),
    ):
        assert why(link, [], wanted=wanted) is None
    assert why(a_link(conflict="x"), [], wanted=Wanted(conflicts=True)) == "conflict"
    both = [judged("a", "positive"), judged("b", "negative")]
    assert why(link, both, wanted=Wanted(conflicts=True)) == "disagreement"


def test_conflicts_and_changes_come_first_then_tiers_by_falling_score() -> None:
    links = [
        a_link("c", tier="C", score=0.99),
        a_link("b-low", tier="B", score=0.2),
        a_link("a", tier="A", score=0.1),
        a_link("changed", tier="B", score=0.1, entry_sha256="new"),
        a_link("b", tier="B", score=0.9),
        a_link("conflict", tier="C", score=0.1, conflict="x"),
        a_link("people", tier="C", score=0.0),
    ]
    judgements = {
        "changed": [judged("x", "positive", link="changed", entry_sha256="old")],
        "people": [judged("x", "positive", link="people"), judged("y", "negative", link="people")],
    }
    found = waiting(links, judgements, "me", ANY)
    assert [one.link.id for one in found] == ["people", "conflict", "changed", "a", "b", "b-low", "c"]
    assert [one.link.id for one in waiting(links[::-1], judgements, "me", ANY)] == [one.link.id for one in found]


VERDICTS = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["positive", "negative", "unsure", "withdrawn"])))


@given(VERDICTS, st.sampled_from(["positive", "negative", "unsure"]))
def test_whoever_judges_last_is_not_asked_again(before: list[tuple[str, Decision]], verdict: Decision) -> None:
    given_ = [judged(by, said, day, evidence=SEEN) for day, (by, said) in enumerate(before)]
    mine = judged("me", verdict, len(before), evidence=tuple(pieces(MORE)))
    assert why(MORE, [*given_, mine]) is None


def test_the_digest_of_a_proposal_is_of_all_that_was_proposed() -> None:
    assert proposal_digest(a_link()) == proposal_digest(a_link())
    others = [a_link(score=0.81), a_link(quote="Mahire"), a_link(proposed=False), a_link(entry_sha256="x"), MORE]
    assert len({proposal_digest(link) for link in [a_link(), *others]}) == 6
