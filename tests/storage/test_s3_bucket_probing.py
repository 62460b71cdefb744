"""What is found out of real stores, against what is known of them."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from storage.errors import Refused, Unavailable
from storage.targets import S3Settings
from storage.targets.s3.bucket_probing import COMPLETION, CONDITION, KEPT_UPLOAD, RACE, checksums, enforcing, probe
from storage.targets.s3.checksums import CHECKS, enforced_checksums, headers
from storage.targets.s3.client import SIGNED, Client
from storage.targets.s3.exposure import stolen_key, stranger
from storage.targets.s3.scratch import Scratch
from storage.targets.s3.stanza_advice import advise, stanza
from storage.targets.traits import Trait
from tests.world.liar import Reply, liar, refusal
from tests.world.servers import S3Server, rclone

SERVERS = ("seaweedfs", "ceph", "swift", "rclone")
ALL = ("sha256", "signed-sha256", "content-md5", "crc64nvme")
ENFORCED = {
    "seaweedfs": ("sha256", "content-md5", "crc64nvme"),
    "ceph": ("signed-sha256", "content-md5"),
    "swift": ALL,
    "rclone": ("content-md5",),
}
MATCH = "replace only what was seen (If-Match)"
LISTING = "list the parts of an upload"
RANGE = "answer a range with 206"
SMALL = "refuse parts below 5 MiB"
VERSIONS = "keep what is overwritten or deleted (versions)"
LOCK = "lock objects against deletion"
HERE = ("be reached with the bucket in the host name", VERSIONS, LOCK)
"""What no server can do that is asked for by its address, in a bucket without versions."""

OTHERWISE = {
    "seaweedfs": {enforcing("signed-sha256"): "cannot"},
    "ceph": {enforcing("sha256"): "cannot", enforcing("crc64nvme"): "cannot", COMPLETION: "cannot", MATCH: "cannot"},
    "swift": {RACE: "pretends", MATCH: "cannot"},
    "rclone": {
        enforcing("sha256"): "pretends",
        enforcing("signed-sha256"): "cannot",
        enforcing("crc64nvme"): "pretends",
        LISTING: "pretends",
        CONDITION: "cannot",
        RACE: "cannot",
        COMPLETION: "cannot",
        MATCH: "cannot",
        KEPT_UPLOAD: "cannot",
        SMALL: "cannot",
        RANGE: "cannot",
    },
}
"""What each server cannot do or only pretends to; all else it can."""


@dataclass(frozen=True)
class Examined:
    """A server, what was found of it, and all that lay in its bucket before and after."""

    name: str
    server: S3Server
    traits: tuple[Trait, ...]
    left: tuple[str, ...]
    before: list[object]
    after: list[object]


@pytest.fixture(scope="module", params=SERVERS)
def named(request: pytest.FixtureRequest) -> tuple[str, S3Server]:
    return request.param, request.getfixturevalue(f"{request.param}_server")


@pytest.fixture(scope="module")
def examined(named: tuple[str, S3Server]) -> Examined:
    name, server = named
    client = Client(name, server.settings())
    client.ask("put_object", None, Key="probed/scratch/others", Body=b"not ours")
    other = client.ask("create_multipart_upload", None, Key="probed/scratch/large")["UploadId"]
    before = kept(client)
    traits, left = probe(name, server.settings(prefix="probed"), "full")
    after = kept(client)
    client.ask("abort_multipart_upload", None, Key="probed/scratch/large", UploadId=other)
    return Examined(name, server, traits, left, before, after)


def kept(client: Client, prefix: str = "") -> list[object]:
    """Everything under a prefix: keys, old versions, delete markers, unfinished uploads."""
    versions = client.hear("list_object_versions", Prefix=prefix).fields
    uploads = client.hear("list_multipart_uploads", Prefix=prefix).fields
    found = client.ask("list_objects_v2", None, Prefix=prefix).get("Contents", [])
    return [
        *(one["Key"] for one in found),
        *((one["Key"], one["VersionId"]) for one in versions.get("Versions", ())),
        *((one["Key"], one["VersionId"]) for one in versions.get("DeleteMarkers", ())),
        *((one["Key"], one["UploadId"]) for one in uploads.get("Uploads", ())),
    ]


@contextmanager
def bucket(server: S3Server, name: str, **arguments: Any) -> Iterator[tuple[S3Settings, Client]]:
    """A bucket that keeps versions, emptied and removed at the end so far as it lets us."""
    settings = server.settings(bucket=name, prefix="kept/here")
    client = Client("owner", settings)
    client.ask("create_bucket", None, **arguments)
    client.ask("put_bucket_versioning", None, VersioningConfiguration={"Status": "Enabled"})
    try:
        yield settings, client
    finally:
        client.hear("delete_bucket_policy")
        listed = client.ask("list_object_versions", None)
        for one in (*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())):
            client.hear("delete_object", Key=one["Key"], VersionId=one["VersionId"], BypassGovernanceRetention=True)
        client.hear("delete_bucket")


def test_the_checksums_that_a_store_enforces(named: tuple[str, S3Server]) -> None:
    name, server = named
    client = Client(name, server.settings())
    assert enforced_checksums(client, "kept/here/") == ENFORCED[name]
    assert kept(client, "kept/here/") == []


def test_headers_carry_a_digest_in_the_words_of_boto3() -> None:
    assert headers("content-md5", bytes(16)) == {"ContentMD5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert headers("crc64nvme", b"\xff" * 8) == {"ChecksumCRC64NVME": "//////////8="}
    assert [*headers("sha256", bytes(32))] == ["ChecksumSHA256"]
    assert headers("signed-sha256", bytes(32)) == {SIGNED: "0" * 64}


@pytest.mark.parametrize("status", [400, 501])
def test_a_store_that_knows_no_checksum_enforces_none(status: int) -> None:
    with liar(lambda method, path: refusal(status, "NotImplemented")) as settings:
        assert enforced_checksums(Client("liar", settings), "") == ()


def test_what_has_nothing_to_do_with_checksums_is_no_answer() -> None:
    with liar(lambda method, path: refusal(503, "SlowDown")) as settings, pytest.raises(Unavailable):
        enforced_checksums(Client("liar", settings), "")
    with liar(lambda method, path: refusal(403, "AccessDenied")) as settings, pytest.raises(Refused) as caught:
        enforced_checksums(Client("liar", settings), "")
    assert caught.value.setting == "access_key"


def test_a_store_that_keeps_what_it_says_was_wrong_pretends() -> None:
    def keeps(method: str, path: str) -> Reply:
        return refusal(400, "BadDigest") if method == "PUT" else Reply(200)

    with liar(keeps) as settings:
        traits = list(checksums(Scratch("liar", settings, "t")))
    assert [trait.verdict for trait in traits] == ["pretends"] * 4


def test_each_store_is_found_to_be_what_it_is(examined: Examined) -> None:
    verdicts = {trait.name: trait.verdict for trait in examined.traits}
    expected = dict.fromkeys(HERE, "cannot") | OTHERWISE[examined.name]
    assert {what: verdict for what, verdict in verdicts.items() if verdict != "can"} == expected
    assert {enforcing(check) for check in CHECKS} < set(verdicts)
    assert {enforcing(check, parts=True) for check in ENFORCED[examined.name]} < set(verdicts)


def test_probing_leaves_what_it_found(examined: Examined) -> None:
    assert examined.left == ()
    assert len(examined.before) >= 2
    assert examined.after == examined.before


def test_the_recommended_stanza_is_settings_with_reasons_and_without_secrets(examined: Examined) -> None:
    name, server = examined.name, examined.server
    settings = server.settings(conditional_put=name == "rclone", checksum="content-md5", region="eu-north")
    advice = advise(settings, examined.traits)
    text = stanza(name, settings, advice)
    told = tomllib.loads(text)["targets"][name]
    better = S3Settings.model_validate(told)
    assert better.conditional_put == (name in ("seaweedfs", "ceph"))
    assert better.checksum == ENFORCED[name][0]
    assert (better.endpoint, better.bucket, better.region) == (server.endpoint, server.bucket, "eu-north")
    assert better.part_size_mib == settings.part_size_mib
    changed = {
        "seaweedfs": ["conditional_put", "checksum"],
        "ceph": ["conditional_put", "checksum"],
        "swift": ["checksum"],
        "rclone": ["conditional_put"],
    }
    assert [one.setting for one in advice if one.differs] == changed[name]
    assert text.count("# CHANGED, it was") == len(changed[name])
    assert server.secret_key not in text
    assert server.access_key not in text
    assert not {"access_key", "secret_key"} & set(told)
    assert all(len(line) <= 80 for line in text.splitlines() if line.startswith("#"))


def test_a_checksum_found_by_probing_is_left_to_it(examined: Examined) -> None:
    *_, checksum = advise(examined.server.settings(checksum="probed"), examined.traits)
    assert (checksum.setting, checksum.value, checksum.differs) == ("checksum", "probed", False)
    assert f"finds {ENFORCED[examined.name][0]}" in checksum.reason


@pytest.mark.parametrize("name", ["seaweedfs", "ceph", "swift"])
def test_a_bucket_that_keeps_versions(name: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(f"{name}_server")
    with bucket(server, "versioned") as (settings, client):
        traits, left = probe(name, settings, "versions")
        verdicts = {trait.name: trait for trait in traits}
        assert verdicts[VERSIONS] == Trait(VERSIONS, "can", "versioning: Enabled")
        assert verdicts["say that nothing is there after a delete"].holds
        exposure = stolen_key(name, settings, "key")
        assert exposure.verdict.endswith("for good: old versions are kept, and this key may delete them too")
        assert (left, exposure.left) == ((), ())
        assert kept(client) == []


@pytest.mark.parametrize("name", ["seaweedfs", "ceph"])
def test_a_key_that_may_not_delete_versions_hides_and_does_not_destroy(
    name: str, request: pytest.FixtureRequest
) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": ["s3:DeleteObjectVersion"]}
    policy = {"Version": "2012-10-17", "Statement": [deny | {"Resource": ["arn:aws:s3:::guarded/*"]}]}
    with bucket(request.getfixturevalue(f"{name}_server"), "guarded") as (settings, client):
        client.ask("put_bucket_policy", None, Policy=json.dumps(policy))
        exposure = stolen_key(name, settings, "key")
    assert exposure.verdict.startswith("a stolen key could hide but not destroy")
    can = {deed.name: deed.holds for deed in exposure.deeds}
    assert (can["overwrite"], can["delete"], can["delete old versions for good"]) == (True, True, False)
    assert exposure.left == ("kept/here/scratch/probe-key/ours",)


def test_a_lock_holds_even_against_a_key_that_may_delete_versions(seaweedfs_server: S3Server) -> None:
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    with bucket(seaweedfs_server, "locked", ObjectLockEnabledForBucket=True) as (settings, client):
        client.ask("put_object_lock_configuration", None, ObjectLockConfiguration=lock)
        exposure = stolen_key("sea", settings, "key")
        traits, left = probe("sea", settings, "lock")
    assert {trait.name: trait for trait in traits}[LOCK] == Trait(LOCK, "can", "GOVERNANCE for 1 days by default")
    assert exposure.verdict.startswith("a stolen key could hide but not destroy")
    assert left


def test_what_a_stolen_key_could_destroy(named: tuple[str, S3Server]) -> None:
    name, server = named
    settings = server.settings(prefix="kept/here")
    exposure = stolen_key(name, settings, "key")
    assert exposure.verdict == "a stolen key could overwrite and delete everything here, for good"
    assert {deed.name for deed in exposure.deeds if not deed.holds} == {"delete old versions for good"}
    assert "versioning" in exposure.advice[0]
    assert kept(Client(name, settings), "kept/here/scratch/") == []


def test_a_key_that_may_not_delete_overwrites_and_no_more(seaweedfs_server: S3Server) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"]}
    policy = {"Version": "2012-10-17", "Statement": [deny | {"Resource": ["arn:aws:s3:::undeleted/*"]}]}
    with bucket(seaweedfs_server, "undeleted") as (settings, client):
        client.ask("put_bucket_policy", None, Policy=json.dumps(policy))
        exposure = stolen_key("sea", settings, "key")
    can = {deed.name: deed.holds for deed in exposure.deeds}
    assert (can["overwrite"], can["delete"]) == (True, False)
    assert exposure.verdict.startswith("a stolen key could hide but not destroy")
    assert exposure.left == ("kept/here/scratch/probe-key/ours",)


def test_strangers_are_given_nothing(named: tuple[str, S3Server]) -> None:
    name, server = named
    assert stranger(server.settings(prefix="kept/here")) == []
    assert kept(Client(name, server.settings()), "kept/here/scratch/") == []


def test_strangers_are_given_an_open_bucket(tmp_path_factory: pytest.TempPathFactory) -> None:
    with rclone(tmp_path_factory.mktemp("open"), anyone=True) as server:
        given = stranger(server.settings(prefix="kept/here"))
        assert kept(Client("open", server.settings())) == []
    deeds = (
        "list the bucket",
        "see that the bucket is there (HEAD)",
        "see that an object is there (HEAD)",
        "read an object",
        "write an object",
        "delete an object",
    )
    assert given == [f"anyone can {deed} without keys" for deed in deeds]


@pytest.mark.parametrize("ask", [lambda settings: probe("liar", settings, "t"), stranger])
def test_a_store_that_cannot_answer_now_is_not_judged(ask: object) -> None:
    def busy(method: str, path: str) -> Reply:
        return (
            refusal(503, "SlowDown")
            if "wrong-sha256" in path or "theirs" in path
            else Reply(200, b"<ListBucketResult/>")
        )

    assert callable(ask)
    with liar(busy) as settings, pytest.raises(Unavailable):
        ask(settings)


def test_wrong_keys_are_refused_and_not_taken_for_inability(rclone_server: S3Server) -> None:
    settings = rclone_server.settings(access_key=SecretStr("nobody-at-all"))
    with pytest.raises(Refused) as caught:
        stolen_key("store", settings, "t")
    assert caught.value.setting in ("access_key", "secret_key")


def test_nothing_outside_its_folder_is_removed_whatever_is_listed() -> None:
    removed = []

    def liar_of_listings(method: str, path: str) -> Reply:
        if method == "DELETE":
            removed.append(path)
        if "versions" in path:
            entry = "<Key>ocfl/precious</Key><VersionId>1</VersionId>"
            return Reply(200, f"<ListVersionsResult><Version>{entry}</Version></ListVersionsResult>".encode())
        if "list-type" in path:
            entry = "<Key>ocfl/precious</Key><Size>1</Size>"
            return Reply(200, f"<ListBucketResult><Contents>{entry}</Contents></ListBucketResult>".encode())
        return refusal(403, "AccessDenied")

    with liar(liar_of_listings) as settings, Scratch("liar", settings, "t"):
        pass
    assert removed == []
