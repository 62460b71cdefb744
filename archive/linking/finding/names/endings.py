"""Case endings that a language puts after a name, so that the name in a sentence is the one of the register. Pure.

The endings are those of the languages' files. What is found are further spellings to try: a name that ends like a case
by itself (`Мадина`, `Ержан`) keeps its own spelling, which is the nearer one then.
"""

import re
from functools import lru_cache

from archive.linking.languages.loading import languages, together
from archive.linking.languages.patterns import literal

SHORTEST = 4
"""Letters that a name has at least without an ending that no apostrophe parts from it."""

_APOSTROPHE = re.compile(
    rf"(?P<stem>.{{3,}})['’ʼ]{literal(together(lambda one: one.cases.after_apostrophe))}", re.IGNORECASE
)
"""Turkish after a proper name, and the English genitive."""

_CASES = tuple((ending, row.instead) for one in languages() for row in one.cases.endings for ending in row.endings)

_ENDINGS = tuple({ending for ending, _ in _CASES})


@lru_cache(maxsize=1 << 14)
def without_ending(word: str) -> tuple[str, ...]:
    """What a word may be without the ending of a case, for each that fits; nothing where none does."""
    if found := _APOSTROPHE.fullmatch(word):
        return (found["stem"],)
    low = word.lower()
    if not low.endswith(_ENDINGS):
        return ()
    return tuple(
        dict.fromkeys(
            word[: -len(ending)] + own
            for ending, own in _CASES
            if low.endswith(ending) and len(word) - len(ending) + len(own) >= SHORTEST
        )
    )
