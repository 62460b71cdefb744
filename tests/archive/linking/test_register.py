import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.registers.columns import Columns, RegisterError
from archive.linking.registers.register import load, read_register
from archive.linking.registers.testimonies import Testimony as Told
from archive.linking.registers.testimonies import testimonies as parsed
from archive.masks import MASK
from archive.records.entry_fields import COLUMNS, EDITED
from tests.archive.linking.mapped import load_mapped

TESTIMONIES = """Testimony 1|2*: Dauren Seitqali, originally from Anywhere, now elsewhere. (husband)
Testimony 3: Aigul Bekova, as reported by Radio Example. (sister) https://youtu.be/abcdefghijk?t=3
Testimony 11*|12*: Dauren Seitqali, as reported by Aigul Bekova (husband)"""


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "register.csv"
    path.write_bytes(text.encode(encoding))
    return path


def lines_of(path: Path) -> list[bytes]:
    with read_register(path, Columns()) as found:
        return list(found.lines)


def quoted(*cells: str) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


def test_an_entry_is_read_with_its_testimonies_and_sources(tmp_path: Path) -> None:
    text = quoted(
        "Entry", "Victim's Name", "Chinese name", "About the Testifier", "Additional Info", "Ethnicity", "Gender"
    )
    more = "Potential Chinese variants: 赛特哈力, 塞特哈里\nhttps://www.youtube.com/watch?v=abcdefghijk"
    text += quoted("1,358", "Aqbota Seitqali", "阿克波塔", TESTIMONIES, more, "Kazakh", "F")
    path = written(tmp_path, text, "utf-8-sig")
    register = load(path, "made-up")
    (entry,) = register.entries
    assert register.sha256 == hashlib.sha256(b"".join(lines_of(path))).hexdigest()
    assert entry.sha256 == hashlib.sha256(lines_of(path)[0].rstrip(b"\n")).hexdigest()
    assert (entry.number, entry.latin, entry.chinese) == ("1358", "Aqbota Seitqali", "阿克波塔")
    assert entry.names == ("Aqbota Seitqali", "阿克波塔", "赛特哈力", "塞特哈里")
    assert (entry.ethnicity, entry.gender, entry.location) == ("Kazakh", "F", None)
    assert entry.sources == ("youtube.com/watch?v=abcdefghijk",)
    assert [(t.labels, t.testifier, t.reporter, t.relation) for t in entry.testimonies] == [
        (("1", "2*"), "Dauren Seitqali", None, "husband"),
        (("3",), "Aigul Bekova", "Radio Example", "sister"),
        (("11*", "12*"), "Dauren Seitqali", "Aigul Bekova", "husband"),
    ]
    assert entry.testimonies[1].sources == ("youtube.com/watch?v=abcdefghijk",)
    assert (register.report.read, register.report.skipped, register.report.odd) == (1, (), ())


def test_the_edited_column_is_preferred_and_case_and_apostrophes_do_not_matter(tmp_path: Path) -> None:
    text = quoted("entry", "VICTIM’S  NAME", "Profession", "Profession" + EDITED, "Relation", "About the testifier")
    text += quoted("1", "Aqbota Seitqali", "медсестра", "nurse", "husband", "Dauren Seitqali, a farmer")
    (entry,) = load(written(tmp_path, text), "made-up").entries
    assert entry.profession == "nurse"
    assert [(t.testifier, t.relation) for t in entry.testimonies] == [("Dauren Seitqali", "husband")]


def test_nothing_is_dropped_in_silence(tmp_path: Path) -> None:
    text = "Entry,Victim's Name,Vicitm's Status\n1,A B,x\n,,\n1,C D,x\nx,E F,x\n2,,x\n3,G H\n4,I J,x,y\n0,K L,x\n"
    text += "7²,M N,x\n"
    register = load(written(tmp_path, text), "made-up")
    report = register.report
    assert [entry.number for entry in register.entries] == ["1", "2", "3", "4"]
    assert report.read == report.kept + len(report.skipped) == 8
    assert [(note.line, note.entry) for note in report.skipped] == [(4, "1"), (5, None), (9, None), (10, None)]
    assert "already read at line 2" in report.skipped[0].what
    odd = [(note.line, note.what) for note in report.odd]
    assert odd[0][0] == 1
    assert '"Victim\'s Status"' in odd[0][1]
    assert odd[1:] == [(6, "no name"), (7, "2 cells under 3 columns"), (8, "4 cells under 3 columns")]


def test_of_a_row_that_does_not_fit_its_header_nothing_but_the_number_is_kept_where_columns_are_secret(
    tmp_path: Path,
) -> None:
    text = "Entry,Victim's Name,Contact,Profession\n1,Murat, Greenhill,a house in the street,farmer\n2,Sara,a house\n"
    path = written(tmp_path, text + "3,Dauren Seitqali,a house,nurse\n")
    register = load_mapped(path, secret=("Contact",))
    assert "house" not in str(register.entries)
    assert [entry.latin for entry in register.entries] == [None, None, "Dauren Seitqali"]
    assert [note.entry for note in register.report.odd if "nothing but its number was kept" in note.what] == ["1", "2"]
    open_ = load_mapped(written(tmp_path, text.replace("Contact", "Location")), secret=())
    assert [entry.latin for entry in open_.entries] == ["Murat", "Sara"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        ("Entry,Victim's Name\n", "no entry that can be read"),
        ("Entry,Victim's Name\nx,A B\n", "no entry that can be read"),
        ("153,Karim Lindenbrook,+7 700 000 00 00\n154,Rosa Lindenbrook,\n", "seems to be no header"),
    ],
)
def test_what_is_no_register_is_refused_and_nobody_in_it_is_quoted(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RegisterError, match=says) as refused:
        load(written(tmp_path, text), "made-up")
    assert "Lindenbrook" not in str(refused.value)


def test_a_column_that_is_called_like_a_telephone_is_masked_wherever_it_is_told(tmp_path: Path) -> None:
    called = "Phone of family +7 700 000 00 00"
    path = written(tmp_path, f"Entry,Victim's Name,{called},{called} too\n1,A B,x,y\n")
    with read_register(path, Columns({"Profession": (called,)}, (f"{called} too",))) as found:
        assert "000 00" not in f"{found.report} {found.columns} {found.left_out}"
    assert "000 00" not in str(load(path, "made-up").report)


def test_private_numbers_stay_outside(tmp_path: Path) -> None:
    text = quoted("Entry", "Victim's Name", "ID no.", "About the Testifier", "Profession", "Location")
    teller = "Testimony 1: Dauren 000000190001010000, now at +7 700 000 00 00. (husband, E00000000)"
    text += quoted(
        "1",
        "Aqbota 00000019000101000X",
        "000000190001010000",
        teller,
        "nurse 000000 19000101 0000",
        "+86 130 0000 0000",
    )
    register = load(written(tmp_path, text), "made-up")
    kept = repr(register)
    assert "0000000" not in kept
    assert "0000 0000" not in kept
    assert MASK * 18 in kept
    assert register.entries[0].latin == "Aqbota " + MASK * 18


def test_marks_that_disguise_a_cell_are_taken_out(tmp_path: Path) -> None:
    (entry,) = load(
        written(tmp_path, "Entry,Victim's Name\n\u200f12\0,\u202eAqbota\0 Seitqali\u2069\n"), "made-up"
    ).entries
    assert (entry.number, entry.latin) == ("12", "Aqbota Seitqali")


def test_a_missing_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = written(tmp_path, "Entry,Victim Name\n1,A B\n")
    with pytest.raises(RegisterError, match=r"register\.csv: column .Victim's Name. is missing; the nearest") as caught:
        load(path, "made-up")
    assert (caught.value.file, caught.value.column, caught.value.nearest) == (path, "Victim's Name", "Victim Name")


@pytest.mark.parametrize(
    ("text", "encoding", "message"),
    [
        ("", "utf-8", "the file is empty; save the register again"),
        ("Entry~Victim's Name\n1~A\n", "utf-8", "no comma, semicolon, tab or bar separates"),
        ("Entry,Victim's Name\n1,É\n", "latin-1", "is not UTF-8"),
        ("Entry,Victim's Name\n1,Б\n", "cp1251", "is not UTF-8; save the register as “CSV UTF-8”"),
        ("Entry,Victim's Name\n1,A\n2,\"B\n3,C\n", "utf-8", "line 3: it is no CSV"),
    ],
)
def test_what_is_no_such_export_is_refused(tmp_path: Path, text: str, encoding: str, message: str) -> None:
    with pytest.raises(RegisterError, match=message):
        load(written(tmp_path, text, encoding), "made-up")


def test_a_cell_beyond_the_csv_modules_default_is_read(tmp_path: Path) -> None:
    text = quoted("Entry", "Victim's Name", "Additional Info") + quoted(
        "1", "A B", "x" * 300_000 + " https://youtu.be/abcdefghijk"
    )
    (entry,) = load(written(tmp_path, text), "made-up").entries
    assert entry.sources == ("youtube.com/watch?v=abcdefghijk",)


def test_the_whole_header_of_the_export_is_known(tmp_path: Path) -> None:
    header = [*COLUMNS, "Detention reason", *(column + EDITED for column in COLUMNS[4:])]
    report = load(
        written(tmp_path, quoted(*header) + quoted("1", "A B", *["2018"] * (len(header) - 2))), "made-up"
    ).report
    assert report.odd == ()


@given(st.text(max_size=300))
def test_any_text_has_testimonies_or_none(text: str) -> None:
    assert len(parsed("Testimony 1: " + text)) >= 1
    assert all(t.labels for t in parsed(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Testimony 2|3|4: Dauren Seitqali, as reported by Radio Example. (brother)",
            Told(("2", "3", "4"), "Dauren Seitqali", "Radio Example", "brother"),
        ),
        (
            "Testimony 11*|12*: D. Seitqali (husband), as reported by Aigul Bekova.",
            Told(("11*", "12*"), "D. Seitqali", "Aigul Bekova", "husband"),
        ),
        (
            "Testimony [1](https://youtu.be/abcdefghijk)|[2*](https://example.org/a/1): Dauren Seitqali (friend)",
            Told(
                ("1", "2*"), "Dauren Seitqali", None, "friend", ("youtube.com/watch?v=abcdefghijk", "example.org/a/1")
            ),
        ),
        (
            'Testimony <a href="https://youtu.be/abcdefghijk">1</a>|<a href="https://example.org/a/1">2</a>: A. B. S',
            Told(("1", "2"), "A. B. S", None, None, ("youtube.com/watch?v=abcdefghijk", "example.org/a/1")),
        ),
        (
            "Testimonies 1, 2 and 3: Dr. Dauren Seitqali, once of Anywhere (until 2018), away. (cousin)\nMore (x y)",
            Told(("1", "2", "3"), "Dr. Dauren Seitqali", None, "cousin"),
        ),
        ("Testimony 5: anonymous. (neighbor)", Told(("5",), None, None, "neighbor")),
        (
            "Testimony 6: anonymous, as reported by Radio Example. (unclear relation)",
            Told(("6",), None, "Radio Example", "unclear relation"),
        ),
    ],
)
def test_a_testimony_in_each_of_its_forms(text: str, expected: Told) -> None:
    assert parsed(text) == (expected,)


def test_numbers_of_testimonies_lead_to_the_addresses_that_are_listed_for_them() -> None:
    text = (
        "Testimony 1|2: Dauren Seitqali. (husband)\nTestimony 3*: Aigul Bekova. (sister)\n"
        "1: https://youtu.be/abcdefghijk\n[3*] https://example.org/a/3\n2. https://example.org/a/2"
    )
    first, second = parsed(text)
    assert first.sources == ("youtube.com/watch?v=abcdefghijk", "example.org/a/2")
    assert second.sources == ("example.org/a/3",)


@pytest.mark.parametrize("piece", ["Testimony 1|", "Testimony 1: (", "(a) ", "<a href=", "[1](", "as reported by "])
def test_long_repetitions_are_read_in_one_pass(piece: str) -> None:
    parsed("Testimony 1: " + piece * 20_000)
