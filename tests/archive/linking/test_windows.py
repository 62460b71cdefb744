"""What is read and shown around a place in a text: whole words and whole names, however far it reaches."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.linking.context.kinship import kin_after, kin_before
from archive.linking.context.roles import sense
from archive.linking.deciding.annotations import Source, annotations
from archive.linking.deciding.quotes import AROUND, SHOWN, in_context
from archive.linking.finding.names.spotting import name_mentions, words_of
from archive.linking.plain_texts import link_text
from archive.linking.registers import testimonies
from archive.linking.registers.entries import Entry, read_entry, to_line
from archive.linking.text_reading import FAR, NEAR, NEARBY
from archive.records.link import Passage
from tests.archive.linking import people
from tests.archive.linking.made import a_link
from tests.archive.linking.test_annotations import CAPTURE, DATA, TALK, source
from tests.support.positions import holds
from transcription.cutting import is_between

INDEX = people.index(
    Entry(number="1205", latin="Baqytqyzy Gulnar"),
    Entry(number="1206", latin="Gulnar"),
    Entry(number="1207", latin="Bekova Saule"),
    Entry(number="1391", latin="Ghulamjan Ablimit"),
    Entry(number="2003", latin="Bao Wenxiang", chinese="包文翔"),
    Entry(number="1358", latin="Mahire Tohti", chinese="玛依热·托合提"),
)
NAMES = (
    "Baqytbekova Gulnara", "Baqytbekova", "Saulebekova", "Ғұламжанова Аблимитова", "Гуламжанова", "Ghulamjan Ablimit",
    "Ғұламжан Аблимит", "Ғұламжан Аблимит".replace("й", "и\u0306"), "غۇلامجان ئابلىمىت", "مُحَمَّد", "玛依热·托合提",
    "包文翔", "Mahire-Tohti", "Махире Тохти",
)  # fmt: skip
FILLERS = ("и", "біз", "then we waited", "ۋە", "，", "。", "他们说", ", ", "Kazakh", " ")


def filled(width: int) -> str:
    """So many code points of words that name nobody."""
    return ("we went on " * (width // 11 + 1))[:width]


@pytest.mark.parametrize("width", [*range(NEAR - 24, NEAR + 4), *range(NEARBY - 24, NEARBY + 4)])
@pytest.mark.parametrize("after", [True, False])
def test_no_half_of_a_name_agrees_with_a_number(width: int, *, after: bool) -> None:
    """`Baqytbekova` is cut to `Baqyt`, and `Saulebekova` to `bekova`, at one of these widths."""
    for number, name in (("1205", "Baqytbekova Gulnara"), ("1207", "Zhansaulebekova"), ("1206", "Aygulnar")):
        text = f"entry {number} {filled(width)} {name} too" if after else f"{name} {filled(width)} entry {number}"
        for link in link_text(text, INDEX).links:
            assert is_between(text, link.start)
            assert is_between(text, link.end)
            assert link.tier != "A", (text, link)


@pytest.mark.parametrize("width", range(NEARBY - 30, NEARBY + 10))
def test_a_name_on_the_edge_is_taken_whole_or_not_at_all(width: int) -> None:
    for name in ("Ghulamjan Ablimit", "Ғұламжан Аблимит", "غۇلامجان ئابلىمىت"):
        for text in (f"entry 1391 {filled(width)} {name} too", f"too {name} {filled(width)} entry 1391"):
            quotes = {link.quote for link in link_text(text, INDEX).links}
            assert quotes <= {"entry 1391", name}
            assert name in quotes


@pytest.mark.parametrize("width", range(NEAR - 10, NEAR + 2))
def test_a_name_in_han_is_not_made_of_the_end_of_a_longer_run(width: int) -> None:
    han = "的" * width
    for text in (f"编号2003，{han}包文翔", f"包文翔{han}，编号2003", f"钱包文翔{han}，编号2003。"):
        for link in link_text(text, INDEX).links:
            assert link.quote in ("包文翔", "编号2003")


@settings(deadline=None)
@given(st.lists(st.sampled_from([*NAMES, *FILLERS, "entry 1205", "编号2003", "№ 1391"]), max_size=12))
def test_no_quote_and_no_name_is_half_a_word(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for mention in name_mentions(text, INDEX.names):
        assert is_between(text, mention.start)
        assert is_between(text, mention.end)
    for word, start, end in words_of(text):
        assert text[start:end] == word
        assert is_between(text, start)
        assert is_between(text, end)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*NAMES, *FILLERS]), min_size=1, max_size=30), st.integers(1, 4), st.data())
def test_what_is_shown_around_a_quote_is_whole_words(pieces: list[str], times: int, draw: st.DataObject) -> None:
    text = " ".join(pieces * times)
    places = [place for place in range(len(text) + 1) if is_between(text, place)]
    start, end = sorted((draw.draw(st.sampled_from(places)), draw.draw(st.sampled_from(places))))
    passage = Passage(where="talk", quote=text[start:end], offset=start)
    shown = in_context(passage, text)
    before, after = shown.before.removeprefix("…"), shown.after.removesuffix("…")
    assert text[:start].endswith(before)
    assert text[end:].startswith(after)
    assert max(len(before), len(after)) <= SHOWN
    assert is_between(text, start - len(before))
    assert is_between(text, end + len(after))


@given(st.lists(st.sampled_from([*NAMES, *FILLERS]), min_size=1, max_size=30), st.data())
def test_a_selector_quotes_whole_words_and_matches_its_text(pieces: list[str], draw: st.DataObject) -> None:
    text = " ".join(pieces)
    word, start, end = draw.draw(st.sampled_from(words_of(text) or [("", 0, 0)]))
    link = a_link(quote=word, offset=start)
    (made,) = annotations([(link, ())], [CAPTURE], {"talk": Source("talk.json", "0" * 128, "", text)})
    told = next(one["selector"][0] for one in made["target"] if isinstance(one.get("selector"), list))
    assert text[:start].endswith(told["prefix"])
    assert text[end:].startswith(told["suffix"])
    assert max(len(told["prefix"]), len(told["suffix"])) <= AROUND
    assert is_between(text, start - len(told["prefix"]))
    assert is_between(text, end + len(told["suffix"]))


def test_a_selector_of_an_earlier_build_that_cut_words_still_holds() -> None:
    (made,) = annotations([(a_link(quote="Mahire Tohti", offset=7), ())], [CAPTURE], {"talk": source(DATA)})
    told = next(one for one in made["target"] if isinstance(one.get("selector"), list))
    told["selector"][0] |= {"prefix": "e is ", "suffix": ". Her num"}
    assert TALK.segments[0].text == "She is Mahire Tohti."
    assert holds(made, DATA)


@pytest.mark.parametrize("width", range(30, 130))
def test_no_word_around_a_name_is_read_by_half(width: int) -> None:
    """`unarrested`, `antidetained`, `stepbrother` end in words that say something, and begin with none."""
    text = f"xxunarrested {'a ' * (width // 2)}Perhat Yolwas{' b' * (width // 2)} arrestee"
    start = text.index("Perhat")
    found = sense(text, start, start + 13, spoken=True)
    assert found.why in ("only spoken", "fate")
    if found.why == "fate":
        assert len(text[start + 13 :]) <= 120
    assert kin_before(f"my stepfather{' ' * width}Perhat", 13 + width) is None
    assert kin_after(f"Perhat, {'my ' * (width // 3)}brotherhood", 6) is None


def test_variants_and_testifiers_of_an_entry_are_whole() -> None:
    for width in range(380, 402):
        many = ("张三丰、" * 200)[:width].rstrip("、张三") + "、玛依热·托合提、包文翔"
        entry = read_entry(to_line("7", {"Additional Info": [f"Potential Chinese variants: {many}"]}))
        assert set(entry.variants) <= {"张三丰", "玛依热·托合提", "包文翔"}
    for width in range(90, 122):
        (told,) = testimonies.testimonies(
            f"Testimony 1: {'Abdu ' * (width // 5)}{'x' * (width % 5)} Baqytbekova Gulnar (brother)"
        )
        assert set((told.testifier or "").split()) <= {"Abdu", "x" * (width % 5), "Baqytbekova", "Gulnar"}
        assert told.testifier is not None


def test_far_away_only_a_whole_name_agrees() -> None:
    for width in range(FAR - 20, FAR + 10):
        text = f"entry 1391 {filled(width)} Ghulamjan Ablimit too"
        assert {link.quote for link in link_text(text, INDEX).links} == {"entry 1391", "Ghulamjan Ablimit"}
