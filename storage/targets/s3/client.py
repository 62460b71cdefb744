"""The client of one S3 store: it sends each request, directly or by boto3, and no botocore error gets past it."""

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from http.client import HTTPException
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, SSLError
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.exceptions import SSLError as NotTrusted
from urllib3.exceptions import HTTPError, ProxyError

from storage.errors import Refused, TargetError, Unavailable
from storage.targets.s3.direct_requests import PARSED, DirectRequests, model
from storage.targets.s3.error_answers import MISSING_BUCKET, Answer, meaning, no_bucket
from storage.targets.s3.settings import S3Settings
from storage.targets.s3.sockets import OutOfBounds
from storage.targets.s3.transport import Transport

log = logging.getLogger(__name__)
SIGNED = "SignedSHA256"
"""An argument of put_object and upload_part beside boto3's: the sha256 of the body in hex, held by the signature."""

FAULTS = (BotoCoreError, HTTPError, HTTPException, OSError)
"""What reading a body may raise; `Client.broken` makes it a TargetError."""

_LISTED = {
    "Buckets": {"Name"},
    "CommonPrefixes": {"Prefix"},
    "Contents": {"Key", "Size"},
    "DeleteMarkers": {"Key"},
    "Parts": {"PartNumber"},
    "Versions": {"Key"},
}
"""Fields of answers that are lists, and what each entry must have."""

_CODE = re.compile(r"[A-Za-z0-9._-]{1,80}")


@dataclass(frozen=True)
class Reply:
    """What a store said to one request: the HTTP status, the code of a refusal or nothing, the fields of the answer."""

    operation: str
    status: int
    code: str
    fields: dict[str, Any]
    retry_after: str | None = None
    date: str | None = None
    region: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it did what was asked."""
        return not self.code

    @property
    def version(self) -> dict[str, str]:
        """The argument that names the version which a write made or a read gave, where the bucket keeps versions."""
        version = self.fields.get("VersionId")
        return {"VersionId": str(version)} if version else {}


class PastTheEnd(TargetError):
    """A range starts past the end of an object."""


class Client:
    """Asks one store about one bucket. `target` is the name that errors carry."""

    def __init__(self, target: str, settings: S3Settings, *, signed: bool = True) -> None:
        self._target = target
        self._settings = settings
        self._signed = signed
        self._there = False
        if settings.ca_file and (wrong := _no_authorities(settings.ca_file)):
            raise Refused(wrong, target=target, setting="ca_file")
        self._transport, self._direct = Transport(settings), None
        if signed and (keys := settings.keys):
            self._direct = DirectRequests(settings, keys, self._transport)

    @cached_property
    def _boto3(self) -> Any:
        from storage.targets.s3.boto3_requests import boto3_client  # half a second, and a mirror run may do without

        return boto3_client(self._settings, self._transport, signed=self._signed)

    def ask(self, operation: str, key: str | None, *, needs: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The answer to an operation on the bucket, as boto3 names it; raises TargetError, which names `key`.

        `needs` is a field without which the answer is of no use.
        """
        reply = self.hear(operation, key, **arguments)
        if not reply.ok:
            raise self.refusal(reply, key)
        if needs and needs not in reply.fields:
            if "Body" in reply.fields:
                reply.fields["Body"].close()
            raise Unavailable(f"the store's answer lacks {needs} ({operation})", target=self._target, key=key)
        return reply.fields

    def hear(self, operation: str, key: str | None = None, **arguments: Any) -> Reply:
        """The same, but a refusal is an answer too; raises TargetError only where no answer came that S3 gives."""
        sha256 = arguments.pop(SIGNED, None)
        direct = self._direct if self._direct and self._direct.takes(operation, arguments) else None
        if sha256 and not direct:
            raise TypeError(f"the signature of {operation} with {', '.join(arguments)} cannot hold a digest")
        try:
            answer = self._said(operation, arguments, direct, sha256)
        except ParamValidationError as error:
            message = f"S3 allows no bucket named {self._settings.bucket!r}; correct `bucket`"
            raise Refused(message, target=self._target, key=key, setting="bucket") from error
        except FAULTS as error:
            raise self.broken(error, key) from error
        except Exception as error:  # botocore's parsers take a store at its word, and fail in every way there is
            log.debug("an answer to %s that cannot be read", operation, exc_info=True)
            message = f"the store's answer to {operation} is none that S3 gives; if it goes on, ask the provider"
            raise Unavailable(message, target=self._target, key=key) from error
        self._there = self._there or answer.ok
        return answer

    def presigned(self, key: str, seconds: int) -> str:
        """The address of a GET that is signed for so many seconds. The store is not asked."""
        wanted = {"Bucket": self._settings.bucket, "Key": key}
        return str(self._boto3.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds))

    def _said(
        self, operation: str, arguments: dict[str, Any], direct: DirectRequests | None, sha256: str | None
    ) -> Reply:
        """The answer as it came. Raises whatever botocore and urllib3 do, and ValueError for one that has no sense."""
        try:
            if direct:
                answer = direct.send(operation, arguments, sha256)
            else:
                answer = getattr(self._boto3, operation)(Bucket=self._settings.bucket, **arguments)
        except ClientError as error:
            return _reply(error)
        parsed = not direct or operation in PARSED
        if parsed and not (_fits(model(operation).output_shape, answer) and _named(answer)):
            raise ValueError("a field that is lacking, or of another kind than it has")
        return Reply(operation, int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 200)), "", answer)

    def broken(self, error: Exception | None, key: str | None) -> TargetError:
        """What a fault of the transport means; None stands for a body that ended early."""
        if isinstance(error, NotTrusted) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            return Refused(
                "the store's certificate is not signed by an authority that is trusted here; correct `endpoint`, or"
                " give the store's own authority as `ca_file`",
                target=self._target,
                key=key,
                setting="ca_file",
            )
        if isinstance(error, ProxyError):
            what = (
                "the proxy that this machine's environment names gives no way to the store; correct `https_proxy`, or"
            )
            return Unavailable(f"{what} name the store in `no_proxy`", target=self._target, key=key)
        if isinstance(error, OutOfBounds):
            what = (
                f"the store's answer was broken off, for {error}; if it goes on, look at the line or ask the provider"
            )
            return Unavailable(what, target=self._target, key=key)
        if error is None:
            return Unavailable("the body ended before its announced length", target=self._target, key=key)
        what = f"no answer from {self._settings.endpoint} ({type(error).__name__}); is the store up, and the network?"
        return Unavailable(what, target=self._target, key=key)

    def refusal(self, reply: Reply, key: str | None) -> TargetError:
        """The TargetError that a refusal means."""
        answer = Answer(reply.status, reply.code, reply.operation, reply.retry_after, reply.date, reply.region)
        if reply.status == 416 or answer.code == "InvalidRange":
            return PastTheEnd("the range starts past the end", target=self._target, key=key)
        bucket = self._settings.bucket
        if answer.code in MISSING_BUCKET and not self._there and (nearest := self._nearest_bucket()):
            return Refused(
                no_bucket(bucket, nearest),
                target=self._target,
                key=key,
                setting="bucket",
                nearest=nearest,
            )
        now, there = datetime.now(UTC), self._there
        return meaning(answer, target=self._target, bucket=bucket, key=key, now=now, there_before=there)

    def _nearest_bucket(self) -> str | None:
        try:
            buckets = self._boto3.list_buckets().get("Buckets", ())
            names = {found["Name"].lower(): found["Name"] for found in buckets}
        except Exception:  # keys for one bucket alone may not list the others; and see `hear`
            return None
        return next((names[found] for found in get_close_matches(self._settings.bucket.lower(), names, n=1)), None)


def _no_authorities(ca_file: Path) -> str | None:
    """Why a file cannot say whom to trust, in one sentence; None if it can."""
    try:
        SSLContext(PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
    except (SSLError, ValueError):
        return f"{ca_file} holds no certificate in PEM; correct `ca_file`, or take it out if the usual ones will do"
    except OSError as error:
        why = "there is no file" if isinstance(error, FileNotFoundError) else f"cannot read ({error.strerror})"
        return f"{why} {ca_file}: correct `ca_file`, or take it out if the usual authorities will do"
    return None


def _reply(error: ClientError) -> Reply:
    details, response = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    status, headers = int(response.get("HTTPStatusCode", 0)), response.get("HTTPHeaders", {})
    code, region = str(details.get("Code", "")), headers.get("x-amz-bucket-region") or details.get("Region")
    return Reply(
        error.operation_name,
        status,
        code if _CODE.fullmatch(code) else str(status),
        {},
        headers.get("retry-after"),
        headers.get("date"),
        region if isinstance(region, str) else None,
    )


def _fits(shape: Any, value: Any) -> bool:
    """Whether a parsed answer is what its model says: botocore makes a list of a field that comes twice."""
    match shape and shape.type_name:
        case "structure":
            members = shape.members
            return isinstance(value, dict) and all(
                _fits(members[name], value[name]) for name in value if name in members
            )
        case "list":
            return isinstance(value, list) and all(_fits(shape.member, one) for one in value)
        case "integer" | "long":
            return isinstance(value, int)
        case "string" | "timestamp":
            return isinstance(value, str)
    return True


def _named(answer: dict[str, Any]) -> bool:
    """Whether what is listed has a name, and what else nothing can be made of a list without."""
    return all(fields <= one.keys() for name, fields in _LISTED.items() for one in answer.get(name, ()))
