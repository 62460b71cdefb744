"""Registers as people and their programs write them: read rightly, or told with the cell; no advice is wrong."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.registers.cells import look, unescaped
from archive.linking.registers.columns import Columns, RegisterError
from archive.linking.registers.entries import number_of
from archive.linking.registers.grids import column_of, letters
from archive.linking.registers.likely_columns import likely
from archive.linking.registers.register import Register, load
from archive.linking.registers.reports import Report
from archive.records.entry_fields import EDITED
from tests.archive.linking.mapped import load_mapped

HEADER = ("Entry", "Victim's Name", "Chinese name", "Age", "About the Testifier", "Location", "Detention time",
          "Additional Info")  # fmt: skip
ROWS: tuple[tuple[Any, ...], ...] = (
    (1201, "Nurlan Bekzhanov", "努尔兰", 41, "Testimony 1: Saule Bekzhanova. (sister)", "Ili", "2018-03-01", "none"),
    (1202, "Aygul Tursun", "阿依古丽", 33, "Testimony 1: Dilnar Tursun. (mother)", "Kashgar", "2017-05-01", None),
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}
FILM = "https://www.youtube.com/watch?v=abcdefghijk"
CITED = "youtube.com/watch?v=abcdefghijk"
Change = Callable[[Any, Any], object]


def book(folder: Path, rows: Sequence[Sequence[Any]] = (HEADER, *ROWS), change: Change | None = None) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    if change:
        change(made, made.active)
    made.save(folder / "register.xlsx")
    return folder / "register.xlsx"


def sheet(folder: Path, xml: str) -> Path:
    """A workbook whose one sheet is this XML; `{main}` is its namespace."""
    return rewritten(book(folder), {"xl/worksheets/sheet1.xml": xml.replace("{main}", MAIN).encode()})


def rewritten(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path) as old:
        held = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in {**held, **parts}.items():
            new.writestr(name, data)
    return path


def text(folder: Path, data: bytes, name: str = "register.csv") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def as_csv(rows: Sequence[Sequence[Any]] = (HEADER, *ROWS), separator: str = ",", ends: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=ends).writerows(rows)
    return out.getvalue()


def told(report: Report, kind: str) -> list[tuple[str | None, int]]:
    return [(note.cell, note.line) for note in (*report.skipped, *report.odd) if note.kind == kind]


def people(register: Register) -> list[tuple[str, tuple[str, ...]]]:
    return [(entry.number, entry.names) for entry in register.entries]


BOTH = [("1201", ("Nurlan Bekzhanov", "努尔兰")), ("1202", ("Aygul Tursun", "阿依古丽"))]


def linked(cell: str, to: str | None = None, place: str | None = None) -> Change:
    def change(made: Any, active: Any) -> None:
        link = openpyxl.worksheet.hyperlink.Hyperlink(ref=cell, target=to, location=place)
        active[cell].hyperlink = link
        active[cell].hyperlink.location = place

    return change


@pytest.mark.parametrize("cell", ["H2", "B2", "A2", "E2", "C3"])
def test_an_address_behind_a_cell_is_a_source_and_never_a_name(tmp_path: Path, cell: str) -> None:
    register = load(book(tmp_path, change=linked(cell, FILM)), "made-up")
    cites = {entry.number: entry.sources for entry in register.entries}
    assert cites == {"1201": (CITED,) if cell[1] == "2" else (), "1202": (CITED,) if cell[1] == "3" else ()}
    assert people(register) == BOTH
    assert [t.testifier for entry in register.entries for t in entry.testimonies] == [
        "Saule Bekzhanova",
        "Dilnar Tursun",
    ]
    assert (register.report.links, register.report.counts) == (1, {})


def test_an_address_that_is_text_as_well_is_kept_once(tmp_path: Path) -> None:
    rows = [HEADER, (*ROWS[0][:7], f"see {FILM}")]
    plain, behind = (load(book(tmp_path, rows, change), "x") for change in (None, linked("H2", FILM)))
    assert plain.sha256 == behind.sha256
    assert behind.report.links == 1


@pytest.mark.parametrize(
    "formula",
    [f'=HYPERLINK("{FILM}","the film")', f'=HYPERLINK("{FILM}")', f'= hyperlink( "{FILM}" , A1 )'.replace("= h", "=h")],
)
def test_a_formula_that_links_is_read_though_nothing_was_calculated(tmp_path: Path, formula: str) -> None:
    rows = [HEADER, (*ROWS[0][:7], formula)]
    (entry,) = load(book(tmp_path, rows), "made-up").entries
    assert entry.sources == (CITED,)
    text_ = as_csv(rows)
    (entry,) = load(text(tmp_path, text_.encode()), "made-up").entries
    assert entry.sources == (CITED,)


@pytest.mark.parametrize("target", [FILM[8:], FILM.upper()[:5] + FILM[5:], f" {FILM} ", "youtu.be/abcdefghijk"])
def test_an_address_behind_a_cell_is_read_as_people_write_it(tmp_path: Path, target: str) -> None:
    (first, _) = load(book(tmp_path, change=linked("H2", target)), "made-up").entries
    assert first.sources == (CITED,)


def test_a_formula_that_shows_the_address_that_it_leads_to_loses_nothing(tmp_path: Path) -> None:
    cells = "".join(f'<c t="str"><v>{cell}</v></c>' for cell in ("Entry", "Chinese name", "Additional Info"))
    row = f'<c><v>7</v></c><c t="str"><v>李</v></c><c t="str"><f>HYPERLINK(D2)</f><v>{FILM}</v></c>'
    path = sheet(
        tmp_path, f'<worksheet xmlns="{{main}}"><sheetData><row>{cells}</row><row>{row}</row></sheetData></worksheet>'
    )
    register = load(path, "made-up")
    assert (register.entries[0].sources, register.report.counts) == ((CITED,), {})


def test_a_formula_in_a_name_shows_the_name(tmp_path: Path) -> None:
    rows = [HEADER[:2], (7, f'=HYPERLINK("{FILM}","Aygul ""Ay"" Tursun")')]
    (entry,) = load(book(tmp_path, rows), "made-up").entries
    assert (entry.names, entry.sources) == (('Aygul "Ay" Tursun',), (CITED,))


def test_a_link_is_read_by_its_place_and_over_rows(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="str"><v>Person {n}</v></c></row>' for n in (2, 3, 4)
    )
    head = """<row r="1"><c r="A1" t="str"><v>Entry</v></c><c r="B1" t="str"><v>Victim's Name</v></c></row>"""
    links = f'<hyperlinks><hyperlink ref="C2:C3" location="{FILM}" display="film"/></hyperlinks>'
    path = sheet(tmp_path, f'<worksheet xmlns="{MAIN}"><sheetData>{head}{rows}</sheetData>{links}</worksheet>')
    register = load(path, "made-up")
    assert [entry.sources for entry in register.entries] == [(), (), ()], "column C has no name, so is not read"
    assert told(register.report, "link not kept") == [("C2", 2), ("C3", 3)]
    path = rewritten(path, {"xl/worksheets/sheet1.xml": zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
                            .replace(b'"C2:C3"', b'"B2:B3"')})  # fmt: skip
    assert [entry.sources for entry in load(path, "made-up").entries] == [(CITED,), (CITED,), ()]


@pytest.mark.parametrize(
    ("change", "cell", "why"),
    [
        (linked("B2", "mailto:somebody@example.org"), "B2", "an address of mail"),
        (linked("H2", "film.mp4"), "H2", "a file or a program"),
        (linked("H2", "javascript:alert(1)"), "H2", "by javascript"),
        (linked("H2", "file:///C:/film.mp4"), "H2", "a file or a program"),
        (linked("H2", "ftp://example.org/film"), "H2", "by ftp"),
        (linked("H2", None, "Sheet!A1"), "H2", "another place in the workbook"),
        (lambda _, s: s.__setitem__("H2", "=HYPERLINK(G2)"), "H2", "a formula puts together"),
        (lambda _, s: s.__setitem__("H2", f'=HYPERLINK("{FILM}"&G2,"film")'), "H2", "a formula puts together"),
        (lambda _, s: s.__setitem__("H2", '=HYPERLINK("#Sheet!A1","up")'), "H2", "no web address"),
    ],
)  # fmt: skip
def test_a_link_that_is_not_kept_is_told(tmp_path: Path, change: Change, cell: str, why: str) -> None:
    register = load(book(tmp_path, change=change), "made-up")
    (note,) = [one for one in register.report.odd if one.kind == "link not kept"]
    assert (note.cell, note.entry, why in note.what) == (cell, "1201", True), note
    assert "example.org" not in register.report.model_dump_json()
    assert "example.org" not in str(register.entries)


def test_a_link_in_a_column_that_is_secret_or_unknown_is_not_kept_and_told(tmp_path: Path) -> None:
    rows = [(*HEADER[:2], "ID no.", "Film"), (7, "A B", "x", "film")]

    def change(made: Any, active: Any) -> None:
        active["C2"].hyperlink = active["D2"].hyperlink = FILM

    register = load(book(tmp_path, rows, change), "made-up")
    assert register.entries[0].sources == ()
    assert told(register.report, "link not kept") == [("C2", 2), ("D2", 2)]
    path = book(tmp_path, rows, linked("B2", FILM))
    assert told(load_mapped(path, secret=["Additional Info"]).report, "link not kept") == [("B2", 2)]


def test_many_links_are_read_though_their_list_is_larger_than_any_tree(tmp_path: Path) -> None:
    rows = [HEADER[:2], *((n, f"Person {n}") for n in range(1, 3_001))]

    def change(made: Any, active: Any) -> None:
        for n in range(1, 3_001):
            active.cell(n + 1, 2).hyperlink = f"https://example.org/{'long/' * 300}{n}"

    path = book(tmp_path, rows, change)
    with zipfile.ZipFile(path) as made:
        assert made.getinfo("xl/worksheets/_rels/sheet1.xml.rels").file_size > 4 << 20
    register = load(path, "made-up")
    assert (register.report.kept, register.report.links) == (3_000, 3_000)
    assert register.entries[-1].sources == (f"example.org/{'long/' * 300}3000",)


def test_links_beyond_those_that_are_kept_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.linking.registers.worksheets.MOST_LINKS", 1)

    def change(made: Any, active: Any) -> None:
        active["H2"].hyperlink = active["H3"].hyperlink = FILM

    report = load(book(tmp_path, change=change), "made-up").report
    assert (report.links, report.counts) == (1, {"not read": 1})


def test_a_mark_of_a_sheet_without_an_end_takes_no_memory(tmp_path: Path) -> None:
    path = sheet(
        tmp_path, f'<worksheet xmlns="{{main}}"><sheetData><row x="{"a" * (40 << 20)}"/></sheetData></worksheet>'
    )
    with pytest.raises(RegisterError, match="one mark in it has no end"):
        load(path, "made-up")


def test_a_cell_without_an_end_takes_no_memory(tmp_path: Path) -> None:
    cell = f'<c t="str"><v>{"a" * (17 << 20)}</v></c>'
    path = sheet(tmp_path, f'<worksheet xmlns="{{main}}"><sheetData><row>{cell}</row></sheetData></worksheet>')
    with pytest.raises(RegisterError, match="a cell has more than 16 million characters"):
        load(path, "made-up")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Aygul_x000D_\nTursun", "Aygul\r\nTursun"),
        ("_x0041_", "A"),
        ("_x005F_x0041_", "_x0041_"),
        ("_x005f_x005F_", "_x005F_"),
        ("_xD842__xDFB7_", "𠮷"),
        ("_xD842_", "\ufffd"),
        ("_x004_ _X0041_ x0041_", "_x004_ _X0041_ x0041_"),
    ],
)
def test_escapes_of_a_workbook_are_undone_once(written: str, meant: str) -> None:
    assert unescaped(written) == meant


@given(st.text(st.sampled_from("_x0051DFd\n a"), max_size=30))
def test_what_is_escaped_as_excel_does_comes_back(plain: str) -> None:
    escaped = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", plain)
    escaped = re.sub("[\r]", "_x000D_", escaped)
    assert unescaped(escaped) == plain


@pytest.mark.parametrize("end", ["_x000D_\n", "_x000D_", "\r\n", "\v", "\u2028", "_x000A_"])
def test_line_ends_of_every_kind_part_names(tmp_path: Path, end: str) -> None:
    rows = [HEADER[:2], (7, f"Aygul Tursun{end}Aigul Tursyn{end}")]
    for path in (book(tmp_path, [[str(c).replace("\v", "_x000B_") for c in row] for row in rows]),
                 text(tmp_path, as_csv(rows).encode())):  # fmt: skip
        (entry,) = load(path, "made-up").entries
        assert entry.names == ("Aygul Tursun", "Aigul Tursyn"), path


def test_a_text_of_several_kinds_of_letters_is_whole_and_without_its_reading(tmp_path: Path) -> None:
    name = "<is><r><t>阿依</t></r><r><t>古丽</t></r><rPh sb='0' eb='2'><t>ayi</t></rPh></is>"
    path = sheet(
        tmp_path,
        '<x:worksheet xmlns:x="{main}"><x:sheetData>'
        + re.sub(
            r"<(/?)(\w)",
            r"<\1x:\2",
            "<row><c t='str'><v>Entry</v></c><c t='str'><v>Chinese name</v></c></row>"
            f"<row><c><v>7.0</v></c><c t='inlineStr'>{name}</c></row>",
        )
        + "</x:sheetData></x:worksheet>",
    )
    assert people(load(path, "made-up")) == [("7", ("阿依古丽",))]


@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#ССЫЛКА!", "#Н/Д", "#BEZUG!", "Err:502", "########", "Loading..."]
)
def test_an_error_is_no_name(tmp_path: Path, error: str) -> None:
    rows = [HEADER[:3], (1, error, "努尔兰"), (error, "A B", "x")]
    for path in (book(tmp_path, rows), text(tmp_path, as_csv(rows).encode())):
        register = load(path, "made-up")
        assert people(register) == [("1", ("努尔兰",))]
        assert [line for _, line in told(register.report, "error value")] == [2, 3]
        (note,) = register.report.skipped
        assert note.what == "no usable number in column Entry, which has no value"


@pytest.mark.parametrize("name", ["#hashtag!", "#1", "N/A", "Err", "# REF"])
def test_what_only_looks_like_an_error_is_kept(name: str) -> None:
    assert look(name) == (name, None, None, "")


def test_the_strict_form_is_read_with_its_dates_and_links(tmp_path: Path) -> None:
    path = book(tmp_path, change=linked("H2", FILM))
    with zipfile.ZipFile(path) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    for usual, strict in STRICT.items():
        parts = {name: data.replace(usual.encode(), strict.encode()) for name, data in parts.items()}
    sheet_ = "xl/worksheets/sheet1.xml"
    shared = re.search(rb'<c r="G2" t="(?:s|inlineStr)">.*?</c>', parts[sheet_])
    assert shared
    parts[sheet_] = parts[sheet_].replace(shared[0], b'<c r="G2" t="d"><v>2018-03-01</v></c>')
    register = load(rewritten(path, parts), "made-up")
    assert (people(register), register.report.counts) == (BOTH, {})
    assert (register.entries[0].detained, register.entries[0].sources) == ("2018-03-01", (CITED,))


TITLE = ("List of persons, 2026",)
GROUPS = ("Identification", None, None, "Person", None, "Place", "Detention", None)


@pytest.mark.parametrize(
    "above",
    [[TITLE], [GROUPS], [TITLE, (), ("as of May",), GROUPS], [("x",)] * 20],
    ids=["title", "groups", "more", "20"],
)
def test_a_header_below_a_title_or_groups_is_found(tmp_path: Path, above: list[tuple[str | None, ...]]) -> None:
    def merge(made: Any, active: Any) -> None:
        active.merge_cells("A1:H1")

    rows = [*above, HEADER, *ROWS]
    padded = [[*row, *[""] * (8 - len(row))] for row in rows]
    for path in (book(tmp_path, rows, merge), text(tmp_path, as_csv(padded, ";").encode("utf-8-sig"))):
        register = load(path, "made-up")
        assert people(register) == BOTH
        assert len(told(register.report, "above the header")) == sum(1 for row in above if row)
        assert set(register.report.counts) == {"above the header"}


def test_a_header_of_two_rows_is_read_as_one_and_guesses_nothing(tmp_path: Path) -> None:
    rows = [
        ("Entry", "Victim's Name", None, "Detention", None),
        (None, "Latin", "Arabic", "Location", "Detention time"),
        (7, "Aygul Tursun", "ئايگۈل", "Ili", "2018"),
    ]

    def merge(made: Any, active: Any) -> None:
        for area in ("A1:A2", "B1:C1", "D1:E1"):
            active.merge_cells(area)

    register = load(book(tmp_path, rows, merge), "made-up")
    (entry,) = register.entries
    assert (entry.names, entry.location, entry.detained) == (("Aygul Tursun",), "Ili", "2018")
    assert [note.what for note in register.report.odd] == [
        'column "Victim\'s Name Arabic" is not known and was not read',
        "the header is in rows 1 and 2, read as one",
    ]
    mapped = {"Victim's Name": ["Victim's Name", "Victim's Name Arabic"]}
    assert load_mapped(book(tmp_path, rows, merge), mapped).entries[0].names == ("Aygul Tursun", "ئايگۈل")


def test_names_that_two_rows_make_together_are_a_header(tmp_path: Path) -> None:
    rows = [("Entry", "Victim's", None, "Place"), (None, "Name", "Status", None), (7, "A B", "dead", "Ili")]
    register = load_mapped(book(tmp_path, rows), {"Location": ["Place"]})
    assert (people(register), register.entries[0].location) == ([("7", ("A B",))], "Ili")


def test_a_table_that_begins_at_b2_with_empty_rows_between_is_read(tmp_path: Path) -> None:
    rows = [(), *((None, *row) for row in (HEADER, (), ROWS[0], (), (), ROWS[1]))]
    register = load(book(tmp_path, rows, lambda _, s: s.__setitem__("E7", "#N/A")), "made-up")
    assert people(register) == BOTH
    assert told(register.report, "error value") == [("E7", 7)]


def with_sheets(*titles: str, rows: Sequence[Sequence[Any]] = (HEADER, *ROWS)) -> Change:
    def change(made: Any, active: Any) -> None:
        active.title = "Read me"
        for title in titles:
            new = made.create_sheet(title.strip("*"))
            new.sheet_state = "hidden" if title.startswith("*") else "visible"
            for row in rows:
                new.append(row)

    return change


def test_the_one_sheet_with_a_header_is_the_register(tmp_path: Path) -> None:
    register = load(book(tmp_path, [TITLE], with_sheets("List")), "made-up")
    assert (people(register), register.report.sheet) == (BOTH, "List")
    assert [note.what for note in register.report.odd] == ["sheet 'Read me' was not read; 'List' was"]


def test_of_several_sheets_the_settings_choose(tmp_path: Path) -> None:
    path = book(tmp_path, [TITLE], with_sheets("2025", "2026", "*Old"))
    with pytest.raises(
        RegisterError, match=r"'2025', '2026' could each be .* as registers\.made-up\.sheet in the settings"
    ):
        load(path, "made-up")
    for title in ("2026", "Old"):
        assert load_mapped(path, sheet=title).report.sheet == title
    with pytest.raises(RegisterError, match=r"no sheet '2027', which registers\.made-up\.sheet names; did you mean"):
        load_mapped(path, sheet="2027")


def test_a_hidden_sheet_is_not_taken_unasked(tmp_path: Path) -> None:
    path = book(tmp_path, [TITLE], with_sheets("*Old"))
    with pytest.raises(RegisterError, match=r"of its sheets only 'Old' could be the register, and is hidden; if it is"):
        load(path, "made-up")
    assert load_mapped(path, sheet="Old").report.counts == {"hidden sheet": 1, "sheet not read": 1}


def test_a_value_that_is_merged_down_stands_in_each_row(tmp_path: Path) -> None:
    def merge(made: Any, active: Any) -> None:
        active["F3"] = None
        active.merge_cells("F2:F9")
        active["F2"].hyperlink = FILM

    register = load(book(tmp_path, change=merge), "made-up")
    assert [(entry.location, entry.sources) for entry in register.entries] == [("Ili", (CITED,))] * 2
    assert (told(register.report, "merged cells"), register.report.read) == ([("F3", 3)], 2)


def test_rows_with_one_merged_number_are_one_entry(tmp_path: Path) -> None:
    rows = [
        (*HEADER[:2], "About the Testifier", "Relation"),
        (7, "Aygul Tursun", "Dilnar Tursun", "mother"),
        (None, None, "Saule Bek", "aunt"),
        (8, "Perhat Yolwas", "Z Y", "son"),
    ]

    def merge(made: Any, active: Any) -> None:
        active.merge_cells("A2:A3")
        active.merge_cells("B2:B3")

    register = load(book(tmp_path, rows, merge), "made-up")
    assert people(register) == [("7", ("Aygul Tursun",)), ("8", ("Perhat Yolwas",))]
    assert [(t.testifier, t.relation) for t in register.entries[0].testimonies] == [
        ("Dilnar Tursun", "mother"),
        ("Saule Bek", "aunt"),
    ]
    assert (register.report.read, register.report.kept, register.report.counts) == (2, 2, {"merged cells": 1})


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    def hide(made: Any, active: Any) -> None:
        active.row_dimensions[3].hidden = True
        active.column_dimensions["C"].hidden = True
        active.column_dimensions.group("I", "XFD", hidden=True)

    register = load(book(tmp_path, change=hide), "made-up")
    assert people(register) == BOTH
    assert register.report.counts == {"hidden columns": 1, "hidden rows": 1}


def test_comments_and_cells_beside_the_table_are_told(tmp_path: Path) -> None:
    def beside(made: Any, active: Any) -> None:
        active["B2"].comment = openpyxl.comments.Comment(f"see {FILM}", "somebody")
        active["K2"] = "a remark"
        active["ZZ3"] = "another"

    register = load(book(tmp_path, change=beside), "made-up")
    assert people(register) == BOTH
    assert register.report.counts == {"beside the table": 2, "not read": 1}


def test_an_error_in_the_header_is_told_and_shifts_no_row(tmp_path: Path) -> None:
    rows = [("Entry", "Victim's Name", "ID no.", "#REF!"), (7, "A B", "x", "y")]
    register = load(book(tmp_path, rows), "made-up")
    assert people(register) == [("7", ("A B",))]
    assert register.report.counts == {"column without a name": 1, "error value": 1}


def test_two_columns_of_numbers_are_told(tmp_path: Path) -> None:
    rows = [("Entry", "Victim's Name", "entry"), (7, "A B", 8), (None, "C D", 9)]
    for path in (book(tmp_path, rows), text(tmp_path, as_csv(rows).encode())):
        register = load(path, "made-up")
        assert ([entry.number for entry in register.entries], register.report.counts) == (
            ["7", "9"],
            {"column twice": 1},
        )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Ne&#39;met", "Ne'met"),
        ("Ne&#x27;met &amp; Co", "Ne'met & Co"),
        ("A&nbsp;B", "A B"),
        ("&amp;#39;", "&#39;"),
        ("A &copy B", "A &copy B"),
        ("A & B", "A & B"),
        ("&#0;&#xD800;&#9999999;", "&#0;&#xD800;&#9999999;"),
    ],
)
def test_references_of_html_are_undone_once(written: str, meant: str) -> None:
    found = look(written)
    assert found.text.replace("\xa0", " ") == meant
    assert found.kind == ("escape" if written != meant else None)


def test_an_address_keeps_its_parts_where_a_page_wrote_them(tmp_path: Path) -> None:
    rows = [(*HEADER[:2], "Additional Info"), (7, "A B", f"{FILM.replace('watch?', 'watch?a=1&amp;')}&t=3")]
    assert load(text(tmp_path, as_csv(rows).encode()), "made-up").entries[0].sources == (CITED,)


@pytest.mark.parametrize("name", ["Нурлан", "Әйгүл", "Aygül Çelik", "نورلان", "Gülnar"])
def test_letters_that_were_read_as_another_alphabet_are_told(name: str) -> None:
    assert look(name) == (name, None, None, "")
    for page in ("cp1251", "cp1252"):
        garbled = name.encode().decode(page, "ignore")
        if garbled.encode(page) == name.encode():
            assert look(garbled).kind == "letters lost"


@pytest.mark.parametrize(
    "name", ["Рёв", "Сёмин Пётр", "Ёлкин", "Сергей №5", "François", "Ça", "Ñañez", "Ðorđe", "Şükrü", "Õun"]
)
def test_names_in_letters_of_their_own_are_not_taken_for_lost_ones(name: str) -> None:
    assert look(name).kind is None


def test_cells_under_no_name_are_told(tmp_path: Path) -> None:
    rows = [("Entry", "Victim's Name", None, "Age"), (7, "A B", "x", 3)]
    for path, cell in ((book(tmp_path, rows), "C2"), (text(tmp_path, as_csv(rows).encode()), None)):
        assert told(load(path, "made-up").report, "column without a name") == [(cell, 2)]


def test_formulas_that_were_never_calculated_are_told_with_their_cells(tmp_path: Path) -> None:
    rows = [HEADER[:4], ("=ROW()", "A B"), (2, '=A2&" "&D2', "努尔兰", 3)]
    register = load(book(tmp_path, rows), "made-up")
    assert people(register) == [("2", ("努尔兰",))]
    assert told(register.report, "formula") == [("A2", 2), ("B3", 3)]
    cells = (("Entry", "Chinese name", ' t="str"'), ("1", "0", ""), ("2", "", ' t="str"'), ("3", "李", ' t="str"'))
    made = "".join(f'<row><c t="str"><v>{a}</v></c><c{t}><f>X1</f><v>{b}</v></c></row>' for a, b, t in cells)
    path = sheet(tmp_path, f'<worksheet xmlns="{{main}}"><sheetData>{made}</sheetData></worksheet>')
    register = load(path, "made-up")
    assert people(register) == [("1", ()), ("2", ()), ("3", ("李",))]
    assert told(register.report, "formula") == [("B2", 2)], "0 is what a program writes that calculates nothing"


def test_formulas_in_a_csv_are_no_names(tmp_path: Path) -> None:
    rows = [HEADER[:2], ('="1201"', "A B"), (2, "=B2&C2"), (3, '="C ""D"""')]
    register = load(text(tmp_path, as_csv(rows).encode()), "made-up")
    assert people(register) == [("2", ()), ("3", ('C "D"',)), ("1201", ("A B",))]
    assert told(register.report, "formula") == [(None, 3)]


@pytest.mark.parametrize(
    ("code", "day", "kept", "odd"),
    [
        ("yyyy-mm-dd", date(2017, 11, 1), "2017-11-01", False),
        ("dd.mm.yyyy hh:mm", datetime(2017, 11, 1, 14, 30), "2017-11-01 14:30", False),
        ('[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy', date(2017, 11, 1), "2017-11-01", False),
        ("h:mm AM/PM", datetime(2017, 11, 1, 14, 30), "2017-11-01 14:30", False),
        ("mmm-yy", date(2017, 11, 1), "2017-11", True),
        ('yyyy"年"m"月"', date(2017, 11, 1), "2017-11", True),
        ("yyyy", date(2017, 1, 1), "2017", True),
        ("mmm-yy", date(2017, 11, 5), "2017-11-05", True),
        ("d-mmm", date(2026, 11, 17), "17 Nov", True),
        ('m"月"d"日"', date(2026, 11, 17), "17 Nov", True),
    ],
)  # fmt: skip
def test_no_day_or_year_that_nobody_wrote_is_kept(tmp_path: Path, code: str, day: date, kept: str, odd: bool) -> None:
    def change(made: Any, active: Any) -> None:
        active["G2"] = day
        active["G2"].number_format = code

    path = book(tmp_path, change=change)
    with zipfile.ZipFile(path) as made:
        as_number = made.read("xl/worksheets/sheet1.xml")
    found = re.search(rb'<c r="G2"( s="\d+") t="n"><v>[^<]*</v></c>', as_number)
    assert found
    as_text = b'<c r="G2"%s t="d"><v>%s</v></c>' % (found[1], day.isoformat().encode())
    for xml in (as_number, as_number.replace(found[0], as_text)):
        register = load(rewritten(path, {"xl/worksheets/sheet1.xml": xml}), "made-up")
        assert register.entries[0].detained == kept
        assert told(register.report, "date in part") == ([("G2", 2)] if odd else [])


def test_the_numbered_formats_of_a_chinese_workbook_are_dates(tmp_path: Path) -> None:
    def change(made: Any, active: Any) -> None:
        active["G2"] = 43040
        active["G2"].number_format = "0000000"

    path = book(tmp_path, change=change)
    with zipfile.ZipFile(path) as made:
        styles = made.read("xl/styles.xml")
    assert b'numFmtId="164" ' in styles
    cell = re.sub(rb'(<xf [^>]*?numFmtId=")164', rb"\g<1>57", styles)
    assert load(rewritten(path, {"xl/styles.xml": cell}), "made-up").entries[0].detained == "2017-11"


def test_a_date_where_none_belongs_is_told(tmp_path: Path) -> None:
    register = load(book(tmp_path, change=lambda _, s: s.__setitem__("D2", date(2026, 4, 3))), "made-up")
    assert told(register.report, "date as value") == [("D2", 2)]


@pytest.mark.parametrize("number", [123456789012345678, 1.23456789012345e17, 1.5e20])
def test_a_number_that_lost_its_last_digits_is_told(tmp_path: Path, number: float) -> None:
    number = float(f"{number:.14e}")
    register = load(book(tmp_path, change=lambda _, s: s.__setitem__("F2", number)), "made-up")
    assert told(register.report, "digits lost") == [("F2", 2)]
    assert set(register.entries[0].location or "") == {"█"}, "and masked, as any number so long"
    rows = [(*HEADER[:2], "Location"), (7, "A B", "1.23457E+17")]
    assert told(load(text(tmp_path, as_csv(rows).encode()), "x").report, "digits lost") == [(None, 2)]


@pytest.mark.parametrize(
    ("code", "separator"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-16-le", ";"), ("utf-16-be", "\t"), ("utf-8", "|"),
     ("utf-32", ",")],
)  # fmt: skip
@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_csv_is_read_as_programs_write_it(tmp_path: Path, code: str, separator: str, ends: str) -> None:
    plain = load(text(tmp_path, as_csv().encode()), "made-up")
    register = load(text(tmp_path, as_csv(separator=separator, ends=ends).encode(code)), "made-up")
    assert (register.sha256, register.report) == (plain.sha256, Report(read=2, kept=2))
    said = f"sep={separator}{ends}" + as_csv(separator=separator, ends=ends)
    assert load(text(tmp_path, said.encode(code)), "made-up").sha256 == plain.sha256


def test_a_semicolon_in_a_csv_with_commas_separates_nothing(tmp_path: Path) -> None:
    rows = [HEADER[:2], (7, "Aygul Tursun; Aigul; Ay")]
    (entry,) = load(text(tmp_path, as_csv(rows).encode()), "made-up").entries
    assert entry.names == ("Aygul Tursun", "Aigul", "Ay")


def test_columns_that_a_program_added_at_the_end_shift_nothing(tmp_path: Path) -> None:
    rows = [[*row, "", ""] for row in ((*HEADER, "ID no."), (*ROWS[0], "x"))]
    register = load(text(tmp_path, as_csv(rows).encode()), "made-up")
    assert (people(register), register.report.counts) == (BOTH[:1], {})


@pytest.mark.parametrize("code", ["cp1251", "gb18030", "cp1256"])
def test_a_csv_in_the_letters_of_one_country_is_refused_with_what_helps(tmp_path: Path, code: str) -> None:
    name = {"cp1251": "Нурлан", "gb18030": "努尔兰", "cp1256": "نورلان"}[code]
    with pytest.raises(RegisterError, match="is not UTF-8; save the register as “CSV UTF-8” or as XLSX"):
        load(text(tmp_path, f"Entry;Victim's Name\n1;{name}\n".encode(code)), "made-up")


def test_letters_that_were_lost_are_no_name(tmp_path: Path) -> None:
    rows = [HEADER[:3], (1, "A B", "???·??"), (2, "C\ufffd D", "x"), (3, "?", "x")]
    register = load(text(tmp_path, as_csv(rows).encode()), "made-up")
    assert register.entries[0].names == ("A B",)
    assert told(register.report, "letters lost") == [(None, 2), (None, 3)]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("r.xlsx", OLE + "Workbook\0".encode("utf-16-le"), r"an old workbook \(XLS\), whatever its name says; open it"),
        ("r.xls", OLE + "Book\0".encode("utf-16-le"), "an old workbook"),
        ("r.xlsx", OLE + "EncryptedPackage\0".encode("utf-16-le"), "a workbook with a password; save it without one"),
        ("r.doc", OLE + "WordDocument\0".encode("utf-16-le"), "a text document; put its table into a spreadsheet"),
        ("r.ods", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "in ODS .*; save it as XLSX"),
        ("r.xlsx", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "in ODS"),
        ("r.docx", zipped(word__document="x"), "a text document"),
        ("r.zip", zipped(register="Entry"), "a zip and no workbook in XLSX; unpack it"),
        ("r.xls", b"<html><table><tr><td>Entry", "a web page, whatever its name says; open it in"),
        ("r.csv", b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "a web page"),
        ("r.xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
                  b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "a spreadsheet in XML"),
        ("r.xls", "Entry\tVictim's Name\n".encode("utf-16"), "but a text, though its name ends in .xls; if it is CSV"),
        ("r.xlsx", b"", "it is empty"),
        ("r.csv", b"\x1f\x8b\x08", "packed .gzip.; unpack it"),
        ("r.pdf", b"%PDF-1.7", "it is a PDF"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_called_what_it_is(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    with pytest.raises(RegisterError, match=says):
        load(text(tmp_path, data, name), "made-up")


@pytest.mark.parametrize(
    "last", [("Total", "2"), (2, "Total"), (None, "Итого: 2"), ("合计", None), (2, "GRAND TOTAL:"), ("Всего", None, 2)]
)
def test_a_row_that_sums_up_is_no_entry(tmp_path: Path, last: tuple[Any, ...]) -> None:
    for path in (book(tmp_path, [HEADER, *ROWS, (), last]),
                 text(tmp_path, as_csv([HEADER, *ROWS, [*last, *[""] * (8 - len(last))]]).encode())):  # fmt: skip
        register = load(path, "made-up")
        assert (people(register), register.report.counts) == (BOTH, {"total": 1})


@pytest.mark.parametrize("name", ["Jami", "Sum", "Count Basie", "Total Recall"])
def test_a_person_who_is_called_nearly_so_is_an_entry(tmp_path: Path, name: str) -> None:
    assert people(load(book(tmp_path, [HEADER[:2], (7, name)]), "made-up")) == [("7", (name,))]


def test_a_calculated_number_beside_nobody_is_a_total(tmp_path: Path) -> None:
    cells = (
        ("Entry", "Victim's Name", "", ' t="str"'),
        ("1", "A B", "<f>ROW()-1</f>", ""),
        ("9", "", "<f>COUNT(A:A)</f>", ""),
    )
    rows = "".join(f'<row><c{t}>{f}<v>{a}</v></c><c t="str"><v>{b}</v></c></row>' for a, b, f, t in cells)
    register = load(sheet(tmp_path, f'<worksheet xmlns="{{main}}"><sheetData>{rows}</sheetData></worksheet>'), "x")
    assert (people(register), register.report.counts) == ([("1", ("A B",))], {"total": 1})


def test_a_header_that_comes_again_is_told_as_such(tmp_path: Path) -> None:
    register = load(book(tmp_path, [HEADER, ROWS[0], ("Kashgar",), HEADER, ROWS[1]]), "made-up")
    assert (people(register), register.report.counts) == (BOTH, {"header again": 1, "no number": 1})


@pytest.mark.parametrize(
    ("cell", "number"),
    [("№ 1205", "1205"), ("№1205", "1205"), ("No. 1205", "1205"), ("N° 1205", "1205"), ("1206.", "1206"),
     ("(1206)", "1206"), ("Entry 1206", "1206"), ("١٢٠١", "1201"), ("۱۲۰۳", "1203"), ("١٬٢٠١", "1201"),
     ("1\u00a0205", "1205"), ("第1205号", "1205"), ("'1201", "1201"), ("12 06", None), ("1.206", None), ("1205²", None),
     ("①", None), ("1205-1206", None), ("1205, 1206", None), ("1205a", None), ("2017-11-05", None),
     ("9" * 10_000_000, None)],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(cell: str, number: str | None) -> None:
    assert number_of(cell) == number


@given(st.text(max_size=40))
def test_a_number_has_as_many_digits_as_somebody_wrote(cell: str) -> None:
    if number := number_of(cell):
        assert "".join(str(int(c)) for c in cell if c.isdecimal()).lstrip("0").startswith(number)


@pytest.mark.parametrize(
    ("wanted", "found", "meant"),
    [
        ("entry", ["gender", "ethnicity"], None),
        ("entry", ["country"], None),
        ("entry", ["id no.", "id"], None),
        ("entry", ["entry no.", "name"], "entry no."),
        ("entry", ["no", "nr"], None),
        ("victim's name", ["victim's status"], None),
        ("victim's name", ["victims name"], "victims name"),
        ("victim's name", ["name"], "name"),
        ("detention time", ["detention place"], None),
        ("location", ["relation"], None),
        ("age", ["sex", "page"], "page"),
        ("phone", ["phones"], "phones"),
        ("entry", ["'entry'"], None),
    ],
)
def test_a_column_is_proposed_only_where_it_means_the_same(wanted: str, found: list[str], meant: str | None) -> None:
    assert likely(wanted, found) == meant


def test_no_field_of_its_own_and_no_secret_is_proposed_as_another(tmp_path: Path) -> None:
    for header in ("Entry,Victim's Status,Name of ID", "Entry,Relation,Victim's Nam" + EDITED):
        with pytest.raises(RegisterError) as refused:
            load(text(tmp_path, f"{header}\n1,A,B\n".encode()), "made-up")
        assert refused.value.nearest is None
    plan = Columns({}, ["Victims Name"])
    with pytest.raises(RegisterError) as refused:
        plan.check({"entry": "Entry", "victims name": "Victims Name"}, tmp_path)
    assert refused.value.nearest is None


def test_a_csv_that_was_saved_in_one_column_is_told_as_such(tmp_path: Path) -> None:
    rows = [(line,) for line in as_csv().splitlines()]
    for path in (book(tmp_path, rows), text(tmp_path, as_csv(rows).encode())):
        with pytest.raises(RegisterError, match="all names stand in one cell; import the CSV that it was made of"):
            load(path, "made-up")


def test_of_sheets_that_cannot_be_read_the_likeliest_is_told(tmp_path: Path) -> None:
    path = book(tmp_path, [TITLE], with_sheets("List", rows=[("Nr", "Name", "Age"), (1, "A B", 3)]))
    with pytest.raises(RegisterError, match="are missing on sheet 'List'; the nearest it has are 'Nr' and 'Name'"):
        load(path, "made-up")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_with_columns_of_other_names_is_told_by_them(tmp_path: Path, separator: str) -> None:
    rows = [TITLE, ("Nr", "Name", "Place"), (7, "A B", "Ili")]
    with pytest.raises(RegisterError, match="the nearest it has are 'Nr' and 'Name'"):
        load(text(tmp_path, as_csv(rows, separator).encode()), "made-up")


def test_a_json_of_columns_is_told_as_such(tmp_path: Path) -> None:
    made = {name: {str(n): row[place] for n, row in enumerate(ROWS)} for place, name in enumerate(HEADER)}
    with pytest.raises(RegisterError, match="a list of values for each column; save it with an object for each entry"):
        load(text(tmp_path, json.dumps(made).encode(), "r.json"), "made-up")


def test_for_a_name_the_field_of_its_letters_is_proposed(tmp_path: Path) -> None:
    path = text(tmp_path, "编号,姓名\n7,阿依古丽\n".encode())
    with pytest.raises(RegisterError, match='"Entry" = "编号", "Chinese name" = "姓名"'):
        load(path, "made-up")
    assert people(load_mapped(path, {"Entry": ["编号"], "Chinese name": ["姓名"]})) == [("7", ("阿依古丽",))]


def test_more_links_than_a_row_has_cells_are_counted_and_the_rows_read(tmp_path: Path) -> None:
    cells = '<row><c t="str"><v>Entry</v></c><c t="str"><v>Chinese name</v></c></row><row><c><v>7</v></c></row>'
    links = f'<hyperlink ref="A2" location="{FILM}"/>' + '<hyperlink ref="Z9" location="x"/>' * 300_000
    path = sheet(
        tmp_path,
        f'<worksheet xmlns="{{main}}"><sheetData>{cells}</sheetData><hyperlinks>{links}</hyperlinks></worksheet>',
    )
    register = load(path, "made-up")
    assert (register.entries[0].sources, register.report.links) == ((CITED,), 1)
    assert [note.what for note in register.report.odd if note.kind == "not read"] == [
        "37,857 links or merged cells are too many or too long, and were not read"
    ]


@pytest.mark.parametrize(
    ("cell", "why"),
    [("", "which is empty"), ("1.5", "a fraction"), ("1E+03", "a spreadsheet shortened"), ("1,20E+03", "shortened"),
     ("2026-01-05", "a date"), ("7-9", "more than one number"), ("none", "in column Entry")],
)  # fmt: skip
def test_why_a_number_is_none_is_told_rightly(tmp_path: Path, cell: str, why: str) -> None:
    register = load(text(tmp_path, as_csv([HEADER[:2], (7, "A B"), (cell, "C D")]).encode()), "made-up")
    (note,) = register.report.skipped
    assert (note.line, why in note.what) == (3, True), note


def test_what_is_proposed_can_be_written_into_the_settings(tmp_path: Path) -> None:
    path = text(tmp_path, b"Nr,Full name,Sex\n7,A B,f\n")
    with pytest.raises(
        RegisterError, match=r'add to registers\.made-up\.columns: "Entry" = "Nr", "Victim\'s Name" = "Full'
    ):
        load(path, "made-up")
    assert people(load_mapped(path, {"Entry": ["Nr"], "Victim's Name": ["Full name"]})) == [("7", ("A B",))]


@given(st.integers(0, 18_277))
def test_columns_are_named_as_a_sheet_does(place: int) -> None:
    assert column_of(letters(place)) == place
    assert letters(place) == openpyxl.utils.get_column_letter(place + 1)


@given(st.text(max_size=60))
def test_any_cell_is_looked_at(cell: str) -> None:
    found = look(cell)
    assert found.kind or found.text == cell or cell.strip().startswith("=")


@pytest.mark.parametrize("piece", ["?", ")", " ", '"', "_x000D_", "=", "HYPERLINK(", "#", "A", '""', "1,"])
def test_long_repetitions_in_a_cell_are_read_in_one_pass(piece: str) -> None:
    for start in ("", "=", '=HYPERLINK("', '=HYPERLINK("x",', "#", '="', "??"):
        look(start + piece * 200_000 + "x")
        number_of(piece * 200_000)


PLAIN = (
    ("Entry", "Victim's Name", "Chinese name", "ID no.", "About the Testifier", "Relation", "Additional Info", "Age",
     "Detention time", "Profession", "Profession (Translated/Edited)", "Location"),
    ("1,358", "Aqbota Seitqali; Bota", "阿克波塔", "42",
     "Testimony 1|2*: Dauren Seitqali. (husband)\r\nhttps://youtu.be/abcdefghijk", "x",
     "Potential Chinese variants: 赛特哈力, 塞特哈里", "34", "2017-11-05", "медсестра", "nurse", "Ili & Altay"),
    ("#7", "Перхат Ёлвас", "", "", "---", "", "see www.example.org/a_b", "?", "Nov. 2017 - ?", "N/A", "", "E+ place"),
    ("0012", "A B", "", "", "", "", "=", "1.5", "spring", "", "", ""),
)  # fmt: skip


def test_files_without_faults_are_read_into_the_lines_of_before(tmp_path: Path) -> None:
    """The digests are of the reader that openpyxl's rows went through: the same entries must make no new version."""
    path = text(tmp_path, as_csv(PLAIN).encode())
    assert load(path, "x").sha256 == "4464f2982e49a8e5603be85c10142503e4ceb030a81a1206dccff3b26d05e19d"
    rows = [[None if cell == "" else "-" if cell == "=" else cell for cell in row] for row in PLAIN]
    more = (
        2001.0,
        "C D",
        None,
        None,
        None,
        None,
        0.1,
        34,
        date(2017, 11, 5),
        True,
        datetime(2017, 11, 5, 14, 30),
        12.0,
    )
    path = book(tmp_path, [*rows, more])
    assert load(path, "x").sha256 == "b151ef59a82a7e22950be8d8bd5ef736c1e62eafe4fed6fd207ec1f05c8ff548"
