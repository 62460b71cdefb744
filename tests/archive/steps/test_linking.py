"""The linking step: what is linked, and what makes it be linked again. Made-up people."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import KnownPeopleError
from archive.linking.known_people import NOBODY
from archive.linking.registers.register import Register
from archive.linking.rules import rules
from archive.opening.archive import Archive
from archive.records.link import Link
from archive.settings.stanzas import LinkingSettings
from archive.steps.captioning import caption_clip
from archive.steps.linking import link_clip, load_known, prepare_registers, to_link
from archive.steps.work_objects import build, seal_work, to_seal
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


FORMER = {(): "thirdcopy-linking/3+eae63aec696d", ("Aqbota Seitqali",): "thirdcopy-linking/3+40199a37ee92"}
"""Names that the build before gave these rules, by the known people."""


def as_formerly(archive: Archive, former: str) -> list[Link]:
    """The links of the clip as a ledger has them that was written when the rules had another name; all is sealed."""
    links = [one.model_copy(update={"rules": former}) for one in archive.ledger.readings.links(CLIP)]
    archive.ledger.readings.set_links(CLIP, links, event=None)
    linkings = [{**one, "rules": former} for one in json.loads(archive.ledger.clips.done(CLIP, "link") or "")]
    archive.ledger.clips.mark_done(CLIP, "link", json.dumps(linkings))
    assert seal_work(archive, CLIP, archive.targets).sealed
    return links


@pytest.mark.parametrize("known", FORMER)
def test_rules_under_another_name_link_and_seal_nothing_again(archive: Archive, known: tuple[str, ...]) -> None:
    ours = knowing(archive, LinkingSettings(known=known))
    link(ours)
    links = as_formerly(ours, FORMER[known])
    assert to_link(ours, REGISTERS) == to_seal(ours) == []
    assert {one.rules for one in build(ours, CLIP).linkings} == {FORMER[known]}
    for people in (("Perhat Yolwas",), (*known, "Ghulamjan Ablimit")):
        assert to_link(knowing(archive, LinkingSettings(known=people)), REGISTERS) == [CLIP]
    changed = {**REGISTERS, "victims": Register(name="victims", sha256="1" * 64, entries=ENTRIES)}
    assert to_link(ours, changed) == [CLIP]
    link(ours)
    assert ours.ledger.readings.links(CLIP) == links
    assert not [one for _, one in ours.ledger.events.waiting(100) if "links proposed" in (one.detail or "")][1:]


def test_rules_that_are_none_of_theirs_link_again(archive: Archive) -> None:
    link(archive)
    as_formerly(archive, "thirdcopy-linking/2+0123456789ab")
    assert to_link(archive, REGISTERS) == [CLIP]
    link(archive)
    assert {one.rules for one in archive.ledger.readings.links(CLIP)} == {rules(NOBODY)}


def test_a_list_that_is_not_there_is_named(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(KnownPeopleError, match=r"none\.txt"):
        to_link(knowing(archive, LinkingSettings(known_file=tmp_path / "none.txt")), REGISTERS)
