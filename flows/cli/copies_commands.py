"""Commands of who answers for the copies: audit, repair, backfill, restore, rebuild."""

import re
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from archive.errors import ArchiveError, RefusedError
from flows.cli import common, console
from flows.cli.accept_commands import print_waiting
from flows.cli.common import By, Clip, Clips, Config, DryRun, Json
from flows.interrupts import before_end

if TYPE_CHECKING:
    from archive.preservation.auditing import Audited
    from archive.preservation.repairing import Repaired
    from archive.settings.settings import Settings

app = typer.Typer()
SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def _bytes(text: str) -> int:
    """A number of bytes such as 10GB, 512MiB or 1000000."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*(|[kmgt]i?)b?", text.strip().lower())
    if not found or not (size := int(float(found[1]) * SIZES[found[2]])):
        raise typer.BadParameter(f"{text!r} is no size: say 10GB, 512MiB or 1000000")
    return size


def _share(text: str) -> float:
    """A share such as 1/30 or 0.1, as `fraction` in the settings."""
    from pydantic import ValidationError

    from archive.settings.stanzas import AuditSettings

    try:
        return AuditSettings.model_validate({"fraction": text}).fraction
    except ValidationError:
        raise typer.BadParameter(f"{text!r} is no share: say 1/30 or 0.1") from None


Everything = Annotated[bool, typer.Option("--all", help="Every object of the archive, run records too.")]
Targets = Annotated[
    list[str] | None,
    typer.Option("--target", help="Only at this target; may be given again.", autocompletion=common.complete_target),
]
Target = Annotated[str, typer.Argument(help="A target's name.", autocompletion=common.complete_target)]
Bytes = Annotated[int | None, typer.Option("--bytes", parser=_bytes, metavar="SIZE", help="Read at most, as 10GB.")]
Minutes = Annotated[float | None, typer.Option("--minutes", min=0, help="Begin no copy after so many minutes.")]
Requests = Annotated[int | None, typer.Option("--requests", min=1, help="Ask at most so often.")]
Fraction = Annotated[
    float | None, typer.Option("--fraction", parser=_share, metavar="SHARE", help="Read a share of the bytes, as 1/30.")
]
Challenges = Annotated[
    int | None, typer.Option("--challenges", min=1, help="Random MiB to ask of each copy that is not read in full.")
]


@app.command(name="audit", epilog="Example: thirdcopy audit --fraction 1/30 --challenges 1")
def audit_copies(
    clips: Clips = None,
    config: Config = None,
    everything: Everything = False,
    target: Targets = None,
    size: Bytes = None,
    minutes: Minutes = None,
    requests: Requests = None,
    fraction: Fraction = None,
    challenges: Challenges = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Read copies back in full and compare them, oldest proof first; damage counts after a second reading.

    A budget is for each target; the next audit goes on where this one ends.
    With challenges and no budget, nothing is read in full.
    """
    from archive.preservation.audit_round import audit_round
    from archive.preservation.auditing import objects_of
    from archive.preservation.budget import Budget, plan

    budget = Budget(bytes=size, minutes=minutes, requests=requests, fraction=fraction)
    if not clips and not everything and not budget.limited:
        raise typer.BadParameter("name clips, or say --all")
    with common.reading() as archive:
        chosen = [common.known_target(name, archive.targets) for name in target or archive.targets]
        objects = objects_of(archive, common.known(archive, clips)) if clips and not everything else None
        if dry_run:
            plans = {name: plan(archive, name, objects, budget, challenges=challenges or 0) for name in chosen}
            lines = [
                f"{name}: would read {one.read:,} of {one.of:,} copies, {console.amount(one.bytes, None, 'B')}"
                + (f", and challenge {one.challenge:,}" if challenges else "")
                for name, one in plans.items()
            ]
            facts = {name: asdict(one) for name, one in plans.items()}
            return console.would("\n".join(lines), facts, as_json=as_json)
    with common.opened_archive() as archive:
        done = audit_round(archive, budget, challenges=challenges or 0, objects=objects, targets=chosen)
    if as_json:
        console.print_json({name: _as_json(one) for name, one in done.by_target.items()})
    else:
        _print_audit(done.by_target)
    if done.problems:
        raise typer.Exit(common.DEBTS)
    return None


def _as_json(one: "Audited") -> dict[str, object]:
    return {**asdict(one), "beyond": [waiting.model_dump(mode="json") for waiting in one.beyond]}


def _print_audit(done: "dict[str, Audited]") -> None:
    table = console.table("target", "sound#", "challenged#", "MB read#", "faults#", "mended#", "owed#", "left#")
    for name, one in done.items():
        faults = (len(one.findings), len(one.mended), one.owed, one.left)
        read = (f"{one.sound:,}", f"{one.challenged:,}", f"{one.bytes / 1e6:,.1f}")
        table.add_row(name, *read, *(f"{count:,}" for count in faults))
    console.out.print(table)
    for name, one in done.items():
        if one.problem:
            console.out.print(
                f"[yellow]{name}[/] could not be read: {escape(one.problem)}", highlight=False, soft_wrap=True
            )
        for colour, words, findings in (("red", "", one.findings), ("green", "mended, was ", one.mended)):
            for finding in findings:
                line = f"{words}{finding.outcome}: {finding.key}" + (f" ({finding.detail})" if finding.detail else "")
                console.out.print(f"[{colour}]{name}[/] {escape(line)}", highlight=False, soft_wrap=True)
    for name, one in done.items():
        if one.owed:
            console.out.print(f"[yellow]{name}[/] is owed {one.owed:,} versions that were wanting before")
        for sentence in one.strange:
            console.out.print(f"[yellow]not ours[/] {escape(console.plain(sentence))}", highlight=False, soft_wrap=True)
    print_waiting(list(dict.fromkeys(waiting for one in done.values() for waiting in one.beyond)))
    lasting = ("unreadable", "foreign")  # no repair does anything about these
    if any(one.owed or any(finding.outcome not in lasting for finding in one.findings) for one in done.values()):
        console.out.print("Next: `thirdcopy repair --all` makes right what is sound elsewhere.", highlight=False)


@app.command(name="repair", epilog="Example: thirdcopy repair --all")
def repair_copies(
    clips: Clips = None,
    config: Config = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make right what audits found damaged, missing or rolled back, from what is sound just now.

    Damaged bytes are kept under quarantine/ at their target. Where nothing is sound, nothing is touched.
    """
    if not clips and not everything:
        raise typer.BadParameter("name clips, or say --all")
    from archive.preservation.auditing import objects_of
    from archive.preservation.repairing import repair

    with common.reading() as archive:
        objects = objects_of(archive, common.known(archive, clips)) if clips and not everything else None
        if dry_run:
            broken = {name: len(archive.ledger.audits.broken(name, objects)) for name in archive.targets}
            lines = [f"{name}: would read, and make right, {count:,} versions" for name, count in broken.items()]
            return console.would("\n".join(lines), broken, as_json=as_json)
    with common.at_work() as session:
        done = repair(
            session.archive, session.usable_targets.writable, objects, sources=session.usable_targets.readable
        )
    if as_json:
        facts = {name: asdict(one) for name, one in done.items()}
        wrong = {name: {"problem": why} for name, why in session.usable_targets.wrong.items()}
        console.print_json({name: {**facts.get(name, {}), **wrong.get(name, {})} for name in (*facts, *wrong)})
    else:
        _print_repair(done)
    if session.usable_targets.wrong or any(one.lost or one.problems for one in done.values()):
        raise typer.Exit(common.DEBTS)
    return None


def _print_repair(done: "dict[str, Repaired]") -> None:
    table = console.table("target", "versions whole again#", "files written#", "MB#", "quarantined#", "lost#")
    for name, one in done.items():
        counts = [f"{len(each):,}" for each in (one.quarantined, one.lost)]
        table.add_row(name, f"{one.versions:,}", f"{one.files:,}", f"{one.bytes / 1e6:,.1f}", *counts)
    console.out.print(table)
    for name, one in done.items():
        for problem in one.problems:
            console.err.print(f"[yellow]not done[/] {escape(console.plain(problem))}", highlight=False, soft_wrap=True)
        for lost in one.lost:
            console.err.print(f"[bold red]{name}[/] {escape(console.plain(lost))}", highlight=False, soft_wrap=True)


@app.command(name="backfill", epilog="Example: thirdcopy backfill disk --dry-run")
def backfill_target(
    name: Target,
    config: Config = None,
    empty: Annotated[
        bool, typer.Option("--empty", help="It held copies and is empty now: a new disk in the place of a lost one.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Fill a target from the copies at the others, not from the source; it goes on where it was interrupted."""
    from archive.preservation.mirroring import Stored, store_owed

    with common.reading() as archive:
        common.known_target(name, archive.targets)
        lack = archive.ledger.audits.lack(name)
    if dry_run:
        held = lack.held
        places = [f"{other} has {count:,}" for other, count in lack.elsewhere.items()]
        line = f"would store {held.versions:,} versions of {lack.objects:,} objects at {name}, "
        line += console.amount(held.bytes, None, "B") + (f" and {held.unknown:,} of unknown size" * bool(held.unknown))
        line += f"; {', '.join(places) or 'no other target has any'}"
        line += f"; {lack.nowhere:,} are said to be at no other target" if lack.nowhere else ""
        return console.would(line, {"target": name, **asdict(lack)}, as_json=as_json)
    with common.at_work(emptied=[name] if empty else ()) as session:
        ready = [name] if name in session.usable_targets.writable else []
        done = store_owed(session.archive, session.usable_targets.readable, to=ready).get(name)
        left = len(session.archive.ledger.copies.owed(name))
    stored = done or Stored(name)
    others = session.usable_targets.beyond  # it is no matter of this one that another is away
    odd = {other: why for other, why in session.usable_targets.wrong.items() if other == name or other in others}
    problems = [*stored.problems, *(f"{other}: {why}" for other, why in odd.items())]
    if as_json:
        console.print_json({**asdict(stored), "problems": problems, "left": left})
    else:
        size = console.amount(stored.bytes, None, "B")
        console.out.print(f"{name}: {stored.versions:,} versions stored, {size}; {left:,} still owed", highlight=False)
        for problem in problems:
            console.err.print(f"[yellow]not done[/] {escape(console.plain(problem))}", highlight=False, soft_wrap=True)
    if left or problems:
        raise typer.Exit(common.DEBTS)
    return None


@app.command(name="restore", epilog="Example: thirdcopy restore peertube-abc123 --to /tmp/out")
def restore_clip(
    clip: Clip,
    to: Annotated[Path, typer.Option("--to", help="A folder; made if it is not there.")],
    config: Config = None,
    by: By = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Write the files of a clip to a folder, from whichever target has each sound. It is an event."""
    from archive.preservation.restoring import restore
    from archive.preservation.usable_targets import reachable

    with common.opened_archive() as archive:
        common.known(archive, [clip])
        usable_targets = reachable(archive)
        if dry_run:
            line = f"would write {clip} to {to} from {', '.join(usable_targets.readable) or 'nowhere'}"
            facts = {"clip": clip, "to": str(to), "from": list(usable_targets.readable)}
            return console.would(line, facts, as_json=as_json)
        done = restore(archive, clip, to, usable_targets.readable, by=by)
    for why in usable_targets.problems.values():
        console.err.print(f"[yellow]not read[/] {escape(console.plain(why))}", highlight=False, soft_wrap=True)
    if as_json:
        facts = {"files": [str(path) for path in done.files], "problems": list(done.problems)}
        console.print_json({**facts, "not_read": usable_targets.problems})
    else:
        for path in done.files:
            console.out.print(str(path), highlight=False, soft_wrap=True, markup=False)
    if done.problems:
        raise ArchiveError("not all of it could be restored:\n" + "\n".join(done.problems))
    return None


@app.command(name="rebuild", epilog="Example: thirdcopy rebuild --from disk")
def rebuild_ledger(
    config: Config = None,
    source: Annotated[
        str | None, typer.Option("--from", help="Only from this target.", autocompletion=common.complete_target)
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make a lost ledger anew from what lies at the targets. Copies are claimed until an audit has read them."""
    from archive.opening.archive import discard_beside, opened_beside
    from archive.preservation.rebuilding import rebuild
    from archive.preservation.usable_targets import reachable

    progress, settings = console.progress(), common.settings()
    if source:
        common.known_target(source, settings.targets)
    if dry_run:
        names = [source] if source else list(settings.targets)
        return console.would(f"would read every object at {', '.join(names)}", {"targets": names}, as_json=as_json)
    left = "nothing else uses the database until it ends" if settings.ledger.url else "all is as before"
    ended = before_end(partial(discard_beside, settings), f"interrupted; {left}: run it again")
    with progress.shown(), opened_beside(settings, progress) as archive, ended:
        usable_targets = reachable(archive)
        readable = {name: target for name, target in usable_targets.readable.items() if source in (None, name)}
        if not readable:
            raise ArchiveError("no target can be read: " + "; ".join(usable_targets.problems.values()))
        done = rebuild(archive, readable)
        unread = usable_targets.problems | reachable(archive).problems  # now that it is known which held copies
        problems = [*done.problems, *(why for name, why in unread.items() if source in (None, name))]
    lacking = {name: len(objects) for name, objects in done.lacking.items() if objects}
    accounts = _accounts(settings)
    if as_json:
        waiting = [one.model_dump(mode="json") for one in done.waiting]
        console.print_json({**asdict(done), "waiting": waiting, "problems": problems, "accounts": accounts})
    else:
        console.out.print(f"{done.objects:,} objects, {done.clips:,} clips", highlight=False)
        for name, number in lacking.items():
            console.out.print(f"[yellow]{name}[/] lacks {number:,} objects", highlight=False)
        for problem in problems:
            console.err.print(f"[yellow]not read[/] {escape(console.plain(problem))}", highlight=False, soft_wrap=True)
        print_waiting(done.waiting)
        if not accounts:
            console.out.print(
                "Accounts of the reading room are at no target: "
                "`thirdcopy people add NAME --role ROLE` makes each anew.",
                highlight=False,
                soft_wrap=True,
            )
        console.out.print("Next: `thirdcopy audit --all` reads the copies; `thirdcopy run --take-over` writes again.")
    if done.forks:
        raise RefusedError("forks, for a person to look at:\n" + "\n".join(done.forks))
    if problems or done.waiting or lacking:
        raise typer.Exit(common.DEBTS)
    return None


def _accounts(settings: "Settings") -> int:
    """How many people may sign in to the reading room: no target knows, so a rebuild brings none back."""
    from archive.people.people import People
    from archive.people.people_file import PeopleUnusable

    try:
        return len(People.of(settings).accounts())
    except PeopleUnusable:  # a rebuild is of other things; `people list` says what is wrong
        return 0
