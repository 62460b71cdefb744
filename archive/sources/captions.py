"""Captions: those that people wrote, and the machine's own of what is spoken; never its translations."""

import logging
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from archive.records import Cut
from archive.sources.checking import is_webvtt
from archive.sources.session import FOREIGN, Session, status_of

log = logging.getLogger(__name__)

_LIMIT: Final = 20_000_000


def fetch_captions(
    session: Session, info: Mapping[str, Any], into: Path, clip: str
) -> tuple[dict[str, Path], tuple[Cut, ...]]:
    """Fetch a video's captions as `into/captions/LANG.vtt`, by language tag; a tag that is none becomes `x-HASH`.

    Captions that cannot be had now, whatever the reason, are left out and named beside: the film, which is here and
    whole, counts more than the wait for them.
    """
    # yt-dlp offers some 150 machine translations of one track; what was spoken is the one that ends in -orig.
    spoken = {k: v for k, v in (info.get("automatic_captions") or {}).items() if k.endswith("-orig")}
    kept, lost = dict[str, Path](), list[Cut]()
    for language, offers in {**spoken, **(info.get("subtitles") or {})}.items():
        offer = next((o for o in offers if o.get("ext") == "vtt" and "m3u8" not in o.get("protocol", "")), None)
        if offer is None or language == "live_chat":
            continue
        tag = language if re.fullmatch(r"[A-Za-z0-9-]{1,35}", language) else f"x-{_short(language)}"
        data, status = _read(session, offer, info.get("http_headers") or {})
        if not is_webvtt(data):
            log.warning("%s: the captions %s could not be had; the video is kept without", clip, tag)
            reason = "no WebVTT" if data else f"could not be had (HTTP {status or 'failed'})"
            lost.append(Cut(path=f"captions/{tag}.vtt", why=reason))
            continue
        kept[tag] = into / "captions" / f"{tag}.vtt"
        kept[tag].parent.mkdir(exist_ok=True)
        kept[tag].write_bytes(data)
    return kept, tuple(lost)


def _read(session: Session, offer: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[bytes, int | None]:
    """The caption's bytes, or none and the status that was answered instead."""
    try:
        return session.read(offer, headers, _LIMIT), None
    except FOREIGN as error:
        return b"", status_of(error)


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
