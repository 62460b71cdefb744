"""The ledger made anew from what lies at the targets, from each alone and from all."""

import json
import shutil
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.acts.accepting import accept, waiting_of
from archive.acts.declaring import declare
from archive.errors import RefusedError
from archive.ledger.clips import AccessGiven
from archive.objects import ocfl, sidecar
from archive.objects.reading_back import Run, chain_faults, in_order
from archive.objects.sidecar import Reading, RunRecord
from archive.opening.archive import Archive
from archive.preservation.auditing import audit, objects_of
from archive.preservation.rebuilding import rebuild
from archive.preservation.unaccepted import unaccepted
from archive.preservation.usable_targets import reachable, ready
from archive.records.clip import Listing
from archive.records.event import Head
from archive.steps.recording import record
from archive.steps.storing import owed, safe
from archive.steps.work_objects import build, seal_work
from archive.texts.in_force import access_now
from storage.contract import Target
from tests.support.archives import (
    MODEL_DIGEST,
    MONDAY,
    Clock,
    a_judgement,
    a_link,
    an_archive,
    folder_targets,
    keep,
    store_all,
    transcript,
    usable,
)
from tests.support.kept import roll_back

CLIPS = ["peertube-1", "peertube-2", "peertube-3"]


def listing(clip: str, source: str) -> Listing:
    """What a source says of a clip."""
    name = clip.partition("-")[2]
    return Listing(source=source, extractor="PeerTube", platform_id=name, url=f"https://tube.example.org/w/{clip}")


def fill(archive: Archive) -> None:
    """Three clips of which much is known, stored everywhere, with a run record."""
    usable(archive)
    for clip in CLIPS:
        archive.ledger.clips.seen([listing(clip, "voices")], MONDAY)
        keep(archive, clip)
        ref, body = transcript(clip, f"Words of {clip}.")
        archive.ledger.readings.add_transcript(clip, ref, body, event=None)
        archive.ledger.readings.set_links(
            clip, [a_link(clip, "7", register=name) for name in ("z", "y", "x")], event=None
        )
        reading = Reading(media_sha256=ref.media_sha256, model=ref.model, model_digest=MODEL_DIGEST, tracks=1)
        archive.ledger.clips.mark_done(clip, "transcribe", json.dumps([reading.model_dump(mode="json")]))
    declare(archive, CLIPS[0], ["ug", "zh"], by="R. Researcher", why="I know both")
    keep(archive, CLIPS[1], 2)
    keep(archive, CLIPS[1], 2, description="The same media, other words.")
    archive.ledger.clips.seen([listing(CLIPS[0], "other")], MONDAY)
    link = archive.ledger.readings.links(CLIPS[0])[0]
    for judgement in (
        a_judgement(link, "positive", hours=2),
        a_judgement(link, "unsure", "B. Reader"),
        a_judgement(link, "negative", hours=1),
    ):
        archive.ledger.readings.judge(CLIPS[0], judgement, event=None)
    archive.ledger.clips.give_access(
        CLIPS[2], AccessGiven("public", "C. Keeper", MONDAY + timedelta(hours=1)), event=None
    )
    for clip in CLIPS:
        assert seal_work(archive, clip, archive.targets).sealed
    store_all(archive)
    assert record(archive, archive.targets)
    store_all(archive)
    assert set(owed(archive).values()) == {0}


def facts(archive: Archive) -> dict[str, Any]:
    """What must come back, whichever target it comes from."""
    ledger = archive.ledger
    heads = ledger.copies.heads()
    return {
        "clips": ledger.clips.ids(),
        "heads": heads,
        "versions": [ledger.copies.version(head.object, n) for head in heads for n in range(1, head.version + 1)],
        "captures": {clip: ledger.clips.captures(clip) for clip in CLIPS},
        "media": ledger.clips.media(),
        "transcripts": {clip: ledger.readings.transcripts(clip) for clip in CLIPS},
        "links": ledger.readings.links(),
        "judgements": ledger.readings.judgements(),
        "access": {clip: ledger.clips.access(clip) for clip in CLIPS},
        "sources": {clip: {listing.source for listing in ledger.clips.listings(clip)} for clip in CLIPS},
        "sidecars": {clip: sidecar.to_bytes(build(archive, clip)) for clip in CLIPS},
        "done": {step: ledger.clips.all_done(step) for step in ("transcribe", "link", "work")},
        "last run": ledger.events.last_run(),
    }


def states(archive: Archive) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in archive.targets}
    for head in archive.ledger.copies.heads():
        for copy in archive.ledger.copies.of(head.object):
            found[copy.target].add(copy.state)
    return found


def test_each_target_alone_gives_the_same_archive(tmp_path: Path) -> None:
    clock, targets = Clock(), folder_targets(tmp_path)
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        fill(archive)
        before, sizes = facts(archive), archive.ledger.copies.sizes(MONDAY)
        ledger = archive.ledger.id
    clock.advance(days=100)
    for name in targets:
        with an_archive(tmp_path / f"state-{name}", targets, clock=clock) as archive:
            done = rebuild(archive, {name: targets[name]})
            assert (done.problems, done.forks, done.lacking) == ([], [], {})
            assert (done.objects, done.clips) == (7, 3)
            assert {one.object for one in done.waiting} == {f"work-{clip}" for clip in (CLIPS[0], CLIPS[2])}
            assert archive.ledger.readings.judgements() == []
            assert access_now(archive, CLIPS[2]).level == "restricted"
            assert accept(archive, targets, waiting_of(archive, None), "A. Keeper").problems == []
            assert [seal_work(archive, clip, {}).sealed for clip in CLIPS] == [False] * 3
            assert facts(archive) == before
            assert archive.ledger.copies.sizes(MONDAY)[name] == sizes[name]
            assert archive.ledger.id != ledger
            assert safe(archive) == []
            # The run record tells of evidence and work elsewhere, not of its own copies there.
            assert states(archive) == {other: {"claimed"} for other in targets}
            assert owed(archive) == {other: 0 if other == name else 1 for other in targets}
            with pytest.raises(RefusedError, match=r"holds an archive already: (move it|name another)") as refused:
                rebuild(archive, targets)
            assert refused.value.exit_code == 4

            findings = [one.findings for one in audit(archive, targets, objects_of(archive, [])).values()]
            assert findings == [()] * 3
            assert states(archive) == {other: {"arrived"} for other in targets}
            assert safe(archive) == CLIPS
            clock.advance(days=1)
            audit(archive, targets, objects_of(archive, []))
            assert states(archive) == {other: {"proven"} for other in targets}
            assert [seal_work(archive, clip, targets).sealed for clip in CLIPS] == [False] * 3
            store = usable(archive, take_over=True)
            assert set(store) == set(targets)
            assert keep(archive, CLIPS[0], 5)


@pytest.mark.parametrize(
    ("work", "said"), [(fill, "held copies"), (lambda archive: usable(archive), "may have held copies")]
)
def test_disk_that_is_not_there_is_not_filled_by_who_takes_the_others_over(
    tmp_path: Path, work: Callable[[Archive], object], said: str
) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        work(archive)
        keep(archive, "peertube-4")  # which no run record knows
        store_all(archive)
    (tmp_path / "c").rename(tmp_path / "disk")
    (tmp_path / "c").mkdir()  # its mount point
    with an_archive(tmp_path / "new", folder_targets(tmp_path)) as archive:
        rebuild(archive, archive.targets)
        assert said in reachable(archive).problems["c"]
        assert "is empty now" in reachable(archive).problems["c"]
        taken = ready(archive, take_over=True)
        assert set(taken.writable) == {"a", "b"}
        assert "thirdcopy backfill c --empty" in taken.problems["c"]
        assert list((tmp_path / "c").iterdir()) == []
        assert safe(archive) == []
    (tmp_path / "c").rmdir()
    (tmp_path / "disk").rename(tmp_path / "c")
    with an_archive(tmp_path / "new", folder_targets(tmp_path)) as archive:
        assert set(usable(archive, take_over=True)) == {"a", "b", "c"}


def test_rebuild_names_what_each_target_lacks_and_forks(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path)
    with an_archive(tmp_path / "state", targets) as archive:
        usable(archive)
        keep(archive, "peertube-1")
        keep(archive, "peertube-2")
        store_all(archive)
    with an_archive(tmp_path / "state", {name: targets[name] for name in "ab"}) as archive:
        keep(archive, "peertube-1", 2)
        keep(archive, "peertube-3")
        store_all(archive)
    with an_archive(tmp_path / "state", {"a": targets["a"]}) as archive:
        keep(archive, "peertube-1", 3)
        store_all(archive)
    with an_archive(tmp_path / "other", {"c": targets["c"]}) as archive:
        rebuild(archive, archive.targets)
        accept(archive, archive.targets, waiting_of(archive, None), "A. Keeper")
        usable(archive, take_over=True)
        keep(archive, "peertube-1", 9)
        store_all(archive)
    with an_archive(tmp_path / "new", targets) as archive:
        done = rebuild(archive, targets)
        assert done.lacking == {"c": ["evidence-peertube-3"]}
        assert done.forks == ["evidence-peertube-1 v2 differs between a and c"]
        assert [(one.object, one.version, one.targets, one.is_fork) for one in done.waiting] == [
            ("evidence-peertube-1", 2, ("c",), True),
            ("evidence-peertube-1", 3, ("a",), False),
        ]
        assert {copy.target for copy in archive.ledger.copies.of("evidence-peertube-1", 2)} == {"a", "b"}
        assert len(archive.ledger.clips.captures("peertube-1")) == 2

        fork = accept(archive, targets, waiting_of(archive, None, "c"), "A. Keeper")
        assert "thirdcopy refuse evidence-peertube-1" in fork.problems[0]
        assert accept(archive, targets, waiting_of(archive, None, "a"), "A. Keeper").problems == []
        assert len(archive.ledger.clips.captures("peertube-1")) == 3
        assert [one.targets for one in unaccepted(archive.ledger)] == [("c",)]


def test_older_heads_than_run_records_know_are_named(tmp_path: Path) -> None:
    """All targets were set back alike: nothing but the run records can tell."""
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        usable(archive)
        for clip in CLIPS:
            keep(archive, clip)
        keep(archive, CLIPS[0], 2)
        store_all(archive)
        run_id = record(archive, targets)
        keep(archive, CLIPS[1], 2)
        store_all(archive)
    for name in targets:
        roll_back(place(tmp_path, name, f"evidence-{CLIPS[0]}", "."))
        shutil.rmtree(place(tmp_path, name, f"evidence-{CLIPS[2]}", "."))
    with an_archive(tmp_path / "new", targets) as archive:
        assert sorted(rebuild(archive, targets).problems) == [
            f"missing: evidence-{CLIPS[2]} v1, which {run_id} knew, is nowhere at a, b",
            f"rolled back: evidence-{CLIPS[0]} v2, which {run_id} knew, is not at a, b: the newest there is v1",
        ]


def test_target_that_alone_was_rolled_back_lacks_what_another_has(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        usable(archive)
        keep(archive, CLIPS[0])
        keep(archive, CLIPS[0], 2)
        store_all(archive)
        record(archive, targets)
        store_all(archive)
    roll_back(place(tmp_path, "a", f"evidence-{CLIPS[0]}", "."))
    with an_archive(tmp_path / "new", targets) as archive:
        done = rebuild(archive, targets)
        assert (done.problems, done.lacking) == ([], {"a": [f"evidence-{CLIPS[0]} v2"]})


def test_other_content_than_a_run_record_knew_is_named(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        usable(archive)
        keep(archive, CLIPS[0])
        store_all(archive)
        run_id = record(archive, targets)
        store_all(archive)
    there = place(tmp_path, "a", f"evidence-{CLIPS[0]}", ".")
    for folder in (there, there / "v1"):
        edit(folder / "inventory.json", b"Captured from", b"Invented from")
        digest = ocfl.digest_of((folder / "inventory.json").read_bytes())
        (folder / "inventory.json.sha512").write_bytes(ocfl.digest_line(digest))
    with an_archive(tmp_path / "new", targets) as archive:
        (problem,) = rebuild(archive, targets).problems
        assert problem.startswith(f"altered: evidence-{CLIPS[0]} v1, which {run_id} knew, is another one at a")


def place(tmp_path: Path, target: str, object_id: str, path: str) -> Path:
    return tmp_path / target / "ocfl" / ocfl.object_path(object_id) / path


def edit(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert data.count(old)
    path.write_bytes(data.replace(old, new))


@pytest.mark.parametrize(
    ("object_id", "path", "old", "new"),
    [
        ("work-peertube-1", "v1/content/sidecar.json", b'"positive"', b'"negative"'),
        ("work-peertube-1", "v1/content/transcripts/whisper-base-t1.json", b"Words", b"Swords"),
        ("evidence-peertube-2", "v1/content/capture.json", b"Testimony", b"Test1mony"),
        ("evidence-peertube-2", "v1/inventory.json", b"Captured from", b"Captured  from"),
    ],
)
def test_damaged_document_is_not_believed(tmp_path: Path, object_id: str, path: str, old: bytes, new: bytes) -> None:
    """Each still reads well, and says something that nobody said."""
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        fill(archive)
        before = facts(archive)
    edit(place(tmp_path, "a", object_id, path), old, new)
    with an_archive(tmp_path / "both", targets) as archive:
        done = rebuild(archive, targets)
        assert done.problems == []
        assert facts(archive) == before
    with an_archive(tmp_path / "alone", targets) as archive:
        done = rebuild(archive, {"a": targets["a"]})
        assert [problem.partition(" ")[0] for problem in done.problems] == [object_id]
        assert done.clips == (3 if object_id.startswith("work-") else 2)


def test_version_that_cannot_be_read_leaves_the_object_out_as_a_whole(tmp_path: Path) -> None:
    targets = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        fill(archive)
    place(tmp_path, "a", "evidence-peertube-2", "v2/inventory.json").unlink()
    with an_archive(tmp_path / "new", targets) as archive:
        (problem,) = rebuild(archive, targets).problems
        assert problem.startswith("evidence-peertube-2 at a: ")
        assert archive.ledger.copies.head("evidence-peertube-2") is None
        assert archive.ledger.copies.head("evidence-peertube-3") is not None


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: (folder / "inventory.json").write_bytes(b"{" * 1000),
        lambda folder: edit(folder / "v1/inventory.json", b"v1/content/info.json", b"../../../../info.json"),
        lambda folder: (folder / "v1/inventory.json.sha512").write_bytes(b"x" * 100_000),
        lambda folder: folder.rename(folder.with_name("evidence-somebody-else")),
    ],
    ids=["root-pair", "escape", "long-commit", "moved"],
)
def test_hostile_object_harms_no_other(tmp_path: Path, write: Callable[[Path], object]) -> None:
    targets: dict[str, Target] = folder_targets(tmp_path, "a")
    with an_archive(tmp_path / "state", targets) as archive:
        usable(archive)
        for clip in CLIPS:
            keep(archive, clip)
        store_all(archive)
        assert record(archive, targets)
        store_all(archive)
    write(place(tmp_path, "a", "evidence-peertube-2", "."))
    with an_archive(tmp_path / "new", targets) as archive:
        done = rebuild(archive, targets)
        held = archive.ledger.clips.held()
        assert (len(held), len(done.problems)) in ((3, 0), (2, 2))  # the run record misses it too
        assert {"peertube-1", "peertube-3"} <= set(held)


def run_id(number: int) -> str:
    return f"run-20260302T080000Z-00000000-{number}"


def run(name: str, previous: str | None) -> Run:
    before = Head(object=previous, version=1, sha512="0" * 128) if previous else None
    return Run(
        RunRecord(
            run=name,
            ledger="l",
            archive="a",
            written=MONDAY,
            agent="x",
            previous=before,
            full=False,
            events=0,
            heads=0,
        ),
        (),
    )


def runs_of(*chain: tuple[int, int | None]) -> dict[str, Run]:
    """Run records by their numbers, each with the number of the one before."""
    return {run_id(n): run(run_id(n), run_id(before) if before else None) for n, before in sorted(chain)}


def numbers(runs: Iterable[Run]) -> list[int]:
    return [int(one.record.run.rpartition("-")[2]) for one in runs]


def test_run_records_follow_their_chain_not_their_names() -> None:
    runs = runs_of((5, None), (9, 5), (10, 9), (2, 10), (3, 77), (4, 3))
    assert numbers(in_order(runs)) == [3, 4, 5, 9, 10, 2]
    assert chain_faults(runs, {}) == []
    assert in_order({}) == []


def test_chains_that_fork_go_in_circles_or_name_another_are_said() -> None:
    forked = runs_of((1, None), (2, 1), (3, 1))
    assert chain_faults(forked, {}) == [f"the chain of run records forks after {run_id(1)}: {run_id(2)}, {run_id(3)}"]
    circle = runs_of((1, None), (2, 3), (3, 2), (4, 3))
    assert numbers(in_order(circle)) == [1, 2, 3, 4]
    said = f"the chain of run records goes in a circle: {run_id(2)}, {run_id(3)}, {run_id(4)}"
    assert said in chain_faults(circle, {})
    chain = runs_of((1, None), (2, 1))
    assert chain_faults(chain, {run_id(1): "0" * 128}) == []
    (fault,) = chain_faults(chain, {run_id(1): "1" * 128})
    assert f"{run_id(2)} names another {run_id(1)}" in fault
