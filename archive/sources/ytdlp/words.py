"""The rules of `words.toml`: what the words of platforms and of yt-dlp mean, in the order in which they are tried."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from archive.errors import FailureKind
from archive.word_files import read_words

FILE = Path(__file__).parent / "words.toml"

Sign = Literal["not_live", "blocked_here"]
"""What the reader of a site says of itself: not broadcast yet, not shown in this country."""


def _expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from None
    return pattern


class Rule(BaseModel):
    """One rule; see the head of the file. It fits where any of its three signs is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    means: FailureKind
    pattern: Annotated[str, AfterValidator(_expression)] | None = None
    statuses: tuple[Annotated[str, Field(pattern=r"^[1-5](xx|\d\d)$")], ...] = ()
    sign: Sign | None = None
    seen: Annotated[str, Field(pattern=r"^\d{4}\.\d{1,2}\.\d{1,2}$")]
    example: Annotated[str, Field(min_length=1)]
    then: str | None = None

    @model_validator(mode="after")
    def _can_fit(self) -> Self:
        if not (self.pattern or self.statuses or self.sign):
            raise ValueError("it fits nothing: give it a pattern, statuses or a sign")
        return self

    def fits(self, text: str, status: int | None, signs: tuple[Sign, ...]) -> bool:
        """Whether words, a status, if one came, or what the site's reader says of itself are this rule's."""
        return (
            (self.sign is not None and self.sign in signs)
            or (status is not None and (str(status) in self.statuses or f"{status // 100}xx" in self.statuses))
            or (self.pattern is not None and re.search(self.pattern, text, re.I | re.S) is not None)
        )


class Words(BaseModel):
    """All rules, the first first; `placeholders` are what a list has for the title of a video that it does not show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    placeholders: tuple[str, ...] = ()
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]


@cache
def words() -> Words:
    """The words of the package, read once. Raises WordsError."""
    return read_words(FILE, Words)
