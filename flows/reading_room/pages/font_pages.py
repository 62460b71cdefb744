"""The fonts of Chinese that pages name, and their rules. Where there is none, a page is shown in the system's font."""

from anyio import CapacityLimiter, WouldBlock, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from flows.reading_room.who_asks import room_of

KEPT = {"cache-control": "private, max-age=3600"}
"""What tells the characters of a page is kept by its reader's browser alone."""

MOST_IN_LINE = 8
"""Who may wait for a font at once; whoever else asks is shown the system's."""

_IN_LINE, _MAKING = CapacityLimiter(MOST_IN_LINE), CapacityLimiter(1)


def rules(request: Request) -> Response:
    """The stylesheet that names a page's font."""
    found = room_of(request).fonts.rules(request.path_params["name"])
    return _nothing(404) if found is None else Response(found, 200, KEPT, "text/css")


async def font(request: Request) -> Response:
    """A page's font; they are made one at a time, beside the threads that make pages."""
    try:
        _IN_LINE.acquire_on_behalf_of_nowait(request)
    except WouldBlock:
        return _nothing(503)
    try:
        found = await to_thread.run_sync(room_of(request).fonts.font, request.path_params["name"], limiter=_MAKING)
    finally:
        _IN_LINE.release_on_behalf_of(request)
    return _nothing(404) if found is None else Response(found, 200, KEPT, "font/woff2")


def _nothing(status: int) -> Response:
    return PlainTextResponse("no font\n", status)
