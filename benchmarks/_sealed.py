"""Makes an archive with sealed clips that every target is owed, by whichever build is on the path.

    PYTHONPATH=BUILD python benchmarks/_sealed.py MEDIA ARCHIVE.TOML

MEDIA holds the films; the state folder is the one of the settings. A clip is a film and what is kept beside one.
"""

import os
import sys
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from archive.objects import sidecar
from archive.opening.archive import Archive, opened
from archive.preservation.fixity import blocks_document, digest
from archive.records.clip import Capture, File
from archive.settings.settings import load

NEW = find_spec("archive.preservation") is not None
"""Whether this build has the room; the one before it sealed elsewhere, under other names."""
sealing = import_module("archive.preservation.sealing" if NEW else "archive.spool")


def main() -> None:
    """Make it."""
    media, settings = (Path(told) for told in sys.argv[1:])
    with opened(load(settings)) as archive:
        for film in sorted(media.iterdir()):
            keep(archive, film)


def keep(archive: Archive, film: Path) -> None:
    """Seal a capture of a film as the fetch step does; the film itself stays, for it is linked."""
    clip, items, files = f"peertube-{film.stem}", {}, list[File]()
    attempt = archive.attempts / clip
    attempt.mkdir(parents=True)

    def add(path: str, role: str, local: Path) -> tuple[str, ...]:
        found = digest(local)
        items[path] = sealing.Item(found.sha512, sha256=found.sha256, **{"content" if NEW else "path": local})
        values = {"path": path, "role": role, "size": found.size, "sha512": found.sha512, "sha256": found.sha256}
        files.append(File.model_validate(values))
        return found.blocks

    name = f"media/{clip}.mp4"
    os.link(film, attempt / "film")
    items["blocks.sha256"] = sealing.document(blocks_document(add(name, "media", attempt / "film"), name))
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
    items["capture.json"] = sealing.document(sidecar.to_bytes(capture))
    provenance = sealing.Provenance("Captured from voices", clip=clip, capture=capture)
    sealing.seal(archive, f"evidence-{clip}", items, provenance, usable={})


if __name__ == "__main__":
    main()
