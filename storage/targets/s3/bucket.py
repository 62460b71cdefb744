"""A bucket of an S3-compatible store as a target.

The strongest check that the store was seen to enforce goes with every upload; a checksum that a store returns is
never taken for proof.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha512
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import IO, Any
from uuid import uuid4

from storage.bandwidth import Pace
from storage.contract import CHECKED, Capabilities, Content, Part, Stat
from storage.digests import BLOCK, bound, compute
from storage.errors import Conflict, NotFound, Refused, TargetError, Unavailable
from storage.keys import validate_discard, validate_key
from storage.targets.byte_streams import PartBody, body, skip
from storage.targets.comparing import digest_at, other_before, other_content, validate_read_back
from storage.targets.s3 import key_listing
from storage.targets.s3.checksums import ALGORITHMS, enforced_checksums, headers, told
from storage.targets.s3.client import FAULTS, Client, PastTheEnd
from storage.targets.s3.settings import S3Settings
from storage.targets.s3.upload_journal import Journal
from storage.targets.s3.uploads import MOST_PARTS, Uploads

_RANGE = re.compile(r"bytes ([0-9]{1,19})-([0-9]{1,19})/([0-9]{1,19}|\*)")
_SLOTS, _TRIES = 16, 12
"""Keys that checks write, few because keys that may not delete leave them; how often one tries."""

_MOST_PAGES = 100
"""Pages of versions of a key under scratch/ that are looked through: a store could give new ones for ever."""


class S3Target:
    """Implements storage.contract.Target over one bucket."""

    def __init__(self, name: str, settings: S3Settings, address: str, journal: Path | None = None) -> None:
        """`journal` is a file that keeps which uploads are under way; without it, none outlives the process."""
        self.name = name
        self.address = address
        self._settings = settings
        self._prefix = f"{settings.prefix}/" if settings.prefix else ""
        self._bucket_seen = False
        self._pace = Pace(settings.bandwidth_mib_s)
        self._probing = Lock()
        self._probed: str | None = None if settings.checksum == "probed" else settings.checksum
        if settings.access_key is None:
            raise Refused("access_key and secret_key are missing", target=name, setting="access_key")
        self._client = Client(name, settings)
        self._uploads = Uploads(name, self._ask, Journal(journal, address), address, settings.parallel_parts)

    @property
    def capabilities(self) -> Capabilities:
        """What the settings say."""
        return Capabilities(conditional_put=self._settings.conditional_put)

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        """Look with a HEAD; send if nothing is there, else compare the bytes. A HEAD is a claim: what lacks is sent."""
        validate_key(key, target=self.name)
        size = None if absent else self._size(key)
        if size is not None:
            content.close()  # who compares for long is waited for by nobody
        found = digest_at(self, key, content.size) if size == content.size else None
        if size is None or (size == content.size and found is None):
            try:
                self._send(key, content, new=True)
            except Conflict:  # another came first, between our look and the store's
                found = digest_at(self, key, content.size)
            else:
                return
        self._uploads.forget(key)
        if found != content.sha512:
            raise other_content(content, target=self.name, key=key)

    def replace(self, key: str, content: Content, was: str | None) -> None:
        """Read what is there and compare, write, read back."""
        validate_key(key, target=self.name)
        digest, most = content.sha512, bound(content.size)
        found = digest_at(self, key, most)
        if found == digest:
            return
        if found != was:
            raise other_before(was, found, target=self.name, key=key)
        try:
            self._send(key, content, new=was is None)
        except Conflict:
            found = digest_at(self, key, most)
            if found == digest:
                return
            raise other_before(was, found, target=self.name, key=key) from None
        validate_read_back(digest_at(self, key, most) or "nothing", digest, target=self.name, key=key)

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        """A stream over a GET; where a store ignores the range, what was not asked for is read away."""
        validate_key(key, target=self.name)
        empty = end is not None and end <= start
        if empty:
            start, end = 0, 1
        wanted = {} if start == 0 and end is None else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        try:
            answer = self._ask("get_object", key, needs="ContentLength", **wanted)
        except PastTheEnd:
            return BytesIO()
        size, source = int(answer["ContentLength"]), answer["Body"]
        given = _RANGE.match(answer.get("ContentRange", ""))
        # rclone 1.75 answers 200 and the range; others answer 200 and the whole.
        if wanted and given:
            first, last, whole = int(given[1]), int(given[2]), None if given[3] == "*" else int(given[3])
            stop = end if whole is None else whole if end is None else min(end, whole)
            if first != start or (stop is not None and last + 1 != stop):
                source.close()
                raise Unavailable(f"the store answered with another range, {given[0]}", target=self.name, key=key)
        elif wanted:
            try:
                skip(source, min(start, size))
            except FAULTS as error:
                source.close()
                raise self._client.broken(error, key) from error
            size = max(0, size - start)
        size = 0 if empty else size if end is None else min(size, end - start)
        return body(
            source, size, faults=FAULTS, translate=lambda error: self._client.broken(error, key), pace=self._pace
        )

    def lent(self, key: str, seconds: int) -> str | None:
        """A presigned GET, if the settings say so."""
        validate_key(key, target=self.name)
        return self._client.presigned(self._prefix + key, seconds) if self._settings.presigned else None

    def stat(self, key: str) -> Stat:
        """The size by a HEAD. A HEAD cannot tell a missing bucket from a missing key, so the bucket is asked once."""
        validate_key(key, target=self.name)
        try:
            size = int(self._ask("head_object", key, needs="ContentLength")["ContentLength"])
        except NotFound:
            if not self._bucket_seen:
                self.look()
            raise
        self._bucket_seen = True
        return Stat(key, size)

    def list(self, prefix: str) -> Iterator[Stat]:
        """Ask page by page, folder by folder where there is much: see storage.targets.s3.key_listing."""
        for found in key_listing.walk(self._page, self._prefix + prefix, target=self.name):
            yield replace(found, key=found.key[len(self._prefix) :])

    def discard(self, key: str) -> None:
        """Delete a key under `scratch/`, and where the bucket keeps versions all of them and the delete markers."""
        validate_discard(key, target=self.name)
        with suppress(NotFound):
            answer = self._ask("delete_object", key)
            if answer.get("VersionId") or answer.get("DeleteMarker"):
                with suppress(Refused):  # keys that may not delete versions leave them behind, unseen
                    self._discard_versions(key)

    def look(self) -> None:
        """List: the least that a key for reading may do."""
        self._client.ask("list_objects_v2", None, Prefix=self._prefix, MaxKeys=1)
        self._bucket_seen = True

    def check(self) -> None:
        """List, write and read something small under `scratch/`, and tidy up; abort our own stale uploads.

        Keys need no right to delete: what they may not remove is written over by a later check.
        """
        self.look()
        for tries in range(_TRIES, 0, -1):
            key, text = f"{CHECKED}{uuid4().int % _SLOTS}", uuid4().hex.encode()
            check, digest = self._check(), sha512(text).hexdigest()
            self._ask("put_object", key, Body=text, **headers(check, compute(ALGORITHMS[check], [text])))
            found = digest_at(self, key, len(text)) or "nothing"
            with suppress(TargetError):
                self.discard(key)
            if found == digest:
                break
            if tries == 1:  # before, it may have been another's check under the same key
                validate_read_back(found, digest, target=self.name, key=key)
        self._uploads.sweep(timedelta(days=self._settings.stale_uploads_days))

    def _ask(self, operation: str, key: str, *, needs: str | None = None, **arguments: Any) -> dict[str, Any]:
        return self._client.ask(operation, key, needs=needs, Key=self._prefix + key, **arguments)

    def _page(self, prefix: str, delimiter: str, token: str | None) -> key_listing.Page:
        after = {"ContinuationToken": token} if token else {}
        answer = self._client.ask("list_objects_v2", None, Prefix=prefix, Delimiter=delimiter, **after)
        return key_listing.page(answer)

    def _size(self, key: str) -> int | None:
        try:
            return self.stat(key).size
        except NotFound:
            return None

    def _discard_versions(self, key: str) -> None:
        full, after = self._prefix + key, dict[str, str]()
        for _ in range(_MOST_PAGES):
            answer = self._client.ask("list_object_versions", key, Prefix=full, **after)
            for version in (*answer.get("Versions", ()), *answer.get("DeleteMarkers", ())):
                if version["Key"] == full and version.get("VersionId"):
                    self._ask("delete_object", key, VersionId=version["VersionId"])
            next_ = {"KeyMarker": answer.get("NextKeyMarker"), "VersionIdMarker": answer.get("NextVersionIdMarker")}
            told = {name: value for name, value in next_.items() if value}
            if not answer.get("IsTruncated") or not told or told == after:
                return
            after = told

    def _send(self, key: str, content: Content, *, new: bool) -> None:
        """Upload; a local file that changed is found out before anything becomes visible. Conflict: only if `new`."""
        condition = {"IfNoneMatch": "*"} if new and self._settings.conditional_put else {}
        check = self._check()
        part_size = self._settings.part_size_mib * BLOCK
        if content.size > part_size:
            part_size = max(part_size, -(-content.size // (MOST_PARTS * BLOCK)) * BLOCK)
            self._uploads.send(key, content, part_size, check, self._part_sender(key, check), condition)
            return
        for part in content.parts(part_size):
            try:
                self._ask("put_object", key, Body=self._body(part), **_checks(check, part), **condition)
            finally:
                part.release()

    def _part_sender(self, key: str, check: str) -> Any:
        def send(upload: str, number: int, part: Part) -> dict[str, Any]:
            answer = self._ask(
                "upload_part",
                key,
                needs="ETag",
                UploadId=upload,
                PartNumber=number,
                Body=self._body(part),
                **_checks(check, part),
            )
            return {"PartNumber": number, "ETag": answer["ETag"], **told(check, part)}

        return send

    def _body(self, part: Part) -> PartBody:
        return PartBody(part.blocks, self._pace)

    def _check(self) -> str:
        """The check that goes with what is sent: the one of the settings, or the strongest the store enforces."""
        with self._probing:
            if self._probed is None:
                found = enforced_checksums(self._client, self._prefix)
                self._probed = found[0] if found else "content-md5"
            return self._probed


def _checks(check: str, part: Part) -> dict[str, str]:
    return headers(check, part.digest(ALGORITHMS[check]))
