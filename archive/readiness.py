"""Which targets can be written to now: they answer, they are ours, and they have an OCFL root."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from archive import ocfl
from archive.custody import put_document, replace_document
from archive.errors import SettingsError, WriterHeld
from archive.heads import OCFL
from archive.opened import Archive
from archive.retrying import retrying
from archive.sidecar import root_documents
from storage.contract import Target
from storage.errors import NotFound, Refused, Unavailable
from storage.mirrors import at_each, read_small

WRITER = "writer.json"


@dataclass(frozen=True)
class Readiness:
    """Targets that can be written to, and why the others cannot."""

    usable: dict[str, Target]
    problems: dict[str, str]

    def without(self, names: Collection[str]) -> "Readiness":
        """The same, but for targets that stopped answering."""
        return Readiness({name: target for name, target in self.usable.items() if name not in names}, self.problems)


def ready(archive: Archive, *, take_over: bool = False) -> Readiness:
    """Check every target, claim new ones for this ledger, and lay their OCFL roots.

    Raises WriterHeld if one belongs to another ledger and `take_over` is not set, and SettingsError if one refuses us
    for a setting that is wrong, such as a bucket that does not exist. A target that does not answer is a problem, not
    an error.
    """
    done, errors = at_each(
        archive.targets, lambda target: retrying(lambda: _prepare(archive, target, take_over), attempts=2)
    )
    held = [holder for holder in done.values() if holder]
    if held:
        raise WriterHeld("\n".join(held))
    wrong = [
        f"{archive.settings.file}: targets.{name}.{error.setting}: {error.message}"
        for name, error in errors.items()
        if isinstance(error, Refused) and error.setting
    ]
    if wrong:
        raise SettingsError(wrong)
    return Readiness(
        {name: target for name, target in archive.targets.items() if name in done},
        {name: str(error) for name, error in errors.items()},
    )


def reachable(archive: Archive) -> Readiness:
    """Check every target for reading; nothing is written, and whose it is does not matter."""
    done, errors = at_each(archive.targets, lambda target: target.check())
    return Readiness({name: archive.targets[name] for name in done}, {name: str(e) for name, e in errors.items()})


def _prepare(archive: Archive, target: Target, take_over: bool) -> str | None:
    """Make a target ready. Returns a sentence if it belongs to another ledger."""
    target.check()
    writer = writer_of(target)
    if writer is None and archive.ledger.copies.used(target.name) and not take_over:
        raise Unavailable(
            f"held copies and has no {WRITER} now: is the disk mounted, is it the right bucket? "
            "If it was emptied on purpose, run again with --take-over",
            target=target.name,
        )
    if writer != archive.ledger.id:
        if writer is not None and not take_over:
            return (
                f"{target.name} ({target.address}) is written by another ledger ({writer}): two writers would fork it. "
                "If that ledger is gone for good, run again with --take-over"
            )
        claim = {"ledger": archive.ledger.id, "archive": archive.settings.name, "since": archive.clock().isoformat()}
        replace_document(target, WRITER, (json.dumps(claim, indent=1, sort_keys=True) + "\n").encode())
    _lay_root(target)
    return None


def writer_of(target: Target) -> str | None:
    """The id of the ledger that writes to a target, None if none does."""
    try:
        data = read_small(target, WRITER, limit=64 * 1024)
    except NotFound:
        return None
    try:
        return str(json.loads(data)["ledger"])
    except (ValueError, TypeError, KeyError):
        return "unreadable writer.json"


def _lay_root(target: Target) -> None:
    for name, data in root_documents().items():
        replace_document(target, OCFL + name, data)
    for name, data in ocfl.root_files().items():
        put_document(target, OCFL + name, data)
