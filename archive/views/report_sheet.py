"""A report as CSV: a row for each source and month, in which no cell can run as a formula. Pure."""

from collections.abc import Iterable

from archive.linking.deciding.safe_csv import write
from archive.records.report import NUMBERS, PARTS, ReportRow
from archive.views.report_changes import Changes

BEFORE = tuple(f"{name}_before" for name in NUMBERS)
COLUMNS = ("source", "month", *NUMBERS, "first_seen", "missing", *PARTS, *BEFORE)
"""The numbers, the parts that each is short of by reason, and the numbers of the report before.

No differences: a cell that begins with a sign is a text to a spreadsheet, once it is safe.
"""


def to_csv(rows: Iterable[ReportRow], changes: Changes | None) -> bytes:
    """The rows, those that are gone since the report before too; its cells are empty where it is not known by month."""
    since = {(one.source, one.month): one.numbers for one in changes.rows} if changes and changes.by_name else None
    return write(COLUMNS, _rows(rows, since))


def _rows(
    rows: Iterable[ReportRow], since: dict[tuple[str, str], dict[str, int]] | None
) -> Iterable[dict[str, object]]:
    left = dict(since or {})
    for row in rows:
        counts, changed = row.counts, left.pop((row.source, row.month), {})
        cells: dict[str, object] = {"source": row.source, "month": row.month, "missing": counts.missing}
        cells |= {name: getattr(counts, name) for name in (*NUMBERS, "first_seen")}
        cells |= {name: ", ".join(f"{why} {count}" for why, count in getattr(counts, name).items()) for name in PARTS}
        if since is not None:
            cells |= {f"{name}_before": getattr(counts, name) - changed.get(name, 0) for name in NUMBERS}
        yield cells
    for (source, month), changed in sorted(left.items()):
        cells = {"source": source, "month": month, **dict.fromkeys((*NUMBERS, "first_seen", "missing"), 0)}
        yield cells | {f"{name}_before": -changed.get(name, 0) for name in NUMBERS}
