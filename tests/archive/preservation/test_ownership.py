"""A target that suddenly is another place: what was read back there is no copy."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from archive.preservation.mirroring import store_owed
from archive.preservation.ownership import WRITER
from storage.contract import Content
from tests.support.archives import an_archive, folder_targets, keep, store_all, usable
from tests.support.faults import FaultyTarget

EVIDENCE = "evidence-peertube-1"
STRANGER = '{"ledger": "5f0e3c1e-0000-4000-8000-000000000000"}'


@dataclass
class Swapped(FaultyTarget):
    """Becomes another place, once, before its first file is written; two objects are written side by side."""

    swap: Callable[[], object] | None = None
    turn: Any = field(default_factory=Lock)

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        with self.turn:
            if self.swap and "/content/" in key:
                self.swap()
                self.swap = None
        super().put(key, content, absent=absent)


@pytest.mark.parametrize(
    ("swap", "said"),
    [
        (lambda writer: writer.unlink(), "it has no writer.json"),
        (lambda writer: writer.write_text(STRANGER), "it has the writer.json of another ledger"),
        (lambda writer: writer.write_text("[]"), "it has the writer.json of another ledger"),
    ],
    ids=["gone", "another's", "rubbish"],
)
def test_copies_in_a_place_that_became_another_are_owed(
    tmp_path: Path, swap: Callable[[Path], object], said: str
) -> None:
    targets, writer = folder_targets(tmp_path, "ab"), tmp_path / "b" / WRITER
    targets["b"] = swapped = Swapped(targets["b"])
    with an_archive(tmp_path / "state", targets) as archive:
        writable = usable(archive)
        ours = writer.read_bytes()
        for number in (1, 2):
            keep(archive, f"peertube-{number}")
        swapped.swap = lambda: swap(writer)
        done = store_owed(archive, writable)
        assert (done["a"].versions, done["b"].versions, done["b"].down) == (2, 0, True)
        assert all(count == 1 for key, count in Counter(swapped.opened).items() if "/media/" in key)  # read back once
        assert "is no longer the place this run began with" in done["b"].problems[0]
        assert said in done["b"].problems[0]
        states = {copy.target: copy.state for copy in archive.ledger.copies.of(EVIDENCE)}
        assert states["a"] == "arrived"
        assert states.get("b", "owed") == "owed"
        writer.write_bytes(ours)  # the disk is back
        assert store_all(archive)["b"].versions == 2
