"""What every record is: frozen and strict, with times in UTC and paths that any target can hold.

A record never changes: a step takes one and returns another. Spans are seconds from the start of the media.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from storage.keys import fault


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise ValueError("a time that no calendar has") from None


def _plain_path(path: str) -> str:
    if wrong := fault(path):
        raise ValueError(f"the path {wrong}")
    return path


Moment = Annotated[datetime, AfterValidator(_utc)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]
"""Of a version."""
LogicalPath = Annotated[str, AfterValidator(_plain_path)]


class Record(BaseModel):
    """Base of every record: frozen, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
