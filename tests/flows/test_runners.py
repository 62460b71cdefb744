"""One channel through the three runners, plain, Prefect and retry: the same comes of it, also where a stage fails."""

import json
import os
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from archive.objects import ocfl
from archive.opening.archive import LEDGER, opened
from archive.settings.settings import Settings, load
from archive.sources import open_source
from archive.steps.counted_steps import list_step
from flows.orchestration import server
from tests.flows.place import PATIENCE, Done, Place, little_archive, videos
from tests.world.channel import Video

pytestmark = pytest.mark.timeout(600)
RUNNERS = {"plain": ("run", "--plain"), "prefect": ("run",), "retry": ("retry",)}
ENTRIES = ("153", "1358", "507")
REGISTER = "Entry,Victim's Name\n" + "".join(f"{entry},Karim Lindenbrook\n" for entry in ENTRIES)
EXTRA = '[registers.victims]\nfile = "register.csv"\n[prefect]\nbatch = 2\n'
"""Two batches of three clips."""


@dataclass(frozen=True)
class Outcome:
    """What came of a run, without what differs by the moment: of events and copies how many there are of each kind."""

    code: int
    said: str
    tally: dict[str, Any]
    problems: list[str]
    sealed: list[tuple[str, list[tuple[str, int]]]]
    copies: list[tuple[Any, ...]]
    clips: dict[str, list[tuple[Any, ...]]]
    recorded: list[list[tuple[Any, ...]]]
    waiting: int


@dataclass(frozen=True)
class Failing:
    """A stage that fails: how it is brought about in an archive that nothing was fetched to, and what is said of it.

    To read three clips takes the longest by far: there is no model where something else fails, and it says so.
    """

    brought: Callable[[Place], None] = lambda _place: None
    with_model: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    tally: dict[str, int] = field(default_factory=dict)
    code: int = 3
    recorded: bool = True


def no_register(place: Place) -> None:
    (place.folder / "register.csv").write_bytes(b"Entry,Victim's Name\n1,\xff\xfe\n")


def target_down(place: Place) -> None:
    (place.folder / "three").rename(place.folder / "elsewhere")


def target_in_parts(place: Place) -> None:
    """At one target nothing can be put where the first clip's evidence goes: a file is in its way."""
    with closing(sqlite3.connect(place.folder / "state" / LEDGER)) as ledger:
        (first,) = ledger.execute("SELECT min(clip) FROM failures").fetchone()
    way = place.folder / "three" / "ocfl" / Path(ocfl.object_path(f"evidence-{first}")).parts[0]
    way.write_text("in the way")


def no_folder_of_registers(place: Place) -> None:
    """Where snapshots are kept while they are linked against is a file: the link stage breaks off in an OSError."""
    (place.folder / "state" / "registers").write_text("in the way")


FAILURES = {
    "nothing": Failing(
        with_model=True,
        tally={"fetched": 3, "transcribed": 3, "captioned": 3, "snapshots": 1, "links": 3, "sealed": 3},
        code=0,
    ),
    "a register that cannot be read": Failing(
        no_register,
        said=("register victims was not read: ", "is not UTF-8"),
        tally={"fetched": 3, "captioned": 3, "snapshots": 0, "links": 0, "sealed": 3},
    ),
    "a model that is missing": Failing(
        said=("nothing more was transcribed: ",),
        tally={"fetched": 3, "transcribed": 0, "captioned": 3, "links": 3, "sealed": 3},
    ),
    "a target that is down": Failing(
        target_down,
        said=("three is not usable now: ",),
        tally={"fetched": 3, "captioned": 3, "links": 3, "sealed": 3},
    ),
    "a target that breaks on one object": Failing(
        target_in_parts,
        said=("three: ",),
        tally={"fetched": 3, "captioned": 3, "links": 3, "sealed": 3},
    ),
    "a disk that is full": Failing(
        environment={"THIRDCOPY_FREE_GIB": "10000000"},
        said=("and free_gib keeps", "register victims was not read: "),
        tally={"fetched": 0, "transcribed": 0, "snapshots": 0, "links": 0, "sealed": 0},
        recorded=False,  # nothing happened to any object
    ),
    "a stage that breaks off": Failing(no_folder_of_registers, said=("File exists: ",), code=1),
}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, films: Path, prefect_home: Path) -> Iterator[tuple[Path, Place]]:
    """An archive whose targets are ready and whose clips were listed, and failed in passing; with a server of Prefect.

    So each of them is due for a run, and for a retry as well.
    """
    folder = tmp_path_factory.mktemp("begun")
    shown = [told(video, entry) for video, entry in zip(videos(films, 3), ENTRIES, strict=True)]
    home = tmp_path_factory.mktemp("server")
    with (
        little_archive(folder, shown, extra=EXTRA) as (place, _),
        little_archive(home, [], prefect=prefect_home) as (beside, _),
        server.served(load(beside.file)),
    ):
        place.file.write_text(place.file.read_text().replace("minimum_copies = 3", "minimum_copies = 2"))
        (folder / "register.csv").write_text(REGISTER)
        assert place.thirdcopy("mirror").code == 0
        with opened(settings_of(place)) as archive:
            assert list_step(archive, open_source(archive, "voices")).new == 3
            for clip in archive.ledger.clips.ids():
                archive.ledger.clips.failed(clip, "fetch", kind="passing", message="cut off", now=archive.clock())
        yield beside.prefect, place


def told(video: Video, entry: str) -> Video:
    """A video that names an entry of the register, also in its captions."""
    words = f"About Karim Lindenbrook, entry {entry}."
    return replace(video, description=words, captions={"en": f"WEBVTT\n\n00:00.000 --> 00:01.000\n{words}\n"})


def settings_of(place: Place) -> Settings:
    before = dict(os.environ)
    os.environ.update(place.environment)
    try:
        return load(place.file)
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.parametrize("name", FAILURES)
def test_every_runner_makes_the_same_of_a_channel(
    tmp_path: Path, begun: tuple[Path, Place], whisper_folder: Path, name: str
) -> None:
    prefect, place = begun
    failing = FAILURES[name]
    if failing.with_model:
        failing = replace(failing, environment={"THIRDCOPY_TRANSCRIPTION__MODEL": str(whisper_folder)})
    outcomes = all_runners(tmp_path, prefect, place, failing)
    plain = outcomes["plain"]
    assert plain.code == failing.code, plain.said
    told = "\n".join([*plain.problems, plain.said])
    for words in failing.said:
        assert words in told
    assert {what: plain.tally.get(what) for what in failing.tally} == failing.tally
    assert plain.waiting == 0, "whatever happens, a run record holds it"
    assert bool(plain.recorded) is failing.recorded
    for runner in ("prefect", "retry"):
        assert outcomes[runner] == plain, runner


def all_runners(tmp_path: Path, prefect: Path, begun: Place, failing: Failing) -> dict[str, Outcome]:
    """The outcome of each runner, in a copy of the archive of its own; they run at a time."""
    places, processes = dict[str, Place](), {}
    for runner, words in RUNNERS.items():
        place = Place(tmp_path / runner, begun.environment | failing.environment)
        shutil.copytree(begun.folder, place.folder, symlinks=True)
        (place.folder / "state" / "prefect").symlink_to(prefect)
        failing.brought(place)
        places[runner], processes[runner] = place, place.start(*words, "--json")
    found = {}
    for runner, process in processes.items():
        with process:
            try:
                out, err = process.communicate(timeout=PATIENCE)
            finally:
                process.kill()
        found[runner] = outcome(places[runner], Done(process.returncode, out, err))
    return found


def outcome(place: Place, done: Done) -> Outcome:
    """What came of a run that ended. What a listing finds is left out: a retry lists nothing."""
    report = json.loads(done.out) if done.out else {}
    with closing(sqlite3.connect(place.folder / "state" / LEDGER)) as ledger:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return ledger.execute(query).fetchall()

        runs = [run for (run,) in rows("SELECT object FROM versions WHERE object LIKE 'run-%' ORDER BY rowid")]
        name = {run: f"run {number}" for number, run in enumerate(runs)}
        events = [(run, json.loads(body)) for run, body in rows("SELECT run, body FROM events ORDER BY seq")]
        return Outcome(
            code=done.code,
            said=neutral(place, done.err.splitlines()[-1]) if done.code == 1 else "",
            tally={k: v for k, v in report.items() if k not in ("listed", "new", "bytes_stored", "problems")},
            problems=[neutral(place, problem) for problem in report.get("problems", [])],
            sealed=in_order(rows("SELECT object, version FROM versions ORDER BY rowid"), name),
            copies=sorted(
                (name.get(o, o), *rest) for o, *rest in rows("SELECT object, version, target, state FROM copies")
            ),
            clips={
                "captures": rows("SELECT clip, version, media FROM captures ORDER BY clip"),
                "failures": rows("SELECT clip, step, kind, times FROM failures ORDER BY clip, step"),
                "transcripts": rows("SELECT clip, name, body FROM transcripts ORDER BY clip, name"),
                "links": rows("SELECT clip, entry, json_extract(body, '$.score') FROM links ORDER BY clip, entry"),
                "done": rows("SELECT clip, step, body FROM done ORDER BY clip, step"),
            },
            recorded=[sorted(kinds(events, run)) for run in runs],
            waiting=sum(run is None for run, _ in events),
        )


def in_order(versions: list[tuple[str, int]], name: dict[str, str]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Kinds of objects in the order in which they were sealed, each with its versions: batches come in any order."""
    kinds = groupby(versions, lambda version: version[0].partition("-")[0])
    return [(kind, sorted((name.get(o, o), number) for o, number in some)) for kind, some in kinds]


def kinds(events: list[tuple[str | None, dict[str, Any]]], run: str) -> list[tuple[Any, ...]]:
    """The events of one run record: how many there are of each object, type, target and outcome."""
    keys = ("object", "version", "type", "target", "outcome")
    counted = Counter(tuple(str(event.get(key)) for key in keys) for holder, event in events if holder == run)
    return [(*key, count) for key, count in counted.items()]


def neutral(place: Place, text: str) -> str:
    """A sentence without the folder of its archive."""
    return re.sub(r"\d+\.\d GiB free", "N GiB free", text.replace(str(place.folder), "HERE"))
