"""Commands that look, at the archive, one clip or one entry, and that open or close a clip."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.markup import escape

from flows.cli import clip_lines, common, console, status_lines
from flows.cli.common import Clip, Config, DryRun, Json, OfRegister, Who

app = typer.Typer()
JOINED_SHOWN = 3
"""Other clips of one recording, as many are named of each clip of an entry."""


class Level(StrEnum):
    """Who may read a clip."""

    restricted = "restricted"
    readers = "readers"
    public = "public"


@app.command(epilog="Example: thirdcopy status --json")
def status(config: Config = None, as_json: Json = False) -> None:
    """Show clips, copies, debts, transcripts and links, as the ledger knows them."""
    from archive.views.status import failed
    from archive.views.status import status as count

    with common.reading() as archive:
        counted, failures = count(archive), failed(archive)
    if as_json:
        console.print_json(counted)
    else:
        status_lines.print_status(counted)
        status_lines.print_failures(failures)
    if not counted.whole:
        raise typer.Exit(common.DEBTS)


@app.command(epilog="Example: thirdcopy show peertube-abc123")
def show(clip: Clip, config: Config = None, as_json: Json = False) -> None:
    """Show one clip, by its id or an address: where it is from, its copies, transcripts and links, what failed."""
    from archive.views.clip_view import clip_view

    with common.reading() as archive:
        if not archive.ledger.clips.stating(clip):  # of a lost clip a disk may know more than any source
            clip = common.meant(archive, clip)
        found = clip_view(archive, clip)
    if as_json:
        return console.print_json(
            {
                "clip": clip,
                "sidecar": found.sidecar.model_dump(mode="json") if found.sidecar else None,
                "copies": [vars(copy) for copy in found.copies],
                "failures": [vars(failure) for failure in found.failures],
                "said_to_be": [vars(one) | {"stated": one.stated.model_dump(mode="json")} for one in found.said_to_be],
                "availability": found.whereabouts.facts,
                "edits": [
                    {"version": one.version, "at": one.at, "changes": [change.model_dump() for change in one.changes]}
                    for one in found.edits
                ],
                **({"seen_on": [vars(place) for place in found.seen_on]} if found.seen_on else {}),
                "recording": [one.clip for one in found.originals],
            }
        )
    clip_lines.print_clip(clip, found)
    return None


@app.command(epilog="Example: thirdcopy access peertube-abc123 public --by 'A. Archivist'")
def access(
    clip: Clip,
    level: Level,
    by: Who,
    config: Config = None,
    dry_run: DryRun = False,
) -> None:
    """Open or close a clip. It is an event, and stands in the next version of the sidecar."""
    from archive.acts.access import give_access

    with common.reading() as archive:
        common.known(archive, [clip])
        done = give_access(archive, clip, level.value, by=by, dry_run=dry_run)
    note = " (dry run)" * dry_run
    console.out.print(f"{clip}: {done.before} → {done.after}{note}", highlight=False, markup=False)


@app.command(epilog="Example: thirdcopy entry 1358")
def entry(
    number: Annotated[str, typer.Argument(help="An entry's number in a register.")],
    register: OfRegister = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show every clip and second that concerns an entry, with how each link stands."""
    from archive.linking.registers.entries import number_of
    from archive.views.entry_view import entry_view
    from flows.cli import link_lines

    if (meant := number_of(number)) is None:
        raise typer.BadParameter(f"{number!r} is no number of an entry: these are digits, such as 153")
    number = meant
    with common.reading() as archive:
        if register is not None:
            common.known_register(archive, register)
        found = entry_view(archive, number, register).links
    if as_json:
        facts = [
            {
                **one.link.model_dump(mode="json"),
                "judgement": one.stands,
                "judgements": [judgement.model_dump(mode="json") for judgement in one.judgements],
                "recording": list(one.recording),
            }
            for one in found
        ]
        return console.print_json({"entry": number, "links": facts})
    if not found:
        of = f" of {register}" if register else ""
        console.out.print(f"no clip is linked to entry {number}{of}", highlight=False, markup=False)
    for name in dict.fromkeys(one.link.register_name for one in found):
        mine = [one for one in found if one.link.register_name == name]
        apart = len({frozenset({one.link.clip, *one.recording}) for one in mine})
        few = f" of {apart} recording{'s' * (apart > 1)}" if apart < len(mine) else ""
        console.out.print(f"[bold]entry {number} of {escape(name)}[/]: {len(mine)} clips{few}", highlight=False)
        for one in mine:
            told = link_lines.lines(
                one.link, one.judgements, label="clip", title=one.link.clip, transcripts=one.transcripts
            )
            for line in told:
                console.out.print(line, highlight=False, soft_wrap=True)
            for clip in one.recording[:JOINED_SHOWN]:
                console.out.print(f"{'':>12}one recording with {escape(clip)}", highlight=False)
            if (more := len(one.recording) - JOINED_SHOWN) > 0:
                console.out.print(f"{'':>12}and {more:,} more: thirdcopy show {escape(one.link.clip)}", highlight=False)
    return None
