"""What was seen of a clip at its source whenever it was looked for."""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from archive.records.object_ids import CLIP
from archive.records.record import Moment, Record

Availability = Literal["up", "gone", "no_access", "refused", "not_yet", "passing", "unknown"]
"""What a source's answer means for a clip.

`refused` is said of us and not of the clip, `passing` of the way to it; `unknown` are words that no rule knows.
"""

TELLING: tuple[Availability, ...] = ("up", "gone", "no_access", "not_yet")
"""What says something of the clip itself; the others are kept beside it, and change nothing."""

WORDS_AT_MOST = 500

_FRAME = re.compile(r"^\[[\w:.+-]+\] (?:[^\s:]+: )?(?:Unable to download [\w ]+: (?=HTTP Error ))?")
_CAUSE = re.compile(r" \(caused by <[^<>]*>\)")


def unframed(words: str) -> str:
    """What a source said, as a person reads it: without yt-dlp's reader and id before it, and the cause once more."""
    return _CAUSE.sub("", _FRAME.sub("", words)) or words


def reason(message: str) -> str:
    """Why a clip could not be fetched, out of the message of a failure: its own words, and what follows from them."""
    return unframed(message.rpartition("could not be fetched: ")[2])


class Sighting(Record):
    """A span of sightings of one clip that say the same: the first, the last, and how many.

    `words` are the source's own, without what may sign an address; a clip that is up has none. `network` is the label
    of the network that asked, `tool` the program that asked first, with its version. What says something of the clip
    and what does not are spans beside each other: a night on which the source was away ends none in which it was up.
    """

    clip: str = Field(pattern=f"^{CLIP}$")
    source: str = Field(max_length=64)
    availability: Availability
    words: str = Field(default="", max_length=WORDS_AT_MOST)
    network: str = Field(max_length=64)
    tool: str = Field(max_length=64)
    first: Moment
    last: Moment
    times: int = Field(ge=1, le=1_000_000_000)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("its last is before its first")
        return self
