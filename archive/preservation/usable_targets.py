"""Which targets can be written to now: they answer, they are ours, and they have an OCFL root."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from archive.errors import SettingsError, WriterHeld
from archive.objects import ocfl
from archive.objects.sidecar import root_documents
from archive.opening.archive import Archive
from archive.preservation.custody import put_document, replace_document
from archive.preservation.newest_run import look_beyond
from archive.preservation.ocfl_roots import refuse_foreign_root
from archive.preservation.ownership import WRITER, writer_of
from archive.retrying import retrying
from storage.contract import OCFL, Target
from storage.errors import Refused, TargetError, Unavailable
from storage.mirrors import at_each
from storage.targets import FolderSettings, twins

PATIENCE_S = 60.0
"""Seconds that a target's claim waits for another worker's."""
KEYS = ("access_key", "secret_key", "session_token")
"""The settings of a target that its owner's keys are."""


@dataclass(frozen=True)
class UsableTargets:
    """What targets are good for now, so far as it was asked.

    `writable` are ours: they were checked, and have a root; none where only reading was asked. `readable` are those
    that bytes can be taken from, the writable ones too. `problems` says of each other one why it is not what was asked
    for, and `beyond` of targets that hold more than the ledger knows what was seen.
    """

    writable: dict[str, Target]
    readable: dict[str, Target]
    problems: dict[str, str]
    beyond: dict[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> dict[str, str]:
        """What keeps a run from being all well, by target: why it cannot be used, or that it holds more."""
        return self.problems | self.beyond

    def without(self, names: Collection[str]) -> "UsableTargets":
        """The same, but for targets that stopped answering."""
        return replace(self, writable=_but(self.writable, names), readable=_but(self.readable, names))


def _but(targets: dict[str, Target], names: Collection[str]) -> dict[str, Target]:
    return {name: target for name, target in targets.items() if name not in names}


def ready(archive: Archive, *, take_over: bool = False, emptied: Collection[str] = ()) -> UsableTargets:
    """Check every target, claim new ones for this ledger, and lay their OCFL roots.

    All are asked before anything is written. `emptied` names targets of which a person says that they held copies and
    are empty now: new disks in the place of lost ones. Raises WriterHeld if one belongs to another ledger and
    `take_over` is not set, and SettingsError if one that never held a copy refuses us for a setting that is wrong, such
    as a bucket that does not exist. A target that does not answer is a problem, not an error; so is one that has worked
    before and now refuses us, by an expired key or a bucket that is gone: the others go on.
    """
    if one_folder := _one_folder(archive):
        raise SettingsError([f"{archive.settings.file}: targets.{name}: {why}" for name, why in one_folder.items()])
    targets, errors = _open(archive)
    writers, refused = at_each(
        targets, lambda target: retrying(lambda: _ask(archive, target, take_over, emptied), attempts=2)
    )
    errors |= refused
    _note_keys(archive, errors)
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
    errors |= failed
    others = {name: targets[name] for name, error in errors.items() if name in targets and isinstance(error, Refused)}
    seen, _ = at_each(others, partial(_see, archive))
    writable = {name: targets[name] for name in done}
    looked, _ = at_each(writable, lambda target: retrying(lambda: look_beyond(archive, target), attempts=2))
    return UsableTargets(
        writable,
        writable | {name: others[name] for name in seen},
        {name: str(error) for name, error in errors.items()},
        {name: sentence for name, sentence in looked.items() if sentence},
    )


def reachable(archive: Archive) -> UsableTargets:
    """Look which targets can be read; nothing is written, and whose they are does not matter.

    Of targets that are one folder only the first is read, or one copy would be found twice.
    """
    targets, errors = _open(archive)
    twice = _one_folder(archive)
    done, failed = at_each({name: targets[name] for name in targets if name not in twice}, partial(_see, archive))
    problems = {name: str(error) for name, error in (errors | failed).items()} | twice
    return UsableTargets({}, {name: targets[name] for name in done}, problems)


def keys_refused_since(archive: Archive, target: str) -> datetime | None:
    """Since when a target refuses our keys, as the commands that write have seen it; None where it takes them."""
    return archive.ledger.markers.moment(_keys_refused(target))


def _note_keys(archive: Archive, errors: Mapping[str, TargetError]) -> None:
    """Keep of each target that was asked since when it refuses our keys. One that did not answer says nothing of it."""
    markers = archive.ledger.markers
    noted = markers.beginning(_keys_refused(""))
    for name in archive.targets:
        error = errors.get(name)
        if isinstance(error, Refused) and error.setting in KEYS:
            if name not in noted:
                markers.set(_keys_refused(name), archive.clock().isoformat())
        elif name in noted and not isinstance(error, Unavailable):
            markers.forget(_keys_refused(name))


def _keys_refused(target: str) -> str:
    """The fact that a target refuses our keys."""
    return f"keys-refused:{target}"


def remember_all(archive: Archive) -> None:
    """Keep that each target may have held copies, as a rebuilt ledger must think: no empty one is filled unasked."""
    for name in archive.targets:
        archive.ledger.markers.set(_claimed(name), archive.clock().isoformat())


def refuse_vanished(archive: Archive, target: Target) -> None:
    """Raise Unavailable for a target that was ours, or may have been, and is empty now: a disk may not be there."""
    used = archive.ledger.copies.used(target.name)
    if (used or _was_ours(archive, target)) and not any(True for _ in target.list(OCFL)):
        before = "held copies" if used else "was made ready, or may have held copies before the ledger was rebuilt,"
        raise Unavailable(
            f"{before} and is empty now: is the disk mounted, is it the right bucket? If it is a new one in the place "
            f"of what was lost, or was emptied on purpose: thirdcopy backfill {target.name} --empty",
            target=target.name,
        )


def _see(archive: Archive, target: Target) -> None:
    """Raise TargetError unless a target can be read. One that held copies and is empty now is another place."""
    target.look()
    refuse_vanished(archive, target)


def _one_folder(archive: Archive) -> dict[str, str]:
    """Targets that are the folder of another one, whatever their paths say, each with a sentence."""
    stanzas = {name: one for name, one in archive.settings.targets.items() if isinstance(one, FolderSettings)}
    return {
        name: f"it is the same folder as targets.{other}, by a link or a mount: one of them is no copy; take one out"
        for name, other in twins(stanzas).items()
    }


def _open(archive: Archive) -> tuple[dict[str, Target], dict[str, TargetError]]:
    """The targets whose settings are whole, and what the others lack."""
    targets, errors = dict[str, Target](), dict[str, TargetError]()
    for name in archive.targets:
        try:
            targets[name] = archive.targets[name]
        except TargetError as error:
            errors[name] = error
    return targets, errors


def _ask(archive: Archive, target: Target, take_over: bool, emptied: Collection[str]) -> str | None:
    """Whose a target is; None for nobody's. Raises Unavailable for one that was ours and is another place now.

    An empty one may be the mount point of a disk that is not there: only who names it has it filled.
    """
    target.look()
    writer = writer_of(target)
    if writer is None and target.name not in emptied:
        refuse_vanished(archive, target)
        if not take_over and _was_ours(archive, target):
            raise Unavailable(
                f"was made ready and has no {WRITER} now: is it the right disk, the right bucket? If it is, run again "
                "with --take-over",
                target=target.name,
            )
    refuse_foreign_root(target, ours=writer is not None or take_over)
    target.check()
    return writer


def _claim(archive: Archive, target: Target, writer: str | None) -> None:
    """Make a target ours, if it is not yet, and lay its root."""
    if writer != archive.ledger.id:
        with archive.ledger.claims.held(f"target:{target.name}", "alone", wait=PATIENCE_S):
            _write_claim(archive, target, writer_of(target) if archive.ledger.several else writer)
    if archive.ledger.markers.get(_claimed(target.name)) is None:
        archive.ledger.markers.set(_claimed(target.name), archive.clock().isoformat())
    _lay_root(target)


def _write_claim(archive: Archive, target: Target, writer: str | None) -> None:
    if writer is None and archive.ledger.copies.used(target.name):
        archive.ledger.copies.doubt(
            target.name, f"{WRITER} was gone: what is there is read, what lacks is sent", archive.clock()
        )
    if writer != archive.ledger.id:
        claim = {"ledger": archive.ledger.id, "archive": archive.settings.name, "since": archive.clock().isoformat()}
        replace_document(target, WRITER, (json.dumps(claim, indent=1, sort_keys=True) + "\n").encode())


def _was_ours(archive: Archive, target: Target) -> bool:
    """Whether a target was made ours: where no trace of that is, the place is another, or a disk is not there."""
    return bool(archive.ledger.copies.used(target.name) or archive.ledger.markers.get(_claimed(target.name)))


def claimed_at(archive: Archive, target: str) -> datetime | None:
    """When a target was made ours, None where it never was."""
    return archive.ledger.markers.moment(_claimed(target))


def _claimed(name: str) -> str:
    """The fact that a target was made ours."""
    return f"claimed {name}"


def _lay_root(target: Target) -> None:
    for name, data in root_documents().items():
        replace_document(target, OCFL + name, data)
    for name, data in ocfl.root_files().items():
        put_document(target, OCFL + name, data)
