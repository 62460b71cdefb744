"""TLS: a certificate for a server that speaks it by itself, and a front for any that does not."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import trustme

from tests.world.servers.running import S3Server, free_ports

NAME = "store.example.org"
"""A name that a certificate holds beside loopback, for who comes by a proxy."""


@dataclass(frozen=True)
class Certificate:
    """A certificate for loopback with its key, and the authority that signed it: files in PEM."""

    ca_file: Path
    chain: Path
    key: Path


def certificate(folder: Path) -> Certificate:
    """A certificate of an authority of its own, in a folder; the key is for its owner's eyes."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Certificate(folder / "authority.pem", folder / "chain.pem", folder / "key.pem")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1", NAME)
    made.key.touch(mode=0o600)
    authority.cert_pem.write_to_path(str(made.ca_file))
    issued.private_key_pem.write_to_path(str(made.key))
    made.chain.write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    return made


def endpoint(port: int, certificate: Certificate | None) -> str:
    """The address of a server on loopback, that speaks TLS if it has a certificate."""
    return f"{'https' if certificate else 'http'}://127.0.0.1:{port}"


@contextmanager
def tls(server: S3Server, folder: Path) -> Iterator[S3Server]:
    """The same server through TLS, with an authority of its own in `ca_file`; stopping it stops what is behind."""
    made = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.chain, made.key)
    behind = urlsplit(server.endpoint)
    (port,) = free_ports(1)
    loop = asyncio.new_event_loop()
    started = threading.Event()
    ended = asyncio.Event()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while block := await reader.read(1 << 18):
                writer.write(block)
                await writer.drain()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(behind.hostname, behind.port)
        except OSError:
            writer.transport.abort()
            return
        try:
            await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))
            with suppress(OSError):
                await asyncio.gather(writer.wait_closed(), there_writer.wait_closed())
        except asyncio.CancelledError:
            pass  # the front is being taken down, and its connections with it
        finally:
            writer.transport.abort()
            there_writer.transport.abort()

    async def serve() -> None:
        front = await asyncio.start_server(pass_on, "127.0.0.1", port, ssl=context)
        started.set()
        await ended.wait()
        front.close()
        going = asyncio.all_tasks() - {asyncio.current_task()}
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        for _ in range(5):  # a transport closes in the rounds of the loop that follow
            await asyncio.sleep(0)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="tls front")
    thread.start()
    started.wait()
    try:
        yield replace(server, endpoint=f"https://127.0.0.1:{port}", ca_file=made.ca_file)
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
