"""An object of JSON as texts by column: what is nested has a path, `names.latin`. Pure."""

import unicodedata
from typing import Any

from archive.records.entry_fields import clean, plain

DEEPEST = 5
"""Levels of objects within an object that are columns; what is deeper is reported and not read."""


def flat(item: dict[str, Any], columns: dict[str, str]) -> tuple[dict[str, list[str]], bool]:
    """The texts of an object by column, and whether something in it was too deep to be read.

    The columns that it has, as they are spelled, are added to `columns`.
    """
    named: dict[str, list[str]] = {}
    deep = _flatten(item, "", named, columns, DEEPEST)
    return named, deep


def _flatten(value: Any, name: str, named: dict[str, list[str]], columns: dict[str, str], levels: int) -> bool:
    """Gather the texts of a value under its column; True if something was too deep to be read."""
    if isinstance(value, dict | list):
        if not levels:
            return bool(value)
        parts = value.items() if isinstance(value, dict) else (("", one) for one in value)
        deep = [
            _flatten(one, f"{name}.{key}" if name and key else name or key, named, columns, levels - 1)
            for key, one in parts
        ]
        return any(deep)
    column = plain(name)
    columns.setdefault(column, clean(name).strip())
    if value is not None and (text := _text(value)) and not text.isspace():
        named.setdefault(column, []).append(text)
    return False


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else str(value)
