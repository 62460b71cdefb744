"""What a word sounds like, whatever its script: exact keys by which alike words are found, and how alike they are. Pure.

A word's keys are the skeletons of its spellings (`linking`'s: the classes of its consonants that are heard), of the
word as it stands and without the endings of cases. Only words that share a key, or one of which the other's lacks one
class, are compared at all, by the linker's own likeness; so the vocabulary may be large. Nothing is compared with texts.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.linking.finding.names.alphabets import LANGUAGES, Language, ambiguous, possible
from archive.linking.finding.names.correspondences import (
    LONGEST,
    SCRIPTS,
    Encoded,
    Spelled,
    Spelling,
    encoded,
    nearness,
    skeleton,
    spellings,
)
from archive.linking.finding.names.endings import without_ending
from archive.linking.finding.names.likeness import closely, quickly_alike
from archive.linking.finding.names.phonetics import is_han, is_vowelless, tokens

SHORTEST = 3
"""Letters that a word has at least to be found by its sound; of Han two characters."""

NEAR = 0.5
"""Nearness of spellings from which words are compared closely."""

ALIKE = 0.75
"""Likeness from which a word is taken for another one that is written otherwise; chosen on benchmarks/search."""

COMPARED = 96
"""Words that are compared closely, the nearest of those that share a key."""

WITHOUT_ENDING = 0.97
"""What a word is worth that is only alike without the ending of a case."""

LONG_ENOUGH = 3
"""Classes of consonants from which a word is also found by a key that lacks one of them, or has one more."""

_CLASSES = "ptkrmns"


class Sound(NamedTuple):
    """One way to read a word: its key, the token that is compared, and the codes of its spelling, the script's first."""

    key: str
    token: str
    codes: bytes
    whole: bool


def _is_spoken(written: str) -> bool:
    return len(written) >= (2 if is_han(written) else SHORTEST) and not any(c.isdigit() for c in written)


@lru_cache(maxsize=1 << 17)
def sounds_of(written: str) -> tuple[Sound, ...]:
    """The ways to read a word as it is written; none of one without a sound.

    In any language that its letters may be of, whatever its text is said to be in: of Uyghur a recogniser says Kazakh.
    """
    if not _is_spoken(written):
        return ()
    low = written.lower()
    found = dict[tuple[str, bytes], Sound]()
    forms = (low,) if is_han(low) else (low, *without_ending(low))
    for number, form in enumerate(forms):
        for spelled in _languages(form):
            for token in _tokens(form, spelled):
                for spelling in spellings(token):
                    if key := skeleton(spelling):
                        sound = Sound(key, token, _codes(spelling), not number)
                        found.setdefault((key, sound.codes), sound)
    return tuple(found.values())


def asked_sounds(written: str) -> tuple[Sound, ...]:
    """The ways to read a word of a question, as a whole word alone."""
    return tuple(sound for sound in sounds_of(written) if sound.whole)


def _languages(form: str) -> tuple[tuple[Language, ...] | None, ...]:
    if not ambiguous(form):
        return (None,)
    return (None, *((one,) for one in LANGUAGES if one in possible(form)))


def _tokens(form: str, spelled: Sequence[Language] | None) -> tuple[str, ...]:
    if is_han(form):
        return (form,)
    found = tokens(form, spelled)
    return found if len(found) == 1 else ("".join(found),) if found else ()


def _codes(spelling: Spelling) -> bytes:
    return bytes([SCRIPTS.index(spelling.script), *encoded(spelling)[:LONGEST]])


def neighbours(key: str) -> tuple[str, ...]:
    """A key, and those that lack one class of it or have one more, for one that is long enough."""
    if len(key) < LONG_ENOUGH:
        return (key,)
    return tuple(dict.fromkeys((key, *_edited(key))))


def _edited(key: str) -> Iterator[str]:
    for at in range(len(key)):
        yield key[:at] + key[at + 1 :]
    for at in range(len(key) + 1):
        yield from (key[:at] + one + key[at:] for one in _CLASSES)


class Heard(NamedTuple):
    """A word of the vocabulary that shares a key with one that is asked for, with one way to read it."""

    word: int
    token: str
    codes: bytes
    whole: bool


def alike(asked: Sequence[Sound], heard: Sequence[Heard]) -> dict[int, float]:
    """Words that sound like the one that is asked for, with how alike they are, from `ALIKE` up."""
    if not asked or not heard:
        return {}
    codes = np.zeros((len(heard), LONGEST), np.int16)
    for row, one in enumerate(heard):
        read = np.frombuffer(one.codes, np.uint8, offset=1)
        codes[row, : len(read)] = read
    scripts = np.array([one.codes[0] for one in heard], np.int16)
    spelled = Spelled(codes, scripts).take(np.arange(len(heard)))
    near = np.zeros((len(asked), len(heard)), np.float32)
    for row, sound in enumerate(asked):
        own = np.frombuffer(sound.codes, np.uint8, offset=1).astype(np.int16)
        near[row] = nearness(Encoded(sound.codes[0], own), spelled)
    best: NDArray[np.float32] = near.max(axis=0)
    order = np.argsort(-best, kind="stable")[:COMPARED]
    found = dict[int, float]()
    for place in order.tolist():
        if best[place] < NEAR:
            break
        one, sound = heard[place], asked[int(near[:, place].argmax())]
        score = float(closely(np.float32(quickly_alike(sound.token, one.token)), best[place]))  # type: ignore[arg-type]
        if is_vowelless(one.token) or is_vowelless(sound.token):
            score = max(score, float(best[place]))
        score *= 1 if one.whole else WITHOUT_ENDING
        if score >= ALIKE:
            found[one.word] = max(score, found.get(one.word, 0.0))
    return found
