"""Batches: parts of a run's stages that are handed to a pool of workers, and what came of each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.sessions import Sessions
from archive.ledger.sql_conditions import among
from archive.ledger.transactions import Subject, Transactions


@dataclass(frozen=True)
class Batch:
    """A part of a stage: `body` says which, and what was asked; `outcome` what came of it, once it has ended.

    `run` is the session that made it, `flow_run` who was told to do it, `session` who is at it, of which `worker`;
    `tries` is how often it was handed out.
    """

    id: str
    run: str
    stage: str
    body: str
    made: datetime
    flow_run: str | None = None
    session: str | None = None
    worker: str | None = None
    began: datetime | None = None
    ended: datetime | None = None
    outcome: str | None = None
    tries: int = 0


class Batches(Subject):
    """Batches of the runs that are under way, and of those that ended a short while ago."""

    def __init__(self, transactions: Transactions, sessions: Sessions) -> None:
        super().__init__(transactions)
        self._sessions = sessions

    def make(self, run: str, stage: str, bodies: list[str]) -> list[str]:
        """Make batches of a run's stage: their ids, in their order."""
        with self._writing() as connection:
            now = self._now(connection)
            rows = [
                {"id": str(uuid4()), "run": run, "stage": stage, "body": body, "made": now, "tries": 0}
                for body in bodies
            ]
            if rows:
                connection.execute(sa.insert(t.batches), rows)
        return [str(row["id"]) for row in rows]

    def hand_out(self, batch: str, flow_run: str) -> None:
        """Keep that a flow run was told to do a batch; whoever was told before is too late from now on."""
        b = t.batches.c
        values = {"flow_run": flow_run, "session": None, "worker": None, "began": None, "tries": b.tries + 1}
        with self._writing() as connection:
            connection.execute(sa.update(t.batches).where(b.id == batch, b.ended.is_(None)).values(values))

    def begin(self, batch: str, flow_run: str) -> Batch | None:
        """Begin a batch in this process's session; None for one that was handed to another flow run, or is done."""
        b = t.batches.c
        own = self._sessions.own
        with self._writing() as connection:
            now = self._now(connection)
            mine = (b.id == batch) & (b.flow_run == flow_run) & b.ended.is_(None) & b.session.is_(None)
            values = {"session": own.token if own else None, "worker": own.worker if own else None, "began": now}
            if not connection.execute(sa.update(t.batches).where(mine).values(values)).rowcount:
                return None
            row = connection.execute(sa.select(t.batches).where(b.id == batch)).mappings().one()
            return Batch(**row)

    def end(self, batch: str, outcome: str) -> bool:
        """Keep what came of a batch of this session; False where it was handed to another meanwhile."""
        b = t.batches.c
        with self._writing() as connection:
            now = self._now(connection)
            mine = (b.id == batch) & (b.session == self._sessions.token) & b.ended.is_(None)
            ended = connection.execute(sa.update(t.batches).where(mine).values(ended=now, outcome=outcome)).rowcount
        return bool(ended)

    def of(self, run: str) -> list[Batch]:
        """The batches of a run, by when they were made."""
        query = sa.select(t.batches).where(t.batches.c.run == run).order_by(t.batches.c.made, t.batches.c.id)
        with self._reading() as connection:
            return [Batch(**row) for row in connection.execute(query).mappings()]

    def named(self, ids: Collection[str]) -> dict[str, Batch]:
        """Those of some ids that there are, by id."""
        query = sa.select(t.batches).where(among(t.batches.c.id, ids))
        with self._reading() as connection:
            return {row["id"]: Batch(**row) for row in connection.execute(query).mappings()}

    def under_way(self) -> list[Batch]:
        """Every batch that has not ended, of any run, by when it was made."""
        query = sa.select(t.batches).where(t.batches.c.ended.is_(None)).order_by(t.batches.c.made, t.batches.c.id)
        with self._reading() as connection:
            return [Batch(**row) for row in connection.execute(query).mappings()]

    def forget(self, older: timedelta) -> None:
        """Forget batches that were made so long ago."""
        with self._writing() as connection:
            before = self._now(connection) - older
            connection.execute(sa.delete(t.batches).where(t.batches.c.made < before))
