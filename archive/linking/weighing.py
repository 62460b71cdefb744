"""What the parts of a link's evidence weigh, and the score they make. Pure.

A sum of log-odds, as Fellegi and Sunter have it (A theory for record linkage, Journal of the American Statistical
Association 64, 1969): each part weighs the log of how much likelier it is if the words mean the entry than if they
mean somebody else. A name weighs by how rare it is in the register, and against everybody there who bears it as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

from archive.linking.finding.numbers.mentions import NumberMention
from archive.records.link import Evidence

CITED = 9.0
STATED = 4.0
"""Of a cited address that a disk states of a file: programs that fetch name their files rightly, people rename some."""

REGISTER_NUMBER, ANY_NUMBER, DOUBTFUL_NUMBER = 2.2, 0.85, -0.85
"""Of a number whose cue speaks of the register, of any number, or of rather another: right nine times in ten, seven,
three."""

AGREES = 4.6
"""Of a name that agrees with a number: one in a hundred would by chance."""

DISAGREES = -2.5
"""Of a name beside a number that is another entry's, on both."""

SLOPE = 12.0
"""Lost for a name that is not at all alike; a likeness of .9 loses a tenth of it."""

RAREST = 3.0
"""Most that the rarity of a name weighs, for and against: a name alone is never sure."""


MOST = 13.0
"""Log-odds beyond which a score says no more."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The parts of a score and their sum in log-odds."""

    parts: tuple[Evidence, ...]

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return sum(part.weight for part in self.parts)

    @property
    def score(self) -> float:
        """The sum as a number above 0 and below 1, to six digits, so that the surest stay in order."""
        return round(1 / (1 + exp(-max(-MOST, min(MOST, self.total)))), 6)

    def plus(self, *parts: Evidence) -> "Weighed":
        """The same with more parts."""
        return Weighed((*self.parts, *parts))


def number_weight(mention: NumberMention) -> float:
    """What a number with its cue weighs."""
    if mention.doubtful:
        return DOUBTFUL_NUMBER
    return REGISTER_NUMBER if mention.strong else ANY_NUMBER


def likeness_weight(likeness: float) -> float:
    """What the likeness of two spellings weighs: nothing if they are the same."""
    return round(-SLOPE * (1 - likeness), 4)


def rarity_weight(expected: float) -> float:
    """What a name weighs that so many other people are expected to bear."""
    return round(max(-RAREST, min(RAREST, -log(max(expected, 1e-9)))), 4)


def rivals_weights(alone: Sequence[float]) -> list[float]:
    """What each candidate loses to the others, given the log-odds of each by itself: all share one probability."""
    odds = [exp(max(-MOST, min(MOST, one))) for one in alone]
    return [round(-log(1 + max(0.0, sum(odds) - own)), 4) for own in odds]
