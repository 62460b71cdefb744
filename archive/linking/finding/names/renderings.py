"""How far a word is from being a name's usual rendering in Latin letters, by what its own letters mean. Pure.

A letter is rendered in one of a few ways: a Uyghur ە as `e`, less often as `a`, an Arabic و as `u`, `o`, `w` or `v`; a
short vowel that Arabic leaves out is any. What is no rendering of a letter is a slip of one or the other writer, a
vowel for a vowel, or a letter too many or too few. Two words that are renderings of one name are 0 apart, and each slip
makes about 1. `likeness` finds names that are alike, by any scale; this tells those that are alike from one another, by
the vowels above all, of which siblings and neighbours in a register differ most.

The renderings are those of the orthographies in `alphabets` and of the registers' habits (Russian as BGN/PCGN has it,
Uyghur as the Uyghur Latin alphabet without marks), set by hand; the figures were chosen on the tuning half of
benchmarks/names.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

from archive.linking.finding.names.phonetics import single

FARTHEST = 3.0
"""Slips from which two words have nothing in common."""

VOWEL, EXTRA_VOWEL, CONSONANT, EXTRA = 1.0, 1.0, 1.5, 1.5
"""A vowel for another, one too many or too few; the same of consonants."""

_VOWELS = frozenset("aeiouä")

_LATIN = """
a a; b b p:.5 v:.7; c c k:.3 j:.3 ch:.3 s:.5 ts:.4; d d t:.6; e e ä; f f p:.3; g g gh:.15 j:.7; h h kh:.15 x:.15 -:.6;
i i y:.3; j j zh:.15 dj:.15 dzh:.2 y:.4; k k q:.15 c:.3 ck:.1 kh:.5; l l; m m; n n ng:.5; o o; p p b:.5 f:.3; q q k:.15
ch:.5; r r; s s z:.6; t t d:.6; u u w:.3; v v w:.15; w w v:.15 u:.3; x x h:.15 kh:.15 sh:.5; y y i:.3 j:.4 -:.6;
z z s:.6; sh sh s:.7 sch:.2; ch ch c:.2 tch:.2 q:.5; zh zh j:.15 z:.7; gh gh g:.15 h:.6; kh kh h:.15 x:.15 k:.5;
ng ng n:.3; ts ts c:.2 s:.6; ya ya ia; yu yu iu; ye ye e:.15 ie; yo yo io o:.3;
ä e ä a:.4; ə a ä e:.4; ö o u:.6; ü u; ë e; é e; ê e; è e; á ä a; ó o; ú u; ū u; û u; ô o; â a; î i; í i; ý y i;
ı i y; ş sh; ç ch; ğ gh g; ǵ gh g; ñ ng n; ń ng n; ň ng n; š sh; č ch; ž zh j:.1; ā a; ī i; ē e; ō o
"""
_CYRILLIC = """
а a; ә a ä e:.4; ӓ e ä a:.4; б b p:.5; в v w:.05 f:.6; г g gh:.1 h:.5; ғ gh g:.05 h:.6 q:.6; д d t:.6; е e ye ie:.1;
ё yo e:.1 o:.2 io:.1; ж zh j dj:.1 dzh:.1 y:.5 z:.6; җ j zh:.1 dj:.1 dzh:.2 y:.5; з z s:.6; и i iy:.1 yi:.1 ee:.2 y:.3;
й y i j:.1 -:.5; і i y:.3 -:.7; ї yi i; ы y i:.3 -:.7; к k q:.1 c:.2 ck:.2 g:.7 kh:.6; қ q k:.05 kh:.5 gh:.6 c:.3; л l;
м m; н n ng:.5; ң ng n:.05 nk:.3; о o; ө o u:.5 oe:.1; п p b:.5 f:.4; р r; с s z:.6; т t d:.6; у u w v:.15 ou:.1 oo:.2;
ұ u ou:.1 o:.8; ү u ou:.1 ue:.2; ў w u v; ф f p:.2; х kh h x; һ h x:.15 kh:.15 -:.5; ц ts c:.1 tz:.2; ч ch c:.2 tch:.1;
ш sh s:.6 sch:.1; щ shch sh:.2; ъ -; ь - i:.3 y:.3; э e a:.8; ю yu iu u:.3; я ya ia a:.3; ґ g; є ye e; ұлы uly uli
"""
_ARABIC = """
ا a e:.4 -:1.2; آ a; أ a e i u o -:.3; إ i e a:.3; ب b p:.4; پ p b:.4; ت t d:.6; ث s th:.1; ج j zh:.1 g:.3 dj:.1; چ ch;
ح h kh:.2; خ kh h x; د d t:.6; ذ z dh:.1 d:.3; ر r; ز z s:.6; ژ zh j; س s z:.6; ش sh; ص s z:.6; ض d z; ط t; ظ z dh:.2;
ع - a e i u:.3 o:.3; غ gh g:.1; ف f p:.2 v:.3; ق q k gh:.4 g:.4; ك k q:.1 c:.2 g:.4; ک k q:.1 c:.2 g:.4; گ g gh:.1; ل l;
م m; ن n ng:.2; ه h x:.3 kh:.3 -:.3 a:.3 e:.3; ھ h; و u o w v:.1 ou uw:.1 ow:.1 -:1.2; ي i y e:.3 iy ee:.2 ay ey ai ei;
ی i y e:.3 iy ee:.2 ay ey ai ei; ى a i:.2; ء - a:.1 i:.3; ؤ u o; ئ - i y e; ة - a e t h:.2; ڤ v f; ﻻ la; ۇ u; ە e a:.4;
ہ h -:.3 a:.3; ے e i; ں n; ٹ t; ڈ d; ڑ r
"""


Ways = tuple[tuple[str, float], ...]


def _options(*tables: str) -> dict[str, Ways]:
    found: dict[str, Ways] = {}
    for row in ";".join(tables).split(";"):
        letter, *ways = row.split()
        parted = (way.partition(":") for way in ways)
        found[letter] = tuple(("" if way == "-" else way, float(cost or 0)) for way, _, cost in parted)
    return found


_WAYS = _options(_LATIN, _CYRILLIC, _ARABIC)
_LETTER = re.compile("|".join([*sorted(_WAYS, key=lambda letter: -len(letter)), "."]))
_MARKED = str.maketrans({
    **dict.fromkeys("öóôōø", "o"), **dict.fromkeys("üúûūů", "u"), **dict.fromkeys("ëéèêē", "e"),
    **dict.fromkeys("áâāà", "a"), **dict.fromkeys("íîīı", "i"), "ä": "ä", "ə": "ä", "ş": "sh", "š": "sh", "ç": "ch",
    "č": "ch", "ğ": "gh", "ǵ": "gh", "ñ": "ng", "ń": "ng", "ň": "ng", "ž": "zh",
})  # fmt: skip
_VOWELLESS = re.compile("[\u0621-\u064a\u0671-\u06d3\u06d5]")
_WRITTEN_VOWELS = frozenset("aäeiouöüëıəéáóúūаәӓеёиіыоөуұүэюяاویيىآەۇ")


@lru_cache(maxsize=1 << 15)
def slips(word: str, name: str) -> float:
    """How many slips make a name's token, in Latin letters, of a word's token: 0 where it is a usual rendering."""
    if word == name:
        return 0.0
    (letters, free), (target, vowels, extras) = _written(word), _target(name)
    end = len(target)
    row: list[float] = [0.0, *[FARTHEST] * end]
    for place in range(len(letters) + 1):
        # Letters of the name that nothing stands for; they are put in before the word's next letter is read.
        for at, extra in enumerate(extras[free]):
            if (cost := row[at] + extra) < row[at + 1]:
                row[at + 1] = cost
        if place == len(letters):
            break
        letter = letters[place]
        after = [FARTHEST] * (end + 1)
        for at, reached in enumerate(row):
            if reached >= FARTHEST:
                continue
            if (cost := reached + letter.alone) < after[at]:
                after[at] = cost
            if at == end:
                break
            for way, dear in letter.ways.get(target[at], ()):
                if target.startswith(way, at) and (cost := reached + dear) < after[at + len(way)]:
                    after[at + len(way)] = cost
            if vowels[at] == letter.vowel and (cost := reached + letter.changed) < after[at + 1]:
                after[at + 1] = cost
        row = after
    return round(row[end], 3)


class _Letter(NamedTuple):
    """A letter of a word: its ways to be rendered by the first letter of each, and what else may become of it."""

    ways: Mapping[str, Ways]
    vowel: bool
    alone: float
    """What it takes that nothing stands for the letter."""
    changed: float
    """What it takes that another letter of its kind does."""


@lru_cache(maxsize=1 << 10)
def _letter(written: str) -> _Letter:
    ways, vowel = _WAYS.get(written, ()), written in _WRITTEN_VOWELS
    by_first: dict[str, Ways] = {}
    for way, cost in ways:
        if way:
            by_first[way[0]] = (*by_first.get(way[0], ()), (way, cost))
    alone = min([cost for way, cost in ways if not way], default=FARTHEST)
    return _Letter(by_first, vowel, min(alone, EXTRA_VOWEL if vowel else EXTRA), VOWEL if vowel else CONSONANT)


@lru_cache(maxsize=1 << 14)
def _written(word: str) -> tuple[tuple[_Letter, ...], bool]:
    """The letters of a word, and whether it leaves short vowels out."""
    return tuple(map(_letter, _LETTER.findall(single(word)))), _VOWELLESS.search(word) is not None


@lru_cache(maxsize=1 << 15)
def _target(name: str) -> tuple[str, tuple[bool, ...], tuple[tuple[float, ...], tuple[float, ...]]]:
    """The letters of a name, which are vowels, and what each takes that nothing stands for.

    That in a word which has its vowels, and in one which leaves them out.
    """
    plain = "".join(c if c in "ä" else anyascii(c).lower() for c in name.translate(_MARKED))
    target = single("".join(c for c in plain if c.isalpha()))
    vowels = tuple(letter in _VOWELS for letter in target)
    extras = tuple(
        EXTRA_VOWEL if vowel else 0.6 if letter == "h" else EXTRA for letter, vowel in zip(target, vowels, strict=True)
    )
    unwritten = tuple(
        0.0 if vowel and not before else extra
        for extra, vowel, before in zip(extras, vowels, (False, *vowels), strict=False)
    )
    return target, vowels, (extras, unwritten)
