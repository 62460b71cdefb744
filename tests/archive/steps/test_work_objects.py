"""When a work object is due: what it says must stay true of the clip."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.ledger.clips import AccessGiven
from archive.objects.sidecar import read_sidecar
from archive.opening.archive import Archive
from archive.steps.work_objects import build, seal_work, to_seal
from tests.support.archives import a_judgement, a_link, an_archive, folder_targets, keep, store_all, usable

CLIP = "peertube-one"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as opened:
        keep(opened, CLIP)
        store_all(opened)
        yield opened


def read(archive: Archive) -> None:
    archive.ledger.clips.mark_done(CLIP, "transcribe", json.dumps([]))


def test_a_clip_that_nobody_read_or_opened_has_no_work_object_yet(archive: Archive) -> None:
    assert to_seal(archive) == []


def test_who_opens_a_clip_is_written_down_before_it_is_transcribed(archive: Archive) -> None:
    archive.ledger.clips.give_access(CLIP, AccessGiven("public", "A. Archivist", archive.clock()), event=None)
    assert to_seal(archive) == [CLIP]
    assert seal_work(archive, CLIP, usable(archive)).sealed
    assert to_seal(archive) == []


def test_a_work_object_is_due_once_and_again_when_somebody_judges(archive: Archive) -> None:
    read(archive)
    link = a_link(CLIP)
    archive.ledger.readings.set_links(CLIP, [link], event=None)
    assert to_seal(archive) == [CLIP]
    seal_work(archive, CLIP, usable(archive))
    assert to_seal(archive) == []
    archive.ledger.readings.judge(CLIP, a_judgement(link), event=None)
    assert to_seal(archive) == [CLIP]
    assert [one.judgement for one in build(archive, CLIP).links] == ["positive"]


def test_a_source_that_is_closed_in_the_settings_closes_its_sidecars(archive: Archive) -> None:
    read(archive)
    opened = replace(archive, settings=archive.settings.model_copy(update={"access": "public"}))
    seal_work(opened, CLIP, usable(opened))
    assert to_seal(opened) == []
    assert to_seal(archive) == [CLIP]
    seal_work(archive, CLIP, usable(archive))
    head = archive.ledger.copies.head(f"work-{CLIP}")
    assert head is not None
    assert head.version == 2
    sidecar = archive.spool / f"work-{CLIP}" / "v2" / "content" / "sidecar.json"
    assert read_sidecar(sidecar.read_bytes()).access.level == "restricted"
