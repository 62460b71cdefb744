"""Which rules proposed a link: a version of the logic, and a digest of the words, constants and data that decide.

Whoever changes a weight, a threshold or a word changes the digest, so that clips are linked again. Whoever changes
logic alone raises VERSION; tests/archive/linking/test_golden.py fails until then. The digest is of values, each under a
label that stands here: neither where a constant stands nor how a file is laid out or commented is part of it.
"""

import hashlib
import json
from functools import lru_cache
from types import ModuleType

from archive.linking import claims, known_people, rarity, text_reading, weighing
from archive.linking.context import clues, groups, kin_words, kinship, places, roles, voices
from archive.linking.equal_rules import EQUAL, Rules
from archive.linking.finding.names import (
    agreeing,
    alphabets,
    correspondences,
    dotted,
    endings,
    likeness,
    renderings,
    rivals,
    search,
    spotting,
)
from archive.linking.finding.names.correspondences import rows, written
from archive.linking.finding.numbers import bare_numbers, conventions, digits, mentions, number_cues, other_meanings
from archive.linking.finding.numbers.numerals import chinese, grammar
from archive.linking.known_people import KnownPeople
from archive.linking.languages import patterns
from archive.linking.languages.loading import languages

VERSION = "thirdcopy-linking/5"
"""Raised when the same words and figures are to give other links."""

DECIDING: dict[str, tuple[ModuleType, str]] = {
    "weights": (
        weighing,
        "CITED STATED REGISTER_NUMBER ANY_NUMBER DOUBTFUL_NUMBER AGREES DISAGREES SLOPE RAREST MOST",
    ),
    "claims": (claims, "FLOOR UNLIKELY CROWD COMPARED ALTERNATIVES TESTIFIER_FITS RELATION_FITS SURE"),
    "texts": (
        text_reading,
        "NEAR NEARBY FAR AGREES AGREES_AFAR BESIDE CLOSE EXACT CONTEXT REPEATS WORTH SPEAKERS",
    ),
    "known people": (known_people, "LIKE"),
    "rarity": (rarity, "UNSEEN"),
    "clues": (
        clues,
        "SEX_FITS SEX_OF_KIN SEX_OF_NAME SEX_OF_PRONOUN ETHNICITY_FITS ETHNICITY_DIFFERS PLACE_FITS YEAR_FITS "
        "YEAR_DIFFERS AGE_FITS AGE_DIFFERS BORN_FITS BORN_DIFFERS WORDS",
    ),
    "groups": (groups, "SHORTEST UNCUT"),
    "kinds of kin": (kin_words, "KINDS"),
    "kinship": (kinship, "NEAR"),
    "places": (places, "ALIKE SHORTEST LATIN_PLACES"),
    "roles": (roles, "BEFORE AFTER BESIDE WEIGHTS BYSTANDER"),
    "voices": (voices, "CLOSE WORTH TESTIMONIES"),
    "words": (patterns, "LETTERS"),
    "cues": (number_cues, "ENDING"),
    "numbers beside names": (bare_numbers, "LEAST"),
    "conventions": (conventions, "AHEAD BEHIND LEAST_ANYWHERE"),
    "digits": (digits, "LARGEST_DIGITS"),
    "limits": (other_meanings, "YEARS AFAR ADDRESS FILED"),
    "mentions": (mentions, "WIDEST_RANGE LONGEST_LIST LEAST_SURE LEAST_FURTHER LEAST_ORDINAL"),
    "numerals": (grammar, "LARGEST LONGEST"),
    "Han numerals": (chinese, "LONGEST"),
    "search": (search, "WIDTH ROUGHLY SPARE SWAPPED LIKE_BONES KEPT COMPARED WHOLE"),
    "names": (
        spotting,
        "WORD_FLOOR NAME_FLOOR ONE_WORD LONG HOMOPHONES SPELLED SURNAME HAN_WIDTHS SYLLABLES CONSONANTS HEARD CASE "
        "ENDED",
    ),
    "rivals": (
        rivals,
        "NET MARGIN APART HEARD_APART DECIDING TURNED HEARD_TURNED SPARE JOINED ONE_SLIP SHOWN COMPARED NAT",
    ),
    "likeness": (likeness, "BONES CLOSELY"),
    "agreeing": (agreeing, "SPLIT LEAST WHOLE APART"),
    "dotted": (dotted, "SHORTEST LONGEST SHORTER PART_FLOOR NAME_FLOOR ANY_CHARACTER LEFT_OUT"),
    "case endings": (endings, "SHORTEST"),
    "renderings": (renderings, "FARTHEST VOWEL EXTRA_VOWEL CONSONANT EXTRA"),
    "alphabets": (alphabets, "SHARE ENOUGH"),
    "correspondences": (correspondences, "DEAREST LONGEST"),
}
"""The constants that decide, by label and module: what moves to another module is found there, under the same label.

The tables of letters in `names` are logic, as code is: whoever changes one raises VERSION.
"""


def rules(known: KnownPeople) -> str:
    """The name of the rules: version, `+`, and 12 hex digits over what decides, the known people among it."""
    return _now().name(known.names)


def is_now(name: str, known: KnownPeople) -> bool:
    """Whether a name is that of the present rules with these known people, or of others that give the same links."""
    return name == rules(known) or name in _equal_names(known.names)


@lru_cache(maxsize=4)
def _equal_names(known: tuple[str, ...]) -> frozenset[str]:
    now = _now()
    return frozenset(one.name(known) for equal in EQUAL if now in equal for one in equal)


@lru_cache(maxsize=1)
def _now() -> Rules:
    """The present rules."""
    decides = [
        {label: {name: _plain(getattr(module, name)) for name in names.split()}
         for label, (module, names) in DECIDING.items()},
        [one.model_dump(mode="json", exclude_defaults=True, exclude={"name"}) for one in languages()],
        sorted([script, unit, sorted(map(list, costs.items()))] for script, unit, costs in rows(written())),
    ]  # fmt: skip
    text = json.dumps(decides, sort_keys=True, ensure_ascii=False)
    return Rules(VERSION, hashlib.sha256(text.encode()).hexdigest())


def _plain(value: object) -> object:
    """A constant as JSON has it, the same on every machine."""
    if isinstance(value, dict):
        return sorted([key, _plain(one)] for key, one in value.items())
    if isinstance(value, tuple | range):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a {type(value).__name__} is no constant of the rules")
