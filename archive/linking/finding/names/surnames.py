"""Chinese surnames: which characters are some, and how those are read that a surname reads in its own way. Pure.

The readings are those of the Xiandai Hanyu Cidian under `xing`, a surname; of a character that is two surnames, both.
"""

from archive.linking.languages.loading import han

SURNAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    surname: tuple(tuple(read.split("'")) for read in readings) for surname, readings in han().surnames.items()
}
"""Surnames read otherwise than their characters mostly are, and those of two characters; a reading is its syllables."""

COMMON = frozenset(han().common_surnames)
"""Characters that are a surname by themselves: the commonest of China, and those of the Hui."""
