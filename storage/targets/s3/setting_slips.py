"""Slips in the settings of a bucket, in words: what is wrong with a value and what to write. Pure.

Nothing of a secret is ever repeated; of an endpoint only where it is plainly an address.
"""

import re
from urllib.parse import SplitResult, unquote, urlsplit

_QUOTES = "\"'`"
_KEYS = (
    (re.compile(r"[A-Z0-9]{20}"), re.compile(r"[A-Za-z0-9/+]{40,43}")),  # Amazon, Wasabi, Hetzner, DigitalOcean
    (re.compile(r"SCW[A-Z0-9]{17}"), re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")),  # Scaleway
    (re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}")),  # Cloudflare R2
    (re.compile(r"00[0-9a-f]{23}"), re.compile(r"K00[A-Za-z0-9/+]{28}")),  # Backblaze B2
)
"""What access keys and secret keys look like at providers whose keys can be told apart."""

_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}|localhost|\d+(?:\.\d+){3}|\[[0-9a-f:.]+\]")
_S3_HOST = re.compile(r"s3[.-]")
_PROVIDERS = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "backblazeb2.com",
    "digitaloceanspaces.com",
    "linodeobjects.com",
    "r2.cloudflarestorage.com",
    "scw.cloud",
    "storjshare.io",
    "vultrobjects.com",
    "wasabisys.com",
    "your-objectstorage.com",
)
"""Whose host names take a bucket before them."""


def in_text(value: str, *, spaces: bool = False) -> str | None:
    """What copying left in a key, an address or a name, as words that follow "it"; `spaces`: it may hold some within.

    A blank value is a fault too. None where there is none.
    """
    if not value.strip():
        return "is blank: give it a value, or take it out"
    if value.rstrip("\n").endswith("\r"):
        return "ends in a carriage return, as files with Windows line ends leave it: write it without"
    if "\n" in value or "\r" in value:
        return "has a line break in it: write it on one line, without"
    if not value.isascii():
        return "has a character that is not ASCII, as copying from a letter or a page leaves it: copy it anew"
    if not value.isprintable():
        return "has a control character in it: copy it anew"
    if value != value.strip():
        return "begins or ends with a space: write it without"
    if len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]:
        return "stands in quotation marks of its own: write it without them"
    if " " in value and not spaces:
        return "has a space in it: copy it anew"
    return None


def in_keys(access_key: str, secret_key: str, session_token: str | None, host: str) -> str | None:
    """What is wrong with keys that belong together, each sound in itself."""
    if any(secret.fullmatch(access_key) and access.fullmatch(secret_key) for access, secret in _KEYS):
        return "access_key and secret_key are the wrong way round: exchange them"
    # ASIA begins Amazon's temporary keys ("Unique identifiers", IAM User Guide).
    if access_key.startswith("ASIA") and not session_token and _within(host, _PROVIDERS[:2]):
        return "access_key is a temporary one and is taken only with its session_token: give that too"
    return None


def in_endpoint(endpoint: str) -> str | None:
    """What is wrong with an endpoint by itself, with what to write where that is plain."""
    try:
        parts = urlsplit(endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "the endpoint is no address; write https://HOST or https://HOST:PORT, and [ADDRESS] for an IPv6 address"
    if "@" in parts.netloc:
        return (
            "the endpoint holds a user name or password; take it out, and give access_key and secret_key by environment"
        )
    if "://" not in endpoint and (found := _HOST.match(endpoint)) and endpoint[found.end() :][:1] in ("", ":", "/"):
        scheme = "http" if found[0] in ("localhost", "[::1]") or found[0].startswith("127.") else "https"
        return f'the endpoint begins with no https://; write endpoint = "{scheme}://{endpoint}"'
    twice = endpoint.count("://") > 1
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or twice:
        return "the endpoint must be https://HOST or https://HOST:PORT"
    if "%" in host:
        return (
            "the endpoint's address has a zone (what follows %), which no certificate can name; write a host name, or"
            " an address that needs none"
        )
    return None


def in_bucket(bucket: str, addressing: str) -> str | None:
    """What is wrong with a bucket's name by itself, with what to write."""
    name, _, rest = bucket.partition("://")[2 if "://" in bucket else 0].strip("/").partition("/")
    if "://" in bucket or "/" in bucket:
        more = f' and prefix = "{rest}"' if rest else ""
        return f'the bucket is a name alone; write bucket = "{name}"{more}'
    if addressing == "virtual" and bucket != bucket.lower():
        return f'host names are lower-case, and so is a bucket with addressing = "virtual"; write "{bucket.lower()}"?'
    return None


def bucket_in_endpoint(endpoint: str, bucket: str) -> str | None:
    """Whether an endpoint names the bucket already, in its path or its host name, and what to write instead."""
    parts = urlsplit(endpoint)
    path = [unquote(part) for part in parts.path.split("/") if part]
    if bucket in path:
        base = "/".join(("", *parts.path.strip("/").split("/")[: path.index(bucket)]))
        rest = "/".join(path[path.index(bucket) + 1 :])
        more = f' and prefix = "{rest}"' if rest else ""
        return f'the endpoint has the bucket in its path; write endpoint = "{_origin(parts)}{base}"{more}'
    name, _, rest = (parts.hostname or "").partition(f"{bucket.lower()}.")
    if not name and rest and (_S3_HOST.match(rest) or _within(rest, _PROVIDERS)):
        port = f":{parts.port}" if parts.port else ""
        return (
            f'the endpoint has the bucket in its host name; write endpoint = "{parts.scheme}://{rest}{port}", and'
            ' addressing = "virtual" if the store wants it there'
        )
    return None


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}"


def _within(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
