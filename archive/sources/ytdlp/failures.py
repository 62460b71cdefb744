"""What a failed fetch means: from its symptoms to the one word that says what follows. Pure, but for reading rules.

The words are those that platforms show to people and yt-dlp passes on; what they mean is data, in `words.toml`.
"""

from dataclasses import dataclass
from typing import get_args

from archive.errors import FailureKind
from archive.sources.ytdlp.words import Sign, words


@dataclass(frozen=True)
class Symptoms:
    """What is known of a failure: the words, the HTTP status if one came, and its Retry-After as it stood.

    `unexpected`: the reader of the site met something that it was not written for. `not_live` and `blocked_here`: it
    says so itself (not broadcast yet, not shown in this country). `barred`: it was we who stopped, at a bound of ours.
    `unreached`: no connection was made, and this is to be done about it. `underway`: it failed on the way, or on this
    machine, and the source said nothing of it.
    """

    text: str
    status: int | None = None
    retry_after: str | None = None
    unexpected: bool = False
    not_live: bool = False
    blocked_here: bool = False
    barred: bool = False
    unreached: str | None = None
    underway: bool = False


@dataclass(frozen=True)
class Meaning:
    """The class of a failure, and what is to be done about it where the rule that decided says more than the class."""

    kind: FailureKind
    then: str | None = None


def meaning(symptoms: Symptoms) -> Meaning:
    """What a failure means. Words that no rule knows mean nothing: no video is called gone by mistake."""
    if symptoms.barred:
        return Meaning("barred")
    if symptoms.unreached:
        return Meaning("passing", symptoms.unreached)
    signs = tuple(sign for sign in get_args(Sign) if getattr(symptoms, sign))
    for rule in words().rules:
        if rule.fits(symptoms.text, symptoms.status, signs):
            return Meaning(rule.means, rule.then)
    if symptoms.unexpected or symptoms.status is not None:
        return Meaning("outdated")
    return Meaning("passing" if symptoms.underway else "unknown")


def placeholder(title: str) -> bool:
    """Whether a list only keeps the place of a video that is not shown, by what stands where its title was."""
    return title.strip().casefold() in {one.casefold() for one in words().placeholders}


NEXT = {
    "gone": "It counts as gone once it was missed on several days.",
    "no_access": "It will be asked for again: it may come back.",
    "refused": "The source is left alone until it answers again; no video is blamed.",
    "not_yet": "It will be asked for again later.",
    "passing": "It will be tried again.",
    "outdated": "Update yt-dlp, or look at the source's allowed_extractors and format.",
    "barred": "It is asked for again in some days, or at once with `thirdcopy retry`.",
    "unknown": "No rule knows these words: nothing is made of them, and it will be asked for again.",
    "damaged": "Nothing of it was kept; it will be fetched anew.",
}
"""What follows from each class, as the last sentence of a message."""
