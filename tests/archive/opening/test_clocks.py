"""Clocks that were wrong: what was written under them counts as never, holds nothing up, and is said."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from archive.errors import LeaseHeld
from archive.ledger import Ledger, lease
from archive.opening.archive import Archive, Targets
from archive.opening.clocks import against_ledger, watched
from archive.opening.working import at_work
from archive.preservation import late_writers
from archive.preservation.auditing import audit
from archive.preservation.budget import Budget
from archive.preservation.usable_targets import reachable
from archive.records.clip import Listing
from archive.steps import counted_steps, resting
from storage.targets import FolderSettings, S3Settings
from tests.archive.ledger.test_lease import row
from tests.support.archives import MONDAY, Clock, an_archive, folder_targets, keep, store_all
from tests.support.engines import place_in

AHEAD = timedelta(days=365)


class Said:
    """A progress that keeps what it is told."""

    def __init__(self) -> None:
        self.lines = list[str]()

    def say(self, line: str) -> None:
        self.lines.append(line)


def saying(archive: Archive) -> tuple[Archive, list[str]]:
    said = Said()
    return replace(archive, progress=said), said.lines  # type: ignore[arg-type]


def test_copies_of_a_clock_that_was_ahead_are_audited_first_and_proven_in_their_time(tmp_path: Path) -> None:
    clock, targets = Clock(MONDAY + AHEAD), folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        keep(archive, "peertube-ahead")
        store_all(archive)
        clock.now = MONDAY
        keep(archive, "peertube-right")
        store_all(archive)
        turns = archive.ledger.audits.turns("a", now=clock())
        assert [object_id for object_id, _ in turns] == ["evidence-peertube-ahead", "evidence-peertube-right"]
        count, newest = archive.ledger.audits.after(clock())
        assert (count, newest) == (2, MONDAY + AHEAD)
        clock.advance(hours=1)
        audit(archive, targets, budget=Budget(fraction=0.5))
        (copy,) = archive.ledger.copies.of("evidence-peertube-ahead")
        assert (copy.state, copy.at, copy.read) == ("arrived", clock(), clock())
        assert archive.ledger.audits.after(clock()) == (0, None)
        clock.advance(days=1)
        audit(archive, targets)
        (copy,) = archive.ledger.copies.of("evidence-peertube-ahead")
        assert copy.state == "proven"


def test_proof_by_a_clock_that_was_ahead_is_none(tmp_path: Path) -> None:
    clock, targets = Clock(), folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        keep(archive, "peertube-x")
        store_all(archive)
        clock.now = MONDAY + AHEAD
        audit(archive, targets)
        clock.now = MONDAY + timedelta(hours=1)
        audit(archive, targets)
        assert [copy.state for copy in archive.ledger.copies.of("evidence-peertube-x")] == ["arrived"]


def test_rests_failures_and_listings_of_the_future_hold_nothing_up(tmp_path: Path) -> None:
    clock = Clock(MONDAY + AHEAD)
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a"), clock=clock) as archive:
        clips = archive.ledger.clips
        listing = Listing(source="v", extractor="PeerTube", platform_id="x", url="https://tube.example/x", title="x")
        clips.seen([listing], clock())
        clips.failed("peertube-x", "fetch", kind="gone", message="404", now=clock())
        resting.leave_alone(archive, "v", 3600, lots=lambda: 0)
        assert resting.rest(archive, "v")
        assert counted_steps.to_fetch(archive, "v") == []
        clock.now = MONDAY
        assert resting.rest(archive, "v") is None
        assert counted_steps.to_fetch(archive, "v") == ["peertube-x"]
        resting.leave_alone(archive, "v", 1e9, lots=lambda: 0)  # a source that asks for 31 years
        clock.advance(hours=23)
        assert resting.rest(archive, "v")
        clock.advance(hours=2)
        assert resting.rest(archive, "v") is None


def test_what_a_late_writer_may_have_harmed_is_not_remembered_for_ever(tmp_path: Path) -> None:
    clock = Clock()
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a"), clock=clock) as archive:
        archive.ledger.markers.set(late_writers.LATE, json.dumps({"evidence-x": (MONDAY + AHEAD).isoformat()}))
        late_writers.mend_roots(archive, {})
        clock.advance(days=29)
        late_writers.mend_roots(archive, {})
        assert json.loads(archive.ledger.markers.get(late_writers.LATE) or "") == {"evidence-x": MONDAY.isoformat()}
        clock.advance(days=2)
        late_writers.mend_roots(archive, {})
        assert json.loads(archive.ledger.markers.get(late_writers.LATE) or "") == {}


def test_clock_that_was_ahead_is_said_until_nothing_is_later(tmp_path: Path) -> None:
    clock, targets = Clock(MONDAY + AHEAD), folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        with watched(archive, steady=lambda: 0.0):
            pass
        assert against_ledger(archive) is None
        clock.now = MONDAY
        archive, said = saying(archive)
        with watched(archive, steady=lambda: 0.0):
            pass
        (line,) = said
        assert "2026-03-02 08:00 UTC, and 1 times in the ledger are later, up to 2027-03-02 08:00" in line
        with watched(archive, steady=lambda: 0.0):
            pass
        assert len(said) == 1


@pytest.mark.parametrize(("wall", "steady", "says"), [(7200, 0, "ahead"), (3600, 3600, None), (0, 7200, "behind")])
def test_clock_that_jumps_while_a_run_is_at_work_is_said(
    tmp_path: Path, wall: float, steady: float, says: str | None
) -> None:
    clock, passed = Clock(), iter((0.0, steady))
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a"), clock=clock) as archive:
        archive, said = saying(archive)
        with watched(archive, steady=lambda: next(passed)):
            clock.advance(seconds=wall)
        assert bool(said) is bool(says)
        assert all(f"jumped 2:00:00 {says}" in line and "timedatectl" in line for line in said)


def holder(ledger: Ledger, expires: datetime) -> None:
    """The lease is held by a run elsewhere, until a moment."""
    there = json.dumps({"host": "elsewhere", "machine": "another", "place": "another boot", "pid": 1, "started": "1"})
    row(ledger, holder=there, expires=expires)


def test_lease_that_ends_in_a_year_is_held_only_by_who_renews_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "TERM", timedelta(seconds=0.4))
    ledger = Ledger(place_in(tmp_path))
    try:
        ledger.lease._take("run", "theirs")
        holder(ledger, datetime.now(UTC) + AHEAD)
        with ledger.lease.held() as taken_away:
            assert taken_away
    finally:
        ledger.close()


def test_lease_that_is_renewed_by_a_clock_that_is_ahead_is_respected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "TERM", timedelta(seconds=0.4))
    ledger = Ledger(place_in(tmp_path))
    try:
        ledger.lease._take("run", "theirs")
        holder(ledger, datetime.now(UTC) + AHEAD)
        endless = ledger.lease._endless("run")
        assert endless
        row(ledger, expires=datetime.now(UTC) + AHEAD + timedelta(seconds=20))
        with pytest.raises(LeaseHeld):
            ledger.lease._take("run", "ours", endless)
    finally:
        ledger.close()


@pytest.mark.parametrize("held", [None, b"", b"garbage"], ids=["gone", "empty", "garbage"])
def test_store_whose_authorities_cannot_be_read_stops_nothing_and_is_named(tmp_path: Path, held: bytes | None) -> None:
    ca_file, targets = tmp_path / "authority.pem", folder_targets(tmp_path, "a")
    if held is not None:
        ca_file.write_bytes(held)
    store = S3Settings(
        endpoint="https://127.0.0.1:9",
        bucket="testimony",
        access_key=SecretStr("made-up-key"),
        secret_key=SecretStr("made-up-secret"),
        ca_file=ca_file,
    )
    with an_archive(tmp_path / "state", targets) as archive:
        (tmp_path / "unused").mkdir()
        stanzas = {"a": FolderSettings(path=tmp_path / "unused"), "store": store}
        settings = archive.settings.model_copy(update={"targets": stanzas})
        archive = replace(archive, settings=settings, targets=Targets(settings, archive.ledger))
        with at_work(archive):
            looked = reachable(archive)
        assert list(looked.readable) == ["a"]
        assert str(ca_file) in looked.problems["store"]
        assert "correct `ca_file`" in looked.problems["store"]
