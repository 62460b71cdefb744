"""Commands about citations: drawing one up, and checking one against any target, also where there is no archive."""

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from archive.errors import ArchiveError
from flows.cli import common, console, disclosure
from flows.cli.common import By, Clip, Config, Json
from flows.cli.disclosure import Restricted

if TYPE_CHECKING:
    from archive.citing.checking import Verdict
    from archive.citing.citation import Citation
    from storage.contract import Target

app = typer.Typer()
STDIN = Path("-")
_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,7}(?:\.\d{1,9})?)")
_SIXTY = 60


class Style(StrEnum):
    """How a citation is written."""

    text = "text"
    csl = "csl"
    bibtex = "bibtex"
    ris = "ris"
    json = "json"


@app.command(epilog="Example: thirdcopy cite peertube-abc123 1:23.5 --to 1:30 --style bibtex")
def cite(
    clip: Clip,
    second: Annotated[str, typer.Argument(help="Where, on a browser's clock: 83.5 or 1:23.5.")],
    to: Annotated[str | None, typer.Option("--to", help="Cite what is said up to there.")] = None,
    transcript: Annotated[
        str | None,
        typer.Option(
            help="Which transcript, by the name that `show` prints.", autocompletion=common.complete_transcript
        ),
    ] = None,
    entry: Annotated[
        str | None, typer.Option(help="The entry that it concerns: its number, or REGISTER/NUMBER.")
    ] = None,
    style: Annotated[Style, typer.Option(help="How to write it; json and csl can be checked.")] = Style.text,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; else stdout.")] = None,
    restricted: Restricted = False,
    by: By = None,
    config: Config = None,
) -> None:
    """Cite a moment of a clip: words, seconds, digests and versions, so that anyone with a copy can check it.

    What nobody opened wants --restricted and your name: recorded.
    """
    from archive.acts.disclosing import left, may_leave
    from archive.citing.citation import in_seconds
    from archive.citing.cite import cite as drawn_up
    from archive.people.reader_roles import Reader

    start, end = _seconds(second), None if to is None else _seconds(to)
    with common.reading() as archive:
        clip = common.meant(archive, clip)
        closed = may_leave(archive, [clip], restricted=restricted, by=by)
        citation = drawn_up(archive, clip, start, end, transcript or None, entry, reader=Reader(role="keeper"))
        left(archive, closed, f"citation of {in_seconds(start)} s", by)
    _note(citation)
    disclosure.write_out(_written(citation, style), output)


def _written(citation: "Citation", style: Style) -> str:
    from archive.citing.styles import as_bibtex, as_csl, as_ris, as_text
    from archive.safe_text import written

    if style is Style.json:
        return written(citation.model_dump(mode="json"), indent=1) + "\n"
    forms = {Style.text: as_text, Style.csl: as_csl, Style.bibtex: as_bibtex, Style.ris: as_ris}
    return forms[style](citation)


def _note(citation: "Citation") -> None:
    """Say on stderr what keeps a citation from being checked today."""
    if citation.words is None:
        console.err.print("no words are written at that moment: it is cited without any", highlight=False)
    elif citation.work is not None and citation.work.version is None:
        console.err.print(
            "these words are at no target yet: the next run takes them there, and until then none can confirm them",
            highlight=False,
            soft_wrap=True,
        )


def _seconds(text: str) -> float:
    """Seconds, also with minutes and hours before them. Raises BadParameter."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None or (found[2] and float(found[3]) >= _SIXTY) or (found[1] and int(found[2]) >= _SIXTY):
        raise typer.BadParameter(f"{text!r} is no moment: write seconds, as 83.5, or a clock's time, as 1:23.5")
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)


@app.command(name="verify-citation", epilog="Example: thirdcopy verify-citation citation.json --folder /media/disk")
def verify_citation(
    file: Annotated[Path, typer.Argument(help="A citation as `cite` writes it with --style json or csl; - for stdin.")],
    target: Annotated[
        str | None,
        typer.Option("--target", help="A target of the settings.", autocompletion=common.complete_target),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", exists=True, file_okay=False, help="A copy in a folder; wants no settings."),
    ] = None,
    read: Annotated[bool, typer.Option("--read", help="Read the film too, and hash it.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Check a citation against one copy of the archive, a claim at a time: exit code 0 if all hold, else 1.

    No ledger is asked, and nothing is written. Without --read, the film's digest is the word of the copy's inventory.
    """
    from archive.citing.checking import verify
    from archive.citing.citation import UnreadableCitation, read_citation

    if (target is None) == (folder is None):
        raise typer.BadParameter("name one copy: --target NAME, or --folder PATH")
    try:
        citation = read_citation(_bytes(file))
    except UnreadableCitation as error:
        raise UnreadableCitation(f"{file}: {error}") from error
    there = _in_folder(folder) if folder is not None else _of_settings(target or "")
    progress = console.progress()
    with progress.shown():
        verdict = verify(citation, there, read=read, progress=progress)
    if as_json:
        console.print_json(verdict)
    else:
        _print(verdict)
    if not verdict.holds:
        raise typer.Exit(common.FAILED)


def _bytes(file: Path) -> bytes:
    """A file, or stdin, up to a byte more than any citation has."""
    from archive.citing.citation import MOST_BYTES

    if file == STDIN:
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    if not file.is_file():
        raise typer.BadParameter(f"{file}: no such file")
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _in_folder(folder: Path) -> "Target":
    """A folder that has an archive's root, or is that root. Raises ArchiveError where there is none."""
    from archive.objects.ocfl import ROOT_DECLARATION
    from storage.contract import OCFL
    from storage.targets import FolderSettings, open_target

    whole = folder.resolve()
    if whole.name == OCFL.rstrip("/") and (whole / ROOT_DECLARATION).is_file():
        whole = whole.parent
    if not (whole / OCFL / ROOT_DECLARATION).is_file():
        raise ArchiveError(
            f"{folder} holds no copy of an archive: there is no {OCFL}{ROOT_DECLARATION} in it; name the folder in "
            "which ocfl/ lies (with a prefix, the folder of the prefix)"
        )
    return open_target("folder", FolderSettings(path=whole))


def _of_settings(name: str) -> "Target":
    from storage.targets import open_target

    settings = common.settings()
    return open_target(common.known_target(name, settings.targets), settings.targets[name])


def _print(verdict: "Verdict") -> None:
    where = f"{verdict.clip} at {verdict.target} ({verdict.address})"
    console.out.print(escape(where), highlight=False, soft_wrap=True)
    for claim in verdict.claims:
        word = "[green]holds[/]" if claim.holds else "[bold red]FAULT[/]"
        line = f"{word}  {claim.what:<10}  {escape(console.plain(claim.found))}"
        console.out.print(line, highlight=False, soft_wrap=True)
    if not verdict.read:
        note = "the film was not read: its digest is the word of this copy's inventory; --read hashes it"
        console.out.print(f"[dim]{note}[/]", highlight=False, soft_wrap=True)
    faults = sum(not claim.holds for claim in verdict.claims)
    said = "it holds here" if verdict.holds else f"it does not hold here: {faults} of {len(verdict.claims)} claims fail"
    console.out.print(said, highlight=False)
