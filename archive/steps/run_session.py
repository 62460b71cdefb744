"""What the stages of one run share: an opened archive, the targets that are ready, one loaded model, the registers."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from archive.linking.registers.columns import RegisterError
from archive.opening.archive import Archive
from archive.preservation.usable_targets import UsableTargets
from archive.settings.transcription_stanza import TranscriptionSettings
from archive.sources import open_source
from archive.sources.contract import Source
from archive.steps.linking import load_known, prepare_registers
from archive.steps.registering import load_registers
from archive.texts.known_words import known_words
from storage.errors import TargetError

if TYPE_CHECKING:
    from archive.linking.index import RegisterIndex
    from transcription.hearing.track_reading import TrackReader

Made = TypeVar("Made")
LOOK_FOR_SLOT = 1.0
"""Seconds between two looks for a free slot of a source."""


def load_reader(told: TranscriptionSettings) -> "TrackReader":
    """Load the model. Raises ModelError."""
    from transcription.hearing.track_reading import TrackReader  # CTranslate2 takes a second to import

    return TrackReader(told.options, measured=told.measured)


class Once(Generic[Made]):
    """Made when it is first asked for, once, whoever asks; an error in making it is raised again at each asking."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make, self._lock = make, Lock()
        self._made: Future[Made] | None = None

    def __call__(self) -> Made:
        """What was made."""
        with self._lock:
            if self._made is None:
                made = Future[Made]()
                try:
                    made.set_result(self._make())
                except Exception as error:
                    made.set_exception(error)
                self._made = made
        return self._made.result()


class RunSession:
    """One run's things. `reader` gives the loaded models, `indexes` the registers' newest snapshots, to be searched.

    `source` gives a source of the settings, one for the whole run: it keeps the time between two fetches. Asking for
    one raises SettingsError; for the model, ModelError; for the registers, RegisterError and KnownPeopleError.
    `ended_well` is whether a run of everything did so in this session.
    """

    def __init__(
        self,
        archive: Archive,
        usable_targets: UsableTargets,
        *,
        load: Callable[[TranscriptionSettings], "TrackReader"] = load_reader,
    ) -> None:
        self.archive, self.usable_targets = archive, usable_targets
        self.reader = Once(lambda: self._knowing(load(archive.settings.transcription)))
        self.indexes = Once(self._indexes)
        self.ended_well = False
        self._sources, self._lock = dict[str, Source](), Lock()
        self._at_once = {name: BoundedSemaphore(one.at_once) for name, one in archive.settings.sources.items()}

    def source(self, name: str) -> Source:
        """A source of the settings. Raises SettingsError."""
        with self._lock:
            if name not in self._sources:
                self._sources[name] = open_source(self.archive, name)
            return self._sources[name]

    @contextmanager
    def at_source(self, name: str, patience: float) -> Iterator[bool]:
        """Be one of those that are at a source while the block runs, of `at_once` in this process and over all workers.

        Others of this process are waited for; those elsewhere for `patience` seconds, and then it says False. Raises
        SettingsError for a source that the settings do not have.
        """
        if name not in self._at_once:
            self.source(name)
        claims, slots = self.archive.ledger.claims, self.archive.settings.sources[name].at_once
        with self._at_once[name], ExitStack() as stack:
            deadline = time.monotonic() + patience
            while not (free := stack.enter_context(claims.slot(f"source:{name}", slots))):
                if time.monotonic() > deadline:
                    break
                time.sleep(LOOK_FOR_SLOT)
            yield free

    def _knowing(self, reader: "TrackReader") -> "TrackReader":
        """The models, with the words that are known of languages which are told by reading."""
        if reader.hidden:
            reader.know(known_words(self.archive, self.archive.settings.transcription.languages, self._names()))
        return reader

    def _names(self) -> Iterator[str]:
        """The names of the registers; of one that cannot be had now it is said, and the others tell."""
        try:
            registers = load_registers(self.archive, self.usable_targets.readable)
        except (RegisterError, TargetError) as error:
            self.archive.progress.say(f"names of registers tell no language now: {error}")
            return
        yield from (name for one in registers.values() for entry in one.entries for name in entry.names)

    def _indexes(self) -> "dict[str, RegisterIndex]":
        registers = load_registers(self.archive, self.usable_targets.readable)
        return prepare_registers(registers, load_known(self.archive.settings))
