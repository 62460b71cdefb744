"""Times in HTTP headers: what time a store says it is, and how long a server asks to wait.

S3 refuses requests that are signed 15 minutes off (RequestTimeTooSkewed).
"""

import ssl
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

LONGEST = 365 * 86_400.0
"""Seconds of a Retry-After that are believed at most."""


def time_at(endpoint: str, ca_file: Path | None = None) -> datetime | None:
    """The moment in the Date header of an endpoint's answer to an unsigned request.

    None if there is no answer, or none that can be trusted: also where `ca_file` cannot be read, or is no certificate.
    """
    try:
        with closing(_connection(endpoint, ca_file)) as connection:
            connection.request("HEAD", "/")
            return moment(connection.getresponse().getheader("Date"))
    except (OSError, HTTPException, ValueError):
        return None


def _connection(endpoint: str, ca_file: Path | None) -> HTTPConnection:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return HTTPConnection(host, parts.port, timeout=10)
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    return HTTPSConnection(host, parts.port, timeout=10, context=context)


def moment(header: str | None) -> datetime | None:
    """The moment that an HTTP date names (RFC 9110, 5.6.7); None if it is none."""
    try:
        found = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)


def ahead(date: str | None, now: datetime) -> float | None:
    """The seconds that this machine's `now` is ahead of the Date header of an answer that came just now."""
    told = moment(date)
    return (now - told).total_seconds() if told else None


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, a year at most: a number or an HTTP date (RFC 9110, 10.2.3)."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), LONGEST)
    until = moment(text)
    return min(max(0.0, (until - now).total_seconds()), LONGEST) if until else None
