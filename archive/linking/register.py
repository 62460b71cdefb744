"""A snapshot of the register of victims: its entries as frozen records, and what was odd when it was read.

`load` reads the CSV export of the Xinjiang Victims Database (its columns are in `COLUMNS`). A national identity
number, a passport or a telephone is masked at this door, so that none can become a quote.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from archive.errors import ArchiveError
from archive.linking.addresses import addresses
from archive.linking.masks import mask
from archive.linking.testimonies import Testimony, testimonies

COLUMNS = (
    "Entry", "Victim's Name", "Chinese name", "ID no.", "About the Testifier", "Relation", "About the Victim",
    "Assumed Location", "When Detention Took Place", "Detention Reason", "Victim's Status",
    "How Testifier Learned of Status", "Additional Info", "Prison Term", "Age", "Gender", "Ethnicity", "Location",
    "Detention type", "Detention time", "Health status", "Profession",
)  # fmt: skip
"""The export's columns; each may come again with ` (Translated/Edited)` after its name, which is then preferred.

The export has the detention reason twice, spelled with a capital and without; case does not count here.
"""

EDITED = " (Translated/Edited)"
LARGEST_CELL = 16 * 1024 * 1024

_NUMBER = re.compile(r"#?0*([1-9][0-9]{0,6})(?:\.0)?", re.ASCII)
_VARIANTS = re.compile(r"Potential Chinese variants?[^:：\n]{0,40}[:：]([^\n]{1,400})", re.IGNORECASE)
_HAN_NAME = re.compile(r"[㐀-䶿一-鿿][㐀-䶿一-鿿·•・]{1,19}")


class RegisterError(ArchiveError):
    """A register that cannot be read: `file`, and where known the `column` at fault and the `nearest` one found."""

    exit_code = 2

    def __init__(self, message: str, *, file: Path, column: str | None = None, nearest: str | None = None) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file
        self.column = column
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered person of a register, with what may help to recognise them in a clip.

    `sources` are canonical addresses (see `addresses`) that the entry cites; `variants` other Chinese spellings.
    `detained` is when that began, `sha256` the digest of the entry in a snapshot, if it is of one. All text is masked;
    nothing else of the row is kept.
    """

    number: str
    latin: str | None = None
    chinese: str | None = None
    variants: tuple[str, ...] = ()
    testimonies: tuple[Testimony, ...] = ()
    sources: tuple[str, ...] = ()
    ethnicity: str | None = None
    gender: str | None = None
    age: str | None = None
    location: str | None = None
    profession: str | None = None
    detained: str | None = None
    sha256: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the entry goes by, the Latin one first."""
        return tuple(name for name in (self.latin, self.chinese, *self.variants) if name)


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd in the file: the line it was read at, the entry where known, and what. Never a name."""

    line: int
    entry: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the rows: `read` = the entries kept + those `skipped`. `odd` rows and columns were kept."""

    read: int = 0
    skipped: tuple[Note, ...] = ()
    odd: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """A snapshot of a register: its name, the sha256 of the file it was read from, its entries in their order."""

    name: str
    sha256: str
    entries: tuple[Entry, ...]
    report: Report = field(default_factory=Report)


def load(path: Path, name: str) -> Register:
    """Read a register from a CSV file in UTF-8, with or without a byte order mark.

    A row without a usable number, or with the number of an earlier row, is skipped and reported; a row without a name
    is kept and reported. Raises RegisterError if the file is no such export, and OSError if it cannot be read.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RegisterError(
            f"byte {error.start} is not UTF-8; save the export as CSV in UTF-8 and load it again", file=path
        ) from error
    entries: dict[str, Entry] = {}
    first_line: dict[str, int] = {}
    skipped: list[Note] = []
    odd: list[Note] = []
    read = 0
    rows = _rows(text, path)
    header = _header(next(rows, (1, []))[1], path, odd)
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        read += 1
        row = {column: cell for column, cell in zip(header, cells, strict=False) if column and cell.strip()}
        number = _number(row.get("Entry", ""))
        if number is None:
            skipped.append(Note(line, None, "no usable number in column Entry"))
        elif number in entries:
            skipped.append(Note(line, number, f"the number was already read at line {first_line[number]}"))
        else:
            entry = entries[number] = _entry(number, row)
            first_line[number] = line
            if not entry.names:
                odd.append(Note(line, number, "no name"))
            if len(cells) != len(header):
                odd.append(Note(line, number, f"{len(cells)} cells under {len(header)} columns"))
    report = Report(read=read, skipped=tuple(skipped), odd=tuple(odd))
    return Register(name=name, sha256=sha256(raw).hexdigest(), entries=tuple(entries.values()), report=report)


def _rows(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins at. The csv module's limit on cells is process-wide: raised, never lowered."""
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST_CELL))
    # Strict, or an open quote would swallow every row after it without a word.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RegisterError(
                f"the row that begins at line {begins} is no CSV ({error}); look for a quote that is not closed",
                file=path,
            ) from error
        yield begins, row


def _header(cells: Sequence[str], path: Path, odd: list[Note]) -> list[str | None]:
    """Each column's name as in COLUMNS, with EDITED where it has that; None for a column that is not known."""
    known = {_plain(c): c for c in COLUMNS}
    known |= {_plain(c + EDITED): c + EDITED for c in COLUMNS}
    header = [known.get(_plain(cell)) for cell in cells]
    for cell, column in zip(cells, header, strict=True):
        if column is None and cell.strip():
            near = get_close_matches(_plain(cell), known, n=1)
            hint = f"; the nearest known one is {known[near[0]]!r}" if near else ""
            odd.append(Note(1, None, f"column {_clean(cell)[:60]!r} is not known and was not read{hint}"))
    for column in dict.fromkeys(c for c in header if c and header.count(c) > 1):
        if column not in ("Detention Reason", "Detention Reason" + EDITED):
            odd.append(Note(1, None, f"column {column!r} comes twice; the last cell that is filled counts"))
    if "Entry" not in header:
        raise _missing("Entry", cells, path)
    if not {"Victim's Name", "Chinese name"} & {(c or "").removesuffix(EDITED) for c in header}:
        raise _missing("Victim's Name", cells, path)
    return header


def _missing(column: str, cells: Sequence[str], path: Path) -> RegisterError:
    by_plain = {_plain(cell): cell for cell in cells}
    near = get_close_matches(_plain(column), by_plain, n=1, cutoff=0.4)
    nearest = _clean(by_plain[near[0]])[:60] if near else None
    if len(cells) <= 1:
        hint = "the first line is a single cell; save the export again as CSV with commas between its columns"
    elif nearest:
        hint = f"the nearest it has is {nearest!r}; rename it"
    else:
        hint = "it has none like it; load the export of the register as it was downloaded"
    return RegisterError(f"column {column!r} is missing; {hint}", file=path, column=column, nearest=nearest)


def _plain(column: str) -> str:
    return " ".join(_clean(column).replace("’", "'").replace("`", "'").lower().split())


def _number(cell: str) -> str | None:
    compact = _clean(unicodedata.normalize("NFKC", cell)).strip().replace(" ", "")
    if re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+", compact):
        compact = compact.replace(",", "")
    match = _NUMBER.fullmatch(compact)
    return match[1] if match else None


def _clean(text: str) -> str:
    """The text without control and direction marks, which a cell may carry to look like another."""
    if text.isprintable():  # the common case, and far quicker than a look at each character
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def _entry(number: str, row: Mapping[str, str]) -> Entry:
    def get(column: str) -> str | None:
        for name in (column + EDITED, column):
            text = " ".join(mask(_clean(row.get(name, ""))).split())
            if text:
                return text
        return None

    prose = {c: _clean(cell) for c, cell in row.items() if c.removesuffix(EDITED) not in ("Entry", "ID no.")}
    told = [prose[c] for c in ("About the Testifier" + EDITED, "About the Testifier") if c in prose]
    listed = next((found for found in map(testimonies, [*told, *prose.values()]) if found), ())
    chinese = get("Chinese name")
    variants = (
        han for cell in prose.values() for found in _VARIANTS.finditer(cell) for han in _HAN_NAME.findall(found[1])
    )
    return Entry(
        number=number,
        latin=get("Victim's Name"),
        chinese=chinese,
        variants=tuple(v for v in dict.fromkeys(variants) if v != chinese)[:20],
        testimonies=listed or _single(get("About the Testifier"), get("Relation")),
        sources=tuple(dict.fromkeys(address for cell in prose.values() for address in addresses(cell))),
        ethnicity=get("Ethnicity"),
        gender=get("Gender"),
        age=get("Age"),
        location=get("Location") or get("Assumed Location"),
        profession=get("Profession"),
        detained=get("Detention time") or get("When Detention Took Place"),
    )


def _single(testifier: str | None, relation: str | None) -> tuple[Testimony, ...]:
    """What the two columns say where they do not follow the form `Testimony N: NAME …`."""
    if testifier is None:
        return ()
    return (
        Testimony(
            labels=(), testifier=re.split(r"[,，;(（]|\. ", testifier, maxsplit=1)[0].strip()[:120], relation=relation
        ),
    )
