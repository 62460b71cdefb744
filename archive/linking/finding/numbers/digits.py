"""Numbers written in digits, of any script, with the separators of thousands that people use. Pure.

`1,358`, `1.358`, `1'358`, `1٬358` and `1 358` with a space that does not break are one number. A plain space may part
thousands or two numbers: it is read only where the caller says that its language writes thousands so, and a dot
only where the caller knows that no decimal can stand there. Whatever else is glued to a number (a second dot, a colon,
a slash, further groups of digits) makes it a date, a time, a telephone or a sum, and no number at all.
"""

import re

LARGEST_DIGITS = 7

_COMMON = r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:[٬\xa0\u202f\u2009'’]\d{3})+"
_NUMBERS = {
    (dotted, spaced): re.compile(
        _COMMON + (r"|\d{1,3}(?:\.\d{3})+" if dotted else "") + (r"|\d{1,3}(?: \d{3})+" if spaced else "") + r"|\d+"
    )
    for dotted in (False, True)
    for spaced in (False, True)
}
_HIDDEN = r"[\xad\u200b\u2060\ufeff]?\d"
_GLUED_AFTER = re.compile(
    _HIDDEN + r"|[.,:/٬٫'’–—\-‐‑−\\+*×xX=]\d|[ \xa0\u202f\u2009]{1,2}[(]?\d|[A-Za-zÀ-ɏЀ-ӿ_@]|[.][A-Za-z]"
)
_GLUED_IN_LIST = re.compile(
    _HIDDEN + r"|[.:/٬٫'’\\+*×xX=]\d|[ \xa0\u202f\u2009]{1,2}[(]?\d|[A-Za-zÀ-ɏЀ-ӿ_@]|[.][A-Za-z]"
)
_SINGLE = re.compile(r"[1-9](?: [0-9]){3,6}(?! ?\d)")
_GLUED_BEFORE = re.compile(r"[\w.,:/–—\-‐‑−\\+*×=(@$€£¥₽₸'’]\Z")


def read_digits(
    text: str, at: int, *, dotted: bool = False, spaced: bool = False, listed: bool = False
) -> tuple[int, int] | None:
    """The number that stands at a place of a text, and where it ends; None if it is part of something else.

    `listed` allows a comma or a dash before further digits: `12,34 and 56`, `12–15`.
    """
    found = _NUMBERS[dotted, spaced].match(text, at)
    if not found or (_GLUED_IN_LIST if listed else _GLUED_AFTER).match(text, found.end()):
        return None
    digits = re.sub(r"\D", "", found.group())
    if len(digits.lstrip("0٠۰０")) > LARGEST_DIGITS or len(digits) > 2 * LARGEST_DIGITS:
        return None
    value = int(digits)
    return (value, found.end()) if value else None


def read_single_digits(text: str, at: int) -> tuple[int, int] | None:
    """The number whose digits are said and written one by one (`1 8 0 0 5`), four to seven of them, and its end."""
    found = _SINGLE.match(text, at)
    return (int(re.sub(r"\D", "", found.group())), found.end()) if found else None


def stands_free(text: str, start: int) -> bool:
    """Whether nothing is glued to the front of a number that makes it part of something else."""
    return not _GLUED_BEFORE.search(text[max(0, start - 1) : start])
