"""The short way for the requests that are many: PUT, GET and HEAD of a key, PUT of a part, LIST of a prefix.

boto3 resolves, validates, hooks and signs every call anew, which is most of the processor time of a small request. Here
a request is written down and signed, and what is more than a word or two of an answer, refusals too, is read by
botocore's parser. What is asked beyond the arguments below goes the long way (decision 29).
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from botocore.exceptions import ClientError
from botocore.handlers import VALID_BUCKET, decode_list_object_v2
from botocore.parsers import ResponseParserFactory
from defusedxml.ElementTree import ParseError, fromstring

from storage.targets.s3_settings import S3Settings
from storage.targets.s3_transport import Transport, begun, streamed, whole

OPERATIONS = {
    "get_object": "GET",
    "head_object": "HEAD",
    "list_objects_v2": "GET",
    "put_object": "PUT",
    "upload_part": "PUT",
}
"""What can go this way, as boto3 names it, and its method."""

PARSED = frozenset({"head_object", "list_objects_v2"})
"""Operations whose answers botocore's parser reads, with all that it finds in them."""

UNSIGNED = "UNSIGNED-PAYLOAD"
_DIGITS = 20

_HEADERS = {
    "ChecksumCRC64NVME": "x-amz-checksum-crc64nvme",
    "ChecksumSHA256": "x-amz-checksum-sha256",
    "ContentMD5": "content-md5",
    "IfNoneMatch": "if-none-match",
    "Range": "range",
}
_QUERY = {
    "ContinuationToken": "continuation-token",
    "Delimiter": "delimiter",
    "MaxKeys": "max-keys",
    "PartNumber": "partNumber",
    "Prefix": "prefix",
    "UploadId": "uploadId",
}
_LISTING = {"list-type": "2", "encoding-type": "url"}
"""Keys come as in an address: not every character of one can be written in XML."""

_KNOWN = frozenset({"Body", "Key", *_HEADERS, *_QUERY})
_FIELDS = {"ETag": "etag", "ContentRange": "content-range", "VersionId": "x-amz-version-id"}


class Short:
    """Sends such requests to one bucket."""

    def __init__(self, settings: S3Settings, keys: tuple[str, str, str | None], transport: Transport) -> None:
        """`keys` are the access key, the secret key and the session token, if there is one."""
        parts, bucket = urlsplit(settings.endpoint), settings.bucket
        virtual, tls = settings.addressing == "virtual", parts.scheme == "https"
        before = f"{bucket}." if virtual else ""
        self._host = before + parts.netloc.removesuffix(":443" if tls else ":80")
        self._root = parts.path.rstrip("/") + ("/" if virtual else f"/{bucket}/")
        self._bucket = self._root.rstrip("/") or "/"
        self._sound = bool(VALID_BUCKET.search(bucket))
        self._region, self._keys = settings.region, keys
        parsers = ResponseParserFactory()
        parsers.set_parser_defaults(timestamp_parser=str)  # no time that a store tells is used
        self._parser = parsers.create_parser("rest-xml")
        self._transport = transport
        self._pool = transport.pool(f"{parts.scheme}://{before}{parts.netloc}")

    def takes(self, operation: str, arguments: Mapping[str, Any]) -> bool:
        """Whether a request can go this way."""
        return self._sound and operation in OPERATIONS and arguments.keys() <= _KNOWN

    def send(self, operation: str, model: Any, arguments: Mapping[str, Any], digest: str | None) -> dict[str, Any]:
        """The answer, as boto3 would give it; raises what boto3 or urllib3 would.

        `model` is botocore's of one of OPERATIONS, `digest` the sha256 of the body, where the signature is to hold it.
        A body that is answered is a Received.
        """
        method, body = OPERATIONS[operation], arguments.get("Body", b"")
        path = self._root + quote(arguments["Key"], safe="/-_.~") if "Key" in arguments else self._bucket
        asked = {name: arguments[key] for key, name in _QUERY.items() if key in arguments}
        if operation == "list_objects_v2":
            asked |= _LISTING
        query = urlencode(sorted(asked.items()), quote_via=quote)
        headers = {name: str(arguments[key]) for key, name in _HEADERS.items() if key in arguments}
        headers = signed(
            method, self._host, path, query, headers, digest or UNSIGNED, self._keys, self._region, datetime.now(UTC)
        )
        if method == "PUT":
            headers["content-length"] = str(len(body))
        path = f"{path}?{query}" if query else path
        answer = self._transport.send(self._pool, method, path, {**headers, "user-agent": "thirdcopy"}, body, len(body))
        if answer.status >= 300:
            raise ClientError(self._parse(answer, answer.status, begun(answer), model), model.name)
        if operation in PARSED:
            text = whole(answer)
            if method == "GET" and not _is_list(text):
                raise ClientError(self._parse(answer, 500, text, model), model.name)
            return self._parse(answer, answer.status, text, model)
        fields = {name: answer.headers[key] for name, key in _FIELDS.items() if key in answer.headers}
        fields["ResponseMetadata"] = {"HTTPStatusCode": answer.status}
        if method == "GET":
            fields["Body"] = Received(streamed(answer))
            if (said := answer.headers.get("content-length", "")).isdecimal() and len(said) < _DIGITS:
                fields["ContentLength"] = int(said)
        else:
            begun(answer)
        return fields

    def _parse(self, answer: Any, status: int, body: bytes, model: Any) -> dict[str, Any]:
        context = {"operation_name": model.name, "encoding_type_auto_set": True}
        said = {"status_code": status, "headers": answer.headers, "body": body, "context": context}
        found: dict[str, Any] = self._parser.parse(said, model.output_shape)
        decode_list_object_v2(found, context)
        return found


def _is_list(text: bytes) -> bool:
    """Whether a text is a list, whole, if perhaps an empty one; what is not counts as a 500, as botocore has it.

    Amazon may send a refusal under 200, and somebody in between any page: neither says that a bucket is empty.
    """
    try:
        return str(fromstring(text).tag).rpartition("}")[2] == "ListBucketResult"
    except ParseError:
        return False


def signed(
    method: str,
    host: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    payload: str,
    keys: tuple[str, str, str | None],
    region: str,
    now: datetime,
) -> dict[str, str]:
    """The headers of a request with those that sign it, as Signature Version 4 has it (Amazon, "Signing AWS requests").

    `path` and `query` are as they are sent, the names of `headers` lower case, `payload` the body's sha256 in hex.
    """
    access, secret, token = keys
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    headers = {"host": host, **headers, "x-amz-content-sha256": payload, "x-amz-date": moment}
    if token:
        headers["x-amz-security-token"] = token
    names = sorted(headers)
    lines = [f"{name}:{headers[name]}" for name in names]
    request = "\n".join((method, path, query, *lines, "", ";".join(names), payload))
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, sha256(request.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    authorization = f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={';'.join(names)}, "
    return {**headers, "authorization": f"{authorization}Signature={signature}"}


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
