"""Attempts slow down, by name and by network, and are forgotten."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.people.attempts import FREE, LONGEST_S, Kind, Tries, network_of, still_failed, wait_s, whose

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def waits(kind: Kind, failed: int, seconds: float = 0) -> float:
    """The wait after so many failures, so many seconds after the last."""
    return wait_s(kind, Tries(failed, NOON), NOON + timedelta(seconds=seconds))


def test_the_first_cost_nothing_and_then_each_doubles_the_wait() -> None:
    assert [waits("name", failed) for failed in range(12)] == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]
    assert waits("network", 19) == 0
    assert [waits("network", 20 + more) for more in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
    assert waits("network", 10**9) == 900
    assert wait_s("name", None, NOON) == 0


def test_a_wait_passes_and_a_day_forgets() -> None:
    assert waits("name", 9, 10) == 6
    assert waits("name", 9, 16) == 0
    assert waits("network", 10**6, 899) == 1
    assert waits("network", 10**6, 24 * 3600) == 0


def test_a_quarter_of_an_hour_forgives_one() -> None:
    after = [
        still_failed(Tries(22, NOON), NOON + timedelta(minutes=minutes)) for minutes in (-60, 0, 14, 15, 45, 24 * 60)
    ]
    assert after == [22, 22, 22, 21, 19, 0]
    assert still_failed(None, NOON) == 0


@given(st.sampled_from(["name", "network"]), st.integers(0, 10**6), st.integers(-(10**8), 10**8))
def test_no_clock_makes_a_wait_longer_than_the_longest(kind: Kind, failed: int, seconds: int) -> None:
    wait = waits(kind, failed, seconds)
    assert 0 <= wait <= LONGEST_S[kind]
    assert failed >= FREE[kind] or wait == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("x" * 100, "x" * 64),
        ("", ""),
    ],
)
def test_one_customers_addresses_are_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.ip_addresses())
def test_every_address_has_a_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert "/" in network_of(str(address))


def test_a_name_is_counted_by_its_digest_however_it_is_written() -> None:
    assert whose("A. Keeper", "")["name"] == whose("  a.  KEEPER ", "")["name"]
    assert whose("A. Keeper", "")["name"] != whose("B. Keeper", "")["name"]
    assert "secret" not in str(whose("my secret password", "192.0.2.7"))
    assert len(whose("\ud800", "")["name"]) == 64
