"""Transcripts of every kind: which one a document is, and what is common to all of them."""

import json

from pydantic import ValidationError

from transcription.documents import formats, platform_captions
from transcription.documents.platform_captions import Captions
from transcription.errors import DocumentError
from transcription.records import Transcript

Document = Transcript | Captions


def from_json(data: str | bytes) -> Document:
    """Read a document of any kind. Raises DocumentError for anything else."""
    try:
        found = json.loads(data)
        if not isinstance(found, dict) or found.get("kind") != "captions":
            return formats.from_json(data)
        return Captions.model_validate(found)
    except ValidationError as e:
        first = e.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise DocumentError(f"not captions of schema version 1: {where}: {first['msg']}") from e
    except (ValueError, RecursionError) as e:
        raise DocumentError("not a transcript: no JSON") from e


def to_vtt(document: Document) -> str:
    """WebVTT as the work object holds it beside the document."""
    return platform_captions.to_vtt(document) if isinstance(document, Captions) else formats.to_vtt(document)


def origin(document: Document) -> str:
    """A sentence on where the words are from."""
    if isinstance(document, Captions):
        return platform_captions.origin(document)
    return formats.to_text(document).partition("\n")[0]


def languages(document: Document) -> tuple[str, ...]:
    """The languages of the segments, most spoken first."""
    return (document.language,) if isinstance(document, Captions) else document.languages
