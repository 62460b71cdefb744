"""Objects of a JSON file, one after another: a list of them, an object with one list, or a line each.

The file is read in pieces, so that one of any length takes the memory of its largest object.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

LARGEST = 16 << 20
"""Characters of one object."""
LONGEST_FIRST = 1 << 20
"""Characters within which the first object of JSON lines must end, to be told from an object with a list."""
_PIECE = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")


def _all_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which a name that comes twice has a list of all its values: JSON's readers keep the last alone."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    return {name: held[0] if len(held := [v for n, v in pairs if n == name]) == 1 else held for name in found}


_DECODER = json.JSONDecoder(object_pairs_hook=_all_of)


class NoObjects(ValueError):
    """The text is none of the three forms; its text says where and why."""


class _Text:
    """A text that is read in pieces and decoded value by value."""

    def __init__(self, file: IO[str]) -> None:
        self._file, self._held, self._at, self._before, self._ended = file, "", 0, 0, False

    def next(self) -> str:
        """The next character that is no space, not taken; empty at the end."""
        while True:
            space = _SPACE.match(self._held, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._held) or not self._more():
                return self._held[self._at : self._at + 1]

    def take(self, wanted: str) -> None:
        """Take a character. Raises NoObjects if another one is there."""
        found = self.next()
        if found != wanted:
            raise self.fault(f"{wanted!r} is missing")
        self._at += 1

    def value(self) -> Any:
        """Take a value. Raises NoObjects if none is there, or one that is too long."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
            except RecursionError:
                raise self.fault("lists within lists, too deep to be read") from None
            except ValueError as error:
                if len(self._held) - self._at > LARGEST:
                    raise self.fault(f"one value has more than {LARGEST >> 20} million characters") from None
                if not self._more():
                    raise self.fault(str(error).partition(":")[0]) from None
                continue
            if end < len(self._held) or not self._more():  # a number may go on in the next piece
                self._at = end
                return value

    def begins_lines(self) -> bool:
        """Whether a whole object is here, and after it another one: so in JSON lines. Nothing is taken."""
        while len(self._held) - self._at < LONGEST_FIRST and self._more():
            pass
        try:
            _, end = _DECODER.raw_decode(self._held, self._at)
        except (ValueError, RecursionError):
            return False
        return self._held[end:].lstrip()[:1] == "{"

    def fault(self, what: str) -> NoObjects:
        """That something is wrong here."""
        return NoObjects(f"{what} (at character {self._before + self._at + 1:,})")

    def _more(self) -> bool:
        if self._ended:
            return False
        rest = self._held[self._at :]
        # As much again as is held: a long value is then tried a few times, not once a piece.
        piece = self._file.read(max(_PIECE, len(rest)))
        self._before, self._held, self._at, self._ended = self._before + self._at, rest + piece, 0, not piece
        return bool(piece)


def objects(file: IO[str]) -> Iterator[Any]:
    """Every item of the list that a JSON text is or has, or that its lines are. Raises NoObjects, also on the way."""
    text = _Text(file)
    first = text.next()
    if first == "[":
        yield from _list(text)
    elif first == "{" and text.begins_lines():
        while text.next():
            yield text.value()
    elif first == "{":
        yield from _within(text)
    elif first:
        raise text.fault("neither a list nor an object begins the file")
    if text.next():
        raise text.fault("something follows the end of the list")


def _list(text: _Text) -> Iterator[Any]:
    text.take("[")
    if text.next() == "]":
        return text.take("]")
    while True:
        yield text.value()
        if text.next() != ",":
            return text.take("]")
        text.take(",")


def _within(text: _Text) -> Iterator[Any]:
    """The one list of objects that an object has; or the object itself, if it has none."""
    text.take("{")
    aside: dict[str, Any] = {}
    found: str | None = None
    while text.next() != "}":
        name = text.value()
        if not isinstance(name, str):
            raise text.fault("a name in an object is no text")
        text.take(":")
        if text.next() == "[":
            items = _list(text)
            start = list(islice(items, 1))
            if start and isinstance(start[0], dict):
                if found is not None:
                    raise text.fault(f"two lists of objects, {found[:60]!r} and {name[:60]!r}; leave one in the file")
                found = name
                yield start[0]
                yield from items
            else:
                aside[name] = [*start, *items]
        else:
            aside[name] = text.value()
        if text.next() != ",":
            break
        text.take(",")
    text.take("}")
    if found is None:
        yield aside
