"""The stanza that suits a store: the present one, with what probing showed, each with its reason. Pure.

Secrets are left out: they come by environment.
"""

import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.targets.s3.bucket_probing import (
    COMPLETION,
    CONDITION,
    FIRST_COMPLETION,
    KEPT_UPLOAD,
    RACE,
    VIRTUAL,
    enforcing,
)
from storage.targets.s3.checksums import CHECKS
from storage.targets.s3.settings import S3Settings
from storage.targets.traits import Trait

_WIDTH = 78
_SECRETS = ("access_key", "secret_key", "session_token")


@dataclass(frozen=True)
class Advice:
    """What a setting should be, why, and what it is now."""

    setting: str
    value: Any
    reason: str
    present: Any

    @property
    def differs(self) -> bool:
        """Whether something is to be changed."""
        return bool(self.value != self.present)


def advise(settings: S3Settings, traits: Iterable[Trait]) -> tuple[Advice, ...]:
    """What the settings that depend on the store should be."""
    seen = {trait.name: trait for trait in traits}
    return (
        Advice("addressing", settings.addressing, _addressing(settings, seen), settings.addressing),
        Advice("part_size_mib", settings.part_size_mib, _parts(seen), settings.part_size_mib),
        Advice("conditional_put", *_condition(seen), settings.conditional_put),
        Advice("checksum", *_checksum(settings, seen), settings.checksum),
    )


def stanza(name: str, settings: S3Settings, advice: Iterable[Advice]) -> str:
    """The text of `[targets.NAME]`: what is set now, and what is advised, marked where it differs."""
    given = settings.model_dump(mode="json", exclude=set(_SECRETS), exclude_unset=True)
    values = {"kind": settings.kind, **given}
    advised = {one.setting: one for one in advice}
    lines = [f"[targets.{name}]"]
    for setting, value in values.items():
        if setting not in advised and value is not None:
            lines.append(f"{setting} = {_toml(value)}")
    for setting, one in advised.items():
        was = f"CHANGED, it was {_toml(one.present)}: " if one.differs else ""
        lines += _comment(was + one.reason)
        lines.append(f"{setting} = {_toml(one.value)}")
    variable = f"THIRDCOPY_TARGETS__{name.upper().replace('-', '_')}__"
    secrets = f"by environment, or in the file of secrets: {variable}ACCESS_KEY and {variable}SECRET_KEY"
    secrets += f", and {variable}SESSION_TOKEN" if settings.session_token else ""
    lines += _comment(secrets)
    return "\n".join(lines) + "\n"


def _comment(words: str) -> list[str]:
    return textwrap.wrap(words, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _addressing(settings: S3Settings, seen: Mapping[str, Trait]) -> str:
    if settings.addressing == "path" and seen[VIRTUAL].holds:
        return "works so, and with the bucket in the host name too"
    return "works so"


def _parts(seen: Mapping[str, Trait]) -> str:
    kept = seen.get(KEPT_UPLOAD)
    if kept and not kept.holds:
        return "as it is; one refused part loses the whole upload here, so on a bad line choose it small"
    return "as it is; nothing that was tried depends on it"


def _condition(seen: Mapping[str, Trait]) -> tuple[bool, str]:
    one, race, first, whole = (seen.get(name) for name in (CONDITION, RACE, FIRST_COMPLETION, COMPLETION))
    if not one or not one.holds:
        return False, "the store does not keep If-None-Match"
    if not race or not race.holds:
        return False, "If-None-Match holds against a later writer, not against several at once"
    if not first or not first.holds:
        return False, "the store completes no upload in parts under If-None-Match"
    if not whole or not whole.holds:
        return True, "one of several writers wins; not so for a file sent in parts, where the last one does"
    return True, "one of several writers wins, also for a file sent in parts"


def _checksum(settings: S3Settings, seen: Mapping[str, Trait]) -> tuple[str, str]:
    on_put = [check for check in CHECKS if seen[enforcing(check)].holds]
    on_both = [check for check in on_put if seen[enforcing(check, parts=True)].holds]
    false = [check for check in CHECKS if seen[enforcing(check)].verdict == "pretends"]
    warned = f"; what it says of {' and '.join(false)} is worth nothing" if false else ""
    if not on_both:
        return "content-md5", f"no checksum is enforced: only reading back finds what was altered on the way{warned}"
    reason = f"the store refuses a wrong {' and '.join(on_both)}{warned}"
    if settings.checksum == "probed" and on_put[0] == on_both[0]:
        return "probed", f"finds {on_both[0]}: {reason}"
    return on_both[0], reason


def _toml(value: Any) -> str:
    """A value in TOML; strings of JSON are strings of TOML, but for the one character that JSON leaves as it is."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items() if one is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, str | Path):
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
