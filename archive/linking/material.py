"""What linking reads of a clip, and each of its texts with where its words stand. Pure."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from archive.linking.finding.numbers.conventions import Position, conventions
from archive.masks import mask
from archive.records.link import Passage


@dataclass(frozen=True, slots=True)
class Utterance:
    """A piece of a transcript: `start` and `end` in seconds, and what was said."""

    start: float
    end: float
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class DisksWord:
    """The address that a clip's file came from as a disk says, where no other can be meant; and the clip at it.

    `sources` are those that say so of the same bytes: two are two witnesses.
    """

    url: str
    clip: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What linking reads of a clip: its addresses, its own words, and its transcripts by name."""

    clip: str
    urls: tuple[str, ...] = ()
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    transcripts: tuple[tuple[str, tuple[Utterance, ...]], ...] = ()
    stated: tuple[DisksWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A field or a transcript as one text; `starts` are the offsets at which its utterances begin."""

    where: str
    text: str
    masked: str
    utterances: tuple[Utterance, ...] = ()
    starts: tuple[int, ...] = ()
    elsewhere: tuple[Position, ...] = ()
    """Where bare numbers are entries, as the clip's other own words say; see `conventions`."""

    def passage(self, start: int, end: int) -> Passage:
        """The words from `start` to `end`, masked, with their seconds where they were said."""
        quote = self.masked[start:end]
        if not self.utterances:
            return Passage(where=self.where, quote=quote, offset=start)
        first = self.utterances[bisect_right(self.starts, start) - 1]
        last = self.utterances[bisect_right(self.starts, max(start, end - 1)) - 1]
        return Passage(where=self.where, quote=quote, offset=start, start=first.start, end=max(last.end, first.start))


def texts(material: Material) -> Iterator[Text]:
    """Each field that has words, then each transcript, whose utterances are joined by one space.

    What the description says of the numbers holds in the title and the tags too, and the other way round; what is
    spoken stands for itself.
    """
    own = (("title", material.title), ("description", material.description), ("tags", "\n".join(material.tags)))
    said = {where: [one.position for one in conventions(text)] for where, text in own if text}
    for where, text in own:
        if text:
            others = dict.fromkeys(place for field, places in said.items() if field != where for place in places)
            yield Text(where, text, mask(text), elsewhere=tuple(others))
    for name, utterances in material.transcripts:
        if utterances:
            text = " ".join(u.text for u in utterances)
            starts = accumulate((len(u.text) + 1 for u in utterances[:-1]), initial=0)
            yield Text(name, text, mask(text), utterances, tuple(starts))
