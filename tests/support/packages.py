"""A copy of our packages in a folder, to change files of and to ask."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import archive

HOME = Path(archive.__file__).parents[1]


def copied(folder: Path) -> Path:
    """The package `archive` of a copy of ours."""
    for name in ("archive", "transcription", "storage"):
        shutil.copytree(HOME / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "archive"


def ask(folder: Path, code: str) -> str:
    """What a program prints that imports the copy."""
    own = f"import archive; assert archive.__file__.startswith({str(folder)!r}); "
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", own + code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    return done.stdout.strip()
