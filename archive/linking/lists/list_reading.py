"""A list that somebody has, read into expected videos and a report of what names none. Effects: it reads the file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from archive.linking.lists.list_columns import Asked, Columns, NoColumn, find
from archive.linking.lists.list_dates import read_date
from archive.linking.lists.list_files import LOOKED_AT, ListError, ListFile, ListRow, opened_list
from archive.linking.lists.videos_in import LONGEST_CELL, Video, downloaded, video_of_id, videos
from archive.linking.registers.cells import look
from archive.masks import mask, mask_prose
from archive.progress import Task
from archive.records.entry_fields import clean, shown
from archive.records.expected import Expected, ListForm, ListKind, ListNote, ListReport
from transcription.cutting import shortened

MOST_ROWS = 1_000_000
"""Rows of a list: all its videos are in memory at once, some 600 bytes each."""
TOLD = 100
"""Notes of one kind that are kept; the counts are of all."""
LONGEST_TITLE = 300
_QUOTED = 60


@dataclass(frozen=True)
class ReadList:
    """A list as it was read: its items in the order of their first rows, the report, and what the file was.

    `platform` is whose ids bare ones were said to be.
    """

    path: Path
    items: Sequence[Expected]
    report: ListReport
    form: ListForm
    sha256: str
    size: int
    columns: dict[str, str]
    platform: str | None = None


@dataclass(slots=True)
class _Item:
    video: Video
    title: str | None
    date: str | None
    rows: list[int] = field(default_factory=list)


class _Notes:
    def __init__(self) -> None:
        self.counts, self.kept = Counter[ListKind](), list[ListNote]()

    def add(self, kind: ListKind, line: int, what: str, cell: str | None = None) -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= TOLD:
            self.kept.append(ListNote(kind=kind, line=line, what=what, cell=cell))


def read_list(path: Path, asked: Asked | None = None, sheet: str | None = None, task: Task | None = None) -> ReadList:
    """Read a list. The same video in several rows is one item; what names no video is reported with its row.

    Columns are found by `list_columns.find`, with what is `asked`. Private numbers in titles are masked. `task` is told
    of each row. Raises ListError, also for a file without any video, and for one of more than MOST_ROWS rows.
    """
    asked = asked or Asked()
    with opened_list(path, sheet) as found:
        gathering = _Gathering(found, asked, path)
        for row in gathering.rows():
            gathering.take(row)
            if task:
                task.advance(1)
        return gathering.done()


class _Gathering:
    """One reading: columns by the first rows, then each row."""

    def __init__(self, file: ListFile, asked: Asked, path: Path) -> None:
        self._file, self._path, self._platform = file, path, asked.platform
        self._items: dict[str, _Item] = {}
        self._notes = _Notes()
        self._read = self._again = 0
        first = list(islice(file.rows, LOOKED_AT))
        try:
            self._columns: Columns = find(first, asked, file.names)
        except NoColumn as error:
            raise ListError(str(error), path) from error
        self._first = first
        for line, kind, what in file.notes:
            self._notes.add(kind, line, what)

    def rows(self) -> Iterator[ListRow]:
        """The rows below the header; what stands above it is reported."""
        header = self._columns.header
        for place, row in enumerate(chain(self._first, self._file.rows)):
            if header is not None and place < header:
                self._notes.add("above the list", row.line, "a title or a remark above the names of columns")
            elif header is None or place > header:
                yield row

    def take(self, row: ListRow) -> None:
        """Read one row."""
        self._read += 1
        if self._read > MOST_ROWS:
            raise ListError(f"it has more than {MOST_ROWS:,} rows; split it, and import its parts by names", self._path)
        place = self._columns.videos
        text = row.texts[place] if place < len(row.texts) else ""
        found = self._videos(text, row.links.get(place))
        if len(text) > LONGEST_CELL:
            what = f"a cell of which the first {LONGEST_CELL:,} characters were read"
            self._notes.add("cut short", row.line, what, self._file.cell(row, place))
        for video in found:
            self._keep(video, row)
        self._beside(row, place, found)
        if not found:
            cell = self._file.cell(row, place)
            if text.strip():
                self._notes.add("no video", row.line, f"names no video: {_quoted(text)}", cell)
            else:
                self._notes.add("no address", row.line, "nothing stands in the column of videos", cell)

    def _videos(self, text: str, behind: str | None) -> list[Video]:
        found = list[Video]()
        if self._columns.ids and (one := video_of_id(text, self._columns.ids)):
            found.append(one)
        else:
            seen = look(text)
            found.extend(videos(seen.text) if seen.text else ())
            if not found and (listed := downloaded(text)):
                found.append(listed)
            behind = behind or seen.address
        if behind:
            keys = {one.key for one in found}
            found.extend(one for one in videos(behind) if one.key not in keys)
        return found

    def _keep(self, video: Video, row: ListRow) -> None:
        item = self._items.get(video.key)
        if item is None:
            item = self._items[video.key] = _Item(video, None, None)
            if not video.sure:
                what = "on no platform that is known: it is looked for by its address as it stands"
                self._notes.add("any page", row.line, what)
        elif item.rows[-1:] != [row.line]:
            self._again += 1
        if item.rows[-1:] != [row.line]:
            item.rows.append(row.line)
        item.title = item.title or self._title(row)
        item.date = item.date or self._date(row)

    def _title(self, row: ListRow) -> str | None:
        text = _at(row, self._columns.title)
        title = " ".join(clean(look(text[: 4 * LONGEST_TITLE]).text).split())
        return shortened(mask_prose(title), LONGEST_TITLE) or None

    def _date(self, row: ListRow) -> str | None:
        text = _at(row, self._columns.date).strip()
        if text and (read := read_date(text)):
            return read
        if text:
            cell = self._file.cell(row, self._columns.date or 0)
            self._notes.add("unreadable date", row.line, f"a date that cannot be read: {_quoted(text)}", cell)
        return None

    def _beside(self, row: ListRow, own: int, found: Sequence[Video]) -> None:
        """Report videos that other cells of a row name, and the list's own cell does not."""
        keys = {one.key for one in found}
        for place, text in enumerate(row.texts):
            if place != own and ("://" in text or "youtu" in text):
                others = [one for one in videos(text) if one.sure and one.key not in keys]
                if others:
                    name = shown(self._columns.name(place) or "", 30)
                    what = f"another video in column {name!r}, which is not read; import it with --column"
                    self._notes.add("other address", row.line, what, self._file.cell(row, place))

    def done(self) -> ReadList:
        """All of it. Raises ListError where no row names a video."""
        if not self._items:
            raise ListError(
                "none of its rows names a video; name the right column with --column, and whose ids they are with "
                "--platform",
                self._path,
            )
        kinds = ("address", self._columns.videos), ("title", self._columns.title), ("date", self._columns.date)
        used = {what: mask(shown(name)) for what, place in kinds if (name := self._columns.name(place)) is not None}
        for place, name in enumerate(self._columns.names):
            if name.strip() and place not in {place for _, place in kinds}:
                self._notes.add("column not read", 1, f"column {shown(name)!r} was not read")
        report = ListReport(
            read=self._read,
            items=len(self._items),
            again=self._again,
            notes=tuple(sorted(self._notes.kept, key=lambda note: note.line)),
            counts=dict(sorted(self._notes.counts.items())),
        )
        items = [
            Expected(
                form=one.video.form,
                clips=one.video.clips,
                address=one.video.address,
                title=one.title,
                date=one.date,
                rows=tuple(one.rows),
            )
            for one in self._items.values()
        ]
        file = self._file
        return ReadList(self._path, items, report, file.form, file.sha256, file.size, used, self._platform)


def _at(row: ListRow, place: int | None) -> str:
    return row.texts[place] if place is not None and place < len(row.texts) else ""


def _quoted(text: str) -> str:
    """A stranger's cell for a report: a few words, masked."""
    return repr(shown(mask_prose(clean(text[:1000])), _QUOTED))
