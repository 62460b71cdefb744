"""Which addresses of the internet are public: those that a stranger's link may lead to. Pure.

Everything else leads into the house: to this machine, its network, its provider's machinery. The tables are those of
the special-purpose registries of IANA (RFC 6890, https://www.iana.org/assignments/iana-ipv4-special-registry and
iana-ipv6-special-registry), written out because `ipaddress.is_global` answers differently from Python to Python.
"""

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address

_CLOSED_4: Final = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by a provider's customers
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: a cloud's keys are handed out there
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_OPEN_6: Final = ip_network("2000::/3")  # all that is given out: what lies elsewhere is local, multicast or reserved
_CLOSED_6: Final = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # protocols, Teredo among them, which holds an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "3fff::/20",  # documentation
    )
)
_MAPPED: Final = ip_network("::ffff:0:0/96")
_NAT64: Final = ip_network("64:ff9b::/96")  # how a network without IPv4 reaches it (RFC 6052)


def is_public(address: Address) -> bool:
    """Whether an address is one that anybody on the internet may have.

    One that holds an IPv4 address by a rule of translation (mapped, NAT64) is judged by that.
    """
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _CLOSED_4)
    if address in _MAPPED or address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _OPEN_6 and not any(address in block for block in _CLOSED_6)
