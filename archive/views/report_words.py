"""How a report is told to people: what each number and each lack is called, and what to do about it."""

from dataclasses import dataclass
from typing import get_args

from archive.records.report import NO_SPEECH, Counts, Lack, Unheld, Unlinked, Unsafe, Untranscribed

MEANINGS = {
    "expected": "listed at a source or held, or on a list that somebody brought; each counted once",
    "held": "its original is sealed",
    "safe": "every version has arrived at as many targets, and as spread, as the settings ask",
    "proven": "every version was read again in full at as many targets as make it safe, a day or more after it arrived",
    "transcribed": "its newest film was heard by a model",
    "linked": "somebody or the rules say that it concerns an entry of a register",
    "judged": "a person judged each of its links",
}
"""What each of the numbers counts, in their order."""


@dataclass(frozen=True)
class Told:
    """What a lack is, after a number, and what a person does about it."""

    what: str
    do: str


LACKS: dict[Lack, Told] = {
    "waits": Told("not fetched yet", "thirdcopy run"),
    "gone": Told("gone from the source", "look for them elsewhere; bring them with thirdcopy add"),
    "no_access": Told("closed to us at the source", "cookies_file of the source, then thirdcopy retry"),
    "refused": Told("refused to us by the source", "thirdcopy status says until when; thirdcopy retry asks at once"),
    "not_yet": Told("not there yet, as the source says", "thirdcopy run, later"),
    "passing": Told("failed for a passing reason", "thirdcopy run"),
    "outdated": Told("not understood by this yt-dlp", "a newer thirdcopy, then thirdcopy retry"),
    "damaged": Told("damaged as they came", "thirdcopy show CLIP says how; thirdcopy retry CLIP"),
    "barred": Told("barred by a bound of ours", "thirdcopy show CLIP names the setting"),
    "fork": Told("stopped for a person to compare", "thirdcopy accept lists them"),
    "unknown": Told("failed for a reason that no rule knows", "thirdcopy show CLIP has the source's words"),
    "perhaps": Told("perhaps held: only alike", "thirdcopy expect NAME shows what is alike"),
    "nowhere": Told("listed by no source of ours", "thirdcopy add a source that has them"),
    "too_few": Told("held with too few copies", "thirdcopy mirror; thirdcopy status says which target is owed"),
    "not_spread": Told("held with copies too close together", "targets elsewhere: [distinct] and labels"),
}

UNTRANSCRIBED: dict[Untranscribed, Told] = {
    "due": Told("not heard yet", "thirdcopy transcribe"),
    "failed": Told("could not be heard", "thirdcopy status names them; thirdcopy retry CLIP"),
}

UNLINKED: dict[Unlinked, Told] = {
    "due": Told("not looked through for entries yet", "thirdcopy link"),
    "no_links": Told("looked through: nothing names an entry", ""),
}


UNPROVEN = Told("safe, and not read again yet", "thirdcopy audit")
WAITING = Told("linked, with links that wait for a person", "thirdcopy review")


def gaps(counts: Counts) -> list[tuple[str, int, Told]]:
    """What is wanting of some items, each as the step that is not reached, how many, and what to do."""
    found: list[tuple[str, int, Told]] = [
        *(("held", counts.unheld.get(one, 0), LACKS[one]) for one in get_args(Unheld)),
        *(("safe", counts.unsafe.get(one, 0), LACKS[one]) for one in get_args(Unsafe)),
        ("proven", counts.safe - counts.proven, UNPROVEN),
        *(("transcribed", counts.untranscribed.get(one, 0), told) for one, told in UNTRANSCRIBED.items()),
        *(("linked", counts.unlinked.get(one, 0), told) for one, told in UNLINKED.items()),
        ("judged", counts.linked - counts.judged, WAITING),
    ]
    return [one for one in found if one[1]]


def spoken(languages: dict[str, int]) -> str:
    """How many clips are transcribed in which language, the most first."""
    ordered = sorted(languages.items(), key=lambda one: (one[0] == NO_SPEECH, -one[1], one[0]))
    return ", ".join(f"{'no speech' if code == NO_SPEECH else code} {count:,}" for code, count in ordered)


def differences(numbers: dict[str, int]) -> str:
    """Numbers that changed, each with its sign."""
    return ", ".join(f"{name} {number:+,}" for name, number in numbers.items())
