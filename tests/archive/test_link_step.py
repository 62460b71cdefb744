"""The linking step: what is linked, and what makes it be linked again. Made-up people."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import KnownPeopleError
from archive.linking.registers.register import Register
from archive.opened import Archive
from archive.stanzas import LinkingSettings
from archive.steps.captioning import caption_clip
from archive.steps.linking import link_clip, load_known, prepare_registers, to_link
from tests.archive.linking.people import ENTRIES
from tests.support.archives import an_archive, folder_targets, keep, store_all

CLIP = "peertube-one"
VTT = "WEBVTT\n\n00:00.000 --> 00:12.000\nMy brother Ghulamjan Ablimit was arrested.\n"
REGISTERS = {"victims": Register(name="victims", sha256="0" * 64, entries=ENTRIES)}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as made:
        keep(made, CLIP, captions={"en": VTT})
        store_all(made)
        caption_clip(made, CLIP, made.targets)
        yield made


def knowing(archive: Archive, linking: LinkingSettings) -> Archive:
    return replace(archive, settings=archive.settings.model_copy(update={"linking": linking}))


def link(archive: Archive) -> tuple[str, str]:
    link_clip(archive, prepare_registers(REGISTERS, load_known(archive.settings)), CLIP)
    (found,) = archive.ledger.readings.links(CLIP)
    assert found.evidence
    return found.tier, found.role


def test_a_clip_is_linked_once(archive: Archive) -> None:
    assert to_link(archive, REGISTERS) == [CLIP]
    assert link(archive) == ("B", "subject")
    assert to_link(archive, REGISTERS) == []


def test_a_person_who_became_known_has_clips_linked_again(archive: Archive, tmp_path: Path) -> None:
    link(archive)
    (tmp_path / "known.txt").write_text("Ghulamjan Ablimit\n")
    for linking in (LinkingSettings(known=("Ghulamjan Ablimit",)), LinkingSettings(known_file=tmp_path / "known.txt")):
        other = knowing(archive, linking)
        assert load_known(other.settings).names == ("Ghulamjan Ablimit",)
    assert to_link(other, REGISTERS) == [CLIP]
    assert link(other) == ("C", "other")
    assert to_link(other, REGISTERS) == []
    assert to_link(archive, REGISTERS) == [CLIP]


def test_a_list_that_is_not_there_is_named(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(KnownPeopleError, match=r"none\.txt"):
        to_link(knowing(archive, LinkingSettings(known_file=tmp_path / "none.txt")), REGISTERS)
