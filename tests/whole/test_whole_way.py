"""A channel goes the whole way once; then everything that is promised of it is looked at.

The world of this module goes forward only: the first run, the same again, what is new, what people decide, and then the
ledger is lost. Each stage is a fixture that names the one before, so that any test can be run alone.
"""

import base64
import csv
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

import pytest

from storage.digests import BLOCK as MIB
from tests.support.words import words_kept
from tests.whole.archives import Done, Thirdcopy, clip_of, made, object_count
from tests.whole.films import CAPTIONS, FAULTY, GARBAGE, HOSTILE, RAW, WORDS, quiet, sample_channel
from tests.whole.looking import command_lines, files_of, marks, rows
from tests.world.channel import HOST, Channel, Video
from tests.world.samples import COLUMNS, sample_register
from tests.world.servers import SECRET_KEY, S3Server

LOGIN, SESSION, PASSWORD = "canary-login-cookie", "canary-session-cookie", "canary proxy@pass"


@dataclass(frozen=True)
class World:
    """A channel and the archive that keeps it. `videos` by key."""

    channel: Channel
    videos: dict[str, Video]
    archive: Thirdcopy

    def clip(self, key: str) -> str:
        return clip_of(self.videos[key].id)


@dataclass(frozen=True)
class First:
    """What the first run left."""

    world: World
    run: Done
    commands: frozenset[bytes]
    status: dict[str, Any]


@dataclass(frozen=True)
class Second:
    """What the same run again did: what there was before and after."""

    world: World
    run: Done
    downloads: tuple[dict[str, int], dict[str, int]]
    marks: tuple[dict[str, dict[str, object]], dict[str, dict[str, object]]]
    rows: tuple[dict[str, list[tuple[Any, ...]]], dict[str, list[tuple[Any, ...]]]]


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, servers: dict[str, S3Server], whisper_folder: Path, films: Path
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("whole-way") / "way"
    videos = sample_channel(films)
    with Channel(list(videos.values()), password=PASSWORD, cookie=SESSION) as channel:
        channel.add(videos["spoken"], name="others")
        channel.add(videos["cut"], name="others")
        others = f'[sources.others]\nurl = "{channel.url_of("others")}"\nca_file = "{channel.ca_file}"\n'
        others += (
            'sleep_seconds = 0\nrequest_seconds = 0\naccess = "public"\n[registers.victims]\nfile = "register.csv"\n'
        )
        archive = made(folder, channel, servers, whisper_folder, source='cookies_file = "cookies.txt"', rest=others)
        archive.environment["THIRDCOPY_SOURCES__OTHERS__PROXY"] = channel.proxy
        cookie = f"# Netscape HTTP Cookie File\n{HOST}\tFALSE\t/\tTRUE\t2147483647\tlogin\t{LOGIN}\n"
        (folder / "cookies.txt").write_text(cookie)
        register = sample_register(folder / "register.csv", list(videos.values()))
        with register.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, COLUMNS, restval="").writerows(GARBAGE)
            file.write('7,"too, many",' + ",".join("x" * 40) + "\n,,,\n")
        yield World(channel, videos, archive)


@pytest.fixture(scope="module")
def first(world: World) -> First:
    running = world.archive.start("-v", "run", "--plain")
    with command_lines(running.process.pid) as commands:
        done = running.wait()
    return First(world, done, frozenset(commands), world.archive("status", "--json").json)


@pytest.fixture(scope="module")
def second(first: First) -> Second:
    world = first.world
    before = dict(world.channel.downloads), marks(world.archive), rows(world.archive.state)
    done = world.archive("run", "--plain", code=3)
    return Second(
        world,
        done,
        (before[0], dict(world.channel.downloads)),
        (before[1], marks(world.archive)),
        (before[2], rows(world.archive.state)),
    )


def test_the_run_ends_with_3_and_names_what_failed(first: First) -> None:
    assert first.run.code == 3, first.run.err
    for key, kind in FAULTY.items():
        assert f"{first.world.clip(key)}: {kind}" in first.run.err
    assert "Traceback" not in first.run.err


def test_status_has_what_is_promised(first: First) -> None:
    status, held = first.status, 3 + len(HOSTILE)
    assert status["schema"] == "thirdcopy/status/1"
    assert status["clips"] == {
        "listed": held + len(FAULTY),
        "held": held,
        "safe": held,
        "degraded": 0,
        "failed": {"damaged": 1, "gone": 1, "passing": 1},
    }
    assert list(status["targets"]) == ["seaweedfs", "rclone", "disk"]
    for target in status["targets"].values():
        assert (target["copies"], target["proven"], target["owed"]) == (held, 0, 0)
    assert status["minimum_copies"] == 3
    assert status["transcripts"] == held + 2, "one clip has two tracks, and one has captions"
    assert status["corrections"] == {"corrections": 0, "conflicts": 0}
    assert set(status["links"]) == {"proposed", "positive", "negative", "unsure", "conflicts", "returned"}
    assert status["links"]["proposed"] >= 1


def test_the_evidence_is_what_the_platform_gave(first: First) -> None:
    world = first.world
    video, clip = world.videos["spoken"], world.clip("spoken")
    film_bytes = video.film.read_bytes()
    for target in world.archive.targets().values():
        files = files_of(target, f"evidence-{clip}")
        assert files[f"media/{clip}.mp4"] == film_bytes
        assert files["description.txt"].decode() == video.description
        assert files["captions/en.vtt"].decode() == CAPTIONS
        assert files["thumbnail.jpg"].startswith(b"\xff\xd8\xff")
        blocks = [film_bytes[at : at + MIB] for at in range(0, len(film_bytes), MIB)]
        told = [line.split()[0] for line in files["blocks.sha256"].decode().splitlines() if not line.startswith("#")]
        assert told == [sha256(block).hexdigest() for block in blocks]
        capture = json.loads(files["capture.json"])
        assert {file["path"]: file["sha512"] for file in capture["files"]} == {
            path: sha512(body).hexdigest()
            for path, body in files.items()
            if path not in ("capture.json", "blocks.sha256")
        }
        info = json.loads(files["info.json"])
        assert info["title"] == video.title
        assert "formats" in info


def test_each_stream_has_the_digest_that_ffmpeg_gives_it(first: First) -> None:
    video = first.world.videos["doubled"]
    command = ["ffmpeg", "-v", "error", "-i", str(video.film), "-map", "0", "-c", "copy", "-f", "streamhash"]
    told = subprocess.run([*command, "-hash", "sha256", "-"], capture_output=True, text=True, check=True, timeout=60)
    digests = {line.rpartition("=")[2].lower() for line in told.stdout.split()}
    capture = _sidecar(first.world, "doubled")["captures"][0]
    assert {stream["sha256"] for stream in capture["streams"]} == digests
    assert [stream["kind"] for stream in capture["streams"]].count("audio") == 2


def test_the_sidecar_says_what_is_known(first: First) -> None:
    world = first.world
    sidecar = _sidecar(world, "spoken")
    assert sidecar["clip"] == world.clip("spoken")
    assert sidecar["sources"] == ["others", "voices"]
    assert sidecar["consent"] is None
    capture = sidecar["captures"][0]
    assert (capture["tool"], capture["tags"]) == ("yt-dlp", ["testimony"])
    assert any(cut["path"].endswith("url") for cut in capture["cut"])
    assert sidecar["evidence"] == {
        "object": f"evidence-{world.clip('spoken')}",
        "version": 1,
        "sha512": sidecar["evidence"]["sha512"],
    }
    link = next(link for link in sidecar["links"] if link["entry"] == "153")
    assert link["judgements"] == []
    assert link["judgement"] is None
    assert link["tier"] == "A"
    assert "Karim" in link["quote"] or "153" in link["quote"]
    for ref in sidecar["transcripts"]:
        for target in world.archive.targets().values():
            files = files_of(target, f"work-{world.clip('spoken')}")
            assert sha512(files[f"transcripts/{ref['name']}.json"]).hexdigest() == ref["sha512"]
            assert files[f"transcripts/{ref['name']}.vtt"].startswith(b"WEBVTT")


def test_a_clip_that_two_sources_list_is_fetched_once_and_is_as_closed_as_the_source_it_came_by(first: First) -> None:
    sidecar = _sidecar(first.world, "spoken")
    assert first.world.channel.downloads[first.world.videos["spoken"].id] == 1
    assert sidecar["captures"][0]["source"] == "voices"
    assert sidecar["access"]["level"] == "restricted"


def test_each_track_is_read_and_silence_is_said_to_be_silence(first: First) -> None:
    doubled, silent = _sidecar(first.world, "doubled"), _sidecar(first.world, "silent")
    first_track, second_track = doubled["transcripts"]
    assert (first_track["track"], first_track["languages"]) == (1, ["en"])
    assert second_track["track"] == 2
    assert set(second_track["languages"]) <= {"ru"}, "a guess may be no text, and is in no other language"
    (ref,) = silent["transcripts"]
    assert ref["segments"] == 0
    disk = first.world.archive.targets()["disk"]
    body = json.loads(files_of(disk, f"work-{first.world.clip('silent')}")[f"transcripts/{ref['name']}.json"])
    assert {gap["reason"] for gap in body["gaps"]} == {"no_speech"}
    assert body["media_sha256"] == sha256(first.world.videos["silent"].film.read_bytes()).hexdigest()


def test_a_strangers_title_is_no_path_and_never_reaches_the_terminal_raw(first: First) -> None:
    world = first.world
    for keys in world.archive.keys().values():
        assert not [key for key in keys if "passwd" in key or "hidden" in key or "\u202e" in key or "long" in key]
    names = [path.name for path in world.archive.state.rglob("*")]
    assert not [name for name in names if "passwd" in name or name.startswith(".hidden")]
    shown = world.archive("show", world.clip("raw"))
    for done in (shown, first.run, world.archive("status")):
        assert not [mark for mark in RAW if mark in done.out + done.err]
    assert "two lines" in shown.out
    assert _sidecar(world, "raw")["captures"][0]["title"] == HOSTILE["raw"]


def test_no_secret_is_anywhere(first: First) -> None:
    world = first.world
    archive = world.archive
    asked = [request.headers.get("Cookie", "") for request in world.channel.requests]
    assert any(LOGIN in cookie for cookie in asked)
    assert any(SESSION in cookie for cookie in asked)
    login = base64.b64encode(f"archive:{PASSWORD}".encode()).decode()
    quoted = world.channel.proxy.partition(":")[2].partition("@")[0].rpartition(":")[2]
    secrets = {
        "cookie of the file": LOGIN,
        "cookie of the session": SESSION,
        "proxy password": PASSWORD,
        "proxy password in an address": quoted,
        "proxy header": login,
        "secret key": SECRET_KEY,
        "signature of an address": "signed-",
        "our address": "203.0.113.77",
    }
    places = {"stdout": first.run.out.encode(), "stderr": first.run.err.encode()}
    places |= {f"a command line: {line!r}": line for line in first.commands}
    places |= {str(path): path.read_bytes() for path in archive.state.rglob("*") if path.is_file()}
    places |= {f"the ledger's {table}": repr(found).encode() for table, found in rows(archive.state).items()}
    for name, target in archive.targets().items():
        for stat in target.list(""):
            with target.open(stat.key) as body:
                places[f"{name}: {stat.key}"] = body.read()
    assert len(places) > 300
    assert "yt-dlp" in first.run.err or "DEBUG" in first.run.err
    for what, secret in secrets.items():
        assert not [place for place, body in places.items() if secret.encode() in body], what


def test_the_same_run_again_does_nothing(second: Second) -> None:
    world, (before, after) = second.world, second.downloads
    cut = world.videos["cut"].id  # a passing failure is tried again at each run
    assert {key: n for key, n in after.items() if key != cut} == {key: n for key, n in before.items() if key != cut}
    assert second.marks[0] == second.marks[1]
    before_rows, after_rows = second.rows
    for rows_ in second.rows:  # when it was last at work, and when it listed
        rows_["facts"] = [
            row
            for row in rows_["facts"]
            if not row[0].startswith(("at_work", "full-pass:", "listed-at:", "run_ended_well"))
        ]
    for table in before_rows.keys() - {"listings", "failures", "leases", "sightings"}:
        assert before_rows[table] == after_rows[table], table
    spans = [[row[:8] for row in rows_["sightings"]] for rows_ in second.rows]
    assert spans[0] == spans[1], "what is seen again makes a span longer, and none more"
    assert [row[:3] for row in before_rows["listings"]] == [row[:3] for row in after_rows["listings"]]
    assert "track" not in second.run.err
    assert "to disk" not in second.run.err


def test_what_is_gone_or_damaged_is_not_asked_for_again_at_once(second: Second) -> None:
    world = second.world
    assert f"{world.clip('cut')}: passing" in second.run.err
    assert world.clip("gone") not in second.run.err
    assert f"{world.clip('false')}: damaged" not in second.run.err
    assert f"{world.clip('false')}: fetch failed on" in second.run.err, "what failed before is told by each run"


@dataclass(frozen=True)
class Third:
    """What became of the new clip."""

    world: World
    full: Done
    failures: tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]
    run: Done
    retried: Done
    before: dict[str, dict[str, object]]
    after: dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def third(second: Second) -> Third:
    """The disk is full, then it is not; one new clip is published, and one that broke off is whole now."""
    world = second.world
    videos = {**world.videos, "new": quiet(world.videos["spoken"].film.parent, 110)}
    world = World(world.channel, videos, world.archive)
    world.channel.add(videos["new"])
    failures = rows(world.archive.state)["failures"]
    full = world.archive("fetch", "--source", "voices", code=3, THIRDCOPY_FREE_GIB="1e9")
    refused = rows(world.archive.state)["failures"]
    before = marks(world.archive)
    run = world.archive("run", "--plain", "--fast", "--source", "voices", code=3)
    after = marks(world.archive)
    videos["cut"].fault = None
    retried = world.archive("retry", world.clip("cut"))
    return Third(world, full, (failures, refused), run, retried, before, after)


def test_a_full_disk_stops_fetching_and_blames_no_clip(third: Third) -> None:
    assert "GiB free, and free_gib keeps 1e+09 GiB: make room" in third.full.err
    assert third.failures[0] == third.failures[1]


def test_a_new_clip_is_the_only_one_that_is_done(third: Third) -> None:
    world, clip = third.world, third.world.clip("new")
    assert world.channel.downloads[world.videos["new"].id] == 1
    assert all(n == 1 for key, n in world.channel.downloads.items() if key != world.videos["cut"].id)
    for name, before in third.before.items():
        after = third.after[name]
        kept = {key: mark for key, mark in before.items() if not key.endswith("newest-run.json")}
        assert kept.items() <= after.items()
        new = after.keys() - before.keys()
        objects = {part for key in new for part in key.split("/") if part.startswith(("evidence-", "work-", "run-"))}
        assert {name for name in objects if not name.startswith("run-")} == {f"evidence-{clip}", f"work-{clip}"}
        assert len(objects) == 3


def test_what_failed_is_fetched_once_it_can_be_by_the_source_that_was_asked(third: Third) -> None:
    world = third.world
    assert world.clip("cut") in third.retried.err
    assert _sidecar(world, "cut")["captures"][0]["source"] == "voices"
    assert _sidecar(world, "cut")["access"]["level"] == "restricted"
    assert {row[0] for row in rows(world.archive.state)["failures"]} == {world.clip("gone"), world.clip("false")}


@dataclass(frozen=True)
class Decided:
    """What people did: exports, access, a judgement; and what `mirror` made of it."""

    world: World
    refused: Done
    taken: Done
    opened: Done
    restored: Path
    link: str
    objects: int


@pytest.fixture(scope="module")
def decided(third: Third, tmp_path_factory: pytest.TempPathFactory) -> Decided:
    world, thirdcopy, clip = third.world, third.world.archive, third.world.clip("spoken")
    refused = thirdcopy("export", clip, code=4)
    taken = thirdcopy("export", clip, "--restricted", "--by", "A. Archivist")
    link = _sidecar(world, "spoken")["links"][0]["id"]
    thirdcopy("judge", clip, link, "positive", "--by", "R. Researcher", "--why", "she names him")
    thirdcopy("access", clip, "public", "--by", "A. Archivist")
    opened = thirdcopy("export", clip, "--format", "vtt")
    folder = tmp_path_factory.mktemp("restored")
    thirdcopy("restore", clip, "--to", str(folder), "--by", "R. Researcher")
    thirdcopy("mirror")
    return Decided(world, refused, taken, opened, folder, link, object_count(thirdcopy.verdicts()))


def test_what_nobody_opened_leaves_only_with_a_name(decided: Decided) -> None:
    assert "restricted" in decided.refused.err
    assert not decided.refused.out
    assert words_kept(decided.taken.out, WORDS) > 0.3
    assert decided.opened.out.startswith("WEBVTT")


def test_what_people_did_is_in_the_newest_run_record_and_sidecar(decided: Decided) -> None:
    world, clip = decided.world, decided.world.clip("spoken")
    for target in world.archive.targets().values():
        sidecar = json.loads(files_of(target, f"work-{clip}")["sidecar.json"])
        (judged,) = [judged for judged in sidecar["links"] if judged["id"] == decided.link]
        assert judged["judgement"] == "positive"
        assert [(one["by"], one["why"]) for one in judged["judgements"]] == [("R. Researcher", "she names him")]
        assert (sidecar["access"]["level"], sidecar["access"]["by"]) == ("public", "A. Archivist")
        runs = {part for stat in target.list("ocfl/") for part in stat.key.split("/") if part.startswith("run-")}
        lines = files_of(target, max(runs))["events.jsonl"].decode().splitlines()
        agents = [(event["type"].rpartition("/")[2], event["agent"]) for event in map(json.loads, lines)]
        assert ("dis", "A. Archivist") in agents
        assert ("poa", "A. Archivist") in agents
        assert ("mem", "R. Researcher") in agents


def test_a_judgement_makes_one_version_of_one_work_object_and_every_root_is_valid(decided: Decided) -> None:
    world = decided.world
    versions = {(name, number) for name, number, *_ in rows(world.archive.state)["versions"] if number > 1}
    assert versions == {(f"work-{world.clip('spoken')}", 2)}
    assert decided.objects == 2 * (3 + len(HOSTILE) + 2) + 5


def test_restored_files_are_the_captured_ones(decided: Decided) -> None:
    world, clip = decided.world, decided.world.clip("spoken")
    found = decided.restored / f"evidence-{clip}" / "media" / f"{clip}.mp4"
    capture = _sidecar(world, "spoken")["captures"][0]
    digests = {file["path"]: file["sha512"] for file in capture["files"]}
    assert sha512(found.read_bytes()).hexdigest() == digests[f"media/{clip}.mp4"]
    for path, digest in digests.items():
        assert sha512((decided.restored / f"evidence-{clip}" / path).read_bytes()).hexdigest() == digest


@pytest.fixture(scope="module")
def rebuilt(decided: Decided, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Thirdcopy, Done]]:
    """The ledger is lost: it is made anew from each target alone, and a person accepts what people said there."""
    archive, folder = decided.world.archive, tmp_path_factory.mktemp("rebuilt")
    others = {name: archive.with_state(folder / name) for name in archive.targets()}
    done = {name: (other, other("rebuild", "--from", name, code=3)) for name, other in others.items()}
    for name, other in others.items():
        other("accept", "--all", "--from", name, "--by", "A. Keeper")
    return done


def test_any_one_target_gives_the_same_archive(decided: Decided, rebuilt: dict[str, tuple[Thirdcopy, Done]]) -> None:
    world = decided.world
    before = world.archive.sidecar(world.clip("spoken"))
    known = rows(world.archive.state)
    for other, _ in rebuilt.values():
        assert other.sidecar(world.clip("spoken")) == before
        found = rows(other.state)
        for table in ("captures", "transcripts", "links"):
            assert found[table] == known[table], table
        # When a version was sealed is told by its inventory, which was written up to a second before.
        assert [row[:5] for row in found["versions"]] == [row[:5] for row in known["versions"]]
        assert [row[1:] for row in found["judgements"]] == [row[1:] for row in known["judgements"]]
        assert {row[3] for row in found["copies"]} == {"claimed"}
        # That another target holds a run record too stands in no run record, or none would be the last.
        elsewhere = [{row[:3] for row in there["copies"] if row[0][:4] != "run-"} for there in (found, known)]
        assert elsewhere[0] == elsewhere[1]


def test_who_rebuilds_reads_the_copies_and_takes_over(
    decided: Decided, rebuilt: dict[str, tuple[Thirdcopy, Done]]
) -> None:
    world, (other, _) = decided.world, rebuilt["disk"]
    downloads = dict(world.channel.downloads)
    other("audit", "--all")
    assert {row[3] for row in rows(other.state)["copies"]} == {"arrived"}
    before = marks(world.archive)
    taken = other("run", "--plain", "--take-over", code=None)
    assert taken.code in (0, 3)
    assert "track" not in taken.err
    held = {video.id for key, video in world.videos.items() if key not in ("gone", "false")}
    assert all(world.channel.downloads[key] == downloads[key] for key in held)
    for name, after in marks(world.archive).items():
        changed = {key for key, mark in after.items() if before[name].get(key) != mark}
        assert not [
            key for key in changed if "/run-" not in key and not key.endswith(("writer.json", "newest-run.json"))
        ]
    refused = world.archive("run", "--plain", code=4)
    assert "--take-over" in refused.err


def test_a_proxy_whose_password_breaks_its_address_is_refused_and_not_quoted(world: World) -> None:
    broken = "http://archive:canary/of-a-proxy@127.0.0.1:1"
    done = world.archive("run", "--plain", code=2, THIRDCOPY_SOURCES__VOICES__PROXY=broken)
    assert "sources.voices.proxy" in done.err
    assert "percent-encoded" in done.err
    assert "canary" not in done.out + done.err


def _sidecar(world: World, key: str) -> dict[str, Any]:
    """The sidecar as it lies in the folder target, where nobody needs us to read it."""
    found: dict[str, Any] = json.loads(
        files_of(world.archive.targets()["disk"], f"work-{world.clip(key)}")["sidecar.json"]
    )
    return found
