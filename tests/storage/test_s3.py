import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from hashlib import sha512
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr, ValidationError

from storage.contract import Target, lent
from storage.errors import Conflict, Refused, TargetError, Unavailable
from storage.shared_reading import LocalFile
from storage.targets import S3Settings, open_target
from storage.targets.s3 import key_listing
from storage.targets.s3.client import Client
from storage.targets.s3.exposure import stranger
from storage.watched import Watched
from tests.world.liar import Reply, liar, listing, refusal
from tests.world.servers import ACCESS_KEY, SECRET_KEY, S3Server, free_ports, rclone, tls

MIB = 1 << 20


def written(folder: Path, content: bytes) -> tuple[Path, str]:
    file = folder / "content"
    file.write_bytes(content)
    return file, sha512(content).hexdigest()


def test_a_bucket_that_is_not_there_names_the_nearest(seaweedfs_server: S3Server) -> None:
    target = open_target("sea", seaweedfs_server.settings(bucket="testimoney"))
    for deed in (target.check, lambda: target.stat("scratch/a"), lambda: list(target.list(""))):
        with pytest.raises(Refused, match="the nearest is 'testimony'") as caught:
            deed()
        assert (caught.value.setting, caught.value.nearest) == ("bucket", "testimony")


def test_capitals_do_not_hide_the_nearest_bucket(seaweedfs_server: S3Server) -> None:
    with pytest.raises(Refused, match="the nearest is 'testimony'"):
        open_target("sea", seaweedfs_server.settings(bucket="TESTIMONY")).check()


def test_an_endpoint_that_leads_into_a_bucket_already_is_named(seaweedfs_server: S3Server) -> None:
    settings = seaweedfs_server.settings(bucket="elsewhere", endpoint=f"{seaweedfs_server.endpoint}/testimony")
    with pytest.raises(Refused, match="out of `endpoint`") as caught:
        open_target("sea", settings).check()
    assert caught.value.setting == "endpoint"


def test_a_bucket_with_an_impossible_name_is_refused(seaweedfs_server: S3Server) -> None:
    with pytest.raises(Refused, match="bucket") as caught:
        open_target("sea", seaweedfs_server.settings(bucket="no~such~bucket")).check()
    assert caught.value.setting == "bucket"


@pytest.mark.parametrize("server", ["seaweedfs_server", "rclone_server"])
@pytest.mark.parametrize("field", ["access_key", "secret_key"])
def test_wrong_keys_are_refused_and_never_shown(server: str, field: str, request: pytest.FixtureRequest) -> None:
    canary = "canary-3f9e1c7a55"
    settings = request.getfixturevalue(server).settings(**{field: SecretStr(canary)})
    with pytest.raises(Refused) as caught:
        open_target("store", settings).check()
    assert caught.value.setting in ("access_key", "secret_key")
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(settings)
    assert not re.search(f"{canary}|{re.escape(SECRET_KEY)}", told)
    if server == "seaweedfs_server":
        assert caught.value.setting == field


def test_the_secret_is_in_no_argument_list(seaweedfs_server: S3Server, rclone_server: S3Server) -> None:
    for server in (seaweedfs_server, rclone_server):
        assert server.process.running is not None
        arguments = Path(f"/proc/{server.process.running.pid}/cmdline").read_text()
        assert SECRET_KEY not in arguments
        assert ACCESS_KEY not in arguments


def test_servers_listen_on_loopback_alone(seaweedfs_server: S3Server, rclone_server: S3Server) -> None:
    for server in (seaweedfs_server, rclone_server):
        assert server.process.running is not None
        process = Path(f"/proc/{server.process.running.pid}")
        inodes = {str(link.readlink()) for link in (process / "fd").iterdir() if link.is_symlink()}
        rows = [line.split() for name in ("tcp", "tcp6") for line in (process / "net" / name).read_text().splitlines()][
            1:
        ]
        listening = [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes]
        assert listening
        assert all(address.startswith("0100007F:") for address in listening)


def test_missing_keys_are_refused() -> None:
    with pytest.raises(Refused, match="access_key") as caught:
        open_target("store", S3Settings(endpoint="https://127.0.0.1", bucket="testimony"))
    assert caught.value.setting == "access_key"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dead_server_is_unavailable(scheme: str, tmp_path: Path) -> None:
    settings = S3Settings(
        endpoint=f"{scheme}://127.0.0.1:{free_ports(1)[0]}",
        bucket="testimony",
        access_key=SecretStr("key-of-nobody"),
        secret_key=SecretStr("canary-secret"),
    )
    target = open_target("dead", settings)
    file, digest = written(tmp_path, b"x")
    deeds: list[Callable[[], object]] = [
        target.check,
        lambda: target.put("a", LocalFile(file, digest)),
        lambda: target.replace("a", LocalFile(file, digest), None),
        lambda: target.stat("a"),
        lambda: target.open("a"),
        lambda: target.discard("scratch/a"),
        lambda: list(target.list("")),
    ]
    for deed in deeds:
        with pytest.raises(Unavailable, match="is the store up"):
            deed()


@pytest.mark.parametrize("through_tls", [False, True])
def test_a_server_killed_mid_body_is_unavailable_and_comes_back(tmp_path: Path, through_tls: bool) -> None:
    content = os.urandom(MIB) * 40
    file, digest = written(tmp_path, content)
    with rclone(tmp_path / "rclone") as server:
        if through_tls:
            with tls(server, tmp_path / "tls") as front:
                _killed_mid_body(front, file, digest, content)
        else:
            _killed_mid_body(server, file, digest, content)


def _killed_mid_body(server: S3Server, file: Path, digest: str, content: bytes) -> None:
    target = open_target("cut", server.settings())
    target.put("media/a.mp4", LocalFile(file, digest))
    with target.open("media/a.mp4") as stream:
        assert stream.read(1000) == content[:1000]
        server.kill()
        with pytest.raises(Unavailable):
            stream.read()
    with pytest.raises(Unavailable):
        target.stat("media/a.mp4")
    server.start()
    with target.open("media/a.mp4") as stream:
        assert stream.read() == content


def test_a_certificate_that_nobody_vouches_for_is_refused(seaweedfs_server: S3Server, tmp_path: Path) -> None:
    with tls(seaweedfs_server, tmp_path / "one") as server, tls(seaweedfs_server, tmp_path / "two") as other:
        open_target("sea", server.settings()).check()
        for ca_file in (None, other.ca_file):
            with pytest.raises(Refused, match="authority") as caught:
                open_target("sea", server.settings(ca_file=ca_file)).check()
            assert caught.value.setting == "ca_file"


@pytest.mark.parametrize("signed", [True, False], ids=["with keys", "a stranger"])
def test_a_file_of_authorities_that_is_none_is_named_before_anything_is_asked(tmp_path: Path, signed: bool) -> None:
    (tmp_path / "empty.pem").touch()
    (tmp_path / "garbage.pem").write_text("-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n")
    for name, says in (
        ("none.pem", "there is no file"),
        ("", "cannot read"),
        ("empty.pem", "no certificate in PEM"),
        ("garbage.pem", "no certificate in PEM"),
    ):
        settings = S3Settings(
            endpoint="https://127.0.0.1:9",
            bucket="testimony",
            access_key=SecretStr(ACCESS_KEY),
            secret_key=SecretStr(SECRET_KEY),
            ca_file=tmp_path / name,
        )
        with pytest.raises(Refused, match=says) as caught:
            Client("sea", settings, signed=signed)
        assert caught.value.setting == "ca_file"


def test_a_stranger_is_given_nothing(seaweedfs_server: S3Server, rclone_server: S3Server) -> None:
    for server in (seaweedfs_server, rclone_server):
        assert stranger(server.settings()) == []
        assert list(open_target("store", server.settings()).list("scratch/stranger-")) == []


def test_a_stranger_is_given_an_open_bucket(tmp_path: Path) -> None:
    with rclone(tmp_path, anyone=True) as server:
        given = stranger(server.settings(prefix="kept/here"))
    assert len(given) == 6
    assert "anyone can read an object without keys" in given


def test_the_environment_and_the_home_of_aws_are_left_alone(seaweedfs_server: S3Server, tmp_path: Path) -> None:
    (tmp_path / ".aws" / "models").mkdir(parents=True)
    for name in ("config", "credentials"):
        (tmp_path / ".aws" / name).write_text("[default]\nregion = mars\nendpoint_url = http://127.0.0.1:1\n")
    nowhere = "http://127.0.0.1:1"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_PROFILE": "none-such",
        "AWS_CA_BUNDLE": "/none/such",
        "AWS_ENDPOINT_URL": nowhere,
        "AWS_ENDPOINT_URL_S3": nowhere,
        "AWS_ACCESS_KEY_ID": "someone",
        "AWS_SECRET_ACCESS_KEY": "else",
        "AWS_SESSION_TOKEN": "token",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "nonsense",
        "AWS_DEFAULTS_MODE": "nonsense",
        "HTTP_PROXY": nowhere,
        "HTTPS_PROXY": nowhere,
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "SECRET_OF_THIS_TEST": SECRET_KEY,
        "STANZA": seaweedfs_server.settings(access_key=None, secret_key=None).model_dump_json(),
    }
    program = """
import os, sys
read = []
sys.addaudithook(lambda event, args: read.append(str(args[0])) if event == "open" else None)
from storage.shared_reading import LocalFile
from storage.targets import S3Settings, open_target
from storage.targets.s3 import key_listing
stanza = S3Settings.model_validate_json(os.environ["STANZA"]).model_dump()
keys = {"access_key": sys.argv[1], "secret_key": os.environ["SECRET_OF_THIS_TEST"]}
open_target("sea", S3Settings.model_validate(stanza | keys)).check()
assert not [path for path in read if ".aws" in path], read
"""
    with tls(seaweedfs_server, tmp_path / "tls") as secure:
        for server in (seaweedfs_server, secure):
            environment["STANZA"] = server.settings(access_key=None, secret_key=None).model_dump_json()
            done = subprocess.run(
                [sys.executable, "-c", program, ACCESS_KEY], env=environment, capture_output=True, text=True, timeout=60
            )
            assert done.returncode == 0, done.stderr


def test_who_has_no_bucket_does_not_pay_for_boto3(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from storage.targets import FolderSettings, open_target
open_target("disk", FolderSettings(path=Path(sys.argv[1]))).check()
assert not [name for name in sys.modules if name.startswith(("boto", "urllib3"))]
"""
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, timeout=60)


def test_a_conditional_put_that_comes_second_looks_again(tmp_path: Path) -> None:
    file, digest = written(tmp_path, b"mine")

    def answer(kept: bytes) -> Callable[[str, str], Reply]:
        def reply(method: str, path: str) -> Reply:
            if "list-type" in path:
                return listing()
            return {"HEAD": Reply(404), "PUT": refusal(412, "PreconditionFailed"), "GET": Reply(200, kept)}[method]

        return reply

    with liar(answer(b"mine")) as settings:
        open_target("raced", settings.model_copy(update={"conditional_put": True})).put("a", LocalFile(file, digest))
    with liar(answer(b"ours")) as settings, pytest.raises(Conflict):
        open_target("raced", settings.model_copy(update={"conditional_put": True})).put("a", LocalFile(file, digest))


@pytest.mark.parametrize(
    ("reply", "kind", "setting"),
    [
        (refusal(503, "SlowDown", Retry_After="7"), Unavailable, None),
        (refusal(500, "InternalError"), Unavailable, None),
        (refusal(429, "TooManyRequests"), Unavailable, None),
        (Reply(502, b"<html>Bad Gateway</html>"), Unavailable, None),
        (Reply(200, b"<html>Welcome to the hotel", {"Content-Type": "text/html"}), Unavailable, None),
        (refusal(403, "RequestTimeTooSkewed"), Refused, None),
        (refusal(403, "AccessDenied"), Refused, "access_key"),
        (refusal(403, "InvalidAccessKeyId"), Refused, "access_key"),
        (refusal(403, "SignatureDoesNotMatch"), Refused, "secret_key"),
        (refusal(403, "QuotaExceeded"), Refused, None),
        (refusal(507, "InsufficientStorage"), Refused, None),
        (refusal(400, "AuthorizationHeaderMalformed"), Refused, "region"),
        (refusal(404, "NoSuchBucket"), Refused, "bucket"),
        (refusal(501, "NotImplemented"), Refused, None),
    ],
    ids=lambda value: value.body[:40].decode() if isinstance(value, Reply) else "",
)
def test_an_answer_means(reply: Reply, kind: type[TargetError], setting: str | None) -> None:
    with liar(lambda method, path: reply) as settings, pytest.raises(kind) as caught:
        open_target("liar", settings).check()
    assert type(caught.value) is kind
    assert getattr(caught.value, "setting", None) == setting
    assert getattr(caught.value, "after", None) == (7 if b"SlowDown" in reply.body else None)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("pages", "what"),
    [
        ([listing("a", token="1"), listing("b", token="1"), listing("c", token="1")], "where to go on"),
        ([listing("a", token="1"), listing("a", token="2")], "twice"),
        ([listing("b", "a", "b")], "twice"),
        ([listing("a", token="")], None),
        ([Reply(200, b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")], "where to go on"),
    ],
)
def test_a_listing_that_contradicts_itself_is_not_believed(pages: list[Reply], what: str | None) -> None:
    left = iter(pages)
    with liar(lambda method, path: next(left)) as settings:
        target = open_target("liar", settings)
        if what is None:
            assert [stat.key for stat in target.list("")] == ["a"]
        else:
            with pytest.raises(Unavailable, match=what):
                list(target.list(""))


def test_a_listing_of_what_was_not_asked_for_is_not_believed() -> None:
    with liar(lambda method, path: listing("ocfl/a", "other/b")) as settings, pytest.raises(Unavailable, match="asked"):
        list(open_target("liar", settings).list("ocfl/"))


@pytest.mark.parametrize(
    ("reply", "start", "end", "content"),
    [
        (Reply(200, b"0123456789"), 3, 6, b"345"),
        (Reply(200, b"0123456789"), 3, None, b"3456789"),
        (Reply(200, b"0123456789"), 12, 15, b""),
        (Reply(200, b"345", {"Content-Range": "bytes 3-5/10"}), 3, 6, b"345"),
        (Reply(206, b"345", {"Content-Range": "bytes 3-5/*"}), 3, 6, b"345"),
        (Reply(206, b"34", {"Content-Range": "bytes 3-4/10"}), 3, 6, None),
        (Reply(206, b"012", {"Content-Range": "bytes 0-2/10"}), 3, 6, None),
        (Reply(206, b"34", {"Content-Range": "bytes 3-5/10"}, announced=3), 3, 6, None),
        (Reply(200, b"01", announced=10), 3, 6, None),
        (Reply(200, b"01234", announced=10), 0, None, None),
    ],
)
def test_a_range_is_what_was_asked_for(reply: Reply, start: int, end: int | None, content: bytes | None) -> None:
    with liar(lambda method, path: reply) as settings:
        target = open_target("liar", settings)
        if content is None:
            with pytest.raises(Unavailable), target.open("a", start, end) as stream:
                stream.read()
        else:
            with target.open("a", start, end) as stream:
                assert stream.read() == content


def test_a_failed_upload_leaves_nothing_and_is_given_up(tmp_path: Path) -> None:
    file, digest = written(tmp_path, bytes(11 * MIB))
    asked: list[tuple[str, str]] = []

    def answer(method: str, path: str) -> Reply:
        asked.append((method, path))
        if method == "HEAD":
            return Reply(404)
        if "list-type" in path:
            return listing()
        if "uploads" in path:
            return Reply(
                200, b"<InitiateMultipartUploadResult><UploadId>up1</UploadId></InitiateMultipartUploadResult>"
            )
        return refusal(403, "QuotaExceeded") if "partNumber=3" in path else Reply(200, headers={"ETag": '"e"'})

    with liar(answer) as settings, pytest.raises(Refused, match="no room"):
        open_target("full", settings.model_copy(update={"part_size_mib": 5})).put("a", LocalFile(file, digest))
    assert asked[-1] == ("DELETE", "/testimony/a?uploadId=up1")
    assert not [path for method, path in asked if method == "POST" and "uploadId" in path]


def test_a_listing_with_much_in_it_is_walked_in_the_order_of_its_keys(
    seaweedfs_server: S3Server, rclone_server: S3Server, tmp_path: Path
) -> None:
    names = [f"scratch/{name}" for name in ("a.b", "a/b", "a/c/d", "a/c.d", "a-b", "ab", "b")]
    for server in (seaweedfs_server, rclone_server):
        target = open_target("store", server.settings(prefix="walk"))
        client = Client("store", server.settings())
        _fill(target, names, tmp_path)
        asked: list[str] = []

        def ask(
            prefix: str, delimiter: str, token: str | None, client: Client = client, asked: list[str] = asked
        ) -> key_listing.Page:
            asked.append(prefix)
            more = {"ContinuationToken": token} if token else {}
            answer = client.ask("list_objects_v2", None, Prefix=prefix, Delimiter=delimiter, MaxKeys=2, **more)
            return key_listing.page(answer)

        found = [s.key.removeprefix("walk/") for s in key_listing.walk(ask, "walk/", target="store", most_pages=1)]
        assert found == sorted(names)
        assert "walk/scratch/a/" in asked
        for name in names:
            target.discard(name)


def _fill(target: Target, names: list[str], folder: Path) -> None:
    file, digest = written(folder, b"x")
    for name in names:
        target.put(name, LocalFile(file, digest))


def test_small_files_are_put_with_one_look_and_one_request(tmp_path: Path) -> None:
    file, digest = written(tmp_path, b"small")
    asked: list[str] = []

    def answer(method: str, path: str) -> Reply:
        asked.append(method if "list-type" not in path else "LIST")
        return listing() if "list-type" in path else Reply(404 if method == "HEAD" else 200)

    with liar(answer) as settings:
        target = open_target("store", settings)
        target.put("a", LocalFile(file, digest))
        target.put("b", LocalFile(file, digest))
    assert asked == ["HEAD", "LIST", "PUT", "HEAD", "PUT"]


@pytest.mark.parametrize(
    "endpoint",
    ["http://store.example", "http://10.0.0.1:9000", "http://127.0.0.1.store.example", "http://[2001:db8::1]"],
)
def test_http_is_refused_beyond_loopback(endpoint: str) -> None:
    with pytest.raises(ValidationError, match="must be https"):
        S3Settings(endpoint=endpoint, bucket="testimony")


@pytest.mark.parametrize(
    "endpoint", ["http://127.8.9.1:9000", "http://[::1]:9000", "http://localhost", "https://s.example"]
)
def test_http_is_for_loopback(endpoint: str) -> None:
    assert S3Settings(endpoint=endpoint, bucket="testimony").endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint", ["https://me:canary@store.example", "http://canary@127.0.0.1", "ftp://canary", "canary"]
)
def test_an_endpoint_with_a_password_or_none_at_all_is_refused_without_showing_it(endpoint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        S3Settings(endpoint=endpoint, bucket="testimony")
    assert "canary" not in str(caught.value)


def test_settings_are_strict() -> None:
    with pytest.raises(ValidationError, match="verify"):
        S3Settings.model_validate({"endpoint": "https://s.example", "bucket": "b", "verify": False})
    with pytest.raises(ValidationError, match="go together"):
        S3Settings(endpoint="https://s.example", bucket="b", access_key=SecretStr("canary"))
    for prefix in ("a//b", "../a", "a\\b"):
        with pytest.raises(ValidationError, match="prefix"):
            S3Settings(endpoint="https://s.example", bucket="b", prefix=prefix)


@pytest.mark.parametrize("changes", [{}, {"addressing": "virtual"}, {"session_token": SecretStr("canary-token")}])
def test_an_address_is_lent_where_the_settings_say_so(changes: dict[str, object]) -> None:
    told = {"endpoint": "https://store.example.org", "bucket": "testimony", "prefix": "below"}
    keys = {"access_key": SecretStr("key-of-nobody"), "secret_key": SecretStr("canary-secret")}
    lends = S3Settings.model_validate({**told, **keys, "presigned": True, **changes})
    found = lent(Watched(open_target("s3", lends), lambda: None), "ocfl/a film.mp4", 600)
    assert found
    address, asked = urlsplit(found), parse_qs(urlsplit(found).query)
    virtual = "addressing" in changes
    assert address.netloc == ("testimony.store.example.org" if virtual else "store.example.org")
    assert address.path == ("" if virtual else "/testimony") + "/below/ocfl/a%20film.mp4"
    assert (asked["X-Amz-Expires"], asked["X-Amz-SignedHeaders"]) == (["600"], ["host"])
    assert ("X-Amz-Security-Token" in asked) == ("session_token" in changes)
    assert "canary-secret" not in found
    assert lent(open_target("s3", S3Settings.model_validate({**told, **keys})), "ocfl/a", 600) is None
