"""Which column somebody may have meant, where none has the name that is looked for. Pure.

A wrong proposal that is followed puts one person's words under another's name, so that only a slip of the pen is one,
or a name that says the same; never a column that has a meaning of its own, or that may hold private numbers.
"""

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_SAME = {
    "entry": ("entry no", "entry number", "entry id", "no", "nr", "num", "number", "№", "#", "n°", "nº", "номер",
              "case no", "case number", "编号", "編號"),
    "victim's name": ("name", "full name", "victim", "victim name", "name of victim", "name of the victim", "фио",
                      "имя", "latin name"),
    "chinese name": ("name in chinese", "chinese", "中文名", "中文姓名", "姓名", "汉字姓名"),
    "additional info": ("additional information", "remarks", "notes"),
    "gender": ("sex",),
    "about the testifier": ("testifier", "testimony", "testimonies"),
    "detention time": ("date of detention", "detention date"),
}  # fmt: skip
_PRIVATE = re.compile(
    r"(?<![^\W_])(?:id|iin|passports?|phones?|tel|telephone|mobile|иин|паспорт\w*|тел|телефон\w*)(?![^\W_])|"
    r"身份证|護照|护照|电话|電話|手机"
)
_LONG = 8
"""Letters from which two slips are allowed, not one."""


def likely(wanted: str, found: Iterable[str]) -> str | None:
    """The one of the names that were found that may be the one wanted, all as `plain` writes them; None if unclear."""
    there = [
        name
        for name in found
        if name and name[0] not in "'\"" and not (_PRIVATE.search(name) and not _PRIVATE.search(wanted))
    ]
    same = {_bare(one) for one in _SAME.get(wanted, ())}
    if alike := [name for name in there if _bare(name) in same]:
        return alike[0] if len(alike) == 1 else None
    slips = 2 if len(_bare(wanted)) >= _LONG else 1
    near = [(OSA.distance(_bare(wanted), _bare(name), score_cutoff=slips), name) for name in there]
    close = sorted(one for one in near if one[0] <= slips)
    return close[0][1] if close and (len(close) == 1 or close[0][0] < close[1][0]) else None


def _bare(name: str) -> str:
    return " ".join(re.sub(r"[.:'_-]", "", name).split())
