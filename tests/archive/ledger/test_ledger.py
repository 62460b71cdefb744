"""The ledger on a real SQLite file: what it lets happen once, what waits, and who may open it."""

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha512
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from archive.errors import Fork, LedgerUnusable, SettingsError
from archive.ledger import Ledger, journal, opening, tables
from archive.ledger.clips import AccessGiven, Unheld
from archive.ledger.copies import Copy, CopyState, Held, SealedVersion
from archive.preservation.unaccepted import Unaccepted, unaccepted
from archive.records.clip import Listing
from archive.records.event import FIXITY_CHECK, METADATA, Event
from archive.records.link import Decision
from tests.support.archives import MONDAY, a_judgement, a_link, transcript
from tests.support.engines import place_in
from tests.support.packages import HOME


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(place_in(tmp_path))
    yield ledger
    ledger.close()


def listing(name: str, source: str = "voices") -> Listing:
    return Listing(
        source=source, extractor="PeerTube", platform_id=name, url=f"https://tube.example.org/w/{name}", title="A title"
    )


def sealed(object_id: str, version: int = 1, content: str = "one", *, minutes: int = 0) -> SealedVersion:
    clip = object_id.partition("-")[2] if not object_id.startswith("run-") else None
    return SealedVersion(
        object_id, version, sha512(content.encode()).hexdigest(), clip, content, MONDAY + timedelta(minutes=minutes)
    )


def mark(ledger: Ledger, object_id: str, target: str, state: CopyState, version: int = 1) -> None:
    ledger.copies.mark(Copy(object_id, version, target, state, at=MONDAY), event=None)


def test_clips_that_wait_are_told_with_how_they_failed(ledger: Ledger) -> None:
    ledger.clips.seen([listing("tried"), listing("new")], MONDAY)
    for kind in ("passing", "passing", "gone", "no_access", "gone"):
        ledger.clips.failed("peertube-tried", "fetch", kind=kind, message="it said no", now=MONDAY)
    # How often is counted anew where a failure for another reason than before may last.
    assert ledger.clips.unheld("voices") == [
        Unheld("peertube-new", MONDAY),
        Unheld("peertube-tried", MONDAY, "gone", MONDAY, 3),
    ]
    assert ledger.clips.unheld("other") == []


def test_listings_of_two_sources_are_one_clip(ledger: Ledger) -> None:
    def seen(*listings: Listing, days: int = 0) -> list[tuple[bool, bool]]:
        return [(one.new, one.new_here) for one in ledger.clips.seen(listings, MONDAY + timedelta(days=days))]

    assert seen(listing("x"), listing("x"), listing("y")) == [(True, True), (False, False), (True, True)]
    assert seen(listing("x", "other"), days=1) == [(False, True)]
    assert [found.source for found in ledger.clips.listings("peertube-x")] == ["other", "voices"]
    newest = ledger.clips.listing("peertube-x")
    assert newest
    assert newest.source == "other"
    assert (ledger.clips.listed(), ledger.clips.held()) == (2, [])


def test_second_content_of_a_version_is_a_fork(ledger: Ledger) -> None:
    ledger.copies.seal(sealed("evidence-x"), events=())
    ledger.copies.seal(sealed("evidence-x"), events=())
    with pytest.raises(Fork, match="evidence-x v1 is sealed already with other content"):
        ledger.copies.seal(sealed("evidence-x", content="two"), events=())
    found = ledger.copies.version("evidence-x", 1)
    assert found == sealed("evidence-x")
    assert ledger.copies.version("evidence-x", 2) is None


def test_heads_are_the_newest_versions(ledger: Ledger) -> None:
    for name, versions in {"evidence-a": 1, "evidence-a_b": 12, "work-a": 2, "run-1": 1}.items():
        for version in range(1, versions + 1):
            ledger.copies.seal(sealed(name, version), events=())
    found = {head.object: head.version for head in ledger.copies.heads()}
    assert found == {"evidence-a": 1, "evidence-a_b": 12, "work-a": 2, "run-1": 1}
    assert [head.object for head in ledger.copies.heads("evidence-a_")] == ["evidence-a_b"]
    head = ledger.copies.head("evidence-a_b")
    assert head
    assert head.version == 12
    assert ledger.copies.head("evidence-nobody") is None


def test_what_is_owed_and_who_is_safe(ledger: Ledger) -> None:
    for minutes, (name, version) in enumerate([("evidence-a", 1), ("work-a", 1), ("evidence-a", 2), ("evidence-b", 1)]):
        ledger.copies.seal(sealed(name, version, minutes=minutes), events=())
    everything = [("evidence-a", 1), ("work-a", 1), ("evidence-b", 1), ("evidence-a", 2)]
    assert ledger.copies.owed("disk") == everything
    assert ledger.copies.owed("disk", {"evidence-a"}) == [("evidence-a", 1), ("evidence-a", 2)]
    assert ledger.copies.owed("disk", set()) == []
    assert ledger.copies.used("disk") is False
    mark(ledger, "evidence-a", "disk", "owed")
    assert ledger.copies.owed("disk") == everything
    assert ledger.copies.used("disk") is False
    mark(ledger, "evidence-a", "disk", "claimed")
    assert ledger.copies.owed("disk") == everything[1:]
    assert ledger.copies.used("disk") is True

    assert ledger.copies.debts(["disk", "cloud"]) == {"disk": 3, "cloud": 4}


def test_copies_are_spread_over_targets(ledger: Ledger) -> None:
    for name, version in [("evidence-a", 1), ("work-a", 1), ("evidence-a", 2), ("evidence-b", 1), ("evidence_c", 1)]:
        ledger.copies.seal(sealed(name, version), events=())
    places = ("disk", "cloud")

    def spread(*targets: str) -> dict[str, set[str]]:
        return {name: set(there) for name, there in ledger.copies.spread(targets or places).items()}

    assert spread() == {"evidence-a": set(), "evidence-b": set()}
    mark(ledger, "evidence-b", "disk", "proven")
    mark(ledger, "evidence-a", "disk", "arrived")
    assert spread() == {"evidence-a": set(), "evidence-b": {"disk"}}  # a's newest version is nowhere
    mark(ledger, "evidence-a", "disk", "arrived", version=2)
    mark(ledger, "evidence-a", "cloud", "arrived", version=2)
    assert spread() == {"evidence-a": {"disk"}, "evidence-b": {"disk"}}  # a's oldest version is not in the cloud
    mark(ledger, "evidence-a", "cloud", "claimed", version=1)
    assert spread()["evidence-a"] == {"disk"}
    mark(ledger, "evidence-a", "cloud", "proven", version=1)
    assert spread()["evidence-a"] == {"disk", "cloud"}
    mark(ledger, "evidence-a", "disk", "owed", version=2)
    assert spread()["evidence-a"] == {"cloud"}
    assert spread("disk") == {"evidence-a": set(), "evidence-b": {"disk"}}
    assert spread("elsewhere") == {"evidence-a": set(), "evidence-b": set()}
    assert ledger.copies.spread(()) == {"evidence-a": frozenset(), "evidence-b": frozenset()}
    counted = ledger.copies.count_evidence(("cloud", "elsewhere", "disk"))
    assert counted.spread(places) == {frozenset(["cloud"]): 1, frozenset(["disk"]): 1}
    assert counted.heads == {
        "disk": {"owed": 1, "proven": 1},
        "cloud": {"arrived": 1},
    }


def test_sizes_of_what_lies_at_a_target(ledger: Ledger) -> None:
    for number, (size, files) in enumerate(((100, 3), (20, 1), (None, None)), start=1):
        ledger.copies.seal(replace(sealed("evidence-a", number), size=size, files=files), events=())
        days = 400 if number == 1 else 0
        ledger.copies.mark(Copy("evidence-a", number, "disk", "claimed", at=MONDAY - timedelta(days=days)), event=None)
    mark(ledger, "evidence-a", "cloud", "owed")
    assert ledger.copies.sizes(MONDAY - timedelta(days=365)) == {"disk": (Held(3, 120, 4, 1), Held(2, 20, 1, 1))}
    assert ledger.copies.sizes(MONDAY + timedelta(days=1))["disk"][1] == Held()


@pytest.mark.parametrize("size", [(1 << 60) - 1, (1 << 63) - 1])
def test_sizes_that_no_disk_has_together_are_an_estimate_and_no_damage(ledger: Ledger, size: int) -> None:
    for number in range(1, 21):
        ledger.copies.seal(replace(sealed("evidence-a", number), size=size, files=1), events=())
        ledger.copies.mark(Copy("evidence-a", number, "disk", "claimed", at=MONDAY), event=None)
    assert ledger.copies.sizes(MONDAY)["disk"][0].bytes == pytest.approx(20 * size)
    assert ledger.audits.lack("cloud").held.bytes == pytest.approx(20 * size)


def test_judgements_are_kept_in_order_and_once(ledger: Ledger) -> None:
    link = a_link("peertube-x")
    ledger.readings.set_links("peertube-x", [link], event=None)
    given = [
        a_judgement(link, "positive"),
        a_judgement(link, "negative", hours=1),
        a_judgement(link, "positive", hours=2),
        a_judgement(link, "unsure", "B. Reader"),
    ]
    for judgement in [*given, *given]:
        ledger.readings.judge("peertube-x", judgement, event=None)
    assert ledger.readings.judgements("peertube-x") == given
    assert ledger.readings.judgements() == given
    assert ledger.readings.judgements("peertube-y") == []


def test_judged_links_outlive_a_new_proposal(ledger: Ledger) -> None:
    judged, dropped, stays = (a_link("peertube-x", entry) for entry in ("1", "2", "3"))
    other = a_link("peertube-y", "2")
    ledger.readings.set_links("peertube-x", [judged, dropped, stays], event=None)
    ledger.readings.set_links("peertube-y", [other], event=None)
    ledger.readings.judge("peertube-x", a_judgement(judged, "negative"), event=None)
    changed = stays.model_copy(update={"score": 0.9})
    ledger.readings.set_links("peertube-x", [changed], event=None)
    kept = judged.model_copy(update={"proposed": False})
    assert ledger.readings.links("peertube-x") == [changed, kept]
    assert ledger.readings.links() == [changed, kept, other]
    assert ledger.readings.links(entry="2") == [other]
    assert ledger.readings.judged_links() == [kept]
    ledger.readings.set_links("peertube-x", [judged], event=None)
    assert ledger.readings.links("peertube-x") == [judged]


def test_a_link_that_changed_since_it_was_seen_is_not_judged_nor_any_with_it(ledger: Ledger) -> None:
    one, two = (a_link("peertube-x", entry) for entry in ("1", "2"))
    ledger.readings.set_links("peertube-x", [one, two], event=None)
    seen = two.model_copy(update={"score": 0.1})
    event = Event(object="work-peertube-x", type=METADATA, at=MONDAY, agent="A. Reader")
    given = [(one, a_judgement(one), event), (seen, a_judgement(two), event)]
    assert ledger.readings.judge_as_seen(given) == [two.id]
    assert ledger.readings.judgements() == []
    assert list(ledger.events.all()) == []
    assert ledger.readings.judge_as_seen([given[0], (two, *given[1][1:])]) == []
    assert ledger.readings.judgements(link=two.id) == [given[1][1]]
    assert list(ledger.events.all()) == [event, event]


def test_order_of_links_does_not_depend_on_the_order_in_which_they_came(ledger: Ledger) -> None:
    links = [a_link("peertube-x", "7", register=name) for name in ("first", "second", "third")]
    ledger.readings.set_links("peertube-x", links, event=None)
    before = ledger.readings.links("peertube-x")
    ledger.readings.set_links("peertube-x", [], event=None)
    ledger.readings.set_links("peertube-x", links[::-1], event=None)
    assert ledger.readings.links("peertube-x") == before


def test_what_changes_a_clip_asks_for_its_work_again(ledger: Ledger) -> None:
    link, clip = a_link("peertube-x"), "peertube-x"
    ledger.readings.set_links(clip, [link], event=None)
    ref, body = transcript(clip)

    def done() -> set[str]:
        return {step for step in ("transcribe", "link", "work") if ledger.clips.done(clip, step)}

    changes: tuple[tuple[Callable[[], object], set[str]], ...] = (
        (lambda: ledger.readings.judge(clip, a_judgement(link), event=None), {"transcribe", "link"}),
        (lambda: ledger.readings.judge(clip, a_judgement(link), event=None), {"transcribe", "link", "work"}),
        (lambda: ledger.readings.set_links(clip, [link], event=None), {"transcribe", "link"}),
        (lambda: ledger.readings.add_transcript(clip, ref, body, event=None), {"transcribe"}),
        (
            lambda: ledger.clips.give_access(clip, AccessGiven("public", "A", MONDAY), event=None),
            {"transcribe", "link"},
        ),
    )
    for change, left in changes:
        for step in ("transcribe", "link", "work"):
            ledger.clips.mark_done(clip, step, "body")
        change()
        assert done() == left
    assert ledger.readings.transcripts(clip) == [(ref, body)]
    assert ledger.clips.access(clip) == AccessGiven("public", "A", MONDAY)
    assert ledger.clips.access("peertube-y") is None


def event(number: int) -> Event:
    return Event(object=f"evidence-{number}", type=FIXITY_CHECK, at=MONDAY, agent="thirdcopy@0")


def test_threads_write_side_by_side(ledger: Ledger) -> None:
    errors: list[Exception] = []

    def write(worker: int) -> None:
        try:
            for number in range(20):
                ledger.events.add(event(worker * 100 + number))
                ledger.clips.failed("peertube-x", "fetch", kind="passing", message="again", now=MONDAY)
                ledger.copies.seal(sealed(f"evidence-{number}"), events=())
                assert ledger.clips.listed() == 0
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert len(ledger.events.waiting(1000)) == 80
    assert ledger.clips.failures()[0].times == 80
    assert len(ledger.copies.heads()) == 20


WRITE = """
import sys
from datetime import datetime, UTC
from hashlib import sha512
from pathlib import Path
from archive.ledger import Ledger
from archive.ledger.copies import SealedVersion
from archive.errors import Fork
from tests.support.engines import place_in
digest = sha512(sys.argv[2].encode()).hexdigest()
sys.stdin.readline()
ledger, forks = Ledger(place_in(Path(sys.argv[1]))), 0
for number in range(30):
    ledger.clips.failed("peertube-x", "fetch", kind="passing", message="again", now=datetime.now(UTC))
    try:
        sealed = SealedVersion(f"evidence-{number}", 1, digest, "x", sys.argv[2], datetime.now(UTC))
        ledger.copies.seal(sealed, events=())
    except Fork:
        forks += 1
print(ledger.id, forks)
ledger.close()
"""


def test_two_processes_make_and_write_one_ledger(tmp_path: Path) -> None:
    place = place_in(tmp_path / "new", made=False)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(tmp_path / "new"), name],
            cwd=HOME,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    try:
        for writer in writers:  # both are at the door: now they open it together
            assert writer.stdin
            writer.stdin.write("go\n")
            writer.stdin.flush()
        said = [writer.communicate(timeout=60)[0].split() for writer in writers]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait(timeout=30)
    assert [writer.returncode for writer in writers] == [0, 0]
    ledger = Ledger(place)
    try:
        assert {ledger.id} == {said[0][0], said[1][0]}
        assert int(said[0][1]) + int(said[1][1]) == 30
        assert ledger.clips.failures()[0].times == 60
    finally:
        ledger.close()


def test_opener_waits_for_another_that_is_making_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # SQLite calls no busy handler for whoever asks for WAL now
    done = threading.Timer(0.5, other.rollback)
    done.start()
    try:
        Ledger(path, version=(3, 51, 3)).close()
    finally:
        done.join()
        other.close()


def test_migrations_make_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    engine = opening.open_engine(tmp_path / "ledger.sqlite").sql
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, tables.metadata) == []
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == journal.chosen()
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    finally:
        engine.dispose()


def older_ledger(path: Path, facts: dict[str, str], *, form: str = "0004", more: str = "") -> None:
    """A ledger of the form before what waits had a table, or of another, with `more` SQL done in it."""
    config = Config()
    config.set_main_option("script_location", str(opening.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, form)
        for name, value in facts.items():
            connection.execute(sa.insert(tables.facts).values(name=name, value=value))
        if more:
            connection.exec_driver_sql(more)
    engine.dispose()


def test_an_older_ledger_learns_where_its_clips_are_from_and_when_they_were_published(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    said = (("peertube-1", "20190302"), ("peertube-2", None), ("peertube-3", "a word"), ("peertube-4", 7))
    captures = [(clip, 1, json.dumps({"source": "voices", "uploaded": day})) for clip, day in said]
    captures += [(f"peertube-many{number:04}", 2, '{"source": "disk", "uploaded": null}') for number in range(1100)]
    older_ledger(path, {}, form="0011")
    with sqlite3.connect(path) as old:
        old.executemany("INSERT INTO captures (clip, version, media, body) VALUES (?, ?, 'm', ?)", captures)
        old.execute("INSERT INTO captures (clip, version, media, body) VALUES ('peertube-torn', 1, 'm', '{')")
        old.execute(
            "INSERT INTO listings (source, clip, body, first_seen, last_seen) VALUES ('feed', 'peertube-1', ?, ?, ?)",
            (json.dumps({"uploaded": "20190405"}), "2026-03-02 08:00:00", "2026-03-02 08:00:00"),
        )
    old.close()
    Ledger(path).close()
    with sqlite3.connect(path) as new:
        found = {row[0]: row[1:] for row in new.execute("SELECT clip, source, month FROM captures ORDER BY clip")}
        assert list(new.execute("SELECT source, clip, month FROM listings")) == [("feed", "peertube-1", "2019-04")]
    new.close()
    assert len(found) == 1105
    assert found["peertube-1"] == ("voices", "2019-03")
    assert found["peertube-2"] == found["peertube-3"] == found["peertube-4"] == ("voices", None)
    assert found["peertube-many1099"] == ("disk", None)
    assert found["peertube-torn"] == (None, None), "what is damaged is told by whoever reads it"


def test_what_waited_in_an_older_ledger_waits_on(tmp_path: Path) -> None:
    one = Unaccepted(
        object="work-peertube-x", version=2, sha512="ab" * 64, targets=("a", "b"), why="so", words="access"
    )
    two = one.model_copy(update={"version": 3, "targets": ("b",), "words": ""})
    old = json.dumps([each.model_dump(mode="json", exclude={"ours"}) for each in (one, two)])
    older_ledger(tmp_path / "ledger.sqlite", {"unaccepted:work-peertube-x": old, "unacceptedX": "another fact"})
    ledger = Ledger(tmp_path / "ledger.sqlite")
    try:
        assert unaccepted(ledger) == [one, two]
        assert ledger.markers.beginning("unaccepted") == {"X": "another fact"}
    finally:
        ledger.close()


@pytest.mark.parametrize("body", ["{", "[1]", "[{}]", "3", '{"targets": 1}'])
def test_an_older_ledger_of_which_cannot_be_read_what_waits_is_damaged(tmp_path: Path, body: str) -> None:
    older_ledger(tmp_path / "ledger.sqlite", {"unaccepted:work-peertube-x": body})
    with pytest.raises(LedgerUnusable, match="what waits to be accepted cannot be read"):
        Ledger(tmp_path / "ledger.sqlite")


def test_ledger_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(SettingsError, match=r"ledger\.sqlite: a later thirdcopy made this ledger .*9999.*update first"):
        Ledger(path)


def test_moments_keep_their_zone(ledger: Ledger) -> None:
    ledger.clips.failed("peertube-x", "fetch", kind="passing", message="again", now=MONDAY)
    assert ledger.clips.failures()[0].at == MONDAY
    assert ledger.clips.failures()[0].at.tzinfo is not None


def test_more_judgements_than_one_query_names_are_kept_in_their_order(ledger: Ledger) -> None:
    links = [a_link("peertube-x", str(number)) for number in range(1200)]
    ledger.readings.set_links("peertube-x", links, event=None)
    event = Event(object="work-peertube-x", type=METADATA, at=MONDAY, agent="A. Reader")
    verdicts: tuple[Decision, ...] = ("negative", "positive")
    for hours, verdict in enumerate(verdicts):
        given = [(link, a_judgement(link, verdict, hours=hours), event) for link in links]
        assert ledger.readings.judge_as_seen(given) == []
        assert ledger.readings.judge_as_seen(given) == [], "once more, and nothing is added"
    wanted = [link.id for link in links[::2]]
    found = ledger.readings.judgements_by_link(links=wanted)
    assert set(found) == set(wanted)
    assert {tuple(one.verdict for one in some) for some in found.values()} == {verdicts}
    assert len(list(ledger.events.all())) == 2400
