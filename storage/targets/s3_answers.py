"""What an S3 store's error answers mean, as TargetErrors. Pure: an answer's status, code and headers in, an error out.

Codes are those of Amazon's list (API_ErrorResponses in the S3 reference) and what SeaweedFS, Ceph, Swift, MinIO and
rclone were seen to answer.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from storage.errors import Conflict, NotFound, Refused, TargetError, Unavailable

MISSING_BUCKET = frozenset({"NoSuchBucket", "InvalidBucketName"})
_MISSING_KEY = frozenset({"NoSuchKey", "NotFound", "404"})
_CONFLICT = frozenset({"PreconditionFailed", "412"})
_REGION = frozenset(
    {"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException"}
)
_FULL = frozenset({"QuotaExceeded", "InsufficientCapacity", "XMinioStorageFull", "InsufficientStorage"})
_ALTERED = frozenset({"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"})
_LATER = frozenset(
    {
        "SlowDown",
        "ServiceUnavailable",
        "InternalError",
        "RequestTimeout",
        "Throttling",
        "ThrottlingException",
        "TooManyRequests",
        "RequestLimitExceeded",
        "OperationAborted",
        "ConditionalRequestConflict",
        "IncompleteBody",
        "NoSuchUpload",
    }
)


@dataclass(frozen=True)
class Answer:
    """An error answer: HTTP status, the store's code (the status again where it sent none), the operation asked for."""

    status: int
    code: str
    operation: str
    retry_after: str | None = None


def meaning(answer: Answer, *, target: str, bucket: str, key: str | None, now: datetime) -> TargetError:
    """The TargetError that an answer means for `target`."""
    code, said = answer.code, f"{answer.operation}: {answer.status} {answer.code}"

    def refused(message: str, setting: str | None = None) -> Refused:
        return Refused(f"{message} ({said})", target=target, key=key, setting=setting)

    if code in MISSING_BUCKET:
        return refused(f"the store has no bucket {bucket!r}; correct `bucket`, or make it", "bucket")
    if code in _MISSING_KEY:
        return NotFound("nothing is under this key", target=target, key=key)
    if code in _CONFLICT:
        return Conflict("other content lies under this key and stays; a person must look", target=target, key=key)
    if code == "RequestTimeTooSkewed":
        return refused("the clock of this machine is off; set it")
    if code in ("InvalidAccessKeyId", "InvalidAccessKey"):
        return refused("the store does not know the access key; correct `access_key`", "access_key")
    if code == "SignatureDoesNotMatch":
        return refused("the secret key is not the one of this access key; correct `secret_key`", "secret_key")
    if code in _REGION or answer.status in (301, 307, 308):
        return refused(
            "the bucket is in another region or at another address; correct `region` or `endpoint`", "region"
        )
    if code in _FULL or "quota" in code.lower() or answer.status == 507:
        return refused("the store has no room left for us; raise the quota or make room")
    if code in _ALTERED:
        return Unavailable(f"the bytes were altered on the way, and not kept ({said})", target=target, key=key)
    if code in _LATER or answer.status in (408, 429, 500, 502, 503, 504):
        after = seconds(answer.retry_after, now)
        wait = f"; it asks to wait {after:g} s" if after else ""
        return Unavailable(f"the store cannot now ({said}){wait}", target=target, key=key, after=after)
    if answer.status in (401, 403):
        return refused(
            "the keys do not permit this; give them read, write and list on the bucket, or correct `access_key`",
            "access_key",
        )
    if answer.status == 404:
        return NotFound("nothing is under this key", target=target, key=key)
    return refused("the store refuses what we asked for")


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for: a number or an HTTP date (RFC 9110, 10.2.3)."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds())
