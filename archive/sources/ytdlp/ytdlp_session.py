"""A session of yt-dlp, kept honest and within bounds. Only this room imports it, and linking its list of sites.

yt-dlp splices a file that changed while it was fetched, writes cookies back, runs plugins, prints to the terminal, and
hides the cause of a failure three errors deep. Here it does none of that.
"""
# mypy: disable-error-code="import-untyped"

import http.client
import json
import logging
import re
import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from weakref import WeakSet

from deno import find_deno_bin
from yt_dlp import YoutubeDL
from yt_dlp.globals import plugin_dirs
from yt_dlp.networking import Request, Response
from yt_dlp.networking.exceptions import HTTPError, RequestError, TransportError
from yt_dlp.utils import ExtractorError, GeoRestrictedError, RegexNotFoundError, UserNotLive, YoutubeDLError
from yt_dlp.version import __version__

from archive.records.clip import Context
from archive.sources.cleaning import plain
from archive.sources.host_clocks import HOSTS, HostClocks
from archive.sources.ytdlp import feeds, peertube_answers, quality
from archive.sources.ytdlp.asking import Barred, BarredOnce, handler, why_not
from archive.sources.ytdlp.beside import Beside
from archive.sources.ytdlp.connecting import Meter
from archive.sources.ytdlp.failures import Symptoms
from archive.sources.ytdlp.limits import Limits, OutOfBounds
from archive.sources.ytdlp.manifests import LOOKS
from archive.sources.ytdlp.pieces import Pieces
from archive.sources.ytdlp.programs import in_pieces, ours
from archive.sources.ytdlp.unreached import unreached
from storage.http_times import seconds_to_wait

log = logging.getLogger(__name__)

plugin_dirs.value = []  # else YoutubeDL runs whatever lies in ~/.config/yt-dlp/plugins


def tool_version() -> str:
    """The version of yt-dlp, which is the date of its release."""
    return str(__version__)


def tool_age_days(today: date) -> int:
    """Days since the release of this yt-dlp; sites change, and most failures of an old one are cured by updating."""
    year, month, day = map(int, tool_version().split(".")[:3])
    return (today - date(year, month, day)).days


def javascript_runtime() -> str | None:
    """The deno that yt-dlp runs YouTube's scripts with: the wheel's own beside this Python, else the one on PATH."""
    try:
        return str(find_deno_bin())
    except FileNotFoundError:
        return shutil.which("deno")


PROBLEM = 1 << 16
"""Bytes of an answer that refuses us, at most, that are read for the reason in it."""

PAGE_SIZES = {"PeerTubePlaylist": 100}
"""Places of a page of a list, where the server gives more than yt-dlp asks for: fewer requests, and none is wasted.

PeerTube's API gives 100 at most: https://docs.joinpeertube.org/api-rest-reference.html#tag/Video-Channels
"""

_NO_READER = "UnsupportedURL"
_CAPTIONS = ("extract_subtitles", "extract_automatic_captions")
_HEADERS = ("Content-Type", "Date", "ETag", "Last-Modified", "Server")
"""What is kept of an answer's head: who served which bytes when, and nothing that signs or identifies anybody."""


class YtdlpSession(YoutubeDL):  # type: ignore[misc]  # yt-dlp has no types
    """A YoutubeDL that keeps the limits, and continues a broken body only if it is proven to be the one that was begun.

    yt-dlp asks for the rest with Range and without If-Range: where the file changed meanwhile, it splices. Here a
    request for the rest carries the validator of the first answer, and without one the whole file is asked for again.
    `lengths` maps an address to the size in bytes that its server announced; `last_failure` is the last request's
    that failed, `answered` the address of the last answer; `unread`: the list of captions could not be had. `left_open`
    are files of films in pieces, `pieces` what was seen of those, by the file's name; `all_end`: of each body of a
    film its server said where it ends. `beside` has the platform's own answers; `warned` are yt-dlp's warnings so far.

    Each request waits for its host's turn by `hosts`, `request_seconds` after the one before it. Where a host answers
    429 or 503 with a short Retry-After (RFC 9110, 10.2.3), that is waited by everybody, and the request made again.
    """

    def __init__(
        self,
        params: dict[str, Any],
        ca_file: Path | None,
        limits: Limits,
        *,
        hosts: HostClocks = HOSTS,
        request_seconds: float = 0.0,
    ) -> None:
        self.limits = limits
        self._hosts, self._request_seconds = hosts, request_seconds
        self._meter = Meter(limits)
        self._ca_file = ca_file
        self._begun: dict[str, tuple[str | None, str | None]] = {}
        self.lengths: dict[str, int] = {}
        self.last_failure: RequestError | None = None
        self.unread = False
        self._refusals: list[HTTPError] = []
        self.answered = ""
        self._answers: WeakSet[Response] = WeakSet()
        self.left_open: list[IO[bytes]] = []
        self.pieces: dict[str, Pieces] = {}
        self.all_end = True
        self.beside = Beside(self)
        self._without_address: list[dict[str, Any]] = []
        self.warned: Collection[str] = ()
        self._met: dict[str, tuple[str, dict[str, str]]] = {}
        self._fetching = False
        self._largest: int | None = None
        super().__init__(params)

    def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
        """Ask by one handler of requests alone: see `asking`. The environment of the process names no authorities."""
        asked = handler(self._meter, self._ca_file, self._bar, self._take_turn)
        return super().build_request_director([asked], preferences)

    def _take_turn(self, host: str) -> None:
        self._hosts.take_turn(host, self._request_seconds)

    def _bar(self, bound: OutOfBounds) -> Barred:
        """How yt-dlp learns of a bound: while a site is read as of a network's failure, for it may do without."""
        passing = not self._meter.spent and (not self._fetching or bound.may_pass)
        self.last_failure = (BarredOnce if passing else Barred)(str(bound))
        return self.last_failure

    def build_format_selector(self, format_spec: str) -> Any:
        """Choose among formats that are fetched in this process, if there are any."""
        select = super().build_format_selector(format_spec)

        def among(choice: dict[str, Any]) -> Any:
            reasons = {reason: None for one in choice["formats"] if (reason := ours(one, self.params)) is not None}
            kept = [one for one in choice["formats"] if ours(one, self.params) is None]
            if reasons and not kept:
                raise OutOfBounds(_handed_on("; ".join(reasons)))
            return select({**choice, "formats": kept})

        return among

    def process_video_result(self, info_dict: dict[str, Any], download: bool = True) -> Any:
        """Choose formats, and fetch; formats without an address, which yt-dlp drops without a word, are remembered."""
        self._without_address = [
            *(one for one in self._get_formats(info_dict) if not one.get("url") and not one.get("has_drm")),
            *peertube_answers.without_address(self.beside.answers),
        ]
        return super().process_video_result(info_dict, download)

    def would_choose(self, info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The formats of a processed video that would be fetched had all an address."""
        missing = [quality.with_address(one) for one in self._without_address]
        if not missing:
            return list(quality.parts_of(info))
        formats = [dict(one) for one in self._get_formats(info) if ours(one, self.params) is None] + missing
        self.sort_formats({"formats": formats, "_format_sort_fields": info.get("_format_sort_fields")})
        chosen = self._select_formats(formats, super().build_format_selector(self.params["format"]))
        return list(quality.parts_of(chosen[-1])) if chosen else []

    def context(self, clients: tuple[str, ...]) -> Context:
        """How what was asked for came here: by the film's first answer, else by the first of all."""
        of = "film" if "film" in self._met else "page"
        host, headers = self._met.get(of, ("", {}))
        return Context(clients=clients, of=of, headers=headers, certificate=self._meter.certificates.get(host))

    def dl(self, name: str, info: dict[str, Any], subtitle: bool = False, test: bool = False) -> Any:
        """Fetch one file of a film. Raises OutOfBounds where yt-dlp would hand it on."""
        reason = ours(info, self.params)
        if reason is not None:
            raise OutOfBounds(_handed_on(reason))
        self._fetching = True
        self._largest = self.limits.segment if in_pieces(info, self.params) else None
        try:
            return super().dl(name, info, subtitle, test)
        finally:
            self._fetching, self._largest = False, None
            for file in self.left_open:
                file.close()

    def get_info_extractor(self, ie_key: str) -> Any:
        """A reader of a site that spreads out no manifest without a look at it, and whose captions cannot fail it."""
        reader = super().get_info_extractor(ie_key)
        if ie_key in PAGE_SIZES:
            reader._PAGE_SIZE = PAGE_SIZES[ie_key]
        for names, changed in ((_CAPTIONS, self._without_fail), (LOOKS, self._looked_at)):
            for name in names:
                if name not in vars(reader):
                    setattr(reader, name, changed(getattr(reader, name)))
        if ie_key == feeds.READER and "_extract_rss" not in vars(reader):
            reader._extract_rss = feeds.whole(reader._extract_rss)
        self.beside.listen(ie_key, reader)
        return reader

    def _looked_at(self, stock: Callable[..., Any]) -> Callable[..., Any]:
        def spread_out(*args: Any, **kwargs: Any) -> Any:
            LOOKS[stock.__name__](self.limits.manifest, *args, **kwargs)
            return stock(*args, **kwargs)

        return spread_out

    def _without_fail(self, stock: Callable[..., Any]) -> Callable[..., Any]:
        def captions(*args: Any, **kwargs: Any) -> Any:
            before = self.last_failure
            try:
                return stock(*args, **kwargs)
            except Exception as error:
                log.debug("the list of captions could not be read: %s", why_not(error))
                self.unread = True
                return {}
            finally:
                self.unread = self.unread or self.last_failure is not before
                self.last_failure = before

        return captions

    def urlopen(self, req: Request | str) -> Response:
        """Open an address. See the class for requests with a Range."""
        request = Request(req) if isinstance(req, str) else req
        address = request.url
        request.headers.pop("Ytdl-Request-Proxy", None)  # a proxy is one that a person chose
        if not address.lower().startswith(("http://", "https://")):
            raise self._bar(
                OutOfBounds(f"it leads to {address.partition(':')[0][:20]}:, and only http and https are asked")
            )
        rest = re.fullmatch(r"bytes=[1-9]\d*-", request.headers.get("Range") or "")
        begun = self._begun.get(address)
        if rest:
            validator = _validator(begun) if begun else None
            if validator:
                request.headers["If-Range"] = validator
            else:
                del request.headers["Range"]
        try:
            response = self._open(request)
            if response.status == 206 and begun and _marks(response) != begun:
                response.close()
                if not rest:  # a piece with an end: the whole in its place would be worse than none
                    raise TransportError("the file changed while it was fetched")
                del request.headers["Range"], request.headers["If-Range"]
                response = self._open(request)
        except RequestError as error:
            self.last_failure = error
            if isinstance(error, HTTPError):
                self._refusals.append(error)
            raise
        self._answers.add(response)
        self.all_end = self.all_end and (not self._fetching or _has_end(response))
        self._met.setdefault("film" if self._fetching else "page", _head(response))
        self.answered = response.url
        self._begun[address] = _marks(response)
        response.most = self._largest
        length = _whole_length(response)
        if length is not None:
            self.lengths[address] = length
        return response

    def _open(self, request: Request) -> Response:
        """Open an address; again, some times, where its host asks for a short wait."""
        while True:
            try:
                response = super().urlopen(request)
            except HTTPError as error:
                host, seconds = urlsplit(error.response.url).hostname or "", _asked_wait(error)
                if seconds is None or not self._hosts.shut(host, seconds):
                    raise
                error.close()
                log.info("%s answers %s; %.0f s are waited, as it asks", host, error.status, seconds)
            else:
                self._hosts.answered(urlsplit(response.url).hostname or "")
                return response

    def close(self) -> None:
        """Let go of everything, refusals and what was broken off too: nobody else closes those."""
        for refusal in self._refusals:
            if refusal.status in (401, 403):
                refusal.code = _code(refusal.response)
        for one in (*self._refusals, *self._answers):
            one.close()
        super().close()

    def process_subtitles(self, *_: Any) -> None:
        """Choose no captions: `read` fetches them once the film is there, so that none can fail it."""

    def is_video(self, reader: str | None, address: str | None) -> bool:
        """Whether an entry's address is that of one video; where yt-dlp cannot say, it is taken for a list."""
        if not reader or not address:
            return True
        if reader == feeds.READER:
            return feeds.is_film(address)
        return bool(self.get_info_extractor(reader).is_single_video(address))

    def takes(self, reader: str, address: str) -> bool:
        """Whether a reader knows what to do with an address."""
        return bool(self.get_info_extractor(reader).suitable(address))

    def reader_of(self, address: str) -> str | None:
        """The reader that is allowed to this session and takes an address, None for none."""
        return next((name for name, one in self._ies.items() if name != _NO_READER and one.suitable(address)), None)

    def video_at(self, address: str) -> tuple[str, str] | None:
        """The reader of an address and the id that it has there, if it is that of one video."""
        reader = self.reader_of(address)
        if reader is None or not self.is_video(reader, address):
            return None
        name = address if reader == feeds.READER else self.get_info_extractor(reader).get_temp_id(address)
        return (reader, str(name)) if name else None

    def read(self, offer: Mapping[str, Any], headers: Mapping[str, str], end: float) -> bytes:
        """The bytes of a caption or thumbnail. Raises OutOfBounds for too many, and for those not here by `end`."""
        if isinstance(offer.get("data"), str):
            return plain(offer["data"]).encode()
        held, most = bytearray(), self.limits.extra
        if self.clock() > end:
            raise OutOfBounds("not asked for, since those before it took too long")
        with self.urlopen(Request(offer["url"], headers=dict(offer.get("http_headers") or headers))) as response:
            while piece := response.read(1 << 16):
                held += piece
                if len(held) > most:
                    raise OutOfBounds(f"larger than {most:,} bytes")
                if self.clock() > end:
                    raise OutOfBounds("took too long")
        return bytes(held)

    def clock(self) -> float:
        """Seconds, for `end` of `read`."""
        return self._meter.clock()


def _code(response: Response) -> str | None:
    """The word for what is wrong in an answer as RFC 9457 has it, which PeerTube writes; None where there is none.

    It is read once yt-dlp is done with the answer, and no more of it than such an answer has.
    """
    with suppress(Exception):  # of whatever kind: the status has said the rest
        response.most = PROBLEM
        code = json.loads(response.read())["code"]
        return str(code) if isinstance(code, str) and re.fullmatch(r"\w{1,64}", code) else None
    return None


def _asked_wait(error: HTTPError) -> float | None:
    """The seconds that a host asks to be left alone for."""
    if error.status not in (429, 503):
        return None
    return seconds_to_wait(error.response.headers.get("Retry-After"), datetime.now(UTC))


def _handed_on(reason: str) -> str:
    return f"{reason}, which keeps no bounds; look at the source's format for one that comes by http, HLS or DASH"


def _head(response: Response) -> tuple[str, dict[str, str]]:
    """The host that gave an answer, and what is kept of its head."""
    kept = {name: plain(str(value))[:200] for name in _HEADERS if (value := response.headers.get(name))}
    return (urlsplit(response.url).hostname or "").lower(), kept


def _marks(response: Response) -> tuple[str | None, str | None]:
    return response.headers.get("ETag"), response.headers.get("Last-Modified")


def _validator(marks: tuple[str | None, str | None]) -> str | None:
    """What If-Range may hold: a strong ETag, else the date of the last change (RFC 9110, 13.1.5)."""
    etag, modified = marks
    return etag if etag and not etag.startswith("W/") else modified


def _has_end(response: Response) -> bool:
    """Whether a body that breaks off cannot be taken for a whole one (RFC 9112, 6.3)."""
    return "Content-Length" in response.headers or "chunked" in response.headers.get("Transfer-Encoding", "").lower()


def _whole_length(response: Response) -> int | None:
    """The size of the whole file as the server announces it."""
    if response.headers.get("Content-Encoding"):
        return None
    ranged = re.fullmatch(r"bytes \d+-\d+/(\d+)", response.headers.get("Content-Range") or "")
    text = ranged[1] if ranged else "" if response.status == 206 else response.headers.get("Content-Length") or ""
    return int(text) if text.isdigit() else None


def symptoms_of(error: BaseException, last_failure: RequestError | None) -> Symptoms:
    """What an error of yt-dlp tells, through all that it was caused by.

    A reader that did not reckon with a failed request fails with an error of Python's own: the request is the cause.
    """
    foreign = not isinstance(error, OutOfBounds | YoutubeDLError | OSError | http.client.HTTPException)
    if foreign and last_failure is not None:
        error, foreign = last_failure, False
    chain: list[BaseException] = []
    rest: list[object] = [error]
    while rest:
        one = rest.pop(0)
        if isinstance(one, BaseException) and one not in chain:
            chain.append(one)
            rest += [(getattr(one, "exc_info", None) or (None, None))[1], getattr(one, "cause", None), one.__cause__]
    if isinstance(last_failure, Barred) and not any(isinstance(e, RequestError) for e in chain):
        chain.append(last_failure)  # yt-dlp tells its words alone after the last try, or goes on without what was asked
    bound = next((e for e in chain if isinstance(e, OutOfBounds | Barred)), None)
    if bound is not None:
        return Symptoms(text=str(bound), barred=True)
    refusal = next((e for e in chain if isinstance(e, HTTPError)), None)
    if refusal is None and (told := unreached(error)):
        return Symptoms(text=told[0], unreached=told[1])
    text = str(error) or type(error).__name__
    code = getattr(refusal, "code", None)
    return Symptoms(
        text=(f"{type(error).__name__}: {text}" if foreign else text.removeprefix("ERROR: "))
        + (f" ({code})" if code else ""),
        status=refusal.status if refusal else None,
        retry_after=refusal.response.headers.get("Retry-After") if refusal else None,
        unexpected=(foreign or "please report this issue" in text or any(_unexpected(e) for e in chain))
        and not any(isinstance(e, RequestError) for e in chain),
        not_live=any(isinstance(e, UserNotLive) for e in chain),
        blocked_here=any(isinstance(e, GeoRestrictedError) for e in chain),
        underway=not any(isinstance(e, ExtractorError) for e in chain) or any(isinstance(e, _UNDERWAY) for e in chain),
    )


_UNDERWAY = (RequestError, OSError, http.client.HTTPException)


def is_missing_tab(error: BaseException) -> bool:
    """Whether a channel merely lacks the tab that was asked for: its list of them is empty."""
    return isinstance(error, YoutubeDLError) and re.search(r"does not have an? \w+ tab", str(error)) is not None


def _unexpected(error: BaseException) -> bool:
    return isinstance(error, RegexNotFoundError) or (isinstance(error, ExtractorError) and not error.expected)
