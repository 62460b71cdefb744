"""Proposals out to a spreadsheet and verdicts back: what matches its proposal, and what does not."""

import csv
import io
from collections.abc import Callable

import pytest

from archive.linking.deciding.quotes import InContext
from archive.linking.deciding.review_queue import Waiting
from archive.linking.deciding.review_sheet import COLUMNS, Returned, Told, proposal, read_verdicts, write
from archive.linking.registers import testimonies as told_in
from archive.linking.registers.entries import Entry
from archive.records.link import Alternative, Evidence, Link
from tests.archive.linking.made import a_link, judged

LINKS = {
    link.id: link
    for link in (
        a_link("1234567890123456", quote="=Mahire, -Tohti", alternatives=(Alternative(entry="507", score=0.4),)),
        a_link(
            "12e4567890123456", entry="0012", conflict="+x", evidence=(Evidence(part="name", weight=-1, found="@b"),)
        ),
    )
}
ENTRY = Entry(
    number="1358",
    latin="=cmd|' /C calc'!A0",
    chinese="玛依热",
    gender="F",
    testimonies=(told_in.Testimony(labels=("1",), testifier="Dauren", relation="husband"),),
)


def told(link: Link) -> Told:
    waiting = Waiting(link, (judged("=b", "negative", link=link.id, why="-no"),), "proposed")
    alternatives = tuple((other.entry, other.score, None) for other in link.alternatives)
    return Told(
        waiting, InContext("+before ", link.quote, " after"), "https://x.example/1?a=1", "", ENTRY, alternatives
    )


def exported() -> bytes:
    return write(told(link) for link in LINKS.values())


def filled(change: Callable[[list[dict[str, str]]], object], **form: str) -> bytes:
    """The exported file with a verdict in each row, after a change, as a program saved it."""
    rows = list(csv.DictReader(io.StringIO(exported().decode("utf-8-sig"), newline="")))
    for row in rows:
        row["verdict"] = "positive"
    change(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, delimiter=form.get("delimiter", ","))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(form.get("encoding", "utf-8"))


def verdicts(found: Returned) -> list[tuple[str, str, str | None]]:
    return [(one.link.id, one.decision, one.why) for one in found.given]


def test_no_cell_runs_and_all_that_is_known_is_told() -> None:
    rows = list(csv.DictReader(io.StringIO(exported().decode("utf-8-sig"), newline="")))
    for row in rows:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@"))
    assert rows[0]["quote"] == "'=Mahire,'-Tohti" or rows[0]["quote"] == "'=Mahire, '-Tohti"
    assert rows[0]["address"] == "https://x.example/1?a=1&t=7s"
    assert rows[0]["where"] == "talk 00:07–00:12"
    assert "told by: Dauren (husband)" in rows[0]["about"]
    assert rows[0]["alternatives"].startswith("entry 507 (0.40)")
    assert "negative by =b, 2030-01-01: -no" in rows[0]["judged"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), (";", "utf-8")]
)
def test_verdicts_come_back_as_spreadsheet_programs_save_them(delimiter: str, encoding: str) -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[0].update(verdict=" Positive ", why="=she said; so, -twice")
        rows[1].update(verdict="NEGATIVE")
        rows.reverse()

    found = read_verdicts(filled(change, delimiter=delimiter, encoding=encoding), LINKS)
    assert found.faults == ()
    assert sorted(verdicts(found)) == [
        ("1234567890123456", "positive", "=she said; so, -twice"),
        ("12e4567890123456", "negative", None),
    ]


def test_rows_without_a_verdict_stay_open_and_the_same_row_twice_counts_once() -> None:
    def change(rows: list[dict[str, str]]) -> None:
        rows[1]["verdict"] = ""
        rows.append(dict(rows[0]))

    found = read_verdicts(filled(change), LINKS)
    assert (len(found.given), found.open, found.faults) == (1, 1, ())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"verdict": "positiv"}, "“positiv” is no verdict; did you mean positive?"),
        ({"verdict": "7"}, "write one of positive, negative, unsure, withdrawn"),
        ({"proposal": "1.23E+15"}, "is no proposal"),
        ({"proposal": ""}, "is no proposal"),
        ({"proposal": "link-ffff-0000"}, "there is no link ffff"),
        ({"entry": "entry 2003"}, "“entry” is not that of its proposal"),
        ({"clip": "peertube-two"}, "“clip” is not that of its proposal"),
        ({"quote": "Bao Wenxiang"}, "“quote” is not that of its proposal"),
    ],
)
def test_a_row_that_does_not_match_its_proposal_is_a_fault_with_its_line(change: dict[str, str], says: str) -> None:
    found = read_verdicts(filled(lambda rows: rows[1].update(change)), LINKS)
    assert [fault.line for fault in found.faults] == [3]
    assert says in found.faults[0].what
    assert [one.line for one in found.given] == [2]


def test_a_proposal_that_changed_since_is_not_judged_unseen() -> None:
    data = filled(lambda rows: None)
    changed = {name: link.model_copy(update={"score": 0.1}) for name, link in LINKS.items()}
    found = read_verdicts(data, changed)
    assert found.given == ()
    assert all("export it and look again" in fault.what for fault in found.faults)


@pytest.mark.parametrize("other", [{"verdict": "negative"}, {"why": "another reason"}])
def test_two_rows_that_disagree_are_both_refused(other: dict[str, str]) -> None:
    found = read_verdicts(filled(lambda rows: rows.append(rows[0] | other)), LINKS)
    assert [fault.line for fault in found.faults] == [4]
    assert "line 2 says something else" in found.faults[0].what
    assert [one.line for one in found.given] == [3]


def test_a_proposal_is_no_number_to_any_program() -> None:
    for link in LINKS.values():
        assert proposal(link).startswith("link-")
