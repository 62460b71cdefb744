"""What a year of reading costs at a target: reading back what is stored there, and auditing what lies there. Pure."""

from dataclasses import dataclass

from archive.ledger.copies import Held
from storage.targets.common_settings import Price

DOCUMENTS = 5
"""Read of each version beside its files: inventory and commit, the root pair, the object's declaration."""
GB = 10**9


@dataclass(frozen=True)
class ReadingCost:
    """Bytes of content and requests of a year, and what they cost in the price's currency."""

    bytes: int
    requests: int
    cost: float


@dataclass(frozen=True)
class Cost:
    """A year of reading back and of auditing at one target; `unknown` versions are of a size that nobody noted."""

    read_back: ReadingCost
    audits: ReadingCost
    audits_a_year: int
    currency: str
    unknown: int


def yearly(
    stored: Held, held: Held, *, price: Price, audits_a_year: int, fraction: float, read_back: float = 1.0
) -> Cost:
    """What reading costs in a year in which as much is stored as in the last.

    `stored` is what came in the last 365 days, of which the share `read_back` is read; `held` is all that lies there,
    of which each audit reads `fraction`. Documents beside the content count as requests, not as bytes: they are small,
    and always read back. Challenges ride within an audit's share.
    """
    audited = audits_a_year * fraction
    return Cost(
        read_back=_reading(stored.bytes * read_back, stored.files * read_back + stored.versions * DOCUMENTS, price),
        audits=_reading(held.bytes * audited, (held.files + held.versions * DOCUMENTS) * audited, price),
        audits_a_year=audits_a_year,
        currency=price.currency,
        unknown=held.unknown,
    )


def _reading(size: float, requests: float, price: Price) -> ReadingCost:
    cost = size / GB * price.read_gb + requests / 1000 * price.requests_thousand
    return ReadingCost(round(size), round(requests), round(cost, 6))
