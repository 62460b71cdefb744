"""A video channel that is real but for its films: it speaks PeerTube's REST API over TLS, behind its own proxy.

yt-dlp's stock PeerTube extractor takes an address only if its host is on its list of instances, so the channel stands
at one of those names, and a CONNECT proxy of its own ends the TLS with a throwaway authority. Give yt-dlp `proxy` and
`ca_file`, and no other host is ever asked. Faults are set per video: see `Fault`.

API: https://docs.joinpeertube.org/api-rest-reference.html, the parts that yt-dlp reads.
"""

import base64
import hashlib
import json
import math
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR, socket
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

import trustme

from archive.records.one_film import short_uuid

HOST = "peertube2.cpy.re"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
Query = dict[str, list[str]]
_PIECE = 16_384
_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "mpd": "application/dash+xml",
    "xml": "application/rss+xml",
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "m4s": "video/iso.segment",
    "jpg": "image/jpeg",
}
_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////"
    "////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one video; `where` names the part that it goes wrong with, or several.

    Parts are `page`, `media`, `caption`, `captions` (their list), `thumbnail`, `playlist`, `segment`, or the number of
    a channel's page, as text. Of these answer: `status`; `location`, which is redirected to; `body`, which comes
    instead, or with the status; `flood`, so many bytes, which begin as `body`; `drip`, a byte every so many seconds, in
    a header without an end.

    `cut`: the body ends at this fraction of the file, however often it is asked for; with `announced` False no
    Content-Length warns of it. `swap`: the first body breaks off at the middle, and from then on the file has these
    bytes instead. `forgets_if_range`: ranges are served even if the bytes are not those that the client has begun.
    `lie`: these bytes instead of the film, under its type. `pace`: bytes a second. `hold`: the body stops at its middle
    until this is set. `times`: what answers does so only so often, and all is well from then on.
    """

    status: int | None = None
    where: str = "page"
    retry_after: str | None = None
    cut: float | None = None
    announced: bool = True
    swap: bytes | None = None
    forgets_if_range: bool = False
    lie: bytes | None = None
    premiere: bool = False
    pace: int | None = None
    hold: threading.Event | None = None
    location: str | None = None
    body: bytes | None = None
    flood: int | None = None
    drip: float | None = None
    times: int | None = None


@dataclass
class Video:
    """One video: its film, and what the platform says of it.

    `captions` maps a language to what the server has under a name of WebVTT; `duration` is what is announced, in
    seconds. `playlist` is an HLS playlist of the film, offered beside it; `{segment}` in it stands for
    the address of the whole film as one segment.

    `lower` is a second film that is offered beside it, of 90 lines; `hidden` is the height of one that is named without
    an address. `password` is wanted of whoever asks for its page, captions or film; `answer` is what the page answers
    to those who may not see it, with its status. `automatic` are the languages whose captions a machine made, and
    `form` is the ending of all their names. `thumbnail` is a JPEG. `comments` are texts, each with its answers.
    One that is `live` has its playlist alone.
    """

    title: str
    film: Path
    duration: int | None = None
    description: str = ""
    tags: tuple[str, ...] = ()
    language: str | None = None
    captions: Mapping[str, str | bytes] = field(default_factory=dict)
    key: str = ""
    published: str = "2024-05-17T09:30:00.000Z"
    fault: Fault | None = None
    playlist: str | None = None
    lower: Path | None = None
    hidden: int | None = None
    height: int = 180
    password: str | None = None
    answer: tuple[int, str] | None = None
    privacy: str = "Public"
    first_published: str | None = None
    chapters: Sequence[tuple[int, str]] = ()
    automatic: frozenset[str] = frozenset()
    form: str = "vtt"
    thumbnail: bytes = _JPEG
    comments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    views: int = 0
    live: bool = False

    @property
    def id(self) -> str:
        """PeerTube's short id: 22 characters, made from `key`, or from the title and the film's name."""
        number = int.from_bytes(hashlib.sha256(_key(self).encode("utf-8", "surrogatepass")).digest()[:20], "big")
        letters = []
        for _ in range(22):
            number, rest = divmod(number, len(_ALPHABET))
            letters.append(_ALPHABET[rest])
        return "".join(letters)

    @property
    def url(self) -> str:
        """The page a person would open."""
        return f"https://{HOST}/w/{self.id}"


@dataclass(frozen=True)
class RateLimit:
    """How many API requests a visitor may make within so many seconds; PeerTube's own numbers, unless said otherwise.

    Beyond it they are answered 429 with `retry_after`, the seconds until the window ends where None.
    """

    requests: int = 50
    seconds: float = 10
    retry_after: str | None = None


@dataclass(frozen=True)
class Request:
    """One request as it came: `status` is what was answered."""

    path: str
    headers: dict[str, str]
    status: int


class Channel:
    """Serves channels of videos while entered; videos come in the order listed, newest first.

    `password` is wanted by the proxy and is part of `proxy`; every answer sets `cookie` if given.
    `page_status` maps the number of a listing page (30 videos each, from 1) to the status it answers instead;
    `page_fault` is what else may go wrong with one. `limit` is kept by `clock`.
    `elsewhere` are pages of other hosts, by host and path, as in `t.me/voices/12`; a function makes one of its query.
    Those in `unannounced` come without a length, and break off at that share of them. An answer begins `delay` seconds
    after it was asked for.
    """

    def __init__(
        self,
        videos: Sequence[Video],
        *,
        name: str = "testimonies",
        password: str | None = None,
        cookie: str | None = None,
        page_status: dict[int, int] | None = None,
        page_fault: Fault | None = None,
        limit: RateLimit | None = None,
        clock: Callable[[], float] = time.monotonic,
        elsewhere: "Mapping[str, bytes | Callable[[Query], bytes]] | None" = None,
        delay: float = 0,
    ) -> None:
        self.name = name
        self.password = password
        self.cookie = cookie
        self.page_status = dict(page_status or {})
        self.page_fault = page_fault
        self.requests: list[Request] = []
        self.downloads: dict[str, int] = {}
        self.swapped: set[str] = set()
        self.playlists: dict[str, list[Video | None]] = {}
        self.limit, self._clock = limit, clock
        self.delay = delay
        self.elsewhere = dict(elsewhere or {})
        self.unannounced: dict[str, float] = {}
        self.hosts = {HOST, *(address.partition("/")[0] for address in self.elsewhere)}
        self._window = (clock(), 0)
        self._wronged = dict[tuple[int, str], int]()
        self._channels: dict[str, list[Video]] = {name: list(videos)}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        authority = trustme.CA()
        self._folder = TemporaryDirectory()
        self.ca_file = Path(self._folder.name, "authority.pem")
        authority.cert_pem.write_to_path(str(self.ca_file))
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued = authority.issue_cert(*sorted(self.hosts))
        issued.configure_cert(self._tls)
        shown = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
        self.certificate = hashlib.sha256(shown).hexdigest()
        self._server = _Server(self, self._tls)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        self._folder.cleanup()

    @property
    def url(self) -> str:
        """The address of the first channel."""
        return self.url_of(self.name)

    def url_of(self, name: str) -> str:
        """The address of a channel by its name."""
        return f"https://{HOST}/c/{quote(name)}/videos"

    def add_playlist(self, name: str, videos: Sequence[Video | None]) -> str:
        """Make a playlist, None in it being an element that a visitor may not see; its address."""
        self.playlists[name] = list(videos)
        return f"https://{HOST}/w/p/{quote(name)}"

    def too_many(self) -> str | None:
        """Count one API request; the Retry-After of one too many."""
        if self.limit is None:
            return None
        with self._lock:
            began, count = self._window
            if self._clock() - began >= self.limit.seconds:
                began, count = self._clock(), 0
            self._window = (began, count + 1)
            left = math.ceil(began + self.limit.seconds - self._clock())
            return (self.limit.retry_after or str(left)) if count >= self.limit.requests else None

    def goes_wrong_again(self, fault: Fault, part: str) -> bool:
        """Count one time that a fault shows; False where it has shown as often as it is to."""
        if fault.times is None:
            return True
        with self._lock:
            self._wronged[id(fault), part] = shown = self._wronged.get((id(fault), part), 0) + 1
        return shown <= fault.times

    @property
    def proxy(self) -> str:
        """The proxy's address, with its password if it wants one."""
        login = f"archive:{quote(self.password)}@" if self.password else ""
        return f"http://{login}127.0.0.1:{self._server.server_port}"

    @property
    def videos(self) -> tuple[Video, ...]:
        """The videos of the first channel, newest first."""
        return tuple(self._channels[self.name])

    def add(self, video: Video, *, name: str | None = None) -> None:
        """Publish a video, newest of its channel; a channel that is not there yet begins with it."""
        with self._lock:
            self._channels.setdefault(name or self.name, []).insert(0, video)

    def edit(self, key: str, **fields: Any) -> None:
        """Change what is said of a video, by its short id, or its film; it keeps its id and its place."""
        with self._lock:
            for videos in self._channels.values():
                videos[:] = [replace(one, **{"key": _key(one), **fields}) if one.id == key else one for one in videos]

    def remove(self, video: Video) -> None:
        """Take a video down everywhere: it is listed no more and its page answers 404."""
        with self._lock:
            for videos in self._channels.values():
                videos[:] = [other for other in videos if other.id != video.id]

    def find(self, key: str) -> Video | None:
        """The video of a short id, or of the UUID that it writes."""
        key = short_uuid(key) or key
        with self._lock:
            return next((v for videos in self._channels.values() for v in videos if v.id == key), None)

    def page(self, name: str, start: int, count: int) -> tuple[int, list[Video]] | None:
        """How many videos a channel has, and `count` of them from `start`; None for no such channel."""
        with self._lock:
            videos = self._channels.get(name)
            return None if videos is None else (len(videos), videos[start : start + count])

    def note(self, request: Request, download: str | None = None) -> None:
        """Write down a request, and count it as a download of a video's film."""
        with self._lock:
            self.requests.append(request)
            if download:
                self.downloads[download] = self.downloads.get(download, 0) + 1


def _key(video: Video) -> str:
    """What a video's id is made from, whatever else of it changes."""
    return video.key or f"{video.title}\0{video.film.name}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    disable_nagle_algorithm = True

    def __init__(self, channel: Channel, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.channel = channel
        self.tls = tls
        self._open: set[socket] = set()
        self._visits: list[threading.Thread] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        visit = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._visits.append(visit)
        visit.start()

    def opened(self, tunnel: socket) -> None:
        """Keep a connection within another, which it has taken over."""
        self._open.add(tunnel)

    def hang_up(self) -> None:
        """End every visit, so that no socket is left to the garbage collector."""
        for connection in list(self._open):
            with suppress(OSError):  # most are closed already
                connection.shutdown(SHUT_RDWR)
        for visit in self._visits:
            visit.join(5)


class _Visit(BaseHTTPRequestHandler):
    """One connection: a CONNECT to the proxy, then HTTPS requests within it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    _tunnel: ssl.SSLSocket | None = None
    _host = HOST

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's word
        """Keep quiet: requests are in `Channel.requests`."""

    def handle(self) -> None:
        with suppress(OSError, ssl.SSLError):  # a client may leave at any moment
            super().handle()

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()
        if self._tunnel is not None:
            self._tunnel.close()

    def do_CONNECT(self) -> None:
        password = self.server.channel.password
        wanted = "Basic " + base64.b64encode(f"archive:{password}".encode()).decode()
        self._host = self.path.rpartition(":")[0]
        known = self._host in self.server.channel.hosts
        if (password and self.headers.get("Proxy-Authorization") != wanted) or not known:
            self._answer(407 if known else 502, b"", {"Proxy-Authenticate": "Basic"} if known else {})
            self.close_connection = True
            return
        self.send_response(200)
        self.end_headers()
        self._tunnel = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.server.opened(self._tunnel)
        self.rfile.close()
        self.rfile = self._tunnel.makefile("rb")
        self.wfile = self._tunnel.makefile("wb", 0)  # type: ignore[assignment]  # raw, as the base class's own
        self.close_connection = False

    def do_GET(self) -> None:
        if self._tunnel is None:
            return self._answer(400, b"only CONNECT")
        parts = urlsplit(self.path)
        if self._host != HOST:
            page = self.server.channel.elsewhere.get(self._host + parts.path)
            page = page(parse_qs(parts.query)) if callable(page) else page
            kind = _TYPES.get(parts.path.rpartition(".")[2])
            headers = {"Content-Type": kind} if kind else {}
            if page and (share := self.server.channel.unannounced.get(self._host + parts.path)):
                self._begin(200, headers, None)
                self.wfile.write(page[: int(len(page) * share)])
                self.close_connection = True
                return None
            return self._answer(404 if page is None else 200, page or b"", headers)
        if parts.path.startswith("/api/") and (retry_after := self.server.channel.too_many()):
            return self._answer(429, b"Too many requests", {"Retry-After": retry_after})
        match [p for p in parts.path.split("/") if p]:
            case ["api", "v1", "video-playlists", name]:
                return self._json({"displayName": name, "id": 9, "ownerAccount": {"name": name, "id": 7}})
            case ["api", "v1", "video-playlists", name, "videos"]:
                return self._playlist(name, parse_qs(parts.query))
            case ["api", "v1", "video-channels", name]:
                return self._json({"displayName": name, "id": 5, "ownerAccount": {"name": name, "id": 7}})
            case ["api", "v1", "video-channels", name, "videos"]:
                return self._listing(name, parse_qs(parts.query))
            case ["api", "v1", "videos", key, *rest]:
                video = self.server.channel.find(key)
                return self._video(video, rest) if video else self._answer(404, b'{"error":"not found"}')
            case ["static", kind, name]:
                video = self.server.channel.find(name.partition(".")[0])
                return self._static(video, kind, name) if video else self._answer(404, b"")
        return self._answer(404, b"")

    def _listing(self, name: str, query: dict[str, list[str]]) -> None:
        start, count = (int(query[key][0]) for key in ("start", "count"))
        status = self.server.channel.page_status.get(start // count + 1)
        fault = self.server.channel.page_fault
        if fault and self._goes_wrong(fault, str(start // count + 1)):
            return None
        page = self.server.channel.page(name, start, count)
        if status or page is None:
            return self._answer(status or 404, b"")
        total, videos = page
        return self._json({"total": total, "data": [{"shortUUID": v.id, "name": v.title} for v in videos]})

    def _playlist(self, name: str, query: dict[str, list[str]]) -> None:
        start, count = (int(query[key][0]) for key in ("start", "count"))
        videos = self.server.channel.playlists.get(name)
        if videos is None:
            return self._answer(404, b"")
        shown = [v and {"shortUUID": v.id, "name": v.title} for v in videos[start : start + count]]
        data = [{"id": n, "video": video} for n, video in enumerate(shown, start)]
        return self._json({"total": len(videos), "data": data})

    def _video(self, video: Video, rest: list[str]) -> None:
        fault = video.fault or Fault()
        if not rest and self._goes_wrong(fault, "page"):
            return None
        if not self._may_see(video):
            return None
        if rest == ["captions"]:
            if self._goes_wrong(fault, "captions"):
                return None
            captions = [
                {
                    "language": {"id": lang},
                    "captionPath": f"/static/captions/{video.id}.{n}.{video.form}",
                    "automaticallyGenerated": lang in video.automatic,
                }
                for n, lang in enumerate(video.captions)
            ]
            return self._json({"total": len(captions), "data": captions})
        if rest == ["description"]:
            if self._goes_wrong(fault, "description"):
                return None
            return self._json({"description": video.description})
        if rest == ["chapters"]:
            if self._goes_wrong(fault, "chapters"):
                return None
            return self._json({"chapters": [{"timecode": at, "title": title} for at, title in video.chapters]})
        if rest[:1] == ["comment-threads"]:
            if self._goes_wrong(fault, "comments"):
                return None
            return self._comments(video, rest[1:])
        files = [self._offered(video, "media", video.film, video.height)]
        if video.lower:
            files.append(self._offered(video, "lower", video.lower, 90))
        if video.hidden:
            files.append({"resolution": {"id": video.hidden, "label": f"{video.hidden}p"}, "size": 1, "fileUrl": None})
        return self._json(
            {
                "name": video.title,
                "description": video.description[:250],
                "duration": video.duration,
                "publishedAt": video.published,
                "originallyPublishedAt": video.first_published,
                "privacy": {"id": 1, "label": video.privacy},
                "views": video.views,
                "tags": list(video.tags),
                "language": {"id": video.language},
                "thumbnailPath": f"/static/thumbnails/{video.id}.jpg?sig=signed-{video.id}",
                "account": {"displayName": "Made-up Voices", "id": 7, "url": f"https://{HOST}/accounts/voices"},
                "channel": {"displayName": self.server.channel.name, "id": 5, "url": f"https://{HOST}/c/x"},
                "files": [] if fault.premiere or video.live else files,
                "streamingPlaylists": [{"playlistUrl": f"https://{HOST}/static/playlist/{video.id}.m3u8"}]
                if video.playlist
                else [],
            }
        )

    def _offered(self, video: Video, kind: str, film: Path, height: int) -> dict[str, Any]:
        return {
            "resolution": {"id": height, "label": f"{height}p"},
            "size": film.stat().st_size,
            "fps": 10,
            "fileUrl": f"https://{HOST}/static/{kind}/{video.id}.mp4?token=signed-{video.id}&ip=203.0.113.77",
        }

    def _may_see(self, video: Video) -> bool:
        """Answer whoever may not see a video, as PeerTube 8 does."""
        if video.password and self.headers.get("x-peertube-video-password") != video.password:
            given = "x-peertube-video-password" in self.headers
            status, code = (403, "incorrect_video_password") if given else (401, "video_requires_password")
            self._answer(status, json.dumps({"status": status, "code": code}).encode())
        elif video.answer:
            status, words = video.answer
            self._answer(status, json.dumps({"error": words}).encode())
        else:
            return True
        return False

    def _comments(self, video: Video, rest: list[str]) -> None:
        """Threads in pages, by their numbers from 0, and the answers to one; its ids are its number and 1,000 more."""

        def one(number: int, parent: int | None, text: str) -> dict[str, Any]:
            account = {"displayName": f"Visitor {number}"}
            at = f"2026-01-01T00:00:{number % 60:02}.000Z"
            return {"id": number, "inReplyToCommentId": parent, "text": text, "account": account, "createdAt": at}

        threads = list(video.comments.items())
        if rest:
            number = int(rest[0])
            answers = threads[number][1]
            children = [{"comment": one(1000 + n, number, text), "children": []} for n, text in enumerate(answers)]
            return self._json({"comment": one(number, None, threads[number][0]), "children": children})
        query = parse_qs(urlsplit(self.path).query)
        start, count = (int(query[key][0]) for key in ("start", "count"))
        page = [
            one(n, None, text) | {"totalReplies": len(answers), "likes": video.views}
            for n, (text, answers) in enumerate(threads)
        ]
        return self._json({"total": len(threads), "data": page[start : start + count]})

    def _static(self, video: Video, kind: str, name: str) -> None:
        fault = video.fault or Fault()
        part = {"captions": "caption", "thumbnails": "thumbnail"}.get(kind, kind)
        if self._goes_wrong(fault, part) or (part != "thumbnail" and not self._may_see(video)):
            return None
        if part == "caption":
            text = list(video.captions.values())[int(name.split(".")[1])]
            body = text if isinstance(text, bytes) else text.encode()
            return self._answer(200, body, {"Content-Type": "text/vtt"})
        if part == "thumbnail":
            return self._answer(200, video.thumbnail, {"Content-Type": "image/jpeg"})
        if part == "playlist":
            segment = f"https://{HOST}/static/segment/{video.id}.mp4"
            text = (video.playlist or "").replace("{segment}", segment)
            return self._answer(200, text.encode(), {"Content-Type": "application/vnd.apple.mpegurl"})
        return self._film(video if part != "lower" else replace(video, film=video.lower or video.film), fault)

    def _goes_wrong(self, fault: Fault, part: str) -> bool:
        """Answer a part of a video as its fault says; False if the fault is another's, or lies in the film's bytes."""
        if part not in fault.where.split() or not self.server.channel.goes_wrong_again(fault, part):
            return False
        if fault.status:
            self._answer(
                fault.status, fault.body or b"{}", {"Retry-After": fault.retry_after} if fault.retry_after else {}
            )
        elif fault.location:
            self._answer(302, b"", {"Location": fault.location})
        elif fault.flood:
            self._begin(200, {}, fault.flood)
            self.wfile.write((fault.body or b"").ljust(fault.flood))
        elif fault.drip:
            self.server.channel.note(Request(self.path, dict(self.headers.items()), 200))
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
            while True:
                time.sleep(fault.drip)
                self.wfile.write(b"x")
        elif fault.body is not None:
            self._answer(200, fault.body)
        else:
            return False
        return True

    def _film(self, video: Video, fault: Fault) -> None:
        swapped = fault.swap is not None and video.id in self.server.channel.swapped
        whole = (fault.swap if swapped else fault.lie) or video.film.read_bytes()
        etag = f'"{hashlib.sha256(whole).hexdigest()[:24]}"'
        modified = formatdate(video.film.stat().st_mtime + 60 * swapped, usegmt=True)
        start, end, ranged = 0, len(whole), False
        asked = self.headers.get("Range")
        unchanged = self.headers.get("If-Range") in (None, etag, modified) or fault.forgets_if_range
        if asked and unchanged:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, end, ranged = int(first), min(len(whole), int(last) + 1) if last else len(whole), True
            if start >= len(whole):
                self._answer(416, b"", {"Content-Range": f"bytes */{len(whole)}"})
                return
        headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes", "ETag": etag, "Last-Modified": modified}
        if ranged:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(whole)}"
        stop = end
        if fault.cut is not None:
            stop = max(start, min(end, int(len(whole) * fault.cut)))
        elif fault.swap is not None and not swapped:
            stop = len(whole) // 2
            self.server.channel.swapped.add(video.id)
        self._begin(206 if ranged else 200, headers, end - start if fault.announced else None, video.id)
        self._pour(whole, start, stop, fault)
        if stop < end or not fault.announced:
            self.close_connection = True

    def _pour(self, whole: bytes, start: int, stop: int, fault: Fault) -> None:
        piece = min(_PIECE, max(1, fault.pace // 20)) if fault.pace else _PIECE
        began = time.monotonic()
        for at in range(start, stop, piece):
            if fault.hold and at >= len(whole) // 2:
                fault.hold.wait(60)
            self.wfile.write(whole[at : min(at + piece, stop)])
            if fault.pace:
                time.sleep(max(0.0, began + (at + piece - start) / fault.pace - time.monotonic()))

    def _json(self, value: object) -> None:
        self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._begin(status, headers or {}, len(body))
        self.wfile.write(body)

    def _begin(self, status: int, headers: dict[str, str], length: int | None, download: str | None = None) -> None:
        channel = self.server.channel
        channel.note(Request(self.path, dict(self.headers.items()), status), download)
        if channel.delay:
            time.sleep(channel.delay)
        self.send_response(status, HTTPStatus(status).phrase)
        for key, value in headers.items():
            self.send_header(key, value)
        if channel.cookie:
            self.send_header("Set-Cookie", f"session={channel.cookie}; Path=/; Secure")
        if length is None:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()
