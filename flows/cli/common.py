"""What commands share: options, the opened archive, exit codes."""

import errno
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import typer

from archive.errors import NoSuchClip
from flows.cli import console

if TYPE_CHECKING:
    from archive.opening.archive import Archive
    from archive.preservation.usable_targets import UsableTargets
    from archive.settings.settings import Settings
    from archive.steps.counted_steps import Tally
    from archive.steps.run_session import RunSession

DONE, FAILED, USAGE, DEBTS, REFUSED = 0, 1, 2, 3, 4


class _Chosen:
    """The settings file of `thirdcopy --config FILE COMMAND`."""

    config: Path | None = None


def _choose(value: Path | None) -> Path | None:
    if value is not None:
        _Chosen.config = value
    return value


def completed(incomplete: str, names: Callable[[], Iterable[str]]) -> list[str]:
    """Those of some names that go on from what was typed. A shell that asks gets nothing where anything fails."""
    try:
        return [name for name in names() if name.startswith(incomplete)]
    except Exception:
        return []


def complete_clip(incomplete: str) -> list[str]:
    """Clip ids for the shell's completion."""

    def ids() -> list[str]:
        with reading() as archive:
            return list(archive.ledger.clips.ids())

    return completed(incomplete, ids)


def complete_target(incomplete: str) -> list[str]:
    """Names of targets for the shell's completion."""
    return completed(incomplete, lambda: settings().targets)


def complete_register(incomplete: str) -> list[str]:
    """Names of registers for the shell's completion."""
    return completed(incomplete, lambda: settings().registers)


def complete_source(incomplete: str) -> list[str]:
    """Names of sources for the shell's completion."""
    return completed(incomplete, lambda: settings().sources)


def complete_language(incomplete: str) -> list[str]:
    """Codes of the archive's languages for the shell's completion."""
    return completed(incomplete, lambda: settings().transcription.languages)


def complete_transcript(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of the transcripts of the clip that the command line names, for the shell's completion."""

    def names() -> list[str]:
        clip = ctx.params["clip"] or ctx.args[0]  # after an option without its value, nothing was parsed yet
        with reading() as archive:
            return [ref.name for ref in archive.ledger.readings.refs(clip)]

    return completed(incomplete, names)


def _name(value: str | None) -> str | None:
    """A person's name as it is kept: without control characters, blanks at the ends and double ones; never empty."""
    if value is None:
        return None
    name = " ".join(console.plain(unicodedata.normalize("NFC", value)).split())
    if not name:
        raise typer.BadParameter("say who you are: it is kept for the record")
    return name


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="The settings file; else THIRDCOPY_CONFIG, else archive.toml upward from here.",
        callback=_choose,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON on stdout.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Write to targets that another ledger wrote to. Only if it is gone.")
]
Clip = Annotated[
    str, typer.Argument(help="A clip's id, as `status` and `show` print it.", autocompletion=complete_clip)
]
Clips = Annotated[list[str] | None, typer.Argument(help="Clip ids.", autocompletion=complete_clip)]
OfRegister = Annotated[
    str | None, typer.Option("--register", help="Only this register.", autocompletion=complete_register)
]
By = Annotated[str | None, typer.Option("--by", help="Your name, for the record.", callback=_name)]
Who = Annotated[str, typer.Option("--by", help="Your name, for the record.", callback=_name)]
"""Where a name is wanted."""
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only this source; may be given again.", autocompletion=complete_source),
]


def chosen_file() -> Path | None:
    """The settings file that the command line names."""
    return _Chosen.config


def settings() -> "Settings":
    """The settings, read. Raises SettingsError."""
    from archive.settings.settings import find, load

    return load(find(_Chosen.config))


@contextmanager
def reading() -> Iterator["Archive"]:
    """The opened archive, to look at."""
    from archive.opening.archive import opened

    with opened(settings()) as archive:
        yield archive


@contextmanager
def opened_archive() -> Iterator["Archive"]:
    """The opened archive, with its progress shown."""
    from archive.opening.archive import opened

    progress = console.progress()
    with progress.shown(), opened(settings(), progress) as archive:
        yield archive


@contextmanager
def at_work(*, take_over: bool = False, emptied: Collection[str] = ()) -> Iterator["RunSession"]:
    """A session that writes, with its progress shown."""
    from flows.orchestration.writing_session import writing

    progress = console.progress()
    context = click.get_current_context(silent=True)
    doing = context.info_name if context and context.info_name else "a command"
    at = writing(settings(), progress, doing=doing, take_over=take_over, emptied=emptied)
    with progress.shown(), at as session:
        for name, why in session.usable_targets.problems.items():
            progress.say(f"{name} is not usable now, and is owed what comes: {why}")
        for name, why in session.usable_targets.beyond.items():
            progress.say(f"{name}: {why}")
        yield session


def known(archive: "Archive", clips: list[str]) -> list[str]:
    """The clips, if the ledger knows each. Raises NoSuchClip with the nearest one."""
    for clip in clips:
        if not archive.ledger.clips.exists(clip):
            raise NoSuchClip(f"there is no clip {clip}{console.nearest(clip, archive.ledger.clips.ids())}")
    return clips


def meant(archive: "Archive", words: str) -> str:
    """The clip that is meant by an id, another id of the same film, or an address. Raises NoSuchClip."""
    from archive.views.clip_names import clip_meant

    return clip_meant(archive, words) or known(archive, [words])[0]


def known_register(archive: "Archive", name: str) -> None:
    """Raise BadParameter, with the nearest one, for a register that the settings do not have."""
    known = list(archive.settings.registers)
    if name not in known:
        raise typer.BadParameter(f"the settings have no register {name}{console.nearest(name, known)}")


def known_target(name: str, known: Iterable[str]) -> str:
    """The target's name, if the settings have it. Raises BadParameter with the nearest one."""
    if name not in (names := list(known)):
        raise typer.BadParameter(f"there is no target {name}{console.nearest(name, names)}")
    return name


def of_the_system(error: OSError) -> str:
    """What the system refused, and what to do, as one sentence."""
    said = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        where = error.filename or "the state folder, the folder for temporary files, or where this writes to"
        return f"{said}: {where}: make room there and run this again; what was done is kept"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) and error.filename:
        return f"{said}: {error.filename}: make it readable and writable for whoever runs this, and run it again"
    return said + (f": {error.filename}" if error.filename else "")


def report(tally: "Tally", usable_targets: "UsableTargets | None", *, as_json: bool) -> None:
    """Show what was done, and leave with 3 if something was not, or a target was odd (None: the tally says so)."""
    odd = usable_targets.wrong if usable_targets else {}
    problems = (*tally.problems, *(f"{name}: {why}" for name, why in odd.items()))
    if as_json:
        console.print_json({**console.counts(tally), "problems": list(problems)})
    else:
        console.print_tally(tally, problems)
    if problems:
        raise typer.Exit(DEBTS)
