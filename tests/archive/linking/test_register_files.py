"""Registers in every form that is read: CSV, XLSX and JSON, with the export's columns or with others."""

import errno
import io
import json
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from lzma import LZMAError
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.xml.functions
import pytest
import rfc8785
from defusedxml import EntitiesForbidden
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.registers import parts, workbooks, worksheets
from archive.linking.registers.columns import Columns, RegisterError
from archive.linking.registers.dates import says_when
from archive.linking.registers.entries import Entry, from_line, number_of, read_entry, to_line
from archive.linking.registers.json_files import NoObjects, objects
from archive.linking.registers.register import load, read_register
from archive.linking.registers.register_tables import opened_table
from archive.linking.registers.reports import TOLD, Report
from archive.records.entry_fields import EDITED, FIELDS
from tests.archive.linking.mapped import load_mapped

HEADER = ("Entry", "Victim's Name", "Age", "Detention time")
ROWS: tuple[tuple[Any, ...], ...] = (
    (1358, "Aqbota Seitqali", 34, date(2017, 11, 5)),
    (2, "Perhat Yolwas", None, "2018"),
)
Write = Callable[[Path], Path]


def as_csv(folder: Path) -> Path:
    path = folder / "register.csv"
    lines = [HEADER, ("1,358", "Aqbota Seitqali", "34", "2017-11-05"), ("2", "Perhat Yolwas", "", "2018")]
    text = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def as_xlsx(folder: Path) -> Path:
    return workbook(folder, [HEADER, *ROWS])


def workbook(folder: Path, rows: list[tuple[Any, ...]], more: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in more:
        book.create_sheet(title).append(("elsewhere",))
    path = folder / "register.xlsx"
    book.save(path)
    return path


def documents() -> list[dict[str, Any]]:
    return [
        {"Entry": 1358.0, "Victim's Name": "Aqbota Seitqali", "Age": 34, "Detention time": "2017-11-05"},
        {"Entry": "2", "Victim's Name": "Perhat Yolwas", "Age": None, "Detention time": 2018},
    ]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def as_list(folder: Path) -> Path:
    return written(folder, "register.json", json.dumps(documents(), indent=2))


def as_object(folder: Path) -> Path:
    return written(folder, "register.json", json.dumps({"made": "up", "tags": ["x"], "entries": documents(), "n": 2}))


def as_lines(folder: Path) -> Path:
    return written(folder, "register.jsonl", "\n".join(json.dumps(one) for one in documents()) + "\n")


@pytest.mark.parametrize("write", [as_csv, as_xlsx, as_list, as_object, as_lines])
def test_every_form_gives_the_same_entries(tmp_path: Path, write: Write) -> None:
    register = load(write(tmp_path), "made-up")
    assert [(e.number, e.latin, e.age, e.detained) for e in register.entries] == [
        ("2", "Perhat Yolwas", None, "2018"),
        ("1358", "Aqbota Seitqali", "34", "2017-11-05"),
    ]
    sheet = "Sheet" if write is as_xlsx else None
    assert register.report == Report(read=2, kept=2, sheet=sheet)
    assert register.sha256 == load(as_csv(tmp_path), "made-up").sha256


def test_names_come_from_several_columns_in_the_order_of_the_mapping(tmp_path: Path) -> None:
    text = "Also known as,No,Name,Native name\nBota; Bota Seit,7,Aqbota Seitqali,Ақбота Сейтқали\n,8,Perhat Yolwas,\n"
    columns = {"entry": ["No"], "victim’s name": ["Name", "also known as", "Native name"]}
    first, second = load_mapped(written(tmp_path, "other.csv", text), columns).entries
    assert first.names == ("Aqbota Seitqali", "Bota", "Bota Seit", "Ақбота Сейтқали")
    assert second.names == ("Perhat Yolwas",)


def test_names_within_names_are_columns_with_a_path(tmp_path: Path) -> None:
    one = {
        "id": 5,
        "person": {"names": [{"text": "Aqbota Seitqali", "script": "Latn"}, {"text": "阿克波塔"}], "sex": "F"},
        "others": ["Bota", ["Bota Seit"]],
        "told": [
            {"by": "Dauren Seitqali", "as": "husband"},
            {"by": "Aigul Bekova, a nurse", "as": "sister"},
        ],
    }
    columns = {
        "Entry": ["id"],
        "Victim's Name": ["person.names.text", "others"],
        "Gender": ["person.sex"],
        "About the Testifier": ["told.by"],
        "Relation": ["told.as"],
    }
    path = written(tmp_path, "register.json", json.dumps([one]))
    register = load_mapped(path, columns)
    (entry,) = register.entries
    assert entry.names == ("Aqbota Seitqali", "阿克波塔", "Bota", "Bota Seit")
    assert [(t.testifier, t.relation) for t in entry.testimonies] == [
        ("Dauren Seitqali", "husband"),
        ("Aigul Bekova", "sister"),
    ]
    assert [note.what for note in register.report.odd] == ["column 'person.names.script' is not known and was not read"]


@pytest.mark.parametrize("write", [as_csv, as_list, as_xlsx])
def test_a_column_that_the_mapping_names_and_the_file_has_not_is_named_with_the_nearest(
    tmp_path: Path, write: Write
) -> None:
    with pytest.raises(RegisterError) as caught:
        load_mapped(write(tmp_path), {"Victim's Name": ["Victims Name"]})
    assert (caught.value.column, caught.value.nearest) == ("Victims Name", "Victim's Name")
    assert 'registers.made-up.columns names for "Victim\'s Name"' in str(caught.value)
    assert caught.value.file.name in str(caught.value)


def test_a_secret_that_is_no_column_is_refused_since_it_may_be_a_slip(tmp_path: Path) -> None:
    path = written(tmp_path, "other.csv", "Entry,Victim's Name,Phone\n1,A B,x\n")
    with pytest.raises(RegisterError, match=r"'Fone', which registers.made-up.secret names; .* 'Phone'"):
        load_mapped(path, secret=["Fone"])
    assert load_mapped(path, secret=["ID no.", "phone"]).report.odd == ()


@pytest.mark.parametrize("write", [as_csv, as_list, as_object, as_lines, as_xlsx])
def test_the_export_s_column_of_identity_numbers_is_secret_in_every_form(tmp_path: Path, write: Write) -> None:
    path = write(tmp_path)
    if path.suffix == ".xlsx":
        path = workbook(tmp_path, [(*HEADER, "ID no."), (*ROWS[0], "42-SECRET")])
    else:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"Age"', '"ID no."').replace("34", '"42-SECRET"', path.suffix != ".csv")
                        .replace('"34"', '"42-SECRET"'), encoding="utf-8")  # fmt: skip
    assert path.suffix == ".xlsx" or "42-SECRET" in path.read_text(encoding="utf-8")
    with read_register(path, Columns()) as found:
        assert b"SECRET" not in b"".join(found.lines)
        assert found.left_out == ("ID no.",)
        assert found.report.odd == ()


def test_secret_columns_are_nowhere_in_a_line(tmp_path: Path) -> None:
    text = "Entry,Victim's Name,Home,ID no.,Profession\n1,A B,there,42,nurse\n"
    path = written(tmp_path, "other.csv", text)
    plan = Columns({"Location": ["Home"]}, ["Location", "ID no.", "profession"])
    with read_register(path, plan) as found:
        assert list(found.lines) == [b'{"entry":"1","fields":{"Victim\'s Name":["A B"]}}\n']
        assert found.left_out == ("Home", "ID no.", "Profession")


def test_the_edited_form_of_a_secret_is_secret(tmp_path: Path) -> None:
    text = f"Entry,Victim's Name,ID no.{EDITED},Health status{EDITED},Health status\n1,A B,42,43,44\n"
    with read_register(written(tmp_path, "other.csv", text), Columns({}, ["Health status"])) as found:
        assert list(found.lines) == [b'{"entry":"1","fields":{"Victim\'s Name":["A B"]}}\n']


def test_identity_numbers_are_secret_whatever_else_is(tmp_path: Path) -> None:
    path = written(tmp_path, "other.csv", "Entry,Victim's Name,ID no.,Passport,Phone\n1,A B,42,43,44\n")
    for plan in (
        Columns({"ID no.": ["ID no.", "Passport"]}, ["Phone"]),
        Columns({"ID no.": ["Passport"], "Additional Info": ["Passport", "ID no."]}, ["Phone"]),
    ):
        with read_register(path, plan) as found:
            assert list(found.lines) == [b'{"entry":"1","fields":{"Victim\'s Name":["A B"]}}\n']
            assert found.left_out == ("ID no.", "Passport", "Phone")
            assert found.report.odd == ()


def test_a_mapping_to_a_field_that_there_is_none_of_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'Victim Nmae' is no field of an entry; did you mean \"Victim's Name\"\?"):
        Columns({"Victim Nmae": ["Name"]})


def test_what_is_odd_is_counted_in_full_and_told_in_part(tmp_path: Path) -> None:
    rows = "".join(f"{n},,three months ago\n" for n in range(1, 301)) + "1,A B,2018\n"
    report = load(written(tmp_path, "r.csv", "Entry,Victim's Name,Detention time\n" + rows), "made-up").report
    assert (report.read, report.kept) == (301, 300)
    assert report.counts == {"no name": 300, "number twice": 1, "unreadable date": 300}
    assert len(report.odd) == 2 * TOLD
    assert len(report.skipped) == 1
    assert "three months" not in report.model_dump_json()


@pytest.mark.parametrize(
    "text",
    [
        "2017",
        "Nov. 2017 - ?",
        "2017-11-05",
        "05.11.2017",
        "11/25/2017",
        "2017年11月",
        "٢٠١٧",
        "---",
        "unknown",
        "2016.2",
    ],
)
def test_dates_that_can_be_read(text: str) -> None:
    assert says_when(text)


@pytest.mark.parametrize(
    "text", ["three months ago", "43055", "2017-13-05", "31.02.2018", "32/32/2018", "spring", "217"]
)
def test_dates_that_cannot_be_read(text: str) -> None:
    assert not says_when(text)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1358.0", "1358"), ("1,358", "1358"), ("#007", "7"), ("１３５８", "1358"), ("1358.5", None), ("-1", None),
     ("", None), ("0", None), ("12345678", None), ("1e3", None)],
)  # fmt: skip
def test_an_entrys_number_is_a_text_of_digits(cell: str, number: str | None) -> None:
    assert number_of(cell) == number


def test_a_sheets_dates_and_numbers_and_formulas(tmp_path: Path) -> None:
    rows: list[tuple[Any, ...]] = [
        ("Entry", "Victim's Name", "Detention time", "Age", "Profession", "Health status"),
        (
            1358.0,
            "Aqbota Seitqali",
            datetime(2017, 11, 5, 14, 30),
            34.5,
            '=IF(TRUE,"nurse","")',
            True,
        ),
    ]
    register = load(workbook(tmp_path, rows, ("Old ones",)), "made-up")
    (entry,) = register.entries
    assert (entry.number, entry.detained, entry.age) == ("1358", "2017-11-05 14:30", "34.5")
    assert entry.profession is None, "a formula that was never calculated has no value, and is not run"
    assert [(note.cell, note.what) for note in register.report.odd] == [
        (None, "sheet 'Old ones' was not read; 'Sheet' was"),
        (
            "E2",
            "a formula that was never calculated; open it in a spreadsheet program, save it, and import it again",
        ),
    ]


def test_a_cell_at_the_far_end_of_a_sheet_costs_no_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("Entry", "Victim's Name"))
    book.active.append((1, "A B"))
    book.active["XFD200000"] = "far"
    book.save(tmp_path / "register.xlsx")
    assert [entry.latin for entry in load(tmp_path / "register.xlsx", "made-up").entries] == ["A B"]


def spoiled(folder: Path, part: str, content: bytes, packed: int = zipfile.ZIP_DEFLATED) -> Path:
    """A workbook with one of its parts replaced."""
    path = as_xlsx(folder)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", packed) as book:
        for name, data in {**parts, part: content}.items():
            book.writestr(name, data)
    return path


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = spoiled(tmp_path, "xl/sharedStrings.xml", b" " * (257 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(RegisterError, match="unpacks to 257 MiB, more than the 256 MiB"):
        load(path, "made-up")


@pytest.mark.parametrize(
    "part",
    ["[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "docProps/core.xml"],
)
def test_a_part_that_is_built_as_a_tree_is_read_up_to_4_mib(tmp_path: Path, part: str) -> None:
    with zipfile.ZipFile(as_xlsx(tmp_path)) as book:
        sound = book.read(part)
    assert load(spoiled(tmp_path, part, sound.ljust((4 << 20) - 1)), "made-up").report.kept == 2
    with pytest.raises(RegisterError, match=rf"its part {re.escape(part)} unpacks to 4 MiB, more than the 4 MiB"):
        load(spoiled(tmp_path, part, sound.ljust((4 << 20) + 1)), "made-up")


def test_a_picture_in_a_workbook_may_be_larger(tmp_path: Path) -> None:
    assert load(spoiled(tmp_path, "xl/media/image1.png", bytes(5 << 20)), "made-up").report.kept == 2


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
FIRST = """<row r="1"><c t="str"><v>Entry</v></c><c t="str"><v>Victim's Name</v></c></row>"""
ENTRY = '<row r="{}"><c t="n"><v>1</v></c><c t="str"><v>A B</v></c></row>'


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (FIRST + ENTRY.format(1_048_577), "rows beyond 1,048,576, the last of a sheet; delete"),
        (FIRST + ENTRY.format(2_000_000_000), "rows beyond 1,048,576, the last of a sheet; delete"),
        (FIRST + ENTRY.format(3) + ENTRY.format(2), "row 2 follows row 3; save it again"),
        (FIRST + ENTRY.format(2) * 2, "row 2 follows row 2; save it again"),
        (FIRST + f"<row>{'<c/>' * 300_000}</row>", "longer than a sheet's can be"),
    ],
    ids=["one too far", "far off", "backwards", "twice", "wide"],
)
def test_rows_that_would_be_lost_or_have_no_end_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    path = spoiled(tmp_path, "xl/worksheets/sheet1.xml", SHEET.format(rows).encode())
    with pytest.raises(RegisterError, match=message):
        load(path, "made-up")


def test_the_last_row_of_a_sheet_is_read(tmp_path: Path) -> None:
    rows = FIRST + ENTRY.format(1_048_576)
    path = spoiled(tmp_path, "xl/worksheets/sheet1.xml", SHEET.format(rows).encode())
    assert [entry.latin for entry in load(path, "made-up").entries] == ["A B"]


def test_texts_that_cells_share_have_a_largest_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worksheets, "MOST_TEXTS", 3)
    texts = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'
    for number in (3, 4):
        path = spoiled(tmp_path, "xl/sharedStrings.xml", texts.format("<si/>" * number).encode())
        with path.open("rb") as file, parts.Parts(file).open("xl/sharedStrings.xml") as shared:
            if number == 3:
                assert worksheets.shared_texts(shared) == [""] * 3
                continue
            with pytest.raises(parts.NoSheet, match="longer than a sheet's can be"):
                worksheets.shared_texts(shared)


ENTITY = b'<!DOCTYPE x [<!ENTITY e "harmless">]>'


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path, part: str) -> None:
    with zipfile.ZipFile(as_xlsx(tmp_path)) as book:
        rest = re.sub(rb"<\?xml.*?\?>", b"", book.read(part))
    with pytest.raises(RegisterError, match=r"no workbook in XLSX|declares a document type"):
        load(spoiled(tmp_path, part, ENTITY + rest), "made-up")


def test_openpyxl_reads_trees_through_defusedxml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EntitiesForbidden):
        openpyxl.xml.functions.fromstring(ENTITY + b"<x/>")
    monkeypatch.setattr(workbooks, "DEFUSEDXML", False)
    with pytest.raises(RegisterError, match="without defusedxml"):
        load(as_xlsx(tmp_path), "made-up")


@pytest.mark.parametrize("packed", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2], ids=["LZMA", "bzip2"])
def test_a_workbook_that_is_packed_as_none_is_is_refused(tmp_path: Path, packed: int) -> None:
    path = spoiled(tmp_path, "xl/styles.xml", b"", packed)
    with pytest.raises(RegisterError, match="packed as no workbook's is"):
        load(path, "made-up")


def test_a_package_without_a_workbook_is_none(tmp_path: Path) -> None:
    with zipfile.ZipFile(as_xlsx(tmp_path)) as book:
        types = book.read("[Content_Types].xml")
    path = spoiled(tmp_path, "[Content_Types].xml", types.replace(b"sheet.main+xml", b"sheet.none+xml"))
    with pytest.raises(RegisterError, match="no workbook in XLSX"):
        load(path, "made-up")


class Unheard(Exception):
    """A class of errors that nobody reckons with."""


@pytest.mark.parametrize("kind", [Unheard, struct.error, LZMAError, EOFError, MemoryError])
def test_any_error_of_a_part_is_that_workbook_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def broken(*_: object) -> bytes:
        raise kind("a made-up fault")

    monkeypatch.setattr(parts.Parts, "read", broken)
    with pytest.raises(RegisterError, match=f"no workbook in XLSX that can be read .{kind.__name__}."):
        load(as_xlsx(tmp_path), "made-up")


def test_an_error_of_the_disk_is_the_disk_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise OSError(errno.EIO, "a made-up fault")

    monkeypatch.setattr(parts.Parts, "read", broken)
    with pytest.raises(OSError, match="a made-up fault"):
        load(as_xlsx(tmp_path), "made-up")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str">
<v>&j;</v></c></row></sheetData></worksheet>""" % b"".join(
    b'<!ENTITY %c "%s">' % (new, b"&%c;" % old * 10) for old, new in zip(b"abcdefghi", b"bcdefghij", strict=True)
)


@pytest.mark.parametrize("content", [b"", b"<worksheet", BOMB, b"\0" * 100], ids=["empty", "cut", "bomb", "zeros"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_malformed_workbook_is_refused(tmp_path: Path, part: str, content: bytes) -> None:
    with pytest.raises(RegisterError, match=r"register\.xlsx: "):
        load(spoiled(tmp_path, part, content), "made-up")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("r.xlsx", b"Entry,Victim's Name\n1,A\n", "no workbook in XLSX"),
        ("r.xlsx", b"PK\x03\x04" + b"\0" * 200, "no workbook in XLSX"),
        ("r.csv", b"\xd0\xcf\x11\xe0" + b"\0" * 200, "an old one, or one with a password"),
        ("r.json", b"", "the file is empty"),
        ("r.json", b"[", "no JSON"),
        ("r.json", b"7", "neither a list nor an object"),
        ("r.json", b'[{"Entry": 1, "Victim\'s Name": "A"}', "no JSON"),
        ("r.json", b'[{"Entry": 1, "Victim\'s Name": "A"}] x', "follows the end"),
        ("r.json", b'{"a": [{"Entry": 1}], "b": [{"Entry": 2}]}', "two lists of objects, 'a' and 'b'"),
        ("r.json", b"[" * 100_000, "no JSON"),
        ("r.json", b'{"a":' * 100_000, "no JSON"),
        ("r.json", b'[{"Nr": 1, "Name": "A"}]', "the nearest it has are 'Nr' and 'Name'; if rightly so, add to"),
        ("r.json", b'[{"Entry": 1, "Victim\'s Name": "\xff"}]', "byte 32 is not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_register_is_refused(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(RegisterError, match=message) as caught:
        load(path, "made-up")
    assert str(path) in str(caught.value)


def test_a_name_that_comes_twice_in_an_object_keeps_both_values(tmp_path: Path) -> None:
    file = tmp_path / "twice.json"
    name = "Victim's Name"
    file.write_text(f'[{{"Entry": "1", "{name}": "Perhat Yolwas", "Age": 3, "{name}": ["Dauren Seitqali", "A B"]}}]')
    (entry,) = load(file, "twice").entries
    assert entry.names == ("Perhat Yolwas", "Dauren Seitqali", "A B")


def test_what_is_no_object_or_too_deep_is_reported(tmp_path: Path) -> None:
    deep = {"Entry": 1, "Victim's Name": "A B", "x": {"x": {"x": {"x": {"x": {"x": "deep"}}}}}}
    path = written(tmp_path, "r.json", json.dumps([deep, "text", {"Entry": 2, "Victim's Name": "C D"}, {}]))
    report = load(path, "made-up").report
    assert (report.read, report.kept, report.counts) == (3, 2, {"no object": 1, "too deep": 1})


@pytest.mark.parametrize("write", [as_csv, as_xlsx, as_list])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, write: Write) -> None:
    path = write(tmp_path)

    def read_while_somebody_writes() -> None:
        with opened_table(path) as table:
            assert len(list(table.rows)) == 2
            path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(RegisterError, match="it changed while it was read"):
        read_while_somebody_writes()


def test_a_file_that_changes_into_no_text_is_refused(tmp_path: Path) -> None:
    path = as_csv(tmp_path)
    path.write_bytes(path.read_bytes() + b'\n"3","A B","",""' * 2000)

    def read_while_somebody_writes() -> None:
        with opened_table(path) as table:
            path.write_bytes(path.read_bytes()[:9000] + b"\xff" * 9000)
            list(table.rows)

    with pytest.raises(RegisterError, match="it changed while it was read"):
        read_while_somebody_writes()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.lists(JSON, max_size=5), st.sampled_from([None, 0, 2]))
def test_a_list_of_any_values_is_read_as_it_is(values: list[Any], indent: int | None) -> None:
    text = json.dumps(values, ensure_ascii=False, indent=indent)
    assert list(objects(io.StringIO(text))) == values


@given(st.lists(st.dictionaries(st.text(), JSON, min_size=1, max_size=3), min_size=2, max_size=5))
def test_lines_of_objects_are_read_as_they_are(values: list[dict[str, Any]]) -> None:
    text = "\n".join(json.dumps(one) for one in values)
    assert list(objects(io.StringIO(text))) == values


@given(st.text(alphabet='[]{}",:1ae \n', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = list(objects(io.StringIO(text)))
    except NoObjects:
        return
    assert isinstance(found, list)


class Trickle(io.StringIO):
    """A file that gives a character at a time."""

    def read(self, size: int | None = -1) -> str:
        return super().read(1)


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=2), max_size=3))
def test_values_that_pieces_cut_apart_are_whole(values: list[dict[str, Any]]) -> None:
    document = {"n": 12345, "entries": values, "end": 1.5}
    assert list(objects(Trickle(json.dumps(document)))) == (values or [document])


NUMBER = st.integers(1, 9_999_999).map(str)
FIELD = st.dictionaries(
    st.sampled_from(sorted(FIELDS.values())), st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1)
)


@given(NUMBER, FIELD)
def test_a_line_is_canonical_json_and_comes_back(number: str, fields: dict[str, list[str]]) -> None:
    line = to_line(number, fields)
    assert line == rfc8785.dumps({"entry": number, "fields": fields}) + b"\n"
    assert from_line(line) == (number, fields)
    assert isinstance(read_entry(line), Entry)
