"""Who speaks in a clip, and who is known to have testified for whom. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archive.linking.names.agreeing import agreement
from archive.linking.names.spotting import Span, words_of
from archive.linking.rarity import alike, sounds
from archive.linking.registers.register import Entry

CLOSE = 0.9
"""Likeness from which two names are one person's."""

WORTH = 0.8
"""Likeness of one part's sound that two names need to be worth comparing."""

TESTIMONIES = 5
"""Testifiers of one entry that are compared."""


@dataclass(frozen=True, slots=True)
class _Voice:
    words: tuple[Span, ...]
    sounds: tuple[str, ...]

    @classmethod
    def of(cls, words: Sequence[Span]) -> "_Voice":
        return cls(tuple(words), tuple(sound for word, *_ in words for sound in sounds(word)))


class Voices:
    """The words in which people of a clip give their own names, and the testifiers of its surely linked entries."""

    def __init__(self, speakers: Iterable[Sequence[Span]], sure: Iterable[Entry]) -> None:
        self._speakers = [_Voice.of(words) for words in speakers]
        self._testifiers = [_Voice.of(words_of(name)) for name in dict.fromkeys(_testifiers(sure))]

    def of(self, entry: Entry) -> str | None:
        """The words in which a speaker gives the name of one who testified for an entry."""
        for testifier in list(dict.fromkeys(_testifiers([entry])))[:TESTIMONIES]:
            for voice in self._speakers:
                if found := _agree([testifier], voice):
                    return " ".join(word for word, start, end in voice.words if found[0] <= start and end <= found[1])
        return None

    def testified(self, entry: Entry) -> bool:
        """Whether somebody of an entry's name testified for one that is surely linked."""
        return any(_agree(entry.names, voice) for voice in self._testifiers)


def _testifiers(entries: Iterable[Entry]) -> Iterator[str]:
    return (t.testifier for entry in entries for t in entry.testimonies if t.testifier)


def _agree(names: Sequence[str], voice: _Voice) -> tuple[int, int] | None:
    """The span in which a voice's words are one of the names."""
    near = any(alike(sounds(name), voice.sounds, WORTH) for name in names)
    found = agreement(names, list(voice.words)) if near else None
    return (found[1], found[2]) if found and found[0] >= CLOSE else None
