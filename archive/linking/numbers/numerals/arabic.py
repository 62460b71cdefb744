"""Arabic numbers: units before tens, `and` written together with what follows, both genders and the usual cases."""

from archive.linking.numbers.numerals.grammar import AND, TEEN, Grammar, counted

_UNITS = {
    3: "ثلاث ثلاثة تلاتة", 4: "أربع أربعة", 5: "خمس خمسة", 6: "ست ستة", 7: "سبع سبعة",
    8: "ثمان ثماني ثمانية تمانية", 9: "تسع تسعة",
}  # fmt: skip
_HUNDRED = "مئة مائة مئه مية ميه"


def _hundreds() -> dict[int, str]:
    """300 to 900 as one word: the unit and the word for hundred written together."""
    return {
        value * 100: " ".join(unit + hundred for unit in units.split() for hundred in _HUNDRED.split())
        for value, units in _UNITS.items()
    }


ARABIC = Grammar(
    language="ar",
    script="arabic",
    words={
        **counted(
            {
                0: "صفر", 1: "واحد واحدة أحد إحدى", 2: "اثنان اثنين اثنتان اثنتين اثنا اثني اثنتا اثنتي", **_UNITS,
                10: "عشرة", 20: "عشرون عشرين", 30: "ثلاثون ثلاثين", 40: "أربعون أربعين", 50: "خمسون خمسين",
                60: "ستون ستين", 70: "سبعون سبعين", 80: "ثمانون ثمانين", 90: "تسعون تسعين", 100: _HUNDRED,
                200: "مئتان مئتين مائتان مائتين مئتا مائتا", **_hundreds(),
                1000: "ألف ألفا آلاف الاف", 2000: "ألفان ألفين",
            }
        ),
        "عشر": (TEEN,),
        "و": (AND,),
    },
    units_first=True,
    prefix="و",
)  # fmt: skip
