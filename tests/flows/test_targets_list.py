"""What `targets list` and `status` say of whose hands copies are in, of losses, and of what a year of reading costs."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.opening.archive import opened
from archive.preservation.usable_targets import ready
from archive.settings.settings import load
from archive.steps.storing import store
from flows.cli import app
from tests.support.archives import keep

SETTINGS = """
minimum_copies = 2

[distinct]
country = 2

[targets.disk]
kind = "folder"
path = "disk"
labels = { provider = "Ourselves", country = "KZ", key_holder = "A. Keeper" }

[targets.a-store-with-a-long-name-in-frankfurt]
kind = "folder"
path = "store"
labels = { provider = "Example Cloud [eu]", country = "DE", key_holder = "B. Archivist of the Made-up Archive" }
price = { read_gb = 2000, requests_thousand = 0.5, currency = "EUR" }

[targets.spare]
kind = "folder"
path = "spare"
counts_as_copy = false
read_back = 0.5

[schedule]
audit = "0 3 * * *"

[audit]
fraction = "1/30"
"""
Call = Callable[..., str]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call a command on an archive of two clips, of which one is at the disk alone."""
    (tmp_path / "archive.toml").write_text(SETTINGS, encoding="utf-8")
    for name in ("disk", "store", "spare"):
        (tmp_path / name).mkdir()
    with opened(load(tmp_path / "archive.toml")) as archive:
        usable = ready(archive).writable
        keep(archive, "peertube-1", media=b"m" * 1_000_000, targets=usable)
        store(archive, usable)
        keep(archive, "peertube-2", media=b"n" * 1_000_000, targets=usable)
        store(archive, {"disk": usable["disk"]})
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["thirdcopy", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        assert not ended.value.code
        return capsys.readouterr().out

    return run


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_targets_are_listed_with_their_hands_and_costs(call: Call) -> None:
    text = call("targets", "list")
    assert max(map(len, text.splitlines())) <= 80
    assert ["disk", "2.0", "MB", "20", "24.4", "MB", "243", "–"] in words(text)  # ten requests a clip
    assert "no labels; counts as no copy" in " ".join(text.split())
    assert "Example Cloud [eu], DE" in text
    assert "As much stored as in the last 365 days; 365 audits, each of 1/30 of all bytes\n" in text
    document = json.loads(call("targets", "list", "--json"))
    assert list(document) == ["disk", "a-store-with-a-long-name-in-frankfurt", "spare"]
    store = document["a-store-with-a-long-name-in-frankfurt"]
    assert (store["copies"], store["owed"], store["labels"]["country"], store["counts_as_copy"]) == (1, 1, "DE", True)
    reading, audits = store["yearly"]["read_back"], store["yearly"]["audits"]
    assert 1_000_000 < reading["bytes"] < 1_010_000
    assert reading["cost"] == pytest.approx(reading["bytes"] / 1e9 * 2000 + 10 / 1000 * 0.5)
    assert audits["bytes"] == pytest.approx(reading["bytes"] * 365 / 30, abs=1)
    assert (store["yearly"]["audits_a_year"], store["yearly"]["currency"]) == (365, "EUR")
    assert document["spare"]["yearly"]["read_back"]["bytes"] == pytest.approx(reading["bytes"] / 2, abs=1)


def test_status_says_what_a_loss_would_leave(call: Call) -> None:
    text = call("status")
    assert max(map(len, text.splitlines())) <= 80
    assert "read back at 2 targets or more, 2 countries" in text
    assert "not counted" in text
    assert [row for row in words(text) if row[:1] in (["nothing"], ["one"])] == [
        ["nothing", "1", "0"],
        ["one", "key", "holder", "A.", "Keeper", "0", "1"],
        ["one", "provider", "Ourselves", "0", "1"],
        ["one", "country", "KZ", "0", "1"],
    ]
    document = json.loads(call("status", "--json"))
    assert document["survivors"]["country"] == {"value": "KZ", "left": 0, "none": 1}
    assert (document["clips"]["held"], document["clips"]["safe"]) == (2, 1)
