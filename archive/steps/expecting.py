"""Expect: a list that somebody has becomes a version of the object `list-NAME`; what a register cites is one too."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter

from archive.errors import ArchiveError, ForeignWords
from archive.ledger.copies import snapshot_fact
from archive.linking.lists.cited_videos import cited_videos
from archive.linking.lists.list_columns import Asked
from archive.linking.lists.list_files import ListError
from archive.linking.lists.list_reading import ReadList, read_list
from archive.linking.registers.entries import Entry
from archive.masks import mask
from archive.objects import sidecar
from archive.objects.ocfl import digest_of as document_digest
from archive.opening.archive import AGENT, Archive
from archive.preservation.fixity import sha512_of
from archive.preservation.kept_files import kept_file, place_of
from archive.preservation.sealing import Item, Provenance, document, seal
from archive.preservation.space import need_space
from archive.records.entry_fields import clean
from archive.records.event import CAPTURE
from archive.records.expected import EXPECTED, LIST, LIST_REPORT, Expected, ListImport, ListReport
from archive.records.object_ids import Kind, ObjectId
from storage.contract import Target

LEAST = 0.5
"""Share of the items of the version before that a file must have, or a person says that it may have fewer."""
_FOLDER, _CITED = "lists", "register.1."
"""Where items are kept in the state folder; of a register under what no list is called, with the form of the notes."""
_IMPORT = TypeAdapter(ListImport)


class NoSuchList(ArchiveError):
    """A list that was never imported, or a version of it that there is not."""

    exit_code = 2


@dataclass(frozen=True)
class ImportedList:
    """What came of an import: the newest version, whether it is `new`, what it says of itself, and what was read."""

    version: int
    new: bool
    said: ListImport
    report: ListReport


def object_of_list(name: str) -> ObjectId:
    """The id of a list's object. Raises LeadsOut for what no list can be called."""
    return ObjectId.list_of(name)


def name_of(file: Path) -> str:
    """What a list is called after its file: small letters, digits and hyphens. Raises ListError where none are left."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in file.stem.lower()).split()
    name = "-".join(words)[:63].strip("-")
    if not name:
        raise ListError("no name can be made of what the file is called; give the list one with --name", file)
    return name


def list_names(archive: Archive) -> list[str]:
    """The lists that were ever imported."""
    return [head.object.removeprefix(Kind.LIST.prefix) for head in archive.ledger.copies.heads(Kind.LIST.prefix)]


def list_versions(archive: Archive, name: str) -> list[int]:
    """The numbers of a list's versions, the oldest first."""
    head = archive.ledger.copies.head(Kind.LIST.prefix + name)
    return list(range(1, head.version + 1)) if head else []


def list_import(archive: Archive, name: str, version: int | None = None) -> ListImport:
    """What a version of a list says of itself, the newest by default. Raises NoSuchList."""
    known = list_versions(archive, name)
    number = version or (known[-1] if known else 0)
    found = archive.ledger.markers.document(snapshot_fact(Kind.LIST.prefix + name, number), _IMPORT)
    if found is None:
        others = ", ".join(list_names(archive)) or "none yet"
        raise NoSuchList(f"there is no list {name}; there are: {others}. `thirdcopy expect FILE` brings one")
    return found


def read_expected(archive: Archive, file: Path, asked: Asked, sheet: str | None = None) -> ReadList:
    """Read a list's file, and tell how far. Raises ListError."""
    with archive.progress.task(f"read {file.name}", unit="rows") as task:
        return read_list(file, asked, sheet, task)


def import_list(
    archive: Archive,
    name: str,
    read: ReadList,
    usable: Mapping[str, Target],
    *,
    by: str | None = None,
    fewer: bool = False,
) -> ImportedList:
    """Seal what was read of a file as a version of a list, unless the newest has the same items already.

    Raises ListError where less than half of the items (`LEAST`) are left, unless there may be `fewer`: another list
    under the same name looks like that. Raises LeadsOut for a name that no list can have, and Fork or TargetError as
    sealing does.
    """
    need_space(archive)
    object_id, lines = object_of_list(name), _lines(read)
    said = ListImport(
        list_name=name,
        taken=archive.clock(),
        by=by,
        agent=AGENT,
        file=mask(clean(read.path.name)),
        form=read.form,
        size=read.size,
        source_sha256=read.sha256,
        items=len(read.items),
        expected_sha256=sha256(lines).hexdigest(),
        platform=read.platform,
        columns=read.columns,
        read=read.report.read,
        counts=read.report.counts,
    )
    known = list_versions(archive, name)
    if known and (before := list_import(archive, name)).expected_sha256 == said.expected_sha256:
        return ImportedList(known[-1], False, before, read.report)
    if not fewer:
        refuse_fewer_items(archive, name, said.items, read.path)
    message = f"{said.items} videos that should be there, of {said.file}"
    detail = f"{message} ({said.source_sha256[:16]}): {said.read} rows"
    event = archive.happened(object_id, CAPTURE, agent=by or AGENT, detail=detail)
    items = {
        EXPECTED: Item(document_digest(lines), lines, sha256=said.expected_sha256),
        LIST_REPORT: document(sidecar.to_bytes(read.report)),
        LIST: document(sidecar.to_bytes(said)),
    }
    seal(archive, object_id, items, Provenance(message, snapshot=said.model_dump_json(), event=event), usable=usable)
    _kept(archive, name, usable)
    return ImportedList(list_versions(archive, name)[-1], True, said, read.report)


def planned_version(archive: Archive, name: str, read: ReadList) -> tuple[int, bool]:
    """The number of the version that an import would leave as the newest, and whether it would make it."""
    known = list_versions(archive, name)
    if known and list_import(archive, name).expected_sha256 == sha256(_lines(read)).hexdigest():
        return known[-1], False
    return len(known) + 1, True


def _lines(read: ReadList) -> bytes:
    return b"".join(map(to_line, read.items))


def refuse_fewer_items(archive: Archive, name: str, items: int, file: Path) -> None:
    """Raise ListError if a list has less than half of the items (`LEAST`) of its newest version."""
    known = list_versions(archive, name)
    before = list_import(archive, name).items if known else 0
    if items < before * LEAST:
        raise ListError(
            f"has {items:,} videos, where version {known[-1]} of list {name} has {before:,}; if it is another list, "
            "give it a --name of its own; if it is the same and whole: --fewer",
            file,
        )


def to_line(item: Expected) -> bytes:
    """An item as a line of canonical JSON (RFC 8785)."""
    # With texts and small numbers alone, and names in ASCII, sorted keys and no spaces are all that the RFC asks.
    line = item.model_dump(mode="json")
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def items_in(file: Path) -> Callable[[], Iterator[Expected]]:
    """What gives the items of a file of lines, from the first each time. It raises ForeignWords for any other line."""

    def items() -> Iterator[Expected]:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield Expected.model_validate_json(line)
                except ValueError as error:
                    raise ForeignWords(f"line {number} of {file.name} is no video that should be there") from error

    return items


def expected_file(archive: Archive, name: str, usable: Mapping[str, Target]) -> Path:
    """The items of a list's newest version in the state folder, brought from the spool or a target where need be.

    Raises NoSuchList, and TargetError or FileNotFoundError where nobody has them sound.
    """
    list_import(archive, name)
    return _kept(archive, name, usable)


def expected_here(archive: Archive, name: str) -> Path | None:
    """The same where it lies whole in the state folder already; None where it would have to be brought."""
    sealed = archive.ledger.copies.head(Kind.LIST.prefix + name)
    if sealed is None:
        return None
    digest = sealed.parsed.state()[EXPECTED]
    place = place_of(archive, _FOLDER, name, digest)
    return place if place.is_file() and sha512_of(place) == digest else None


def _kept(archive: Archive, name: str, usable: Mapping[str, Target]) -> Path:
    sealed = archive.ledger.copies.head(object_of_list(name))
    if sealed is None:
        raise NoSuchList(f"there is no list {name}")
    kept = kept_file(archive, sealed, EXPECTED, (_FOLDER, name), usable)
    _without_older(kept, name)
    return kept


def cited_here(archive: Archive, name: str, entries_sha256: str) -> Path | None:
    """The videos that a register's snapshot cites, where they were noted in the state folder; else None."""
    place = place_of(archive, _FOLDER, _CITED + name, entries_sha256)
    return place if place.is_file() else None


def note_cited(archive: Archive, register: str, entries_sha256: str, entries: Iterable[Entry]) -> Path:
    """Note in the state folder which videos the entries of a register cite; what is noted already stays."""
    name = _CITED + register
    place = place_of(archive, _FOLDER, name, entries_sha256)
    if not place.is_file():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = place.with_suffix(".part")
        with partial.open("wb") as file:
            file.writelines(map(to_line, cited_videos(entries)))
        partial.replace(place)
    _without_older(place, name)
    return place


def _without_older(kept: Path, name: str) -> None:
    """Remove what the state folder has of former versions: whoever asks is shown the newest."""
    for old in kept.parent.glob(f"{name}-{'?' * 32}.*"):
        if old.stem != kept.stem:
            old.unlink()
