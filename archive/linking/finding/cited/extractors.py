"""What yt-dlp calls the video at an address, told from the address alone: no network.

yt-dlp has some 1,750 extractors, each with a regular expression for its addresses. Those that can match at a host are
found once by the words of the host that stand in the expression too, so that an address asks a few of them. An
expression that spells its host in pieces, or takes any host, is missed, and its addresses stay what they are.
"""

import re
from collections import defaultdict
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_GENERIC = "Generic"
_NO_TEXT = re.compile(r"\\[a-zA-Z]|\(\?P[<=]\w+|\[[^\]]*\]")
_WORDS = re.compile(r"[a-z0-9]+(?:(?<=[a-z0-9]{3})\?)?")
_ANYWHERE = frozenset(("www", "com", "http", "https", "org", "net"))
_LONGEST_HOST = 120
_SHORTEST = 3
"""Letters of a word that is looked for within a label of a host; a shorter one is the whole label (`vk.com`)."""


class Identity(NamedTuple):
    """A video's extractor, in lower case as it stands in a clip's id, and the platform's id."""

    extractor: str
    id: str


@lru_cache(maxsize=1 << 16)
def identify(url: str) -> Identity | None:
    """The video that an address with its scheme names beyond doubt, as yt-dlp knows it; None for any other address.

    The extractor is the first that yt-dlp would ask. It is believed if the id in the address is the clip's in each of
    its own examples that have a file, and an id if it is distinctive: seven characters or more, with a digit; where the
    address holds other names beside it, seven digits alone, or nine letters and digits, so that a number or a word that
    counts within a channel or a series is none. The generic extractor identifies nothing. The first call loads yt-dlp.
    """
    for extractor in _candidates((urlsplit(url).hostname or "")[:_LONGEST_HOST]):
        found = extractor._match_valid_url(url) if extractor.suitable(url) else None
        if found:
            name = found.groupdict().get("id") or ""
            others = any(value for group, value in found.groupdict().items() if group != "id")
            known = _distinctive(name, others) and _is_believed(extractor)
            return Identity(str(extractor.ie_key()).lower(), name) if known else None
    return None


def _distinctive(name: str, others: bool) -> bool:
    if others:
        return re.fullmatch(r"[0-9]{7,40}|(?=.*[0-9])[A-Za-z0-9]{9,80}", name) is not None
    return re.fullmatch(r"(?=.*[0-9])[A-Za-z0-9_-]{7,80}", name) is not None


@cache
def _is_believed(extractor: Any) -> bool:
    """Whether the id in an address is the clip's in every example of an extractor that leads to one file.

    Not of one that only hands addresses on: the clip is called after the extractor that reads it in the end.
    """
    whole = getattr(extractor, "real_class", extractor)  # yt-dlp lists light ones, which load the whole when asked
    code = whole._real_extract.__code__
    told = repr(code.co_consts)  # the keys of what it returns are among them, alone or in tuples
    if ("url_result" in code.co_names or "'url_transparent'" in told) and "'formats'" not in told:
        return False
    files = [
        (example["url"], str(info["id"]))
        for example in whole.get_testcases()
        if (info := example.get("info_dict", {})).get("ext") and info.get("id")
    ]
    return bool(files) and all(_id_in(extractor, url) == name for url, name in files)


def _id_in(extractor: Any, url: str) -> str | None:
    found = extractor._match_valid_url(url)
    return found.groupdict().get("id") if found else None


@lru_cache(maxsize=1 << 14)
def _candidates(host: str) -> tuple[Any, ...]:
    """The extractors whose expression has a word of a host in it, in yt-dlp's order."""
    by_word = _by_word()
    labels = host.removeprefix("www.").split(".")
    found: dict[int, Any] = dict(by_word.get("", ()))
    for label in labels[:-1]:
        for part in {label, *label.split("-")}:
            found.update(by_word.get(part, ()))
        for start in range(len(label)):
            for end in range(start + _SHORTEST, min(len(label), start + 30) + 1):
                found.update(by_word.get(label[start:end], ()))
    return tuple(extractor for _, extractor in sorted(found.items()))


@cache
def _by_word() -> dict[str, list[tuple[int, Any]]]:
    # Loading yt-dlp takes a moment that most commands can spare.
    from yt_dlp.extractor import gen_extractor_classes  # type: ignore[import-untyped]

    table: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for place, extractor in enumerate(gen_extractor_classes()):
        if extractor.ie_key() != _GENERIC:
            for word in _words(extractor) or {""}:
                table[word].append((place, extractor))
    return dict(table)


def _words(extractor: Any) -> set[str]:
    """The words of an extractor's expression that may be part of a host: none where any host will do."""
    expressions = extractor._VALID_URL
    words: set[str] = set()
    for expression in (expressions,) if isinstance(expressions, str) else expressions or ():
        plain = _NO_TEXT.sub(" ", expression).replace("\\", "").lower()
        for word in _WORDS.findall(plain):
            # The last letter before a question mark may be missing: `tiktokv?` is `tiktok` too.
            words.update({word[:-1], word[:-2]} if word.endswith("?") else {word})
    return words - _ANYWHERE
