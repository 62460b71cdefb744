"""Commands that let a person decide about links: review in a terminal or a spreadsheet, or one by one."""

from collections import deque
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive.errors import ArchiveError
from flows import interrupts
from flows.cli import common, console
from flows.cli.common import Clip, Config, DryRun, Json, OfRegister, Who
from flows.cli.disclosure import Restricted

if TYPE_CHECKING:
    from archive.linking.deciding.review_queue import Waiting, Wanted
    from archive.linking.deciding.review_sheet import Returned
    from archive.opening.archive import Archive

app = typer.Typer()
review = typer.Typer()
Why = Annotated[str | None, typer.Option("--why", help="Your reason.")]


class Tier(StrEnum):
    """How strong a link's evidence is."""

    a = "A"
    b = "B"
    c = "C"


class Method(StrEnum):
    """How a link was found."""

    cited = "cited"
    numbered = "numbered"
    named = "named"


class Decision(StrEnum):
    """What a person decides about a link, or that they take it back."""

    positive = "positive"
    negative = "negative"
    unsure = "unsure"
    withdrawn = "withdrawn"


OfTier = Annotated[Tier | None, typer.Option("--tier", help="Only this tier.", case_sensitive=False)]
OfEntry = Annotated[str | None, typer.Option("--entry", help="Only this entry of a register.")]
OfClip = Annotated[str | None, typer.Option("--clip", help="Only this clip.", autocompletion=common.complete_clip)]
ByMethod = Annotated[Method | None, typer.Option("--method", help="Only links found so.")]
Conflicts = Annotated[bool, typer.Option("--conflicts", help="Only where people, or number and name, disagree.")]
Everybody = Annotated[bool, typer.Option("--all", help="Also what others have judged already.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many.")]


@review.callback(invoke_without_command=True, epilog="Example: thirdcopy review --by 'R. Researcher' --tier A")
def review_in_terminal(
    context: typer.Context,
    by: common.By = None,
    tier: OfTier = None,
    entry: OfEntry = None,
    clip: OfClip = None,
    register: OfRegister = None,
    method: ByMethod = None,
    conflicts: Conflicts = False,
    everybody: Everybody = False,
    limit: Limit = None,
    why: Why = None,
    joins: Annotated[bool, typer.Option("--joins", help="Instead: clips that may be one recording.")] = False,
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Decide about proposed links: one a screen, one key a verdict, kept at once and only ever added.

    What you judged is not asked again, so that you may stop at any time. --json and --dry-run list what waits. --joins
    lists the clips that may be one recording, each with its title, source and length, and how to judge them.
    """
    if context.invoked_subcommand:
        return None
    if by is None:
        raise typer.BadParameter("say who judges: --by NAME")
    if joins:
        return _list_joins(by, clip, limit, as_json=as_json)
    from archive.views.queue import queue

    with common.reading() as archive:
        wanted = _wanted(tier, entry, clip, register, method, conflicts=conflicts, everybody=everybody)
        _refuse_unknown(archive, wanted)
        found = queue(archive, by, wanted)[:limit]
        if as_json or dry_run:
            return _list(found, as_json=as_json)
        if not found:
            console.out.print("nothing waits for you here", highlight=False)
            return _tell_of_joins(archive, by)
        return _sit(archive, by, wanted, found, why)


def _tell_of_joins(archive: "Archive", by: str) -> None:
    from archive.views.join_view import joins_waiting

    if many := len(joins_waiting(archive, by=by)):
        console.out.print(
            f"{many:,} pairs of clips may be one recording: thirdcopy review --joins --by …", highlight=False
        )


def _list_joins(by: str, clip: str | None, limit: int | None, *, as_json: bool) -> None:
    from archive.views.join_view import joins_waiting
    from flows.cli.join_commands import facts, print_join

    with common.reading() as archive:
        if clip is not None:
            common.known(archive, [clip])
        found = joins_waiting(archive, clip=clip, by=by)[:limit]
    if as_json:
        return console.print_json({"joins": [facts(one) for one in found]})
    for one in found:
        print_join(one)
    console.out.print(f"{len(found)} wait for you", highlight=False)
    if found:
        console.out.print("To judge: thirdcopy joins CLIP CLIP --same|--different|--unsure --by NAME", highlight=False)
    return None


def _sit(archive: "Archive", by: str, wanted: "Wanted", found: "list[Waiting]", why: str | None) -> None:
    from archive.views.queue import entries_of
    from flows.cli.review_screen import Review
    from flows.cli.terminal import terminal

    entries, code = entries_of(archive), common.DONE
    sitting: Review | None = None
    with interrupts.raised():  # the terminal is put back first
        try:
            with terminal() as one:
                sitting = Review(archive, by, wanted, one, entries, deque(found), why)
                sitting.run()
        except interrupts.Ended as ended:
            code = ended.code
    if sitting is None:
        raise typer.Exit(code)
    console.out.print(
        f"{sitting.judged} judged, {len(sitting.waiting)} left; the next run carries them into the sidecars",
        highlight=False,
    )
    _tell_of_joins(archive, by)
    raise typer.Exit(code)


def _list(found: "list[Waiting]", *, as_json: bool) -> None:
    from flows.cli.review_screen import queue_lines

    if as_json:
        facts = [
            {"reason": one.reason, "new": list(one.new), **one.link.model_dump(mode="json", exclude={"further"})}
            for one in found
        ]
        return console.print_json({"waiting": facts})
    for line in queue_lines(found):
        console.out.print(console.plain(line), highlight=False, markup=False)
    return console.out.print(f"{len(found)} wait", highlight=False)


@review.command(name="export", epilog="Example: thirdcopy review export links.csv --by 'R. Researcher' --restricted")
def export_review(
    file: Annotated[Path, typer.Argument(help="The file to write; none that is there.", dir_okay=False)],
    by: Who,
    tier: OfTier = None,
    entry: OfEntry = None,
    clip: OfClip = None,
    register: OfRegister = None,
    method: ByMethod = None,
    conflicts: Conflicts = False,
    everybody: Everybody = False,
    limit: Limit = None,
    restricted: Restricted = False,
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Write what waits for you as a spreadsheet (CSV): fill the columns verdict and why, and bring it in with import.

    Words of clips that nobody opened want --restricted: recorded.
    """
    from archive.acts.disclosing import left, may_leave
    from archive.views.queue import queue, to_sheet

    with common.reading() as archive:
        wanted = _wanted(tier, entry, clip, register, method, conflicts=conflicts, everybody=everybody)
        _refuse_unknown(archive, wanted)
        found = queue(archive, by, wanted)[:limit]
        clips = sorted({one.link.clip for one in found})
        if not dry_run:
            closed = may_leave(archive, clips, restricted=restricted, by=by)
            data = to_sheet(archive, found)
            try:
                with file.open("xb") as out:
                    out.write(data)
            except FileExistsError as error:
                raise ArchiveError(
                    f"{file} is there already, perhaps with somebody's verdicts: name another"
                ) from error
            left(archive, closed, "export of links for review", by)
    facts = {"file": str(file), "proposals": len(found), "clips": len(clips)}
    if as_json:
        return console.print_json({"dry_run": facts} if dry_run else facts)
    note = " (dry run)" if dry_run else ""
    return console.out.print(
        f"{file}: {len(found)} proposals of {len(clips)} clips{note}", highlight=False, markup=False, soft_wrap=True
    )


@review.command(name="import", epilog="Example: thirdcopy review import links.csv --by 'R. Researcher'")
def import_review(
    file: Annotated[Path, typer.Argument(help="A file that export wrote and you filled.", dir_okay=False)],
    by: Who,
    partial: Annotated[bool, typer.Option("--partial", help="Take the rows that are right.")] = False,
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take verdicts out of a spreadsheet: all of them, or none where a row does not match its proposal.

    Rows without a verdict stay open. The same file again adds nothing.
    """
    from archive.acts.judging import take_in
    from archive.errors import WrongFile

    with common.reading() as archive:
        try:
            found = take_in(archive, _bytes_of(file), by=by, partial=partial, dry_run=dry_run)
        except WrongFile as error:
            raise WrongFile(f"{file}: {error}") from error
    taken = not found.faults or partial
    if as_json:
        console.print_json(_taken(found, taken=taken, dry_run=dry_run))
    else:
        number, note = len(found.given) if taken else 0, " (dry run)" if dry_run else ""
        console.out.print(f"{number} judgements kept, {found.open} rows left open{note}", highlight=False)
    for fault in found.faults:
        console.fail(f"{file}: line {fault.line}: {fault.what}")
    if found.faults:
        if not partial:
            console.fail("nothing of the file was kept: mend these rows, or take the others with --partial")
        raise typer.Exit(common.DEBTS if partial else common.FAILED)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from None


def _taken(found: "Returned", *, taken: bool, dry_run: bool) -> dict[str, Any]:
    facts = {
        "kept": [{"line": one.line, "link": one.link.id, "verdict": one.decision} for one in found.given]
        if taken
        else [],
        "open": found.open,
        "faults": [{"line": fault.line, "what": fault.what} for fault in found.faults],
    }
    return {"dry_run": facts} if dry_run else facts


@app.command(epilog="Example: thirdcopy judge peertube-abc123 0123456789abcdef positive --by 'R. Researcher'")
def judge(
    clip: Clip,
    link: Annotated[str, typer.Argument(help="The link's id, as `show` prints it.")],
    verdict: Decision,
    by: Who,
    why: Why = None,
    config: Config = None,
    dry_run: DryRun = False,
) -> None:
    """Judge a link, or take your verdict back. Judgements are only ever added; your newest one counts as yours."""
    from archive.acts import judging

    with common.reading() as archive:
        common.known(archive, [clip])
        links = {found.id: found for found in archive.ledger.readings.links(clip)}
        if link not in links:
            raise typer.BadParameter(f"{clip} has no link {link}{console.nearest(link, list(links))}")
        if not dry_run:
            judging.judge(archive, links[link], verdict.value, by=by, why=why)
    console.out.print(
        f"{link} ({links[link].entry}): {verdict.value}" + " (dry run)" * dry_run, highlight=False, markup=False
    )


def _wanted(
    tier: Tier | None,
    entry: str | None,
    clip: str | None,
    register: str | None,
    method: Method | None,
    *,
    conflicts: bool,
    everybody: bool,
) -> "Wanted":
    from archive.linking.deciding.review_queue import Wanted

    return Wanted(
        tier=tier.value if tier else None,
        entry=entry,
        clip=clip,
        register=register,
        method=method.value if method else None,
        conflicts=conflicts,
        everybody=everybody,
    )


def _refuse_unknown(archive: "Archive", wanted: "Wanted") -> None:
    """Raise NoSuchClip or BadParameter for a clip or a register that is not there."""
    if wanted.clip is not None:
        common.known(archive, [wanted.clip])
    if wanted.register is not None:
        common.known_register(archive, wanted.register)
