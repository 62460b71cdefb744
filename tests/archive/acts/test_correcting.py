"""Corrections in a real ledger: from an export to a layer, a conflict, a work object, a link and a rebuilt ledger."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.acts.accepting import accept, waiting_of
from archive.acts.correcting import ALTERED, SINCE, UNKNOWN, Corrected, EditedFile, correct
from archive.errors import WrongFile
from archive.objects import ocfl
from archive.objects.sidecar import read_sidecar, to_bytes
from archive.opening.archive import Archive
from archive.preservation.rebuilding import rebuild
from archive.records.event import METADATA, PACKAGE
from archive.steps.linking import material_of
from archive.steps.work_objects import build, seal_work, to_seal
from archive.texts.shown import Shown, shown
from archive.views.status import status
from tests.support.archives import MONDAY, Clock, an_archive, events, folder_targets, keep, store_all, transcript
from transcription.documents.showing import to_srt, to_vtt
from transcription.errors import DocumentError

CLIP = "peertube-one"
NAME = "whisper-base-t1"
TEXT, NEW, OTHER = "Please remember her name.", "Please remember his name.", "Please forget her name."
ONCE = pytest.mark.parametrize("write", [to_vtt, to_srt])


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=Clock()) as opened:
        keep(opened, CLIP)
        store_all(opened)
        opened.ledger.readings.add_transcript(CLIP, *transcript(CLIP), event=None)
        yield opened


def one(archive: Archive) -> Shown:
    return next(found for found in shown(archive, CLIP) if found.ref.name == NAME)


def exported(archive: Archive) -> str:
    found = one(archive)
    return to_vtt(found.document, found.layers, found.stamp(CLIP))


def put(
    archive: Archive,
    text: str,
    by: str = "A. Reader",
    *,
    transcript: str | None = None,
    shortened: bool = False,
    **options: object,
) -> Corrected:
    file = EditedFile(text.encode(), transcript, shortened)
    return correct(archive, CLIP, file, by=by, **options)  # type: ignore[arg-type]


def texts(archive: Archive) -> list[str]:
    return [line.told.text for line in one(archive).lines()]


def test_a_correction_is_a_layer_an_event_and_in_the_next_work_object(archive: Archive) -> None:
    seal_work(archive, CLIP, archive.targets)
    assert to_seal(archive) == []
    done = put(archive, exported(archive).replace(TEXT, NEW), why="I know her brother")
    assert ([change.kind for change in done.applied], done.conflicts, done.new) == (["changed"], (), 1)
    assert texts(archive) == [NEW]
    assert TEXT in one(archive).body, "the transcript itself stays as it was made"
    (kept,) = archive.ledger.readings.corrections(CLIP)
    assert (kept.transcript, kept.by, kept.at, kept.why, kept.conflict) == (
        NAME, "A. Reader", MONDAY, "I know her brother", None,
    )  # fmt: skip
    assert kept.sha512 == one(archive).ref.sha512
    last = events(archive, f"work-{CLIP}")[-1]
    assert (last.type, last.agent, last.detail) == (METADATA, "A. Reader", f"1 cues of {NAME} corrected")
    assert to_seal(archive) == [CLIP]
    seal_work(archive, CLIP, archive.targets)
    content = archive.spool / f"work-{CLIP}" / "v2" / "content"
    assert read_sidecar((content / "sidecar.json").read_bytes()).corrections == (kept,)
    assert NEW in (content / "transcripts" / f"{NAME}.corrected.vtt").read_text()
    assert events(archive, f"work-{CLIP}")[-1].type == PACKAGE
    assert material_of(archive, CLIP).transcripts[0][1][0].text == NEW


@pytest.mark.parametrize("noted", [True, False])
def test_an_export_on_the_clock_of_players_changes_no_seconds(archive: Archive, noted: bool) -> None:
    ref, body = transcript(CLIP)
    late = json.loads(body) | {"start": 100.0}
    body = json.dumps(late)
    archive.ledger.readings.add_transcript(
        CLIP, ref.model_copy(update={"sha512": ocfl.digest_of(body.encode())}), body, event=None
    )
    text = exported(archive)
    assert "clock=player; starts_at=100.0" in text
    assert "\n00:01:40.000 --> 00:01:52.250\n" in text
    if not noted:
        text = re.sub("NOTE thirdcopy.*\n\n", "", text)
    (change,) = put(archive, text.replace(TEXT, NEW), transcript=None if noted else NAME).applied
    assert change.was is not None
    assert change.now is not None
    assert change.was.span == change.now.span == (0, 12.25)


def test_a_correction_makes_linking_look_again_and_a_conflict_does_not(archive: Archive) -> None:
    before = exported(archive)
    archive.ledger.clips.mark_done(CLIP, "link", "[]")
    put(archive, before.replace(TEXT, NEW))
    assert archive.ledger.clips.done(CLIP, "link") is None
    archive.ledger.clips.mark_done(CLIP, "link", "[]")
    assert put(archive, before.replace(TEXT, OTHER), "B. Reader").conflicts
    assert archive.ledger.clips.done(CLIP, "link") == "[]"


@ONCE
def test_the_same_file_twice_adds_nothing(archive: Archive, write: type[to_vtt]) -> None:  # type: ignore[valid-type]
    found = one(archive)
    text = write(found.document, found.layers, found.stamp(CLIP)).replace(TEXT, NEW)  # type: ignore[misc]
    assert put(archive, text).new == 1
    for by in ("A. Reader", "B. Reader"):
        again = put(archive, text, by)
        assert (again.new, again.applied, again.conflicts) == (0, (), ())
    assert len(archive.ledger.readings.corrections(CLIP)) == 1
    assert put(archive, exported(archive)).new == 0


def test_a_dry_run_keeps_nothing(archive: Archive) -> None:
    assert put(archive, exported(archive).replace(TEXT, NEW), dry_run=True).new == 1
    assert archive.ledger.readings.corrections(CLIP) == []
    assert texts(archive) == [TEXT]


def test_who_comes_second_with_other_words_makes_a_conflict_that_stays(archive: Archive) -> None:
    first = exported(archive)
    put(archive, first.replace(TEXT, NEW))
    done = put(archive, first.replace(TEXT, OTHER), "B. Reader")
    assert ([change.now and change.now.text for change in done.conflicts], done.why, done.new) == ([OTHER], SINCE, 1)
    assert texts(archive) == [NEW]
    again = put(archive, first.replace(TEXT, OTHER), "B. Reader")
    assert (len(again.conflicts), again.new) == (1, 0)
    counts = status(archive).corrections
    assert (counts.corrections, counts.conflicts) == (2, 1)
    assert [correction.conflict for correction in build(archive, CLIP).corrections] == [None, SINCE]
    last = events(archive, f"work-{CLIP}")[-1]
    assert (last.outcome, last.agent) == ("warning", "B. Reader")
    settled = put(archive, exported(archive).replace(NEW, OTHER), "C. Reader")
    assert (settled.new, settled.conflicts, texts(archive)) == (1, (), [OTHER])
    counts = status(archive).corrections
    assert (counts.corrections, counts.conflicts) == (3, 0), "what somebody settled is kept and not counted any more"
    assert [correction.conflict for correction in build(archive, CLIP).corrections] == [None, SINCE, None]


def test_who_goes_on_with_the_file_of_the_day_before_is_no_conflict_with_the_own_words(archive: Archive) -> None:
    first = exported(archive)
    put(archive, first.replace(TEXT, NEW))
    done = put(archive, first.replace(TEXT, OTHER))
    assert (len(done.applied), done.conflicts, texts(archive)) == (1, (), [OTHER])
    assert len(one(archive).corrections) == 2
    assert put(archive, first.replace(TEXT, OTHER)).new == 0


def test_who_exported_the_corrected_text_can_change_it_back(archive: Archive) -> None:
    put(archive, exported(archive).replace(TEXT, NEW))
    put(archive, exported(archive).replace(NEW, TEXT), "B. Reader")
    put(archive, exported(archive).replace(TEXT, NEW), "C. Reader")
    assert texts(archive) == [NEW]
    assert len(one(archive).corrections) == 3


def test_another_transcript_of_that_name_takes_no_correction_of_the_old_one(archive: Archive) -> None:
    first = exported(archive)
    put(archive, first.replace(TEXT, NEW))
    archive.ledger.readings.add_transcript(CLIP, *transcript(CLIP, "Another reading."), event=None)
    assert texts(archive) == ["Another reading."]
    assert status(archive).corrections.conflicts == 1
    (told,) = build(archive, CLIP).corrections
    assert told.conflict == "the transcript of this name is another one than the one that was corrected"
    done = put(archive, first.replace(TEXT, OTHER))
    assert (done.why, [change.now and change.now.text for change in done.conflicts]) == (ALTERED, [OTHER])
    assert put(archive, first.replace(TEXT, OTHER)).new == 0
    assert texts(archive) == ["Another reading."]


def test_a_file_with_corrections_that_were_lost_is_a_conflict(archive: Archive) -> None:
    done = put(archive, exported(archive).replace("with 0 corrections", "with 7 corrections").replace(TEXT, NEW))
    assert (done.why, texts(archive)) == (UNKNOWN, [TEXT])


def test_a_file_that_does_not_say_what_it_is_of_wants_a_name(archive: Archive) -> None:
    put(archive, exported(archive).replace(TEXT, NEW))
    head, _, rest = exported(archive).partition("NOTE thirdcopy")
    bare = head + rest.partition("\n\n")[2]
    with pytest.raises(WrongFile, match="--transcript") as refused:
        put(archive, bare)
    assert refused.value.exit_code == 2
    assert put(archive, bare, transcript=NAME).new == 0, "it is nearest to the transcript as it stands"
    assert put(archive, bare.replace("his name.", "his name!"), transcript=NAME).new == 1


@pytest.mark.parametrize(
    ("change", "transcript_", "said"),
    [
        ((f"of {CLIP}", "of peertube-two"), None, "it is of peertube-two, not of peertube-one"),
        ((f"transcript {NAME}", "transcript other-t1"), None, f"has no transcript other-t1; there are: {NAME}"),
        ((TEXT, NEW), "other-t1", f"it is of the transcript {NAME}, not of other-t1"),
    ],
)
def test_a_file_of_something_else_is_refused(
    archive: Archive, change: tuple[str, str], transcript_: str | None, said: str
) -> None:
    with pytest.raises(WrongFile, match=said):
        put(archive, exported(archive).replace(*change), transcript=transcript_)
    assert archive.ledger.readings.corrections(CLIP) == []


def test_a_broken_file_keeps_nothing(archive: Archive) -> None:
    with pytest.raises(DocumentError, match="line 9: a text without times"):
        put(archive, exported(archive).replace("[en]", f"\n{NEW}"))
    assert archive.ledger.readings.corrections(CLIP) == []


def test_a_cue_after_the_end_of_the_clip_is_refused(archive: Archive) -> None:
    text = exported(archive) + "\n00:59:00.000 --> 00:59:02.000\n[en]\nAnd one more thing.\n"
    with pytest.raises(DocumentError, match=r"^line \d+: a cue at 00:59:00.000, where the clip ends at 00:00:\d\d"):
        put(archive, text)
    assert archive.ledger.readings.corrections(CLIP) == []


def test_of_two_at_one_time_the_second_sees_the_first(archive: Archive) -> None:
    readings = archive.ledger.readings
    put(archive, exported(archive).replace(TEXT, NEW))
    (kept,) = readings.corrections(CLIP)
    other = kept.model_copy(update={"by": "B. Reader"})
    assert not readings.correct(CLIP, [other], known=0, events=())
    assert readings.corrections(CLIP) == [kept]
    assert readings.correct(CLIP, [kept, other], known=1, events=())
    assert readings.corrections(CLIP) == [kept, other]


def test_corrections_and_conflicts_come_back_from_a_target(archive: Archive, tmp_path: Path) -> None:
    first = exported(archive)
    put(archive, first.replace(TEXT, NEW))
    put(archive, first.replace(TEXT, OTHER), "B. Reader")
    archive.ledger.clips.mark_done(CLIP, "transcribe", "[]")
    seal_work(archive, CLIP, archive.targets)
    store_all(archive)
    with an_archive(tmp_path / "again", archive.targets, clock=Clock()) as again:
        assert rebuild(again, {"b": archive.targets["b"]}).problems == []
        assert accept(again, archive.targets, waiting_of(again, None), "A. Keeper").problems == []
        assert again.ledger.readings.corrections(CLIP) == archive.ledger.readings.corrections(CLIP)
        assert to_bytes(build(again, CLIP)) == to_bytes(build(archive, CLIP))
        assert texts(again) == [NEW]
        assert not seal_work(again, CLIP, archive.targets).sealed
        assert put(again, first.replace(TEXT, OTHER), "B. Reader").new == 0
        digest = ocfl.digest_of(one(again).body.encode())
        assert digest == one(again).ref.sha512
