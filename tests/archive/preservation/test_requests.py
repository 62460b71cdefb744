"""Which requests an object takes, counted by a proxy before a real store, and by targets that count: decisions 29, 41.

What a flow asks of targets is held here, so that none asks twice unseen.
"""

from collections import Counter
from pathlib import Path

import pytest

from archive.objects import ocfl
from archive.preservation.auditing import audit
from archive.preservation.mirroring import store_owed
from archive.preservation.ownership import WRITER
from archive.preservation.rebuilding import rebuild
from archive.preservation.repairing import repair
from archive.preservation.restoring import restore
from archive.preservation.usable_targets import reachable
from storage.contract import Target
from storage.targets import open_target
from tests.support.archives import Clock, an_archive, finished, folder_targets, keep, store_all, usable, with_work
from tests.support.counted import CountedTarget
from tests.support.kept import at, roll_back
from tests.world.proxy import proxy
from tests.world.servers import S3Server

DOCUMENTS = 5
"""The version's inventory and its digest, the root pair, the declaration."""


@pytest.mark.parametrize("enforced", [True, False], ids=["the store refuses a second writer", "the store does not"])
def test_a_new_object_takes_so_many_requests(*, tmp_path: Path, seaweedfs_server: S3Server, enforced: bool) -> None:
    """Each key is put once and read back once, and the object listed once; the rest looks for other writers."""
    with proxy(seaweedfs_server.endpoint) as before:
        settings = seaweedfs_server.settings(
            endpoint=before.endpoint, prefix=tmp_path.name, conditional_put=enforced, checksum="sha256"
        )
        with an_archive(tmp_path / "state", {"sea": open_target("sea", settings)}) as archive:
            writable = usable(archive)
            sealed = keep(archive, "peertube-1", media=b"made up" * (2 << 18))
            assert sealed
            before.clear()
            assert store_owed(archive, writable)["sea"].versions == 1
            keys = len(sealed.parsed.content_of(1)) + DOCUMENTS
            of = Counter(seen.operation for seen in before.seen if sealed.object in seen.asked)
            others = [seen for seen in before.seen if sealed.object not in seen.asked]
            assert [(seen.operation, seen.asked.endswith(WRITER)) for seen in others] == [("GetObject", True)]
            looks = {} if enforced else {"HeadObject": 2}
            assert of == {
                "ListObjectsV2": 1,
                "PutObject": keys,
                "GetObject": keys + (0 if enforced else 1),
                **looks,
            }
            assert keys == 10
            # The second time all is there: it is listed and read, nothing is sent.
            archive.ledger.copies.doubt("sea", "for this test", archive.clock())
            before.clear()
            assert store_owed(archive, writable)["sea"].versions == 1
            assert before.count("PutObject") == 0


@pytest.mark.parametrize("enforced", [True, False], ids=["the target refuses a second writer", "the target does not"])
def test_each_flow_takes_so_many_requests(*, tmp_path: Path, enforced: bool) -> None:
    """Of a clip of five files, of which two change, and its work of three, at three targets."""
    clip, look = "peertube-1", 0 if enforced else 1
    counted = {name: CountedTarget(one, enforced=enforced) for name, one in folder_targets(tmp_path).items()}
    clock = Clock()

    def taken() -> list[dict[str, int]]:
        """What each target was asked, once where all were asked the same."""
        found = [one.taken() for one in counted.values()]
        return found[:1] if found.count(found[0]) == len(found) else found

    with an_archive(tmp_path / "state", counted, clock=clock) as archive:
        targets: dict[str, Target] = usable(archive)
        taken()
        keep(archive, clip, targets=targets)
        assert taken() == [{"list": 1}]
        store_owed(archive, targets)
        assert taken() == [{"list": 1, "open": 11 + look, "put": 10}]
        with_work(archive, clip)
        store_owed(archive, targets)
        assert taken() == [{"list": 2, "open": 9 + look, "put": 8}]
        keep(archive, clip, 2, targets=targets)  # two files are others; sealing reads the head that is there
        store_owed(archive, targets)
        assert taken() == [{"list": 2, "open": 13 + look, "put": 5, "replace": 2}]
        finished(archive)
        taken()
        clock.advance(days=2)
        assert all(one.sound == 4 for one in audit(archive, targets).values())
        assert taken() == [{"list": 1, "open": 33}]
        roll_back(at(tmp_path, "c"))
        (found,) = audit(archive, targets)["c"].findings
        assert found.outcome == "rolled back"
        assert [one["list"] for one in taken()] == [1, 1, 2]  # in full, and the object of which all is missing once
        assert repair(archive, targets)["c"].versions == 1
        assert taken()[:2] == [{}, {}]
        assert not restore(archive, clip, tmp_path / "out", targets).problems
        assert sum(one.get("open", 0) for one in taken()) == 8  # each file once, from one target
    with an_archive(tmp_path / "again", counted, clock=clock) as archive:
        assert rebuild(archive, reachable(archive).readable).clips == 1
        assert {one["list"] for one in taken()} == {1}


def test_an_inventory_is_parsed_once_for_all_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed, parse = Counter[bytes](), ocfl.parse

    def counting(data: bytes) -> ocfl.Inventory:
        parsed[data] += 1
        return parse(data)

    with an_archive(tmp_path / "state", folder_targets(tmp_path, "abcd")) as archive:
        sealed = [keep(archive, "peertube-1", take) for take in (1, 2)]
        monkeypatch.setattr(ocfl, "parse", counting)
        assert all(one.versions == 2 for one in store_all(archive).values())
    assert [parsed[one.inventory.encode()] for one in sealed if one] == [1, 1]
