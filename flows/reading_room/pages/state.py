"""The state of the archive in one look, and of each target, for those who may read all of it."""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from archive.views.state_page import curve, target_page
from archive.views.svg_curves import draw
from flows.reading_room.answers import not_there, page
from flows.reading_room.who_asks import reader_of, room_of


def state(request: Request) -> Response:
    """What is held, safe, transcribed and linked, and how it went. Counts are of all clips."""
    if not reader_of(request).may("see proposals"):
        return not_there(request)
    found = room_of(request).state()
    curves = {name: Markup(draw(curve(name, "expected", points))) for name, points in found.curves.items()}  # noqa: S704
    if found.gaps:
        curves["missing"] = Markup(draw(curve("missing", "expected", found.gaps)))  # noqa: S704 (draw escapes)
    return page(request, "state.html", found, curves=curves)


def target(request: Request) -> Response:
    """What a target holds and is owed."""
    if not reader_of(request).may("see proposals"):
        return not_there(request)
    found = target_page(room_of(request).archive, request.path_params["name"])
    return page(request, "target.html", found) if found else not_there(request)
