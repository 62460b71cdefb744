"""Whether a date that somebody wrote can be read. Pure."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)", re.ASCII)
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d\d)[-./](\d{1,2})(?:[-./](\d{1,2}))?(?![\d./-]?\d)", re.ASCII)
_YEAR_LAST = re.compile(r"(?<![\d./-])(\d{1,2})[-./](\d{1,2})[-./]((?:19|20)\d\d)(?!\d)", re.ASCII)
_NOTHING = frozenset(("unknown", "n/a", "na", "none", "unclear", "not stated", "not applicable"))


@lru_cache(4096)  # a register says the same few dates again and again
def says_when(text: str) -> bool:
    """Whether a text has a year from 1900 to 2099 and no impossible day or month, or says that it is not known.

    Days may stand before months or after them.
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    if not any(c.isalnum() for c in text) or text.strip(".?") in _NOTHING:
        return True
    if not _YEAR.search(text):
        return False
    days = [(int(y), int(m), int(d or 1)) for y, m, d in _YEAR_FIRST.findall(text)]
    either = [(int(y), int(a), int(b)) for a, b, y in _YEAR_LAST.findall(text)]
    return all(_is_day(*day) for day in days) and all(_is_day(y, a, b) or _is_day(y, b, a) for y, a, b in either)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
