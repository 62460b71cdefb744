"""Paying the targets what they are owed: all of them at once, each file read once, nobody waiting for the slowest."""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Lock

from archive.errors import Fork, SpaceShort
from archive.ledger.copies import Copy, SealedVersion
from archive.local_paths import remove_tree
from archive.opening.archive import Archive
from archive.preservation.blocks import on_record
from archive.preservation.bringing import respool
from archive.preservation.custody import store
from archive.preservation.elsewhere import left_to_others
from archive.preservation.space import brought_by, folder_of, need_space
from archive.progress import Silent, Task
from archive.records.event import FIXITY_CHECK
from archive.retrying import retrying
from storage.contract import Content, Target
from storage.errors import AnotherPlace, Damaged, LeftBehind, Refused, TargetError, Unavailable
from storage.fan_out import FanOut, Load
from storage.shared_reading import File

log = logging.getLogger(__name__)
REFUSALS = 3
"""As many in a row mean the target (a full disk, a withdrawn key), and not the one version."""


@dataclass(frozen=True)
class Stored:
    """What storing did at one target: versions that arrived, bytes of content, and what stands against the rest.

    `down`: the target stopped answering, or refuses us, and the rest was not tried. `behind`: it was too slow for the
    others, and its turn has not come yet.
    """

    target: str
    versions: int = 0
    bytes: int = 0
    problems: tuple[str, ...] = ()
    down: bool = False
    behind: bool = False


def store_owed(
    archive: Archive,
    usable: Mapping[str, Target],
    objects: Collection[str] | None = None,
    *,
    to: Collection[str] | None = None,
    wait: bool = True,
) -> dict[str, Stored]:
    """Store what each usable target is owed, of some objects or of all; each file is read once for all of them.

    `to` names the targets that are stored to, all if None. A target that stops answering is left alone and stays owed;
    a version that it refuses is marked with the reason. One that is much slower than the others gets its turn after
    them; without `wait` it is only said to be behind, and stays owed. What was brought from other targets for this
    leaves the spool again. What lies in another worker's spool alone is that worker's to store.
    """
    targets = {name: target for name, target in usable.items() if to is None or name in to}
    copies = archive.ledger.copies
    asked = copies.owing(targets) if objects is None else targets
    left = left_to_others(archive, objects)
    debts = {
        name: [one for one in copies.owed(name, objects) if one[1] < left.get(one[0], one[1] + 1)] for name in asked
    }
    owing = {name: versions for name, versions in debts.items() if versions}
    quiet = Silent() if objects is not None else archive.progress
    with ExitStack() as stack:
        counters = {
            name: _Counter(name, stack.enter_context(quiet.task(f"to {name}", total=len(owed), unit="versions")))
            for name, owed in owing.items()
        }
        storing = _Storing(archive, usable, counters, owing)
        fan_out = FanOut({name: targets[name] for name in owing}, storing.deliver, finished=storing.finish)
        storing.behind = fan_out.behind
        try:
            fan_out.run(storing.loads())
            behind = {name: targets[name] for name in fan_out.behind if not counters[name].stored.down}
            if wait and behind:
                log.info("%s: slower than the others, stored to alone now", ", ".join(behind))
                for target in behind.values():  # in turn: each takes out of the spool what was brought for it
                    storing.alone(target)
        finally:
            storing.end()
    done = {name: counter.stored for name, counter in counters.items()}
    if not wait:
        done |= {name: replace(done[name], behind=True) for name in behind}
    return {name: done.get(name, Stored(name)) for name in targets}


@dataclass
class _Counter:
    """What came of storing at one target, by its several workers."""

    target: str
    task: Task
    stored: Stored = field(init=False)
    blocked: set[str] = field(default_factory=set)
    refused: int = 0
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.stored = Stored(self.target)

    def arrived(self, size: int) -> None:
        with self.lock:
            self.stored = replace(self.stored, versions=self.stored.versions + 1, bytes=self.stored.bytes + size)
            self.refused = 0
        self.task.advance(1)

    def waits(self, why: str) -> None:
        with self.lock:
            if why not in self.stored.problems:
                self.stored = replace(self.stored, problems=(*self.stored.problems, why))

    def failed(self, object_id: str, error: Exception) -> None:
        with self.lock:
            self.blocked.add(object_id)
            if self.stored.down:
                return  # another worker has said so
            self.stored = replace(self.stored, problems=(*self.stored.problems, str(error)))
            ours = isinstance(error, TargetError) and error.target == self.target
            self.refused = self.refused + 1 if ours and isinstance(error, Refused) else 0
            if self.refused == REFUSALS or (ours and isinstance(error, Unavailable | AnotherPlace)):
                self.stored = replace(self.stored, down=True)
                log.warning("%s does not answer; what it is owed waits: %s", self.target, error)


class _Storing:
    """Storing of owed versions: one load an object, so that each target gets its versions in their order."""

    def __init__(
        self,
        archive: Archive,
        usable: Mapping[str, Target],
        counters: Mapping[str, _Counter],
        owing: Mapping[str, list[tuple[str, int]]],
    ) -> None:
        self.behind: Collection[str] = ()
        self._archive = archive
        self._usable = usable
        self._counters = counters
        self._versions: dict[str, dict[int, set[str]]] = {}
        self._brought: dict[str, list[Path]] = {}
        self._claimed = set[str]()
        self._sealed: dict[str, dict[int, SealedVersion]] = {}
        """The versions of loads under way, each with its inventory parsed once for all targets."""
        for name, versions in owing.items():
            for object_id, number in versions:
                self._versions.setdefault(object_id, {}).setdefault(number, set()).add(name)

    def loads(self) -> Iterator[Load]:
        """A load for each object, those that most targets are owed first.

        Nothing is brought from afar for a target that is down, or whose turn comes later.
        """
        for object_id, versions in sorted(
            self._versions.items(), key=lambda item: -len(set().union(*item[1].values()))
        ):
            files, targets = dict[str, File](), dict[str, None]()
            if not self._archive.ledger.claims.take(object_id, "store"):
                continue  # another worker is at it
            self._claimed.add(object_id)
            for number, names in sorted(self._still_owed(object_id, versions).items()):
                sealed = self._archive.ledger.copies.version(object_id, number)
                there = tuple(name for name in sorted(names) if self._goes_on(name, object_id))
                if sealed is None or not there:
                    continue
                self._sealed.setdefault(object_id, {})[number] = sealed
                try:
                    folder = self._folder(sealed)
                except SpaceShort as error:
                    self._short(there, error)
                    continue
                except (TargetError, OSError) as error:
                    for name in there:
                        self._fail(name, sealed, error)
                    continue
                targets |= dict.fromkeys(there)
                known = on_record(sealed, folder)
                for file in brought_by(self._archive, sealed):
                    files[file.key] = File(file.local, file.sha512, there, known.get(file.path, ()))
            if targets:
                yield Load(object_id, files, tuple(targets))
            else:
                self._sealed.pop(object_id, None)
                self._give_back(object_id)

    def _still_owed(self, object_id: str, versions: Mapping[int, set[str]]) -> Mapping[int, set[str]]:
        """Of what was owed, what other workers have not stored since."""
        if not self._archive.ledger.several:
            return versions
        copies = self._archive.ledger.copies.of(object_id)
        stored = {(copy.version, copy.target) for copy in copies if copy.state != "owed"}
        for number, names in versions.items():
            names -= {name for name in names if (number, name) in stored}
        return versions

    def _goes_on(self, name: str, object_id: str) -> bool:
        counter = self._counters[name]
        return not counter.stored.down and object_id not in counter.blocked and name not in self.behind

    def _short(self, names: Collection[str], error: SpaceShort) -> None:
        """The disk is full: what lies in the spool goes on, what would have to be brought waits. Said once a target."""
        for name in names:
            self._counters[name].waits(str(error))

    def deliver(self, target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        """Store what a target is owed of an object, version by version, while each succeeds."""
        counter = self._counters[target.name]
        for number, sealed in sorted(self._sealed[load.name].items()):
            if target.name not in self._versions[load.name][number] or load.name in counter.blocked:
                continue
            try:
                counter.arrived(retrying(partial(store, self._archive, target, sealed, self._usable, contents)))
            except LeftBehind:
                raise
            except SpaceShort as error:
                self._short((target.name,), error)
                return True
            except (TargetError, Fork, OSError) as error:
                self._fail(target.name, sealed, error)
            if counter.stored.down:
                return False
        return True

    def alone(self, target: Target) -> None:
        """Store what a slow target is still owed, at its own pace."""
        still = self._archive.ledger.copies.owed(target.name, list(self._versions))
        one = _Storing(self._archive, self._usable, self._counters, {target.name: still})
        try:
            FanOut({target.name: target}, one.deliver, finished=one.finish).run(one.loads())
        finally:
            one.end()

    def finish(self, load: Load) -> None:
        """Take out of the spool what was brought for a load, and forget its versions."""
        self._take_out(load.name)
        self._sealed.pop(load.name, None)
        self._give_back(load.name)

    def end(self) -> None:
        """Take out whatever was brought, and give back what was not finished."""
        for object_id in list(self._brought):
            self._take_out(object_id)
        for object_id in list(self._claimed):
            self._give_back(object_id)

    def _give_back(self, object_id: str) -> None:
        self._claimed.discard(object_id)
        self._archive.ledger.claims.give_back(object_id, "store")

    def _take_out(self, object_id: str) -> None:
        for folder in self._brought.pop(object_id, ()):
            remove_tree(self._archive.spool, *folder.relative_to(self._archive.spool).parts)
            with suppress(OSError):  # other versions of the object are there
                folder.parent.rmdir()

    def _folder(self, sealed: SealedVersion) -> Path:
        folder = folder_of(self._archive, sealed.object, sealed.version)
        if not folder.is_dir():
            need_space(self._archive)
            self._brought.setdefault(sealed.object, []).append(folder)
        return respool(self._archive, sealed, self._usable)

    def _fail(self, name: str, sealed: SealedVersion, error: Exception) -> None:
        _owe(self._archive, name, sealed, error)
        self._counters[name].failed(sealed.object, error)


def _owe(archive: Archive, target: str, sealed: SealedVersion, error: Exception) -> None:
    before = [copy for copy in archive.ledger.copies.of(sealed.object, sealed.version) if copy.target == target]
    read = before[0].read if before else None
    event = None
    if isinstance(error, Damaged) and error.target == target:
        event = archive.happened(
            sealed.object, FIXITY_CHECK, version=sealed.version, target=target, outcome="failure", detail=error.message
        )
    copy = Copy(sealed.object, sealed.version, target, "owed", at=archive.clock(), read=read, problem=str(error))
    archive.ledger.copies.mark(copy, event=event)
