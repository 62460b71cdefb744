"""What the ledger and this machine say now, the facts that conditions are made of. No target, no source is asked."""

import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from archive.alerting.conditions import Debt, Facts, Gone
from archive.ledger.lease import TERM
from archive.ledger.markers import RUN_ENDED_WELL
from archive.opening.archive import Archive
from archive.preservation.usable_targets import claimed_at, keys_refused_since
from archive.records.whereabouts import whereabouts
from archive.settings.source_stanzas import YtdlpSettings
from archive.steps.resting import refuses_since
from storage.targets import FolderSettings

GIB = 1 << 30
STATE = "the state folder's disk"


def observe(archive: Archive, watched: datetime) -> Facts:
    """Gather the facts; `watched` is since when anybody looks. 100,000 versions at four targets take a core 0.6 s."""
    settings, ledger, now = archive.settings, archive.ledger, archive.clock()
    refusing = {name: refuses_since(archive, name) for name in settings.sources}
    keys = {name: keys_refused_since(archive, name) for name in settings.targets}
    channels = any(isinstance(stanza, YtdlpSettings) for stanza in settings.sources.values())
    return Facts(
        at=now,
        watched=watched,
        ran_well=ledger.markers.moment(RUN_ENDED_WELL),
        debts=_debts(archive),
        wanting=_of_settings(archive, ledger.overdue.wanting()),
        unread=_of_settings(archive, ledger.overdue.unread(now - timedelta(days=settings.alerts.proof_days), now)),
        refusing={name: since for name, since in refusing.items() if since},
        workers_gone=workers_gone(archive),
        free=_free(archive),
        keys_refused={name: since for name, since in keys.items() if since},
        ytdlp=_made(version("yt-dlp")) if channels else None,
        gone=_gone(archive),
    )


def workers_gone(archive: Archive) -> dict[str, datetime]:
    """Workers that were at work and are not heard of, each with when it was last, but for those given up for good."""
    lost = {one.name: one.lost for one in archive.ledger.workers.rows() if one.lost and not one.forgotten}
    return lost | {one.worker: one.until - TERM for one in archive.ledger.sessions.gone()}


def _debts(archive: Archive) -> dict[str, Debt]:
    """What each target never got. One that was added later owes what is older only since it was made ours."""
    found = dict[str, Debt]()
    for name, count in archive.ledger.copies.debts(tuple(archive.settings.targets)).items():
        owing = archive.ledger.overdue.owing(name) if count else None
        if owing:
            found[name] = Debt(owing.versions, max(owing.since, claimed_at(archive, name) or owing.since))
    return found


def _of_settings(archive: Archive, counts: Mapping[str, int]) -> dict[str, int]:
    """The counts of targets that the settings have: what was taken out of them is nobody's care."""
    return {name: count for name, count in counts.items() if name in archive.settings.targets}


def _free(archive: Archive) -> dict[str, float]:
    """GiB that are free on each disk of ours that is there."""
    stanzas = archive.settings.targets.items()
    places = {STATE: archive.state} | {name: one.path for name, one in stanzas if isinstance(one, FolderSettings)}
    free = {name: _free_at(place) for name, place in places.items()}
    return {name: gib for name, gib in free.items() if gib is not None}


def _free_at(place: Path) -> float | None:
    try:
        return shutil.disk_usage(place).free / GIB
    except OSError:
        return None


def _made(release: str) -> datetime | None:
    """The day that the number of a release of yt-dlp names."""
    found = re.match(r"(\d{4})\.(\d{1,2})\.(\d{1,2})", release)
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC) if found else None
    except ValueError:
        return None


def _gone(archive: Archive) -> dict[str, Gone]:
    """Clips that are gone since a day of the last seven, by the sources that listed them."""
    now, held, found = archive.clock(), None, dict[str, Gone]()
    for name in archive.settings.sources:
        places = {clip: whereabouts(spans, now) for clip, spans in archive.ledger.sightings.ever_away(name).items()}
        lost = [clip for clip, place in places.items() if place.standing == "gone" and place.of_late(now)]
        if lost:
            held = set(archive.ledger.clips.held()) if held is None else held
            found[name] = Gone(len(lost), sum(clip in held for clip in lost))
    return found
