"""Restore: the files of a clip, out of the archive and into a folder, each compared with its digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError, NoSuchClip
from archive.local_paths import inside
from archive.opening.archive import Archive
from archive.preservation.bringing import bring
from archive.preservation.fixity import sha512_of
from archive.preservation.space import file_at
from archive.records.event import DISSEMINATION
from archive.records.object_ids import ObjectId
from storage.contract import Target
from storage.errors import TargetError


@dataclass(frozen=True)
class Restored:
    """Files that were written, and why others could not be."""

    files: tuple[Path, ...]
    problems: tuple[str, ...]


def restore(archive: Archive, clip: str, to: Path, usable: Mapping[str, Target], *, by: str | None = None) -> Restored:
    """Write the newest evidence and work of a clip below `to`, from whichever target has each file sound.

    A file that is there already is left alone if it is the same, and an error if it is not. That somebody took it is
    an event.
    """
    heads = [head for name in ObjectId.both_of(clip) if (head := archive.ledger.copies.head(name))]
    if not heads:
        raise NoSuchClip(f"{clip} is not held: `thirdcopy status` says what is")
    files, problems = list[Path](), list[str]()
    for head in heads:
        before = len(problems)
        for path, sha512 in sorted(head.parsed.state().items()):
            local = inside(to, head.object, *path.split("/"))
            if local.exists():
                if not local.is_file() or sha512_of(local) != sha512:
                    raise ArchiveError(f"{local} exists and is another file: restore to an empty folder")
                files.append(local)
                continue
            try:
                bring(archive, file_at(archive, head, path), local, usable)
                files.append(local)
            except (TargetError, FileNotFoundError) as error:
                problems.append(str(error))
        detail = f"restored by {by}" if by else "restored"
        outcome = "warning" if len(problems) > before else "success"
        archive.event(head.object, DISSEMINATION, version=head.version, outcome=outcome, detail=detail)
    return Restored(tuple(files), tuple(problems))
