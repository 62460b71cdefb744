"""Repair: what an audit found damaged, missing or rolled back is made right from bytes that are sound just now.

Damaged bytes are kept, under `quarantine/TIME/OBJECT/…` at the same target, before anything takes their place. Of what
is sound nowhere, nothing is touched.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from archive.errors import Fork
from archive.ledger.audits import Key
from archive.ledger.copies import Copy, SealedVersion
from archive.local_paths import remove_tree
from archive.objects import held_versions, ocfl
from archive.opening.archive import Archive
from archive.preservation.auditing import keys_of
from archive.preservation.custody import declaration, quarantine, roll_root
from archive.preservation.salvaging import Salvage, Sound
from archive.preservation.space import need_space
from archive.preservation.unaccepted import what_to_do
from archive.records.event import FIXITY_CHECK, RECOVERY, Event
from archive.retrying import retrying
from storage.contract import Target
from storage.errors import TargetError
from storage.mirrors import Finding, at_each, fetch, read_back, read_small, verify
from storage.shared_reading import LocalFile

LEDGER = "the ledger"
"""Where inventories, commits and declarations come from."""


@dataclass(frozen=True)
class Repaired:
    """What a repair did at one target.

    `versions` are whole now, `files` were written, `bytes` large in all; `quarantined` are the keys of damaged bytes.
    `lost` says of what nothing sound is left, `problems` what could not be read or written.
    """

    target: str
    versions: int = 0
    files: int = 0
    bytes: int = 0
    quarantined: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def __add__(self, other: "Repaired") -> "Repaired":
        return Repaired(
            self.target,
            self.versions + other.versions,
            self.files + other.files,
            self.bytes + other.bytes,
            self.quarantined + other.quarantined,
            self.lost + other.lost,
            self.problems + other.problems,
        )


def repair(
    archive: Archive,
    usable: Mapping[str, Target],
    objects: Collection[str] | None = None,
    *,
    sources: Mapping[str, Target] | None = None,
) -> dict[str, Repaired]:
    """Make right what targets are owed again, of some objects or of all; every usable one must be ours to write to.

    Sound bytes are taken from the usable targets, and from `sources`, which may be write-protected. What is found
    wanting at another usable target on the way is made right too. Run twice, the second does nothing. Raises SpaceShort
    if there is no room to bring a file; what was made right before stays so.
    """
    done = {name: Repaired(name) for name in usable}
    waiting = dict[Key, set[str]]()
    for name in usable:
        for key in archive.ledger.audits.broken(name, objects):
            waiting.setdefault(key, set()).add(name)
    tried = {(key, name) for key, names in waiting.items() for name in names}
    sources = {**(sources or {}), **usable}
    repairing = _Repairing(archive, usable, sources, quarantine(archive), archive.state / "repair")
    try:
        with archive.progress.task("repair", total=len(waiting), unit="versions") as task:
            while waiting:
                key = min(waiting)
                for name, one in repairing.version(key, waiting.pop(key)).items():
                    done[name] += one
                for name in repairing.found_wanting - {name for found, name in tried if found == key}:
                    tried.add((key, name))
                    waiting.setdefault(key, set()).add(name)
                if key not in waiting:
                    task.advance(1)
    finally:
        remove_tree(archive.state, repairing.folder.name)
    return done


@dataclass
class _Repairing:
    """One repair. `found_wanting` are targets where the last version was found wanting that was believed sound."""

    archive: Archive
    usable: Mapping[str, Target]
    sources: Mapping[str, Target]
    quarantine: str
    folder: Path
    found_wanting: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)

    def version(self, key: Key, names: Collection[str]) -> dict[str, Repaired]:
        """Make one version right at some targets."""
        self.found_wanting = set()
        sealed = self.archive.ledger.copies.version(*key)
        targets = {name: self.usable[name] for name in sorted(names) if name not in self.down}
        if sealed is None or not targets:
            return {}
        remove_tree(self.archive.state, self.folder.name)
        found, failed = at_each(targets, partial(self._look, sealed))
        wrong = {name: {one.key: one for one in findings if one.outcome != "sound"} for name, findings in found.items()}
        salvage = Salvage(self.archive, self.sources, sealed, self.folder)
        sound = self._sound(salvage, wrong)
        self._believe_less(salvage, names)
        done, stopped = at_each(
            {name: targets[name] for name in found},
            lambda target: self._mend(target, sealed, wrong[target.name], sound, salvage.silent),
        )
        for name, error in (failed | stopped).items():
            done[name] = Repaired(name, problems=(str(error),))
        return done

    def _look(self, sealed: SealedVersion, target: Target) -> list[Finding]:
        """Read all of a version at a target. Raises TargetError where something cannot be read, or is a fork."""
        findings = verify(target, keys_of(sealed), most=sealed.most)
        unreadable = [finding for finding in findings if finding.outcome == "unreadable"]
        if unreadable:
            try:
                target.look()
            except TargetError:
                self.down.add(target.name)
                raise
            raise TargetError(f"cannot be read: {unreadable[0].detail}", target=target.name, key=unreadable[0].key)
        inventory = f"{held_versions.object_key(sealed.object)}v{sealed.version}/{ocfl.INVENTORY}"
        if any(finding.key == inventory and finding.outcome == "damaged" for finding in findings):
            self._refuse_fork(target, inventory, sealed)
        return findings

    def _refuse_fork(self, target: Target, key: str, sealed: SealedVersion) -> None:
        """Raise TargetError for another whole inventory of the same version: that is no damage, unless it was refused.

        Who refused the newest version there refused what that makes of the ones before it.
        """
        data = read_small(target, key)
        try:
            found = ocfl.parse(data)
            stated = ocfl.read_digest_line(read_small(target, f"{key}.sha512", limit=1024))
        except (ocfl.InventoryError, TargetError):
            return
        if (found.id, found.number, stated) != (sealed.object, sealed.version, ocfl.digest_of(data)):
            return
        newest = held_versions.find(target, sealed.object).whole
        refused = self.archive.ledger.waiting.refused()
        if not refused & {stated, ocfl.digest_of(newest.data) if newest else stated}:
            message = f"another version than this ledger sealed: nothing was written; {what_to_do(sealed.object)}"
            raise TargetError(message, target=target.name, key=key)

    def _sound(self, salvage: Salvage, wrong: Mapping[str, Mapping[str, Finding]]) -> dict[str, Sound]:
        """Sound bytes of every key that is wrong somewhere, so far as there are any."""
        sealed, root = salvage.sealed, held_versions.object_key(salvage.sealed.object)
        documents = {
            f"{root}v{sealed.version}/{ocfl.INVENTORY}": sealed.inventory.encode(),
            f"{root}v{sealed.version}/{ocfl.INVENTORY_DIGEST}": ocfl.digest_line(sealed.sha512),
            root + ocfl.OBJECT_DECLARATION: declaration(),
        }
        found = dict[str, Sound]()
        for key, sha512 in keys_of(sealed):
            at = [name for name, findings in wrong.items() if key in findings]
            if at and key in documents:
                local = self.folder / "documents" / key.removeprefix(root)
                local.parent.mkdir(parents=True, exist_ok=True)
                local.write_bytes(documents[key])
                found[key] = Sound(local, LEDGER)
            elif at and (sound := salvage.find(key.removeprefix(root), sha512, at)):
                found[key] = sound
        return found

    def _believe_less(self, salvage: Salvage, names: Collection[str]) -> None:
        """Owe a version again to targets where the search for sound bytes met others."""
        sealed = salvage.sealed
        for copy in self.archive.ledger.copies.of(sealed.object, sealed.version):
            findings = salvage.wanting.get(copy.target)
            if not findings or copy.target in names or copy.state == "owed":
                continue
            problem = "; ".join(f"{finding.outcome}: {finding.key}" for finding in findings)
            outcomes = "; ".join(finding.outcome for finding in findings)
            owed = replace(copy, state="owed", at=self.archive.clock(), problem=problem)
            event = self._event(FIXITY_CHECK, sealed, copy.target, "failure", outcomes)
            self.archive.ledger.copies.mark(owed, event=event)
            if copy.target in self.usable:
                self.found_wanting.add(copy.target)

    def _mend(
        self,
        target: Target,
        sealed: SealedVersion,
        wrong: Mapping[str, Finding],
        sound: Mapping[str, Sound],
        silent: Collection[str],
    ) -> Repaired:
        """Write what is wrong at a target in the order of writing, each file read back, then mark what came of it.

        Where something is lost, other damaged files of the version are made right all the same, and nothing is added:
        half a version helps nobody.
        """
        done, origins = Repaired(target.name), Counter[str]()
        root = held_versions.object_key(sealed.object)
        lost = [key for key in wrong if key not in sound]
        try:
            for key, sha512 in keys_of(sealed):
                if key == root + ocfl.OBJECT_DECLARATION and not lost:
                    self._roll(target, sealed)
                if key in wrong and key in sound and (wrong[key].outcome == "damaged" or not lost):
                    done += self._write(target, sealed, wrong[key], LocalFile(sound[key].file, sha512))
                    origins[sound[key].origin] += 1
        except (Fork, TargetError) as error:
            return done + Repaired(target.name, problems=(str(error),))
        if lost:
            said = ", ".join(key.removeprefix(root) for key in lost)
            where = ", ".join(sorted(set(self.sources) - set(silent)))
            unasked = ", ".join(sorted({*silent, *(set(self.archive.targets) - set(self.sources))}))
            problem = f"nothing sound is left of {said} at {where}"
            problem += f"; {unasked} could not be asked" if unasked else ""
            self._mark(sealed, target.name, problem, self._event(RECOVERY, sealed, target.name, "failure", problem))
            return done + Repaired(target.name, lost=(f"{sealed.object}: {problem}",))
        if not wrong:
            event = self._event(FIXITY_CHECK, sealed, target.name, "success", "read in full")
            self._mark(sealed, target.name, None, event)
            return done + Repaired(target.name, versions=1)
        files = "; ".join(f"{count} files from {origin}" for origin, count in origins.items())
        kept = f"; damaged bytes under {self.quarantine}" if done.quarantined else ""
        self._mark(sealed, target.name, None, self._event(RECOVERY, sealed, target.name, "success", files + kept))
        forked = f"{root}v{sealed.version}/{ocfl.INVENTORY}" in wrong
        return done + Repaired(target.name, versions=1, problems=_beside(target, sealed) if forked else ())

    def _write(self, target: Target, sealed: SealedVersion, finding: Finding, content: LocalFile) -> Repaired:
        """Put a file that is missing, or let it take the place of damaged bytes once these are kept; read it back."""
        kept = tuple[str, ...]()
        if finding.outcome == "damaged" and finding.found:
            path = finding.key.removeprefix(held_versions.object_key(sealed.object))
            damaged = self.folder / "damaged" / target.name / path
            kept = (f"{self.quarantine}{sealed.object}/{path}",)
            room = partial(need_space, self.archive)
            retrying(partial(fetch, target, finding.key, finding.found, damaged, most=finding.size, room=room))
            retrying(partial(target.put, kept[0], LocalFile(damaged, finding.found)))
            retrying(partial(read_back, target, kept[0], finding.found, size=finding.size))
            damaged.unlink()
            retrying(partial(target.replace, finding.key, content, finding.found))
        else:
            retrying(partial(target.put, finding.key, content))
        size = retrying(partial(read_back, target, finding.key, content.sha512, size=content.size))
        return Repaired(target.name, files=1, bytes=size, quarantined=kept)

    def _roll(self, target: Target, sealed: SealedVersion) -> None:
        """Bring the root pair forward to the newest version that is said to be whole at a target, or to this one."""
        copies = self.archive.ledger.copies
        there = [
            copy.version for copy in copies.of(sealed.object) if copy.target == target.name and copy.state != "owed"
        ]
        newest = copies.version(sealed.object, max((*there, sealed.version)))
        if newest:
            retrying(partial(roll_root, self.archive, target, newest))

    def _mark(self, sealed: SealedVersion, target: str, problem: str | None, event: Event | None) -> None:
        now = self.archive.clock()
        copy = Copy(sealed.object, sealed.version, target, "arrived", at=now, read=now)
        if problem:
            before = [one for one in self.archive.ledger.copies.of(*_key(sealed)) if one.target == target]
            copy = replace(before[0] if before else copy, state="owed", problem=problem)
        self.archive.ledger.copies.mark(copy, event=event)

    def _event(self, kind: str, sealed: SealedVersion, target: str, outcome: str, detail: str) -> Event | None:
        return self.archive.happened(
            sealed.object, kind, version=sealed.version, target=target, outcome=outcome, detail=detail
        )


def _beside(target: Target, sealed: SealedVersion) -> tuple[str, ...]:
    """What else lies in the folder of a version whose inventory was another one: nothing here removes it."""
    known = {key for key, _ in keys_of(sealed)}
    found = [stat.key for stat in target.list(f"{held_versions.object_key(sealed.object)}v{sealed.version}/")]
    return tuple(
        f"{target.name}: {key} is in no inventory now, which makes an OCFL object invalid: move it away by hand"
        for key in found
        if key not in known
    )


def _key(sealed: SealedVersion) -> Key:
    return sealed.object, sealed.version
