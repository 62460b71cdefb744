"""A run that was thought dead wakes up and writes: what it turns back is rolled forward at the next start or audit."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from archive.objects import held_versions, ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import audit
from archive.preservation.late_writers import REMEMBERED, mend_roots, remember_late_writer
from archive.preservation.mirroring import store_owed
from archive.records.event import METADATA
from storage.contract import Content, Target
from tests.support.archives import Clock, an_archive, folder_targets, keep, store_all, usable
from tests.support.faults import FaultyTarget
from tests.world.ocfl import validate_folder

EVIDENCE = "evidence-peertube-1"


@dataclass
class Sleeping(FaultyTarget):
    """Falls asleep between looking for a root inventory and writing it, as a store without conditions lets one."""

    folder: Path = Path()
    asleep: threading.Event = field(default_factory=threading.Event)
    woken: threading.Event = field(default_factory=threading.Event)

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        if key != held_versions.object_key(EVIDENCE, ocfl.INVENTORY):
            super().put(key, content, absent=absent)
            return
        data = b"".join(bytes(block) for part in content.parts(1 << 20) for block in part.blocks)
        self.asleep.set()
        assert self.woken.wait(60)
        (self.folder / key).write_bytes(data)


def turned_back(tmp_path: Path, archive: Archive, targets: dict[str, Target]) -> Path:
    """Let a writer fall asleep amid v1, another store v1 and v2 meanwhile, and the first wake up: the root at `a`."""
    root = tmp_path / "a/ocfl" / ocfl.object_path(EVIDENCE)
    keep(archive, "peertube-1", targets=usable(archive))
    sleeping = Sleeping(targets["a"], folder=tmp_path / "a")
    late = threading.Thread(target=store_owed, args=(archive, {"a": sleeping}))
    late.start()
    assert sleeping.asleep.wait(60)
    remember_late_writer(archive)
    keep(archive, "peertube-1", 2, targets=targets)
    assert all(done.problems == () for done in store_all(archive).values())
    assert (root / "inventory.json").read_bytes() == (root / "v2/inventory.json").read_bytes()
    sleeping.woken.set()
    late.join(60)
    assert (root / "inventory.json").read_bytes() == (root / "v1/inventory.json").read_bytes()
    return root


@pytest.mark.parametrize(
    "mend",
    [
        lambda archive, targets: mend_roots(archive, targets),
        lambda archive, targets: audit(archive, targets, [EVIDENCE]),
    ],
    ids=["start", "audit"],
)
def test_root_that_a_late_writer_turned_back_is_rolled_forward(
    tmp_path: Path, mend: Callable[[Archive, dict[str, Target]], object]
) -> None:
    targets = folder_targets(tmp_path, "ab")
    with an_archive(tmp_path / "state", targets) as archive:
        root = turned_back(tmp_path, archive, targets)
        mend(archive, targets)
        for name in ("inventory.json", "inventory.json.sha512"):
            assert (root / name).read_bytes() == (root / "v2" / name).read_bytes()
    assert validate_folder(tmp_path / "a/ocfl").clean


def test_late_writer_is_remembered_for_a_while_and_mended_once(tmp_path: Path) -> None:
    targets, clock = folder_targets(tmp_path, "ab"), Clock()
    with an_archive(tmp_path / "state", targets, clock=clock) as archive:
        root = turned_back(tmp_path, archive, targets)
        assert [mend_roots(archive, targets) for _ in range(2)] == [1, 0]
        (event,) = [event for _, event in archive.ledger.events.waiting(1000) if event.type == METADATA]
        assert (event.object, event.version, event.target, event.outcome) == (EVIDENCE, 2, "a", "warning")
        stale = (root / "v1/inventory.json").read_bytes()
        for days, mended in ((REMEMBERED.days, 1), (1, 0)):
            clock.advance(days=days)
            (root / "inventory.json").write_bytes(stale)
            assert mend_roots(archive, targets) == mended


def test_nothing_is_asked_where_no_writer_was_lost(tmp_path: Path) -> None:
    down = FaultyTarget(folder_targets(tmp_path, "a")["a"], down=True)
    with an_archive(tmp_path / "state", {"a": down}) as archive:
        assert mend_roots(archive, {"a": down}) == 0
