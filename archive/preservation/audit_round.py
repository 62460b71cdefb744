"""A round of audits: every target that can be asked, side by side, and what all of it amounts to."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from archive.opening.archive import Archive
from archive.opening.working import at_work
from archive.preservation.auditing import Audited, audit
from archive.preservation.budget import Budget
from archive.preservation.usable_targets import reachable


@dataclass(frozen=True)
class Round:
    """What was found at each target that could be asked; `unread` says why others could not."""

    audited: Mapping[str, Audited]
    unread: Mapping[str, str]

    @property
    def by_target(self) -> dict[str, Audited]:
        """What was found at every target; of one that could not be asked, its problem."""
        return {**self.audited, **{name: Audited(name, problem=why) for name, why in self.unread.items()}}

    @property
    def problems(self) -> tuple[str, ...]:
        """All that keeps the round from being all well, in a line each."""
        said = [f"{name}: {why}" for name, why in self.unread.items()]
        for name, one in self.audited.items():
            said += [f"{name}: {finding.outcome}: {finding.key}" for finding in one.findings]
            said += [f"{name}: {one.problem}"] * bool(one.problem)
            said += [f"{name} is owed {one.owed} versions that were wanting before"] * bool(one.owed)
            said += [f"{name} holds more than the ledger knows: {waiting}" for waiting in one.beyond]
            said += one.strange
        return tuple(said)

    @property
    def counts(self) -> dict[str, dict[str, object]]:
        """What was found at each target that could be asked, in numbers and no words of anybody."""
        return {name: _counts(one) for name, one in self.audited.items()}


def audit_round(
    archive: Archive,
    budget: Budget,
    *,
    challenges: int = 0,
    objects: Collection[str] | None = None,
    targets: Collection[str] | None = None,
    begun: Callable[[], object] = lambda: None,
) -> Round:
    """Audit some objects or all, at some targets or all, each within the budget; the lease is held meanwhile.

    `begun` is called once it is at work.

    Raises LeaseHeld, and RefusedError where a rebuild is under way.
    """
    with at_work(archive, "audit"):
        begun()
        usable_targets = reachable(archive)
        wanted = set(archive.targets if targets is None else targets)
        readable = {name: target for name, target in usable_targets.readable.items() if name in wanted}
        audited = audit(archive, readable, objects, budget=budget, challenges=challenges)
    return Round(audited, {name: why for name, why in usable_targets.problems.items() if name in wanted})


def scheduled_round(archive: Archive, begun: Callable[[], object] = lambda: None) -> Round:
    """Read so much of every target as the settings say, oldest proof first, and challenge the rest.

    Where everything is read in full, there is nothing left to challenge.
    """
    wanted = archive.settings.audit
    budget = Budget(fraction=wanted.fraction) if wanted.fraction < 1 else Budget()
    challenges = wanted.challenges if wanted.fraction < 1 else 0
    return audit_round(archive, budget, challenges=challenges, begun=begun)


def _counts(one: Audited) -> dict[str, object]:
    return {
        "sound": one.sound,
        "challenged": one.challenged,
        "bytes": one.bytes,
        "faults": len(one.findings),
        "owed": one.owed,
        "left": one.left,
        "beyond the ledger": len(one.beyond),
        "not ours": len(one.strange),
        "read to the end": not one.problem,
    }
