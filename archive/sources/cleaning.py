"""What must not be kept of a platform's metadata, and how it is cut. Pure.

yt-dlp's info.json holds the session's cookies and headers, the address it came from, and signed addresses of media,
at the top and in each format. They are cut before a digest is made, and what was cut is named, never quoted.
Kept: what the platform publishes for everyone (words, times, counts, formats and their sizes, pages to cite).
"""

import math
import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlencode, urlsplit, urlunsplit

import rfc8785

from archive.records.clip import Cut

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_DEPTH: Final = 40
_LARGEST: Final = 2**53 - 1

SESSION: Final = frozenset(
    {
        "authorization",
        "client_ip",
        "cookie",
        "cookies",
        "data_sync_id",
        "downloader_options",
        "headers",
        "hls_aes",
        "http_headers",
        "http_post_data",
        "ip",
        "password",
        "po_token",
        "proxy",
        "remote_addr",
        "request_data",
        "session",
        "session_id",
        "set_cookie",
        "source_address",
        "token",
        "user_history",
        "username",
        "videopassword",
        "visitor_data",
    }
)
"""Keys whose values belong to our session."""

MACHINE: Final = frozenset(
    {
        "entries",
        "filename",
        "filepath",
        "infojson_filename",
        "requested_downloads",
        "requested_entries",
        "requested_formats",
        "requested_subtitles",
    }
)
"""Keys that repeat what stands elsewhere, with paths of this machine."""

MEDIA: Final = frozenset({"extra_param_to_segment_url", "fragment_base_url", "fragments", "play_path", "url", "urls"})
"""Keys that hold an address of media."""

PAGES: Final = frozenset(
    {
        "webpage_url",
        "original_url",
        "uploader_url",
        "channel_url",
        "creator_url",
        "artist_url",
        "album_url",
        "playlist_webpage_url",
        "license_url",
        "thumbnail",
        "author_url",
        "author_thumbnail",
    }
)
"""Keys that hold the address of a page or picture a researcher may want to cite."""

WORDS: Final = frozenset({"title", "fulltitle", "alt_title", "description", "text", "tags", "categories"})
"""Keys of published words: the same for every visitor, so kept to the letter, addresses in them too."""

SECRET: Final = re.compile(
    r"(x[-_](amz|goog|oss|cos)[-_].*|.*(token|signature|secret|passw(or)?d|session|credential|apikey|api[-_]key).*"
    r"|l?sig|sign|auth|authorization|key|key-pair-id|policy|expires?|exp|e|ip|ipbits|(client|remote|user)[-_]?ip"
    r"|sid|jwt|hmac|hash|hdn(ts|ea|tl)|oh|oe|_nc_.*|pwd|pot|ei|verify|md5|st|se|sp|user|login|email)",
    re.I,
)
"""Names of parameters, or of the parts of a path, that sign an address or say who asked."""

_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a platform's own key, such as `fileUrl`, has what yt-dlp's has an underline for."""

_NAMING: Final = frozenset({"v", "id", "list", "p", "video_id", "story_fbid", "fbid", "t"})
_ADDRESS: Final = re.compile(r"(?:[a-z]+:)?//[^\s\"'<>\\]+", re.I)


def clean(info: Mapping[str, object]) -> tuple[dict[str, Json], tuple[Cut, ...]]:
    """The metadata without what must not be kept, as plain JSON values, and what was cut, by path.

    In a path `[]` is every place of a list. Cleaning twice changes nothing more.
    """
    cuts: dict[str, str] = {}
    kept = _object(info, "", cuts, 0)
    return kept, tuple(Cut(path=path, why=why) for path, why in sorted(cuts.items()))


def comment_words(comments: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """Comments with what somebody wrote and when, oldest first; counts, which change by themselves, are left out."""
    kept = [{key: one[key] for key in _OF_A_COMMENT if one.get(key) is not None} for one in comments]
    return {"comments": sorted(kept, key=lambda one: (str(one.get("timestamp", "")), str(one.get("id", ""))))}


_OF_A_COMMENT: Final = ("id", "parent", "author", "author_id", "text", "timestamp")


def canonical(value: Json) -> bytes:
    """Canonical JSON (RFC 8785)."""
    return rfc8785.dumps(value)


def plain(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_PARAMETERS = re.compile(r"\?[^\s'\"<>?=]+=[^\s'\"<>]*")
"""What may sign an address, also where its host is left out, as in yt-dlp's names for what has none."""


def for_the_log(text: str, proxy: str | None, password: str | None = None) -> str:
    """A stranger's words on one line, without the proxy's login, a password, and without what signs an address."""
    for spelled in sorted({password or "", quote(password or ""), quote_plus(password or "")} - {""}, key=len):
        text = text.replace(spelled, "***")
    if proxy is not None:
        login = urlsplit(proxy).netloc.rpartition("@")[0]
        password = login.partition(":")[2]
        for secret in sorted({proxy, login, unquote(login), password, unquote(password)} - {""}, key=len, reverse=True):
            text = text.replace(secret, "***")
    text = re.sub(r"//[^\s'\"<>]+", lambda m: m[0].partition("?")[0], plain(text))
    text = _PARAMETERS.sub(lambda m: m[0][len(m[0].rstrip(":,.;)")) :], text)
    text = text.partition("; please report this issue")[0]
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+", " ", text).strip().rstrip(".")[:500]


def _object(found: Mapping[str, object], path: str, cuts: dict[str, str], depth: int) -> dict[str, Json]:
    kept: dict[str, Json] = {}
    for raw, value in found.items():
        key = _ADDRESS.sub(lambda m: bare_address(m[0]), plain(str(raw)))
        here = f"{path}.{key}" if path else key
        why = _why_cut(key, value, path)
        if why is not None:
            if value not in (None, "") and value != {} and value != []:
                cuts[_at(path, key)] = why
        elif key == "automatic_captions" and isinstance(value, Mapping):
            spoken = {k: v for k, v in value.items() if str(k).endswith("-orig")}
            if len(spoken) < len(value):
                cuts[f"{here}.*"] = "machine translations of one track"
            kept[key] = _object(spoken, here, cuts, depth + 1)
        else:
            kept[key] = _value(key, value, here, cuts, depth + 1)
    return kept


def _why_cut(key: str, value: object, parent: str) -> str | None:
    name = _HUMP.sub("_", key).lower().replace("-", "_")
    if name in SESSION:
        return "belongs to the session that fetched it"
    if name in MACHINE:
        return "repeats what stands elsewhere, with paths of this machine"
    if name.startswith("_") and name not in ("_type", "_version", "_has_drm"):
        return "a private note of the tool"
    if name == "data" and parent.startswith(("subtitles", "automatic_captions")):
        return "a caption's words, which have a file of their own"
    if name in MEDIA or (name.endswith("_url") and name not in PAGES):
        pictured = parent == "thumbnails[]" and name == "url"
        return None if pictured else "an address of media, signed or short-lived"
    return None


def _at(path: str, key: str) -> str:
    """A path without the platform's own keys: captions are keyed by language."""
    path = re.sub(r"^(subtitles|automatic_captions)\.[^.]*", r"\1.*", path)
    return f"{path}.{key}" if path else key


def _value(key: str, value: object, path: str, cuts: dict[str, str], depth: int) -> Json:
    match value:
        case None | bool():
            return value
        case str():
            return _text(key, value, path, cuts)
        case int():
            return int(value) if abs(value) <= _LARGEST else str(value)
        case float():
            if math.isfinite(value) and not (value.is_integer() and abs(value) > _LARGEST):
                return float(value)
            cuts[path] = "no number that JSON can hold"
            return None
        case _ if depth > _DEPTH:
            cuts[path] = f"nested more than {_DEPTH} deep"
            return None
        case Mapping():
            return _object(value, path, cuts, depth)
        case bytes() | bytearray():
            pass
        case Iterable():
            inner = f"{path}[]"
            return [_value(key, item, inner, cuts, depth + 1) for item in value]
    cuts[path] = f"no JSON value, but a {type(value).__name__}"
    return None


def _text(key: str, text: str, path: str, cuts: dict[str, str]) -> str:
    kept = plain(text)
    if kept != text:
        cuts[path] = "lone surrogates, now U+FFFD"
    if key in WORDS:
        return kept
    picture = key in ("thumbnail", "author_thumbnail") or path == "thumbnails[].url"
    # A platform's own answer has addresses of its pictures and files without a host.
    local = kept.startswith("/") and not kept.startswith("//") and not any(map(str.isspace, kept))
    bare = bare_address(kept) if local else _ADDRESS.sub(lambda m: bare_address(m[0], picture=picture), kept)
    if bare != kept:
        cuts[path] = "signature, login or client address in an address"
    return bare


def bare_address(address: str, *, picture: bool = False) -> str:
    """An address without login, signature and client address. A picture's loses all its parameters.

    Where a parameter is secret, only parameters that name a page stay; where a part of the path is, the path goes.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    signed = _signs(parts.path.split("/"))
    host = parts.netloc.rpartition("@")[2]
    query = "" if signed else _parameters(parts.query, picture=picture)
    fragment = "" if signed else _parameters(parts.fragment, picture=picture)
    if (signed, host, query, fragment) == (False, parts.netloc, parts.query, parts.fragment):
        return address
    return urlunsplit((parts.scheme, host, "/" if signed else parts.path, query, fragment))


def _signs(segments: list[str]) -> bool:
    """Whether a path is a list of names and values that signs itself, as `/ip/203.0.113.7/signature/…/` does."""
    return any(
        _is_client(value) or name.lower() in {"sig", "lsig", "signature", "token", "expire"}
        for name, value in pairwise(segments)
    )


def _parameters(text: str, *, picture: bool) -> str:
    if picture:
        return ""
    pairs = parse_qsl(text, keep_blank_values=True)
    if not any(SECRET.fullmatch(name) or _is_client(value) for name, value in pairs):
        return text
    return urlencode([(name, value) for name, value in pairs if name in _NAMING and not _is_client(value)])


def _is_client(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
