"""Commands that look, at the archive, one clip or one entry, and that open or close a clip."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Clip, Config, DryRun, Json, OfRegister, Who

CLOCK_DOUBTS = {
    "gap": "players differ behind a gap in the sound",
    "no_index": "players guess where a second is",
}


if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.ledger.clips import Failure
    from archive.objects.sidecar import Sidecar
    from archive.records.clip import Capture
    from archive.records.edits import Change
    from archive.records.transcript import Correction
    from archive.steps.again import Again
    from archive.views.clip_view import ClipView, SaidToBe
    from archive.views.expectations import ListCounts
    from archive.views.status import Status

app = typer.Typer()
EDITS_SHOWN = 10
JOINED_SHOWN = 3
"""Other clips of one recording, as many are named of each clip of an entry."""
PLACES_SHOWN = 20
"""Paths on disks, as many are shown of a clip; --json has all."""
ORIGINS = {
    "quicktime_creationdate": "QuickTime's creation date",
    "creation_time": "the container's creation time",
    "avi_idit": "AVI's IDIT",
    "file_time": "the file's time on the disk",
}
WORTHS = {
    "zoned": "with its offset from UTC",
    "utc": "UTC by the format, the local time of many cameras in truth",
    "no_zone": "in no zone that is known",
    "least": "worth least, for copying changes it",
    "unset": "a clock that nobody had set",
}
_BEFORE = 24
"""Characters that are shown before those that changed in a long text."""
FORKS_SHOWN = 20
"""Forks, as many are named on the screen; --json has all."""


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
        _print_status(counted)
        _print_failures(failures)
    if not counted.whole:
        raise typer.Exit(common.DEBTS)


def _print_failures(failures: "Sequence[Failure]") -> None:
    from archive.records.sighting import reason

    for failure in failures[:20]:
        line = f"{failure.clip} {failure.step} ({failure.kind}, {failure.times}×)"
        console.out.print(f"[yellow]failed[/] {escape(line)}", highlight=False)
        console.out.print(f"       {escape(console.shorten(reason(failure.message), 72))}", highlight=False)
    if len(failures) > 20:
        console.out.print(f"… and {len(failures) - 20} more: thirdcopy status --json, thirdcopy show CLIP")


def _print_status(counted: "Status") -> None:
    from archive.records.whereabouts import STANDINGS
    from flows.cli import timeline_commands

    clips, links, joins = counted.clips, counted.links, counted.joins
    console.out.print(f"[bold]{counted.archive}[/]  {counted.at:%Y-%m-%d %H:%M} UTC", highlight=False)
    table = console.table("clips", "n#", "")
    table.add_row("listed", f"{clips.listed:,}", "known to a source")
    table.add_row("held", f"{clips.held:,}", "fetched, checked and sealed")
    safe = "[bold]safe[/]" if counted.whole else "[yellow]safe, of those[/]"
    table.add_row(safe, f"[bold]{clips.safe:,}[/]", _wanted(counted))
    if clips.degraded:
        table.add_row("degraded", f"{clips.degraded:,}", "not in the best film on offer; looked at again")
    for kind, number in clips.failed.items():
        table.add_row("failed", f"{number:,}", escape(kind))
    for standing, number in counted.availability.items():
        table.add_row("at source", f"{number:,}", STANDINGS[standing])
    console.out.print(table)
    timeline_commands.print_sources(counted)
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
    if joins.waiting:
        apart = f", {joins.conflicts:,} of them in conflict" if joins.conflicts else ""
        console.out.print(
            f"[bold]joins[/]        {joins.waiting:,} wait{apart}: `thirdcopy joins` lists them", highlight=False
        )
    for name, counts in counted.lists.items():
        console.out.print(f"[bold]expected[/]     {_expected(name, counts)}", highlight=False)
    for name, target in counted.targets.items():
        if target.problem:
            console.out.print(f"[yellow]{name}[/] {escape(console.plain(target.problem))}", highlight=False)
    for name, sentence in counted.spools.items():
        console.out.print(
            f"[yellow]{escape(console.plain(name))}[/] {escape(console.plain(sentence))}", highlight=False
        )
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


def _expected(name: str, counts: "ListCounts") -> str:
    """A list in a line: how many videos it wants, and what is there of them."""
    of = f"{counts.expected:,} of {escape(console.crop(name, 24))}: "
    if not counts.counted:
        return of + f"counted by `thirdcopy expect {escape(name)}`"
    saved = f"saved {counts.saved:,}, " if counts.saved else ""
    missing = f"[yellow]missing {counts.missing:,}[/]" if counts.missing else "missing 0"
    return of + f"held {counts.held:,}, {saved}{missing}, perhaps {counts.perhaps:,}"


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
    """Show one clip, by its id or an address: where it is from, its copies, transcripts and links, what failed."""
    from archive.records.sighting import unframed
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
    console.out.print(f"[bold]{escape(clip)}[/]", highlight=False)
    if found.whereabouts.since:
        place = replace(found.whereabouts, words=unframed(found.whereabouts.words))
        line = escape(console.plain(place.line))
        console.out.print(f"[bold]{'at source':>10}[/]  {line}", highlight=False, soft_wrap=True)
    if found.sidecar:
        _print_sidecar(found.sidecar, found)
    for one in found.said_to_be:
        for line in _said_to_be(one, clip):
            console.out.print(line, highlight=False, soft_wrap=True)
    table = console.table("copy of", "version#", "target", "state", "read in full")
    for copy in found.copies:
        read = f"{copy.read:%Y-%m-%d %H:%M}" if copy.read else ""
        table.add_row(copy.object.partition("-")[0], f"v{copy.version}", escape(copy.target), copy.state, read)
    if found.copies:
        console.out.print(table)
    for failure in found.failures:
        line = f"{failure.step} failed ({failure.kind}, {failure.times}×): {failure.message}"
        console.out.print(f"[yellow]{escape(console.plain(line))}[/]", highlight=False)
    return None


def _print_sidecar(document: "Sidecar", found: "ClipView") -> None:
    from flows.cli import link_lines

    capture, access = document.captures[-1], document.access
    by = f" by {access.by}" if access.by else ""
    length = str(timedelta(seconds=round(capture.duration)))
    lines = (
        ("title", console.shorten(capture.title or "(none)", 200)),
        ("from", capture.url),
        ("captured", f"{capture.fetched:%Y-%m-%d %H:%M} UTC with {capture.tool} {capture.tool_version}"),
        ("media", f"{length}, {capture.media.size:,} bytes, sha512 {capture.media.sha512[:16]}…"),
        ("access", access.level + by),
        *(("stated", line) for line in _stated(capture)),
        *(("differs", line) for line in capture.disagreements),
        *(("degraded", line) for line in capture.degraded),
        *(("dated", f"{one.value} ({ORIGINS[one.origin]}: {WORTHS[one.worth]})") for one in capture.dates),
        *(("seen on", line) for line in _places(found)),
        *(("unread", f"track {one.index} {one.why}") for one in found.unread),
        *(("declared", _declared(document)) for _ in document.declarations[-1:]),
    )
    for name, text in lines:
        console.out.print(f"[bold]{name:>10}[/]  {escape(console.plain(text))}", highlight=False, soft_wrap=True)
    _print_edits(found)
    _print_joins(document, found)
    _print_transcripts(document, found)
    for link in document.links:
        title = f"entry {link.entry} of {link.register_name}"
        for line in link_lines.lines(
            link, link.judgements, label="link", title=title, transcripts=document.transcripts
        ):
            console.out.print(line, highlight=False, soft_wrap=True)


def _said_to_be(one: "SaidToBe", clip: str) -> tuple[str, str]:
    """What a disk says that a file is, in two lines: of the file it names the lost clip, of that clip the file."""
    there = "is held too" if one.held else f"was not fetched ({one.failure})" if one.failure else "is not held"
    if clip == one.file:
        label, text = "said to be", f"{one.lost}, which {there}: {one.stated.url}"
    else:
        label, text = "saved as", f"{one.file}, a file that is said to be this"
    how = f"on the word of {one.source} ({one.stated.basis})" + ("" if one.stated.certain else ", likely only")
    return f"[bold]{label:>10}[/]  {escape(console.plain(text))}", f"{'':>12}{escape(console.plain(how))}"


def _print_edits(found: "ClipView") -> None:
    """What changed at the source, the newest first: a line a change, what it was and what it became."""
    for edit in found.edits[:EDITS_SHOWN]:
        console.out.print(f"[bold]{'changed':>10}[/]  v{edit.version}, seen {edit.at:%Y-%m-%d %H:%M}", highlight=False)
        for change in edit.changes:
            console.out.print(f"{'':>12}{escape(console.plain(change.what))}", highlight=False)
            for mark, value in (("-", change.before), ("+", change.after)):
                if value is not None:
                    words = console.shorten(_around(value, change), 62)
                    console.out.print(f"{'':>12}{mark} {escape(words)}", highlight=False)
    if len(found.edits) > EDITS_SHOWN:
        console.out.print(f"{'':>12}… and {len(found.edits) - EDITS_SHOWN} earlier versions: --json", highlight=False)


def _around(value: str, change: "Change") -> str:
    """A text from where it begins to be another one, so that what changed is seen of a long one."""
    pairs = zip(change.before or "", change.after or "", strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = value.rfind(" ", 0, max(0, same - _BEFORE)) + 1 if same > 40 else 0
    return f"…{value[start:]}" if start else value


def _stated(capture: "Capture") -> list[str]:
    """The address that a disk states for a file, and what that is worth."""
    if capture.stated is None:
        return []
    stated = capture.stated
    worth = "on the disk's word" if stated.certain else "likely, by its form alone: nothing is linked by it"
    return [f"{stated.clip} ({stated.url}), by its {stated.basis}: {worth}"]


def _places(found: "ClipView") -> list[str]:
    lines = [f"{one.disk} on {one.visited:%Y-%m-%d}: {one.path}" for one in found.seen_on[:PLACES_SHOWN]]
    more = len(found.seen_on) - len(lines)
    return [*lines, f"… and {more:,} more places: --json"] if more > 0 else lines


def _print_joins(document: "Sidecar", found: "ClipView") -> None:
    """The other clips of the recording, and those that may be of it."""
    if found.originals:
        lines = [("recording", f"one in {len(found.originals)} clips, the best first:")]
        lines += [("", f"{one.clip}{' (this one)' if one.clip == found.clip else ''}") for one in found.originals]
    else:
        lines = []
    lines += [("conflict", f"{one} and {other} are judged not to be one recording") for one, other in found.against]
    for join in document.joins:
        (other,) = {*join.clips} - {found.clip}
        if other in {one.clip for one in found.originals} and join.judgement is None:
            continue
        if join.judgement is None and join.proposal and join.proposal.proposed:
            lines.append(("may be", f"one recording with {other} ({join.proposal.kind})"))
        elif join.judgement == "conflict":
            lines.append(("conflict", f"people disagree whether it is one recording with {other}"))
    if any(name in ("may be", "conflict") for name, _ in lines):
        lines.append(("", f"`thirdcopy joins {found.clip}` says why"))
    for name, text in lines:
        console.out.print(f"[bold]{name:>10}[/]  {escape(console.plain(text))}", highlight=False, soft_wrap=True)


def _declared(document: "Sidecar") -> str:
    newest = document.declarations[-1]
    return (", ".join(newest.languages) or "what the source declares") + f", by {newest.by}"


def _print_transcripts(document: "Sidecar", found: "ClipView") -> None:
    """Transcripts, the one that is shown first first, and what people corrected in each; conflicts in full."""
    from transcription.documents.cues import clock
    from transcription.documents.showing import counted

    for ref in document.transcripts:
        doubt = "  [yellow]to be checked by a person[/]" if ref.doubtful else ""
        text = f"{ref.name}: {ref.segments} segments, {', '.join(ref.languages) or 'nothing written'}, {ref.gaps} gaps"
        if ref.kind == "completion":
            text += ", read later of what another left open"
        if ref.starts_at:
            text += f", a browser's clock begins at {ref.starts_at:.3f} s"
        text += "".join(f", {CLOCK_DOUBTS[doubt]}" for doubt in ref.clock_doubts)
        if mine := found.corrections.get(ref.name):
            text += f", {counted(len(mine))} by {_people(mine)}"
        console.out.print(f"[bold]transcript[/]  {escape(console.plain(text))}{doubt}", highlight=False)
    for one in found.conflicts:
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
