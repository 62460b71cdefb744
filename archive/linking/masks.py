"""Numbers that identify a living person, masked before they can become a quote. Pure.

A testimony or an entry may show a national identity number, a passport or a telephone. Masking keeps every length,
so that offsets into a text hold in its masked form too. Too much is masked rather than too little: any unbroken run
of nine digits or more goes, and entry numbers never have as many.
"""

import re

MASK = "█"

_DIGIT = re.compile(r"\d")

_GAP = r"[ \t\xa0.·\-–—_/()\u200b-\u200f\u202a-\u202e\u2060-\u2069]"
_PRIVATE = re.compile(
    "|".join(
        (
            # Eighteen digits (the last may be X) or the fifteen of older cards, however they are grouped.
            rf"(?<!\d)\d(?:{_GAP}{{0,2}}\d){{13,}}(?:{_GAP}{{0,2}}[XxХх](?!\w))?",
            # Any longer unbroken number: Kazakh and Turkish identity numbers, telephones, cards.
            r"\d{9,}[XxХх]?",
            # Passports: one or two letters and seven to nine digits.
            r"(?<![^\W_])[A-Za-zА-Яа-я]{1,2}[ \-]?\d{7,9}(?!\d)",
            # Telephones with their country's code, in any grouping.
            rf"(?:\+|(?<!\d)00){_GAP}{{0,2}}\d(?:{_GAP}{{0,2}}\d){{7,14}}",
            # Chinese mobile numbers, and those of Kazakhstan and Russia without their plus.
            r"(?<!\d)1[3-9]\d(?:[ \-]?\d{4}){2}(?!\d)",
            r"(?<!\d)8[ \-]?\(?[1-9]\d\d\)?[ \-]?\d{3}[ \-]?\d\d[ \-]?\d\d(?!\d)",
        )
    )
)


def mask(text: str) -> str:
    """The text with identity numbers, passports and telephones replaced, character by character, by `█`."""
    if not _DIGIT.search(text):
        return text
    return _PRIVATE.sub(lambda found: MASK * len(found.group()), text)
