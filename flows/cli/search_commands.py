"""The command that finds sentences in all that was said, written and registered, for the keeper of the archive."""

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Config, Json, Sources

if TYPE_CHECKING:
    from archive.searching.hits import Found, Hit

app = typer.Typer()


@app.command(epilog="Example: thirdcopy search 'Sauytbai \"taken away\"' --language kk")
def search(
    text: Annotated[
        list[str] | None,
        typer.Argument(help='Words that a sentence has, "side by side", begun*, -without.'),
    ] = None,
    config: Config = None,
    language: Annotated[
        list[str] | None,
        typer.Option(
            "--language", help="Only sentences in it; may be given again.", autocompletion=common.complete_language
        ),
    ] = None,
    source: Sources = None,
    entry: Annotated[
        str | None, typer.Option("--entry", help="Only clips linked to this entry: NUMBER, or REGISTER:NUMBER.")
    ] = None,
    linked: Annotated[
        bool | None, typer.Option("--linked/--not-linked", help="Only clips that are linked to some entry, or to none.")
    ] = None,
    mark: Annotated[
        list[str] | None,
        typer.Option("--mark", help="Only sentences marked so, such as low_confidence; may be given again."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Only clips published on that day or later."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Only clips published by that day.")
    ] = None,
    upstream: Annotated[
        bool | None, typer.Option("--upstream/--not-upstream", help="Only clips that their source still shows, or not.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="As many as are shown.")] = 20,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Drop the index first, and make it anew.")] = False,
    as_json: Json = False,
) -> None:
    """Find sentences by their words: in transcripts as corrected, titles, descriptions, captions and registers.

    A word also finds what sounds like it in another script. All clips are searched, whoever may read them, and links
    that nobody judged count as links.
    """
    if not text and not rebuild:
        raise typer.BadParameter("say what to look for, or --rebuild", param_hint="TEXT")
    from archive.people.reader_roles import Reader
    from archive.searching.hits import Asked, NotAFilter
    from archive.searching.search_index import open_index

    try:
        asked = Asked(
            " ".join(text or ()),
            languages=tuple(language or ()),
            sources=tuple(source or ()),
            since=_day(since),
            until=_day(until),
            entry=entry,
            linked=linked,
            marks=tuple(mark or ()),
            upstream=upstream,
        )
    except NotAFilter as error:
        raise typer.BadParameter(str(error)) from error
    with common.opened_archive() as archive, open_index(archive) as index:
        taken = index.rebuild(archive, archive.progress) if rebuild else index.catch_up(archive, archive.progress)
        found = (
            index.search(asked, Reader(role="keeper").levels, proposals=True, entries=True, limit=limit)
            if text
            else None
        )
    if as_json:
        return console.print_json(_as_json(found, taken))
    if found is None:
        console.out.print(f"{taken:,} clips can be found", highlight=False)
    else:
        _print(found)
    return None


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _as_json(found: "Found | None", taken: int) -> dict[str, Any]:
    about: dict[str, Any] = {"schema": "thirdcopy/found/1", "taken_in": taken}
    return about | (asdict(found) if found else {})


def _print(found: "Found") -> None:
    from transcription.documents.cues import clock

    for hit in found.hits:
        where = hit.clip or f"{hit.transcript}, entry {hit.title}"
        seconds = "" if hit.start is None else f" {clock(hit.start)}"
        about = [hit.kind if hit.kind != "segment" else None, hit.transcript if hit.clip else None, hit.language]
        told = ", ".join(word for word in about if word)
        console.out.print(
            f"[bold]{escape(console.plain(where))}[/]{seconds}  {escape(console.plain(told))}", highlight=False
        )
        console.out.print(f"  {_marked(hit)}", highlight=False)
        for why in hit.why:
            if "sounds like" in why:
                console.out.print(f"  [dim]{escape(console.plain(why))}[/]", highlight=False)
    for fault in found.faults:
        console.out.print(f"[yellow]note[/] {escape(console.plain(fault))}", highlight=False)
    of = f"{'at least ' if found.more else ''}{found.count:,}"
    console.out.print(f"{len(found.hits):,} of {of} for: {escape(console.plain(found.understood))}", highlight=False)


def _marked(hit: "Hit") -> str:
    """The text of a hit with what matched in bold."""
    shown, at = "", 0
    for start, end in hit.matched:
        between, matched = (escape(console.plain(part)) for part in (hit.text[at:start], hit.text[start:end]))
        shown += f"{between}[bold]{matched}[/]"
        at = end
    return shown + escape(console.plain(hit.text[at:]))
