"""Counting for a report: each item once, under one source and one month, as far as it came. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from archive.ledger.reconciliation import JudgedLink, Reached
from archive.linking.deciding.judgements import joint_verdict
from archive.linking.lists.reconciling import Reconciled
from archive.records.link import Judgement
from archive.records.report import (
    NO_SOURCE,
    NO_SPEECH,
    PARTS,
    UNDATED,
    Counts,
    Lack,
    Missing,
    ReportRow,
    Unheld,
    month_of,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Of a clip's links, how many somebody judged, and how many are links no more: nobody proposes or judges them."""

    judged: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class Enough:
    """What was asked of copies: whether those at some targets are enough, and how few are too few at any rate."""

    spread: Callable[[frozenset[str]], bool]
    minimum: int


@dataclass
class _Cell:
    """A source's items of one month, while they are counted."""

    numbers: Counter[str] = field(default_factory=Counter)
    parts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in PARTS})

    def counts(self) -> Counts:
        parts = {name: dict(sorted(found.items())) for name, found in self.parts.items()}
        return Counts.model_validate({**self.numbers, **parts})


class Counting:
    """Items, counted one after another; what is missing is told at once to whoever keeps it."""

    def __init__(self, enough: Enough, missing: Callable[[Missing], None]) -> None:
        self._enough, self._missing = enough, missing
        self._cells = defaultdict[tuple[str, str], _Cell](_Cell)

    def clip(self, one: Reached, judged: Judged) -> None:
        """Count a clip of the ledger."""
        source, month = one.source or NO_SOURCE, one.month or (f"{one.seen:%Y-%m}" if one.seen else UNDATED)
        cell = self._cells[source, month]
        cell.numbers["expected"] += 1
        if one.month is None and one.seen is not None:
            cell.numbers["first_seen"] += 1
        lack = self._copies(cell, one) if one.held else _unheld(one.failure)
        if not one.held:
            cell.parts["unheld"][str(lack)] += 1
        else:
            _texts(cell, one)
            _links(cell, one, judged)
        if lack is not None:
            self._missing(Missing(name=one.clip, source=source, month=month, lacks=lack))

    def _copies(self, cell: _Cell, one: Reached) -> Lack | None:
        cell.numbers["held"] += 1
        if self._enough.spread(one.arrived):
            cell.numbers["safe"] += 1
            cell.numbers["proven"] += self._enough.spread(one.proven)
            return None
        lack: Lack = "too_few" if len(one.arrived) < self._enough.minimum else "not_spread"
        cell.parts["unsafe"][lack] += 1
        return lack

    def listed(self, source: str, one: Reconciled) -> None:
        """Count a video of a list that is no clip of the ledger."""
        month, lack = month_of(one.item.date) or UNDATED, _unheld(one.standing)
        cell = self._cells[source, month]
        cell.numbers["expected"] += 1
        cell.parts["unheld"][lack] += 1
        self._missing(Missing(name=one.item.form, source=source, month=month, lacks=lack))

    def rows(self) -> list[ReportRow]:
        """What was counted, by source and month."""
        return [
            ReportRow(source=source, month=month, counts=cell.counts())
            for (source, month), cell in sorted(self._cells.items())
        ]


def by_source(rows: Iterable[ReportRow]) -> dict[str, Counts]:
    """The sums of each source."""
    found = defaultdict[str, list[Counts]](list)
    for row in rows:
        found[row.source].append(row.counts)
    return {source: Counts.together(some) for source, some in sorted(found.items())}


def judged_by_clip(links: Iterable[JudgedLink], judgements: Mapping[str, Sequence[Judgement]]) -> Mapping[str, Judged]:
    """How the links that somebody judged stand, by clip. A judgement that was withdrawn is none."""
    stand, dropped = Counter[str](), Counter[str]()
    for link in links:
        if joint_verdict(judgements.get(link.id, ())):
            stand[link.clip] += 1
        elif not link.proposed:
            dropped[link.clip] += 1
    return {clip: Judged(stand[clip], dropped[clip]) for clip in stand.keys() | dropped.keys()}


def _unheld(why: str | None) -> Unheld:
    """Why an item is not held: it waits where nothing failed; a failure of a kind that nobody knows is unknown."""
    return next((one for one in get_args(Unheld) if one == (why or "waits")), "unknown")


def _texts(cell: _Cell, one: Reached) -> None:
    if one.heard:
        cell.numbers["transcribed"] += 1
        cell.parts["languages"].update(one.languages or {NO_SPEECH})
    else:
        cell.parts["untranscribed"]["failed" if one.unheard else "due"] += 1


def _links(cell: _Cell, one: Reached, judged: Judged) -> None:
    links = one.links - judged.dropped
    if links:
        cell.numbers["linked"] += 1
        cell.numbers["judged"] += links == judged.judged
    else:
        cell.parts["unlinked"]["no_links" if one.linking else "due"] += 1
