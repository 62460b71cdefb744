"""What each answer of a store means, code by code: the kind of error, the sentence, the setting at fault."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from storage.errors import Conflict, NotFound, Refused, TargetError, Unavailable
from storage.targets.s3.error_answers import MEANINGS, Answer, meaning

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

ANSWERS: list[tuple[int, str, type[TargetError], str, str | None]] = [
    (403, "ExpiredToken", Refused, "as keys with a session token do", "session_token"),
    (400, "ExpiredToken", Refused, "as keys with a session token do", "session_token"),
    (400, "TokenRefreshRequired", Refused, "as keys with a session token do", "session_token"),
    (403, "RequestExpired", Refused, "run out", "access_key"),
    (403, "InvalidAccessKeyId", Refused, "does not know the access key", "access_key"),
    (403, "InvalidToken", Refused, "token is not the one of these keys", "session_token"),
    (403, "SignatureDoesNotMatch", Refused, "secret key is not the one", "secret_key"),
    (403, "AccessDenied", Refused, "do not permit this", "access_key"),
    (403, "403", Refused, "do not permit this", "access_key"),
    (401, "401", Refused, "do not permit this", "access_key"),
    (403, "AccountProblem", Refused, "closed or suspended the account", None),
    (403, "UserSuspended", Refused, "closed or suspended the account", None),
    (402, "402", Refused, "closed or suspended the account", None),
    (451, "UnavailableForLegalReasons", Refused, "on legal grounds", None),
    (451, "451", Refused, "on legal grounds", None),
    (403, "QuotaExceeded", Refused, "no room left", None),
    (400, "XMinioAdminBucketQuotaExceeded", Refused, "no room left", None),
    (507, "XMinioStorageFull", Refused, "no room left", None),
    (507, "507", Refused, "no room left", None),
    (404, "NoSuchBucket", Refused, "has no bucket 'testimony'; correct `bucket`", "bucket"),
    (301, "PermanentRedirect", Refused, "another region", "region"),
    (400, "AuthorizationHeaderMalformed", Refused, "another region", "region"),
    (307, "307", Refused, "another region", "region"),
    (403, "RequestTimeTooSkewed", Refused, "clock of this machine is off", None),
    (403, "InvalidObjectState", Refused, "archive class", None),
    (400, "EntityTooSmall", Refused, "raise `part_size_mib`", "part_size_mib"),
    (400, "EntityTooLarge", Refused, "lower `part_size_mib`", "part_size_mib"),
    (413, "413", Refused, "lower `part_size_mib`", "part_size_mib"),
    (501, "NotImplemented", Refused, "does not know this request", None),
    (405, "MethodNotAllowed", Refused, "does not know this request", None),
    (400, "MalformedXML", Refused, "refuses what we asked for", None),
    (418, "418", Refused, "refuses what we asked for", None),
    (503, "SlowDown", Unavailable, "go slower", None),
    (503, "503", Unavailable, "go slower", None),
    (429, "TooManyRequests", Unavailable, "go slower", None),
    (429, "429", Unavailable, "go slower", None),
    (400, "RequestLimitExceeded", Unavailable, "go slower", None),
    (500, "InternalError", Unavailable, "has a fault", None),
    (502, "502", Unavailable, "has a fault", None),
    (504, "504", Unavailable, "has a fault", None),
    (400, "RequestTimeout", Unavailable, "waited too long for our bytes", None),
    (408, "408", Unavailable, "waited too long for our bytes", None),
    (400, "BadDigest", Unavailable, "altered or cut on the way", None),
    (400, "XAmzContentSHA256Mismatch", Unavailable, "altered or cut on the way", None),
    (400, "IncompleteBody", Unavailable, "altered or cut on the way", None),
    (404, "NoSuchUpload", Unavailable, "the next try begins anew", None),
    (400, "InvalidPart", Unavailable, "the next try compares", None),
    (409, "OperationAborted", Unavailable, "someone else is writing", None),
    (409, "ConditionalRequestConflict", Unavailable, "someone else is writing", None),
    (404, "NoSuchKey", NotFound, "nothing is under this key", None),
    (404, "404", NotFound, "nothing is under this key", None),
    (404, "SomethingElse", NotFound, "nothing is under this key", None),
    (412, "PreconditionFailed", Conflict, "a person must look", None),
    (412, "412", Conflict, "a person must look", None),
]


def means(answer: Answer, *, there_before: bool = False) -> TargetError:
    return meaning(answer, target="store", bucket="testimony", key="a", now=NOW, there_before=there_before)


@pytest.mark.parametrize(("status", "code", "kind", "match", "setting"), ANSWERS)
def test_an_answer_means(status: int, code: str, kind: type[TargetError], match: str, setting: str | None) -> None:
    error = means(Answer(status, code, "PutObject", retry_after="7"))
    assert type(error) is kind
    assert match in error.message
    assert getattr(error, "setting", None) == setting
    assert getattr(error, "after", None) == (7 if kind is Unavailable else None)
    if kind in (Refused, Unavailable):
        assert f"(PutObject: {status} {code})" in error.message
    if setting:
        assert f"`{setting}`" in error.message


def test_every_row_of_the_table_is_tried_and_no_code_is_in_two() -> None:
    codes = [code for row in MEANINGS for code in row.codes]
    assert len(codes) == len(set(codes))
    tried = {code for _, code, *_ in ANSWERS}
    assert not [row.sentence for row in MEANINGS if not row.codes & tried]
    assert (
        not {str(status) for row in MEANINGS for status in row.statuses}
        - {str(status) for status, *_ in ANSWERS}
        - {"308"}
    )


def test_a_bucket_that_was_there_is_not_a_wrong_setting() -> None:
    error = means(Answer(404, "NoSuchBucket", "ListObjectsV2"), there_before=True)
    assert isinstance(error, Refused)
    assert (error.setting, "was there and is gone; ask the provider" in error.message) == (None, True)


@pytest.mark.parametrize(
    ("status", "code", "operation", "said"),
    [
        (404, "NoSuchBucket", "ListObjectsV2", "if it was there until now, make none: ask the provider"),
        (403, "AccessDenied", "ListObjectsV2", "the bucket is another account's: ask the provider"),
        (301, "PermanentRedirect", "ListObjectsV2", "the bucket may be another one: ask the provider before you write"),
        (400, "AuthorizationHeaderMalformed", "GetObject", "the bucket may be another one: ask the provider"),
        (403, "InvalidAccessKeyId", "GetObject", "`endpoint` may lead to another store"),
    ],
)
def test_what_worked_until_now_is_told_apart_from_a_first_slip(
    status: int, code: str, operation: str, said: str
) -> None:
    assert said in means(Answer(status, code, operation)).message


@pytest.mark.parametrize(
    ("code", "said"), [("NoSuchKey", "take the bucket 'testimony' out of `endpoint`"), ("404", "`endpoint`")]
)
def test_a_bucket_that_is_asked_for_as_if_it_were_a_key_is_an_endpoint_at_fault(code: str, said: str) -> None:
    error = means(Answer(404, code, "ListObjectsV2"))
    assert isinstance(error, Refused)
    assert (error.setting, said in error.message) == ("endpoint", True)
    assert isinstance(means(Answer(404, code, "GetObject")), NotFound)


def test_the_region_that_a_store_names_is_passed_on_if_it_is_one() -> None:
    near = means(Answer(301, "PermanentRedirect", "ListObjectsV2", region="eu-central-2"))
    assert isinstance(near, Refused)
    assert (near.nearest, "'eu-central-2' as the store says; correct `region`" in near.message) == (
        "eu-central-2",
        True,
    )
    for odd in ("", "a" * 200, "eu\x1b[2J", "eu west"):
        error = means(Answer(301, "PermanentRedirect", "ListObjectsV2", region=odd))
        assert isinstance(error, Refused)
        assert (error.nearest, "as the store says" in error.message) == (None, False)
    denied = means(Answer(403, "AccessDenied", "ListObjectsV2", region="eu-central-2"))
    assert getattr(denied, "nearest", None) is None


def test_a_key_that_may_not_delete_is_no_wrong_setting() -> None:
    for code in ("AccessDenied", "403"):
        error = means(Answer(403, code, "DeleteObject"))
        assert isinstance(error, Refused)
        assert (error.setting, "may not delete, and need not" in error.message) == (None, True)
    assert getattr(means(Answer(403, "InvalidAccessKeyId", "DeleteObject")), "setting", None) == "access_key"


def test_a_bucket_of_capitals_that_is_not_there_is_asked_for_in_small_letters() -> None:
    error = meaning(Answer(404, "NoSuchBucket", "ListObjectsV2"), target="s", bucket="Testimony", key=None, now=NOW)
    assert "names are mostly lower-case, as 'testimony'; correct `bucket`" in error.message


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (timedelta(hours=1), "3600 s ahead of the store's"),
        (timedelta(minutes=-16), "960 s behind the store's"),
        (timedelta(0), "off"),
        (None, "off"),
    ],
)
def test_a_clock_is_off_by_what_the_date_of_the_answer_says(off: timedelta | None, said: str) -> None:
    date = None if off is None else format_datetime(NOW - off, usegmt=True)
    error = means(Answer(403, "RequestTimeTooSkewed", "ListObjectsV2", date=date))
    assert error.message.startswith(f"the clock of this machine is {said}; set it (")


@pytest.mark.parametrize(("minutes", "match"), [(16, "clock of this machine is 960 s"), (14, "do not permit")])
def test_an_answer_without_a_code_is_judged_by_its_date(minutes: int, match: str) -> None:
    date = format_datetime(NOW - timedelta(minutes=minutes), usegmt=True)
    assert match in means(Answer(403, "403", "HeadObject", date=date)).message
    assert "do not permit" in means(Answer(403, "AccessDenied", "PutObject", date=date)).message
