"""A clip as OHMS XML, for the tools of oral historians: the Oral History Metadata Synchronizer of the Nunn Center, 6.0.

The order of the elements is that of its schema (https://www.weareavp.com/nunncenter/ohms/ohms.xsd, version 6.0), which
asks for a sequence. Seconds are those of a browser that plays the original, as OHMS viewers play it. Pure.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final
from xml.etree import ElementTree

from archive.citing.language_tags import tag_of
from archive.citing.page_addresses import ClipPages
from archive.citing.styles import one_line
from archive.errors import NoSuchClip
from archive.records.clip import Capture
from archive.texts.shown import Shown
from archive.views.clip_view import ClipView
from archive.views.transcript_view import written
from transcription.documents.players import shown_at, starts_at

NAMESPACE: Final = "https://www.weareavp.com/nunncenter/ohms"
SCHEMA: Final = f"{NAMESPACE}/ohms.xsd"
VERSION: Final = "6.0"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 may hold (section 2.2), however it is escaped."""

_MOST_INT = 1 << 31


def document(view: ClipView, text: Shown | None, *, at: str, archive: str, aid: Shown | None = None) -> str:
    """A held clip with one of its texts, and its translation as the other, as one OHMS record.

    The index has the platform's chapters, and is empty where it names none: none is made up. Raises NoSuchClip for a
    clip that is not held, and DocumentError for what is no transcript.
    """
    if view.sidecar is None:
        raise NoSuchClip(f"{view.clip} is not held: there is nothing to show")
    capture, pages = view.sidecar.captures[-1], ClipPages(at, view.clip)
    ahead = starts_at(text.document) if text else 0.0
    kind = "audio" if {stream.kind for stream in capture.streams} == {"audio"} else "video"
    uploaded = capture.uploaded or ""
    day = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", uploaded)
    root = ElementTree.Element("ROOT", {"xmlns": NAMESPACE, "xmlns:xsi": _XSI, "xsi:schemaLocation": SCHEMA})
    record = ElementTree.SubElement(root, "record", {"id": _number(view.clip), "dt": f"{capture.fetched:%Y-%m-%d}"})
    _put(record, "version", VERSION)
    ElementTree.SubElement(record, "date", {"value": "-".join(day.groups()) if day else "", "format": "yyyy-mm-dd"})
    for name, value in (
        ("title", one_line(capture.title or "") or view.clip),
        ("accession", view.clip),
        ("duration", _hours(capture.duration)),
        ("repository", archive),
        ("repository_url", pages.room),
        ("file_name", capture.media.path.rpartition("/")[2]),
        ("transcript_alt_lang", _language(aid)),
        ("translate", "1" if aid else "0"),
        ("media_url", pages.film),
    ):
        _put(record, name, value)
    media = ElementTree.SubElement(record, "mediafile")
    for name, value in (("host", "Other"), ("host_clip_id", view.clip), ("clip_format", kind)):
        _put(media, name, value)
    _put(record, "language", _language(text))
    index = ElementTree.SubElement(record, "index")
    for seconds, title in _points(capture, ahead):
        point = ElementTree.SubElement(index, "point")
        _put(point, "time", str(seconds))
        _put(point, "title", title)
    for name, value in (
        ("description", _about(capture, text, aid, ahead)),
        ("vtt_transcript", written(text, view.clip, "vtt") if text else ""),
        ("vtt_transcript_alt", written(aid, view.clip, "vtt") if aid else ""),
        ("rights", "" if view.sidecar.access.level == "public" else "Restricted: pass nothing on"),
        ("fmt", kind),
        ("userestrict", "0" if view.sidecar.access.level == "public" else "1"),
        ("xmllocation", pages.ohms),
    ):
        _put(record, name, value)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _put(parent: ElementTree.Element, name: str, value: str) -> None:
    ElementTree.SubElement(parent, name).text = _NO_XML.sub("\ufffd", value)


def _number(clip: str) -> str:
    """The number that the schema wants of a record: of 31 bits of the sha256 of the clip's id, so always the same."""
    return str(int.from_bytes(sha256(clip.encode()).digest()[:4]) % _MOST_INT)


def _points(capture: Capture, ahead: float) -> Iterator[tuple[int, str]]:
    for chapter in capture.chapters or ():
        seconds = int(shown_at(chapter.start, ahead))
        if seconds < _MOST_INT:
            yield seconds, one_line(chapter.title or "") or _hours(seconds)


def _about(capture: Capture, text: Shown | None, aid: Shown | None, ahead: float) -> str:
    """Where it is from, and what the words and the seconds are worth."""
    told = [
        f"Uploaded by {one_line(capture.uploader)}." if capture.uploader else "",
        f"{capture.url}; film sha512 {capture.media.sha512}.",
        f"Seconds are those of a browser that plays the original, which stands at {ahead:.3f} where the film begins.",
        f"Words: {_origin(text)}, transcript {text.ref.name}, sha512 {text.ref.sha512}." if text else "",
        "The other text is a machine's translation, a reading aid and not what was said." if aid else "",
    ]
    return " ".join(one for one in told if one)


def _origin(text: Shown) -> str:
    by = {
        "whisper": "a machine's reading",
        "completion": "a machine's later reading",
        "captions": "the platform's captions",
        "translation": "a translation",
    }
    checked = "corrected by people" if text.corrections else "not checked by a person"
    return f"{by[text.ref.kind]}, {checked}"


def _language(text: Shown | None) -> str:
    return ", ".join(map(tag_of, text.ref.languages)) if text else ""


def _hours(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
