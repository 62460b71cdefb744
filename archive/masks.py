r"""Numbers that identify a living person, masked before they can become a quote. Pure.

A testimony or an entry may show a national identity number, a passport or a telephone. Masking keeps every length,
so that offsets into a text hold in its masked form too. Too much is masked rather than too little: any unbroken run
of nine digits or more goes, and entry numbers never have as many. Dates stay.
Digits are those of any script (full-width, Arabic-Indic, …), as Python's `\d` has them, and Chinese numerals.
"""

import re

MASK = "█"

_HAN = "〇零一二三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖"
_CLUSTER = re.compile(rf"[\d{_HAN}](?:[^\d{_HAN}]{{0,12}}[\d{_HAN}]){{5,}}")
_AROUND = 6
"""Digits near each other, six at least, are looked at closely, with so many characters beside them: nothing else can be
such a number, and most of a text is quickly passed over."""

_GAP = r"[ \t\r\n\xa0\u2000-\u200f\u2010-\u2015\u202a-\u202f\u205f-\u2069\u2212\u3000\ufeff\uff0d.·\-_/()]"
_NAMED = (
    r"(?<![^\W_])(?:id(?:entity)?|passports?|phones?|tel|telephone|mobile|whatsapp|wechat|fax|iin|иин|паспорт\w{0,3}|"
    r"удостоверени\w{1,3}|тел|телефон\w{0,3}|моб|куәлі\w{1,4}|telefon\w{0,4}|pasaport\w{0,4}|kimlik|tc|жсн)(?![^\W_])|"
    r"身份证|身份證|护照|護照|电话|電話|手机|手機|微信|(?:ال)?هاتف|جواز|پاسپورت|تېلېفون|كىملىك"
)
_BORN = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_PRIVATE = re.compile(
    "|".join(
        (
            # Eighteen digits (the last may be X) or the fifteen of older cards, however they are grouped.
            rf"(?<!\d)\d(?:{_GAP}{{0,3}}\d){{13,}}(?:{_GAP}{{0,3}}[XxХхＸｘ](?!\w))?",
            # Any longer unbroken number: Kazakh and Turkish identity numbers, telephones, cards.
            r"\d{9,}[XxХхＸｘ]?",
            rf"[{_HAN}]{{11,}}[XxХх]?",
            # Kazakh numbers, which begin with the day of birth, in groups of 6-6, 6-3-3 or 4-4-4; Turkish in 3-3-3-2.
            rf"(?<!\d)\d\d{_BORN}{_GAP}{{1,2}}(?:\d{{6}}|\d{{3}}{_GAP}{{1,2}}\d{{3}})(?!{_GAP}?\d)",
            rf"(?<!\d)\d\d(?:0[1-9]|1[0-2]){_GAP}{{1,2}}(?:0[1-9]|[12]\d|3[01])\d\d{_GAP}{{1,2}}\d{{4}}(?!{_GAP}?\d)",
            rf"(?<!\d)[1-9]\d\d(?:{_GAP}\d{{3}}){{2}}{_GAP}\d\d(?!{_GAP}?\d)",
            # Chinese ones (GB 11643) with their parts set apart by another mark.
            rf"(?<!\d)[1-9]\d{{5}}[,:*'’]{_GAP}?(?:1[89]|20)\d\d{_BORN}[,:*'’]{_GAP}?\d{{3}}[\dXx](?!\d)",
            # Passports: one or two letters and seven to nine digits; in groups where the letters are capitals.
            r"(?<![^\W_])[A-Za-zА-Яа-яＡ-Ｚａ-ｚ]{1,2}-?\d{7,9}(?!\d)",
            rf"(?<![^\W_])[A-ZА-ЯＡ-Ｚ]{{1,2}}{_GAP}{{0,2}}\d(?:{_GAP}?\d){{6,8}}(?!{_GAP}?\d)",
            # Telephones with their country's code, in any grouping.
            rf"(?:[+＋]|(?<!\d)[0０٠۰]{{2}}){_GAP}{{0,2}}\d(?:{_GAP}{{0,3}}\d){{7,14}}",
            # Chinese mobile numbers, and those of Kazakhstan and Russia without their plus.
            rf"(?<!\d)1[3-9]\d(?:{_GAP}?\d{{4}}){{2}}(?!\d)",
            rf"(?<!\d)1[3-9]\d(?:{_GAP}\d{{3}}{_GAP}\d{{5}}|\d\d{_GAP}\d{{6}})(?!\d)",
            rf"(?<!\d)(?:[78]{_GAP})?\(?7\d\d\)?{_GAP}{{1,2}}\d{{7}}(?!\d)",
            r"(?<!\d)8[ \-]?\(?[1-9]\d\d\)?[ \-]?\d{3}[ \-]?\d\d[ \-]?\d\d(?!\d)",
            # Without any prefix: 3-3-2-2 and 3-3-4; with the 0 of a long-distance call, in groups.
            rf"(?<!\d)\(?\d{{3}}{_GAP}{{1,2}}\d{{3}}[ .\-_/]\d\d[ .\-_/]?\d\d(?!\d)",
            rf"(?<!\d)\(?0\d{{2,3}}{_GAP}{{1,2}}"
            r"(?:\d{6,8}|\d{3,4}[ \-]\d{3,4}|\d{2,3}(?:[ \-]\d{2,3}){2})(?!\d)",
        )
    )
)
"""What looks like such a number. Runs of digits are bounded below alone, and each begins where no digit is before it:
whatever the text, each character is looked at a small number of times."""

_GROUPED = re.compile(rf"\d(?:{_GAP}{{0,3}}\d){{5,}}[XxХх]?")
_WORD_BEFORE = re.compile(rf"(?:{_NAMED})[^\d\n]{{0,24}}$", re.IGNORECASE)
"""Six digits or more, in any grouping, soon after a word that says what they are."""

_MONTH, _DATE = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_CENTURY = r"(?:1[89]|20)\d\d"
_DAY = rf"(?:{_CENTURY}[.\-/]{_MONTH}[.\-/]{_DATE}|{_DATE}[.\-/]{_DATE}[.\-/]{_CENTURY}|{_CENTURY}(?:[.\-/]{_MONTH})?)"
_HARMLESS = re.compile(rf"{_DAY}(?:{_GAP}{{1,3}}{_DAY})*(?:{_GAP}\d\d?)?", re.ASCII)
"""Dates and years beside each other, with the hour that may follow."""

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'«»“”、，。；（）]{1,2000}", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?:wa\.me|whatsapp|viber|t\.me/(?:\+|%2b)?\d|imo\.im|signal\.me|phone|tel(?:ephone)?[=:/]|mobile)", re.IGNORECASE
)
_CARD = re.compile(rf"(?<!\d)(?:[1-9]\d{{5}}(?:1[89]|20)\d\d{_BORN}\d{{3}}[\dXx]|[1-9]\d{{5}}\d\d{_BORN}\d{{3}})(?!\d)")
"""An identity number with the date of birth in it (GB 11643): six digits of a place, the date, three or four more."""


def mask(text: str) -> str:
    """The text with identity numbers, passports and telephones replaced, character by character, by `█`."""
    if not _CLUSTER.search(text):
        return text
    parts, end = list[str](), 0
    for cluster in _CLUSTER.finditer(text):
        for found in _PRIVATE.finditer(text, max(end, cluster.start() - _AROUND), cluster.end() + _AROUND):
            parts += (text[end : found.start()], _masked(found))
            end = found.end()
    text = "".join((*parts, text[end:]))
    return _GROUPED.sub(_masked_if_named, text)


def mask_prose(text: str) -> str:
    """As `mask`, but the addresses of web pages in the text stay whole, so that what they lead to can be found.

    Platforms number their videos with as many digits as a telephone has. An address is masked all the same if it is
    one of somebody's telephone, or if a run of digits in it has a date of birth where an identity number has it.
    """
    if "://" not in text and "www." not in text:
        return mask(text)
    parts, end = list[str](), 0
    for found in _ADDRESS.finditer(text):
        parts += (mask(text[end : found.start()]), _mask_address(found.group()))
        end = found.end()
    return "".join((*parts, mask(text[end:])))


def _mask_address(address: str) -> str:
    if _CONTACT.search(address) or "+" in address or "%2b" in address.lower():
        return mask(address)
    return _CARD.sub(lambda found: MASK * len(found.group()), address)


def _masked(found: re.Match[str]) -> str:
    text = found.group()
    return text if _HARMLESS.fullmatch(text) else MASK * len(text)


def _masked_if_named(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - 60) : found.start()]
    return _masked(found) if _WORD_BEFORE.search(before) else found.group()
