"""A clip as a IIIF manifest (Presentation 3.0, https://iiif.io/api/presentation/3.0/), which others' players open.

One canvas, whose time is that of a browser that plays the original: film and words stand on it at their seconds. Film
and derivative are painted, transcripts supplement it, as WebVTT and sentence by sentence. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from archive.citing.language_tags import direction_of, tag_of
from archive.citing.page_addresses import ClipPages
from archive.citing.styles import one_line
from archive.errors import NoSuchClip
from archive.objects.sidecar import Sidecar
from archive.records.clip import Capture
from archive.texts.shown import Shown
from archive.views.clip_view import ClipView
from transcription.documents.corrections import Line
from transcription.documents.players import shown_at, starts_at
from transcription.documents.showing import counted

CONTEXT: Final = "http://iiif.io/api/presentation/3/context.json"
NOT_EVALUATED: Final = "http://rightsstatements.org/vocab/CNE/1.0/"
"""Nobody here has asked whose a film is: what RightsStatements.org calls so."""

_FORMATS: Final = {
    "3gp": "video/3gpp", "aac": "audio/aac", "avi": "video/x-msvideo", "flac": "audio/flac", "flv": "video/x-flv",
    "m4a": "audio/mp4", "m4v": "video/mp4", "mkv": "video/x-matroska", "mov": "video/quicktime", "mp3": "audio/mpeg",
    "mp4": "video/mp4", "mpg": "video/mpeg", "oga": "audio/ogg", "ogg": "application/ogg", "ogv": "video/ogg",
    "opus": "audio/ogg", "ts": "video/mp2t", "wav": "audio/wav", "webm": "video/webm", "wmv": "video/x-ms-wmv",
}  # fmt: skip
_WIDE, _HIGH = 16, 9
"""A canvas with a picture must have both sides, whose ratio is all that counts; of a film only the height is known."""

Thing = dict[str, Any]


@dataclass(frozen=True)
class LightCopy:
    """A derivative of the film: its media type, and where a browser's clock stands at its beginning, in seconds."""

    format: str
    starts_at: float = 0.0


def manifest(view: ClipView, texts: Sequence[Shown], *, at: str, archive: str, light: LightCopy | None = None) -> Thing:
    """The manifest of a held clip with the texts of its newest film, in their order, below the base address `at`.

    A derivative whose clock is another than the original's is not painted beside it, but named as a rendering. Raises
    NoSuchClip for a clip that is not held, and DocumentError for what is no transcript.
    """
    if view.sidecar is None:
        raise NoSuchClip(f"{view.clip} is not held: there is nothing to show")
    capture, pages = view.sidecar.captures[-1], ClipPages(at, view.clip)
    ours = [one for one in texts if one.ref.media_sha256 == capture.media.sha256]
    ahead = next((starts_at(one.document) for one in ours if one.ref.kind != "captions"), 0.0)
    same = light is not None and light.starts_at == ahead
    made: Thing = {
        "@context": CONTEXT,
        "id": pages.manifest,
        "type": "Manifest",
        "label": {"none": [_title(view, capture)]},
        "metadata": list(_metadata(view.sidecar, capture, ahead, [one for one in texts if one not in ours])),
        "rights": NOT_EVALUATED,
        "provider": [_provider(pages, archive)],
        "homepage": [
            {"id": pages.page, "type": "Text", "format": "text/html", "label": _en("This clip in the archive")}
        ],
        "seeAlso": list(_see_also(pages)),
        "rendering": [*_renderings(ours, pages), *([_light(pages, light)] if light and not same else [])],
        "items": [_canvas(capture, ours, pages, ahead, light if same else None)],
    }
    if view.sidecar.access.level != "public":
        made["requiredStatement"] = {
            "label": _en("Access"),
            "value": _en("Restricted: shown to you alone. Whoever speaks may be in danger; pass nothing on"),
        }
    return made


def _title(view: ClipView, capture: Capture) -> str:
    return one_line(capture.title or "") or view.clip


def _metadata(sidecar: Sidecar, capture: Capture, ahead: float, others: Sequence[Shown]) -> Iterator[Thing]:
    told = [
        ("Clip", sidecar.clip),
        ("Uploader", capture.uploader or ""),
        ("Uploaded", capture.uploaded or ""),
        ("Address", capture.url),
        ("Captured", f"{capture.fetched:%Y-%m-%dT%H:%M:%SZ}"),
        ("Evidence", f"{sidecar.evidence.object} v{sidecar.evidence.version}"),
        ("sha512 of the film", capture.media.sha512),
        ("sha256 of the film", capture.media.sha256),
        ("Transcripts of earlier films, not shown here", ", ".join(one.ref.name for one in others)),
    ]
    yield from ({"label": _en(name), "value": {"none": [_words(value)]}} for name, value in told if one_line(value))
    clock = f"A browser that plays the original; it stands at {ahead:.3f} s where the film begins"
    yield {"label": _en("Clock of all seconds"), "value": _en(clock)}


def _provider(pages: ClipPages, archive: str) -> Thing:
    home = {"id": pages.room, "type": "Text", "format": "text/html", "label": {"none": [archive]}}
    return {"id": pages.room, "type": "Agent", "label": {"none": [archive]}, "homepage": [home]}


def _see_also(pages: ClipPages) -> Iterator[Thing]:
    words = _en("All that is known of the clip: its sidecar")
    yield {"id": pages.sidecar, "type": "Dataset", "format": "application/json", "label": words}
    words = _en("The same for oral-history tools: OHMS")
    yield {"id": pages.ohms, "type": "Dataset", "format": "application/xml", "label": words}


def _renderings(texts: Sequence[Shown], pages: ClipPages) -> Iterator[Thing]:
    for one in texts:
        address = pages.transcript(one.ref.name, "txt")
        yield {"id": address, "type": "Text", "format": "text/plain", "label": _en(f"{_kind(one)}, as plain text")}


def _light(pages: ClipPages, light: LightCopy) -> Thing:
    words = f"A light copy for browsers, no original; its clock stands at {light.starts_at:.3f} s where it begins"
    return {"id": pages.derivative, "type": "Video", "format": light.format, "label": _en(words)}


def _canvas(capture: Capture, texts: Sequence[Shown], pages: ClipPages, ahead: float, light: LightCopy | None) -> Thing:
    heights = [stream.height for stream in capture.streams if stream.kind == "video" and stream.height]
    seen = bool(heights) or not any(stream.kind == "audio" for stream in capture.streams)
    first = next((one for one in texts if one.ref.stands_alone), None)
    spans = list(_spans(first)) if first else []
    lasts = round(max([ahead + capture.duration, *(end for _, _, end in spans)]), 3)
    painted = _film(capture, pages, seen=seen, lasts=lasts)
    if light is not None:
        copy = {**painted, "id": pages.derivative, "format": light.format}
        copy["label"] = _en("A light copy for browsers, made by this archive: no original")
        painted = {"type": "Choice", "items": [copy, {**painted, "label": _en("The original")}]}
    film = _annotation(pages.part("film/1"), "painting", painted, pages.canvas)
    made: Thing = {
        "id": pages.canvas,
        "type": "Canvas",
        "duration": lasts,
        "items": [_page(pages.part("film"), [film])],
        "annotations": [*_transcripts(texts, pages, ahead), *(_sentences(first, spans, pages, ahead) if first else ())],
    }
    if seen:
        height = heights[0] if heights else 40 * _HIGH
        made |= {"height": height, "width": max(1, height * _WIDE // _HIGH)}
    return made


def _film(capture: Capture, pages: ClipPages, *, seen: bool, lasts: float) -> Thing:
    made: Thing = {"id": pages.film, "type": "Video" if seen else "Sound", "duration": lasts}
    media_type = _FORMATS.get(capture.media.path.rpartition(".")[2].lower())
    return made | ({"format": media_type} if media_type else {})


def _transcripts(texts: Sequence[Shown], pages: ClipPages, ahead: float) -> Iterator[Thing]:
    page = pages.part("transcripts")
    notes = [
        _annotation(f"{page}/{number}", "supplementing", _vtt(one, pages, ahead), pages.canvas)
        for number, one in enumerate(texts, start=1)
    ]
    if notes:
        yield _page(page, notes, "Transcripts, captions and translations, as WebVTT")


def _vtt(one: Shown, pages: ClipPages, ahead: float) -> Thing:
    return {
        "id": pages.transcript(one.ref.name),
        "type": "Text",
        "format": "text/vtt",
        "language": tag_of(one.ref.languages[0] if one.ref.languages else ""),
        "label": _en(_kind(one, ahead)),
    }


def _spans(one: Shown) -> Iterator[tuple[Line, float, float]]:
    """The lines in which something was said, and where on the canvas; captions are on the clock that they have."""
    ahead = starts_at(one.document)
    for line in one.lines():
        if line.told.language and line.told.text:
            yield line, shown_at(line.told.start, ahead), shown_at(line.told.end, ahead)


def _sentences(
    first: Shown, spans: Sequence[tuple[Line, float, float]], pages: ClipPages, ahead: float
) -> Iterator[Thing]:
    """A page of the sentences of the text that is shown first, which no translation is."""
    page = pages.part("sentences")
    notes = [
        _annotation(f"{page}/{number}", "supplementing", _sentence(line), f"{pages.canvas}#{_fragment(start, end)}")
        for number, (line, start, end) in enumerate(spans, start=1)
    ]
    if notes:
        yield _page(page, notes, f"Sentence by sentence: {_kind(first, ahead)}")


def _sentence(line: Line) -> Thing:
    language = tag_of(line.told.language or "")
    text = {"type": "TextualBody", "value": line.told.text, "format": "text/plain"}
    return {**text, "language": language, "textDirection": direction_of(language)}


def _fragment(start: float, end: float) -> str:
    """A media fragment; one without a length has no end, which the specification asks to be the greater."""
    return f"t={start:.3f},{end:.3f}" if end > start else f"t={start:.3f}"


def _kind(one: Shown, ahead: float = 0.0) -> str:
    """Whose words they are, and whether their seconds are others than those of a film whose clock is so far ahead."""
    spoken = ", ".join(map(tag_of, one.ref.languages)) or "no language"
    what = {
        "whisper": f"Machine transcript ({spoken})",
        "completion": f"Machine transcript of what another left open ({spoken})",
        "captions": f"Captions of the platform ({spoken})",
        "translation": f"Machine translation into {spoken}: a reading aid, not what was said",
    }[one.ref.kind]
    checked = f"with {counted(len(one.corrections))} by people" if one.corrections else "not checked by a person"
    apart = one.ref.kind == "captions" and ahead
    clock = f"; its seconds are the platform's, {ahead:.3f} s behind this film's" if apart else ""
    return f"{one.ref.name}: {what}, {checked}{clock}"


def _page(identity: str, items: list[Thing], label: str | None = None) -> Thing:
    page = {"id": identity, "type": "AnnotationPage", "items": items}
    return page | ({"label": _en(label)} if label else {})


def _annotation(identity: str, motivation: str, body: Thing, target: str) -> Thing:
    return {"id": identity, "type": "Annotation", "motivation": motivation, "body": body, "target": target}


def _en(text: str) -> dict[str, list[str]]:
    return {"en": [text]}


def _words(text: str) -> str:
    """A value as words: one that begins and ends like a tag would be taken for HTML (section 4.5), and is wrapped."""
    line = one_line(text)
    return f"<span>{escape(line)}</span>" if line.startswith("<") and line.endswith(">") else line
