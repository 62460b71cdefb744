"""What a word sounds like, whatever its script: the exact keys by which alike words are found, and how alike they are.

A word's keys are the skeletons of its spellings (`linking`'s: the classes of its consonants that are heard), of the
word as it stands and without the endings of cases. Only words that share a key, or of whose key the other's lacks one
class, are compared at all, by the linker's own likeness. What is compared is the vocabulary, and never texts. Pure.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
    nearness_at_most,
    skeleton,
    spellings,
)
from archive.linking.finding.names.endings import without_ending
from archive.linking.finding.names.likeness import Words, closely, likeness
from archive.linking.finding.names.phonetics import LONGEST as LONGEST_TOKEN
from archive.linking.finding.names.phonetics import is_han, is_vowelless, tokens

SHORTEST = 3
"""Letters that a word has at least to be found by its sound; of Han two characters."""

NEAR = 0.5
"""Nearness of spellings from which words are compared closely."""

ALIKE = 0.72
"""Likeness from which a word is taken for another one that is written otherwise; chosen on the tuning half of
benchmarks/search."""

COMPARED = 64
"""Words that are compared closely, the nearest of those that share a key."""

WITHOUT_ENDING = 0.97
"""What a word is worth that is only alike without the ending of a case."""

LONG_ENOUGH = 3
"""Classes of consonants from which a word is also found by a key that lacks one of them, or has one more."""

_PLAIN = re.compile("[a-z]+|[а-яёғқңөұүһі]+")
"""Words that `phonetics.tokens` gives as they are."""

_CLASSES = "ptkrmns"
_LONGEST_KEY = 20
_NUMBERS = {one: number for number, one in enumerate(_CLASSES, start=1)}


class Sound(NamedTuple):
    """One way to read a word: its key, the token that is compared, and the codes of its spelling, the script's first.

    `whole` is false where the ending of a case was left out.
    """

    key: str
    token: str
    codes: bytes
    whole: bool


@lru_cache(maxsize=1 << 16)
def sounds_of(written: str) -> tuple[Sound, ...]:
    """The ways to read a word as it is written; none of one without a sound.

    In any language that its letters may be of, whatever its text is said to be in: of Uyghur a recogniser says Kazakh.
    """
    if len(written) < (2 if is_han(written) else SHORTEST) or any(map(str.isdigit, written)):
        return ()
    low = written.lower()
    found = dict[tuple[str, bytes], Sound]()
    for token, whole in _readable(low):
        for spelling in spellings(token):
            if key := skeleton(spelling)[:_LONGEST_KEY]:
                sound = Sound(key, token, _codes(spelling), whole)
                found.setdefault((key, sound.codes), sound)
    return tuple(found.values())


def _readable(low: str) -> Iterator[tuple[str, bool]]:
    """The tokens that a word may be, in any language that its letters may be of: whole, then without a case's ending.

    A Uyghur or Kazakh word in Arabic letters is respelled in Cyrillic ones, of which the endings are known too.
    """
    if is_han(low):
        yield low, True
        return
    whole = dict.fromkeys(token for spelled in _languages(low) for token in _tokens(low, spelled))
    yield from ((token, True) for token in whole)
    for form in without_ending(low):
        yield from ((token, False) for spelled in _languages(form) for token in _tokens(form, spelled))
    yield from ((form, False) for token in whole if token != low for form in without_ending(token))


def asked_sounds(written: Iterable[str]) -> tuple[Sound, ...]:
    """The ways to read words of a question, as whole words alone."""
    return tuple(sound for one in written for sound in sounds_of(one) if sound.whole)


def _languages(form: str) -> tuple[tuple[Language, ...] | None, ...]:
    if not ambiguous(form):
        return (None,)
    return (None, *((one,) for one in LANGUAGES if one in possible(form)))


def _tokens(form: str, spelled: Sequence[Language] | None) -> tuple[str, ...]:
    """A lower-case word as one token; what is plainly one already is not looked at more closely."""
    if len(form) <= LONGEST_TOKEN and _PLAIN.fullmatch(form):
        return (form,)
    found = tokens(form, spelled)
    return found if len(found) == 1 else ("".join(found),) if found else ()


def _codes(spelling: Spelling) -> bytes:
    return bytes([SCRIPTS.index(spelling.script), *encoded(spelling)[:LONGEST]])


def neighbours(key: str) -> set[str]:
    """A key, and those that lack one class of it or have one more, for one that is long enough."""
    return {key, *_edited(key)} if len(key) >= LONG_ENOUGH else {key}


def _edited(key: str) -> Iterator[str]:
    for at in range(len(key)):
        yield key[:at] + key[at + 1 :]
    for at in range(len(key) + 1):
        yield from (key[:at] + one + key[at:] for one in _CLASSES)


@lru_cache(maxsize=1 << 14)
def _number(key: str) -> int:
    """A key as a number, three bits a class."""
    found = 0
    for one in key[:_LONGEST_KEY]:
        found = found << 3 | _NUMBERS[one]
    return found


@dataclass(frozen=True)
class Heard:
    """Ways to read words of a vocabulary, in the order of their keys; `codes` has a row each, filled up with 0."""

    keys: NDArray[np.uint64]
    words: NDArray[np.int64]
    whole: NDArray[np.bool_]
    scripts: NDArray[np.uint8]
    codes: NDArray[np.uint8]
    tokens: Sequence[str]

    @classmethod
    def of(cls, sounds: Sequence[tuple[int, Sound]]) -> "Heard":
        """Ways to read words, each given with the word's number."""
        keys = np.array([_number(sound.key) for _, sound in sounds], np.uint64)
        words = np.array([word for word, _ in sounds], np.int64)
        order = np.lexsort((words, keys))
        ordered = [sounds[place] for place in order.tolist()]
        codes = b"".join(sound.codes[1:].ljust(LONGEST, b"\0") for _, sound in ordered)
        return cls(
            keys[order],
            words[order],
            np.array([sound.whole for _, sound in ordered], bool),
            np.array([sound.codes[0] for _, sound in ordered], np.uint8),
            np.frombuffer(codes, np.uint8).reshape(len(ordered), LONGEST),
            [sound.token for _, sound in ordered],
        )

    @classmethod
    def together(cls, several: Sequence["Heard"]) -> "Heard":
        """All of several; what follows one another and is the same is there once."""
        keys = np.concatenate([one.keys for one in several])
        words = np.concatenate([one.words for one in several])
        codes = np.concatenate([one.codes for one in several])
        order = np.lexsort((words, keys))
        same = (
            (np.diff(keys[order]) == 0)
            & (np.diff(words[order]) == 0)
            & (np.diff(codes[order], axis=0) == 0).all(axis=1)
        )
        order = order[np.concatenate([[True], ~same])[: len(order)]]
        said = [token for one in several for token in one.tokens]
        whole, scripts = (np.concatenate([getattr(one, name) for one in several]) for name in ("whole", "scripts"))
        return cls(keys[order], words[order], whole[order], scripts[order], codes[order], [said[at] for at in order])

    def to_bytes(self) -> bytes:
        """All of it, to be read by `from_bytes`."""
        width = int(np.flatnonzero(self.codes.any(axis=0)).max(initial=-1)) + 1
        parts = (
            self.keys.tobytes(), self.words.tobytes(), self.whole.tobytes(), self.scripts.tobytes(),
            np.ascontiguousarray(self.codes[:, :width]).tobytes(), "\n".join(self.tokens).encode(),
        )  # fmt: skip
        return zlib.compress(struct.pack("<II", len(self.keys), width) + b"".join(parts), 1)

    @classmethod
    def from_bytes(cls, body: bytes) -> "Heard":
        """What `to_bytes` gave."""
        read = zlib.decompress(body)
        many, width = struct.unpack_from("<II", read)
        at = struct.calcsize("<II")

        def taken(form: type[np.generic], count: int) -> NDArray[np.generic]:
            nonlocal at
            found = np.frombuffer(read, form, count, at)
            at += found.nbytes
            return found

        keys, words, whole, scripts = (taken(form, many) for form in (np.uint64, np.int64, np.bool_, np.uint8))
        codes = np.zeros((many, LONGEST), np.uint8)
        codes[:, :width] = taken(np.uint8, many * width).reshape(many, width)
        said = read[at:].decode().split("\n") if many else []
        return cls(keys, words, whole, scripts, codes, said)  # type: ignore[arg-type]

    def near(self, keys: Iterable[str]) -> NDArray[np.intp]:
        """The rows of some keys."""
        numbers = np.array(sorted(map(_number, keys)), np.uint64)
        starts, ends = (np.searchsorted(self.keys, numbers, side=side) for side in ("left", "right"))
        found = [
            np.arange(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True) if end > start
        ]
        return np.concatenate(found) if found else np.zeros(0, np.intp)

    def alike(self, asked: Sequence[Sound]) -> dict[int, float]:
        """Words that sound like one that is asked for, with how alike they are, from `ALIKE` up."""
        rows = self.near({key for sound in asked for key in neighbours(sound.key)}) if asked else ()
        if not len(rows):
            return {}
        spelled = Spelled(self.codes[rows].astype(np.int16), self.scripts[rows].astype(np.int16))
        spelled = spelled.take(np.arange(len(rows)))
        near = np.zeros((len(asked), len(rows)), np.float32)
        for number, sound in enumerate(asked):
            own = Encoded(sound.codes[0], np.frombuffer(sound.codes, np.uint8, offset=1).astype(np.int16))
            may = np.flatnonzero(nearness_at_most([own], np.zeros(len(rows), np.intp), spelled) >= NEAR)
            if len(may):
                near[number, may] = nearness(own, spelled.take(may))
        best = near.max(axis=0)
        places = np.argsort(-best, kind="stable")[:COMPARED]
        places = places[best[places] >= NEAR]
        if not len(places):
            return {}
        said = [self.tokens[row] for row in rows[places].tolist()]
        quick = likeness(Words.of([sound.token for sound in asked]), Words.of(said)).max(axis=0)
        scores = closely(quick, best[places])
        bare = np.array([is_vowelless(token) for token in said], bool) | any(is_vowelless(one.token) for one in asked)
        scores[bare] = np.maximum(scores[bare], best[places][bare])
        scores = np.where(self.whole[rows[places]], scores, scores * WITHOUT_ENDING)
        found = dict[int, float]()
        for word, score in zip(self.words[rows[places]].tolist(), scores.tolist(), strict=True):
            if score >= ALIKE:
                found[word] = max(score, found.get(word, 0.0))
        return found
