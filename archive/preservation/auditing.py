"""Audit: read copies back in full, compare every byte with its digest, and say what is there.

Whose proof is the oldest comes first, and each copy is marked as soon as it was read: an audit that is interrupted, or
that has only a budget, loses nothing, and the next one goes on where it ended. Copies that are not read may be
challenged: a few random blocks of them are asked for.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from secrets import SystemRandom
from time import monotonic

from archive.errors import Fork
from archive.ledger.audits import Key
from archive.ledger.copies import Copy, CopyState, Held, SealedVersion
from archive.objects import held_versions, ocfl
from archive.opening.archive import Archive
from archive.preservation.beyond import find_beyond, keep_beyond
from archive.preservation.blocks import media_of
from archive.preservation.budget import Budget, Meter
from archive.preservation.challenging import challenge
from archive.preservation.custody import declaration, roll_root
from archive.preservation.ownership import writer_of
from archive.preservation.unaccepted import Unaccepted, unaccepted
from archive.preservation.usable_targets import refuse_vanished
from archive.progress import Task
from archive.records.event import FIXITY_CHECK, RECOVERY
from archive.records.object_ids import ObjectId
from storage.contract import Target
from storage.errors import TargetError
from storage.mirrors import Finding, at_each, verify

PROVEN_AFTER = timedelta(days=1)
SOUND = ("sound", "challenged")
READING_SHARE = 0.5
"""Where copies are challenged too, readings in full leave half of a budget to the challenges, and take what is left."""

MIB = 1 << 20


@dataclass(frozen=True)
class Audited:
    """What an audit found at one target.

    `sound` and `challenged` count versions, `bytes` and `requests` what they took. `findings` is all that is wrong,
    `mended` what was wrong with root inventories and is right now. `left` counts the copies whose turn comes later, and
    `owed` the versions that were known to be wanting before, which no audit reads again until they are made right.
    `beyond` is what waits for a person there, now that the target was listed, and `strange` what is there that is not
    ours.
    """

    target: str
    sound: int = 0
    challenged: int = 0
    bytes: int = 0
    requests: int = 0
    findings: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()
    left: int = 0
    owed: int = 0
    problem: str | None = None
    beyond: tuple[Unaccepted, ...] = ()
    strange: tuple[str, ...] = ()


def audit(
    archive: Archive,
    usable: Mapping[str, Target],
    objects: Collection[str] | None = None,
    *,
    budget: Budget | None = None,
    challenges: int = 0,
    rng: Random | None = None,
    now: Callable[[], float] = monotonic,
) -> dict[str, Audited]:
    """Read in full what each target is said to hold, of some objects or of all, targets side by side.

    With a `budget`, only so much at each, oldest proof first. `challenges` are random blocks asked of each copy that
    was not read in full, oldest challenge first; without a budget nothing else is read then.

    A copy that is sound arrives, and is proven if it was stored, or first claimed, a day ago or more. One that is
    damaged, missing or rolled back is owed again: missing files are sent by the next run, damaged ones by a repair
    alone. What cannot be read changes nothing, and a target that stops answering is left alone. An audit of everything,
    unless its requests are counted, also lists each target in full, and keeps what is there beyond the ledger.
    """
    budget, rng = budget or Budget(), rng or SystemRandom()
    sizes = archive.ledger.copies.sizes(archive.clock()) if budget.limited else {}

    def audit_at(target: Target) -> Audited:
        held = sizes.get(target.name, (Held(), Held()))[0]
        at = _At(archive, target, Meter(budget, held, now), _ours(archive, target))
        owed = len(archive.ledger.audits.broken(target.name, objects))
        turns = deque(archive.ledger.audits.turns(target.name, objects, now=archive.clock()))
        with archive.progress.task(f"read {target.name}", total=len(turns), unit="copies") as task:
            if budget.limited or not challenges:
                at.read(turns, task, READING_SHARE if challenges else 1.0)
            if challenges:
                others = archive.ledger.audits.challenges(target.name, objects, now=archive.clock())
                at.challenge(others, challenges, rng, task)
                if budget.limited:
                    at.read(turns, task)
        audited = at.audited(sum(key not in at.seen for key in turns) if budget.limited else 0, owed)
        if objects is not None or budget.requests is not None:
            return audited
        more = find_beyond(archive, target)
        keep_beyond(archive, target.name, more)
        return replace(audited, strange=more.strange)

    done, errors = at_each(usable, audit_at)
    if objects is None and budget.requests is None:
        waiting = unaccepted(archive.ledger)
        done = {
            name: replace(one, beyond=tuple(waits for waits in waiting if name in waits.targets))
            for name, one in done.items()
        }
    return {**done, **{name: Audited(name, problem=str(error)) for name, error in errors.items()}}


def _ours(archive: Archive, target: Target) -> bool:
    """Whether a target is ours to write to. Raises Unavailable for one that held copies and is empty now."""
    writer = writer_of(target)
    if writer is None:
        refuse_vanished(archive, target)
    return writer == archive.ledger.id


class _At:
    """An audit at one target."""

    def __init__(self, archive: Archive, target: Target, meter: Meter, ours: bool) -> None:
        self.seen: set[Key] = set()
        self._archive, self._target, self._meter, self._ours = archive, target, meter, ours
        self._sound = self._challenged = 0
        self._findings, self._mended = list[Finding](), list[Finding]()
        self._problem: str | None = None
        self._begun = False

    def audited(self, left: int, owed: int) -> Audited:
        """What came of it."""
        return Audited(
            self._target.name,
            self._sound,
            self._challenged,
            self._meter.bytes,
            self._meter.requests,
            tuple(self._findings),
            tuple(self._mended),
            left,
            owed,
            self._problem,
        )

    def read(self, turns: deque[Key], task: Task, share: float = 1.0) -> None:
        """Read copies in full, one after another, within a share of the budget; the first in any case."""
        while turns and not self._problem:
            found = self._copy(*turns[0])
            if found:
                copy, sealed = found
                if self._begun and not self._meter.allows(sealed, share):
                    return
                findings = read_version(self._target, sealed)
                _keep(self._archive, sealed, copy, findings)
                self._meter.read(sealed)
                if _is_written(sealed, findings):
                    findings += self._check_root(sealed)
                self._sound += self._took(findings, len(findings))
                self._begun = True
            self.seen.add(turns.popleft())
            task.advance(1)

    def challenge(self, turns: list[Key], count: int, rng: Random, task: Task) -> None:
        """Challenge the copies that were not read in full, while the budget lasts."""
        for key in turns:
            if self._problem or not self._meter.room(count * MIB, count + 1):
                return
            found = None if key in self.seen else self._copy(*key)
            media = media_of(found[1]) if found else None
            if not found or not media:
                continue
            copy, sealed = found
            findings = challenge(self._target, sealed, media, count, rng)
            _keep(self._archive, sealed, copy, findings, challenged=True)
            self._challenged += self._took(findings, count + 1)
            self.seen.add(key)
            task.advance(1)

    def _copy(self, object_id: str, version: int) -> tuple[Copy, SealedVersion] | None:
        copies = self._archive.ledger.copies
        sealed = copies.version(object_id, version)
        for copy in copies.of(object_id, version):
            if copy.target == self._target.name and copy.state != "owed" and sealed:
                return copy, sealed
        return None

    def _took(self, findings: list[Finding], requests: int) -> bool:
        """Count what some findings took, and keep the bad ones: whether there is none."""
        bad = [finding for finding in findings if finding.outcome not in SOUND]
        twice = [finding for finding in bad if finding.outcome == "damaged"]
        size = sum(finding.size for finding in (*findings, *twice))
        self._meter.spend(size, requests + len(twice))
        self._findings += bad
        if findings and all(finding.outcome == "unreadable" for finding in findings):
            try:
                self._target.look()
            except TargetError as error:
                self._problem = str(error)
        return not bad

    def _check_root(self, sealed: SealedVersion) -> list[Finding]:
        """The root pair, which is for other tools: brought forward where we may write and it lags behind."""
        copies = self._archive.ledger.copies
        head = copies.head(sealed.object)
        root = held_versions.object_key(sealed.object)
        if head is None or head.version != sealed.version:
            return []
        line = ocfl.digest_of(ocfl.digest_line(sealed.sha512))
        pair = verify(
            self._target,
            [(root + ocfl.INVENTORY, sealed.sha512), (root + ocfl.INVENTORY_DIGEST, line)],
            most=sealed.most,
        )
        if all(finding.outcome == "sound" for finding in pair):
            return []
        older = dict[str, int]()
        for number in range(1, sealed.version):
            if before := copies.version(sealed.object, number):
                older |= dict.fromkeys((before.sha512, ocfl.digest_of(ocfl.digest_line(before.sha512))), number)
        bad = [
            replace(finding, outcome="rolled back", detail=f"v{older[finding.found]} of v{sealed.version}")
            if finding.found in older
            else finding
            for finding in pair
            if finding.outcome != "sound"
        ]
        if not self._ours:
            return bad
        try:
            if not roll_root(self._archive, self._target, sealed):
                return bad
        except Fork as error:
            return [Finding(root + ocfl.INVENTORY, "foreign", detail=str(error))]
        except TargetError as error:
            return [Finding(root + ocfl.INVENTORY, "unreadable", detail=str(error))]
        self._mended += bad
        said = ", ".join(f"{finding.outcome}: {finding.key.removeprefix(root)}" for finding in bad)
        detail = f"root pair brought forward ({said})"
        self._archive.event(sealed.object, RECOVERY, version=sealed.version, target=self._target.name, detail=detail)
        return []


def read_version(target: Target, sealed: SealedVersion) -> list[Finding]:
    """Read every file that one version brought, its inventory, its commit, and the object's declaration.

    Where nothing of a version is left, that is one finding: the object is missing, or rolled back to an older version.
    """
    findings = verify(target, keys_of(sealed), most=sealed.most)
    if any(finding.outcome != "missing" for finding in findings[:-1]):
        return findings
    root = held_versions.object_key(sealed.object)
    try:
        found = held_versions.find(target, sealed.object)
        if not found.sizes:
            return [Finding(root.rstrip("/"), "missing", detail="the whole object")]
    except TargetError as error:
        return [Finding(root.rstrip("/"), "unreadable", detail=str(error))]
    there = found.whole.inventory.number if found.whole else 0
    if 0 < there < sealed.version:
        return [Finding(f"{root}v{sealed.version}", "rolled back", detail=f"the newest whole version is v{there}")]
    return findings


def _is_written(sealed: SealedVersion, findings: list[Finding]) -> bool:
    """Whether the inventory of a version and its commit are there and right: only then must the root pair be as new."""
    inventory = f"{held_versions.object_key(sealed.object)}v{sealed.version}/{ocfl.INVENTORY}"
    found = [finding.outcome for finding in findings if finding.key.startswith(inventory)]
    return found == ["sound", "sound"]


def keys_of(sealed: SealedVersion) -> list[tuple[str, str]]:
    """The keys of a version in the order of writing, each with its sha512; the object's declaration is the last."""
    root = held_versions.object_key(sealed.object)
    folder = f"{root}v{sealed.version}/"
    keys = [(root + path, digest) for path, digest in sorted(sealed.parsed.content_of(sealed.version).items())]
    line = ocfl.digest_of(ocfl.digest_line(sealed.sha512))
    keys += [(folder + ocfl.INVENTORY, sealed.sha512), (folder + ocfl.INVENTORY_DIGEST, line)]
    return [*keys, (root + ocfl.OBJECT_DECLARATION, ocfl.digest_of(declaration()))]


def _keep(
    archive: Archive, sealed: SealedVersion, copy: Copy, findings: list[Finding], *, challenged: bool = False
) -> None:
    """Mark a copy by what was found of it. Where something could not be read, nothing was learnt."""
    now = archive.clock()
    bad = [finding for finding in findings if finding.outcome not in SOUND]
    if not findings or any(finding.outcome == "unreadable" for finding in bad):
        return
    how = f"challenged: {findings[-1].detail}" if challenged else "read in full"
    event = archive.happened(
        sealed.object,
        FIXITY_CHECK,
        version=sealed.version,
        target=copy.target,
        outcome="failure" if bad else "success",
        detail="; ".join(finding.outcome for finding in bad) or how,
    )
    if bad:
        problem = "; ".join(f"{finding.outcome}: {finding.key}" for finding in bad)
        archive.ledger.copies.mark(replace(copy, state="owed", at=now, problem=problem), event=event)
    elif challenged:
        archive.ledger.copies.mark(replace(copy, challenged=now), event=event)
    else:
        first = copy.state == "claimed"  # nobody whom this ledger knows has read it before
        at = now if first or copy.at > now else copy.at  # a time after now is a wrong clock's: it counts as never
        before = copy.state == "proven" and copy.read is not None and copy.read <= now
        proven = not first and (before or now - at >= PROVEN_AFTER)
        state: CopyState = "proven" if proven else "arrived"
        archive.ledger.copies.mark(replace(copy, state=state, at=at, read=now, problem=None), event=event)
        if sealed.size is None:
            own = [finding.size for finding in findings if f"/v{sealed.version}/content/" in finding.key]
            archive.ledger.audits.measured(sealed.object, sealed.version, size=sum(own), files=len(own))


def objects_of(archive: Archive, clips: list[str]) -> list[str]:
    """The objects of some clips that are sealed, or every object of the archive."""
    known = {head.object for head in archive.ledger.copies.heads()}
    if not clips:
        return sorted(known)
    return [name for clip in clips for name in ObjectId.both_of(clip) if name in known]
