"""A prefix of a bucket to try things under, cleared of every version, marker and upload of its own at the end."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from storage.contract import SCRATCH
from storage.errors import TargetError
from storage.targets.s3.client import FAULTS, Client, Reply
from storage.targets.s3.settings import S3Settings

BODY = b"ten bytes\n"
_ROUNDS = 5
"""A listing holds 1000 versions, and nothing here makes as many; what stays after five rounds may not be removed."""

_OURS = ("check-", "conformance-", "probe-")
"""What begins the names that checks give."""

_MOST = 64 << 20
"""Bytes that are read of a body at most: no more is ever put here."""

_NOT_NOW = frozenset({429, 502, 503, 504})
"""Not 500, which some stores answer to whatever they do not know."""


def leavings(target: str, settings: S3Settings) -> dict[str, int]:
    """What checks left under `scratch/`, whoever made them: key → bytes, old versions and delete markers included.

    Of very much it is a part. Raises TargetError where the store cannot be asked.
    """
    client, found = Client(target, settings), dict[str, int]()
    top = f"{settings.prefix}/{SCRATCH}" if settings.prefix else SCRATCH
    for name in _OURS:
        kept = client.hear("list_object_versions", None, Prefix=top + name).fields
        entries = [*kept.get("Versions", ()), *kept.get("DeleteMarkers", ())]
        entries = entries or client.ask("list_objects_v2", None, Prefix=top + name).get("Contents", [])
        for entry in entries:
            if (key := entry["Key"]).startswith(top + name):
                found[key] = found.get(key, 0) + int(entry.get("Size", 0))
    return found


class Scratch:
    """Keys under `scratch/probe-TOKEN/` of one target. Raises TargetError where the store cannot be asked.

    Nothing outside that folder is ever written or removed, whatever the store lists.
    """

    def __init__(self, target: str, settings: S3Settings, token: str) -> None:
        self.client = Client(target, settings)
        self.prefix = f"{settings.prefix}/" if settings.prefix else ""
        self.folder = f"{self.prefix}{SCRATCH}probe-{token}/"
        self.left: tuple[str, ...] = ()
        """Keys that could not be removed, known at the end."""
        self._uploads: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._clear()
        except TargetError:
            if error is None:
                raise

    def key(self, name: str) -> str:
        """The full key of a name."""
        return self.folder + name

    def put(self, name: str, **arguments: Any) -> Reply:
        """What the store says to a PUT, of ten bytes unless `Body` is given."""
        return self.hear("put_object", name, **{"Body": BODY, **arguments})

    def must_put(self, name: str, body: bytes = BODY) -> Reply:
        """A PUT without which there is nothing to ask about."""
        reply = self.put(name, Body=body)
        if not reply.ok:
            raise self.client.refusal(reply, self.key(name))
        return reply

    def hear(self, operation: str, name: str, **arguments: Any) -> Reply:
        """What the store says to any other operation on a key; raises Unavailable where it says "not now"."""
        reply = self.client.hear(operation, self.key(name), Key=self.key(name), **arguments)
        if reply.status in _NOT_NOW:
            raise self.client.refusal(reply, self.key(name))
        return reply

    def get(self, name: str, **arguments: Any) -> tuple[Reply, bytes]:
        """What the store says to a GET, and the body."""
        reply = self.hear("get_object", name, **arguments)
        return reply, self.body(reply, name)

    def body(self, reply: Reply, name: str) -> bytes:
        """The body of an answer to a GET, nothing where there is none."""
        if not reply.ok or "Body" not in reply.fields:
            return b""
        try:
            with reply.fields["Body"] as stream:
                return bytes(stream.read(_MOST))
        except FAULTS as error:
            raise self.client.broken(error, self.key(name)) from error

    def begin(self, name: str, **arguments: Any) -> Reply:
        """Begin an upload in parts; it is aborted at the end unless it was completed."""
        reply = self.hear("create_multipart_upload", name, **arguments)
        if reply.ok:
            self._uploads.append((self.key(name), reply.fields.get("UploadId", "")))
        return reply

    def part(self, name: str, upload: str, number: int, **arguments: Any) -> Reply:
        """What the store says to a part, of ten bytes unless `Body` is given."""
        return self.hear("upload_part", name, UploadId=upload, PartNumber=number, **{"Body": BODY, **arguments})

    def complete(self, name: str, upload: str, parts: dict[int, str], **arguments: Any) -> Reply:
        """What the store says when an upload is completed of these parts: number → ETag."""
        told = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(parts.items())]
        whole = {"UploadId": upload, "MultipartUpload": {"Parts": told}}
        return self.hear("complete_multipart_upload", name, **whole, **arguments)

    def versions(self, name: str = "") -> Iterator[tuple[str, str]]:
        """Key and version of all that is kept under names beginning with `name`, delete markers too."""
        reply = self.client.hear("list_object_versions", None, Prefix=self.key(name))
        for entry in (*reply.fields.get("Versions", ()), *reply.fields.get("DeleteMarkers", ())):
            if entry["Key"].startswith(self.folder):
                yield entry["Key"], str(entry.get("VersionId") or "")

    def _listed(self) -> list[str]:
        answer = self.client.ask("list_objects_v2", None, Prefix=self.folder)
        return [one["Key"] for one in answer.get("Contents", ()) if one["Key"].startswith(self.folder)]

    def _clear(self) -> None:
        for key, upload in self._uploads:
            self.client.hear("abort_multipart_upload", key, Key=key, UploadId=upload)
        for _ in range(_ROUNDS):
            kept = set(self.versions())
            for key, version in kept:
                which = {"VersionId": version} if version else {}
                self.client.hear("delete_object", key, Key=key, **which)
            for key in self._listed():
                self.client.hear("delete_object", key, Key=key)
            now = {key for key, _ in self.versions()} | set(self._listed())
            if not now or set(self.versions()) >= kept:
                break
        self.left = tuple(sorted(now))
