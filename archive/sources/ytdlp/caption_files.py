"""Captions: those that people wrote, and the machine's own of what is spoken; never its translations."""

import logging
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from archive.records.clip import Cut
from archive.sources.ytdlp.ytdlp_session import YtdlpSession, why_not
from transcription.documents.cues import kind_of
from transcription.errors import DocumentError

log = logging.getLogger(__name__)

_SPOKEN: Final = "-orig"
"""yt-dlp offers some 150 machine translations of one track; what was spoken is the one whose tag ends so."""


def fetch_captions(
    session: YtdlpSession, info: Mapping[str, Any], into: Path, clip: str
) -> tuple[dict[str, Path], tuple[Cut, ...]]:
    """Fetch a video's captions as `into/captions/LANG.vtt`, by language tag; a tag that is none becomes `x-HASH`.

    They are kept as they come, slips and all; SubRip, under whatever name it came, as `LANG.srt`. Captions that cannot
    be had now, whatever the reason, are left out and named beside: the film, which is here and whole, counts more than
    the wait for them.
    """
    kept, lost = dict[str, Path](), list[Cut]()
    end = session.clock() + session.limits.extras_seconds
    for language, offers in _offered(info).items():
        if language == "live_chat" or not offers:
            continue
        tag = language if re.fullmatch(r"[A-Za-z0-9-]{1,35}", language) else f"x-{_short(language)}"
        data, reason = b"", "neither WebVTT nor SubRip"
        try:
            if offer := _readable(offers):
                data = session.read(offer, info.get("http_headers") or {}, end)
        except Exception as error:
            reason = f"could not be had ({why_not(error)})"
        if not (kind := _kind(data)):
            log.warning("%s: the captions %s could not be had; the video is kept without", clip, tag)
            lost.append(Cut(path=f"captions/{tag}.vtt", why=reason))
            continue
        kept[tag] = into / "captions" / f"{tag}.{kind}"
        kept[tag].parent.mkdir(exist_ok=True)
        kept[tag].write_bytes(data)
    if session.unread:
        log.warning("%s: the list of captions could not be had; the video is kept without", clip)
        lost.append(Cut(path="captions/*", why="their list could not be read"))
    return kept, tuple(lost)


def _offered(info: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The offers by language, without those that are none."""
    automatic, written = info.get("automatic_captions") or {}, info.get("subtitles") or {}
    spoken = {language: offers for language, offers in automatic.items() if language.endswith(_SPOKEN)}
    return {
        str(language): [offer for offer in offers or () if isinstance(offer, dict)]
        for language, offers in {**spoken, **written}.items()
    }


def _readable(offers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The offer of a whole file that we can read."""
    whole = [offer for offer in offers if "m3u8" not in str(offer.get("protocol"))]
    return next((offer for ext in ("vtt", "srt") for offer in whole if offer.get("ext") == ext), None)


def _kind(data: bytes) -> str | None:
    try:
        return kind_of(data)
    except DocumentError:
        return None


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
