"""A reader of our W3C annotations that knows no more of them than their files: whether what they place stands there."""

from hashlib import sha512
from typing import Any

from archive.linking.deciding.annotations import Annotation
from archive.linking.deciding.quotes import joined
from archive.masks import mask
from transcription.documents.corrections import lines_of
from transcription.documents.kinds import from_json


def text_of_file(data: bytes) -> str:
    """The text of a transcript, of the bytes of its JSON, or of the WebVTT that people's corrections left."""
    if data.startswith((b"WEBVTT", b"\xef\xbb\xbfWEBVTT")):
        return joined(line.told.text for line in lines_of(data) if line.told.language)
    return joined(segment.text for segment in from_json(data).segments)


def holds(annotation: Annotation, data: bytes) -> bool:
    """Whether all quotes that an annotation places in a transcript stand there, given the bytes of its file.

    False too where the annotation places none in a file of that digest.
    """
    name = f"urn:sha512:{sha512(data).hexdigest()}"
    selectors = [target["selector"] for target in _targets(annotation) if _id(target["source"]) == name]
    text = mask(text_of_file(data)) if selectors else ""
    return bool(selectors) and all(_selected(text, selector) for selector in selectors)


def _selected(text: str, selectors: Any) -> bool:
    found = {selector["type"]: selector for selector in selectors}
    position, told = found["TextPositionSelector"], found["TextQuoteSelector"]
    start, end = position["start"], position["end"]
    return (
        0 <= start <= end <= len(text)
        and text[start:end] == told["exact"]
        and text[:start].endswith(told["prefix"])
        and text[end:].startswith(told["suffix"])
    )


def _targets(annotation: Annotation) -> list[Annotation]:
    targets = annotation["target"]
    return [target for target in targets if isinstance(target, dict)] if isinstance(targets, list) else []


def _id(source: Any) -> str:
    return str(source["id"]) if isinstance(source, dict) else str(source)
