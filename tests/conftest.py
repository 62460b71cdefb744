"""Fixtures of the whole suite: the real servers and the real model."""

from tests.world.fixtures import rclone_server, seaweedfs_server
from tests.world.fixtures_model import whisper_folder, whisper_model

__all__ = ["rclone_server", "seaweedfs_server", "whisper_folder", "whisper_model"]
