"""Entries that cite a lost video, and the file that a disk says it was. Made-up people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.linking.known_people import NOBODY
from archive.linking.material import DisksWord, Material
from archive.linking.proposals import propose
from archive.linking.registers.register import Register
from archive.opening.archive import Archive
from archive.records.clip import Listing, StatedAddress
from archive.records.link import Link
from archive.steps.linking import link_clip, prepare_registers
from archive.steps.work_objects import build
from archive.views.clip_view import clip_view
from tests.archive.linking import people
from tests.support.archives import MONDAY, an_archive, folder_targets, keep, store_all

LOST = "youtube-abcdefghijk"
WATCH = "https://www.youtube.com/watch?v=abcdefghijk"
FILE = people.CLIP
WORD = DisksWord(url=WATCH, clip=LOST, sources=("her-disk",))
SAID = StatedAddress(extractor="youtube", platform_id="abcdefghijk", url=WATCH, basis="info.json", certain=True)
REGISTERS = {"victims": Register(name="victims", sha256="0" * 64, entries=people.ENTRIES)}


def links(*words: DisksWord, **fields: object) -> dict[str, Link]:
    return {link.entry: link for link in propose(Material(clip=FILE, stated=words, **fields), people.index())}  # type: ignore[arg-type]


def test_on_one_disk_s_word_an_entry_that_cites_the_address_is_tier_b_and_marked_so() -> None:
    (link,) = links(WORD).values()
    assert (link.entry, link.method, link.tier, link.role) == ("123", "cited", "B", "subject")
    assert (link.where, link.quote) == ("stated", WATCH)
    (part,) = link.evidence
    assert part.found.startswith("on the disk's word: her-disk says")


def test_a_second_source_that_says_so_of_the_same_bytes_is_a_second_witness() -> None:
    (link,) = links(DisksWord(WATCH, LOST, ("her-disk", "his-disk"))).values()
    assert (link.tier, link.where) == ("A", "stated")
    assert "her-disk and his-disk say" in link.evidence[0].found


def test_a_clip_s_own_address_needs_no_disk() -> None:
    (link,) = links(WORD, urls=(WATCH,)).values()
    assert (link.tier, link.where, link.further) == ("A", "url", ())


def test_a_disk_s_word_alone_makes_no_other_words_of_the_clip_sure() -> None:
    title = "Aqbota Seitqali"
    with_word, without = links(WORD, title=title)["123"], links(title=title)["123"]
    assert without.tier == "B"
    assert with_word.tier == "B"
    assert not any(part.part == "linked elsewhere" for part in with_word.evidence)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as made:
        yield made


def disk(archive: Archive, said: StatedAddress, source: str = "her-disk", take: int = 1) -> None:
    """A file from a disk as a capture of its own, whose bytes are the same whatever the source."""
    file = {"stated": said, "url": "file:///films/a.mp4", "extractor": "file", "platform_id": FILE.partition("-")[2]}
    description = f"from {source}, {take}"
    keep(archive, FILE, media=b"the same bytes" * 200, source=source, description=description, said=file)


def linked(archive: Archive) -> list[tuple[str, str, str]]:
    link_clip(archive, prepare_registers(REGISTERS, NOBODY), FILE)
    return [(one.entry, one.tier, one.where) for one in archive.ledger.readings.links(FILE)]


def test_the_link_step_reads_what_disks_state_for_certain(archive: Archive) -> None:
    disk(archive, SAID)
    assert linked(archive) == [("123", "B", "stated")]
    disk(archive, SAID, "his-disk")
    assert archive.ledger.clips.done(FILE, "link") is None, "another capture makes the step due again"
    assert linked(archive) == [("123", "A", "stated")]
    annotations: Any = build(archive, FILE).annotations
    (target,) = annotations["first"]["items"][0]["target"]
    assert (target["scope"], target["source"]["type"]) == (WATCH, "Video")


def test_what_is_only_likely_makes_no_link(archive: Archive) -> None:
    disk(archive, SAID.model_copy(update={"certain": False}))
    assert linked(archive) == []


def test_the_same_source_twice_is_one_witness(archive: Archive) -> None:
    disk(archive, SAID)
    disk(archive, SAID, take=2)
    assert linked(archive) == [("123", "B", "stated")]


def test_show_of_either_names_the_other(archive: Archive) -> None:
    listing = Listing(source="voices", extractor="youtube", platform_id="abcdefghijk", url=WATCH)
    archive.ledger.clips.seen([listing], MONDAY)
    archive.ledger.clips.failed(LOST, "fetch", kind="gone", message="it is gone", now=MONDAY)
    disk(archive, SAID)
    store_all(archive)
    for clip in (LOST, FILE):
        (one,) = clip_view(archive, clip).said_to_be
        assert (one.file, one.lost, one.source, one.held, one.failure) == (FILE, LOST, "her-disk", False, "gone")
