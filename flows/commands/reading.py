"""Commands that look, at the archive, one clip or one entry, and that open or close a clip."""

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows import console
from flows.commands import common
from flows.commands.common import Clip, Config, DryRun, Json, OfRegister, Who

CLOCK_DOUBTS = {
    "gap": "players differ behind a gap in the sound",
    "no_index": "players guess where a second is",
}


if TYPE_CHECKING:
    from archive.ledger.clips import Failure
    from archive.records import Correction, UnreadTrack
    from archive.sidecar import Sidecar
    from archive.steps.again import Again
    from archive.steps.status import Status

app = typer.Typer()
FORKS_SHOWN = 20
"""Forks, as many are named on the screen; --json has all."""


class Level(StrEnum):
    """Who may read a clip."""

    restricted = "restricted"
    public = "public"


@app.command(epilog="Example: thirdcopy status --json")
def status(config: Config = None, as_json: Json = False) -> None:
    """Show clips, copies, debts, transcripts and links, as the ledger knows them."""
    from archive.steps.status import status as count

    with common.reading() as archive:
        counted = count(archive)
        failures = archive.ledger.clips.failures()
    if as_json:
        console.print_json(counted)
    else:
        _print_status(counted)
        _print_failures(failures)
    if not counted.whole:
        raise typer.Exit(common.DEBTS)


def _print_failures(failures: "list[Failure]") -> None:
    for failure in failures[:20]:
        line = f"{failure.clip} {failure.step} ({failure.kind}, {failure.times}×)"
        console.out.print(f"[yellow]failed[/] {escape(line)}", highlight=False)
        reason = failure.message.rpartition("could not be fetched: ")[2]
        console.out.print(f"       {escape(console.shorten(reason, 72))}", highlight=False)
    if len(failures) > 20:
        console.out.print(f"… and {len(failures) - 20} more: thirdcopy status --json, thirdcopy show CLIP")


def _print_status(counted: "Status") -> None:
    clips, links = counted.clips, counted.links
    console.out.print(f"[bold]{counted.archive}[/]  {counted.at:%Y-%m-%d %H:%M} UTC", highlight=False)
    table = console.table("clips", "n#", "")
    table.add_row("listed", f"{clips.listed:,}", "known to a source")
    table.add_row("held", f"{clips.held:,}", "fetched, checked and sealed")
    safe = "[bold]safe[/]" if counted.whole else "[yellow]safe, of those[/]"
    table.add_row(safe, f"[bold]{clips.safe:,}[/]", _wanted(counted))
    for kind, number in clips.failed.items():
        table.add_row("failed", f"{number:,}", escape(kind))
    console.out.print(table)
    table = console.table("target", "copies#", "proven#", "claimed#", "owed#", "where")
    for name, target in counted.targets.items():
        owed = f"[yellow]{target.owed:,}[/]" if target.owed else "0"
        where = console.crop(target.address.partition("://")[2], 30)
        shown = name if target.counts_as_copy else f"{name}\n[dim]not counted[/]"
        table.add_row(shown, f"{target.copies:,}", f"{target.proven:,}", f"{target.claimed:,}", owed, escape(where))
    console.out.print(table)
    _print_survivors(counted)
    console.out.print(f"[bold]transcripts[/]  {counted.transcripts:,}", highlight=False)
    _print_again(counted.again)
    corrections = counted.corrections
    wrong = f", [yellow]{corrections.conflicts:,} in conflict[/]: `show` says which" if corrections.conflicts else ""
    console.out.print(f"[bold]corrections[/]  {corrections.corrections:,}{wrong}", highlight=False)
    console.out.print(
        f"[bold]links[/]        {links.proposed:,} proposed, {links.positive:,} positive, {links.negative:,} negative, "
        f"{links.unsure:,} unsure, {links.conflicts:,} in conflict"
        + (f",\n[yellow]{'':>14}{links.returned:,} to be judged again[/]" if links.returned else ""),
        highlight=False,
    )
    for name, target in counted.targets.items():
        if target.problem:
            console.out.print(f"[yellow]{name}[/] {escape(console.plain(target.problem))}", highlight=False)
    for name, sentence in counted.beyond.items():
        console.out.print(f"[bold red]{name}[/] {escape(console.plain(sentence))}", highlight=False)
    if counted.unaccepted:
        console.out.print(
            f"[bold red]{counted.unaccepted:,} versions wait[/]: only one target says them, and this ledger is not of "
            "them. `thirdcopy accept` lists them",
            highlight=False,
        )
    for fork in counted.forks[:FORKS_SHOWN]:
        console.out.print(f"[red]fork[/] {escape(console.plain(str(fork)))}", highlight=False, soft_wrap=True)


def _print_again(again: "Again") -> None:
    """Clips that an earlier build may have read, or refused, wrongly, each kind with the command that mends it."""
    rows = (
        (again.mixed, "read before channels were compared", "transcribe --again"),
        (again.empty_track, "with a track without sound that was read as one", "transcribe --again"),
        (again.refused_length, "refused by a length that was announced", "retry"),
    )
    for number, what, command in rows:
        if number:
            console.out.print(f"[bold]again[/]        [yellow]{number:,}[/] {what}: `{command}`", highlight=False)


def _wanted(counted: "Status") -> str:
    """What makes a clip safe, in a few words."""
    names = {"provider": "providers", "country": "countries", "key_holder": "key holders"}
    spread = [f"{number} {names[kind]}" for kind, number in counted.distinct.model_dump().items() if number > 1]
    return f"read back at {counted.minimum_copies} targets or more" + f", {', '.join(spread)}" * bool(spread)


def _print_survivors(counted: "Status") -> None:
    """How many copies would be left of the worst-off clip."""
    if not counted.survivors:
        return
    table = console.table("if this is lost", "worst for", "fewest copies left#", "clips with none#")
    for lost, loss in counted.survivors.items():
        what = lost if lost == "nothing" else f"one {lost.replace('_', ' ')}"
        whose = console.crop(loss.value, 30) if loss.value else "" if lost == "nothing" else "all without this label"
        none = f"[red]{loss.none:,}[/]" if loss.none else "0"
        table.add_row(what, escape(whose), f"{loss.left:,}", none)
    console.out.print(table)


@app.command(epilog="Example: thirdcopy show peertube-abc123")
def show(clip: Clip, config: Config = None, as_json: Json = False) -> None:
    """Show one clip: where it is from, its copies, transcripts and links, what failed."""
    from archive.objects import ObjectId
    from archive.shown import in_order, standing
    from archive.steps.work import build

    with common.reading() as archive:
        common.known(archive, [clip])
        failures = archive.ledger.clips.failures(clip)
        copies = [copy for name in ObjectId.both_of(clip) for copy in archive.ledger.copies.of(name)]
        document = build(archive, clip) if archive.ledger.clips.captures(clip) else None
        if document:
            applied, _ = standing(document.transcripts, document.corrections)
            document = document.model_copy(
                update={"transcripts": tuple(in_order(archive, clip, document.transcripts, applied))}
            )
    if as_json:
        return console.print_json(
            {
                "clip": clip,
                "sidecar": document.model_dump(mode="json") if document else None,
                "copies": [vars(copy) for copy in copies],
                "failures": [vars(failure) for failure in failures],
            }
        )
    console.out.print(f"[bold]{escape(clip)}[/]", highlight=False)
    if document:
        _print_sidecar(document)
    table = console.table("copy of", "version#", "target", "state", "read in full")
    for copy in copies:
        read = f"{copy.read:%Y-%m-%d %H:%M}" if copy.read else ""
        table.add_row(copy.object.partition("-")[0], f"v{copy.version}", escape(copy.target), copy.state, read)
    if copies:
        console.out.print(table)
    for failure in failures:
        line = f"{failure.step} failed ({failure.kind}, {failure.times}×): {failure.message}"
        console.out.print(f"[yellow]{escape(console.plain(line))}[/]", highlight=False)
    return None


def _print_sidecar(document: "Sidecar") -> None:
    from flows import link_lines

    capture, access = document.captures[-1], document.access
    by = f" by {access.by}" if access.by else ""
    length = str(timedelta(seconds=round(capture.duration)))
    lines = (
        ("title", console.shorten(capture.title or "(none)", 200)),
        ("from", capture.url),
        ("captured", f"{capture.fetched:%Y-%m-%d %H:%M} UTC with {capture.tool} {capture.tool_version}"),
        ("media", f"{length}, {capture.media.size:,} bytes, sha512 {capture.media.sha512[:16]}…"),
        ("access", access.level + by),
        *(("differs", line) for line in capture.disagreements),
        *(("unread", f"track {one.index} {one.why}") for one in _unread(document)),
        *(("declared", _declared(document)) for _ in document.declarations[-1:]),
    )
    for name, text in lines:
        console.out.print(f"[bold]{name:>10}[/]  {escape(console.plain(text))}", highlight=False, soft_wrap=True)
    _print_transcripts(document)
    for link in document.links:
        title = f"entry {link.entry} of {link.register_name}"
        for line in link_lines.lines(
            link, link.judgements, label="link", title=title, transcripts=document.transcripts
        ):
            console.out.print(line, highlight=False, soft_wrap=True)


def _unread(document: "Sidecar") -> "tuple[UnreadTrack, ...]":
    """The tracks of the newest media that nobody here can read: as they were found in reading, else in fetching."""
    newest = document.captures[-1]
    readings = [one for one in document.readings if one.media_sha256 == newest.media.sha256]
    return readings[-1].unread if readings and readings[-1].unread else newest.unread


def _declared(document: "Sidecar") -> str:
    newest = document.declarations[-1]
    return (", ".join(newest.languages) or "what the source declares") + f", by {newest.by}"


def _print_transcripts(document: "Sidecar") -> None:
    """Transcripts, the one that is shown first first, and what people corrected in each; conflicts in full."""
    from archive.shown import standing
    from transcription.cues import clock
    from transcription.showing import counted

    applied, conflicts = standing(document.transcripts, document.corrections)
    for ref in document.transcripts:
        doubt = "  [yellow]to be checked by a person[/]" if ref.doubtful else ""
        text = f"{ref.name}: {ref.segments} segments, {', '.join(ref.languages) or 'nothing written'}, {ref.gaps} gaps"
        if ref.starts_at:
            text += f", a browser's clock begins at {ref.starts_at:.3f} s"
        text += "".join(f", {CLOCK_DOUBTS[doubt]}" for doubt in ref.clock_doubts)
        if mine := applied.get(ref.name):
            text += f", {counted(len(mine))} by {_people(mine)}"
        console.out.print(f"[bold]transcript[/]  {escape(console.plain(text))}{doubt}", highlight=False)
    for one in conflicts:
        head = f"{one.transcript}, by {one.by} on {one.at:%Y-%m-%d}: {one.conflict}"
        console.out.print(f"[red]{'conflict':>10}[/]  {escape(console.plain(head))}", highlight=False, soft_wrap=True)
        for change in one.changes[:20]:
            words = f"“{console.shorten(change.now.text, 56)}”" if change.now else "removed"
            console.out.print(f"{'':>12}{clock(change.start)} {escape(words)}", highlight=False)
        if len(one.changes) > 20:
            console.out.print(f"{'':>12}… and {len(one.changes) - 20} more cues: --json", highlight=False)


def _people(corrections: "tuple[Correction, ...]") -> str:
    return ", ".join(dict.fromkeys(one.by for one in corrections))


@app.command(epilog="Example: thirdcopy access peertube-abc123 public --by 'A. Archivist'")
def access(
    clip: Clip,
    level: Level,
    by: Who,
    config: Config = None,
    dry_run: DryRun = False,
) -> None:
    """Open or close a clip. It is an event, and stands in the next version of the sidecar."""
    from archive.ledger.clips import AccessGiven
    from archive.records import POLICY
    from archive.steps.work import access_of

    with common.reading() as archive:
        common.known(archive, [clip])
        captures = archive.ledger.clips.captures(clip)
        before = access_of(archive, clip, captures[-1].source if captures else None).level
        if not dry_run:
            archive.ledger.clips.give_access(clip, AccessGiven(level.value, by, archive.clock()))
            archive.event(f"work-{clip}", POLICY, agent=by, detail=f"access {level.value}")
    console.out.print(f"{clip}: {before} → {level.value}" + " (dry run)" * dry_run, highlight=False, markup=False)


@app.command(epilog="Example: thirdcopy entry 1358")
def entry(
    number: Annotated[str, typer.Argument(help="An entry's number in a register.")],
    register: OfRegister = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show every clip and second that concerns an entry, with how each link stands."""
    from archive.linking.deciding.judgements import standing
    from archive.linking.registers.entries import number_of
    from archive.steps.reviewing import by_link
    from flows import link_lines

    if (meant := number_of(number)) is None:
        raise typer.BadParameter(f"{number!r} is no number of an entry: these are digits, such as 153")
    number = meant
    with common.reading() as archive:
        if register is not None:
            common.known_register(archive, register)
        found = [one for one in archive.ledger.readings.links(entry=number) if register in (None, one.register_name)]
        found.sort(key=lambda one: (one.register_name, one.tier, -one.score, one.clip))
        judged = {one.id: by_link(archive, one.clip).get(one.id, []) for one in found}
        refs = {clip: archive.ledger.readings.refs(clip) for clip in {one.clip for one in found}}
    if as_json:
        facts = [
            {
                **one.model_dump(mode="json"),
                "judgement": standing(judged[one.id]),
                "judgements": [judgement.model_dump(mode="json") for judgement in judged[one.id]],
            }
            for one in found
        ]
        return console.print_json({"entry": number, "links": facts})
    if not found:
        of = f" of {register}" if register else ""
        console.out.print(f"no clip is linked to entry {number}{of}", highlight=False, markup=False)
    for name in dict.fromkeys(one.register_name for one in found):
        mine = [one for one in found if one.register_name == name]
        console.out.print(f"[bold]entry {number} of {escape(name)}[/]: {len(mine)} clips", highlight=False)
        for one in mine:
            for line in link_lines.lines(one, judged[one.id], label="clip", title=one.clip, transcripts=refs[one.clip]):
                console.out.print(line, highlight=False, soft_wrap=True)
    return None
