"""What changed from one report to another: in numbers, source by source and month by month, and by name. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from archive.records.record import Moment, Record
from archive.records.report import NUMBERS, Counts, Lack, Missing, Report, ReportRow


class RowChange(Record):
    """What changed of one source and month: those of the numbers that are others now, and by how much."""

    source: str
    month: str
    numbers: dict[str, int]


class LackChange(Record):
    """An item that is missing for another reason now."""

    now: Missing
    was: Lack


class Changes(Record):
    """What changed since an earlier report.

    `by_name` is false where its rows and names lie at targets alone, and none could be asked: then only the totals are
    known.
    """

    report: str
    since: Moment
    totals: dict[str, int]
    by_name: bool = True
    rows: tuple[RowChange, ...] = ()
    newly_missing: tuple[Missing, ...] = ()
    otherwise_missing: tuple[LackChange, ...] = ()
    no_longer_missing: tuple[Missing, ...] = Field(default=(), description="found, safe by now, or expected no more")

    @property
    def none(self) -> bool:
        """Whether nothing changed that is counted or named."""
        return not (
            any(self.totals.values())
            or self.rows
            or self.newly_missing
            or self.otherwise_missing
            or self.no_longer_missing
        )


def totals_changed(now: Report, before: Report) -> Changes:
    """What changed of the totals."""
    return Changes(
        report=before.report, since=before.written, totals=_changed(now.totals, before.totals), by_name=False
    )


def changed(
    now: Report,
    before: Report,
    *,
    rows: tuple[Sequence[ReportRow], Sequence[ReportRow]],
    missing: tuple[Iterable[Missing], Iterable[Missing]],
) -> Changes:
    """All that changed; of `rows` and `missing`, those of now come first."""
    there = {one.name: one for one in missing[1]}
    new, other = list[Missing](), list[LackChange]()
    for one in missing[0]:
        was = there.pop(one.name, None)
        if was is None:
            new.append(one)
        elif was.lacks != one.lacks:
            other.append(LackChange(now=one, was=was.lacks))
    return Changes(
        report=before.report,
        since=before.written,
        totals=_changed(now.totals, before.totals),
        rows=_rows(_by_place(rows[0]), _by_place(rows[1])),
        newly_missing=tuple(new),
        otherwise_missing=tuple(other),
        no_longer_missing=tuple(there.values()),
    )


def _changed(now: Counts, before: Counts) -> dict[str, int]:
    """The numbers that differ, and by how much."""
    differences = {name: getattr(now, name) - getattr(before, name) for name in NUMBERS}
    return {name: number for name, number in differences.items() if number}


_Place = tuple[str, str]


def _by_place(rows: Iterable[ReportRow]) -> dict[_Place, Counts]:
    return {(row.source, row.month): row.counts for row in rows}


def _rows(now: Mapping[_Place, Counts], before: Mapping[_Place, Counts]) -> tuple[RowChange, ...]:
    none = Counts()
    found = {place: _changed(now.get(place, none), before.get(place, none)) for place in now.keys() | before.keys()}
    return tuple(
        RowChange(source=source, month=month, numbers=numbers)
        for (source, month), numbers in sorted(found.items())
        if numbers
    )
