"""Links, judgements and texts made up for the tests of deciding."""

from datetime import UTC, datetime, timedelta
from typing import Any

from archive.records.link import Decision, Judgement, Link

START = datetime(2030, 1, 1, tzinfo=UTC)


def a_link(identity: str = "l", **fields: Any) -> Link:
    """A link at tier B, named by a quote in a talk."""
    made: dict[str, Any] = {
        "id": identity,
        "clip": "peertube-one",
        "register_name": "victims",
        "register_sha256": "0" * 64,
        "entry": "1358",
        "method": "named",
        "tier": "B",
        "role": "subject",
        "score": 0.8,
        "where": "talk",
        "quote": "Mahire Tohti",
        "offset": 0,
        "start": 7.0,
        "end": 12.25,
        "rules": "rules/1",
    }
    return Link(**(made | fields))


def judged(by: str, verdict: Decision, day: float = 0, link: str = "l", **fields: Any) -> Judgement:
    """What somebody decided, so many days after the start."""
    return Judgement(link=link, verdict=verdict, by=by, at=START + timedelta(days=day), **fields)
