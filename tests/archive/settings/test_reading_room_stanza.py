"""The reading room is on loopback alone unless a proxy with TLS stands before it, and it answers to its own names."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import SettingsError
from archive.settings.reading_room_stanza import ReadingRoomSettings
from archive.settings.settings import load

BEFORE = "minimum_copies = 1\n[targets.disk]\nkind = 'folder'\npath = 'd'\n[reading_room]\n"
PROXIED = 'public_url = "https://room.example.org"\nproxy_address = "127.0.0.1"\n'

Room = Callable[[str], ReadingRoomSettings]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Write the stanza, and load it."""
    for name in [name for name in os.environ if name.startswith("THIRDCOPY_")]:
        monkeypatch.delenv(name)

    def run(stanza: str) -> ReadingRoomSettings:
        file = tmp_path / "archive.toml"
        file.write_text(BEFORE + stanza, encoding="utf-8")
        return load(file).reading_room

    return run


def test_loopback_and_nothing_recorded_by_default(room: Room) -> None:
    found = room("")
    assert (found.host, found.port, found.at) == ("127.0.0.1", 8765, "http://127.0.0.1:8765")
    assert (found.record_openings, found.visit_hours, found.over_tls) == (False, 12, False)
    assert (found.derivatives_gib, found.derivatives_at_once) == (5, 1)
    assert room("host = '::1'").at == "http://[::1]:8765"
    assert room("host = 'localhost'\nport = 8080").at == "http://localhost:8080"


@pytest.mark.parametrize(
    ("stanza", "said"),
    [
        ("hosst = '127.0.0.1'", "reading_room.hosst is no setting; did you mean host?"),
        ("visit_hour = 1", "reading_room.visit_hour is no setting; did you mean visit_hours?"),
        ("host = '0.0.0.0'", "reading_room: host = '0.0.0.0' opens the room to other machines in plain http"),
        ("host = '192.0.2.7'\npublic_url = 'https://a.example.org'", "proxy_address = "),
        ("host = '192.0.2.7'\nproxy_address = '192.0.2.8'", 'public_url = "https://…"'),
        ("host = '::'\nproxy_address = '127.0.0.1'\npublic_url = 'http://localhost:80'", "in plain http"),
        ("host = 'archive.lan'", "reading_room.host: is no address of this machine"),
        ("public_url = 'https://a.example.org'", "name the address that it asks from, proxy_address"),
        (PROXIED.replace("https", "http"), "reading_room.public_url: is plain http, which others read on the way"),
        (PROXIED.replace(".org", ".org/room"), "is more than scheme, host and port"),
        (PROXIED.replace("room.ex", "me:secret@room.ex"), "is more than scheme, host and port"),
        ("public_url = 'room.example.org'", "is no address: write one such as https://room.example.org"),
        ("public_url = 'https://a.example.org:port'", "is no address: write one such as https://room.example.org"),
        ("proxy_header = 'Remote-User'", "anybody could send Remote-User: name the address"),
        (PROXIED + "proxy_header = 'Remote User'", "reading_room.proxy_header: is no header's name"),
        (PROXIED + "proxy_header = 'remote_user'", "reading_room.proxy_header: is no header's name"),
        (PROXIED + "proxy_header = 'Cookie'", "Cookie is a header that browsers send"),
        ("proxy_address = '0.0.0.0/0'", "0.0.0.0/0 is too wide"),
        ("proxy_address = ['127.0.0.1', 'fd00::/8']", "fd00::/8 is too wide"),
        ("proxy_address = 'proxy.lan'", "reading_room.proxy_address.0: "),
        ("visit_hours = 0", "reading_room.visit_hours: "),
        ("port = 70000", "reading_room.port: "),
        ("derivatives_at_once = 0", "reading_room.derivatives_at_once: "),
    ],
)
def test_wrong_settings_say_what_to_do(room: Room, stanza: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        room(stanza)
    assert said in str(caught.value)
    assert "archive.toml" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_proxy_before_it_opens_it_to_others(room: Room) -> None:
    found = room(PROXIED)
    assert (found.at, found.over_tls, found.host) == ("https://room.example.org", True, "127.0.0.1")
    far = room("host = '192.0.2.7'\npublic_url = 'https://Room.Example.org/'\nproxy_address = '192.0.2.8'")
    assert (far.at, far.host) == ("https://room.example.org", "192.0.2.7")


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:9", "LOCALHOST", "[::1]:8765", "127.0.0.1"])
def test_on_loopback_it_answers_to_names_of_this_machine(room: Room, host: str) -> None:
    assert room("").is_allowed_host(host)
    assert room(PROXIED).is_allowed_host(host)
    far = room("host = '192.0.2.7'\nproxy_address = '192.0.2.8'\npublic_url = 'https://room.example.org'")
    assert not far.is_allowed_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.org",
        "127.0.0.1.evil.example.org",
        "127.0.0.1@evil.example.org",
        "evil.example.org#127.0.0.1",
        "127.0.0.1/evil",
        "127.0.0.1:port",
        "127.0.0.1:8765\r\nX: y",
        "192.0.2.7:8765",
        "[::1",
        "",
        ":8765",
        "room.example.org.",
        "room.example.org:80",
    ],
)
def test_a_forged_host_is_refused(room: Room, host: str) -> None:
    assert not room("").is_allowed_host(host)
    assert not room(PROXIED).is_allowed_host(host)


def test_behind_a_proxy_it_answers_to_the_public_name(room: Room) -> None:
    found = room(PROXIED)
    assert all(map(found.is_allowed_host, ("room.example.org", "room.example.org:443", "ROOM.example.org")))
    other = room(PROXIED.replace(".org", ".org:8443"))
    assert other.is_allowed_host("room.example.org:8443")
    assert not other.is_allowed_host("room.example.org")
