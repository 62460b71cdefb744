"""Commands that do the main job, whole or a step at a time."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Clips, Config, DryRun, Json, Sources, TakeOver

if TYPE_CHECKING:
    from archive.opening.archive import Archive
    from archive.steps.counted_steps import Tally
    from archive.steps.run_session import RunSession
    from archive.steps.stages import Asked
    from archive.views.disk_view import Expected

app = typer.Typer()
Fast = Annotated[bool, typer.Option("--fast", help="Stop listing at fifty known clips in a row.")]
Again = Annotated[bool, typer.Option("--again", help="Clips that were read before channels were compared.")]
Language = Annotated[
    str | None,
    typer.Option(
        "--language",
        help="Speech that was left out for want of a model of this language, and nothing else.",
        autocompletion=common.complete_language,
    ),
]
Plain = Annotated[bool, typer.Option("--plain", help="Run the steps one after another, without Prefect.")]


@app.command(epilog="Example: thirdcopy run --fast")
def run(
    config: Config = None,
    source: Sources = None,
    fast: Fast = False,
    plain: Plain = False,
    take_over: TakeOver = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Do the main job: list, fetch, store and read back, transcribe, link, seal, record."""
    settings = common.settings()
    _known_sources(source, settings.sources)
    if dry_run:
        return would_do(as_json=as_json)
    from archive.steps.stages import Asked
    from archive.steps.stages import run as run_plain
    from flows.orchestration.after_runs import told_after

    with told_after(settings, console.Lines().say) as ending, common.at_work(take_over=take_over) as session:
        asked = Asked(sources=tuple(source or ()), fast=fast)
        if plain:
            tally = run_plain(session, asked)
        elif settings.pools:
            tally = _through_pools(session, asked)
        else:
            tally = _through_prefect(session, fast=fast, sources=source or [])
        _say_other_languages(session.archive)
        ending.well = session.ended_well
    return common.report(tally, None, as_json=as_json)


def _through_prefect(session: "RunSession", *, fast: bool, sources: list[str]) -> "Tally":
    from archive.steps.counted_steps import Tally
    from flows.orchestration import server

    settings = session.archive.settings
    session.archive.progress.say("starting Prefect …")
    with server.served(settings) as api:
        with server.configured(settings, api):
            from flows.orchestration import archive_flows
        with archive_flows.within(session):
            done = archive_flows.run_archive(fast=fast, sources=sources or None)
    return Tally(**{**done, "problems": tuple(done["problems"])})


def _through_pools(session: "RunSession", asked: "Asked") -> "Tally":
    from flows.orchestration import server

    settings = session.archive.settings
    with server.served(settings) as api, server.configured(settings, api):
        from flows.orchestration.prefect_hands import run_by_pools
    return run_by_pools(session, asked)


@app.command(epilog="Example: thirdcopy fetch --source channel")
def fetch(
    config: Config = None,
    source: Sources = None,
    fast: Fast = False,
    take_over: TakeOver = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """List, fetch, digest and seal what is new; it waits in the spool for `mirror`."""
    _known_sources(source, common.settings().sources)
    if dry_run:
        return would_do(as_json=as_json)
    from archive.steps.stages import DISKS, FETCH, LIST, Asked, take

    with common.at_work(take_over=take_over) as session:
        tally = take(session, Asked(sources=tuple(source or ()), fast=fast, keep=True), (LIST, FETCH, DISKS))
    return common.report(tally, session.usable_targets, as_json=as_json)


@app.command(epilog="Example: thirdcopy mirror --json")
def mirror(config: Config = None, take_over: TakeOver = False, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Seal what changed, store what any target is owed, read it back, write the run record."""
    if dry_run:
        return would_do(as_json=as_json)
    from archive.steps.stages import FINISH, STORE, Asked, take

    with common.at_work(take_over=take_over) as session:
        tally = take(session, Asked(), (STORE, FINISH))
    return common.report(tally, session.usable_targets, as_json=as_json)


@app.command(epilog="Example: thirdcopy transcribe peertube-abc123")
def transcribe(
    clips: Clips = None,
    config: Config = None,
    again: Again = False,
    language: Language = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Transcribe safe clips that the model has not read, and read their captions; `mirror` stores what comes of it.

    With --again it looks at clips that were read before channels were compared, and reads those that have several. With
    --language it reads the speech that was left out since no model knew the language, once that has a model of its own.
    """
    if again and language:
        raise typer.BadParameter("--again reads whole clips, --language gaps alone: say one of them")
    if dry_run:
        return _would_transcribe(clips or [], language, again=again, as_json=as_json)
    from archive.steps.completing_transcripts import checked
    from archive.steps.stages import CAPTIONS, TRANSCRIBE, Asked, take

    with common.reading() as archive:
        common.known(archive, clips or [])
        language = language and checked(archive.settings.transcription, language)
    asked = Asked(clips=frozenset(clips) if clips else None, again=again, language=language)
    with common.at_work() as session:
        tally = take(session, asked, (TRANSCRIBE,) if again or language else (CAPTIONS, TRANSCRIBE))
        _say_other_languages(session.archive)
    return common.report(tally, session.usable_targets, as_json=as_json)


def _would_transcribe(clips: "list[str]", language: str | None, *, again: bool, as_json: bool) -> None:
    """What `transcribe` would read, and what of the models it would miss, which is no dry run that went well."""
    from archive.steps.again import to_read_again
    from archive.steps.completing_transcripts import checked, to_complete, unfinished
    from flows.cli.doctor_findings import models

    with common.reading() as archive:
        common.known(archive, clips)
        options = archive.settings.transcription
        if language:
            code = checked(options, language)
            some = [clip for clip in to_complete(archive, code) if not clips or clip in clips]
            gaps = [one for clip in some for one in unfinished(archive, clip, code)]
            facts = [
                {"clip": one.clip, "transcript": one.ref.name, "gaps": len(one.gaps), "seconds": round(one.seconds, 3)}
                for one in gaps
            ]
            lines = [f"would read {len(o.gaps):,} gaps of {o.ref.name}, {o.seconds:,.1f} s, of {o.clip}" for o in gaps]
            line = "\n".join(lines) or f"no gap waits for a model of {code}"
            console.would(line, {"language": code, "complete": facts}, as_json=as_json)
        elif again:
            earlier = [clip for clip in to_read_again(archive) if not clips or clip in clips]
            line = f"would look at {len(earlier):,} clips, and read those with several channels or an empty track"
            console.would(line, {"again": earlier}, as_json=as_json)
        else:
            would_do(as_json=as_json)
        _say_other_languages(archive)
    if missing := [one for one in models(archive.settings) if not one.ok]:
        console.fail("\n".join(f"{one.what}: {one.found}: {one.do}" for one in missing))
        raise typer.Exit(common.FAILED)


def _say_other_languages(archive: "Archive") -> None:
    """Say which clips were read with other languages than their source declares now."""
    from archive.steps.other_languages import read_otherwise, told

    for line in told(read_otherwise(archive)):
        console.err.print(line, highlight=False, markup=False, soft_wrap=True)


@app.command(epilog="Example: thirdcopy retry peertube-abc123")
def retry(
    clips: Clips = None,
    config: Config = None,
    take_over: TakeOver = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Try again what failed, also what failed for good: some clips, or all.

    A source that refused us is asked at once. A clip that is named and held is looked at again.
    """
    from archive.steps.counted_steps import Tally
    from archive.steps.resting import forget_rest, rests_until
    from archive.steps.stages import LIST, Asked, take
    from archive.steps.stages import run as run_plain

    with common.reading() as archive:
        common.known(archive, clips or [])
        failures = [failure for failure in archive.ledger.clips.failures() if not clips or failure.clip in clips]
        failed = {failure.clip for failure in failures}
        others = tuple(dict.fromkeys(clip for clip in clips or [] if clip not in failed))
        listing = {one.source for clip in clips or [] for one in archive.ledger.clips.listings(clip)}
        resting = [
            name for name in archive.settings.sources if (not clips or name in listing) and rests_until(archive, name)
        ]
    if dry_run:
        report = [{"clip": f.clip, "step": f.step, "kind": f.kind, "times": f.times} for f in failures]
        lines = [f"would retry {failure.step} of {failure.clip} ({failure.kind})" for failure in failures]
        lines += [f"would ask again for {clip}, of which nothing failed" for clip in others]
        lines += [f"would ask {source}, which refused us" for source in resting]
        facts = {"retry": report, "again": list(others), "resting": resting}
        return console.would("\n".join(lines) or "nothing has failed", facts, as_json=as_json)
    asked = Asked(clips=frozenset({*failed, *others}), retry=True, look=others)
    with common.at_work(take_over=take_over) as session:
        for source in resting:
            forget_rest(session.archive, source)
        listed = [] if clips else resting
        tally = take(session, Asked(sources=tuple(listed)), (LIST,)) if listed else Tally()
        tally += run_plain(session, asked)
    return common.report(tally, None, as_json=as_json)


@app.command(epilog="Example: thirdcopy schedule")
def schedule(config: Config = None, dry_run: DryRun = False) -> None:
    """Run by the cron lines of the settings, until stopped; they are read once, so start it anew when they change."""
    from flows.orchestration import serving

    settings = common.settings()
    if dry_run:
        for name, cron in serving.lines(settings).items():
            console.out.print(f"would serve {name:<5} at {cron} (UTC)", highlight=False, markup=False)
        return
    serving.supervise(settings, console.Lines().say)


def _known_sources(chosen: list[str] | None, known: object) -> None:
    names = list(known) if isinstance(known, dict) else []
    for name in chosen or []:
        if name not in names:
            raise typer.BadParameter(
                f"there is no source {name}{console.nearest(name, names) or ': ' + ', '.join(names)}"
            )


def would_do(*, as_json: bool) -> None:
    """What the ledger says is to be done; no channel and no target is asked, and disks are only looked at."""
    from archive.settings.source_stanzas import YtdlpSettings
    from archive.steps import counted_steps
    from archive.steps.captioning import to_caption
    from archive.steps.linking import Digested, to_link
    from archive.steps.looking import to_look
    from archive.steps.proposing_joins import to_compare
    from archive.steps.registering import Unread, newest, to_register
    from archive.steps.storing import owed
    from archive.steps.transcribing import to_transcribe
    from archive.steps.work_objects import to_seal
    from archive.views.disk_view import expected

    with common.reading() as archive:
        fetching = {name: len(counted_steps.to_fetch(archive, name)) for name in archive.settings.sources}
        looking = {
            name: len(to_look(archive, name))
            for name, one in archive.settings.sources.items()
            if isinstance(one, YtdlpSettings)
        }
        disks = expected(archive)
        storing = owed(archive)
        unread = to_register(archive)
        registers: dict[str, Digested] = {**newest(archive), **dict.fromkeys(unread, Unread())}
        steps = {
            "captions": len(to_caption(archive)),
            "joins": len(to_compare(archive).sounds),
            "transcribe": len(to_transcribe(archive, archive.settings.transcription.model_name)),
            "link": len(to_link(archive, registers)),
            "seal": len(to_seal(archive)),
        }
    if as_json:
        facts = {"fetch": fetching, "look": looking, "store": storing, "registers": unread, **steps}
        visits = {name: asdict(one) for name, one in disks.items()}
        return console.print_json({"dry_run": {**facts, "visit": visits} if visits else facts})
    console.out.print("As the ledger knows it now; a listing may find more:")
    for name, number in fetching.items():
        console.out.print(f"  fetch       {number:,} clips of {name}", highlight=False)
    for name, number in looking.items():
        console.out.print(f"  look again  {number:,} clips of {name}", highlight=False)
    for name, one in disks.items():
        console.out.print(f"  visit       {escape(console.plain(_visit(name, one)))}", highlight=False, soft_wrap=True)
    for name, number in storing.items():
        console.out.print(f"  store       {number:,} versions to {name}", highlight=False)
    for name in unread:
        console.out.print(f"  read        register {name}", highlight=False)
    for step, number in steps.items():
        console.out.print(f"  {step:<11} {number:,} clips", highlight=False)
    return None


def _visit(name: str, one: "Expected") -> str:
    """What a visit of a disk would bring, in a few words."""
    found = one.found
    if found is None:
        return f"nothing of {name}: {one.problem}"
    unread = f"; {found.unread:,} cannot be read" if found.unread else ""
    films = f"{found.media:,} films of {console.size(found.bytes)} among {found.files:,} files"
    return f"{name}: {films}, {found.new:,} of {console.size(found.new_bytes)} to be read{unread}"
