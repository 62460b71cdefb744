"""Loading an engine by its kind, and what can be said of a model's files before that."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from transcription.engines.engine import Engine
from transcription.records import EngineKind, Options


def load_engine(kind: EngineKind, model: str, options: Options, measured: Collection[str] = ()) -> Engine:
    """Load a model. Raises ModelError where it cannot be had, or where what reads it is not installed.

    `measured` are Whisper models of which it was measured that they may read quickly, by the sha256 of their weights,
    beside those that `quick_reading` knows.
    """
    return _LOADERS[kind](model, options, measured)


def _whisper(model: str, options: Options, measured: Collection[str]) -> Engine:
    from transcription.engines.whisper_engine import WhisperEngine

    return WhisperEngine(model, options, measured)


def _ctc(model: str, options: Options, _: Collection[str]) -> Engine:
    from transcription.engines.ctc_engine import CtcEngine

    return CtcEngine(model, options)


_Load = Callable[[str, Options, Collection[str]], Engine]
_LOADERS: Final[dict[EngineKind, _Load]] = {"whisper": _whisper, "ctc": _ctc}


def kind_of(folder: Path) -> EngineKind | None:
    """Which kind of engine a folder's files are for; None where none is."""
    if (folder / "model.bin").is_file():
        return "whisper"
    return "ctc" if any(folder.glob("*.onnx")) else None


def state_of(model: str | None) -> list[list[int]] | None:
    """What changes with the weights in a folder: their sizes and moments; a digest is known once it is loaded."""
    folder = Path(model) if model else None
    if folder is None or not folder.is_dir():
        return None
    weights = (file for file in sorted(folder.iterdir()) if file.is_file())
    return [[file.stat().st_size, file.stat().st_mtime_ns] for file in weights]
