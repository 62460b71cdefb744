"""Uploads in parts that outlive the process: what was sent is found again and not sent twice.

A journal keeps which uploads are ours; nothing of the store's says whose an upload is, so one that is in no journal is
never touched. What the store lists as sent is believed for a part only where size and ETag are those it answered when
we sent a part of this digest, or the ETag is the part's MD5; a store that lists what it does not have is found out when
the whole is read back.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.contract import Content, Part
from storage.errors import Conflict, Damaged, NotFound, Refused, TargetError, Unavailable
from storage.targets.s3.checksums import ALGORITHMS, declared, told
from storage.targets.s3.upload_journal import Journal, Upload

MOST_PARTS = 1_000
"""S3 allows 10,000; Swift as it comes, and Scaleway, 1,000."""

Ask = Callable[..., dict[str, Any]]
"""Asks the store: operation, key, then arguments as boto3 names them."""

Send = Callable[[str, int, Part], dict[str, Any]]
"""Sends one part of an upload: upload id, number, part; what the store must be told of it at the end."""


class Uploads:
    """Sends large contents to one bucket in parts, several at a time, and goes on where an earlier sending ended."""

    def __init__(self, target: str, ask: Ask, journal: Journal, address: str, parallel: int) -> None:
        self._target = target
        self._ask = ask
        self._journal = journal
        self._address = address
        self._parallel = parallel

    def send(
        self,
        key: str,
        content: Content,
        part_size: int,
        check: str,
        send: Send,
        condition: dict[str, str],
    ) -> None:
        """Send a content in parts and complete it. Raises TargetError; what was sent is then kept for the next try.

        `check` goes with each part (see storage.targets.s3.checksums), `condition` must hold for the key to be taken.
        """
        upload, there = self._resumed(key, content, part_size, check)
        resumed = upload is not None
        if upload is None:
            answer = self._ask("create_multipart_upload", key, needs="UploadId", **declared(check))
            now = datetime.now(UTC).isoformat()
            upload = Upload(self._address, key, answer["UploadId"], content.sha512, part_size, check, now)
            self._journal.begin(upload)
        try:
            parts = self._send_parts(upload, content, there, send)
            self._complete(upload, parts, condition, resumed=resumed)
        except (Conflict, Damaged):
            self._abort(upload)
            raise
        except BaseException:
            if not self._journal.kept:
                self._abort(upload)
            raise
        self._journal.end(upload)

    def forget(self, key: str) -> None:
        """Abort what we began to send to a key that holds its content now."""
        for upload in self._journal.of(key):
            self._abort(upload)

    def sweep(self, age: timedelta) -> int:
        """Abort uploads of ours that are older than `age`: how many. Nobody else's are touched."""
        stale = self._journal.older_than(datetime.now(UTC) - age)
        for upload in stale:
            self._abort(upload)
        return len(stale)

    def _resumed(
        self, key: str, content: Content, part_size: int, check: str
    ) -> tuple[Upload | None, dict[int, tuple[str, int]]]:
        """An earlier upload of the same content, and what the store says it has of it: number → (ETag, size)."""
        found: tuple[Upload | None, dict[int, tuple[str, int]]] = None, {}
        for upload in self._journal.of(key):
            same = (upload.sha512, upload.part_size, upload.check) == (content.sha512, part_size, check)
            if not same or found[0]:
                self._abort(upload)
                continue
            try:
                found = upload, dict(self._listed(upload))
            except Unavailable as error:
                if not _gone(error):
                    raise
                self._journal.end(upload)
            except NotFound:
                self._journal.end(upload)
            except Refused:  # a key may have all rights but that to list parts: then all are sent again
                found = upload, {}
        return found

    def _listed(self, upload: Upload) -> Iterator[tuple[int, tuple[str, int]]]:
        """The parts that the store lists, page by page; a page that does not go on ends it."""
        marker = 0
        while marker < MOST_PARTS:
            after = {"PartNumberMarker": marker} if marker else {}
            answer = self._ask("list_parts", upload.key, UploadId=upload.upload, **after)
            new = [part for part in answer.get("Parts", ()) if int(part.get("PartNumber", 0)) > marker]
            for part in new:
                yield int(part["PartNumber"]), (str(part.get("ETag", "")), int(part.get("Size", -1)))
            if not answer.get("IsTruncated") or not new:
                return
            marker = max(int(part["PartNumber"]) for part in new)

    def _send_parts(
        self, upload: Upload, content: Content, there: dict[int, tuple[str, int]], send: Send
    ) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        going: deque[Future[dict[str, Any]]] = deque()

        def one(part: Part) -> dict[str, Any]:
            try:
                if answer := self._already(upload, part, there.get(part.number)):
                    return answer
                answer = send(upload.upload, part.number, part)
                self._journal.sent(upload, part.number, answer["ETag"], part.digest(ALGORITHMS[upload.check]).hex())
                return answer
            finally:
                part.release()

        with ThreadPoolExecutor(self._parallel, thread_name_prefix="part") as pool:
            try:
                for part in content.parts(upload.part_size):
                    going.append(pool.submit(one, part))
                    if len(going) >= self._parallel:
                        sent.append(going.popleft().result())
                sent.extend(future.result() for future in going)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return sent

    def _already(self, upload: Upload, part: Part, listed: tuple[str, int] | None) -> dict[str, Any] | None:
        """What is told of a part at the end, if the store has it already."""
        if listed is None or listed[1] != part.size:
            return None
        etag, known = listed[0], upload.digests.get(part.number)
        if known is not None:
            same = upload.etags[part.number] == etag and known == part.digest(ALGORITHMS[upload.check]).hex()
        else:
            same = etag.strip('"').lower() == part.digest("md5").hex()
        return {"PartNumber": part.number, "ETag": etag, **told(upload.check, part)} if same else None

    def _complete(
        self, upload: Upload, parts: list[dict[str, Any]], condition: dict[str, str], *, resumed: bool
    ) -> None:
        try:
            self._ask(
                "complete_multipart_upload",
                upload.key,
                UploadId=upload.upload,
                MultipartUpload={"Parts": parts},
                **condition,
            )
        except (Unavailable, Refused) as error:
            if not _gone(error) and not (resumed and _disowns(error)):
                raise
            self._abort(upload)
            message = "the store did not take parts that it had listed; the next try sends them all"
            raise Unavailable(message, target=self._target, key=upload.key) from error

    def _abort(self, upload: Upload) -> None:
        """Have the store drop an upload. Best effort: if it cannot now, the upload stays in the journal."""
        try:
            self._ask("abort_multipart_upload", upload.key, UploadId=upload.upload)
        except NotFound:
            pass
        except TargetError as error:
            if not _gone(error):
                return
        self._journal.end(upload)


def _disowns(error: Unavailable | Refused) -> bool:
    """Whether the store says that the parts are not there as it listed them, and not that it or the keys fail."""
    if isinstance(error, Refused):
        return error.setting in (None, "part_size_mib")
    return "InvalidPart" in error.message


def _gone(error: TargetError) -> bool:
    return "NoSuchUpload" in error.message
