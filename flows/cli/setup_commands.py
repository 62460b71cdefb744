"""Commands that set up: a first archive, its sources, and what a machine lacks."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.markup import escape
from rich.table import Table

from archive.errors import SettingsError
from flows.cli import common, console, doctor_findings
from flows.cli.common import Config, DryRun, Json

if TYPE_CHECKING:
    from archive.settings.settings import Settings

app = typer.Typer()
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
    found = list(doctor_findings.examine(settings))
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
