"""Times in HTTP headers, as servers send them and as nobody should."""

from datetime import UTC, datetime
from math import isfinite

import pytest

from storage.http_times import LONGEST, ahead, moment, seconds_to_wait

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        (" 7 ", 7),
        ("120", 120),
        ("soon", None),
        ("-5", None),
        ("\u0667", None),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("9" * 400, LONGEST),
        ("9" * 5000, LONGEST),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_a_year_at_most(header: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(header, NOW) == seconds


@pytest.mark.parametrize(
    "header",
    ["Tue, 24 Nov 2026 12:01:30 +9999999999999999", "Tue, 24 Nov " + "9" * 5000 + " 12:01:30 GMT", "x" * 70_000],
)
def test_a_date_that_is_none_is_no_date(header: str) -> None:
    assert moment(header) is None
    assert ahead(header, NOW) is None
    assert seconds_to_wait(header, NOW) is None


def test_whatever_is_asked_for_is_a_number_of_seconds_that_can_be_waited() -> None:
    for header in ("1" * length for length in range(1, 400)):
        seconds = seconds_to_wait(header, NOW)
        assert seconds is not None
        assert isfinite(seconds)
