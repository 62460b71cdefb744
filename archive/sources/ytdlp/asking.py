"""How yt-dlp asks the net: by http and https alone, within the bounds.

yt-dlp has a handler of requests for each library that it finds, and takes the next one where one does not know a
scheme: `urllib` for ftp and data, `websockets`, `curl_cffi`. Only the one for requests is used here, since only its
connections are guarded.
"""
# mypy: disable-error-code="import-untyped"

import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema
from urllib3.exceptions import ProtocolError
from yt_dlp.networking._requests import RequestsResponseAdapter
from yt_dlp.networking._requests import RequestsRH as StockRequestsRH
from yt_dlp.networking.exceptions import HTTPError, RequestError, TransportError

from archive.sources.ytdlp.connecting import Meter, guard, watch_tls
from archive.sources.ytdlp.limits import OutOfBounds

_PIECE = 1 << 16
_MOVED = 1 << 16
"""Bytes of a redirect's body that are passed over so that its connection stays; nobody reads them."""


class Barred(RequestError):  # type: ignore[misc]  # yt-dlp has no types
    """A request that is out of bounds, as yt-dlp must see it: not one that is made again."""


class BarredOnce(Barred, TransportError):  # type: ignore[misc]
    """One that yt-dlp may do without, or make again: as if the network had failed."""


def handler(
    meter: Meter, ca_file: Path | None, bar: Callable[[OutOfBounds], Barred], take_turn: Callable[[str], None]
) -> type:
    """The handler of requests for one session; `bar` says how a crossed bound is raised.

    `take_turn` waits until a host may be asked: before each request, also of those that a redirect leads to. It
    trusts the authorities in `ca_file` too. Its name stays the stock one's, for yt-dlp looks it up.
    """

    class RequestsRH(StockRequestsRH):  # type: ignore[misc]
        def _make_sslcontext(self, *args: Any, **kwargs: Any) -> ssl.SSLContext:
            made: ssl.SSLContext = super()._make_sslcontext(*args, **kwargs)
            if ca_file is not None:
                made.load_verify_locations(cafile=ca_file)
            watch_tls(made, meter)
            return made

        def _create_instance(self, *args: Any, **kwargs: Any) -> Any:
            session = super()._create_instance(*args, **kwargs)
            for adapter in set(session.adapters.values()):
                guard(adapter, meter)
                _ask_in_turn(adapter, take_turn)
            session.hooks["response"].append(_pass_over)
            return session

        def _send(self, request: Any) -> Answer:
            try:
                return Answer(super()._send(request), meter, bar)
            except OutOfBounds as bound:
                raise bar(bound) from None
            except HTTPError as error:
                raise HTTPError(Answer(error.response, meter, bar), error.redirect_loop) from error
            except RequestError as error:
                if isinstance(error.cause, InvalidSchema):
                    raise bar(OutOfBounds("it leads on to an address that is neither http nor https")) from None
                raise

    return RequestsRH


def _ask_in_turn(adapter: HTTPAdapter, take_turn: Callable[[str], None]) -> None:
    send = adapter.send

    def in_turn(request: Any, *args: Any, **kwargs: Any) -> Any:
        take_turn(urlsplit(request.url).hostname or "")
        return send(request, *args, **kwargs)

    adapter.send = in_turn  # type: ignore[method-assign]


def _pass_over(response: Any, **_: Any) -> None:
    """Leave a redirect's body where it is: requests would read all of it, and unpack it, before it goes on."""
    if response.is_redirect:
        whole = False
        with suppress(ProtocolError):
            whole = len(response.raw.read(_MOVED + 1, decode_content=False)) <= _MOVED
        if not whole:
            response.raw.close()
        response._content, response._content_consumed = b"", True


class Answer(RequestsResponseAdapter):  # type: ignore[misc]
    """An answer of a server: read as a whole, it is no larger than a page may be; in pieces, than `most`, if set."""

    def __init__(self, stock: Any, meter: Meter, bar: Callable[[OutOfBounds], Barred]) -> None:
        super().__init__(stock._requests_response)
        self._stock = stock  # it would close the answer as it goes
        self._meter = meter
        self._bar = bar
        self._taken = 0
        self.most: int | None = None

    def read(self, amt: int | None = None) -> bytes:
        """Up to `amt` bytes, or all that are left. Raises what `bar` makes of a crossed bound."""
        try:
            return self._whole() if amt is None else self._some(amt, self.most)
        except OutOfBounds as bound:
            self.close()
            raise self._bar(bound) from None

    def _whole(self) -> bytes:
        limits, held = self._meter.limits, bytearray()
        end = self._meter.clock() + limits.page_seconds
        while piece := self._some(_PIECE, min(limits.page, self.most or limits.page)):
            held += piece
            if self._meter.clock() > end:
                raise OutOfBounds(f"a page did not come whole in {limits.page_seconds:,.0f} s")
        return bytes(held)

    def _some(self, amt: int, most: int | None) -> bytes:
        piece: bytes = super().read(amt)
        self._taken += len(piece)
        if most is not None and self._taken > most:
            raise OutOfBounds(f"an answer has more than {most:,} bytes, which no page, list or piece of a film needs")
        return piece


def why_not(error: BaseException) -> str:
    """Why a caption or thumbnail could not be had: a status, the bound that was met, or what yt-dlp broke with."""
    if isinstance(error, HTTPError):
        return f"HTTP {error.status}"
    if isinstance(error, OutOfBounds | Barred):
        return str(error)
    return "HTTP failed" if isinstance(error, RequestError | OSError) else type(error).__name__
