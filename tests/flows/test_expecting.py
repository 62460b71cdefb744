"""`expect`, in processes of its own: what is said, what is kept at real folders, what comes back after a rebuild."""

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.opening.archive import Archive, opened
from archive.records.clip import Listing, StatedAddress
from archive.settings.settings import load
from tests.flows.place import Place, little_archive
from tests.support.archives import MONDAY, keep, store_all

ONE, TWO, THREE, FOUR = "AAAAAAAAAAA", "bbbbbbbbbb0", "cccccccccc4", "ddddddddddE"
WATCH = "https://www.youtube.com/watch?v="
FILE = "file-" + "0" * 32
REGISTER = '[registers.victims]\nfile = "register.csv"\n'
TITLE = "The testimony of a made-up teacher"
LIST = (
    "Link,Title,Date\n"
    f"https://web.archive.org/web/20190302101112/{WATCH}{ONE},First,2019-03-02\n"
    f"{WATCH}{TWO},Second,\n"
    f"https://youtu.be/{THREE},{TITLE},2019-03-04\n"
    f"{WATCH}{FOUR},\x1b[31mFourth[bold]\u202e,\n"
    f"https://youtu.be/{ONE},First again,\n"
    "lost,Fifth,\n"
)


@contextmanager
def laid(folder: Path) -> Iterator[Place]:
    with little_archive(folder, [], extra=REGISTER) as (made, _):
        (folder / "list.csv").write_text(LIST, encoding="utf-8")
        (folder / "register.csv").write_text(
            f'Entry,Victim\'s Name,About the Testifier\n7,Dauren Seitqali,"see {WATCH}{TWO} and {WATCH}{FOUR}"\n',
            encoding="utf-8",
        )
        yield made


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with laid(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One for what is refused, and leaves nothing."""
    with laid(tmp_path_factory.mktemp("empty")) as made:
        yield made


def held(place: Place) -> None:
    """One clip from its source, the file of a lost one from a disk, one like a third, and a fourth that is gone."""

    def fill(archive: Archive) -> None:
        keep(archive, f"youtube-{ONE}", said={"url": WATCH + ONE, "extractor": "youtube"})
        stated = StatedAddress(extractor="youtube", platform_id=TWO, url=WATCH + TWO, basis="info.json", certain=True)
        file = {"url": "file:///films/a.mp4", "extractor": "file", "stated": stated}
        keep(archive, FILE, source="her-disk", said=file)
        like = {"url": "https://vimeo.com/7654321", "extractor": "vimeo", "title": TITLE, "uploaded": "20190305"}
        keep(archive, "vimeo-7654321", said=like)
        for name in (TWO, FOUR):
            listing = Listing(source="voices", extractor="youtube", platform_id=name, url=WATCH + name)
            archive.ledger.clips.seen([listing], MONDAY)
            archive.ledger.clips.failed(listing.clip, "fetch", kind="gone", message="it is gone", now=MONDAY)
        store_all(archive)

    with opened(load(place.file)) as archive:
        fill(archive)


def test_a_list_is_brought_stored_and_set_against_what_is_there(place: Place) -> None:
    held(place)
    tried = place.thirdcopy("expect", "list.csv", "--name", "struck", "--dry-run")
    assert (tried.code, "list struck: would make version 1" in tried.out) == (0, True), tried.err
    assert place.thirdcopy("expect", "--list", "--json").json == {}
    done = place.thirdcopy("expect", "list.csv", "--name", "struck", "--by", "A. Archivist")
    assert done.code == 0, done.err
    lines = done.out.split("\n")
    assert "4 videos in 6 rows, 1 of them again" in lines
    assert "    line 7: names no video: 'lost'" in lines
    assert "list struck: version 1 made, stored and read back at one, three, two" in lines
    assert any(
        line.startswith("list struck, version 1 of ") and "from list.csv, by A. Archivist" in line for line in lines
    )
    told = " ".join(done.out.split())
    assert "expected 4 held 1 saved 1 elsewhere" in told
    assert (
        f"saved {WATCH}{TWO} “Second” {FILE}: her-disk says so (info.json) 3 copies, safe; not fetched (gone)" in told
    )
    assert "gone at its source" not in told, "it was said on one day so far"
    assert "vimeo-7654321: same title, and date within a day" in told
    assert "missing 1 1 listed: 1 gone; 0 nowhere" in told
    assert f"missing {WATCH}{FOUR} “[31mFourth[bold]” youtube-{FOUR} is listed; not fetched (gone)" in told
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    again = place.thirdcopy("expect", "list.csv", "--name", "struck", "--json")
    assert (again.code, again.json["new"], again.json["version"], again.json["stored"]) == (0, False, 1, [])


def test_a_list_is_looked_at_by_its_name_without_the_file_and_after_a_rebuild(place: Place) -> None:
    held(place)
    assert place.thirdcopy("expect", "list.csv", "--name", "struck", "--by", "A. Archivist").code == 0
    (place.folder / "list.csv").unlink()
    shown = place.thirdcopy("expect", "struck", "--csv", "missing.csv", "--json")
    assert shown.code == 0, shown.err
    found = shown.json
    assert found["counts"] == {
        "expected": 4,
        "held": 1,
        "saved": 1,
        "perhaps": 1,
        "listed": 1,
        "nowhere": 0,
        "missing": 1,
    }
    assert [(one["standing"], one["clip"], one["copies"], one["safe"]) for one in found["items"]] == [
        ("held", f"youtube-{ONE}", 3, True),
        ("saved", FILE, 3, True),
        ("perhaps", None, 0, False),
        ("listed", f"youtube-{FOUR}", 0, False),
    ]
    with (place.folder / "missing.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["standing"], row["failure"], row["rows"]) for row in rows] == [
        ("perhaps", "", "4"),
        ("listed", "gone", "5"),
    ]
    refused = place.thirdcopy("expect", "struck", "--csv", "missing.csv")
    assert (refused.code, "is there already" in refused.err) == (1, True)
    assert "expected     4 of struck: held 1, saved 1, missing 1, perhaps 1" in place.thirdcopy("status").out
    assert place.thirdcopy("run", "--plain").code in (0, 3)  # so that a run record names the list
    shutil.rmtree(place.folder / "state")
    rebuilt = place.thirdcopy("rebuild", "--json")
    assert rebuilt.code in (0, 3), rebuilt.err
    listed = place.thirdcopy("status")
    assert "4 of struck: counted by `thirdcopy expect struck`" in listed.out
    assert [one["standing"] for one in place.thirdcopy("expect", "struck", "--json").json["items"]][:2] == [
        "held",
        "saved",
    ]
    assert place.thirdcopy("status", "--json").json["lists"]["struck"]["counted"]
    assert f"saved as  {FILE}" in place.thirdcopy("show", f"youtube-{TWO}").out, "though no source lists it any more"


def test_what_a_register_cites_is_expected_and_show_names_file_and_lost_clip(place: Place) -> None:
    held(place)
    assert place.thirdcopy("register", "import", "victims", "--by", "A").code == 0
    found = place.thirdcopy("expect", "--register", "victims", "--json").json
    assert [(one["standing"], one["rows"]) for one in found["items"]] == [("saved", [7]), ("listed", [7])]
    assert "2 of register victims: held 0, saved 1, missing 1, perhaps 0" in place.thirdcopy("status").out
    lost, file = place.thirdcopy("show", f"youtube-{TWO}"), place.thirdcopy("show", FILE)
    assert f"saved as  {FILE}, a file that is said to be this" in lost.out
    assert f"said to be  youtube-{TWO}, which was not fetched (gone)" in file.out
    assert "on the word of her-disk (info.json)" in lost.out
    (said,) = place.thirdcopy("show", FILE, "--json").json["said_to_be"]
    assert (said["lost"], said["stated"]["url"]) == (f"youtube-{TWO}", WATCH + TWO)


def test_a_target_that_is_away_leaves_a_debt(place: Place) -> None:
    (place.folder / "two").rename(place.folder / "away")
    done = place.thirdcopy("expect", "list.csv", "--json")
    assert (done.code, done.json["stored"], done.json["list"]) == (3, ["one", "three"], "list list"), done.err
    (place.folder / "away").rename(place.folder / "two")
    assert place.thirdcopy("mirror", "--json").code == 0
    assert place.thirdcopy("expect", "--list", "--json").json["list"]["copies"] == 3


def test_ids_and_sheets_are_as_somebody_says(place: Place) -> None:
    (place.folder / "ids.csv").write_text("nr,video\n1,123456789\n2,987654321\n")
    refused = place.thirdcopy("expect", "ids.csv")
    assert (refused.code, "--platform" in refused.err) == (2, True)
    unknown = place.thirdcopy("expect", "ids.csv", "--platform", "nobody")
    assert (unknown.code, "there are: bilibili" in " ".join(unknown.err.split())) == (2, True)
    done = place.thirdcopy("expect", "ids.csv", "--platform", "vimeo", "--column", "video", "--json")
    assert [one["clips"] for one in done.json["items"]] == [["vimeo-123456789"], ["vimeo-987654321"]]
    kept = json.loads(next((place.folder / "one").rglob("list.json")).read_text())
    assert (kept["platform"], kept["by"]) == ("vimeo", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.csv",), "nowhere.csv: cannot be read: No such file"),
        (("register.csv", "--sheet", "a"), "leave --sheet out"),
        (("list.csv", "--name", "../x"), "no id of an object of ours"),
        (("list.csv", "--column", "Lnk"), "did you mean 'Link'"),
        (("list.csv", "--register", "victims"), "a register is a list by itself"),
        (("--register", "victims"), "`thirdcopy register import victims` makes the first"),
        (("--register", "others"), "there is no register others"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(empty: Place, words: tuple[str, ...], said: str) -> None:
    done = empty.thirdcopy("expect", *words)
    assert done.code in (2, 4)
    assert (done.out, said in " ".join(done.err.replace("│", " ").split())) == ("", True), done.err


def test_a_name_that_is_a_list_and_a_file_is_asked_about(place: Place) -> None:
    assert place.thirdcopy("expect", "list.csv", "--name", "struck").code == 0
    shutil.copy(place.folder / "list.csv", place.folder / "struck")
    done = place.thirdcopy("expect", "struck")
    assert (done.code, "say ./struck for the file" in " ".join(done.err.replace("│", " ").split())) == (2, True)
    (place.folder / "struck").unlink()
    options = place.thirdcopy("expect", "struck", "--column", "Link")
    assert (options.code, "is a list that was brought" in " ".join(options.err.split())) == (2, True)
    near = place.thirdcopy("expect", "strck")
    assert (near.code, "did you mean struck?" in " ".join(near.err.replace("│", " ").split())) == (2, True)
