"""The state of an archive in one look, and of one of its targets, for those who may read all of it."""

from pydantic import Field

from archive.opening.archive import Archive
from archive.records.record import Moment, Record
from archive.records.report import NUMBERS
from archive.steps.report_records import reports
from archive.views.status import Status, TargetCounts, count_targets, status, yearly_costs
from archive.views.svg_curves import Curve


class Point(Record):
    """What a report counted: how many of what was expected had come so far."""

    at: Moment
    count: int
    expected: int


class StatePage(Record):
    """What is counted now, and how it went over the reports that were kept.

    `curves` are by the step of an item's way, `gaps` counts what is held or expected and not safe, `languages` the
    clips of the newest report by what is spoken in them; all empty before the first report.
    """

    status: Status
    curves: dict[str, tuple[Point, ...]]
    gaps: tuple[Point, ...]
    languages: dict[str, int]
    reported: Moment | None = Field(description="when the newest report was drawn up")


class TargetPage(Record):
    """One target: what it holds and is owed, and what a year of reading it costs, by the prices in the settings."""

    name: str
    counts: TargetCounts
    cost: float = Field(description="money a year")
    currency: str


def state_page(archive: Archive) -> StatePage:
    """Count it. No target is asked."""
    kept = reports(archive)
    return StatePage(
        status=status(archive),
        curves={
            name: tuple(
                Point(at=one.written, count=getattr(one.totals, name), expected=one.totals.expected) for one in kept
            )
            for name in (NUMBERS[1:] if kept else ())
        },
        gaps=tuple(Point(at=one.written, count=one.totals.missing, expected=one.totals.expected) for one in kept),
        languages=dict(kept[-1].totals.languages) if kept else {},
        reported=kept[-1].written if kept else None,
    )


def curve(name: str, whole: str, points: tuple[Point, ...]) -> Curve:
    """Points as a curve to be drawn, beside all that was expected."""
    return Curve(name, whole, [(one.at, one.count, one.expected) for one in points])


def target_page(archive: Archive, name: str) -> TargetPage | None:
    """One target of the settings, None where there is none of that name."""
    counts = count_targets(archive).get(name)
    if counts is None:
        return None
    cost = yearly_costs(archive)[name]
    return TargetPage(name=name, counts=counts, cost=cost.read_back.cost + cost.audits.cost, currency=cost.currency)
