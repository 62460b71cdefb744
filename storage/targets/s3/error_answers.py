"""What an S3 store's error answers mean, as TargetErrors. Pure: an answer's status, code and headers in, an error out.

Codes are those of Amazon's list (API_ErrorResponses in the S3 reference) and what SeaweedFS, Ceph, Swift, MinIO and
rclone were seen to answer. Of what a store says beside its code nothing is repeated but the name of a region: it may
quote signatures.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from storage.errors import TAKEN, Conflict, NotFound, Refused, TargetError, Unavailable
from storage.http_times import ahead, seconds_to_wait

MISSING_BUCKET = frozenset({"NoSuchBucket", "InvalidBucketName"})
_OF_THE_BUCKET = frozenset({"ListObjectsV2", "HeadBucket"})
"""Operations that name no key, so that there is none to be missing."""

_REGION = re.compile(r"[a-z0-9-]{2,32}")
MOST_SKEW = timedelta(minutes=15)
"""What Amazon allows a clock to be off (Authenticating Requests, "Signing"); others copy it."""


@dataclass(frozen=True)
class Answer:
    """An error answer: HTTP status, the store's code (the status again where it sent none), the operation asked for.

    `retry_after` and `date` are the headers of these names; `region` is where the store says that the bucket is.
    """

    status: int
    code: str
    operation: str
    retry_after: str | None = None
    date: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Meaning:
    """What some codes, or else some statuses, mean: whether it may pass, a sentence, and the setting at fault."""

    codes: frozenset[str]
    statuses: frozenset[int]
    kind: Literal["passing", "lasting"]
    sentence: str
    setting: str | None = None


def _lasting(codes: str, sentence: str, setting: str | None = None, statuses: Iterable[int] = ()) -> Meaning:
    return Meaning(frozenset(codes.split()), frozenset(statuses), "lasting", sentence, setting)


def _passing(codes: str, sentence: str, statuses: Iterable[int] = ()) -> Meaning:
    return Meaning(frozenset(codes.split()), frozenset(statuses), "passing", sentence)


_DENIED = _lasting(
    "AccessDenied Forbidden Unauthorized",
    "the keys do not permit this; give them read, write and list on the bucket, or correct `access_key`; if it"
    " worked until now, the bucket's policy was changed or the bucket is another account's: ask the provider",
    "access_key",
    (401, 403),
)

MEANINGS = (
    _lasting(
        "ExpiredToken ExpiredTokenException TokenRefreshRequired",
        "the keys have run out, as keys with a session token do within hours; have the provider make new ones, and give"
        " all three, `access_key`, `secret_key` and `session_token`",
        "session_token",
    ),
    _lasting(
        "InvalidToken",
        "the session token is not the one of these keys; correct `session_token`, or take it out where keys have none",
        "session_token",
    ),
    _lasting(
        "RequestExpired AccessKeyExpired",
        "the keys have run out; have the provider make new ones and give them as `access_key` and `secret_key`",
        "access_key",
    ),
    _lasting(
        "InvalidAccessKeyId InvalidAccessKey InvalidSecurity",
        "the store does not know the access key, or no longer; correct `access_key`, and see that it is no"
        " `secret_key`; if it worked until now, `endpoint` may lead to another store",
        "access_key",
    ),
    _lasting(
        "SignatureDoesNotMatch",
        "the secret key is not the one of this access key; correct `secret_key`",
        "secret_key",
    ),
    _lasting(
        "AccountProblem AllAccessDisabled NotSignedUp UserSuspended AccountSuspended AccountDisabled",
        "the provider has closed or suspended the account; ask it why, and see to the other copies meanwhile",
        statuses=(402,),
    ),
    _lasting(
        "UnavailableForLegalReasons",
        "the provider withholds this on legal grounds; ask it which, and see to the other copies meanwhile",
        statuses=(451,),
    ),
    _lasting(
        "AuthorizationHeaderMalformed PermanentRedirect TemporaryRedirect IllegalLocationConstraintException",
        "the bucket is in another region or at another address{region}; correct `region` or `endpoint`; if it worked"
        " until now, the bucket may be another one: ask the provider before you write to it",
        "region",
        (301, 307, 308),
    ),
    _lasting(
        "QuotaExceeded InsufficientCapacity InsufficientStorage XMinioStorageFull",
        "the store has no room left for us; raise the quota or make room",
        statuses=(507,),
    ),
    _lasting(
        "InvalidObjectState",
        "the object lies in an archive class that cannot be read at once; restore it at the provider, and choose"
        " another class",
    ),
    _lasting("EntityTooSmall", "a part is smaller than the store takes; raise `part_size_mib`", "part_size_mib"),
    _lasting(
        "EntityTooLarge MaxMessageLengthExceeded",
        "a part or a file is larger than the store takes; lower `part_size_mib`",
        "part_size_mib",
        (413,),
    ),
    _lasting(
        "NotImplemented MethodNotAllowed",
        "the store does not know this request; `conditional_put` or `checksum` may ask more than it can",
        statuses=(405, 501),
    ),
    _passing(
        "BadDigest InvalidDigest XAmzContentSHA256Mismatch XAmzContentChecksumMismatch IncompleteBody",
        "the bytes were altered or cut on the way, and not kept; if it goes on, look at the line and at this machine's"
        " memory",
    ),
    _passing(
        "SlowDown ServiceUnavailable Throttling ThrottlingException TooManyRequests TooManyRequestsException"
        " RequestLimitExceeded BandwidthLimitExceeded ServerBusy",
        "the store asks us to go slower; if it goes on, lower `parallel_parts` or set `bandwidth_mib_s`",
        (429, 503),
    ),
    _passing("RequestTimeout", "the store waited too long for our bytes; if it goes on, lower `part_size_mib`", (408,)),
    _passing("NoSuchUpload", "the store no longer has what was sent of this file; the next try begins anew", ()),
    _passing(
        "InvalidPart InvalidPartOrder",
        "the store does not have a part as it was sent; the next try compares and sends again",
    ),
    _passing(
        "OperationAborted ConditionalRequestConflict",
        "someone else is writing the same key; the next try sees what came of it",
    ),
    # botocore calls an answer 500, too, whose XML ends in the middle.
    _passing(
        "InternalError",
        "the store has a fault, or its answer came in pieces; if it goes on, ask the provider",
        (500, 502, 504),
    ),
    _DENIED,
)
"""In the order in which statuses are looked up; a code is in one row at most."""


def meaning(
    answer: Answer, *, target: str, bucket: str, key: str | None, now: datetime, there_before: bool = False
) -> TargetError:
    """The TargetError that an answer means for `target`; `there_before`: the bucket has answered earlier."""
    code, said = answer.code, f"{answer.operation}: {answer.status} {answer.code}"

    def refused(sentence: str, setting: str | None = None, nearest: str | None = None) -> Refused:
        return Refused(f"{sentence} ({said})", target=target, key=key, setting=setting, nearest=nearest)

    if code in MISSING_BUCKET and there_before:
        return refused(f"the bucket {bucket!r} was there and is gone; ask the provider, and see to the other copies")
    if code in MISSING_BUCKET:
        return refused(no_bucket(bucket), "bucket")
    if answer.operation in _OF_THE_BUCKET and code == "NoSuchKey":
        return refused(
            f"what answers takes the bucket's name for a key in a bucket; take the bucket {bucket!r} out of `endpoint`",
            "endpoint",
        )
    if answer.operation in _OF_THE_BUCKET and answer.status == 404:
        return refused("what answers knows no such address; correct `endpoint`, or `bucket`", "endpoint")
    if code in ("NoSuchKey", "NotFound", "404"):
        return NotFound(target=target, key=key)
    if code in ("PreconditionFailed", "412"):
        return Conflict(TAKEN, target=target, key=key)
    off = ahead(answer.date, now)
    # An answer to a HEAD has no body, so no code; but a date.
    if code == "RequestTimeTooSkewed" or (code == "403" and off is not None and abs(off) > MOST_SKEW.total_seconds()):
        return refused(f"the clock of this machine is {_off(off)}; set it")
    found = _meaning(answer)
    if found is None and answer.status == 404:
        return NotFound(target=target, key=key)
    if found is None:
        return refused("the store refuses what we asked for; ask the provider why")
    if found is _DENIED and answer.operation == "DeleteObject":
        return refused("these keys may not delete, and need not")
    if found.kind == "lasting":
        region = answer.region if _REGION.fullmatch(answer.region or "") else None
        sentence = found.sentence.replace("{region}", f", {region!r} as the store says" if region else "")
        return refused(sentence, found.setting, region if found.setting == "region" else None)
    after = seconds_to_wait(answer.retry_after, now)
    wait = f"; it asks to wait {after:g} s" if after else ""
    return Unavailable(f"{found.sentence} ({said}){wait}", target=target, key=key, after=after)


def no_bucket(bucket: str, nearest: str | None = None) -> str:
    """The sentence on a bucket that the store does not have; `nearest` is one that it has."""
    other = nearest or (bucket.lower() if bucket != bucket.lower() else None)
    hint = (
        f"the nearest is {nearest!r}, " if nearest else f"names are mostly lower-case, as {other!r}; " if other else ""
    )
    return (
        f"the store has no bucket {bucket!r}; {hint}correct `bucket`, or make it; if it was there until now, make none:"
        " ask the provider, and see to the other copies"
    )


def _meaning(answer: Answer) -> Meaning | None:
    # Providers have quota codes of their own: AccountQuotaExceeded, XMinioAdminBucketQuotaExceeded, …
    code = "QuotaExceeded" if "quota" in answer.code.lower() else answer.code
    by_code = [row for row in MEANINGS if code in row.codes]
    by_status = [row for row in MEANINGS if answer.status in row.statuses]
    return next(iter(by_code + by_status), None)


def _off(seconds: float | None) -> str:
    if seconds is None or abs(seconds) < 1:
        return "off"
    return f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} the store's"
