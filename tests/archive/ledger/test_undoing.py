"""Which change makes which step due again: the whole table, by what the ledger's own methods do."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from archive.ledger.clips import AccessGiven
from archive.ledger.sightings import Seen
from archive.ledger.undoing import DUE_AGAIN, Cause, Step
from archive.opening.archive import Archive
from archive.records.join import JoinJudgement
from archive.records.transcript import Correction, Declaration
from tests.support.archives import MONDAY, a_judgement, a_link, an_archive, folder_targets, keep, transcript
from transcription.documents.corrections import Change, Told

CLIP, OTHER = "peertube-1", "peertube-2"
STEPS: tuple[Step, ...] = get_args(Step)


def correction(*, conflict: str | None = None) -> Correction:
    ref, _ = transcript(CLIP)
    removed = Change(was=Told(start=0.0, end=12.25, language="en", text="Please remember her name."), now=None)
    return Correction(
        transcript=ref.name, sha512=ref.sha512, by="R. Reader", at=MONDAY, changes=(removed,), conflict=conflict
    )


CHANGES: dict[Cause, Callable[[Archive], object]] = {
    "access": lambda archive: archive.ledger.clips.give_access(
        CLIP, AccessGiven("public", "A. Archivist", MONDAY), event=None
    ),
    "capture": lambda archive: keep(archive, CLIP, 2),
    "correction": lambda archive: archive.ledger.readings.correct(CLIP, [correction()], events=()),
    "correction in conflict": lambda archive: archive.ledger.readings.correct(
        CLIP, [correction(conflict="overtaken")], events=()
    ),
    "declaration": lambda archive: archive.ledger.readings.declare(
        CLIP, Declaration(languages=("ug",), by="R. Reader", at=MONDAY), event=None
    ),
    "join": lambda archive: archive.ledger.joins.judge(
        JoinJudgement(one=CLIP, other="youtube-1", verdict="same", by="R. Reader", at=MONDAY), events=()
    ),
    "judgement": lambda archive: archive.ledger.readings.judge(CLIP, a_judgement(a_link(CLIP)), event=None),
    "links": lambda archive: archive.ledger.readings.set_links(CLIP, [a_link(CLIP)], event=None),
    "looked at": lambda archive: archive.ledger.clips.mark_done(CLIP, "transcribe", "[]", "looked at"),
    "meanwhile": lambda archive: archive.ledger.clips.undo(CLIP, "meanwhile"),
    "reading": lambda archive: archive.ledger.clips.mark_done(CLIP, "transcribe", "[]", "reading"),
    "sighting": lambda archive: archive.ledger.sightings.add(
        "voices", [Seen(CLIP, "gone", "HTTP Error 404")], network="home", tool="yt-dlp", now=MONDAY
    ),
    "transcript": lambda archive: archive.ledger.readings.add_transcript(CLIP, *transcript(CLIP), event=None),
}


def test_the_table_has_every_change_and_no_step_that_leaves_no_marks() -> None:
    assert set(DUE_AGAIN) == set(get_args(Cause)) == set(CHANGES)
    assert set().union(*DUE_AGAIN.values()) <= set(STEPS)


@pytest.mark.parametrize("cause", CHANGES)
def test_a_change_makes_due_again_what_the_table_says_and_nothing_else(tmp_path: Path, cause: Cause) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        for clip in (CLIP, OTHER):
            keep(archive, clip)
            for step in STEPS:
                archive.ledger.clips.mark_done(clip, step, "[]")
        CHANGES[cause](archive)
        done = {step for step in STEPS if archive.ledger.clips.done(CLIP, step) is not None}
        assert done == set(STEPS) - DUE_AGAIN[cause]
        assert all(archive.ledger.clips.done(OTHER, step) for step in STEPS), "of another clip nothing is due"


@pytest.mark.parametrize("cause", ["declaration", "judgement", "correction"])
def test_what_is_said_once_more_makes_nothing_due(tmp_path: Path, cause: Cause) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        keep(archive, CLIP)
        CHANGES[cause](archive)
        archive.ledger.clips.mark_done(CLIP, "work", "[]")
        CHANGES[cause](archive)
        assert archive.ledger.clips.done(CLIP, "work")
