"""Audit: read copies back in full, compare every byte with its digest, and say what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from archive import heads, ocfl
from archive.custody import roll_root
from archive.ledger.copies import Copy, CopyState, SealedVersion
from archive.opened import Archive
from archive.readiness import writer_of
from archive.records import FIXITY_CHECK
from storage.contract import Target
from storage.errors import TargetError, Unavailable
from storage.mirrors import Finding, at_each, verify

PROVEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Audited:
    """What an audit found at one target: versions read, bytes, and every finding that is not sound."""

    target: str
    sound: int = 0
    bytes: int = 0
    findings: tuple[Finding, ...] = ()
    problem: str | None = None


def audit(archive: Archive, usable: Mapping[str, Target], objects: list[str]) -> dict[str, Audited]:
    """Read in full what each target is said to hold of some objects, targets side by side.

    A copy that is sound arrives, and is proven if it was stored, or first claimed, a day ago or more. One that is
    damaged or missing is owed again: missing files are sent by the next run, damaged ones are never overwritten. What
    cannot be read changes nothing, and a target that stops answering is left alone.
    """
    done, errors = at_each(usable, lambda target: _audit_at(archive, target, objects))
    return {**done, **{name: Audited(name, problem=str(error)) for name, error in errors.items()}}


def _audit_at(archive: Archive, target: Target, objects: list[str]) -> Audited:
    audited, writer = Audited(target.name), writer_of(target)
    if writer is None and archive.ledger.copies.used(target.name) and not any(True for _ in target.list(heads.OCFL)):
        raise Unavailable("held copies and is empty now: is the disk mounted?", target=target.name)
    ours = writer == archive.ledger.id
    with archive.progress.task(f"read {target.name}", total=len(objects), unit="objects") as task:
        for object_id in objects:
            for copy in archive.ledger.copies.of(object_id):
                sealed = archive.ledger.copies.version(object_id, copy.version)
                if copy.target == target.name and copy.state != "owed" and sealed:
                    findings = _read(target, sealed)
                    _keep(archive, sealed, copy, findings)
                    findings += _check_root(archive, target, sealed, mend=ours)
                    bad = tuple(finding for finding in findings if finding.outcome != "sound")
                    audited = replace(
                        audited,
                        sound=audited.sound + (not bad),
                        bytes=audited.bytes + sum(finding.size for finding in findings),
                        findings=(*audited.findings, *bad),
                    )
                    if all(finding.outcome == "unreadable" for finding in findings):
                        try:
                            target.check()
                        except TargetError as error:
                            return replace(audited, problem=str(error))
            task.advance(1)
    return audited


def _read(target: Target, sealed: SealedVersion) -> list[Finding]:
    """Every file that one version brought, its inventory, its commit, and the object's declaration."""
    root = heads.object_key(sealed.object)
    inventory = ocfl.parse(sealed.inventory.encode())
    line = ocfl.digest_of(ocfl.digest_line(sealed.sha512))
    folder = f"{root}v{sealed.version}/"
    keys = [(root + path, digest) for path, digest in sorted(inventory.content_of(sealed.version).items())]
    keys += [(folder + ocfl.INVENTORY, sealed.sha512), (folder + ocfl.INVENTORY_DIGEST, line)]
    declaration = ocfl.digest_of(f"{ocfl.OBJECT_DECLARATION[2:]}\n".encode())
    return verify(target, [*keys, (root + ocfl.OBJECT_DECLARATION, declaration)])


def _check_root(archive: Archive, target: Target, sealed: SealedVersion, *, mend: bool) -> list[Finding]:
    """The root pair, which is for other tools: brought forward where we may write and it lags behind."""
    head = archive.ledger.copies.head(sealed.object)
    root = heads.object_key(sealed.object)
    if head is None or head.version != sealed.version:
        return []
    try:
        if mend and roll_root(target, sealed):
            return []
    except TargetError as error:
        return [Finding(root + ocfl.INVENTORY, "unreadable", detail=str(error))]
    line = ocfl.digest_of(ocfl.digest_line(sealed.sha512))
    pair = verify(target, [(root + ocfl.INVENTORY, sealed.sha512), (root + ocfl.INVENTORY_DIGEST, line)])
    return [finding for finding in pair if finding.outcome != "sound"]


def _keep(archive: Archive, sealed: SealedVersion, copy: Copy, findings: list[Finding]) -> None:
    now = archive.clock()
    bad = [finding for finding in findings if finding.outcome != "sound"]
    if any(finding.outcome == "unreadable" for finding in bad):
        return  # nothing was learnt of the copy
    if bad:
        problem = "; ".join(f"{finding.outcome}: {finding.key}" for finding in bad)
        archive.ledger.copies.mark(replace(copy, state="owed", at=now, problem=problem))
    else:
        first = copy.state == "claimed"  # nobody whom this ledger knows has read it before
        proven = not first and (copy.state == "proven" or now - copy.at >= PROVEN_AFTER)
        state: CopyState = "proven" if proven else "arrived"
        archive.ledger.copies.mark(replace(copy, state=state, at=now if first else copy.at, read=now, problem=None))
    archive.event(
        sealed.object,
        FIXITY_CHECK,
        version=sealed.version,
        target=copy.target,
        outcome="failure" if bad else "success",
        detail="; ".join(finding.outcome for finding in bad) or "read in full",
    )


def objects_of(archive: Archive, clips: list[str]) -> list[str]:
    """The objects of some clips that are sealed, or every object of the archive."""
    known = {head.object for head in archive.ledger.copies.heads()}
    if not clips:
        return sorted(known)
    return [name for clip in clips for name in (f"evidence-{clip}", f"work-{clip}") if name in known]
