"""Commands about the people of the reading room: who may sign in, as what, and who opened which clip."""

import getpass
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Clip, Config, DryRun, Json
from flows.interrupts import before_end

if TYPE_CHECKING:
    from archive.people.accounts import Account
    from archive.people.openings import Opening
    from archive.people.people import People

app = typer.Typer(
    help="Who may sign in to the reading room, as what, and who opened which clip. Kept on this machine alone.",
    no_args_is_help=True,
)
LINE = 16 * 1024
"""Bytes that are read of a password on standard input, at most."""


class AccountRole(StrEnum):
    """What somebody who signed in may see and do; each may all that the one before it may."""

    reader = "reader"
    reviewer = "reviewer"
    editor = "editor"
    keeper = "keeper"


def _complete_account(incomplete: str) -> list[str]:
    return common.completed(incomplete, lambda: [one.name for one in _people().accounts()])


Name = Annotated[str, typer.Argument(help="Somebody's name, as it is kept with what they judge and correct.")]
Known = Annotated[str, typer.Argument(help="A name that has an account.", autocompletion=_complete_account)]


@app.command(epilog="Example: thirdcopy people add 'A. Reader' --role reader")
def add(
    name: Name,
    role: Annotated[AccountRole, typer.Option(help="What they may see and do.")],
    config: Config = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Let somebody sign in. Their password is asked for twice, or is a line on standard input: never an argument."""
    people = _people()
    kept, _ = people.may_add(name, role.value)
    if dry_run:
        facts = {"name": kept, "role": role.value}
        return console.would(f"would let {kept} sign in as {role.value}", facts, as_json=as_json)
    account = people.add(name, role.value, _password(kept))
    if as_json:
        return console.print_json(_facts(account))
    return _say(f"{account.name} may sign in as {account.role}")


@app.command(name="list", epilog="Example: thirdcopy people list --json")
def list_people(config: Config = None, as_json: Json = False) -> None:
    """Show who may sign in, as what, and who is signed in now."""
    people = _people()
    accounts, signed_in = people.accounts(), people.signed_in(datetime.now(UTC))
    if as_json:
        facts = [_facts(one) | {"visits": signed_in.get(one.name, 0)} for one in accounts]
        return console.print_json({"accounts": facts})
    if not accounts:
        return _say("nobody may sign in: thirdcopy people add NAME --role ROLE")
    table = console.table("name", "role", "since", "changed", "signed in#")
    for one in accounts:
        days = (f"{one.made:%Y-%m-%d}", f"{one.changed:%Y-%m-%d}")
        table.add_row(escape(one.name), one.role, *days, f"{signed_in.get(one.name, 0):,}")
    console.out.print(table)
    return None


@app.command(epilog="Example: thirdcopy people change 'A. Reader' --role reviewer")
def change(
    name: Known,
    config: Config = None,
    role: Annotated[AccountRole | None, typer.Option(help="What they may see and do from now on.")] = None,
    password: Annotated[bool, typer.Option("--password", help="Ask for a new password.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Change somebody's role or password. Wherever they are signed in, they are signed out."""
    if role is None and not password:
        raise typer.BadParameter("say what to change: --role ROLE, --password, or both")
    people = _people()
    before = people.account(name)
    role_then = role.value if role else before.role
    what = ([f"{before.role} → {role_then}"] if role else []) + (["a new password"] if password else [])
    line = f"{before.name}: {', '.join(what)}"
    facts = {"name": before.name, "role": role_then, "before": before.role, "password": password}
    if dry_run:
        return console.would(f"would change {line}", facts, as_json=as_json)
    people.change(name, role=role.value if role else None, password=_password(before.name) if password else None)
    if as_json:
        return console.print_json(facts)
    return _say(line)


@app.command(epilog="Example: thirdcopy people remove 'A. Reader'")
def remove(name: Known, config: Config = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Take somebody's account out, and sign them out. What they judged and corrected stays, with their name."""
    people = _people()
    account = people.account(name)
    if dry_run:
        return console.would(f"would remove {account.name}, {account.role}", _facts(account), as_json=as_json)
    people.remove(name)
    if as_json:
        return console.print_json({"removed": account.name, "role": account.role})
    return _say(f"{account.name} may not sign in any more")


@app.command(name="openings", epilog="Example: thirdcopy people openings peertube-abc123")
def show_openings(clip: Clip, config: Config = None, as_json: Json = False) -> None:
    """Show who opened a clip that is not public, in the reading room, and when. Kept only where the settings say so."""
    with common.reading() as archive:
        common.known(archive, [clip])
    people = _people()
    found = people.who_opened(clip)
    if as_json:
        rows = [vars(one) for one in found]
        return console.print_json({"clip": clip, "recorded": people.record_openings, "openings": rows})
    _print_openings(clip, found)
    if not people.record_openings:
        _say("openings are not recorded now: reading_room.record_openings is false")
    return None


def _print_openings(clip: str, found: "list[Opening]") -> None:
    if not found:
        return _say(f"nobody is known to have opened {clip}")
    table = console.table("name", "from", "until", "pages#")
    for one in found:
        table.add_row(escape(one.name), f"{one.first:%Y-%m-%d %H:%M}", f"{one.last:%Y-%m-%d %H:%M}", f"{one.times:,}")
    console.out.print(table)
    return None


def _people() -> "People":
    from archive.people.people import People

    return People.of(common.settings())


def _facts(account: "Account") -> dict[str, Any]:
    return {"name": account.name, "role": account.role, "made": account.made, "changed": account.changed}


def _say(line: str) -> None:
    console.out.print(line, highlight=False, markup=False, soft_wrap=True)


def _password(name: str) -> str:
    """A new password: typed twice at a terminal, without being shown, else a line of standard input."""
    if not sys.stdin.isatty():
        return _line()
    with _terminal_put_back():
        first = getpass.getpass(f"New password of {name}: ", sys.stderr)
        if getpass.getpass("Once more: ", sys.stderr) != first:
            raise typer.BadParameter("these were two different passwords: nothing was changed, begin again")
    return first


def _line() -> str:
    raw = sys.stdin.buffer.readline(LINE)
    try:
        line = raw.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise typer.BadParameter("the password on standard input is no text in UTF-8") from None
    if not line:
        raise typer.BadParameter("no password came: type it at a terminal, or give a line on standard input")
    return line


@contextmanager
def _terminal_put_back() -> Iterator[None]:
    """Whatever ends the process while a password is typed, the terminal shows again what is typed after it."""
    fd = sys.stdin.fileno()
    mode = termios.tcgetattr(fd)
    put_back = partial(termios.tcsetattr, fd, termios.TCSANOW, mode)
    with before_end(put_back, "interrupted; nothing was changed"):
        yield
