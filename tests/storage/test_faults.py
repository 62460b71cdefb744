"""What bad lines, tired stores and liars do to a target: the right error, nothing half there, a sound second try."""

import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import format_datetime
from hashlib import md5, sha512
from pathlib import Path
from typing import Self

import botocore.auth
import pytest

from storage.bandwidth import Pace
from storage.contract import Content, Target
from storage.errors import Damaged, NotFound, Refused, TargetError, Unavailable
from storage.fan_out import FanOut, Load, Room
from storage.mirrors import read_back
from storage.shared_reading import File, LocalFile
from storage.targets import FolderSettings, open_target
from storage.targets.s3 import direct_requests, kept_connections
from storage.targets.s3.client import Client
from tests.support.packages import HOME
from tests.world.proxy import Fault, Proxy, proxy
from tests.world.proxy_faults import (
    altered,
    announced,
    complete_nothing,
    cut_answer,
    cut_request,
    drop_keys,
    flip_answer,
    flip_request,
    part_listed,
    parts_listed,
    same_page,
    says,
    stall,
    swallow,
    vouch,
)
from tests.world.servers import ACCESS_KEY, SECRET_KEY, S3Server, seaweedfs

MIB = 1 << 20
PART = 5 * MIB
SMALL, LARGE = 100_000, 3 * PART + 7
"""Bytes: one request, and four parts of the smallest size that S3 knows."""

PREFIX = "faults"
KEY = "ocfl/media/film.mp4"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, LocalFile]:
    found = {}
    for size in (SMALL, SMALL + 1, LARGE):
        path, content = tmp_path_factory.mktemp("files") / str(size), os.urandom(size)
        path.write_bytes(content)
        found[size] = LocalFile(path, sha512(content).hexdigest())
    return found


class Place:
    """A store behind a proxy: `target` goes through it, `plain` does not, each opened anew as a new process would."""

    def __init__(self, server: S3Server, before: Proxy, folder: Path) -> None:
        self.server, self.proxy, self.journals = server, before, folder / "journals"
        self.prefix = f"{PREFIX}/{folder.name}"
        self.plain = open_target("plain", server.settings(prefix=self.prefix))

    def target(self, **changes: object) -> Target:
        settings = self.server.settings(
            **{"endpoint": self.proxy.endpoint, "prefix": self.prefix, "checksum": "content-md5"} | changes
        )
        return open_target("store", settings, journals=self.journals)

    def client(self) -> Client:
        return Client("plain", self.server.settings())

    def uploads(self) -> list[str]:
        """The uploads under way below the prefix, as the store says."""
        answer = self.client().ask("list_multipart_uploads", None, Prefix=self.prefix)
        return [one["UploadId"] for one in answer.get("Uploads", ())]

    def there(self, key: str = KEY) -> bytes | None:
        try:
            with self.plain.open(key) as stream:
                return stream.read()
        except NotFound:
            return None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A store of these tests' own, for what they leave in it would fill the one of all tests."""
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as started:
        yield started


@pytest.fixture
def place(server: S3Server, tmp_path: Path) -> Iterator[Place]:
    with proxy(server.endpoint) as before:
        yield Place(server, before, tmp_path)


def raised(deed: Callable[[], object], kind: type[TargetError], match: str, place: Place) -> TargetError:
    """The error that a deed ends in: of just this kind, with a sentence, and without anything secret."""
    with pytest.raises(TargetError, match=match) as caught:
        deed()
    assert type(caught.value) is kind, caught.value
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    signatures = {
        found[1] for one in place.proxy.seen if (found := re.search("Signature=([0-9a-f]+)", one.credentials))
    }
    assert signatures
    assert not [secret for secret in (SECRET_KEY, "Credential=", *signatures) if secret in told]
    return caught.value


CUT = "is the store up, and the network?"
ENDED = "the body ended before its announced length"
PASSING: list[tuple[str, Fault, str]] = [
    ("cut before the answer", cut_answer(0), CUT),
    ("500", says(500, "InternalError"), "the store has a fault"),
    ("502 of a gateway", says(502), "the store has a fault"),
    ("503", says(503, "SlowDown", Retry_After="7"), "asks us to go slower.*it asks to wait 7 s"),
    ("429", says(429, "TooManyRequests"), "asks us to go slower"),
]
LASTING: list[tuple[str, Fault, str]] = [
    ("skewed", says(403, "RequestTimeTooSkewed"), "the clock of this machine is off; set it"),
    ("expired", says(403, "ExpiredToken"), "the keys have run out"),
    ("denied", says(403, "AccessDenied"), "the keys do not permit this"),
    ("full", says(507, "InsufficientStorage"), "no room left"),
]
ANY: list[tuple[str, Fault, type[TargetError], str]] = [
    *((name, fault, Unavailable, match) for name, fault, match in PASSING),
    *((name, fault, Refused, match) for name, fault, match in LASTING),
]


def named(cases: list[tuple[str, str, Fault, type[TargetError], str]]) -> list[object]:
    return [pytest.param(*case[1:], id=f"{case[1]}-{case[0]}") for case in cases]


FAULT = b"<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>"


def each(operation: str) -> list[tuple[str, str, Fault, type[TargetError], str]]:
    return [(name, operation, fault, kind, match) for name, fault, kind, match in ANY]


@pytest.mark.parametrize(
    ("operation", "fault", "kind", "match"),
    named(
        [
            *each("PutObject"),
            ("cut", "PutObject", cut_request(SMALL // 2), Unavailable, CUT),
            ("altered", "PutObject", flip_request(SMALL // 2), Unavailable, "altered or cut on the way"),
        ]
    ),
)
def test_a_small_file(
    operation: str, fault: Fault, kind: type[TargetError], match: str, place: Place, files: dict[int, LocalFile]
) -> None:
    file = files[SMALL]
    target = place.target()
    place.proxy.at(operation, fault)
    raised(lambda: target.put(KEY, file), kind, match, place)
    assert place.there() in (None, file.file.read_bytes())
    place.proxy.clear()
    target.put(KEY, file)
    assert read_back(place.plain, KEY, file.sha512) == SMALL


@pytest.mark.parametrize(
    ("operation", "fault", "kind", "match"),
    named(
        [
            *each("UploadPart"),
            ("cut", "UploadPart", cut_request(MIB), Unavailable, CUT),
            ("altered", "UploadPart", flip_request(MIB), Unavailable, "altered or cut on the way"),
            ("swallowed", "UploadPart", swallow, Unavailable, "did not take parts|does not have a part|begins anew"),
            ("forgotten", "UploadPart", says(404, "NoSuchUpload"), Unavailable, "begins anew"),
            *each("CreateMultipartUpload")[:2],
            *each("CompleteMultipartUpload")[:2],
            ("denied", "CompleteMultipartUpload", says(403, "AccessDenied"), Refused, "do not permit"),
        ]
    ),
)
def test_a_large_file(
    operation: str, fault: Fault, kind: type[TargetError], match: str, place: Place, files: dict[int, LocalFile]
) -> None:
    file = files[LARGE]
    place.proxy.at(operation, fault, where="partNumber=3" if operation == "UploadPart" else "")
    raised(lambda: place.target().put(KEY, file), kind, match, place)
    assert place.there() in (None, file.file.read_bytes())
    had = place.proxy.count("UploadPart", status=200) if fault is not swallow else 0
    place.proxy.clear()
    place.target().put(KEY, file)
    assert read_back(place.plain, KEY, file.sha512) == LARGE
    if operation != "CreateMultipartUpload" and fault is not swallow and place.there() is None:
        assert place.proxy.count("UploadPart") == 4 - had
    # An upload whose beginning was never answered is known to nobody.
    assert bool(place.uploads()) == (operation == "CreateMultipartUpload" and match == CUT)


@pytest.mark.parametrize(
    ("operation", "fault", "kind", "match"),
    named(
        [
            *each("GetObject"),
            ("cut", "GetObject", cut_answer(SMALL // 2), Unavailable, ENDED),
            ("longer", "GetObject", announced(5), Unavailable, ENDED),
            ("shorter", "GetObject", announced(-5), Damaged, "other bytes came back"),
            ("altered", "GetObject", flip_answer(SMALL // 2), Damaged, "other bytes came back"),
        ]
    ),
)
def test_reading_back(
    operation: str, fault: Fault, kind: type[TargetError], match: str, place: Place, files: dict[int, LocalFile]
) -> None:
    file, target = files[SMALL], place.target()
    target.put(KEY, file)
    place.proxy.at(operation, fault)
    raised(lambda: read_back(target, KEY, file.sha512), kind, match, place)
    if kind is Damaged:
        assert place.proxy.count("GetObject") == 2  # only a second reading makes it damage
    place.proxy.clear()
    assert read_back(target, KEY, file.sha512) == SMALL
    place.proxy.at("GetObject", flip_answer(7), nth=[1])
    assert read_back(target, KEY, file.sha512) == SMALL


@pytest.mark.parametrize(
    ("operation", "fault", "kind", "match"),
    named(
        [
            *each("ListObjectsV2"),
            ("cut", "ListObjectsV2", cut_answer(100), Unavailable, "its answer came in pieces"),
            ("shorter", "ListObjectsV2", announced(-5), Unavailable, "its answer came in pieces"),
            ("a page", "ListObjectsV2", altered(lambda *_: b"<html></html>"), Unavailable, "the store has a fault"),
            ("nothing", "ListObjectsV2", altered(lambda *_: b""), Unavailable, "the store has a fault"),
            ("a fault under 200", "ListObjectsV2", altered(lambda *_: FAULT), Unavailable, "the store has a fault"),
            ("the same page", "ListObjectsV2", altered(same_page), Unavailable, "nothing can be said of what is there"),
        ]
    ),
)
def test_a_listing(
    operation: str, fault: Fault, kind: type[TargetError], match: str, place: Place, files: dict[int, LocalFile]
) -> None:
    target = place.target()
    target.put(KEY, files[SMALL])
    place.proxy.at(operation, fault)
    raised(lambda: list(target.list("")), kind, match, place)
    place.proxy.clear()
    assert [stat.key for stat in target.list("")] == [KEY]


def test_a_listing_that_leaves_out_keys_does_not_hide_them(place: Place, files: dict[int, LocalFile]) -> None:
    target = place.target()
    target.put(KEY, files[SMALL])
    place.proxy.at("ListObjectsV2", drop_keys(1))
    assert list(target.list("")) == []
    assert read_back(target, KEY, files[SMALL].sha512) == SMALL
    target.put(KEY, files[SMALL])
    assert place.proxy.count("PutObject") == 1


@pytest.mark.parametrize(
    ("operation", "fault", "kind", "match"),
    named(
        [
            *each("PutObject"),
            ("cut", "PutObject", cut_request(SMALL // 2), Unavailable, CUT),
            ("altered", "PutObject", flip_request(SMALL // 2), Unavailable, "altered or cut on the way"),
            ("swallowed", "PutObject", swallow, Damaged, "other bytes came back than were written"),
            *each("GetObject")[:2],
        ]
    ),
)
def test_replacing(
    operation: str, fault: Fault, kind: type[TargetError], match: str, place: Place, files: dict[int, LocalFile]
) -> None:
    old, new, target = files[SMALL], files[SMALL + 1], place.target()
    target.replace(KEY, old, None)
    place.proxy.at(operation, fault)
    raised(lambda: target.replace(KEY, new, old.sha512), kind, match, place)
    found = place.there()
    assert found in (old.file.read_bytes(), new.file.read_bytes())
    place.proxy.clear()
    target.replace(KEY, new, old.sha512)
    assert read_back(place.plain, KEY, new.sha512) == SMALL + 1


def test_a_store_that_keeps_nothing_is_found_out_by_reading_back(place: Place, files: dict[int, LocalFile]) -> None:
    for size, operation, fault in (
        (SMALL, "PutObject", swallow),
        (LARGE, "CompleteMultipartUpload", complete_nothing),
    ):
        file, key, target = files[size], f"{KEY}-{size}", place.target()
        place.proxy.at(operation, fault)
        target.put(key, file)  # it said 200
        raised(lambda: read_back(target, key, file.sha512), NotFound, "nothing is under this key", place)  # noqa: B023
        place.proxy.clear()
        target.put(key, file)
        assert read_back(target, key, file.sha512) == size


def test_a_store_that_vouches_for_what_it_does_not_have_is_sent_it(place: Place, files: dict[int, LocalFile]) -> None:
    file, target = files[SMALL], place.target()
    place.proxy.at("HeadObject", vouch(SMALL))
    target.put(KEY, file)
    assert read_back(target, KEY, file.sha512) == SMALL


def test_a_store_that_says_nothing_is_given_up(
    place: Place, files: dict[int, LocalFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_connections, "READ_SECONDS", 1)
    file, target = files[SMALL], place.target()
    target.put(KEY, file)
    for operation, deed in (
        ("GetObject", lambda: read_back(target, KEY, file.sha512)),
        ("PutObject", lambda: target.put(f"{KEY}-other", file)),
    ):
        place.proxy.at(operation, stall)
        raised(deed, Unavailable, r"TimeoutError\); is the store up", place)
        assert place.proxy.count(operation) == 1
        place.proxy.clear()
        deed()


def test_a_clock_that_is_off_is_told_by_how_much(place: Place, files: dict[int, LocalFile]) -> None:
    early = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    place.proxy.at("HeadObject", says(403, Date=early))  # a HEAD has no body, so no code
    place.proxy.at("ListObjectsV2", says(403, "RequestTimeTooSkewed", Date=early))
    for deed in (place.target().check, lambda: place.target().put(KEY, files[SMALL])):
        error = raised(deed, Refused, r"clock of this machine is 36\d\d s ahead of the store's; set it", place)
        assert isinstance(error, Refused)
        assert error.setting is None


def test_a_real_store_says_that_the_clock_is_off(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime.now(UTC) + timedelta(hours=1)

    class Late(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(late.timestamp(), tz)

    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **_: late)
    monkeypatch.setattr(direct_requests, "datetime", Late)
    raised(place.target().check, Refused, "the clock of this machine is off; set it", place)


def test_a_bucket_that_vanishes_was_there(rclone_server: S3Server, files: dict[int, LocalFile], tmp_path: Path) -> None:
    """Over rclone: SeaweedFS makes a bucket anew for whoever writes to it."""
    with proxy(rclone_server.endpoint) as before:
        vanish(Place(rclone_server, before, tmp_path), files)


def vanish(place: Place, files: dict[int, LocalFile]) -> None:
    plain = Client("plain", place.server.settings(bucket="soon-gone"))
    plain.ask("create_bucket", None)
    target = place.target(bucket="soon-gone")
    target.check()
    plain.ask("delete_bucket", None)
    for deed in (target.check, lambda: target.put(KEY, files[SMALL]), lambda: read_back(target, KEY, "0")):
        error = raised(deed, Refused, "'soon-gone' was there and is gone; ask the provider", place)
        assert isinstance(error, Refused)
        assert error.setting is None


# --- uploads that are gone on from


def interrupted(place: Place, file: LocalFile, at: int) -> None:
    """Parts before the `at`th arrive, and then nothing does."""
    place.proxy.at("UploadPart", says(500, "InternalError"), where=f"partNumber={at}")
    raised(lambda: place.target(parallel_parts=1).put(KEY, file), Unavailable, "the store has a fault", place)
    assert place.proxy.count("UploadPart", status=200) == at - 1
    place.proxy.clear()


def test_a_body_that_was_cut_is_gone_on_from(place: Place, files: dict[int, LocalFile]) -> None:
    file = files[LARGE]
    place.proxy.at("UploadPart", cut_request(MIB), where="partNumber=(2|3)")
    raised(lambda: place.target().put(KEY, file), Unavailable, CUT, place)
    had = {int(one.query["partNumber"]) for one in place.proxy.seen if one.operation == "UploadPart" and one.status}
    assert had
    place.proxy.clear()
    place.target().put(KEY, file)
    again = {int(one.query["partNumber"]) for one in place.proxy.seen if one.operation == "UploadPart"}
    assert again == {1, 2, 3, 4} - had
    assert place.proxy.sent("UploadPart") == sum(min(PART, LARGE - (number - 1) * PART) for number in again)
    assert read_back(place.plain, KEY, file.sha512) == LARGE
    assert place.uploads() == []


PUT = """
import json, sys
from pathlib import Path
from storage.shared_reading import LocalFile
from storage.targets import S3Settings, open_target
told = json.load(sys.stdin)
target = open_target("store", S3Settings.model_validate(told["settings"]), journals=Path(told["journals"]))
target.put(told["key"], LocalFile(Path(told["file"]), told["sha512"]))
"""


def test_a_process_that_was_killed_is_gone_on_from_by_another(place: Place, files: dict[int, LocalFile]) -> None:
    file = files[LARGE]
    settings = place.server.settings(endpoint=place.proxy.endpoint, prefix=place.prefix, parallel_parts=1)
    stanza = settings.model_dump(mode="json") | {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
    told = {"settings": stanza, "journals": str(place.journals), "key": KEY, "file": str(file.file)}
    words = json.dumps(told | {"sha512": file.sha512}).encode()

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", PUT], stdin=subprocess.PIPE, cwd=HOME)
        assert process.stdin
        with process.stdin:
            process.stdin.write(words)
        return process

    place.proxy.at("UploadPart", stall, where="partNumber=3")
    with start() as killed:
        assert place.proxy.stalled.wait(60)
        killed.kill()
    assert place.there() is None
    place.proxy.clear()
    with start() as second:
        assert second.wait(60) == 0
    assert place.proxy.count("ListParts") == 1
    assert place.proxy.count("CreateMultipartUpload") == 0
    assert place.proxy.count("UploadPart") == 2
    assert place.proxy.sent("UploadPart") == LARGE - 2 * PART
    assert read_back(place.plain, KEY, file.sha512) == LARGE
    assert place.uploads() == []


@pytest.mark.parametrize("page", [1, 2])
def test_parts_are_listed_page_by_page(page: int, place: Place, files: dict[int, LocalFile]) -> None:
    interrupted(place, files[LARGE], 4)
    place.proxy.at("ListParts", parts_listed(dict, page=page))
    place.target().put(KEY, files[LARGE])
    assert place.proxy.count("ListParts") == -(-3 // page)
    assert place.proxy.count("UploadPart") == 1
    assert read_back(place.plain, KEY, files[LARGE].sha512) == LARGE


def without(number: int) -> Callable[[dict[int, str]], dict[int, str]]:
    return lambda parts: {one: part for one, part in parts.items() if one != number}


def other(number: int, etag: str, size: int) -> Callable[[dict[int, str]], dict[int, str]]:
    return lambda parts: parts | {number: part_listed(number, etag, size)}


@pytest.mark.parametrize(
    ("lie", "sent"),
    [
        (without(2), {2, 3, 4}),
        (other(2, "0" * 32, PART), {2, 3, 4}),
        (other(2, "", PART), {2, 3, 4}),
        (lambda parts: {one: part.replace(f">{PART}<", ">7<") for one, part in parts.items()}, {1, 2, 3, 4}),
        (lambda parts: {}, {1, 2, 3, 4}),
        (other(99, "0" * 32, PART), {3, 4}),
    ],
    ids=["left out", "another ETag", "no ETag", "another size", "nothing", "one that no file has"],
)
def test_parts_that_are_not_listed_as_they_were_sent_are_sent_again(
    lie: Callable[[dict[int, str]], dict[int, str]], sent: set[int], place: Place, files: dict[int, LocalFile]
) -> None:
    interrupted(place, files[LARGE], 3)
    place.proxy.at("ListParts", parts_listed(lie))
    place.target().put(KEY, files[LARGE])
    assert {int(one.query["partNumber"]) for one in place.proxy.seen if one.operation == "UploadPart"} == sent
    assert read_back(place.plain, KEY, files[LARGE].sha512) == LARGE


def test_parts_that_are_listed_and_not_there_are_sent_at_the_next_try(
    place: Place, files: dict[int, LocalFile]
) -> None:
    file = files[LARGE]
    content = file.file.read_bytes()[2 * PART : 3 * PART]
    interrupted(place, file, 3)
    place.proxy.at("ListParts", parts_listed(other(3, md5(content, usedforsecurity=False).hexdigest(), PART)))
    raised(lambda: place.target().put(KEY, file), Unavailable, "did not take parts that it had listed", place)
    assert place.there() is None
    place.proxy.clear()
    place.target().put(KEY, file)
    assert place.proxy.count("UploadPart") == 4
    assert read_back(place.plain, KEY, file.sha512) == LARGE
    assert place.uploads() == []


@pytest.mark.parametrize("lost", ["by the store", "by the store, which says 404 without a code", "by us"])
def test_an_upload_that_is_lost_is_begun_anew(lost: str, place: Place, files: dict[int, LocalFile]) -> None:
    file = files[LARGE]
    interrupted(place, file, 3)
    if lost == "by us":
        (journal,) = place.journals.glob("*.jsonl")
        journal.unlink()
    else:
        (upload,) = place.uploads()
        place.client().ask("abort_multipart_upload", None, Key=f"{place.prefix}/{KEY}", UploadId=upload)
    if "without a code" in lost:
        place.proxy.at("ListParts", says(404))
    place.target().put(KEY, file)
    assert place.proxy.count("UploadPart") == 4
    assert read_back(place.plain, KEY, file.sha512) == LARGE
    assert len(place.uploads()) == (1 if lost == "by us" else 0)  # nobody knows whose it is


def test_a_journal_that_was_cut_off_costs_nothing(place: Place, files: dict[int, LocalFile]) -> None:
    """The line of the last part did not reach the disk: its ETag is its MD5, and that will do."""
    interrupted(place, files[LARGE], 3)
    (journal,) = place.journals.glob("*.jsonl")
    text = journal.read_text()
    journal.write_text(text[: text.rindex('"etag"') + 9])
    place.target().put(KEY, files[LARGE])
    assert place.proxy.count("UploadPart") == 2
    assert read_back(place.plain, KEY, files[LARGE].sha512) == LARGE


def test_keys_that_may_not_list_parts_send_them_all_again(place: Place, files: dict[int, LocalFile]) -> None:
    interrupted(place, files[LARGE], 3)
    place.proxy.at("ListParts", says(403, "AccessDenied"))
    place.target().put(KEY, files[LARGE])
    assert place.proxy.count("UploadPart") == 4
    assert read_back(place.plain, KEY, files[LARGE].sha512) == LARGE
    assert place.uploads() == []


def test_completing_that_fails_in_passing_loses_no_part(place: Place, files: dict[int, LocalFile]) -> None:
    interrupted(place, files[LARGE], 3)
    place.proxy.at("CompleteMultipartUpload", says(503, "SlowDown"))
    raised(lambda: place.target().put(KEY, files[LARGE]), Unavailable, "go slower", place)
    place.proxy.clear()
    place.target().put(KEY, files[LARGE])
    assert place.proxy.count("UploadPart") == 0
    assert read_back(place.plain, KEY, files[LARGE].sha512) == LARGE


def test_another_content_under_the_key_begins_anew(place: Place, files: dict[int, LocalFile], tmp_path: Path) -> None:
    interrupted(place, files[LARGE], 3)
    content = files[LARGE].file.read_bytes()[::-1]
    (tmp_path / "other").write_bytes(content)
    place.target().put(KEY, LocalFile(tmp_path / "other", sha512(content).hexdigest()))
    assert place.proxy.count("UploadPart") == 4
    assert place.there() == content
    assert place.uploads() == []


def test_stale_uploads_of_ours_are_aborted_and_nobody_elses(place: Place, files: dict[int, LocalFile]) -> None:
    key = f"{place.prefix}/{KEY}"
    theirs = place.client().ask("create_multipart_upload", None, Key=key)["UploadId"]
    interrupted(place, files[LARGE], 2)
    place.target().check()
    (ours,) = set(place.uploads()) - {theirs}

    (journal,) = place.journals.glob("*.jsonl")
    old = (datetime.now(UTC) - timedelta(days=7, minutes=1)).isoformat()
    journal.write_text(re.sub(r'"begun": "[^"]*"', f'"begun": "{old}"', journal.read_text()))
    place.target().check()  # it was begun long ago, and a part of it was sent just now
    assert set(place.uploads()) == {ours, theirs}
    journal.write_text(re.sub(r'"(at|active)": "[^"]*"', rf'"\1": "{old}"', journal.read_text()))
    place.proxy.at("AbortMultipartUpload", says(503, "SlowDown"))
    place.target().check()
    assert set(place.uploads()) == {ours, theirs}
    place.proxy.clear()
    place.target().check()  # what could not be aborted was not forgotten
    assert place.uploads() == [theirs]
    place.target().check()
    assert place.uploads() == [theirs]


def test_a_line_that_is_slow_holds_back_nobody_and_is_gone_on_from(place: Place, tmp_path: Path) -> None:
    """Three targets of a fan-out, one of them behind a slow line; its own pass later sends only what is missing."""
    names, owed = ("a", "b", "slow"), list[Load]()
    for number in range(6):
        path, content = tmp_path / str(number), os.urandom(2 * PART)
        path.write_bytes(content)
        owed.append(Load(str(number), {f"media/{number}": File(path, sha512(content).hexdigest(), names)}, names))
    targets = {name: open_target(name, FolderSettings(path=tmp_path, prefix=name)) for name in names}
    targets["slow"] = place.target()
    targets["slow"].name = "slow"
    place.proxy.pace = Pace(4.0)
    done: list[tuple[str, int]] = []

    def deliver(target: Target, load: Load, contents: Mapping[str, Content]) -> bool:
        for key, content in contents.items():
            target.put(key, content)
            read_back(target, key, content.sha512)
        done.append((target.name, place.proxy.sent("UploadPart")))
        return True

    fan_out = FanOut(targets, deliver, patience=0.5, room=Room(2 * PART + MIB))
    fan_out.run(owed)
    assert fan_out.behind == {"slow"}
    assert [name for name, _ in done].count("a") == [name for name, _ in done].count("b") == 6
    had = place.proxy.count("UploadPart", status=200)
    assert max(sent for name, sent in done if name != "slow") <= 4 * 2 * PART  # of 12 parts; what was under way

    place.proxy.pace = Pace(None)
    for load in owed:
        for key, file in load.files.items():
            targets["slow"].put(key, LocalFile(file.path, file.sha512))
            assert read_back(place.plain, key, file.sha512) == 2 * PART
    assert place.proxy.count("UploadPart", status=200) == 12
    assert had < 12
    assert place.uploads() == []
