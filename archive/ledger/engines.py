"""What the ledger asks of either engine beyond SQL; `archive.ledger.opening` opens the one that a place is of."""

from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from archive.ledger.ledger_places import Place


class Engine(Protocol):
    """A database that is open."""

    sql: sa.Engine
    """Its transactions write, unless they are begun with the execution option `writes=False`; `lock` is another lock
    than the ledger's own, for tables that are not its own, where one is taken."""
    several: bool
    """Whether several processes may write, one at a time; else one process holds the lease of all."""

    @property
    def place(self) -> Place:
        """Where it is."""

    def now(self, connection: sa.Connection) -> datetime:
        """The moment by the one clock that all who write here go by."""

    def settle(self) -> None:
        """Keep it as is sound here, where it is kept otherwise and nobody else is at it."""

    def gather(self) -> None:
        """Bring all that it holds to where it can be moved from. Raises LedgerUnusable where somebody is at it."""

    def is_in_place(self, ledger: str) -> bool:
        """Whether what was opened is still what lies at its place; `ledger` is the id that it had."""

    def examine(self) -> list[str]:
        """What is damaged."""

    @property
    def kept_in(self) -> str:
        """The engine's name and version, and how it keeps the ledger, as a few words."""

    @property
    def at_risk(self) -> bool:
        """Whether it is kept so that it may be damaged: it is not written then."""
