"""What an audit amounts to, for the command and the scheduled flow alike."""

from collections.abc import Mapping

from archive.steps.auditing import Audited


def problems(done: Mapping[str, Audited], unread: Mapping[str, str]) -> tuple[str, ...]:
    """All that keeps an audit from being all well, in a line each; `unread` says why targets could not be asked."""
    said = [f"{name}: {why}" for name, why in unread.items()]
    for name, one in done.items():
        said += [f"{name}: {finding.outcome}: {finding.key}" for finding in one.findings]
        said += [f"{name}: {one.problem}"] * bool(one.problem)
        said += [f"{name} is owed {one.owed} versions that were wanting before"] * bool(one.owed)
        said += [f"{name} holds more than the ledger knows: {waiting}" for waiting in one.beyond]
        said += one.strange
    return tuple(said)


def counts(one: Audited) -> dict[str, object]:
    """What was found at a target, in numbers and no words of anybody."""
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
