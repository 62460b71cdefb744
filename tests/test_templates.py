"""The templates of targets are settings, and say whether anybody tried them."""

import re
from pathlib import Path

import pytest

from archive.settings.settings import load
from storage.targets import S3Settings, open_target
from tests.world.templates import NAMES, TRIED, stanza, text

# Three copies are not asked of a file with one target; the folder is for a template that does not count as a copy.
AROUND = 'minimum_copies = 1\n\n[targets.disk]\nkind = "folder"\npath = "."\n\n'


def test_they_are_the_ones_that_are_promised() -> None:
    assert set(TRIED) == {"seaweedfs", "ceph", "swift", "rclone"}
    assert set(NAMES) - set(TRIED) == {
        *("aws", "backblaze-b2", "cloudflare-r2", "wasabi", "hetzner", "scaleway", "storj", "garage", "minio")
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_a_stanza_of_settings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "archive.toml"
    file.write_text(AROUND + text(name), "utf-8")
    variable = f"THIRDCOPY_TARGETS__{name.upper()}__"
    monkeypatch.setenv(f"{variable}ACCESS_KEY", "made-up-access-key")
    monkeypatch.setenv(f"{variable}SECRET_KEY", "made-up-secret-key")
    settings = load(file).targets[name]
    assert isinstance(settings, S3Settings)
    open_target(name, settings)
    assert settings.endpoint.startswith("https://")
    assert settings.labels.provider
    commented = set(re.findall(r"^# (\w+) = ", text(name), re.MULTILINE))
    assert commented <= set(S3Settings.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_its_first_line_says_whether_it_was_tried(name: str) -> None:
    first = text(name).splitlines()[0]
    assert re.match(r"# Tried: .*\d+\.\d+|# Untried: ", first)
    if name not in TRIED:
        assert "Not confirmed: " in text(name)
        assert re.search(r"^#     https://\S+$", text(name), re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_for_an_oddity_says_why(name: str) -> None:
    reasons = dict(re.findall(r"^(\w+) = .*?#\s+(.+)$", text(name), re.MULTILINE))
    oddities = {"part_size_mib", "conditional_put", "checksum", "counts_as_copy"} & set(stanza(name))
    assert oddities <= set(reasons)
