"""Numbers written as words: English as a speech recogniser may write it, and Chinese numerals. Pure."""

from collections.abc import Sequence

_UNITS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_UNITS |= {"oh": 0, "o": 0}
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
WORDS = frozenset(_UNITS) | frozenset(_TEENS) | frozenset(_TENS) | {"a", "hundred", "thousand", "and"}

_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000, "萬": 10000}
HAN = "".join(_HAN_DIGITS) + "".join(_HAN_SCALES)

LARGEST = 9_999_999


def english(words: Sequence[str]) -> tuple[int, int] | None:
    """The number that `words` begin with and how many of them it takes; None if they begin with none.

    Reads cardinals (`one thousand three hundred and fifty eight`), digits one by one (`one five three`) and groups as
    they are spoken (`thirteen ninety one`, `five oh seven`, `one fifty three`). Words are lower-case, without hyphens.
    """
    words = [*words[:16], ""]
    at = _cardinal(words)
    if at:
        return at
    digits, used = "", 0
    while True:
        group = _below_hundred(words, used)
        if not group or len(digits) >= 7:
            break
        value, taken = group
        if digits and value < 10 and taken == 1 and len(digits) % 2 == 0 and not _digit_by_digit(words[:used]):
            break  # "thirteen ninety one" ends here; a digit on its own belongs to what follows
        digits += str(value)
        used += taken
    number = int(digits) if digits else 0
    return (number, used) if 0 < number <= LARGEST else None


def _digit_by_digit(words: Sequence[str]) -> bool:
    return all(word in _UNITS for word in words) or words[-1] in ("oh", "zero", "o")


def _cardinal(words: Sequence[str]) -> tuple[int, int] | None:
    """A number with `hundred` or `thousand` in it."""
    high = _below_thousand(words, 0)
    if high is None:
        return None
    value, at = high
    if words[at] != "thousand":
        return (value, at) if value >= 100 else None
    value, at = value * 1000, at + 1
    after = at + (words[at] == "and")
    low = _below_thousand(words, after)
    return (value + low[0], low[1]) if low else (value, at)


def _below_thousand(words: Sequence[str], start: int) -> tuple[int, int] | None:
    group = (1, 1) if words[start] == "a" else _below_hundred(words, start)
    if group is None or group[0] == 0:
        return None
    value, at = group[0], start + group[1]
    if words[at] != "hundred":
        return None if words[start] == "a" and words[at] != "thousand" else (value, at)
    value, at = value * 100, at + 1
    rest = _below_hundred(words, at + (words[at] == "and"))
    if rest and rest[0]:
        return value + rest[0], at + (words[at] == "and") + rest[1]
    return value, at


def _below_hundred(words: Sequence[str], start: int) -> tuple[int, int] | None:
    word = words[start] if start < len(words) else ""
    if word in _UNITS:
        return _UNITS[word], 1
    if word in _TEENS:
        return _TEENS[word], 1
    if word in _TENS:
        unit = _UNITS.get(words[start + 1], 0)
        return (_TENS[word] + unit, 2) if unit else (_TENS[word], 1)
    return None


def chinese(text: str) -> int | None:
    """The number that a whole run of Chinese numerals means: `一百五十三`, `一千三百五十八`, or digits `一五三`."""
    if not text or len(text) > 12:
        return None
    if all(c in _HAN_DIGITS for c in text):
        return int("".join(str(_HAN_DIGITS[c]) for c in text)) or None
    total = section = digit = 0
    for c in text:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif _HAN_SCALES.get(c) == 10000:
            total, section, digit = total + (section + digit) * 10000, 0, 0
        elif c in _HAN_SCALES:
            section, digit = section + (digit or 1) * _HAN_SCALES[c], 0
        else:
            return None
    number = total + section + digit
    return number if 0 < number <= LARGEST else None
