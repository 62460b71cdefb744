"""A channel of many films for yt-dlp's PeerTube reader, in a process of its own, with its pages ready beforehand.

As `tests.world.channel` it stands behind a CONNECT proxy that ends the TLS; it has no films, and one thread a visitor.
"""

import json
import random
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HOST = "peertube2.cpy.re"
URL = f"https://{HOST}/c/voices/videos"
PAGES = (30, 100)
"""How many films are asked for at a time: by yt-dlp, and by ours."""

_DIGITS = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Served:
    """Where the channel is reached, and the authority of its certificate."""

    proxy: str
    ca_file: Path


@contextmanager
def served(count: int, folder: Path) -> Iterator[Served]:
    """A channel of so many films, newest first, while the block lasts."""
    import trustme

    authority, certificate = trustme.CA(), folder / "certificate.pem"
    ca_file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    issued = authority.issue_cert(HOST)
    issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(count, certificate, theirs), daemon=True)
    process.start()
    try:
        yield Served(f"http://127.0.0.1:{ours.recv()}", ca_file)
    finally:
        process.terminate()
        process.join()


def _serve(count: int, certificate: Path, told: Connection) -> None:
    sys.setswitchinterval(0.0005)
    pages = {
        (first, size): _answer(_page(first, size, count)) for size in PAGES for first in range(0, count + size, size)
    }
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))
    told.send(listener.getsockname()[1])
    while True:
        visitor, _ = listener.accept()
        threading.Thread(target=_visit, args=(visitor, context, pages), daemon=True).start()


def _visit(visitor: socket.socket, context: ssl.SSLContext, pages: dict[tuple[int, int], bytes]) -> None:
    with suppress(OSError):
        visitor.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _request(visitor)
        visitor.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(visitor, server_side=True) as tunnel:
            while path := _request(tunnel):
                asked = parse_qs(urlsplit(path).query)
                tunnel.sendall(pages[int(asked["start"][0]), int(asked["count"][0])] if asked else _CHANNEL)


def _request(visitor: socket.socket) -> str | None:
    held = b""
    while b"\r\n\r\n" not in held:
        if not (piece := visitor.recv(1 << 16)):
            return None
        held += piece
    return held.split(b" ", 2)[1].decode()


def _answer(value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def _page(first: int, size: int, count: int) -> dict[str, object]:
    """One page as PeerTube tells it, with the parts of each film that weigh something."""
    return {"total": count, "data": [_film(number) for number in range(first, min(first + size, count))]}


def short_id(number: int) -> str:
    """The id of a film by its number."""
    lots = random.Random(number)  # noqa: S311
    return "".join(lots.choices(_DIGITS[:33], k=1) + lots.choices(_DIGITS, k=21))


def _film(number: int) -> dict[str, object]:
    short = short_id(number)
    account = {"id": 7, "name": "voices", "displayName": "Made-up Voices", "host": HOST, "url": f"https://{HOST}/a/v"}
    return {
        "id": number,
        "shortUUID": short,
        "url": f"https://{HOST}/videos/watch/{short}",
        "name": f"Testimony {number} of somebody's made-up cousin",
        "description": "For a made-up relative, who was taken away. " * 5,
        "category": {"id": 11, "label": "News & Politics"},
        "licence": {"id": None, "label": "Unknown"},
        "language": {"id": "kk", "label": "Kazakh"},
        "privacy": {"id": 1, "label": "Public"},
        "publishedAt": "2024-05-17T09:30:00.000Z",
        "duration": 60 + number % 600,
        "views": number % 977,
        "thumbnailPath": f"/lazy-static/thumbnails/{short}.jpg",
        "previewPath": f"/lazy-static/previews/{short}.jpg",
        "account": account,
        "channel": account,
    }


_CHANNEL = _answer({"displayName": "Voices", "id": 5, "ownerAccount": {"name": "voices", "id": 7}})
