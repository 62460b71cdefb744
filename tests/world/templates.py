"""The templates of configs/targets: a stanza a provider, tried or untried."""

import tomllib
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2] / "configs" / "targets"
NAMES = tuple(sorted(file.stem for file in HOME.glob("*.toml")))


def text(name: str) -> str:
    """The whole file."""
    return (HOME / f"{name}.toml").read_text("utf-8")


def stanza(name: str) -> dict[str, Any]:
    """What it sets."""
    found: dict[str, Any] = tomllib.loads(text(name))["targets"][name]
    return found


def is_tried(name: str) -> bool:
    """Whether it says that it was tried; the conformance suite then runs with just these settings."""
    return text(name).startswith("# Tried: ")


TRIED = tuple(name for name in NAMES if is_tried(name))
