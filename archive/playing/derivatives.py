"""Light derivatives of films, made on demand: a few side by side, each once, and none again that failed."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from hashlib import sha512
from pathlib import Path
from threading import Event, Lock
from time import monotonic
from typing import Final

from archive.errors import ArchiveError, NotHere
from archive.opening.archive import Archive
from archive.playing.derivative_shelf import Derivative, Shelf
from archive.playing.films import Film, film_of
from archive.preservation.space import need_space
from storage.errors import TargetError
from transcription.documents.players import keeps_its_clock
from transcription.errors import MediaError, TranscriptionError
from transcription.media.light_copies import RECIPE, Original, light_copy, most_bytes, unfinished
from transcription.media.probing_media import probe, survey

log = logging.getLogger(__name__)

WAITING: Final = 20
"""Films that may wait for their turn; who asks for more is told to come again."""
AGAIN_S: Final = 60.0
"""Seconds for which it is not tried again what failed for a reason that may pass."""
BRINGING: Final = 0.1
"""The share of the work that it counts for to have the original at hand."""


@dataclass(frozen=True)
class UnderWay:
    """A derivative that is being made, or waits for its turn; `share` is how much is done, 0 to 1."""

    share: float


@dataclass(frozen=True)
class NotMade:
    """Why there is no derivative, in a sentence; `lasting` where asking again changes nothing.

    What is lasting is the film's; what may pass may name targets and folders of ours, for whoever keeps them.
    """

    why: str
    lasting: bool


class _TooLarge(Exception):
    """A copy of the film, which is longer than was said, is more than all copies may be."""


class _Stopped(Exception):
    """Nobody waits any more."""


class Derivatives:
    """The derivatives of an archive: `gib` in all at most, `at_once` made side by side. To be closed."""

    def __init__(self, archive: Archive, *, gib: float, at_once: int, clock: Callable[[], float] = monotonic) -> None:
        self._archive, self._clock = archive, clock
        self._shelf = Shelf(archive.state / "derivatives", round(gib * 2**30))
        self._at_once, self._pool = at_once, ThreadPoolExecutor(at_once, thread_name_prefix="derivative")
        self._lock, self._stop = Lock(), Event()
        self._shares = dict[str, float]()
        self._passing = dict[str, tuple[str, float]]()
        self._too_large = dict[str, str]()

    def made(
        self, clip: str, version: int | None = None, *, track: int | None = None
    ) -> Derivative | UnderWay | NotMade:
        """The derivative of a clip's film; one that there is not is begun.

        It has the film's first sound, as a browser would play, or that of `track`. Raises NotHere as `film_of` does,
        and where there is no such track.
        """
        film = film_of(self._archive, clip, version)
        if track not in (None, *(stream.index for stream in film.streams if stream.kind == "audio")):
            raise NotHere(f"{clip} has no sound in track {track}")
        name = f"{film.sha256}-{RECIPE}" + ("" if track is None else f"-track{track}")
        if found := self._shelf.find(name):
            return found
        if why := self._shelf.failure(name) or self._shelf.never_fits(most_bytes(film.duration)):
            return NotMade(why, lasting=True)
        with self._lock:
            if why := self._too_large.get(name):
                return NotMade(why, lasting=True)
            if name in self._shares:
                return UnderWay(self._shares[name])
            why, until = self._passing.pop(name, ("", 0.0))
            if self._clock() < until:
                self._passing[name] = why, until
                return NotMade(why, lasting=False)
            if len(self._shares) >= self._at_once + WAITING:
                return NotMade("too many films wait for their derivatives: try again later", lasting=False)
            if not self._shelf.mine():
                return NotMade("another process makes the derivatives of this archive", lasting=False)
            if found := self._shelf.find(name):
                return found
            self._shares[name] = 0.0
            self._pool.submit(self._make, film, name, track)
        return UnderWay(0.0)

    def close(self) -> None:
        """End what is under way, and forget it."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)
        self._shelf.leave()

    def _make(self, film: Film, name: str, track: int | None) -> None:
        brought, made = (self._shelf.making / f"{name}.{ending}" for ending in ("original", "part"))
        try:
            with ExitStack() as rooms:  # before anything is brought, which may take long and be in vain
                expected = most_bytes(film.duration)
                need_space(self._archive, expected)
                rooms.enter_context(self._shelf.room(name, expected))
                self._bring(film, name, brought)
                media = probe(brought)
                original = Original(brought, media, survey(brought, media, timeout=300 + media.duration), track)
                coming = most_bytes(original.survey.duration)
                if why := self._shelf.never_fits(coming):
                    raise _TooLarge(why)
                need_space(self._archive, coming)
                rooms.enter_context(self._shelf.room(f"{name}, longer than said", max(0, coming - expected)))
                with closing(light_copy(original, made)) as shares:
                    for share in shares:
                        self._done(name, BRINGING + (1 - BRINGING) * share)
                self._shelf.keep(name, made, ahead=ahead_of(original))
        except _Stopped:
            pass
        except _TooLarge as error:
            log.warning("%s: no derivative can be made: %s", film.clip, error)
            with self._lock:
                self._too_large[name] = str(error)
        except MediaError as error:
            self._shelf.fail(name, error.message)
            log.warning("%s: no derivative can be made: %s", film.clip, error.message)
        except (ArchiveError, TargetError, TranscriptionError, OSError) as error:
            log.warning("%s: no derivative was made: %s", film.clip, error)
            self._passes(name, str(error))
        except Exception:  # nobody waits for what a thread raises, and a film is a stranger's
            log.exception("%s: no derivative was made", film.clip)
            self._passes(name, "something failed that should not: the log of the reading room says what")
        finally:
            for left in (brought, *unfinished(made)):
                left.unlink(missing_ok=True)
            with self._lock:
                self._shares.pop(name, None)

    def _passes(self, name: str, why: str) -> None:
        with self._lock:
            self._passing[name] = why, self._clock() + AGAIN_S

    def _bring(self, film: Film, name: str, into: Path) -> None:
        """Have an original as a file of our own: the spool's, or read from the nearest copies. Raises NotHere."""
        if film.file.is_spooled():
            with suppress(OSError):  # a file system without links
                os.link(film.file.local, into)
                return
        need_space(self._archive, film.size)
        digest, read = sha512(), 0
        with closing(film.read()) as blocks, into.open("wb") as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
                read += len(block)
                self._done(name, BRINGING * read / film.size)
        if digest.hexdigest() != film.sha512:
            raise NotHere(f"{film.clip}: what was read of its film is not the original")

    def _done(self, name: str, share: float) -> None:
        if self._stop.is_set():
            raise _Stopped
        with self._lock:
            self._shares[name] = max(share, self._shares[name])


def ahead_of(film: Original) -> float:
    """The seconds that a derivative's clock is ahead of that of a browser that plays the original."""
    start, sound = film.media.start, film.sound
    begins = start if keeps_its_clock(film.media.container, sound.codec if sound else None) else 0.0
    return round(start - film.zero - begins, 3)
