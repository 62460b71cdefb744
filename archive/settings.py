"""Settings: `archive.toml`, a file of secrets and the environment, read once into one frozen value.

Order of precedence: the environment (`THIRDCOPY_…`, two underscores between levels), the file of secrets, then
`archive.toml`. Paths are relative to the file that names them.
"""

import os
import stat
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from archive.errors import SettingsError
from archive.records import Access
from archive.sources.settings import YtdlpSettings
from storage.targets import TargetSettings, address
from transcription.records import Options

FILE = "archive.toml"
PREFIX = "THIRDCOPY_"
SECRETS = ("access_key", "secret_key", "proxy")
_CRON_FIELDS = 5


def _cron(line: str) -> str:
    if len(line.split()) != _CRON_FIELDS:
        raise ValueError(f"a cron line has five fields (minute hour day month weekday), not {line!r}")
    return line


Cron = Annotated[str, AfterValidator(_cron)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=63)]


class _Stanza(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceSettings(YtdlpSettings):
    """A `[sources.NAME]` stanza: where clips come from, who may read them, what is spoken in them."""

    access: Access | None = Field(default=None, description="of its clips; the archive's own where absent")
    languages: tuple[str, ...] = Field(
        default=(), description="spoken in it, so far as known; all allowed ones if empty"
    )
    at_once: int = Field(default=1, ge=1, le=8, description="batches of this source that may be fetched side by side")


class RegisterSettings(_Stanza):
    """A `[registers.NAME]` stanza: a victims register that clips are linked against."""

    file: Path


class ScheduleSettings(_Stanza):
    """The `[schedule]` stanza: cron lines, in UTC, that `thirdcopy schedule` serves."""

    run: Cron | None = Field(default=None, description="a run that lists everything")
    fast: Cron | None = Field(default=None, description="a run that stops listing at fifty known clips in a row")
    audit: Cron | None = Field(default=None, description="an audit that reads every copy in full")


class PrefectSettings(_Stanza):
    """The `[prefect]` stanza."""

    api_url: str | None = Field(default=None, description="a Prefect server's API; a local one is started where absent")
    batch: int = Field(default=50, ge=1, le=200, description="clips in one task")


class Settings(BaseSettings):
    """All settings of one archive."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", hide_input_in_errors=True
    )

    name: Name = "archive"
    state: Path = Path("state")
    minimum_copies: int = Field(default=3, ge=1)
    access: Access = "restricted"
    free_gib: float = Field(default=2.0, ge=0, description="free space that a fetch leaves on the state folder's disk")
    secrets_file: Path | None = None
    sources: dict[Name, SourceSettings] = {}
    targets: dict[Name, TargetSettings] = {}
    transcription: Options = Options()
    registers: dict[Name, RegisterSettings] = {}
    schedule: ScheduleSettings = ScheduleSettings()
    prefect: PrefectSettings = PrefectSettings()

    _file: Path = PrivateAttr(default=Path(FILE))

    @property
    def file(self) -> Path:
        """The file that these settings were read from, for messages."""
        return self._file

    @model_validator(mode="after")
    def _enough_targets(self) -> "Settings":
        if len(self.targets) < self.minimum_copies:
            raise ValueError(
                f"minimum_copies is {self.minimum_copies}, and there are {len(self.targets)} targets: "
                f"add [targets.NAME] stanzas or set minimum_copies = {max(len(self.targets), 1)}"
            )
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
            seen[where] = name
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


def find(config: Path | None = None, *, environment: "os._Environ[str] | dict[str, str]" = os.environ) -> Path:
    """The settings file: the one given, else `THIRDCOPY_CONFIG`, else `archive.toml` upward from the working folder."""
    named = config or (Path(environment["THIRDCOPY_CONFIG"]) if environment.get("THIRDCOPY_CONFIG") else None)
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
    if problems:
        raise SettingsError(problems)
    _resolve_paths(document, file.parent)
    secrets = os.environ.get(f"{PREFIX}SECRETS_FILE") or document.get("secrets_file")
    if secrets:
        _merge(document, _read_secrets(file.parent / str(secrets)))
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {"THIRDCOPY_CONFIG"}
    odd = [name for name in os.environ if name.startswith(PREFIX) and name.split("__")[0] not in known]
    if odd:
        raise SettingsError([f"environment: {name} is no setting{_nearest(name, known)}" for name in odd])
    _merge(document, _environment(document))
    try:
        settings = Settings(**document)
    except ValidationError as error:
        raise SettingsError([_sentence(file, problem) for problem in error.errors(include_input=False)]) from None
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
    found: dict[str, Any] = EnvSettingsSource(Settings)()
    for table in ("sources", "targets", "registers"):
        names = {name.replace("-", "_"): name for name in document.get(table) or {}}
        if isinstance(found.get(table), dict):
            found[table] = {names.get(name, name): stanza for name, stanza in found[table].items()}
    return found


def _secrets(document: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for key, value in document.items():
        if isinstance(value, dict):
            found += _secrets(value, (*path, key))
        elif key in SECRETS:
            found.append((*path, key))
    return found


def _variable(path: tuple[str, ...]) -> str:
    return PREFIX + "__".join(part.upper().replace("-", "_") for part in path)


def _resolve_paths(document: dict[str, Any], folder: Path) -> None:
    """Make the paths of the file absolute, in place."""
    document["state"] = str(folder / Path(str(document.get("state", "state"))).expanduser())
    stanzas = [
        stanza
        for table in ("sources", "targets", "registers")
        for stanza in (document.get(table) or {}).values()
        if isinstance(document.get(table), dict) and isinstance(stanza, dict)
    ]
    for stanza in stanzas:
        for key in ("path", "file", "ca_file", "cookies_file"):
            if isinstance(stanza.get(key), str):
                stanza[key] = str(folder / Path(stanza[key]).expanduser())
    model = document.get("transcription")
    if isinstance(model, dict) and isinstance(model.get("model"), str) and "/" in model["model"]:
        folder_of_model = folder / Path(model["model"]).expanduser()
        if folder_of_model.is_dir():
            model["model"] = str(folder_of_model)


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _sentence(file: Path, problem: Any) -> str:
    """One problem in words: file, key, what is wrong, and the nearest right key or value."""
    path = [str(part) for part in problem["loc"] if part not in ("s3", "folder", "ytdlp")]
    key = ".".join(path)
    if problem["type"] == "extra_forbidden":
        return f"{file}: {key} is no setting{_nearest(path[-1], _siblings(path))}"
    if problem["type"] == "missing":
        return f"{file}: {key} is missing"
    if problem["type"] == "string_pattern_mismatch":
        return (
            f"{file}: {key}: names are lower-case letters and digits, with single hyphens or underscores between them"
        )
    message = problem["msg"].removeprefix("Value error, ")
    return f"{file}: {key}: {message}" if key else f"{file}: {message}"


def _siblings(path: list[str]) -> set[str]:
    tables: dict[str, set[str]] = {
        "sources": set(SourceSettings.model_fields),
        "targets": {field for kind in get_args(get_args(TargetSettings)[0]) for field in kind.model_fields},
        "registers": set(RegisterSettings.model_fields),
        "transcription": set(Options.model_fields),
        "schedule": set(ScheduleSettings.model_fields),
        "prefect": set(PrefectSettings.model_fields),
    }
    return tables.get(path[0], set()) if len(path) > 1 else set(Settings.model_fields)


def _nearest(word: str, known: set[str]) -> str:
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else f"; there are: {', '.join(sorted(known))}"
