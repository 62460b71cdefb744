"""The state of the archive in one look, and of each target, for those who may read all of it."""

from collections.abc import Mapping
from datetime import datetime

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from archive.views.state_page import Point, curve, target_page
from archive.views.svg_curves import Wording, draw
from flows.reading_room import texts
from flows.reading_room.answers import not_there, page
from flows.reading_room.page_words import CURVES, told
from flows.reading_room.who_asks import reader_of, room_of


def state(request: Request) -> Response:
    """What is held, safe, transcribed and linked, and how it went. Counts are of all clips."""
    if not reader_of(request).may("see proposals"):
        return not_there(request)
    found = room_of(request).state()
    curves = {**found.curves, **({"missing": found.gaps} if found.gaps else {})}
    drawn = _drawn(curves, texts.language_of(request))
    return page(request, "state.html", found, curves=drawn)


def _drawn(curves: Mapping[str, tuple[Point, ...]], language: str) -> dict[str, Markup]:
    """Curves as SVG, told in a language."""
    words, gettext = texts.Words(language), texts.translations(language).gettext

    def stood(number: int, whole: int, at: datetime) -> str:
        form = gettext(CURVES["stood"])
        return form.format(number=words.number(number), whole=words.number(whole), day=f"{at:%Y-%m-%d}")

    def most(number: int, whole: str) -> str:
        return gettext(CURVES["most"]).format(number=words.number(number), whole=whole)

    def called(name: str) -> str:
        return told(f"number:{name}", gettext, words.language_name)

    def svg(name: str, points: tuple[Point, ...]) -> Markup:
        return Markup(draw(curve(called(name), called("expected"), points), Wording(stood, most)))  # noqa: S704 (escaped)

    return {name: svg(name, points) for name, points in curves.items()}


def target(request: Request) -> Response:
    """What a target holds and is owed."""
    if not reader_of(request).may("see proposals"):
        return not_there(request)
    found = target_page(room_of(request).archive, request.path_params["name"])
    return page(request, "target.html", found) if found else not_there(request)
