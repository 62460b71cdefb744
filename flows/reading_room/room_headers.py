"""What every answer of the room tells a browser: run nothing of strangers, keep nothing, be framed by nobody.

The policy is that of CSP level 3 (https://www.w3.org/TR/CSP3/): all that a page needs comes from the room itself, and
no script or style stands in a page. Pages with testimony are `no-store` (RFC 9111, section 5.2.2.5).
"""

from collections.abc import Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.people.proxy import may_ask
from archive.settings.reading_room_stanza import ReadingRoomSettings


def policy(stores: Iterable[str] = ()) -> str:
    """The policy of every page. `stores` are the origins of those whose films browsers fetch by lent addresses."""
    media = " ".join(["'self'", *stores])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"media-src {media}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


ALWAYS: Mapping[str, str] = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
USUALLY: Mapping[str, str] = {"cache-control": "no-store", "cross-origin-resource-policy": "same-origin"}
"""What a page may say otherwise."""


class SafeHeaders:
    """Adds the headers to every answer of an application; a page that names how it may be cached keeps that."""

    def __init__(self, app: ASGIApp, stores: Iterable[str] = ()) -> None:
        self._app, self._always = app, {**ALWAYS, "content-security-policy": policy(stores)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers."""

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers[name] = value
                for name, value in USUALLY.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, add if scope["type"] == "http" else send)


class KnownDoors:
    """Refuses who is not to be answered: beyond loopback all but the proxy, and who asks under a strange name."""

    def __init__(self, app: ASGIApp, room: ReadingRoomSettings) -> None:
        self._app, self._room = app, room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] == "http":
            peer = scope["client"][0] if scope.get("client") else None
            if not may_ask(self._room, peer):
                return await PlainTextResponse("ask the reverse proxy\n", 403)(scope, receive, send)
            if not self._room.is_allowed_host(Headers(scope=scope).get("host", "")):
                return await PlainTextResponse("this room has another name\n", 400)(scope, receive, send)
        return await self._app(scope, receive, send)
