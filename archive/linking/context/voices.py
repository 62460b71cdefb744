"""Who speaks in a clip, and who is known to have testified for whom. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from archive.linking.finding.names.agreeing import Around
from archive.linking.finding.names.spotting import Span, words_of
from archive.linking.rarity import sounds
from archive.linking.registers.entries import Entry

CLOSE = 0.9
"""Likeness from which two names are one person's."""

WORTH = 0.8
"""Likeness of one part's sound that two names need to be worth comparing."""

BATCH = 256
"""Sounds that are compared with those of all voices at a time, which bounds the memory it takes."""

TESTIMONIES = 5
"""Testifiers of one entry that are compared."""


_Called = tuple[tuple[Span, ...], int, int]


class _Voices:
    """The names of people who speak, as words of a text, found by their sounds."""

    def __init__(self, names: Iterable[Sequence[Span]]) -> None:
        self._words = [tuple(words) for words in names]
        self._around = [Around.of(words) for words in self._words]
        self._voices: dict[str, list[int]] = defaultdict(list)
        for place, words in enumerate(self._words):
            for sound in dict.fromkeys(sound for word, *_ in words for sound in sounds(word)):
                self._voices[sound].append(place)
        self._sounds = list(self._voices)
        self._like: dict[str, frozenset[int]] = {}
        self._called: dict[tuple[str, ...], _Called | None] = {}

    def called(self, names: tuple[str, ...]) -> _Called | None:
        """The first of them whose words are one of the names, and the span in which they are."""
        if names not in self._called:
            self._called[names] = self._found(names)
        return self._called[names]

    def _found(self, names: tuple[str, ...]) -> _Called | None:
        heard = [sound for name in names for sound in sounds(name)]
        if not all(sound in self._like for sound in heard):
            self.meet(names)
        near = frozenset[int]().union(*(self._like[sound] for sound in heard))
        for place in sorted(near):
            found = self._around[place].agreement(names, CLOSE)
            if found and found[0] >= CLOSE:
                return self._words[place], found[1], found[2]
        return None

    def meet(self, names: Iterable[str]) -> None:
        """Find whose names sound at all like these: for all that will be asked for at once it takes less."""
        new = list({sound: None for name in names for sound in sounds(name) if sound not in self._like})
        alike = Levenshtein.normalized_similarity
        for start in range(0, len(new), BATCH):
            some = new[start : start + BATCH]
            like = defaultdict[int, set[int]](set)
            scores = cdist(some, self._sounds, scorer=alike, score_cutoff=WORTH)
            for one, other in zip(*(places.tolist() for places in scores.nonzero()), strict=True):
                like[one].update(self._voices[self._sounds[other]])
            self._like.update((sound, frozenset(like[one])) for one, sound in enumerate(some))


class Voices:
    """The words in which people of a clip give their own names, and the testifiers of its surely linked entries."""

    def __init__(self, speakers: Iterable[Sequence[Span]], sure: Iterable[Entry], asked: Iterable[Entry] = ()) -> None:
        """`asked` are entries that will be asked for, mostly."""
        self._speakers = _Voices(speakers)
        self._testifiers = _Voices(words_of(name) for name in dict.fromkeys(_testifiers(sure)))
        every = tuple(asked)
        self._speakers.meet(name for entry in every for name in _first_testifiers(entry))
        self._testifiers.meet(name for entry in every for name in entry.names)

    def of(self, entry: Entry) -> str | None:
        """The words in which a speaker gives the name of one who testified for an entry."""
        for testifier in _first_testifiers(entry):
            if found := self._speakers.called((testifier,)):
                words, begin, stop = found
                return " ".join(word for word, start, end in words if begin <= start and end <= stop)
        return None

    def testified(self, entry: Entry) -> bool:
        """Whether somebody of an entry's name testified for one that is surely linked."""
        return self._testifiers.called(entry.names) is not None


def _first_testifiers(entry: Entry) -> list[str]:
    return list(dict.fromkeys(_testifiers([entry])))[:TESTIMONIES]


def _testifiers(entries: Iterable[Entry]) -> Iterator[str]:
    return (t.testifier for entry in entries for t in entry.testimonies if t.testifier)
