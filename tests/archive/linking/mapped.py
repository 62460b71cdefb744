"""A register whose settings name columns, secrets or a sheet, read as a run reads it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from archive.linking.registers.columns import Columns
from archive.linking.registers.register import Register, read_register, register_of
from archive.records.entry_fields import SECRET


def load_mapped(
    path: Path,
    columns: Mapping[str, Sequence[str]] | None = None,
    *,
    secret: Iterable[str] = SECRET,
    sheet: str | None = None,
) -> Register:
    """Its entries, under the name `made-up`."""
    with read_register(path, Columns(columns, secret, "registers.made-up"), sheet=sheet) as found:
        return register_of("made-up", found.lines, found.report)
