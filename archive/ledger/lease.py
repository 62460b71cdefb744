"""The lease that keeps two runs of one archive apart."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from archive.errors import LeaseHeld, LedgerUnusable, RefusedError
from archive.ledger import tables as t
from archive.ledger.holders import Holder, is_of_this_machine, this_process, works
from archive.ledger.transactions import Subject, upsert

log = logging.getLogger(__name__)
TERM = timedelta(seconds=90)
RUN = "run"
"""The lease of the whole archive."""


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
    def held(self, name: str = RUN) -> Iterator[bool]:
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
            now = self._now(connection)
        if row is None or row.expires <= now + 2 * TERM:
            return None
        holder = self._document(Holder, row.holder)
        elsewhere = works(holder, term_ended=False) and not works(holder, term_ended=True)
        return (row.token, row.expires) if elsewhere else None

    def _take(self, name: str, token: str, dead: tuple[str, datetime] | None = None) -> bool:
        with self._writing() as connection:
            now = self._now(connection)
            row = connection.execute(sa.select(t.leases).where(t.leases.c.name == name)).one_or_none()
            holder = self._document(Holder, row.holder) if row else None
            ended = row is not None and (row.expires <= now or (row.token, row.expires) == dead)
            if holder and works(holder, term_ended=ended):
                raise LeaseHeld(
                    f"another run is at work on this archive (process {holder.pid} on {holder.host}): "
                    "wait until it ends; if it hangs, end that process"
                )
            if name == RUN:
                self._refuse_sessions(connection, now)
            values = {"token": token, "holder": this_process().model_dump_json(), "expires": now + TERM}
            upsert(connection, t.leases, {"name": name}, values)
        return bool(holder and not is_of_this_machine(holder))

    def _refuse_sessions(self, connection: sa.Connection, now: datetime) -> None:
        """Raise LeaseHeld while a session is at work: the whole archive is nobody's alone then."""
        for row in connection.execute(sa.select(t.sessions)):
            holder = self._document(Holder, row.holder)
            if works(holder, term_ended=row.until <= now):
                raise LeaseHeld(
                    f"{row.worker} is at work on this archive ({row.doing}, process {holder.pid} on {holder.host}): "
                    "wait until it ends, or end it; `thirdcopy workers` lists all who are"
                )

    def _renew(self, name: str, token: str, ended: threading.Event) -> None:
        while not ended.wait(TERM.total_seconds() / 4):
            condition = (t.leases.c.name == name) & (t.leases.c.token == token)
            try:
                with self._writing() as connection:
                    expires = self._now(connection) + TERM
                    kept = connection.execute(sa.update(t.leases).where(condition).values(expires=expires)).rowcount
            except LedgerUnusable as error:  # a busy database, a full disk: the term outlasts three missed turns
                log.warning("the lease could not be renewed now: %s", error)
                continue
            if not kept and not ended.is_set():
                log.critical("another run has taken the lease while this one slept: this one ends, and writes nothing")
                self.lost()
                return
