"""What a failed fetch means: from its symptoms to the one word that says what follows. Pure.

The words are those that platforms show to people and yt-dlp passes on. Order matters: a refusal may begin with
"Video unavailable", and one that is missed would blame the video for what was done by us.
"""

import re
from dataclasses import dataclass

from archive.errors import FailureKind


@dataclass(frozen=True)
class Symptoms:
    """What is known of a failure: the words, the HTTP status if one came, and its Retry-After as it stood.

    `unexpected`: the reader of the site met something that it was not written for. `not_live` and `blocked_here`: it
    says so itself (not broadcast yet, not shown in this country). `barred`: it was we who stopped, at a bound of ours.
    `unreached`: no connection was made, and this is to be done about it.
    """

    text: str
    status: int | None = None
    retry_after: str | None = None
    unexpected: bool = False
    not_live: bool = False
    blocked_here: bool = False
    barred: bool = False
    unreached: str | None = None


_REFUSED = re.compile(
    r"not a (ro)?bot\b|captcha|you are (a )?human|unusual traffic|automated (quer|request|traffic)"
    r"|rate.?limit|too many requests|(hourly|daily|request|session) limit|isn.?.?.?t available, try again later"
    r"|please (sign|log).?in\b(?! (to (verify|confirm your age)|if))|(sign|log).?in to continue"
    r"|logged.?out users|ip (address )?(is|was|has been) (temporarily )?(blocked|banned)",
    re.I,
)
_NOT_YET = re.compile(
    r"will begin (in|shortly)|premieres? (in|will)|processing this video|not currently live|being processed", re.I
)
_OUTDATED = re.compile(
    r"no suitable extractor|unsupported url|requested format is not available|no video formats found", re.I
)
_HERE = re.compile(r"in your (country|location|region)|geo.?restrict|from your location", re.I)
_GONE = re.compile(
    r"account .{0,80}terminated|(removed|deleted) by (the )?(uploader|user|owner|author)|violat\w+ .{0,80}(terms|polic)"
    r"|copyright (grounds|claim)|no longer (available|exists)|(has been|was) (removed|deleted)|does not exist",
    re.I | re.S,
)
_NO_ACCESS = re.compile(
    r"private (video|account)|video is private|members.only|join this channel|confirm your age|age.?restricted"
    r"|(log|sign).?in (to|if|required)|login required|requires? (a |an )?(login|log.?in|account|password|payment)"
    r"|granted access|registered users|video unavailable|is (not available|unavailable)",
    re.I,
)


def classify(symptoms: Symptoms) -> FailureKind:
    """The class of a failure; what nothing is known of is `passing`, so that no video is called gone by mistake."""
    text, status = symptoms.text, symptoms.status
    if symptoms.barred:
        return "barred"
    if symptoms.unreached:
        return "passing"
    if status == 429 or _REFUSED.search(text):
        return "refused"
    if symptoms.not_live or _NOT_YET.search(text):
        return "not_yet"
    if symptoms.blocked_here or _HERE.search(text):
        return "no_access"
    if status in (404, 410) or _GONE.search(text):
        return "gone"
    if status is None and _OUTDATED.search(text):
        return "outdated"
    if status in (401, 403, 451) or _NO_ACCESS.search(text):
        return "no_access"
    if status is not None and (status >= 500 or status == 408):
        return "passing"
    if symptoms.unexpected or status is not None:
        return "outdated"
    return "passing"


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
