"""Commands about who is told: look and tell, try the addresses, show how every condition stands."""

from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape

from flows.cli import common, console
from flows.cli.common import Config, DryRun, Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.alerting.due import Message

app = typer.Typer(help="Who is told when the archive falls silent or loses something.", no_args_is_help=True)


@app.command(name="check", epilog="Example: thirdcopy alerts check")
def check_alerts(config: Config = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Look at every condition, and tell who is to be told: for cron, since silence is noticed by nothing that runs.

    Each run does so at its end. A condition is told once when it begins, again every reminder_hours, and when it is
    over. Leaves with 3 if an address was not reached; it is tried again.
    """
    from archive.alerting import telling

    with common.reading() as archive:
        if dry_run:
            return _would(telling.would_tell(archive), as_json=as_json)
        telling.needed(archive.settings)
        with console.waiting("telling …"):
            done = telling.tell(archive, examine=True)
    if as_json:
        console.print_json(
            {
                "sent": _as_json(done.sent),
                "failed": [{**_facts(message), "why": why} for message, why in done.failed],
                "problems": list(done.said),
            }
        )
    else:
        for message in done.sent:
            _print(f"told address {message.address}", message)
        if not done.sent and not done.said:
            console.out.print("nobody is to be told anything now")
        for problem in done.said:
            console.err.print(f"[yellow]not done[/] {escape(problem)}", highlight=False, soft_wrap=True)
    telling.refuse_unreadable(archive.settings, done.unknown)
    if done.said:
        raise typer.Exit(common.DEBTS)
    return None


@app.command(name="test", epilog="Example: thirdcopy alerts test")
def try_alerts(config: Config = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Send a message to each address, and say by its number which did not take it. It changes nothing else."""
    from archive.alerting import telling

    settings = common.settings()
    count = len(settings.alerts.addresses)
    if dry_run:
        return console.would(f"would send a trial to {count} addresses", {"addresses": count}, as_json=as_json)
    telling.needed(settings)
    with console.waiting("sending …"):
        done = telling.try_all(settings)
    failed = {place + 1: why for place, why in sorted(done.failed.items())}
    if as_json:
        found = {str(number): failed.get(number, "sent") for number in range(1, count + 1)}
        console.print_json({"addresses": found})
    else:
        for number in range(1, count + 1):
            said = f"[yellow]not sent[/]: {escape(failed[number])}" if number in failed else "sent"
            console.out.print(f"address {number}: {said}", highlight=False, soft_wrap=True)
    telling.refuse_unreadable(settings, done.unknown)
    if failed:
        raise typer.Exit(common.DEBTS)
    return None


@app.command(name="show", epilog="Example: thirdcopy alerts show --json")
def show_alerts(config: Config = None, as_json: Json = False) -> None:
    """Show how every condition stands, its limit, and since when whom of it was told. Nothing is sent."""
    from archive.alerting import telling
    from archive.alerting.conditions import LIMITS

    with common.reading() as archive:
        alerts, standing, told = archive.settings.alerts, telling.standing(archive), telling.told(archive)
    on = {condition.name: condition for condition in standing}
    rows: dict[str, dict[str, Any]] = {
        name: {
            "on": name in on,
            "holds": name in on and on[name].holds,
            "line": on[name].line if name in on else None,
            "setting": f"alerts.{setting}",
            "limit": getattr(alerts, setting),
            "told": {str(number): one.model_dump(mode="json") for number, one in told.said.get(name, {}).items()},
        }
        for name, setting in LIMITS.items()
    }
    if as_json:
        return console.print_json(
            {"addresses": len(alerts.addresses), "ping": alerts.ping is not None, "conditions": rows}
        )
    table = console.table("condition", "limit", "how it stands")
    for name, row in rows.items():
        said = row["line"] or ("well" if row["on"] else "switched off")
        known = f"\ntold address {', '.join(row['told'])}" if row["told"] else ""
        table.add_row(name, f"{row['setting'].partition('.')[2]} {row['limit']:g}", escape(said + known))
    console.out.print(table)
    if not alerts.addresses:
        console.out.print("Nobody is told: alerts.addresses is empty.")
    if alerts.ping is None:
        console.out.print("No dead man's switch: alerts.ping is not set.")
    return None


def _would(messages: "Sequence[Message]", *, as_json: bool) -> None:
    lines = [f"would tell address {one.address}: {one.title}" for one in messages]
    console.would(
        "\n".join(lines) or "nobody is to be told anything now", {"sent": _as_json(messages)}, as_json=as_json
    )


def _as_json(messages: "Sequence[Message]") -> list[dict[str, Any]]:
    return [_facts(message) for message in messages]


def _facts(message: "Message") -> dict[str, Any]:
    return {"address": message.address, "condition": message.condition, "turn": message.turn, "title": message.title}


def _print(what: str, message: "Message") -> None:
    console.out.print(f"{what}: {escape(message.title)}", highlight=False, soft_wrap=True)
