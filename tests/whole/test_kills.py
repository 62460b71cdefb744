"""kill -9 in the midst of fetching, of uploading (at each step of the order) and of transcribing; then the same again.

Every wait is for an event: a request that a store was sent, a byte that the channel gave, a line of the run.
"""

from pathlib import Path
from threading import Event

from tests.whole.archives import Done, Thirdcopy, clip_of, made, object_count
from tests.whole.films import quiet
from tests.whole.gate import Gate
from tests.whole.looking import rows
from tests.world.channel import Channel, Fault
from tests.world.media import clip
from tests.world.servers import S3Server

ORDER = (
    "v1/content/capture[.]json",
    "v1/inventory[.]json",
    "v1/inventory[.]json[.]sha512",
    "inventory[.]json",
    "inventory[.]json[.]sha512",
    "0%3Docfl_object_1[.]1",
)
"""The keys of an object in the order in which they are written: content, commit, root pair, declaration."""


def test_a_run_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice(
    tmp_path: Path, servers: dict[str, S3Server], whisper_folder: Path, films: Path, before_seaweedfs: Gate
) -> None:
    gate, hold = before_seaweedfs, Event()
    # A run takes clips that it saw first at one moment in the order of their ids: the second is held half-way.
    first, held, *videos = sorted((quiet(films, n) for n in range(10, 17)), key=lambda video: clip_of(video.id))
    held.film, held.fault = clip(films, seconds=2), Fault(hold=hold)
    with Channel([first, held, *videos], password="a password") as channel:
        at = {"seaweedfs": gate.endpoint}
        archive = made(tmp_path / "killed", channel, servers, whisper_folder, endpoints=at)

        running = archive.start("run", "--plain")
        while held.id not in channel.downloads:
            assert running.process.poll() is None
            hold.wait(0.02)
        running.kill()
        hold.set()
        assert channel.downloads == {first.id: 1, held.id: 1}
        assert [row[0] for row in rows(archive.state)["captures"]] == [clip_of(first.id)]
        held.fault = None
        archive("fetch")
        fetched = {video.id: 1 for video in (first, held, *videos)} | {held.id: 2}
        assert channel.downloads == fetched

        for number, key in enumerate(ORDER):
            # Every second time the store has taken the request, and only its answer is lost.
            _killed_at(gate, archive, f"PUT /[^ ]*/evidence-[^/]*/{key}", answered=number % 2 == 1)

        running = archive.start("run", "--plain")
        assert running.seen(" track 1: ", times=2)
        running.kill()
        read = {row[0] for row in rows(archive.state)["done"] if row[1] == "transcribe"}
        assert 0 < len(read) < len(fetched)
        rest = _killed_at(gate, archive, "PUT /[^ ]*/work-[^/]*/v1/inventory[.]json[.]sha512")
        assert not [clip for clip in read if f"{clip} track" in rest.err]
        _killed_at(gate, archive, "PUT /[^ ]*/run-[^/]*/v1/inventory[.]json", answered=True)
        done = archive("run", "--plain")

        assert channel.downloads == fetched
        assert "track" not in done.err
        _is_whole(archive, clips=len(fetched))


def _killed_at(gate: Gate, archive: Thirdcopy, request: str, *, answered: bool = False) -> Done:
    """Run, and kill the run when it has sent a request to the store: what it had said."""
    gate.stop_at(request, answered=answered)
    running = archive.start("run", "--plain")
    assert gate.reached.wait(60), running.wait()
    done = running.kill()
    gate.open()
    return done


def _is_whole(archive: Thirdcopy, *, clips: int) -> None:
    """Nothing is lost, owed or left over, and every root is valid and holds the same."""
    status = archive.status()
    assert status["clips"] == {"listed": clips, "held": clips, "safe": clips, "degraded": 0, "failed": {}}
    assert {target["owed"] for target in status["targets"].values()} == {0}
    assert status["transcripts"] == clips
    found = rows(archive.state)
    assert {number for _, number, *_ in found["versions"]} == {1}
    runs = [name for name, *_ in found["versions"] if name.startswith("run-")]
    assert object_count(archive.verdicts()) == 2 * clips + len(runs)
    keys = archive.keys().values()
    assert len({tuple(key for key in there if key.startswith("ocfl/")) for there in keys}) == 1
    assert not [key for there in keys for key in there if key.startswith(("scratch/", "quarantine/"))]
    for left in ("attempts", "spool", "scratch"):
        assert not [path for path in (archive.state / left).rglob("*") if path.is_file()]
