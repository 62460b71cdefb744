"""The command about clips that may be one recording: what is proposed and why, and what a person decides."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from flows.cli import common, console
from flows.cli.common import Config, DryRun, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.opening.archive import Archive
    from archive.records.join import JoinDecision
    from archive.views.join_view import JoinedClip, JoinView

app = typer.Typer()
Two = Annotated[
    list[str] | None,
    typer.Argument(help="A clip, to see its joins; or the two to judge.", autocompletion=common.complete_clip),
]
CERTAINTY = {
    "bytes": "one file",
    "streams": "one recording in two containers",
    "likely": "likely one recording",
}
"""What a kind of join says, as far as it can be known."""


@app.command(epilog="Example: thirdcopy joins peertube-abc123 file-0123abcd --same --by 'R. Researcher'")
def joins(
    clips: Two = None,
    same: Annotated[bool, typer.Option("--same", help="They are one recording.")] = False,
    different: Annotated[bool, typer.Option("--different", help="They are not.")] = False,
    unsure: Annotated[bool, typer.Option("--unsure", help="It cannot be said.")] = False,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Take your verdict back.")] = False,
    by: common.By = None,
    why: Annotated[str | None, typer.Option("--why", help="Your reason.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is judged already.")] = False,
    find: Annotated[
        bool, typer.Option("--find", help="Compare the sounds that no run compared; their films are brought for it.")
    ] = False,
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """List clips that may be one recording, with the reasons; or judge two of them.

    Nothing is joined by itself, and nothing is deleted. Judgements are only ever added; your newest one counts.
    """
    verdicts: dict[JoinDecision, bool] = {
        "same": same,
        "different": different,
        "unsure": unsure,
        "withdrawn": withdrawn,
    }
    chosen = [verdict for verdict, wanted in verdicts.items() if wanted]
    named = clips or []
    if find:
        if named or chosen:
            raise typer.BadParameter("--find goes with no clip and no verdict")
        return _find(dry_run=dry_run, as_json=as_json)
    if chosen:
        if len(chosen) > 1:
            raise typer.BadParameter("one verdict, please: --same, --different, --unsure or --withdrawn")
        if len(named) != 2 or named[0] == named[1]:
            raise typer.BadParameter("a verdict is on two clips: thirdcopy joins CLIP CLIP --same --by NAME")
        if by is None:
            raise typer.BadParameter("say who judges: --by NAME")
        return _judge((named[0], named[1]), chosen[0], by, why, dry_run=dry_run, as_json=as_json)
    if len(named) > 2:
        raise typer.BadParameter("name one clip, or two")
    return _list(named, by, everything=everything, as_json=as_json)


def _judge(
    clips: tuple[str, str], verdict: "JoinDecision", by: str, why: str | None, *, dry_run: bool, as_json: bool
) -> None:
    from archive.acts.judging_joins import judge_join
    from archive.errors import NoSuchClip

    with common.reading() as archive:
        common.known(archive, list(clips))
        held = {*archive.ledger.clips.held()}
        for clip in clips:
            if clip not in held:
                raise NoSuchClip(f"{clip} is not held yet, so there is nothing of it to compare")
        seen = {join.clips: join for join in archive.ledger.joins.of(clips[0])}.get((min(clips), max(clips)))
        if not dry_run:
            judge_join(archive, clips, verdict, by=by, why=why, seen=seen)
    if as_json:
        facts = {"clips": sorted(clips), "verdict": verdict, "proposed": seen is not None}
        return console.print_json({"dry_run": facts} if dry_run else facts)
    note = " (dry run)" * dry_run
    return console.out.print(
        f"{clips[0]} and {clips[1]}: {verdict}{note}", highlight=False, markup=False, soft_wrap=True
    )


def _list(clips: "Sequence[str]", by: str | None, *, everything: bool, as_json: bool) -> None:
    from archive.views.join_view import joins_waiting

    with common.reading() as archive:
        common.known(archive, list(clips))
        found = joins_waiting(archive, clip=clips[0] if clips else None, by=by, everything=everything or bool(clips))
        if len(clips) == 2:
            found = [one for one in found if {one.one.clip, one.other.clip} == {*clips}]
        left = unheard(archive)
    if as_json:
        return console.print_json({"joins": [facts(one) for one in found], "not_compared": left})
    for one in found:
        print_join(one)
    waits = "shown" if everything or clips else "wait"
    console.out.print(f"{len(found)} {waits}", highlight=False)
    if left:
        console.out.print(f"{left:,} clips are not heard yet: a run does new ones,", highlight=False)
        console.out.print("thirdcopy joins --find the others, whose films it brings", highlight=False)
    return None


def unheard(archive: "Archive") -> int:
    """Clips whose sound no run has compared."""
    from archive.steps.proposing_joins import to_compare

    return len(to_compare(archive, bring=True, retry=True).sounds)


def facts(one: "JoinView") -> dict[str, Any]:
    """A join as JSON."""
    return {
        "one": asdict(one.one),
        "other": asdict(one.other),
        "proposal": one.proposal.model_dump(mode="json") if one.proposal else None,
        "judgements": [judgement.model_dump(mode="json", exclude={"seen"}) for judgement in one.judgements],
        "judgement": one.judgement,
    }


def print_join(one: "JoinView") -> None:
    """Two clips, each with what helps to tell it apart, the reasons and the judgements."""
    console.out.print(f"[bold]{escape(one.one.clip)}[/]", highlight=False, soft_wrap=True)
    console.out.print(f"[bold]{escape(one.other.clip)}[/]", highlight=False, soft_wrap=True)
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=9, justify="right")
    grid.add_column(overflow="fold")
    for side, clip in (("one", one.one), ("other", one.other)):
        grid.add_row(f"[dim]{side}[/]", escape(_told(clip)))
    if one.proposal:
        again = "" if one.proposal.proposed else "; no longer proposed"
        grid.add_row("[dim]proposed[/]", escape(CERTAINTY[one.proposal.kind] + again))
        for reason in one.proposal.reasons:
            grid.add_row("", f"- {escape(console.plain(reason))}")
    for judgement in one.judgements:
        reason = f": {judgement.why}" if judgement.why else ""
        said = f"{judgement.verdict} by {judgement.by} on {judgement.at:%Y-%m-%d}{reason}"
        grid.add_row("[dim]judged[/]", escape(console.plain(said)))
    if one.judgement == "conflict":
        grid.add_row("[red]conflict[/]", "people disagree: it counts as no join until they agree")
    console.out.print(grid, highlight=False)
    console.out.print()


def _told(clip: "JoinedClip") -> str:
    from archive.joins.proposing import clock

    title = console.shorten(clip.title or "(no title)", 120)
    uploaded = clip.uploaded or ""
    dated = f", of {uploaded[:4]}-{uploaded[4:6]}-{uploaded[6:]}" if len(uploaded) == 8 else ""
    size = f"{clip.size / 1e6:,.1f} MB"
    return console.plain(f"{title}; from {clip.source}{dated}; {clock(clip.seconds)}, {size}, {clip.form}")


def _find(*, dry_run: bool, as_json: bool) -> None:
    from archive.steps.proposing_joins import propose_joins, to_compare

    if dry_run:
        with common.reading() as archive:
            due, known = to_compare(archive, bring=True, retry=True), archive.ledger.joins.fingerprinted()
            held = archive.ledger.joins.held() if due.sounds else {}
            bring = [held[clip].media.size for clip in due.sounds if held[clip].media.sha256 not in known]
        if as_json:
            return console.print_json(
                {"dry_run": {"compare": len(due.sounds), "read": len(bring), "bytes": sum(bring)}}
            )
        said = f"would compare {len(due.sounds):,} clips, and read {len(bring):,} films, {sum(bring) / 1e9:,.2f} GB"
        return console.out.print(said, highlight=False)
    with common.at_work() as session:
        done = propose_joins(session.archive, session.usable_targets.readable, bring=True, retry=True)
    if as_json:
        console.print_json({"compared": done.compared, "joins": done.joins, "problems": list(done.problems)})
    else:
        console.out.print(f"{done.compared:,} clips compared, {done.joins:,} joins proposed", highlight=False)
        for problem in done.problems:
            console.err.print(f"[yellow]not done[/]      {escape(console.plain(problem))}", soft_wrap=True)
    if done.problems:
        raise typer.Exit(common.DEBTS)
    return None
