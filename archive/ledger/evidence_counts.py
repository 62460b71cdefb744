"""How much evidence is where, counted in one going through the copies: there are very many, and each pass takes long.

The database makes a number of where a version is: three bits a target, of which the lowest says that it has arrived,
and the others which state it is. Of an object's versions the numbers are put together, and alike objects are counted.
"""

import functools
import operator
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.sql_conditions import begins
from archive.ledger.tables import CopyState
from archive.records.object_ids import Kind

_CODES: dict[CopyState, int] = {"arrived": 0b001, "owed": 0b010, "proven": 0b011, "claimed": 0b100}
_STATES = {code: state for state, code in _CODES.items()}
_WIDTH, _A_NUMBER = 3, 13
"""Bits a target, and targets a number: of 63 bits that leaves 2^24 versions of an object."""

_PAST = 1 << (_WIDTH * _A_NUMBER)


@dataclass(frozen=True)
class Alike:
    """So much evidence of which every version has arrived at the same targets, and the newest stands alike at each."""

    everywhere: frozenset[str]
    newest: tuple[tuple[str, CopyState], ...]
    count: int


@dataclass(frozen=True)
class EvidenceCounts:
    """All evidence, by how it stands at some targets."""

    alike: tuple[Alike, ...]

    def spread(self, targets: Sequence[str]) -> dict[frozenset[str], int]:
        """Some of the targets → of how much evidence every version has arrived at these, and at no other of them."""
        found, some = Counter[frozenset[str]](), frozenset(targets)
        for one in self.alike:
            found[one.everywhere & some] += one.count
        return dict(found)

    @property
    def heads(self) -> dict[str, dict[CopyState, int]]:
        """Target → state → how many clips have the copy of their newest evidence there in that state."""
        found = dict[str, Counter[CopyState]]()
        for one in self.alike:
            for target, state in one.newest:
                found.setdefault(target, Counter())[state] += one.count
        return {target: dict(states) for target, states in found.items()}


def count_evidence(connection: sa.Connection, targets: Sequence[str]) -> EvidenceCounts:
    """Count it, at these targets."""
    numbers = [targets[at : at + _A_NUMBER] for at in range(0, len(targets), _A_NUMBER)] or [()]
    rows = connection.execute(_query(numbers)).tuples().all()
    return EvidenceCounts(tuple(_read(numbers, row) for row in rows))


def _query(numbers: Sequence[Sequence[str]]) -> sa.Select[tuple[int, ...]]:
    v, c = t.versions.c, t.copies.c
    code = sa.case({state: _large(code) for state, code in _CODES.items()}, value=c.state, else_=_large(0))
    masks = [
        sa.cast(sa.func.coalesce(sa.func.sum(_weight(some) * code), 0), sa.BigInteger).label(f"mask_{number}")
        for number, some in enumerate(numbers)
    ]
    versions = (
        sa.select(v.object, v.version, *masks)
        .outerjoin(t.copies, (c.object == v.object) & (c.version == v.version))
        .where(begins(v.object, Kind.EVIDENCE.prefix))
        .group_by(v.object, v.version)
        .subquery()
    )
    columns = list[sa.ColumnElement[int]]()
    for number, some in enumerate(numbers):
        mask: sa.ColumnElement[int] = versions.c[f"mask_{number}"]
        arrived = [sa.func.min(mask.bitwise_and(_large(1 << (_WIDTH * at)))) for at in range(len(some))]
        newest = sa.func.max(sa.cast(versions.c.version, sa.BigInteger) * _large(_PAST) + mask) % _large(_PAST)
        columns += [
            functools.reduce(operator.add, arrived, _large(0)).label(f"all_{number}"),
            newest.label(f"newest_{number}"),
        ]
    objects = sa.select(versions.c.object, *columns).group_by(versions.c.object).subquery()
    alike = [column for column in objects.c if column.name != "object"]
    return sa.select(sa.func.count(), *alike).group_by(*alike)


def _large(number: int) -> sa.ColumnElement[int]:
    return sa.literal(number, sa.BigInteger)


def _weight(targets: Sequence[str]) -> sa.ColumnElement[int]:
    weights = {name: _large(1 << (_WIDTH * at)) for at, name in enumerate(targets)}
    return sa.case(weights, value=t.copies.c.target, else_=_large(0)) if weights else _large(0)


def _read(numbers: Sequence[Sequence[str]], row: Sequence[int]) -> Alike:
    count, *rest = row
    everywhere, newest = set[str](), list[tuple[str, CopyState]]()
    for some, arrived, code in zip(numbers, rest[::2], rest[1::2], strict=True):
        for at, name in enumerate(some):
            if arrived >> (_WIDTH * at) & 1:
                everywhere.add(name)
            if state := _STATES.get(code >> (_WIDTH * at) & 0b111):
                newest.append((name, state))
    return Alike(frozenset(everywhere), tuple(newest), count)
