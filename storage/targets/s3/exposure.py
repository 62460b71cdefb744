"""Who could do what to a bucket: a stranger without keys, and a thief with ours. Tried on objects of our own alone."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from storage.contract import SCRATCH
from storage.errors import Unavailable
from storage.targets.s3.client import Client, Reply
from storage.targets.s3.scratch import Scratch
from storage.targets.s3.settings import S3Settings
from storage.targets.traits import Trait

_SETTINGS = {
    "get_bucket_versioning": ("versioning", None),
    "get_bucket_policy": ("policy", "Policy"),
    "get_bucket_lifecycle_configuration": ("lifecycle", "Rules"),
}
"""What to ask for, its name, and what an answer that is one holds; a bucket without versioning answers nothing."""

_OTHER = b"ten others"


@dataclass(frozen=True)
class Exposure:
    """What a key in a thief's hands could do: deed by deed, in a sentence, and what to do about it."""

    deeds: tuple[Trait, ...]
    verdict: str
    advice: tuple[str, ...]
    left: tuple[str, ...] = ()
    """Keys that could not be removed afterwards."""


def stranger(settings: S3Settings) -> list[str]:
    """What someone without keys is given of the bucket: a sentence each, none if it is nothing.

    Writes one object under `scratch/` with our keys, tries it without them, and removes it. Raises TargetError if
    the store cannot be asked.
    """
    theirs = Client("stranger", settings, signed=False)
    with Scratch("owner", settings, uuid4().hex) as scratch:
        scratch.must_put("mine", b"a stranger must not read this\n")
        questions: list[tuple[str, str, dict[str, Any]]] = [
            ("list the bucket", "list_objects_v2", {"Prefix": scratch.prefix + SCRATCH, "MaxKeys": 1}),
            ("see that the bucket is there (HEAD)", "head_bucket", {}),
            ("see that an object is there (HEAD)", "head_object", {"Key": scratch.key("mine")}),
            ("read an object", "get_object", {"Key": scratch.key("mine")}),
            ("write an object", "put_object", {"Key": scratch.key("theirs"), "Body": b"by a stranger\n"}),
            ("delete an object", "delete_object", {"Key": scratch.key("mine")}),
        ]
        given = []
        for deed, operation, arguments in questions:
            reply = theirs.hear(operation, None, **arguments)
            if "Body" in reply.fields:
                reply.fields["Body"].close()
            if reply.ok and (operation != "delete_object" or not scratch.hear("head_object", "mine").ok):
                given.append(f"anyone can {deed} without keys")
            elif not reply.ok and isinstance(error := theirs.refusal(reply, None), Unavailable):
                raise error
    return given


def stolen_key(target: str, settings: S3Settings, token: str) -> Exposure:
    """What whoever has our key could do here, tried on objects under `scratch/probe-TOKEN/`.

    The bucket's own settings are looked at and never changed. Raises TargetError if the store cannot be asked.
    """
    with Scratch(target, settings, token) as scratch:
        first = scratch.must_put("ours")
        listed = scratch.client.hear("list_objects_v2", None, Prefix=scratch.folder)
        read = scratch.get("ours")[1]
        overwritten = scratch.put("ours", Body=_OTHER)
        overwrites = overwritten.ok and scratch.get("ours")[1] == _OTHER
        removed = scratch.hear("delete_object", "ours")
        deletes = removed.ok and not scratch.hear("head_object", "ours").ok
        kept = bool(first.version) and overwrites and scratch.get("ours", **first.version)[1] == read
        purged, purges = None, False
        if kept:
            purged = scratch.hear("delete_object", "ours", **first.version)
            purges = purged.ok and not scratch.hear("head_object", "ours", **first.version).ok
        seen = [what for operation, (what, field) in _SETTINGS.items() if _shown(scratch.client.hear(operation), field)]
    old = "the old version stays" if kept else "what was there is gone"
    deeds = (
        _deed("list every key", done=listed.ok, reply=listed),
        _deed("read", done=bool(read)),
        _deed("overwrite", done=overwrites, reply=overwritten, detail=old),
        _deed("delete", done=deletes, reply=removed, detail=old),
        _deed(
            "delete old versions for good",
            done=purges,
            reply=purged,
            detail="" if kept else "there are no old versions",
        ),
        _deed(
            "see the bucket's settings",
            done=bool(seen),
            detail=f"{', '.join(seen)}; whether it may change them was not tried" if seen else "",
        ),
    )
    outcome = _Outcome(overwrites, deletes, kept, purges)
    return Exposure(deeds, outcome.verdict, outcome.advice, scratch.left)


@dataclass(frozen=True)
class _Outcome:
    """What the verdict follows from. Pure."""

    overwrites: bool
    deletes: bool
    kept: bool
    purges: bool

    @property
    def verdict(self) -> str:
        deeds = " and ".join(deed for deed, may in (("overwrite", self.overwrites), ("delete", self.deletes)) if may)
        if not deeds:
            return "a stolen key could read everything here, and destroy nothing"
        if not self.kept:
            return f"a stolen key could {deeds} everything here, for good"
        if self.purges:
            return (
                f"a stolen key could {deeds} everything here, for good: old versions are kept, and this key may"
                " delete them too"
            )
        return "a stolen key could hide but not destroy: old versions stay, and this key may not delete them"

    @property
    def advice(self) -> tuple[str, ...]:
        if not (self.overwrites or self.deletes):
            return ()
        another = "hold the key of another target elsewhere, so that no single theft reaches every copy"
        where = (
            "this was tried under scratch/ alone: the provider's console says whether this key may do so elsewhere."
            " thirdcopy needs no right to delete at all (docs/threats.md, A stolen key)"
        )
        if not self.kept:
            return (
                "turn versioning on, or make a bucket with Object Lock, and give this key no right to delete versions"
                " (s3:DeleteObjectVersion)",
                another,
                where,
            )
        if self.purges:
            return ("take the right to delete versions (s3:DeleteObjectVersion) from this key", another, where)
        return (
            "see in the provider's console that this key may not change the bucket's lifecycle, versioning or policy"
            " either: that was not tried",
        )


def _deed(name: str, *, done: bool, reply: Reply | None = None, detail: str = "") -> Trait:
    if done:
        return Trait(name, "can", detail)
    refused = f"{reply.status} {reply.code}" if reply and not reply.ok else detail
    return Trait(name, "cannot", refused)


def _shown(reply: Reply, field: str | None) -> bool:
    """Whether a setting is shown; a bucket that has none of it says so with a 404, and shows that too."""
    if reply.ok:  # rclone answers a list of keys to whatever is asked of a bucket
        return field is None or str(reply.fields.get(field, "")).startswith(("{", "[{"))
    return reply.status == 404 and reply.code.startswith("NoSuch")
