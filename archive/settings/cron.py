"""Cron lines of the `[schedule]` stanza: what one may be, and how often it comes."""

import re
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

_FIELDS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
_NAMES = re.compile("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun", re.IGNORECASE)
_YEAR = datetime(2027, 1, 1)
"""An ordinary year of 365 days, in which runs are counted; a line for 29 February alone comes to none."""


def validate(line: str) -> str:
    """A cron line of five fields as it is. Raises ValueError, which names the field that is wrong."""
    fields = line.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"a cron line has five fields ({' '.join(_FIELDS)}), not {line!r}")
    for (name, (low, high)), value in zip(_FIELDS.items(), fields, strict=True):
        plain = _NAMES.sub("1", value) if name in ("month", "weekday") else value
        numbers = [int(number) for number in re.findall(r"(?<![/\d])\d+", plain)]
        if not re.fullmatch(r"[0-9*,/-]+", plain) or not all(low <= number <= high for number in numbers):
            raise ValueError(f"the {name} of a cron line is {low} to {high}, a range, a list or *, not {value!r}")
    try:
        CronSim(line, _YEAR)
    except CronSimError as error:
        part = str(error).removeprefix("Bad ").replace("day-of-month", "day").replace("day-of-week", "weekday")
        raise ValueError(f"the {part} of the cron line {line!r} never comes, or its range runs backwards") from None
    return line


def next_after(line: str, moment: datetime) -> datetime:
    """When a valid cron line comes next after a moment, in whose zone it is read."""
    return next(CronSim(line, moment))


def runs_a_year(line: str) -> int:
    """How often a valid cron line comes in an ordinary year."""
    within_a_day = CronSim(line, _YEAR)
    days = CronSim(" ".join(["0", "0", *line.split()[2:]]), _YEAR - timedelta(minutes=1))
    count = 0
    for day in days:
        if day.year > _YEAR.year:
            break
        count += 1
    return count * len(within_a_day.minutes) * len(within_a_day.hours)
