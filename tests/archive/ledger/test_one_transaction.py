"""A change and its event are one: where the event cannot be kept, or the process dies before it is, nothing is changed.

Once by a trigger in the database that refuses the event, once by a kill -9 between the two.
"""

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from archive.acts.accepting import accept, refuse, waiting_of
from archive.acts.access import give_access
from archive.acts.correcting import EditedFile, correct
from archive.acts.declaring import declare
from archive.acts.disclosing import left
from archive.acts.judging import judge, judge_all, take_back
from archive.acts.judging_joins import judge_join
from archive.errors import LedgerUnusable
from archive.ledger import tables as t
from archive.ledger.copies import SealedVersion
from archive.linking.registers.register import Register
from archive.objects import ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.bringing import bring
from archive.preservation.mirroring import store_owed
from archive.preservation.rebuilding import rebuild
from archive.preservation.repairing import repair
from archive.preservation.sealing import Provenance, document, seal
from archive.preservation.space import file_at
from archive.preservation.usable_targets import ready
from archive.records.event import CAPTURE
from archive.records.link import Link
from archive.records.object_ids import ObjectId
from archive.settings.stanzas import RegisterSettings
from archive.steps.captioning import caption_clip
from archive.steps.carrying import carry
from archive.steps.linking import link_clip, load_known, prepare_registers
from archive.steps.proposing_joins import propose_joins
from archive.steps.registering import import_register
from archive.steps.work_objects import seal_work
from archive.texts.shown import shown
from tests.archive.linking.people import ENTRIES
from tests.support.archives import (
    Clock,
    a_link,
    an_archive,
    finished,
    folder_targets,
    keep,
    media_of,
    store_all,
    transcript,
    usable,
    with_work,
)
from tests.support.engines import EngineName, engine_name, written
from tests.support.packages import HOME
from tests.tampering.objects import Object, dumped
from transcription.documents.showing import to_vtt

CLIP, OTHER, NAME = "peertube-one", "peertube-two", "whisper-base-t1"
TEXT, NEW = "My brother Ghulamjan Ablimit was arrested.", "My cousin Ghulamjan Ablimit was arrested."
VTT = f"WEBVTT\n\n00:00.000 --> 00:12.000\n{TEXT}\n"
MEDIA = f"v1/content/media/{CLIP}.mp4"
ME = "A. Reader"


@dataclass(frozen=True)
class Place:
    """An archive and the folder of its targets."""

    archive: Archive
    folder: Path

    def at(self, target: str, path: str) -> Path:
        return self.folder / target / "ocfl" / ocfl.object_path(f"evidence-{CLIP}") / path


def links() -> list[Link]:
    return [a_link(CLIP), a_link(CLIP, "7")]


@contextmanager
def opened(folder: Path) -> Iterator[Place]:
    registers = {"victims": RegisterSettings(file=folder / "victims.csv")}
    clock = Clock()
    clock.advance(hours=1)
    with an_archive(folder / "state", folder_targets(folder), clock=clock, registers=registers) as archive:
        yield Place(archive, folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, engine: EngineName) -> Path:
    """Two clips at three folders, one of them with a talk and links."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "victims.csv").write_text("Entry,Victim's Name\n1,Dauren Seitqali\n", encoding="utf-8")
    with an_archive(folder / "state", folder_targets(folder)) as archive:
        for clip in (CLIP, OTHER):
            keep(archive, clip, captions={"en": VTT})
        archive.ledger.readings.add_transcript(CLIP, *transcript(CLIP, TEXT), event=None)
        archive.ledger.readings.set_links(CLIP, links(), event=None)
        store_all(archive)
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Iterator[Place]:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path) as place:
        yield place


def kept(archive: Archive) -> list[str]:
    """All that the ledger holds, but who is at it; a row a line, with the name of its table."""
    with written(archive.ledger) as connection:
        return [
            f'INTO "{table.name}" {tuple(row)}'
            for table in t.metadata.sorted_tables
            if table.name != "leases"
            for row in connection.execute(sa.select(table).order_by(*table.primary_key))
        ]


_REFUSE: dict[EngineName, list[str]] = {
    "sqlite": [
        "CREATE TRIGGER refused BEFORE INSERT ON events WHEN (SELECT count(*) FROM events) >= {number} "
        "BEGIN SELECT RAISE(ABORT, 'no event is kept'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF (SELECT count(*) FROM events) >= {number} THEN RAISE 'no event is kept'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER refused BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}
_TAKE: dict[EngineName, list[str]] = {
    "sqlite": ["DROP TRIGGER refused"],
    "postgresql": ["DROP TRIGGER refused ON events", "DROP FUNCTION refuse"],
}


def refusing_events(archive: Archive, *, after: int) -> None:
    """Have the database refuse events, once so many more are there."""
    with written(archive.ledger) as connection:
        number = connection.execute(sa.select(sa.func.count()).select_from(t.events)).scalar_one() + after
        for statement in _REFUSE[engine_name()]:
            connection.exec_driver_sql(statement.format(number=number))


def taking_events(archive: Archive) -> None:
    with written(archive.ledger) as connection:
        for statement in _TAKE[engine_name()]:
            connection.exec_driver_sql(statement)


def judging(place: Place) -> None:
    judge(place.archive, links()[0], "positive", by=ME, why="she says it")


def judging_two(place: Place) -> None:
    judge_all(place.archive, [(link, "negative", None) for link in links()], by=ME)


def correcting(place: Place) -> None:
    (one,) = shown(place.archive, CLIP)
    text = to_vtt(one.document, one.layers, one.stamp(CLIP))
    assert TEXT in text
    assert correct(place.archive, CLIP, EditedFile(text.replace(TEXT, NEW).encode()), by=ME).applied


def declaring(place: Place) -> None:
    declare(place.archive, CLIP, ["ug"], by=ME)


def opening(place: Place) -> None:
    give_access(place.archive, CLIP, "public", by=ME)


def taking_out(place: Place) -> None:
    left(place.archive, [CLIP, OTHER], "export", ME)


def importing(place: Place) -> None:
    assert import_register(place.archive, "victims", place.archive.targets, by=ME).new


def capturing(place: Place) -> None:
    new = ObjectId.evidence_of("peertube-new")
    event = place.archive.happened(new, CAPTURE, detail="made up")
    items = {"one.txt": document(b"one")}
    assert seal(place.archive, new, items, Provenance("made up", event=event), usable=place.archive.targets)


def captioning(place: Place) -> None:
    assert caption_clip(place.archive, CLIP, place.archive.targets).transcripts == 1


def linking(place: Place) -> None:
    registers = {"victims": Register(name="victims", sha256="0" * 64, entries=ENTRIES)}
    index = prepare_registers(registers, load_known(place.archive.settings))
    assert link_clip(place.archive, index, CLIP).links


def reading_in_full(place: Place) -> None:
    assert audit(place.archive, {"a": place.archive.targets["a"]}, [f"evidence-{CLIP}"])["a"].sound == 1


def spoil(place: Place) -> None:
    file = place.at("a", MEDIA)
    file.write_bytes(bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:])


def finding_damage(place: Place) -> None:
    assert audit(place.archive, {"a": place.archive.targets["a"]}, [f"evidence-{CLIP}"])["a"].findings


def spoil_and_find(place: Place) -> None:
    spoil(place)
    finding_damage(place)


def mending(place: Place) -> None:
    assert repair(place.archive, usable(place.archive))["a"].versions == 1


def judged(place: Place) -> None:
    judging(place)


def taking_back(place: Place) -> None:
    (judgement,) = place.archive.ledger.readings.judgements(CLIP)
    take_back(place.archive, CLIP, judgement)


def carrying(place: Place) -> None:
    before = {one.ref.name: one for one in shown(place.archive, CLIP)}
    ref, body = transcript(CLIP, "Another reading.")
    assert carry(place.archive, CLIP, before, name=NAME, sha512=ref.sha512, body=body) == 1


def sealing_another(place: Place) -> None:
    assert keep(place.archive, CLIP, 2)


def storing(place: Place) -> None:
    assert store_all(place.archive)["a"].versions == 1


def spoil_and_unspool(place: Place) -> None:
    spoil(place)
    shutil.rmtree(place.archive.spool)


def bringing(place: Place) -> None:
    """Whoever is asked for a file and has it damaged is owed it again."""
    sealed = place.archive.ledger.copies.head(f"evidence-{CLIP}")
    assert sealed
    film, a = file_at(place.archive, sealed, f"media/{CLIP}.mp4"), {"a": place.archive.targets["a"]}
    with pytest.raises(Exception, match=r"(?i)damaged|other bytes|sha512|did not do what it was asked"):
        bring(place.archive, film, place.folder / "brought", a)
    (copy,) = [one for one in place.archive.ledger.copies.of(f"evidence-{CLIP}", 1) if one.target == "a"]
    if copy.state != "owed":
        raise LedgerUnusable("not doubted")


def kept_twice(place: Place) -> None:
    """The same film under another name, and nothing in the spool: no sound is heard."""
    keep(place.archive, "peertube-three", media=media_of(CLIP))
    shutil.rmtree(place.archive.spool)


def proposing(place: Place) -> None:
    assert propose_joins(place.archive, place.archive.targets).joins == 1


def judging_a_join(place: Place) -> None:
    judge_join(place.archive, (OTHER, CLIP), "same", by=ME)


def nothing(place: Place) -> None:
    """Nothing has to be there before."""


DEEDS: dict[str, tuple[Callable[[Place], object], Callable[[Place], object], int]] = {
    "judge": (nothing, judging, 0),
    "judge two, the second refused": (nothing, judging_two, 1),
    "take a judgement back": (judged, taking_back, 0),
    "correct": (nothing, correcting, 0),
    "declare": (nothing, declaring, 0),
    "open": (nothing, opening, 0),
    "take out of two clips, the second refused": (nothing, taking_out, 1),
    "import a register": (nothing, importing, 0),
    "import a register, its capture refused": (nothing, importing, 1),
    "seal a capture": (nothing, capturing, 0),
    "seal a capture, its event refused": (nothing, capturing, 1),
    "read captions": (nothing, captioning, 0),
    "link": (nothing, linking, 0),
    "read in full": (nothing, reading_in_full, 0),
    "find damage": (spoil, finding_damage, 0),
    "repair": (spoil_and_find, mending, 0),
    "carry corrections over": (correcting, carrying, 0),
    "store": (sealing_another, storing, 0),
    "propose a join": (kept_twice, proposing, 0),
    "judge a join, the event of its second clip refused": (nothing, judging_a_join, 1),
    "doubt a copy": (spoil_and_unspool, bringing, 0),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_where_the_event_is_refused_nothing_is_changed(place: Place, deed: str) -> None:
    prepare, do, after = DEEDS[deed]
    prepare(place)
    _all_or_nothing(place, do, after)


def _all_or_nothing(place: Place, do: Callable[[Place], object], after: int = 0) -> None:
    before = kept(place.archive)
    refusing_events(place.archive, after=after)
    with pytest.raises(LedgerUnusable):
        do(place)
    taking_events(place.archive)
    assert kept(place.archive) == before
    do(place)
    now = kept(place.archive)
    assert sum('INTO "events"' in line for line in now) > sum('INTO "events"' in line for line in before)


def test_where_the_event_is_refused_nothing_is_accepted(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path)
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, CLIP)
        archive.ledger.clips.mark_done(CLIP, "transcribe", "[]")
        with_work(archive, CLIP)
        finished(archive)
        give_access(archive, CLIP, "public", by=ME)
        declare(archive, CLIP, ["ug"], by=ME)
        assert seal_work(archive, CLIP, targets).sealed
        assert store_owed(archive, {"a": targets["a"]})["a"].versions
    with an_archive(tmp_path / "new", targets) as archive:
        assert [(one.version, one.targets) for one in rebuild(archive, targets).waiting] == [(2, ("a",))]
        before = archive.ledger.copies.head(f"work-{CLIP}")
        assert before
        assert before.version == 1

        def accepting(place: Place) -> None:
            done = accept(place.archive, targets, waiting_of(place.archive, None), ME)
            assert ([one.version for one in done.accepted], done.problems) == ([2], [])

        _all_or_nothing(Place(archive, tmp_path), accepting)
        after = archive.ledger.copies.head(f"work-{CLIP}")
        assert after
        assert after.version == 2
        given = archive.ledger.clips.access(CLIP)
        assert given
        assert (given.level, waiting_of(archive, None)) == ("public", [])


def test_where_the_event_is_refused_nothing_is_refused_and_nothing_owed(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path)
    with an_archive(tmp_path / "state", targets) as archive:
        ready(archive)
        keep(archive, CLIP)
        finished(archive)
        there = Object(tmp_path / "a" / "ocfl", f"evidence-{CLIP}")
        inventory = there.inventory()
        inventory["versions"]["v1"]["message"] = "another hand's"
        there.commit(dumped(inventory))
        audit(archive, targets)
        waiting = waiting_of(archive, None)
        assert [one.is_fork for one in waiting] == [True]
        archive.ledger.copies.mark(
            next(one for one in archive.ledger.copies.of(f"evidence-{CLIP}") if one.target == "b"), event=None
        )
        _all_or_nothing(Place(archive, tmp_path), lambda place: refuse(place.archive, waiting, ME))
        assert waiting_of(archive, None) == []


KILLED = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from tests.archive.ledger.test_one_transaction import DEEDS, opened

folder, deed, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
told = []

def die():
    os.kill(os.getpid(), signal.SIGKILL)

@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def before(connection, cursor, statement, *rest):
    if statement.startswith("INSERT INTO events"):
        told.append(statement)
        if moment == "before the event":
            die()

@sa.event.listens_for(sa.Engine, "commit")
def commit(connection):
    if told and moment == "before the commit":
        die()

with opened(folder) as place:
    DEEDS[deed][1](place)
    die()
"""


@pytest.mark.parametrize(
    ("deed", "moment"),
    [
        ("judge", "before the event"),
        ("judge", "before the commit"),
        ("judge", "after it"),
        *((deed, "before the commit") for deed in ("correct", "declare", "open", "import a register")),
    ],
)
def test_a_kill_leaves_both_or_none(place: Place, deed: str, moment: str) -> None:
    before = kept(place.archive)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(place.folder), deed, moment], cwd=HOME, timeout=120, check=False
    )
    assert done.returncode == -9
    with opened(place.folder) as again:
        now = kept(again.archive)
        new = set(now) - set(before)
        assert bool(new) is any('INTO "events"' in line for line in new) is (moment == "after it")
        if moment != "after it":
            DEEDS[deed][1](again)


ALONE = {
    "acts/accepting.py",
    "preservation/auditing.py",
    "preservation/late_writers.py",
    "preservation/restoring.py",
    "steps/seeing.py",
}
"""Where an event is kept by itself: what it tells of changed a target or a folder, or is in one transaction with it."""


def test_an_event_is_kept_by_itself_only_where_the_ledger_holds_nothing_of_what_it_tells() -> None:
    found = set[str]()
    for room in ("archive", "flows"):
        for file in (HOME / room).rglob("*.py"):
            calls = (node.func for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))
            if any(isinstance(func, ast.Attribute) and func.attr == "event" for func in calls):
                found.add(str(file.relative_to(HOME / "archive")) if room == "archive" else str(file))
    assert found == ALONE


def breaking(archive: Archive, fact: str) -> None:
    with archive.ledger.at_once():
        archive.ledger.markers.set(fact, "1")
        raise ZeroDivisionError


def test_what_is_raised_within_undoes_all_and_what_is_caught_its_own_part(place: Place) -> None:
    facts = place.archive.ledger.markers
    with place.archive.ledger.at_once():
        facts.set("one", "1")
        assert facts.get("one") == "1"
        with pytest.raises(ZeroDivisionError):
            breaking(place.archive, "two")
        assert facts.get("two") is None
    assert facts.get("one") == "1"
    with pytest.raises(ZeroDivisionError):
        breaking(place.archive, "three")
    assert facts.get("three") is None


def test_a_version_that_is_sealed_again_makes_no_second_event(place: Place) -> None:
    head = place.archive.ledger.copies.head(f"evidence-{CLIP}")
    assert isinstance(head, SealedVersion)
    before = kept(place.archive)
    event = place.archive.happened(head.object, CAPTURE)
    place.archive.ledger.copies.seal(head, events=[event])
    assert kept(place.archive) == before
