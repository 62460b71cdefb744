"""The reading room as an application: its addresses, and what holds for all of them."""

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from archive.errors import ArchiveError
from archive.settings.settings import Settings
from flows.reading_room.answers import STATIC, problem
from flows.reading_room.described import openapi
from flows.reading_room.han_fonts import ADDRESS
from flows.reading_room.pages import (
    citing_moments,
    clip_pages,
    correcting_cues,
    entry_pages,
    film_pages,
    finding,
    font_pages,
    front,
    judging_links,
    signing_in,
    sources,
    state,
)
from flows.reading_room.room import Room
from flows.reading_room.room_headers import KnownDoors, SafeHeaders
from flows.reading_room.who_asks import as_nobody
from storage.targets.s3.settings import S3Settings

logger = logging.getLogger(__name__)

Answer = Callable[[Request], Response | Awaitable[Response]]


class KeptFiles(StaticFiles):
    """Files that a browser may keep for ever: their address is another one when they are."""

    def file_response(self, *args: object, **named: object) -> Response:
        """A file, which anybody may have."""
        response = super().file_response(*args, **named)  # type: ignore[arg-type]
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _both(path: str, answer: Answer) -> list[Route]:
    """A page and its value as JSON."""
    return [Route(f"{path}.json", answer), Route(path, answer)]


ROUTES = [
    Route("/", front.front),
    *_both("/find", finding.find),
    Route("/clips/{clip}/transcripts/{name}.{form}", clip_pages.transcript),
    Route("/clips/{clip}/sentences", clip_pages.sentences),
    Route("/clips/{clip}/film", film_pages.film, methods=["GET", "HEAD"]),
    Route("/clips/{clip}/film.{ending}", film_pages.film, methods=["GET", "HEAD"]),
    Route("/clips/{clip}/derivative", film_pages.light, methods=["GET", "HEAD"]),
    Route("/clips/{clip}/derivative.json", film_pages.light_state),
    Route("/clips/{clip}/derivative.{ending}", film_pages.light, methods=["GET", "HEAD"]),
    Route("/clips/{clip}/correct/{name}/{number}", correcting_cues.correction, methods=["GET"]),
    Route("/clips/{clip}/correct/{name}/{number}", correcting_cues.correct, methods=["POST"]),
    Route("/clips/{clip}/cite.{form}", citing_moments.citation_file),
    Route("/clips/{clip}/cite", citing_moments.citation),
    Route("/clips/{clip}/manifest.json", citing_moments.manifest),
    Route("/clips/{clip}/annotations/{name}.json", citing_moments.annotations),
    Route("/clips/{clip}/captions/{name}.vtt", citing_moments.captions),
    Route("/clips/{clip}/ohms.xml", citing_moments.oral_history),
    Route("/clips/{clip}/sidecar.json", citing_moments.sidecar),
    Route("/clips/{clip}/access", clip_pages.access, methods=["POST"]),
    *_both("/clips/{clip}", clip_pages.clip),
    *_both("/entries/{register}/{number}", entry_pages.entry),
    *_both("/sources/{name}", sources.source),
    *_both("/state", state.state),
    *_both("/targets/{name}", state.target),
    *_both("/review", judging_links.review),
    Route("/review", judging_links.verdict, methods=["POST"]),
    Route("/review/undo", judging_links.undo, methods=["POST"]),
    Route("/sign-in", signing_in.ask, methods=["GET"]),
    Route("/sign-in", signing_in.sign_in, methods=["POST"]),
    Route("/sign-out", signing_in.sign_out, methods=["POST"]),
    Route("/language", signing_in.language, methods=["POST"]),
    Route("/openapi.json", openapi),
    Route(f"{ADDRESS}/{{name}}.css", font_pages.rules),
    Route(f"{ADDRESS}/{{name}}.woff2", font_pages.font),
    Mount("/static", KeptFiles(directory=STATIC)),
]


def create_app(room: Room) -> Starlette:
    """The application over a room."""
    app = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(SafeHeaders, stores=stores(room.archive.settings)),
            Middleware(KnownDoors, room=room.archive.settings.reading_room),
            Middleware(ServerErrorMiddleware, handler=_broken),  # Starlette's own stands before all headers
        ],
        exception_handlers={HTTPException: _refused, ArchiveError: _failed},
    )
    app.router.redirect_slashes = False  # it would lead to http:// behind a proxy with TLS
    app.state.room = room
    return app


def stores(settings: Settings) -> list[str]:
    """The origins of the stores that lend addresses of films to browsers."""
    parts = [
        urlsplit(one.endpoint) for one in settings.targets.values() if isinstance(one, S3Settings) and one.presigned
    ]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts})


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    try:
        return problem(request, error.status_code, str(error.detail))
    except ArchiveError as failure:
        return _failed(request, failure)


def _failed(request: Request, error: Exception) -> Response:
    """What the archive itself says of what cannot be done: it is for those who keep it."""
    logger.warning("%s: %s", request.method, error)  # no path: it names a clip, or whom somebody searched
    as_nobody(request)
    return problem(request, 503, "The archive cannot answer this now. Whoever keeps it finds why in the log.")


def _broken(request: Request, error: Exception) -> Response:
    """What nobody foresaw: the log has it, the page says nothing of it."""
    as_nobody(request)
    return problem(request, 500, "Something is broken here. Whoever keeps the archive finds it in the log.")
