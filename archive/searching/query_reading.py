"""A question as a reader types it, read into what is looked for: words, "phrases", prefix*, -exclusions. Pure.

Everything else is text and no syntax: nothing that is typed is an error, and what is too long or too much is left out,
and said. Words stand for what sounds alike, too; within quotes they are meant as they are written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.searching.letter_folding import folded
from archive.searching.word_places import LONGEST_NAME, SHORTEST_NAME, Placed, transcribing, words_of

LONGEST = 1_000
"""Characters of a question that are read."""

MOST = 12
"""Words and phrases that are looked for."""

SHORTEST_PREFIX = 2
"""Letters that a prefix has at least."""


@dataclass(frozen=True)
class Term:
    """One thing that a segment must have, or must not: words that stand side by side, the last perhaps only begun.

    `sounds` are spellings whose sound is meant as well.
    """

    words: tuple[str, ...]
    shown: str
    sounds: tuple[str, ...] = ()
    prefix: bool = False


@dataclass(frozen=True)
class Query:
    """What is looked for, what must not be there, and sentences on what was left out."""

    terms: tuple[Term, ...]
    without: tuple[Term, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def understood(self) -> str:
        """The question as it was read."""
        return " ".join([*(term.shown for term in self.terms), *(f"-{term.shown}" for term in self.without)])


_PIECE = re.compile(r'(?P<no>(?<!\S)[-−–])?(?:["“”„«»](?P<quoted>[^"“”„«»]*)["“”„«»]|(?P<bare>[^\s"“”„«»]+))')


def read_query(text: str) -> Query:
    """What somebody asks for."""
    faults = list[str]()
    if len(text) > LONGEST:
        faults.append(f"only the first {LONGEST:,} characters were read")
    terms, without = list[Term](), list[Term]()
    for match in _PIECE.finditer(text[:LONGEST]):
        found = list(_quoted(match["quoted"]) if match["quoted"] is not None else _bare(match["bare"], faults))
        (without if match["no"] else terms).extend(found)
    terms, without = list(dict.fromkeys(terms)), list(dict.fromkeys(without))
    if len(terms) + len(without) > MOST:
        faults.append(f"only the first {MOST} words and phrases were looked for")
    terms = terms[:MOST]
    without = without[: MOST - len(terms)]
    if not terms:
        faults.append("there is no word to look for")
    return Query(tuple(terms), tuple(without), tuple(faults))


def _quoted(text: str) -> Iterator[Term]:
    words = _in_a_row(words_of(text))
    if words:
        yield Term(tuple(placed.word for placed in words), f'"{" ".join(text.split())}"')


def _bare(text: str, faults: list[str]) -> Iterator[Term]:
    """The words of what stands between blanks; Han characters that follow one another are one phrase."""
    begun = text.endswith(("*", "＊"))
    words = _in_a_row(words_of(text))
    rows = list[list[Placed]]()
    for placed in words:
        side_by_side = rows and placed.written is None and rows[-1][-1].written is None
        if side_by_side and placed.start == rows[-1][-1].end:
            rows[-1].append(placed)
        else:
            rows.append([placed])
    for number, row in enumerate(rows):
        last = number == len(rows) - 1
        shown = text[row[0].start : row[-1].end]
        if row[0].written is None:
            name = "".join(placed.word for placed in row)
            may_be = SHORTEST_NAME <= len(name) <= LONGEST_NAME and transcribing().issuperset(name)
            yield Term(tuple(name), shown, (name,) if may_be else ())
        elif begun and last and len(row[0].word) >= SHORTEST_PREFIX:
            yield Term((row[0].word,), f"{shown}*", prefix=True)
        else:
            if begun and last:
                faults.append(f"{shown}* is too short to stand for words that begin so: it was read as a word")
            yield Term((row[0].word,), shown, (row[0].written,))


def _in_a_row(words: list[Placed]) -> list[Placed]:
    """One word for each place: the parts of Han characters; what an apostrophe joins, as one."""
    found = list[Placed]()
    for placed in words:
        if placed.written is not None and len(placed.word) > 1 and placed.word != folded(placed.written):
            continue
        if found and placed.start < found[-1].end:
            continue
        found.append(placed)
    return found
