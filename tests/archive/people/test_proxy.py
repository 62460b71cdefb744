"""A reverse proxy's word counts from its own address alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.people.attempts import network_of
from archive.people.proxy import address_of, is_proxy, may_ask, name_in_header
from archive.settings.reading_room_stanza import ReadingRoomSettings

ROOM = ReadingRoomSettings.model_validate(
    {
        "public_url": "https://room.example.org",
        "proxy_address": ["127.0.0.1", "192.0.2.0/28", "2001:db8::1"],
        "proxy_header": "Remote-User",
    }
)
FAR = ROOM.model_copy(update={"host": "0.0.0.0"})
FOREIGN = ("192.0.2.16", "203.0.113.5", "::1", "2001:db8::2", "127.0.0.2", "", None, "testclient", "127.0.0.1.example")


@pytest.mark.parametrize("peer", ["127.0.0.1", "::ffff:127.0.0.1", "192.0.2.15", "2001:db8::1"])
def test_the_header_names_a_reader_where_the_proxy_asks(peer: str) -> None:
    assert is_proxy(ROOM, peer)
    assert may_ask(FAR, peer)
    assert name_in_header(ROOM, peer, [("host", "room.example.org"), ("remote-user", "A. Keeper")]) == "A. Keeper"


@pytest.mark.parametrize("peer", FOREIGN)
def test_the_header_of_anybody_else_names_nobody(peer: str | None) -> None:
    assert not is_proxy(ROOM, peer)
    assert not may_ask(FAR, peer)
    assert may_ask(ROOM, peer), "on loopback nobody else can ask"
    assert name_in_header(ROOM, peer, [("Remote-User", "A. Keeper")]) is None
    assert address_of(ROOM, peer, [("X-Forwarded-For", "198.51.100.9")]) == (peer or "")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("X-Remote-User", "A. Keeper")],
        [("Remote_User", "A. Keeper")],
        [("Remote-User", "")],
        [("Remote-User", "\x00\u200b ")],
        [("Remote-User", "A. Keeper"), ("remote-user", "A. Keeper")],
        [("Remote-User", "A. Reader"), ("REMOTE-USER", "A. Keeper")],
        [("Remote-User", "\xff\xfe")],
        [("Remote-User", "\ud800")],
    ],
)
def test_a_header_that_is_wanting_twofold_or_no_text_names_nobody(headers: list[tuple[str, str]]) -> None:
    assert name_in_header(ROOM, "127.0.0.1", headers) is None


def test_names_of_every_script_come_through() -> None:
    raw = "Айгүл Қ.".encode().decode("latin-1")
    assert name_in_header(ROOM, "127.0.0.1", [("Remote-User", raw)]) == "Айгүл Қ."


def test_without_a_header_in_the_settings_none_counts() -> None:
    room = ROOM.model_copy(update={"proxy_header": None})
    assert name_in_header(room, "127.0.0.1", [("Remote-User", "A. Keeper")]) is None


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ((), "127.0.0.1"),
        (("198.51.100.9",), "198.51.100.9"),
        (("203.0.113.5, 198.51.100.9",), "198.51.100.9"),
        (("203.0.113.5", "198.51.100.9"), "198.51.100.9"),
        (("198.51.100.9, 192.0.2.3",), "198.51.100.9"),
        (("192.0.2.3",), "192.0.2.3"),
        (("198.51.100.9, evil",), "127.0.0.1"),
        (("evil, 192.0.2.3",), "192.0.2.3"),
        (("",), "127.0.0.1"),
        (("2001:db8:7::9",), "2001:db8:7::9"),
    ],
)
def test_a_readers_address_is_the_last_that_no_proxy_of_ours_has(values: tuple[str, ...], address: str) -> None:
    """What a client wrote into the header stands before what the proxy added."""
    assert address_of(ROOM, "127.0.0.1", [("X-Forwarded-For", value) for value in values]) == address


@given(st.text(), st.lists(st.text()))
def test_no_words_of_a_stranger_are_too_odd(peer: str, values: list[str]) -> None:
    forwarded = [("X-Forwarded-For", value) for value in values]
    named = [("Remote-User", value) for value in values]
    assert address_of(ROOM, peer, forwarded) == peer
    assert name_in_header(ROOM, peer, named) is None
    assert isinstance(network_of(address_of(ROOM, "127.0.0.1", forwarded)), str)
    assert name_in_header(ROOM, "127.0.0.1", named) != ""
    assert not ROOM.is_allowed_host(f"x{peer}")
