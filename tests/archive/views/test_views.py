"""What people are shown: frozen, of the ledger alone, and nothing is changed by looking."""

import ast
import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.acts.judging_joins import judge_join
from archive.errors import ArchiveError
from archive.linking.deciding.review_queue import Wanted
from archive.opening.archive import Archive
from archive.steps.captioning import caption_clip
from archive.steps.registering import import_register
from archive.texts.shown import Shown
from archive.views import exports, queue, register_view, transcript_view
from archive.views.clip_view import clip_view
from archive.views.entry_view import entry_view
from archive.views.status import count_targets, failed, status, yearly_costs
from tests.archive.ledger.test_one_transaction import CLIP, NAME, OTHER, VTT, correcting, judging, kept, opened
from tests.support.archives import MONDAY, a_link, an_archive, folder_targets, keep, store_all, transcript, usable
from tests.support.engines import EngineName
from tests.support.packages import HOME


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> Path:
    """Two clips with links to two entries; one of them judged and corrected; a third is listed and failed."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "victims.csv").write_text("Entry,Victim's Name\n1358,Dauren Seitqali\n7,Mahire Tohti\n", encoding="utf-8")
    with an_archive(folder / "state", folder_targets(folder)) as archive:
        for clip in (CLIP, OTHER):
            keep(archive, clip, captions={"en": VTT})
            text = "My brother Ghulamjan Ablimit was arrested."
            archive.ledger.readings.add_transcript(clip, *transcript(clip, text), event=None)
            links = [a_link(clip), a_link(clip, "7", score=0.9), a_link(clip, register="another")]
            archive.ledger.readings.set_links(clip, links, event=None)
        archive.ledger.clips.failed("peertube-gone", "fetch", kind="gone", message="it is gone", now=MONDAY)
        store_all(archive)
    with opened(folder) as place:
        judging(place)
        correcting(place)
        assert caption_clip(place.archive, CLIP, place.archive.targets).transcripts == 1
        assert import_register(place.archive, "victims", usable(place.archive), by="A. Archivist").new
        store_all(place.archive)
    return folder


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Iterator[Archive]:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path) as place:
        yield place.archive


def test_looking_changes_nothing(archive: Archive) -> None:
    before = kept(archive)
    found = queue.queue(archive, "B. Reader", Wanted())
    chosen = exports.chosen(archive, None)
    seen = [
        status(archive),
        failed(archive),
        count_targets(archive),
        yearly_costs(archive),
        clip_view(archive, CLIP),
        entry_view(archive, "1358"),
        queue.to_sheet(archive, found),
        exports.to_csv(archive, chosen),
        exports.to_jsonld(archive, chosen),
        [transcript_view.written(one, CLIP, "vtt") for one in transcript_view.transcripts_of(archive, CLIP)],
        register_view.registers_view(archive),
        register_view.changes(archive, "victims"),
        register_view.planned(archive, "victims", archive.settings.registers["victims"].file),
    ]
    assert all(seen)
    assert kept(archive) == before


def test_a_clip_is_shown_with_what_stands_over_its_transcripts(archive: Archive) -> None:
    seen = clip_view(archive, CLIP)
    assert seen.sidecar
    assert seen.sidecar.transcripts[0].name == NAME, "the corrected one first"
    assert {name: len(some) for name, some in seen.corrections.items()} == {NAME: 1}
    assert (seen.conflicts, seen.unread, seen.failures) == ((), (), ())
    assert {(copy.object, copy.target) for copy in seen.copies} == {(f"evidence-{CLIP}", name) for name in "abc"}
    gone = clip_view(archive, "peertube-gone")
    assert (gone.sidecar, gone.copies, [one.kind for one in gone.failures]) == (None, (), ["gone"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        gone.clip = "another"  # type: ignore[misc]


def test_an_entry_is_shown_with_its_links_by_register_and_how_each_stands(archive: Archive) -> None:
    seen = entry_view(archive, "1358")
    told = [(one.link.register_name, one.link.clip, one.stands, len(one.judgements)) for one in seen.links]
    assert told == [
        ("another", CLIP, None, 0),
        ("another", OTHER, None, 0),
        ("made-up", CLIP, "positive", 1),
        ("made-up", OTHER, None, 0),
    ]
    assert {ref.name for ref in seen.links[2].transcripts} >= {NAME}
    assert [one.link.clip for one in entry_view(archive, "1358", "made-up").links] == [CLIP, OTHER]
    assert entry_view(archive, "9").links == ()


def test_a_transcript_is_meant_by_its_name_or_is_the_first_that_is_no_translation(archive: Archive) -> None:
    found = transcript_view.transcripts_of(archive, CLIP)
    assert transcript_view.meant(found).ref.name == NAME
    assert transcript_view.meant(found, found[1].ref.name) is found[1]
    assert transcript_view.beside(found, found[0]) is found[1]
    with pytest.raises(transcript_view.NoSuchTranscript, match=f"there is no transcript nobody; there are: {NAME}, "):
        transcript_view.meant(found, "nobody")
    translation = Shown(found[0].ref.model_copy(update={"kind": "translation"}), found[0].body)
    with pytest.raises(transcript_view.NoSuchTranscript, match="only translations"):
        transcript_view.meant([translation])
    with pytest.raises(ArchiveError, match="nothing to compare it with"):
        transcript_view.beside([found[0], translation], found[0])
    assert json.loads(transcript_view.written(found[0], CLIP, "json"))
    with pytest.raises(ArchiveError, match="has no transcript: `thirdcopy transcribe"):
        transcript_view.transcripts_of(archive, "peertube-gone")


def test_registers_are_shown_with_their_snapshots_and_where_these_arrived(archive: Archive) -> None:
    seen = register_view.registers_view(archive)["victims"]
    assert {number: (held.snapshot.entries, held.copies) for number, held in seen.snapshots.items()} == {1: (2, 3)}
    assert register_view.changes(archive, "victims").counts == {"added": 2, "removed": 0, "changed": 0}
    file = archive.settings.registers["victims"].file
    file.write_text("Entry,Victim's Name\n1358,Dauren Seitqali\n", encoding="utf-8")
    assert register_view.planned(archive, "victims", file)[1] == {"added": 0, "removed": 1, "changed": 0}
    assert register_view.changes(archive, "victims", file=file).after == str(file)


def test_no_view_and_no_act_prints() -> None:
    for room in ("acts", "views"):
        for file in (HOME / "archive" / room).glob("*.py"):
            names = {node.id for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Name)}
            assert not names & {"print", "input"}, file


def test_an_entry_names_the_other_clips_of_one_recording(archive: Archive) -> None:
    assert {one.recording for one in entry_view(archive, "1358").links} == {()}
    judge_join(archive, (CLIP, OTHER), "same", by="B. Reader", seen=None)
    told = {one.link.clip: one.recording for one in entry_view(archive, "1358").links}
    assert told == {CLIP: (OTHER,), OTHER: (CLIP,)}
