"""Citing a moment: what is said there, on a browser's clock, by digest and version; and only what is for the reader."""

import re
from collections.abc import Iterator
from math import inf, nan
from pathlib import Path

import pytest

from archive.acts.judging import judge
from archive.citing.citation import in_seconds
from archive.citing.cite import NotCitable, cite
from archive.errors import ArchiveError
from archive.masks import MASK
from archive.opening.archive import Archive
from archive.people.reader_roles import Reader
from archive.records.object_ids import ObjectId
from archive.steps.work_objects import seal_work
from archive.texts.shown import shown
from archive.views.transcript_view import NoSuchTranscript
from tests.archive.citing.talks_cited import (
    AHEAD,
    CLIP,
    CLOSED,
    CORRECTED,
    KEEPER,
    NAME,
    PLAIN,
    READER,
    REVIEWER,
    SAID,
    TRANSLATION,
    VISITOR,
    copied,
    correcting,
    make,
)
from tests.support.archives import keep
from tests.support.engines import EngineName


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> Path:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Iterator[Archive]:
    with copied(made, tmp_path) as archive:
        yield archive


def test_a_second_is_cited_with_the_words_that_are_heard_then(archive: Archive) -> None:
    citation = cite(archive, CLIP, AHEAD + 1, reader=VISITOR)
    assert citation.words
    assert citation.words.text == SAID[0]
    assert (citation.words.start, citation.words.end) == (AHEAD, AHEAD + 4)
    assert (citation.words.languages, citation.words.kind, citation.words.marks) == (
        ("kk",),
        "whisper",
        ("low_confidence",),
    )
    assert (citation.moment.start, citation.moment.starts_at) == (AHEAD + 1, AHEAD)
    assert citation.moment.clock == "seconds of a browser that plays the original"
    ref = next(one.ref for one in shown(archive, CLIP) if one.ref.name == NAME)
    assert (citation.words.transcript, citation.words.sha512, citation.words.corrections) == (NAME, ref.sha512, 1)
    media = archive.ledger.clips.captures(CLIP)[-1].media
    assert (citation.film.sha512, citation.film.sha256, citation.film.version) == (media.sha512, media.sha256, 1)
    head = archive.ledger.copies.head(ObjectId.work_of(CLIP))
    assert head
    assert citation.work
    assert citation.work.version == head.version
    assert (citation.archive, citation.cited) == ("made-up", archive.clock())
    assert citation.captured == archive.ledger.clips.captures(CLIP)[-1].fetched


@pytest.mark.parametrize(
    ("start", "end", "text", "corrected"),
    [
        (AHEAD + 3.999, None, SAID[0], 0),
        (AHEAD + 4, None, CORRECTED, 1),
        (AHEAD + 3, AHEAD + 4, SAID[0], 0),
        (AHEAD + 3, AHEAD + 4.1, f"{SAID[0]} {CORRECTED}", 1),
        (AHEAD + 8, None, f"Her number is {MASK * 18}, entry 1358.", 0),
    ],
)
def test_a_stretch_has_each_cue_that_it_shares_time_with_and_no_private_number(
    archive: Archive, start: float, end: float | None, text: str, corrected: int
) -> None:
    words = cite(archive, CLIP, start, end, reader=VISITOR).words
    assert words
    assert (words.text, words.corrected) == (text, corrected)


def test_a_translation_is_cited_by_name_alone_and_says_so(archive: Archive) -> None:
    words = cite(archive, CLIP, AHEAD, transcript=TRANSLATION, reader=VISITOR).words
    assert words
    assert (words.kind, words.text, words.corrections) == ("translation", "My father left in 2017.", 0)


def test_a_moment_without_words_is_cited_without_any_unless_a_transcript_was_named(archive: Archive) -> None:
    for clip, second in ((CLIP, AHEAD + 15), (PLAIN, 3.0)):
        citation = cite(archive, clip, second, reader=VISITOR)
        assert (citation.words, citation.work) == (None, None)
    with pytest.raises(NotCitable, match="has nothing at 00:00:25"):
        cite(archive, CLIP, AHEAD + 15, transcript=NAME, reader=VISITOR)


def test_what_is_not_there_and_what_is_not_for_the_reader_is_one_answer(archive: Archive) -> None:
    for reader in (VISITOR, READER):
        told = []
        for clip in (CLOSED, "peertube-nobody"):
            with pytest.raises(NotCitable) as error:
                cite(archive, clip, AHEAD, reader=reader)
            told.append(str(error.value).replace(clip, "CLIP"))
        assert told == ["there is no clip CLIP to cite"] * 2
    assert cite(archive, CLOSED, AHEAD, reader=REVIEWER).words


@pytest.mark.parametrize(
    ("reader", "entry", "judgement"),
    [
        (VISITOR, "1358", "positive"),
        (VISITOR, "7", NotCitable),
        (READER, "7", None),
        (REVIEWER, "7", "negative"),
        (KEEPER, "victims/1358", "positive"),
        (KEEPER, "others/1358", NotCitable),
        (KEEPER, "9", NotCitable),
        (KEEPER, '7","fields":{"Victim\'s Name":["Mahire Tohti', NotCitable),
        (READER, "#1,358", "positive"),
    ],
)
def test_an_entry_is_cited_as_it_stands_for_the_reader(
    archive: Archive, reader: Reader, entry: str, judgement: object
) -> None:
    link = next(link for link in archive.ledger.readings.links(CLIP) if link.entry == "7")
    judge(archive, link, "negative", by="B. Reader")
    if judgement is NotCitable:
        with pytest.raises(NotCitable, match=re.escape(f"there is no entry {entry} to cite")):
            cite(archive, CLIP, AHEAD, entry=entry, reader=reader)
        return
    cited = cite(archive, CLIP, AHEAD, entry=entry, reader=reader).entry
    assert cited
    assert cited.judgement == judgement
    assert cited.register_name == "victims"


def test_words_that_no_work_object_has_yet_name_no_version(archive: Archive) -> None:
    correcting(archive, CORRECTED, "We waited.")
    citation = cite(archive, CLIP, AHEAD + 5, reader=VISITOR)
    assert citation.words
    assert citation.work
    assert (citation.words.text, citation.words.corrections, citation.work.version) == ("We waited.", 2, None)
    assert seal_work(archive, CLIP, archive.targets).sealed
    again = cite(archive, CLIP, AHEAD + 5, reader=VISITOR)
    assert again.work
    assert again.work.version == 2


def test_the_version_of_the_film_is_that_which_was_heard(archive: Archive) -> None:
    before = cite(archive, CLIP, AHEAD + 1, reader=VISITOR).film
    keep(archive, CLIP, 2)
    assert cite(archive, CLIP, AHEAD + 1, reader=VISITOR).film == before
    keep(archive, PLAIN, 2)
    assert cite(archive, PLAIN, 1, reader=VISITOR).film.version == 2


@pytest.mark.parametrize(
    ("start", "end"),
    [(-1.0, None), (5.0, 5.0), (5.0, 4.0), (40.0, None), (12.0, 99.0), (nan, None), (inf, None), (5.0, nan)],
)
def test_a_moment_that_is_none_is_refused(archive: Archive, start: float, end: float | None) -> None:
    with pytest.raises(NotCitable):
        cite(archive, CLIP, start, end, reader=VISITOR)


def test_a_transcript_that_is_not_there_is_named_with_those_that_are(archive: Archive) -> None:
    with pytest.raises(NoSuchTranscript, match=NAME):
        cite(archive, CLIP, AHEAD, transcript="nobody", reader=VISITOR)
    assert issubclass(NotCitable, ArchiveError)


def test_the_address_of_a_moment_is_the_page_s(archive: Archive) -> None:
    citation = cite(archive, CLIP, AHEAD + 1.5, reader=VISITOR)
    assert citation.address is None
    assert [in_seconds(second) for second in (0.0, 100.0, 12345.678, 0.0004)] == ["0", "100", "12345.678", "0"]
    assert (
        citation.shown_on("https://room.example.org/clips/x#t=3").address == "https://room.example.org/clips/x#t=11.5"
    )
