"""What a target was seen to do, as data: one question, one answer, and what was seen."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["can", "cannot", "pretends"]
"""`pretends`: it answers as if it had done what was asked, and had not."""


@dataclass(frozen=True)
class Trait:
    """The answer to one question; `name` goes on after the verdict's word, as in "can answer a range with 206"."""

    name: str
    verdict: Verdict
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the target really does it."""
        return self.verdict == "can"
