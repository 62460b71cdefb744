"""What the tasks of one process share: an opened archive, the lease, the targets that are ready, one loaded model."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archive.late import mend_roots, remember_late_writer
from archive.linking.registers.register import Register
from archive.opened import Archive, opened
from archive.progress import Progress
from archive.readiness import Readiness, ready
from archive.settings import Settings
from archive.steps.linking import load_known, prepare_registers
from archive.steps.registering import load_registers
from archive.steps.storing import sweep
from archive.steps.transcribing import Engine
from archive.working import at_work
from transcription.records import Options

if TYPE_CHECKING:
    from archive.linking.index import RegisterIndex


@dataclass
class Session:
    """One run's things. The model and the register's index are made when first asked for, once."""

    archive: Archive
    readiness: Readiness
    _engine: Engine | None = None
    _registers: dict[str, Register] | None = None
    _indexes: "dict[str, RegisterIndex] | None" = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def engine(self) -> Engine:
        """The loaded model."""
        with self._lock:
            if self._engine is None:
                self._engine = load_engine(self.archive.settings.transcription)
            return self._engine

    def registers(self) -> dict[str, Register]:
        """The newest snapshots of the registers, read. Raises RegisterError."""
        if self._registers is None:
            self._registers = load_registers(self.archive, self.readiness.readable)
        return self._registers

    def indexes(self) -> "dict[str, RegisterIndex]":
        """The registers, ready to be searched."""
        with self._lock:
            if self._indexes is None:
                self._indexes = prepare_registers(self.registers(), load_known(self.archive.settings))
            return self._indexes


def load_engine(options: Options) -> Engine:
    """Load the model. Raises ModelError."""
    from transcription.whisper import Whisper  # CTranslate2 takes a second to import

    return Whisper(options)


@contextmanager
def writing(
    settings: Settings, progress: Progress, *, take_over: bool = False, emptied: Collection[str] = ()
) -> Iterator[Session]:
    """A session that may write: it holds the lease, and the targets are ready. Raises RefusedError, SettingsError."""
    with opened(settings, progress) as archive, at_work(archive) as taken_away:
        sweep(archive)
        if taken_away:
            remember_late_writer(archive)
        readiness = ready(archive, take_over=take_over, emptied=emptied)
        mend_roots(archive, readiness.writable)
        yield Session(archive, readiness)
