"""Addresses that lead to another one: redirects of platforms, and copies in web archives. Pure; no network.

Only what the address itself tells is unwrapped. A shortened address (`fb.watch/…`, `bit.ly/…`, `archive.is/AbCd`) hides
where it leads, and stays what it is.
"""

import re
from urllib.parse import SplitResult, parse_qs, unquote

_BY_QUERY: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # host, path, the parameters that may hold the address
    ("youtube.com", r"/redirect", ("q",)),
    ("youtube.com", r"/attribution_link", ("u",)),
    ("youtube.com", r"/(?:oembed|signin)", ("url", "next")),
    ("consent.youtube.com", r"/\w{1,9}", ("continue",)),
    ("facebook.com", r"/l\.php", ("u",)),
    ("facebook.com", r"/(?:v\d[\d.]{0,5}/)?plugins/(?:video|post)\.php", ("href",)),
    ("facebook.com", r"/(?:flx/warn|sharer(?:/sharer\.php|\.php)?|login/?)", ("u", "next")),
    ("instagram.com", r"/", ("u",)),
    ("google.com", r"/url", ("q", "url")),
    ("vk.com", r"/away\.php", ("to",)),
    ("t.me", r"/(?:iv|share/url)", ("url",)),
    ("out.reddit.com", r"/.{0,40}", ("url",)),
    ("t.umblr.com", r"/redirect", ("z",)),
    ("link.zhihu.com", r"/", ("target",)),
    ("translate.google.com", r"/.{0,20}", ("u",)),
    ("webcitation.org", r"/query", ("url",)),
    ("duckduckgo.com", r"/l", ("uddg",)),
)
_ARCHIVES = re.compile(
    r"(?:web\.archive\.org/(?:web|save)|(?:web\.)?archive\.(?:is|today|ph|li|vn|md|fo)|"
    r"webcache\.googleusercontent\.com/cache|arquivo\.pt/wayback|webarchive\.loc\.gov/all|wayback\.archive-it\.org/\d{1,9}|ghostarchive\.org/archive)"
    r"/(?:(?:\d{4,14}\*?|[*2o]|newest|oldest)(?:[a-z]{2}_)?/)?(?P<url>(?:https?(?::|%3A)/{0,2}|www\.)[^\s]+)",
    re.IGNORECASE,
)
_VIDEO_ARCHIVES = re.compile(
    r"(?:ghostarchive\.org/varchive/(?:youtube/\d{8}/)?|web\.archive\.org/web/(?:\d{4,14}/)?(?:fakeurl/)?yt/|"
    r"preservetube\.com/(?:watch\?v=|)|filmot\.com/video/|yewtu\.be/(?:watch\?v=|)|"
    r"wayback-fakeurl\.archive\.org/yt/)([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])"
)
_ARCHIVE_HOSTS = """
    archive.org archive.is archive.today archive.ph archive.li archive.vn archive.md archive.fo googleusercontent.com
    arquivo.pt loc.gov archive-it.org ghostarchive.org preservetube.com filmot.com yewtu.be
"""
_HOSTS = frozenset(".".join(host.split(".")[-2:]) for host, _, _ in _BY_QUERY) | frozenset(_ARCHIVE_HOSTS.split())
"""The last two labels of every host here: others are asked nothing."""


def unwrapped(host: str, parts: SplitResult) -> str | None:
    """The address that another one leads to, as far as it tells; None if it leads to none. `host` without `www.`."""
    if ".".join(host.rsplit(".", 2)[-2:]) not in _HOSTS:
        return None
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    video = _VIDEO_ARCHIVES.match(host + rest)
    if video:
        return f"https://www.youtube.com/watch?v={video[1]}"
    copied = _ARCHIVES.match(host + rest)
    if copied:
        return _whole(copied["url"], parts.netloc)
    for own, path, names in _BY_QUERY:
        if (host == own or host.endswith("." + own)) and re.fullmatch(path, parts.path or "/"):
            found = parse_qs(parts.query)
            if value := next((found[name][0] for name in names if name in found), None):
                return _whole(value, own)
    return None


def _whole(url: str, host: str) -> str | None:
    if re.match(r"https?%3A", url, re.IGNORECASE):
        url = unquote(url)
    if url.startswith("/") and not url.startswith("//"):
        return f"https://{host}{url}"
    # Web archives write `http:/host` where a double slash was squeezed.
    found = re.match(r"(?:(https?):/{0,2}(?=[^/])|(?=www\.))", url, re.IGNORECASE)
    return f"{(found[1] or 'https').lower()}://{url[found.end() :]}" if found else None
