"""Until when a source that refused us is left alone."""

from datetime import datetime, timedelta

from archive.opening.archive import Archive

LONGEST_REST = timedelta(days=1)
"""No source is left alone for longer, whatever it asks; a later end than that was written by a wrong clock."""


def rests_until(archive: Archive, source: str) -> datetime | None:
    """Until when a source that refused us is left alone, None where it is not."""
    until = archive.ledger.markers.moment(f"rest:{source}")
    return until if until and timedelta() < until - archive.clock() <= LONGEST_REST else None
