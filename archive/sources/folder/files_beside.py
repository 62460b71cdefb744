"""What yt-dlp and youtube-dl put beside a film: its metadata, description, thumbnail and captions, by the same stem."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from archive.records.clip import Cut
from archive.sources.file_checks import picture_kind
from transcription.documents.cues import kind_of
from transcription.errors import DocumentError

INFO: Final = ".info.json"
MOST: Final = 64 << 20
"""Bytes of one file beside a film that are read: a long film's metadata with all its comments has some ten million."""

_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")


class TooLarge(Exception):
    """A file beside a film is larger than any such file."""


@dataclass
class Beside:
    """What lay beside a film: `info` as it was read, the rest as files of the attempt; `lost` is what was left there.

    Captions are by language; those whose name says none are `und`.
    """

    info: dict[str, object] | None = None
    description: Path | None = None
    text: str | None = None
    thumbnail: Path | None = None
    captions: dict[str, Path] = field(default_factory=dict)
    lost: list[Cut] = field(default_factory=list)


def gather(stem: str, paths: Sequence[str], read: Callable[[str], bytes], into: Path) -> Beside:
    """Take what lies beside a film of a stem, of the given paths, into an attempt folder.

    `read` gives the bytes of a path, and raises OSError, or TooLarge. What cannot be taken is named in `lost`: the film
    counts more.
    """
    found = Beside()
    for path in paths:
        ending = path.removeprefix(stem)
        take = _taker(ending)
        if take is None:
            continue
        try:
            why = take(found, ending, read(path), into)
        except OSError as error:
            why = f"could not be read on the disk: {error.strerror}"
        except TooLarge:
            why = f"has more than {MOST >> 20} MiB"
        if why:
            found.lost.append(Cut(path=_name(ending), why=f"{why}; it is left on the disk"))
    return found


Taker = Callable[[Beside, str, bytes, Path], str | None]
"""Takes one file; the answer says why it was not taken."""


def _taker(ending: str) -> Taker | None:
    if ending.lower() == INFO:
        return _take_info
    if ending.lower() == ".description":
        return _take_description
    if re.fullmatch(r"\.(jpe?g|png|webp|gif|avif)", ending, re.IGNORECASE):
        return _take_picture
    if re.fullmatch(r"(\.[^./]{1,60})?\.(vtt|srt)", ending, re.IGNORECASE):
        return _take_captions
    return None


def _name(ending: str) -> str:
    """What a file beside a film is called in a capture's list of what was cut."""
    if ending.lower() == INFO:
        return "info.json"
    if ending.lower() == ".description":
        return "description.txt"
    return f"captions/{_tag(ending)}" if ending.lower().endswith((".vtt", ".srt")) else "thumbnail.*"


def _tag(ending: str) -> str:
    return ending.strip(".").replace("/", "-")[:60]


def _take_info(found: Beside, _ending: str, data: bytes, _into: Path) -> str | None:
    try:
        info = json.loads(data)
    except (ValueError, RecursionError):
        return "is no JSON"
    if not isinstance(info, dict):
        return "is no metadata of a film"
    found.info = info
    return None


def _take_description(found: Beside, _ending: str, data: bytes, into: Path) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "is not in UTF-8"
    if text.strip():
        found.description, found.text = into / "description.txt", text
        found.description.write_bytes(data)
    return None


def _take_picture(found: Beside, _ending: str, data: bytes, into: Path) -> str | None:
    kind = picture_kind(data)
    if kind is None:
        return "is no picture"
    if found.thumbnail is not None:
        return "is a second picture"
    found.thumbnail = into / f"thumbnail.{kind}"
    found.thumbnail.write_bytes(data)
    return None


def _take_captions(found: Beside, ending: str, data: bytes, into: Path) -> str | None:
    named = ending[1:].rpartition(".")[0]
    language = named if _LANGUAGE.fullmatch(named) else "und"
    try:
        kind = kind_of(data)
    except DocumentError:
        kind = None
    if kind is None:
        return "is neither WebVTT nor SubRip"
    if language in found.captions:
        return f"is a second file of captions in {language}"
    found.captions[language] = into / "captions" / f"{language}.{kind}"
    found.captions[language].parent.mkdir(exist_ok=True)
    found.captions[language].write_bytes(data)
    return None
