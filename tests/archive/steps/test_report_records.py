"""Reports at targets: what is counted of a real archive, what is kept of a report where, and what becomes of it."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from archive.errors import ForeignWords
from archive.ledger.clips import AccessGiven
from archive.ledger.copies import Copy, CopyState
from archive.linking.lists.list_columns import Asked
from archive.linking.lists.list_reading import read_list
from archive.objects import held_versions, ocfl
from archive.objects.reading_back import read_documents
from archive.objects.sidecar import root_documents
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.rebuilding import rebuild
from archive.preservation.repairing import repair
from archive.preservation.usable_targets import ready
from archive.records.clip import Listing
from archive.records.event import CREATION
from archive.records.report import Counts, Report
from archive.records.sighting import Sighting
from archive.settings.source_stanzas import YtdlpSettings
from archive.settings.stanzas import RegisterSettings
from archive.steps.expecting import import_list
from archive.steps.registering import import_register
from archive.steps.report_records import (
    NoSuchReport,
    keep_report,
    lines_are_here,
    lines_of,
    newest_by,
    read_missing,
    read_rows,
    reports,
)
from archive.steps.storing import owed, safe, tidy
from archive.views.report_changes import Changes
from archive.views.report_view import changes_since, drawn_up, public_title
from archive.views.status import status
from tests.support.archives import (
    MONDAY,
    Clock,
    a_judgement,
    a_link,
    an_archive,
    events,
    finished,
    folder_targets,
    keep,
    media_of,
    store_all,
    transcript,
    usable,
    with_work,
)

WATCH = "https://www.youtube.com/watch?v="


def listed(archive: Archive, clip: str, source: str = "voices", day: str | None = None) -> None:
    name = clip.partition("-")[2]
    url = f"https://tube.example.org/w/{clip}"
    listing = Listing(source=source, extractor="PeerTube", platform_id=name, url=url, title=f"{clip}?", uploaded=day)
    archive.ledger.clips.seen([listing], archive.clock())


def heard(archive: Archive, clip: str) -> None:
    """That the film of a clip was transcribed."""
    archive.ledger.readings.add_transcript(clip, *transcript(clip), event=None)
    body = json.dumps([{"media_sha256": sha256(media_of(clip)).hexdigest()}])
    archive.ledger.clips.mark_done(clip, "transcribe", body)


def drawn(archive: Archive) -> tuple[Report, dict[tuple[str, str], Counts], dict[str, str]]:
    """A report, its counts by source and month, and what lacks what."""
    with drawn_up(archive) as found:
        rows, missing = read_rows(found.rows), list(read_missing(found.missing))
    lacks = {one.name: one.lacks for one in missing}
    assert len(lacks) == len(missing) == found.report.missing == found.report.totals.missing
    assert Counts.together(row.counts for row in rows) == found.report.totals
    return found.report, {(row.source, row.month): row.counts for row in rows}, dict(lacks)


def kept(archive: Archive) -> bool:
    """Draw a report up and keep it, at every target."""
    with drawn_up(archive) as found:
        new = keep_report(archive, found.kept, usable(archive))
    store_all(archive)
    return new


def since(archive: Archive, before: Report) -> Changes:
    with drawn_up(archive) as found:
        return changes_since(archive, found, before, archive.targets)


def at_target(folder: Path, report: str, name: str) -> bytes:
    return (folder / "ocfl" / ocfl.object_path(report) / "v1" / "content" / name).read_bytes()


def test_each_clip_and_each_video_of_a_list_is_counted_once(tmp_path: Path) -> None:
    lost, cited = f"{WATCH}AAAAAAAAAAA", f"{WATCH}bbbbbbbbbb0"
    file, register = tmp_path / "list.csv", tmp_path / "victims.csv"
    file.write_text(f"Link,Date\n{lost},2019-03-02\nhttps://tube.example.org/w/peertube-1,\n{lost}&t=3,\n")
    register.write_text(f"Entry,Victim's Name,About the Testifier\n7,Perhat Yolwas,see {lost} and {cited}\n")
    registers = {"victims": RegisterSettings(file=register)}
    with an_archive(tmp_path / "state", folder_targets(tmp_path), minimum=2, registers=registers) as archive:
        listed(archive, "peertube-1", "other")
        listed(archive, "peertube-1")
        keep(archive, "peertube-1", said={"uploaded": "20190302"})
        keep(archive, "peertube-1", 2, said={"uploaded": "20190402"})  # a date that was changed
        keep(archive, "peertube-2", source="disk")
        listed(archive, "peertube-2", "disk")
        listed(archive, "peertube-3", day="20260101")
        listed(archive, "peertube-4", "other")
        listed(archive, "peertube-4")
        archive.ledger.clips.failed("peertube-4", "fetch", kind="barred", message="too long", now=MONDAY)
        span = Sighting(
            clip="peertube-5", source="voices", availability="up", words="", network="home", tool="yt-dlp",
            first=MONDAY - timedelta(days=31), last=MONDAY, times=2,
        )  # fmt: skip
        archive.ledger.sightings.restore([span])  # which a rebuilt ledger knows alone
        store_all(archive)
        for name in "ab":
            archive.ledger.copies.mark(Copy("evidence-peertube-2", 1, name, "owed", MONDAY), event=None)
            archive.ledger.copies.mark(Copy("evidence-peertube-1", 1, name, "proven", MONDAY), event=None)
        archive.ledger.readings.set_links("peertube-1", [a_link("peertube-1")], event=None)
        archive.ledger.clips.mark_done("peertube-2", "link", "[]")
        import_list(archive, "struck", read_list(file, Asked()), usable(archive))
        import_register(archive, "victims", usable(archive))
        report, rows, lacks = drawn(archive)
    assert report.uncounted == {}
    assert lacks == {
        "peertube-2": "too_few",
        "peertube-3": "waits",
        "peertube-4": "barred",
        "peertube-5": "waits",
        "youtube.com/watch?v=AAAAAAAAAAA": "nowhere",
        "youtube.com/watch?v=bbbbbbbbbb0": "nowhere",
    }
    assert {place: (one.expected, one.first_seen, one.held, one.safe, one.proven) for place, one in rows.items()} == {
        ("voices", "2019-03"): (1, 0, 1, 1, 0),  # by where its newest capture is from, not by who listed it first
        ("disk", "2026-03"): (1, 1, 1, 0, 0),
        ("voices", "2026-01"): (2, 1, 0, 0, 0),
        ("other", "2026-03"): (1, 1, 0, 0, 0),
        ("list struck", "2019-03"): (1, 0, 0, 0, 0),  # and not again as one that the register cites
        ("register victims", "undated"): (1, 0, 0, 0, 0),
    }
    assert (report.totals.linked, report.totals.unlinked) == (1, {"no_links": 1})


def test_what_was_heard_is_that_of_the_newest_film(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        for clip in ("peertube-1", "peertube-2", "peertube-3", "peertube-4"):
            keep(archive, clip)
        heard(archive, "peertube-1")
        ref, body = transcript("peertube-1")
        for kind in ("captions", "translation"):
            other = ref.model_copy(update={"name": kind, "kind": kind, "languages": ("xx",)})
            archive.ledger.readings.add_transcript("peertube-1", other, body, event=None)
        heard(archive, "peertube-2")
        keep(archive, "peertube-2", 2)  # another film: what was heard is of the former
        archive.ledger.clips.failed("peertube-3", "transcribe", kind="damaged", message="no sound", now=MONDAY)
        said = json.dumps([{"media_sha256": sha256(media_of("peertube-4")).hexdigest()}])
        archive.ledger.clips.mark_done("peertube-4", "transcribe", said)  # nobody speaks in it
        totals = drawn(archive)[0].totals
        assert (totals.transcribed, totals.languages) == (2, {"en": 1, "none": 1})
        assert totals.untranscribed == {"due": 1, "failed": 1}


def test_judgements_count_as_people_left_them(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        for clip in ("peertube-1", "peertube-2"):
            keep(archive, clip)
            links = [a_link(clip), a_link(clip, "7")]
            archive.ledger.readings.set_links(clip, links, event=None)
            archive.ledger.readings.judge(clip, a_judgement(links[0]), event=None)
        archive.ledger.readings.set_links("peertube-1", [], event=None)  # the rules propose nothing any more
        totals = drawn(archive)[0].totals
        assert (totals.linked, totals.judged) == (2, 1)
        withdrawn = a_judgement(a_link("peertube-1"), "withdrawn", hours=1)
        archive.ledger.readings.judge("peertube-1", withdrawn, event=None)
        totals = drawn(archive)[0].totals
        assert (totals.linked, totals.judged, totals.unlinked) == (1, 0, {"due": 1})


@pytest.mark.parametrize("seed", range(6))
def test_a_report_counts_as_the_ledger_does_clip_by_clip(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311
    states: tuple[CopyState, ...] = ("owed", "claimed", "arrived", "proven")
    with an_archive(tmp_path / "state", folder_targets(tmp_path), minimum=2) as archive:
        for number in range(12):
            clip = f"peertube-{number}"
            listed(archive, clip, rng.choice(["voices", "other"]), rng.choice([None, "20190302"]))
            for take in range(rng.randrange(3)):
                keep(archive, clip, take + 1, said={"uploaded": rng.choice([None, "20180102", "a word"])})
                for name in rng.sample("abc", rng.randrange(4)):
                    copy = Copy(f"evidence-{clip}", take + 1, name, rng.choice(states), MONDAY)
                    archive.ledger.copies.mark(copy, event=None)
            if rng.random() < 0.4:
                archive.ledger.clips.failed(clip, "fetch", kind="gone", message="it is gone", now=MONDAY)
        report, rows, _ = drawn(archive)
        counted = status(archive).clips
        assert (report.totals.expected, report.totals.held, report.totals.safe) == (12, counted.held, counted.safe)
        assert report.totals.safe == len(safe(archive))
        failures = {one.clip for one in archive.ledger.clips.failures()} - set(archive.ledger.clips.held())
        assert report.totals.unheld.get("gone", 0) == len(failures)
        assert {month for _, month in rows} <= {"2018-01", "2019-03", "2026-03"}


def test_a_report_is_kept_at_every_target_and_not_again_where_it_says_the_same(tmp_path: Path) -> None:
    clock = Clock()
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=clock) as archive:
        keep(archive, "peertube-1")
        listed(archive, "peertube-2")
        store_all(archive)
        assert kept(archive)
        assert set(owed(archive).values()) == {0}
        (first,) = reports(archive)
        (event,) = [one for one in events(archive, first.report) if one.type == CREATION]
        assert event.detail == "2 expected, 1 held, 1 safe"
        clock.advance(hours=1)
        assert not kept(archive), "nothing that it counts has changed"
        assert since(archive, first).none
        listed(archive, "peertube-3")
        archive.ledger.clips.failed("peertube-2", "fetch", kind="gone", message="it is gone", now=MONDAY)
        with drawn_up(archive) as found:
            changes = changes_since(archive, found, first, archive.targets)
            assert keep_report(archive, found.kept, usable(archive))
            assert read_rows(found.rows), "what was kept is there to be shown"
        assert [report.written for report in reports(archive)] == [MONDAY, MONDAY + timedelta(hours=1)]
        assert (changes.report, changes.totals) == (first.report, {"expected": 1})
        assert [one.name for one in changes.newly_missing] == ["peertube-3"]
        assert [(one.now.name, one.was) for one in changes.otherwise_missing] == [("peertube-2", "waits")]
        assert [(row.source, row.month, row.numbers) for row in changes.rows] == [
            ("voices", "2026-03", {"expected": 1})
        ]
        tidy(archive, keep_unread=False)
        assert not lines_are_here(archive, first), "the lines of the newest alone stay"
        rows, missing = lines_of(archive, first, archive.targets)
        assert ([row.source for row in rows], [one.name for one in missing]) == (["voices", "voices"], ["peertube-2"])
    report = json.loads(at_target(tmp_path / "b", first.report, "report.json"))
    schemas = root_documents()
    for name, lines in (("row", "rows.jsonl"), ("missing", "missing.jsonl")):
        validator = Draft202012Validator(json.loads(schemas[f"{name}.schema.json"]))
        written = at_target(tmp_path / "b", first.report, lines)
        assert sha256(written).hexdigest() == report[f"{lines.partition('.')[0]}_sha256"]
        for line in written.splitlines():
            validator.validate(json.loads(line))
    Draft202012Validator(json.loads(schemas["report.schema.json"])).validate(report)


def test_a_lost_ledger_is_rebuilt_with_its_reports(tmp_path: Path) -> None:
    clock = Clock()
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=clock) as archive:
        keep(archive, "peertube-1", said={"uploaded": "20190302"})
        listed(archive, "peertube-1")
        with_work(archive, "peertube-1")
        store_all(archive)
        assert kept(archive)
        clock.advance(days=1)
        listed(archive, "peertube-2")
        assert kept(archive)
        finished(archive)
        before, places = reports(archive), drawn(archive)[1]
    shutil.rmtree(tmp_path / "state")
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=clock) as archive:
        done = rebuild(archive, folder_targets(tmp_path))
        assert (done.problems, done.forks, done.lacking) == ([], [], {})
        assert reports(archive) == before
        ready(archive, take_over=True)
        changes = since(archive, before[0])
        assert changes.by_name
        assert changes.no_longer_missing == ()
        again = drawn(archive)[1]
        assert again["voices", "2019-03"].held == places["voices", "2019-03"].held == 1


def test_damage_is_found_and_repaired_as_of_any_object(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        listed(archive, "peertube-1")
        assert kept(archive)
        (report,) = reports(archive)
        damaged = tmp_path / "b" / "ocfl" / ocfl.object_path(report.report) / "v1" / "content" / "missing.jsonl"
        damaged.chmod(0o600)
        damaged.write_bytes(b"x" * damaged.stat().st_size)
        (finding,) = audit(archive, usable(archive))["b"].findings
        assert finding.outcome == "damaged"
        assert repair(archive, usable(archive), None)["b"].versions == 1
        there = [at_target(tmp_path / name, report.report, "missing.jsonl") for name in "ab"]
        assert there[0] == there[1]


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (
            "report.json",
            lambda text: text.replace('"expected":1', '"expected":2'),
            "does not read: 2 validation errors for Report",
        ),
        ("report.json", lambda text: text.replace('"report-2026', '"report-2025'), "speaks of report-2025"),
        ("rows.jsonl", lambda text: text.replace("voices", "others"), "not the one that its report.json names"),
    ],
)
def test_a_report_of_a_stranger_is_no_report(
    tmp_path: Path, name: str, change: Callable[[str], str], said: str
) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a")) as archive:
        listed(archive, "peertube-1")
        assert kept(archive)
        (report,) = reports(archive)
    replaced(tmp_path / "a", report.report, name, change)
    target = folder_targets(tmp_path, "a")["a"]
    found = held_versions.find(target, report.report).whole
    assert found is not None
    with pytest.raises(ForeignWords, match=said):
        read_documents({"a": target}, found)


def replaced(folder: Path, object_id: str, name: str, change: Callable[[str], str]) -> None:
    """A document of an object changed, and all that vouches for it with it: by somebody who has a key to the store."""
    root = folder / "ocfl" / ocfl.object_path(object_id)
    file = root / "v1" / "content" / name
    text = file.read_text()
    assert change(text) != text
    old = ocfl.digest_of(file.read_bytes())
    file.write_text(change(text))
    for place in (root, root / "v1"):
        inventory = place / "inventory.json"
        inventory.write_text(inventory.read_text().replace(old, ocfl.digest_of(file.read_bytes())))
        digest = ocfl.digest_of(inventory.read_bytes())
        (place / "inventory.json.sha512").write_text(f"{digest} inventory.json\n")


def test_reports_are_looked_up_by_day(tmp_path: Path) -> None:
    clock = Clock()
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=clock) as archive:
        with pytest.raises(NoSuchReport, match="none was kept yet"):
            newest_by(reports(archive), date(2026, 3, 2))
        assert newest_by(reports(archive), None) is None
        for number in range(3):
            listed(archive, f"peertube-{number}")
            assert kept(archive)
            clock.advance(hours=12)
        found = reports(archive)
        assert newest_by(found, None) == found[2]
        assert newest_by(found, date(2026, 3, 2)) == found[1]
        assert newest_by(found, date(2030, 1, 1)) == found[2]
        clock.advance(hours=-20)  # it was ahead
        assert reports(archive) == found[:2]
        with pytest.raises(NoSuchReport, match="the first is of 2026-03-02"):
            newest_by(found, date(2026, 3, 1))


def test_where_the_lines_of_a_report_are_nowhere_the_totals_are_still_compared(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        listed(archive, "peertube-1")
        assert kept(archive)
        (first,) = reports(archive)
        listed(archive, "peertube-2")
        tidy(archive, keep_unread=False)
        shutil.rmtree(archive.state / "reports")
        shutil.rmtree(archive.spool)
        with drawn_up(archive) as found:
            changes = changes_since(archive, found, first, {})
        assert (changes.totals, changes.by_name, changes.rows) == ({"expected": 1}, False, ())


def test_a_list_that_can_be_read_nowhere_is_named_and_counted_in_nothing(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"Link\n{WATCH}AAAAAAAAAAA\n")
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        import_list(archive, "struck", read_list(file, Asked()), usable(archive))
        shutil.rmtree(archive.state / "lists")
        shutil.rmtree(archive.spool)
        report = drawn(archive)[0]
        assert list(report.uncounted) == ["list struck"]
        assert report.totals.expected == 0


def test_only_what_anybody_may_read_has_a_title(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        listed(archive, "peertube-1")
        assert public_title(archive, "peertube-1") is None
        archive.ledger.clips.give_access("peertube-1", AccessGiven("readers", "A. Keeper", MONDAY), event=None)
        assert public_title(archive, "peertube-1") is None
        archive.ledger.clips.give_access("peertube-1", AccessGiven("public", "A. Keeper", MONDAY), event=None)
        assert public_title(archive, "peertube-1") == "peertube-1?"
        assert public_title(archive, "youtube.com/watch?v=AAAAAAAAAAA") is None
        listed(archive, "peertube-2", "open")
        keep(archive, "peertube-3", source="open")
        sources = {"open": YtdlpSettings(url="https://tube.example.org/c/open", access="public")}
        settings = archive.settings.model_copy(update={"sources": sources})
        opened = replace(archive, settings=settings)
        assert public_title(opened, "peertube-2") == "peertube-2?"
        listed(archive, "peertube-2", "voices")
        assert public_title(opened, "peertube-2") is None, "of two sources one is closed"
        listed(archive, "peertube-3", "voices")
        assert public_title(opened, "peertube-3") == "Testimony peertube-3"
        with drawn_up(archive) as found:
            assert "peertube-1?" not in found.missing.read_text()
