"""Films and light derivatives as a player asks for them: by range, read from a copy as it is sent, never whole."""

from collections.abc import AsyncIterator, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from archive.errors import NotHere
from archive.playing.derivative_shelf import Derivative
from archive.playing.derivatives import NotMade, UnderWay
from archive.playing.films import Film, film_of
from archive.playing.playability import playable
from archive.playing.ranges import Body, answer
from archive.texts.in_force import access_now
from archive.views.clip_page import may_read
from flows.reading_room.answers import for_other_sites, not_there, opened
from flows.reading_room.who_asks import reader_of, room_of
from storage.errors import TargetError

AGAIN_S = 2
FILMS_AT_ONCE = 40
"""Threads that wait for targets; pages have as many of others, so that a store that hangs keeps nobody from reading."""

_READERS = CapacityLimiter(FILMS_AT_ONCE)


class Bytes(Body, Protocol):
    """What is sent, and its bytes by range."""

    def read(self, start: int = 0, end: int | None = None) -> Generator[bytes, None, None]: ...  # noqa: D102


@dataclass(frozen=True)
class FilmOnPage:
    """How a film stands in a page: whether something plays, in which element, from which address, and words.

    `ahead` seconds are added to the player's to have a moment. `light` is the address that says how far a derivative
    is that is being made; `share` how much of it is done. `again` is the page that tries the original once more.
    """

    plays: bool = False
    tag: str = "video"
    address: str = ""
    ahead: float = 0.0
    words: tuple[str, ...] = ()
    light: str = ""
    share: float = 0.0
    again: str | None = None

    def beginning(self, moment: float | None) -> "FilmOnPage":
        """The same where a player without scripts begins at a moment (https://www.w3.org/TR/media-frags/, 4.2.1)."""
        if moment is None or not self.plays:
            return self
        return replace(self, address=f"{self.address}#t={max(0.0, moment - self.ahead):g}")


def film_on_page(request: Request, clip: str, *, doubted: bool = False) -> FilmOnPage:
    """The film of a clip that a reader may see: the original where a browser plays it, else a light derivative.

    The derivative too, once there is one, where browsers are in doubt about the original's seconds, and where the one
    that asks could not play it.
    """
    room = room_of(request)
    try:
        film = film_of(room.archive, clip)
    except NotHere:
        return FilmOnPage(words=("No sound copy of the film can be read now.",))
    tag = "video" if any(stream.kind == "video" for stream in film.streams) else "audio"
    original = FilmOnPage(plays=True, tag=tag, address=f"/clips/{clip}/film")
    plays = playable(film.container, film.streams).plays
    refused = request.query_params.get("film") == "light" or not plays
    if not refused and not doubted:
        return original
    again = request.url.remove_query_params("film").query if plays else None
    light = room.derivatives.made(clip)
    if isinstance(light, Derivative):
        words = ("This is a light copy for browsers, not the original.",)
        return FilmOnPage(plays=True, tag=tag, address=f"/clips/{clip}/derivative", ahead=-light.ahead, words=words)
    if not refused:
        return replace(original, words=("Players guess seconds in this film: look whether the words fit the sound.",))
    if isinstance(light, UnderWay):
        words = ("A light copy of this film is being made, since browsers do not play it as it is.",)
        if plays:
            words = ("The film broke off here: a light copy of it is being made, if a copy can be read.",)
        return FilmOnPage(words=words, light=f"/clips/{clip}/derivative.json", share=light.share, again=again)
    why = (light.why,) if light.lasting or reader_of(request).role == "keeper" else ()
    if plays:
        words = ("The film broke off, and there is no light copy of it. Perhaps no copy can be read just now.",)
        return FilmOnPage(words=(*words, *why), again=again)
    return FilmOnPage(words=("Browsers do not play this film, and no light copy of it could be made.", *why))


def light_copy(request: Request, clip: str) -> Derivative | None:
    """The light derivative of a clip whose original browsers do not play; one that there is not is begun."""
    room = room_of(request)
    try:
        original = film_of(room.archive, clip)
    except NotHere:
        return None
    found = None if playable(original.container, original.streams).plays else room.derivatives.made(clip)
    return found if isinstance(found, Derivative) else None


async def film(request: Request) -> Response:
    """Bytes of a clip's original, read by threads of their own."""
    return await to_thread.run_sync(_film, request, limiter=_READERS)


def _film(request: Request) -> Response:
    room, clip = room_of(request), request.path_params["clip"]
    if not may_read(room.archive, clip, reader_of(request)):
        return not_there(request)
    opened(request, clip, part=True)
    try:
        found = film_of(room.archive, clip)
        if not _is_named(request, found.name):
            return not_there(request)
        if lent := _lent(request, found):
            return for_other_sites(request, clip, RedirectResponse(lent, 307))
        return for_other_sites(request, clip, _sent(request, found, found.name))
    except NotHere:
        return not_there(request)


def _is_named(request: Request, name: str) -> bool:
    """Whether the address ends as the file's name does, for players that go by it, or has no ending."""
    return request.path_params.get("ending") in (None, name.rpartition(".")[2])


def _lent(request: Request, found: Film) -> str | None:
    """An address at a store that is set to lend such, of a film that is open to everybody; None where there is none.

    It is good for hours, also after a clip was closed, and whoever has it may hand it on.
    """
    if access_now(room_of(request).archive, found.clip).level != "public":
        return None
    try:
        return found.address()
    except TargetError:
        return None


def light(request: Request) -> Response:
    """Bytes of a clip's light derivative; one that there is not is begun, and the answer says when to come again."""
    room, clip = room_of(request), request.path_params["clip"]
    if not may_read(room.archive, clip, reader_of(request)):
        return not_there(request)
    opened(request, clip, part=True)
    try:
        found = room.derivatives.made(clip)
        if isinstance(found, Derivative):
            if not _is_named(request, found.name):
                return not_there(request)
            return for_other_sites(request, clip, _sent(request, found, found.name))
    except NotHere:
        return not_there(request)
    return _not_yet(found)


def light_state(request: Request) -> Response:
    """How far a clip's light derivative is."""
    room, clip = room_of(request), request.path_params["clip"]
    if not may_read(room.archive, clip, reader_of(request)):
        return not_there(request)
    try:
        found = room.derivatives.made(clip)
    except NotHere:
        return not_there(request)
    return JSONResponse({"share": 1.0}) if isinstance(found, Derivative) else _not_yet(found)


def _not_yet(found: UnderWay | NotMade) -> Response:
    if isinstance(found, UnderWay):
        return JSONResponse({"share": found.share}, 503, {"retry-after": str(AGAIN_S)})
    return JSONResponse({"why": found.why if found.lasting else "not now", "lasting": found.lasting}, 404)


def _sent(request: Request, body: Bytes, name: str) -> Response:
    """The answer to a request for a range. Raises NotHere where no copy gives its first byte."""
    is_head = request.method == "HEAD"
    status, headers, span = answer(
        body, None if is_head else request.headers.get("range"), request.headers.get("if-range")
    )
    headers = {**headers, "content-disposition": f'inline; filename="{name}"', "cache-control": "private, no-store"}
    if span is None or is_head:
        return _bare(status, headers)
    blocks = body.read(*span)
    return StreamingResponse(_until_closed(blocks), status, headers)


def _bare(status: int, headers: Mapping[str, str]) -> Response:
    response = Response(status_code=status)
    response.headers.update(headers)
    return response


async def _until_closed(blocks: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    """The blocks; whatever happens to the connection, the request at the store ends too."""
    try:
        while (block := await to_thread.run_sync(next, blocks, None, limiter=_READERS)) is not None:
            yield block
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(blocks.close, limiter=_READERS)
