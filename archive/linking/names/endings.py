"""Case endings that a language puts after a name, so that the name in a sentence is the one of the register. Pure.

Only what the authors are sure of. What is found are further spellings to try: a name that ends like a case by itself
(`Мадина`, `Ержан`) keeps its own spelling, which is the nearer one then.
"""

import re
from functools import lru_cache

SHORTEST = 4
"""Letters that a name has at least without an ending that no apostrophe parts from it."""

_APOSTROPHE = re.compile(
    r"(?P<stem>.{3,})['’ʼ](?:s|[yns]?[ıiuüae]|n?[ıiuü]n|[dt][ae]n?|n[dt][ae]n?|y?l[ae]|"
    r"[dt][ıiuü]r|lar|ler|l[ae]r[ıi]n?)",
    re.IGNORECASE,
)
"""Turkish after a proper name, and the English genitive."""

_ENDINGS = (
    # Russian; what takes off a vowel of the name's own puts it back: `Асию`, `Асией` from `Асия`.
    ("а у ом ым е ы и", ""),
    ("у ы и е ой", "а"),
    ("ю и ей", "я"),
    ("я ю ем", "й"),
    # Kazakh
    ("ның нің дың дің тың тің ны ні ды ді ты ті ға ге қа ке да де та те дан ден тан тен нан нен мен бен пен", ""),
    ("н на не нда нде", ""),
    # Uyghur
    ("نىڭ نى غا گە قا كە دا دە تا تە دىن تىن", ""),
)
_CASES = tuple((ending, own) for endings, own in _ENDINGS for ending in endings.split())


@lru_cache(maxsize=1 << 14)
def without_ending(word: str) -> tuple[str, ...]:
    """What a word may be without the ending of a case, for each that fits; nothing where none does."""
    if found := _APOSTROPHE.fullmatch(word):
        return (found["stem"],)
    low = word.lower()
    return tuple(
        dict.fromkeys(
            word[: -len(ending)] + own
            for ending, own in _CASES
            if low.endswith(ending) and len(word) - len(ending) + len(own) >= SHORTEST
        )
    )
