"""Bytes of a film, a MiB block at a time: none is given before its block was compared, and none comes twice.

`blocks.sha256` lies beside every original, and its own digest is in the sealed inventory. So a range is read from where
its first block begins to where its last one ends, at most 2 MiB more than was asked for, and what passes is compared as
it passes. A place that fails, ends early or gives other bytes is left, and the next one goes on at that block.
"""

import logging
from collections import Counter, OrderedDict, deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing
from hashlib import sha256, sha512
from threading import Lock, Thread
from time import monotonic
from typing import Final

from archive.errors import NotHere
from archive.ledger.copies import SealedVersion
from archive.opening.archive import Archive
from archive.playing.nearest import ANSWERS, Answers, Source, sources
from archive.preservation.blocks import media_of
from archive.preservation.fixity import read_blocks
from archive.preservation.space import content_at
from storage.digests import BLOCK
from storage.errors import TargetError

log = logging.getLogger(__name__)

LARGEST_DOCUMENT: Final = 64 * BLOCK
TRIES: Final = 2
"""How often a place is asked for a block, or for digests, that no other gives."""
PATIENCE_S: Final = 8.0
"""Seconds that a target has for its first block while there are others to ask; stores may be silent for a minute."""
KEPT: Final = 32
"""Films whose digests of blocks are kept in memory, some 110 kB for each GiB of film."""

Digests = tuple[str, ...]


class _Wrong(Exception):
    """A place gave fewer bytes than were asked for, or other ones; the text says which."""


_known, _knowing = OrderedDict[str, Digests](), Lock()


def digests_of(archive: Archive, sealed: SealedVersion) -> Digests | None:
    """The sha256 of every MiB of the media that a version brought; None if nobody took them.

    Raises NotHere where they are nowhere to be read as they were sealed.
    """
    media = media_of(sealed)
    if media is None:
        return None
    with _knowing:
        if media.blocks_sha512 in _known:
            _known.move_to_end(media.blocks_sha512)
            return _known[media.blocks_sha512]
    document = content_at(archive, sealed, media.blocks, media.blocks_sha512)
    said = "no copy of them has been read back yet"
    for source in sources(archive, document) * TRIES:
        try:
            with source.open(0, LARGEST_DOCUMENT) as body:
                data = body.read(LARGEST_DOCUMENT)
        except (TargetError, OSError) as error:
            said = _at(source, error)
        else:
            if sha512(data).hexdigest() == document.sha512:
                return _remembered(media.blocks_sha512, read_blocks(data))
            said = f"{source.name} has other ones than were sealed"
        log.warning("%s: %s", document.key, said)
        if source.where:
            ANSWERS.failed(source.where)
    raise NotHere(f"{sealed.object}: the digests of its blocks cannot be read: {said}")


def _remembered(sha512: str, digests: Digests) -> Digests:
    with _knowing:
        _known[sha512] = digests
        while len(_known) > KEPT:
            _known.popitem(last=False)
        return digests


def compared(
    places: Sequence[Source],
    digests: Digests | None,
    size: int,
    span: tuple[int, int],
    *,
    film: str,
    answers: Answers = ANSWERS,
) -> Generator[bytes, None, None]:
    """The bytes of a span (start, end) of a film of `size`, in blocks of at most a MiB, after an empty one.

    A place that is silent for `PATIENCE_S` is left for the others, and waited for once they have failed.
    The empty one says that the first block is at hand: until then nothing was promised to whoever asks. A place that
    does not give a block is asked for it once more where no other gives it, for a line may alter bytes. Where there are
    no `digests` the number of bytes alone is compared. Raises NotHere where no place gives a block. `film` is what
    errors call it.
    """
    at, end = span
    if at >= end:
        yield b""
        return
    order, wrong, failed, begun = deque(places), dict[str, str](), Counter[str](), False
    while at < end:
        source = min(order, key=lambda one: failed[one.name], default=None)  # of equals the first
        if source is None or failed[source.name] == TRIES:
            raise NotHere(f"{film}: {'; '.join(wrong.values()) or 'no copy of it has been read back yet'}")
        gave, others = False, any(not failed[one.name] for one in order if one is not source)
        given = _from(source, digests, size, (at, end), answers)
        try:
            with closing(_soon(given, PATIENCE_S) if source.where and others else given) as blocks:
                for block in blocks:
                    if not begun:
                        begun = True
                        yield b""
                    at, gave = at + len(block), True
                    failed.clear()
                    yield block
        except (TargetError, OSError, _Wrong) as error:
            said = _at(source, error)
            log.warning("%s, at byte %d: %s", film, at, said)
            order.remove(source)
            order.append(source)
            if not gave:
                wrong[source.name] = said
                failed[source.name] += 1
                if source.where:
                    answers.failed(source.where)


def _from(
    source: Source, digests: Digests | None, size: int, span: tuple[int, int], answers: Answers
) -> Generator[bytes, None, None]:
    """The bytes of a span from one place. Raises _Wrong, TargetError or OSError at the first block that it lacks."""
    start, end = span
    number, last = start // BLOCK, -(-end // BLOCK)
    since = monotonic()
    with source.open(number * BLOCK, min(size, last * BLOCK)) as body:
        for n in range(number, last):
            first, wanted = n * BLOCK, min(BLOCK, size - n * BLOCK)
            block = body.read(wanted)
            if len(block) < wanted:
                raise _Wrong(f"it ends at byte {first + len(block):,} of {size:,}")
            if digests is not None and (n >= len(digests) or sha256(block).hexdigest() != digests[n]):
                raise _Wrong(f"the MiB block {n} is not what it was")
            if n == number and source.where:
                answers.took(source.where, monotonic() - since)
            yield block[max(0, start - first) : end - first]


def _soon(blocks: Generator[bytes, None, None], seconds: float) -> Generator[bytes, None, None]:
    """The same blocks. Raises _Wrong where the first does not come in so many seconds; they end whenever it does."""
    first = Future[bytes]()

    def begin() -> None:
        try:
            first.set_result(next(blocks))
        except BaseException as error:  # it is raised where the block is waited for
            first.set_exception(error)

    Thread(target=begin, name="first block", daemon=True).start()
    if not wait([first], seconds).done:
        first.add_done_callback(lambda _: blocks.close())
        raise _Wrong(f"it gave nothing for {seconds:g} s")
    with closing(blocks):
        yield first.result()
        yield from blocks


def _at(source: Source, error: Exception) -> str:
    return str(error) if isinstance(error, TargetError) else f"{source.name}: {error}"
