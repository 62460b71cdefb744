"""Claims: what each session is at, so that no two of them are at the same thing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.sessions import Sessions
from archive.ledger.transactions import Subject, Transactions

Step = Literal["list", "fetch", "store", "captions", "transcribe", "link", "seal", "alone"]
"""What is done with a thing under a claim; `alone` is a lock on what it names."""

LOOK_AGAIN = 0.2
"""Seconds between two looks at a claim that is waited for."""


@dataclass(frozen=True)
class Claim:
    """What a session is at, of which worker, since when, and until when without another heartbeat."""

    thing: str
    step: str
    worker: str
    since: datetime
    until: datetime


class Claims(Subject):
    """Claims of sessions. Who has no session has the archive alone, or only looks: it gets every claim, unnoted.

    A claim of a session that is gone is free: whoever asks for it ends that session.
    """

    def __init__(self, transactions: Transactions, sessions: Sessions) -> None:
        super().__init__(transactions)
        self._sessions = sessions

    def take(self, thing: str, step: str) -> bool:
        """Take a claim, unless somebody is at it: another session, or another part of this one."""
        token = self._sessions.token
        if token is None:
            return True
        c = t.claims.c
        query = sa.select(t.sessions, c.session.label("of")).select_from(
            t.claims.outerjoin(t.sessions, t.sessions.c.token == c.session)
        )
        with self._writing() as connection:
            row = connection.execute(query.where(c.thing == thing, c.step == step)).one_or_none()
            if row is not None:
                if row.token is not None and self._sessions.lives(connection, row):
                    return False
                if row.token is not None:
                    self._sessions.end(connection, row)
                else:
                    connection.execute(sa.delete(t.claims).where(c.session == row.of))
            now = self._now(connection)
            connection.execute(sa.insert(t.claims).values(thing=thing, step=step, session=token, since=now))
        return True

    def give_back(self, thing: str, step: str) -> None:
        """Give a claim of this session back; one that it has not is fine."""
        token = self._sessions.token
        if token is None:
            return
        c = t.claims.c
        mine = (c.thing == thing) & (c.step == step) & (c.session == token)
        with self._writing() as connection:
            connection.execute(sa.delete(t.claims).where(mine))

    @contextmanager
    def held(self, thing: str, step: Step, *, wait: float = 0.0) -> Iterator[bool]:
        """Hold a claim while the block runs, and say whether it was had, after waiting for so many seconds at most."""
        deadline = time.monotonic() + wait
        while not (had := self.take(thing, step)) and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN)
        try:
            yield had
        finally:
            if had:
                self.give_back(thing, step)

    @contextmanager
    def slot(self, thing: str, slots: int) -> Iterator[bool]:
        """Hold one of so many slots of a thing while the block runs, and say whether one was free."""
        had = next((step for step in (f"slot {n + 1}" for n in range(slots)) if self.take(thing, step)), None)
        try:
            yield had is not None
        finally:
            if had:
                self.give_back(thing, had)

    def somebody_at(self, thing: str) -> bool:
        """Whether anybody has a claim on a thing, to do whatever with it."""
        if self._sessions.token is None:
            return False
        with self._reading() as connection:
            return connection.scalar(sa.select(t.claims.c.step).where(t.claims.c.thing == thing).limit(1)) is not None

    def all(self) -> list[Claim]:
        """Every claim, by worker, thing and step."""
        c, s = t.claims.c, t.sessions.c
        query = (
            sa.select(c.thing, c.step, s.worker, c.since, s.until)
            .join(t.sessions, s.token == c.session)
            .order_by(s.worker, c.thing, c.step)
        )
        with self._reading() as connection:
            return [Claim(**row) for row in connection.execute(query).mappings()]
