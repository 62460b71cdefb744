"""What words of the archive's records are called on a page: its marks, standings, levels and roles, in English.

They are messages of the catalogues like those in the templates.
"""

from collections.abc import Callable, Mapping

PHRASES: Mapping[str, str] = {
    "visitor": "visitor",
    "reader": "reader",
    "reviewer": "reviewer",
    "editor": "editor",
    "keeper": "keeper",
    "left": "left channel",
    "right": "right channel",
    "low_confidence": "the machine itself is unsure",
    "maybe_no_speech": "perhaps nobody speaks here",
    "loop": "the machine went round in circles",
    "repeated": "the same text as just before",
    "stock_phrase": "a phrase that machines write into silence",
    "implausible_speed": "more or less text than anybody says in that time",
    "outside_speech": "little speech was heard here",
    "second_look": "passed over at first",
    "unsure_language": "no language is probable",
    "weak_model": "written by a small model",
    "unpunctuated": "written without punctuation and capitals",
    "engines_differ": "another engine read it otherwise",
    "no_speech": "nobody was heard",
    "maybe_speech": "perhaps speech",
    "no_text": "speech of which nothing could be made",
    "too_short": "too short to tell a language",
    "unsupported_language": "in a language that no model here knows",
    "time_budget": "the time for it ran out",
    "unread_channel": "in a channel that was not read",
    "read_before": "another transcript has the text of it",
    "clock:gap": "Players differ behind a gap in the sound.",
    "clock:no_index": "Players guess where a second is in this film.",
    "judgement:positive": "a person confirmed it",
    "judgement:negative": "a person refused it",
    "judgement:unsure": "a person is unsure",
    "judgement:conflict": "people disagree",
    "judgement:none": "proposed by a machine, judged by nobody",
    "role:subject": "whom it is about",
    "role:testifier": "who testifies",
    "role:relative": "a relative",
    "role:other": "somebody else",
    "method:cited": "cited",
    "method:numbered": "numbered",
    "method:named": "named",
    "where:url": "cited by the entry",
    "where:stated": "a disk's word",
    "where:title": "title",
    "where:description": "description",
    "where:tags": "tags",
    "where:captions": "captions",
    "where:entry": "entry",
    "access:public": "open to everybody",
    "access:readers": "open to those who have signed in",
    "access:restricted": "restricted",
    "kind:whisper": "transcript",
    "kind:translation": "machine translation",
    "kind:captions": "captions",
    "copy:owed": "owed",
    "copy:claimed": "said to be there",
    "copy:arrived": "read back in full",
    "copy:proven": "proven again later",
    "standing:up": "there",
    "standing:missing": "missing so far",
    "standing:gone": "gone",
    "standing:no_access": "closed",
    "standing:not_yet": "not there yet",
    "standing:unknown": "not known",
    "seen:up": "there",
    "seen:gone": "said to be gone",
    "seen:no_access": "closed",
    "seen:refused": "we were refused",
    "seen:not_yet": "not there yet",
    "seen:passing": "it could not be reached",
    "seen:unknown": "an answer that says nothing",
    "reason:disagreement": "people disagree",
    "reason:conflict": "a number and a name disagree",
    "reason:entry changed": "the entry has changed since it was judged",
    "reason:new evidence": "there is new evidence",
    "reason:proposed": "judged by nobody yet",
    "reason:judged by others": "judged by others",
    "about:names": "names",
    "about:person": "person",
    "about:place": "place",
    "about:work": "work",
    "about:told by": "told by",
    "count:listed": "clips listed",
    "count:held": "clips held",
    "count:safe": "clips safe",
    "count:transcripts": "transcripts",
    "count:corrections": "corrections",
    "number:held": "held",
    "number:safe": "safe",
    "number:proven": "proven",
    "number:transcribed": "transcribed",
    "number:linked": "linked",
    "number:judged": "judged",
    "number:missing": "missing",
    "number:expected": "expected",
    "links:proposed": "judged by nobody",
    "links:positive": "confirmed",
    "links:negative": "refused",
    "links:unsure": "unsure",
    "links:conflicts": "in conflict",
    "links:returned": "to be judged again",
}


NAMED: Mapping[str, str] = {"may_be": "perhaps in {language}", "outside": "sounded more like {language}"}
"""Marks that name a language."""


CURVES: Mapping[str, str] = {"stood": "{number} of {whole} on {day}", "most": "{number} {whole} (dashed)"}
"""What a curve tells of itself."""


def told(key: str, gettext: Callable[[str], str], language_name: Callable[[str], str]) -> str:
    """What a page calls something; marks that name a language say which. Any other text stays as it is."""
    kind, _, code = key.partition(":")
    if kind in NAMED:
        return gettext(NAMED[kind]).format(language=language_name(code))
    return gettext(PHRASES[key]) if key in PHRASES else key
