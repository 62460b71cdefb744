"""Commands that do the main job, whole or a step at a time."""

import os
from typing import Annotated

import typer

from archive import pipeline
from archive.pipeline import Tally
from archive.steps.linking import load_registers, to_link
from archive.steps.storing import owed
from archive.steps.transcribing import model_name, to_transcribe
from archive.steps.work import to_seal
from flows import console, server
from flows.commands import common
from flows.commands.common import Clips, Config, DryRun, Json, Sources, TakeOver

app = typer.Typer()
Fast = Annotated[bool, typer.Option("--fast", help="Stop listing at fifty known clips in a row.")]
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
        return _would_do(as_json=as_json)
    if plain:
        with common.at_work(take_over=take_over) as session:
            tally = pipeline.run(session.archive, session.readiness, session.engine, fast=fast, sources=source or ())
        return common.report(tally, as_json=as_json, unusable=session.readiness.problems)
    progress = console.progress()
    progress.say("starting Prefect …")
    with server.served(settings) as api:
        server.configure(settings, api)
        os.environ["THIRDCOPY_CONFIG"] = str(settings.file)
        from flows import prefect_flows

        prefect_flows.show(progress)
        with progress.shown():
            done = prefect_flows.run_archive(fast=fast, sources=source or None, take_over=take_over)
    return common.report(Tally(**{**done, "problems": tuple(done["problems"])}), as_json=as_json)


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
        return _would_do(as_json=as_json)
    with common.at_work(take_over=take_over) as session:
        tally = Tally()
        for name in source or session.archive.settings.sources:
            tally += pipeline.list_step(session.archive, name, fast=fast)
            clips = pipeline.to_fetch(session.archive, name)
            tally += pipeline.fetch_step(session.archive, session.readiness, name, clips, keep=True)
    return common.report(tally, as_json=as_json)


@app.command(epilog="Example: thirdcopy mirror --json")
def mirror(config: Config = None, take_over: TakeOver = False, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Seal what changed, store what any target is owed, read it back, write the run record."""
    if dry_run:
        return _would_do(as_json=as_json)
    with common.at_work(take_over=take_over) as session:
        tally = pipeline.store_step(session.archive, session.readiness)
        tally += pipeline.finish_step(session.archive, session.readiness)
    return common.report(tally, as_json=as_json, unusable=session.readiness.problems)


@app.command(epilog="Example: thirdcopy transcribe peertube-abc123")
def transcribe(clips: Clips = None, config: Config = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Transcribe safe clips that the model has not read; `mirror` stores what comes of it."""
    if dry_run:
        return _would_do(as_json=as_json)
    with common.at_work() as session:
        waiting = to_transcribe(session.archive, model_name(session.archive.settings.transcription))
        chosen = [clip for clip in waiting if not clips or clip in common.known(session.archive, clips)]
        tally = Tally()
        if chosen:
            tally = pipeline.transcribe_step(session.archive, session.readiness, session.engine, chosen)
    return common.report(tally, as_json=as_json)


@app.command(epilog="Example: thirdcopy link")
def link(config: Config = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Propose links to the registers for transcribed clips; `mirror` stores what comes of it."""
    if dry_run:
        return _would_do(as_json=as_json)
    with common.at_work() as session:
        tally = pipeline.link_all(session.archive, session.registers())
    return common.report(tally, as_json=as_json)


@app.command(epilog="Example: thirdcopy retry peertube-abc123")
def retry(
    clips: Clips = None,
    config: Config = None,
    take_over: TakeOver = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Try again what failed, also what failed for good: some clips, or all."""
    with common.reading() as archive:
        failures = [f for f in archive.ledger.clips.failures() if not clips or f.clip in common.known(archive, clips)]
    if dry_run:
        report = [{"clip": f.clip, "step": f.step, "kind": f.kind, "times": f.times} for f in failures]
        if as_json:
            return console.print_json({"would_retry": report})
        for row in report:
            console.out.print(f"would retry {row['step']} of {row['clip']} ({row['kind']})", highlight=False)
        return None
    wanted = {failure.clip for failure in failures}
    with common.at_work(take_over=take_over) as session:
        tally = Tally()
        for source in session.archive.settings.sources:
            chosen = [clip for clip in pipeline.to_fetch(session.archive, source, retry=True) if clip in wanted]
            tally += pipeline.fetch_step(session.archive, session.readiness, source, chosen)
        model = model_name(session.archive.settings.transcription)
        if unread := [clip for clip in to_transcribe(session.archive, model, retry=True) if clip in wanted]:
            tally += pipeline.transcribe_step(session.archive, session.readiness, session.engine, unread)
        tally += pipeline.link_all(session.archive, session.registers())
        tally += pipeline.finish_step(session.archive, session.readiness)
    return common.report(tally, as_json=as_json, unusable=session.readiness.problems)


@app.command(epilog="Example: thirdcopy schedule")
def schedule(config: Config = None) -> None:
    """Serve the flows by the cron lines of the settings, until stopped."""
    from flows import serving

    serving.supervise(common.settings(), console.Lines().say)


def _known_sources(chosen: list[str] | None, known: object) -> None:
    names = list(known) if isinstance(known, dict) else []
    for name in chosen or []:
        if name not in names:
            raise typer.BadParameter(
                f"there is no source {name}{console.nearest(name, names) or ': ' + ', '.join(names)}"
            )


def _would_do(*, as_json: bool) -> None:
    """What the ledger says is to be done; no source and no target is asked."""
    with common.reading() as archive:
        fetching = {name: len(pipeline.to_fetch(archive, name)) for name in archive.settings.sources}
        storing = owed(archive)
        steps = {
            "transcribe": len(to_transcribe(archive, model_name(archive.settings.transcription))),
            "link": len(to_link(archive, load_registers(archive.settings))),
            "seal": len(to_seal(archive)),
        }
    if as_json:
        return console.print_json({"dry_run": {"fetch": fetching, "store": storing, **steps}})
    console.out.print("As the ledger knows it now; a listing may find more:")
    for name, number in fetching.items():
        console.out.print(f"  fetch       {number:,} clips of {name}", highlight=False)
    for name, number in storing.items():
        console.out.print(f"  store       {number:,} versions to {name}", highlight=False)
    for step, number in steps.items():
        console.out.print(f"  {step:<11} {number:,} clips", highlight=False)
    return None
