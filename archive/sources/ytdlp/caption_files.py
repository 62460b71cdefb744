"""Captions: those that people wrote, and the machine's own of what is spoken; never its translations."""

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from archive.records.clip import LIST_NOT_HAD, NOT_HAD, Cut
from archive.sources.ytdlp.asking import why_not
from archive.sources.ytdlp.ytdlp_session import YtdlpSession
from transcription.documents.cues import kind_of
from transcription.errors import DocumentError

log = logging.getLogger(__name__)

_SPOKEN: Final = "-orig"
"""yt-dlp offers some 150 machine translations of one track; what was spoken is the one whose tag ends so."""


_FIRST: Final = ("vtt", "srt", "ttml", "srv3", "json3")
"""Forms in which a caption is taken first, where it is offered in several; the first two can be read here."""

_FORM: Final = re.compile(r"[a-z][a-z0-9]{1,7}")
"""What the name of a form may look like, so that it may end a file's name."""

_NO_CAPTIONS: Final = re.compile(rb"\s*(<!doctype html|<html|#EXTM3U)", re.I)
"""How a page of words for people begins, or a list of pieces, which came in a caption's place."""


def fetch_captions(
    session: YtdlpSession, info: Mapping[str, Any], into: Path, clip: str
) -> tuple[dict[str, Path], tuple[Cut, ...]]:
    """Fetch a video's captions as `into/captions/LANG.EXT`, by language tag; a tag that is none becomes `x-HASH`.

    They are kept as they come, slips and all, in whatever form: WebVTT and SubRip, under whatever name they came, as
    `vtt` and `srt`, others by the name that the site has for their form. Captions that cannot be had now, whatever the
    reason, are left out and named beside: the film, which is here and whole, counts more than the wait for them.
    """
    kept, lost = dict[str, Path](), list[Cut]()
    end = session.clock() + session.limits.extras_seconds
    for language, offers in _offered(info).items():
        if language == "live_chat" or not offers:
            continue
        tag = tag_of(language)
        data, reason, form = b"", "neither WebVTT nor SubRip", "vtt"
        try:
            if offer := _chosen(offers):
                form = str(offer.get("ext"))
                data = session.read(offer, info.get("http_headers") or {}, end)
        except Exception as error:
            reason = f"{NOT_HAD} ({why_not(error)})"
        if not (kind := _kind(data, form)):
            log.warning("%s: the captions %s could not be had; the video is kept without", clip, tag)
            lost.append(Cut(path=f"captions/{tag}.{form if _FORM.fullmatch(form) else 'vtt'}", why=reason))
            continue
        kept[tag] = into / "captions" / f"{tag}.{kind}"
        kept[tag].parent.mkdir(exist_ok=True)
        kept[tag].write_bytes(data)
    if session.unread:
        log.warning("%s: the list of captions could not be had; the video is kept without", clip)
        lost.append(Cut(path="captions/*", why=LIST_NOT_HAD))
    return kept, tuple(lost)


def tag_of(language: str) -> str:
    """A language tag as it is kept."""
    return language if re.fullmatch(r"[A-Za-z0-9-]{1,35}", language) else f"x-{_short(language)}"


def _offered(info: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The offers by language, without those that are none."""
    automatic, written = info.get("automatic_captions") or {}, info.get("subtitles") or {}
    spoken = {language: offers for language, offers in automatic.items() if language.endswith(_SPOKEN)}
    return {
        str(language): [offer for offer in offers or () if isinstance(offer, dict)]
        for language, offers in {**spoken, **written}.items()
    }


def _chosen(offers: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The offer of a whole file, in the form that is taken first, else the site's last, which is its best."""
    whole = [offer for offer in offers if "m3u8" not in str(offer.get("protocol"))]
    first = next((offer for ext in _FIRST for offer in whole if offer.get("ext") == ext), None)
    return first or next((offer for offer in reversed(whole) if _FORM.fullmatch(str(offer.get("ext")))), None)


def _kind(data: bytes, form: str) -> str | None:
    """The form of captions: WebVTT and SubRip by what they are, others by their name; None for what is none.

    What is called WebVTT or SubRip and is neither, nor marked up as another form is, may be anything.
    """
    with suppress(DocumentError):
        if kind := kind_of(data):
            return kind
    if not data.strip() or _NO_CAPTIONS.match(data):
        return None
    if form in ("vtt", "srt"):
        return next((kind for kind, start in _OTHERWISE if start.match(data)), None)
    return form if _FORM.fullmatch(form) else None


_OTHERWISE: Final = (
    ("ttml", re.compile(rb"\s*(<\?xml[^>]{0,200}>\s*)?<(\w{1,20}:)?tt\b")),
    ("ass", re.compile(rb"(\xef\xbb\xbf)?\[Script Info\]")),
)
"""How other forms begin that come under the name of WebVTT."""


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
