"""The cues of Chinese, which parts no words: before a number, after it, and around it (第123号). Pure."""

import re

from archive.linking.finding.numbers.numerals.chinese import CHARACTERS
from archive.linking.languages import loading
from archive.linking.languages.patterns import begun, literal

_HAN = loading.han()
_ENTRIES = literal((*_HAN.entries, *_HAN.files))
_NUMBER, _SIGN, _OF = literal(_HAN.numbers), literal(_HAN.number_signs), re.escape(_HAN.of)
_REGISTER = rf"{literal(_HAN.registers)}{literal(_HAN.within)}?(?:{_OF})?"

_BEGINS = begun(
    (*_HAN.files, *_HAN.entries, *_HAN.registering, *_HAN.registers, *_HAN.first_numbers, *_HAN.own, *_HAN.numbers)
)
BEFORE = re.compile(
    rf"{_BEGINS}(?:(?P<strong>(?:(?P<file>{literal(_HAN.files)})|{literal((*_HAN.entries, *_HAN.registering))})"
    rf"(?:{_OF})?{literal((*_HAN.numbers, *_HAN.number_signs))}?"
    rf"|{_REGISTER}{_NUMBER}"
    rf"|(?:(?<=^)|(?<=[\s，。、；：（(])){literal(_HAN.first_numbers)})"
    rf"|(?P<own>{literal(_HAN.own)}[^，。！？\s]{{0,10}}?(?:{_OF})?{literal(_HAN.numbers_of_people)})"
    rf"|(?P<weak>{_NUMBER}))(?P<gap>[ :：{_HAN.ordinal}{_HAN.copulas}#№]{{0,3}})"
)
NUMBERED = re.compile(
    rf"(?<![\dA-Za-z{_HAN.ordinal}.,:/–—-])(?P<number>\d{{4,7}})[ ]?{_SIGN}(?![{_HAN.numbered_things}])"
)
"""A long number with 号 and without 第, which days and houses hardly have."""

LISTED = re.compile(rf"{_REGISTER}{_HAN.ordinal}[ ]?(?=[\d{CHARACTERS}])")
"""In a register, 条 and 位 number entries too: 数据库第1358条."""

AFTER = re.compile(rf"[ ]?{_SIGN}{_ENTRIES}")
FOLLOWED = re.compile(rf"\d+(?=[ ]?{_SIGN}{literal(word[0] for word in (*_HAN.entries, *_HAN.files))})")
"""Digits that `AFTER` may follow."""

FRAMED = re.compile(rf"{_HAN.ordinal}[ ]?(?=[\d{CHARACTERS}])")
LIST_ENDS = re.compile(rf"[ ]?{literal(_HAN.list_signs)}")
FRAME_ENDS = re.compile(rf"[ ]?{_SIGN}(?P<strong>{_ENTRIES})?")
NUMERALS = re.compile(rf"[{CHARACTERS}]{{1,14}}")
"""A run of numerals; one that goes on is none, so look at what follows."""
