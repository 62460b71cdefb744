"""Fixtures of the whole suite: the real servers and the real model."""

import pytest

from tests.world.fixtures import rclone_server, seaweedfs_server
from tests.world.fixtures_model import whisper_folder, whisper_model

__all__ = ["rclone_server", "seaweedfs_server", "whisper_folder", "whisper_model"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", dest="regenerate", help="write golden files anew")
