"""One cue corrected where it is read: as a person saw it, kept as a layer, or as a conflict."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.acts.correcting import SINCE, Corrected, SeenCue, correct_cue
from archive.errors import ChangedMeanwhile, WrongFile
from archive.opening.archive import Archive
from archive.records.event import METADATA
from archive.texts.shown import Shown, shown
from tests.support.archives import Clock, an_archive, events, folder_targets, keep, store_all, transcript
from transcription.errors import DocumentError

CLIP = "peertube-one"
NAME = "whisper-base-t1"
NEW, OTHER = "Please remember his name.", "Please forget her name."


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock()) as opened:
        keep(opened, CLIP)
        store_all(opened)
        opened.ledger.readings.add_transcript(CLIP, *transcript(CLIP), event=None)
        yield opened


def one(archive: Archive) -> Shown:
    return next(found for found in shown(archive, CLIP) if found.ref.name == NAME)


def said(archive: Archive) -> int:
    """The place of the first cue with words."""
    return next(number for number, line in enumerate(one(archive).lines()) if line.told.language)


def put(
    archive: Archive, text: str, *, by: str = "A. Reader", language: str = "en", before: int | None = None
) -> Corrected:
    found = one(archive)
    seen = SeenCue(NAME, found.ref.sha512, len(found.corrections) if before is None else before, said(archive))
    return correct_cue(archive, CLIP, seen, text=text, language=language, by=by)


def test_only_the_cue_that_was_written_changes_and_an_event_says_so(archive: Archive) -> None:
    before = one(archive).lines()
    done = put(archive, NEW)
    after = one(archive).lines()
    assert [(change.was and change.was.text, change.now and change.now.text) for change in done.applied] == [
        (before[said(archive)].told.text, NEW)
    ]
    assert [line.told.text for line in after] == [NEW if old.told.language else old.told.text for old in before]
    assert [line.told.span for line in after] == [line.told.span for line in before]
    assert after[said(archive)].layer is not None
    last = events(archive, f"work-{CLIP}")[-1]
    assert (last.type, last.agent) == (METADATA, "A. Reader")


def test_the_language_alone_may_be_corrected(archive: Archive) -> None:
    text = one(archive).lines()[said(archive)].told.text
    put(archive, text, language="kk")
    told = one(archive).lines()[said(archive)].told
    assert (told.text, told.language) == (text, "kk")


def test_an_emptied_cue_is_taken_out(archive: Archive) -> None:
    number = len(one(archive).lines())
    assert [change.kind for change in put(archive, " ").applied] == ["removed"]
    assert len(one(archive).lines()) == number - 1


@pytest.mark.parametrize(
    "text", ["[she] was taken", "[kk] is no label here", "a < b --> c & d", "one\n\ntwo", "NOTE x"]
)
def test_words_stay_words_whatever_they_look_like(archive: Archive, text: str) -> None:
    put(archive, text)
    assert one(archive).lines()[said(archive)].told.text == " ".join(text.split())


@pytest.mark.parametrize(
    "language", ["", "left", "kk] [en", "kk\n\nNOTE x", "kk\0", "kk, corrected", "k", "x" * 5000, "қаз"]
)
def test_no_language_becomes_words(archive: Archive, language: str) -> None:
    with pytest.raises(DocumentError):
        put(archive, NEW, language=language)
    assert archive.ledger.readings.corrections(CLIP) == []


def test_two_who_saw_the_same_never_overwrite_each_other(archive: Archive) -> None:
    put(archive, NEW)
    second = put(archive, OTHER, by="B. Reader", before=0)
    assert second.applied == ()
    assert second.why == SINCE
    assert one(archive).lines()[said(archive)].told.text == NEW
    kept = archive.ledger.readings.corrections(CLIP)
    assert [change.now.text for change in kept[-1].changes if change.now] == [OTHER]


def test_the_same_words_again_add_nothing(archive: Archive) -> None:
    put(archive, NEW)
    assert put(archive, NEW).new == 0
    assert len(archive.ledger.readings.corrections(CLIP)) == 1


def test_a_transcript_that_was_made_anew_is_to_be_looked_at_again(archive: Archive) -> None:
    found = one(archive)
    for seen in (SeenCue(NAME, "0" * 128, 0, 0), SeenCue(NAME, found.ref.sha512, 3, 0)):
        with pytest.raises(ChangedMeanwhile, match="look again"):
            correct_cue(archive, CLIP, seen, text=NEW, language="en", by="A. Reader")
    for name, number in (("nobody", 0), (NAME, 99)):
        with pytest.raises(WrongFile):
            correct_cue(archive, CLIP, SeenCue(name, found.ref.sha512, 0, number), text=NEW, language="en", by="A")
    with pytest.raises(DocumentError):
        put(archive, NEW, language="qq")
    assert archive.ledger.readings.corrections(CLIP) == []
