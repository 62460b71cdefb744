"""How the archive stands, on a screen, as `status` prints it."""

from typing import TYPE_CHECKING

from rich.markup import escape

from flows.cli import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.ledger.clips import Failure
    from archive.steps.again import Again
    from archive.views.expectations import ListCounts
    from archive.views.status import Status

FAILURES_SHOWN, FORKS_SHOWN = 20, 20
"""As many are named on the screen; --json has all."""


def print_status(counted: "Status") -> None:
    """Print what there is, what is wanting, and what waits for a person."""
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


def print_failures(failures: "Sequence[Failure]") -> None:
    """Print what failed last."""
    from archive.records.sighting import reason

    for failure in failures[:FAILURES_SHOWN]:
        line = f"{failure.clip} {failure.step} ({failure.kind}, {failure.times}×)"
        console.out.print(f"[yellow]failed[/] {escape(line)}", highlight=False)
        console.out.print(f"       {escape(console.shorten(reason(failure.message), 72))}", highlight=False)
    if len(failures) > FAILURES_SHOWN:
        console.out.print(f"… and {len(failures) - FAILURES_SHOWN} more: thirdcopy status --json, thirdcopy show CLIP")
