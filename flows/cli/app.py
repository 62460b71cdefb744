"""The `thirdcopy` command.

Exit codes: 0 done, 1 failed, 2 usage or settings, 3 done with debts or failures (reported), 4 refused (lease, writer,
fork, access), 130 and 143 stopped by Ctrl-C and SIGTERM.
"""

import atexit
import gc
import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from archive.errors import ArchiveError
from flows.cli import (
    accept_commands,
    alert_commands,
    cite_commands,
    common,
    console,
    copies_commands,
    disk_commands,
    expect_commands,
    join_commands,
    ledger_commands,
    link_commands,
    machine_commands,
    models_commands,
    people_commands,
    register_commands,
    report_commands,
    review_commands,
    room_commands,
    run_commands,
    search_commands,
    setup_commands,
    show_commands,
    target_commands,
    timeline_commands,
    transcript_commands,
    worker_commands,
)
from flows.cli.common import Config
from flows.interrupts import ended_at_once
from storage.errors import TargetError
from transcription.errors import TranscriptionError

HELP = """Keep an archive of testimony videos: fetch, mirror, transcribe, link.

Exit codes: 0 done, 1 failed, 2 usage or settings, 3 done with debts or failures, 4 refused.
"""
app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (
    setup_commands.app,
    run_commands.app,
    link_commands.app,
    expect_commands.app,
    show_commands.app,
    search_commands.app,
    report_commands.app,
    disk_commands.app,
    timeline_commands.app,
    transcript_commands.app,
    cite_commands.app,
    review_commands.app,
    join_commands.app,
    copies_commands.app,
    accept_commands.app,
    machine_commands.app,
    room_commands.app,
):
    app.registered_commands += room.registered_commands
app.add_typer(alert_commands.app, name="alerts")
app.add_typer(target_commands.app, name="targets")
app.add_typer(review_commands.review, name="review")
app.add_typer(register_commands.app, name="register")
app.add_typer(ledger_commands.app, name="ledger")
app.add_typer(worker_commands.app, name="workers")
app.add_typer(people_commands.app, name="people")
app.add_typer(models_commands.app, name="models")


def _version(asked: bool) -> None:
    if asked:
        print(f"thirdcopy {version('thirdcopy')}")
        raise typer.Exit


@app.callback()
def _before(
    config: Config = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell every step, and all that yt-dlp says, on stderr.")
    ] = False,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    console.configure_logging(verbose=verbose)


def main() -> None:
    """Run the command line; errors are one sentence each, and exit codes mean something.

    Ctrl-C and SIGTERM end whatever command it is at once.
    """
    os.umask(0o077)  # what an archive writes is for its owner's eyes
    gc.set_threshold(50_000)  # imports make objects and no garbage
    atexit.register(gc.freeze)  # or all that was imported is looked through once more, for a third of a second
    try:
        with ended_at_once(console.fail):
            app()
    except ArchiveError as error:
        console.fail(str(error))
        sys.exit(error.exit_code)
    except (TargetError, TranscriptionError) as error:
        console.fail(str(error))
        sys.exit(common.FAILED)
    except OSError as error:
        console.fail(common.of_the_system(error))
        sys.exit(common.FAILED)


if __name__ == "__main__":
    main()
