"""Which column of a register's file becomes which field of an entry: the export's own names, or a mapping. Pure."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from archive.errors import ArchiveError
from archive.linking.csv_dialects import SEPARATORS
from archive.linking.registers.likely_columns import likely
from archive.masks import mask
from archive.records.entry_fields import EDITED, FIELDS, NAMES, SECRET, field_of, plain, shown

LONGEST_HEADER = 10_000


class RegisterError(ArchiveError):
    """A register that cannot be read: `file`, and where known the `column` at fault and the `nearest` one found."""

    exit_code = 2

    def __init__(self, message: str, *, file: Path, column: str | None = None, nearest: str | None = None) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file
        self.column = column
        self.nearest = nearest


class Columns:
    """The plan by which rows become fields.

    `mapping` names for a field the columns of the file that it is made of, in their order; a field that it does not
    name is made of the column that has its own name. What `secret` and SECRET name, a field or a column, is left out,
    with its edited form and whatever is mapped to it. `key` is where both stand in the settings, for messages. Raises
    ValueError for a field that there is none of.
    """

    def __init__(
        self, mapping: Mapping[str, Sequence[str]] | None = None, secret: Iterable[str] = SECRET, key: str = "settings"
    ) -> None:
        self._mapping = {field_of(name): tuple(columns) for name, columns in (mapping or {}).items()}
        self._secret = tuple(secret)
        self.key = key
        hidden = {plain(name + more) for name in (*SECRET, *self._secret) for more in ("", EDITED)}
        hidden |= {plain(c) for field, columns in self._mapping.items() if plain(field) in hidden for c in columns}
        sources = {field: self._mapping.get(field, (field,)) for field in FIELDS.values()}
        self.plan: dict[str, tuple[str, ...]] = {
            field: kept
            for field, columns in sources.items()
            if plain(field) not in hidden and (kept := tuple(plain(c) for c in columns if plain(c) not in hidden))
        }
        self._becomes: dict[str, tuple[str, ...]] = {
            column: tuple(field for field, columns in self.plan.items() if column in columns)
            for columns_ in self.plan.values()
            for column in columns_
        }
        self._hidden = hidden

    def fields(self, cells: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """The cells of a row by field; a field without any is left out."""
        found: dict[str, list[str]] = {}
        for column in cells:
            for field in self._becomes.get(column, ()):
                if field not in found:
                    found[field] = [cell for one in self.plan[field] if one in cells for cell in cells[one]]
        return found

    def known(self, names: Iterable[str]) -> int:
        """How many of the names of a row are columns that become a field, or secrets."""
        return sum(1 for name in {plain(one) for one in names} if name in self._becomes or name in self._hidden)

    def readable(self, names: Iterable[str]) -> bool:
        """Whether a row with these names is the header of a register: it has an entry's number and a name."""
        there = {plain(one): one for one in names}
        return self._there("Entry", there) and any(self._there(name, there) for name in NAMES)

    def is_number(self, name: str) -> bool:
        """Whether a column holds the entries' numbers."""
        return any(plain(name) in self.plan.get(field, ()) for field in ("Entry", "Entry" + EDITED))

    def fields_of(self, column: str) -> tuple[str, ...]:
        """The fields that a column, as `plain` writes it, is part of; none if it is not known, or secret."""
        return self._becomes.get(column, ())

    def check(self, columns: Mapping[str, str], file: Path, *, sheet: str | None = None) -> None:
        """Raise RegisterError if the file lacks a column that must be there or that the settings name.

        `columns` are those of the file, by plain name, `sheet` the title of the one that was read, if it has any.
        """
        for field, names in self._mapping.items():
            free = self._free(columns, field)
            for name in names:
                if plain(name) not in columns:
                    what = f"has no column {shown(name)!r}, which {self.key}.columns names for {field!r}"
                    raise _lacking(what, name, columns, free, file)
        for name in self._secret:
            if plain(name) not in columns and plain(name) not in FIELDS:
                what = f"has no column {shown(name)!r}, which {self.key}.secret names"
                raise _lacking(what, name, columns, list(columns), file)
        missing = [] if self._there("Entry", columns) else ["Entry"]
        if not any(self._there(name, columns) for name in NAMES):
            missing.append("Victim's Name")
        if missing:
            raise self._missing(missing, columns, file, sheet)

    def _free(self, columns: Mapping[str, str], field: str) -> list[str]:
        """The columns of a file that are no other field, and no secret."""
        own = (plain(field), plain(field + EDITED))
        return [
            c for c in columns if c in own or (c not in self._becomes and c not in self._hidden and c not in FIELDS)
        ]

    def _there(self, field: str, columns: Mapping[str, str]) -> bool:
        return any(c in columns for name in (field, field + EDITED) for c in self.plan.get(name, ()))

    def _in_one(self, name: str) -> bool:
        """Whether a cell holds all names of a header, as where a CSV was opened with another separator than its own."""
        return any(
            self.readable(next(csv.reader([" ".join(name[:LONGEST_HEADER].split())], delimiter=mark), ()))
            for mark in SEPARATORS
        )

    def _near(self, missing: str, columns: Mapping[str, str]) -> tuple[str, str] | None:
        """A field that would do, and the column that may be meant for it; for a name, any field of names."""
        for field in NAMES if missing in NAMES else (missing,):
            if column := likely(plain(field), self._free(columns, field)):
                return field, shown(columns[column])
        return None

    def _missing(
        self, missing: Sequence[str], columns: Mapping[str, str], file: Path, sheet: str | None
    ) -> RegisterError:
        found = [one for field in missing if (one := self._near(field, columns))]
        if not any(columns):
            return RegisterError("the file is empty; save the register again", file=file, column=missing[0])
        if not self.known(columns) and not found and _tells(columns):
            hint = "its first row seems to be no header but somebody's entry; put the columns' names above it"
        elif self.readable(name.rpartition(".")[0] for name in columns.values()):
            hint = "it has a list of values for each column; save it with an object for each entry (pandas: “records”)"
        elif any(self._in_one(name) for name in columns.values()):
            hint = (
                "all names stand in one cell; import the CSV that it was made of, or split its cells at what separates "
                "them (“text to columns” in a spreadsheet program)"
            )
        elif len(columns) == 1 and sheet is not None:
            hint = "its first rows name no columns; put the columns' names above the entries, each in a cell of its own"
        elif len(columns) == 1:
            hint = (
                "its first row is a single cell, which no comma, semicolon, tab or bar separates; save the register "
                "again as “CSV UTF-8” or XLSX"
            )
        elif len(found) == len(missing):
            told, lines = " and ".join(repr(name) for _, name in found), ", ".join(_as_toml(*one) for one in found)
            is_ = "is" if len(found) == 1 else "are"
            hint = f"the nearest it has {is_} {told}; if rightly so, add to {self.key}.columns: {lines}"
        else:
            hint = f"it has {_list(columns)}; name what is {' and '.join(map(repr, missing))} in {self.key}.columns"
        lacking = " and ".join(repr(field) for field in missing)
        what = f"column {lacking} is missing" if len(missing) == 1 else f"columns {lacking} are missing"
        what += f" on sheet {shown(sheet)!r}" if sheet is not None else ""
        nearest = found[0][1] if found else None
        return RegisterError(f"{what}; {hint}", file=file, column=missing[0], nearest=nearest)

    def unread(self, columns: Mapping[str, str]) -> list[str]:
        """A sentence for each column of the file that becomes no field and is no secret."""
        used = {column for columns_ in self.plan.values() for column in columns_} | self._hidden
        lacking = {plain(field) for field in self.plan if not self._there(field, columns)}
        found = []
        for column, name in columns.items():
            if column and column not in used:
                near = next((field for field in sorted(lacking) if likely(field, [column])), None)
                hint = f"; the nearest that is lacking is {FIELDS[near]!r}" if near else ""
                found.append(f"column {shown(name)!r} is not known and was not read{hint}")
        return found

    def used(self, columns: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """Field → the columns of the file, as it spells them but masked, that it is made of."""
        found = {field: tuple(mask(columns[c]) for c in names if c in columns) for field, names in self.plan.items()}
        return {field: names for field, names in found.items() if names}

    def left_out(self, columns: Mapping[str, str]) -> tuple[str, ...]:
        """The columns of the file that are secret, as it spells them but masked."""
        return tuple(mask(name) for column, name in columns.items() if column in self._hidden)


def _lacking(what: str, wanted: str, columns: Mapping[str, str], free: Iterable[str], file: Path) -> RegisterError:
    near = likely(plain(wanted), free)
    nearest = shown(columns[near]) if near else None
    hint = f"; the nearest it has is {nearest!r}" if nearest else f"; it has {_list(columns)}"
    return RegisterError(what + hint, file=file, column=wanted, nearest=nearest)


def _as_toml(field: str, column: str) -> str:
    """A line for a table of the settings."""
    return " = ".join(json.dumps(one, ensure_ascii=False) for one in (field, column))


def _tells(columns: Mapping[str, str]) -> bool:
    """Whether the names of columns look like the cells of a row: one is a number, or something in one is masked."""
    return any(any(map(str.isdigit, name)) and not any(map(str.isalpha, name)) for name in columns.values()) or any(
        mask(name) != name for name in columns.values()
    )


def _list(columns: Mapping[str, str]) -> str:
    names = [repr(shown(name, 30)) for name in list(columns.values())[:8]]
    return (", ".join(names) or "none") + (" …" if len(columns) > 8 else "")
