"""Wrong settings in words: which file and key, what is wrong with it, and the nearest right one."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from archive.stanzas import (
    AuditSettings,
    DistinctSettings,
    PrefectSettings,
    RegisterSettings,
    ScheduleSettings,
    SourceSettings,
)
from storage.targets import TargetSettings
from storage.targets.common_settings import Labels, Price
from transcription.records import Options

_KINDS = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(TargetSettings)[0])}


def sentence(file: Path, problem: Any, top: set[str]) -> str:
    """One of pydantic's problems in words: file, key, what is wrong, the nearest right key.

    `top` are the settings that stand in no stanza.
    """
    path = [str(part) for part in problem["loc"]]
    if path[:1] == ["targets"]:
        del path[2:3]  # the kind, by which the stanza was told
    key = ".".join(path)
    if problem["type"].startswith("union_tag"):
        known, given = set(_KINDS), str(problem["ctx"].get("tag", ""))
        return f"{file}: {key}.kind is {'no kind of target' if given else 'missing'}{nearest(given, known)}"
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
    tables: dict[str, set[str]] = {
        "sources": set(SourceSettings.model_fields),
        "targets": {field for kind in _KINDS.values() for field in kind.model_fields},
        "registers": set(RegisterSettings.model_fields),
        "transcription": set(Options.model_fields),
        "schedule": set(ScheduleSettings.model_fields),
        "distinct": set(DistinctSettings.model_fields),
        "audit": set(AuditSettings.model_fields),
        "prefect": set(PrefectSettings.model_fields),
    }
    return tables.get(path[0], set())


def nearest(word: str, known: set[str]) -> str:
    """The known word that may be meant, or all of them, as the end of a sentence."""
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else f"; there are: {', '.join(sorted(known))}"
