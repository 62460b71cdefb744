"""A text cut into its words, with their places, folded so that they can be compared with tables. Pure."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache

from archive.linking.finding.numbers.numerals.folding import fold

MARKS = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
"""Characters without width, for a class of a regular expression: they hide between words and numbers."""

_WORD = re.compile(
    r"\d+|[№#]|[㐀-䶿一-鿿〇]+|"
    r"[^\W\d_㐀-䶿一-鿿〇]+"
    r"(?:(?:[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670]|[\xad\u2060](?=[^\W\d_]))[^\W\d_㐀-䶿一-鿿〇]*)*"
)
"""A soft hyphen or a word joiner within a word is no end of it."""


@dataclass(frozen=True)
class FoldedWords:
    """The words of `text`: runs of letters, of digits, or of Han, and `№` and `#`. Word i takes `starts[i]:ends[i]`."""

    text: str

    @cached_property
    def _found(self) -> list[tuple[str, int, int]]:
        found = list(_WORD.finditer(self.text))
        words = [one.group() for one in found]
        folded = {word: fold(word) for word in set(words)}
        return [(folded[word], one.start(), one.end()) for word, one in zip(words, found, strict=True)]

    @cached_property
    def words(self) -> list[str]:
        """Each word, folded; digits as they are."""
        return [word for word, _, _ in self._found]

    @cached_property
    def distinct(self) -> frozenset[str]:
        """The words, each once, folded."""
        return frozenset(self.words)

    @cached_property
    def starts(self) -> list[int]:
        """The code point at which each word begins."""
        return [start for _, start, _ in self._found]

    @cached_property
    def ends(self) -> list[int]:
        """The code point after each word."""
        return [end for _, _, end in self._found]

    def word(self, index: int) -> str:
        """The folded word with this index; empty beyond either end."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def from_offset(self, offset: int) -> int:
        """The index of the first word that begins at `offset` or after it."""
        return bisect_left(self.starts, offset)

    def between(self, index: int) -> str:
        """What stands between the word before `index` and that one."""
        return self.text[self.ends[index - 1] : self.starts[index]]


@lru_cache(maxsize=2)
def wording_of(text: str) -> FoldedWords:
    """The words of a whole text, which is asked for them more than once."""
    return FoldedWords(text)
