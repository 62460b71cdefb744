"""A clip as OHMS XML: elements in the order of the schema, cues where a browser hears them, whatever a title is."""

import re
from collections.abc import Iterator
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import webvtt
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.citing.film_texts import LightCopy
from archive.citing.ohms import NAMESPACE, document
from archive.errors import NoSuchClip
from archive.opening.archive import Archive
from archive.preservation.sealing import document as sealed
from archive.steps.captioning import caption_clip
from archive.texts.shown import Shown, shown
from archive.views.clip_view import ClipView, clip_view
from archive.views.transcript_view import NoSuchTranscript
from tests.archive.citing.talks_cited import (
    AHEAD,
    CLIP,
    CLOSED,
    COMPLETION,
    CORRECTED,
    LATER,
    PLAIN,
    SAID,
    TRANSLATION,
    copied,
    make,
    read_later,
    spoken,
)
from tests.support.archives import keep
from tests.support.engines import EngineName
from transcription.documents.formats import from_json, to_json

AT = "https://room.example.org"
IN_ORDER = (
    "version", "date", "date_nonpreferred_format", "cms_record_id", "title", "accession", "duration", "collection_id",
    "collection_name", "series_id", "series_name", "repository", "funding", "repository_url", "subject", "keyword",
    "interviewee", "interviewer", "format", "file_name", "sync", "sync_alt", "transcript_alt_lang", "translate",
    "media_id", "media_url", "mediafile", "kembed", "language", "user_notes", "index", "type", "description", "rel",
    "transcript", "transcript_alt", "vtt_transcript", "vtt_transcript_alt", "rights", "fmt", "usage", "userestrict",
    "xmllocation", "xmlfilename", "collection_link", "series_link",
)  # fmt: skip
"""The elements of a record, a sequence in the schema of version 6.0."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> Path:
    return make(tmp_path_factory.mktemp("made"))


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Iterator[Archive]:
    with copied(made, tmp_path) as archive:
        yield archive


def of(archive: Archive, clip: str = CLIP, **more: Any) -> dict[str, Element]:
    return read(document(clip_view(archive, clip), shown(archive, clip), at=AT, archive="made-up", **more))


def read(text: str) -> dict[str, Element]:
    """The elements of the one record by name, after what the schema asks of it was looked at."""
    root = ElementTree.fromstring(text)
    assert root.tag == f"{{{NAMESPACE}}}ROOT"
    (record,) = root
    assert 0 <= int(record.attrib["id"]) < 1 << 31
    names = [element.tag.removeprefix(f"{{{NAMESPACE}}}") for element in record]
    assert [IN_ORDER.index(name) for name in names] == sorted({IN_ORDER.index(name) for name in names})
    found = dict(zip(names, record, strict=True))
    assert {"version", "date", "title"} <= set(found)
    assert found["translate"].text in ("0", "1")
    assert found["userestrict"].text in ("0", "1")
    assert found["fmt"].text in ("audio", "video")
    return found


def test_the_cues_are_where_a_browser_hears_them(archive: Archive) -> None:
    found = of(archive)
    cues = webvtt.from_buffer(StringIO(found["vtt_transcript"].text or "")).captions
    assert [(cue.start, cue.text.splitlines()[-1]) for cue in cues] == [
        ("00:00:10.000", SAID[0]),
        ("00:00:14.000", CORRECTED),
        ("00:00:18.000", SAID[2]),
    ]
    assert (found["language"].text, found["duration"].text) == ("en, kk", "00:00:20")
    assert "which stands at 10.000 where the film begins" in (found["description"].text or "")
    assert found["media_url"].text == f"{AT}/clips/{CLIP}/film.mp4"  # viewers know a film by its ending
    assert found["date"].attrib == {"value": "2024-01-31", "format": "yyyy-mm-dd"}


def test_a_translation_is_the_other_text_and_says_what_it_is(archive: Archive) -> None:
    found = of(archive)
    assert (found["translate"].text, found["transcript_alt_lang"].text) == ("1", "en")
    assert "My father left in 2017." in (found["vtt_transcript_alt"].text or "")
    assert "a reading aid and not what was said" in (found["description"].text or "")
    assert of(archive, transcript=TRANSLATION)["translate"].text == "0"


def test_a_translation_stands_beside_the_words_that_it_translates_alone(archive: Archive) -> None:
    said, (ref, body) = shown(archive, CLIP)[0], spoken(CLIP, translated=True)
    of_this = sha256(said.body.encode()).hexdigest()
    for name, other in (("of-this", of_this), ("of-another", "0" * 64)):
        made = to_json(from_json(body).model_copy(update={"of": other}))
        named = ref.model_copy(update={"name": name, "sha512": sealed(made.encode()).sha512})
        texts = [said, Shown(named, made)]
        found = read(document(clip_view(archive, CLIP), texts, at=AT, archive="made-up"))
        assert found["translate"].text == ("1" if other == of_this else "0")
        assert (f"{name} ({AT}/clips/{CLIP}/ohms.xml?transcript={name})" in str(found["description"].text)) == (
            other != of_this
        )


def test_each_text_has_a_record_and_the_first_names_them(archive: Archive) -> None:
    keep(archive, "peertube-many", captions={"ug": "WEBVTT\n\n00:00.000 --> 00:04.000\nئۇيغۇر\n"})
    assert caption_clip(archive, "peertube-many", archive.targets).transcripts == 1
    (captions,) = [one.ref.name for one in shown(archive, "peertube-many")]
    archive.ledger.readings.add_transcript("peertube-many", *spoken("peertube-many"), event=None)
    first, other = of(archive, "peertube-many"), of(archive, "peertube-many", transcript=captions)
    address = f"{AT}/clips/peertube-many/ohms.xml?transcript={captions}"
    assert f"Further texts, each in a record of its own: {captions} ({address})." in (first["description"].text or "")
    assert other["xmllocation"].text == address
    assert "ئۇيغۇر" in (other["vtt_transcript"].text or "")
    assert "Their seconds are the platform's, 10.000 s behind this film's." in (other["description"].text or "")
    with pytest.raises(NoSuchTranscript):
        of(archive, "peertube-many", transcript="nothing")


def test_what_was_read_later_stands_among_the_words(archive: Archive) -> None:
    read_later(archive)
    found = of(archive)
    cues = webvtt.from_buffer(StringIO(found["vtt_transcript"].text or "")).captions
    assert (cues[-1].start, cues[-1].text.splitlines()[-1]) == ("00:00:23.000", LATER)
    assert found["language"].text == "en, kk, ky"
    assert f"a machine's later reading, not checked by a person, transcript {COMPLETION}," in str(
        found["description"].text
    )


def test_nothing_stands_behind_the_last_cue(archive: Archive) -> None:
    """The OHMS viewer 3.10 shows it as what was said."""
    for name in ("vtt_transcript", "vtt_transcript_alt"):
        *_, last = (of(archive)[name].text or "").strip().split("\n\n")
        assert re.match(r"\d\d:\d\d:\d\d\.\d{3} --> ", last)


def test_words_of_an_earlier_film_are_not_laid_over_this_one(archive: Archive) -> None:
    keep(archive, CLIP, 2)
    assert of(archive)["vtt_transcript"].text is None


def test_where_browsers_do_not_play_the_original_the_light_copy_does(archive: Archive) -> None:
    found = of(archive, light=LightCopy("video/mp4", AHEAD))
    assert found["media_url"].text == f"{AT}/clips/{CLIP}/derivative.mp4"
    assert "a light copy for browsers, and not the original" in (found["description"].text or "")
    other = of(archive, light=LightCopy("video/mp4", 0.0))
    assert other["media_url"].text == f"{AT}/clips/{CLIP}/film.mp4"


def test_a_closed_clip_says_so_and_one_without_words_is_a_record_too(archive: Archive) -> None:
    assert (of(archive, CLOSED)["userestrict"].text, of(archive)["userestrict"].text) == ("1", "0")
    assert of(archive, PLAIN)["vtt_transcript"].text is None
    with pytest.raises(NoSuchClip):
        of(archive, "peertube-nobody")


def test_the_index_has_the_platform_s_chapters_and_none_that_was_made_up(archive: Archive) -> None:
    assert list(of(archive)["index"]) == []
    chapters = [{"start": 0.0, "title": "Home"}, {"start": 12.9, "title": None}]
    keep(archive, "peertube-chapters", said={"chapters": chapters})
    points = [[child.text for child in point] for point in of(archive, "peertube-chapters")["index"]]
    assert points == [["0", "Home"], ["12", "00:00:12"]]


@pytest.fixture(scope="module")
def view(made: Path, tmp_path_factory: pytest.TempPathFactory) -> ClipView:
    with copied(made, tmp_path_factory.mktemp("view")) as archive:
        return clip_view(archive, CLIP)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=30), st.text(alphabet="<>&]['\"\x00\x0b\ufffe\ud800-!", max_size=30)))
def test_no_title_breaks_it(view: ClipView, title: str) -> None:
    assert view.sidecar
    capture = view.sidecar.captures[-1].model_copy(update={"title": title, "uploader": title})
    hostile = ClipView(view.clip, view.sidecar.model_copy(update={"captures": (capture,)}), (), ())
    found = read(document(hostile, [], at=AT, archive="made-up"))
    kept = [c for c in title if c not in "\x00\x0b\ufffe\ud800" and c.isalnum()]
    assert [c for c in found["title"].text or "" if c.isalnum()] in (kept, [c for c in CLIP if c.isalnum()])
