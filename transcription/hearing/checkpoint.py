"""What of a track was read already, in a file of JSON lines, so that a killed transcription goes on.

A line is one result under its key. The first line says of what it is the record: of the same media, options, model and
software, or it is begun anew. A line that a crash cut off or spoilt is left out, and so is all that follows it.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

Value = TypeVar("Value")


class Checkpoint:
    """Results by key. Without a file it keeps nothing."""

    def __init__(self, file: Path | None, identity: Mapping[str, Any]) -> None:
        self._file = file
        self._known: dict[str, Any] = {}
        if file is None:
            return
        first = json.dumps({"of": dict(identity)}, sort_keys=True)
        lines = file.read_bytes().splitlines(keepends=True) if file.is_file() else []
        if lines and lines[0] == first.encode() + b"\n":
            for line in lines[1:]:
                result = _result(line)
                if result is None:
                    break
                self._known[result[0]] = result[1]
            kept = [first + "\n", *(json.dumps([key, value]) + "\n" for key, value in self._known.items())]
            if len(kept) == len(lines):
                return
            file.write_text("".join(kept), "utf-8")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(first + "\n", "utf-8")

    def get(self, key: str) -> Any | None:
        """What is known under a key; None for nothing."""
        return self._known.get(key)

    def keep(self, key: str, value: Any) -> None:
        """Keep a result, made of what JSON can hold."""
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, value]) + "\n")

    def once(
        self, key: str, make: Callable[[], Value], dump: Callable[[Value], Any], load: Callable[[Any], Value]
    ) -> Value:
        """The result that is known, else made and kept."""
        known = self.get(key)
        if known is not None:
            return load(known)
        value = make()
        self.keep(key, dump(value))
        return value

    def discard(self) -> None:
        """Remove the file: the whole is done."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)


def _result(line: bytes) -> tuple[str, Any] | None:
    """Key and value of a line; None for one that is not whole, such as a lost power supply fills with zeros."""
    try:
        match json.loads(line):
            case [str(key), value] if line.endswith(b"\n"):
                return key, value
    except ValueError:
        pass
    return None
