"""The documentation is tested: what it names exists, and what exists is named."""

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

from archive.objects.sidecar import root_documents
from archive.settings.alert_stanza import AlertsSettings
from archive.settings.reading_room_stanza import ReadingRoomSettings
from archive.settings.settings import Settings, load
from archive.settings.source_stanzas import FolderSettings as DiskSettings
from archive.settings.source_stanzas import YtdlpSettings
from archive.settings.stanzas import (
    AuditSettings,
    DistinctSettings,
    LedgerSettings,
    LinkingSettings,
    PoolSettings,
    PrefectSettings,
    QueueSettings,
    RegisterSettings,
    ScheduleSettings,
    WorkerSettings,
)
from archive.settings.transcription_stanza import TranscriptionSettings
from flows.cli.app import app
from storage.targets import FolderSettings, S3Settings
from storage.targets.common_settings import Labels, Price
from transcription.records import LanguageOptions, Mark, Reason

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
DOCS = {path: path.read_text(encoding="utf-8") for path in PAGES}
SETTINGS = (ROOT / "configs" / "archive.toml").read_text(encoding="utf-8")


def commands() -> set[str]:
    group = typer.main.get_group(app)
    return set(group.commands)


def test_every_command_is_in_the_documentation() -> None:
    words = set(re.findall(r"thirdcopy ([a-z]+(?:-[a-z]+)*)|`([a-z]+(?:-[a-z]+)*)`", "\n".join(DOCS.values())))
    named = {word for pair in words for word in pair}
    assert commands() <= named


def test_no_command_in_the_documentation_is_made_up() -> None:
    prose = {"is", "keeps", "takes", "never", "does", "encrypts", "itself", "writes", "has", "cannot", "tells"}
    for path, text in DOCS.items():
        for word in re.findall(r"^(?:.*`)?thirdcopy ([a-z]+(?:-[a-z]+)*)", text, re.MULTILINE):
            assert word in commands() | prose, f"{path.name}: thirdcopy {word}"


def test_example_settings_are_valid_and_have_every_key(tmp_path: Path) -> None:
    file = tmp_path / "archive.toml"
    file.write_text(SETTINGS, encoding="utf-8")
    load(file)
    document = tomllib.loads(SETTINGS)
    models: tuple[tuple[dict[str, Any], type[BaseModel]], ...] = (
        (document, Settings),
        (document["sources"]["voices"], YtdlpSettings),
        (document["sources"]["red-disk"], DiskSettings),
        (document["targets"]["store"], S3Settings),
        (document["targets"]["disk"], FolderSettings),
        (document["targets"]["disk"]["labels"], Labels),
        (document["targets"]["disk"]["price"], Price),
        (document["queue"], QueueSettings),
        (document["distinct"], DistinctSettings),
        (document["audit"], AuditSettings),
        (document["alerts"], AlertsSettings),
        (document["transcription"], TranscriptionSettings),
        (document["transcription"]["per_language"]["ug"], LanguageOptions),
        (document["registers"]["victims"], RegisterSettings),
        (document["linking"], LinkingSettings),
        (document["schedule"], ScheduleSettings),
        (document["ledger"], LedgerSettings),
        (document["prefect"], PrefectSettings),
        (document["worker"], WorkerSettings),
        ({}, PoolSettings),
        (document["reading_room"], ReadingRoomSettings),
    )
    for table, model in models:
        for key, field in model.model_fields.items():
            if key not in table:
                assert re.search(rf"^# .*\b{key}\b", SETTINGS, re.MULTILINE), f"{model.__name__}.{key}"
            elif isinstance(field.default, str | int | float) and model in (
                S3Settings,
                TranscriptionSettings,
                DiskSettings,
                Settings,
                Price,
                QueueSettings,
                DistinctSettings,
                AuditSettings,
                AlertsSettings,
                ReadingRoomSettings,
            ):
                assert table[key] == field.default, f"{model.__name__}.{key} is not its default"


def test_marks_and_reasons_are_explained() -> None:
    text = DOCS[ROOT / "docs" / "how-to" / "researcher.md"]
    pattern = get_args(Mark)[1].metadata[0].pattern
    for mark in re.findall(r"[a-z]{3,}(?:_[a-z]+)*", pattern):
        assert f"`{mark}" in text, mark
    for reason in get_args(Reason):
        assert f"`{reason}`" in text, reason


@pytest.mark.parametrize(
    "name",
    [
        f"{name}.schema.json"
        for name in (
            "sidecar",
            "run",
            "transcript",
            "captions",
            "snapshot",
            "entry",
            "sighting",
            "list",
            "expected",
            "disk",
            "file",
            "report",
            "row",
            "missing",
        )
    ],
)
def test_published_schemas_are_those_of_the_code(name: str, pytestconfig: pytest.Config) -> None:
    file = ROOT / "docs" / "schema" / name
    if pytestconfig.getoption("regenerate"):
        file.write_bytes(root_documents()[name])
    assert file.read_bytes() == root_documents()[name], "run pytest --regenerate and read the difference"


def test_relative_links_lead_somewhere() -> None:
    for path, text in DOCS.items():
        for target, part in re.findall(r"(?:\]\(|src=\")(?!https?:)([^)#\"\s]*)(?:#([^)\"]+))?[)\"]", text):
            led_to = (path.parent / target).resolve() if target else path
            assert led_to.exists(), f"{path.name}: {target}"
            assert not part or part in headings(led_to), f"{path.name}: {target}#{part}"


def headings(page: Path) -> set[str]:
    """The names by which GitHub links to a page's headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}
