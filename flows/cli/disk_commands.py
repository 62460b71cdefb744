"""The command that shows disks: which were visited when, and what each held."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Config, Json

if TYPE_CHECKING:
    from archive.records.disk import DiskFile, Visit
    from archive.views.disk_view import DiskView

app = typer.Typer()
DISK_KNOWN_BY = {"filesystem": "its file system's serial", "facts": "its kind, device and size", "label": "its label"}
"""What a disk's serial is made from, as `doctor` and `disks` call it."""
FILES_SHOWN = 20
"""Files that are shown of a kind; --json has all."""


def complete_disk(incomplete: str) -> list[str]:
    """Names of disks for the shell's completion."""

    def known() -> list[str]:
        from archive.steps.disk_records import names

        with common.reading() as archive:
            return names(archive)

    return common.completed(incomplete, known)


@app.command(epilog="Example: thirdcopy disks red-disk-1f0c4a77 --visit 1")
def disks(
    name: Annotated[str | None, typer.Argument(help="One disk, with its files.", autocompletion=complete_disk)] = None,
    visit: Annotated[int | None, typer.Option("--visit", help="A visit of it; the newest otherwise.", min=1)] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show the disks that were visited, or what one held at a visit, file by file."""
    from archive.preservation.usable_targets import reachable
    from archive.steps.disk_records import files_of, one_visit
    from archive.views.disk_view import disk_view, disks_view

    with common.reading() as archive:
        if name is None:
            if visit is not None:
                raise typer.BadParameter("--visit is of one disk: name it")
            found = disks_view(archive)
            return console.print_json({key: _facts(one) for key, one in found.items()}) if as_json else _print(found)
        view = disk_view(archive, name)
        number = visit or view.newest[0]
        one = one_visit(archive, name, number)
        with files_of(archive, name, number, reachable(archive).readable) as lines:
            files = list(lines)
    if as_json:
        shown = [file.model_dump(mode="json") for file in files]
        return console.print_json({"visit": number, **one.model_dump(mode="json"), "of_files": shown})
    _print_visit(number, one, len(view.visits))
    return _print_files(files)


def _facts(view: "DiskView") -> dict[str, Any]:
    return {
        "visits": [
            {"visit": number, "copies": view.copies.get(number, 0), **one.model_dump(mode="json")}
            for number, one in sorted(view.visits.items())
        ]
    }


def _print(found: "dict[str, DiskView]") -> None:
    table = console.table("disk", "visit#", "on", "files#", "films#", "not read#", "copies#")
    for name, view in found.items():
        for number, one in sorted(view.visits.items()):
            numbers = (f"{one.files:,}", f"{one.media:,}", f"{one.unread:,}", f"{view.copies.get(number, 0):,}")
            table.add_row(escape(name), str(number), f"{one.ended:%Y-%m-%d}", *numbers)
    console.out.print(table)
    if not found:
        console.out.print("no disk was visited: `thirdcopy add FOLDER` adds one, and a run visits it")


def _print_visit(number: int, one: "Visit", visits: int) -> None:
    rows = (
        ("disk", f"{one.disk}, visit {number} of {visits} that found it changed"),
        ("visited", f"{one.begun:%Y-%m-%d %H:%M} to {one.ended:%Y-%m-%d %H:%M} UTC, as source {one.source}"),
        ("label", one.label),
        ("serial", f"{one.serial} ({DISK_KNOWN_BY[one.serial_of]})"),
        ("mounted", f"{one.mount} ({one.filesystem})" + (f", folder {one.folder}" if one.folder else "")),
        ("files", f"{one.files:,} of {console.size(one.bytes)}; {one.media:,} begin as sound or picture"),
        *((("not read", f"{one.unread:,} files"),) if one.unread else ()),
        *((("left", f"{one.later:,} files that were being written"),) if one.later else ()),
        *((("skipped", f"{one.skipped:,} links, devices, sockets and pipes"),) if one.skipped else ()),
        *(("aside", line) for line in one.aside[:FILES_SHOWN]),
    )
    for what, text in rows:
        console.out.print(f"[bold]{what:>10}[/]  {escape(console.plain(text))}", highlight=False, soft_wrap=True)


def _print_files(files: "list[DiskFile]") -> None:
    """The files that became clips, those that did not though they were to, and those that are films by name alone."""
    kinds = (
        ("clip", [file for file in files if file.clip]),
        ("no clip", [file for file in files if not file.clip and _failed(file)]),
        ("no film", [file for file in files if not file.clip and not _failed(file) and _named_as_film(file)]),
    )
    for kind, some in kinds:
        for file in some[:FILES_SHOWN]:
            what = file.clip or (file.why or "").removeprefix(f"{file.path}: ")
            line = console.plain(f"{file.path}  {console.shorten(what, 120)}")
            console.out.print(f"[bold]{kind:>10}[/]  {escape(line)}", highlight=False, soft_wrap=True)
        if len(some) > FILES_SHOWN:
            console.out.print(f"{'':>10}  … and {len(some) - FILES_SHOWN:,} more: --json", highlight=False)


def _named_as_film(file: "DiskFile") -> bool:
    from archive.sources.folder.copying import USUAL

    return file.path.rpartition(".")[2].lower() in USUAL


def _failed(file: "DiskFile") -> bool:
    from archive.sources.folder.visiting import NO_MEDIA

    return file.why is not None and file.why != NO_MEDIA
