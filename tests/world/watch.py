"""Watch pages as YouTube writes them, so far as yt-dlp's own reader goes by them: why a video is not to be had."""

import json
from pathlib import Path
from typing import Any

from tests.world.channel import Query

FILMS = "rr1.googlevideo.com"
_SETUP = {
    "INNERTUBE_CONTEXT": {"client": {"clientName": "WEB", "clientVersion": "2.20260101.00.00"}},
    "PLAYER_JS_URL": "/s/player/00000000/player_ias.vflset/en_US/base.js",
}


def says(status: str, reason: str, more: str | None = None, **also: Any) -> dict[str, Any]:
    """A player's answer: the status, the reason that a visitor reads, and what stands below it in smaller letters."""
    screen = {"playerErrorMessageRenderer": {"reason": {"simpleText": reason}, "subreason": {"simpleText": more}}}
    told = {"status": status, "reason": reason, **({"errorScreen": screen} if more else {}), **also}
    return {"playabilityStatus": told}


def plays(film: Path) -> dict[str, Any]:
    """A player's answer that offers a film, which `FILMS` is to have under its file's name."""
    offered = {
        "itag": 18,
        "url": f"https://{FILMS}/{film.name}",
        "mimeType": 'video/mp4; codecs="avc1.42001E, mp4a.40.2"',
        "width": 160,
        "height": 90,
        "qualityLabel": "90p",
        "contentLength": str(film.stat().st_size),
    }
    return {"playabilityStatus": {"status": "OK"}, "streamingData": {"formats": [offered]}}


class WatchPages:
    """`answers` has what the player is told of each video, by its id; of one that is None the page has no answer."""

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, Any] | None] = {}

    def __call__(self, query: Query) -> bytes:
        """The page of one video."""
        name = query["v"][0]
        answer = self.answers[name]
        scripts = [f"ytcfg.set({json.dumps(_SETUP)});", 'var ytInitialData = {"contents": {"x": 1}};']
        if answer is not None:
            details = {"videoId": name, "title": f"A made-up testimony {name}", "lengthSeconds": "3"}
            scripts.append(f"var ytInitialPlayerResponse = {json.dumps({'videoDetails': details, **answer})};")
        return f"<!doctype html><html>{''.join(f'<script>{one}</script>' for one in scripts)}</html>".encode()
