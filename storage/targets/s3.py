"""A bucket of an S3-compatible store as a target.

Content-MD5 goes with every upload, since it is the one check that every store we measured enforced; a checksum that a
store returns is never taken for proof.
"""

import re
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from hashlib import md5, sha256, sha512
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from uuid import uuid4

from storage.contract import SCRATCH, Capabilities, Stat
from storage.digests import sha512_stream
from storage.errors import Conflict, NotFound, Refused, TargetError, Unavailable
from storage.keys import validate_discard, validate_key
from storage.targets import s3_listing
from storage.targets.bodies import body, skip
from storage.targets.comparing import other_before, other_content, validate_read_back, validate_sent
from storage.targets.s3_client import FAULTS, Client, PastTheEnd
from storage.targets.s3_settings import S3Settings

_MIB = 1 << 20
_MOST_PARTS = 10_000
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")

Part = dict[str, Any]
"""What the store is told of a part at the end: its number, its ETag, its checksum."""


class S3Target:
    """Implements storage.contract.Target over one bucket."""

    def __init__(self, name: str, settings: S3Settings, address: str) -> None:
        self.name = name
        self.address = address
        self.capabilities = Capabilities(
            conditional_put=settings.conditional_put,
            checksums=("sha256", "content-md5") if settings.checksum == "sha256" else ("content-md5",),
            durable=True,
        )
        self._settings = settings
        self._prefix = f"{settings.prefix}/" if settings.prefix else ""
        self._bucket_seen = False
        if settings.access_key is None:
            raise Refused("access_key and secret_key are missing", target=name, setting="access_key")
        self._client = Client(name, settings)

    def put(self, key: str, file: Path, digest: str) -> None:
        """Look with a HEAD; send if nothing is there, else compare the bytes."""
        validate_key(key, target=self.name)
        try:
            present = self.stat(key).size
        except NotFound:
            try:
                self._send(key, file, digest, new=True)
            except Conflict:  # another came first, between our look and the store's
                present = file.stat().st_size
            else:
                return
        if present != file.stat().st_size or self._digest(key) != digest:
            raise other_content(file, digest, target=self.name, key=key)

    def replace(self, key: str, file: Path, digest: str, was: str | None) -> None:
        """Read what is there and compare, write, read back."""
        validate_key(key, target=self.name)
        found = self._digest(key)
        if found == digest:
            return
        if found != was:
            raise other_before(was, found, target=self.name, key=key)
        try:
            self._send(key, file, digest, new=was is None)
        except Conflict:
            found = self._digest(key)
            if found == digest:
                return
            raise other_before(was, found, target=self.name, key=key) from None
        validate_read_back(self._digest(key) or "nothing", digest, target=self.name, key=key)

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
        return body(source, size, faults=FAULTS, translate=lambda error: self._client.broken(error, key))

    def stat(self, key: str) -> Stat:
        """The size by a HEAD. A HEAD cannot tell a missing bucket from a missing key, so the bucket is asked once."""
        validate_key(key, target=self.name)
        try:
            size = int(self._ask("head_object", key, needs="ContentLength")["ContentLength"])
        except NotFound:
            if not self._bucket_seen:
                self._look()
            raise
        self._bucket_seen = True
        return Stat(key, size)

    def list(self, prefix: str) -> Iterator[Stat]:
        """Ask page by page, folder by folder where there is much: see storage.targets.s3_listing."""
        for found in s3_listing.walk(self._page, self._prefix + prefix, target=self.name):
            yield replace(found, key=found.key[len(self._prefix) :])

    def discard(self, key: str) -> None:
        """Delete a key under `scratch/`; a store that keeps versions keeps this one too."""
        validate_discard(key, target=self.name)
        with suppress(NotFound):
            self._ask("delete_object", key)

    def check(self) -> None:
        """List, write, read and remove something under `scratch/`."""
        self._look()
        key = f"{SCRATCH}check-{uuid4().hex}"
        with TemporaryDirectory() as folder:
            file = Path(folder) / "check"
            file.write_bytes(key.encode())
            try:
                self.replace(key, file, sha512(key.encode()).hexdigest(), None)
            finally:
                self.discard(key)

    def _ask(self, operation: str, key: str, *, needs: str | None = None, **arguments: Any) -> dict[str, Any]:
        return self._client.ask(operation, key, needs=needs, Key=self._prefix + key, **arguments)

    def _look(self) -> None:
        self._client.ask("list_objects_v2", None, Prefix=self._prefix, MaxKeys=1)
        self._bucket_seen = True

    def _page(self, prefix: str, delimiter: str, token: str | None) -> s3_listing.Page:
        after = {"ContinuationToken": token} if token else {}
        answer = self._client.ask("list_objects_v2", None, Prefix=prefix, Delimiter=delimiter, **after)
        return s3_listing.page(answer)

    def _digest(self, key: str) -> str | None:
        try:
            with self.open(key) as stream:
                return sha512_stream(stream)
        except NotFound:
            return None

    def _send(self, key: str, file: Path, digest: str, *, new: bool) -> None:
        """Upload; the local file's digest is compared before anything becomes visible. Conflict: only if `new`."""
        condition = {"IfNoneMatch": "*"} if new and self._settings.conditional_put else {}
        part_size = self._settings.part_size_mib * _MIB
        if (size := file.stat().st_size) > part_size:
            self._send_parts(key, file, digest, max(part_size, -(-size // _MOST_PARTS)), condition)
            return
        content = file.read_bytes()
        validate_sent(sha512(content).hexdigest(), digest, target=self.name, key=key)
        self._ask("put_object", key, Body=content, **self._checks(content), **condition)

    def _send_parts(self, key: str, file: Path, digest: str, part_size: int, condition: dict[str, str]) -> None:
        declared = {"ChecksumAlgorithm": "SHA256"} if self._settings.checksum == "sha256" else {}
        upload = self._ask("create_multipart_upload", key, needs="UploadId", **declared)["UploadId"]

        def send(number: int, content: bytes) -> Part:
            checks = self._checks(content)
            answer = self._ask(
                "upload_part", key, needs="ETag", UploadId=upload, PartNumber=number, Body=content, **checks
            )
            kept = {name: value for name, value in checks.items() if name != "ContentMD5"}
            return {"PartNumber": number, "ETag": answer["ETag"], **kept}

        try:
            parts, found = _in_parts(file, part_size, self._settings.parallel_parts, send)
            validate_sent(found, digest, target=self.name, key=key)
            self._ask("complete_multipart_upload", key, UploadId=upload, MultipartUpload={"Parts": parts}, **condition)
        except BaseException:
            # Best effort: the error that brought us here is the one to tell, and the parts are not visible.
            with suppress(TargetError):
                self._ask("abort_multipart_upload", key, UploadId=upload)
            raise

    def _checks(self, content: bytes) -> dict[str, str]:
        checks = {"ContentMD5": b64encode(md5(content, usedforsecurity=False).digest()).decode()}
        if self._settings.checksum == "sha256":
            checks["ChecksumSHA256"] = b64encode(sha256(content).digest()).decode()
        return checks


def _in_parts(file: Path, part_size: int, parallel: int, send: Callable[[int, bytes], Part]) -> tuple[list[Part], str]:
    """Send parts side by side, never more of them in memory than there are threads; the parts, the file's sha512."""
    found = sha512()
    sent: list[Part] = []
    going: deque[Future[Part]] = deque()
    with ThreadPoolExecutor(parallel, thread_name_prefix="part") as pool, file.open("rb") as stream:
        try:
            while True:
                if len(going) == parallel:
                    sent.append(going.popleft().result())
                if not (content := stream.read(part_size)):
                    break
                going.append(pool.submit(send, len(sent) + len(going) + 1, content))
                found.update(content)
            sent.extend(future.result() for future in going)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sent, found.hexdigest()


def stranger(settings: S3Settings) -> list[str]:
    """What someone without keys is given of the bucket: a sentence each, none if it is nothing.

    Writes one object under `scratch/` with our keys, asks for it without them, and removes it. Raises TargetError if
    the store cannot be asked.
    """
    mine, theirs = S3Target("owner", settings, ""), Client("stranger", settings, signed=False)
    key = f"{SCRATCH}stranger-{uuid4().hex}"
    at = f"{settings.prefix}/{key}" if settings.prefix else key
    questions: list[tuple[str, str, dict[str, Any]]] = [
        ("list the bucket", "list_objects_v2", {"MaxKeys": 1}),
        ("see that the bucket is there (HEAD)", "head_bucket", {}),
        ("see that an object is there (HEAD)", "head_object", {"Key": at}),
        ("read an object", "get_object", {"Key": at}),
    ]
    given = []
    with TemporaryDirectory() as folder:
        file = Path(folder) / "stranger"
        file.write_bytes(b"a stranger must not read this\n")
        mine.put(key, file, sha512(file.read_bytes()).hexdigest())
    try:
        for deed, operation, arguments in questions:
            with suppress(Refused, NotFound):
                answer = theirs.ask(operation, None, **arguments)
                if "Body" in answer:
                    answer["Body"].close()
                given.append(f"anyone can {deed} without keys")
    finally:
        mine.discard(key)
    return given
