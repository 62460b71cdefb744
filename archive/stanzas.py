"""The stanzas of `archive.toml`, but for those of targets (storage.targets) and of transcription."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from archive.records import Access
from archive.sources.settings import YtdlpSettings

_CRON = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
_NAMES = re.compile("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun", re.IGNORECASE)


def _cron(line: str) -> str:
    fields = line.split()
    if len(fields) != len(_CRON):
        raise ValueError(f"a cron line has five fields ({' '.join(_CRON)}), not {line!r}")
    for (name, (low, high)), value in zip(_CRON.items(), fields, strict=True):
        plain = _NAMES.sub("1", value) if name in ("month", "weekday") else value
        numbers = [int(number) for number in re.findall(r"(?<![/\d])\d+", plain)]
        if not re.fullmatch(r"[0-9*,/-]+", plain) or not all(low <= number <= high for number in numbers):
            raise ValueError(f"the {name} of a cron line is {low} to {high}, a range, a list or *, not {value!r}")
    return line


Cron = Annotated[str, AfterValidator(_cron)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=63)]


class _Stanza(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceSettings(YtdlpSettings):
    """A `[sources.NAME]` stanza: where clips come from, who may read them, what is spoken in them."""

    access: Access | None = Field(default=None, description="of its clips; the archive's own where absent")
    languages: tuple[str, ...] = Field(
        default=(), description="spoken in it, so far as known; all allowed ones if empty"
    )
    at_once: int = Field(default=1, ge=1, le=8, description="batches of this source that may be fetched side by side")


class RegisterSettings(_Stanza):
    """A `[registers.NAME]` stanza: a victims register that clips are linked against."""

    file: Path


class ScheduleSettings(_Stanza):
    """The `[schedule]` stanza: cron lines, in UTC, that `thirdcopy schedule` serves."""

    run: Cron | None = Field(default=None, description="a run that lists everything")
    fast: Cron | None = Field(default=None, description="a run that stops listing at fifty known clips in a row")
    audit: Cron | None = Field(default=None, description="an audit that reads every copy in full")


class PrefectSettings(_Stanza):
    """The `[prefect]` stanza."""

    api_url: str | None = Field(default=None, description="a Prefect server's API; a local one is started where absent")
    batch: int = Field(default=50, ge=1, le=200, description="clips in one task")
