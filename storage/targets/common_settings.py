"""What there is to set of a target of any kind."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=63)]


class Labels(BaseModel):
    """Whose hands a target is in: a loss takes all targets that share a value. None is unknown, and all unknown share.

    `provider` runs it, `country` is where the bytes lie, `key_holder` is who can write and delete there. Upper and
    lower case are the same.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    provider: Label | None = None
    country: Label | None = None
    key_holder: Label | None = None


class Price(BaseModel):
    """What reading costs, in one currency: a gigabyte (10⁹ bytes) read, and a thousand requests."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    read_gb: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    requests_thousand: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    currency: str = Field(default="", max_length=8)


class CommonSettings(BaseModel):
    """Settings that every kind of target has.

    `counts_as_copy`: whether what lies here counts towards `minimum_copies`. `read_back`: the share of versions
    (1 is all) that is read back when it was stored; what is not read stays claimed until an audit. `bandwidth_mib_s`:
    MiB a second that are sent and read at most, all together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    labels: Labels = Labels()
    counts_as_copy: bool = True
    read_back: float = Field(default=1.0, gt=0, le=1)
    price: Price = Price()
    bandwidth_mib_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)
