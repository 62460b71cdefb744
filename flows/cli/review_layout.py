"""A proposal as lines of a terminal: what a person must see to decide, within so many columns and rows. Pure.

Nothing depends on colour: the quote stands between » and «. Words of strangers lose what a terminal would obey, and
where they run from right to left, marks keep the two columns apart.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from archive.linking.deciding.descriptions import about, address_at, evidence, judged, rivals, when
from archive.linking.deciding.quotes import passages
from archive.linking.deciding.review_queue import Reason
from archive.linking.deciding.review_sheet import Told
from flows.cli.console import crop, fit, plain
from transcription.cutting import beginning

LABEL = 8
"""Columns for what a line is about."""

QUOTE_ROWS = 5
MARK = "\u200e"
"""LEFT-TO-RIGHT MARK: without it a terminal that orders text by direction swaps two right-to-left columns."""

WHY: dict[Reason, str] = {
    "disagreement": "people disagree on it",
    "conflict": "number and name disagree",
    "entry changed": "the entry has changed since it was judged",
    "new evidence": "judged before, with evidence that is new",
    "proposed": "",
    "judged by others": "others have judged it",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a proposal: its place in the queue, a note, the reason that will be kept, the keys."""

    place: str
    keys: str
    note: str = ""
    why: str | None = None
    alternative: int = 0


@dataclass(slots=True)
class _Section:
    """Lines, and how many of them must stay where there is not room for all."""

    lines: list[Text]
    least: int


def layout(told: Told, frame: Frame, console: Console, *, width: int, rows: int | None) -> list[Text]:
    """The lines of a proposal; cut to `rows` by what matters least, or all of them without."""
    link, one = told.waiting.link, told.waiting
    place = passages(link)[0]
    first = f"{frame.place}  {link.tier} {link.method}, {link.role}, score {link.score:.2f}"
    head = [Text(fit(first + (f", {rivals(link)}" if rivals(link) else ""), width), style="bold")]
    if WHY[one.reason]:
        head.append(Text(fit(f"! {WHY[one.reason]}", width), style="bold yellow"))
    where = f"{link.clip}  {when(place)}" + (f"  {link.where}" if place.start is not None else "")
    head.append(Text(crop(where, width)))
    address = address_at(told.url, place.start, told.extractor)
    sections = [
        _Section([Text(fit(frame.note, width), style="reverse")] if frame.note else [], 1),
        _Section(head, len(head)),
        _Section(_wrapped(plain(address), console, width, 0, style="dim") if address else [], 1),
        _Section(_quoted(told, console, width, QUOTE_ROWS if rows else None), QUOTE_ROWS),
        _Section(_people(told, frame, console, width), 4),
        _labelled("evidence", "  ".join(evidence(link)), console, width, 1),
        _labelled("new", "; ".join(one.new), console, width, 1),
        _labelled("conflict", link.conflict or "", console, width, 2),
        _several("judged", judged(one.judgements), console, width),
        _labelled("reason", frame.why or "", console, width, 1),
    ]
    if rows is None:
        further = [f"{when(passage)} {passage.where}: »{passage.quote}«" for passage in link.further]
        sections.append(_several("also at", further, console, width))
        sections.append(
            _several("or entry", [f"{n} ({score:.2f})" for n, score, _ in told.alternatives], console, width)
        )
        return [line for section in sections for line in section.lines]
    keys = _wrapped(frame.keys, console, width, 0, style="dim")
    _fit(sections, rows - len(keys))
    return [*(line for section in sections for line in section.lines), *keys]


def _fit(sections: Sequence[_Section], rows: int) -> None:
    """Take lines away from the end of the section that can spare most, until all fit; what is cut says so."""
    cut = set[int]()
    while sum(len(section.lines) for section in sections) > rows:
        spare = [len(section.lines) - section.least for section in sections]
        if max(spare) <= 0:
            break
        number = spare.index(max(spare))
        sections[number].lines.pop()
        cut.add(number)
    for number in cut:
        last = sections[number].lines[-1]
        if last.cell_len >= 70:
            last.right_crop(len(last) - len(beginning(last.plain, len(last) - 8)))
        last.append(" … (m)", style="dim")


def _quoted(told: Told, console: Console, width: int, rows: int | None) -> list[Text]:
    """The quote between marks in its context, indented, between empty lines; cut around the quote to so many rows."""
    before, quote, after = (plain(text) for text in (told.context.before, told.context.quote, told.context.after))
    if rows is not None:
        room = (rows - 1) * (width - 4)
        quote = fit(quote, room // 2)
        side = max(0, (room - cell_len(quote)) // 2)
        before, after = fit(before, side, last=True), fit(after, side)
    text = Text(before).append("»", style="bold").append(quote, style="bold reverse").append("«", style="bold")
    text.append(after)
    return [Text(), *_wrapped(text, console, width, 2), Text()]


def _people(told: Told, frame: Frame, console: Console, width: int) -> list[Text]:
    """The entry, and beside it one of the others that the same words may mean."""
    link = told.waiting.link
    left = _grouped(about(told.entry))
    titles, right = (f"entry {link.entry} ({link.register_name})", ""), dict[str, list[str]]()
    if told.alternatives:
        number = frame.alternative % len(told.alternatives)
        other, score, entry = told.alternatives[number]
        more = f", {number + 1} of {len(told.alternatives)}" if len(told.alternatives) > 1 else ""
        titles, right = (titles[0], f"or entry {other} ({score:.2f}{more})"), _grouped(about(entry))
    column = (width - LABEL - 3) // 2 if right else width - LABEL - 1
    lines = [_row("", titles[0], titles[1], column, two=bool(right), style="bold")]
    for label in dict.fromkeys([*left, *right]):
        one, two = (_cells(side.get(label, []), console, column) for side in (left, right))
        for row, (a, b) in enumerate(zip_longest(one, two, fillvalue="")):
            lines.append(_row(label if row == 0 else "", a, b, column, two=bool(right)))
    return lines


def _grouped(lines: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found = dict[str, list[str]]()
    label = ""
    for name, text in lines:
        label = name or label
        found.setdefault(label, []).append(text)
    return found


def _cells(texts: Sequence[str], console: Console, column: int) -> list[str]:
    """Texts as lines of a column, each of two at most."""
    lines = list[str]()
    for text in texts:
        words = plain(text)
        first = next((line.plain for line in Text(words).wrap(console, column)), "")
        rest = words.removeprefix(first).strip()
        lines.extend([first, fit(rest, column)] if rest else [first])
    return lines


def _row(label: str, left: str, right: str, column: int, *, two: bool, style: str = "") -> Text:
    apart = MARK if any(unicodedata.bidirectional(c) in ("R", "AL") for c in left + right) else ""
    text = Text(f"{label:<{LABEL}} ", style="dim").append(
        set_cell_size(fit(left, column), column), style=style or "none"
    )
    if two:
        text.append(f"{apart} {apart}", style="none").append(
            set_cell_size(fit(right, column), column), style=style or "none"
        )
    text.append(apart)
    text.rstrip()
    return text


def _labelled(label: str, words: str, console: Console, width: int, least: int) -> _Section:
    return _Section(_under(label, words, console, width) if words else [], least)


def _several(label: str, lines: Sequence[str], console: Console, width: int) -> _Section:
    found = [line for n, words in enumerate(lines) for line in _under(label if n == 0 else "", words, console, width)]
    return _Section(found, 1)


def _under(label: str, words: str, console: Console, width: int) -> list[Text]:
    lines = Text(plain(words)).wrap(console, width - LABEL - 1)
    return [Text(f"{label if n == 0 else '':<{LABEL}} ", style="dim").append_text(line) for n, line in enumerate(lines)]


def _wrapped(text: str | Text, console: Console, width: int, indent: int, *, style: str = "") -> list[Text]:
    whole = Text(text, style=style) if isinstance(text, str) else text
    return [Text(" " * indent).append_text(line) for line in whole.wrap(console, width - 2 * indent)]
