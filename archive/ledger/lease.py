"""The lease that keeps two runs of one archive apart."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from archive.errors import LeaseHeld
from archive.ledger import tables as t
from archive.ledger.book import Book, upsert

TERM = timedelta(seconds=90)


class Lease(Book):
    """One holder at a time. A holder that died on this machine is noticed at once, one elsewhere when its term ends."""

    @contextmanager
    def held(self, name: str = "run") -> Iterator[None]:
        """Hold the lease while the block runs; a thread renews it. Raises LeaseHeld."""
        token = str(uuid4())
        self._take(name, token)
        ended = threading.Event()
        keeper = threading.Thread(target=self._renew, args=(name, token, ended), daemon=True, name="lease")
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()
            with self._writing() as connection:
                connection.execute(sa.delete(t.leases).where(t.leases.c.name == name, t.leases.c.token == token))

    def _take(self, name: str, token: str) -> None:
        now = datetime.now(UTC)
        with self._writing() as connection:
            row = connection.execute(sa.select(t.leases).where(t.leases.c.name == name)).one_or_none()
            if row and row.expires > now and not _died(json.loads(row.holder)):
                holder = json.loads(row.holder)
                raise LeaseHeld(
                    f"another run is at work on this archive (process {holder['pid']} on {holder['host']}): "
                    f"wait until it ends; its lease ends by itself at {row.expires:%H:%M:%S} UTC if it died"
                )
            values = {"token": token, "holder": json.dumps(_holder()), "expires": now + TERM}
            upsert(connection, t.leases, {"name": name}, values)

    def _renew(self, name: str, token: str, ended: threading.Event) -> None:
        while not ended.wait(TERM.total_seconds() / 4):
            condition = (t.leases.c.name == name) & (t.leases.c.token == token)
            with self._writing() as connection:
                expires = datetime.now(UTC) + TERM
                connection.execute(sa.update(t.leases).where(condition).values(expires=expires))


def _holder() -> dict[str, str | int]:
    return {"host": socket.gethostname(), "place": _place(), "pid": os.getpid(), "started": _started(os.getpid()) or ""}


def _place() -> str:
    """Where process numbers mean the same: this boot of this machine, and this namespace of processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since boot, so that a number used twice is not taken for the first."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


def _died(holder: dict[str, str | int]) -> bool:
    same_place = bool(_place()) and holder["place"] == _place()
    return same_place and _started(int(holder["pid"])) != holder["started"]
