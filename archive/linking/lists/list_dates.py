"""The day, month or year that a list gives, where it can be read in one way alone. Pure."""

import re
import unicodedata
from datetime import date

_FIRST = re.compile(r"((?:19|20)\d\d)(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?(?:[T ]\d{1,2}:\d\d.*)?", re.ASCII)
_WHOLE = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:\d{4}|\d{6})?", re.ASCII)
_LAST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2((?:19|20)\d\d)(?:[T ,]+\d{1,2}:\d\d.*)?", re.ASCII)
_MONTHS = 12
_LONGEST = 60


def read_date(text: str) -> str | None:
    """A date as YYYY, YYYY-MM or YYYY-MM-DD; None where it cannot be read, or could be two.

    `2019-03-02`, `20190302`, `2019/3/2 10:00`, `02.03.2019`, `3/25/2019`. With slashes, days and months that could be
    either are not told apart, and only the year is certain; with dots the day comes first.
    """
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).strip()
    if found := _WHOLE.fullmatch(plain) or _FIRST.fullmatch(plain):
        return _written(found[1], found[2], found[3])
    if found := _LAST.fullmatch(plain):
        first, mark, second, year = found.groups()
        if mark == "." or int(first) > _MONTHS:
            return _written(year, second, first)
        if int(second) > _MONTHS:
            return _written(year, first, second)
        return _written(year, first, second) if first == second else year
    return None


def day_of(text: str | None) -> date | None:
    """The day of a date as `read_date` writes it, or of YYYYMMDD; None where it tells none."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _written(year: str, month: str | None, day: str | None) -> str | None:
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return year + (f"-{int(month):02}" if month else "") + (f"-{int(day):02}" if month and day else "")
