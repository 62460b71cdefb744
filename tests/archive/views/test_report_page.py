"""The page of a report: whole by itself, safe to open, readable without colour; and its curves."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.ledger.reconciliation import Reached
from archive.records.report import Counts, Missing, ReportRow
from archive.views.report_changes import changed
from archive.views.report_counts import Judged
from archive.views.report_page import BEGINNING, NAMED_AT_MOST, Page, to_html
from archive.views.report_sheet import BEFORE, COLUMNS, to_csv
from archive.views.svg_curves import HEIGHT, WIDTH, Curve, draw, thinned
from tests.archive.views.test_report_counts import a_report, counted
from tests.support.archives import MONDAY

GOLDEN = Path(__file__).parent / "curve.svg"
HOSTILE = "</bdi><script src=https://evil.example.org></script>\u202eشهادة أم\x1b[31m"
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Reads a page as a browser would: which elements and attributes there are, and whether all that opens closes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text, self._open = list[str](), list[tuple[str, str | None]](), "", list[str]()
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def some(count: int = 3) -> tuple[list[ReportRow], list[Missing]]:
    clips = [
        Reached("peertube-0", "voices", "2019-03", MONDAY, held=True, arrived=frozenset("ab"), heard=True),
        *(Reached(f"peertube-{one}", "voices", None, MONDAY, held=False, failure="gone") for one in range(1, count)),
    ]
    return counted([(clip, Judged()) for clip in clips], [])


def page(count: int = 3, *, title: str | None = None, earlier: int = 2) -> str:
    rows, missing = some(count)
    report = a_report(rows, missing)
    history = [
        a_report([], [], written=MONDAY - timedelta(days=number), report=f"report-20260228T080000Z-0123abcd-{number}")
        for number in range(earlier, 0, -1)
    ]
    changes = changed(report, history[-1], rows=(rows, []), missing=(missing, [])) if history else None
    return to_html(Page(report, rows, missing, changes, history, lambda name: title if name == "peertube-1" else None))


@pytest.mark.parametrize("earlier", [0, 1, 2])
def test_a_page_is_whole_by_itself_and_runs_nothing(earlier: int) -> None:
    text = page(title=HOSTILE, earlier=earlier)
    read = Reader(text)
    assert text.startswith(BEGINNING)
    assert not {"script", "link", "img", "iframe", "object", "form", "a"} & set(read.tags)
    names = {name for name, _ in read.attributes}
    assert not {name for name in names if name.startswith("on")} | names & {"src", "href", "srcset", "action"}
    assert "url(" not in text
    assert "@import" not in text
    assert "</bdi><script" in read.text.replace("\u200b", ""), "as words, not as what they would be"
    assert re.search(r"<bdi dir=auto>[^<]*شهادة أم[^<]*</bdi>", text), "from right to left, and isolated"
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", text)
    assert ("the first report" in text) == (earlier == 0)
    assert read.tags.count("svg") == 6


def test_a_page_names_what_is_missing_and_says_how_much_more() -> None:
    text = page(NAMED_AT_MOST + 5)
    assert text.count("<code>peertube-") == NAMED_AT_MOST
    assert "… and 4 more" in text
    assert "gone from the source" in text
    assert "Nothing is missing" in page(1)


def test_an_archive_of_nothing_has_a_page() -> None:
    report = a_report([], [])
    read = Reader(to_html(Page(report, [], [], None, [], lambda _: None)))
    assert "0 expected" in read.text
    assert report.totals == Counts()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=300), st.integers(0, 9))
def test_curves_stay_within_their_frame(numbers: list[tuple[int, int]], days: int) -> None:
    points = [(MONDAY + timedelta(days=days * place), min(one), max(one)) for place, one in enumerate(numbers)]
    drawn = ElementTree.fromstring(draw(Curve("held", "expected", points)))  # noqa: S314
    paths = [path.attrib["d"] for path in drawn.iter("path")]
    across = [float(x) for path in paths for x in re.findall(r"[MH]([-\d.]+)", path)]
    down = [float(y) for path in paths for y in re.findall(r"(?:V|M[-\d.]+ )([-\d.]+)", path)]
    assert 0 <= min(across) <= max(across) <= WIDTH
    assert 0 <= min(down) <= max(down) <= HEIGHT
    assert len(list(drawn.iter("circle"))) == len(thinned(points)) <= 200
    assert thinned(points)[0] == points[0]
    assert thinned(points)[-1] == points[-1]


def test_a_curve_is_drawn_as_it_was(pytestconfig: pytest.Config) -> None:
    points = [(MONDAY, 0, 40), (MONDAY + timedelta(days=1), 20, 40), (MONDAY + timedelta(days=4), 41, 50)]
    drawn = draw(Curve("held <&>", "expected", points)) + "\n"
    if pytestconfig.getoption("regenerate"):
        GOLDEN.write_text(drawn, encoding="utf-8")
    assert drawn == GOLDEN.read_text(encoding="utf-8")


def test_a_sheet_has_a_row_a_source_and_month_and_runs_nothing() -> None:
    rows, missing = some()
    formula = rows[0].model_copy(update={"source": "=cmd|calc"})
    lines = to_csv([formula], None).decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(f'"{name}"' for name in COLUMNS)
    assert lines[1].startswith('"\'=cmd|calc","2019-03","1","1","1","0","1","0","0","0","0"')
    assert lines[1].endswith(',""' * len(BEFORE)), "nothing is known of the report before"
    changes = changed(a_report(rows, missing), a_report([], []), rows=([], rows), missing=([], missing))
    gone = to_csv([], changes).decode("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in gone[1:]] == [
        ['"voices"', '"2019-03"', '"0"'],
        ['"voices"', '"2026-03"', '"0"'],
    ]
    assert gone[2].endswith('"2","0","0","0","0","0","0"'), "what it was before"
