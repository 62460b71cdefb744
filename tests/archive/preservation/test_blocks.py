"""What is on record of the blocks of sealed media."""

from hashlib import sha256
from pathlib import Path

from archive.preservation.blocks import on_record
from archive.preservation.space import folder_of
from tests.support.archives import an_archive, folder_targets, keep, media_of


def test_sealed_media_have_the_digest_of_every_mib_on_record_unless_that_record_changed(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path, "ab")) as archive:
        sealed = keep(archive, "peertube-1")
        assert sealed
        folder = folder_of(archive, sealed.object, 1)
        (block,) = (sha256(media_of("peertube-1")).hexdigest(),)
        assert on_record(sealed, folder) == {"v1/content/media/peertube-1.mp4": (block,)}
        record = folder / "content/blocks.sha256"
        record.write_bytes(record.read_bytes().replace(block.encode(), b"0" * 64))
        assert on_record(sealed, folder) == {}
        record.unlink()
        assert on_record(sealed, folder) == {}
