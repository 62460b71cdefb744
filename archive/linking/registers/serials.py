"""Dates that a workbook keeps as numbers, without a day, month or year that it does not show. Pure.

A spreadsheet makes a whole date of whatever looks like a part of one: `Nov 2017` becomes the first of that month, and
`17 Nov` or `5-8` a day of the year in which it was typed. The format that it chose shows what was written.
"""

import re
from datetime import date, datetime, time, timedelta

_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|am/pm|a/p|上午/下午', re.IGNORECASE)
_MINUTES = re.compile(r"(?<=h)\W*m+|m+(?=\W*s)", re.IGNORECASE)
EAST_ASIAN = {
    27: "yyyy年m月", 28: "m月d日", 29: "m月d日", 30: "m-d-yy", 31: "yyyy年m月d日", 32: "h:mm", 33: "h:mm:ss",
    34: "h:mm", 35: "h:mm:ss", 36: "yyyy年m月", 50: "yyyy年m月", 51: "m月d日", 52: "yyyy年m月", 53: "m月d日",
    54: "m月d日", 55: "h:mm", 56: "h:mm:ss", 57: "yyyy年m月", 58: "m月d日",
}  # fmt: skip
"""Formats that a workbook from China only numbers (ECMA-376-1, 18.8.30, zh-cn)."""


def written(moment: "date | datetime | time | timedelta", code: str) -> tuple[str, str]:
    """A moment as a cell with the format `code` has it, and what is odd of it in words, if anything.

    A date is `YYYY-MM-DD`, with hours and minutes where there are any; `YYYY-MM` or `YYYY` where no day or month is
    shown and it is the first; `17 Nov` where no year is.
    """
    if not isinstance(moment, date):
        return str(moment), ""
    day = moment.date() if isinstance(moment, datetime) else moment
    whole = day.isoformat()
    if isinstance(moment, datetime) and moment.time() != time():
        whole = moment.isoformat(" ", "minutes")
    shown = _MINUTES.sub("", _ASIDE.sub("", code.split(";")[0]).lower())
    shown = "" if shown == "general" else shown
    year, month, days = any(c in shown for c in "yeg"), "m" in shown, "d" in shown
    if (year and month and days) or not (year or month or days):
        return whole, ""
    if year and day.day == 1 and (month or day.month == 1):
        part = f"{day:%Y-%m}" if month else f"{day:%Y}"
        return part, f"a date of which the sheet shows no {'day' if month else 'month'}: kept without one"
    if year:
        return whole, "a date of which the sheet shows a part; all of it was kept"
    part = f"{day.day} {_MONTHS[day.month - 1]}" if days else _MONTHS[day.month - 1]
    return part, "a date of which the sheet shows no year: kept without one"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
