"""What somebody is to be told of: from facts and limits to conditions, each with one line and what to do. Pure.

Facts are counts, moments, and names that the settings or a worker gave. Nothing else can be in a message: no title, no
id of a clip, no person, no address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from archive.settings.alert_stanza import AlertsSettings

Name = Literal["run", "debt", "damage", "proof", "refused", "worker", "disk", "keys", "ytdlp", "gone"]
NAMES: tuple[Name, ...] = get_args(Name)
"""In the order in which they are told."""

LIMITS: dict[Name, str] = {
    "run": "run_hours",
    "debt": "debt_days",
    "damage": "damaged_copies",
    "proof": "proof_days",
    "refused": "refused_hours",
    "worker": "worker_hours",
    "disk": "disk_gib",
    "keys": "keys_hours",
    "ytdlp": "ytdlp_days",
    "gone": "gone_clips",
}
"""The setting of each condition's limit."""

AHEAD = timedelta(hours=1)
"""A moment further after now was written by a wrong clock, and is older than any limit; clocks differ by less."""


@dataclass(frozen=True)
class Debt:
    """Versions that a target has not got, and since when it owes the oldest."""

    versions: int
    since: datetime


@dataclass(frozen=True)
class Gone:
    """Clips of a source that vanished there within seven days, and how many of them are held."""

    clips: int
    held: int


@dataclass(frozen=True)
class Facts:
    """What the ledger and the machine say now, by name of target, source, disk or worker.

    `watched` is since when alerts are looked at, for an archive of which no run ever ended well. `free` is in GiB,
    `unread` counts copies that nobody read in full within the limit, and `ytdlp` is when that was made.
    """

    at: datetime
    watched: datetime
    ran_well: datetime | None = None
    debts: Mapping[str, Debt] = field(default_factory=dict)
    wanting: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)
    refusing: Mapping[str, datetime] = field(default_factory=dict)
    workers_gone: Mapping[str, datetime] = field(default_factory=dict)
    free: Mapping[str, float] = field(default_factory=dict)
    keys_refused: Mapping[str, datetime] = field(default_factory=dict)
    ytdlp: datetime | None = None
    gone: Mapping[str, Gone] = field(default_factory=dict)


@dataclass(frozen=True)
class Condition:
    """One condition as it stands: what it is called, its line while it holds, what to do then, its line when it ended.

    `line` is None while it does not hold.
    """

    name: Name
    title: str
    line: str | None
    do: str
    over: str

    @property
    def holds(self) -> bool:
        """Whether somebody is to be told."""
        return self.line is not None


_WORDS: dict[Name, tuple[str, str, str]] = {
    "run": (
        "no run ended well",
        "See what one says: thirdcopy run. If none was begun: is the machine up, does thirdcopy schedule run?",
        "A run ended well again.",
    ),
    "debt": (
        "copies are owed",
        "thirdcopy status says why; thirdcopy mirror sends them once the target answers.",
        "No target is owed a version for so long any more.",
    ),
    "damage": (
        "copies are damaged",
        "thirdcopy repair --all mends them from sound copies. Write to no target by hand before that.",
        "No copy is known to be damaged or lost any more.",
    ),
    "proof": (
        "proofs are overdue",
        "thirdcopy audit --all --fraction 1/30 reads the oldest first; [schedule] audit does so by itself.",
        "Every copy was read in full within the limit again.",
    ),
    "refused": (
        "a source refuses us",
        "Leave it alone for now. If it goes on: ask less in its stanza, or from another network.",
        "No source refuses us for so long any more.",
    ),
    "worker": (
        "a worker is gone",
        "Look at that machine. thirdcopy workers says what it was at and what it alone has.",
        "Every worker was heard of again, or is forgotten.",
    ),
    "disk": (
        "a disk is nearly full",
        "Make room there. thirdcopy mirror frees what has arrived at every target.",
        "There is room on every disk again.",
    ),
    "keys": (
        "a store refuses our keys",
        "Have new keys made, put them in the environment or secrets_file; thirdcopy targets check NAME tries them.",
        "Every store takes our keys again.",
    ),
    "ytdlp": (
        "yt-dlp is too old",
        "Update it: thirdcopy doctor says how. Sites change in weeks, and an old one loses clips.",
        "yt-dlp is new enough again.",
    ),
    "gone": (
        "clips are gone upstream",
        "thirdcopy status names them. What is held stays. Ask people for copies of the others while they have them.",
        "No clip vanished within the last seven days.",
    ),
}


NAMED_AT_MOST = 5
"""Targets or disks that one line names; of more, how many others there are."""


def conditions(facts: Facts, limits: AlertsSettings) -> tuple[Condition, ...]:
    """Every condition that is switched on, as it stands."""
    lines: dict[Name, str | None] = {
        "run": _run(facts, limits),
        "debt": _debts(facts, limits),
        "damage": _damage(facts, limits),
        "proof": _counted(f"Copies not read in full for {limits.proof_days:g} days", facts.unread),
        "refused": _so_many("source", "refusing us", facts.refusing, facts, limits.refused_hours),
        "worker": _so_many("worker", "not heard of", facts.workers_gone, facts, limits.worker_hours),
        "disk": _disks(facts, limits),
        "keys": _lasting("refuses our keys", facts.keys_refused, facts, limits.keys_hours),
        "ytdlp": _ytdlp(facts, limits),
        "gone": _gone(facts, limits),
    }
    return tuple(
        Condition(name, title, lines[name], do, over)
        for name, (title, do, over) in _WORDS.items()
        if getattr(limits, LIMITS[name])
    )


def _run(facts: Facts, limits: AlertsSettings) -> str | None:
    since = facts.ran_well or facts.watched
    if not _is_older(since, facts, timedelta(hours=limits.run_hours)):
        return None
    return f"No run ended well {'for' if facts.ran_well else 'yet, and alerts are looked at for'} {_for(since, facts)}."


def _debts(facts: Facts, limits: AlertsSettings) -> str | None:
    limit = timedelta(days=limits.debt_days)
    return _listed(
        f"{name} lacks {_many(debt.versions, 'version')}, the oldest for {_for(debt.since, facts)}"
        for name, debt in facts.debts.items()
        if _is_older(debt.since, facts, limit)
    )


def _damage(facts: Facts, limits: AlertsSettings) -> str | None:
    enough = sum(facts.wanting.values()) >= limits.damaged_copies
    return _counted("Copies found damaged, lost or rolled back", facts.wanting) if enough else None


def _disks(facts: Facts, limits: AlertsSettings) -> str | None:
    return _listed(f"{name} has {free:.1f} GiB free" for name, free in facts.free.items() if free < limits.disk_gib)


def _ytdlp(facts: Facts, limits: AlertsSettings) -> str | None:
    if facts.ytdlp is None or not _is_older(facts.ytdlp, facts, timedelta(days=limits.ytdlp_days)):
        return None
    return f"yt-dlp is {_for(facts.ytdlp, facts)} old."


def _gone(facts: Facts, limits: AlertsSettings) -> str | None:
    if sum(one.clips for one in facts.gone.values()) < limits.gone_clips:
        return None
    clips, held = sum(one.clips for one in facts.gone.values()), sum(one.held for one in facts.gone.values())
    return f"{_many(clips, 'clip')} vanished within seven days, {held:,} of them held." if clips else None


def _so_many(what: str, how: str, since: Mapping[str, datetime], facts: Facts, hours: float) -> str | None:
    """How many of what is not named, since it may name a person: a source, a machine."""
    lasting = [began for began in since.values() if _is_older(began, facts, timedelta(hours=hours))]
    return f"{_many(len(lasting), what)} {how}, for up to {_for(min(lasting), facts)}." if lasting else None


def _lasting(what: str, since: Mapping[str, datetime], facts: Facts, hours: float) -> str | None:
    limit = timedelta(hours=hours)
    return _listed(
        f"{name} {what} for {_for(began, facts)}" for name, began in since.items() if _is_older(began, facts, limit)
    )


def _counted(what: str, counts: Mapping[str, int]) -> str | None:
    there = _listed(f"{count:,} at {name}" for name, count in counts.items() if count)
    return f"{what}: {there}" if there else None


def _listed(parts: Iterable[str]) -> str | None:
    """A sentence of some parts, None of none."""
    told = sorted(parts)
    more = f"; and {len(told) - NAMED_AT_MOST:,} more" if len(told) > NAMED_AT_MOST else ""
    return f"{'; '.join(told[:NAMED_AT_MOST])}{more}." if told else None


def _is_older(moment: datetime, facts: Facts, limit: timedelta) -> bool:
    return moment > facts.at + AHEAD or facts.at - moment >= limit


def _for(moment: datetime, facts: Facts) -> str:
    """How long ago something was, in hours of the last two days, else in days."""
    if moment > facts.at + AHEAD:
        return f"a time unknown (a clock said {moment:%Y-%m-%d})"
    hours = max(0, int((facts.at - moment) / timedelta(hours=1)))
    return _many(hours, "hour") if hours < 48 else _many(hours // 24, "day")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
