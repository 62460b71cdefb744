"""The kinds of targets, one file or folder a kind: an S3 bucket, a folder, and memory for tests."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from storage.contract import Target
from storage.targets.folder import FolderSettings, FolderTarget, twins
from storage.targets.memory import MemorySettings, MemoryTarget
from storage.targets.s3.settings import S3Settings

TargetSettings = Annotated[S3Settings | FolderSettings, Field(discriminator="kind")]
"""One stanza `[targets.NAME]`; memory is no place to keep anything, and is left out."""

_THIS_MACHINE = ("localhost", "::1")
_PORTS = {"http": 80, "https": 443}

__all__ = ["FolderSettings", "MemorySettings", "S3Settings", "TargetSettings", "address", "open_target", "twins"]


def address(settings: S3Settings | FolderSettings) -> str:
    """Where a target is, without secrets, in one spelling: two stanzas for one place have equal addresses."""
    if isinstance(settings, FolderSettings):
        return f"file://{(settings.path / settings.prefix).resolve()}"
    parts = urlsplit(settings.endpoint)
    host = (parts.hostname or "").rstrip(".")
    host = "127.0.0.1" if host in _THIS_MACHINE else host
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    path = "/".join(part for part in (parts.path.strip("/"), settings.bucket, settings.prefix) if part)
    return f"{parts.scheme}://{host}{port}/{path}"


def open_target(
    name: str, settings: S3Settings | FolderSettings | MemorySettings, journals: Path | None = None
) -> Target:
    """The target that a stanza describes; asks nothing of it yet. Raises Refused if keys or `ca_file` are missing.

    `journals` is a folder that keeps which uploads are under way, so that the next process goes on with them.
    """
    if isinstance(settings, MemorySettings):
        return MemoryTarget(name)
    if isinstance(settings, FolderSettings):
        return FolderTarget(name, settings, address(settings))
    from storage.targets.s3.bucket import S3Target  # takes a while to import: only who has a bucket pays for it

    return S3Target(name, settings, address(settings), journals / f"{name}.jsonl" if journals else None)
