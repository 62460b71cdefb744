"""Settings: `archive.toml`, a file of secrets and the environment, read once into one frozen value.

Order of precedence: the environment (`THIRDCOPY_…`, two underscores between levels), the file of secrets, then
`archive.toml`. Paths, also those of the other two, are relative to the folder of `archive.toml`.
"""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from archive.errors import SettingsError
from archive.records.clip import Access
from archive.settings.alert_stanza import SECRET_KEYS, AlertsSettings
from archive.settings.faults import nearest, sentence
from archive.settings.reading_room_stanza import ReadingRoomSettings
from archive.settings.source_stanzas import FolderSettings, SourceSettings
from archive.settings.spread import unreachable
from archive.settings.stanzas import (
    AuditSettings,
    DistinctSettings,
    LedgerSettings,
    LinkingSettings,
    Name,
    PoolSettings,
    PrefectSettings,
    QueueSettings,
    RegisterSettings,
    ScheduleSettings,
    WorkerSettings,
)
from archive.settings.transcription_stanza import TranscriptionSettings
from storage.targets import TargetSettings, address
from storage.targets.common_settings import Labels

FILE = "archive.toml"
PREFIX = "THIRDCOPY_"
SECRETS = ("access_key", "secret_key", "session_token", "proxy", "password", "database_password")
TABLES = ("sources", "targets", "registers")


class Settings(BaseSettings):
    """All settings of one archive."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", hide_input_in_errors=True
    )

    name: Name = "archive"
    state: Path = Path("state")
    minimum_copies: int = Field(default=3, ge=1)
    access: Access = "restricted"
    network: str = Field(default="unnamed", pattern=r"^[\w .-]{1,64}$", description="what sightings call our network")
    free_gib: float = Field(default=2.0, ge=0, description="free space that a fetch leaves on the state folder's disk")
    prefer: tuple[str, ...] = ("corrected",)
    secrets_file: Path | None = None
    distinct: DistinctSettings = DistinctSettings()
    sources: dict[Name, SourceSettings] = {}
    targets: dict[Name, TargetSettings] = {}
    transcription: TranscriptionSettings = TranscriptionSettings()
    registers: dict[Name, RegisterSettings] = {}
    linking: LinkingSettings = LinkingSettings()
    queue: QueueSettings = QueueSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    audit: AuditSettings = AuditSettings()
    ledger: LedgerSettings = LedgerSettings()
    alerts: AlertsSettings = AlertsSettings()
    prefect: PrefectSettings = PrefectSettings()
    worker: WorkerSettings = WorkerSettings()
    pools: PoolSettings | None = None
    reading_room: ReadingRoomSettings = ReadingRoomSettings()

    _file: Path = PrivateAttr(default=Path(FILE))

    @property
    def file(self) -> Path:
        """The file that these settings were read from, for messages."""
        return self._file

    @property
    def counting(self) -> dict[str, Labels]:
        """The labels of each target whose copies count."""
        return {name: target.labels for name, target in self.targets.items() if target.counts_as_copy}

    @model_validator(mode="after")
    def _enough_targets(self) -> "Settings":
        count = len(self.counting)
        if count < self.minimum_copies:
            others = [name for name in self.targets if name not in self.counting]
            there = f"only {count} of {len(self.targets)} targets count" if others else f"there are {count} targets"
            less = f", take counts_as_copy = false out of targets.{', targets.'.join(others)}" if others else ""
            lower = f" or set minimum_copies = {count}" if count else ""
            raise ValueError(
                f"minimum_copies is {self.minimum_copies}, and {there}: add [targets.NAME] stanzas{less}{lower}"
            )
        if problems := unreachable(self.counting, self.distinct):
            raise ValueError("; ".join(problems))
        return self

    @model_validator(mode="after")
    def _machines_meet(self) -> "Settings":
        lacks = [("[ledger] url", self.ledger.url), ("[prefect] api_url", self.prefect.api_url)]
        missing = " and ".join(name for name, given in lacks if given is None)
        if self.pools is not None and missing:
            raise ValueError(
                f"pools need a database and a Prefect server that all machines ask: set {missing}, or take [pools] out"
            )
        return self

    @model_validator(mode="after")
    def _near(self) -> "Settings":
        if strange := [name for name in self.worker.near if name not in self.targets]:
            raise ValueError(
                f"worker.near: there is no target {', '.join(strange)}{nearest(strange[0], set(self.targets))}"
            )
        return self

    @model_validator(mode="after")
    def _spoken(self) -> "Settings":
        known = self.transcription.languages
        for name, source in self.sources.items():
            if strange := [code for code in source.languages if code not in known]:
                raise ValueError(
                    f"sources.{name}.languages: {', '.join(strange)} is none of transcription.languages "
                    f"({', '.join(known)}): add it there, if it is spoken in the archive"
                )
        return self

    @model_validator(mode="after")
    def _one_source_a_folder(self) -> "Settings":
        seen: dict[Path, str] = {}
        for name, source in self.sources.items():
            if isinstance(source, FolderSettings) and (other := seen.setdefault(source.path, name)) != name:
                raise ValueError(
                    f"sources.{other} and sources.{name} are one folder, {source.path}: take one of them out"
                )
        return self

    @model_validator(mode="after")
    def _one_address_each(self) -> "Settings":
        seen: dict[str, str] = {}
        for name, target in self.targets.items():
            where = address(target)
            for other, place in seen.items():
                if f"{where.rstrip('/')}/".startswith(f"{place.rstrip('/')}/") or f"{place.rstrip('/')}/".startswith(
                    f"{where.rstrip('/')}/"
                ):
                    raise ValueError(
                        f"targets.{name} and targets.{other} have one address, {where}: one of them is no copy"
                    )
            seen[name] = where
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` hands over: it has merged the files and the environment already."""
        return (init_settings,)

    def access_of(self, source: str | None) -> Access:
        """The access level of clips of a source."""
        stanza = self.sources.get(source or "")
        return stanza.access if stanza and stanza.access else self.access


class _Environment(EnvSettingsSource):
    def decode_complex_value(self, field_name: str, field: Any, value: Any) -> Any:
        """Only what looks like a list or a table is read as JSON: a key that is all digits stays a text."""
        return super().decode_complex_value(field_name, field, value) if value.lstrip()[:1] in ("[", "{") else value


def find(config: Path | None = None) -> Path:
    """The settings file: the one given, else `THIRDCOPY_CONFIG`, else `archive.toml` upward from the working folder."""
    named = config or (Path(os.environ["THIRDCOPY_CONFIG"]) if os.environ.get("THIRDCOPY_CONFIG") else None)
    if named:
        if not named.is_file():
            raise SettingsError([f"{named}: no such settings file; `thirdcopy init` writes one"])
        return named.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder / FILE
    raise SettingsError([f"no {FILE} in {here} or above it: `thirdcopy init` writes one, --config names another"])


def load(file: Path) -> Settings:
    """Read the settings. Raises SettingsError, which names every wrong key with the file and the nearest right one."""
    document = _read(file)
    problems = [
        f"{file}: {'.'.join(path)} is a secret: put it in the environment as {_variable(path)} "
        f"or in a file named by secrets_file that only you can read"
        for path in _secrets(document)
    ]
    problems += [
        f"{file}: {key} is no setting{nearest(key, set(Settings.model_fields))}"
        for key in document
        if key not in Settings.model_fields
    ]
    if problems:
        raise SettingsError(problems)
    secrets = os.environ.get(f"{PREFIX}SECRETS_FILE") or document.get("secrets_file")
    if secrets:
        secrets_file = file.parent / Path(str(secrets)).expanduser()
        kept = _read_secrets(secrets_file)
        _validate_names(document, kept, str(secrets_file))
        _merge(document, kept)
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {"THIRDCOPY_CONFIG"}
    odd = [name for name in os.environ if name.startswith(PREFIX) and name.split("__")[0] not in known]
    if odd:
        raise SettingsError([f"environment: {name} is no setting{nearest(name, known)}" for name in odd])
    environment = _environment(document)
    _validate_names(document, environment, "environment")
    _merge(document, environment)
    _resolve_paths(document, file.parent)
    try:
        settings = Settings(**document)
    except ValidationError as error:
        raise SettingsError(
            [sentence(file, problem, set(Settings.model_fields)) for problem in error.errors(include_input=False)]
        ) from None
    settings._file = file
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{file}: not TOML: {error}"]) from error
    except OSError as error:
        raise SettingsError([f"{file}: cannot be read: {error.strerror}"]) from error


def _read_secrets(file: Path) -> dict[str, Any]:
    document = _read(file)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise SettingsError([f"{file}: others can read this file of secrets: chmod 600 {file}"])
    return document


def _environment(document: dict[str, Any]) -> dict[str, Any]:
    """What the environment sets. A shell's variables have no hyphens: `my_disk` there means the stanza `my-disk`."""
    try:
        found: dict[str, Any] = _Environment(Settings)()
    except ValueError:  # its text quotes what it could not read
        raise SettingsError([f"environment: a {PREFIX}… variable begins like JSON and is none"]) from None
    for table in TABLES:
        names = {name.replace("-", "_"): name for name in _stanzas(document, table)}
        if isinstance(found.get(table), dict):
            found[table] = {names.get(name, name): stanza for name, stanza in found[table].items()}
    return found


def _stanzas(document: dict[str, Any], table: str) -> dict[str, Any]:
    """The stanzas of a table, none where the file has something else under its name."""
    found = document.get(table)
    return found if isinstance(found, dict) else {}


def _validate_names(document: dict[str, Any], other: dict[str, Any], origin: str) -> None:
    """Raise SettingsError where a file of secrets or the environment adds to a stanza that the settings lack."""
    needed = {"sources": ("url", "path"), "targets": ("kind",), "registers": ("file",)}
    problems = [
        f"{origin}: {table}.{name} is no stanza of the settings{nearest(name, set(_stanzas(document, table)))}"
        for table, keys in needed.items()
        for name, stanza in _stanzas(other, table).items()
        if name not in _stanzas(document, table) and isinstance(stanza, dict) and not any(key in stanza for key in keys)
    ]
    if problems:
        raise SettingsError(problems)


def _secrets(document: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for key, value in document.items():
        if isinstance(value, dict):
            found += _secrets(value, (*path, key))
        elif key in SECRETS or (*path, key) in SECRET_KEYS:
            found.append((*path, key))
    return found


def _variable(path: tuple[str, ...]) -> str:
    return PREFIX + "__".join(part.upper().replace("-", "_") for part in path)


def _resolve_paths(document: dict[str, Any], folder: Path) -> None:
    """Make paths absolute, in place: whoever reads these settings may be in another folder."""
    document["state"] = str(folder / Path(str(document.get("state", "state"))).expanduser())
    stanzas = [stanza for table in TABLES for stanza in _stanzas(document, table).values() if isinstance(stanza, dict)]
    for stanza in stanzas:
        for key in ("path", "file", "ca_file", "cookies_file"):
            if isinstance(stanza.get(key), str):
                stanza[key] = str(folder / Path(stanza[key]).expanduser())
    linking = document.get("linking")
    if isinstance(linking, dict) and isinstance(linking.get("known_file"), str):
        linking["known_file"] = str(folder / Path(linking["known_file"]).expanduser())
    transcription = document.get("transcription")
    per_language = transcription.get("per_language") if isinstance(transcription, dict) else None
    for stanza in (transcription, *(per_language.values() if isinstance(per_language, dict) else ())):
        if isinstance(stanza, dict) and isinstance(stanza.get("model"), str) and "/" in stanza["model"]:
            folder_of_model = folder / Path(stanza["model"]).expanduser()
            if folder_of_model.is_dir():
                stanza["model"] = str(folder_of_model)


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
