"""The same work at several targets: reading back, verifying, fetching, and targets that fail beside others."""

import hashlib
import threading
from pathlib import Path

import pytest

from storage.contract import Target
from storage.errors import Damaged, NotFound, Refused, Unavailable
from storage.mirrors import at_each, fetch, read_back, read_digest, read_small, verify
from storage.reading import LocalFile
from storage.targets import MemorySettings, open_target
from tests.support.faults import Crash, FaultyTarget

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
