"""The list of testimonies in an entry's text: who spoke, through whom, and how they are related. Pure."""

import re
from dataclasses import dataclass, replace

from archive.linking.finding.cited.addresses import addresses
from archive.masks import mask
from transcription.cutting import beginning

_LABEL = r"\d{1,3}\*?"
_URL = r"https?://[^\s<>\"')\]]{1,500}"
_LINK = rf"(?:\[{_LABEL}\](?:\({_URL}\))?|<a [^<>]{{1,600}}>{_LABEL}</a>|{_LABEL}(?: ?\({_URL}\))?)"
_HEAD = re.compile(
    rf"Testimon(?:y|ies)[ \t\xa0]{{1,3}}({_LINK}(?:[ \t\xa0]{{0,2}}(?:[|,，、/&+]|and)[ \t\xa0]{{0,2}}{_LINK}){{0,60}})"
    r"[ \t\xa0]{0,3}[:：]",
    re.IGNORECASE,
)
_LABELS = re.compile(rf"(?<![\w/.=&?-]){_LABEL}(?![\w/.=&?-])")
_URLS = re.compile(_URL)
_ANCHOR = re.compile(r"<a [^<>]{0,300}?href=[\"']?(https?://[^\s<>\"']{1,500})[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,600}>", re.IGNORECASE)
_SOURCE = re.compile(rf"^[ \t]{{0,4}}[\[(]?({_LABEL})[\])]?[ \t]{{0,2}}[.:：=–-]?[ \t]{{0,3}}({_URL})", re.MULTILINE)
_PARENTHESES = re.compile(r"\(([^()\n]{1,80})\)")
_AFTER_RELATION = re.compile(r"[ \t.;,]{0,3}(?:$|\n|https?://|\[)")
_KIN = re.compile(
    r"\b(?:father|mother|parents?|brother|sister|sibling|son|daughter|child|husband|wife|spouse|uncle|aunt|cousin|nephew|"
    r"niece|grand\w{3,9}|\w{3,8}[- ]in[- ]law|relative|kin|friend|acquaintance|neighbou?r|colleague|classmate|roommate|"
    r"fianc\w{1,2}|girlfriend|boyfriend|teacher|student|cellmate|the victim|self|him|herself|himself)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"[ \t]{0,3},?\s{1,3}as (?:was )?(?:reported|told|relayed|related)(?: by| to)\s{1,3}", re.IGNORECASE
)
_NAME_ENDS = re.compile(r"[,，;；(（\[\n]|https?://|(?<=[^\W\d_]{2})(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)\.(?:\s|$)")
_NOBODY = frozenset(("anonymous", "unknown", "n/a", "none", "-", "--", "---"))
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Testimony:
    """One line of an entry's testimonies.

    `labels` are its numbers as written, `*` marking what was given to the register directly; `testifier` who spoke,
    None where nobody is named; `reporter` through whom; `relation` to the victim; `sources` the canonical addresses in
    the line and behind its numbers. Masked.
    """

    labels: tuple[str, ...]
    testifier: str | None
    reporter: str | None = None
    relation: str | None = None
    sources: tuple[str, ...] = ()


def testimonies(text: str) -> tuple[Testimony, ...]:
    """Every `Testimony 2|3|4: NAME, as reported by X. (brother)` of a text, in order.

    A number may be a link, as Markdown or HTML write one; and lines such as `2: https://…` beside the testimonies say
    where a number leads.
    """
    if "estimon" not in text and "ESTIMON" not in text:
        return ()
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    listed: dict[str, list[str]] = {}
    for label, url in _SOURCE.findall(text) if heads and "://" in text else ():
        listed.setdefault(label, []).extend(addresses(url))
    # Without a head there is still an end, the last.
    return tuple(
        _testimony(head[1], text[head.end() : end].strip(), listed) for head, end in zip(heads, ends, strict=False)
    )


def as_testimony(text: str, relation: str | None) -> Testimony | None:
    """A testifier's own column, read as one testimony without a number; None if it names nobody."""
    found = _testimony("", text.strip(), {})
    found = replace(found, relation=relation) if relation else found
    return found if found.testifier or found.reporter else None


def _testimony(head: str, body: str, listed: dict[str, list[str]]) -> Testimony:
    labels = head.replace("|", " ").split()
    if not all(label.rstrip("*").isdecimal() for label in labels):
        labels = _LABELS.findall(_TAG.sub(" ", _URLS.sub(" ", head)))
    cited = addresses(" ".join((*_ANCHOR.findall(head), *_URLS.findall(head)))) if "://" in head else []
    cited += addresses(" ".join((*_ANCHOR.findall(body), _SOURCE.sub("", body)))) if "://" in body else addresses(body)
    cited += [url for label in labels for url in listed.get(label, ())]
    words = _TAG.sub("", body) if "<" in body else body
    relation = _relation(words.partition("\n")[0]) or _relation(words)
    through = _REPORTED.search(words)
    return Testimony(
        labels=tuple(labels),
        testifier=_name(words[: through.start()] if through else words),
        reporter=_name(words[through.end() :]) if through else None,
        relation=mask(relation) if relation else None,
        sources=tuple(dict.fromkeys(cited)),
    )


def _relation(text: str) -> str | None:
    """The last parentheses that end a line or stand before a link, else the last that name a relation."""
    found = list(_PARENTHESES.finditer(text))
    ending = [one[1].strip() for one in found if _AFTER_RELATION.match(text, one.end())]
    return next(
        (one for one in (*ending[::-1], *(f[1].strip() for f in found[::-1] if _KIN.search(f[1]))) if one), None
    )


def _name(text: str) -> str | None:
    end = _NAME_ENDS.search(text)
    name = mask(beginning(" ".join(text[: end.start() if end else len(text)].split()), _LONGEST_NAME)).strip(" .")
    return name if name and name.lower() not in _NOBODY else None
