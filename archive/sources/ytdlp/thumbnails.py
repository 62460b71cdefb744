"""A film's thumbnail: the best that can be had, and none rather than no film."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive.records.clip import NOT_HAD, Cut
from archive.sources.file_checks import picture_kind
from archive.sources.ytdlp.asking import why_not
from archive.sources.ytdlp.ytdlp_session import YtdlpSession

log = logging.getLogger(__name__)


def fetch_thumbnail(
    session: YtdlpSession, info: Mapping[str, Any], into: Path, clip: str
) -> tuple[Path | None, tuple[Cut, ...]]:
    """Fetch a video's thumbnail as `into/thumbnail.EXT`; the extension is that of its content.

    The platform's offers are tried from the best on. If none can be had, whatever the reason, that is reported, and the
    film is kept without: it is here and whole.
    """
    offers = [one for one in info.get("thumbnails") or () if isinstance(one, dict) and one.get("url")]
    end = session.clock() + session.limits.extras_seconds
    reason = None
    for offer in reversed(offers):
        try:
            data = session.read({"url": offer["url"], "http_headers": offer.get("http_headers")}, {}, end)
        except Exception as error:
            reason = reason or f"{NOT_HAD} ({why_not(error)})"
            continue
        kind = picture_kind(data)
        if kind is not None:
            path = into / f"thumbnail.{kind}"
            path.write_bytes(data)
            return path, ()
        reason = reason or "no picture"
    if reason is None:
        return None, ()
    log.warning("%s: the thumbnail could not be had; the video is kept without: %s", clip, reason)
    return None, (Cut(path="thumbnail.*", why=reason),)
