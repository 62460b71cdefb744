"""What only has an address: films by their own addresses, and the items of feeds, which yt-dlp's generic reader reads.

Its id for a film is the last name of the address without its ending, or an item's GUID: `master`, `index`, `1`. Those
are the same at many hosts, and in one careless feed, so the second film would be taken for the first one and never be
fetched. Here an id is made of the whole address, and of the GUID where there is one.

Of an item yt-dlp takes the first enclosure, be it a picture, or its link; one that has Media RSS alone vanishes
(https://www.rssboard.org/media-rss). Days are read as they are written: yt-dlp takes ALMT and MSK for UTC.
"""
# mypy: disable-error-code="import-untyped"

import re
from collections.abc import Callable, Mapping
from email.utils import parsedate
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element, SubElement

from yt_dlp.utils import KNOWN_EXTENSIONS, unsmuggle_url

from archive.records.clip import Listing
from archive.sources.cleaning import SECRET

READER: Final = "Generic"
_GUID: Final = "force_videoid"
"""Where yt-dlp notes an item's GUID in its address."""

_MEDIA: Final = "{http://search.yahoo.com/mrss/}"
_FILMS: Final = {"audio", "video", "application"}
"""First halves of the types of what may be a film: many a server says application/octet-stream."""
_HOST, _PATH, _DIGEST = 28, 30, 16
"""Letters of an id: of the host, of the end of the path, and of the digest, which alone tells two apart."""


def is_film(url: str) -> bool:
    """Whether an address is by its ending that of a film, or of a manifest of one, and so of no page or list."""
    return PurePosixPath(urlsplit(url).path).suffix[1:].lower() in {*KNOWN_EXTENSIONS, "m3u8", "mpd"}


def called(listing: Listing) -> Listing:
    """A listing of the generic reader by the id that its clip gets, and by its bare address.

    The id is `HOST-PATH-DIGEST`; the digest is of the address without its scheme and without what signs it, and of the
    GUID. Where the path signs itself the GUID stands for it, if there is one.
    """
    address, note = unsmuggle_url(listing.url, {})
    url = address.partition("#")[0]
    own = _last_name(url)
    guid = str(note.get(_GUID) or (listing.platform_id if listing.platform_id not in (own, listing.url) else ""))
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), unquote(parts.path)
    query = [(name, value) for name, value in parse_qsl(parts.query, True) if not SECRET.fullmatch(name)]
    whole = "\0".join((host, str(parts.port or ""), path, urlencode(query), guid))
    digest = sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    telling = (_plain(host)[:_HOST].strip("-"), _plain(path.rpartition(".")[0] or path)[-_PATH:].strip("-"), digest)
    earlier = tuple(name for name in (guid or own,) if name)
    return listing.model_copy(
        update={
            "platform_id": "-".join(filter(None, telling)),
            "url": listing.url if set(note) - {_GUID} else url,
            "earlier": earlier,
        },
    )


def _last_name(url: str) -> str:
    """The id that yt-dlp's generic reader makes of an address."""
    name = url.rstrip("/").rpartition("/")[2]
    return unquote(name.rpartition(".")[0] or name)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text)


def words_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What a feed says of an item, for the fields of a listing, or in the place of what an address says."""
    texts = {key: entry.get(key) for key in ("title", "description", "upload_date")}
    return {key: value for key, value in texts.items() if isinstance(value, str) and value.strip()}


def said_by_feed(listing: Listing, raw: dict[str, Any]) -> dict[str, Any]:
    """What the generic reader found, with what a feed says instead of what an address does, as yt-dlp itself has it."""
    said = {"title": listing.title, "description": listing.description, "upload_date": listing.uploaded}
    words = {key: value for key, value in said.items() if value}
    if listing.extractor != READER or not words:
        return raw
    kind = {"_type": "url_transparent"} if raw.get("_type") == "url" else {}
    return raw | words | kind | ({"timestamp": None} if listing.uploaded else {})


def whole(stock: Callable[..., Any]) -> Callable[..., Any]:
    """yt-dlp's reading of a feed, with one entry for every item, in their order; one without an address has none."""

    def read(url: str, name: str, document: Element) -> Any:
        items, empty = list[Element](), list[Element]()
        for channel in document.findall("./channel"):
            for item in channel.findall("./item"):
                items.append(item)
                if not _point_to_film(item, url):
                    channel.remove(item)
                    empty.append(item)
        found = stock(url, name, document)
        entries = iter(found["entries"])
        found["entries"] = [
            {"title": _text(item, "title")} if item in empty else _dated(next(entries), item) for item in items
        ]
        return found

    return read


def _point_to_film(item: Element, base: str) -> bool:
    """Leave an item one enclosure, the first of its own, else the best of Media RSS; or else its link.

    What follows a `#` is asked of no server, and yt-dlp would read its own notes there, whoever wrote them.
    """
    own = [one for one in item.findall("./enclosure") if _may_be_film(one)]
    media = [one for one in item.iter(f"{_MEDIA}content") if _may_be_film(one)]
    best = own[0] if own else max(media, key=_rank, default=None)
    for one in item.findall("./enclosure"):
        item.remove(one)
    if best is not None:
        SubElement(item, "enclosure", {"url": _address(base, best.attrib["url"])})
    for link in item.findall("./link"):
        link.text = _address(base, link.text) if (link.text or "").strip() else None
    return best is not None or bool(_text(item, "link"))


def _address(base: str, found: str | None) -> str:
    return urljoin(base, (found or "").strip()).partition("#")[0]


def _may_be_film(one: Element) -> bool:
    kind = one.get("type", "").partition("/")[0].strip().lower() or "video"
    return bool(one.get("url", "").strip()) and kind in _FILMS and one.get("medium", "video") in ("video", "audio")


def _rank(one: Element) -> tuple[float, ...]:
    """What is better among contents of one item: the default, then the larger in picture, bit rate and bytes."""
    sizes = (one.get(key, "") for key in ("height", "bitrate", "fileSize"))
    return (one.get("isDefault") == "true", *(float(size) if size.isdecimal() else 0.0 for size in sizes))


def _dated(entry: dict[str, Any], item: Element) -> dict[str, Any]:
    """An entry with the day that stands in its item."""
    day = parsedate(_text(item, "pubDate") or "")
    entry.pop("timestamp", None)
    return entry | ({"upload_date": f"{day[0]:04}{day[1]:02}{day[2]:02}"} if day else {})


def _text(item: Element, name: str) -> str | None:
    found = item.find(f"./{name}")
    return (found.text or "").strip() or None if found is not None else None
