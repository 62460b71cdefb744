"""What was seen of a clip at its source whenever it was looked for."""

from typing import Literal

from pydantic import Field

from archive.records.record import Moment, Record

Availability = Literal["up", "gone", "no_access", "refused", "not_yet", "passing", "unknown"]
"""What a source's answer means for a clip.

`refused` is said of us and not of the clip, `passing` of the way to it; `unknown` are words that no rule knows.
"""

WORDS_AT_MOST = 500


class Sighting(Record):
    """A span of sightings of one clip that say the same: the first, the last, and how many.

    `words` are the source's own, without what may sign an address; a clip that is up has none. `network` is the label
    of the network that asked, `tool` the program that asked first, with its version.
    """

    clip: str
    source: str
    availability: Availability
    words: str = Field(default="", max_length=WORDS_AT_MOST)
    network: str
    tool: str
    first: Moment
    last: Moment
    times: int = Field(ge=1)
