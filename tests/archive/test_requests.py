"""Which requests a new object takes at a store, counted by a proxy before a real one: see decision 29."""

from collections import Counter
from pathlib import Path

import pytest

from archive.mirroring import store_owed
from archive.ocfl import parse
from archive.writers import WRITER
from storage.targets import open_target
from tests.support.archives import an_archive, keep, usable
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
            keys = len(parse(sealed.inventory.encode()).content_of(1)) + DOCUMENTS
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
