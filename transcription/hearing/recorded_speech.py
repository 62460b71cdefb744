"""Recordings that a model is measured with, and what is said in them where a text lies beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from transcription.documents.differences import MAX_CHARACTERS, normalized
from transcription.errors import DocumentError, MediaError
from transcription.media.probing_media import probe

TEXT: Final = ".txt"
_BYTES_A_CHARACTER: Final = 4


@dataclass(frozen=True)
class Recording:
    """A file's first audio track, how many seconds the file has by its own word, and what is said in it, if known."""

    path: Path
    track: int
    seconds: float
    said: str | None


def recordings_in(paths: Iterable[Path]) -> tuple[tuple[Recording, ...], tuple[str, ...]]:
    """The recordings that files and folders are or hold, each once, and a sentence for each file that is none.

    In folders and those within them, files with a dot before their name are passed over, and texts belong to the
    recordings of their name. Raises MediaError for a file that was named and is no recording, DocumentError for a text
    that is none.
    """
    found, left_out = dict[Path, Recording](), list[str]()
    for path in paths:
        if not path.is_dir():
            found[path] = recording(path)
            continue
        files = list(_files(path))
        texts = {file for file in files if file.suffix == TEXT}
        for file in (file for file in files if file not in texts):
            try:
                found[file] = recording(file)
            except MediaError as error:
                left_out.append(str(error))
        alone = texts - {file.with_suffix(TEXT) for file in found}
        left_out += [f"{text.name}: there is no recording of this name beside it" for text in sorted(alone)]
    return tuple(found.values()), tuple(left_out)


def recording(path: Path) -> Recording:
    """A file as a recording. Raises MediaError where it has no sound, DocumentError for a text that is none."""
    media = probe(path)
    if not media.audio:
        raise MediaError(path, "it has no sound")
    text = path.with_suffix(TEXT)
    return Recording(path, media.audio[0].index, media.duration, _said(text) if text.is_file() else None)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file():
            yield path


def _said(path: Path) -> str:
    """What is said, as a person wrote it down. Raises DocumentError for what cannot be that."""
    if path.stat().st_size > MAX_CHARACTERS * _BYTES_A_CHARACTER:
        raise DocumentError(f"{path}: is longer than anybody speaks in a day; keep what is said in the recording alone")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentError(f"{path}: is not UTF-8; save it as that") from None
    if "-->" in text:
        raise DocumentError(f"{path}: has the times of subtitles, which would count as said; keep the words alone")
    if not normalized(text):
        raise DocumentError(f"{path}: has no words; write down what is said, or take the file away")
    return text
