"""An earlier build of this project beside this one: its files as git holds them, in the same environment.

`checkout` lays them in a folder; what runs there is this file, by its path, with that folder before all others:

    PYTHONPATH=folder python benchmarks/_earlier_build.py MODEL WAV OUT
"""

import json
import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

COMMIT = "a7d8ecf"
"""The last one that wrote all with the beam, and encoded 10, 20 or 30 seconds whatever the model."""

_HOME = Path(__file__).resolve().parents[1]


def checkout(folder: Path, commit: str = COMMIT) -> Path:
    """Lay the files of a commit in a new folder; nothing of the repository changes.

    Ends the program with status 2 where this is no clone with that commit.
    """
    folder.mkdir()
    packed = subprocess.run(["git", "archive", commit, "transcription"], cwd=_HOME, stdout=subprocess.PIPE, check=False)
    if packed.returncode:
        print(f"The build to compare with is not there: {_HOME} is no clone that holds {commit}.", file=sys.stderr)
        raise SystemExit(2)
    subprocess.run(["tar", "-x"], cwd=folder, input=packed.stdout, check=True)
    return folder


def reading(folder: Path, model: str, wav: str, out: str) -> tuple[list[str], dict[str, str]]:
    """The command that reads a recording with the build in a folder, and the environment that it wants."""
    return [sys.executable, "-P", str(Path(__file__)), model, wav, out], {**os.environ, "PYTHONPATH": str(folder)}


def processor_seconds() -> float:
    """What this process and those that it has waited for took of the processors so far."""
    return sum(os.times()[:4])


def _main(model: str, wav: str, out: str) -> None:
    options = import_module("transcription.records").Options(model=model)
    whisper = import_module("transcription.hearing.whisper").Whisper(options)
    began, used = time.monotonic(), processor_seconds()
    transcript: Any = whisper.read(whisper.open(Path(wav), media_sha256="0" * 64, track=0)).transcript
    took = {"seconds": time.monotonic() - began, "processor_seconds": processor_seconds() - used}
    keep = {"start", "end", "text", "language", "marks"}
    pieces = [s.model_dump(mode="json", include=keep) for s in transcript.segments]
    Path(out).write_text(json.dumps({"pieces": pieces, **took}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
