"""A clip as OHMS XML, for the tools of oral historians: the Oral History Metadata Synchronizer of the Nunn Center, 6.0.

The order of the elements is that of its schema (https://www.weareavp.com/nunncenter/ohms/ohms.xsd, version 6.0), which
asks for a sequence. Seconds are those of a browser that plays the original, as OHMS viewers play it. A record has room
for one text and its translation: another text is in a record of its own, which the description names. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from xml.etree import ElementTree

from archive.citing.film_texts import LightCopy, clock_of, of_film
from archive.citing.language_tags import tag_of
from archive.citing.page_addresses import ClipPages
from archive.citing.styles import one_line
from archive.errors import NoSuchClip
from archive.records.clip import Capture
from archive.texts.completions import COMPLETION
from archive.texts.shown import Shown
from archive.views.clip_view import ClipView
from archive.views.transcript_view import for_players, meant
from transcription.documents.players import shown_at
from transcription.records import Transcript

NAMESPACE: Final = "https://www.weareavp.com/nunncenter/ohms"
SCHEMA: Final = f"{NAMESPACE}/ohms.xsd"
VERSION: Final = "6.0"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 may hold (section 2.2), however it is escaped."""

_MOST_INT = 1 << 31


def document(
    view: ClipView,
    texts: Sequence[Shown],
    *,
    at: str,
    archive: str,
    transcript: str | None = None,
    light: LightCopy | None = None,
) -> str:
    """A held clip with one of the texts of its newest film, and that one's translation as the other, as an OHMS record.

    The text is the one of that name, else the first that stands alone; with it is what was read later of its gaps. The
    index has the platform's chapters, and is empty where it names none: none is made up. The film is the light copy
    where there is one on the original's clock. Raises NoSuchClip for a clip that is not held, NoSuchTranscript where
    the newest film has none of that name, and DocumentError for what is no transcript.
    """
    if view.sidecar is None:
        raise NoSuchClip(f"{view.clip} is not held: there is nothing to show")
    capture, pages = view.sidecar.captures[-1], ClipPages(at, view.clip)
    ours = of_film(texts, capture)
    has, ahead = _chosen(ours, transcript), clock_of(ours)
    light = light if light and light.starts_at == ahead else None
    kind = "audio" if {stream.kind for stream in capture.streams} == {"audio"} else "video"
    uploaded = capture.uploaded or ""
    day = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", uploaded)
    root = ElementTree.Element("ROOT", {"xmlns": NAMESPACE, "xmlns:xsi": _XSI, "xsi:schemaLocation": SCHEMA})
    named = {"id": _number(view.clip, has.another), "dt": f"{capture.fetched:%Y-%m-%d}"}
    record = ElementTree.SubElement(root, "record", named)
    _put(record, "version", VERSION)
    ElementTree.SubElement(record, "date", {"value": "-".join(day.groups()) if day else "", "format": "yyyy-mm-dd"})
    for name, value in (
        ("title", one_line(capture.title or "") or view.clip),
        ("accession", view.clip),
        ("duration", _hours(capture.duration)),
        ("repository", archive),
        ("repository_url", pages.room),
        ("file_name", capture.media.path.rpartition("/")[2]),
        ("transcript_alt_lang", _language(has.aid)),
        ("translate", "1" if has.aid else "0"),
        ("media_url", _film(capture, pages, light)),
    ):
        _put(record, name, value)
    media = ElementTree.SubElement(record, "mediafile")
    for name, value in (("host", "Other"), ("host_clip_id", view.clip), ("clip_format", kind)):
        _put(media, name, value)
    _put(record, "language", _language(has.text))
    index = ElementTree.SubElement(record, "index")
    for seconds, title in _points(capture, ahead):
        point = ElementTree.SubElement(index, "point")
        _put(point, "time", str(seconds))
        _put(point, "title", title)
    for name, value in (
        ("description", " ".join(_about(capture, has, pages, ahead, light))),
        ("vtt_transcript", _cues(has.text)),
        ("vtt_transcript_alt", _cues(has.aid)),
        ("rights", "" if view.sidecar.access.level == "public" else "Restricted: pass nothing on"),
        ("fmt", kind),
        ("userestrict", "0" if view.sidecar.access.level == "public" else "1"),
        ("xmllocation", pages.ohms(has.another)),
    ):
        _put(record, name, value)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _put(parent: ElementTree.Element, name: str, value: str) -> None:
    ElementTree.SubElement(parent, name).text = _NO_XML.sub("\ufffd", value)


@dataclass(frozen=True)
class _Chosen:
    """A text, its translation, and those for which the record has no room; `another` names a text that is not first."""

    text: Shown | None
    aid: Shown | None
    others: tuple[str, ...]
    another: str | None


def _chosen(texts: Sequence[Shown], name: str | None) -> _Chosen:
    """The text of that name or the first that stands alone. Raises NoSuchTranscript."""
    whole = [one for one in texts if one.ref.kind != COMPLETION]
    first = next((one for one in whole if one.ref.stands_alone), None)
    text = meant(texts, name) if name else first
    aid = next((one for one in whole if text and one is not text and _translates(one, text)), None)
    others = tuple(one.ref.name for one in whole if one not in (text, aid))
    return _Chosen(text, aid, others, text.ref.name if text and text is not first else None)


def _translates(one: Shown, text: Shown) -> bool:
    """Whether one is the translation of that very text: one of another track's would stand beside other words."""
    if not isinstance(one.document, Transcript) or one.document.kind != "translation":
        return False
    of = one.document.of
    return of == sha256(text.body.encode()).hexdigest() if of else one.ref.track == text.ref.track


def _cues(text: Shown | None) -> str:
    """The text as players show it; nothing where it has no cue, of which the OHMS viewer 3.10 cannot make a page."""
    return for_players(text) if text and (text.lines() or text.completions) else ""


def _film(capture: Capture, pages: ClipPages, light: LightCopy | None) -> str:
    """The address of the film: the OHMS viewer 3.10 knows what it is by the last letters alone."""
    if light is not None:
        return pages.named(pages.derivative, light.ending)
    return pages.named(pages.film, capture.media.path.rpartition(".")[2])


def _number(clip: str, transcript: str | None) -> str:
    """The number that the schema wants of a record: of 31 bits of the sha256 of what it is of, so always the same."""
    of = f"{clip} {transcript}" if transcript else clip
    return str(int.from_bytes(sha256(of.encode()).digest()[:4]) % _MOST_INT)


def _points(capture: Capture, ahead: float) -> Iterator[tuple[int, str]]:
    for chapter in capture.chapters or ():
        seconds = int(shown_at(chapter.start, ahead))
        if seconds < _MOST_INT:
            yield seconds, one_line(chapter.title or "") or _hours(seconds)


def _about(capture: Capture, has: _Chosen, pages: ClipPages, ahead: float, light: LightCopy | None) -> Iterator[str]:
    """Where it is from, what the words and the seconds are worth, and where the other texts are."""
    text = has.text
    if capture.uploader:
        yield f"Uploaded by {one_line(capture.uploader)}."
    yield f"{capture.url}; film sha512 {capture.media.sha512}."
    yield f"Seconds are those of a browser that plays the original, which stands at {ahead:.3f} where the film begins."
    if light is not None:
        yield "What plays here is a light copy for browsers, and not the original."
    for one in (text, *text.completions) if text else ():
        yield f"Words: {_origin(one)}, transcript {one.ref.name}, sha512 {one.ref.sha512}."
    if text and text.ref.kind == "captions" and ahead:
        yield f"Their seconds are the platform's, {ahead:.3f} s behind this film's."
    if has.aid:
        yield f"The other text is a machine's translation, {has.aid.ref.name}, a reading aid and not what was said."
    if has.others:
        records = ", ".join(f"{name} ({pages.ohms(name)})" for name in has.others)
        yield f"Further texts, each in a record of its own: {records}."


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
    parts = (text, *text.completions) if text else ()
    return ", ".join(dict.fromkeys(tag_of(tag) for part in parts for tag in part.ref.languages))


def _hours(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"
