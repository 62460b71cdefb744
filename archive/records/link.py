"""Links of clips to entries, with their evidence, and people's judgements on them."""

from hashlib import sha256
from typing import Literal

from pydantic import Field

from archive.records.record import Moment, Record

Verdict = Literal["positive", "negative", "unsure"]
Decision = Literal["positive", "negative", "unsure", "withdrawn"]
Method = Literal["cited", "numbered", "named"]
Tier = Literal["A", "B", "C"]
Role = Literal["subject", "testifier", "relative", "other"]


def link_id(clip: str, register: str, entry: str) -> str:
    """The id of the link between a clip and an entry: the first 16 hex digits of the sha256 over both."""
    return sha256("\n".join((clip, register, entry)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Alternative(Record):
    """Another entry that the same mention could mean."""

    entry: str
    score: float


class Passage(Record):
    """Where a mention stands.

    `where` is a field of the capture (`title`, `description`, `tags`), a transcript by its name, `url`, the clip's
    own address that an entry cites, or `stated`, such an address that a disk states of the clip's file.

    `start` and `end` are seconds in the media, absent for words that nobody said; `offset` counts code points in
    the passage's text.
    """

    where: str
    quote: str
    offset: int
    start: float | None = None
    end: float | None = None


class Evidence(Record):
    """One part of what a link's score is made of: what it is, what was found, and what that weighs.

    `weight` is in log-odds to the base e: above 0 it speaks for the link, below 0 against it. `found` is masked.
    """

    part: str
    weight: float
    found: str


class Link(Record):
    """The claim that a clip, or seconds of it, concerns an entry of a register: one link a clip and entry.

    `where`, `quote`, `offset`, `start` and `end` are those of the strongest passage (see Passage), `further` the other
    passages that support it. `score` is 0 to 1, ordered within a tier; `evidence` says what it is made of. `namesakes`
    counts the other entries whose name the passage fits as well, `margin` is the score's distance to the next one's.
    `entry_sha256` is the digest of the entry as it was linked, so that a change of it is seen; it is empty where the
    register has the entry no more. At no judgement until a
    person gives one. `proposed` is false where the latest rules propose it no more, and only its judgements keep it.
    """

    id: str
    clip: str
    register_name: str
    register_sha256: str
    entry: str
    entry_sha256: str | None = None
    method: Method
    tier: Tier
    role: Role
    score: float = Field(ge=0, le=1)
    where: str
    quote: str
    offset: int
    start: float | None = None
    end: float | None = None
    further: tuple[Passage, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    namesakes: int = Field(default=0, ge=0)
    margin: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    conflict: str | None = Field(
        default=None, description="what disagrees, where a number and a name point at two entries"
    )
    rules: str = Field(description="name and version of the rules that proposed it")
    proposed: bool = True


class Judgement(Record):
    """What a person decided about a link: append-only; the newest one of each person counts.

    `withdrawn` takes that person's verdict back. `was` is their verdict before, null where they had none.
    `entry_sha256` is the digest of the entry as that person saw it, null where nobody noted it. `evidence` are the
    digests of the pieces of evidence that they saw, none where nobody noted
    them.
    """

    link: str
    verdict: Decision
    by: str
    at: Moment
    why: str | None = None
    was: Verdict | None = None
    entry_sha256: str | None = None
    evidence: tuple[str, ...] = ()
