"""The address that a disk states for a file: by the metadata that lay beside it, or by the file's name. Pure.

yt-dlp names a file `TITLE [ID].EXT`, youtube-dl `TITLE-ID.EXT`, and many scripts `ID.EXT`. By its form alone no id is
certain: eleven letters, digits, `-` and `_` are also words, dates, a camera's numbers, and ids of other platforms. A
YouTube id is 64 bits in base64url, so its last letter is one of sixteen, and its letters are drawn: capitals, small
letters and digits change from one to the next as they do in no word. Where that holds, and the name has the form of a
tool that puts the id there, no other address can be meant; else the id is likely, and nothing is linked by it.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

from archive.records.clip import StatedAddress
from archive.sources.cleaning import bare_address, plain

YOUTUBE: Final = "youtube"
_ID: Final = r"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]"
"""A YouTube id: ten letters of six bits, and one of four."""

_BY_YTDLP = re.compile(rf".* \[({_ID})\]", re.DOTALL)
_BY_YOUTUBE_DL = re.compile(rf".+-({_ID})", re.DOTALL)
_BARE = re.compile(rf"({_ID})")
_ANY = re.compile(r"[A-Za-z0-9_-]{11}")
_FORMAT = re.compile(r"\.f[0-9]{1,5}(-[A-Za-z0-9_-]{1,20})?$")
"""What yt-dlp puts before the extension of a stream that it has not merged yet."""
_OTHERS = re.compile(r"(Video|Post|Story|Reel) by ")
"""Titles that yt-dlp gives to Instagram's videos, whose ids have eleven letters too."""

_CHANGES: Final = 5
"""Times that a drawn id changes between capitals, small letters, digits and the rest: of ten neighbours, 6.5 on the
average; nine of ten ids change so often, and no word or date that has both capitals and small letters was found to."""


WITNESSES: Final = 8
"""Bare names in one folder that have to bear each other out: ids of another platform would all end so once in 65,536
times (4⁸)."""


def stem_of(name: str) -> str:
    """A file's name without its extension, and without the format of a stream that waits to be merged."""
    name = name.removesuffix(".part")
    stem = name.rpartition(".")[0] or name
    return _FORMAT.sub("", stem)


def by_name(name: str, *, among_ids: bool = False) -> StatedAddress | None:
    """The address that a file's name states; None for a name without anything like an id.

    `among_ids`: the bare names in its folder bear each other out (`are_ids`), so that a bare id is certain too.
    """
    stem = stem_of(name)
    for form, tells in ((_BY_YTDLP, True), (_BY_YOUTUBE_DL, True), (_BARE, among_ids)):
        if found := form.fullmatch(stem):
            key = found[1]
            certain = tells and is_drawn(key) and not _OTHERS.match(stem)
            return StatedAddress(extractor=YOUTUBE, platform_id=key, url=_watch(key), basis="name", certain=certain)
    return None


def are_ids(names: Iterable[str]) -> bool:
    """Whether names of a folder's films bear each other out as ids: many look drawn, and all end as YouTube's do."""
    drawn = {stem for name in names if _ANY.fullmatch(stem := stem_of(name)) and is_drawn(stem)}
    return len(drawn) >= WITNESSES and all(_BARE.fullmatch(stem) for stem in drawn)


def is_drawn(key: str) -> bool:
    """Whether the letters of an id look drawn, and like no word, date or number."""
    kinds = ["A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else "-" for c in key]
    return {"A", "a"} <= {*kinds} and sum(a != b for a, b in pairwise(kinds)) >= _CHANGES


def by_info(info: Mapping[str, object]) -> StatedAddress | None:
    """The address that an info.json states; None where it names no extractor, id or page."""
    extractor, key = info.get("extractor_key") or info.get("extractor"), info.get("id")
    if not (isinstance(extractor, str) and isinstance(key, str) and extractor and key):
        return None
    if info.get("_type", "video") != "video":
        return None
    youtube = extractor.lower() == YOUTUBE
    page = info.get("webpage_url") or info.get("original_url")
    url = _watch(key) if youtube else bare_address(plain(page)) if isinstance(page, str) else ""
    if not re.match(r"https?://[^/\s]", url):
        return None
    certain = re.fullmatch(_ID, key) is not None if youtube else extractor.lower() != "generic"
    return StatedAddress(
        extractor=plain(extractor), platform_id=plain(key), url=url, basis="info.json", certain=certain
    )


def _watch(key: str) -> str:
    return f"https://www.youtube.com/watch?v={key}"
