"""Bringing in a disk through the command line: made-up films on a made-up disk, three folders as targets."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.flows.place import Place, little_archive, until, videos
from tests.world.media import clip

ID = "aB3-dE6gH0k"
"""Has the form of a YouTube id, and is of no video that there is."""
INFO = {
    "id": ID,
    "extractor_key": "Youtube",
    "extractor": "youtube",
    "webpage_url": f"https://www.youtube.com/watch?v={ID}",
    "title": "She speaks of her father",
    "uploader": "made-up voices",
    "upload_date": "20180612",
    "duration": 1,
    "description": "Words of the platform.",
    "http_headers": {"Cookie": "secret"},
    "tags": ["testimony"],
}
VTT = "WEBVTT\n\n00:00.000 --> 00:00.900\nShe speaks.\n"
SETTINGS = """\
name = "little"
state = "state"
minimum_copies = 3
free_gib = 0

[sources.red]
kind = "folder"
path = "disk"
quiet_minutes = 0

[targets.one]
kind = "folder"
path = "one"

[targets.two]
kind = "folder"
path = "two"

[targets.three]
kind = "folder"
path = "three"

[transcription]
model = "one"
"""


def a_disk(folder: Path, films: Path) -> Path:
    """A disk: a yt-dlp folder, a camera's file under another name, the same bytes twice, texts that pose as films."""
    disk = folder / "disk"
    (disk / "saved").mkdir(parents=True)
    (disk / "DCIM").mkdir()
    first, second = (clip(films, seconds=1, tone=tone) for tone in (300, 340))
    stem = f"She speaks of her father [{ID}]"
    shutil.copyfile(first, disk / "saved" / f"{stem}.mp4")
    (disk / "saved" / f"{stem}.info.json").write_text(json.dumps(INFO))
    (disk / "saved" / f"{stem}.en.vtt").write_text(VTT)
    (disk / "saved" / f"{stem}.description").write_text("Words beside the film.")
    shutil.copyfile(second, disk / "DCIM" / "MOV_0001.dat")
    shutil.copyfile(second, disk / "DCIM" / "MOV_0001 copy.dat")
    (disk / "DCIM" / "list.mp4").write_text("ffconcat version 1.0\nfile MOV_0001.dat\n")
    (disk / "playlist.m3u8").write_text("#EXTM3U\nDCIM/MOV_0001.dat\n")
    (disk / "link.mp4").symlink_to(first)
    Path(os.fsdecode(os.fsencode(disk) + b"/\xff\xfe %.txt")).write_text("notes")
    return disk


@contextmanager
def archive_of_a_disk(folder: Path, films: Path) -> Iterator[tuple[Place, Path]]:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("one", "two", "three"):
        (folder / name).mkdir(exist_ok=True)
    place = Place(folder)
    place.file.write_text(SETTINGS)
    yield place, a_disk(folder, films)


def ran(place: Place, *arguments: str) -> None:
    """A run without a model, which is its one debt."""
    done = place.thirdcopy("run", "--plain", *arguments)
    assert done.code == 3, done.err
    assert done.err.count("not done") == 1, done.err


def test_a_disk_is_brought_in_recorded_shown_and_rebuilt(tmp_path: Path, films: Path) -> None:
    with archive_of_a_disk(tmp_path, films) as (place, disk):
        before = {path: path.stat() for path in sorted(disk.rglob("*"))}
        dry = place.thirdcopy("run", "--dry-run", "--json").json["dry_run"]["visit"]["red"]["found"]
        assert (dry["files"], dry["media"], dry["new"]) == (9, 3, 3)
        ran(place)
        ((name, shown),) = place.thirdcopy("disks", "--json").json.items()
        (visit,) = shown["visits"]
        assert (visit["files"], visit["media"], visit["unread"], visit["skipped"], visit["copies"]) == (9, 3, 0, 1, 3)
        files = {file["path"]: file for file in place.thirdcopy("disks", name, "--json").json["of_files"]}
        assert "%FF%FE %25.txt" in files
        saved = files[f"saved/She speaks of her father [{ID}].mp4"]
        camera, again = files["DCIM/MOV_0001.dat"], files["DCIM/MOV_0001 copy.dat"]
        assert saved["clip"] == f"file-{saved['sha256'][:32]}"
        assert camera["clip"] == again["clip"] == f"file-{camera['sha256'][:32]}"
        assert all(files[path]["clip"] is None for path in ("DCIM/list.mp4", "playlist.m3u8"))
        found = place.thirdcopy("show", saved["clip"], "--json").json
        (capture,) = found["sidecar"]["captures"]
        assert (capture["title"], capture["uploader"], capture["uploaded"]) == (
            "She speaks of her father",
            "made-up voices",
            "20180612",
        )
        assert capture["stated"] == {
            "extractor": "Youtube",
            "platform_id": ID,
            "url": f"https://www.youtube.com/watch?v={ID}",
            "basis": "info.json",
            "certain": True,
        }
        assert capture["description"] == "Words beside the film."
        assert {file["role"] for file in capture["files"]} == {"media", "info", "description", "caption"}
        assert "saved" not in json.dumps(capture)
        assert [place_["path"] for place_ in found["seen_on"]] == [f"saved/She speaks of her father [{ID}].mp4"]
        told = place.thirdcopy("disks", name).out.splitlines()
        assert [line for line in told if line.startswith("   no film")] == [
            "   no film  DCIM/list.mp4  begins as no sound and no picture"
        ]
        text = place.thirdcopy("show", camera["clip"]).out
        assert "MOV_0001 copy.dat" in text
        after = {path: path.stat() for path in sorted(disk.rglob("*"))}
        assert [(s.st_mtime_ns, s.st_atime_ns, s.st_size) for s in after.values()] == [
            (s.st_mtime_ns, s.st_atime_ns, s.st_size) for s in before.values()
        ]
        assert before.keys() == after.keys()

        shutil.rmtree(tmp_path / "state")
        assert place.thirdcopy("rebuild").code == 0
        assert place.thirdcopy("disks", "--json").json[name]["visits"][0]["files_sha256"] == visit["files_sha256"]
        told = place.thirdcopy("show", saved["clip"], "--json").json
        assert told["seen_on"] == found["seen_on"]
        assert [one["stated"] for one in told["sidecar"]["captures"]] == [capture["stated"]]


def test_a_second_visit_reads_nothing_and_a_changed_disk_makes_a_version(tmp_path: Path, films: Path) -> None:
    with archive_of_a_disk(tmp_path, films) as (place, disk):
        ran(place)
        second = place.thirdcopy("fetch")
        assert "0 read in this visit" in second.err
        (disk / "DCIM" / "MOV_0001 copy.dat").unlink()
        third = clip(films, seconds=1, tone=380)
        shutil.copyfile(third, disk / "new.mp4")
        done = place.thirdcopy("fetch", "--fast", "--json")
        assert (done.code, done.json["new"], done.json["fetched"]) == (0, 1, 1)
        ((name, shown),) = place.thirdcopy("disks", "--json").json.items()
        assert [visit["files"] for visit in shown["visits"]] == [9, 9]
        first = {file["path"] for file in place.thirdcopy("disks", name, "--visit", "1", "--json").json["of_files"]}
        now = {file["path"] for file in place.thirdcopy("disks", name, "--json").json["of_files"]}
        assert (first - now, now - first) == ({"DCIM/MOV_0001 copy.dat"}, {"new.mp4"})


def test_a_disk_that_is_not_there_is_said_and_other_sources_go_on(tmp_path: Path, films: Path) -> None:
    extra = '\n[sources.red]\nkind = "folder"\npath = "disk"\nquiet_minutes = 0\n'
    with little_archive(tmp_path, videos(films, 5)[4:], extra=extra) as (place, _):
        absent = place.thirdcopy("fetch", "--json")
        assert (absent.code, absent.json["fetched"]) == (3, 1)
        assert "mount the disk" in absent.json["problems"][0]
        disk = a_disk(tmp_path, films)
        assert place.thirdcopy("fetch", "--json").json["fetched"] == 2
        shutil.rmtree(disk)
        disk.mkdir()
        empty = place.thirdcopy("fetch", "--json")
        assert (empty.code, empty.json["fetched"]) == (3, 0)
        assert empty.json["problems"][0].startswith("red: its folder is empty: the disk is not mounted there")
        dry = place.thirdcopy("run", "--dry-run", "--json").json["dry_run"]["visit"]["red"]
        assert (dry["found"], dry["problem"]) == (None, empty.json["problems"][0].removeprefix("red: "))
        ((_, shown),) = place.thirdcopy("disks", "--json").json.items()
        assert len(shown["visits"]) == 1


def test_what_a_channel_gave_already_is_not_copied_again_and_known_as_the_same_bytes(
    tmp_path: Path, films: Path
) -> None:
    extra = '\n[sources.red]\nkind = "folder"\npath = "disk"\nquiet_minutes = 0\n'
    shown = videos(films, 1)
    with little_archive(tmp_path, shown, extra=extra) as (place, _):
        assert place.thirdcopy("fetch", "--source", "voices").code == 0
        (tmp_path / "disk").mkdir()
        media = next((tmp_path / "state" / "spool").rglob("media/*"))
        held = media.stem
        shutil.copyfile(media, tmp_path / "disk" / "anything")
        done = place.thirdcopy("fetch", "--source", "red", "--json")
        assert (done.code, done.json["new"], done.json["fetched"]) == (0, 0, 0)
        ((name, _),) = place.thirdcopy("disks", "--json").json.items()
        (file,) = place.thirdcopy("disks", name, "--json").json["of_files"]
        assert (file["path"], file["clip"]) == ("anything", held)
        assert [one["path"] for one in place.thirdcopy("show", held, "--json").json["seen_on"]] == ["anything"]


def test_a_disk_is_added_by_its_folder_and_looked_at_by_the_doctor(tmp_path: Path, films: Path) -> None:
    with archive_of_a_disk(tmp_path, films) as (place, disk):
        (tmp_path / "other").mkdir()
        assert place.thirdcopy("add", str(tmp_path / "other"), "--name", "blue").code == 0
        assert 'kind = "folder"' in place.file.read_text().partition("[sources.blue]")[2]
        wrong = place.thirdcopy("add", str(tmp_path / "nowhere"))
        assert (wrong.code, "is no folder" in wrong.err) == (2, True)
        findings = {one["what"]: one for one in place.thirdcopy("doctor", "--json").json["findings"]}
        assert findings["source red"]["ok"]
        assert str(disk) in findings["source red"]["found"]
        assert not findings["source blue"]["ok"]
        assert findings["source blue"]["do"] == "mount the disk there"


def test_a_visit_that_is_killed_goes_on_where_it_was(tmp_path: Path, films: Path) -> None:
    with archive_of_a_disk(tmp_path, films) as (place, disk):
        big = disk / "big.mp4"
        with big.open("wb") as file:
            file.write(clip(films, seconds=1, tone=420).read_bytes())
            file.truncate(1 << 30)
        with place.start("fetch") as process:
            until("it reads the disk", lambda: "big" in _open_files(process.pid))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        big.unlink()
        done = place.thirdcopy("fetch", "--json")
        assert (done.code, done.json["fetched"]) == (0, 2)
        ((_, shown),) = place.thirdcopy("disks", "--json").json.items()
        assert len(shown["visits"]) == 1


def _open_files(pid: int) -> str:
    try:
        return " ".join(str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return ""
