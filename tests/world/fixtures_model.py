"""Fixtures with a real speech model; a conftest imports those it wants."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.world.model import model_folder

if TYPE_CHECKING:  # its engine takes seconds to import, and most tests do without
    from transcription.hearing.track_reading import TrackReader


@pytest.fixture(scope="session")
def whisper_folder(pytestconfig: pytest.Config) -> Path:
    """The folder of the base model; joined once, and kept between runs."""
    cache: pytest.Cache = pytestconfig.cache
    return model_folder(cache.mkdir("model"))


@pytest.fixture(scope="session")
def whisper_model(whisper_folder: Path) -> "TrackReader":
    """The base model, loaded once a session."""
    from transcription.hearing.track_reading import TrackReader
    from transcription.records import Options

    return TrackReader(Options(model=str(whisper_folder)))
