"""The lease that keeps two runs of one archive apart."""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from pydantic import BaseModel

from archive.errors import LeaseHeld, LedgerUnusable, RefusedError
from archive.ledger import tables as t
from archive.ledger.transactions import Subject, upsert

log = logging.getLogger(__name__)
TERM = timedelta(seconds=90)


class Holder(BaseModel):
    """The process that holds a lease, on which machine, and where its number means something."""

    host: str
    machine: str = ""
    place: str
    pid: int
    started: str


class Lease(Subject):
    """One holder at a time.

    A holder that died on this machine is noticed at once, one elsewhere when its term ends. One that lives on this
    machine keeps the lease beyond its term: it may have been suspended, and would wake up beside a second writer. A
    term that ends later than any can was written by a wrong clock: such a holder is watched for a term, and is dead if
    it renews nothing.
    """

    @staticmethod
    def lost() -> None:
        """End the process: whatever it would write now, another writer is at."""
        os._exit(RefusedError.exit_code)

    @contextmanager
    def held(self, name: str = "run") -> Iterator[bool]:
        """Hold the lease while the block runs; a thread renews it. Raises LeaseHeld.

        True if it was taken from a holder on another machine whose term had ended: nobody knows whether that one is
        dead or asleep. A holder that wakes up to find its lease taken ends at once.
        """
        token = str(uuid4())
        endless = self._endless(name)
        if endless:
            log.warning(
                "a run elsewhere holds this archive until %s, by a clock that is ahead: watching it", endless[1]
            )
            threading.Event().wait(TERM.total_seconds())
        taken_away = self._take(name, token, endless)
        ended = threading.Event()
        keeper = threading.Thread(target=self._renew, args=(name, token, ended), daemon=True, name="lease")
        keeper.start()
        try:
            yield taken_away
        finally:
            ended.set()
            keeper.join()
            with self._writing() as connection:
                connection.execute(sa.delete(t.leases).where(t.leases.c.name == name, t.leases.c.token == token))

    def _endless(self, name: str) -> tuple[str, datetime] | None:
        """The token of a holder and the end of its term, where that is further away than a term can be."""
        with self._reading() as connection:
            row = connection.execute(sa.select(t.leases).where(t.leases.c.name == name)).one_or_none()
        if row is None or row.expires <= datetime.now(UTC) + 2 * TERM:
            return None
        holder = self._document(Holder, row.holder)
        elsewhere = _works(holder, term_ended=False) and not _works(holder, term_ended=True)
        return (row.token, row.expires) if elsewhere else None

    def _take(self, name: str, token: str, dead: tuple[str, datetime] | None = None) -> bool:
        now = datetime.now(UTC)
        with self._writing() as connection:
            row = connection.execute(sa.select(t.leases).where(t.leases.c.name == name)).one_or_none()
            holder = self._document(Holder, row.holder) if row else None
            ended = row is not None and (row.expires <= now or (row.token, row.expires) == dead)
            if holder and _works(holder, term_ended=ended):
                raise LeaseHeld(
                    f"another run is at work on this archive (process {holder.pid} on {holder.host}): "
                    "wait until it ends; if it hangs, end that process"
                )
            values = {"token": token, "holder": _holder().model_dump_json(), "expires": now + TERM}
            upsert(connection, t.leases, {"name": name}, values)
        return bool(holder and holder.machine != _machine())

    def _renew(self, name: str, token: str, ended: threading.Event) -> None:
        while not ended.wait(TERM.total_seconds() / 4):
            condition = (t.leases.c.name == name) & (t.leases.c.token == token)
            try:
                with self._writing() as connection:
                    expires = datetime.now(UTC) + TERM
                    kept = connection.execute(sa.update(t.leases).where(condition).values(expires=expires)).rowcount
            except LedgerUnusable as error:  # a busy database, a full disk: the term outlasts three missed turns
                log.warning("the lease could not be renewed now: %s", error)
                continue
            if not kept and not ended.is_set():
                log.critical("another run has taken the lease while this one slept: this one ends, and writes nothing")
                self.lost()
                return


def _holder() -> Holder:
    return Holder(
        host=socket.gethostname(),
        machine=_machine(),
        place=_place(),
        pid=os.getpid(),
        started=_started(os.getpid()) or "",
    )


def _machine() -> str:
    """The machine, whichever boot: a process of an earlier boot is dead."""
    try:
        return Path("/etc/machine-id").read_text().strip() or socket.gethostname()
    except OSError:
        return socket.gethostname()


def _place() -> str:
    """Where process numbers mean the same: this boot of this machine, and this namespace of processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process started, in clock ticks since boot, so that a number used twice is not taken for the first.

    None if there is none: one that was killed and that its parent has not asked after yet (a zombie) is none.
    """
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state in "ZX" else rest[18]


def _works(holder: Holder, *, term_ended: bool) -> bool:
    """Whether a holder may still be at work."""
    if _place() and holder.place == _place():
        return _started(holder.pid) == holder.started
    return not term_ended
