"""Makes an archive with sealed clips that every target is owed, by the build that it lies in.

    PYTHONPATH=BUILD python BUILD/benchmarks/_sealed.py MEDIA ARCHIVE.TOML

MEDIA holds the films; the state folder is the one of the settings. A clip is a film and what is kept beside one.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from archive.objects import sidecar
from archive.opening.archive import Archive, opened
from archive.preservation.fixity import blocks_document
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.records.clip import Capture, File
from archive.records.object_ids import ObjectId
from archive.settings.settings import load
from storage.file_digests import digest


def main() -> None:
    """Make it."""
    media, settings = (Path(told) for told in sys.argv[1:])
    with opened(load(settings)) as archive:
        for film in sorted(media.iterdir()):
            keep(archive, film)


def keep(archive: Archive, film: Path) -> None:
    """Seal a capture of a film as the fetch step does; the film itself stays, for it is linked."""
    clip, items, files = f"peertube-{film.stem}", dict[str, Item](), list[File]()
    attempt = archive.attempts / clip
    attempt.mkdir(parents=True)

    def add(path: str, role: str, local: Path) -> tuple[str, ...]:
        found = digest(local)
        items[path] = Item(found.sha512, local, sha256=found.sha256)
        values = {"path": path, "role": role, "size": found.size, "sha512": found.sha512, "sha256": found.sha256}
        files.append(File.model_validate(values))
        return found.blocks

    name = f"media/{clip}.mp4"
    os.link(film, attempt / "film")
    items["blocks.sha256"] = document(blocks_document(add(name, "media", attempt / "film"), name))
    for path, role, data in (
        ("info.json", "info", f'{{"id": "{clip}", "formats": "{"made up " * 4000}"}}'.encode()),
        ("description.txt", "description", b"A made-up testimony. " * 60),
        ("thumbnail.jpg", "thumbnail", film.read_bytes()[: 40 << 10]),
    ):
        local = attempt / path
        local.write_bytes(data)
        add(path, role, local)
    capture = Capture(
        clip=clip,
        source="voices",
        url=f"https://tube.example.org/w/{clip}",
        extractor="PeerTube",
        platform_id=film.stem,
        title=f"Testimony {clip}",
        description="A made-up testimony.",
        fetched=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
        tool="yt-dlp",
        tool_version="2026.7.4",
        format_id="0",
        container="mp4",
        duration=20.5,
        streams=(),
        files=tuple(files),
    )
    items["capture.json"] = document(sidecar.to_bytes(capture))
    provenance = Provenance("Captured from voices", clip=clip, capture=capture)
    seal(archive, ObjectId.evidence_of(clip), items, provenance, usable={})


if __name__ == "__main__":
    main()
