"""What there is to set of an S3 target; apart from s3.py, so that reading settings does not import boto3."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from storage.keys import fault
from storage.targets.common_settings import CommonSettings


class S3Settings(CommonSettings):
    """One bucket of one S3-compatible store."""

    kind: Literal["s3"] = "s3"
    endpoint: str = Field(description="https://HOST or https://HOST:PORT; http is for this machine alone")
    bucket: str = Field(min_length=1, description="must exist")
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
    ca_file: Path | None = Field(
        default=None, description="certificates to trust instead of the usual ones, of a private authority"
    )
    conditional_put: bool = Field(default=False, description="send `If-None-Match: *`, to a store that honours it")
    checksum: Literal["probed", "sha256", "signed-sha256", "content-md5", "crc64nvme"] = Field(
        default="probed",
        description="the digest that goes with what is sent, for the store to compare; `probed` sends wrong ones first"
        " and takes the strongest that is refused",
    )
    stale_uploads_days: int = Field(
        default=7, ge=1, description="uploads of ours of which nothing was sent for so long are aborted"
    )

    @field_validator("endpoint")
    @classmethod
    def _plain_endpoint(cls, endpoint: str) -> str:
        try:
            parts = urlsplit(endpoint)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise ValueError("the endpoint is no address; write https://HOST or https://HOST:PORT") from None
        if "@" in parts.netloc:
            raise ValueError(
                "the endpoint holds a user name or password; take it out, and give access_key and secret_key"
                " by environment"
            )
        if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
            raise ValueError("the endpoint must be https://HOST or https://HOST:PORT")
        if parts.scheme == "http" and not is_loopback(host):
            raise ValueError(
                f"the endpoint must be https: over http anyone between here and {host} can read and alter what is sent"
                " (http is for this machine alone, 127.0.0.1, ::1 or localhost)"
            )
        return endpoint.rstrip("/")

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
        return self

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
