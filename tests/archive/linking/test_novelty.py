"""What is new evidence to those who judged, and what only looks new."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.deciding.novelty import pieces, unseen
from archive.records.link import Evidence, Passage
from tests.archive.linking.made import a_link, judged

LINK = a_link()
SEEN = tuple(pieces(LINK))


def another(quote: str, where: str = "title") -> Passage:
    return Passage(where=where, quote=quote, offset=3)


@pytest.mark.parametrize(
    "fields",
    [
        {"score": 0.2, "tier": "C", "rules": "rules/2", "namesakes": 3, "margin": 0.1},
        {"where": "captions-en", "offset": 99, "start": 1.0},
        {"quote": "MAHIRE  TOHTI,"},
        {"quote": "Ｍahire Tohti"},
        {"further": (another("Mahire Tohti"),)},
        {"evidence": (Evidence(part="place", weight=0.4, found="Ghulja"),)},
        {"register_sha256": "1" * 64, "entry_sha256": "2" * 64},
    ],
)
def test_other_rules_and_the_same_words_elsewhere_are_not_new(fields: dict[str, Any]) -> None:
    assert unseen(a_link(**fields), [judged("a", "negative", evidence=SEEN)]) == ()


@pytest.mark.parametrize(
    ("fields", "new"),
    [
        ({"further": (another("entry 1358"),)}, ("“entry 1358”",)),
        ({"quote": "Mahira Toxti"}, ("“Mahira Toxti”",)),
        ({"method": "numbered"}, ("it is numbered now",)),
        (
            {"where": "url", "method": "cited", "quote": "https://x.example/1"},
            ("it is cited now", "“https://x.example/1”"),
        ),
    ],
)
def test_a_number_an_address_or_other_words_are_new(fields: dict[str, Any], new: tuple[str, ...]) -> None:
    assert unseen(a_link(**fields), [judged("a", "negative", evidence=SEEN)]) == new


def test_what_was_lost_is_not_new() -> None:
    link = a_link(further=(another("entry 1358"),))
    assert unseen(LINK, [judged("a", "negative", evidence=tuple(pieces(link)))]) == ()


def test_what_anybody_saw_who_still_stands_by_it_is_not_new() -> None:
    link = a_link(further=(another("entry 1358"),))
    first = judged("a", "negative", 0, evidence=SEEN)
    second = judged("b", "negative", 1, evidence=tuple(pieces(link)))
    assert unseen(link, [first, second]) == ()
    assert unseen(link, [first, second, judged("b", "withdrawn", 2)]) == ("“entry 1358”",)


def test_a_judgement_that_does_not_say_what_it_saw_brings_nothing_back() -> None:
    assert unseen(LINK, [judged("a", "negative")]) == ()
    assert unseen(LINK, []) == ()


@given(st.text(max_size=40), st.text(max_size=40))
def test_pieces_are_those_of_the_quotes_whatever_is_in_them(one: str, two: str) -> None:
    link = a_link(quote=one, further=(another(two),))
    assert unseen(link, [judged("a", "unsure", evidence=tuple(pieces(link)))]) == ()
    assert len(pieces(link)) in (2, 3)
