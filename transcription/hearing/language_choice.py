"""Which language each chunk of speech is in, decided with its neighbours in mind. Pure.

A chunk's odds are what the model heard in it alone. The languages of consecutive chunks are the likeliest path through
a hidden Markov model (Viterbi 1967; Rabiner 1989, section III.B): changing language costs, and a short chunk's odds
weigh less, so that two seconds do not change language alone unless they are sure.
"""

from collections.abc import Collection, Mapping, Sequence
from math import log

SURE_SECONDS = 6.0
"""A chunk of this length or more speaks for itself; a shorter one's odds weigh by the square of its share of it."""

CHANGE_COST = 0.35
"""Natural log-odds that each change of language costs: a chunk amid another language needs two to one if it is long,
and five hundred to one if it is of two seconds."""

SETTLED_SECONDS = 30.0
SETTLED_CHUNKS = 3
"""So much speech in so many chunks, all in one language and all sure of it, makes that language settled."""

SURE = 0.8
"""Share of the allowed languages' probability that makes a chunk sure of one."""

_FLOOR = 1e-4
"""The least probability of an allowed language: no chunk rules one out for ever."""

Odds = Mapping[str, float]
"""Language → probability, as the model heard it."""


def shares(odds: Odds, allowed: Collection[str]) -> dict[str, float]:
    """The probabilities of the allowed languages alone, each at least a floor, adding up to one."""
    held = {language: max(odds.get(language, 0.0), _FLOOR) for language in sorted(allowed)}
    whole = sum(held.values())
    return {language: odd / whole for language, odd in held.items()}


def decide(
    odds: Sequence[Odds], seconds: Sequence[float], allowed: Collection[str], *, before: str | None = None
) -> list[str]:
    """The language of each chunk, of those allowed. `before` is that of the chunk before the first, None for none."""
    costs: dict[str, float] = {
        language: 0.0 if before in (None, language) else CHANGE_COST for language in sorted(allowed)
    }
    came_from: list[dict[str, str]] = []
    for heard, length in zip(odds, seconds, strict=True):
        weight = min(1.0, length / SURE_SECONDS) ** 2
        own = shares(heard, allowed)
        best = min(costs, key=lambda language: costs[language])
        if came_from or before is not None:
            origins = {
                language: language if costs[language] <= costs[best] + CHANGE_COST else best for language in costs
            }
        else:
            origins = {language: language for language in costs}
        came_from.append(origins)
        costs = {
            language: costs[origin] + (CHANGE_COST if origin != language else 0.0) - weight * log(own[language])
            for language, origin in origins.items()
        }
    found: list[str] = []
    if came_from:
        language = min(costs, key=lambda one: costs[one])
        for origins in reversed(came_from):
            found.append(language)
            language = origins[language]
    return found[::-1]


def settled(heard: Sequence[tuple[str, Odds, float]], allowed: Collection[str]) -> str | None:
    """The language that the last chunks are all in and all sure of, for long enough; else None.

    `heard` are language, odds and seconds of each chunk so far. Where one language alone is allowed it has settled.
    """
    if len(allowed) == 1:
        return next(iter(allowed))
    seconds = 0.0
    for count, (language, odds, length) in enumerate(reversed(heard), start=1):
        if language != heard[-1][0] or shares(odds, allowed).get(language, 0.0) < SURE:
            return None
        seconds += length
        if seconds >= SETTLED_SECONDS and count >= SETTLED_CHUNKS:
            return language
    return None
