"""Wrong settings in words: which file and key, what is wrong with it, and the nearest right one."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from archive.settings.alert_stanza import AlertsSettings
from archive.settings.reading_room_stanza import ReadingRoomSettings
from archive.settings.source_stanzas import KINDS as SOURCE_KINDS
from archive.settings.stanzas import (
    AuditSettings,
    DistinctSettings,
    LedgerSettings,
    PoolSettings,
    PrefectSettings,
    QueueSettings,
    RegisterSettings,
    ScheduleSettings,
    WorkerSettings,
)
from archive.settings.transcription_stanza import TranscriptionSettings
from storage.targets import TargetSettings
from storage.targets.common_settings import Labels, Price
from transcription.records import LanguageOptions

_TARGET_KINDS = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(TargetSettings)[0])}
_KINDS: dict[str, dict[str, type[BaseModel]]] = {"sources": {**SOURCE_KINDS}, "targets": _TARGET_KINDS}


def sentence(file: Path, problem: Any, top: set[str]) -> str:
    """One of pydantic's problems in words: file, key, what is wrong, the nearest right key.

    `top` are the settings that stand in no stanza.
    """
    path = [str(part) for part in problem["loc"]]
    if path and path[0] in _KINDS:
        del path[2:3]  # the kind, by which the stanza was told
    key = ".".join(path)
    if problem["type"].startswith("union_tag"):
        known, given = set(_KINDS[path[0]]), str(problem["ctx"].get("tag", ""))
        no_kind = f"no kind of {path[0].removesuffix('s')}"
        return f"{file}: {key}.kind is {no_kind if given else 'missing'}{nearest(given, known)}"
    if problem["type"] == "extra_forbidden":
        return f"{file}: {key} is no setting{nearest(path[-1], _siblings(path) if len(path) > 1 else top)}"
    if problem["type"] == "missing":
        return f"{file}: {key} is missing"
    if problem["type"] == "string_pattern_mismatch":
        return (
            f"{file}: {key}: names are lower-case letters and digits, with single hyphens or underscores between them"
        )
    message = problem["msg"].removeprefix("Value error, ")
    return f"{file}: {key}: {message}" if key else f"{file}: {message}"


def _siblings(path: list[str]) -> set[str]:
    if path[0] == "targets" and len(path) == 4:
        inner: dict[str, set[str]] = {"labels": set(Labels.model_fields), "price": set(Price.model_fields)}
        return inner.get(path[2], set())
    if path[:2] == ["transcription", "per_language"] and len(path) == 4:
        return set(LanguageOptions.model_fields)
    tables: dict[str, set[str]] = {
        "registers": set(RegisterSettings.model_fields),
        "transcription": set(TranscriptionSettings.model_fields),
        "schedule": set(ScheduleSettings.model_fields),
        "queue": set(QueueSettings.model_fields),
        "distinct": set(DistinctSettings.model_fields),
        "audit": set(AuditSettings.model_fields),
        "ledger": set(LedgerSettings.model_fields),
        "alerts": set(AlertsSettings.model_fields),
        "prefect": set(PrefectSettings.model_fields),
        "worker": set(WorkerSettings.model_fields),
        "pools": set(PoolSettings.model_fields),
        "reading_room": set(ReadingRoomSettings.model_fields),
    }
    tables |= {
        table: {field for kind in kinds.values() for field in kind.model_fields} for table, kinds in _KINDS.items()
    }
    return tables.get(path[0], set())


def nearest(word: str, known: set[str]) -> str:
    """The known word that may be meant, or all of them, as the end of a sentence."""
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else f"; there are: {', '.join(sorted(known)) or 'none'}"
