"""Telling: what the ledger and the machine say becomes messages, delivered ones are kept, others come again."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from archive.alerting.conditions import Gone
from archive.alerting.observing import STATE, observe
from archive.alerting.sending import Delivery, Errand
from archive.alerting.telling import TOLD, standing, tell, told, try_all
from archive.errors import LedgerUnusable, SettingsError
from archive.ledger.copies import Copy
from archive.ledger.markers import RUN_ENDED_WELL
from archive.ledger.sightings import Seen
from archive.opening.archive import Archive
from archive.preservation.usable_targets import ready
from archive.records.clip import Listing
from archive.settings.alert_stanza import AlertsSettings
from archive.settings.source_stanzas import YtdlpSettings
from archive.steps.resting import answered, forget_rest, leave_alone
from storage.targets import open_target
from tests.support.archives import MONDAY, Clock, an_archive, folder_targets, keep, store_all
from tests.world.servers import S3Server
from tests.world.servers.webhook import webhook

ONE, TWO = "json://127.0.0.1:1/canary-one", "json://127.0.0.1:1/canary-two"
DAY = timedelta(days=1)
CLIPS = ("peertube-canary1", "peertube-canary2", "peertube-canary3")


@dataclass
class Post:
    """A post office that notes what it is handed, and does not deliver to some addresses, by their numbers."""

    down: set[int] = field(default_factory=set)
    taken: list[tuple[int, str]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)

    def __call__(self, errand: Errand) -> Delivery:
        if errand.ping:
            self.pings.append(errand.ping)
        failed = {place: "down" for place, one in enumerate(errand.parcels) if one.address in self.down}
        for place, one in enumerate(errand.parcels):
            if place not in failed:
                self.taken.append((one.address, one.title))
                self.bodies.append(one.body)
        return Delivery(failed=failed)


@dataclass
class World:
    """An archive with a source, three folders, two addresses, and its clock."""

    archive: Archive
    clock: Clock
    post: Post

    def tell(self, *, well: bool = False) -> list[tuple[int, str]]:
        before = len(self.post.taken)
        tell(self.archive, well=well, send=self.post)
        return self.post.taken[before:]


def with_alerts(archive: Archive, **alerts: object) -> Archive:
    """The archive with a source, and told so that only what a test is about can hold."""
    stanza = {"addresses": [ONE, TWO], "disk_gib": 0, "ytdlp_days": 0, "run_hours": 0} | alerts
    source = YtdlpSettings(url="https://tube.example.org/c/voices")
    update = {"alerts": AlertsSettings.model_validate(stanza), "sources": {"voices": source}}
    return replace(archive, settings=archive.settings.model_copy(update=update))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = Clock()
    with an_archive(tmp_path / "state", folder_targets(tmp_path), clock=clock) as archive:
        for clip in CLIPS:
            keep(archive, clip)
        yield World(with_alerts(archive), clock, Post())


def wanting(archive: Archive, clip: str, target: str = "a", problem: str = "damaged: v1/content/x") -> None:
    copy = Copy(f"evidence-{clip}", 1, target, "owed", at=archive.clock(), read=MONDAY, problem=problem)
    archive.ledger.copies.mark(copy, event=None)


def holding(archive: Archive) -> dict[str, str]:
    return {one.name: one.line for one in standing(archive) if one.line}


def test_a_condition_is_told_to_each_address_once_a_day_and_when_it_is_over(world: World) -> None:
    store_all(world.archive)
    assert world.tell() == []
    wanting(world.archive, CLIPS[0])
    assert world.tell() == [(1, "made-up: copies are damaged"), (2, "made-up: copies are damaged")]
    assert world.tell() == []
    world.clock.advance(hours=24)
    assert world.tell() == [(1, "made-up: still: copies are damaged"), (2, "made-up: still: copies are damaged")]
    copy = Copy(f"evidence-{CLIPS[0]}", 1, "a", "arrived", at=MONDAY, read=world.clock.now)
    world.archive.ledger.copies.mark(copy, event=None)
    assert world.tell() == [(1, "made-up: over: copies are damaged"), (2, "made-up: over: copies are damaged")]
    assert world.tell() == []


def test_what_one_address_did_not_get_is_tried_again_there_and_nowhere_else(world: World) -> None:
    store_all(world.archive)
    wanting(world.archive, CLIPS[0])
    world.post.down = {2}
    outcome = tell(world.archive, send=world.post)
    assert outcome.said == ("alerts: address 2 was not told: down; it is tried again",)
    assert world.tell() == []
    world.post.down = set()
    assert world.tell() == [(2, "made-up: copies are damaged")]


def test_no_message_and_no_fact_that_is_kept_names_a_clip_or_an_address(world: World) -> None:
    store_all(world.archive)
    for clip in CLIPS:
        wanting(world.archive, clip, problem=f"damaged: evidence-{clip}/v1/content/media/{clip}.mp4")
    world.archive.ledger.clips.failed(CLIPS[0], "fetch", kind="gone", message="Canary was removed", now=MONDAY)
    seen = [Seen(clip, "gone", "Canary says no") for clip in CLIPS]
    for days in (3, 1):
        world.archive.ledger.sightings.add(
            "voices", seen, network="canary-net", tool="yt-dlp 2026.10.26", now=MONDAY - days * DAY
        )
    assert len(world.tell()) == 4
    kept = world.archive.ledger.markers.get(TOLD) or ""
    assert set(json.loads(kept)) == {"watched", "said"}
    for text in (*world.post.bodies, *(title for _, title in world.post.taken), kept):
        assert "canary" not in text.lower()
        assert "example.org" not in text


def test_an_archive_of_which_no_run_ever_ended_well_is_told_of_from_the_first_look_on(world: World) -> None:
    store_all(world.archive)
    archive = with_alerts(world.archive, run_hours=72)
    assert tell(archive, send=world.post).sent == ()
    world.clock.advance(hours=71)
    assert tell(archive, send=world.post).sent == ()
    world.clock.advance(hours=1)
    assert [one.title for one in tell(archive, send=world.post).sent] == ["made-up: no run ended well"] * 2
    archive.ledger.markers.set(RUN_ENDED_WELL, world.clock.now.isoformat())
    assert [one.turn for one in tell(archive, send=world.post).sent] == ["over"] * 2


def test_a_debt_is_as_old_as_what_was_sealed_and_a_new_target_owes_nothing_old(world: World, tmp_path: Path) -> None:
    world.clock.advance(days=2)
    assert holding(world.archive) == {}  # owed everywhere, and not for so long yet
    world.clock.advance(days=1)
    assert holding(world.archive)["debt"].startswith("a lacks 3 versions, the oldest for 3 days; b lacks 3 versions")
    store_all(world.archive)
    assert holding(world.archive) == {}

    world.clock.advance(days=400)
    new = with_alerts(world.archive, proof_days=0)
    targets = {**new.settings.targets, "new": new.settings.targets["a"]}
    new = replace(new, settings=new.settings.model_copy(update={"targets": targets}))
    new.ledger.markers.set("claimed new", world.clock.now.isoformat())
    assert holding(new) == {}
    world.clock.advance(days=3)
    assert holding(new)["debt"] == "new lacks 3 versions, the oldest for 3 days."


def test_a_debt_that_is_tried_in_vain_every_night_grows_old_all_the_same(world: World) -> None:
    store_all(world.archive)
    object_id = f"evidence-{CLIPS[0]}"
    for _ in range(4):
        copy = Copy(object_id, 1, "a", "owed", at=world.clock.now, problem="a: no answer")
        world.archive.ledger.copies.mark(copy, event=None)
        world.clock.advance(days=1)
    assert holding(world.archive) == {"debt": "a lacks 1 version, the oldest for 4 days."}


@pytest.mark.parametrize("outcome", ["damaged", "missing", "rolled back"])
def test_a_copy_that_only_an_audit_read_and_found_wanting_is_damage_and_no_debt(world: World, outcome: str) -> None:
    store_all(world.archive)
    copy = Copy(f"evidence-{CLIPS[0]}", 1, "a", "owed", at=MONDAY, problem=f"{outcome}: v1/content/x")
    world.archive.ledger.copies.mark(copy, event=None)
    world.clock.advance(days=10)
    assert set(holding(world.archive)) == {"damage"}


def test_proofs_are_overdue_by_the_last_reading_in_full(world: World) -> None:
    store_all(world.archive)
    world.clock.advance(days=400, hours=1)
    assert holding(world.archive) == {"proof": "Copies not read in full for 400 days: 3 at a; 3 at b; 3 at c."}
    read = Copy(f"evidence-{CLIPS[0]}", 1, "a", "proven", at=MONDAY, read=world.clock.now)
    ahead = replace(read, object=f"evidence-{CLIPS[1]}", read=world.clock.now + 900 * DAY)
    for copy in (read, ahead):
        world.archive.ledger.copies.mark(copy, event=None)
    assert holding(world.archive)["proof"].endswith(": 2 at a; 3 at b; 3 at c.")


def test_a_source_refuses_us_since_its_first_refusal_in_a_row(world: World) -> None:
    store_all(world.archive)
    for _ in range(3):
        leave_alone(world.archive, "voices", 0)
        world.clock.advance(hours=24)
    assert holding(world.archive) == {"refused": "voices refuses us for 3 days."}
    answered(world.archive, "voices")
    assert holding(world.archive) == {}
    forget_rest(world.archive, "voices")
    leave_alone(world.archive, "voices", 0)
    assert observe(world.archive, MONDAY).refusing == {"voices": world.clock.now}


def test_keys_are_refused_since_a_command_that_writes_saw_it_first(tmp_path: Path, rclone_server: S3Server) -> None:
    right = open_target("store", rclone_server.settings(prefix="alerts/"))
    wrong = open_target("store", rclone_server.settings(prefix="alerts/", secret_key=SecretStr("canary-wrong")))
    clock = Clock()
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "a") | {"store": right}, clock=clock) as archive:
        archive = with_alerts(archive)
        keep(archive, CLIPS[0])
        store_all(archive)
        refused = replace(archive, targets={**archive.targets, "store": wrong})
        for _ in range(2):
            assert set(ready(refused).problems) == {"store"}
            clock.advance(minutes=30)
        assert holding(archive) == {"keys": "store refuses our keys for 1 hour."}
        assert ready(archive).problems == {}
        assert holding(archive) == {}


def test_a_disk_of_ours_that_is_nearly_full(world: World) -> None:
    archive = with_alerts(world.archive, disk_gib=10**9)
    assert STATE in observe(archive, MONDAY).free
    assert set(observe(archive, MONDAY).free) == {STATE}  # folders that are not there are not looked at
    assert holding(archive)["disk"].startswith(f"{STATE} has ")


def test_clips_that_vanished_are_counted_by_source_and_whether_they_are_held(world: World) -> None:
    lost = (CLIPS[0], "peertube-never-held")
    url = "https://tube.example.org/w/x"
    listings = [
        Listing(source="voices", extractor="PeerTube", platform_id=clip.partition("-")[2], url=url) for clip in lost
    ]
    world.archive.ledger.clips.seen(listings, MONDAY - 9 * DAY)
    for days, how in ((9, "up"), (2, "gone"), (1, "gone")):
        seen = [Seen(clip) if how == "up" else Seen(clip, "gone", "HTTP Error 404") for clip in lost]
        world.archive.ledger.sightings.add(
            "voices", seen, network="home", tool="yt-dlp 2026.10.26", now=MONDAY - days * DAY
        )
    assert observe(world.archive, MONDAY).gone == {"voices": Gone(clips=2, held=1)}
    world.clock.advance(days=8)
    assert observe(world.archive, MONDAY).gone == {}


def test_only_a_run_that_ended_well_pings_and_nobody_needs_an_address_for_it(world: World) -> None:
    archive = with_alerts(world.archive, addresses=[], ping="https://ping.example.org/canary")
    tell(archive, send=world.post)
    assert world.post.pings == []
    tell(archive, well=True, send=world.post)
    assert world.post.pings == ["https://ping.example.org/canary"]
    assert archive.ledger.markers.get(TOLD) is None


def test_while_somebody_else_tells_nothing_is_sent_but_the_ping(world: World) -> None:
    archive = with_alerts(world.archive, ping="https://ping.example.org/canary")
    wanting(archive, CLIPS[0])
    with archive.ledger.lease.held(TOLD):
        assert tell(archive, well=True, send=world.post).sent == ()
    assert (world.post.taken, len(world.post.pings)) == ([], 1)
    assert len(tell(archive, send=world.post).sent) == 2


def test_two_that_look_at_once_tell_once(world: World) -> None:
    store_all(world.archive)
    wanting(world.archive, CLIPS[0])
    both = threading.Barrier(2)

    def look() -> None:
        both.wait()
        tell(world.archive, send=world.post)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tell(world.archive, send=world.post)
    assert sorted(address for address, _ in world.post.taken) == [1, 2]


def test_where_the_ledger_cannot_be_written_people_are_told_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_all(world.archive)
    wanting(world.archive, CLIPS[0])

    def full(*_arguments: object) -> None:
        raise LedgerUnusable("its disk is full")

    monkeypatch.setattr(type(world.archive.ledger.markers), "set", full)
    monkeypatch.setattr(type(world.archive.ledger.lease), "_take", full)
    outcome = tell(world.archive, send=world.post)
    assert len(outcome.sent) == 2
    assert outcome.said == ("alerts: what was told cannot be kept, and is told again next time: its disk is full",)
    assert len(tell(world.archive, send=world.post).sent) == 2


def test_with_a_real_webhook_and_an_address_that_is_none(world: World) -> None:
    store_all(world.archive)
    wanting(world.archive, CLIPS[0])
    with webhook() as hook:
        archive = with_alerts(world.archive, addresses=[hook.address, "jsom://127.0.0.1/canary"], ping=hook.ping)
        outcome = tell(archive, well=True)
        assert (len(outcome.sent), outcome.unknown, len(hook.pings)) == (1, (2,), 1)
        (said,) = outcome.said
        assert said.startswith("alerts: address 2 is none that apprise can read")
        assert "canary" not in said
        assert told(archive).said["damage"].keys() == {1}
        assert tell(archive, examine=True).unknown == (2,)
        assert hook.titles == ["made-up: copies are damaged"]


def test_a_trial_needs_an_address(world: World) -> None:
    with pytest.raises(SettingsError, match=r"alerts\.addresses is empty, so nobody can be told"):
        try_all(with_alerts(world.archive, addresses=[]).settings, send=world.post)
    try_all(world.archive.settings, send=world.post)
    assert world.post.taken == [(1, "made-up: a trial"), (2, "made-up: a trial")]
