"""Who asks for a page: by the header of a reverse proxy that signs people in, or by the cookie of their visit."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from archive.people import proxy
from archive.people.reader_roles import Reader
from archive.people.visits import new_token
from archive.settings.reading_room_stanza import ReadingRoomSettings
from flows.reading_room.room import Room

VISIT, FORMS = "visit", "forms"
"""The cookies: of whoever has signed in, and of the forms of whoever has not."""


def room_of(request: Request) -> Room:
    """The room that a request came to."""
    room: Room = request.app.state.room
    return room


def settings_of(request: Request) -> ReadingRoomSettings:
    """The settings of that room."""
    return room_of(request).archive.settings.reading_room


def token_of(request: Request) -> str:
    """The token of the visit that a request is of, or nothing."""
    return request.cookies.get(_named(request, VISIT), "")[:200]


def forms_token(request: Request) -> str:
    """The token that the forms of this browser are made with: that of its visit, else one of its own."""
    if not hasattr(request.state, "forms"):
        kept = request.cookies.get(_named(request, FORMS), "")[:200]
        request.state.forms = token_of(request) or kept or new_token()
    token: str = request.state.forms
    return token


def reader_of(request: Request) -> Reader:
    """Who asks; a visitor where nobody has signed in, or the visit has ended."""
    if not hasattr(request.state, "reader"):
        people, token = room_of(request).people, token_of(request)
        request.state.reader = (
            people.from_header(settings_of(request), peer_of(request), request.headers.items())
            or (people.visit(token, room_of(request).archive.clock()) if token else None)
            or Reader()
        )
    reader: Reader = request.state.reader
    return reader


def as_nobody(request: Request) -> None:
    """Have a request answered as a visitor's, where it may be the people's file that cannot be read."""
    if not hasattr(request.state, "reader"):
        request.state.reader = Reader()


def base_address(request: Request) -> str:
    """The address of the room, as readers write it."""
    return settings_of(request).public_url or str(request.base_url)


def peer_of(request: Request) -> str | None:
    """The address at the other end of the connection."""
    return request.client.host if request.client else None


def address_of(request: Request) -> str:
    """The address that a reader comes from, by the word of our own proxy alone."""
    return proxy.address_of(settings_of(request), peer_of(request), request.headers.items())


def remember(request: Request, response: Response, token: str, seconds: int) -> None:
    """Have a browser send the token of a visit with each request from the room's own pages, and no script see it."""
    _keep(request, response, VISIT, token, seconds)
    response.delete_cookie(_named(request, FORMS), path="/", secure=_over_tls(request))


def remember_forms(request: Request, response: Response) -> None:
    """Have a browser keep the token that the forms of a page were made with, if it has none."""
    token = forms_token(request)
    if token not in (token_of(request), request.cookies.get(_named(request, FORMS))):
        _keep(request, response, FORMS, token, None)


def forget(request: Request, response: Response) -> None:
    """Have a browser forget the visit."""
    response.delete_cookie(_named(request, VISIT), path="/", secure=_over_tls(request))


def _keep(request: Request, response: Response, name: str, token: str, seconds: int | None) -> None:
    response.set_cookie(
        _named(request, name), token, max_age=seconds, path="/", secure=_over_tls(request), httponly=True,
        samesite="strict",
    )  # fmt: skip


def _named(request: Request, name: str) -> str:
    """A cookie's name: over TLS with the prefix that keeps neighbours from setting it (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{name}" if _over_tls(request) else name


def _over_tls(request: Request) -> bool:
    public = settings_of(request).public_url
    return public is not None and urlsplit(public).hostname == request.url.hostname
