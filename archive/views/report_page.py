"""A report as one HTML page: no script, nothing from elsewhere, curves as SVG; for a screen, a phone and paper. Pure.

Words of strangers are escaped, without marks that turn a line around, and isolated by `bdi`
(https://www.w3.org/International/questions/qa-html-dir), so that a title from right to left stays in its cell.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import attrgetter

from archive.records.report import NUMBERS, Counts, Missing, Report, ReportRow
from archive.safe_text import plain
from archive.views.report_changes import Changes
from archive.views.report_words import LACKS, MEANINGS, differences, gaps, spoken
from archive.views.svg_curves import Curve, draw

NAMED_AT_MOST = 500
"""Missing items that the page names; --json has all."""

BEGINNING = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="generator" content="thirdcopy report">"""
"""How the page begins, so that it can be told from other files."""

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; } p { margin: .25rem 0; } small { font-size: .85rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; margin-top: 1rem; }
.card { border: 1px solid; border-radius: .4rem; padding: .6rem .75rem; break-inside: avoid; }
.card b { font-size: 1.4rem; } svg { display: block; width: 100%; height: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem .2rem 0; text-align: right; vertical-align: top; white-space: nowrap; }
th { font-weight: 600; border-bottom: 1px solid; } tr.all td { border-top: 1px solid; font-weight: 600; }
.l { text-align: left; } td.w { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
code { font-size: .9em; }
dt { font-weight: 600; } dd { margin: 0 0 .4rem 1rem; }
@media (max-width: 40rem) { body { padding: .6rem; } table { font-size: .8rem; } th, td { padding-right: .45rem; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } .wide { overflow: visible; }
  tr { break-inside: avoid; } .cards { grid-template-columns: repeat(3, 1fr); } table { font-size: 8pt; } }
"""
# What a page from a file may do: show itself, and nothing else.
_HEAD = """\
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">"""


@dataclass(frozen=True)
class Page:
    """What a page shows: `history` are the reports before this one, the oldest first.

    `title` gives the title of a missing item where anybody may read it.
    """

    report: Report
    rows: Sequence[ReportRow]
    missing: Iterable[Missing]
    changes: Changes | None
    history: Sequence[Report]
    title: Callable[[str], str | None]


def to_html(page: Page) -> str:
    """The page."""
    report, totals = page.report, page.report.totals
    name = f"{report.archive}: report of {report.written:%Y-%m-%d}"
    parts = [
        BEGINNING,
        _HEAD,
        f"<title>{_text(name)}</title>",
        f"<style>{_STYLE}</style>",
        f"<h1>{_text(name)}</h1>",
        f"<p><small>{_text(report.report)}, drawn up at {report.written:%H:%M} UTC by {_text(report.agent)}. Safe is "
        f"{_text(_asked(report))}.</small></p>",
        *_cards(page),
        *_changes(page.changes),
        "<h2>What is wanting</h2>",
        _gaps(totals),
        *(f"<p>Not counted: {_text(which)}: {_text(why)}</p>" for which, why in sorted(report.uncounted.items())),
        "<h2>Sources</h2>",
        _numbers("source", {**report.sources, "all": totals}, last_is_all=True),
        _languages(report.sources, totals),
        "<h2>Months</h2>",
        "<p><small>The month of publication as the source says, else the month in which it was first seen.</small></p>",
        *_months(page.rows),
        "<h2>Missing, by name</h2>",
        *_named(page),
        "<h2>What the numbers mean</h2>",
        "<dl>" + "".join(f"<dt>{what}</dt><dd>{_text(why)}</dd>" for what, why in MEANINGS.items()) + "</dl>",
    ]
    return "\n".join(parts) + "\n</html>\n"


def _text(words: str) -> str:
    return escape(plain(words))


def _asked(report: Report) -> str:
    asked = report.asked
    spread = [
        f"{number} {what}"
        for number, what in (
            (asked.provider, "providers"),
            (asked.country, "countries"),
            (asked.key_holder, "key holders"),
        )
        if number > 1
    ]
    also = f", with {', '.join(spread)}" if spread else ""
    return f"{asked.minimum_copies} copies at {len(asked.targets)} targets that count{also}"


def _cards(page: Page) -> Iterator[str]:
    """A card for each number but the first, with its curve beside all that is expected."""
    totals, reports = page.report.totals, [*page.history, page.report]
    yield f"<p><b>{totals.expected:,}</b> expected, <b>{totals.missing:,}</b> of them not held or not safe.</p>"
    yield '<div class="cards">'
    for name in NUMBERS[1:]:
        points = [(one.written, getattr(one.totals, name), one.totals.expected) for one in reports]
        count, share = getattr(totals, name), _share(getattr(totals, name), totals.expected)
        yield f'<div class="card">{name} <b>{count:,}</b> {share}{draw(Curve(name, "expected", points))}</div>'
    yield "</div>"
    if not page.history:
        yield "<p><small>This is the first report: the curves go on with the next.</small></p>"


def _share(part: int, whole: int) -> str:
    """A share in per cent, rounded so that only all is 100 and only none is 0."""
    if not whole:
        return ""
    share = 100 * part / whole
    return f"({min(max(round(share), 1 if part else 0), 99 if part < whole else 100)} %)"


def _changes(changes: Changes | None) -> Iterator[str]:
    if changes is None:
        return
    yield f"<h2>Since {changes.since:%Y-%m-%d}</h2>"
    if changes.none:
        yield "<p>Nothing has changed.</p>" if changes.by_name else "<p>No total has changed.</p>"
        return
    yield f"<p>{_text(differences(changes.totals)) or 'no total has changed'}</p>"
    if not changes.by_name:
        yield "<p>By month and by name it is not known: the lines of that report could not be read.</p>"
        return
    counts = (
        (len(changes.newly_missing), "newly missing"),
        (len(changes.otherwise_missing), "missing for another reason"),
        (len(changes.no_longer_missing), "missing no longer"),
    )
    yield f"<p>{', '.join(f'{count:,} {what}' for count, what in counts)}</p>"
    if changes.rows:
        rows = [
            (f"<td class=l>{_text(row.source)}</td><td class=l>{row.month}</td>", row.numbers) for row in changes.rows
        ]
        head = "<th class=l>source</th><th class=l>month</th>" + "".join(f"<th>{name}</th>" for name in NUMBERS)
        body = "".join(
            f"<tr>{place}{''.join(f'<td>{_signed(numbers.get(name, 0))}</td>' for name in NUMBERS)}</tr>"
            for place, numbers in rows
        )
        yield f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _signed(number: int) -> str:
    return f"{number:+,}" if number else ""


def _gaps(totals: Counts) -> str:
    rows = "".join(
        f"<tr><td class=l>not {step}</td><td>{count:,}</td><td class='l w'>{_text(told.what)}</td>"
        f"<td class='l w'>{_text(told.do)}</td></tr>"
        for step, count, told in gaps(totals)
    )
    head = "<tr><th class=l></th><th>clips</th><th class=l>why</th><th class=l>what to do</th></tr>"
    return f'<div class="wide"><table>{head}{rows}</table></div>' if rows else "<p>Nothing.</p>"


def _numbers(what: str, rows: Mapping[str, Counts], *, last_is_all: bool = False) -> str:
    head = f"<tr><th class=l>{what}</th>{''.join(f'<th>{name}</th>' for name in NUMBERS)}<th>missing</th></tr>"
    body = ""
    for number, (name, counts) in enumerate(rows.items(), start=1):
        cells = "".join(f"<td>{getattr(counts, column):,}</td>" for column in NUMBERS)
        last = " class=all" if last_is_all and number == len(rows) else ""
        body += f"<tr{last}><td class=l>{_text(name)}</td>{cells}<td>{counts.missing:,}</td></tr>"
    return f'<div class="wide"><table>{head}{body}</table></div>'


def _languages(sources: Mapping[str, Counts], totals: Counts) -> str:
    if not totals.transcribed:
        return "<p>No clip is transcribed yet.</p>"
    each = [(source, counts.languages) for source, counts in sources.items() if counts.languages]
    body = "".join(
        f"<tr><td class=l>{_text(name)}</td><td class='l w'>{_text(spoken(languages))}</td></tr>"
        for name, languages in (*each, ("all", totals.languages))
    )
    head = "<tr><th class=l>transcribed</th><th class=l>by language</th></tr>"
    return f'<div class="wide"><table>{head}{body}</table></div>'


def _months(rows: Sequence[ReportRow]) -> Iterator[str]:
    for source, some in groupby(rows, attrgetter("source")):
        yield f"<h3>{_text(source)}</h3>"
        yield _numbers("month", {row.month: row.counts for row in some})


def _named(page: Page) -> Iterator[str]:
    count = page.report.missing
    if not count:
        yield "<p>Nothing is missing.</p>"
        return
    body = list[str]()
    for one in page.missing:
        if len(body) == NAMED_AT_MOST:
            break
        title = page.title(one.name)
        words = f"<br><bdi dir=auto>{_text(title)}</bdi>" if title else ""
        body.append(
            f"<tr><td class='l w'><code>{_text(one.name)}</code>{words}</td><td class=l>{_text(one.source)}</td>"
            f"<td class=l>{one.month}</td><td class='l w'>{_text(LACKS[one.lacks].what)}</td></tr>"
        )
    yield (
        '<div class="wide"><table><tr><th class=l>name</th><th class=l>source</th><th class=l>month</th>'
        f"<th class=l>why</th></tr>{''.join(body)}</table></div>"
    )
    if count > len(body):
        yield f"<p>… and {count - len(body):,} more: <code>thirdcopy report --no-keep --json</code></p>"
    yield "<p><small>Titles are those of clips that anybody may read.</small></p>"
