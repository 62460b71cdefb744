"""Which addresses are public: one of each block that is not, and some that are."""

from ipaddress import ip_address

import pytest

from archive.sources.ytdlp.networks import is_public


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1"),
        *("172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7"),
        *("203.0.113.7", "224.0.0.251", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:192.168.1.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1"),
        *("fe80::1", "fe80::1%lo", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "100::1", "2001::1", "2001:db8::1"),
        *("2002:7f00:1::", "2002:808:808::", "3fff::1", "5f00::1"),
    ],
)
def test_an_address_within_a_house_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "9.9.9.9", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0"),
        *("192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
        *("2620:fe::fe", "2a00:1450:4001::1", "2001:200::1", "::ffff:9.9.9.9", "64:ff9b::9.9.9.9"),
    ],
)
def test_an_address_that_anybody_may_have_is_public(address: str) -> None:
    assert is_public(ip_address(address))
