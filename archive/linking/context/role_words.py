"""What says in a text what somebody is in a testimony, made of the words of the languages' files. Pure.

A word with a bare `*` is a stem: up to eight letters may follow it, so that cases and tenses fit.
"""

import re
from collections.abc import Callable, Iterable

from archive.linking.languages import loading
from archive.linking.languages.loading import languages, together
from archive.linking.languages.patterns import NOTHING, begun, either, ending, literal, parted, words
from archive.linking.languages.schema import Language, Roles


def _spaced(pick: Callable[[Roles], Iterable[str]]) -> list[str]:
    """The words of all languages that stand between spaces."""
    return parted(together(lambda language: pick(language.roles)))[0]


def _han(pick: Callable[[Roles], Iterable[str]]) -> list[str]:
    """The words in Han, which stand without spaces."""
    return parted(together(lambda language: pick(language.roles)))[1]


def _each(pick: Callable[[Roles], Iterable[str]], *, plurals: bool = False) -> "re.Pattern[str]":
    """Any of the words, language by language; with `plurals` also with its ending of several."""

    def of(language: Language) -> str:
        return words(pick(language.roles), plural=language.roles.plural if plurals else "")

    found = "|".join(of(one) for one in languages() if tuple(pick(one.roles)))
    return re.compile(found or NOTHING, re.IGNORECASE)


_WORDS = loading.han()

_SELF = (
    rf"(?<!\w){either(_spaced(lambda roles: roles.introduces))}[\s:,–—-]{{0,3}}"
    rf"|{literal(_han(lambda roles: roles.introduces))}[\s:，,]{{0,2}}"
    rf"|(?<!\w){literal(_spaced(lambda roles: roles.i))}[\s:,–—-]{{1,3}}"
)
_SELF_BEGINS = begun(together(lambda language: (*language.roles.introduces, *language.roles.i)))
SELF = re.compile(rf"{_SELF_BEGINS}(?:{_SELF})", re.IGNORECASE)
SELF_BEFORE = re.compile(rf"{_SELF_BEGINS}(?:{_SELF})$", re.IGNORECASE)
"""Ends where a speaker's own name begins."""

SELF_AFTER = re.compile(
    rf"[\s,]{{0,3}}(?:{either(_spaced(lambda roles: roles.introduces_after))}"
    rf"|-?{ending(_spaced(lambda roles: roles.i_am))}(?!\w))"
)
"""Begins where a speaker's own name ends."""

NAMED = re.compile(
    rf"[\s.,;:。，]{{0,4}}{either(together(lambda language: language.roles.presents), bounded=False)}"
    r"[\s:,，：–—-]{0,3}",
    re.IGNORECASE,
)
"""Stands between a number and the name of whom it means, also where a sentence ends in between."""

FATE = _each(lambda roles: roles.fate)
"""What happened to those who are in a register."""

NOT_BEFORE = re.compile(
    rf"(?:(?<!\w){either(_spaced(lambda roles: roles.denied))}|{ending(_spaced(lambda roles: roles.denied_ending))})"
    rf"\s(?:[^\W\d_]{{1,12}}\s){{0,2}}$|{literal(_han(lambda roles: roles.denied))}$",
    re.IGNORECASE,
)
"""Ends where a fate begins that nobody had."""

NOT_WITHIN = re.compile(rf"\w{ending(_spaced(lambda roles: roles.denying))}", re.IGNORECASE)
"""A verb's denial in Turkic languages, in the word for a fate."""

LEAVING = re.compile(either(_spaced(lambda roles: roles.freed), letters=0))
"""What is no fate less for being denied: not released."""

PLACE = _each(lambda roles: roles.places)
"""Where people are held: whoever heads one has an office."""

OWN_FATE = re.compile(
    rf"{begun((*_spaced(lambda roles: roles.own_fate), _WORDS.me))}"
    rf"(?:(?<!\w){either(_spaced(lambda roles: roles.own_fate))}"
    rf"|{_WORDS.me}[^。！？]{{0,16}}{literal(_WORDS.passive)}[{_WORDS.done}])",
    re.IGNORECASE,
)
"""A speaker's own fate."""

PASSIVE = re.compile(
    rf"[\s,]{{0,2}}(?:\w{{1,12}}\s)?{either(together(lambda language: language.roles.passive))}"
    rf"|{literal(_han(lambda roles: roles.passive))}",
    re.IGNORECASE,
)
"""Begins where the name of somebody ends to whom something was done."""

POSSESSED = re.compile(
    rf"{ending(_spaced(lambda roles: roles.possessive))}\s|{literal(_han(lambda roles: roles.possessive))}",
    re.IGNORECASE,
)
"""Begins where a name ends whose bearer has something: `'s brother`, `的弟弟`."""

POSSESSOR = re.compile(rf"{ending(_spaced(lambda roles: roles.possessive_within))}$", re.IGNORECASE)
"""Ends a name in the case of whoever has something."""

OF = re.compile(
    rf"(?<!\w)(?P<what>[^\W\d_]{{2,20}})\s{literal(_spaced(lambda roles: roles.of))}\s"
    rf"(?:{literal(_spaced(lambda roles: roles.articles))}\s)?$",
    re.IGNORECASE,
)
"""Ends where a name begins that only says whose somebody is: `cellmate of`, `same village as`."""

MEANT = frozenset(_spaced(lambda roles: roles.meant))
"""Words before `of` that are about the name itself: `case of`."""

OFFICE = _each(lambda roles: roles.offices, plurals=True)
"""Those who hold an office: they do what is done to others."""

WITNESS = _each(lambda roles: roles.witnesses, plurals=True)
"""Those who ask, write and help."""

SPEAKS = re.compile(
    rf"[\s,]{{0,2}}(?:{literal(_spaced(lambda roles: roles.before_speaks))}\s)?"
    rf"{either(_spaced(lambda roles: roles.speaks))}|{literal(_han(lambda roles: roles.speaks))}",
    re.IGNORECASE,
)
"""Begins where the name of somebody ends who speaks of others."""

SOURCE = re.compile(
    "|".join(
        rf"{ending(one.roles.on_whose_word_endings)}?\s{either(one.roles.on_whose_word)}"
        for one in languages()
        if one.roles.on_whose_word
    )
    or NOTHING,
    re.IGNORECASE,
)
"""Begins where the name of somebody ends on whose word something is told, as Turkic languages put it."""

_THANKED_FOR = (
    "|".join(
        rf"{literal(one.roles.thanks)}(?: {literal(one.roles.much)})? {literal(one.roles.thanks_for)}"
        r"(?: \w{1,15}){1,4}(?=,)"
        for one in languages()
        if one.roles.thanks_for
    )
    or NOTHING
)
SPOKEN_TO = re.compile(
    rf"(?<!\w)(?:{literal(_spaced(lambda roles: roles.spoken_to))}|{_THANKED_FOR})[\s,:]{{1,2}}$"
    rf"|{literal(_han(lambda roles: roles.spoken_to))}$",
    re.IGNORECASE,
)
"""Ends where the name of somebody begins who is thanked, asked or obeyed."""

HELD = re.compile(
    rf"[\s,:،，]{{0,2}}(?:{literal(_spaced(lambda roles: roles.at))}(?:\s\w{{1,20}}){{1,4}}[\s,]{{1,2}})?"
    rf"(?:[^\W\da-zA-Z_]{{1,20}}[\s,]{{1,2}}){{0,2}}(?:{literal(_spaced(lambda roles: roles.called))}\s)?"
    rf"{literal(_han(lambda roles: roles.called))}?"
)
"""What may stand between a calling and a name: its place, two words of a script without articles, `called`."""

LEAD = re.compile(
    rf"[\s,،，(（–—-]{{1,3}}(?:{literal(_spaced(lambda roles: roles.who))}\s)?"
    rf"(?:{literal(_spaced(lambda roles: roles.is_a))}\s){{0,3}}"
)
"""What may stand between a name and what its bearer is."""

BEFORE_CALLING = re.compile(rf"(?:{literal(_spaced(lambda roles: roles.before_calling))}\s){{1,3}}$", re.IGNORECASE)
"""Ends where a calling begins."""
