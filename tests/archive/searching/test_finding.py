"""What is found, over a ledger of either engine: across scripts, by phrases and filters, as corrected, and why."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from archive.ledger.clips import AccessGiven
from archive.ledger.sightings import Seen
from archive.opening.archive import Archive
from archive.records.clip import Access
from archive.records.transcript import Correction
from archive.searching.hits import Asked, Found, Hit, NotAFilter
from archive.searching.search_index import Index, open_index
from archive.settings.stanzas import RegisterSettings
from archive.steps.captioning import caption_clip
from archive.steps.registering import import_register
from tests.support.archives import (
    MODEL_DIGEST,
    MONDAY,
    a_judgement,
    a_link,
    an_archive,
    folder_targets,
    keep,
    store_all,
    transcript,
)
from transcription.documents.corrections import Change, Told
from transcription.documents.formats import from_json, to_json
from transcription.records import Segment, Transcript

ALL: frozenset[Access] = frozenset(("public", "restricted"))
PUBLIC: frozenset[Access] = frozenset(("public",))
LATIN, CYRILLIC, ARABIC, HAN = "peertube-latin", "peertube-cyrillic", "peertube-arabic", "peertube-han"
TEXTS = {
    LATIN: ("en", "Please remember Sauytbai. She was taken away in spring."),
    CYRILLIC: ("kk", "Оның аты Сауытбайдың әкесі, ол Алматыда тұрады."),
    ARABIC: ("ug", "ئۇنىڭ ئىسمى ساۋىتباي، ئۇ قەشقەردە."),
    HAN: ("zh", "他的名字是沙吾提巴依，他在新疆。"),
}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    (tmp_path / "victims.csv").write_text(
        "Entry,Victim's Name,Chinese name\n1358,Sauytbai Made-up,沙吾提巴依\n7,Perhat Yolwas,帕尔哈提\n",
        encoding="utf-8",
    )
    registers = {"victims": RegisterSettings(file=tmp_path / "victims.csv")}
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a"), registers=registers) as archive:
        yield archive


def told(archive: Archive, clip: str, *segments: tuple[str, str], start: float = 0.0, **said: Any) -> None:
    """A clip with one transcript; `start` is that of its container."""
    keep(archive, clip, said={"title": f"Clip {clip}", "description": None, **said})
    spoken(archive, clip, *segments, start=start)


def spoken(archive: Archive, clip: str, *segments: tuple[str, str], start: float = 0.0, **changes: Any) -> None:
    ref, body = transcript(clip)
    made = from_json(body)
    assert isinstance(made, Transcript)
    one = made.segments[0]
    marks = changes.pop("marks", ())
    lines = tuple(
        Segment(**(one.model_dump() | {"start": 2.0 * at, "end": 2.0 * at + 2, "text": text, "language": language,
                                       "marks": marks}))
        for at, (language, text) in enumerate(segments)
    )  # fmt: skip
    made = made.model_copy(update={"segments": lines, "gaps": (), "duration": 2.0 * len(lines), "start": start})
    ref = ref.model_copy(update={"starts_at": start, **changes})
    archive.ledger.readings.add_transcript(clip, ref, to_json(made), event=None)


@contextmanager
def filled(archive: Archive) -> Iterator[Index]:
    """An index over the four clips."""
    for clip, segment in TEXTS.items():
        told(archive, clip, segment)
    with open_index(archive) as index:
        index.catch_up(archive)
        yield index


def ask(index: Index, text: str, levels: frozenset[Access] = ALL, **rest: Any) -> Found:
    searched = {name: rest.pop(name) for name in ("proposals", "entries", "limit", "offset") if name in rest}
    return index.search(Asked(text, **rest), levels, **{"proposals": True, **searched})


def clips(found: Found) -> list[str]:
    return [hit.clip for hit in found.hits]


def shown(hit: Hit) -> list[str]:
    return [hit.text[start:end] for start, end in hit.matched]


@pytest.mark.parametrize("text", ["Sauytbai", "САУЫТБАЙ", "ساۋىتباي", "沙吾提巴依", "Sawutbay"])
def test_a_name_is_found_in_every_script_and_says_why(archive: Archive, text: str) -> None:
    with filled(archive) as index:
        found = ask(index, text)
        assert set(clips(found)) == set(TEXTS)
        assert found.count == 4
        assert not found.more
        by_clip = {hit.clip: hit for hit in found.hits}
        assert shown(by_clip[CYRILLIC]) == ["Сауытбайдың"]
        assert shown(by_clip[HAN]) == ["沙吾提巴依"]
        assert all(len(hit.why) == 1 and text.split()[0] in hit.why[0] for hit in found.hits)
        heard = [hit for hit in found.hits if "sounds like" in hit.why[0]]
        assert len(heard) >= 3


def test_what_is_written_so_comes_before_what_sounds_so(archive: Archive) -> None:
    with filled(archive) as index:
        assert clips(ask(index, "сауытбайдың"))[0] == CYRILLIC
        assert clips(ask(index, "沙吾提巴依"))[0] == HAN
        assert clips(ask(index, "sauytbai"))[0] == LATIN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"taken away"', [LATIN]),
        ('"away taken"', []),
        ('"Sauytbai"', [LATIN]),
        ("taken spring", [LATIN]),
        ("taken autumn", []),
        ("алма*", [CYRILLIC]),
        ("remember -spring", []),
        ("remember -autumn", [LATIN]),
        ("Sauytbai -remember", [ARABIC, CYRILLIC, HAN]),
        ("新疆", [HAN]),
        ("疆", [HAN]),
        ("疆新", []),
        ("他的名字是", [HAN]),
        ('"他在新疆"', [HAN]),
        ("قەشقەردە", [ARABIC]),
        ("قەشقەر*", [ARABIC]),
        ('"اسمى"', []),
        ("nothing", []),
        ("", []),
        ("spring)", [LATIN]),
        ("100% OR spring", []),
    ],
)
def test_is_found_so(archive: Archive, text: str, expected: list[str]) -> None:
    with filled(archive) as index:
        assert sorted(clips(ask(index, text))) == expected


def test_a_hit_is_a_sentence_at_its_moment_on_the_clock_of_a_browser(archive: Archive) -> None:
    told(archive, LATIN, ("en", "First."), ("en", "Second sentence."), start=10.0)
    with open_index(archive) as index:
        index.catch_up(archive)
        (hit,) = ask(index, "second").hits
        assert (hit.start, hit.end, hit.text, hit.transcript) == (12.0, 14.0, "Second sentence.", "whisper-base-t1")
        assert (hit.kind, hit.language, hit.source, hit.title) == ("segment", "en", "voices", f"Clip {LATIN}")


def test_titles_descriptions_and_captions_are_found(archive: Archive) -> None:
    vtt = "WEBVTT\n\n00:01.000 --> 00:03.000\nA caption about rivers.\n"
    keep(
        archive,
        LATIN,
        captions={"en": vtt},
        said={"title": "A title of mountains"},
        description="A line.\nAnd valleys.",
    )
    store_all(archive)
    caption_clip(archive, LATIN, archive.targets)
    with open_index(archive) as index:
        index.catch_up(archive)
        assert [(hit.kind, hit.start) for hit in ask(index, "mountains").hits] == [("title", None)]
        assert [(hit.kind, hit.text) for hit in ask(index, "valleys").hits] == [("description", "And valleys.")]
        assert [(hit.kind, hit.start) for hit in ask(index, "rivers").hits] == [("captions", 1.0)]


def test_a_transcript_is_found_as_people_corrected_it(archive: Archive) -> None:
    told(archive, LATIN, ("en", "She was takin away."), ("en", "Nobody came."))
    with open_index(archive) as index:
        index.catch_up(archive)
        ref, _ = archive.ledger.readings.transcripts(LATIN)[0]
        was = Told(start=0.0, end=2.0, language="en", text="She was takin away.")
        now = was.model_copy(update={"text": "She was taken away."})
        change = Correction(
            transcript=ref.name, sha512=ref.sha512, by="R. Reader", at=MONDAY, changes=(Change(was=was, now=now),)
        )
        archive.ledger.readings.correct(LATIN, [change], events=())
        assert index.catch_up(archive) == 1
        assert [ask(index, text).count for text in ('"takin"', '"taken"', "nobody")] == [0, 1, 1]


def test_a_translation_is_marked(archive: Archive) -> None:
    told(archive, LATIN, ("en", "Original words."))
    spoken(
        archive, LATIN, ("en", "Translated words."), name="translation-t1", kind="translation", model=MODEL_DIGEST[:8]
    )
    with open_index(archive) as index:
        index.catch_up(archive)
        assert ask(index, "words").count == 2
        assert [hit.text for hit in ask(index, "words", marks=("translation",)).hits] == ["Translated words."]


def test_filters(archive: Archive) -> None:
    told(archive, LATIN, ("en", "Words here."), ("kk", "Words there."), uploaded="20200105", source="letters")
    told(archive, HAN, ("en", "Words of doubt."), uploaded="20230601")
    spoken(archive, HAN, ("en", "Words of doubt."), marks=("low_confidence",))
    archive.ledger.sightings.add(
        "voices", [Seen(HAN, "gone", "HTTP Error 404")], network="home", tool="yt-dlp", now=MONDAY
    )
    archive.ledger.sightings.add("letters", [Seen(LATIN)], network="home", tool="yt-dlp", now=MONDAY)
    archive.ledger.readings.set_links(LATIN, [a_link(LATIN, "1358", register="victims")], event=None)
    with open_index(archive) as index:
        index.catch_up(archive)

        def count(**asked: Any) -> int:
            return ask(index, "words", **asked).count

        assert count() == 3
        assert count(languages=("kk",)) == 1
        assert count(languages=("kk", "en")) == 3
        assert count(languages=("ru",)) == 0
        assert count(sources=("letters",)) == 2
        assert count(sources=("nobody's",)) == 0
        assert count(since=date(2020, 1, 5), until=date(2020, 1, 5)) == 2
        assert count(since=date(2020, 1, 6)) == 1
        assert count(marks=("low_confidence",)) == 1
        assert count(marks=("low_confidence", "loop")) == 0
        assert (count(upstream=True), count(upstream=False)) == (2, 1)
        assert (count(linked=True), count(linked=False)) == (2, 1)
        assert count(entry="1358") == count(entry="victims:1358") == 2
        assert count(entry="135") == count(entry="others:1358") == 0
        assert count(entry="1358", languages=("kk",), sources=("letters",)) == 1


def test_a_link_that_nobody_judged_counts_for_those_alone_who_see_proposals(archive: Archive) -> None:
    told(archive, LATIN, ("en", "Words."))
    link = a_link(LATIN, "1358", register="victims")
    archive.ledger.readings.set_links(LATIN, [link], event=None)

    def counts(index: Index) -> tuple[int, ...]:
        index.catch_up(archive)
        return tuple(
            ask(index, "words", proposals=proposals, **asked).count
            for asked in ({"linked": True}, {"entry": "1358"}, {"linked": False})
            for proposals in (True, False)
        )

    with open_index(archive) as index:
        assert counts(index) == (1, 0, 1, 0, 0, 1)
        archive.ledger.readings.judge(LATIN, a_judgement(link, "positive"), event=None)
        assert counts(index) == (1, 1, 1, 1, 0, 0)
        archive.ledger.readings.judge(LATIN, a_judgement(link, "negative", hours=1), event=None)
        assert counts(index) == (0, 0, 0, 0, 1, 1)


def test_entries_are_found_by_their_names_in_all_scripts(archive: Archive) -> None:
    import_register(archive, "victims", archive.targets)
    with filled(archive) as index:
        found = ask(index, "сауытбай", entries=True, limit=50)
        (entry,) = (hit for hit in found.hits if hit.kind == "entry")
        assert (entry.clip, entry.transcript, entry.title, entry.source) == ("", "victims", "1358", None)
        assert entry.text == "Sauytbai Made-up · 沙吾提巴依"
        assert [hit.title for hit in ask(index, "帕尔哈提", entries=True).hits] == ["7"]
        assert ask(index, "yolwas", entries=True, sources=("voices",)).count == 0
        assert ask(index, "yolwas", entries=True, linked=True).count == 0
        assert ask(index, "yolwas", entries=True, linked=False).count == 1
        assert ask(index, "yolwas", entries=True, entry="7").count == 1
        assert ask(index, "yolwas", entries=True, entry="1358").count == 0


def test_a_visitor_finds_those_entries_alone_that_a_public_clip_is_linked_to(archive: Archive) -> None:
    import_register(archive, "victims", archive.targets)
    told(archive, LATIN, ("en", "Words."))
    link = a_link(LATIN, "1358", register="victims")
    archive.ledger.readings.set_links(LATIN, [link], event=None)

    def entries(index: Index) -> list[str | None]:
        index.catch_up(archive)
        found = [
            *ask(index, "sauytbai", PUBLIC, proposals=False).hits,
            *ask(index, "yolwas", PUBLIC, proposals=False).hits,
        ]
        return [hit.title for hit in found if hit.kind == "entry"]

    with open_index(archive) as index:
        assert entries(index) == []
        archive.ledger.clips.give_access(LATIN, AccessGiven("public", "A. Keeper", MONDAY), event=None)
        assert entries(index) == []
        archive.ledger.readings.judge(LATIN, a_judgement(link, "positive"), event=None)
        assert entries(index) == ["1358"]
        archive.ledger.clips.give_access(LATIN, AccessGiven("restricted", "A. Keeper", MONDAY), event=None)
        assert entries(index) == []


def test_pages_of_hits_follow_one_another_without_gap(archive: Archive) -> None:
    told(archive, LATIN, *((("en", f"Word number {n}.")) for n in range(300)))
    with open_index(archive) as index:
        index.catch_up(archive)
        every = ask(index, "word", limit=300).hits
        assert [hit.start for hit in every] == [2.0 * n for n in range(300)]
        paged: Sequence[Hit] = [hit for at in range(0, 300, 70) for hit in ask(index, "word", limit=70, offset=at).hits]
        assert list(paged) == list(every)
        assert ask(index, "word", offset=300).hits == ()
        assert ask(index, "word", limit=0).count == 300


def test_what_no_database_keeps_as_text_comes_back_as_it_was(archive: Archive) -> None:
    title = "A \0 title of mountains"
    told(archive, LATIN, ("en", "Words."), title=title)
    with open_index(archive) as index:
        index.catch_up(archive)
        (hit,) = ask(index, "mountains").hits
        assert hit.title == title
        assert shown(hit) == ["mountains"]
        assert ask(index, "\0 mountains \ud800").count == 1


@pytest.mark.parametrize("text", ["Sauytbai\0", "\0Sauytbai", '"\0Sauytbai"', "Sauytbai \ud800 -\0", "Sauyt\0*"])
def test_characters_that_are_no_text_are_passed_over_on_either_engine(archive: Archive, text: str) -> None:
    with filled(archive) as index:
        ask(index, text)
        assert LATIN in clips(ask(index, "Sauytbai\0"))


@pytest.mark.parametrize("name", ["languages", "sources", "marks", "entry"])
def test_a_filter_of_characters_that_are_no_text_is_refused(name: str) -> None:
    for text in ("kk\0", "\ud800"):
        with pytest.raises(NotAFilter, match="no text has"):
            Asked("words", **{name: text if name == "entry" else (text,)})  # type: ignore[arg-type]
