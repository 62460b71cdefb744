"""What the pages show can be copied: stanzas are settings as they stand, and the README's demo is the demo's."""

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from archive.linking.languages.loading import read_languages
from archive.settings.settings import Settings, load
from flows.cli.app import app
from storage.targets import S3Settings, open_target
from tests.flows.place import Place
from tests.world import demo
from tests.world.samples import KARIM, sample_register

ROOT = Path(__file__).parent.parent
WORDS = ROOT / "docs" / "how-to" / "words.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted({*(ROOT / "docs" / "how-to").glob("*.md")} - {WORDS})]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
AROUND = """\
minimum_copies = 1

[targets.disk]
kind = "folder"
path = "here"
labels = { provider = "ourselves", country = "KZ", key_holder = "A. Keeper" }

[targets.other-disk]
kind = "folder"
path = "there"
labels = { provider = "friends", country = "FI", key_holder = "B. Archivist" }

"""
"""What a stanza needs beside it to be a file of settings."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """The language and the text of each block of code."""
    return FENCED.findall(page.read_text("utf-8"))


STANZAS = [(page, text) for page in PAGES for language, text in blocks(page) if language == "toml"]


def loaded(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A stanza as the settings that it makes, with keys in the environment."""
    tables = tomllib.loads(text)
    for name, target in tables.get("targets", {}).items():
        if target["kind"] == "s3":
            for key in ("ACCESS_KEY", "SECRET_KEY"):
                monkeypatch.setenv(f"THIRDCOPY_TARGETS__{name.upper().replace('-', '_')}__{key}", f"made-up-{key}")
    file = folder / "archive.toml"
    file.write_text(AROUND + text, "utf-8")
    return load(file)


def test_a_language_is_one_as_it_stands(tmp_path: Path) -> None:
    (shown,) = [text for language, text in blocks(WORDS) if language == "toml" and "code =" in text]
    (tmp_path / "ky.toml").write_text(shown, "utf-8")
    assert [language.code for language in read_languages(tmp_path)] == ["ky"]


@pytest.mark.parametrize(("page", "text"), STANZAS, ids=lambda value: getattr(value, "name", ""))
def test_a_stanza_is_settings_as_it_stands(
    page: Path, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = loaded(text, tmp_path, monkeypatch)
    for name in tomllib.loads(text).get("targets", {}):
        opens_where_it_says(name, settings)


def opens_where_it_says(name: str, settings: Settings) -> None:
    """A store's stanza names its region, or signatures are for another; and who holds it, or a loss tells nothing."""
    target = settings.targets[name]
    open_target(name, target)
    assert isinstance(target, S3Settings)
    assert "region" in target.model_fields_set, f"{name} leaves its region out"
    regions = re.findall(r"[a-z]{2}-[a-z]+-\d", target.endpoint)
    assert regions in ([], [target.region]), f"{name} is at {regions} and signs for {target.region}"
    assert target.labels.provider
    assert target.labels.country
    assert target.labels.key_holder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_a_stanza_says_that_it_is_one(page: Path) -> None:
    assert [text for language, text in blocks(page) if not language and re.match(r"\[[a-z]", text)] == []


def called(text: str) -> list[list[str]]:
    """The words of each call of thirdcopy in a block of code, without what is piped, chained or said of it."""
    lines = [line.partition(" #")[0] for line in text.splitlines()]
    calls = [one.strip() for line in lines for one in re.split(r"&&|[;|]", line)]
    return [shlex.split(one)[1:] for one in calls if one.startswith("thirdcopy ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_options_that_a_page_calls_a_command_with_are_there(page: Path) -> None:
    for words in [words for _, text in blocks(page) for words in called(text)]:
        command: Any = get_command(app)
        for word in words:
            if word in getattr(command, "commands", {}):
                command = command.commands[word]
            elif word.startswith("--"):
                known = [
                    option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
                ]
                assert word.partition("=")[0] in known, " ".join(words)


def test_calls_are_found_in_blocks() -> None:
    assert called("thirdcopy init a && cd a  # --no\nthirdcopy run --fast; thirdcopy status | cat\n# thirdcopy x") == [
        ["init", "a"],
        ["run", "--fast"],
        ["status"],
    ]
    assert sum(len(called(text)) for page in PAGES for _, text in blocks(page)) > 40


def test_there_are_stanzas_to_be_looked_at() -> None:
    assert {page.name for page, _ in STANZAS} >= {"README.md", "engineer.md", "archivist.md"}


def test_the_store_of_a_first_archive_is_settings_once_it_is_uncommented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Place(tmp_path).thirdcopy("init").code == 0
    written = (tmp_path / "archive.toml").read_text("utf-8")
    stanza = re.search(r"^# \[targets\.\w+\]\n(?:# \w+ = .*\n)+", written, re.MULTILINE)
    assert stanza
    uncommented = re.sub(r"^# ", "", stanza[0], flags=re.MULTILINE)
    (name,) = tomllib.loads(uncommented)["targets"]
    opens_where_it_says(name, loaded(uncommented, tmp_path, monkeypatch))


def test_the_demo_s_targets_say_whose_hands_they_are_in() -> None:
    class Somewhere:
        endpoint, bucket = "http://127.0.0.1:1", "testimony"

    text = demo.SETTINGS.format(url="", ca_file="", model="", seaweedfs=Somewhere, rclone=Somewhere)
    labels = [target["labels"] for target in tomllib.loads(text)["targets"].values()]
    for label in ("provider", "country", "key_holder"):
        assert len({one[label] for one in labels}) > 1, f"the loss of one {label} leaves nothing to tell"


def test_the_readme_shows_a_clip_of_the_demo_with_the_link_that_its_words_make(tmp_path: Path) -> None:
    (shown,) = [text for language, text in blocks(ROOT / "README.md") if not language and "tier" in text]
    words = " ".join(re.sub(r"^\d[\d:.]+ \[\w+\]$", "", shown.partition("      link")[0], flags=re.MULTILINE).split())
    assert re.sub(r"\W", "", words) in re.sub(r"\W", "", KARIM)

    sample_register(tmp_path / "register.csv", [])
    (tmp_path / "talk.txt").write_text(words, "utf-8")
    done = Place(tmp_path).thirdcopy("link", "--text", "talk.txt", "--register", "register.csv", "--json")
    links = json.loads(done.out)["links"]
    assert len(links) == 2  # the number, and the name
    for link in links:
        assert f"entry {link['entry']} of " in shown
        assert f"tier {link['tier']}, {link['method']}, {link['role']}, score {link['score']:.2f}" in shown
