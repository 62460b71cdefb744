"""Which language a chunk is in where the detector cannot say, decided by what engines wrote of it. Pure.

Whisper's detector never says Uyghur or Kyrgyz: such a language *hides* behind others. Where it may be spoken and a
model of its own reads it, both are asked to write, and what they wrote is weighed, in natural log-odds:

- the detector: what it gave to a neighbour of a hidden language is shared between the two, two to one for the one that
  it named, and all of it is the hidden one's where that alone is declared;
- letters, among the languages that the writing engine knows, and nowhere else: a model of one language writes its
  letters whatever is said, so that they tell nothing;
- words that are known from the language's transcripts, in each engine's own text;
- each engine's confidence, by yes and no. Log-probabilities of two engines are on two scales: they are never compared
  with each other, only each with the limit that the settings give for its own language.

The weighed odds go the way of `language_choice`, where a change of language costs. A hidden language is taken only
where letters or words speak for it, where nothing else is possible, or, if it is short, amid chunks in it; what is not
decided stays the detector's, in doubt. All weights were set by hand: there was no recorded speech with a model that
reads it to measure them by. What was measured is in decision 58.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log

from transcription.documents.differences import normalized
from transcription.hearing.language_choice import SURE, SURE_SECONDS, Odds, decide
from transcription.hearing.letters_of_languages import fits
from transcription.languages import Languages, mistaken_for
from transcription.records import LanguageBy

ASKED = 0.05
"""Share of a chunk's odds from which on a hidden language is read."""

NEAR = 0.1
"""The least such share beside a chunk that may be in that language."""

UNNAMED = 0.5
"""What a hidden language gets of its neighbour's odds, to 1 for the one that the detector named."""

TELLING = log(20)
"""Letters or words that speak for a language by twenty to one decide."""

_MOST = 4.0
"""What words may say at most, as may letters: fifty to one. No kind of evidence alone outvotes all others."""

_REFUSED = -6.0
"""An engine that does not vouch for its own text, by its own limit, has read nothing."""

_VOUCHED_ALONE = log(3)
"""The hidden language's engine vouches for its text, the main one does not."""

_KNOWN, _BY_CHANCE = 0.4, 0.05
"""Share of words that a list of its language knows, and that one of another language does, where relatives share some.
By hand: so a text needs a known word in five."""

_SHORTEST_WORD = 4
"""Letters: shorter words are in many lists."""

_HAS_LETTERS = re.compile(r"[^\W\d_]")

Words = Mapping[str, Collection[str]]
"""Language → the words known of it, as `differences.normalized` gives them."""


@dataclass(frozen=True)
class Telling:
    """What an engine wrote of a chunk.

    `writes` are the languages that it could have written; `vouched` says whether its figures pass its limits.
    """

    text: str
    writes: frozenset[str]
    vouched: bool

    @property
    def stands(self) -> bool:
        """Whether it counts at all."""
        return self.vouched and _HAS_LETTERS.search(self.text) is not None


@dataclass(frozen=True)
class Question:
    """A chunk: what the detector heard, its seconds, what was written of it.

    `named` is the language that was chosen among those that the main model knows, None where it may write nothing;
    `main` what was written in it. `own` has what the models of hidden languages wrote.
    """

    odds: Odds
    seconds: float
    named: str | None
    main: Telling | None
    own: Mapping[str, Telling] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The language of a chunk, None where none is decided and the main model may write nothing; and how it was decided.

    `by` is None for the language that was named, where nothing that was read spoke for or against it. Without `decided`
    a hidden language is a guess, and the one that was named may be hiding another. `odds` are those of the decision.
    """

    language: str | None
    by: LanguageBy | None
    decided: bool
    odds: Odds


def candidates(odds: Odds, named: str | None, languages: Languages, near: Collection[str] = ()) -> dict[str, float]:
    """The languages that a chunk may be in, with their odds before anything is read, adding up to one.

    These are the one that was `named` and those that hide behind what the detector heard, those `near` at least a
    little. What it gave to languages that are not allowed, and behind which none hides, counts for the named one.
    """
    if named is None:
        possible = languages.declared or languages.missing
        return dict.fromkeys(possible, 1 / len(possible))
    shares = {named: 0.0}
    for heard, odd in odds.items():
        hidden = mistaken_for((heard,), languages.hidden(heard))
        if heard not in languages.allowed and not hidden:
            heard, hidden = named, mistaken_for((named,), languages.hidden(named))
        surely = [one for one in hidden if one in languages.declared and heard not in languages.declared]
        own = 0.0 if surely else 1.0
        weights = dict.fromkeys(surely or hidden, 1.0 if surely else UNNAMED)
        whole = own + sum(weights.values())
        shares[named] += odd * own / whole
        for one, weight in weights.items():
            shares[one] = shares.get(one, 0.0) + odd * weight / whole
    whole = sum(shares.values())
    shares = {language: share / whole for language, share in shares.items()} if whole else {named: 1.0}
    low = [one for one in near if one in languages.missing and shares.get(one, 0.0) < NEAR]
    rest = (1 - NEAR * len(low)) / (1 - sum(shares.get(one, 0.0) for one in low))
    return {**{language: share * rest for language, share in shares.items()}, **dict.fromkeys(low, NEAR)}


def answers(
    questions: Sequence[Question], languages: Languages, words: Words, *, before: str | None = None
) -> list[Answer]:
    """The language of each of some consecutive chunks. `before` is that of the chunk before the first."""
    near = [_near(n, questions, before, languages) for n in range(len(questions))]
    prior = [candidates(one.odds, one.named, languages, near[n]) for n, one in enumerate(questions)]
    weighed = [_weighed(one, prior[n], languages, words) for n, one in enumerate(questions)]
    possible = {language for one in prior for language in one}
    path = decide([one.odds for one in weighed], [one.seconds for one in questions], possible, before=before)
    told = [
        one.odds.get(language, 0.0) >= SURE and language in one.telling
        for language, one in zip(path, weighed, strict=True)
    ]
    found = list[Answer]()
    for n, (question, language, one) in enumerate(zip(questions, path, weighed, strict=True)):
        left = [x for x in question.own if prior[n].get(x, 0.0) >= SURE and question.named]
        alone = [x for x in left if one.telling <= {x}]
        read = language in question.own and question.own[language].stands
        if told[n] and (read or language == question.named):
            found.append(Answer(language, "reading", decided=True, odds=one.odds))
        elif alone:
            found.append(Answer(alone[0], "detector", decided=False, odds=prior[n]))
        elif read and question.seconds < SURE_SECONDS and _amid(n, path, told, before):
            found.append(Answer(language, "neighbours", decided=False, odds=one.odds))
        else:
            found.append(Answer(question.named, None, decided=False, odds=prior[n]))
    return found


def known_share(text: str, words: Collection[str], elsewhere: Collection[Collection[str]] = ()) -> float:
    """What the words of a text say for the language whose words are known, against another: natural log-odds.

    Each word counts once; those that the lists of the other languages have too, and short ones, do not.
    """
    counted = {
        word
        for word in normalized(text).split()
        if len(word) >= _SHORTEST_WORD and not any(word in others for others in elsewhere)
    }
    known = sum(word in words for word in counted)
    odds = known * log(_KNOWN / _BY_CHANCE) + (len(counted) - known) * log((1 - _KNOWN) / (1 - _BY_CHANCE))
    return max(-_MOST, min(_MOST, odds))


@dataclass(frozen=True)
class _Weighed:
    """The odds of a chunk after all was weighed, and the languages that letters or words spoke for."""

    odds: dict[str, float]
    telling: frozenset[str]


def _near(number: int, questions: Sequence[Question], before: str | None, languages: Languages) -> set[str]:
    """The hidden languages that the chunks beside one may be in, and were read in."""
    beside = [questions[n] for n in (number - 1, number + 1) if 0 <= n < len(questions)]
    found = {language for one in beside for language, told in one.own.items() if told.stands}
    return found | ({before} & set(languages.missing) if number == 0 and before else set())


def _weighed(question: Question, prior: Mapping[str, float], languages: Languages, words: Words) -> _Weighed:
    weights = {language: log(max(share, 1e-6)) for language, share in prior.items()}
    telling = set[str]()
    main_stands = question.main is not None and question.main.stands
    for language in weights:
        said = question.main if language == question.named else question.own.get(language)
        if said is None:
            continue
        if language != question.named:
            if not said.stands:
                weights[language] += _REFUSED
            elif question.main is not None and not main_stands:
                weights[language] += _VOUCHED_ALONE
        if said.stands and words.get(language):
            others = [words[one] for one in weights if one != language and words.get(one)]
            told = known_share(said.text, words[language], others)
            weights[language] += told
            telling |= {language} if told >= TELLING else set()
    possible = languages.allowed | {*languages.missing}
    for text, writes in dict.fromkeys((one.text, one.writes) for one in question.own.values() if one.stands):
        letters = fits(text, writes & possible)
        mine = {language: letters[language] for language in weights if language in letters}
        if len(letters) < 2 or not mine:
            continue
        best = max(letters.values())
        shared = {language: max(-_MOST, fit - best) for language, fit in mine.items()}
        whole = _summed(weights[language] for language in shared)
        after = _summed(weights[language] + fit for language, fit in shared.items())
        stays = 0.0 if best in mine.values() else max(shared.values(), default=0.0)
        for language, fit in shared.items():
            weights[language] += fit + whole - after + stays
            rivals = [other for one, other in letters.items() if one != language]
            if letters[language] - max(rivals) >= TELLING:
                telling.add(language)
    top = max(weights.values())
    odds = {language: exp(weight - top) for language, weight in weights.items()}
    whole = sum(odds.values())
    return _Weighed({language: odd / whole for language, odd in odds.items()}, frozenset(telling))


def _summed(weights: Iterable[float]) -> float:
    return log(sum(map(exp, weights)))


def _amid(number: int, path: Sequence[str], told: Sequence[bool], before: str | None) -> bool:
    """Whether the chunks about one, without a break, are in its language, and one of them was decided."""
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(path) and path[at] == path[number]:
            if told[at]:
                return True
            at += step
        if at < 0 and before == path[number]:
            return True
    return False
