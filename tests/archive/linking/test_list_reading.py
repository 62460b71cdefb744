"""Lists that people have: what of a file is an expected video, and that nothing else of it is dropped in silence."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.linking.lists import list_reading
from archive.linking.lists.list_columns import Asked
from archive.linking.lists.list_dates import read_date
from archive.linking.lists.list_files import ListError
from archive.linking.lists.list_reading import ReadList, read_list
from archive.linking.lists.videos_in import is_youtube_id, videos
from archive.masks import MASK

ONE, TWO = "AAAAAAAAAAA", "bbbbbbbbbb0"
WATCH = "https://www.youtube.com/watch?v="


def written(folder: Path, text: str | bytes, name: str = "list.csv") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def forms(read: ReadList) -> list[str]:
    return [item.form for item in read.items]


def notes(read: ReadList) -> list[tuple[str, int]]:
    return [(note.kind, note.line) for note in read.report.notes]


def test_a_video_under_all_its_addresses_is_one_item_with_its_rows(tmp_path: Path) -> None:
    addresses = (
        f"{WATCH}{ONE}",
        f"https://youtu.be/{ONE}?si=x",
        f"https://web.archive.org/web/20190302101112/https://www.youtube.com/watch?v={ONE}&feature=share",
        f"https://www.facebook.com/l.php?u=https%3A%2F%2Fyoutu.be%2F{ONE}",
    )
    rows = "".join(f'"{one}",x{number}\n' for number, one in enumerate(addresses))
    read = read_list(written(tmp_path, f"Link,Title\n{rows}{WATCH}{TWO},second\n"))
    assert [(one.clips, one.rows) for one in read.items] == [
        ((f"youtube-{ONE}",), (2, 3, 4, 5)),
        ((f"youtube-{TWO}",), (6,)),
    ]
    assert [one.title for one in read.items] == ["x0", "second"]
    assert (read.report.read, read.report.items, read.report.again) == (5, 2, 3)
    assert read.items[0].address == addresses[0]


def test_columns_are_found_by_what_they_hold_and_titles_and_dates_by_their_names(tmp_path: Path) -> None:
    read = read_list(
        written(
            tmp_path,
            "To be saved;;;\n"
            "Who;Дата;Название;Ссылка\n"
            f"A. Person;02.03.2019;Күні жоқ;{WATCH}{ONE}\n"
            f"B. Person;soon;;{WATCH}{TWO}\n",
        )
    )
    assert read.columns == {"address": "Ссылка", "title": "Название", "date": "Дата"}
    assert [(one.title, one.date) for one in read.items] == [("Күні жоқ", "2019-03-02"), (None, None)]
    assert sorted(notes(read)) == [("above the list", 1), ("column not read", 1), ("unreadable date", 4)]


def test_cells_that_name_no_video_are_reported_with_their_rows(tmp_path: Path) -> None:
    read = read_list(
        written(
            tmp_path,
            f"url,other\n{WATCH}{ONE},\ndeleted,\nhttps://www.youtube.com/@channel,\n"
            f",note\nhttps://www.youtube.com/playlist?list=PL1,\n{WATCH}{TWO},{WATCH}cccccccccc4\n",
        )
    )
    assert forms(read) == [f"youtube.com/watch?v={ONE}", f"youtube.com/watch?v={TWO}"]
    assert [one for one in notes(read) if one[0] != "column not read"] == [
        ("no video", 3),
        ("no video", 4),
        ("no address", 5),
        ("no video", 6),
        ("other address", 7),
    ]
    assert read.report.counts["no video"] == 3


def test_a_page_on_no_known_platform_is_an_item_and_said_to_be_one(tmp_path: Path) -> None:
    read = read_list(written(tmp_path, f"{WATCH}{ONE}\nhttps://tv.example.org/films/17\n", "list.txt"))
    assert [(one.form, one.clips) for one in read.items][1] == ("tv.example.org/films/17", ())
    assert notes(read) == [("any page", 2)]


def test_bare_ids_are_taken_where_most_cells_have_their_form(tmp_path: Path) -> None:
    ids = read_list(written(tmp_path, f"id,t\n{ONE},a\n{TWO},b\nnot one,c\n"))
    assert forms(ids) == [f"youtube.com/watch?v={ONE}", f"youtube.com/watch?v={TWO}"]
    assert ("no video", 4) in notes(ids)
    words = written(tmp_path, f"id,t\n{ONE},a\nKazakhstan,b\nTestimony of,c\nUrumqi,d\n")
    with pytest.raises(ListError, match="--platform"):
        read_list(words)
    asked = read_list(words, Asked(platform="youtube"))
    assert forms(asked) == [f"youtube.com/watch?v={ONE}"]
    assert asked.report.counts["no video"] == 3


def test_an_id_ends_in_one_of_sixteen_signs() -> None:
    assert [is_youtube_id("AAAAAAAAAA" + last) for last in "AEIMQUYcgkosw048"] == [True] * 16
    assert not any(is_youtube_id("AAAAAAAAAA" + last) for last in "BCDFGHZabdxyz123-_А")


def test_ids_of_another_platform_want_its_name(tmp_path: Path) -> None:
    file = written(tmp_path, "nr,video\n1,123456789\n2,987654321\n3,none\n")
    with pytest.raises(ListError):
        read_list(file)
    read = read_list(file, Asked(column="video", platform="vimeo"))
    assert [one.clips for one in read.items] == [("vimeo-123456789",), ("vimeo-987654321",)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"{WATCH}{ONE}\r\n\r\n{WATCH}{TWO}\r\n", "a.txt"),
        (f"youtube {ONE}\nyoutube {TWO}\n", "downloaded.txt"),
        (f"see youtu.be/{ONE}, it says a, b, c\nand {WATCH}{TWO}\n", "notes.txt"),
        (
            f"com,youtube)/watch?v={ONE.lower()} 20190302101112 {WATCH}{ONE} text/html 200 XYZ 12\n"
            f"com,youtube)/watch?v={TWO.lower()} 20190302101112 {WATCH}{TWO} text/html 200 XYZ 12\n",
            "index.cdx",
        ),
        (
            json.dumps([["urlkey", "timestamp", "original"], ["k", "2019", WATCH + ONE], ["k", "2", WATCH + TWO]]),
            "c.json",
        ),
        (json.dumps([{"id": ONE, "url": WATCH + ONE}, {"id": TWO, "url": WATCH + TWO}]), "flat.json"),
        (json.dumps([WATCH + ONE, WATCH + TWO]), "plain.json"),
        (f'{{"webpage_url": "{WATCH}{ONE}"}}\n{{"webpage_url": "{WATCH}{TWO}"}}\n', "lines.jsonl"),
        (f"sep=;\r\nurl;x\r\n{WATCH}{ONE};1\r\n{WATCH}{TWO};2\r\n", "excel.csv"),
        (f"url\tx\r\n{WATCH}{ONE}\t1\r\n{WATCH}{TWO}\t2\r\n".encode("utf-16"), "unicode.txt"),
        (f'url,x\n"{WATCH}{ONE}","a\nb"\n"{WATCH}{TWO}",c\n', "quoted.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_lists_come_in_many_forms(tmp_path: Path, text: str | bytes, name: str) -> None:
    read = read_list(written(tmp_path, text, name))
    assert forms(read) == [f"youtube.com/watch?v={ONE}", f"youtube.com/watch?v={TWO}"], read.report


def book(folder: Path, *sheets: tuple[str, Sequence[Sequence[object]]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    made["Films"]["A3"].hyperlink = WATCH + TWO if "Films" in made.sheetnames else None
    made.save(folder / "list.xlsx")
    return folder / "list.xlsx"


def test_a_workbook_gives_addresses_behind_its_cells_too(tmp_path: Path) -> None:
    rows = (("Video", "Title"), (WATCH + ONE, "one"), ("watch it", "two"), ("#N/A", "three"))
    read = read_list(book(tmp_path, ("Read me", (("hello",),)), ("Films", rows)))
    assert [(one.form[-11:], one.title, one.rows) for one in read.items] == [(ONE, "one", (2,)), (TWO, "two", (3,))]
    (lost,) = [note for note in read.report.notes if note.kind in ("no video", "no address")]
    assert lost.cell == "A4"
    assert any(note.kind == "sheet not read" and "Read me" in note.what for note in read.report.notes)


def test_of_two_sheets_with_addresses_one_must_be_named(tmp_path: Path) -> None:
    rows = (("Video",), (WATCH + ONE,), ("x",))
    file = book(tmp_path, ("Films", rows), ("More", rows))
    with pytest.raises(ListError, match="'Films', 'More' have addresses; name the list with --sheet"):
        read_list(file)
    assert len(read_list(file, sheet="More").items) == 1
    with pytest.raises(ListError, match="did you mean 'More'"):
        read_list(file, sheet="Mor")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"%PDF-1.4", "it is a PDF"),
        (b"\x1f\x8b123", "unpack it"),
        ("url\nhttps://e.org/Привет\n".encode("cp1251"), "not UTF-8"),
        (b"name,place\nA. Person,Urumqi\n", "no column of it has addresses"),
        (b'url,x\n"https://youtu.be/AAAAAAAAAAA,1\n' * 3 + b'"', "quote that is not closed"),
    ],
    ids=["empty", "pdf", "packed", "cp1251", "no addresses", "open quote"],
)
def test_what_is_no_list_is_refused_with_what_to_do(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(ListError) as refused:
        read_list(written(tmp_path, data))
    assert said in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path))


def test_a_column_that_is_asked_for_is_taken_or_the_nearest_named(tmp_path: Path) -> None:
    file = written(tmp_path, f"first,second,Name of film\n{WATCH}{ONE},{WATCH}{TWO},x\n{WATCH}{ONE},{WATCH}{TWO},y\n")
    assert forms(read_list(file, Asked(column="second"))) == [f"youtube.com/watch?v={TWO}"]
    assert forms(read_list(file, Asked(column="2"))) == [f"youtube.com/watch?v={TWO}"]
    assert read_list(file, Asked(title="name of  FILM")).items[0].title == "x"
    with pytest.raises(ListError, match="did you mean 'second'"):
        read_list(file, Asked(column="secund"))


def test_strangers_words_are_masked_and_bounded(tmp_path: Path) -> None:
    title = "call +7 700 000 00 00 " + "long " * 1000
    user = f"https://someone:secret@www.youtube.com/watch?v={ONE}"
    read = read_list(written(tmp_path, f'url,title\n{user},"\u202e{title}"\n'))
    (item,) = read.items
    assert item.title
    assert len(item.title) <= list_reading.LONGEST_TITLE
    assert MASK in item.title
    assert "\u202e" not in item.title
    assert "700" not in item.title
    assert "secret" not in item.address
    noted = read_list(written(tmp_path, f"url\n{WATCH}{ONE}\nID 990000199001010000\n"))
    assert "990000199001010000" not in noted.report.model_dump_json()


def test_rows_beyond_the_bound_are_refused_and_notes_are_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"nothing {number}\n" for number in range(300))
    read = read_list(written(tmp_path, f"url\n{WATCH}{ONE}\n{rows}"))
    assert (read.report.counts["no video"], len(read.report.notes)) == (300, list_reading.TOLD)
    monkeypatch.setattr(list_reading, "MOST_ROWS", 200)
    with pytest.raises(ListError, match="more than 200 rows; split it"):
        read_list(written(tmp_path, f"url\n{WATCH}{ONE}\n{rows}"))


def test_many_videos_of_one_cell_are_items_and_what_is_not_read_of_it_is_said(tmp_path: Path) -> None:
    names = [f"{number:010}A" for number in range(3000)]
    read = read_list(written(tmp_path, f'url,x\n"{" ".join(WATCH + name for name in names)}",1\n'))
    assert 1500 < len(read.items) < 3000
    assert read.report.counts["cut short"] == 1
    few = read_list(written(tmp_path, f'url,x\n"{" ".join(WATCH + name for name in names[:1200])}",1\n'))
    assert (len(few.items), few.report.counts.get("cut short")) == (1200, None)


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, f"{WATCH}{ONE}\n" * 5000, "list.txt")

    class Writing:
        written = False

        def advance(self, amount: float) -> None:
            if not self.written:
                self.written = True
                with file.open("a") as more:
                    more.write("x\n")

        def total(self, amount: float) -> None:
            pass

    with pytest.raises(ListError, match="it changed while it was read"):
        read_list(file, task=Writing())


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2019-03-02", "2019-03-02"),
        ("20190302", "2019-03-02"),
        ("2019-03-02T10:11:12Z", "2019-03-02"),
        ("2019/3/2 10:11", "2019-03-02"),
        ("2.3.2019", "2019-03-02"),
        ("25/3/2019", "2019-03-25"),
        ("3/25/2019", "2019-03-25"),
        ("3/2/2019", "2019"),
        ("2/2/2019", "2019-02-02"),
        ("2019-03", "2019-03"),
        ("2019", "2019"),
        ("2019-13-02", None),
        ("31.02.2019", None),
        ("yesterday", None),
        ("1.1.2019 and 2.2.2019", None),
    ],
)
def test_a_date_is_read_where_it_can_mean_one_day(text: str, date: str | None) -> None:
    assert read_date(text) == date


@given(st.text(max_size=300))
def test_any_cell_is_read_or_is_none(text: str) -> None:
    for one in videos(text):
        assert one.form
        assert one.key
    read_date(text)


@given(st.binary(max_size=400), st.sampled_from([".csv", ".txt", ".json", ".xlsx", ".cdx"]))
def test_any_file_is_a_list_or_an_error_in_a_sentence(data: bytes, suffix: str) -> None:
    with TemporaryDirectory() as folder, suppress(ListError):
        file = Path(folder) / f"any{suffix}"
        file.write_bytes(data)
        read_list(file)


def test_the_list_of_the_page_is_read_as_the_page_says(tmp_path: Path) -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "lists.md"
    (shown,) = re.findall(r"^```csv\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    read = read_list(written(tmp_path, shown))
    assert (read.columns, read.report.counts) == ({"address": "Link", "title": "Title", "date": "Date"}, {})
    assert [one.date for one in read.items] == ["2019-03-02", "2019-03-02", None]
    assert [len(one.clips) for one in read.items] == [1, 1, 2]
