"""Slips in the settings of a bucket: each has its own sentence, says what to write, and shows no secret."""

import pytest
from pydantic import ValidationError

from storage.targets import S3Settings
from storage.targets.s3.setting_slips import in_text

CANARY = "canary-5b1f"
AMAZON = "https://s3.eu-central-1.amazonaws.com"


def told(**changes: str) -> str:
    """What is said of a stanza, setting by setting; nothing if it is a good one."""
    stanza = {"endpoint": "https://store.example.org", "bucket": "testimony"} | changes
    try:
        S3Settings.model_validate(stanza)
    except ValidationError as error:
        found = error.errors(include_input=False)
        return "; ".join(": ".join((*map(str, one["loc"]), one["msg"].removeprefix("Value error, "))) for one in found)
    return ""


@pytest.mark.parametrize("setting", ["access_key", "secret_key", "session_token"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is blank"),
        (" \t", "is blank"),
        (f"{CANARY}\r", "ends in a carriage return"),
        (f"{CANARY}\r\n", "ends in a carriage return"),
        (f"{CANARY}\n", "has a line break"),
        (f"{CANARY}\n{CANARY}", "has a line break"),
        (f" {CANARY}", "begins or ends with a space"),
        (f"{CANARY} ", "begins or ends with a space"),
        (f"\N{NO-BREAK SPACE}{CANARY}", "is not ASCII"),
        (f"\N{LEFT DOUBLE QUOTATION MARK}{CANARY}\N{RIGHT DOUBLE QUOTATION MARK}", "is not ASCII"),
        (f"{CANARY}\N{ZERO WIDTH SPACE}", "is not ASCII"),
        (f"{CANARY}\N{EN DASH}", "is not ASCII"),
        (f'"{CANARY}"', "quotation marks"),
        (f"'{CANARY}'", "quotation marks"),
        (f"{CANARY}\x07{CANARY}", "control character"),
    ],
)
def test_what_copying_leaves_in_a_key_is_said_without_showing_it(setting: str, value: str, said: str) -> None:
    found = told(**{"access_key": "key-of-nobody", "secret_key": "of-nobody", setting: value})
    assert found.startswith(f"{setting}: it ")
    assert said in found
    assert CANARY not in found


def test_two_slips_are_two_sentences() -> None:
    assert told(access_key=f"{CANARY}\r", secret_key="").count(": it ") == 2


def test_a_secret_key_may_hold_a_space_and_nothing_that_goes_into_a_header_may() -> None:
    assert told(access_key="key-of-nobody", secret_key="four words make one") == ""
    assert "has a space in it" in told(access_key="key of nobody", secret_key=CANARY)
    assert in_text("a b") == "has a space in it: copy it anew"


@pytest.mark.parametrize(
    ("access_key", "secret_key"),
    [
        ("AKIA" + "Q7" * 8, "aB3/" * 10),
        ("SCW" + "Q7" * 8 + "Z", "01234567-89ab-cdef-0123-456789abcdef"),
        ("0a" * 16, "0a" * 32),
        ("00" + "5" * 23, "K00" + "aB3/" * 7),
    ],
)
def test_keys_the_wrong_way_round(access_key: str, secret_key: str) -> None:
    assert told(access_key=access_key, secret_key=secret_key) == ""
    said = told(access_key=secret_key, secret_key=access_key)
    assert said == "access_key and secret_key are the wrong way round: exchange them"


def test_lent_keys_need_their_token() -> None:
    lent = {"access_key": "ASIA" + "Q7" * 8, "secret_key": "aB3/" * 10}
    assert "only with its session_token" in told(endpoint=AMAZON, **lent)
    assert told(endpoint=AMAZON, session_token=CANARY, **lent) == ""
    assert told(**lent) == "", "another provider's keys may begin with any letters"
    assert "session_token goes with access_key" in told(session_token=CANARY)


@pytest.mark.parametrize(
    ("endpoint", "write"),
    [
        ("store.example.org", "https://store.example.org"),
        ("store.example.org:9000", "https://store.example.org:9000"),
        ("store.example.org/base", "https://store.example.org/base"),
        ("localhost:9000", "http://localhost:9000"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("[::1]:9000", "http://[::1]:9000"),
        ("[2001:db8::1]", "https://[2001:db8::1]"),
        ("https://store.example.org/testimony", "https://store.example.org"),
        ("https://store.example.org:9000/testimony/", "https://store.example.org:9000"),
        ("https://store.example.org/base/testimony", "https://store.example.org/base"),
        ("https://testimony.s3.example.org", "https://s3.example.org"),
        ("https://testimony.s3-eu.example.org:9000", "https://s3-eu.example.org:9000"),
        ("https://testimony.nyc3.digitaloceanspaces.com", "https://nyc3.digitaloceanspaces.com"),
        ("https://TESTIMONY.S3.example.org", "https://s3.example.org"),
    ],
)
def test_an_endpoint_that_says_too_much_or_too_little_is_told_what_to_write(endpoint: str, write: str) -> None:
    assert f'write endpoint = "{write}"' in told(endpoint=endpoint)
    assert told(endpoint=write) == ""


def test_what_follows_the_bucket_in_an_endpoint_is_the_prefix() -> None:
    said = told(endpoint="https://store.example.org/testimony/film/2026")
    assert 'endpoint = "https://store.example.org" and prefix = "film/2026"' in said


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("https://2001:db8::1", "[ADDRESS] for an IPv6 address"),
        ("https://store.example.org:99999", "is no address"),
        ("https://[fe80::1%25eth0]:9000", "has a zone"),
        ("https://[fe80::1%eth0]", "has a zone"),
        ("https://https://store.example.org", "must be https://HOST"),
        ("s3://testimony", "must be https://HOST"),
        ("https://store.example.org\r", "carriage return"),
        ('"https://store.example.org"', "quotation marks"),
        ("", "is blank"),
        (CANARY, "must be https://HOST"),
    ],
)
def test_an_endpoint_that_is_none(endpoint: str, said: str) -> None:
    found = told(endpoint=endpoint)
    assert said in found
    assert CANARY not in found


@pytest.mark.parametrize(
    ("endpoint", "kept"),
    [
        ("HTTPS://Store.Example.org/", "https://store.example.org"),
        ("https://[2001:DB8::1]:9000", "https://[2001:db8::1]:9000"),
        ("https://store.example.org/Base/v1/s3", "https://store.example.org/Base/v1/s3"),
        ("https://testimony.example.org", "https://testimony.example.org"),
    ],
)
def test_an_endpoint_is_kept_in_one_spelling(endpoint: str, kept: str) -> None:
    assert S3Settings(endpoint=endpoint, bucket="testimony").endpoint == kept


@pytest.mark.parametrize(
    ("bucket", "said"),
    [
        ("s3://testimony", 'write bucket = "testimony"'),
        ("s3://testimony/film/2026/", 'write bucket = "testimony" and prefix = "film/2026"'),
        ("testimony/", 'write bucket = "testimony"'),
        ("/testimony/film", 'write bucket = "testimony" and prefix = "film"'),
        ("testimony\r", "bucket: it ends in a carriage return"),
        ("", "bucket: it is blank"),
    ],
)
def test_a_bucket_is_a_name_alone(bucket: str, said: str) -> None:
    assert said in told(bucket=bucket)


def test_a_bucket_of_capitals_is_refused_where_it_becomes_a_host_name() -> None:
    assert told(bucket="Testimony") == ""
    assert 'write "testimony"' in told(bucket="Testimony", addressing="virtual")
