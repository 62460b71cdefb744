"""The same work at several targets: reading back, verifying, fetching, and targets that fail beside others."""

import hashlib
import os
import threading
from collections.abc import Callable
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any

import pytest

from storage.contract import Target
from storage.digests import bound
from storage.errors import Conflict, Damaged, NotFound, Refused, Unavailable
from storage.mirrors import ROOM_EVERY, at_each, fetch, read_back, read_digest, read_small, verify
from storage.shared_reading import LocalFile
from storage.targets import FolderSettings, MemorySettings, open_target
from storage.targets.memory import MemoryTarget
from tests.support.faults import Crash, FaultyTarget
from tests.world.talker import Visit, talker

MIB = 1 << 20

BYTES = b"moving pictures" * 100_000
DIGEST = hashlib.sha512(BYTES).hexdigest()


@pytest.fixture
def memory(tmp_path: Path) -> Target:
    target = open_target("memory", MemorySettings())
    (tmp_path / "file").write_bytes(BYTES)
    target.put("a/media/x", LocalFile(tmp_path / "file", DIGEST))
    return target


def test_work_goes_on_side_by_side_and_errors_stay_where_they_are(memory: Target) -> None:
    together = threading.Barrier(2, timeout=30)

    def work(target: Target) -> str:
        together.wait()
        if target is not memory:
            raise Unavailable("does not answer", target="other")
        return "done"

    results, errors = at_each({"memory": memory, "other": FaultyTarget(memory)}, work)
    assert results == {"memory": "done"}
    assert isinstance(errors["other"], Unavailable)
    assert at_each({}, work) == ({}, {})


@pytest.mark.parametrize("error", [ValueError, Crash])
def test_what_is_no_fault_of_a_target_is_raised(memory: Target, error: type[BaseException]) -> None:
    def work(_: Target) -> None:
        raise error

    with pytest.raises(error):
        at_each({"memory": memory}, work)


def test_reading_back(memory: Target) -> None:
    assert read_digest(memory, "a/media/x") == (DIGEST, len(BYTES))
    assert read_back(memory, "a/media/x", DIGEST) == len(BYTES)
    with pytest.raises(NotFound):
        read_back(memory, "a/media/y", DIGEST)
    with pytest.raises(Damaged) as caught:
        read_back(FaultyTarget(memory, lie="spoil"), "a/media/x", DIGEST)
    assert (caught.value.expected, caught.value.key, caught.value.target) == (DIGEST, "a/media/x", "memory")
    assert caught.value.found not in ("", DIGEST)


def test_one_bad_reading_is_read_again(memory: Target) -> None:
    class Flaky(FaultyTarget):
        def open(self, key: str, start: int = 0, end: int | None = None):  # type: ignore[no-untyped-def]
            body = super().open(key, start, end)
            self.lie = None
            return body

    assert read_back(Flaky(memory, lie="spoil"), "a/media/x", DIGEST) == len(BYTES)
    (finding,) = verify(Flaky(memory, lie="spoil"), [("a/media/x", DIGEST)])
    assert finding.outcome == "sound"


def test_small_documents_have_a_limit(memory: Target) -> None:
    assert read_small(memory, "a/media/x", limit=len(BYTES)) == BYTES
    with pytest.raises(Damaged, match=r"memory: a document of more than \d+ bytes"):
        read_small(memory, "a/media/x", limit=len(BYTES) - 1)


def test_every_fault_is_found_not_the_first(memory: Target, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"small")
    small = hashlib.sha512(b"small").hexdigest()
    memory.put("a/forbidden", LocalFile(tmp_path / "small", small))
    target = FaultyTarget(memory, mute="forbidden")
    keys = [("a/none", DIGEST), ("a/forbidden", small), ("a/media/x", small), ("a/media/x", DIGEST)]
    findings = verify(target, keys)
    assert [finding.outcome for finding in findings] == ["missing", "unreadable", "damaged", "sound"]
    assert findings[2].found == DIGEST
    assert "no permission" in str(findings[1].detail)
    target.down = True
    assert {finding.outcome for finding in verify(target, keys)} == {"unreadable"}


class Endless(MemoryTarget):
    """Whatever is asked for, zeros come for as long as anybody reads."""

    read = 0

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        target = self

        class Body(RawIOBase):
            def readable(self) -> bool:
                return True

            def readinto(self, buffer: Any) -> int:
                target.read += len(buffer)
                return len(buffer)

        return BufferedReader(Body())


def test_what_has_no_end_is_read_a_little_past_what_was_written_there(tmp_path: Path) -> None:
    target = Endless("endless")
    deeds: dict[int, Callable[[], object]] = {
        len(BYTES): lambda: read_back(target, "film", DIGEST, size=len(BYTES)),
        len(BYTES) + 1: lambda: read_back(target, "film", DIGEST, [b"other"] * 2, size=len(BYTES) + 1),
        bound(7): lambda: fetch(target, "film", DIGEST, tmp_path / "fetched", most=bound(7)),
    }
    for most, deed in deeds.items():
        target.read = 0
        with pytest.raises(Damaged, match=f"has more than {most:,} bytes, which is not what was written"):
            deed()
        assert most < target.read <= most + 4 * MIB
    target.read = 0
    (finding,) = verify(target, [("film", DIGEST)], most=bound(0))
    assert (finding.outcome, "has more than 67,108,864 bytes" in str(finding.detail)) == ("unreadable", True)
    assert target.read <= bound(0) + 2 * MIB
    assert list(tmp_path.iterdir()) == []


def test_what_a_fault_added_is_still_read_whole_so_that_it_can_be_kept(memory: Target) -> None:
    (finding,) = verify(memory, [("a/media/x", "0" * 128)], most=bound(len(BYTES) // 2))
    assert (finding.outcome, finding.size, finding.found) == ("damaged", len(BYTES), DIGEST)


def test_a_copy_ends_where_there_is_no_room_for_it(tmp_path: Path) -> None:
    target, looked = Endless("endless"), list[int]()

    def room() -> None:
        looked.append(target.read)
        if len(looked) == 3:
            raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        fetch(target, "film", DIGEST, tmp_path / "film", room=room)
    assert looked[0] <= MIB
    assert looked[2] <= (2 * ROOM_EVERY + 1) * MIB
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_what_lies_where_something_is_to_be_written_is_not_read_without_end(kind: str, tmp_path: Path) -> None:
    """A file of 128 GiB, which is on the disk in name alone, and an object that a store announces."""
    (tmp_path / "document").write_bytes(b"document")
    document = LocalFile(tmp_path / "document", hashlib.sha512(b"document").hexdigest())

    def talk(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\n")
        while b"HEAD" not in visit.head and visit.said < 8 * bound(8):
            visit.say(bytes(MIB))

    with talker(talk) as store:
        target: Target
        if kind == "folder":
            (tmp_path / "disk").mkdir()
            (tmp_path / "disk/document").touch()
            os.truncate(tmp_path / "disk/document", 1 << 37)
            target = open_target("disk", FolderSettings(path=tmp_path / "disk"))
        else:
            target = open_target("store", store.settings)
        with pytest.raises(Conflict):
            target.put("document", document)
        with pytest.raises(Conflict):
            target.replace("document", document, "0" * 128)
    assert all(visit.said < 3 * bound(8) for visit in store.visits)


def test_fetching_leaves_the_right_file_or_none(memory: Target, tmp_path: Path) -> None:
    into = tmp_path / "deep/er/x.mp4"
    for target, error in (
        (FaultyTarget(memory, lie="spoil"), Damaged),
        (FaultyTarget(memory, mute="media"), Refused),
        (FaultyTarget(memory, down=True), Unavailable),
    ):
        with pytest.raises(error):
            fetch(target, "a/media/x", DIGEST, into)
        assert list(into.parent.iterdir()) == []
    into.with_name(".x.mp4.part").write_bytes(b"left by a killed run")
    fetch(memory, "a/media/x", DIGEST, into)
    assert into.read_bytes() == BYTES
    assert list(into.parent.iterdir()) == [into]
