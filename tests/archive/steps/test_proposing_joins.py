"""Joins of an archive: proposed once, judged by people, carried by both clips' sidecars, and made anew from there."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.acts.judging_joins import judge_join
from archive.errors import ChangedMeanwhile
from archive.joins.recordings import joint
from archive.opening.archive import Archive
from archive.preservation.rebuilding import rebuild
from archive.records.clip import Stream
from archive.records.join import Join
from archive.records.object_ids import ObjectId
from archive.steps import proposing_joins
from archive.steps.proposing_joins import INDEXED, propose_joins, to_compare
from archive.steps.storing import tidy
from archive.steps.work_objects import build, seal_work, to_seal
from archive.views.join_view import JoinCounts, count_joins, joins_waiting, originals_of
from tests.support.archives import an_archive, finished, folder_targets, keep, store_all
from tests.support.talks import ffmpeg, film_of, talk, words
from transcription.media.decoding import stream_digests
from transcription.media.probing_media import probe

ONE, OTHER, THIRD = "peertube-one", "peertube-other", "peertube-third"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A film; it as a messenger sent it, in another container, with another picture; and another film."""
    folder = tmp_path_factory.mktemp("films")
    speaks = talk(folder / "talk.wav", words(1))
    film = film_of(speaks, folder / "film.mp4", "-metadata", "title=a")
    small, moved = folder / "small.mp4", folder / "moved.mkv"
    ffmpeg("-i", str(film), "-vf", "scale=80:44", "-c:v", "libx264", "-c:a", "aac", "-b:a", "24k", str(small))
    ffmpeg("-i", str(film), "-c", "copy", str(moved))
    another = film_of(talk(folder / "another.wav", words(2), voice="en-us+f2"), folder / "another.mp4")
    repainted = film_of(speaks, folder / "repainted.mp4", picture="mandelbrot")
    return {"film": film, "small": small, "moved": moved, "another": another, "repainted": repainted}


def take(archive: Archive, clip: str, film: Path) -> None:
    """Keep a film as a clip, with what a fetch writes down of it."""
    media, digests = probe(film), stream_digests(film, timeout=60)
    streams = tuple(Stream(index=s.index, kind=s.kind, codec=s.codec, sha256=digests[s.index]) for s in media.content)
    keep(archive, clip, media=film.read_bytes(), duration=media.duration, streams=streams)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as opened:
        yield opened


def proposed(archive: Archive) -> dict[tuple[str, str], Join]:
    return {join.clips: join for join in archive.ledger.joins.of()}


def test_a_clip_alone_is_compared_with_nothing(archive: Archive, films: dict[str, Path]) -> None:
    take(archive, ONE, films["film"])
    assert propose_joins(archive, archive.targets).compared == 0
    assert archive.ledger.joins.fingerprinted() == set()


def test_what_is_one_recording_is_proposed_with_its_reasons_and_only_once(
    archive: Archive, films: dict[str, Path]
) -> None:
    for clip, film in ((ONE, "film"), (OTHER, "small"), (THIRD, "another")):
        take(archive, clip, films[film])
    done = propose_joins(archive, archive.targets)
    assert (done.joins, done.compared, done.problems) == (1, 3, ())
    (join,) = proposed(archive).values()
    assert (join.clips, join.kind) == ((ONE, OTHER), "likely")
    assert join.shared is not None
    assert join.pictures is not None
    assert min(join.shared.one, join.shared.other) > 0.8
    assert (join.pictures.moments, join.pictures.distance is not None and join.pictures.distance <= 10) == (5, True)
    assert any(reason.startswith("the sound is the same for ") for reason in join.reasons)
    assert any(reason.startswith("the pictures are alike") for reason in join.reasons)
    assert propose_joins(archive, archive.targets) == type(done)()
    assert to_compare(archive, bring=True, retry=True).sounds == ()


@pytest.mark.parametrize("at_once", [1, INDEXED])
def test_the_same_is_proposed_in_however_many_batches(
    archive: Archive, films: dict[str, Path], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(proposing_joins, "INDEXED", at_once)
    for clip, film in ((ONE, "film"), (OTHER, "small"), (THIRD, "film")):
        take(archive, clip, films[film])
    propose_joins(archive, archive.targets)
    kinds = {clips: join.kind for clips, join in proposed(archive).items()}
    assert kinds == {(ONE, OTHER): "likely", (ONE, THIRD): "bytes"}


def test_the_same_sound_to_another_picture_is_said_to_be_that(archive: Archive, films: dict[str, Path]) -> None:
    take(archive, ONE, films["film"])
    take(archive, OTHER, films["repainted"])
    propose_joins(archive, archive.targets)
    (join,) = proposed(archive).values()
    assert join.pictures is not None
    assert join.pictures.distance is not None
    assert any("the pictures are" in reason or "the pictures may" in reason for reason in join.reasons)
    assert "the pictures are alike" not in " ".join(join.reasons)


def test_the_same_file_and_the_same_streams_are_seen_without_any_sound(
    archive: Archive, films: dict[str, Path]
) -> None:
    for clip, film in ((ONE, "film"), (OTHER, "film"), (THIRD, "moved")):
        take(archive, clip, films[film])
    store_all(archive)
    tidy(archive, keep_unread=False)
    propose_joins(archive, archive.targets)
    kinds = {clips: join.kind for clips, join in proposed(archive).items()}
    assert kinds == {(ONE, OTHER): "bytes", (ONE, THIRD): "streams", (OTHER, THIRD): "streams"}
    assert archive.ledger.joins.fingerprinted() == set(), "nothing was brought from a target for it"
    assert len(to_compare(archive, bring=True).sounds) == 3
    propose_joins(archive, archive.targets, bring=True)
    assert {clips: join.kind for clips, join in proposed(archive).items()} == kinds
    assert to_compare(archive, bring=True).sounds == ()


def test_a_film_that_cannot_be_heard_is_told_once_and_hinders_no_other(
    archive: Archive, films: dict[str, Path]
) -> None:
    take(archive, ONE, films["film"])
    take(archive, OTHER, films["small"])
    keep(archive, THIRD, media=b"no film")
    done = propose_joins(archive, archive.targets)
    assert done.joins == 1
    assert [problem.partition(":")[0] for problem in done.problems] == [THIRD]
    assert propose_joins(archive, archive.targets).problems == ()
    assert [(f.clip, f.step, f.kind) for f in archive.ledger.clips.failures()] == [(THIRD, "joins", "damaged")]
    assert [problem.partition(":")[0] for problem in propose_joins(archive, archive.targets, retry=True).problems] == [
        THIRD
    ]


KILLED = """
import os, signal, sys
from pathlib import Path
from archive.ledger.joins import Joins
from archive.steps import proposing_joins
from archive.steps.proposing_joins import INDEXED, propose_joins
from tests.support.archives import an_archive, folder_targets

kept = Joins.keep_fingerprint
def then_killed(self, media, made):
    kept(self, media, made)
    os.kill(os.getpid(), signal.SIGKILL)
Joins.keep_fingerprint = then_killed
folder = Path(sys.argv[1])
with an_archive(folder / "state", folder_targets(folder, "ab")) as archive:
    propose_joins(archive, archive.targets)
"""


def test_who_is_killed_goes_on_with_the_next_sound(tmp_path: Path, films: dict[str, Path]) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        for clip, film in ((ONE, "film"), (OTHER, "small"), (THIRD, "another")):
            take(archive, clip, films[film])
    for count in (1, 2):
        root = Path(__file__).parents[3]
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, env=dict(os.environ), timeout=120
        )
        assert done.returncode == -signal.SIGKILL
        with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
            assert len(archive.ledger.joins.fingerprinted()) == count
            assert proposed(archive) == {}
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        assert propose_joins(archive, archive.targets).joins == 1
        assert set(proposed(archive)) == {(ONE, OTHER)}


def test_a_judgement_joins_is_in_both_sidecars_and_is_undone_like_one(archive: Archive, films: dict[str, Path]) -> None:
    for clip, film in ((ONE, "film"), (OTHER, "small")):
        take(archive, clip, films[film])
    store_all(archive)
    propose_joins(archive, archive.targets)
    (join,) = proposed(archive).values()
    assert sorted(to_seal(archive)) == [ONE, OTHER]
    assert originals_of(archive, ONE)[1] == ()
    made = judge_join(archive, (OTHER, ONE), "same", by="R. Researcher", why="the same room", seen=join)
    assert (made.one, made.other) == (ONE, OTHER)
    for clip in (ONE, OTHER):
        (judged,) = build(archive, clip).joins
        assert (judged.judgement, judged.judgements, judged.proposal) == ("same", (made,), join)
        assert seal_work(archive, clip, archive.targets).sealed
    told = [event for event in archive.ledger.events.all() if event.agent == "R. Researcher"]
    assert [event.object for event in told] == [ObjectId.work_of(ONE), ObjectId.work_of(OTHER)]
    assert [one.clip for one in originals_of(archive, OTHER)[1]] == [ONE, OTHER], "the larger picture is better"
    assert joins_waiting(archive) == []
    assert to_seal(archive) == []
    back = judge_join(archive, (ONE, OTHER), "withdrawn", by="R. Researcher", seen=join)
    assert (back.was, back.at > made.at) == ("same", True)
    assert joint(archive.ledger.joins.judgements(ONE)) is None
    assert originals_of(archive, ONE)[1] == ()
    assert [view.proposal for view in joins_waiting(archive)] == [join]
    assert sorted(to_seal(archive)) == [ONE, OTHER]


def test_what_others_join_waits_no_more_but_for_whoever_has_not_judged(
    archive: Archive, films: dict[str, Path]
) -> None:
    for clip in (ONE, OTHER, THIRD):
        take(archive, clip, films["film"])
    propose_joins(archive, archive.targets)
    for clip in (OTHER, THIRD):
        judge_join(archive, (ONE, clip), "same", by="R. Researcher", seen=proposed(archive)[ONE, clip])
    assert joins_waiting(archive) == joins_waiting(archive, by="R. Researcher") == []
    assert count_joins(archive) == JoinCounts(waiting=0, conflicts=0)
    assert [{view.one.clip, view.other.clip} for view in joins_waiting(archive, by="S. Second")] == [
        {ONE, OTHER},
        {ONE, THIRD},
        {OTHER, THIRD},
    ]
    judge_join(archive, (OTHER, THIRD), "different", by="S. Second", seen=proposed(archive)[OTHER, THIRD])
    judge_join(archive, (ONE, THIRD), "withdrawn", by="R. Researcher", seen=proposed(archive)[ONE, THIRD])
    assert [view.other.clip for view in joins_waiting(archive)] == [THIRD]
    assert count_joins(archive) == JoinCounts(waiting=1, conflicts=0)
    judge_join(archive, (ONE, OTHER), "different", by="S. Second", seen=proposed(archive)[ONE, OTHER])
    assert len(joins_waiting(archive)) == 2
    assert count_joins(archive) == JoinCounts(waiting=2, conflicts=1)


def test_nothing_is_kept_of_a_judgement_on_what_is_another_by_now(archive: Archive, films: dict[str, Path]) -> None:
    for clip in (ONE, OTHER):
        take(archive, clip, films["film"])
    propose_joins(archive, archive.targets)
    (join,) = proposed(archive).values()
    seen = join.model_copy(update={"reasons": ("another",)})
    for wrong in (seen, None):
        with pytest.raises(ChangedMeanwhile):
            judge_join(archive, (ONE, OTHER), "same", by="R. Researcher", seen=wrong)
    assert archive.ledger.joins.judgements() == []


def test_a_judged_join_stays_when_it_is_proposed_no_more(archive: Archive, films: dict[str, Path]) -> None:
    for clip in (ONE, OTHER, THIRD):
        take(archive, clip, films["film"])
    propose_joins(archive, archive.targets)
    assert len(proposed(archive)) == 3
    judge_join(archive, (ONE, OTHER), "same", by="R. Researcher", seen=proposed(archive)[ONE, OTHER])
    take(archive, ONE, films["another"])
    propose_joins(archive, archive.targets)
    assert {clips: join.proposed for clips, join in proposed(archive).items()} == {
        (ONE, OTHER): False,
        (OTHER, THIRD): True,
    }


def test_a_rebuild_keeps_proposals_and_judgements(tmp_path: Path, films: dict[str, Path]) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        for clip, film in ((ONE, "film"), (OTHER, "small"), (THIRD, "another")):
            take(archive, clip, films[film])
        store_all(archive)
        propose_joins(archive, targets)
        (join,) = proposed(archive).values()
        judge_join(archive, (ONE, OTHER), "same", by="R. Researcher", seen=join)
        judge_join(archive, (OTHER, THIRD), "different", by="S. Searcher")
        for clip in to_seal(archive):
            assert seal_work(archive, clip, targets).sealed
        before = [archive.ledger.joins.judgements(), proposed(archive)]
        finished(archive)
    with an_archive(tmp_path / "anew", targets) as archive:
        assert not rebuild(archive, targets).problems
        assert [archive.ledger.joins.judgements(), proposed(archive)] == before
        assert propose_joins(archive, targets).joins == 0
        assert proposed(archive) == before[1], "what is not compared anew stays as it was proposed"
        assert propose_joins(archive, targets, bring=True).problems == ()
        assert set(proposed(archive)) == {(ONE, OTHER)}
