"""What is on the screen of a review: all that must be seen fits 80 columns and 24 rows, whatever strangers wrote."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from archive.linking.deciding.quotes import InContext
from archive.linking.deciding.review_queue import Reason, Waiting
from archive.linking.deciding.review_sheet import Told
from archive.linking.registers import testimonies as told_in
from archive.linking.registers.entries import Entry
from archive.records.link import Alternative, Evidence
from flows.cli.console import fit, shorten
from flows.cli.review_layout import Frame, layout
from flows.cli.review_screen import SHOWN
from tests.archive.linking.made import a_link, judged
from transcription.cutting import is_between

CONSOLE = Console(width=80)
NAMES = (
    "Baqytbekova Gulnar",
    "Ғұламжанова",
    "Сейтқали-ұлы",
    "مەھىرە توختى",
    "Gülşen’in",
    "玛依热·托合提",
    "ئابدۇرېھىم",
)
HALVES = {
    name[-3:] for name in ("Baqytbekova", "Gulnar", "Ғұламжанова", "Сейтқали-ұлы", "مەھىرە", "توختى", "ئابدۇرېھىم")
}
WORDS = st.text(max_size=30) | st.sampled_from(
    ["مەھىرە توختى " * 9, "玛依热·托合提" * 30, "\x1b[2Jp\u202e\n\t" * 9, "x" * 900]
)
REASONS: list[Reason] = ["disagreement", "conflict", "entry changed", "new evidence", "proposed", "judged by others"]


@st.composite
def proposals(draw: st.DrawFn) -> Told:
    words = [draw(WORDS) for _ in range(12)]
    entry = Entry(
        number="7",
        latin=words[0] or None,
        chinese=words[1] or None,
        variants=(words[2],) * draw(st.integers(0, 6)),
        location=words[3],
        profession=words[4],
        testimonies=(told_in.Testimony(labels=(), testifier=words[5], relation=words[6]),) * 3,
    )
    others = draw(st.integers(0, 4))
    link = a_link(
        quote=words[7],
        conflict=draw(st.none() | WORDS),
        alternatives=tuple(Alternative(entry=str(n), score=0.5) for n in range(others)),
        evidence=(Evidence(part=words[8], weight=1, found=words[9]),) * draw(st.integers(0, 9)),
        namesakes=others,
    )
    judgements = (judged(words[10], "negative", why=words[11]), judged("b", "positive"))
    waiting = Waiting(link, judgements, draw(st.sampled_from(REASONS)), (words[0],))
    alternatives = tuple((str(n), 0.5, entry if n % 2 else None) for n in range(others))
    context = InContext(words[1] * 8, words[7], words[2] * 8)
    return Told(waiting, context, f"https://x.example/{words[3]}", "", draw(st.none() | st.just(entry)), alternatives)


@given(proposals(), WORDS)
def test_a_proposal_fits_a_screen_and_obeys_nobody(told: Told, note: str) -> None:
    frame = Frame("41 left, 2 judged", SHOWN, note, note, 1)
    lines = layout(told, frame, CONSOLE, width=80, rows=24)
    assert len(lines) <= 24
    for line in lines:
        assert cell_len(line.plain.replace("\u200e", "")) <= 80
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line.plain)
    text = "\n".join(line.plain for line in lines)
    assert "»" in text
    assert "«" in text
    assert text.endswith("q/0 quit")
    for line in layout(told, frame, CONSOLE, width=80, rows=None):
        assert cell_len(line.plain.replace("\u200e", "")) <= 80


@given(st.lists(st.sampled_from(NAMES), max_size=9), st.integers(1, 60))
def test_a_line_has_whole_words_whatever_its_room(names: list[str], cells: int) -> None:
    text = " ".join(names)
    first, last = fit(text, cells), fit(text, cells, last=True)
    assert max(cell_len(first), cell_len(last)) <= cells
    assert text.startswith(kept := first.removesuffix("…"))
    assert is_between(text, len(kept))
    assert text.endswith(kept := last.removeprefix("…"))
    assert is_between(text, len(text) - len(kept))
    assert (first == text) == (last == text) == (cell_len(text) <= cells)
    assert is_between(text, len(shorten(text, cells).removesuffix("…")))


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=40), st.integers(40, 120), st.integers(10, 30))
def test_a_quote_and_its_context_are_cut_between_words(names: list[str], width: int, rows: int) -> None:
    words = " ".join(names)
    link = a_link(quote=words, evidence=(Evidence(part="name", weight=1, found=words),) * 3, conflict=words)
    context = InContext(f"{words} ", words, f" {words}")
    told = Told(Waiting(link, (), "conflict", (words,)), context, "", "", Entry(number="7", latin=words))
    text = " ".join(line.plain for line in layout(told, Frame("1 left", SHOWN), CONSOLE, width=width, rows=rows))
    whole = {name for full in NAMES for name in full.split()}
    shown = re.findall(r"[^\W\d㐀-鿿]+(?:[-’'][^\W\d㐀-鿿]+)*", text)
    assert {word for word in shown if word[:3] in {name[:3] for name in whole} or word[-3:] in HALVES} <= whole


def test_two_right_to_left_names_stay_in_their_columns() -> None:
    entry = Entry(number="7", latin="مەھىرە توختى")
    link = a_link(alternatives=(Alternative(entry="8", score=0.5),))
    told = Told(Waiting(link, (), "proposed"), InContext("", "x", ""), "", "", entry, (("8", 0.5, entry),))
    lines = [line.plain for line in layout(told, Frame("1 left", SHOWN), CONSOLE, width=80, rows=24)]
    (names,) = [line for line in lines if line.startswith("names")]
    left, _, right = names.partition("\u200e \u200e")
    assert ("توختى" in left, "توختى" in right) == (True, True)


@pytest.mark.parametrize("reason", REASONS)
def test_why_it_waits_is_said(reason: Reason) -> None:
    told = Told(Waiting(a_link(), (), reason), InContext("", "x", ""), "", "", None)
    first, second, *_ = layout(told, Frame("1 left", SHOWN), CONSOLE, width=80, rows=24)
    assert second.plain.startswith("!") is (reason != "proposed")
    assert first.plain == "1 left  B named, subject, score 0.80"
