"""Register: a register's file becomes a snapshot, a version of the object `register-NAME`; links are made to these."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from archive.errors import ArchiveError
from archive.ledger.copies import snapshot_fact
from archive.linking.registers.columns import Columns, RegisterError
from archive.linking.registers.entries import read_entry
from archive.linking.registers.register import READING, Read, Register, read_register, register_of
from archive.linking.registers.register_tables import digest_of
from archive.linking.registers.reports import Report
from archive.masks import mask
from archive.objects import sidecar
from archive.opening.archive import AGENT, Archive
from archive.preservation.kept_files import kept_file
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.preservation.space import need_space
from archive.records.entry_fields import clean
from archive.records.event import CAPTURE
from archive.records.object_ids import Kind, ObjectId
from archive.records.snapshot import ENTRIES, REPORT, SNAPSHOT, Snapshot
from archive.settings.stanzas import RegisterSettings
from archive.steps.expecting import note_cited
from storage.contract import Target
from storage.errors import TargetError

LEAST = 0.5
_SNAPSHOT = TypeAdapter(Snapshot)
"""Share of the entries of the snapshot before that a file must have, or a person says that it may have fewer."""


class NoSuchRegister(ArchiveError):
    """A register that the settings do not have, or a version of it that was never sealed."""

    exit_code = 2


@dataclass(frozen=True)
class Imported:
    """What came of an import: the newest version, whether it is `new`, and what was read."""

    version: int
    new: bool
    snapshot: Snapshot
    report: Report


def object_of(name: str) -> ObjectId:
    """The id of a register's object. Raises LeadsOut for what no register can be called."""
    return ObjectId.register_of(name)


def stanza_of(archive: Archive, name: str) -> RegisterSettings:
    """A register's stanza. Raises NoSuchRegister."""
    if name not in archive.settings.registers:
        known = ", ".join(archive.settings.registers) or "none"
        raise NoSuchRegister(f"{archive.settings.file}: there is no register {name}; there are: {known}")
    return archive.settings.registers[name]


def versions(archive: Archive, name: str) -> list[int]:
    """The numbers of a register's snapshots, the oldest first."""
    head = archive.ledger.copies.head(Kind.REGISTER.prefix + name)
    return list(range(1, head.version + 1)) if head else []


def snapshot(archive: Archive, name: str, version: int | None = None) -> Snapshot:
    """What a snapshot says of itself, the newest by default. Raises NoSuchRegister."""
    known = versions(archive, name)
    number = version or (known[-1] if known else 0)
    found = archive.ledger.markers.document(snapshot_fact(Kind.REGISTER.prefix + name, number), _SNAPSHOT)
    if found is None:
        if not known:
            stanza_of(archive, name)
        there = (
            f"there are {known[0]} to {known[-1]}" if known else f"`thirdcopy register import {name}` makes the first"
        )
        raise NoSuchRegister(f"{name} has no snapshot {number or ''}".rstrip() + f"; {there}")
    return found


@dataclass(frozen=True)
class Unread:
    """Stands for a snapshot that is still to be taken: nothing was linked against it."""

    sha256: str = ""


def to_register(archive: Archive) -> list[str]:
    """The registers whose file is not what was last read of it. Raises RegisterError if one cannot be read."""
    return [name for name in archive.settings.registers if changed(archive, name)]


def newest(archive: Archive) -> dict[str, Snapshot]:
    """The newest snapshot of each register of the settings that has one."""
    return {name: snapshot(archive, name) for name in archive.settings.registers if versions(archive, name)}


@contextmanager
def reading(archive: Archive, name: str, file: Path) -> Iterator[Read]:
    """A file read as the settings say for a register. Raises RegisterError, and NoSuchRegister."""
    stanza = stanza_of(archive, name)
    columns = Columns(stanza.columns, stanza.secret, f"registers.{name}")
    archive.state.mkdir(parents=True, exist_ok=True)
    try:
        with read_register(file, columns, archive.state, stanza.sheet) as found:
            yield found
    except OSError as error:
        if error.filename not in (None, str(file)):
            raise
        raise RegisterError(
            f"cannot be read: {error.strerror or error}; export the register there, or set registers.{name}.file",
            file=file,
        ) from error


def import_register(
    archive: Archive,
    name: str,
    usable: Mapping[str, Target],
    *,
    file: Path | None = None,
    by: str = AGENT,
    fewer: bool = False,
) -> Imported:
    """Read a register's file, the one of the settings by default, and seal a snapshot of it where its entries changed.

    The same entries make no version. Raises RegisterError, also where less than half of the entries (`LEAST`) are left,
    unless there may be `fewer`: an export that broke off looks like that. Raises Fork or TargetError as sealing does.
    """
    path = file or stanza_of(archive, name).file
    need_space(archive)
    archive.attempts.mkdir(parents=True, exist_ok=True)
    with reading(archive, name, path) as found, TemporaryDirectory(prefix="register-", dir=archive.attempts) as folder:
        entries = _written(found.lines, Path(folder) / ENTRIES)
        said = Snapshot(
            register_name=name,
            taken=archive.clock(),
            by=by,
            agent=AGENT,
            file=mask(clean(path.name)),
            form=found.form,
            size=found.size,
            source_sha256=found.sha256,
            entries=found.report.kept,
            entries_sha256=entries.sha256 or "",
            columns=dict(found.columns),
            secret=found.left_out,
            read=found.report.read,
            counts=found.report.counts,
        )
        state = _state_of(archive, name, path, found.sha256)
        known = versions(archive, name)
        if known and snapshot(archive, name).entries_sha256 == said.entries_sha256:
            _remember(archive, name, state)
            return Imported(known[-1], False, snapshot(archive, name), found.report)
        if not fewer:
            refuse_fewer(archive, name, said.entries, path)
        items = {
            ENTRIES: entries,
            REPORT: document(sidecar.to_bytes(found.report)),
            SNAPSHOT: document(sidecar.to_bytes(said)),
        }
        message = f"{said.entries} entries of {said.file}"
        detail = f"{message} ({said.source_sha256[:16]}): {said.read - said.entries} rows skipped"
        event = archive.happened(object_of(name), CAPTURE, agent=by, detail=detail)
        provenance = Provenance(message, snapshot=said.model_dump_json(), event=event)
        seal(archive, object_of(name), items, provenance, usable=usable)
    _remember(archive, name, state)
    with entries_of(archive, name, versions(archive, name)[-1], usable) as lines:
        note_cited(archive, name, said.entries_sha256, map(read_entry, lines))
    return Imported(versions(archive, name)[-1], True, said, found.report)


def refuse_fewer(archive: Archive, name: str, entries: int, file: Path) -> None:
    """Raise RegisterError if a register has less than half of the entries (`LEAST`) of its newest snapshot."""
    known = versions(archive, name)
    before = snapshot(archive, name).entries if known else 0
    if entries < before * LEAST:
        raise RegisterError(
            f"has {entries:,} entries, where snapshot {known[-1]} has {before:,}; export it again, or if it is whole: "
            f"thirdcopy register import {name} {file} --fewer --by NAME",
            file=file,
        )


def changed(archive: Archive, name: str) -> bool:
    """Whether a register's file, or how the settings want it read, is not what was last read of it.

    Raises RegisterError if the file cannot be read.
    """
    file = stanza_of(archive, name).file
    try:
        state = _state_of(archive, name, file, digest_of(file))
    except OSError as error:
        raise RegisterError(
            f"cannot be read: {error.strerror or error}; export the register there, or set registers.{name}.file",
            file=file,
        ) from error
    return not versions(archive, name) or archive.ledger.markers.get(f"read:{object_of(name)}") != state


def _state_of(archive: Archive, name: str, file: Path, digest: str) -> str:
    """What a run compares, to see whether to read a register again: its file, mapping, secrets, sheet, our version.

    Where another file than that of the settings was imported by hand, the settings' is left alone until it changes.
    """
    stanza = stanza_of(archive, name)
    with suppress(OSError):
        if file != stanza.file:
            digest = digest_of(stanza.file)
    wanted = [digest, sorted(stanza.columns.items()), stanza.secret, AGENT, READING]
    if stanza.sheet is not None:
        wanted.append(stanza.sheet)
    return sha256(json.dumps(wanted).encode()).hexdigest()


def _remember(archive: Archive, name: str, state: str) -> None:
    archive.ledger.markers.set(f"read:{object_of(name)}", state)


def _written(lines: Iterable[bytes], path: Path) -> Item:
    """Write lines to a file, to be sealed."""
    long, short = sha512(), sha256()
    with path.open("wb") as file:
        for line in lines:
            file.write(line)
            long.update(line)
            short.update(line)
    return Item(long.hexdigest(), path, sha256=short.hexdigest())


@contextmanager
def entries_of(archive: Archive, name: str, version: int, usable: Mapping[str, Target]) -> Iterator[Iterator[bytes]]:
    """The lines of a snapshot, from the spool, from the state folder, or brought from a target; each file compared.

    Raises NoSuchRegister, and TargetError where no target has it sound.
    """
    snapshot(archive, name, version)
    file = _kept(archive, name, version, usable)
    with file.open("rb") as lines:
        yield iter(lines)


def _kept(archive: Archive, name: str, version: int, usable: Mapping[str, Target]) -> Path:
    """The file of a snapshot's lines in the state folder, whose bytes were compared with their digest just now."""
    sealed = archive.ledger.copies.version(object_of(name), version)
    if sealed is None:
        raise NoSuchRegister(f"{name} has no snapshot {version}")
    return kept_file(archive, sealed, ENTRIES, ("registers", name), usable)


def load_register(archive: Archive, name: str, usable: Mapping[str, Target]) -> Register:
    """The newest snapshot of a register, read. Raises NoSuchRegister, and RegisterError as `load_registers` does."""
    snapshot(archive, name)
    return _loaded(archive, name, usable)[0]


def _loaded(archive: Archive, name: str, usable: Mapping[str, Target]) -> tuple[Register, Path]:
    """A register's newest snapshot and its file; which videos it cites is noted on the way."""
    version = versions(archive, name)[-1]
    try:
        file = _kept(archive, name, version, usable)
    except (TargetError, FileNotFoundError) as error:
        raise RegisterError(
            f"snapshot {version} is neither here nor at a target that answers ({error})", file=Path(object_of(name))
        ) from error
    with file.open("rb") as lines:
        register = register_of(name, lines)
    note_cited(archive, name, register.sha256, register.entries)
    return register, file


def load_registers(archive: Archive, usable: Mapping[str, Target]) -> dict[str, Register]:
    """The newest snapshots of the settings' registers, read; and older ones taken out of the state folder.

    Raises RegisterError where a snapshot can be brought from nowhere.
    """
    registers, kept = dict[str, Register](), set[Path]()
    for name in newest(archive):
        registers[name], file = _loaded(archive, name, usable)
        kept.add(file)
    for old in (archive.state / "registers").glob("*.jsonl"):
        if old not in kept:
            old.unlink()
    return registers
