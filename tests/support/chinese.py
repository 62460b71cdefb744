"""Made-up Chinese: it says nothing, but has as many different characters as a talk of its length."""

import random
from collections.abc import Iterator

EVERY = "".join(
    bytes((row, cell)).decode("gb2312")
    for row in range(0xB0, 0xD8)
    for cell in range(0xA1, 0xFF if row < 0xD7 else 0xFA)
)
"""The 3,755 frequent characters of GB 2312, level 1, each once."""


def made_up_chinese(count: int, letters: int = 30) -> Iterator[str]:
    """Sentences of as many letters each: of the first thousand letters some 350 are different ones."""
    chance = random.Random(7)  # noqa: S311 (the same letters each time)
    letters_by_rank = chance.sample(EVERY, len(EVERY))
    weights = [1 / (rank + 10) ** 1.4 for rank in range(len(EVERY))]
    for _ in range(count):
        yield "".join(chance.choices(letters_by_rank, weights, k=letters - 1)) + "。"
