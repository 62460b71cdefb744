"""What can go wrong between a media file and its transcript.

TranscriptionError
├── MediaError         a file is not media that can be read whole: names the file and the fault
│   ├── CutShort       it ends before its own index does
│   └── MediaTimeout   ffmpeg did not get through the file in the time it was given
├── ModelError         a speech model is missing, incomplete or cannot be loaded
├── DocumentError      a transcript document that cannot be understood
└── ToolMissing        ffmpeg or ffprobe is not installed, or nothing that makes fingerprints
"""

from pathlib import Path


class TranscriptionError(Exception):
    """Base of all that this room raises on purpose; its text is one sentence for a person."""


class MediaError(TranscriptionError):
    """A file cannot be read as media. `path` is the file, `message` the fault."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path.name}: {message}")
        self.path = path
        self.message = message


class CutShort(MediaError):
    """A file lacks packets of which its own structure says that they are there."""


class MediaTimeout(MediaError):
    """Reading the file took longer than `seconds`; the file may still be sound."""

    def __init__(self, path: Path, tool: str, seconds: float) -> None:
        super().__init__(path, f"{tool} had not finished after {seconds:g} seconds and was stopped")
        self.seconds = seconds


class ModelError(TranscriptionError):
    """A speech model cannot be used. `model` is its name or folder as given."""

    def __init__(self, model: str, message: str) -> None:
        super().__init__(f"model {model}: {message}")
        self.model = model
        self.message = message


class DocumentError(TranscriptionError):
    """A transcript document cannot be understood; the text says where it departs from the schema."""


class ToolMissing(TranscriptionError):
    """A program that this room runs is not on the PATH."""

    def __init__(self, tool: str, advice: str = "install ffmpeg, which brings ffmpeg and ffprobe") -> None:
        super().__init__(f"{tool} is not on the PATH: {advice}")
        self.tool = tool
