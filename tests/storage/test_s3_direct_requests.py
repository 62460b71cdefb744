"""The requests that go without boto3: signed as botocore signs, and given up where it does not fit."""

import json
import string
import subprocess
import sys
from datetime import UTC, datetime
from hashlib import sha512
from pathlib import Path
from urllib.parse import quote, urlencode

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from storage.targets.s3.client import SIGNED, Client
from storage.targets.s3.direct_requests import UNSIGNED, Request, signed
from tests.world.proxy import proxy
from tests.world.servers import S3Server, tls

NOW = datetime(2026, 11, 29, 12, 0, 7, tzinfo=UTC)
PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "
words = st.text(PRINTABLE, min_size=1, max_size=20).map(str.strip).filter(bool)


class Given(botocore.auth.S3SigV4Auth):  # type: ignore[misc]
    """botocore's signer, told the digest of the body."""

    digest = UNSIGNED

    def payload(self, request: object) -> str:
        return self.digest


@given(
    key=words,
    secret=words,
    token=st.none() | st.text(string.ascii_letters, min_size=1),
    upload=st.none() | words,
    headers=st.dictionaries(st.sampled_from(["range", "if-none-match", "content-md5", "x-amz-checksum-sha256"]), words),
    region=st.sampled_from(["us-east-1", "eu-central-003"]),
    digest=st.sampled_from([UNSIGNED, "0" * 64]),
)
def test_a_signature_is_the_one_that_botocore_makes(
    *,
    key: str,
    secret: str,
    token: str | None,
    upload: str | None,
    headers: dict[str, str],
    region: str,
    digest: str,
) -> None:
    query = urlencode({"partNumber": 7, "uploadId": upload}, quote_via=quote) if upload else ""
    path = f"/testimony/{quote(key, safe='/-_.~')}"
    headers = {name: " ".join(value.split()) for name, value in headers.items()}
    request = AWSRequest("PUT", f"https://store.example.org:9000{path}{f'?{query}' if query else ''}", headers)
    theirs = Given(Credentials("key-of-nobody", secret, token), "s3", region)
    theirs.digest = digest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda **_: NOW)
        theirs.add_auth(request)
    ours = signed(
        Request("PUT", "store.example.org:9000", path, query, headers, digest),
        ("key-of-nobody", secret, token),
        region,
        NOW,
    )
    assert ours["authorization"] == request.headers["Authorization"]
    assert ours["x-amz-date"] == request.headers["X-Amz-Date"]
    assert ours.get("x-amz-security-token") == request.headers["X-Amz-Security-Token"]


def test_connections_stay_open_through_tls(seaweedfs_server: S3Server, tmp_path: Path) -> None:
    """One connection carries it all, whether what was read came whole or was refused."""
    with tls(seaweedfs_server, tmp_path) as server:
        client = Client("sea", server.settings())
        assert client._direct
        pool = client._direct._pool
        for number in range(3):
            key = f"short/{number}"
            client.ask("put_object", key, Key=key, Body=b"words")
            with client.ask("get_object", key, Key=key)["Body"] as body:
                assert body.read() == b"words"
            assert client.hear("get_object", key, Key="short/none").code == "NoSuchKey"
        assert pool.num_connections == 1


def test_a_body_that_is_not_read_to_its_end_takes_its_connection_with_it(seaweedfs_server: S3Server) -> None:
    client = Client("sea", seaweedfs_server.settings())
    client.ask("put_object", "short/large", Key="short/large", Body=bytes(1 << 20))
    for _ in range(2):
        with client.ask("get_object", "short/large", Key="short/large")["Body"] as body:
            assert body.readinto(bytearray(1000)) == 1000
    assert client._direct
    assert client._direct._pool.num_connections == 2


def test_what_is_asked_beyond_it_goes_by_boto3(seaweedfs_server: S3Server) -> None:
    with proxy(seaweedfs_server.endpoint) as before:
        client = Client("sea", seaweedfs_server.settings(endpoint=before.endpoint))
        client.ask("put_object", "short/a", Key="short/a", Body=b"a", StorageClass="STANDARD", Metadata={"by": "us"})
        assert client.ask("head_object", "short/a", Key="short/a")["Metadata"] == {"by": "us"}
        assert before.count("PutObject") == 1


WITHOUT = """
import json, sys
from pathlib import Path
from storage.shared_reading import LocalFile
from storage.targets import S3Settings, open_target
told = json.load(sys.stdin)
target = open_target("store", S3Settings.model_validate(told["settings"]))
target.check()
target.put("ocfl/film", LocalFile(Path(told["file"]), told["sha512"]))
with target.open("ocfl/film", 5, 9) as body:
    print(body.read(), [stat.key for stat in target.list("ocfl/film")], "boto3" in sys.modules)
"""


def test_a_file_in_parts_is_stored_and_read_without_boto3(seaweedfs_server: S3Server, tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(content := b"moving pictures" * 700_000)
    stanza = seaweedfs_server.settings(prefix="without").model_dump(mode="json")
    keys = {"access_key": seaweedfs_server.access_key, "secret_key": seaweedfs_server.secret_key}
    told = {"settings": stanza | keys, "file": str(tmp_path / "film"), "sha512": sha512(content).hexdigest()}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], input=json.dumps(told).encode(), capture_output=True, check=True
    )
    assert done.stdout == b"b'g pi' ['ocfl/film'] False\n"


def test_a_digest_that_the_signature_shall_hold_never_goes_unheld(seaweedfs_server: S3Server) -> None:
    client = Client("sea", seaweedfs_server.settings())
    with pytest.raises(TypeError, match="cannot hold"):
        client.hear("put_object", "a", Key="short/b", Body=b"b", StorageClass="STANDARD", **{SIGNED: "0" * 64})
