"""What an S3 store can, cannot and pretends to do, found by asking it under `scratch/`.

Each question is a function from a Scratch to Traits; none believes what the store says of itself where it can look.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from threading import Barrier, BrokenBarrierError
from time import sleep
from urllib.parse import urlsplit

from storage.digests import compute
from storage.errors import TargetError
from storage.http_times import time_at
from storage.targets.byte_streams import UNLIMITED, PartBody
from storage.targets.s3.checksums import ALGORITHMS, CHECKS, declared, headers, is_refused, wrong
from storage.targets.s3.client import Client, Reply
from storage.targets.s3.scratch import BODY, Scratch
from storage.targets.s3.settings import S3Settings, is_loopback
from storage.targets.traits import Trait, Verdict

WRITERS = 8
RACES = 3
TOGETHER_SECONDS = 2.0
"""That a writer waits for the others to have begun, in vain where a store hears fewer at a time."""
HEARD_SECONDS = 0.5
"""That a store is given, then, to have heard the headers of them all."""

SKEW_SECONDS = 300
"""A clock that is off by more is worth a word; S3 refuses requests at 15 minutes."""

CONDITION = "refuse a PUT where something lies (If-None-Match)"
RACE = f"let one of {WRITERS} writers win a key"
FIRST_COMPLETION = "complete an upload under If-None-Match"
COMPLETION = "refuse to complete an upload where something lies"
KEPT_UPLOAD = "keep an upload when one part of it is refused"
VIRTUAL = "be reached with the bucket in the host name"
_OTHER = b"ten others"


def enforcing(check: str, *, parts: bool = False) -> str:
    """The name of the Trait that says whether a checksum is enforced; of parts it is asked only if it is on a PUT."""
    return f"refuse a part with a wrong {check}" if parts else f"refuse a wrong {check}"


def probe(target: str, settings: S3Settings, token: str) -> tuple[tuple[Trait, ...], tuple[str, ...]]:
    """Ask everything: the answers, and the keys that could not be removed afterwards.

    Writes under `scratch/probe-TOKEN/` alone. Raises TargetError where the store cannot be asked at all.
    """
    with Scratch(target, settings, token) as scratch:
        traits = [trait for question in _QUESTIONS for trait in question(scratch)]
    traits += [_addressing(target, settings), _clock(settings)]
    return tuple(traits), scratch.left


def checksums(scratch: Scratch) -> Iterator[Trait]:
    """Which checksums are enforced: wrong ones are sent, and what is kept of it is looked at."""
    for check in CHECKS:
        right = headers(check, compute(ALGORITHMS[check], [BODY]))
        whole = Trait(enforcing(check), *_enforced(scratch, check, right))
        yield whole
        if whole.holds:
            yield Trait(enforcing(check, parts=True), *_enforced_of_parts(scratch, check, right))


def _enforced(scratch: Scratch, check: str, right: dict[str, str]) -> tuple[Verdict, str]:
    name, false = f"wrong-{check}", wrong(check)
    put = scratch.put(name, **false)
    head = scratch.hear("head_object", name, ChecksumMode="ENABLED")
    if put.ok:
        if any(head.fields.get(argument) == value for argument, value in false.items()):
            return "pretends", "keeps a wrong one, and gives it back in a HEAD"
        return "cannot", "takes no notice of it"
    if not is_refused(put):
        return "cannot", f"does not know it ({_said(put)})"
    if head.ok:
        return "pretends", "says that it was wrong, and keeps the object"
    taken = scratch.put(f"right-{check}", **right)
    return ("can", _said(put)) if taken.ok else ("cannot", f"refuses right ones too ({_said(taken)})")


def _enforced_of_parts(scratch: Scratch, check: str, right: dict[str, str]) -> tuple[Verdict, str]:
    name = f"parts-{check}"
    begun = scratch.begin(name, **declared(check))
    if not begun.ok:
        return "cannot", f"begins no upload with it ({_said(begun)})"
    upload = begun.fields.get("UploadId", "")
    if not (taken := scratch.part(name, upload, 1, **right)).ok:
        return "cannot", f"refuses right ones too ({_said(taken)})"
    part = scratch.part(name, upload, 2, **wrong(check))
    return ("can", _said(part)) if is_refused(part) else ("cannot", "takes no notice of it")


def _conditions(scratch: Scratch) -> Iterator[Trait]:
    scratch.must_put("taken")
    again = scratch.put("taken", Body=_OTHER, IfNoneMatch="*")
    kept = scratch.get("taken")[1] == BODY
    if not again.ok and kept:
        yield Trait(CONDITION, "can", _said(again))
        yield _race(scratch)
    else:
        detail = "overwrites it" if again.ok else f"says {_said(again)}, and overwrites it"
        yield Trait(CONDITION, "cannot" if again.ok else "pretends", detail)
        yield Trait(RACE, "cannot", "the condition is not kept even for one at a time")
    yield from _completion(scratch)
    yield _match(scratch)


class _Together(PartBody):
    """A body whose bytes come when all writers have sent their headers.

    A store that looks whether the key is free when it reads them, and not again when it keeps the body, finds it free
    for each; between small requests, one of which may be done before the next has begun, that is left to chance.
    """

    def __init__(self, body: bytes, all_began: Barrier) -> None:
        super().__init__([memoryview(body)], UNLIMITED)
        self._all_began: Barrier | None = all_began

    def read(self, size: int | None = None) -> bytes | memoryview:
        if self._all_began:
            with suppress(BrokenBarrierError):
                self._all_began.wait(TOGETHER_SECONDS)
            sleep(HEARD_SECONDS)
            self._all_began = None
        return super().read(size)


def _race(scratch: Scratch) -> Trait:
    winners = []
    with ThreadPoolExecutor(WRITERS) as pool:
        for number in range(RACES):
            key = scratch.key(f"race-{number}")
            began = Barrier(WRITERS)
            bodies = [_Together(f"writer {writer:02d}\n".encode() * 20_000, began) for writer in range(WRITERS)]
            put = partial(scratch.client.hear, "put_object", key, Key=key, IfNoneMatch="*")
            winners.append(sum(reply.ok for reply in pool.map(lambda body, put=put: put(Body=body), bodies)))
    if all(count == 1 for count in winners):
        return Trait(RACE, "can", f"in {RACES} of {RACES} rounds")
    return Trait(RACE, "pretends", f"{' and '.join(str(count) for count in winners)} won, and each was told so")


def _completion(scratch: Scratch) -> Iterator[Trait]:
    uploads = []
    for body in (BODY, _OTHER):
        begun = scratch.begin("completed")
        if not begun.ok:
            yield Trait(FIRST_COMPLETION, "cannot", f"begins no upload in parts ({_said(begun)})")
            return
        upload = begun.fields.get("UploadId", "")
        uploads.append((upload, scratch.part("completed", upload, 1, Body=body).fields.get("ETag", "")))
    first, second = (scratch.complete("completed", upload, {1: etag}, IfNoneMatch="*") for upload, etag in uploads)
    yield Trait(FIRST_COMPLETION, "can" if first.ok else "cannot", "" if first.ok else _said(first))
    if not first.ok:
        return
    if second.ok:
        yield Trait(COMPLETION, "cannot", "overwrites it")
    elif scratch.get("completed")[1] != BODY:
        yield Trait(COMPLETION, "pretends", f"says {_said(second)}, and overwrites it")
    else:
        yield Trait(COMPLETION, "can", _said(second))


def _match(scratch: Scratch) -> Trait:
    name = "replace only what was seen (If-Match)"
    etag = scratch.must_put("matched").fields.get("ETag", "")
    other = scratch.put("matched", Body=_OTHER, IfMatch='"' + "0" * 32 + '"')
    if other.ok:
        return Trait(name, "cannot", "overwrites what was not seen")
    same = scratch.put("matched", Body=_OTHER, IfMatch=etag)
    return Trait(name, "can", _said(other)) if same.ok else Trait(name, "cannot", f"refuses all ({_said(same)})")


def _parts(scratch: Scratch) -> Iterator[Trait]:
    begun = scratch.begin("parts")
    if not begun.ok:
        yield Trait("take an upload in parts", "cannot", _said(begun))
        return
    upload = begun.fields.get("UploadId", "")
    etags = {number: scratch.part("parts", upload, number).fields.get("ETag", "") for number in (1, 2, 3)}
    yield _listing(scratch, upload)
    uploads = scratch.client.hear("list_multipart_uploads", None, Prefix=scratch.key("parts"))
    ours = upload in [one.get("UploadId") for one in uploads.fields.get("Uploads", ())]
    yield Trait("list unfinished uploads", "can" if ours else "cannot", "" if ours else _said(uploads))
    scratch.part("parts", upload, 4, **wrong("content-md5"))
    kept = scratch.hear("list_parts", "parts", UploadId=upload)
    yield Trait(
        KEPT_UPLOAD,
        "can" if kept.ok else "cannot",
        "" if kept.ok else f"all its parts are gone ({_said(kept)})",
    )
    yield _small(scratch, upload if kept.ok else None, etags)
    yield _abort(scratch)


def _listing(scratch: Scratch, upload: str) -> Trait:
    """Whether ListParts tells the three parts of an upload, at once and page by page."""
    name = "list the parts of an upload"
    whole = scratch.hear("list_parts", "parts", UploadId=upload)
    numbers = [part.get("PartNumber") for part in whole.fields.get("Parts", ())]
    if numbers != [1, 2, 3]:
        return Trait(name, "pretends" if whole.ok else "cannot", f"told {numbers}" if whole.ok else _said(whole))
    paged, marker = list[int](), 0
    for _ in range(4):
        page = scratch.hear("list_parts", "parts", UploadId=upload, MaxParts=1, PartNumberMarker=marker)
        paged += [int(part.get("PartNumber", 0)) for part in page.fields.get("Parts", ())]
        if not page.fields.get("IsTruncated") or paged[-1:] == [3]:
            break
        marker = paged[-1] if paged else 0
    if paged != numbers:
        return Trait(name, "pretends", f"page by page it tells {paged} of [1, 2, 3]")
    return Trait(name, "can", "at once and page by page")


def _small(scratch: Scratch, upload: str | None, etags: dict[int, str]) -> Trait:
    name = "refuse parts below 5 MiB"
    if upload is None:
        upload = scratch.begin("parts").fields.get("UploadId", "")
        etags = {number: scratch.part("parts", upload, number).fields.get("ETag", "") for number in (1, 2, 3)}
    done = scratch.complete("parts", upload, etags)
    return Trait(name, "cannot", "takes parts of ten bytes") if done.ok else Trait(name, "can", _said(done))


def _abort(scratch: Scratch) -> Trait:
    name = "abort an upload"
    upload = scratch.begin("aborted").fields.get("UploadId", "")
    scratch.part("aborted", upload, 1)
    reply = scratch.hear("abort_multipart_upload", "aborted", UploadId=upload)
    if not reply.ok:
        return Trait(name, "cannot", _said(reply))
    after = scratch.hear("list_parts", "aborted", UploadId=upload)
    return Trait(name, "pretends", "its parts are still listed") if after.ok else Trait(name, "can", _said(after))


def _ranges(scratch: Scratch) -> Iterator[Trait]:
    name = "answer a range with 206"
    scratch.must_put("range")
    reply, body = scratch.get("range", Range="bytes=2-4")
    if reply.status == 206 and body == BODY[2:5]:
        yield Trait(name, "can", "")
    elif reply.status == 206:
        yield Trait(name, "pretends", "other bytes came")
    else:
        what = {BODY: " and the whole", BODY[2:5]: " and the range"}.get(body, "")
        yield Trait(name, "cannot", f"answers {_said(reply)}{what}")


def _deletes(scratch: Scratch) -> Iterator[Trait]:
    first, second = scratch.must_put("kept"), scratch.must_put("kept", _OTHER)
    removed = scratch.hear("delete_object", "kept")
    replies = [scratch.hear(operation, "kept") for operation in ("head_object", "get_object")]
    for reply in replies:
        scratch.body(reply, "kept")
    name = "say that nothing is there after a delete"
    if not removed.ok:
        yield Trait(name, "cannot", f"these keys may not delete ({_said(removed)})")
    else:
        gone = all(reply.status == 404 for reply in replies)
        lies = ", though it keeps what was there" if removed.fields.get("DeleteMarker") else ""
        yield Trait(name, "can" if gone else "cannot", " and ".join(_said(reply) for reply in replies) + lies)
    yield _versioning(scratch, first, second)
    lock = scratch.client.hear("get_object_lock_configuration")
    rule = lock.fields.get("ObjectLockConfiguration", {})
    if rule.get("ObjectLockEnabled") == "Enabled":
        default = rule.get("Rule", {}).get("DefaultRetention", {})
        term = f"{default['Days']} days" if "Days" in default else f"{default.get('Years')} years"
        detail = f"{default.get('Mode')} for {term} by default" if default else "enabled, with no term by default"
        yield Trait("lock objects against deletion", "can", detail)
    else:
        yield Trait("lock objects against deletion", "cannot", f"not on this bucket ({_said(lock)})")


def _versioning(scratch: Scratch, first: Reply, second: Reply) -> Trait:
    name = "keep what is overwritten or deleted (versions)"
    told = scratch.client.hear("get_bucket_versioning")
    status = str(told.fields.get("Status") or "off") if told.ok else f"not told, {_said(told)}"
    kept = (
        first.version
        and first.version != second.version
        and scratch.get("kept", **first.version)[1] == BODY
        and scratch.get("kept", **second.version)[1] == _OTHER
    )
    if kept:
        return Trait(name, "can", f"versioning: {status}")
    return Trait(name, "pretends" if status == "Enabled" else "cannot", f"versioning: {status}")


def _addressing(target: str, settings: S3Settings) -> Trait:
    host = urlsplit(settings.endpoint).hostname or ""
    if host.replace(".", "").isdigit() or ":" in host:
        return Trait(VIRTUAL, "cannot", "the endpoint is an address, not a name")
    if is_loopback(host):
        return Trait(VIRTUAL, "cannot", "not asked of this machine")
    try:
        Client(target, settings.model_copy(update={"addressing": "virtual"})).ask("head_bucket", None)
    except TargetError as error:
        return Trait(VIRTUAL, "cannot", error.message)
    return Trait(VIRTUAL, "can", "")


def _clock(settings: S3Settings) -> Trait:
    name = "agree with this machine's clock"
    told = time_at(settings.endpoint, settings.ca_file)
    if told is None:
        return Trait(name, "cannot", "it tells no time")
    off = round((datetime.now(UTC) - told).total_seconds())
    return Trait(name, "can" if abs(off) <= SKEW_SECONDS else "cannot", f"{abs(off):,} s apart")


def _said(reply: Reply) -> str:
    """A store's answer in two words: status and code."""
    code = reply.code.removeprefix(str(reply.status))
    return f"{reply.status} {code}".strip()


_QUESTIONS: tuple[Callable[[Scratch], Iterator[Trait]], ...] = (checksums, _conditions, _parts, _ranges, _deletes)
