"""The commands about registers, in processes of their own: what is said, what is kept, and with which exit code."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from flows.cli import common
from flows.cli.common import complete_register
from tests.flows.place import Place, little_archive

EXTRA = '[registers.victims]\nfile = "register.csv"\n'
HEADER = ("Entry", "Victim's Name", "ID no.", "Health status")
SECRET = "000000190001010000"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with little_archive(tmp_path, [], extra=EXTRA) as (made, _):
        written(tmp_path / "register.csv", ("1", "Dauren Seitqali", SECRET, "ill"), ("2", "Perhat Yolwas", "", "---"))
        yield made


def written(path: Path, *rows: tuple[str, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows((HEADER, *rows))


def imported(place: Place, *more: str) -> None:
    done = place.thirdcopy("register", "import", "victims", "--by", "A. Archivist", *more)
    assert done.code == 0, done.err


def test_a_register_is_imported_listed_shown_and_compared(place: Place) -> None:
    done = place.thirdcopy("register", "import", "victims", "--by", "A. Archivist", "--json")
    assert (done.code, done.json["version"], done.json["new"]) == (0, 1, True), done.err
    assert done.json["stored"] == ["one", "three", "two"]
    assert done.json["report"]["read"] == done.json["report"]["kept"] == 2
    again = place.thirdcopy("register", "import", "victims", "--by", "A. Archivist")
    assert (again.code, "nothing changed: snapshot 1 stands" in again.out) == (0, True), again.err
    written(
        place.folder / "register.csv", ("1", "Dauren Seitqali", "", "well"), ("x", "", "", ""), ("3", "A B", "", "")
    )
    tried = place.thirdcopy("register", "diff", "victims", "--to", "register.csv", "--json")
    assert tried.json["entries"] == [
        {"entry": "1", "change": "changed", "fields": ["Health status"]},
        {"entry": "2", "change": "removed", "fields": []},
        {"entry": "3", "change": "added", "fields": []},
    ]
    odd = place.thirdcopy("register", "import", "victims", "--by", "B. Archivist")
    assert "no number: 1" in odd.out
    assert "line 3: no usable number in column Entry" in odd.out
    listed = place.thirdcopy("register", "list", "--json").json["victims"]["snapshots"]
    assert [(one["version"], one["entries"], one["by"], one["copies"]) for one in listed] == [
        (1, 2, "A. Archivist", 3),
        (2, 2, "B. Archivist", 3),
    ]
    shown = place.thirdcopy("register", "diff", "victims")
    assert shown.out.split("\n")[:3] == ["   added  3", " removed  2", " changed  1: Health status"]
    assert "snapshot 1 to 2: 1 added, 1 removed, 1 changed" in shown.out
    assert (
        place.thirdcopy("register", "show", "victims", "--version", "1").out.count(
            "Entry, Victim's Name, Health status"
        )
        == 1
    )
    for said in (done.out, again.out, odd.out, shown.out, json.dumps(listed)):
        assert "Seitqali" not in said
        assert SECRET not in said


def test_a_dry_run_says_what_would_come_of_it(place: Place) -> None:
    done = place.thirdcopy("register", "import", "victims", "--by", "A", "--dry-run")
    assert (done.code, "would make a snapshot; 2 added, 0 removed, 0 changed" in done.out) == (0, True), done.err
    assert place.thirdcopy("register", "list", "--json").json["victims"]["snapshots"] == []
    imported(place)
    done = place.thirdcopy("register", "import", "victims", "--by", "A", "--dry-run", "--json")
    assert (done.json["dry_run"]["added"], done.json["dry_run"]["changed"]) == (0, 0)


def test_a_run_says_that_the_file_is_missing_and_goes_on(place: Place) -> None:
    imported(place)
    (place.folder / "register.csv").unlink()
    done = place.thirdcopy("run", "--plain", "--json")
    assert done.code == 3
    assert any("register victims was not read" in one and "is used" in one for one in done.json["problems"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "victim", "--by", "A"), "there is no register victim; there are: victims"),
        (("show", "victims"), "`thirdcopy register import victims` makes the first"),
        (("show", "victim"), "there is no register victim; there are: victims"),
        (("diff", "victims", "--to", "9"), "victims has no snapshot 9"),
        (("diff", "others"), "there is no register others"),
        (("diff", "victims", "--to", "nowhere.csv"), "nowhere.csv: cannot be read"),
        (("import", "victims", "nowhere.csv", "--by", "A"), "nowhere.csv: cannot be read"),
    ],
)
def test_what_is_not_there_is_a_usage_error(place: Place, words: tuple[str, ...], said: str) -> None:
    done = place.thirdcopy("register", *words)
    assert (done.code, done.out, said in done.err) == (2, "", True), done.err


def test_a_target_that_is_away_leaves_a_debt(place: Place) -> None:
    (place.folder / "two").rename(place.folder / "away")
    done = place.thirdcopy("register", "import", "victims", "--by", "A", "--json")
    assert (done.code, done.json["stored"]) == (3, ["one", "three"]), done.err
    (place.folder / "away").rename(place.folder / "two")
    assert place.thirdcopy("mirror", "--json").code == 0
    (one,) = place.thirdcopy("register", "list", "--json").json["victims"]["snapshots"]
    assert one["copies"] == 3


def test_names_of_registers_are_completed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder)
    monkeypatch.setattr(common._Chosen, "config", None)
    assert (complete_register("vi"), complete_register("x")) == (["victims"], [])


def test_what_is_odd_in_a_workbook_is_told_with_sheet_and_cell(place: Place) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    for title in ("2025", "2026"):
        for row in (HEADER, (1, "Dauren Seitqali", SECRET, "#N/A"), (2, "Perhat Yolwas", "", "film")):
            (book[title] if title in book.sheetnames else book.create_sheet(title)).append(row)
    book["2026"]["D3"].hyperlink = "https://www.youtube.com/watch?v=abcdefghijk"
    book["2026"]["B3"].hyperlink = "mailto:somebody@example.org"
    book.save(place.folder / "register.xlsx")
    command = ("register", "import", "victims", "register.xlsx", "--by", "A. Archivist")
    refused = place.thirdcopy(*command)
    assert (refused.code, "as registers.victims.sheet in the settings" in " ".join(refused.err.split())) == (2, True)
    settings = place.folder / "archive.toml"
    settings.write_text(settings.read_text().replace(EXTRA, EXTRA + 'sheet = "2026"\n'))
    done = place.thirdcopy(*command)
    assert done.code == 0, done.err
    for line in (
        "2 entries of 2 rows of sheet '2026'",
        "addresses behind cells that were read: 1",
        "    cell D2, entry 1: the error #N/A is no text",
        "    cell B3, entry 2: a link to an address of mail was not kept",
        "    row 1: sheet '2025' was not read; '2026' was",
    ):
        assert line in done.out.split("\n"), done.out
    assert not any(word in done.out for word in ("Seitqali", SECRET, "example.org"))
    again = place.thirdcopy(*command, "--json").json
    assert (again["new"], again["report"]["links"], again["report"]["sheet"]) == (False, 1, "2026")
    (note,) = [one for one in again["report"]["odd"] if one["kind"] == "error value"]
    assert (note["cell"], note["line"], note["entry"]) == ("D2", 2, "1")
