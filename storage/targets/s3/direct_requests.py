"""Requests that are signed and sent here, without boto3: the many that write and read keys, send parts, and list.

boto3 resolves, validates, hooks and signs every call anew, which is most of the processor time of a small request. Here
a request is written down and signed, and what is more than a word or two of an answer, refusals too, is read by
botocore's parser. What is asked beyond the arguments below goes through boto3 (decision 29).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from botocore import xform_name
from botocore.awsrequest import HeadersDict
from botocore.exceptions import ClientError
from botocore.handlers import VALID_BUCKET, decode_list_object_v2
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import ResponseParserFactory
from botocore.serialize import create_serializer
from defusedxml.ElementTree import ParseError, fromstring

from storage.targets.s3.settings import S3Settings
from storage.targets.s3.transport import Transport, host

OPERATIONS = {
    "complete_multipart_upload": "POST",
    "create_multipart_upload": "POST",
    "delete_object": "DELETE",
    "get_object": "GET",
    "head_object": "HEAD",
    "list_objects_v2": "GET",
    "put_object": "PUT",
    "upload_part": "PUT",
}
"""What can go this way, as boto3 names it, and its method."""

PARSED = frozenset(
    {"complete_multipart_upload", "create_multipart_upload", "delete_object", "head_object", "list_objects_v2"}
)
"""Operations whose answers botocore's parser reads, with all that it finds in them."""

LOADER = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
"""What botocore knows of S3, parsed once for all clients; each alone would take 0.09 s and 12 MB for it."""

UNSIGNED = "UNSIGNED-PAYLOAD"

_HEADERS = {
    "ChecksumAlgorithm": "x-amz-checksum-algorithm",
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
    "VersionId": "versionId",
}
_ALWAYS = {"create_multipart_upload": {"uploads": ""}, "list_objects_v2": {"list-type": "2", "encoding-type": "url"}}
"""What is asked whatever the arguments are. Keys come as in an address, for not every character can stand in XML."""

_KNOWN = frozenset({"Body", "Key", "MultipartUpload", *_HEADERS, *_QUERY})
_FIELDS = {"ETag": "etag", "ContentRange": "content-range", "VersionId": "x-amz-version-id"}


class DirectRequests:
    """Sends such requests to one bucket."""

    def __init__(self, settings: S3Settings, keys: tuple[str, str, str | None], transport: Transport) -> None:
        """`keys` are the access key, the secret key and the session token, if there is one."""
        parts, bucket = urlsplit(settings.endpoint), settings.bucket
        virtual = settings.addressing == "virtual"
        before = f"{bucket}." if virtual else ""
        self._host = before + host(parts)
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

    def send(self, operation: str, arguments: Mapping[str, Any], digest: str | None) -> dict[str, Any]:
        """The answer, as boto3 would give it; raises what boto3 or `Transport.send` would.

        `digest` is the sha256 of the body, where the signature is to hold it. A body that is answered is a Response, to
        be read and closed.
        """
        method, body = OPERATIONS[operation], arguments.get("Body", b"")
        if "MultipartUpload" in arguments:
            body = _document(operation, arguments)
        path = self._root + quote(arguments["Key"], safe="/-_.~") if "Key" in arguments else self._bucket
        asked = {name: arguments[key] for key, name in _QUERY.items() if key in arguments}
        query = urlencode(sorted({**asked, **_ALWAYS.get(operation, {})}.items()), quote_via=quote)
        headers = {name: str(arguments[key]) for key, name in _HEADERS.items() if key in arguments}
        request = Request(method, self._host, path, query, headers, digest or UNSIGNED)
        headers = signed(request, self._keys, self._region, datetime.now(UTC))
        if method in ("POST", "PUT"):
            headers["content-length"] = str(len(body))
        sent = "uploads" if query == "uploads=" else query  # signed with its sign, and sent as others send it
        path = f"{path}?{sent}" if sent else path
        answer = self._transport.send(self._pool, method, path, headers, body, len(body))
        if answer.status >= 300:
            raise self._refusal(operation, answer, answer.status, answer.begun())
        if operation in PARSED:
            text = answer.whole()
            if not _is_answer(operation, text):
                raise self._refusal(operation, answer, 500, text)
            return self._parse(operation, answer, answer.status, text)
        fields: dict[str, Any] = {name: answer.fields[key] for name, key in _FIELDS.items() if key in answer.fields}
        fields["ResponseMetadata"] = {"HTTPStatusCode": answer.status}
        if method == "GET":
            fields["Body"] = answer.streamed()
            if "content-length" in answer.fields and answer.length is not None:
                fields["ContentLength"] = answer.length
        else:
            answer.begun()
        return fields

    def _refusal(self, operation: str, answer: Any, status: int, body: bytes) -> ClientError:
        return ClientError(self._parse(operation, answer, status, body), model(operation).name)

    def _parse(self, operation: str, answer: Any, status: int, body: bytes) -> dict[str, Any]:
        context = {"operation_name": model(operation).name, "encoding_type_auto_set": True}
        said = {"status_code": status, "headers": HeadersDict(answer.fields), "body": body, "context": context}
        found: dict[str, Any] = self._parser.parse(said, model(operation).output_shape)
        decode_list_object_v2(found, context)
        return found


@cache
def model(operation: str) -> Any:
    """Botocore's model of an operation, as boto3 names it. Raises KeyError for what is none of S3's."""
    return _models()[operation]


@cache
def _models() -> dict[str, Any]:
    service = ServiceModel(LOADER.load_service_model("s3", "service-2"), "s3")
    return {xform_name(name): service.operation_model(name) for name in service.operation_names}


def _document(operation: str, arguments: Mapping[str, Any]) -> bytes:
    """The body of a request that is XML."""
    known = {"Bucket": "", **{name: arguments[name] for name in ("Key", "UploadId", "MultipartUpload")}}
    body: bytes = create_serializer("rest-xml").serialize_to_request(known, model(operation))["body"]
    return body


def _is_answer(operation: str, text: bytes) -> bool:
    """Whether a text under 200 is an answer, whole; what is none counts as a 500, as botocore has it.

    Amazon may send a refusal under 200, and somebody in between any page: neither says that a bucket is empty. What the
    others are called differs from store to store, and what was put together is read back.
    """
    if not text.strip():
        return operation != "list_objects_v2"
    try:
        root = str(fromstring(text).tag).rpartition("}")[2]
    except ParseError:
        return False
    return root == "ListBucketResult" if operation == "list_objects_v2" else root != "Error"


@dataclass(frozen=True)
class Request:
    """What is signed of a request.

    `path` and `query` are as they are sent, the names of `headers` lower case; `payload` is the body's sha256 in hex,
    or `UNSIGNED`.
    """

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    payload: str


def signed(request: Request, keys: tuple[str, str, str | None], region: str, now: datetime) -> dict[str, str]:
    """The headers of a request with those that sign it, as Signature Version 4 has it (Amazon, "Signing AWS requests").

    `keys` are as `DirectRequests` has them.
    """
    access, secret, token = keys
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    headers = {
        "host": request.host,
        **request.headers,
        "x-amz-content-sha256": request.payload,
        "x-amz-date": moment,
    }
    if token:
        headers["x-amz-security-token"] = token
    names = sorted(headers)
    lines = [f"{name}:{headers[name]}" for name in names]
    canonical = "\n".join((request.method, request.path, request.query, *lines, "", ";".join(names), request.payload))
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, sha256(canonical.encode()).hexdigest()))
    signature = hmac.digest(_signing_key(secret, scope), text.encode(), "sha256").hex()
    authorization = f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={';'.join(names)}, "
    return {**headers, "authorization": f"{authorization}Signature={signature}"}


@lru_cache(maxsize=64)
def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    return key
