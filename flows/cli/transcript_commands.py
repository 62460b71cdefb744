"""Commands for transcripts: saying what is spoken, taking one out, comparing two, and correcting one."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from archive.errors import ArchiveError
from flows.cli import common, console, disclosure
from flows.cli.common import By, Clip, Config, DryRun, Json, Who
from flows.cli.disclosure import Judged, LinksAs, Restricted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.acts.correcting import Corrected
    from archive.texts.shown import Shown
    from transcription.documents.differences import Comparison

app = typer.Typer()


class Format(StrEnum):
    """How a transcript is written."""

    vtt = "vtt"
    srt = "srt"
    txt = "txt"
    json = "json"


@app.command(epilog="Example: thirdcopy declare peertube-abc123 ug zh --by 'R. Researcher'")
def declare(
    by: Who,
    clip: Annotated[
        str | None, typer.Argument(help="A clip's id; none with --source.", autocompletion=common.complete_clip)
    ] = None,
    languages: Annotated[
        list[str] | None,
        typer.Argument(help="What is spoken in it, as codes.", autocompletion=common.complete_language),
    ] = None,
    why: Annotated[str | None, typer.Option("--why", help="Your reason.")] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="What its source declares holds again.")] = False,
    source: Annotated[
        str | None,
        typer.Option(
            "--source",
            help="All clips of this source that were read with other languages than it declares now.",
            autocompletion=common.complete_source,
        ),
    ] = None,
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Declare what is spoken in a clip; the next run reads it again if that changed, and keeps corrections that fit.

    Where no model knows a language that is declared alone, nothing is written: no guess in a neighbouring one. With
    --source what the settings declare for a source holds for its clips that were read before it was changed.
    """
    from archive.acts import declaring

    if source is not None:
        if clip or languages or take_back:
            raise typer.BadParameter("with --source the settings say the languages: name neither clip nor language")
        return _declare_source(source, by, why, dry_run=dry_run, as_json=as_json)
    if clip is None:
        raise typer.BadParameter("name the clip, or a source with --source")
    if bool(languages) is take_back:
        raise typer.BadParameter("name the languages, or say --take-back")
    with common.reading() as archive:
        common.known(archive, [clip])
        holds = declaring.declare(archive, clip, languages or [], by=by, why=why, dry_run=dry_run)
    if as_json:
        console.print_json({"clip": clip, "declared": list(holds), "dry_run": dry_run})
    else:
        note = " (dry run)" if dry_run else ""
        text = ", ".join(holds) or "nothing, so any of the archive's languages"
        console.out.print(f"{clip}: declared is {text}{note}", highlight=False, markup=False)
    return None


def _declare_source(source: str, by: str, why: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Have what a source declares now hold for its clips that were read otherwise."""
    from archive.acts.declaring import declare_source

    with common.reading() as archive:
        if source not in archive.settings.sources:
            names = list(archive.settings.sources)
            raise typer.BadParameter(f"there is no source {source}{console.nearest(source, names)}")
        clips = declare_source(archive, source, by=by, why=why, dry_run=dry_run)
        declared = list(archive.settings.sources[source].languages)
    if as_json:
        return console.print_json({"source": source, "declared": declared, "clips": clips, "dry_run": dry_run})
    note = " (dry run)" if dry_run else ""
    text = ", ".join(declared) or "nothing, so any of the archive's languages"
    line = f"{source}: declared is {text}; the next run reads {len(clips):,} clips again{note}"
    return console.out.print(line, highlight=False, markup=False, soft_wrap=True)


@app.command(epilog="Example: thirdcopy export peertube-abc123 --format vtt --output clip.vtt")
def export(
    clip: Annotated[
        str | None, typer.Argument(help="A clip's id; with --links, all without.", autocompletion=common.complete_clip)
    ] = None,
    config: Config = None,
    fmt: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.txt,
    transcript: Annotated[
        str | None,
        typer.Option(
            help="Which transcript, by the name that `show` prints.", autocompletion=common.complete_transcript
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; else stdout.")] = None,
    links: Annotated[bool, typer.Option("--links", help="Write links instead, quotes masked.")] = False,
    as_: Annotated[LinksAs | None, typer.Option("--as", help="How to write links; jsonld otherwise.")] = None,
    judged: Annotated[
        list[Judged] | None, typer.Option("--judged", help="Only links that stand so; may be given again.")
    ] = None,
    restricted: Restricted = False,
    by: By = None,
) -> None:
    """Write a transcript, as corrected, or links. What nobody opened wants --restricted and your name: recorded.

    Links are W3C Web Annotations (JSON-LD), or CSV in which no cell can run: all of them, each with its judgement,
    unless --judged says which.
    """
    if links:
        return disclosure.export_links(clip, as_ or LinksAs.jsonld, judged or [], output, restricted=restricted, by=by)
    if as_ or judged:
        raise typer.BadParameter("--as and --judged are of links: say --links")
    if clip is None:
        raise typer.BadParameter("name the clip, or say --links")
    from archive.acts.disclosing import left, may_leave
    from archive.views.transcript_view import transcripts_of, written

    with common.reading() as archive:
        common.known(archive, [clip])
        closed = may_leave(archive, [clip], restricted=restricted, by=by)
        found = transcripts_of(archive, clip)
        one = _meant(found, transcript)
        if not transcript and len(found) > 1:
            others = ", ".join(other.ref.name for other in found if other is not one)
            console.err.print(f"{one.ref.name}; there are also: {others} (--transcript)", highlight=False, markup=False)
        text = written(one, clip, fmt.value)
        _keep_edited(output, text)
        left(archive, closed, f"export of {one.ref.name} as {fmt}", by)
    disclosure.write_out(text, output)
    return None


@app.command(epilog="Example: thirdcopy compare peertube-abc123 large-v3-69f74147-t1 captions-en-0a1b2c3d")
def compare(
    clip: Clip,
    a: Annotated[
        str | None,
        typer.Argument(
            help="A transcript by its name; else the one shown first.", autocompletion=common.complete_transcript
        ),
    ] = None,
    b: Annotated[
        str | None, typer.Argument(help="Another one; else the next.", autocompletion=common.complete_transcript)
    ] = None,
    engines: Annotated[
        bool, typer.Option("--engines", help="What a second engine read of A, instead of another transcript.")
    ] = False,
    config: Config = None,
    restricted: Restricted = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Show where two transcripts of a clip differ, and the character error rate of B against A.

    With --engines, where the second engine read otherwise than the first. What nobody opened wants --restricted and
    your name: recorded.
    """
    from archive.acts.disclosing import left, may_leave
    from archive.views.transcript_view import beside, compared, engines_compared, second_engines, transcripts_of

    if engines and b:
        raise typer.BadParameter("--engines compares what two engines read of one transcript: name one")
    with common.reading() as archive:
        common.known(archive, [clip])
        closed = may_leave(archive, [clip], restricted=restricted, by=by)
        found = transcripts_of(archive, clip)
        one = _meant(found, a)
        if engines:
            comparison, other = engines_compared(one), second_engines(one)
        else:
            there = _meant(found, b) if b else beside(found, one)
            comparison, other = compared(one, there), there.ref.name
        left(archive, closed, f"comparison of {one.ref.name} and {other}", by)
    if as_json:
        rate = comparison.character_error_rate
        names = {"clip": clip, "a": one.ref.name, "b": other, "character_error_rate": rate}
        return console.print_json({**names, **comparison.model_dump(mode="json")})
    return _print_comparison(one.ref.name, other, comparison)


def _print_comparison(one: str, other: str, compared: "Comparison") -> None:
    from transcription.documents.cues import clock

    for letter, name in (("A", one), ("B", other)):
        console.out.print(f"[bold]{letter}[/] {escape(console.plain(name))}", highlight=False, soft_wrap=True)
    table = console.table("time", "A", "B")
    for column in table.columns[1:]:
        column.width = 32
    for part in compared.differences:
        words = (escape(console.plain(text)) or "[dim]–[/]" for text in (part.a, part.b))
        table.add_row(clock(part.start).partition(".")[0], *words)
    if compared.differences:
        console.out.print(table)
    console.out.print(
        f"character error rate {compared.character_error_rate:.2%}: {compared.edits:,} edits "
        f"for the {compared.characters:,} characters of A\n({compared.normalization})",
        highlight=False,
    )


@app.command(epilog="Example: thirdcopy correct peertube-abc123 clip.vtt --by 'R. Researcher'")
def correct(
    clip: Clip,
    file: Annotated[Path, typer.Argument(help="WebVTT or SubRip that `export` wrote and you edited.", dir_okay=False)],
    by: Who,
    transcript: Annotated[
        str | None,
        typer.Option(
            help="Which transcript, if the file's note that says so is gone.",
            autocompletion=common.complete_transcript,
        ),
    ] = None,
    why: Annotated[str | None, typer.Option("--why", help="Your reason.")] = None,
    shortened: Annotated[
        bool, typer.Option("--shortened", help="What is not there at the file's end was taken out, not cut off.")
    ] = False,
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Put what you changed in an exported transcript over it, as a layer. Corrections are only ever added."""
    from archive.acts.correcting import EditedFile
    from archive.acts.correcting import correct as keep
    from transcription.errors import DocumentError

    with common.reading() as archive:
        common.known(archive, [clip])
        try:
            edited = EditedFile(file.read_bytes(), transcript, shortened=shortened)
            done = keep(archive, clip, edited, by=by, why=why, dry_run=dry_run)
        except DocumentError as error:
            raise ArchiveError(f"{file}: {error}; nothing was kept") from error
    if as_json:
        told = _told(done)
        console.print_json({"dry_run": told} if dry_run else told)
    else:
        _print_corrected(done, dry_run=dry_run)
    if done.conflicts:
        console.fail(
            f"{len(done.conflicts)} cues are in conflict: {done.why}. Your words are kept and not applied: "
            f"see `thirdcopy show {clip}`, export {done.transcript} again, put into that file what is to stand, "
            "and correct with it"
        )
        raise typer.Exit(common.DEBTS)


def _told(done: "Corrected") -> dict[str, object]:
    """What became of an edited file: where, not what was said."""
    return {
        "transcript": done.transcript,
        "new": done.new,
        "applied": [{"start": change.start, "kind": change.kind} for change in done.applied],
        "conflicts": [{"start": change.start, "kind": change.kind} for change in done.conflicts],
        "why": done.why,
    }


def _print_corrected(done: "Corrected", *, dry_run: bool) -> None:
    from transcription.documents.cues import clock

    note = " (dry run)" if dry_run else ""
    if not done.new:
        console.out.print(f"{escape(done.transcript)}: nothing new in the file{note}", highlight=False)
    for change in done.applied:
        console.out.print(f"{clock(change.start)} {change.kind}{note}", highlight=False)
    for change in done.conflicts:
        console.out.print(f"{clock(change.start)} {change.kind}, [red]in conflict[/]{note}", highlight=False)


def _keep_edited(output: Path | None, text: str) -> None:
    """Raise BadParameter where an export would take the place of a file that may have somebody's edits in it."""
    if output and output.is_file() and output.read_bytes() != text.encode():
        raise typer.BadParameter(f"{output} is there already, and may be edited: name another file, or delete that one")


def _meant(found: "Sequence[Shown]", name: str | None) -> "Shown":
    """The transcript that a command names, or the one that is shown first. Raises BadParameter."""
    from archive.views.transcript_view import NoSuchTranscript, meant

    try:
        return meant(found, name or None)
    except NoSuchTranscript as error:
        raise typer.BadParameter(str(error)) from None
