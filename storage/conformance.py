"""Does a target keep its contract? One suite for every kind: run by the tests, and by `thirdcopy targets check`.

Everything is written under `scratch/conformance-TOKEN/` and removed again; the checks are in storage.probing. Keys that
may not delete are good ones to have: then all is written under `scratch/conformance-kept/`, where the next suite finds
it again, and what stays is no more after many suites than after one.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.contract import SCRATCH, Target
from storage.errors import TargetError
from storage.probing import CHECKS, Bench, Broken, may_discard

UNTIDY = "kept"
"""The token where nothing can be removed."""


@dataclass(frozen=True)
class Check:
    """What came of one check: its name in words, whether the contract was kept, and what was seen if not."""

    name: str
    ok: bool
    detail: str = ""


def conform(
    target: Target, *, token: str, large: int, many: int = 0, tell: Callable[[Check], None] | None = None
) -> list[Check]:
    """Run the suite. `token` makes the keys of this run its own; `tell` hears of each check as it ends.

    A target's errors are outcomes; any other exception that escapes from a target is raised, for it is a bug in it.
    """
    done = []
    tidy = _tidies(target)
    for check in CHECKS:
        with TemporaryDirectory(prefix="conformance-") as folder:
            keys = f"{SCRATCH}conformance-{token if tidy else UNTIDY}/{check.__name__}/"
            outcome = _outcome(check, Bench(target, keys, Path(folder), large, many), tidy=tidy)
        done.append(outcome)
        if tell:
            tell(outcome)
    return done


def _tidies(target: Target) -> bool:
    """Whether these keys may remove what lies under `scratch/`; a target that cannot say is asked all the same."""
    with TemporaryDirectory(prefix="conformance-") as folder, suppress(TargetError):
        bench = Bench(target, f"{SCRATCH}conformance-{UNTIDY}/", Path(folder), 0, 0)
        bench.put("removable", b"by who may")
        return may_discard(target, bench.key("removable"))
    return True


def _outcome(check: Callable[[Bench], None], bench: Bench, *, tidy: bool) -> Check:
    name = (check.__doc__ or check.__name__).strip().rstrip(".")
    try:
        try:
            check(bench)
        finally:
            for stat in list(bench.target.list(bench.keys)) if tidy else ():
                bench.target.discard(stat.key)
        if tidy and (left := bench.listed()):
            raise Broken(f"after discard {left} are still listed")
    except (Broken, TargetError) as error:
        return Check(name, ok=False, detail=f"{type(error).__name__}: {error}")
    return Check(name, ok=True)
