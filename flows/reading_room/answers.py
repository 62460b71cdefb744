"""Answers: a page as HTML by its template, or the same value as JSON where its address ends in `.json`."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from archive.acts.disclosing import left
from archive.people.csrf import csrf_token
from archive.safe_text import written
from archive.texts.in_force import access_now
from flows.reading_room import texts
from flows.reading_room.made_lines import line
from flows.reading_room.page_parts import LETTERS, SHOWN
from flows.reading_room.page_words import told
from flows.reading_room.who_asks import forms_token, reader_of, remember_forms, room_of

HERE = Path(__file__).parent
STATIC = HERE / "static"


def page(request: Request, template: str, value: BaseModel | None = None, status: int = 200, **more: Any) -> Response:
    """A page, or its value as JSON; what is only for the eye (`more`) is in the page alone."""
    if request.url.path.endswith(".json"):
        return as_data(value.model_dump(mode="json", by_alias=True) if value else {}, status)
    language = texts.language_of(request)
    room = room_of(request)
    html = (
        _environment(language)
        .get_template(template)
        .render(
            page=value,
            reader=reader_of(request),
            csrf=csrf_token(forms_token(request)),
            path=request.url.path,
            query=request.url.query,
            archive_name=room.archive.settings.name,
            **more,
        )
    )
    if rules := room.fonts.stylesheet_for(html):
        html = html.replace("</head>", f'<link rel="stylesheet" href="{rules}">\n</head>', 1)
    response = HTMLResponse(html, status, {"content-language": language, "vary": "Cookie, Accept-Language"})
    remember_forms(request, response)
    return response


def as_data(value: Mapping[str, Any], status: int = 200) -> Response:
    """A value as JSON in which nothing is markup, wherever somebody puts it."""
    return Response(written(value, indent=1, in_page=True), status, media_type="application/json")


def opened(request: Request, clip: str, *, part: bool = False) -> bool:
    """Keep that who asks has a clip before them that is not open to everybody; whether that is kept of anybody.

    A `part` of a film, or of a page that is read on, comes with many others.
    """
    room = room_of(request)
    if not room.people.record_openings or access_now(room.archive, clip).level == "public":
        return False
    keep = room.people.went_on if part else room.people.opened
    keep(reader_of(request), clip, room.archive.clock())
    return True


def taken_out(request: Request, clip: str, what: str) -> None:
    """Record that somebody takes words of a clip out, if it is not open to everybody."""
    opened(request, clip)
    archive = room_of(request).archive
    if access_now(archive, clip).level != "public":
        left(archive, [clip], f"{what}, from the reading room", reader_of(request).name)


def for_other_sites(request: Request, clip: str, response: Response) -> Response:
    """Let players of other sites have what is open to everybody, and that alone."""
    if access_now(room_of(request).archive, clip).level == "public":
        response.headers["access-control-allow-origin"] = "*"
        response.headers["cross-origin-resource-policy"] = "cross-origin"
    return response


def problem(request: Request, status: int, sentence: str) -> Response:
    """A page, or JSON, that says what went wrong and nothing of what is there."""
    if request.url.path.endswith(".json"):
        return as_data({"error": sentence}, status)
    return page(request, "problem.html", status=status, sentence=sentence)


def not_there(request: Request) -> Response:
    """One answer for what is not there and for what is not for this reader."""
    return problem(request, 404, "There is nothing here for you. It may be that it is open to others: sign in.")


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("flows.reading_room"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words, messages = texts.Words(language), texts.translations(language)
    environment.install_gettext_translations(messages, newstyle=True)  # type: ignore[attr-defined]
    environment.globals |= {
        "words": words,
        "language": language,
        "spoken": texts.SPOKEN,
        "static": _static,
        "around": _around,
        "line": lambda kind, text: line(kind, text, messages.gettext),
        "told": lambda key: told(key, messages.gettext, words.language_name),
    }
    environment.filters |= {"address": lambda text: quote(str(text), safe=""), "brief": _brief, "some": _some}
    return environment


def _brief(text: str, letters: int = LETTERS) -> str:
    """A text as it is, or its beginning where it is a long one; the page's data has the whole."""
    return text if len(text) <= letters else f"{text[:letters]} […]"


EXCERPT_BEFORE, EXCERPT_LETTERS = 150, 600
"""Letters of a long text that are shown before what was found in it, and in all."""


def _around(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """A text with what was found in it; of a long one the letters around the first find, and the finds among them."""
    if len(text) <= EXCERPT_LETTERS:
        return text, [*spans]
    begin = max(0, min((start for start, _ in spans), default=0) - EXCERPT_BEFORE)
    end = begin + EXCERPT_LETTERS
    mark = "[…] " if begin else ""
    shift = len(mark) - begin
    shown = f"{mark}{text[begin:end]}" + (" […]" if end < len(text) else "")
    return shown, [(start + shift, min(stop, end) + shift) for start, stop in spans if begin <= start < end]


def _some(items: Sequence[Any], most: int = SHOWN) -> Sequence[Any]:
    return items[:most]


@cache
def _static(name: str) -> str:
    """The address of a static file, which is another one when the file is."""
    from hashlib import sha256

    return f"/static/{name}?{sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
