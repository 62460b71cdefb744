"""Sessions: the processes that are at work on the archive, each of some worker, kept alive by a heartbeat."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import uuid4

import sqlalchemy as sa

from archive.errors import LeaseHeld, LedgerUnusable, RefusedError
from archive.ledger import tables as t
from archive.ledger.holders import Holder, is_of_this_machine, this_process, works
from archive.ledger.lease import RUN, TERM
from archive.ledger.markers import SLEPT
from archive.ledger.transactions import Subject, Transactions, upsert
from archive.ledger.workers import enlist, lose, seen

log = logging.getLogger(__name__)
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps."""


@dataclass(frozen=True)
class Session:
    """A process at work: of which worker, since when, and until when without another heartbeat."""

    token: str
    worker: str
    host: str
    pid: int
    doing: str
    began: datetime
    until: datetime


class Own:
    """The session of this process: when its last heartbeat that was kept was sent."""

    def __init__(self, token: str, worker: str, steady: float) -> None:
        self.token, self.worker, self.steady = token, worker, steady


class Sessions(Subject):
    """Who is at work. A process has one session at most.

    One whose process died on this machine is noticed at once, one elsewhere when its term (90 s) ends without a
    heartbeat. A process that slept through its term looks before it writes anything, and ends where its session is
    gone: somebody else may be at what it was at.
    """

    def __init__(
        self, transactions: Transactions, *, steady: Callable[[], float] = lambda: time.clock_gettime(_STEADY)
    ) -> None:
        super().__init__(transactions)
        self._transactions, self._steady = transactions, steady
        self.own: Own | None = None

    @property
    def token(self) -> str | None:
        """The token of this process's session, None where it has none: then it is alone, or only looks."""
        return self.own.token if self.own else None

    @contextmanager
    def begun(self, worker: str, machine: str, doing: str) -> Iterator[None]:
        """Be at work while the block runs; a thread sends heartbeats.

        `machine` is the id of the worker's state folder. Raises LeaseHeld while somebody has the whole archive for
        itself, RefusedError where another state folder works under this name, or this worker was forgotten.
        """
        token, holder = str(uuid4()), this_process()
        own = Own(token, worker, self._steady())
        with self._writing() as connection:
            now = self._now(connection)
            _refuse_alone(connection, now, self._document)
            enlist(connection, worker, machine, holder.host, now)
            values = {"holder": holder.model_dump_json(), "doing": doing, "began": now, "until": now + TERM}
            connection.execute(sa.insert(t.sessions).values(token=token, worker=worker, **values))
        self.own = own
        self._transactions.guard = self.awake
        ended = threading.Event()
        keeper = threading.Thread(target=self._beat, args=(own, ended), daemon=True, name="session")
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()
            self.own, self._transactions.guard = None, None
            with self._writing() as connection:
                seen(connection, worker, self._now(connection))
                _end(connection, token)

    def awake(self) -> None:
        """End the process if it slept through its term and its session is gone; call it before anything is written.

        Without a session, and within the term, it costs a look at a clock.
        """
        own = self.own
        if own is None or self._steady() - own.steady < TERM.total_seconds():
            return
        if not self._renew(own):
            self._lost()

    def rows(self) -> list[Session]:
        """Every session that is noted, those whose processes died too, by worker and time."""
        query = sa.select(t.sessions).order_by(t.sessions.c.worker, t.sessions.c.began, t.sessions.c.token)
        with self._reading() as connection:
            return [self._session(row) for row in connection.execute(query)]

    def working(self) -> set[str]:
        """The workers of which a session is at work."""
        with self._reading() as connection:
            now = self._now(connection)
            return {row.worker for row in connection.execute(sa.select(t.sessions)) if self._lives(row, now)}

    def beside(self) -> list[Session]:
        """The other sessions that are at work in this process's state folder."""
        if self.own is None:
            return []
        gone = {session.token for session in self.gone()} | {self.own.token}
        return [one for one in self.rows() if one.worker == self.own.worker and one.token not in gone]

    def gone(self) -> list[Session]:
        """Sessions whose process is dead, or that sent no heartbeat for a term."""
        query = sa.select(t.sessions).order_by(t.sessions.c.worker, t.sessions.c.began, t.sessions.c.token)
        with self._reading() as connection:
            now = self._now(connection)
            return [self._session(row) for row in connection.execute(query) if not self._lives(row, now)]

    def end_gone(self) -> list[Session]:
        """End those, and with them their claims: which they were."""
        ended = list[Session]()
        with self._writing() as connection:
            now = self._now(connection)
            for row in connection.execute(sa.select(t.sessions)).all():
                if not self._lives(row, now):
                    self.end(connection, row)
                    ended.append(self._session(row))
        return ended

    def end(self, connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> None:
        """End a session that is gone, in a writing transaction.

        What one elsewhere was storing is remembered: nobody knows whether that one is dead or asleep, and its root
        inventories are looked at again for a while.
        """
        holder = self._document(Holder, row.holder)
        if not is_of_this_machine(holder):
            c = t.claims.c
            stored = connection.scalars(sa.select(c.thing).where(c.session == row.token, c.step == "store")).all()
            now = self._now(connection).isoformat()
            for thing in stored:
                upsert(connection, t.facts, {"name": f"{SLEPT}{thing}"}, {"value": now})
        lose(connection, row.worker, row.until - TERM)
        log.info("%s (process %d on %s) is gone: what it was at is free", row.worker, holder.pid, holder.host)
        _end(connection, row.token)

    def lives(self, connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> bool:
        """Whether the session of a row of `sessions` is still at work."""
        return self._lives(row, self._now(connection))

    def _lives(self, row: sa.Row[tuple[object, ...]], now: datetime) -> bool:
        if self.own and row.token == self.own.token:
            return True
        return works(self._document(Holder, row.holder), term_ended=row.until <= now)

    def _session(self, row: sa.Row[tuple[object, ...]]) -> Session:
        holder = self._document(Holder, row.holder)
        return Session(row.token, row.worker, holder.host, holder.pid, row.doing, row.began, row.until)

    def _beat(self, own: Own, ended: threading.Event) -> None:
        while not ended.wait(TERM.total_seconds() / 4):
            try:
                kept = self._renew(own)
            except LedgerUnusable as error:  # a restart of the database, a full disk: the term outlasts missed beats
                log.warning("no heartbeat could be kept now: %s", error)
                continue
            if not kept and not ended.is_set():
                self._lost()

    def _renew(self, own: Own) -> bool:
        """Keep a heartbeat: whether the session was still there."""
        sent = self._steady()
        mine = t.sessions.c.token == own.token
        with self._transactions.unguarded() as connection:
            until = self._now(connection) + TERM
            kept = connection.execute(sa.update(t.sessions).where(mine).values(until=until)).rowcount
        if kept:
            own.steady = sent
        return bool(kept)

    def _lost(self) -> NoReturn:
        log.critical("this process slept, and its session was ended meanwhile: it ends too, and writes nothing")
        os._exit(RefusedError.exit_code)


def _refuse_alone(connection: sa.Connection, now: datetime, read: Callable[[type[Holder], str], Holder]) -> None:
    row = connection.execute(sa.select(t.leases).where(t.leases.c.name == RUN)).one_or_none()
    if row is None:
        return
    holder = read(Holder, row.holder)
    if works(holder, term_ended=row.expires <= now):
        raise LeaseHeld(
            f"somebody has this archive alone, to move it or to make it anew (process {holder.pid} on {holder.host}): "
            "wait until that ends; if it hangs, end that process"
        )


def _end(connection: sa.Connection, token: str) -> None:
    connection.execute(sa.delete(t.claims).where(t.claims.c.session == token))
    connection.execute(sa.delete(t.sessions).where(t.sessions.c.token == token))
