"""Captions of a platform as a transcript of their own: what the platform's file says, and where it is from."""

import json
import re
from typing import Annotated, Literal

from pydantic import Field

from transcription.documents.cues import Cue, clock, escaped, plain
from transcription.documents.rolling import rolled_in
from transcription.records import Record, Seconds, Sha256

Sha512 = Annotated[str, Field(pattern="^[0-9a-f]{128}$")]

_ORIGINAL = "-orig"
"""How yt-dlp's tag of a platform's own speech recognition ends; its machine translations have none."""


class CaptionSegment(Record):
    """A text and the seconds that it is shown for."""

    start: Seconds
    end: Seconds
    text: str


class Captions(Record):
    """What a platform showed beside a video, in one language.

    `file` is the path in the evidence object and `file_sha512` its digest; `extractor` names the platform. `automatic`:
    a machine of the platform heard it (True), people wrote it (False), or the platform does not say (None). Nobody here
    has compared it with what is said. Segments are in order of time and may overlap.
    """

    schema_version: Literal[1] = 1
    kind: Literal["captions"] = "captions"
    language: str
    media_sha256: Sha256
    file: str
    file_sha512: Sha512
    extractor: str
    automatic: bool | None
    segments: tuple[CaptionSegment, ...]


def made(
    cues: tuple[Cue, ...],
    *,
    tag: str,
    media_sha256: str,
    file: str,
    file_sha512: str,
    extractor: str,
    automatic: bool | None = None,
) -> Captions:
    """Captions out of the cues of a platform's file; `tag` is the language under which yt-dlp fetched it.

    `automatic` is what the platform itself says; where it does not, the tag may tell.
    """
    automatic = is_automatic(tag, extractor) if automatic is None else automatic
    segments = [
        CaptionSegment(start=c.start, end=c.end, text=plain(c.text))
        for c in rolled_in(cues, automatic=automatic is True)
    ]
    return Captions(
        language=language_of(tag),
        media_sha256=media_sha256,
        file=file,
        file_sha512=file_sha512,
        extractor=extractor,
        automatic=automatic,
        segments=tuple(sorted((s for s in segments if s.text), key=lambda s: (s.start, s.end))),
    )


def is_automatic(tag: str, extractor: str) -> bool | None:
    """Whether a machine of the platform wrote the captions; of YouTube alone we know that others are people's."""
    if tag.endswith(_ORIGINAL):
        return True
    return False if extractor.lower().startswith("youtube") else None


def language_of(tag: str) -> str:
    """The language of a tag, `und` for one that names none."""
    primary, hyphen, rest = tag.removesuffix(_ORIGINAL).partition("-")
    return f"{primary.lower()}{hyphen}{rest}" if re.fullmatch("[A-Za-z]{2,3}|[Xx]", primary) else "und"


def to_json(captions: Captions) -> str:
    """The whole document, with sorted keys and one line end. The same captions always give the same text."""
    document = captions.model_dump(mode="json")
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def to_vtt(captions: Captions) -> str:
    """WebVTT as machine transcripts have it: each cue says its language on a line of its own."""
    language = captions.language
    cues = [
        f"{clock(s.start)} --> {clock(s.end)}\n[{language}]\n<lang {language}>{escaped(s.text)}</lang>\n"
        for s in captions.segments
    ]
    return "\n".join([f"WEBVTT\n\nNOTE {escaped(origin(captions))}\n", *cues])


def origin(captions: Captions) -> str:
    """A sentence on where the words are from."""
    author = {True: "its speech recognition", False: "people", None: "people or a machine, which it does not say"}
    return plain(
        f"Captions of the platform {captions.extractor} in {captions.language}, by {author[captions.automatic]} "
        f"({captions.file}, sha512 {captions.file_sha512}), of the media with sha256 {captions.media_sha256}; "
        "not checked by a person of this archive"
    )
