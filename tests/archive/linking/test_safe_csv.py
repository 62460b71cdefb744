"""Spreadsheets: no cell runs as a formula, whatever cuts it, and what programs do to a file is read back."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.linking.deciding.safe_csv import SheetError, read_rows, safe, unsafe, write

RUNS = "=+-@＝＋－＠−\t\r"
HOSTILE = st.text(st.sampled_from("=+-@＝−'\";,|\t\r\n a1\u202e\x00“"), max_size=30)
COLUMNS = ("proposal", "verdict", "why")


@given(HOSTILE | st.text())
@example('a;"=HYPERLINK(1)"')
@example(",\t=cmd|' /C calc'!A0")
@example(';" " "=1')
@example("＝1+1")
@example("'=1")
def test_no_cell_runs_also_where_a_program_cuts_it_at_another_separator(text: str) -> None:
    made = safe(text)
    for cell in re.split(r"[,;|\t\r\n]", made):
        assert not cell.strip(' "“”\u3000').startswith(tuple(RUNS)), made
    assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", made)


@given(HOSTILE | st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"])))
def test_what_was_made_safe_comes_back(text: str) -> None:
    plain = " ".join(
        "".join(c if c not in "\t\r\n" else " " for c in text).replace("\u202e", "").replace("\x00", " ").split()
    )
    assert unsafe(safe(text)) == plain


@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), max_size=6))
def test_a_whole_file_runs_nothing_in_a_program_that_separates_at_semicolons(rows: list[tuple[str, str, str]]) -> None:
    data = write(COLUMNS, [dict(zip(COLUMNS, row, strict=True)) for row in rows])
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator):
            for cell in row:
                assert not cell.strip(' "\r\n').startswith(tuple(RUNS)), cell


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)] * 3), max_size=6))
def test_what_is_written_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    read_back = read_rows(write(COLUMNS, [dict(zip(COLUMNS, row, strict=True)) for row in rows]), COLUMNS)
    assert [tuple(row.cells[name] for name in COLUMNS) for row in read_back] == rows
    assert [row.line for row in read_back] == [*range(2, len(rows) + 2)]


TEXT = 'proposal,verdict,why\r\nlink-1,positive,"she, said it"\r\n,,\r\nlink-2,,\r\n'


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace('"she, said it"', "\x00").replace(",", ";").replace("\x00", '"she, said it"').encode(),
        b"sep=,\r\n" + TEXT.encode(),
        ("\ufeff" + TEXT.replace('"she, said it"', "\x00").replace(",", "\t").replace("\x00", "she, said it")).encode(
            "utf-16"
        ),
        b'Verdict , x,Why,PROPOSAL\npositive,1,"she, said it",link-1\n,,,\n,,,link-2',
    ],
)
def test_what_spreadsheet_programs_do_to_a_file_is_read(data: bytes) -> None:
    rows = read_rows(data, ("proposal", "verdict"))
    assert [(row.cells["proposal"], row.cells["verdict"], row.cells["why"]) for row in rows] == [
        ("link-1", "positive", "she, said it"),
        ("link-2", "", ""),
    ]
    assert [row.line for row in rows] == ([3, 5] if data.startswith(b"sep") else [2, 4])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "“proposal” is missing"),
        (b"proposal,why\n", "“verdict” is missing"),
        (b"proposal,verdict,verdict\n", "“verdict” comes twice"),
        (b'proposal,verdict\nlink-1,"positive\nlink-2,negative\n', "line 2: it is no CSV"),
        ("proposal,verdict\nа,б\n".encode("cp1251"), "save it as “CSV UTF-8”"),
        (b"\xff\xfep", "UTF-16"),
        (b"proposal,verdict\n" + b"x" * 200_000 + b",\n", "line 2: it is no CSV"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(data: bytes, says: str) -> None:
    with pytest.raises(SheetError, match=re.escape(says)):
        read_rows(data, ("proposal", "verdict"))
