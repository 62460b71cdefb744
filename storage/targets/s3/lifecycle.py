"""The rules that a bucket keeps of itself: what expires, goes to cold storage or is aborted without our asking.

`read_rules` is pure: the store's answer to GetBucketLifecycleConfiguration in (Amazon S3 User Guide, "Lifecycle
configuration elements"), what it does to our keys out. A filter of which we know nothing is taken for one that lets
all through. Nothing here changes a rule.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from storage.contract import SCRATCH
from storage.errors import Unavailable
from storage.targets.s3.client import Client, Reply
from storage.targets.s3.settings import S3Settings

_COLD = ("GLACIER", "ARCHIVE", "COLD")
_WARM = ("GLACIER_IR", "COLDLINE", "NEARLINE")
"""Classes that are read at once in spite of their names, of Amazon and Google."""

_LONGEST = 100
"""Characters that are shown of what a store says."""

Weight = Literal["harm", "note"]


@dataclass(frozen=True)
class Deed:
    """What one rule does to what is ours: its id, the setting in it, a sentence; `harm` where it must be changed."""

    rule: str
    setting: str
    weight: Weight
    sentence: str

    def __str__(self) -> str:
        return f"rule {self.rule!r}, {self.setting}: {self.sentence}"


@dataclass(frozen=True)
class Rules:
    """What a bucket's rules do to our keys; `untold` is why the store does not say, empty where it does."""

    deeds: tuple[Deed, ...] = ()
    untold: str = ""

    @property
    def harmful(self) -> tuple[Deed, ...]:
        """The deeds that must be undone before the bucket can be relied on."""
        return tuple(deed for deed in self.deeds if deed.weight == "harm")


def bucket_rules(target: str, settings: S3Settings, ours: Collection[str]) -> Rules:
    """Ask a bucket for its rules. `ours`: what keys of ours begin with below the prefix, `scratch/` left out.

    Raises Unavailable where the store cannot answer now; one that will not say is no error.
    """
    client = Client(target, settings)
    reply = client.hear("get_bucket_lifecycle_configuration")
    if reply.ok and "Rules" in reply.fields:
        prefix = f"{settings.prefix}/" if settings.prefix else ""
        return Rules(tuple(read_rules(reply.fields["Rules"], prefix, ours, settings.stale_uploads_days)))
    if reply.code == "NoSuchLifecycleConfiguration":
        return Rules()
    if not reply.ok and reply.status != 500 and isinstance(error := client.refusal(reply, None), Unavailable):
        raise error
    return Rules(untold=_untold(reply))


def read_rules(
    rules: Iterable[Mapping[str, Any]], prefix: str, ours: Collection[str], stale_uploads_days: int
) -> Iterator[Deed]:
    """What enabled rules do to keys that begin with `prefix` and then one of `ours`; `scratch/` may be cleared.

    `prefix` is empty or ends in a slash. Rules for tagged objects are passed over, since nothing of ours has a tag.
    """
    for rule in rules:
        over = _prefix_of(rule)
        if str(rule.get("Status", "")).lower() != "enabled" or _tagged(rule) or not _touches(over, prefix, ours):
            continue
        name = str(rule.get("ID") or "without an ID")[:_LONGEST]
        where = f"everything under {over!r}" if over else "everything"
        aside = f"limit the rule to {prefix + SCRATCH!r}, or take it away"
        for setting, weight, sentence in _deeds(rule, where + _sizes(rule), stale_uploads_days):
            yield Deed(name, setting, weight, f"{sentence}; {aside}" if weight == "harm" else sentence)


def _deeds(rule: Mapping[str, Any], what: str, stale_uploads_days: int) -> Iterator[tuple[str, Weight, str]]:
    expiration = rule.get("Expiration") or {}
    if "Days" in expiration:
        yield f"Expiration.Days = {_word(expiration['Days'])}", "harm", f"deletes {what} at that age"
    if "Date" in expiration:
        yield f"Expiration.Date = {_word(expiration['Date'])}", "harm", f"deletes {what} from that day on"
    for transition in rule.get("Transitions") or ():
        kind = _word(transition.get("StorageClass", ""))
        when = next((f"{key} = {_word(transition[key])}" for key in ("Days", "Date") if key in transition), "Days = 0")
        setting = f"Transition.{when}, StorageClass = {kind}"
        if _cold(kind):
            yield setting, "harm", f"moves {what} to where it cannot be read at once, nor audited, nor restored"
        else:
            yield setting, "note", f"moves {what} to another class: see what reading costs there, for audits read"
    old = rule.get("NoncurrentVersionExpiration") or {}
    if old:
        days = _word(old.get("NoncurrentDays", 0))
        yield (
            f"NoncurrentVersionExpiration.NoncurrentDays = {days}",
            "note",
            f"old versions go for good: what a thief overwrites or deletes can be brought back for {days} days",
        )
    for transition in rule.get("NoncurrentVersionTransitions") or ():
        kind = _word(transition.get("StorageClass", ""))
        yield f"NoncurrentVersionTransition.StorageClass = {kind}", "note", "moves old versions to another class"
    abort = rule.get("AbortIncompleteMultipartUpload") or {}
    after = int(abort.get("DaysAfterInitiation") or 0)
    if 0 < after < stale_uploads_days:
        yield (
            f"AbortIncompleteMultipartUpload.DaysAfterInitiation = {after}",
            "harm",
            f"ends uploads that we go on with for `stale_uploads_days` = {stale_uploads_days}; give both one number",
        )


def _touches(over: str, prefix: str, ours: Collection[str]) -> bool:
    """Whether a rule over keys that begin with `over` meets any of ours."""
    return any(key.startswith(over) or over.startswith(key) for key in (prefix + name for name in ours))


def _prefix_of(rule: Mapping[str, Any]) -> str:
    """In `Filter`, in its `And`, or in the rule itself, as before 2016 and as Ceph answers."""
    filter_ = rule.get("Filter") or {}
    both = filter_.get("And") or {}
    return str(both.get("Prefix") or filter_.get("Prefix") or rule.get("Prefix") or "")


def _tagged(rule: Mapping[str, Any]) -> bool:
    filter_ = rule.get("Filter") or {}
    return bool(filter_.get("Tag") or (filter_.get("And") or {}).get("Tags"))


def _sizes(rule: Mapping[str, Any]) -> str:
    """The words for a filter by size."""
    filter_ = rule.get("Filter") or {}
    both = filter_ | (filter_.get("And") or {})
    bounds = (("ObjectSizeGreaterThan", "above"), ("ObjectSizeLessThan", "below"))
    said = [f"{word} {both[name]} bytes" for name, word in bounds if both.get(name) is not None]
    return f" that is {' and '.join(said)}" if said else ""


def _cold(storage_class: str) -> bool:
    name = storage_class.upper()
    return name not in _WARM and any(word in name for word in _COLD)


def _word(said: object) -> str:
    """A store's word, as short and plain as it ought to be."""
    return ascii(str(said))[1:-1][:_LONGEST]


def _untold(reply: Reply) -> str:
    return f"the store does not tell its rules ({reply.status} {reply.code or 'without rules'})"
