"""A report: what should be there against what is, counted for each source and month, and what is missing by name.

Every number is of expected items, each counted once. An item is a clip that a source lists or listed, or that is held;
or a video of a list that is no such clip. The numbers reconcile, and a document in which they do not is none:

- `expected` = `held` + all of `unheld`
- `held` = `safe` + all of `unsafe`, and `proven` is a part of `safe`
- `held` = `transcribed` + all of `untranscribed`; each of `languages` is a part of `transcribed`, and together they
  are all of it, a clip in two languages being in both
- `held` = `linked` + all of `unlinked`, and `judged` is a part of `linked`
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, PositiveInt, model_validator

from archive.records.record import Moment, Record

REPORT, ROWS, MISSING = "report.json", "rows.jsonl", "missing.jsonl"
"""The files of a report's object."""

UNDATED = "undated"
NO_SOURCE = "none"
"""The source of a clip that nobody lists: somebody only gave it an access level."""

Unheld = Literal[
    "waits", "gone", "no_access", "refused", "not_yet", "passing", "outdated", "damaged", "barred", "fork", "unknown",
    "perhaps", "nowhere",
]  # fmt: skip
"""Why an item is not held: `waits` to be fetched for the first time; how its fetch failed last; or, of a list's video
that no source lists, `nowhere`, or `perhaps` held as what is only alike."""
Unsafe = Literal["too_few", "not_spread"]
"""Fewer copies have arrived than are asked for, or enough that lie with too few providers, countries, key holders."""
Untranscribed = Literal["failed", "due"]
Unlinked = Literal["no_links", "due"]
"""Looked at, and nothing names an entry; or not looked at since what was read in it changed."""
Lack = Literal[Unheld, Unsafe]
NUMBERS = ("expected", "held", "safe", "proven", "transcribed", "linked", "judged")
"""The steps of an item's way, in their order."""
NO_SPEECH = "none"
"""The language of a clip that was read and in which nobody speaks."""

Natural = Annotated[int, Field(ge=0)]


def month_of(day: str | None) -> str | None:
    """The month, YYYY-MM, of a day that a source says, as YYYYMMDD or with hyphens; None for what is none.

    A year before 1900 or after 2099 is a slip, or a stranger's joke.
    """
    found = _DAY.match(day or "")
    return f"{found[1]}-{found[2]}" if found else None


_DAY = re.compile(r"((?:19|20)[0-9]{2})-?(0[1-9]|1[0-2])(?:-?[0-9]{2})?$")


class Counts(Record):
    """Expected items by how far they came. Of a dictionary, what there is none of is left out.

    `first_seen` are those of them that are in the month in which they were first seen, as nobody says when they were
    published. `proven` are clips whose every version was read again at as many targets as make them safe. `judged` are
    clips all of whose links somebody judged.
    """

    expected: Natural = 0
    first_seen: Natural = 0
    held: Natural = 0
    unheld: dict[Unheld, PositiveInt] = Field(default_factory=dict)
    safe: Natural = 0
    unsafe: dict[Unsafe, PositiveInt] = Field(default_factory=dict)
    proven: Natural = 0
    transcribed: Natural = 0
    untranscribed: dict[Untranscribed, PositiveInt] = Field(default_factory=dict)
    languages: dict[str, PositiveInt] = Field(default_factory=dict, description="by code; none is nobody's speech")
    linked: Natural = 0
    unlinked: dict[Unlinked, PositiveInt] = Field(default_factory=dict)
    judged: Natural = 0

    @model_validator(mode="after")
    def _reconciles(self) -> Self:
        languages = self.languages.values()
        sums = {
            "expected is held and unheld": self.expected == self.held + sum(self.unheld.values()),
            "held is safe and unsafe": self.held == self.safe + sum(self.unsafe.values()),
            "held is transcribed and not": self.held == self.transcribed + sum(self.untranscribed.values()),
            "held is linked and not": self.held == self.linked + sum(self.unlinked.values()),
            "proven is safe": self.proven <= self.safe,
            "judged is linked": self.judged <= self.linked,
            "first_seen is expected": self.first_seen <= self.expected,
            "languages are those of what is transcribed": max(languages, default=0)
            <= self.transcribed
            <= sum(languages),
        }
        if wrong := [what for what, holds in sums.items() if not holds]:
            raise ValueError(f"numbers that do not reconcile: {'; '.join(wrong)}")
        return self

    @property
    def missing(self) -> int:
        """Items that are not held, and clips that are held and not safe."""
        return self.expected - self.safe

    @classmethod
    def together(cls, some: Iterable["Counts"]) -> "Counts":
        """The sum of some."""
        numbers, parts = Counter[str](), {name: Counter[str]() for name in PARTS}
        for one in some:
            for name in _PLAIN:
                numbers[name] += getattr(one, name)
            for name in PARTS:
                parts[name].update(getattr(one, name))
        return cls.model_validate({**numbers, **{name: dict(sorted(found.items())) for name, found in parts.items()}})


PARTS = ("unheld", "unsafe", "untranscribed", "languages", "unlinked")
_PLAIN = tuple(name for name in Counts.model_fields if name not in PARTS)
LACKS: tuple[Lack, ...] = (*get_args(Unheld), *get_args(Unsafe))


class ReportRow(Record):
    """A line of `rows.jsonl`: the items of one source, or of a list as `list NAME`, and one month.

    `month` is that of publication as the source says, YYYY-MM, else that in which the item was first seen, in UTC; of a
    video of a list, that of the list; `undated` where there is neither.
    """

    source: str
    month: str = Field(pattern=r"^([0-9]{4}-(0[1-9]|1[0-2])|undated)$")
    counts: Counts


class Missing(Record):
    """A line of `missing.jsonl`: an item that is not held, or held and not safe, and why.

    `name` is the clip's id, or of a list's video its address in canonical form. No title: a report may go where a clip
    may not.
    """

    name: str
    source: str
    month: str
    lacks: Lack


class Asked(Record):
    """What was asked of copies when a report was drawn up: `targets` are those whose copies count."""

    minimum_copies: int
    provider: int
    country: int
    key_holder: int
    targets: tuple[str, ...]


class Report(Record):
    """`report.json`: the totals, by source too, and the digests of `rows.jsonl` and `missing.jsonl`.

    `uncounted` are lists whose videos could not be read when it was drawn up, and why: they are in no number.
    """

    schema_version: Literal[1] = 1
    report: str
    ledger: str
    archive: str
    written: Moment
    agent: str
    asked: Asked
    totals: Counts
    sources: dict[str, Counts]
    uncounted: dict[str, str] = Field(default_factory=dict)
    rows: int = Field(description="lines in rows.jsonl")
    rows_sha256: str
    missing: int = Field(description="lines in missing.jsonl")
    missing_sha256: str

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if Counts.together(self.sources.values()) != self.totals:
            raise ValueError("the totals are not the sum of the sources")
        if self.missing != self.totals.missing:
            raise ValueError("what is missing by name is not what is missing by number")
        return self

    def says_as(self, other: "Report") -> bool:
        """Whether it says the same of the archive, whenever that was."""
        return all(getattr(self, name) == getattr(other, name) for name in _SAID)


_SAID = ("asked", "uncounted", "rows_sha256", "missing_sha256")
