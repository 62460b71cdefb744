"""The dates of a disk's file, each with what it is worth: a container's word first, the file system's last. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from archive.records.clip import DateOrigin, DateWorth, StatedDate
from transcription.media.recorded_dates import Origin

_WORTH: Mapping[DateOrigin, DateWorth] = {
    "quicktime_creationdate": "zoned",
    "creation_time": "utc",
    "avi_idit": "no_zone",
    "file_time": "least",
}
_UNSET = re.compile(r"(1904-01-01|1970-01-01|2000-01-01T00:00:00|1980-01-01)")
"""Where the clocks of containers and cameras begin."""
_ZONE = re.compile(r"([+-]\d\d:?\d\d|Z)$")


def dates_of(recorded: Mapping[Origin, str], mtime_ns: int) -> tuple[StatedDate, ...]:
    """The dates in a container and its file's time, the ones that are worth most first."""
    found = [StatedDate(value=value, origin=origin, worth=_worth(origin, value)) for origin, value in recorded.items()]
    if (moment := file_time(mtime_ns)) is not None:
        found.append(StatedDate(value=moment, origin="file_time", worth=_worth("file_time", moment)))
    return tuple(found)


def file_time(mtime_ns: int) -> str | None:
    """A file's time in UTC, to the second; None for one that no calendar has."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=mtime_ns // 1_000_000_000)
    except OverflowError:
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment.year >= 1000 else None


def _worth(origin: DateOrigin, value: str) -> DateWorth:
    if _UNSET.match(value):
        return "unset"
    if origin == "quicktime_creationdate" and not _ZONE.search(value):
        return "no_zone"
    return _WORTH[origin]
