"""A clip as a IIIF manifest (Presentation 3.0, https://iiif.io/api/presentation/3.0/), which others' players open.

One canvas, whose time is that of a browser that plays the original: film and words stand on it at their seconds. Film
and derivative are painted, transcripts supplement it as WebVTT. The sentences of each are a page of annotations by
itself, to which the manifest leads: within it, Clover 3.3 makes a track of subtitles of each sentence, and where it
names the page among its annotations, Mirador 4 shows nothing at all. Pure.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

from archive.citing.film_texts import LightCopy, clock_of, of_film, said_in
from archive.citing.language_tags import direction_of, tag_of
from archive.citing.page_addresses import ClipPages
from archive.citing.styles import one_line
from archive.errors import NoSuchClip
from archive.objects.sidecar import Sidecar
from archive.records.clip import Capture
from archive.texts.completions import COMPLETION
from archive.texts.shown import Shown
from archive.views.clip_view import ClipView
from archive.views.transcript_view import meant
from transcription.documents.corrections import Line
from transcription.documents.players import shown_at, starts_at
from transcription.documents.showing import counted

CONTEXT: Final = "http://iiif.io/api/presentation/3/context.json"
ANNOTATIONS: Final = "http://www.w3.org/ns/anno.jsonld"
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


def manifest(
    view: ClipView,
    texts: Sequence[Shown],
    *,
    at: str,
    archive: str,
    light: LightCopy | None = None,
    sidecar: bool = True,
) -> Thing:
    """The manifest of a held clip with the texts of its newest film, in their order, below the base address `at`.

    A derivative whose clock is another than the original's is not painted beside it, but named as a rendering.
    `sidecar` is whether who asks may have it. Raises NoSuchClip for a clip that is not held, and DocumentError for what
    is no transcript.
    """
    known, pages = _held(view), ClipPages(at, view.clip)
    capture = known.captures[-1]
    ours = of_film(texts, capture)
    ahead = clock_of(ours)
    same = light is not None and light.starts_at == ahead
    made: Thing = {
        "@context": CONTEXT,
        "id": pages.manifest,
        "type": "Manifest",
        "label": {"none": [_title(view, capture)]},
        "metadata": list(_metadata(known, capture, ahead, [one for one in texts if one not in ours])),
        "rights": NOT_EVALUATED,
        "provider": [_provider(pages, archive)],
        "homepage": [
            {"id": pages.page, "type": "Text", "format": "text/html", "label": _en("This clip in the archive")}
        ],
        "seeAlso": list(_see_also(ours, pages, ahead, sidecar=sidecar)),
        "rendering": [*_renderings(ours, pages), *([_light(pages, light)] if light and not same else [])],
        "items": [canvas := _canvas(capture, ours, pages, ahead, light if same else None)],
    }
    if chapters := list(_chapters(capture, pages, ahead, canvas["duration"])):
        made["structures"] = [
            {
                "id": pages.part("chapters"),
                "type": "Range",
                "label": _en("Chapters, as the platform names them"),
                "items": chapters,
            }
        ]
    if known.access.level != "public":
        made["requiredStatement"] = {
            "label": _en("Access"),
            "value": _en("Restricted: shown to you alone. Whoever speaks may be in danger; pass nothing on"),
        }
    return made


def sentences(view: ClipView, texts: Sequence[Shown], name: str, *, at: str) -> Thing:
    """The sentences of one of a held clip's texts, and of what was read later of its gaps, as a page of annotations.

    Raises NoSuchTranscript where the newest film has none of that name, and NoSuchClip and DocumentError as `manifest`.
    """
    pages, ours = ClipPages(at, view.clip), of_film(texts, _held(view).captures[-1])
    one = meant(ours, name)
    page, ahead = pages.sentences(name), starts_at(one.document)
    notes = [
        _annotation(
            f"{page.removesuffix('.json')}/{number}",
            "supplementing",
            _sentence(line),
            f"{pages.canvas}#{_fragment(shown_at(line.told.start, ahead), shown_at(line.told.end, ahead))}",
        )
        for number, line in enumerate(said_in(one), start=1)
    ]
    of = [{"id": pages.manifest, "type": "Manifest"}]
    return {"@context": CONTEXT, **_page(page, notes, _sentences_label(one, clock_of(ours))), "partOf": of}


def _held(view: ClipView) -> Sidecar:
    if view.sidecar is None:
        raise NoSuchClip(f"{view.clip} is not held: there is nothing to show")
    return view.sidecar


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


def _see_also(texts: Sequence[Shown], pages: ClipPages, ahead: float, *, sidecar: bool) -> Iterator[Thing]:
    if sidecar:
        words = _en("All that is known of the clip: its sidecar")
        yield {"id": pages.sidecar, "type": "Dataset", "format": "application/json", "label": words}
    words = _en("The same for oral-history tools: OHMS")
    yield {"id": pages.ohms(), "type": "Dataset", "format": "application/xml", "label": words}
    for one in [one for one in texts if one.ref.stands_alone][1:]:
        words = _en(f"The same with another transcript: OHMS with {one.ref.name}")
        yield {"id": pages.ohms(one.ref.name), "type": "Dataset", "format": "application/xml", "label": words}
    for one in texts:
        if one.ref.kind != COMPLETION and any(said_in(one)):
            words = _en(_sentences_label(one, ahead))
            page = {"id": pages.sentences(one.ref.name), "type": "Dataset", "format": "application/ld+json"}
            yield {**page, "profile": ANNOTATIONS, "label": words}


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
    whole = [one for one in texts if one.ref.kind != COMPLETION]
    ends = [shown_at(line.told.end, starts_at(one.document)) for one in whole for line in said_in(one)]
    lasts = round(max([ahead + capture.duration, *ends]), 3)
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
        "annotations": list(_transcripts(whole, pages, ahead)),
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
        "id": pages.captions(one.ref.name),
        "type": "Text",
        "format": "text/vtt",
        "language": tag_of(one.ref.languages[0] if one.ref.languages else ""),
        "label": _en(_kind(one, ahead)),
    }


def _sentences_label(one: Shown, ahead: float) -> str:
    return f"Sentence by sentence: {_kind(one, ahead)}"


def _chapters(capture: Capture, pages: ClipPages, ahead: float, lasts: float) -> Iterator[Thing]:
    """The platform's chapters as ranges of the canvas, each to the beginning of the next one."""
    begun = sorted(
        ((shown_at(chapter.start, ahead), one_line(chapter.title or "")) for chapter in capture.chapters or ()),
        key=lambda chapter: chapter[0],
    )
    ends = [*(start for start, _ in begun[1:]), lasts]
    for number, ((start, title), end) in enumerate(zip(begun, ends, strict=False), start=1):
        if start < lasts:
            span = {"id": f"{pages.canvas}#{_fragment(start, min(end, lasts))}", "type": "Canvas"}
            label = {"none": [title]} if title else _en(f"Chapter {number}")
            yield {"id": pages.part(f"chapters/{number}"), "type": "Range", "label": label, "items": [span]}


def _sentence(line: Line) -> Thing:
    language = tag_of(line.told.language or "")
    text = {"type": "TextualBody", "value": line.told.text, "format": "text/plain"}
    return {**text, "language": language, "textDirection": direction_of(language)}


def _fragment(start: float, end: float) -> str:
    """A media fragment; one without a length has no end, which the specification asks to be the greater."""
    return f"t={start:.3f},{end:.3f}" if end > start else f"t={start:.3f}"


def _kind(one: Shown, ahead: float = 0.0) -> str:
    """Whose words they are, and whether their seconds are others than those of a film whose clock is so far ahead."""
    parts = (one, *one.completions)
    spoken = ", ".join(dict.fromkeys(tag_of(tag) for part in parts for tag in part.ref.languages)) or "no language"
    what = {
        "whisper": f"Machine transcript ({spoken})",
        "completion": f"Machine transcript of what another left open ({spoken})",
        "captions": f"Captions of the platform ({spoken})",
        "translation": f"Machine translation into {spoken}: a reading aid, not what was said",
    }[one.ref.kind]
    corrections = sum(len(part.corrections) for part in parts)
    checked = f"with {counted(corrections)} by people" if corrections else "not checked by a person"
    later = f", with what was read later: {', '.join(part.ref.name for part in one.completions)}"
    apart = one.ref.kind == "captions" and ahead
    clock = f"; its seconds are the platform's, {ahead:.3f} s behind this film's" if apart else ""
    return f"{one.ref.name}: {what}, {checked}{later if one.completions else ''}{clock}"


def _page(identity: str, items: list[Thing], label: str | None = None) -> Thing:
    page = {"id": identity, "type": "AnnotationPage", "items": items}
    return page | ({"label": _en(label)} if label else {})


def _annotation(identity: str, motivation: str, body: Thing, target: str) -> Thing:
    return {"id": identity, "type": "Annotation", "motivation": motivation, "body": body, "target": target}


def _en(text: str) -> dict[str, list[str]]:
    return {"en": [text]}


def _words(text: str) -> str:
    """A value as words: what begins and ends like a tag is HTML (section 4.5), so one that reads otherwise there is it.

    Players take each value for HTML, whatever it begins with: of `A <b>`, Mirador 4 and Clover 3.3 show `A` alone.
    """
    line = one_line(text)
    return f"<span>{escape(line)}</span>" if "<" in line or "&" in line else line
