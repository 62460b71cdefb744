"""Texts of strangers as any database keeps them: with U+0000 and with half a surrogate pair. Pure.

PostgreSQL refuses the one as text, and no UTF-8 has the other; yet titles, paths and platforms' words have both. Each
is written as a sign, four hexadecimal digits behind two characters that Unicode gives to nobody (noncharacters,
https://www.unicode.org/faq/private_use.html), and read back as what it was. All else is kept as it is, and what an
earlier version kept is read as it lies there. Of a text that holds a sign itself, that is written as signs too.
"""

import re

MARK = "\ufdd0\ufdd1"
_SIGN = re.compile(f"{MARK}([0-9a-f]{{4}})")
_NOT_KEPT = re.compile("[\0\ud800-\udfff]|\ufdd0(?=\ufdd1[0-9a-f]{4})")


def kept(text: str) -> str:
    """A text as it is written into the database."""
    return _NOT_KEPT.sub(lambda found: f"{MARK}{ord(found[0]):04x}", text)


def as_it_came(text: str) -> str:
    """A text of the database as it came."""
    return _SIGN.sub(lambda found: chr(int(found[1], 16)), text) if MARK in text else text
