"""Costs: a year of reading, worked out by hand; and how often a cron line comes."""

from dataclasses import replace

import pytest

from archive.ledger.copies import Held
from archive.preservation.costs import ReadingCost, yearly
from archive.settings.cron import runs_a_year, validate
from storage.targets.common_settings import Price

STORED = Held(versions=1_000, bytes=200 * 10**9, files=7_000)
HELD = Held(versions=10_000, bytes=3_000 * 10**9, files=70_000, unknown=3)
PRICE = Price(read_gb=0.01, requests_thousand=0.4, currency="EUR")


def test_a_year_of_reading() -> None:
    cost = yearly(STORED, HELD, price=PRICE, audits_a_year=12, fraction=0.25, read_back=1)
    assert cost.read_back == ReadingCost(200 * 10**9, 12_000, 2.0 + 4.8)
    assert cost.audits == ReadingCost(9_000 * 10**9, 360_000, 90.0 + 144.0)
    assert (cost.audits_a_year, cost.currency, cost.unknown) == (12, "EUR", 3)


def test_what_is_not_read_costs_nothing() -> None:
    cost = yearly(STORED, HELD, price=PRICE, audits_a_year=0, fraction=1, read_back=0.1)
    assert cost.audits == ReadingCost(0, 0, 0.0)
    assert (cost.read_back.bytes, cost.read_back.requests) == (20 * 10**9, 5_700)  # documents are always read back
    free = yearly(STORED, HELD, price=Price(), audits_a_year=12, fraction=1)
    assert (free.read_back.cost, free.audits.cost) == (0, 0)
    assert yearly(Held(), Held(), price=PRICE, audits_a_year=365, fraction=1).audits == ReadingCost(0, 0, 0.0)


def test_a_thirtieth_a_night_reads_all_about_monthly() -> None:
    nightly = yearly(STORED, HELD, price=PRICE, audits_a_year=365, fraction=1 / 30)
    whole = yearly(STORED, HELD, price=PRICE, audits_a_year=1, fraction=1)
    assert nightly.audits.bytes == pytest.approx(whole.audits.bytes * 365 / 30)
    assert replace(nightly, audits=whole.audits, audits_a_year=1) == whole


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("0 12 1 * *", 12),
        ("30 2 * * 1-6", 313),
        ("0 3 * * *", 365),
        ("*/15 * * * *", 365 * 24 * 4),
        ("0,30 1-5 1,15 JAN-MAR *", 2 * 5 * 2 * 3),
        ("0 0 13 * 5", 64),  # the thirteenth, or a Friday
        ("0 4 * * 7", 52),
        ("0 4 * * Sun", 52),
        ("0 4 1 1 *", 1),
        ("0 0 31 * *", 7),
        ("0 4 29 2 *", 0),  # not in an ordinary year
    ],
)
def test_how_often_a_cron_line_comes(line: str, times: int) -> None:
    assert validate(line) == line
    assert runs_a_year(line) == times
