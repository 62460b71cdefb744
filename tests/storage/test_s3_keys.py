"""Keys that may list, read and write, and neither delete nor abort: all works, and what stays in scratch/ is little."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha512
from pathlib import Path

import pytest
from pydantic import SecretStr

from storage.conformance import conform
from storage.errors import Damaged, Refused, Unavailable
from storage.shared_reading import LocalFile
from storage.targets import S3Settings, open_target
from storage.targets.s3.bucket_probing import probe
from storage.targets.s3.checksums import CHECKS
from storage.targets.s3.client import Client
from storage.targets.s3.exposure import stolen_key
from storage.targets.s3.scratch import leavings
from storage.targets.s3.upload_journal import Journal, Upload
from tests.world.liar import Reply, liar, listing, refusal
from tests.world.proxy import Answer, Exchange, Proxy, proxy
from tests.world.proxy_faults import says
from tests.world.servers import S3Server

LARGE = 5 * (1 << 20) + 1
DENIED = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload")


@pytest.fixture(scope="module", params=["seaweedfs", "ceph", "seaweedfs-versions", "rclone"])
def settings(request: pytest.FixtureRequest) -> Iterator[S3Settings]:
    """A bucket from which these keys may not delete: by its policy, or, before a store without any, by a proxy."""
    name, _, versions = request.param.partition("-")
    server: S3Server = request.getfixturevalue(f"{name}_server")
    if name == "rclone":
        with proxy(server.endpoint) as between:
            for operation in ("DeleteObject", "AbortMultipartUpload"):
                between.at(operation, says(403, "AccessDenied"))
            yield server.settings(endpoint=between.endpoint, prefix="undeleted/here")
        return
    chosen = server.settings(bucket=f"undeleted{versions}", prefix="kept/here")
    client = Client("owner", chosen)
    client.ask("create_bucket", None)
    if versions:
        client.ask("put_bucket_versioning", None, VersioningConfiguration={"Status": "Enabled"})
    everything = f"arn:aws:s3:::{chosen.bucket}/*"
    deny = {"Effect": "Deny", "Principal": "*", "Action": list(DENIED), "Resource": [everything]}
    client.ask("put_bucket_policy", None, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    yield chosen


def test_check_after_check_leaves_a_few_bytes(settings: S3Settings) -> None:
    for _ in range(3):
        target = open_target("store", settings)
        target.check()  # finds out which checksum is enforced, each time anew
    left = [stat.key for stat in target.list("scratch/")]
    few = {
        *(f"scratch/check-{slot}" for slot in range(16)),
        *(f"scratch/check-wrong-{one}" for one in CHECKS),
    }
    assert 1 <= len(left) == len(set(left) & few)


def test_the_suite_holds_and_leaves_no_more_the_second_time(settings: S3Settings) -> None:
    target = open_target("store", settings)
    kept = []
    for token in ("first", "second"):
        done = conform(target, token=token, large=LARGE)
        assert not [(check.name, check.detail) for check in done if not check.ok]
        kept.append([stat for stat in target.list("scratch/") if "/check-" not in stat.key])
    assert kept[0] == kept[1]
    assert all(stat.key.startswith("scratch/conformance-kept/") for stat in kept[0])


def test_what_the_store_can_and_what_a_thief_could_is_found(settings: S3Settings) -> None:
    traits, left = probe("store", settings, "undeleted")
    assert left
    deletes = next(trait for trait in traits if trait.name == "say that nothing is there after a delete")
    assert deletes.detail == "these keys may not delete (403 AccessDenied)"
    exposure = stolen_key("store", settings, "undeleted-key")
    can = {deed.name: deed.holds for deed in exposure.deeds}
    assert (can["overwrite"], can["delete"]) == (True, False)
    found = leavings("store", settings)
    top = f"{settings.prefix}/scratch/"
    assert {*left, *exposure.left} <= set(found)
    assert all(key.startswith(top) for key in found)


def test_an_upload_that_went_stale_may_stay(settings: S3Settings, tmp_path: Path) -> None:
    client, journals = Client("owner", settings), tmp_path / "uploads"
    target = open_target("store", settings, journals)
    journals.mkdir()
    begun = client.ask("create_multipart_upload", None, Key=f"{settings.prefix}/ocfl/stale")["UploadId"]
    upload = Upload(target.address, "ocfl/stale", begun, "0" * 128, 5 << 20, "content-md5", "2026-01-01T00:00:00+00:00")
    Journal(journals / "store.jsonl", target.address).begin(upload)
    open_target("store", settings, journals).check()
    assert client.ask("list_parts", None, Key=f"{settings.prefix}/ocfl/stale", UploadId=begun)["UploadId"] == begun


def test_a_refused_delete_says_that_it_is_well(settings: S3Settings, tmp_path: Path) -> None:
    target = open_target("store", settings)
    file = tmp_path / "file"
    file.write_bytes(b"stays")
    target.put("scratch/conformance-kept/stays", LocalFile(file, sha512(b"stays").hexdigest()))
    with pytest.raises(Refused, match="may not delete, and need not") as caught:
        target.discard("scratch/conformance-kept/stays")
    assert caught.value.setting is None


def test_checks_side_by_side_do_not_disturb_each_other(seaweedfs_server: S3Server) -> None:
    targets = [open_target("sea", seaweedfs_server.settings(prefix="crowded")) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for checked in [pool.submit(target.check) for target in targets * 3]:
            checked.result()
    assert list(targets[0].list("scratch/")) == []


@pytest.mark.parametrize("fault", [says(500, "InternalError"), says(503, "SlowDown"), says(405, "MethodNotAllowed")])
def test_failed_tidying_condemns_no_target(rclone_server: S3Server, fault: object) -> None:
    with proxy(rclone_server.endpoint) as between:
        between.at("DeleteObject", fault)  # type: ignore[arg-type]
        open_target("store", rclone_server.settings(endpoint=between.endpoint, prefix="untidied")).check()
        assert between.count("DeleteObject") >= 1


def test_a_store_that_takes_and_keeps_nothing_is_found_by_the_check() -> None:
    """Also where an earlier check's files could not be removed, and answer every reading."""
    for kept in (refusal(404, "NoSuchKey"), Reply(200, b"of an earlier check")):

        def answer(method: str, path: str, kept: Reply = kept) -> Reply:
            return listing() if "list-type" in path else kept if method == "GET" else Reply(200)

        with liar(answer) as settings, pytest.raises(Damaged, match="other bytes came back"):
            open_target("liar", settings).check()


def _between(server: S3Server, between: Proxy, **changes: object) -> S3Settings:
    return server.settings(endpoint=between.endpoint, **changes)


def test_a_session_token_is_signed_and_travels_with_every_request(seaweedfs_server: S3Server) -> None:
    given: list[tuple[str | None, str]] = []

    def hear(exchange: Exchange) -> None:
        headers = exchange.handler.headers
        given.append((headers.get("x-amz-security-token"), headers.get("Authorization", "")))
        exchange.give(Answer(200, b"<ListBucketResult></ListBucketResult>"))

    with proxy(seaweedfs_server.endpoint) as between:
        between.at("ListObjectsV2", hear)
        token = SecretStr("made-up-token")
        assert list(open_target("lent", _between(seaweedfs_server, between, session_token=token)).list("")) == []
        assert list(open_target("own", _between(seaweedfs_server, between)).list("")) == []
    assert [token for token, _ in given] == ["made-up-token", None]
    assert ["x-amz-security-token" in signed for _, signed in given] == [True, False]


def test_an_expired_token_says_so(seaweedfs_server: S3Server) -> None:
    with proxy(seaweedfs_server.endpoint) as between:
        between.at("ListObjectsV2", says(400, "ExpiredToken"))
        settings = _between(seaweedfs_server, between, session_token=SecretStr("canary-token"))
        with pytest.raises(Refused, match="as keys with a session token do") as caught:
            open_target("lent", settings).check()
    assert caught.value.setting == "session_token"
    assert "canary" not in str(caught.value)


def test_an_answer_that_is_no_answer_is_no_traceback() -> None:
    strange = b"<ListBucketResult><Contents><Key>a</Key><Size>much</Size></Contents></ListBucketResult>"
    with liar(lambda method, path: Reply(200, strange)) as settings, pytest.raises(Unavailable, match="none that S3"):
        list(open_target("liar", settings).list(""))
