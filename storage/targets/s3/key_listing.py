"""Listing a bucket in the order of its keys, from stores that list in another order and stores that cannot be trusted.

Amazon lists `a.b` before `a/b`, as the order of code points has it; SeaweedFS 4.48 walks folders, and lists `a/b`
first. So a prefix is asked for flat, and sorted here if it holds little; if it holds more, it is asked for one level,
and each folder on that level is walked in its turn. Memory grows with the fullest level, not with the whole. What lies
deeper than a key of ours can is passed over, as in a folder target: whoever may write can put it there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from storage.contract import LARGEST, Stat
from storage.errors import Unavailable
from storage.keys import MOST_PARTS

MOST_PAGES = 5
"""Pages (of usually 1000 keys) that are sorted in memory before a prefix is taken level by level."""


@dataclass(frozen=True)
class Page:
    """One answer to a listing: keys, and with a delimiter folders (their names end in `/`); the token of the next."""

    keys: tuple[Stat, ...]
    folders: tuple[str, ...]
    token: str | None
    more: bool


def page(answer: Mapping[str, Any]) -> Page:
    """The page that an answer to ListObjectsV2 is."""
    return Page(
        keys=tuple(Stat(entry["Key"], int(entry["Size"])) for entry in answer.get("Contents", ())),
        folders=tuple(entry["Prefix"] for entry in answer.get("CommonPrefixes", ())),
        token=answer.get("NextContinuationToken"),
        more=bool(answer.get("IsTruncated")),
    )


Ask = Callable[[str, str, str | None], Page]
"""Asks for one page: prefix, delimiter (`/` or nothing), token."""


def walk(ask: Ask, prefix: str, *, target: str, most_pages: int = MOST_PAGES) -> Iterator[Stat]:
    """Every key that starts with `prefix`, in the order of code points.

    Raises Unavailable where the store's pages contradict themselves, or sizes are none, for then nothing is known of
    what is missing.
    """
    yield from _walk(ask, prefix, target, most_pages, prefix.count("/") + MOST_PARTS)


def _walk(ask: Ask, prefix: str, target: str, most_pages: int, deepest: int) -> Iterator[Stat]:
    flat = _collect(ask, prefix, "", target, most_pages, deepest)
    if flat is not None:
        yield from sorted(flat.values(), key=lambda stat: stat.key)
        return
    level = _collect(ask, prefix, "/", target, None, deepest) or {}
    for name in sorted(level):
        if name.endswith("/") and name != prefix:
            yield from _walk(ask, name, target, most_pages, deepest)
        else:
            yield level[name]


def _collect(
    ask: Ask, prefix: str, delimiter: str, target: str, most: int | None, deepest: int
) -> dict[str, Stat] | None:
    """All pages of one listing by name, but for what lies too deep, or None if there are more than `most`."""
    found: dict[str, Stat] = {}
    tokens: set[str] = set()
    token: str | None = None
    pages = 0
    while True:
        page = ask(prefix, delimiter, token)
        for stat in (*page.keys, *(Stat(folder, 0) for folder in page.folders)):
            _validate(stat, prefix, found, target)
            if stat.key.count("/") < deepest:
                found[stat.key] = stat
        if not page.more:
            break
        pages += 1
        if most is not None and pages >= most:
            return None
        if not page.token or page.token in tokens:
            raise _contradiction("says there is more, and does not say where to go on", prefix, target)
        token = page.token
        tokens.add(token)
    if not delimiter:  # some stores list a folder as an empty key that ends in a slash, and no key of ours does
        return {name: stat for name, stat in found.items() if not name.endswith("/")}
    return found


def _validate(stat: Stat, prefix: str, found: dict[str, Stat], target: str) -> None:
    name = stat.key
    if not 0 <= stat.size <= LARGEST:
        raise _contradiction(f"gives {name!r} a size that no file has", prefix, target)
    if not name.startswith(prefix):
        raise _contradiction(f"gives {name!r}, which was not asked for", prefix, target)
    if name in found:
        raise _contradiction(f"gives {name!r} twice", prefix, target)


def _contradiction(what: str, prefix: str, target: str) -> Unavailable:
    message = f"the listing of {prefix!r} {what}; nothing can be said of what is there, ask the store's provider"
    return Unavailable(message, target=target)
