"""Addresses on the web in one form each, so that two spellings of one page or video are equal. No network."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from archive.linking.finding.cited.extractors import identify
from archive.linking.finding.cited.platforms import extracted, is_platform, video
from archive.linking.finding.cited.wrappers import unwrapped
from archive.records.clip import clip_id

LONGEST = 2000
"""Characters of an address that is looked at: a longer one, or one cut off, is none."""

_BARE = "youtube|youtu.be|vimeo|tiktok|facebook|fb.watch|twitter|x|instagram|t.me|vk|vkvideo.ru|odysee|rumble|bilibili"
_HOSTS = "|".join(re.escape(name if "." in name else name + ".com") for name in _BARE.split("|"))
_ADDRESS = re.compile(
    rf"(?<![\w@./-])(?:https?://|www\.|(?:[a-z]{{1,9}}\.)?(?:{_HOSTS})/)"
    r"[^\s<>\"'`|\\^{}\[\]«»“”‘’\x00-\x1f]{1,4000}",
    re.IGNORECASE,
)
_ENTRY = re.compile(
    r"(?<![\w@.-])(?:https?(?:://|%3A%2F%2F))?(?:www\.)?shahit\.biz(?::\d{1,5})?(?:/|%2F)(?:[a-z]{2,4}(?:/|%2F))?"
    r"(?:viewentry(?:\.|%2E)php)?(?:\?|%3F)"
    r"(?:(?:(?!entryno)[^\s#?\"'<>]){0,200}?(?:&(?:amp;)?|%26))?entryno(?:=|%3D)0{0,6}([1-9][0-9]{0,6})(?![0-9A-Za-z_]|[.,][0-9])"
    r"(?![^\s#\"'<>]{0,200}entryno(?:=|%3D))",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?…)»\"'。，、؛،*"
_TRACKING = frozenset(
    ("si", "feature", "fbclid", "gclid", "igshid", "igsh", "ref", "ref_src", "ref_url", "src", "s", "t", "start",
     "time_continue", "pp", "ab_channel", "app", "mibextid", "__tn__", "_rdr", "rdid", "share_url", "spm_id_from",
     "vd_source", "is_from_webapp", "sender_device", "_r", "_t")
)  # fmt: skip
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_SAFE = "-._~:@!$&'()*+,;="
_MOST = 6
"""Wrappings that are undone, one within the other."""

_YOUTUBE = re.compile(
    r"https?://(?:(?:www|m|music)\.)?(?:youtube\.com/(?:watch\?v=|shorts/|embed/|live/)|youtu\.be/)"
    r"([A-Za-z0-9_-]{11})(?:[?&/#].*)?"
)
"""The usual addresses of most sources, told at once."""

_IDENTIFIED = re.compile(r"([a-z0-9]{2,60}):([A-Za-z0-9_-]{7,80})")


@dataclass(frozen=True, slots=True)
class EntryAddress:
    """The address of an entry in a text: the entry's number, and the code points `start` ≤ i < `end` it takes."""

    entry: str
    start: int
    end: int


def entry_addresses(text: str) -> list[EntryAddress]:
    """Every address of an entry of the Xinjiang Victims Database in a text, in order.

    `https://shahit.biz/eng/viewentry.php?entryno=N`, with or without scheme and `www.`, in any of the site's
    languages, also percent-encoded within another address. A `?f=slug` address has no number and is not among them, nor
    is one that gives two.
    """
    return [EntryAddress(found[1], found.start(), found.end()) for found in _ENTRY.finditer(text)]


def addresses(text: str) -> list[str]:
    """The canonical form of every web address in a text, in order, each once; the register's own pages are left out."""
    found = (canonical(match.group()) for match in _ADDRESS.finditer(text))
    return list(dict.fromkeys(a for a in found if a and not a.startswith("shahit.biz/")))


def canonical(url: str) -> str | None:
    """One form for all addresses of one page or video; the form of a form is itself.

    Redirects and copies in web archives give way to what they lead to. A video on a platform of `platforms.py` becomes
    `youtube.com/watch?v=ID`, `facebook.com/watch?v=ID`, `HOST/w/ID` (PeerTube) and so on; one that an extractor of
    yt-dlp knows by its address, `EXTRACTOR:ID`; any other page its host and path without scheme, `www.`, fragment and
    tracking. None where there is no address, or one that names a whole site and no page in it.
    """
    form, known = _form(url)
    for _ in range(_MOST):
        if form is None or known or (again := _form(form)) == (form, False):
            return form
        form, known = again
    return None


def clips_of(form: str) -> tuple[str, ...]:
    """The ids of the clips that an address in canonical form names beyond doubt; none where it does not tell.

    So an entry cites a clip whose own address is spelled otherwise, or of which only the id is known.
    """
    known = _IDENTIFIED.fullmatch(form)
    named = ((known[1], known[2]),) if known else extracted(form)
    return tuple(dict.fromkeys(clip_id(extractor, name) for extractor, name in named))


def is_of_video(form: str) -> bool:
    """Whether an address in canonical form is a video's, as the platforms here or yt-dlp know them."""
    return _form(form)[1]


def is_elsewhere(form: str) -> bool:
    """Whether an address in canonical form is on no platform known here, so that it may be of a video or of none."""
    return not is_platform(form.partition("/")[0].partition("?")[0]) and not _IDENTIFIED.fullmatch(form)


def _form(url: str) -> tuple[str | None, bool]:
    """An address's form, and whether that is a video's, which is its own form."""
    url = _trimmed(url)
    if _IDENTIFIED.fullmatch(url):
        return url, True
    for _ in range(_MOST):
        if len(url) <= LONGEST and (usual := _YOUTUBE.fullmatch(url)):
            return f"youtube.com/watch?v={usual[1]}", True
        split = _split(url)
        if split is None:
            return None, False
        host, parts = split
        inner = unwrapped(host, parts)
        if inner is None:
            found = _video(url, host, parts)
            return (found, True) if found else (_page(host, parts), False)
        url = _trimmed(inner)
    return None, False


def _trimmed(url: str) -> str:
    url = url.strip()
    while "&amp;" in url[:LONGEST]:
        url = url.replace("&amp;", "&")
    return url.rstrip(_TRAILING).strip()


def _split(url: str) -> tuple[str, SplitResult] | None:
    """An address's host, in lower case and without what only chooses a layout, and its parts."""
    if "://" not in url[:9]:
        url = "https://" + url
    if len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # a malformed IPv6 host: no address
        return None
    if parts.scheme.lower() not in ("http", "https") or "." not in host or re.search(r"[\s%]", host):
        return None
    while host.startswith(("www.", "m.", "mobile.", "music.")) and host.count(".") > 1:
        host = host.split(".", 1)[1]
    return host, parts


def _path(parts: SplitResult) -> str:
    return re.sub(r"/{2,}", "/", parts.path).rstrip("/")


def _video(url: str, host: str, parts: SplitResult) -> str | None:
    """The form of a video that the platforms here or yt-dlp know by its address."""
    path = _path(parts)
    if parts.fragment and host.endswith(("lbry.tv", "odysee.com")):  # their older addresses write a claim after it
        path = f"{path}:{parts.fragment}"
    if known := video(host, path, parts.query):
        return known
    identity = identify(url if "://" in url[:9] else "https://" + url)
    return f"{identity.extractor}:{identity.id}" if identity else None


def _page(host: str, parts: SplitResult) -> str | None:
    query = [(k, v) for k, v in parse_qsl(parts.query) if k.lower() not in _TRACKING and not k.startswith("utm_")]
    decoded = _ESCAPES.sub(lambda found: quote(unquote_to_bytes(found[0]), safe=_SAFE), _path(parts))
    path = quote(decoded, safe=_SAFE + "/%")
    if not path.strip("/") and not query:
        return None
    return host + path + ("?" + urlencode(sorted(query)) if query else "")
