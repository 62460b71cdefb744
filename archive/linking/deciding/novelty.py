"""Whether a link that people judged has evidence that none of them saw. Pure.

A piece of evidence is the words of a passage, or the method (`cited`, `numbered`, `named`) that makes a link of them.
The same words elsewhere in the clip, or in another transcript, are the same piece; a new number, an address, or a name
in other words is a new one. A score, a tier or a weight is none: other rules alone bring nothing back.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256

from archive.linking.deciding.judgements import counting
from archive.records.link import Judgement, Link


def pieces(link: Link) -> dict[str, str]:
    """The pieces of evidence of a link: their digests, and what each is in words.

    A digest is the first 16 hex digits of the sha256 over the method, or over the masked quote in NFKC, case folded,
    with its letters, marks and digits alone.
    """
    found = {_digest("method", link.method): f"it is {link.method} now"}
    for quote in (link.quote, *(passage.quote for passage in link.further)):
        found.setdefault(_digest("words", _folded(quote)), f"“{quote}”")
    return found


def unseen(link: Link, judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """The pieces of evidence of a judged link that no judgement that counts has seen, in words; none without any.

    A link whose judgements do not say what they saw has nothing new.
    """
    seen = {digest for judgement in counting(judgements) for digest in judgement.evidence}
    return tuple(words for digest, words in pieces(link).items() if digest not in seen) if seen else ()


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(_kept(plain)) or text


def _kept(text: str) -> Iterable[str]:
    return (c for c in text if unicodedata.category(c)[0] in "LMN" or c == "█")


def _digest(kind: str, text: str) -> str:
    return sha256(f"{kind}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
