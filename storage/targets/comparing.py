"""The comparisons that every kind of target makes alike, and the errors they end in."""

from storage.contract import Content, Target
from storage.digests import BLOCK, sha512_stream
from storage.errors import TAKEN, Conflict, Damaged, NotFound


def digest_at(target: Target, key: str, most: int) -> str | None:
    """The sha512 of what lies under a key, of which `most` bytes are read; None where nothing does."""
    try:
        with target.open(key) as stream:
            return sha512_stream(stream, most)
    except NotFound:
        return None


def validate_read_back(found: str, digest: str, *, target: str, key: str) -> None:
    """Raise Damaged unless what came back is what was written."""
    if found != digest:
        raise Damaged(
            "other bytes came back than were written; check the disk or ask the provider",
            target=target,
            key=key,
            expected=digest,
            found=found,
        )


def other_content(content: Content, *, target: str, key: str) -> Conflict:
    """The Conflict of a `put`; raises Damaged instead if it is the local file that changed."""
    for part in content.parts(BLOCK):
        part.release()
    return Conflict(TAKEN, target=target, key=key)


def other_before(was: str | None, found: str | None, *, target: str, key: str) -> Conflict:
    """The Conflict of a `replace`: what lies there is not what the caller expected."""
    return Conflict(
        f"expected {was[:12] if was else 'nothing'} here and found {found[:12] if found else 'nothing'}; "
        "it stays, someone else may be writing here",
        target=target,
        key=key,
    )
