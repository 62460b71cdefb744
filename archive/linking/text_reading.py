"""One text read: its addresses, its numbers with the names that agree or disagree, and its names in context.

Pure. Nothing is decided here; see `claims`.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.linking.context.clues import Clues, clues
from archive.linking.context.role_words import MEANT, NAMED, OF, SELF, SPEAKS
from archive.linking.context.roles import Sense, has_something, last_sentence, sense
from archive.linking.finding.cited.addresses import EntryAddress, entry_addresses
from archive.linking.finding.names.agreeing import Agreement, Around, agreement, agreements
from archive.linking.finding.names.rivals import MARGIN
from archive.linking.finding.names.spotting import NameMention, Span, name_mentions, words_of
from archive.linking.finding.numbers.bare_numbers import numbers_beside
from archive.linking.finding.numbers.mentions import NumberMention, number_mentions
from archive.linking.index import RegisterIndex
from archive.linking.languages.loading import han, together
from archive.linking.languages.patterns import HAN, literal
from archive.linking.material import Text
from archive.linking.near_spans import Spans
from archive.linking.rarity import alike, sounds
from archive.linking.registers.entries import Entry
from transcription.cutting import beginning, ending

NEAR, NEARBY, FAR = 60, 200, 800
"""Code points to each side of a number in which a name is looked for that agrees with it; far away only a close one.

Words that reach beyond are left out, and names that do are taken in, so that no part of one agrees.
"""

AGREES, AGREES_AFAR = 0.72, 0.84
"""Likeness from which a name near a number, and one only nearby, agrees with it: lower than for a name alone.

Of 9,000 pairs of names drawn by lot, in Arabic, Cyrillic and Han, one was .74 alike, and none .78."""

BESIDE = 40
"""Code points between a number and a name of someone else that make the two disagree."""

CLOSE = 0.9
"""Likeness from which a name alone is close."""

EXACT = 0.995
"""Likeness from which a name is spelled as the register has it, and is nobody's with a name that is only alike."""

CONTEXT = 240
"""Code points after a name, at most, that may tell of its bearer, up to the next name."""

REPEATS = 50
"""Times that one number is read in a text."""

WORTH = 0.65
"""Likeness of one word's sound from which the words around a number are compared with a name."""

SPEAKERS = 20
_SENTENCE = re.compile(r"[.!?…。！？؟\n]")
_HAN = re.compile(f"[{HAN}]")
_AND = re.compile(rf"(?<!\w){literal(together(lambda one: one.lists.company))}(?!\w)|[{han().company}]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a text, what the words around it say of its bearer, and what they tell to know a person by."""

    mention: NameMention
    sense: Sense
    clues: Clues


@dataclass(frozen=True, slots=True)
class Agreed:
    """The span of a name that agrees with a number's entry, and how well."""

    start: int
    end: int
    likeness: float


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number with its cue and the entry that has it, with the name that agrees or else the one that disagrees."""

    mention: NumberMention
    entry: Entry
    agreed: Agreed | None = None
    rival: Named | None = None


@dataclass(frozen=True, slots=True)
class TextReading:
    """What one text says; `placed` are its names by place, `speakers` the words in which people give their own."""

    text: Text
    cited: tuple[EntryAddress, ...]
    numbers: tuple[Numbered, ...]
    names: tuple[Named, ...]
    placed: Spans[Named]
    speakers: tuple[tuple[Span, ...], ...]


def read_text(text: Text, index: RegisterIndex) -> TextReading:
    """Read one text with a register."""
    cited = tuple(address for address in entry_addresses(text.text) if address.entry in index.numbers)
    names = _names(text, index)
    placed = Spans((one.mention, one) for one in names)
    words = _Words(text.text)
    agreed = _agreed(words, _numbers(text, index), placed)
    agreed += _listed(text.text, names, Spans((one.mention, one) for one in agreed))
    taken = Spans((one.agreed, one) for one in agreed if one.agreed)
    numbers = [one if one.agreed else _settled(text.text, one, placed, taken) for one in agreed]
    numbers.sort(key=lambda one: one.mention.start)
    return TextReading(text, cited, tuple(numbers), tuple(names), placed, _speakers(text))


def _names(text: Text, index: RegisterIndex) -> list[Named]:
    mentions = name_mentions(text.text, index.names)
    spoken = bool(text.utterances)
    known = Spans((one, one) for one in index.known.mentions(text.text))
    found = []
    for place, mention in enumerate(mentions):
        start, end = mention.start, mention.end
        before = mentions[place - 1].end if place else 0
        after = mentions[place + 1].start if place + 1 < len(mentions) else len(text.text)
        told = sense(text.text, start, end, spoken=spoken)
        if any(_likely(mention, other) for other in known.touching(start, end)):
            told = Sense("other", "known person", told.kin)
        follows = beginning(text.text, min(after - end, CONTEXT), end)
        leads = ending(text.text, min(start - before, NEARBY), start)
        leads = "" if before and not _SENTENCE.search(text.text, before, start) else last_sentence(leads)
        found.append(Named(mention, told, clues(mention.quote, follows, leads + follows, told.kin)))
    return found


def _likely(mention: NameMention, known: NameMention) -> bool:
    """Whether a name is a known person's, and not much rather somebody's of the register."""
    return mention.candidates[0][1] <= known.candidates[0][1] + MARGIN


def _speakers(text: Text) -> tuple[tuple[Span, ...], ...]:
    found = []
    for cue in SELF.finditer(text.text):
        if words := words_of(beginning(text.text, NEAR, cue.end()))[:3]:
            found.append(tuple(words))
    return tuple(dict.fromkeys(found))[:SPEAKERS]


def _numbers(text: Text, index: RegisterIndex) -> list[tuple[NumberMention, Entry]]:
    seen: Counter[str] = Counter()
    found = []
    for mention in number_mentions(text.text, text.elsewhere):
        seen[mention.entry] += 1
        if (entry := index.numbers.get(mention.entry)) and seen[mention.entry] <= REPEATS:
            found.append((mention, entry))
    return found


class _Words:
    """The words of a text by place."""

    def __init__(self, text: str) -> None:
        self._words = words_of(text)
        self._ends = [end for _, _, end in self._words]

    def within(self, start: int, end: int, *, cut: int) -> list[Span]:
        """Those that lie from `start` to `end` whole; a run of Han is cut at `cut`, where a number ends or begins."""
        found = []
        for place in range(bisect_right(self._ends, start), len(self._words)):
            word, first, last = self._words[place]
            if first >= end:
                break
            begin, stop = (cut, last) if first < cut == start else (first, min(last, cut) if cut == end else last)
            if start <= begin and stop <= end:
                found.append((word[begin - first : stop - first], begin, stop))
        return found


def _agreed(words: _Words, numbers: Sequence[tuple[NumberMention, Entry]], names: Spans[Named]) -> list[Numbered]:
    """Each number with the name that agrees best: near it, else nearby."""
    found: dict[int, Agreed] = {}
    for width, least in ((NEAR, AGREES), (NEARBY, AGREES_AFAR)):
        left = [place for place in range(len(numbers)) if place not in found]
        around = {place: _around(words, numbers[place][0], names, width) for place in left}
        worth = [place for place in left if _worth(numbers[place][1], around[place])]
        asked = [(numbers[place][1].names, Around.of(around[place])) for place in worth]
        best = dict(zip(worth, agreements(asked, least), strict=True))
        for place in left:
            if one := _agrees(*numbers[place], best.get(place), names, width, least):
                found[place] = one
    return [Numbered(mention, entry, found.get(place)) for place, (mention, entry) in enumerate(numbers)]


def _around(words: _Words, number: NumberMention, names: Spans[Named], width: int) -> list[Span]:
    """The words around a number, and all of those of the names that reach in."""
    touching = [one.mention for one in names.touching(number.start - width, number.end + width)]
    begin = min([number.start - width, *(one.start for one in touching)])
    end = max([number.end + width, *(one.end for one in touching)])
    return words.within(begin, number.start, cut=number.start) + words.within(number.end, end, cut=number.end)


def _agrees(
    number: NumberMention, entry: Entry, best: Agreement | None, names: Spans[Named], width: int, least: float
) -> Agreed | None:
    """The words that agree best with a number's entry, if they do, or else a name that is found to mean it."""
    found = Agreed(best[1], best[2], round(best[0], 4)) if best and best[0] >= least else None
    found = found or next(
        (
            Agreed(one.mention.start, one.mention.end, likeness)
            for one in names.touching(number.start - width, number.end + width)
            for candidate, likeness in one.mention.candidates
            if candidate is entry
        ),
        None,
    )
    if found and not any(_is_rather(one.mention, found, entry) for one in names.touching(found.start, found.end)):
        return found
    return None


def _listed(text: str, names: Sequence[Named], numbers: Spans[Numbered]) -> list[Numbered]:
    """The names right beside the bare number of an entry that has that name, as lists write them."""
    return [
        Numbered(number, entry, agreed=Agreed(one.mention.start, one.mention.end, likeness))
        for one in names
        for number in numbers_beside(text, one.mention.start, one.mention.end)
        if not any(numbers.touching(number.start, number.end))
        for entry, likeness in one.mention.candidates
        if entry.number == number.entry
    ]


def _settled(text: str, number: Numbered, names: Spans[Named], taken: Spans[Numbered]) -> Numbered:
    """A number without a name near it that agrees: with its rival, else with a close name some sentences away."""
    if rival := _rival(text, number, names, taken):
        return replace(number, rival=rival)
    if number.mention.doubtful:
        return number
    far = (
        Agreed(one.mention.start, one.mention.end, likeness)
        for one in names.touching(number.mention.start - FAR, number.mention.end + FAR)
        for candidate, likeness in one.mention.candidates
        if candidate is number.entry
        and likeness >= CLOSE
        and not any(taken.touching(one.mention.start, one.mention.end))
    )
    return replace(number, agreed=next(far, None))


def _worth(entry: Entry, around: Sequence[Span]) -> bool:
    """Whether any word is enough like a part of an entry's name for the two to be compared; Han always is."""
    words = dict.fromkeys(word for word, *_ in around)
    if any(map(_HAN.match, words)):
        return True
    parts = [sound for name in entry.names for sound in sounds(name)]
    return alike(dict.fromkeys(sound for word in words for sound in sounds(word)), parts, WORTH)


def _is_rather(name: NameMention, found: Agreed, entry: Entry) -> bool:
    """Whether the words found to agree with an entry are plainly another's name."""
    best = name.candidates[0][1]
    better = best > found.likeness and (best >= EXACT or best > found.likeness + MARGIN)
    return (
        best >= CLOSE
        and better
        and all(likeness < best for candidate, likeness in name.candidates if candidate is entry)
    )


def _rival(text: str, number: Numbered, names: Spans[Named], taken: Spans[Numbered]) -> Named | None:
    """The nearest name beside a number that is another entry's, if no other number has it.

    Not a rival is who speaks, asks or holds an office, nor who is named as one more (`entry 5 and …`), nor whom another
    sentence tells of: a full stop right between number and name is a list's, one with words beside it ends a sentence,
    but where the next one names whom the number meant (`Victim 153. Her name is …`). Nor is anybody who is named as
    what the number's person is to them (`entry 6600, son of …`, `…'s neighbour is entry 6600`), who is said to be
    somebody's relative but not the speaker's, or who testified for the entry.
    """
    mention = number.mention
    testifiers = [testimony.testifier for testimony in number.entry.testimonies if testimony.testifier]

    def free(name: NameMention) -> bool:
        between = text[min(name.end, mention.end) : max(name.start, mention.start)]
        apart = not presented(name) and _SENTENCE.search(between) and any(map(str.isalpha, between))
        if apart or _AND.search(between) or SPEAKS.match(between) or any(taken.touching(name.start, name.end)):
            return False
        fits = agreement(testifiers, words_of(name.quote), AGREES) if testifiers else None
        return not (fits and fits[0] >= AGREES)

    def presented(name: NameMention) -> bool:
        """Whether the name follows as whom the number means (`entry 5, this is …`): nobody introduces himself there."""
        return mention.end <= name.start and NAMED.fullmatch(text[mention.end : name.start]) is not None

    def related(one: Named) -> bool:
        name = one.mention
        of = OF.search(text, max(0, name.start - NEAR), name.start)
        whose = has_something(text, name.start, name.end) or (of and of["what"].lower() not in MEANT)
        return bool(whose) or (one.sense.kin is not None and one.sense.kin.whose != "mine")

    beside = [
        one
        for one in names.touching(mention.start - BESIDE, mention.end + BESIDE)
        if one.mention.candidates[0][1] >= CLOSE
        and (not one.sense.bystander or presented(one.mention))
        and free(one.mention)
        and not related(one)
    ]
    return min(beside, key=lambda one: _gap(one.mention, mention), default=None) if number.entry.names else None


def _gap(name: NameMention, number: NumberMention) -> int:
    return max(name.start - number.end, number.start - name.end)
