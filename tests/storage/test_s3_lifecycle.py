"""What a bucket's own rules do to what is kept: rule by rule, and as real stores tell them."""

from collections.abc import Iterator
from typing import Any

import pytest

from storage.errors import Unavailable
from storage.targets import S3Settings
from storage.targets.s3.client import Client
from storage.targets.s3.lifecycle import Deed, Rules, bucket_rules, read_rules
from tests.world.liar import Reply, liar, refusal
from tests.world.servers import S3Server

OURS = ("ocfl/", "quarantine/", "writer.json")
MONTH = {"Expiration": {"Days": 30}}
KEEPS: dict[str, Any] = {"ID": "old", "Status": "Enabled"}


def deeds(*rules: dict[str, Any], prefix: str = "film/", stale: int = 7) -> list[Deed]:
    return list(read_rules(rules, prefix, OURS, stale))


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"Filter": {}},
        {"Filter": {"Prefix": ""}},
        {"Prefix": ""},
        {"Prefix": "fi"},
        {"Prefix": "film/"},
        {"Filter": {"Prefix": "film/ocfl/1a/"}},
        {"Filter": {"Prefix": "film/w"}},
        {"Filter": {"Prefix": "film/quarantine/2026"}},
        {"Filter": {"And": {"Prefix": "film", "ObjectSizeGreaterThan": 1000}}},
        {"Filter": {"ObjectSizeGreaterThan": 1000}},
        {"Filter": {"ObjectSizeLessThan": 1000}},
        {"Filter": {"SomethingNew": {"Value": "x"}}},
    ],
)
def test_a_rule_that_meets_what_is_kept_is_harm(where: dict[str, Any]) -> None:
    (deed,) = deeds(KEEPS | where | MONTH)
    assert (deed.rule, deed.setting, deed.weight) == ("old", "Expiration.Days = 30", "harm")
    assert "limit the rule to 'film/scratch/', or take it away" in deed.sentence
    assert str(deed).startswith("rule 'old', Expiration.Days = 30: deletes everything")


@pytest.mark.parametrize(
    "where",
    [
        {"Prefix": "logs/"},
        {"Prefix": "film/scratch/"},
        {"Filter": {"Prefix": "film/scratch"}},
        {"Filter": {"Prefix": "film/scratch/probe-"}},
        {"Filter": {"Prefix": "film/other/"}},
        {"Filter": {"Prefix": "films/"}},
        {"Filter": {"Prefix": "ocfl/"}},
        {"Filter": {"Tag": {"Key": "temporary", "Value": "yes"}}},
        {"Filter": {"And": {"Prefix": "film/", "Tags": [{"Key": "temporary", "Value": "yes"}]}}},
        {"Status": "Disabled"},
        {"Status": "Disabled", "Filter": {"Prefix": ""}},
    ],
)
def test_a_rule_that_does_not_is_none(where: dict[str, Any]) -> None:
    assert deeds(KEEPS | where | MONTH) == []


def test_without_a_prefix_the_whole_bucket_is_ours_but_for_scratch_and_other_folders() -> None:
    assert len(deeds(KEEPS | MONTH, prefix="")) == 1
    assert len(deeds(KEEPS | {"Prefix": "ocfl/"} | MONTH, prefix="")) == 1
    assert deeds(KEEPS | {"Prefix": "scratch/"} | MONTH, KEEPS | {"Prefix": "logs/"} | MONTH, prefix="") == []


@pytest.mark.parametrize(
    ("deed", "setting", "weight", "said"),
    [
        ({"Expiration": {"Days": 1}}, "Expiration.Days = 1", "harm", "deletes everything"),
        (
            {"Expiration": {"Date": "2027-01-01T00:00:00.000Z"}},
            "Expiration.Date = 2027-01-01T00:00:00.000Z",
            "harm",
            "from that day on",
        ),
        (
            {"Transitions": [{"Days": 90, "StorageClass": "GLACIER"}]},
            "Transition.Days = 90, StorageClass = GLACIER",
            "harm",
            "cannot be read at once",
        ),
        (
            {"Transitions": [{"Date": "2027-01-01", "StorageClass": "DEEP_ARCHIVE"}]},
            "Transition.Date = 2027-01-01, StorageClass = DEEP_ARCHIVE",
            "harm",
            "cannot be read at once",
        ),
        (
            {"Transitions": [{"Days": 0, "StorageClass": "ColdArchive"}]},
            "Transition.Days = 0, StorageClass = ColdArchive",
            "harm",
            "cannot be read at once",
        ),
        (
            {"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]},
            "Transition.Days = 30, StorageClass = STANDARD_IA",
            "note",
            "what reading costs",
        ),
        (
            {"Transitions": [{"Days": 30, "StorageClass": "GLACIER_IR"}]},
            "Transition.Days = 30, StorageClass = GLACIER_IR",
            "note",
            "what reading costs",
        ),
        (
            {"NoncurrentVersionExpiration": {"NoncurrentDays": 90}},
            "NoncurrentVersionExpiration.NoncurrentDays = 90",
            "note",
            "can be brought back for 90 days",
        ),
        (
            {"NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "GLACIER"}]},
            "NoncurrentVersionTransition.StorageClass = GLACIER",
            "note",
            "old versions",
        ),
        (
            {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 6}},
            "AbortIncompleteMultipartUpload.DaysAfterInitiation = 6",
            "harm",
            "`stale_uploads_days` = 7",
        ),
    ],
)
def test_each_deed_is_named_by_its_setting(deed: dict[str, Any], setting: str, weight: str, said: str) -> None:
    (found,) = deeds(KEEPS | deed)
    assert (found.setting, found.weight) == (setting, weight)
    assert said in found.sentence


@pytest.mark.parametrize(
    "deed",
    [
        {"Expiration": {"ExpiredObjectDeleteMarker": True}},
        {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {},
    ],
)
def test_what_does_no_harm_is_not_spoken_of(deed: dict[str, Any]) -> None:
    assert deeds(KEEPS | deed) == []


def test_one_rule_may_do_several_things_and_have_no_name() -> None:
    rule = MONTH | {"Status": "enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
    assert [(one.rule, one.weight) for one in deeds(rule)] == [("without an ID", "harm")] * 2


def test_the_words_of_a_store_are_shown_short_and_plain() -> None:
    loud = "\x1b[2J" + "x" * 5000
    rules = [KEEPS | {"ID": loud, "Transitions": [{"Days": loud, "StorageClass": f"ARCHIVE{loud}"}]}]
    (deed,) = deeds(*rules)
    assert str(deed).isprintable()
    assert len(str(deed)) < 600


@pytest.fixture(params=["seaweedfs", "ceph"])
def ruled(request: pytest.FixtureRequest) -> Iterator[tuple[S3Settings, Client]]:
    """A bucket of its own at a store that keeps rules."""
    server: S3Server = request.getfixturevalue(f"{request.param}_server")
    settings = server.settings(bucket="ruled", prefix="film")
    client = Client("owner", settings)
    client.ask("create_bucket", None)
    yield settings, client
    client.hear("delete_bucket")


def test_a_store_tells_its_rules(ruled: tuple[S3Settings, Client]) -> None:
    settings, client = ruled
    assert bucket_rules("store", settings, OURS) == Rules()
    rules = [
        KEEPS | {"Filter": {"Prefix": ""}} | MONTH,
        KEEPS | {"ID": "ours", "Filter": {"Prefix": "film/scratch/"}, "Expiration": {"Days": 1}},
        KEEPS | {"ID": "off", "Status": "Disabled", "Filter": {"Prefix": "film/"}, "Expiration": {"Days": 2}},
        KEEPS | {"ID": "others", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}},
    ]
    client.ask("put_bucket_lifecycle_configuration", None, LifecycleConfiguration={"Rules": rules})
    found = bucket_rules("store", settings, OURS)
    assert [(deed.rule, deed.setting) for deed in found.harmful] == [("old", "Expiration.Days = 30")]
    assert (len(found.deeds), found.untold) == (1, "")


@pytest.mark.parametrize("name", ["rclone", "swift"])
def test_a_store_that_answers_something_else_is_not_believed_to_have_no_rules(
    name: str, request: pytest.FixtureRequest
) -> None:
    server: S3Server = request.getfixturevalue(f"{name}_server")
    found = bucket_rules(name, server.settings(), OURS)
    assert (found.deeds, found.untold) == ((), "the store does not tell its rules (200 without rules)")


@pytest.mark.parametrize(
    ("status", "code"), [(403, "AccessDenied"), (501, "NotImplemented"), (405, "MethodNotAllowed"), (500, "Unknown")]
)
def test_a_store_that_does_not_say_is_told_of(status: int, code: str) -> None:
    with liar(lambda method, path: refusal(status, code)) as settings:
        found = bucket_rules("liar", settings, OURS)
    assert (found.deeds, found.untold) == ((), f"the store does not tell its rules ({status} {code})")


def test_a_store_that_cannot_say_now_is_asked_again_later() -> None:
    with liar(lambda method, path: refusal(503, "SlowDown")) as settings, pytest.raises(Unavailable):
        bucket_rules("liar", settings, OURS)
    strange = (
        b"<LifecycleConfiguration><Rule><Expiration><Days>soon</Days></Expiration></Rule></LifecycleConfiguration>"
    )
    with liar(lambda method, path: Reply(200, strange)) as settings, pytest.raises(Unavailable):
        bucket_rules("liar", settings, OURS)
