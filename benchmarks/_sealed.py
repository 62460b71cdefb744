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
from typing import Any

NEW = find_spec("archive.preservation") is not None
"""Whether this build has rooms; the modules of the one before lay side by side, some under other names."""


def of(now: str, then: str) -> Any:
    """A module of the build on the path, by its present name or the one that it had."""
    return import_module(f"archive.{now if NEW else then}")


sealing, fixity = of("preservation.sealing", "spool"), of("preservation.fixity", "fixity")
opening, stanzas = of("opening.archive", "opened"), of("settings.settings", "settings")
records, sidecar = of("records.clip", "records"), of("objects.sidecar", "sidecar")


def main() -> None:
    """Make it."""
    media, settings = (Path(told) for told in sys.argv[1:])
    with opening.opened(stanzas.load(settings)) as archive:
        for film in sorted(media.iterdir()):
            keep(archive, film)


def keep(archive: Any, film: Path) -> None:
    """Seal a capture of a film as the fetch step does; the film itself stays, for it is linked."""
    clip, items, files = f"peertube-{film.stem}", {}, list[Any]()
    attempt = archive.attempts / clip
    attempt.mkdir(parents=True)

    def add(path: str, role: str, local: Path) -> tuple[str, ...]:
        found = fixity.digest(local)
        items[path] = sealing.Item(found.sha512, sha256=found.sha256, **{"content" if NEW else "path": local})
        values = {"path": path, "role": role, "size": found.size, "sha512": found.sha512, "sha256": found.sha256}
        files.append(records.File.model_validate(values))
        return tuple(found.blocks)

    name = f"media/{clip}.mp4"
    os.link(film, attempt / "film")
    items["blocks.sha256"] = sealing.document(fixity.blocks_document(add(name, "media", attempt / "film"), name))
    for path, role, data in (
        ("info.json", "info", f'{{"id": "{clip}", "formats": "{"made up " * 4000}"}}'.encode()),
        ("description.txt", "description", b"A made-up testimony. " * 60),
        ("thumbnail.jpg", "thumbnail", film.read_bytes()[: 40 << 10]),
    ):
        local = attempt / path
        local.write_bytes(data)
        add(path, role, local)
    capture = records.Capture(
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
    sealing.seal(
        archive, f"evidence-{clip}", items, message="Captured from voices", usable={}, clip=clip, capture=capture
    )


if __name__ == "__main__":
    main()
