"""A report drawn up: every clip of the ledger and every video of a list, counted; and set against an earlier one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256, sha512
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from archive.errors import ArchiveError
from archive.linking.lists.reconciling import Reconciled
from archive.opening.archive import AGENT, Archive
from archive.preservation.sealing import Item
from archive.preservation.usable_targets import reachable
from archive.records.record import Record
from archive.records.report import MISSING, ROWS, Asked, Counts, Report
from archive.steps.report_records import (
    DrawnReport,
    lines_are_here,
    lines_of,
    new_report_id,
    read_missing,
    read_rows,
    to_line,
)
from archive.steps.storing import enough_at
from archive.texts.in_force import access_of
from archive.views.expectations import all_expected
from archive.views.report_changes import Changes, changed, totals_changed
from archive.views.report_counts import Counting, Enough, Judged, by_source, judged_by_clip
from storage.contract import Target
from storage.errors import TargetError

_KNOWN_AT_ONCE = 500


@dataclass(frozen=True)
class Drawn:
    """A report, and the files of its rows and of what is missing, which last as long as the block that made them."""

    report: Report
    rows: Path
    missing: Path
    kept: DrawnReport


@contextmanager
def drawn_up(archive: Archive) -> Iterator[Drawn]:
    """Draw up a report of the archive as the ledger knows it now.

    No target is asked, but for lists that are not in the state folder. A list that can be read nowhere is named in
    the report, and counted in nothing.
    """
    asked, enough = _asked(archive), cache(lambda there: enough_at(archive.settings, there))
    with TemporaryDirectory(prefix="thirdcopy-report-") as folder:
        place, uncounted = Path(folder), dict[str, str]()
        with _Lines(place / MISSING) as missing:
            counting = Counting(Enough(enough, asked.minimum_copies), missing.add)
            _count_clips(archive, counting)
            _count_lists(archive, counting, uncounted)
        found = counting.rows()
        with _Lines(place / ROWS) as rows:
            for row in found:
                rows.add(row)
        sources = by_source(found)
        report = Report(
            report=new_report_id(archive),
            ledger=archive.ledger.id,
            archive=archive.settings.name,
            written=archive.clock(),
            agent=AGENT,
            asked=asked,
            totals=Counts.together(sources.values()),
            sources=sources,
            uncounted=uncounted,
            rows=rows.count,
            rows_sha256=rows.item.sha256 or "",
            missing=missing.count,
            missing_sha256=missing.item.sha256 or "",
        )
        yield Drawn(report, place / ROWS, place / MISSING, DrawnReport(report, rows.item, missing.item))


def changes_since(archive: Archive, drawn: Drawn, before: Report, usable: Mapping[str, Target] | None) -> Changes:
    """What changed since an earlier report; only the totals where its lines are sound nowhere.

    Targets are asked only where the state folder lacks its lines: those that are `usable`, or can be reached now.
    """
    if before.rows_sha256 == drawn.report.rows_sha256 and before.missing_sha256 == drawn.report.missing_sha256:
        return totals_changed(drawn.report, before).model_copy(update={"by_name": True})
    try:
        if usable is None:
            usable = {} if lines_are_here(archive, before) else reachable(archive).readable
        rows, missing = lines_of(archive, before, usable)
        return changed(
            drawn.report,
            before,
            rows=(read_rows(drawn.rows), rows),
            missing=(read_missing(drawn.missing), missing),
        )
    except (ArchiveError, TargetError, FileNotFoundError) as error:
        archive.progress.say(f"what changed since {before.report} is not known by name: {error}")
        return totals_changed(drawn.report, before)


def public_title(archive: Archive, name: str) -> str | None:
    """The title of a clip that anybody may read; None of any other, and of a video that is no clip here."""
    listing = archive.ledger.clips.listing(name)
    if listing is None or access_of(archive, name, listing.source).level != "public":
        return None
    return listing.title


def _asked(archive: Archive) -> Asked:
    settings = archive.settings
    return Asked(
        minimum_copies=settings.minimum_copies,
        provider=settings.distinct.provider,
        country=settings.distinct.country,
        key_holder=settings.distinct.key_holder,
        targets=tuple(sorted(settings.counting)),
    )


def _count_clips(archive: Archive, counting: Counting) -> None:
    ledger = archive.ledger
    judged = judged_by_clip(ledger.reconciliation.judged_links(), ledger.readings.judgements_by_link())
    with archive.progress.task("count", total=ledger.clips.listed(), unit="clips") as task:
        for one in ledger.reconciliation.reached(tuple(archive.settings.counting)):
            counting.clip(one, judged.get(one.clip, Judged()))
            task.advance(1)


def _count_lists(archive: Archive, counting: Counting, uncounted: dict[str, str]) -> None:
    """Count the videos of lists that are no clips of the ledger, each with the first list that has it."""
    counted = set[str]()
    for source, reconciled in all_expected(archive):
        try:
            found = [one for one in reconciled() if one.clip is None]
        except (ArchiveError, TargetError, FileNotFoundError) as error:
            uncounted[source] = str(error)
            continue
        known = _known(archive, found)
        for one in found:
            if one.item.form not in counted and not known.intersection(one.item.clips):
                counted.add(one.item.form)
                counting.listed(source, one)


def _known(archive: Archive, found: list[Reconciled]) -> set[str]:
    """The clips of some items that the ledger knows though nobody lists them, as it does after a rebuild."""
    clips = [clip for one in found for clip in one.item.clips]
    parts = (clips[start : start + _KNOWN_AT_ONCE] for start in range(0, len(clips), _KNOWN_AT_ONCE))
    return {clip for part in parts for clip in archive.ledger.clips.known(part)}


class _Lines:
    """Records written to a file, a line each, with its digests."""

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, path.open("wb")
        self._long, self._short = sha512(), sha256()
        self.count = 0

    def add(self, record: Record) -> None:
        """Write one."""
        line = to_line(record)
        self._file.write(line)
        self._long.update(line)
        self._short.update(line)
        self.count += 1

    @property
    def item(self) -> Item:
        """The file as one to be sealed."""
        return Item(self._long.hexdigest(), self._path, sha256=self._short.hexdigest())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
