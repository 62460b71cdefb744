"""The list of stages: its order, what is one batch's, and what becomes of the rest where a stage fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import SettingsError
from archive.opening.archive import Archive
from archive.preservation.usable_targets import ready
from archive.records.clip import Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.settings.stanzas import PoolSettings
from archive.steps import stages
from archive.steps.counted_steps import Tally
from archive.steps.resting import leave_alone
from archive.steps.run_session import RunSession
from archive.steps.stages import AT_THE_END, FETCH, STAGES, TRANSCRIBE, Asked, Part, Stage, in_turn, take
from tests.support.archives import Clock, an_archive, events, folder_targets, keep, store_all, transcript
from transcription.errors import ModelError
from transcription.hearing.track_reading import TrackReader
from transcription.records import Options

CLIPS = tuple(f"peertube-{number}" for number in range(5))


class Broken(Exception):
    """What no stage expects."""


class Said:
    """Keeps what is said to a person."""

    def __init__(self) -> None:
        self.lines = list[str]()

    def say(self, line: str) -> None:
        self.lines.append(line)


@contextmanager
def a_session(folder: Path, *, sources: tuple[str, ...] = (), batch: int = 2) -> Iterator[RunSession]:
    """A session of an archive with one target, and sources that nobody asks."""
    with an_archive(folder / "state", folder_targets(folder, "a"), clock=Clock()) as archive:
        stanza = YtdlpSettings(url="https://tube.example.org/c/voices")
        prefect = archive.settings.prefect.model_copy(update={"batch": batch})
        update = {"sources": dict.fromkeys(sources, stanza), "prefect": prefect}
        archive = replace(archive, settings=archive.settings.model_copy(update=update))
        yield RunSession(archive, ready(archive), load=no_model)


def no_model(options: Options) -> TrackReader:
    raise ModelError(options.model, "is not there")


def listed(archive: Archive, source: str, numbers: tuple[int, ...]) -> None:
    """A source lists clips."""
    listings = [
        Listing(
            source=source, extractor="PeerTube", platform_id=str(n), url=f"https://tube.example.org/w/{n}", title="x"
        )
        for n in numbers
    ]
    archive.ledger.clips.seen(listings, archive.clock())


def test_the_stages_are_in_the_order_of_a_clips_way_and_the_last_one_stands() -> None:
    assert [stage.name for stage in STAGES] == [
        "store what is owed",
        "list",
        "fetch and store",
        "look again",
        "record disks",
        "read captions",
        "look for joins",
        "read registers",
        "transcribe",
        "link",
        "seal, store and record",
    ]
    assert [stage.name for stage in STAGES if stage.stands] == ["seal, store and record"]
    assert [stage.name for stage in AT_THE_END if stage.stands] == ["seal", "store", "record"]
    assert [stage.name for stage in STAGES if stage.side_by_side] == ["list", "fetch and store", "look again"]


def test_after_an_error_only_what_stands_is_done_and_the_first_error_is_raised(tmp_path: Path) -> None:
    done, said = list[str](), Said()

    def stage(name: str, error: Exception | None = None, *, stands: bool = False) -> Stage:
        def step(_session: RunSession, _asked: Asked, _part: Part) -> Tally:
            done.append(name)
            if error:
                raise error
            return Tally(listed=1)

        return Stage(name, step, stands=stands)

    first, second = Broken("first"), Broken("second")
    some = [stage("a"), stage("b", first), stage("c"), stage("d", second, stands=True), stage("e", stands=True)]
    with a_session(tmp_path) as session:
        telling = RunSession(replace(session.archive, progress=said), session.usable_targets)  # type: ignore[arg-type]
        with pytest.raises(Broken, match="first"):
            take(telling, Asked(), some)
    assert done == ["a", "b", "d", "e"]
    assert said.lines == ["d: second"]


@pytest.mark.parametrize("side_by_side", [True, False])
def test_of_independent_parts_all_are_done_though_one_breaks(tmp_path: Path, side_by_side: bool) -> None:
    done = list[str | None]()

    def step(_session: RunSession, _asked: Asked, part: Part) -> Tally:
        done.append(part.source)
        if part.source in ("a", "b"):
            raise Broken(part.source)
        return Tally(listed=1)

    stage = Stage("x", step, lambda *_: [Part(name) for name in "abc"], side_by_side=side_by_side)
    with a_session(tmp_path, sources=("a", "b", "c")) as session, pytest.raises(Broken, match="a"):
        stage.due(session, Asked(), in_turn)
    assert done == (["a", "b", "c"] if side_by_side else ["a"])


def test_a_model_that_is_missing_is_looked_for_once_and_told_once(tmp_path: Path) -> None:
    asked = list[str]()

    def load(options: Options) -> TrackReader:
        asked.append(options.model)
        return no_model(options)

    with a_session(tmp_path) as session:
        for clip in CLIPS:
            keep(session.archive, clip)
        store_all(session.archive)
        loading = RunSession(session.archive, session.usable_targets, load=load)
        assert [part.clips for part in TRANSCRIBE.parts(loading, Asked())] == [CLIPS[:2], CLIPS[2:4], CLIPS[4:]]
        tally = take(loading, Asked(), [TRANSCRIBE])
    (problem,) = tally.problems
    assert problem.startswith("nothing more was transcribed: ")
    assert len(asked) == 1


def test_an_error_that_is_no_stages_own_is_raised_by_a_stage_that_expects_none(tmp_path: Path) -> None:
    def step(_session: RunSession, _asked: Asked, _part: Part) -> Tally:
        raise ModelError("large", "is not there")

    with a_session(tmp_path) as session, pytest.raises(ModelError, match="is not there"):
        Stage("x", step).due(session, Asked(), in_turn)


def test_batches_of_sources_take_turns_and_a_clip_of_two_is_in_one_of_them(tmp_path: Path) -> None:
    with a_session(tmp_path, sources=("one", "two")) as session:
        listed(session.archive, "one", (0, 1, 2))
        listed(session.archive, "two", (2, 3, 4))
        parts = FETCH.parts(session, Asked())
        assert parts == [Part("one", CLIPS[:2]), Part("two", CLIPS[3:]), Part("one", CLIPS[2:3])]
        assert FETCH.parts(session, Asked(sources=("two",))) == [Part("two", CLIPS[2:4]), Part("two", CLIPS[4:])]
        assert FETCH.parts(session, Asked(clips=frozenset({CLIPS[4]}))) == [Part("two", CLIPS[4:])]


def test_a_run_that_hands_batches_out_cuts_them_for_all_who_may_be_at_a_source(tmp_path: Path) -> None:
    numbers = tuple(range(12))
    with a_session(tmp_path, sources=("one",), batch=50) as session:
        listed(session.archive, "one", numbers)
        assert [len(part.clips) for part in FETCH.parts(session, Asked())] == [12]
        stanza = session.archive.settings.sources["one"].model_copy(update={"at_once": 2})
        update = {"sources": {"one": stanza}, "pools": PoolSettings()}
        handing = replace(session.archive, settings=session.archive.settings.model_copy(update=update))
        parts = FETCH.parts(RunSession(handing, session.usable_targets), Asked())
        assert [len(part.clips) for part in parts] == [6, 6]
        (again,) = FETCH.parts(RunSession(handing, session.usable_targets), Asked(clips=frozenset(parts[0].clips)))
        assert again == parts[0], "whoever takes a batch does not divide it anew"


def test_what_a_source_that_is_left_alone_shares_is_fetched_by_the_other(tmp_path: Path) -> None:
    with a_session(tmp_path, sources=("one", "two"), batch=50) as session:
        listed(session.archive, "one", (0, 1, 2))
        listed(session.archive, "two", (2, 3))
        leave_alone(session.archive, "one", 3600)
        assert FETCH.parts(session, Asked()) == [Part("two", CLIPS[2:4]), Part("one", CLIPS[:2])]


def test_a_source_is_one_for_the_whole_run_so_that_batches_keep_the_time_between_two_fetches(tmp_path: Path) -> None:
    with a_session(tmp_path, sources=("one", "two")) as session:
        assert session.source("one") is session.source("one")
        assert session.source("one") is not session.source("two")
        with pytest.raises(SettingsError, match="there is no source three; there are: one, two"):
            session.source("three")


def test_clips_that_are_asked_for_need_no_listing(tmp_path: Path) -> None:
    with a_session(tmp_path, sources=("one", "two")) as session:
        assert stages.LIST.parts(session, Asked()) == [Part("one"), Part("two")]
        assert stages.LIST.parts(session, Asked(clips=frozenset(CLIPS))) == []


def test_what_cannot_be_sealed_hinders_neither_storing_nor_the_run_record(tmp_path: Path) -> None:
    clip = CLIPS[0]
    with a_session(tmp_path) as session:
        archive = session.archive
        keep(archive, clip)
        store_all(archive)
        archive.ledger.readings.add_transcript(clip, *transcript(clip), event=None)
        keep(archive, CLIPS[1])
        (archive.spool / f"work-{clip}").write_text("in the way")
        with pytest.raises(OSError, match=f"work-{clip}"):
            take(session, Asked(), AT_THE_END)
        assert not archive.ledger.copies.owed("a"), "the other clip's evidence was stored, and the record too"
        assert archive.ledger.events.last_run()
        assert archive.ledger.events.waiting(10) == []
        (archive.spool / f"work-{clip}").unlink()
        assert take(session, Asked(), AT_THE_END).sealed == 1
        assert events(archive, f"work-{clip}")


def test_a_failure_of_an_earlier_run_is_told_of_the_clips_that_were_asked_for(tmp_path: Path) -> None:
    with a_session(tmp_path) as session:
        archive = session.archive
        listed(archive, "gone-from-the-settings", (0, 1))
        for clip in CLIPS[:2]:
            archive.ledger.clips.failed(clip, "fetch", kind="damaged", message="cut off", now=archive.clock())
        told = stages.run(session, Asked(clips=frozenset(CLIPS[:1]), retry=True)).problems
        assert [problem.partition(":")[0] for problem in told] == [CLIPS[0]]
        assert len(stages.run(session, Asked()).problems) == 2


def test_what_is_wrong_with_a_target_is_part_of_what_a_run_says(tmp_path: Path) -> None:
    with a_session(tmp_path) as session:
        usable_targets = replace(
            session.usable_targets, problems={"b": "does not answer"}, beyond={"a": "it holds more"}
        )
        tally = stages.run(RunSession(session.archive, usable_targets), Asked())
    assert tally.problems == ("b is not usable now: does not answer", "a: it holds more")
