"""What `targets check` finds of one target, and how it is shown: promises, traits, a better stanza, a stolen key."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from flows.cli import console
from storage.contract import SCRATCH

if TYPE_CHECKING:
    from storage.conformance import Check
    from storage.contract import Target
    from storage.targets import FolderSettings, S3Settings
    from storage.targets.s3.exposure import Exposure
    from storage.targets.s3.lifecycle import Rules
    from storage.targets.s3.stanza_advice import Advice
    from storage.targets.traits import Trait

_COLOURS = {"can": "green", "cannot": "yellow", "pretends": "red"}
_ORDER = ("pretends", "cannot", "can")
_INDENT = (0, 0, 0, 2)


@dataclass(frozen=True)
class Findings:
    """What was found. `strangers` alone is filled where the bucket is open: nothing else is tried then."""

    target: str
    strangers: tuple[str, ...] = ()
    checks: "tuple[Check, ...]" = ()
    traits: "tuple[Trait, ...]" = ()
    advice: "tuple[Advice, ...]" = ()
    stanza: str | None = None
    exposure: "Exposure | None" = None
    verdict: str = ""
    rules: "Rules | None" = None
    left: "Mapping[str, int]" = field(default_factory=dict)
    """Keys that could not be removed afterwards, of earlier checks too, and their bytes."""

    scratch: str = ""
    """What the keys under `scratch/` begin with."""

    @property
    def failed(self) -> "list[Check]":
        """The promises that were broken."""
        return [check for check in self.checks if not check.ok]

    def document(self) -> dict[str, Any]:
        """All of it, for JSON."""
        exposure = self.exposure
        return {
            "target": self.target,
            "strangers": list(self.strangers),
            "checks": [asdict(check) for check in self.checks],
            "traits": [asdict(trait) for trait in self.traits],
            "recommended": {
                "stanza": self.stanza,
                "changes": {one.setting: one.value for one in self.advice if one.differs},
                "reasons": {one.setting: one.reason for one in self.advice},
            },
            "stolen_key": {
                "verdict": self.verdict,
                "deeds": [asdict(deed) for deed in exposure.deeds] if exposure else [],
                "advice": list(exposure.advice) if exposure else [],
            },
            "rules": {
                "harmful": [str(deed) for deed in self.rules.harmful] if self.rules else [],
                "others": [str(deed) for deed in self.rules.deeds if deed.weight == "note"] if self.rules else [],
                "untold": self.rules.untold if self.rules else "",
            },
            "left": sorted(self.left),
        }


def examine_bucket(target: "Target", settings: "S3Settings", tell: "Callable[[Check], None] | None") -> Findings:
    """Try everything of a bucket; raises TargetError where it cannot be asked."""
    from storage.conformance import conform
    from storage.targets.s3.bucket_probing import probe
    from storage.targets.s3.exposure import stolen_key, stranger  # boto3 takes a second to import
    from storage.targets.s3.lifecycle import bucket_rules
    from storage.targets.s3.scratch import leavings
    from storage.targets.s3.stanza_advice import advise, stanza

    if strangers := stranger(settings):
        return Findings(target.name, strangers=tuple(strangers))
    token = uuid4().hex
    checks = conform(target, token=token, large=settings.part_size_mib * 1024**2 + 1, tell=tell)
    traits, _ = probe(target.name, settings, token)
    exposure = stolen_key(target.name, settings, f"{token}-key")
    advice = advise(settings, traits)
    return Findings(
        target.name,
        checks=tuple(checks),
        traits=traits,
        advice=advice,
        stanza=stanza(target.name, settings, advice),
        exposure=exposure,
        verdict=exposure.verdict,
        rules=bucket_rules(target.name, settings, ours()),
        left=leavings(target.name, settings),
        scratch=f"{settings.prefix}/{SCRATCH}" if settings.prefix else SCRATCH,
    )


def ours() -> tuple[str, ...]:
    """What keys begin with that are kept, below a target's prefix."""
    from archive.preservation.newest_run import NEWEST
    from archive.preservation.ownership import WRITER
    from storage.contract import OCFL

    return (OCFL, "quarantine/", WRITER, NEWEST)


def examine_folder(
    target: "Target", settings: "FolderSettings", others: Mapping[str, Path], tell: "Callable[[Check], None] | None"
) -> Findings:
    """Try everything of a folder; `others` are places that should not fail together with it. Raises TargetError."""
    from storage.conformance import conform
    from storage.targets.folder_probing import holder, probe_folder

    checks = conform(target, token=uuid4().hex, large=1024**2, tell=tell)
    traits = probe_folder(target.name, settings, others)
    return Findings(target.name, checks=tuple(checks), traits=traits, verdict=holder(settings))


def teller() -> "Callable[[Check], None]":
    """Shows each promise as soon as it was tried, under a title."""
    told: list[Check] = []

    def tell(check: "Check") -> None:
        if not told:
            _heading("keeps its promises")
        told.append(check)
        mark, detail = ("[green]✓[/]", "") if check.ok else ("[red]✗[/]", f": {check.detail}")
        _line(mark, check.name + detail)

    return tell


def show(findings: Findings) -> None:
    """All but the promises, which were told one by one."""
    _heading("can, cannot, pretends")
    _traits(findings.traits)
    if findings.stanza:
        changed = [one.setting for one in findings.advice if one.differs]
        _heading("recommended: " + (f"change {', '.join(changed)}" if changed else "the stanza as it is"))
        console.out.print(escape(findings.stanza.rstrip()), highlight=False, soft_wrap=True)
    _heading("a stolen key")
    _line("", findings.verdict)
    if findings.exposure:
        _traits(findings.exposure.deeds)
        for advice in findings.exposure.advice:
            _line("→", advice)
    if findings.rules:
        _heading("the bucket's own rules")
        _rules(findings.rules)
    if findings.left:
        size = console.size(sum(findings.left.values()))
        _line(
            "!",
            f"{len(findings.left):,} keys ({size}) of this check and earlier ones could not be removed: keys without"
            f" the right to delete are the best, and a bucket rule may expire {findings.scratch} after a day",
        )


def _rules(rules: "Rules") -> None:
    if rules.untold:
        _line("!", f"{rules.untold}: look in the provider's console that nothing expires there")
    elif not rules.deeds:
        _line("", "none that touches what is kept")
    for deed in sorted(rules.deeds, key=lambda deed: deed.weight):
        _line("[red]✗[/]" if deed.weight == "harm" else "!", str(deed))


def _heading(words: str) -> None:
    console.out.print(f"\n[bold]{words}[/]", highlight=False)


def _line(mark: str, words: str) -> None:
    """A line whose further lines stand under its first word."""
    grid = Table.grid(padding=(0, 1))
    grid.add_row(*([mark] if mark else []), escape(console.plain(words)))
    console.out.print(Padding(grid, _INDENT, expand=False), highlight=False)


def _traits(traits: "Iterable[Trait]") -> None:
    """What matters first: the pretences, then what it cannot do."""
    grid = Table.grid(padding=(0, 2))
    for trait in sorted(traits, key=lambda trait: _ORDER.index(trait.verdict)):
        colour, detail = (
            _COLOURS[trait.verdict],
            f"[dim]: {escape(console.plain(trait.detail))}[/]" if trait.detail else "",
        )
        grid.add_row(f"[{colour}]{trait.verdict}[/]", escape(trait.name) + detail)
    console.out.print(Padding(grid, _INDENT, expand=False), highlight=False)
