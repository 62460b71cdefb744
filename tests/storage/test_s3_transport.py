"""How requests travel: through a proxy that the environment names, and never longer or larger than is borne."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256, sha512
from math import inf
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import pytest

from storage.errors import NotFound, Refused, TargetError, Unavailable
from storage.shared_reading import LocalFile
from storage.targets import S3Settings, open_target
from storage.targets.s3 import kept_connections
from storage.targets.s3.client import SIGNED, Client
from storage.targets.s3.scratch import leavings
from storage.targets.s3.sockets import LEAST_RATE, Meter, OutOfBounds
from tests.world.liar import Reply, liar, listing
from tests.world.servers import S3Server, tls
from tests.world.servers.tls import NAME
from tests.world.talker import Visit, talker
from tests.world.tunnel import tunnel

MIB = 1 << 20
ENDLESS = 48
"""MiB after which a server that would talk for ever is believed to have been listened to."""

Say = Callable[[Visit], None]


@pytest.fixture
def named(seaweedfs_server: S3Server, tmp_path: Path) -> Any:
    """A store through TLS, under a name that no name server knows."""
    with tls(seaweedfs_server, tmp_path / "tls") as server:
        yield server.settings(endpoint=f"https://{NAME}:{urlsplit(server.endpoint).port}", part_size_mib=5)


def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_store_behind_a_proxy_is_written_and_read(
    named: S3Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also with the digest in the signature, in parts, and by what boto3 sends; and connections stay open."""
    without_proxies(monkeypatch)
    (tmp_path / "film").write_bytes(content := b"moving pictures" * 700_000)
    film = LocalFile(tmp_path / "film", sha512(content).hexdigest())
    with tunnel(urlsplit(named.endpoint).port or 0) as proxy:
        monkeypatch.setenv("https_proxy", proxy.address)
        target = open_target("sea", named.model_copy(update={"prefix": "proxied", "parallel_parts": 1}))
        target.check()
        target.put("ocfl/film", film)
        with target.open("ocfl/film") as body:
            assert body.read() == content
        assert [stat.key for stat in target.list("ocfl/")] == ["ocfl/film"]
        with pytest.raises(NotFound):
            target.stat("ocfl/none")
        client = Client("sea", named)
        assert client.hear("put_object", Key="proxied/signed", Body=b"x", **{SIGNED: sha256(b"x").hexdigest()}).ok
        assert set(proxy.asked) == {urlsplit(named.endpoint).netloc}
        assert (len(proxy.asked), proxy.refused) == (2, 0)


def test_a_store_that_no_proxy_shall_lead_to_is_asked_directly(
    named: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_proxies(monkeypatch)
    with tunnel(urlsplit(named.endpoint).port or 0) as proxy:
        monkeypatch.setenv("https_proxy", proxy.address)
        monkeypatch.setenv("no_proxy", "elsewhere.example.org,.example.org")
        with pytest.raises(Unavailable, match=r"no answer from https://store\.example\.org"):
            Client("sea", named).ask("head_object", "a", Key="a")
        assert (proxy.asked, proxy.refused) == ([], 0)


def test_a_proxy_that_does_not_let_us_through_is_named_and_its_password_is_not(
    named: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_proxies(monkeypatch)
    with tunnel(urlsplit(named.endpoint).port or 0) as proxy:
        monkeypatch.setenv("https_proxy", proxy.address.replace("canary", "wrong"))
        client = Client("sea", named)
        for deed in deeds(client):
            with pytest.raises(
                Unavailable, match=r"the proxy that this machine's environment names.*`no_proxy`"
            ) as told:
                deed()
            assert "password" not in str(told.value)
        assert (proxy.asked, proxy.refused) == ([], len(deeds(client)))


def deeds(client: Client) -> list[Callable[[], Any]]:
    """A request of each way: short ones that write and read, and two of boto3's."""
    return [
        lambda: client.ask("put_object", "a", Key="a", Body=b"a"),
        lambda: client.ask("get_object", "a", Key="a")["Body"].read(),
        lambda: client.ask("list_objects_v2", None, Prefix="a"),
        lambda: client.ask("put_object", "a", Key="a", Body=b"a", Metadata={"by": "us"}),
    ]


def test_a_refusal_is_heard_before_a_large_body_is_sent() -> None:
    def refuse(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    for further in ({}, {"Metadata": {"by": "us"}}):
        with talker(refuse) as store:
            put: dict[str, Any] = {"Key": "a", "Body": bytes(2 * MIB), **further}
            with pytest.raises(Refused, match="do not permit"):
                Client("store", store.settings).ask("put_object", "a", **put)
            (visit,) = store.visits
            assert b"expect: 100-continue" in visit.head.lower()
        assert store.heard == [0]


def test_what_was_refused_before_its_body_came_takes_its_connection_with_it() -> None:
    """The store may wait for the body still, and take the next request for it."""

    def refuse(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        behind.append(visit.listen())

    behind = list[int]()
    with talker(refuse) as store:
        client = Client("store", store.settings)
        for _ in range(2):
            with pytest.raises(Refused, match="do not permit"):
                client.ask("put_object", "a", Key="a", Body=bytes(2 * MIB))
    assert behind == [0, 0]


def test_a_large_body_follows_once_it_is_asked_for() -> None:
    def ask(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 100 Continue\r\nConnection: keep-alive\r\n\r\n")
        left = 2 * MIB
        while left:
            left -= len(visit.connection.recv(min(left, 1 << 16)))
        visit.say(b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 0\r\n\r\n")

    with talker(ask) as store:
        assert Client("store", store.settings).ask("put_object", "a", Key="a", Body=bytes(2 * MIB))["ETag"] == "x"


def test_a_store_that_says_nothing_to_a_large_body_is_sent_it_after_a_second(
    seaweedfs_server: S3Server, tmp_path: Path
) -> None:
    """Through TLS too, where bytes come that are none of an answer's: its tickets."""

    def hear(visit: Visit) -> None:
        left = 2 * MIB
        while left:
            left -= len(visit.connection.recv(min(left, 1 << 16)))
        visit.say(b"HTTP/1.1 200 OK\r\nETag: x\r\nContent-Length: 0\r\n\r\n")

    with talker(hear) as store, tls(replace(seaweedfs_server, endpoint=store.settings.endpoint), tmp_path) as secure:
        for settings in (store.settings, secure.settings()):
            assert Client("store", settings).ask("put_object", "a", Key="a", Body=bytes(2 * MIB))["ETag"] == "x"


def forever(*words: bytes) -> Say:
    """Say some words, and the last one again and again."""

    def talk(visit: Visit) -> None:
        visit.say(*words[:-1])
        block = words[-1] * max(1, (1 << 16) // len(words[-1]))
        while visit.said < ENDLESS * MIB:
            visit.say(block)

    return talk


HEADS: dict[str, Say] = {
    "goes after saying that it hears more": lambda visit: visit.say(b"HTTP/1.1 100 Continue\r\n"),
    "goes in a header of that": lambda visit: visit.say(b"HTTP/1.1 100 Continue\r\nConnection: keep-al"),
    "has no end of such headers": forever(b"HTTP/1.1 100 Continue\r\n", b"X-More: yes\r\n"),
    "hears more again and again": forever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "begins with a line that has no end": forever(b"HTTP/1.1 100 ", b"x"),
    "has no end of headers": forever(b"HTTP/1.1 200 OK\r\n", b"X-More: yes\r\n"),
    "has a header that has no end": forever(b"HTTP/1.1 200 OK\r\nX-More: ", b"x"),
    "has a status that is no number": lambda visit: visit.say(b"HTTP/1.1 twenty OK\r\n\r\n"),
    "says nothing and goes": lambda _: None,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_an_answer_that_does_not_get_to_its_body_is_given_up(head: Say) -> None:
    with talker(head) as store:
        client = Client("store", store.settings)
        large: list[Callable[[], Any]] = [
            lambda: client.ask("put_object", "a", Key="a", Body=bytes(2 * MIB)),
            lambda: client.ask("put_object", "a", Key="a", Body=bytes(2 * MIB), Metadata={"by": "us"}),
        ]
        for deed in deeds(client) + large:
            with pytest.raises(Unavailable):
                deed()
        assert len(store.visits) <= 6 * kept_connections.TRIES
    assert max(visit.said for visit in store.visits) < 16 * MIB


def endless(status: bytes, length: bytes = b"Transfer-Encoding: chunked") -> Say:
    word = b"10000\r\n" + bytes(1 << 16) + b"\r\n" if b"chunked" in length else bytes(1 << 16)
    return forever(b"HTTP/1.1 " + status + b"\r\n" + length + b"\r\n\r\n", word)


@pytest.mark.parametrize("length", [b"Transfer-Encoding: chunked", b"Content-Length: 314572800", b"Connection: close"])
def test_no_more_is_read_of_an_answer_than_it_can_have(length: bytes) -> None:
    """A refusal, a success, a list, a refused reading: each on both ways."""
    said: dict[bytes, list[int]] = {}
    for status in (b"403 Forbidden", b"200 OK"):
        with talker(endless(status, length)) as store:
            client = Client("store", store.settings)
            for put in (deeds(client)[0], deeds(client)[3]):
                outcome(put)
            if status[:1] == b"4":
                outcome(deeds(client)[1])
            with pytest.raises(Refused if status[:1] == b"4" else Unavailable):
                deeds(client)[2]()
        said[status] = [visit.said for visit in store.visits]
    assert max(max(one) for one in said.values()) < 24 * MIB, "bytes that lie in buffers of the system, and 8 MiB"


def outcome(deed: Callable[[], Any]) -> TargetError | None:
    try:
        deed()
    except TargetError as error:
        return error
    return None


UNDER_200 = {
    "a refusal": (b"<Error><Code>InternalError</Code><Message>We encountered one.</Message></Error>", "InternalError"),
    "somebody's page": (b"<!doctype html><p>Log in", "in pieces"),
}


@pytest.mark.parametrize("said", UNDER_200.values(), ids=UNDER_200)
def test_what_fails_under_200_is_a_fault_of_the_store(said: tuple[bytes, str]) -> None:
    with liar(lambda _method, _path: Reply(200, said[0])) as settings:
        client = Client("odd", settings)
        asked: dict[str, dict[str, Any]] = {
            "create_multipart_upload": {"Key": "a"},
            "complete_multipart_upload": {"Key": "a", "UploadId": "u", "MultipartUpload": {"Parts": []}},
        }
        for operation, arguments in asked.items():
            with pytest.raises(Unavailable, match=said[1]):
                client.ask(operation, "a", **arguments)


def test_headers_behind_an_answer_have_an_end_too() -> None:
    trailing = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n"
    with talker(forever(trailing, b"X-More: yes\r\n")) as store, pytest.raises(Unavailable):
        deeds(Client("store", store.settings))[2]()
    assert max(visit.said for visit in store.visits) < 24 * MIB


def dripping(head: bytes) -> Say:
    """A few bytes a second, of which each comes in time."""

    def talk(visit: Visit) -> None:
        visit.say(head)
        for _ in range(200):
            visit.say(b"x")
            sleep(0.005)

    return talk


DRIPS = {
    "head": b"HTTP/1.1 200 OK\r\nX-More: ",
    "object": b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n",
    "refusal": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\n",
}


@pytest.mark.parametrize("head", DRIPS.values(), ids=DRIPS)
def test_a_store_that_sends_a_byte_now_and_then_is_not_waited_for(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in ("HEAD_SECONDS", "WHOLE_SECONDS", "STREAM_SECONDS"):
        monkeypatch.setattr(kept_connections, bound, 0.02)
    with talker(dripping(head)) as store:
        client, target = Client("store", store.settings), open_target("store", store.settings)
        for deed in (lambda: target.open("a").read(), *deeds(client)[2:]):
            with pytest.raises(Unavailable, match=r"broken off, for only [\d,]+ bytes came"):
                deed()
    assert max(visit.said for visit in store.visits) < len(head) + 100


def test_a_rate_is_that_of_the_time_spent_waiting_and_of_every_stretch_of_it() -> None:
    meter = Meter()
    meter.begin(inf, 60)
    meter.waited, meter.got = 61, 61 * LEAST_RATE
    meter.look()
    assert (meter.waited, meter.got) == (0, 0)
    meter.waited, meter.got = 61, 61 * LEAST_RATE - 1
    with pytest.raises(OutOfBounds, match="only 249,855 bytes came in 61 s, and fewer than 4,096 a second"):
        meter.look()
    meter.sent(59, 1)
    meter.sent(100, 100 * LEAST_RATE)
    with pytest.raises(OutOfBounds, match="took 61 s over 1 bytes"):
        meter.sent(61, 1)


ODD = {
    "an error that is text": (403, b"<X><Error>hi</Error></X>"),
    "two codes": (403, b"<Error><Code>AccessDenied</Code><Code>SlowDown</Code></Error>"),
    "two regions": (
        400,
        b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>a</Region><Region>b</Region></Error>",
    ),
    "a code with a story": (403, b"<Error><Code>Access\nDenied " + b"x" * 9999 + b"</Code></Error>"),
    "a deep one": (403, b"<a>" * 3000 + b"</a>" * 3000),
    "a deep list": (200, b"<ListBucketResult>" + b"<a>" * 3000 + b"</a>" * 3000 + b"</ListBucketResult>"),
    "no name": (200, b"<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>"),
    "no size": (200, b"<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>"),
    "two names": (200, listing("a").body.replace(b"<Size>", b"<Key>b</Key><Size>")),
    "two sizes": (200, listing("a").body.replace(b"</Size>", b"</Size><Size>2</Size>")),
    "a size in words": (200, listing("a").body.replace(b">1<", b">one<")),
    "a folder without a name": (200, b"<ListBucketResult><CommonPrefixes></CommonPrefixes></ListBucketResult>"),
    "two tokens": (
        200,
        listing("a", token="t").body.replace(b"<Next", b"<NextContinuationToken>u</NextContinuationToken><Next"),
    ),
    "no list": (200, b"hello"),
    "nothing": (200, b""),
    "a length that is no number": (200, b"hello", {"Content-Length": "many"}),
    "a range of numbers that are none": (206, b"x", {"Content-Range": "bytes 0-" + "9" * 5000 + "/*"}),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_answer_that_makes_no_sense_is_an_error_of_the_store_in_every_operation(odd: tuple[Any, ...]) -> None:
    with liar(lambda _method, _path: Reply(*odd)) as settings:
        target, client = open_target("odd", settings), Client("odd", settings)
        asked = (
            *deeds(client),
            target.check,
            target.look,
            lambda: list(target.list("a")),
            lambda: target.stat("a"),
            lambda: target.open("a", 1, 3).read(),
            lambda: client.ask("create_multipart_upload", "a", Key="a", needs="UploadId")["UploadId"].upper(),
            lambda: client.ask("list_parts", "a", Key="a", UploadId="u"),
            lambda: leavings("odd", settings),
            lambda: client.ask("delete_object", "scratch/a", Key="scratch/a"),
        )
        found = [error for deed in asked if (error := outcome(deed))]
    assert all(len(str(error)) < 600 for error in found)
