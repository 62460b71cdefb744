"""Which checksum a store enforces, found by sending it wrong ones; never by what it says or returns.

A store that takes a wrong checksum may well give it back in a HEAD (rclone 1.75 does), so a checksum that comes back
proves nothing. What is refused with one of the codes below was computed by the store and compared.
"""

from base64 import b64encode
from contextlib import suppress

from storage.contract import CHECKED, Part
from storage.errors import Refused, TargetError, Unavailable
from storage.targets.s3.client import SIGNED, Client, Reply

ALGORITHMS = {"sha256": "sha256", "signed-sha256": "sha256", "content-md5": "md5", "crc64nvme": "crc64nvme"}
"""The digest (`storage.digests.compute`) that each check sends; `signed-sha256` is the one that the signature holds."""

CHECKS = tuple(ALGORITHMS)
"""Strongest first: against a store that deceives, a CRC is nothing, and MD5 little."""

WRONG_DIGEST = frozenset({"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"})
"""Codes that say: what arrived is not what was announced."""

_ARGUMENTS = {"sha256": "ChecksumSHA256", "content-md5": "ContentMD5", "crc64nvme": "ChecksumCRC64NVME"}
_SIZES = {"sha256": 32, "md5": 16, "crc64nvme": 8}
_BODY = b"thirdcopy\n"


def headers(check: str, digest: bytes) -> dict[str, str]:
    """The argument of `Client.hear` that sends the digest of the body along with it; `check` is one of CHECKS."""
    if check == "signed-sha256":
        return {SIGNED: digest.hex()}
    return {_ARGUMENTS[check]: b64encode(digest).decode()}


def declared(check: str) -> dict[str, str]:
    """What a store must be told at the beginning of an upload in parts that carry this check."""
    return {"ChecksumAlgorithm": check.upper()} if check in ("sha256", "crc64nvme") else {}


def told(check: str, part: Part) -> dict[str, str]:
    """What it must be told of a part at the end, beside number and ETag."""
    return headers(check, part.digest(ALGORITHMS[check])) if declared(check) else {}


def wrong(check: str) -> dict[str, str]:
    """The same for a digest that no body has in practice: zeroes throughout."""
    return headers(check, bytes(_SIZES[ALGORITHMS[check]]))


def is_refused(reply: Reply) -> bool:
    """Whether an answer says that the checksum was wrong, and not that the store knows no such checksum."""
    return reply.code in WRONG_DIGEST


def enforced_checksums(client: Client, prefix: str) -> tuple[str, ...]:
    """The names of CHECKS that the store enforces on a PUT, strongest first; four PUTs of ten bytes.

    `prefix` is what the target's keys begin with, empty or ending in a slash. All calls share their keys: what one
    leaves that may not delete, the next writes over.
    Raises TargetError where the store cannot be asked, or these keys may not write.
    """
    return tuple(check for check in CHECKS if _enforced(client, f"{prefix}{CHECKED}wrong-{check}", check))


def _enforced(client: Client, key: str, check: str) -> bool:
    reply = client.hear("put_object", Key=key, Body=_BODY, **wrong(check))
    if reply.ok:
        with suppress(TargetError):  # a key that may not delete is a good one to have
            client.ask("delete_object", key, Key=key, **reply.version)
    elif not is_refused(reply):
        error = client.refusal(reply, key)
        if isinstance(error, Unavailable) or (isinstance(error, Refused) and error.setting):
            raise error  # nothing to do with checksums: these are "no such algorithm" in the words of each store
    return is_refused(reply)
