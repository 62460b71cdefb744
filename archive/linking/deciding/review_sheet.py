"""Proposals as rows of a spreadsheet, and the verdicts that come back in it. Pure.

A row is known by its `proposal`: the link's id and a digest of all that was proposed. A file that comes back is taken
where each row with a verdict is of a proposal as it stands now, and beside the quote that it was exported with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import get_args

from archive.linking.deciding import safe_csv
from archive.linking.deciding.descriptions import about, address_at, evidence, judged, rivals, when
from archive.linking.deciding.quotes import InContext, passages
from archive.linking.deciding.review_queue import Waiting, proposal_digest
from archive.linking.registers.entries import Entry
from archive.records.link import Decision, Link
from transcription.cutting import shortened

COLUMNS = (
    "proposal", "verdict", "why", "tier", "method", "role", "score", "reason", "before", "quote", "after", "clip",
    "where", "address", "register", "entry", "about", "alternatives", "evidence", "rivals", "conflict", "judged",
)  # fmt: skip
"""The columns, of which a person fills `verdict` and `why`. What is in the others is for reading."""

WANTED = ("proposal", "verdict")
SHOWN = ("clip", "entry", "quote")
"""Columns that must say what the proposal says, so that one that was sorted alone is noticed."""
DECISIONS: tuple[Decision, ...] = get_args(Decision)


@dataclass(frozen=True, slots=True)
class Told:
    """A proposal with what is shown beside it: the quote in context, the clip's address, the entry and its rivals."""

    waiting: Waiting
    context: InContext
    url: str
    extractor: str
    entry: Entry | None
    alternatives: tuple[tuple[str, float, Entry | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict of a row: the line that it stands at, the link it is of, and the reason."""

    line: int
    link: Link
    decision: Decision
    why: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not taken."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back in a file: verdicts, rows left open, and rows that are not taken."""

    given: tuple[Given, ...] = ()
    open: int = 0
    faults: tuple[Fault, ...] = ()


def proposal(link: Link) -> str:
    """What a row is known by. It begins with a letter, so that no program takes it for a number."""
    return f"link-{link.id}-{proposal_digest(link)}"


def write(told: Iterable[Told]) -> bytes:
    """Proposals as CSV (see `safe_csv`), one a row."""
    return safe_csv.write(COLUMNS, (_row(one) for one in told))


def read_verdicts(data: bytes, links: Mapping[str, Link]) -> Returned:
    """The verdicts of a file, where `links` are the links by id as they stand now.

    Rows without a verdict were left open. A row twice with one verdict and reason counts once. Raises SheetError if the
    file as a whole cannot be read.
    """
    given, faults, left, torn = dict[str, Given](), list[Fault](), 0, set[str]()
    for row in safe_csv.read_rows(data, WANTED):
        if not row.cells.get("verdict"):
            left += 1
            continue
        found = _given(row, links)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        before = given.setdefault(found.link.id, found)
        if (before.decision, before.why) != (found.decision, found.why):
            torn.add(found.link.id)
            faults.append(Fault(found.line, f"line {before.line} says something else of the same proposal: keep one"))
    return Returned(tuple(one for one in given.values() if one.link.id not in torn), left, tuple(faults))


def _row(one: Told) -> dict[str, object]:
    link = one.waiting.link
    reason = one.waiting.reason + (f": {'; '.join(one.waiting.new)}" if one.waiting.new else "")
    return {
        "proposal": proposal(link),
        "tier": link.tier,
        "method": link.method,
        "role": link.role,
        "score": f"{link.score:.2f}",
        "reason": reason,
        "before": one.context.before,
        "quote": link.quote,
        "after": one.context.after,
        "clip": link.clip,
        "where": f"{link.where} " + when(passages(link)[0]) if link.start is not None else link.where,
        "address": address_at(one.url, link.start, one.extractor) or "",
        "register": link.register_name,
        "entry": f"entry {link.entry}",
        "about": _about(one.entry),
        "alternatives": " / ".join(
            f"entry {number} ({score:.2f}): {_about(entry)}" for number, score, entry in one.alternatives
        ),
        "evidence": " / ".join(evidence(link)),
        "rivals": rivals(link),
        "conflict": link.conflict or "",
        "judged": " / ".join(judged(one.waiting.judgements)),
    }


def _about(entry: Entry | None) -> str:
    lines = about(entry)
    return ". ".join(f"{name}: {text}" if name else text for name, text in lines)


def _given(row: safe_csv.Row, links: Mapping[str, Link]) -> Given | Fault:
    told = row.cells.get("proposal", "")
    mark, _, rest = told.partition("-")
    name, _, digest = rest.rpartition("-")
    if mark != "link" or not name or not digest:
        return Fault(row.line, f"“{shortened(told, 60)}” is no proposal: keep that column as it was exported")
    if (link := links.get(name)) is None:
        gone = "it is of another archive, or is proposed no more"
        return Fault(row.line, f"there is no link {shortened(name, 60)}: {gone}")
    if digest != proposal_digest(link):
        return Fault(row.line, "what is proposed has changed since the file was exported: export it and look again")
    for column, is_ in zip(SHOWN, (link.clip, f"entry {link.entry}", link.quote), strict=True):
        if column in row.cells and row.cells[column] != safe_csv.unsafe(safe_csv.safe(is_)):
            return Fault(row.line, f"“{column}” is not that of its proposal: was a column sorted without the others?")
    word = row.cells["verdict"].casefold()
    for decision in DECISIONS:
        if word == decision:
            return Given(row.line, link, decision, row.cells.get("why") or None)
    near = get_close_matches(word, DECISIONS, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else f": write one of {', '.join(DECISIONS)}"
    return Fault(row.line, f"“{shortened(row.cells['verdict'], 40)}” is no verdict{hint}")
