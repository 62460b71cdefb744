"""Addresses on the web in one form each, so that two spellings of one page or video are equal. Pure; no network."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

LONGEST = 2000
"""Characters of an address that are looked at."""

_ADDRESS = re.compile(
    r"(?<![\w@.-])(?:https?://|www\.|(?:m\.|music\.)?youtube\.com/|youtu\.be/)[^\s<>\"'`|\\^{}\[\]«»“”‘’\x00-\x1f]{1,2000}",
    re.IGNORECASE,
)
_ENTRY = re.compile(
    r"(?<![\w.@-])(?:https?://)?(?:www\.)?shahit\.biz/(?:[a-z]{2,4}/)?(?:viewentry\.php)?"
    r"\?(?:[^\s#?\"'<>]{0,200}?&(?:amp;)?)?entryno=0{0,6}([1-9]\d{0,6})(?!\d)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?…)»\"'。，、؛،"
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_PEERTUBE_PATH = re.compile(r"/(?:w|videos/watch|videos/embed)/([0-9A-Za-z-]{8,40})(?:;[^/]*)?")
_FLICKR58 = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_TRACKING = frozenset(
    ("si", "feature", "fbclid", "gclid", "igshid", "igsh", "ref", "ref_src", "ref_url", "src", "s", "t", "start",
     "time_continue", "pp", "ab_channel", "app")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EntryAddress:
    """The address of an entry in a text: the entry's number, and the code points `start` ≤ i < `end` it takes."""

    entry: str
    start: int
    end: int


def entry_addresses(text: str) -> list[EntryAddress]:
    """Every address of an entry of the Xinjiang Victims Database in a text, in order.

    `https://shahit.biz/eng/viewentry.php?entryno=N`, with or without scheme and `www.`, in any of the site's
    languages. A `?f=slug` address has no number and is not among them.
    """
    return [EntryAddress(found[1], found.start(), found.end()) for found in _ENTRY.finditer(text)]


def addresses(text: str) -> list[str]:
    """The canonical form of every web address in a text, in order, each once; the register's own pages are left out."""
    found = (canonical(match.group()) for match in _ADDRESS.finditer(text))
    return list(dict.fromkeys(a for a in found if a and not a.startswith("shahit.biz/")))


def canonical(url: str) -> str | None:
    """One form for all addresses of one page: host and path without scheme, `www.`, fragment and tracking.

    YouTube (watch, youtu.be, shorts, embed, live) becomes `youtube.com/watch?v=ID`, a PeerTube video `HOST/w/ID` with
    the short form of its UUID. None where there is no address, or one that names a whole site and no page in it.
    """
    url = url.strip().rstrip(_TRAILING).replace("&amp;", "&")[:LONGEST]
    if "://" not in url:
        url = "https://" + url
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # a malformed IPv6 host: no address
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in host:
        return None
    while host.startswith(("www.", "m.", "mobile.", "music.")):
        host = host.split(".", 1)[1]
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    query = [(k, v) for k, v in parse_qsl(parts.query) if k.lower() not in _TRACKING and not k.startswith("utm_")]
    if host in ("youtube.com", "youtu.be", "youtube-nocookie.com"):
        video = _youtube_id(host, path, dict(query))
        if video:
            return f"youtube.com/watch?v={video}"
    peertube = _PEERTUBE_PATH.fullmatch(path)
    if peertube:
        return f"{host}/w/{_short(peertube[1])}"
    if not path and not query:
        return None
    return host + path + ("?" + urlencode(sorted(query)) if query else "")


def _youtube_id(host: str, path: str, query: dict[str, str]) -> str | None:
    steps = path.split("/")[1:]
    if host == "youtu.be":
        found = steps[0] if steps else ""
    elif steps[:1] == ["watch"] and len(steps) == 1:
        found = query.get("v", "")
    elif len(steps) >= 2 and steps[0] in ("shorts", "embed", "live", "v", "e"):
        found = steps[1]
    else:
        return None
    return found if _YOUTUBE_ID.fullmatch(found) else None


def _short(name: str) -> str:
    """A PeerTube UUID in its short form (base 58 of Flickr, 22 digits), as PeerTube writes it in `/w/`."""
    try:
        number = UUID(name).int if len(name) == 36 else None
    except ValueError:
        number = None
    if number is None:
        return name
    digits = ""
    while number:
        number, rest = divmod(number, 58)
        digits = _FLICKR58[rest] + digits
    return digits.rjust(22, _FLICKR58[0])
