"""Commands that set up: a first archive, its sources, and what a machine lacks."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.markup import escape
from rich.table import Table

from archive.errors import LedgerUnusable, SettingsError
from flows.cli import common, console
from flows.cli.common import Config, DryRun, Json
from flows.cli.disk_commands import DISK_KNOWN_BY

if TYPE_CHECKING:
    from archive.opening.archive import Archive
    from archive.settings.settings import Settings
    from storage.targets import TargetSettings

app = typer.Typer()
GIB = 1024**3
OLD_TOOL_DAYS = 45
TEMPLATE = """\
# The settings of one archive. Every key can also be set by the environment: THIRDCOPY_MINIMUM_COPIES=2,
# THIRDCOPY_TARGETS__WASABI__SECRET_KEY=... Secrets stand only there, or in a file named by secrets_file.

name = "{name}"
state = "state"              # ledger, spool and Prefect's home; keep it on a disk that is encrypted
minimum_copies = 3           # a clip is safe when it was read back at so many targets
access = "restricted"        # nothing leaves the archive until somebody opens it

[targets.disk1]
kind = "folder"
path = "targets/disk1"

[targets.disk2]
kind = "folder"
path = "targets/disk2"

[targets.disk3]
kind = "folder"
path = "targets/disk3"

# An S3-compatible store is one stanza; its keys come from the environment:
# THIRDCOPY_TARGETS__WASABI__ACCESS_KEY and THIRDCOPY_TARGETS__WASABI__SECRET_KEY.
#
# [targets.wasabi]
# kind = "s3"
# endpoint = "https://s3.eu-central-1.wasabisys.com"
# bucket = "my-archive"
# region = "eu-central-1"
# labels = {{ provider = "wasabi", country = "NL", key_holder = "A. Keeper" }} # whose hands it is in

[transcription]
model = "large-v3"           # a name that faster-whisper knows, or a folder
languages = ["kk", "ug", "zh", "ru", "tr", "ar", "ky", "fr", "en"]

# [registers.victims]
# file = "register.csv"      # an export of the victims register: CSV, XLSX or JSON
# columns = {{ Entry = "No" }} # where its columns are called otherwise
# secret = ["ID no."]        # what is kept nowhere

# [schedule]                 # cron lines in UTC, served by `thirdcopy schedule`
# fast = "30 2 * * 1-6"
# run = "30 2 * * 0"
# audit = "0 12 1 * *"
"""


@dataclass(frozen=True)
class Found:
    """What the doctor found of one thing, and what to do about it."""

    what: str
    ok: bool
    found: str
    do: str = ""


@app.command(epilog="Example: thirdcopy init my-archive && cd my-archive && thirdcopy doctor")
def init(
    folder: Annotated[Path, typer.Argument(help="Where the archive's settings go.")] = Path(),
    dry_run: DryRun = False,
) -> None:
    """Write a first archive.toml with three folders as targets, to be replaced by disks and stores."""
    from archive.settings.settings import FILE

    file = folder / FILE
    if file.exists():
        raise SettingsError([f"{file} exists already: edit it, or choose another folder"])
    name = _plain_name(folder.resolve().name) or "archive"
    disks = [folder / "targets" / f"disk{number}" for number in (1, 2, 3)]
    if not dry_run:
        for disk in disks:
            disk.mkdir(parents=True, exist_ok=True)
        file.write_text(TEMPLATE.format(name=name), encoding="utf-8")
    console.out.print(f"{'would write' if dry_run else 'wrote'} {escape(str(file))}", highlight=False, soft_wrap=True)
    console.out.print("Three folders on one disk are no three copies: point the targets at disks and stores.")
    console.out.print("Next: thirdcopy add URL, then thirdcopy doctor, then thirdcopy run")


@app.command(epilog="Example: thirdcopy add https://www.youtube.com/@channel --languages kk,ug,zh")
def add(
    url: Annotated[str, typer.Argument(help="The address of a channel, or the folder where a disk is mounted.")],
    config: Config = None,
    name: Annotated[str | None, typer.Option(help="A name for it; made from the address otherwise.")] = None,
    languages: Annotated[str, typer.Option(help="What is spoken in it, as language codes with commas.")] = "",
    access: Annotated[str | None, typer.Option(help="restricted, readers or public; else the archive's own.")] = None,
    dry_run: DryRun = False,
) -> None:
    """Add a channel by its address, if yt-dlp has a reader for it, or a disk by its folder; nothing is asked for it."""
    from archive.settings.settings import find, load
    from archive.settings.source_stanzas import YtdlpSettings
    from archive.sources.ytdlp.recognizing import not_taken, reader_of

    file = find(common.chosen_file())
    settings = load(file)
    folder = _folder_of(url)
    reader = None if folder else reader_of(url)
    if folder is None and reader is None:
        raise SettingsError([not_taken(url)])
    name = name or (_plain_name(folder.name) or "disk" if folder else _name_of(url))
    if name in settings.sources:
        raise SettingsError([f"{file}: sources.{name} exists: choose another --name"])
    if folder is None and (other := _with_address(settings, url)):
        raise SettingsError([f"{file}: sources.{other} has this address already: `thirdcopy run --source {other}`"])
    spoken = [code.strip() for code in languages.split(",") if code.strip()]
    lines = [f"[sources.{name}]"]
    lines += ['kind = "folder"', f"path = {_quoted(str(folder))}"] if folder else [f"url = {_quoted(url)}"]
    lines += [f"access = {_quoted(access)}"] if access else []
    usual = reader is None or reader.is_allowed(YtdlpSettings.model_fields["allowed_extractors"].default)
    lines += [f"allowed_extractors = [{_quoted(reader.platform)}]"] if reader and not usual else []
    lines += [f"languages = [{', '.join(_quoted(code) for code in spoken)}]"] if spoken else []
    before = file.read_text(encoding="utf-8")
    stanza = "\n" + "\n".join(lines) + "\n"
    if dry_run:
        console.out.print(escape(stanza.strip()), highlight=False)
        return
    _replace(file, before.rstrip("\n") + "\n" + stanza)
    try:
        load(file)
    except SettingsError:
        _replace(file, before)
        raise
    told = f", which yt-dlp's {reader.name} reads" if reader else ""
    told += f', and to it allowed_extractors = ["{reader.platform}"] alone' if reader and not usual else ""
    console.out.print(
        escape(f"{file}: added sources.{name}{told}. Next: thirdcopy run"),
        highlight=False,
        soft_wrap=True,
    )


def _with_address(settings: "Settings", url: str) -> str | None:
    """The source that lists an address already."""
    from archive.settings.source_stanzas import YtdlpSettings

    found = (name for name, one in settings.sources.items() if isinstance(one, YtdlpSettings) and one.url == url)
    return next(found, None)


def _folder_of(address: str) -> Path | None:
    """The folder that is meant, if it is no address of a channel. Raises SettingsError for one that is not there."""
    if "://" in address:
        return None
    folder = Path(address).expanduser().absolute()
    folder = folder.resolve() if ".." in folder.parts else folder
    if folder.is_dir():
        return folder
    if "/" in address and address.startswith(("/", ".", "~")):
        raise SettingsError([f"{folder} is no folder: mount the disk, and name the folder where it is"])
    return None


def _replace(file: Path, text: str) -> None:
    """Write settings anew beside them and put these in their place: a full disk leaves what was there."""
    file = file.resolve()
    new = file.with_name(f".{file.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.chmod(file.stat().st_mode & 0o777)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def _name_of(url: str) -> str:
    parts = urlsplit(url)
    last = [part for part in parts.path.split("/") if part not in ("", "videos", "c", "channel")]
    return _plain_name(last[-1] if last else parts.hostname or "") or "source"


def _plain_name(words: str) -> str:
    """Words as a name that settings take."""
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in words.lower())
    return "-".join(filter(None, letters.split("-")))[:60].strip("-")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(c) < 32 for c in text):
        raise typer.BadParameter("control characters do not belong in an address")
    return f'"{escaped}"'


@app.command(epilog="Example: thirdcopy doctor --json")
def doctor(config: Config = None, as_json: Json = False) -> None:
    """Look at what the machine has and lacks, and say what to do about each."""
    settings = common.settings()
    found = list(_examine(settings))
    if as_json:
        console.print_json({"sound": all(one.ok for one in found), "findings": [asdict(one) for one in found]})
    else:
        grid = Table.grid(padding=(0, 1))
        for one in found:
            grid.add_row("[green]✓[/]" if one.ok else "[red]✗[/]", f"[bold]{escape(one.what)}[/]", escape(one.found))
            if not one.ok and one.do:
                grid.add_row("", "", f"→ {escape(one.do)}")
        console.out.print(grid, highlight=False)
    if not all(one.ok for one in found):
        raise typer.Exit(common.FAILED)


def _examine(settings: "Settings") -> Iterator[Found]:
    for program in ("ffmpeg", "ffprobe"):
        where = shutil.which(program)
        yield Found(program, bool(where), where or "not found", "apt install ffmpeg, or brew install ffmpeg")
    yield _chromaprint()
    yield from _tool()
    yield from models(settings)
    yield _disk(settings)
    yield from _missing_keys(settings)
    yield from _folders(settings)
    yield from _accounts(settings)
    yield from _archive(settings)


def _chromaprint() -> Found:
    from transcription.media.fingerprint import fingerprinter

    tool = fingerprinter()
    found = f"by {tool}" if tool else "this ffmpeg has no chromaprint muxer, and there is no fpcalc"
    do = "take the ffmpeg of Debian or Ubuntu, or apt install libchromaprint-tools; else clips with the same sound in "
    return Found("chromaprint", bool(tool), found, f"{do}another encoding are not found")


def _tool() -> Iterator[Found]:
    from archive.sources.ytdlp.ytdlp_session import (
        javascript_runtime,
        tool_age_days,
        tool_version,
    )  # yt-dlp takes a second to import

    runtime = javascript_runtime()
    yield Found(
        "JavaScript runtime", bool(runtime), runtime or "not found", "install thirdcopy's dependencies: deno is one"
    )
    days = tool_age_days(datetime.now(UTC).date())
    yield Found(
        "yt-dlp",
        days <= OLD_TOOL_DAYS,
        f"{tool_version()}, {days} days old",
        "sites change in weeks: uv tool upgrade thirdcopy --upgrade-package yt-dlp; in a checkout: "
        "uv lock --upgrade-package yt-dlp --upgrade-package yt-dlp-ejs, then uv sync",
    )


def models(settings: "Settings") -> Iterator[Found]:
    """The models that the settings name: what of them is there."""
    yield _whisper("model", settings.transcription.model, "transcription.model")
    yield from _own_models(settings)


def _whisper(what: str, model: str, key: str) -> Found:
    """A Whisper model, which `key` of the settings names."""
    folder = Path(model)
    if folder.is_dir():
        ok = (folder / "model.bin").is_file()
        return Found(what, ok, model, "the folder has no model.bin: convert the model with ct2-transformers-converter")
    looks_like_path = "/" in model and (model.startswith((".", "/")))
    if looks_like_path:
        return Found(what, ok=False, found=f"{model} is no folder", do=f"set {key} to a folder or a name")
    return Found(what, ok=True, found=f"{model}; fetched from the model hub when it is first needed")


def _own_models(settings: "Settings") -> Iterator[Found]:
    """The models of single languages: their files, and what reads them. None is loaded."""
    for language, one in settings.transcription.per_language.items():
        what, key = f"model for {language}", f"transcription.per_language.{language}.model"
        if one.model is not None and one.engine == "ctc":
            from transcription.engines.ctc_engine import missing

            fault = missing(one.model)
            found = f"{one.model} {fault}" if fault else f"{one.model}, read by ctc"
            do = f"set {key} to the folder of a model; `thirdcopy models list` says where one comes from"
            yield Found(what, fault is None, found, do)
        elif one.model is not None:
            yield _whisper(what, one.model, key)


def _disk(settings: "Settings") -> Found:
    folder = next(path for path in (settings.state, *settings.state.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free / GIB
    enough = free > settings.free_gib
    return Found(
        "disk", enough, f"{free:,.0f} GiB free at {folder}", f"free_gib keeps {settings.free_gib:g} GiB: make room"
    )


def _missing_keys(settings: "Settings") -> Iterator[Found]:
    for name, stanza in settings.targets.items():
        lacking = [key for key in ("access_key", "secret_key") if getattr(stanza, key, "") is None]
        if lacking:
            variables = " and ".join(
                f"THIRDCOPY_TARGETS__{name.upper().replace('-', '_')}__{key.upper()}" for key in lacking
            )
            yield Found(f"keys of {name}", ok=False, found=f"no {' and no '.join(lacking)}", do=f"set {variables}")


def _folders(settings: "Settings") -> Iterator[Found]:
    """Each disk that is a source: whether it is there, can be read, and is known again by a serial of its own."""
    from archive.errors import SourceAway
    from archive.settings.source_stanzas import FolderSettings
    from archive.sources.folder.disk_identity import identify
    from archive.sources.folder.disk_walk import OpenFolder

    for name, stanza in settings.sources.items():
        if not isinstance(stanza, FolderSettings):
            continue
        try:
            with OpenFolder(stanza.path) as folder:
                entries = any(True for _ in folder.walk())
                disk = identify(stanza.path, stanza.disk)
        except (SourceAway, OSError) as error:
            yield Found(f"source {name}", ok=False, found=str(error), do="see the sentence above")
            continue
        if not entries:
            yield Found(f"source {name}", ok=False, found=f"{stanza.path} is empty", do="mount the disk there")
            continue
        how = DISK_KNOWN_BY[disk.serial_of]
        yield Found(f"source {name}", ok=True, found=f"{stanza.path}: disk {disk.name}, known again by {how}")


def _accounts(settings: "Settings") -> Iterator[Found]:
    """The file of the reading room's people, if there is one: whether it can be used, and is its owner's alone."""
    from archive.people.people import People
    from archive.people.people_file import PeopleUnusable

    people = People.of(settings)
    if not people.place.exists():
        return
    try:
        count = len(people.accounts())
        found = f"{count:,} account{'s' * (count != 1)}, kept in {people.place}"
    except PeopleUnusable as error:
        yield Found("people", ok=False, found=str(error), do="see the sentence above")
        return
    if people.open_to_others:
        what = f"others on this machine can read or change {people.place}, with every account's hash"
        yield Found("people", ok=False, found=what, do=f"chmod 600 {people.place}*, and new passwords for all")
    else:
        yield Found("people", ok=True, found=found)


def _archive(settings: "Settings") -> Iterator[Found]:
    """The ledger, the targets and the clock; where there is no ledger to be used, that alone."""
    from archive.opening.archive import opened
    from archive.opening.clocks import against_ledger, against_stores
    from archive.preservation.lost_workers import in_spools
    from archive.preservation.usable_targets import reachable
    from storage.mirrors import at_each
    from storage.targets import address

    with ExitStack() as stack:
        try:
            archive = stack.enter_context(opened(settings))
            damage = archive.ledger.examine()
        except LedgerUnusable as error:
            yield Found("ledger", ok=False, found=str(error), do="see the sentence above")
            return
        yield _ledger(archive, damage)
        for worker, sentence in in_spools(archive, of_living=False).items():
            yield Found(f"worker {worker}", ok=False, found=sentence, do="see the sentence above")
        usable_targets = reachable(archive)
        _, refused = at_each(usable_targets.readable, lambda target: target.check())
        for name, stanza in settings.targets.items():
            problem = usable_targets.problems.get(name)
            if name in refused:
                problem = f"can be read, and not written to: {refused[name]}"
            found = problem or f"answers ({address(stanza)})"
            yield Found(f"target {name}", problem is None, found, "see the sentence above")
            if problem is None:
                yield from _rules(name, stanza)
        wrong = [one for one in (against_stores(archive), against_ledger(archive)) if one]
        said = f"{archive.clock():%Y-%m-%d %H:%M} UTC; no store and no time in the ledger says otherwise"
        yield Found("clock", not wrong, "; ".join(wrong) or said, "see the sentence above")


def _ledger(archive: "Archive", damage: list[str]) -> Found:
    """The ledger, which was read whole, and the journal that it is kept in."""
    ledger = archive.ledger
    if damage:
        what = f"{len(damage):,} faults found, the first: {damage[0]}"
        return Found("ledger", ok=False, found=what, do=f"{ledger.place}: {ledger.anew}")
    if ledger.at_risk:
        do = "end what else has the ledger open; the next run moves it out of WAL"
        return Found("ledger", ok=False, found=f"sound so far; {ledger.kept_in}", do=do)
    return Found("ledger", ok=True, found=f"read whole, sound; {ledger.kept_in}")


def _rules(name: str, stanza: "TargetSettings") -> Iterator[Found]:
    """What a bucket's own rules do to what is kept in it."""
    from flows.cli.target_checks import ours
    from storage.errors import TargetError
    from storage.targets import S3Settings

    if not isinstance(stanza, S3Settings):
        return
    from storage.targets.s3.lifecycle import bucket_rules

    try:
        rules = bucket_rules(name, stanza, ours())
    except TargetError as error:
        yield Found(f"rules of {name}", ok=False, found=error.message, do="ask again later")
        return
    told = "; ".join(map(str, rules.harmful)) or rules.untold or "none that touches what is kept"
    do = f"change them at the provider, then: thirdcopy targets check {name}"
    yield Found(f"rules of {name}", not rules.harmful, told, do)
