"""Salvage: sound bytes of one file, from the spool, whole from one target, or block by block from several.

Nothing is taken on trust: a file is accepted only once all of it has its sha512.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256, sha512
from pathlib import Path

from archive.ledger.copies import SealedVersion
from archive.opening.archive import Archive
from archive.preservation.blocks import media_of
from archive.preservation.bringing import ranked
from archive.preservation.fixity import read_blocks
from archive.preservation.space import SealedFile, content_at, need_space
from archive.retrying import retrying
from storage.contract import Target
from storage.errors import Damaged, NotFound, TargetError
from storage.mirrors import BUFFER, Finding, fetch, read_block, read_sound

SPOOL = "the spool"


@dataclass(frozen=True)
class Sound:
    """A local file whose bytes are right, and where they came from."""

    file: Path
    origin: str


@dataclass
class Salvage:
    """The search for sound bytes of one version's files; what is brought lies in `folder` until the caller removes it.

    `wanting` is what was found wrong on the way, by target. `silent` are targets that could not be asked: what was not
    found may lie there.
    """

    archive: Archive
    usable: Mapping[str, Target]
    sealed: SealedVersion
    folder: Path
    wanting: dict[str, list[Finding]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def find(self, path: str, sha512: str, wrong: Collection[str]) -> Sound | None:
        """Sound bytes of a content path, whose digest is `sha512`; None if they are to be had nowhere.

        `wrong` names targets where it was found wanting just now. Raises SpaceShort if there is no room to bring it.
        """
        file, local = content_at(self.archive, self.sealed, path, sha512), self.folder / path
        if file.is_spooled():
            return Sound(file.local, SPOOL)
        need_space(self.archive)
        for name in self._order():
            if name not in wrong and self._fetch(name, file, local):
                return Sound(local, name)
        return self._assemble(file, local)

    def _order(self) -> list[str]:
        return ranked(self.archive, self.sealed.object, self.sealed.version, self.usable)

    def _fetch(self, name: str, file: SealedFile, into: Path) -> bool:
        """Bring a whole file from a target: whether it was right, at the second reading at the latest."""
        room = partial(need_space, self.archive)
        for last in (False, True):
            try:
                retrying(
                    partial(fetch, self.usable[name], file.key, file.sha512, into, most=self.sealed.most, room=room),
                    attempts=2,
                )
            except Damaged as error:
                if last:
                    self._note(name, Finding(file.key, "damaged", found=error.found))
            except NotFound:
                self._note(name, Finding(file.key, "missing"))
                return False
            except TargetError:
                self.silent.add(name)
                return False
            else:
                return True
        return False

    def _note(self, name: str, finding: Finding) -> None:
        self.wanting.setdefault(name, []).append(finding)

    def _assemble(self, damaged: SealedFile, local: Path) -> Sound | None:
        """Put media together from the sound MiB blocks of several damaged copies."""
        media = media_of(self.sealed)
        if media is None or media.path != damaged.path:
            return None
        if (digests := self._blocks(media.blocks, media.blocks_sha512)) is None:
            return None
        sources: dict[str, Callable[[int], bytes]] = {
            name: partial(read_block, self.usable[name], damaged.key)
            for name in self._order()
            if name not in self.silent
        }
        if damaged.local.is_file():
            sources[SPOOL] = partial(_block_of, damaged.local)
        taken, whole = Counter[str](), sha512()
        local.parent.mkdir(parents=True, exist_ok=True)
        with local.open("wb") as file:
            for number, expected in enumerate(digests):
                found = self._block(sources, number, expected)
                if found is None:
                    return None
                name, block = found
                sources = {name: sources[name], **sources}  # who had the last one sound is asked first for the next
                taken[name] += 1
                whole.update(block)
                file.write(block)
        if whole.hexdigest() != media.sha512:
            return None
        return Sound(local, "blocks of " + ", ".join(f"{name} ({count})" for name, count in sorted(taken.items())))

    def _block(
        self, sources: Mapping[str, Callable[[int], bytes]], number: int, expected: str
    ) -> tuple[str, bytes] | None:
        for name, read in sources.items():
            if name in self.silent:
                continue
            try:
                block = read(number)
            except NotFound:
                continue
            except TargetError:
                self.silent.add(name)
                continue
            if sha256(block).hexdigest() == expected:
                return name, block
        return None

    def _blocks(self, path: str, sha512: str) -> tuple[str, ...] | None:
        """The digests of the blocks, from wherever they are sound."""
        file = content_at(self.archive, self.sealed, path, sha512)
        if file.is_spooled():
            return read_blocks(file.local.read_bytes())
        for name in self._order():
            try:
                return read_blocks(read_sound(self.usable[name], file.key, sha512))
            except TargetError:
                continue
        return None


def _block_of(file: Path, number: int) -> bytes:
    with file.open("rb") as stream:
        stream.seek(number * BUFFER)
        return stream.read(BUFFER)
