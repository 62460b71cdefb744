"""The database of what was seen, stored, checked and done; the one room that knows SQL.

Every fact in it is in a sidecar or a run record too, so it can be made anew from any target
(`archive.preservation.rebuilding`).
"""

from archive.ledger.ledger import Ledger

__all__ = ["Ledger"]
