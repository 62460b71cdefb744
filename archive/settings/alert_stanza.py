"""The `[alerts]` stanza: who is told when the archive falls silent or loses something, and from which limits on."""

import re
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator

from archive.settings.several import several

SECRET_KEYS = (("alerts", "addresses"), ("alerts", "ping"))
"""Where in a document of settings stand addresses that hold passwords and tokens."""

LONGEST_DAYS = 36_500
LONGEST_HOURS = 24 * LONGEST_DAYS
_FORM = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


class AlertsSettings(BaseModel):
    """The `[alerts]` stanza. A limit of 0 switches its condition off.

    `addresses` are apprise's, of mail, Matrix, Telegram, ntfy, webhooks; `ping` is asked after each run that ended
    well, so that somebody else notices when nothing comes. Both hold secrets, and no fault quotes them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    addresses: Annotated[tuple[SecretStr, ...], BeforeValidator(several)] = ()
    ping: SecretStr | None = None
    reminder_hours: float = Field(
        default=24, ge=1, le=LONGEST_HOURS, description="between two messages of what stands still"
    )
    run_hours: float = Field(default=72, ge=0, le=LONGEST_HOURS, description="since a run ended well")
    debt_days: float = Field(
        default=3, ge=0, le=LONGEST_DAYS, description="since a version was sealed that a target has not got"
    )
    damaged_copies: int = Field(default=1, ge=0, description="copies found damaged, lost or rolled back")
    proof_days: float = Field(default=400, ge=0, le=LONGEST_DAYS, description="since a copy was read in full")
    refused_hours: float = Field(default=48, ge=0, le=LONGEST_HOURS, description="since a source began to refuse us")
    worker_hours: float = Field(
        default=6, ge=0, le=LONGEST_HOURS, description="since a worker was heard of that was at work"
    )
    disk_gib: float = Field(default=10, ge=0, description="free on a disk that is ours: the state folder's, a target's")
    keys_hours: float = Field(default=1, ge=0, le=LONGEST_HOURS, description="since a store began to refuse our keys")
    ytdlp_days: float = Field(default=90, ge=0, le=LONGEST_DAYS, description="age of yt-dlp, where a source needs it")
    gone_clips: int = Field(default=1, ge=0, description="clips that vanished from their sources within seven days")

    @field_validator("addresses")
    @classmethod
    def _whole_addresses(cls, addresses: Sequence[SecretStr]) -> Sequence[SecretStr]:
        for number, address in enumerate(addresses, 1):
            if not _FORM.fullmatch(address.get_secret_value()):
                raise ValueError(
                    f"address {number} of {len(addresses)} is none: apprise writes them as mailto://…, ntfy://…, "
                    "json://…, what is no letter or digit in a password percent-encoded; in the environment several "
                    'are a JSON list, ["…", "…"]'
                )
        return addresses

    @field_validator("ping")
    @classmethod
    def _whole_ping(cls, ping: SecretStr | None) -> SecretStr | None:
        if ping is None:
            return None
        try:
            parts = urlsplit(ping.get_secret_value())
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            sound = False
        if not sound or not _FORM.fullmatch(ping.get_secret_value()):
            raise ValueError("the address to ping begins with https://")
        return ping
