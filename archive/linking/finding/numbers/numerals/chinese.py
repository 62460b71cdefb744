"""Chinese numerals, everyday and formal, simplified and traditional."""

from archive.linking.finding.numbers.numerals.grammar import LARGEST
from archive.linking.languages.loading import han

_HAN = han()
_DIGITS = {character: value for value, characters in enumerate(_HAN.digits) for character in characters}
_SCALES = {character: scale for scale, characters in _HAN.scales.items() for character in characters}
CHARACTERS = "".join(_DIGITS) + "".join(_SCALES)

LONGEST = 14


def chinese(text: str) -> int | None:
    """The number that a whole run of numerals means: `一百五十三`, `一百五` (150), or digits one by one: `一五三`.

    None for what is no number: scales out of order, digits side by side among scales, or more than `LARGEST`.
    """
    if not 0 < len(text) <= LONGEST:
        return None
    if all(c in _DIGITS for c in text):
        number = int("".join(str(_DIGITS[c]) for c in text))
        return number if 0 < number <= LARGEST else None
    head, mark, tail = _split(text)
    high = _section(head) if mark else 0
    low = _section(tail, below=1000 if mark else None) if tail else 0
    if high is None or low is None or (mark and not head):
        return None
    number = high * 10_000 + low
    return number if 0 < number <= LARGEST else None


def _split(text: str) -> tuple[str, str, str]:
    for mark in _HAN.scales[10_000]:
        if mark in text:
            return text.partition(mark)
    return "", "", text


def _section(text: str, below: int | None = None) -> int | None:
    """A number below ten thousand. `below` is the scale that a lone last digit counts, where one came before."""
    total, digit, scale, zero = 0, None, 10_000, False
    for c in text:
        if c not in _DIGITS and c not in _SCALES:
            return None
        if c in _SCALES:
            here = _SCALES[c]
            if here >= scale or digit == 0 or (digit is None and here != 10):
                return None
            total, digit, scale, zero = total + (digit or 1) * here, None, here, False
        elif _DIGITS[c] == 0:
            if digit is not None:
                return None
            zero = True
        elif digit is not None:
            return None
        else:
            digit = _DIGITS[c]
    if digit is None:
        return None if zero else total
    alone = below if scale == 10_000 else scale // 10
    return total + digit * (1 if zero or not alone else alone)
