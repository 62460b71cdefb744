"""Who asks for a page, by the cookie of their visit or by the header of a named reverse proxy."""

from archive.people.people import People
from archive.people.proxy import from_header
from starlette.requests import Request
from starlette.responses import Response

from archive.people.roles import Reader
from flows.reading_room.room import Room

COOKIE = "visit"


def room_of(request: Request) -> Room:
    """The room that a request came to."""
    room: Room = request.app.state.room
    return room


def token_of(request: Request) -> str:
    """The token of the visit that a request is of, or nothing."""
    return request.cookies.get(COOKIE, "")[:200]


def reader_of(request: Request) -> Reader:
    """Who asks; a visitor where nobody has signed in, or the visit has ended."""
    if not hasattr(request.state, "reader"):
        room = room_of(request)
        request.state.reader = (
            from_header(room.archive.settings.reading_room, room.people, address_of(request), request.headers)
            or _by_visit(room.people, request)
            or Reader()
        )
    reader: Reader = request.state.reader
    return reader


def _by_visit(people: People, request: Request) -> Reader | None:
    token = token_of(request)
    return people.visit(token, room_of(request).archive.clock()) if token else None


def address_of(request: Request) -> str:
    """The address that a request came from."""
    return request.client.host if request.client else ""


def remember(request: Request, response: Response, token: str, seconds: int) -> None:
    """Have a browser send the token of a visit with each request from the room's own pages, and no script see it."""
    response.set_cookie(
        COOKIE, token, max_age=seconds, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict"
    )


def forget(response: Response) -> None:
    """Have a browser forget the visit."""
    response.delete_cookie(COOKIE, path="/")
