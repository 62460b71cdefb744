"""The state of the archive in one look, for those who may read all of it."""

from starlette.requests import Request
from starlette.responses import Response

from archive.views.status import status
from flows.reading_room.answers import not_there, page
from flows.reading_room.visiting import reader_of, room_of


def state(request: Request) -> Response:
    """What is held, safe, transcribed and linked; what each target holds. Counts are of all clips."""
    if not reader_of(request).may("see proposals"):
        return not_there(request)
    return page(request, "state.html", status(room_of(request).archive))
