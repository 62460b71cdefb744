"""A folder source: what is read once, left for later, set aside, kept though it is damaged, and refused."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.errors import FetchFailed, SourceAway
from archive.ledger import Ledger
from archive.progress import Silent
from archive.records.clip import Listing
from archive.settings.source_stanzas import FolderSettings
from archive.sources.contract import Fetched
from archive.sources.folder.folder_source import FolderSource, address_of
from storage.file_digests import Digester
from tests.world.media import clip

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


class Said(Silent):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.lines = list[str]()

    def say(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    (tmp_path / "disk").mkdir()
    return tmp_path / "disk"


def source(ledger: Ledger, disk: Path, said: Said | None = None, **settings: object) -> FolderSource:
    stanza = FolderSettings.model_validate({"path": disk, "quiet_minutes": 0, **settings})
    return FolderSource("red", stanza, ledger.disks, progress=said, clock=lambda: NOW)


def put(film: Path, at: Path, *, age: timedelta = timedelta(days=1)) -> Path:
    at.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(film, at)
    moment = (NOW - age).timestamp()
    os.utime(at, (moment, moment))
    return at


def brought(one: FolderSource, listing: Listing, into: Path) -> Fetched:
    return one.fetch(listing, into, lambda done, total: None)


def states(ledger: Ledger) -> dict[str, tuple[str, str | None]]:
    """Every file that is known, with its state and why."""
    with ledger.disks._reading() as connection:
        names = [row[0] for row in connection.exec_driver_sql("select disk from disks")]
    return {fate.file.path: (fate.file.state, fate.file.why) for name in names for fate in ledger.disks.fates(name)}


def test_what_is_unchanged_is_read_once_and_read_again_where_the_settings_say_so(
    ledger: Ledger, disk: Path, films: Path
) -> None:
    put(clip(films), disk / "film.mp4")
    said = Said()
    one = source(ledger, disk, said)
    listed = list(one.list())
    assert [listing.clip for listing in listed] == [f"file-{listed[0].platform_id}"]
    assert [listing.clip for listing in one.list()] == [listed[0].clip]  # not in the ledger's listings yet
    ledger.clips.seen(listed, NOW)
    assert list(one.list()) == []
    assert list(source(ledger, disk, said, read_again=True).list()) == []
    assert [line.rpartition("; ")[2][:6] for line in said.lines] == ["1 read", "0 read", "0 read", "1 read"]


def test_bytes_that_changed_under_the_same_name_are_another_clip(ledger: Ledger, disk: Path, films: Path) -> None:
    put(clip(films, tone=300), disk / "film.mp4")
    one = source(ledger, disk)
    (first,) = one.list()
    put(clip(films, tone=340), disk / "film.mp4", age=timedelta(hours=1))
    (second,) = one.list()
    assert first.clip != second.clip
    with pytest.raises(FetchFailed, match="nowhere on the disk") as told:
        brought(one, first, disk.parent / "attempt")
    assert told.value.kind == "gone"


def test_a_file_that_is_being_written_is_left_for_later(ledger: Ledger, disk: Path, films: Path) -> None:
    film = put(clip(films), disk / "film.mp4", age=timedelta(minutes=3))
    one = source(ledger, disk, quiet_minutes=10)
    assert list(one.list()) == []
    assert states(ledger) == {"film.mp4": ("later", "was being written")}
    moment = (NOW - timedelta(minutes=11)).timestamp()
    os.utime(film, (moment, moment))
    assert len(list(one.list())) == 1


def test_a_file_that_grows_while_it_is_read_is_left_for_later(ledger: Ledger, disk: Path, films: Path) -> None:
    film = put(clip(films), disk / "film.mp4")

    class Grows:
        def __enter__(self) -> "Grows":
            return self

        def __exit__(self, *_: object) -> None: ...

        def total(self, amount: float) -> None: ...

        def advance(self, amount: float) -> None:
            with film.open("ab") as file:
                file.write(b"more")

    said = Said()
    said.task = lambda *_, **__: Grows()  # type: ignore[method-assign,assignment]
    assert list(source(ledger, disk, said).list()) == []
    assert states(ledger)["film.mp4"] == ("later", "was being written")


def test_a_file_that_vanishes_on_the_way_is_set_aside_and_the_others_go_on(
    ledger: Ledger, disk: Path, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory names it still, and opening fails, as with a directory whose file lies on bad sectors."""
    put(clip(films, tone=300), disk / "a.mp4")
    put(clip(films, tone=340), disk / "b.mp4")
    known = ledger.disks.known

    def then_gone(name: str, paths: list[str]) -> object:
        (disk / "a.mp4").unlink(missing_ok=True)
        return known(name, paths)

    monkeypatch.setattr(ledger.disks, "known", then_gone)
    assert len(list(source(ledger, disk).list())) == 1
    assert states(ledger)["a.mp4"] == ("unread", "cannot be read: No such file or directory")
    assert ledger.disks.unread("red", limit=5)[0] == 1


def test_a_sector_that_cannot_be_read_sets_its_file_aside_and_is_asked_for_again(
    ledger: Ledger, disk: Path, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No disk here has bad sectors: the error is raised where the kernel would, at the read of one file."""
    put(clip(films, tone=300), disk / "a.mp4")
    put(clip(films, tone=340), disk / "b.mp4")
    real, bad = Digester.take, os.stat(disk / "a.mp4").st_ino  # noqa: PTH116

    def take(
        self: Digester, file: object, tell: object = None, *, most: int | None = None, blocks: bool = True
    ) -> object:
        if os.fstat(file.fileno()).st_ino == bad:  # type: ignore[attr-defined]
            tell(4096)  # type: ignore[operator]
            raise OSError(5, "Input/output error")
        return real(self, file, tell, most=most, blocks=blocks)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Digester, "take", take)
        assert len(list(source(ledger, disk).list())) == 1
    assert states(ledger)["a.mp4"] == ("unread", "cannot be read after 4,096 bytes: Input/output error")
    assert len(list(source(ledger, disk).list())) == 2
    assert ledger.disks.unread("red", limit=5) == (0, [])


def test_a_disk_that_goes_in_the_middle_breaks_the_visit_off_and_nothing_is_gone(
    ledger: Ledger, disk: Path, films: Path
) -> None:
    for number in range(3):
        put(clip(films, tone=300 + 40 * number), disk / str(number) / "film.mp4")
    one = source(ledger, disk)
    ledger.clips.seen(list(one.list()), NOW)
    visit = ledger.disks.to_record()
    before = states(ledger)
    put(clip(films, tone=500), disk / "3" / "film.mp4")

    class Away:
        def __enter__(self) -> "Away":
            return self

        def __exit__(self, *_: object) -> None: ...

        def total(self, amount: float) -> None: ...

        def advance(self, amount: float) -> None:
            if disk.exists():
                shutil.rmtree(disk / "0", ignore_errors=True)
                disk.rename(disk.with_name("unplugged"))

    said = Said()
    said.task = lambda *_, **__: Away()  # type: ignore[method-assign,assignment]
    again = source(ledger, disk, said, read_again=True)
    with pytest.raises(SourceAway, match="nothing is called gone"):
        list(again.list())
    assert set(before) <= set(states(ledger))
    assert ledger.disks.to_record() == visit


def test_a_film_that_is_cut_short_is_kept_with_that_on_record(ledger: Ledger, disk: Path, films: Path) -> None:
    whole = clip(films, seconds=3).read_bytes()
    cut = disk / "cut.mp4"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    one = source(ledger, disk)
    (listing,) = one.list()
    got = brought(one, listing, disk.parent / "attempt")
    assert any("cut short" in line for line in got.disagreements)
    assert got.media.read_bytes() == cut.read_bytes()


def test_a_film_of_which_most_is_noise_is_kept_as_far_as_it_decodes(ledger: Ledger, disk: Path, films: Path) -> None:
    data = bytearray(clip(films, seconds=3).read_bytes())
    at = data.index(b"mdat") + 1000
    for number in range(at, len(data) - 10, 7):
        data[number] ^= 0xA5
    (disk / "noise.mp4").write_bytes(data)
    one = source(ledger, disk)
    (listing,) = one.list()
    got = brought(one, listing, disk.parent / "attempt")
    assert got.disagreements or got.examined.unread


def test_what_only_begins_as_a_film_is_refused_and_named(ledger: Ledger, disk: Path) -> None:
    (disk / "no.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(5000))
    one = source(ledger, disk)
    (listing,) = one.list()
    with pytest.raises(FetchFailed, match="keep the disk") as told:
        brought(one, listing, disk.parent / "attempt")
    assert told.value.kind == "damaged"


def test_a_film_whose_name_lies_gets_an_extension_that_fits(ledger: Ledger, disk: Path, films: Path) -> None:
    put(clip(films), disk / "holiday.txt")
    one = source(ledger, disk)
    (listing,) = one.list()
    got = brought(one, listing, disk.parent / "attempt")
    assert (got.media.name, got.url) == ("media.mp4", address_of(got.digests.sha256 if got.digests else ""))
    assert "holiday" not in got.url


def test_a_copy_that_differs_from_what_the_visit_read_is_not_taken(ledger: Ledger, disk: Path, films: Path) -> None:
    film = put(clip(films, tone=300), disk / "film.mp4")
    one = source(ledger, disk)
    (listing,) = one.list()
    film.write_bytes(clip(films, tone=340).read_bytes())
    with pytest.raises(FetchFailed, match="reads otherwise") as told:
        brought(one, listing, disk.parent / "attempt")
    assert told.value.kind == "passing"


def test_of_several_places_the_one_with_metadata_counts_and_a_damaged_place_is_passed_over(
    ledger: Ledger, disk: Path, films: Path
) -> None:
    film = clip(films)
    put(film, disk / "a.mp4")
    put(film, disk / "kept" / "b [aB3-dE6gH0k].mp4")
    info = {"extractor_key": "Youtube", "id": "xY9-wV7uT1s", "webpage_url": "https://example.org", "title": "b"}
    (disk / "kept" / "b [aB3-dE6gH0k].info.json").write_text(json.dumps(info))
    one = source(ledger, disk)
    (listing,) = one.list()
    got = brought(one, listing, disk.parent / "attempt")
    assert got.stated
    assert (got.stated.clip, got.stated.basis, got.title) == ("youtube-xY9-wV7uT1s", "info.json", "b")
    assert any("youtube-aB3-dE6gH0k" in line for line in got.disagreements)
    (disk / "kept" / "b [aB3-dE6gH0k].mp4").unlink()
    again = brought(one, listing, disk.parent / "attempt")
    assert again.stated is None


def test_a_folder_of_bare_ids_makes_each_certain_and_a_word_among_them_is_not(
    ledger: Ledger, disk: Path, films: Path
) -> None:
    keys = ["aB3-dE6gH0k", *(f"{n}aB-cD{n}eF{n}g" for n in range(1, 9))]
    for number, key in enumerate([*keys, "testimonies"]):
        put(clip(films, tone=300 + 20 * (number % 2)), disk / "saved" / f"{key}.mp4")
        with (disk / "saved" / f"{key}.mp4").open("ab") as file:
            file.write((8).to_bytes(4) + b"free" * 1 + bytes([number]))
    put(clip(films, tone=360), disk / "saved" / "below" / "aB3-dE6gH0z.mp4")
    one, found = source(ledger, disk), dict[str, bool]()
    for number, listing in enumerate(one.list()):
        stated = brought(one, listing, disk.parent / f"attempt{number}").stated
        found |= {stated.platform_id: stated.certain} if stated else {}
    assert found == {**dict.fromkeys(keys, True), "testimonies": False}


def test_dates_come_with_what_each_is_worth(ledger: Ledger, disk: Path, films: Path) -> None:
    film = clip(films)
    for name, tags in {
        "phone.mov": (
            "-metadata",
            "creation_time=2018-06-12T10:00:00Z",
            "-metadata",
            "com.apple.quicktime.creationdate=2018-06-12T16:00:00+0600",
            "-movflags",
            "use_metadata_tags",
        ),
        "unset.mp4": ("-metadata", "creation_time=1970-01-01T00:00:01Z"),
    }.items():
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(film), "-c", "copy", *tags, str(disk / name)], check=True)
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(film), "-c:v", "mpeg4", str(disk / "camera.avi")], check=True)
    avi = (disk / "camera.avi").read_bytes()
    words = b"IDIT" + (26).to_bytes(4, "little") + b"TUE JUN 12 16:00:00 2018\n\0"
    hdrl = 12
    size = int.from_bytes(avi[hdrl + 4 : hdrl + 8], "little")
    end = hdrl + 8 + size
    grown = avi[: hdrl + 4] + (size + len(words)).to_bytes(4, "little") + avi[hdrl + 8 : end] + words + avi[end:]
    (disk / "camera.avi").write_bytes(grown)
    one = source(ledger, disk)
    found = {}
    for number, listing in enumerate(one.list()):
        got = brought(one, listing, disk.parent / f"attempt{number}")
        found[got.media.suffix] = {(date.origin, date.worth, date.value) for date in got.dates}
    assert ("quicktime_creationdate", "zoned", "2018-06-12T16:00:00+0600") in found[".mov"]
    assert ("creation_time", "utc", "2018-06-12T10:00:00Z") in found[".mov"]
    assert any(origin == "creation_time" and worth == "unset" for origin, worth, _ in found[".mp4"])
    assert ("avi_idit", "no_zone", "TUE JUN 12 16:00:00 2018") in found[".avi"]
    assert all(any(origin == "file_time" and worth == "least" for origin, worth, _ in one) for one in found.values())


def test_what_lies_beside_a_film_is_taken_or_named(ledger: Ledger, disk: Path, films: Path) -> None:
    put(clip(films), disk / "f.mp4")
    (disk / "f.info.json").write_text("[" * 100_000)
    (disk / "f.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nWords\n")
    (disk / "f.zh-Hans.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nWords\n")
    (disk / "f.kk.vtt").write_text("<html>no captions</html>")
    (disk / "f.jpg").write_text("no picture")
    (disk / "f.webp").write_bytes(b"RIFF\x00\x00\x00\x00WEBPVP8 ")
    (disk / "f2.en.vtt").write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nAnother film\n")
    one = source(ledger, disk)
    (listing,) = one.list()
    got = brought(one, listing, disk.parent / "attempt")
    assert {tag: path.name for tag, path in got.captions.items()} == {"en": "en.vtt", "zh-Hans": "zh-Hans.srt"}
    assert got.thumbnail
    assert got.thumbnail.name == "thumbnail.webp"
    assert got.info is None
    assert {cut.path for cut in got.cut} == {"info.json", "captions/kk.vtt", "thumbnail.*"}
    assert all("left on the disk" in cut.why for cut in got.cut)
