"""Which of yt-dlp's readers takes an address, told from the address alone: no network.

yt-dlp asks its readers in their order, and the generic one, which follows any address anywhere, takes what is left.
"""
# mypy: disable-error-code="import-untyped"

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from yt_dlp.extractor import gen_extractor_classes, get_info_extractor

from archive.sources.cleaning import bare_address

_GENERIC: Final = "generic"
_HANDLE: Final = re.compile(r"/@([^/?#@]+(?:@[^/?#@]+)?)")
_UUID_OR_SHORT: Final = re.compile(r"[0-9A-Za-z]{22}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True)
class Reader:
    """A reader of yt-dlp, by the name that `allowed_extractors` matches, and a pattern of those of its platform."""

    name: str
    platform: str

    def is_allowed(self, allowed: Sequence[str]) -> bool:
        """Whether one of some `allowed_extractors` lets it read, as yt-dlp has it."""
        return any(re.fullmatch(pattern, self.name, re.IGNORECASE) for pattern in allowed)


def reader_of(url: str) -> Reader | None:
    """The reader that yt-dlp would ask for an address; None where only the generic one would take it."""
    for one in gen_extractor_classes():
        name = str(one.IE_NAME).lower()
        if name != _GENERIC and one.suitable(url):
            return Reader(name, _platform(one, name))
    return None


def _platform(reader: Any, name: str) -> str:
    module = str(getattr(reader, "_module", reader.__module__)).rpartition(".")[2].removeprefix("_")
    return f"{re.escape(module)}.*" if name.startswith(module) else re.escape(name)


def other_form(url: str) -> str | None:
    """What to give instead of an address that no reader takes, as a sentence; None where nothing is known."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if get_info_extractor("PeerTubePlaylist").suitable(f"https://{host}/c/x"):
        handle = _HANDLE.match(parts.path)
        name = handle[1] if handle else "NAME"
        return (
            f"{host} is a PeerTube, of which yt-dlp takes https://{host}/c/{name}/videos for a channel, "
            f"https://{host}/a/{name}/videos for an account, and the forms /w/p/ID for a playlist and /w/ID for a video"
        )
    if host in ("t.me", "telegram.me", "telegram.dog"):
        return "of Telegram yt-dlp takes single messages, as https://t.me/CHANNEL/NUMBER, and no channel as a whole"
    last = parts.path.rstrip("/").rpartition("/")[2]
    if parts.path.startswith(("/c/", "/a/", "/@", "/w/", "/videos/watch/")) or _UUID_OR_SHORT.fullmatch(last):
        return (
            f"if {host} is a PeerTube, it is none that yt-dlp knows, so that its channels cannot be listed: give a "
            "channel that follows it on one that yt-dlp knows, as https://KNOWN/c/NAME@" + f"{host}/videos"
        )
    return None


def not_taken(url: str) -> str:
    """Why an address that no reader takes cannot be a source, and what to do, as a sentence."""
    why = f"no reader of yt-dlp takes {bare_address(url)} but the generic one, which follows any address anywhere"
    instead = other_form(url) or (
        "give the address of a channel, a playlist or a video; for a feed or a page that you trust, write the source's "
        'stanza by hand, with allowed_extractors = ["generic"]'
    )
    return f"{why}: {instead}"


def not_allowed(url: str, allowed: Sequence[str]) -> str | None:
    """Why a source does not read its own address, and what to do, as a sentence; None where it should."""
    reader = reader_of(url)
    if reader is None:
        return None if any(re.fullmatch(pattern, _GENERIC) for pattern in allowed) else not_taken(url)
    if reader.is_allowed(allowed):
        return None
    return (
        f"yt-dlp's reader of its address is {reader.name}, which allowed_extractors does not have: "
        f'add "{reader.platform}" to it'
    )
