"""What every command owes its user: an example, JSON, a dry run, an exit code that means something."""

import io
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from flows.cli import app
from tests.flows.place import Done, Place, little_archive, videos
from tests.world.channel import Channel
from tests.world.ctc_model import make_ctc_model
from tests.world.samples import sample_register
from tests.world.servers import S3Server, rclone
from tests.world.servers.webhook import webhook

EXTRA = '[registers.victims]\nfile = "register.csv"\n[schedule]\nrun = "30 2 * * *"\n'
PASSWORD = "four plain words here"
CAPTION = "Please remember her name."
CAPTIONS = f"WEBVTT\n\n00:00.000 --> 00:01.000\n{CAPTION}\n"
Call = Callable[..., Done]


def commands() -> dict[str, Any]:
    """Every command, by the words that call it."""
    found: dict[str, Any] = {}

    def walk(group: Any, words: tuple[str, ...]) -> None:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                walk(command, (*words, name))
            else:
                found[" ".join((*words, name))] = command

    walk(get_command(app.app), ())
    return found


COMMANDS = commands()


def having(option: str) -> list[str]:
    return [name for name, command in COMMANDS.items() if any(option in each.opts for each in command.params)]


@pytest.fixture(scope="module")
def kept(
    tmp_path_factory: pytest.TempPathFactory, films: Path, whisper_folder: Path
) -> Iterator[tuple[Place, Channel, dict[str, list[str]]]]:
    """An archive with a clip, a transcript and a link, and the arguments that each command takes there."""
    folder = tmp_path_factory.mktemp("kept")
    about = "About Karim Lindenbrook, entry 153."
    shown = [replace(videos(films, 1)[0], description=about, captions={"en": CAPTIONS})]
    sample_register(folder / "register.csv", [])
    with webhook() as hook, little_archive(folder, shown, model=whisper_folder, extra=EXTRA) as (place, channel):
        place.environment["THIRDCOPY_ALERTS__ADDRESSES"] = hook.address
        done = place.thirdcopy("run", "--plain", "--json")
        assert (done.code, done.json["links"], done.json["transcribed"]) == (0, 1, 1), done.err
        clip = f"peertube-{shown[0].id}"
        with closing(sqlite3.connect(folder / "state" / "ledger.sqlite")) as ledger:
            (link,) = ledger.execute("SELECT id FROM links").fetchone()
        edited = folder / "edited.vtt"
        captions = json.loads(place.thirdcopy("show", clip, "--json").out)["sidecar"]["transcripts"][-1]["name"]
        done = place.thirdcopy(*f"export {clip} --transcript {captions} --format vtt --restricted --by R".split())
        assert (done.code, CAPTION in done.out) == (0, True), done.err
        edited.write_text(done.out.replace(CAPTION, "Remember his name."))
        done = place.thirdcopy(*f"review export {folder / 'filled.csv'} --by R --restricted".split())
        assert done.code == 0, done.err
        citation = folder / "citation.json"
        done = place.thirdcopy(*f"cite {clip} 0 --style json --restricted --by R -o {citation}".split())
        assert done.code == 0, done.err
        (folder / "videos.csv").write_text("Link\nhttps://youtu.be/AAAAAAAAAAA\n")
        arguments = {
            "init": [str(folder / "another")],
            "add": [channel.url_of("second")],
            "show": [clip],
            "timeline": [clip],
            "entry": ["153"],
            "expect": [str(folder / "videos.csv")],
            "review export": [str(folder / "links.csv"), "--by", "R. Reader", "--restricted"],
            "review import": [str(folder / "filled.csv"), "--by", "R. Reader"],
            "export": [clip],
            "verify-citation": [str(citation), "--target", "one"],
            "compare": [clip, "--restricted", "--by", "R. Reader"],
            "correct": [clip, str(edited), "--by", "R. Reader"],
            "access": [clip, "public", "--by", "A. Archivist"],
            "declare": [clip, "ug", "--by", "R. Reader"],
            "judge": [clip, link, "positive", "--by", "R. Reader"],
            "audit": ["--all"],
            "repair": ["--all"],
            "backfill": ["one"],
            "restore": [clip, "--to", str(folder / "out")],
            "targets check": ["one"],
            "register import": ["victims", "--by", "A. Archivist"],
            "register show": ["victims"],
            "register diff": ["victims"],
            "models check": [str(make_ctc_model(folder / "tones").folder)],
            "models get": ["omnilingual-300m"],
            "people add": ["B. Reader", "--role", "reader"],
            "people change": ["A. Keeper", "--role", "editor"],
            "people remove": ["A. Keeper"],
            "people openings": [clip],
            "search": ["remember"],
        }
        assert place.thirdcopy("people", "add", "A. Keeper", "--role", "keeper", given=f"{PASSWORD}\n").code == 0
        yield place, channel, {name: arguments.get(name, []) for name in COMMANDS}


@pytest.fixture
def call(kept: tuple[Place, Channel, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a command within this process, as its script would be."""
    place, _, _ = kept
    for name, value in place.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(place.folder)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{PASSWORD}\n".encode())))
        with pytest.raises(SystemExit) as ended:
            app.main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


OF_MACHINES = ("deploy", "sweep", "ledger move", "workers forget")
"""Commands of several machines, which need a database and a server of Prefect's: `test_pools.py` has those."""


def snapshot(folder: Path) -> dict[str, bytes | str]:
    """All that an archive keeps: each file's bytes, and what the ledger says."""
    files = [path for path in folder.rglob("*") if path.is_file() and "ledger.sqlite" not in path.name]
    with closing(sqlite3.connect(folder / "state" / "ledger.sqlite")) as ledger:
        return {str(path): path.read_bytes() for path in files} | {"ledger": "\n".join(ledger.iterdump())}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_an_example_and_fits_a_terminal(call: Call, name: str) -> None:
    done = call(*name.split(), "--help")
    assert done.code == 0
    assert f"Example: thirdcopy {name}" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_what_acts_has_a_dry_run_and_what_reports_has_json() -> None:
    looks = {"disks", "doctor", "status", "show", "timeline", "entry", "export", "compare"}
    looks |= {"cite", "verify-citation"}
    looks |= {"targets list", "targets check", "models list", "models check"}
    looks |= {"register list", "register show", "register diff", "alerts show", "workers"}
    looks |= {"server", "worker", "serve", "search", "people list", "people openings"}
    silent = {"init", "add", "schedule", "access", "judge", "export", "cite", "server", "worker", "serve"}
    assert set(having("--dry-run")) == set(COMMANDS) - looks
    assert set(having("--json")) == set(COMMANDS) - silent


@pytest.mark.parametrize("name", [name for name in having("--dry-run") if name not in OF_MACHINES])
def test_a_dry_run_changes_nothing(kept: tuple[Place, Channel, dict[str, list[str]]], call: Call, name: str) -> None:
    place, channel, arguments = kept
    before, asked = snapshot(place.folder), len(channel.requests)
    done = call(*name.split(), *arguments[name], "--dry-run")
    assert done.code == 0, done.err
    assert done.out
    assert snapshot(place.folder) == before
    assert len(channel.requests) == asked
    if name in having("--json"):
        assert json.loads(call(*name.split(), *arguments[name], "--dry-run", "--json").out)
        assert snapshot(place.folder) == before


TRIED_ELSEWHERE = ("run", "rebuild", "models get", *OF_MACHINES)
"""Commands whose reports in JSON other tests read; `models get` would ask a host outside."""


@pytest.mark.parametrize("name", [name for name in having("--json") if name not in TRIED_ELSEWHERE])
def test_a_report_in_json_is_alone_on_stdout(
    kept: tuple[Place, Channel, dict[str, list[str]]], call: Call, name: str
) -> None:
    _, _, arguments = kept
    done = call(*name.split(), *arguments[name], "--json")
    assert isinstance(json.loads(done.out), dict)
    assert done.code in ((0, 1) if name == "doctor" else (0,)), done.err  # the doctor may find yt-dlp old


def test_a_ledger_that_was_lost_is_made_anew(kept: tuple[Place, Channel, Any], call: Call) -> None:
    place, _, _ = kept
    refused = call("rebuild", "--json")
    assert (refused.code, refused.out) == (4, "")
    state = place.folder / "state"
    state.rename(place.folder / "moved")
    try:
        done = call("rebuild", "--json")
        assert (done.code, done.json["clips"]) == (0, 1), done.err
    finally:
        shutil.rmtree(state)
        (place.folder / "moved").rename(state)


def test_tables_fit_eighty_columns(kept: tuple[Place, Channel, dict[str, list[str]]], call: Call) -> None:
    _, _, arguments = kept
    for words in (
        "status",
        "show",
        "timeline",
        "compare",
        "targets list",
        "audit",
        "repair",
        "backfill",
        "doctor",
        "link",
        "register list",
        "register show",
        "register diff",
        "alerts show",
        "people list",
        "people openings",
    ):
        done = call(*words.split(), *arguments[words])
        tabled = [line for line in done.out.splitlines() if "http" not in line]
        assert max(map(len, tabled)) <= 80, words
        assert done.out.strip()


def test_the_doctor_looks_at_each_thing(kept: tuple[Place, Channel, Any], call: Call) -> None:
    found = {one["what"]: one for one in json.loads(call("doctor", "--json").out)["findings"]}
    assert {"ffmpeg", "ffprobe", "JavaScript runtime", "yt-dlp", "model", "disk", "target one"} <= set(found)
    assert all(one["ok"] for name, one in found.items() if name != "yt-dlp")
    assert all(one["ok"] or one["do"] for one in found.values())


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (["show", "peertube-X"], ""),
        (["transcribe", "peertube-X"], ""),
        (["retry", "peertube-X"], ""),
        (["audit", "peertube-X"], ""),
        (["audit", "--all", "--target", "thre"], "did you mean three?"),
        (["repair", "peertube-X"], ""),
        (["backfill", "thre"], "did you mean three?"),
        (["run", "--source", "voice"], "did you mean voices?"),
        (["fetch", "--source", "voice"], "did you mean voices?"),
        (["targets", "check", "thre"], "did you mean three?"),
        (["rebuild", "--from", "thre"], "did you mean three?"),
    ],
)
def test_what_is_not_known_is_answered_with_the_nearest(
    kept: tuple[Place, Channel, dict[str, list[str]]], call: Call, words: list[str], nearest: str
) -> None:
    _, _, arguments = kept
    (clip,) = arguments["show"]
    done = call(*(word.replace("peertube-X", clip[:-1]) for word in words))
    said = " ".join(re.sub(r"[│╭╰─╮╯]", "", done.err).split())
    assert (done.code, done.out) == (2, "")
    assert (nearest or f"there is no clip {clip[:-1]}; did you mean {clip}?") in said


def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path) -> None:
    with little_archive(tmp_path, [], extra="[transcription.x]\n") as (place, _):
        place.file.write_text(place.file.read_text().replace("minimum_copies", "minimum_copys"))
        done = place.thirdcopy("status")
    assert (done.code, done.out) == (2, "")
    assert f"{place.file}: minimum_copys is no setting; did you mean minimum_copies?" in done.err


def test_from_an_empty_folder_to_a_first_run(tmp_path: Path) -> None:
    place = Place(tmp_path)
    assert place.thirdcopy("status").code == 2
    assert place.thirdcopy("init").code == 0
    assert place.thirdcopy("init").code == 2, "settings are never written over"
    added = place.thirdcopy("add", "https://www.youtube.com/@made.up-channel/videos", "--languages", "kk,ug")
    assert (added.code, "Next: thirdcopy run" in added.out) == (0, True), added.err
    assert 'languages = ["kk", "ug"]' in place.file.read_text()
    done = place.thirdcopy("run", "--dry-run", "--json")
    assert (done.code, done.json["dry_run"]["fetch"]) == (0, {"made-up-channel": 0}), done.err
    assert (done.json["dry_run"]["look"], done.json["dry_run"]["joins"]) == ({"made-up-channel": 0}, 0)
    again = place.thirdcopy("add", "https://www.youtube.com/@made.up-channel/videos")
    assert (again.code, "sources.made-up-channel exists" in again.err) == (2, True)


def stanza(server: S3Server, **changes: str) -> tuple[str, dict[str, str]]:
    """A target `store` in the settings, and its keys in the environment."""
    values = {"kind": "s3", "endpoint": server.endpoint, "bucket": server.bucket} | changes
    text = "[targets.store]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items())
    names = ("ACCESS_KEY", "SECRET_KEY")
    keys = dict(zip(names, (server.access_key, server.secret_key), strict=True))
    return text, {f"THIRDCOPY_TARGETS__STORE__{name}": value for name, value in keys.items()}


def test_a_sound_store_passes_the_check(tmp_path: Path, seaweedfs_server: S3Server) -> None:
    text, keys = stanza(seaweedfs_server, prefix="checked")
    with little_archive(tmp_path, [], extra=text) as (place, _):
        place.environment |= keys
        done = place.thirdcopy("targets", "check", "store")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"store keeps all \d\d promises", done.out)
    assert seaweedfs_server.secret_key not in done.out


def test_a_bucket_open_to_strangers_is_refused(tmp_path: Path) -> None:
    with rclone(tmp_path / "rclone", anyone=True) as server:
        text, keys = stanza(server)
        with little_archive(tmp_path / "place", [], extra=text) as (place, _):
            place.environment |= keys
            done = place.thirdcopy("targets", "check", "store")
    assert done.code == 4
    assert "store answers strangers" in done.err


def test_a_missing_bucket_is_named_with_the_nearest(tmp_path: Path, rclone_server: S3Server) -> None:
    text, keys = stanza(rclone_server, bucket="testimonj")
    with little_archive(tmp_path, [], extra=text) as (place, _):
        place.environment |= keys
        for words in (["run"], ["run", "--plain"], ["targets", "check", "store"]):
            done = place.thirdcopy(*words)
            assert (done.code, done.out) == (2, ""), done.err
            assert f"{place.file}: targets.store.bucket: " in done.err
            assert "testimonj" in done.err
            assert f"the nearest is '{rclone_server.bucket}'" in done.err
            assert "Traceback" not in done.err


def test_the_shell_completes_clips_and_targets(kept: tuple[Place, Channel, dict[str, list[str]]]) -> None:
    place, _, arguments = kept
    (clip,) = arguments["show"]
    script = Path(sys.executable).with_name("thirdcopy")
    for line, wanted in ((f"thirdcopy show {clip[:12]}", clip), ("thirdcopy targets check th", "three")):
        words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1), "_THIRDCOPY_COMPLETE": "complete_bash"}
        done = subprocess.run([script], cwd=place.folder, env=place.variables() | words, capture_output=True, text=True)
        assert done.stdout.split() == [wanted], done.stderr


@pytest.mark.parametrize(
    ("started", "heavy"),
    [
        ("flows.cli.app", "yt_dlp boto3 botocore faster_whisper ctranslate2 numpy prefect sqlalchemy pydantic"),
        (
            "archive.steps.counted_steps, flows.orchestration.writing_session",
            "yt_dlp faster_whisper ctranslate2 numpy prefect archive.linking.index",
        ),
    ],
    ids=["help and version", "what links and reads nothing"],
)
def test_who_needs_nothing_heavy_imports_nothing_heavy(started: str, heavy: str) -> None:
    look = f"import sys, {started}; print([name for name in {heavy.split()!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_reader_that_leaves_gets_no_traceback(kept: tuple[Place, Channel, Any]) -> None:
    place, _, _ = kept
    with place.start("status") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        process.wait(60)
    assert said == ""


def test_bars_go_to_the_terminal_and_json_to_the_pipe(kept: tuple[Place, Channel, Any]) -> None:
    place, _, _ = kept
    ours, theirs = pty.openpty()
    try:
        command = [*place.command, "audit", "--all", "--json"]
        variables = place.variables() | {"TERM": "xterm-256color"}
        with subprocess.Popen(
            command, cwd=place.folder, env=variables, stdout=subprocess.PIPE, stderr=theirs, text=True
        ) as process:
            out, _ = process.communicate(timeout=60)
        os.set_blocking(ours, False)
        drawn = os.read(ours, 1_000_000).decode("utf-8", "replace")
    finally:
        os.close(ours)
        os.close(theirs)
    assert set(json.loads(out)) == {"one", "two", "three"}
    assert "\x1b[" in drawn
    assert "read one" in drawn
