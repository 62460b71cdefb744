"""What differs between two snapshots of a register. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from archive.linking.registers.entries import from_line


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry that is not the same in two snapshots, and which fields differ."""

    entry: str
    change: Literal["added", "removed", "changed"]
    fields: tuple[str, ...] = ()


def differences(before: Iterable[bytes], after: Iterable[bytes]) -> Iterator[Difference]:
    """What differs between the lines of two snapshots, in the order of numbers, in constant memory.

    Raises ValueError for a line that is no entry.
    """
    olds, news = iter(before), iter(after)
    old, new = next(olds, None), next(news, None)
    while old is not None or new is not None:
        if old == new:
            old, new = next(olds, None), next(news, None)
            continue
        was, now = from_line(old) if old else None, from_line(new) if new else None
        if was and (now is None or int(was[0]) < int(now[0])):
            yield Difference(was[0], "removed")
            old = next(olds, None)
        elif now and (was is None or int(now[0]) < int(was[0])):
            yield Difference(now[0], "added")
            new = next(news, None)
        elif was and now:
            fields = sorted(was[1].keys() | now[1].keys())
            yield Difference(now[0], "changed", tuple(f for f in fields if was[1].get(f) != now[1].get(f)))
            old, new = next(olds, None), next(news, None)
