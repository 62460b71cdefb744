"""The front page: where a search begins."""

from starlette.requests import Request
from starlette.responses import Response

from flows.reading_room.answers import page


def front(request: Request) -> Response:
    """The box, and what may be asked."""
    return page(request, "front.html")
