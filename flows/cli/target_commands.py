"""Commands about targets: what they hold and cost, and whether one keeps its promises."""

from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from archive.errors import ArchiveError, RefusedError, SettingsError
from flows.cli import common, console
from flows.cli.common import Config, Json
from storage.errors import TargetError

if TYPE_CHECKING:
    from archive.preservation.costs import Cost
    from archive.settings.settings import Settings

app = typer.Typer(help="The targets of the settings.", no_args_is_help=True)
Target = Annotated[str, typer.Argument(help="A target's name.", autocompletion=common.complete_target)]


@app.command(name="list", epilog="Example: thirdcopy targets list --json")
def list_targets(config: Config = None, as_json: Json = False) -> None:
    """Show the targets, what they hold, are owed and cost in a year of reading. No target is asked."""
    from archive.views.status import count_targets, yearly_costs

    with common.reading() as archive:
        counted, costs, settings = count_targets(archive), yearly_costs(archive), archive.settings
    if as_json:
        return console.print_json(
            {
                name: {
                    "kind": settings.targets[name].kind,
                    **one.model_dump(mode="json"),
                    "read_back": settings.targets[name].read_back,
                    "price": settings.targets[name].price.model_dump(mode="json"),
                    "yearly": asdict(costs[name]),
                }
                for name, one in counted.items()
            }
        )
    table = console.table("target", "kind", "copies#", "owed#", "where, and in whose hands")
    for name, one in counted.items():
        hands = ", ".join(label for label in one.labels.model_dump().values() if label) or "no labels"
        where = f"{console.plain(one.address)}\n{console.plain(hands)}"
        where += "" if one.counts_as_copy else "; counts as no copy"
        table.add_row(name, settings.targets[name].kind, f"{one.copies:,}", f"{one.owed:,}", escape(where))
    console.out.print(table)
    _print_costs(costs, settings)
    return None


def _print_costs(costs: "dict[str, Cost]", settings: "Settings") -> None:
    table = console.table("a year", "read back#", "requests#", "audited#", "requests#", "cost#")
    for name, cost in costs.items():
        back, audits, price = cost.read_back, cost.audits, settings.targets[name].price
        total = f"{back.cost + audits.cost:,.2f} {cost.currency}" if price.read_gb or price.requests_thousand else "–"
        table.add_row(
            name,
            console.size(back.bytes),
            f"{back.requests:,}",
            console.size(audits.bytes),
            f"{audits.requests:,}",
            escape(total.rstrip()),
        )
    console.out.print(table)
    number = next((cost.audits_a_year for cost in costs.values()), 0)
    share = Fraction(settings.audit.fraction).limit_denominator(1000)
    plan = f"{number:,} audits, each of {'all' if share == 1 else f'{share} of all'} bytes"
    plan = plan if number else "no audit is scheduled"
    console.out.print(f"As much stored as in the last 365 days; {plan}", highlight=False)
    if unknown := sum(cost.unknown for cost in costs.values()):
        console.out.print(f"[yellow]{unknown:,} copies are of unknown size and stand for nothing here[/]")


@app.command(name="check", epilog="Example: thirdcopy targets check disk")
def check_target(name: Target, config: Config = None, as_json: Json = False) -> None:
    """Try a target: the contract's promises, what it can and pretends, a better stanza, what a stolen key could do.

    Everything is tried under its scratch/; a bucket that strangers can read is refused, and one with rules of its own
    that delete what is kept fails. A key that may not delete is fine.
    """
    from flows.cli import target_checks
    from storage.targets import FolderSettings, S3Settings

    settings = common.settings()
    with common.reading() as archive:
        if name not in settings.targets:
            raise typer.BadParameter(f"there is no target {name}{console.nearest(name, list(settings.targets))}")
        tell = None if as_json else target_checks.teller()
        try:
            target, stanza = archive.targets[name], settings.targets[name]
            target.check()
            if isinstance(stanza, S3Settings):
                findings = target_checks.examine_bucket(target, stanza, tell)
            else:
                folders = {f"target {other}": one for other, one in settings.targets.items() if other != name}
                others = {what: one.path for what, one in folders.items() if isinstance(one, FolderSettings)}
                findings = target_checks.examine_folder(
                    target, stanza, {"the state folder": settings.state, **others}, tell
                )
        except TargetError as error:
            setting = getattr(error, "setting", None)
            if setting:
                raise SettingsError([f"{settings.file}: targets.{name}.{setting}: {error.message}"]) from error
            raise ArchiveError(str(error)) from error
    if as_json:
        console.print_json(findings.document())
    if findings.strangers:
        given = "; ".join(findings.strangers)
        raise RefusedError(f"{name} answers strangers: {given}. Close the bucket before using it")
    if not as_json:
        target_checks.show(findings)
    faults = list(map(str, findings.rules.harmful)) if findings.rules else []
    if faults:
        faults = [f"{name}'s bucket has rules that undo what is kept there: {'. '.join(faults)}"]
    if findings.failed:
        broken = f"{len(findings.failed)} of {len(findings.checks)}"
        faults.insert(0, f"{name} breaks {broken} promises: it cannot be a target yet")
    if faults:
        raise ArchiveError("\n".join(faults))
    if not as_json:
        console.out.print(f"\n{name} keeps all {len(findings.checks)} promises", highlight=False)
