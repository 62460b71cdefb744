"""A part of a stage as it is handed to a worker of a pool, and what comes of it; both lie in the ledger as JSON."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict

from archive.errors import ArchiveError
from archive.settings.source_stanzas import FolderSettings
from archive.steps.counted_steps import Tally
from archive.steps.run_session import RunSession
from archive.steps.stages import STAGES, STORE, Asked, Part, Stage, in_turn
from archive.steps.storing import owed

_BY_NAME = {stage.name: stage for stage in STAGES}


class PartFailed(ArchiveError):
    """A worker could not do its part: its error, in its words and with its exit code."""

    def __init__(self, words: str, exit_code: int) -> None:
        super().__init__(words)
        self.exit_code = exit_code


class HandedPart(BaseModel):
    """A part, and what of a run's asking concerns it: ids, and names of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str | None = None
    clips: tuple[str, ...] = ()
    fast: bool = False
    retry: bool = False
    again: bool = False
    look: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: Asked, part: Part) -> "HandedPart":
        """What a worker is to be told."""
        look = tuple(clip for clip in asked.look if clip in part.clips)
        return cls(
            source=part.source, clips=part.clips, fast=asked.fast, retry=asked.retry, again=asked.again, look=look
        )

    @property
    def asked(self) -> Asked:
        """The same as what a run is asked for: the worker computes anew what of it is due."""
        return Asked(
            sources=(self.source,) if self.source else (),
            clips=frozenset(self.clips) if self.clips else None,
            fast=self.fast,
            retry=self.retry,
            again=self.again,
            look=self.look,
        )


class Outcome(BaseModel):
    """What came of a part: counts and problems, or the error that ended it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    counts: dict[str, int] = {}
    problems: tuple[str, ...] = ()
    error: str | None = None
    exit_code: int = 1

    @classmethod
    def of(cls, tally: Tally) -> "Outcome":
        """The outcome of a part that was done."""
        counts: dict[str, Any] = asdict(tally)
        return cls(problems=counts.pop("problems"), counts={name: count for name, count in counts.items() if count})

    @classmethod
    def of_error(cls, error: Exception) -> "Outcome":
        """The outcome of a part that could not be done."""
        if isinstance(error, ArchiveError):
            return cls(error=str(error), exit_code=error.exit_code)
        return cls(error=f"{type(error).__name__}: {error}")

    @property
    def tally(self) -> Tally:
        """What was done. Raises PartFailed."""
        if self.error is not None:
            raise PartFailed(self.error, self.exit_code)
        found: dict[str, Any] = {**self.counts, "problems": self.problems}
        return Tally(**found)


def is_handed(session: RunSession, stage: Stage, part: Part) -> bool:
    """Whether a part goes to a pool. What lies on a disk of this machine is read by the run that has it.

    Where no target is owed anything, the run itself finds that out sooner than a worker starts.
    """
    if stage.pool is None or (stage is STORE and not any(owed(session.archive).values())):
        return False
    return not isinstance(session.archive.settings.sources.get(part.source or ""), FolderSettings)


def do_handed(session: RunSession, stage: str, body: str) -> Tally:
    """Do what is still due of a part that was handed to this worker. Raises PartFailed for a stage of another version.

    What was done meanwhile, by whomever, is not done again.
    """
    if stage not in _BY_NAME:
        raise PartFailed(f"there is no stage {stage!r} here: the run is of another version of thirdcopy", 1)
    return _BY_NAME[stage].due(session, HandedPart.model_validate_json(body).asked, in_turn)
