import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.known_people import KnownPeople
from archive.linking.material import Material, Utterance
from archive.linking.proposals import propose
from archive.linking.registers.entries import Entry
from archive.linking.rules import rules
from archive.masks import MASK
from archive.records.link import Link, Passage
from tests.archive.linking import people

INDEX = people.index()


def links(**fields: object) -> dict[str, Link]:
    found = propose(replace(Material(clip=people.CLIP), **fields), INDEX)  # type: ignore[arg-type]
    assert len({link.entry for link in found}) == len(found)
    return {link.entry: link for link in found}


def said(*texts: str) -> tuple[tuple[str, tuple[Utterance, ...]], ...]:
    return (("talk", tuple(Utterance(10.0 * i, 10.0 * i + 9, text) for i, text in enumerate(texts))),)


def test_an_entry_that_cites_the_clip_is_surely_linked() -> None:
    (link,) = links(urls=("https://youtu.be/abcdefghijk?si=1",)).values()
    assert (link.entry, link.method, link.tier, link.role, link.score) == ("123", "cited", "A", "subject", 0.999877)
    assert (link.where, link.quote, link.offset) == ("url", "https://youtu.be/abcdefghijk?si=1", 0)


def test_an_entry_cites_a_clip_by_its_id_where_no_address_is_spelled_so() -> None:
    uuid = "9c9de5e8-0a1e-484a-b099-e80766180a6d"
    entry = Entry(number="7", latin="Perhat Yolwas", sources=("framatube.org/w/kkGMgK9ZtnKfYAgnEtQxbv",))
    elsewhere = f"https://videos.example/videos/watch/{uuid}"
    (link,) = propose(Material(clip=f"peertube-{uuid}", urls=(elsewhere,)), people.index(entry))
    assert (link.entry, link.method, link.tier, link.where, link.quote) == ("7", "cited", "A", "url", elsewhere)
    assert (
        propose(Material(clip="peertube-" + uuid[::-1], urls=("https://videos.example/w/x",)), people.index(entry))
        == []
    )
    (by_id,) = propose(Material(clip="youtube-abcdefghijk"), INDEX)
    assert (by_id.entry, by_id.tier, by_id.quote) == ("123", "A", "youtube-abcdefghijk")


def test_an_entry_that_the_clip_cites_is_surely_linked() -> None:
    (link,) = links(description="More: www.shahit.biz/eng/viewentry.php?entryno=1391.").values()
    assert (link.entry, link.method, link.tier, link.where, link.offset) == ("1391", "cited", "A", "description", 6)


@pytest.mark.parametrize(
    ("title", "entry"),
    [
        ("Entry 1,358: Mahire Tohti", "1358"),
        ("Entry 1,358: Mayire Toxti, a teacher", "1358"),
        ("Ақбота Сейтқали, нөмірі 123", "123"),
        ("Запись № 1391: Гуламжан Аблимит", "1391"),
        ("123-نومۇرلۇق ئاقبوتا سەيتقالى", "123"),
        ("玛依热·托合提 第1358号", "1358"),
        ("今天我要为第1358号玛依热托合提作证", "1358"),
        ("Kayıt numarası 1391: Gulamcan Ablimit", "1391"),
        ("entry five oh seven Perhat Yolvas", "507"),
    ],
)
def test_a_number_beside_a_name_that_agrees_is_tier_a(title: str, entry: str) -> None:
    (link,) = links(title=title).values()
    assert (link.entry, link.method, link.tier, link.conflict) == (entry, "numbered", "A", None)
    assert title[link.offset :].startswith(link.quote)
    assert len(link.further) == 1


def test_a_number_without_a_name_is_tier_b() -> None:
    found = links(title="A testimony for Entry 123")
    assert [(k.method, k.tier, k.conflict) for k in found.values()] == [("numbered", "B", None)]
    assert links(title="Entry 2004")["2004"].tier == "B"


def test_a_number_the_register_does_not_have_and_a_bare_one_make_no_link() -> None:
    assert links(title="Entry 999", description="Beat 1083, 1391, in 2001") == {}


def test_a_number_and_a_name_that_disagree_are_a_conflict_on_both() -> None:
    found = links(title="Entry 123: Mahire Tohti")
    assert {e: (k.method, k.tier) for e, k in found.items()} == {"123": ("numbered", "C"), "1358": ("named", "C")}
    for link, other in ((found["123"], "1358"), (found["1358"], "123")):
        assert link.conflict == "the number points at entry 123, the name beside it at 1358"
        assert [a.entry for a in link.alternatives] == [other]


def test_a_number_does_not_agree_with_the_like_name_of_someone_else() -> None:
    index = people.index(Entry(number="1", latin="Memtimin Tursun"), Entry(number="2", latin="Mehmet Tursun"))
    found = propose(Material(clip="c", title="Entry 1: Mehmet Tursun"), index)
    assert {(k.entry, k.tier, k.conflict is None) for k in found} == {("1", "C", False), ("2", "C", False)}
    (link,) = propose(Material(clip="c", title="Entry 1: Memtimin Tursum"), index)
    assert (link.entry, link.tier) == ("1", "A")


def test_siblings_differ_in_one_part_and_do_not_agree() -> None:
    index = people.index(Entry(number="877", latin="Aygul Hesen"), Entry(number="11873", latin="Ma Xiulan"),
                         Entry(number="11874", latin="Ma Xiulian"))  # fmt: skip
    (link,) = propose(Material(clip="c", title="Victim 877 is Aynur Hesen"), index)
    assert (link.entry, link.tier) == ("877", "B")
    found = propose(Material(clip="c", title="Entry 11874: Ma Xiulan"), index)
    assert {(k.entry, k.tier) for k in found} == {("11873", "C"), ("11874", "C")}


@pytest.mark.parametrize(
    "title", ["1391 — Ghulamjan Ablimit", "Ghulamjan Ablimit (1,391)", "1391号，Ghulamjan Ablimit"]
)
def test_the_bare_number_of_an_entry_beside_its_name_agrees_with_it(title: str) -> None:
    (link,) = links(title=title).values()
    assert (link.entry, link.tier, link.method) == ("1391", "A", "numbered")


@pytest.mark.parametrize(
    "title", ["1391 people. Ghulamjan Ablimit", "Ghulamjan Ablimit, 1391 yuan", "Ghulamjan Ablimit 507", "13.91 Perhat"]
)
def test_a_bare_number_that_counts_or_is_another_entry_s_says_nothing(title: str) -> None:
    assert {(k.entry, k.tier) for k in links(title=title).values()} <= {("1391", "B")}


def test_the_bare_number_of_a_namesake_tells_who_is_meant() -> None:
    found = links(title="507, Perhat Yolwas")
    assert {e: k.tier for e, k in found.items()} == {"507": "A"}


def test_a_close_name_some_sentences_away_agrees_with_a_number_that_has_no_other() -> None:
    far = "He was a driver and lived with his mother. " * 8
    assert links(title=f"Entry 1391. {far} His name is Ghulamjan Ablimit.")["1391"].tier == "A"
    assert links(title=f"Entry 1391. {far * 5} His name is Ghulamjan Ablimit.")["1391"].tier == "B"


@pytest.mark.parametrize(
    "title",
    [
        "Entry 1391, son of Mahire Tohti",
        "Mahire Tohti's neighbour is entry 1391",
        "Entry 1391: brother Mahire Tohti",
        "Entry 1391, says Mahire Tohti",
        "Запись 1391: свидетельница Mahire Tohti",
    ],
)
def test_who_is_named_as_something_to_the_number_s_person_is_no_rival(title: str) -> None:
    assert links(title=title)["1391"].conflict is None
    assert links(title=title)["1391"].tier == "B"


def test_who_is_presented_after_a_number_is_a_rival_and_introduces_nobody() -> None:
    found = links(title="The next one is entry 1391, this is Mahire Tohti")
    assert {entry: link.tier for entry, link in found.items()} == {"1391": "C", "1358": "C"}


def test_who_testified_for_an_entry_is_no_rival_to_its_number() -> None:
    assert links(title="Entry 123, Dauren Seitqali")["123"].tier == "B"


def test_what_the_description_says_of_its_numbers_holds_in_the_title_and_not_in_what_is_spoken() -> None:
    said = "The numbers in brackets are entry numbers in the register."
    spoken = (("t", (Utterance(0, 5, "Nine of us (1358) were there."),)),)
    assert propose(Material(clip="c", title="A testimony (1358)", transcripts=spoken), INDEX) == []
    (link,) = propose(Material(clip="c", title="A testimony (1358)", description=said, transcripts=spoken), INDEX)
    assert (link.entry, link.tier, link.where, link.further) == ("1358", "B", "title", ())


def test_a_conflict_is_not_outvoted_by_the_same_number_elsewhere() -> None:
    found = links(title="Entry 123: Mahire Tohti", description="About entry 123.")
    assert found["123"].tier == "C"
    assert found["123"].conflict
    assert [p.where for p in found["123"].further] == ["description"]


def test_a_doubtful_number_is_tier_c_unless_a_name_agrees() -> None:
    assert links(title="Her cell was number 123")["123"].tier == "C"
    assert links(title="Her cell was number 123. Aqbota Seitqali")["123"].tier == "A"


def test_one_close_name_without_rival_is_tier_b_and_never_better() -> None:
    found = links(title="Aqbota Seitqali", description="Aqbota Seitqali", transcripts=said(*["Aqbota Seitqali"] * 9))
    assert (found["123"].method, found["123"].tier) == ("named", "B")


def test_namesakes_are_tier_c_each_with_the_other() -> None:
    found = links(title="Perhat Yolwas")
    assert {e: (k.tier, [a.entry for a in k.alternatives]) for e, k in found.items()} == {
        "507": ("C", ["2002"]),
        "2002": ("C", ["507"]),
    }


def test_a_crowd_of_namesakes_is_proposed_once() -> None:
    crowd = people.index(*(Entry(number=str(n), latin="Perhat Yolwas") for n in range(1, 31)))
    (link,) = propose(Material(clip="c", title="Perhat Yolwas"), crowd)
    assert (link.entry, link.tier, len(link.alternatives)) == ("1", "C", 20)
    assert link.score < 0.1


def test_a_number_settles_between_namesakes() -> None:
    (link,) = links(title="Perhat Yolwas, entry 2002").values()
    assert (link.entry, link.tier) == ("2002", "A")


@given(st.sampled_from(people.ENTRIES), st.sampled_from(["title", "description", "talk"]), st.integers(1, 40))
def test_planted_namesakes_never_reach_tier_a(entry: Entry, where: str, copies: int) -> None:
    words = f"We remember {entry.names[0] if entry.names else 'nobody'}."
    fields = {"transcripts": said(*[words] * copies)} if where == "talk" else {where: words}
    index = people.index(*people.ENTRIES, replace(entry, number="7777", sources=(), testimonies=()))
    for link in propose(replace(Material(clip="c"), **fields), index):
        assert link.tier == "C"


def test_the_husband_who_speaks_is_the_testifier_and_the_wife_the_subject() -> None:
    talk = said(
        "My name is Dauren Seitqali.",
        "I speak for my wife Aqbota Seitqali, entry 123.",
        "Her brother Ghulamjan",
        "Ablimit too.",
    )
    found = links(transcripts=talk)
    assert {e: (k.tier, k.role) for e, k in found.items()} == {
        "123": ("A", "subject"),
        "508": ("C", "testifier"),
        "1391": ("C", "relative"),
    }


def test_the_registers_testifiers_are_known_beside_their_entry() -> None:
    found = links(title="Entry 123: Aqbota Seitqali", transcripts=said("Then Dauren Seitqali spoke."))
    assert found["508"].role == "testifier"


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("my brother Ghulamjan Ablimit", "subject"),
        ("his brother Ghulamjan Ablimit", "relative"),
        ("the governor Ghulamjan Ablimit", "other"),
        ("Менің атым Ғұламжан Аблимит", "testifier"),
        ("моего брата Гуламжан Аблимит", "subject"),
        ("меня зовут Гуламжан Аблимит", "testifier"),
    ],
)
def test_the_words_before_a_name_give_the_role(words: str, role: str) -> None:
    assert links(transcripts=said(words))["1391"].role == role


def test_offsets_and_seconds_are_those_of_the_utterances() -> None:
    texts = ("Good evening.", "🙂 Today: Entry", "1,358, Mahire Tohti.")
    link = links(transcripts=said(*texts))["1358"]
    joined = " ".join(texts)
    assert (link.where, link.quote) == ("talk", "Entry 1,358")
    assert joined[link.offset : link.offset + len(link.quote)] == link.quote
    assert (link.start, link.end) == (10, 29)
    assert [(p.quote, p.start, p.end) for p in link.further] == [("Mahire Tohti", 20, 29)]


def test_ids_last_and_differ_by_entry_and_clip() -> None:
    (link,) = links(title="Entry 123").values()
    assert link.id == hashlib.sha256(f"{people.CLIP}\nmade-up\n123".encode()).hexdigest()[:16]
    (other,) = propose(Material(clip="c", title="Entry 123"), INDEX)
    assert other.id != link.id


def test_a_link_says_what_its_score_is_made_of() -> None:
    index = people.index(
        Entry(number="1", latin="Perhat Yolwas", sha256="1" * 64), Entry(number="2", latin="Perhat Yolwas", gender="F")
    )
    first, second = propose(Material(clip="c", title="Perhat Yolwas was arrested, and his car was taken"), index)
    assert (first.entry, first.entry_sha256, second.entry_sha256) == ("1", "1" * 64, None)
    assert [part.part for part in first.evidence] == ["likeness", "rarity", "role", "namesakes"]
    assert {part.part: part.found for part in second.evidence}["sex"] == "his"
    assert first.score > second.score
    assert (first.namesakes, second.namesakes) == (1, 1)
    assert first.margin == pytest.approx(first.score - second.score, abs=1e-5)
    (sure,) = propose(Material(clip="c", title="Entry 2, Perhat Yolwas"), index)
    assert [part.part for part in sure.evidence] == ["number", "name", "linked elsewhere"]
    assert (sure.namesakes, sure.margin) == (1, None)


def test_order_is_by_tier_then_score_then_number() -> None:
    material = Material(
        clip=people.CLIP,
        title="Perhat Yolwas",
        description="Entry 1,358. shahit.biz/eng/viewentry.php?entryno=1391",
        tags=("Aqbota Seitqali",),
    )
    found = propose(material, INDEX)
    assert [(k.entry, k.tier) for k in found] == [
        ("1391", "A"),
        ("123", "B"),
        ("1358", "B"),
        ("507", "C"),
        ("2002", "C"),
    ]
    assert propose(material, INDEX) == found
    assert {k.rules for k in found} == {rules(KnownPeople())}


def test_a_private_number_in_a_quote_is_masked() -> None:
    url = "https://youtu.be/abcdefghijk"
    found = links(urls=(url,), description="entries 1391 123 000000190001010000, 1358")
    assert "00000" not in "".join(link.quote + "".join(p.quote for p in link.further) for link in found.values())
    masked = links(title="Aqbota Seitqali", description="shahit.biz/?x=000000190001010000&entryno=123")["123"]
    assert MASK * 18 in masked.quote


@given(
    st.text(
        alphabet=st.sampled_from("Entry 123,58 AqbotaSeitqali PerhatYolwas\0\u202e\u200f第号玛依热托合提\n.🙂"),
        max_size=150,
    )
)
def test_any_material_gives_links_whose_quotes_are_in_their_text(text: str) -> None:
    halves = (text[: len(text) // 2], text[len(text) // 2 :])
    material = Material(clip="c", title=text + "Entry 123", transcripts=said(*halves))
    texts = {"title": text + "Entry 123", "talk": " ".join(halves)}
    for link in propose(material, INDEX):
        passages: list[Link | Passage] = [link, *link.further]
        for passage in passages:
            held = texts[passage.where][passage.offset : passage.offset + len(passage.quote)]
            assert held == passage.quote or MASK in passage.quote
            assert (passage.start is None) == (passage.where == "title")


@pytest.mark.timeout(60)
def test_a_very_long_talk_is_read_to_its_end() -> None:
    words = "Entry 123 and my Aqbota Seitqali went with number 507 " * 2000
    found = links(transcripts=said(*[words] * 3, "entry 1391"))
    assert set(found) >= {"123", "507", "1391"}
    assert len(found["123"].further) == 50
