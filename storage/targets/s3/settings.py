"""What there is to set of an S3 target; apart from `bucket.py`, so that reading settings does not import boto3."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from storage.keys import fault
from storage.targets.common_settings import CommonSettings
from storage.targets.s3 import setting_slips


class S3Settings(CommonSettings):
    """One bucket of one S3-compatible store."""

    kind: Literal["s3"] = "s3"
    endpoint: str = Field(description="https://HOST or https://HOST:PORT; http is for this machine alone")
    bucket: str = Field(description="must exist; a name alone")
    prefix: str = Field(default="", description="what all keys begin with, up to 100 characters; a slash is put after")
    region: str = Field(default="us-east-1", description="goes into signatures; some stores refuse any but theirs")
    addressing: Literal["path", "virtual"] = Field(
        default="path", description="whether the bucket's name goes into the path or before the host name"
    )
    part_size_mib: int = Field(
        default=32, ge=5, le=64, description="a larger file goes up in parts of this size; larger, if over 1,000 parts"
    )
    parallel_parts: int = Field(default=2, ge=1, le=16, description="parts of one file that are under way at once")
    access_key: SecretStr | None = Field(default=None, description="without it the target cannot be used")
    secret_key: SecretStr | None = Field(default=None, description="goes with the access key")
    session_token: SecretStr | None = Field(
        default=None, description="goes with keys that are lent for a time; without it the store does not know those"
    )
    ca_file: Path | None = Field(
        default=None, description="certificates to trust instead of the usual ones, of a private authority"
    )
    conditional_put: bool = Field(default=False, description="send `If-None-Match: *`, to a store that honours it")
    checksum: Literal["probed", "sha256", "signed-sha256", "content-md5", "crc64nvme"] = Field(
        default="probed",
        description="the digest that goes with what is sent, for the store to compare; `probed` sends wrong ones first"
        " and takes the strongest that is refused",
    )
    presigned: bool = Field(
        default=False,
        description="let readers of the reading room fetch films that are open to everybody from the store itself, by"
        " addresses that are good for six hours; what they read is then compared by nobody",
    )
    stale_uploads_days: int = Field(
        default=7, ge=1, description="uploads of ours of which nothing was sent for so long are aborted"
    )

    @field_validator("endpoint", "bucket", "region")
    @classmethod
    def _clean(cls, text: str) -> str:
        if wrong := setting_slips.in_text(text):
            raise ValueError(f"it {wrong}")
        return text

    @field_validator("access_key", "secret_key", "session_token")
    @classmethod
    def _clean_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        spaces = info.field_name == "secret_key"  # it goes into no header
        if secret is not None and (wrong := setting_slips.in_text(secret.get_secret_value(), spaces=spaces)):
            raise ValueError(f"it {wrong}")
        return secret

    @field_validator("endpoint")
    @classmethod
    def _plain_endpoint(cls, endpoint: str) -> str:
        if wrong := setting_slips.in_endpoint(endpoint):
            raise ValueError(wrong)
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        if parts.scheme == "http" and not is_loopback(host):
            raise ValueError(
                f"the endpoint must be https: over http anyone between here and {host} can read and alter what is sent"
                " (http is for this machine alone, 127.0.0.1, ::1 or localhost)"
            )
        return parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")

    @field_validator("prefix")
    @classmethod
    def _plain_prefix(cls, prefix: str) -> str:
        prefix = prefix.strip("/")
        if prefix and (wrong := fault(prefix)):
            raise ValueError(f"the prefix {wrong}")
        if len(prefix) > 100:
            raise ValueError("the prefix is longer than 100 characters")
        return prefix

    @model_validator(mode="after")
    def _whole_credentials(self) -> Self:
        if (self.access_key is None) != (self.secret_key is None):
            raise ValueError("access_key and secret_key go together: one of them is missing")
        if self.session_token is not None and self.access_key is None:
            raise ValueError("session_token goes with access_key and secret_key: they are missing")
        if self.keys and (wrong := setting_slips.in_keys(*self.keys, urlsplit(self.endpoint).hostname or "")):
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _one_bucket(self) -> Self:
        wrong = setting_slips.in_bucket(self.bucket, self.addressing) or setting_slips.bucket_in_endpoint(
            self.endpoint, self.bucket
        )
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def keys(self) -> tuple[str, str, str | None] | None:
        """The access key, the secret key and the session token; None where there are none."""
        if not (self.access_key and self.secret_key):
            return None
        token = self.session_token.get_secret_value() if self.session_token else None
        return self.access_key.get_secret_value(), self.secret_key.get_secret_value(), token

    @property
    def loopback(self) -> bool:
        """Whether the endpoint is this machine."""
        return is_loopback(urlsplit(self.endpoint).hostname or "")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own: 127.0.0.0/8, ::1 or localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
