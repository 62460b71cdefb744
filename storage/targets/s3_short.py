"""The short way for the requests that are many: PUT and GET of a key, PUT of a part.

boto3 resolves, validates and hooks every call anew, which is two thirds of the processor time of a small request. Here
a request is written down, signed by botocore's signer, and sent by botocore's session over connections that stay open;
refusals are read by botocore's parser. What is asked beyond the arguments below goes the long way (decision 29).
"""

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from botocore.auth import UNSIGNED_PAYLOAD, S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.endpoint import convert_to_response_dict
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.handlers import VALID_BUCKET
from botocore.httpsession import URLLib3Session
from botocore.parsers import create_parser

OPERATIONS = {"get_object": "GetObject", "put_object": "PutObject", "upload_part": "UploadPart"}
"""What can go this way, as boto3 names it and as Amazon does."""
_HEADERS = {
    "ChecksumCRC64NVME": "x-amz-checksum-crc64nvme",
    "ChecksumSHA256": "x-amz-checksum-sha256",
    "ContentMD5": "Content-MD5",
    "IfNoneMatch": "If-None-Match",
    "Range": "Range",
}
_QUERY = {"PartNumber": "partNumber", "UploadId": "uploadId"}
_KNOWN = frozenset({"Body", "Key", *_HEADERS, *_QUERY})
_FIELDS = {"ETag": "etag", "ContentRange": "content-range", "VersionId": "x-amz-version-id"}
EXPECT_ABOVE = 1 << 20
"""Bytes of a body above which the store is asked before they are sent, so that a refusal is heard first."""


class Short:
    """Sends such requests to one bucket."""

    def __init__(
        self,
        bucket: str,
        endpoint: str,
        region: str,
        *,
        virtual: bool,
        credentials: Credentials,
        session: URLLib3Session,
    ) -> None:
        """`virtual`: the bucket's name stands before the host's."""
        parts = urlsplit(endpoint)
        host = f"{bucket}.{parts.netloc}" if virtual else parts.netloc
        path = parts.path.rstrip("/") + ("" if virtual else f"/{bucket}")
        self._base = f"{parts.scheme}://{host}{path}/"
        self._sound = bool(VALID_BUCKET.search(bucket))
        self._signer = _Signer(credentials, "s3", region)
        self._session = session
        self._parser = create_parser("rest-xml")

    def takes(self, operation: str, arguments: Mapping[str, Any]) -> bool:
        """Whether a request can go this way."""
        return self._sound and operation in OPERATIONS and arguments.keys() <= _KNOWN

    def send(self, model: Any, arguments: Mapping[str, Any], sha256: str | None) -> dict[str, Any]:
        """The answer, as boto3 would give it; raises what boto3 would.

        `model` is botocore's of one of OPERATIONS, `sha256` is the body's, where the signature is to hold it. A body
        that is answered is a Received.
        """
        reads, body = model.name == "GetObject", arguments.get("Body", b"")
        headers = {name: str(arguments[key]) for key, name in _HEADERS.items() if key in arguments}
        headers["User-Agent"] = "thirdcopy"
        if len(body) > EXPECT_ABOVE:
            headers["Expect"] = "100-continue"
        query = urlencode({name: arguments[key] for key, name in _QUERY.items() if key in arguments}, quote_via=quote)
        url = self._base + quote(arguments["Key"], safe="/-_.~") + (f"?{query}" if query else "")
        request = AWSRequest("GET" if reads else "PUT", url, headers, body)
        request.context["payload"] = sha256 or UNSIGNED_PAYLOAD
        self._signer.add_auth(request)
        prepared = request.prepare()
        prepared.stream_output = reads
        try:
            answer = self._session.send(prepared)
        except ConnectionClosedError:  # a store closes what was kept open: once more, at once
            prepared.reset_stream()
            answer = self._session.send(prepared)
        if answer.status_code >= 300:
            said = self._parser.parse(convert_to_response_dict(answer, model), model.output_shape)
            raise ClientError(said, model.name)
        fields: dict[str, Any] = {name: answer.headers[key] for name, key in _FIELDS.items() if key in answer.headers}
        if reads:
            fields["Body"] = Received(answer.raw)
            if "content-length" in answer.headers:
                fields["ContentLength"] = int(answer.headers["content-length"])
        return {**fields, "ResponseMetadata": {"HTTPStatusCode": answer.status_code}}


class Received:
    """The body of an answer, read into memory of the reader's without a copy in between."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._fp = raw._fp  # http.client's: urllib3's readinto reads by read, and copies each byte twice

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as bytes come: how many; 0 at the end."""
        return int(self._fp.readinto(buffer))

    def read(self, size: int | None = None) -> bytes:
        """At most `size` bytes, or all."""
        return bytes(self._fp.read(size))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back if all was read; else it ends."""
        if self._raw.closed:
            self._raw.release_conn()
        else:
            self._raw.close()


class _Signer(S3SigV4Auth):  # type: ignore[misc]
    """S3's signature over headers and a payload digest that is given."""

    def payload(self, request: Any) -> str:
        return str(request.context["payload"])
