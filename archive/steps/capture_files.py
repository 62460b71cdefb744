"""The files of a capture on their way into a version: each with its digests, and those that an earlier version has."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.preservation.fixity import blocks_document
from archive.preservation.sealing import Item, document
from archive.records.clip import File, FileRole, Stream, UnreadTrack
from archive.sources.contract import Fetched, Page
from storage.file_digests import Digests, digest
from transcription.media.decoding import stream_digests
from transcription.media.pictures import shown


@dataclass
class CaptureFiles:
    """What a version will hold: `items` by logical path, and the `files` of them that the capture names."""

    items: dict[str, Item] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)

    def add(
        self,
        path: str,
        local: Path,
        role: FileRole,
        *,
        known: Digests | None = None,
        unless: str | None = None,
        **more: str | bool | None,
    ) -> tuple[str, ...]:
        """Take a file, unless it has this sha512: the digests of its blocks.

        `known` are its digests, where they were taken already; `more` is what else is known of it.
        """
        found = known or digest(local)
        if found.sha512 == unless:
            return found.blocks
        self.items[path] = Item(found.sha512, local, sha256=found.sha256)
        file = File(path=path, role=role, size=found.size, sha512=found.sha512, sha256=found.sha256)
        self.files.append(file.model_copy(update=more))
        return found.blocks

    def keep(self, file: File) -> None:
        """Take a file of an earlier version, whose bytes lie where they are."""
        self.items[file.path] = Item(file.sha512, None, sha256=file.sha256)
        self.files.append(file)

    def media(self, clip: str, film: Path, *, known: Digests | None = None) -> None:
        """Take a film as the original, and the list of its blocks."""
        path = f"media/{clip}{extension(film)}"
        self.items["blocks.sha256"] = document(blocks_document(self.add(path, film, "media", known=known), path))

    def page(self, page: Page) -> None:
        """Take what was said of a film, in its usual order."""
        if page.info:
            self.add("info.json", page.info, "info")
        if page.platform:
            self.add("platform.json", page.platform, "platform")
        if page.description:
            self.add("description.txt", page.description, "description")
        if page.thumbnail:
            path = f"thumbnail{extension(page.thumbnail)}"
            self.add(path, page.thumbnail, "thumbnail", picture=shown(page.thumbnail))
        for language, caption in sorted(page.captions.items()):
            said = (page.automatic or {}).get(language)
            path = f"captions/{_tag(language)}{extension(caption)}"
            self.add(path, caption, "caption", language=language, automatic=said)
        if page.comments:
            self.add("comments.json", page.comments, "comments")


STREAMS_TIMEOUT = 3600.0


def said(page: Page, *, network: str) -> dict[str, Any]:
    """What a page says, as the fields of a capture."""
    names = ("title", "tags", "uploader", "uploaded", "url", "tool", "tool_version", "cut")
    more = ("first_published", "visibility", "chapters", "offer", "degraded")
    context = page.context.model_copy(update={"network": network}) if page.context else None
    return {name: getattr(page, name) for name in (*names, *more)} | {"description": page.text, "context": context}


def found(fetched: Fetched) -> dict[str, Any]:
    """What was found in a film, as the fields of a capture. Raises MediaError."""
    media = fetched.examined.media
    hashes = stream_digests(fetched.media, timeout=STREAMS_TIMEOUT, media=media)
    return {
        "format_id": fetched.format_id,
        "container": media.container,
        "duration": round(fetched.examined.survey.duration, 3),
        "streams": tuple(
            Stream(
                index=s.index, kind=s.kind, codec=s.codec, language=s.language, sha256=hashes[s.index], height=s.height
            )
            for s in media.streams
            if s.index in hashes
        ),
        "disagreements": fetched.disagreements,
        "stated": fetched.stated,
        "dates": fetched.dates,
        "unread": tuple(UnreadTrack(index=one.index, why=one.why) for one in fetched.examined.unread),
    }


def extension(path: Path) -> str:
    """A file's extension, if it is a plain one."""
    suffix = path.suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ".bin"


def _tag(language: str) -> str:
    """A language tag as a file name."""
    return re.sub(r"[^A-Za-z0-9-]", "-", language)[:40] or "und"
