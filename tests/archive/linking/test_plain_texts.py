import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.linking.index import RegisterIndex
from archive.linking.known_people import KnownPeople
from archive.linking.plain_texts import link_text
from archive.linking.registers import testimonies
from archive.linking.registers.entries import Entry
from archive.masks import MASK
from tests.archive.linking import people

INDEX = people.index()
NAMES = [name for entry in people.ENTRIES for name in entry.names] + [
    "Ақбота Сейтқали",
    "پەرھات يولۋاس",
    "Гуламжана Аблимита",
]
WORDS = [
    "My name is", "my brother", "was arrested in", "from Kashgar", "a Kazakh woman", "Entry", "testifies for",
    "моего брата",    "түрмеде", "我的哥哥", "被捕", "said", "the governor", ",", ".", "\n", "and",
]  # fmt: skip


@given(st.lists(st.sampled_from([*NAMES, *WORDS]), max_size=12), st.lists(st.sampled_from(NAMES), max_size=3))
def test_no_words_and_no_setting_make_a_name_alone_tier_a(words: list[str], known: list[str]) -> None:
    index = RegisterIndex(INDEX.register, KnownPeople(known))
    found = link_text(" ".join(words), index)
    assert all(link.method == "named" and link.tier in ("B", "C") for link in found.links)
    assert found.conflicts == ()


def test_all_evidence_together_leaves_a_name_alone_below_a() -> None:
    entry = Entry(
        number="7", latin="Zulhumar Shawdun", gender="F", ethnicity="Uyghur", location="Kashgar", age="33",
        detained="2017", testimonies=(testimonies.Testimony(("1",), "Tursun Shawdun", relation="brother"),),
    )  # fmt: skip
    text = (
        "My name is Tursun Shawdun. My sister Zulhumar Shawdun, a Uyghur woman of 33 years from Kashgar, was arrested "
        "in 2017, aged 33."
    )
    (link,) = link_text(text, people.index(entry)).links
    assert (link.entry, link.tier, link.role) == ("7", "B", "subject")
    assert link.score > 0.99


def test_context_ranks_namesakes_and_leaves_them_at_c() -> None:
    young = Entry(number="1", latin="Perhat Yolwas", gender="M", location="Ghulja", age="23", detained="2018")
    old = Entry(number="2", latin="Perhat Yolwas", gender="M", location="Kashgar", age="61", detained="2017")
    index = people.index(old, young)
    for text, first in (
        ("Perhat Yolwas, 23 years old, was taken in 2018.", "1"),
        ("Perhat Yolwas from Kashgar, 61 years old, was arrested.", "2"),
        ("Перхат Йолвас из Кашгара, 61 год, арестован в 2017 году.", "2"),
        ("伊宁的玛依热和 Perhat Yolwas 在2018年被捕", "1"),
    ):
        links = link_text(text, index).links
        assert {link.tier for link in links} == {"C"}
        assert max(links, key=lambda link: link.score).entry == first
        assert all(link.alternatives for link in links)


def test_a_surely_linked_entry_keeps_its_name_from_its_namesakes() -> None:
    found = link_text("Entry 507, Perhat Yolwas. Later Perhat Yolwas was moved.", INDEX)
    assert [(link.entry, link.tier) for link in found.links] == [("507", "A"), ("507", "A"), ("507", "B")]
    assert [other.entry for other in found.links[-1].alternatives] == ["2002"]


def test_who_speaks_beside_a_number_does_not_dispute_it() -> None:
    found = link_text("I'm Dauren Seitqali and I testify for number 123.", INDEX)
    assert found.conflicts == ()
    assert {link.entry: (link.tier, link.role) for link in found.links} == {
        "508": ("C", "testifier"),
        "123": ("B", "subject"),
    }


def test_a_name_named_as_one_more_does_not_dispute_a_number() -> None:
    found = link_text("Entry 123 and Mahire Tohti were arrested.", INDEX)
    assert found.conflicts == ()
    assert {link.entry: link.tier for link in found.links} == {"123": "B", "1358": "B"}


def test_a_conflict_names_both_sides_and_lifts_none() -> None:
    text = "🙂 Entry 507: Mahire Tohti was arrested in 2017."
    found = link_text(text, INDEX)
    (conflict,) = found.conflicts
    assert text[conflict.start : conflict.end] == conflict.quote == "Entry 507: Mahire Tohti"
    assert (conflict.number_entry, conflict.name_entry) == ("507", "1358")
    assert {link.tier for link in found.links} == {"C"}


def test_private_numbers_in_quotes_are_masked() -> None:
    found = link_text("shahit.biz/?x=000000190001010000&entryno=123", INDEX)
    assert MASK * 18 in found.links[0].quote


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_gives_spans_of_itself(text: str) -> None:
    text = "Perhat Yolwas " + text + " entry 123 Mahire Tohti"
    for link in link_text(text, INDEX).links:
        assert 0 <= link.start < link.end <= len(text)
        assert text[link.start : link.end] == link.quote or MASK in link.quote
        assert 0 < link.score < 1


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "words",
    [
        "entry 123 Mahire Tohti ", "Perhat Yolwas, my brother, ", "玛依热托合提", "my name is Dauren Seitqali ", "1,",
        "\u202e#", "secretary of ", "born in 1990 ", "shahit.biz/?&",
    ],
)  # fmt: skip
def test_hostile_texts_are_read_to_their_end_and_bounded(words: str) -> None:
    text = words * (30_000 // len(words))
    found = link_text(text, INDEX)
    assert max((sum(link.entry == entry.number for link in found.links) for entry in people.ENTRIES), default=0) <= 50


@pytest.mark.parametrize(
    "text",
    [
        "Victim #507. Her name is Mahire Tohti, a teacher.",
        "Запись 507. Её зовут Махире Тохти.",
        "Жазба 507. Есімі Махире Тохти.",
        "Kayıt 507. Adı Mahire Tohti.",
        "条目507。她叫玛依热·托合提。",
    ],
)
def test_a_name_that_the_next_sentence_gives_to_a_number_disagrees_with_it_too(text: str) -> None:
    (conflict,) = link_text(text, INDEX).conflicts
    assert (conflict.number_entry, conflict.name_entry) == ("507", "1358")


def test_the_next_sentence_about_somebody_else_does_not_disagree() -> None:
    assert link_text("Victim #507. My sister is Mahire Tohti.", INDEX).conflicts == ()
