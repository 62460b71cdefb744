"""Keep reports: each becomes an object `report-…` of its own, if it says anything that the newest one does not."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from archive.errors import ArchiveError, ForeignWords
from archive.ledger.copies import snapshots_of
from archive.objects import sidecar
from archive.opening.archive import Archive
from archive.preservation.fixity import sha512_of
from archive.preservation.kept_files import kept_file, place_of
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.preservation.space import need_space
from archive.records.event import CREATION
from archive.records.object_ids import Kind, ObjectId
from archive.records.record import Record
from archive.records.report import MISSING, REPORT, ROWS, Missing, Report, ReportRow
from storage.contract import Target

_FOLDER = "reports"
_REPORT = TypeAdapter(Report)
Line = TypeVar("Line", bound=Record)


class NoSuchReport(ArchiveError):
    """No report was kept by then."""

    exit_code = 2


@dataclass(frozen=True)
class DrawnReport:
    """A report that was drawn up, and the files of its lines."""

    report: Report
    rows: Item
    missing: Item


def new_report_id(archive: Archive) -> ObjectId:
    """The id of a report that is made now."""
    number = archive.ledger.events.newest()
    while archive.ledger.copies.head(made := ObjectId.report_of(archive.ledger.id, archive.clock(), number)):
        number += 1  # several in one second
    return made


def reports(archive: Archive) -> list[Report]:
    """Every report that was kept, the oldest first."""
    found = archive.ledger.markers.beginning(snapshots_of(Kind.REPORT))
    read = [archive.ledger.markers.parsed(_REPORT, value) for value in found.values()]
    return sorted(read, key=lambda report: (report.written, report.report))


def newest_by(kept: list[Report], day: date | None) -> Report | None:
    """The newest of some reports, at the end of a day in UTC or now. Raises NoSuchReport for a day before the first."""
    if day is None:
        return kept[-1] if kept else None
    earlier = [report for report in kept if report.written.date() <= day]
    if not earlier:
        first = f"the first is of {kept[0].written:%Y-%m-%d}" if kept else "none was kept yet"
        raise NoSuchReport(f"no report was kept by {day}: {first}")
    return earlier[-1]


def keep_report(archive: Archive, drawn: DrawnReport, usable: Mapping[str, Target]) -> bool:
    """Seal a report; False, and nothing is kept, where the newest one says the same.

    Raises Fork or TargetError as sealing does, and SpaceShort.
    """
    kept, report = reports(archive), drawn.report
    if kept and kept[-1].says_as(report):
        return False
    need_space(archive)
    lines = {path: _own(item) for path, item in ((ROWS, drawn.rows), (MISSING, drawn.missing))}
    items = {**lines, REPORT: document(sidecar.to_bytes(report))}
    totals = report.totals
    message = f"{totals.expected} expected, {totals.held} held, {totals.safe} safe"
    object_id = ObjectId(report.report)
    event = archive.happened(object_id, CREATION, detail=message)
    provenance = Provenance(message, snapshot=report.model_dump_json(), event=event)
    seal(archive, object_id, items, provenance, usable=usable)
    for path in (ROWS, MISSING):
        _kept(archive, report, path, usable)
    _without_others(archive, report)
    return True


def lines_of(
    archive: Archive, report: Report, usable: Mapping[str, Target]
) -> tuple[list[ReportRow], Iterator[Missing]]:
    """The rows of a kept report, and what it says is missing, from the state folder, the spool or a target.

    Raises TargetError or FileNotFoundError where nobody has them sound, and ForeignWords for a line that is none.
    """
    rows, missing = (_kept(archive, report, path, usable) for path in (ROWS, MISSING))
    return read_rows(rows), read_missing(missing)


def lines_are_here(archive: Archive, report: Report) -> bool:
    """Whether the lines of a report lie in the state folder, so that no target is asked for them."""
    sealed = archive.ledger.copies.head(report.report)
    if sealed is None:
        return False
    digests = {path: sealed.parsed.state()[path] for path in (ROWS, MISSING)}
    places = {place_of(archive, _FOLDER, _named(report, path), digest): digest for path, digest in digests.items()}
    return all(place.is_file() and sha512_of(place) == digest for place, digest in places.items())


def to_line(record: Record) -> bytes:
    """A row, or something missing, as a line of canonical JSON (RFC 8785)."""
    # With texts and whole numbers alone, and names in ASCII, sorted keys and no spaces are all that the RFC asks.
    line = record.model_dump(mode="json")
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_rows(file: Path) -> list[ReportRow]:
    """The rows of a file of lines. Raises ForeignWords for a line that is none."""
    with file.open("rb") as lines:
        return [_line(ReportRow, line) for line in lines]


def read_missing(file: Path) -> Iterator[Missing]:
    """What is missing by a file of lines, read as it is taken. Raises ForeignWords for a line that is none."""
    with file.open("rb") as lines:
        yield from (_line(Missing, line) for line in lines)


def _line(form: type[Line], line: bytes) -> Line:
    try:
        return form.model_validate_json(line)
    except ValidationError as error:
        raise ForeignWords(f"a line of a report is none that this version reads: {error.errors()[0]['msg']}") from None


def _own(item: Item) -> Item:
    """A copy of a file beside it, to be sealed: what is sealed is moved away."""
    if not isinstance(item.content, Path):
        raise TypeError("the lines of a report are in a file")
    return replace(item, content=shutil.copyfile(item.content, item.content.with_suffix(".copy")))


def _kept(archive: Archive, report: Report, path: str, usable: Mapping[str, Target]) -> Path:
    sealed = archive.ledger.copies.head(report.report)
    if sealed is None:
        raise NoSuchReport(f"there is no report {report.report}")
    return kept_file(archive, sealed, path, (_FOLDER, _named(report, path)), usable)


def _named(report: Report, path: str) -> str:
    return f"{report.report}.{path.partition('.')[0]}"


def _without_others(archive: Archive, report: Report) -> None:
    """Remove the lines of former reports from the state folder: the next one is compared with the newest."""
    for file in (archive.state / _FOLDER).glob(f"{Kind.REPORT.prefix}*"):
        if not file.name.startswith(f"{report.report}."):
            with suppress(FileNotFoundError):
                file.unlink()
