"""Which targets can be written to now: they answer, they are ours, and they have an OCFL root."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from archive import ocfl
from archive.custody import put_document, replace_document
from archive.errors import SettingsError, WriterHeld
from archive.heads import OCFL
from archive.newest import look_beyond
from archive.opened import Archive
from archive.retrying import retrying
from archive.roots import refuse_foreign_root
from archive.sidecar import root_documents
from archive.writers import WRITER, writer_of
from storage.contract import Target
from storage.errors import Refused, TargetError, Unavailable
from storage.mirrors import at_each


@dataclass(frozen=True)
class Readiness:
    """Targets that can be written to, and why the others cannot.

    `beyond` are targets that hold more than the ledger knows.
    """

    usable: dict[str, Target]
    problems: dict[str, str]
    beyond: dict[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> dict[str, str]:
        """What keeps a run from being all well, by target: why it cannot be used, or that it holds more."""
        return self.problems | self.beyond

    def without(self, names: Collection[str]) -> "Readiness":
        """The same, but for targets that stopped answering."""
        return replace(self, usable={name: target for name, target in self.usable.items() if name not in names})


def ready(archive: Archive, *, take_over: bool = False) -> Readiness:
    """Check every target, claim new ones for this ledger, and lay their OCFL roots.

    All are asked before anything is written. Raises WriterHeld if one belongs to another ledger and `take_over` is not
    set, and SettingsError if one that never held a copy refuses us for a setting that is wrong, such as a bucket that
    does not exist. A target that does not answer is a problem, not an error; so is one that has worked before and now
    refuses us, by an expired key or a bucket that is gone: the others go on.
    """
    targets, errors = _open(archive)
    writers, refused = at_each(targets, lambda target: retrying(lambda: _ask(archive, target, take_over), attempts=2))
    errors |= refused
    if wrong := [
        f"{archive.settings.file}: targets.{name}.{error.setting}: {error.message}"
        for name, error in errors.items()
        if isinstance(error, Refused) and error.setting and not archive.ledger.copies.used(name)
    ]:
        raise SettingsError(wrong)
    if not take_over and (
        held := [
            f"{name} ({targets[name].address}) is written by another ledger ({writer}): two writers would fork it. "
            "If that ledger is gone for good, run again with --take-over"
            for name, writer in writers.items()
            if writer not in (None, archive.ledger.id)
        ]
    ):
        raise WriterHeld("\n".join(held))
    asked = {name: targets[name] for name in writers}
    done, failed = at_each(asked, lambda target: retrying(lambda: _claim(archive, target, writers[target.name])))
    usable = {name: targets[name] for name in done}
    looked, _ = at_each(usable, lambda target: retrying(lambda: look_beyond(archive, target), attempts=2))
    return Readiness(
        usable,
        {name: str(error) for name, error in (errors | failed).items()},
        {name: sentence for name, sentence in looked.items() if sentence},
    )


def reachable(archive: Archive) -> Readiness:
    """Look which targets can be read; nothing is written, and whose they are does not matter."""
    targets, errors = _open(archive)
    done, failed = at_each(targets, lambda target: target.look())
    return Readiness(
        {name: targets[name] for name in done}, {name: str(error) for name, error in (errors | failed).items()}
    )


def _open(archive: Archive) -> tuple[dict[str, Target], dict[str, TargetError]]:
    """The targets whose settings are whole, and what the others lack."""
    targets, errors = dict[str, Target](), dict[str, TargetError]()
    for name in archive.targets:
        try:
            targets[name] = archive.targets[name]
        except TargetError as error:
            errors[name] = error
    return targets, errors


def _ask(archive: Archive, target: Target, take_over: bool) -> str | None:
    """Whose a target is; None for nobody's. Raises Unavailable for one that was ours and is empty now."""
    target.look()
    writer = writer_of(target)
    if writer is None and archive.ledger.copies.used(target.name) and not take_over:
        raise Unavailable(
            f"held copies and has no {WRITER} now: is the disk mounted, is it the right bucket? "
            "If it was emptied on purpose, run again with --take-over",
            target=target.name,
        )
    refuse_foreign_root(target, ours=writer is not None or take_over)
    target.check()
    return writer


def _claim(archive: Archive, target: Target, writer: str | None) -> None:
    """Make a target ours, if it is not yet, and lay its root."""
    if writer is None and archive.ledger.copies.used(target.name):
        archive.ledger.copies.doubt(
            target.name, f"{WRITER} was gone: what is there is read, what lacks is sent", archive.clock()
        )
    if writer != archive.ledger.id:
        claim = {"ledger": archive.ledger.id, "archive": archive.settings.name, "since": archive.clock().isoformat()}
        replace_document(target, WRITER, (json.dumps(claim, indent=1, sort_keys=True) + "\n").encode())
    _lay_root(target)


def _lay_root(target: Target) -> None:
    for name, data in root_documents().items():
        replace_document(target, OCFL + name, data)
    for name, data in ocfl.root_files().items():
        put_document(target, OCFL + name, data)
