from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from tests.world.fixtures_model import whisper_folder, whisper_model

__all__ = ["whisper_folder", "whisper_model"]

Ffmpeg = Callable[..., Path]
Say = Callable[..., Path]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Ffmpeg:
    """A file made by the real ffmpeg: `made("a.mp4", *arguments)`; without any, the one of that name made last."""
    known = dict[tuple[str, ...], Path]()
    last = dict[str, Path]()

    def make(name: str, *arguments: str | Path) -> Path:
        key = (name, *map(str, arguments))
        if not arguments:
            return last[name]
        if key not in known:
            known[key] = tmp_path_factory.mktemp("made") / name
            run(["ffmpeg", "-nostdin", "-v", "error", *key[1:], str(known[key])], check=True, timeout=60)
        last[name] = known[key]
        return known[key]

    return make


@pytest.fixture(scope="session")
def say(tmp_path_factory: pytest.TempPathFactory) -> Say:
    """A voice: `say("some words", voice="en-us")` gives a WAV file."""
    folder = tmp_path_factory.mktemp("said")

    def speak(words: str, *, voice: str = "en-us") -> Path:
        file = folder / f"{len(list(folder.iterdir()))}.wav"
        run(["espeak-ng", "-v", voice, "-s", "140", "-w", str(file), words], check=True, timeout=60)
        return file

    return speak


@pytest.fixture(scope="session")
def film(made: Ffmpeg) -> Path:
    """20 seconds of picture and a tone."""
    picture = ("-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=20")
    tone = ("-f", "lavfi", "-i", "sine=d=20")
    return made("film.mp4", *picture, *tone, "-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart")
