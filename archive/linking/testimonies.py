"""The list of testimonies in an entry's text: who spoke, through whom, and how they are related. Pure."""

import re
from dataclasses import dataclass

from archive.linking.addresses import addresses
from archive.linking.masks import mask

_HEAD = re.compile(
    r"Testimon(?:y|ies)[ \t]{1,3}(\d{1,3}\*?(?:[ ]?[|,][ ]?\d{1,3}\*?){0,60})[ \t]{0,3}[:：]", re.IGNORECASE
)
_RELATION = re.compile(r"\(([^()\n]{1,80})\)[ .]{0,3}(?:$|\n|(?=https?://))")
_REPORTED = re.compile(r",?[ ]as reported by[ ]", re.IGNORECASE)
_NAME_ENDS = re.compile(r"[,，;(（\n]|https?://|\.(?:\s|$)")
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Testimony:
    """One line of an entry's testimonies.

    `labels` are its numbers as written, `*` marking what was given to the register directly; `testifier` who spoke,
    `reporter` through whom; `relation` to the victim; `sources` the canonical addresses in the line. Masked.
    """

    labels: tuple[str, ...]
    testifier: str | None
    reporter: str | None = None
    relation: str | None = None
    sources: tuple[str, ...] = ()


def testimonies(text: str) -> tuple[Testimony, ...]:
    """Every `Testimony 2|3|4: NAME, as reported by X. (brother)` of a text, in order."""
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    # Without a head there is still an end, the last.
    return tuple(_testimony(head[1], text[head.end() : end].strip()) for head, end in zip(heads, ends, strict=False))


def _testimony(labels: str, body: str) -> Testimony:
    relation = _RELATION.search(body)
    through = _REPORTED.search(body)
    return Testimony(
        labels=tuple(re.findall(r"\d+\*?", labels)),
        testifier=_name(body[: through.start()] if through else body),
        reporter=_name(body[through.end() :]) if through else None,
        relation=mask(relation[1].strip()) if relation else None,
        sources=tuple(addresses(body)),
    )


def _name(text: str) -> str | None:
    end = _NAME_ENDS.search(text)
    return mask(text[: end.start() if end else len(text)].strip()[:_LONGEST_NAME]) or None
