"""What a person says is spoken in a clip: read again with a real model, sealed in the sidecar, taken back."""

import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import pytest

from archive.acts.correcting import EditedFile, correct
from archive.acts.declaring import declare
from archive.errors import UnknownLanguage
from archive.opening.archive import Archive
from archive.records.event import METADATA
from archive.steps.carrying import carry, corrected
from archive.steps.transcribing import to_transcribe, transcribe_clips
from archive.steps.work_objects import build, seal_work, to_seal
from archive.texts.in_force import declared_of
from archive.texts.shown import CARRIED, REREAD, shown
from archive.views.status import status
from tests.support.archives import Clock, an_archive, events, folder_targets, keep, store_all
from transcription.documents.formats import to_json
from transcription.documents.showing import to_vtt
from transcription.hearing.track_reading import TrackReader
from transcription.records import Transcript

CLIP = "peertube-one"
WORDS = "My neighbour was taken away in the spring, and nobody has told us where she is."


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("spoken") / "one.wav"
    run(["espeak-ng", "-v", "en-us", "-w", str(file), WORDS], check=True, timeout=60)
    return file.read_bytes()


@pytest.fixture
def archive(tmp_path: Path, spoken: bytes) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock()) as opened:
        keep(opened, CLIP, media=spoken)
        store_all(opened)
        yield opened


def read(archive: Archive, model: TrackReader) -> Transcript:
    waiting = to_transcribe(archive, model.model)
    assert waiting == [CLIP]
    assert [one.problem for one in transcribe_clips(archive, model, waiting, archive.targets)] == [None]
    assert to_transcribe(archive, model.model) == []
    (found,) = archive.ledger.readings.transcripts(CLIP)
    return Transcript.model_validate_json(found[1])


def test_a_clip_is_read_again_whenever_what_is_declared_changes(archive: Archive, whisper_model: TrackReader) -> None:
    guessed = read(archive, whisper_model)
    assert guessed.segments
    assert declare(archive, CLIP, ["uig"], by="R. Researcher", why="I speak it") == ("ug",)
    honest = read(archive, whisper_model)
    assert (honest.segments, honest.declared) == ((), ("ug",))
    assert "unsupported_language" in {gap.reason for gap in honest.gaps}
    declare(archive, CLIP, ["ug", "en"], by="A. Archivist")
    assert read(archive, whisper_model).segments
    declare(archive, CLIP, [], by="A. Archivist")
    assert read(archive, whisper_model) == guessed


def test_what_people_corrected_stays_when_the_clip_is_read_again(archive: Archive, whisper_model: TrackReader) -> None:
    read(archive, whisper_model)
    (found,) = shown(archive, CLIP)
    first = to_vtt(found.document, found.layers, found.stamp(CLIP))
    correct(archive, CLIP, EditedFile(edited(first)), by="A. Reader")
    assert "cousin" in text(archive)

    declare(archive, CLIP, ["en"], by="B. Archivist")
    read(archive, whisper_model)
    assert "cousin" in text(archive)
    assert status(archive).corrections.conflicts == 0
    told = build(archive, CLIP).corrections
    assert [(one.by, one.conflict) for one in told] == [("A. Reader", CARRIED), ("A. Reader", None)]

    declare(archive, CLIP, ["ug"], by="B. Archivist")
    (done,) = transcribe_clips(archive, whisper_model, [CLIP], archive.targets)
    assert "corrected cues came out otherwise" in str(done.problem)
    assert status(archive).corrections.conflicts == 1
    assert "cousin" not in text(archive)
    (torn,) = [one for one in build(archive, CLIP).corrections if one.conflict == REREAD]
    assert "cousin" in str(torn.changes[0].now)

    declare(archive, CLIP, ["en"], by="C. Archivist")
    read(archive, whisper_model)
    assert "cousin" in text(archive)
    assert status(archive).corrections.conflicts == 0


def test_a_kill_between_carrying_over_and_the_next_transcript_loses_nothing(
    archive: Archive, whisper_model: TrackReader
) -> None:
    made = read(archive, whisper_model)
    (found,) = shown(archive, CLIP)
    first = to_vtt(found.document, found.layers, found.stamp(CLIP))
    correct(archive, CLIP, EditedFile(edited(first)), by="A. Reader")
    body = to_json(made.model_copy(update={"declared": ("en",)}))
    assert carry(archive, CLIP, corrected(archive, CLIP), name=found.ref.name, sha512="0" * 128, body=body) == 0
    assert "cousin" in text(archive)
    assert status(archive).corrections.conflicts == 0


def edited(vtt: str) -> bytes:
    """An exported file in which a person wrote the first word of the first cue anew, whatever the model wrote there."""
    made, count = re.subn(r"(-->.*\n.+\n<lang \w+>)[^\s<]+", r"\1cousin", vtt, count=1)
    assert count == 1
    return made.encode()


def text(archive: Archive) -> str:
    return " ".join(line.told.text for line in shown(archive, CLIP)[0].lines())


def test_a_declaration_is_an_event_and_in_the_next_work_object(archive: Archive) -> None:
    assert to_seal(archive) == []
    declare(archive, CLIP, ["ug"], by="R. Researcher", why="I speak it")
    assert to_seal(archive) == [CLIP]
    seal_work(archive, CLIP, archive.targets)
    assert to_seal(archive) == []
    declare(archive, CLIP, ["ug"], by="A. Archivist")
    assert to_seal(archive) == [], "nothing new was said"
    declare(archive, CLIP, [], by="A. Archivist")
    (first, second) = build(archive, CLIP).declarations
    assert (first.languages, first.by, first.why) == (("ug",), "R. Researcher", "I speak it")
    assert (second.languages, second.by, declared_of(archive, CLIP)) == ((), "A. Archivist", ())
    told = [(e.agent, e.detail) for e in events(archive, f"work-{CLIP}") if e.type == METADATA]
    assert told == [
        ("R. Researcher", "languages declared: ug"),
        ("A. Archivist", "declared languages taken back"),
    ]


@pytest.mark.parametrize(
    ("given", "said"), [("de", "add it to transcription.languages"), ("Uyghur!", "no code of a language")]
)
def test_what_is_no_language_of_the_archive_is_refused(archive: Archive, given: str, said: str) -> None:
    with pytest.raises(UnknownLanguage, match=said):
        declare(archive, CLIP, ["ug", given], by="R. Researcher")
    assert archive.ledger.readings.declarations(CLIP) == []


def test_a_dry_run_declares_nothing(archive: Archive) -> None:
    assert declare(archive, CLIP, [], by="R. Researcher", dry_run=True) == ()
    declare(archive, CLIP, ["ug"], by="R. Researcher", dry_run=True)
    assert archive.ledger.readings.declarations(CLIP) == []
