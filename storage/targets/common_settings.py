"""What there is to set of a target of any kind."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=63)]


class Labels(BaseModel):
    """Whose hands a target is in: a loss takes all targets that share a value. None is unknown, and all unknown share.

    Upper and lower case are the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    provider: Label | None = Field(default=None, description="who runs it")
    country: Label | None = Field(default=None, description="where the bytes lie")
    key_holder: Label | None = Field(default=None, description="who can write and delete there")


class Price(BaseModel):
    """What reading costs, in one currency."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    read_gb: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="of 10⁹ bytes read")
    requests_thousand: float = Field(default=0.0, ge=0, allow_inf_nan=False, description="of a thousand requests")
    currency: str = Field(default="", max_length=8, description="what the prices are in; shown, never converted")


class CommonSettings(BaseModel):
    """Settings that every kind of target has."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    labels: Labels = Field(default=Labels(), description="whose hands it is in")
    counts_as_copy: bool = Field(
        default=True, description="whether what lies here counts towards `minimum_copies` and `distinct`"
    )
    read_back: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="share of versions that is read back when stored, 1 is all; the rest stays claimed until an audit",
    )
    price: Price = Field(default=Price(), description="what reading costs; `targets list` makes a year's sum of it")
    bandwidth_mib_s: float | None = Field(
        default=None, gt=0, allow_inf_nan=False, description="MiB a second that are sent and read at most, all together"
    )
