"""The source that reads channels by way of yt-dlp: it lists them, and fetches, checks and cleans their films.

yt-dlp reports success on damaged data, keeps what must not be kept and prints what must not be printed. So here:
nothing is written but media and thumbnail, which are then checked (`media_checks`), metadata is cleaned before it
touches the disk (`cleaning`), errors are told apart (`failures`), and a film that was broken off is only continued
where the server says that it has not changed (`ytdlp_session`).
"""

import io
import logging
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from archive.errors import ArchiveError, FailureKind, FetchFailed, SettingsError
from archive.records.clip import Cut, Listing
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.cleaning import for_the_log
from archive.sources.contract import Fetched, ListPage, Page, Progress, Tab
from archive.sources.host_clocks import HOSTS, HostClocks
from archive.sources.ytdlp.caption_files import fetch_captions
from archive.sources.ytdlp.failures import NEXT, meaning
from archive.sources.ytdlp.feeds import said_by_feed
from archive.sources.ytdlp.limits import Limits
from archive.sources.ytdlp.media_checks import Faulty, Received, check_media, lacking, readable
from archive.sources.ytdlp.po_tokens import ARGUMENTS, load_provider
from archive.sources.ytdlp.recognizing import not_allowed
from archive.sources.ytdlp.tabs import Tabs, seconds
from archive.sources.ytdlp.thumbnails import fetch_thumbnail
from archive.sources.ytdlp.video_page import Extras, page_of
from archive.sources.ytdlp.ytdlp_log import YtdlpLog
from archive.sources.ytdlp.ytdlp_session import (
    YtdlpSession,
    javascript_runtime,
    symptoms_of,
    tool_version,
)
from storage.http_times import seconds_to_wait
from transcription.errors import ToolMissing

log = logging.getLogger(__name__)

STEM: Final = "media"
_LISTS_IN_ONE: Final = ("t.me",)
"""Hosts of which one address, a post, may hold several films, and all are meant."""


class YtdlpSource:
    """A channel, playlist or single video that yt-dlp can read, within limits.

    `hosts` keep the pace: between requests to a host, which all sources share, and between this source's fetches.
    """

    def __init__(
        self,
        name: str,
        settings: YtdlpSettings,
        *,
        limits: Limits | None = None,
        hosts: HostClocks = HOSTS,
    ) -> None:
        self.name = name
        self.settings = settings
        provider = load_provider(name, settings.po_token_provider) if settings.po_token_provider else None
        self._limits = replace(limits or Limits(), private=settings.private_addresses, provider=provider)
        self._hosts = hosts
        self._words = YtdlpLog(self._scrub)
        for path in (settings.cookies_file, settings.ca_file):
            if path is not None and not path.is_file():
                raise SettingsError([f"source {name}: {path} is no file; name one that is there, or leave the key out"])

    @property
    def tool(self) -> str:
        """What it asks with, and its version."""
        return f"yt-dlp {tool_version()}"

    def list(self) -> Iterator[Listing]:
        """Every video of the channel, in the platform's order, tabs one after another; a page is asked for when due."""
        with closing(self.tabs()) as tabs:
            for tab in tabs:
                for page in tab.pages(0):
                    if page.lost:
                        raise page.lost[0].why
                    yield from page.listings

    def tabs(self) -> Generator[Tab]:
        """The channel's lists, each to be gone through before the next one. See `Tabbed`."""
        session: YtdlpSession | None = None
        try:
            with self._session({"noplaylist": urlsplit(self.settings.url).hostname not in _LISTS_IN_ONE}) as session:
                found = Tabs(
                    self.name,
                    session,
                    self.settings.url,
                    most=self._limits.entries,
                    failure=lambda error: self._failure(error, session, None),
                )
                for tab in found:
                    yield replace(tab, pages=self._told(session, tab.pages))
            return
        except FetchFailed:
            raise
        except Exception as error:  # whatever a site makes of yt-dlp is that source's failure, and of no other
            failure = self._failure(error, session, None)
        raise failure  # here, not above: its context would keep an error that holds requests and secrets

    def _told(
        self, session: YtdlpSession, pages: Callable[[int], Iterator[ListPage]]
    ) -> Callable[[int], Iterator[ListPage]]:
        """The same pages; one that cannot be had raises FetchFailed."""

        def told(start: int) -> Iterator[ListPage]:
            try:
                yield from pages(start)
                return
            except Exception as error:  # see `tabs`
                failure = self._failure(error, session, None)
            raise failure

        return told

    def fetch(self, listing: Listing, into: Path, progress: Progress, *, refused: str | None = None) -> Fetched:
        """Fetch one video and check it; what an earlier attempt left in `into` is removed, for it cannot be proven.

        Leaves `media.EXT`, `info.json`, and where the platform gives them `description.txt`, `thumbnail.EXT` and
        `captions/LANG.vtt`. Raises FetchFailed, with nothing left in `into` but what a next attempt removes.
        """
        self._wait_for_turn(listing)
        into.mkdir(parents=True, exist_ok=True)
        _empty(into)
        received: list[Received] = []
        where = {"home": str(into.resolve())}
        names = {"default": f"{STEM}.%(ext)s"}
        session: YtdlpSession | None = None
        failure: Exception
        try:
            with self._session({"paths": where, "outtmpl": names}) as session:
                session.add_progress_hook(_hook(session, received, progress))
                raw = self._asked(listing, session)
                info = session.process_ie_result(raw, download=True)
                media = _one(into, STEM)
                if media is None:
                    raise Faulty(["yt-dlp ended without an error and without a film"])
                checked = check_media(media, received, seconds(info.get("duration")), refused)
                extras = self._extras(session, info, into, listing.clip)
                page = page_of(listing, into, session, info, extras, clients=self.settings.clients)
                return Fetched(**page, media=media, examined=checked.examined, disagreements=checked.disagreements)
        except (ArchiveError, ToolMissing):
            raise
        except _Told as told:
            failure = told.error
        except Exception as error:  # see `tabs`
            failure = self._failure(error, session, listing.clip)
        raise failure  # here, not above: its context would keep an error that holds requests and secrets

    def look(self, listing: Listing, into: Path) -> Page:
        """Ask for one video's page, captions and thumbnail, and with `comments` in the settings for those.

        Leaves what `fetch` leaves, but for the film; `comments.json` beside it. Raises FetchFailed.
        """
        self._wait_for_turn(listing)
        into.mkdir(parents=True, exist_ok=True)
        _empty(into)
        session: YtdlpSession | None = None
        try:
            with self._session({"getcomments": self.settings.comments}) as session:
                raw = self._asked(listing, session)
                info = session.process_ie_result(raw, download=False)
                extras = self._extras(session, info, into, listing.clip)
                if self.settings.comments:
                    extras = replace(extras, comments=session.beside.comments(info))
                return Page(**page_of(listing, into, session, info, extras, clients=self.settings.clients))
        except (ArchiveError, ToolMissing):
            raise
        except Exception as error:  # see `list`
            failure = self._failure(error, session, listing.clip)
        raise failure  # see `fetch`

    def _asked(self, listing: Listing, session: YtdlpSession) -> dict[str, Any]:
        raw = session.extract_info(listing.url, download=False, process=False)
        self._check_ready(listing, raw)
        return said_by_feed(listing, raw)

    def _check_ready(self, listing: Listing, raw: Mapping[str, Any] | None) -> None:
        """Refuse what is no finished video, before a byte is fetched."""
        raw = raw or {}
        if raw.get("_type") in ("playlist", "multi_video"):
            raise self._failed("its address leads to a list, not to one video", "outdated", listing.clip)
        upcoming = raw.get("is_live") or raw.get("live_status") in ("is_live", "is_upcoming", "post_live")
        # PeerTube offers no file while a video waits for its premiere or is still processed; yt-dlp calls that a bug.
        unprocessed = listing.extractor == "PeerTube" and raw.get("formats") == []
        if upcoming or unprocessed:
            raise self._failed("it is not finished yet: live, or waiting for its premiere", "not_yet", listing.clip)

    def _extras(self, session: YtdlpSession, info: Mapping[str, Any], into: Path, clip: str) -> Extras:
        thumbnail, lost = fetch_thumbnail(session, info, into, clip)
        if not self.settings.captions:
            return Extras(thumbnail, {}, (*lost, Cut(path="captions/*", why="not asked for, by the settings")))
        captions, unread = fetch_captions(session, info, into, clip)
        return Extras(thumbnail, captions, (*lost, *unread))

    def _wait_for_turn(self, listing: Listing) -> None:
        self._hosts.take_video(urlsplit(listing.url).hostname or "", self.settings.videos_an_hour)
        if self.settings.sleep_seconds:
            self._hosts.take_turn(f"source {self.name}", self.settings.sleep_seconds)

    @contextmanager
    def _session(self, more: dict[str, Any]) -> "Iterator[YtdlpSession]":
        """One YoutubeDL a task. Cookies are read from a copy in memory: yt-dlp writes the session's back at its end."""
        settings = self.settings
        runtime = javascript_runtime()
        params: dict[str, Any] = {
            "format": settings.format,
            "allowed_extractors": list(settings.allowed_extractors),
            "quiet": True,
            "no_warnings": False,
            "noprogress": True,
            "color": {"stdout": "never", "stderr": "never"},
            "ignoreerrors": False,
            "noplaylist": True,
            "writesubtitles": settings.captions,
            "writeautomaticsub": settings.captions,
            "keepvideo": False,
            "fixup": "never",
            "cachedir": False,
            "updatetime": False,
            "skip_unavailable_fragments": False,
            "retries": 10,
            "fragment_retries": 10,
            "socket_timeout": 30,
            "external_downloader": {"default": "native"},
            "js_runtimes": {"deno": {"path": runtime} if runtime else {}},
            **more,
        }
        arguments = {"youtube": {"player_client": list(settings.clients)}} if settings.clients else {}
        if settings.po_token_provider:
            arguments[ARGUMENTS] = {"base_url": [settings.po_token_provider]}
        params["extractor_args"] = arguments
        if settings.password is not None:
            params["videopassword"] = settings.password.get_secret_value()
        if settings.proxy is not None:
            params["proxy"] = settings.proxy.get_secret_value()
        if settings.cookies_file is not None:
            params["cookiefile"] = io.StringIO(settings.cookies_file.read_text("utf-8"))
        with (
            self._words.heard() as heard,
            YtdlpSession(
                params | {"logger": heard},
                settings.ca_file,
                self._limits,
                hosts=self._hosts,
                request_seconds=settings.request_seconds,
            ) as session,
        ):
            session.warned = heard.warnings
            yield session

    def _failure(self, error: Exception, session: YtdlpSession | None, clip: str | None) -> FetchFailed:
        """What an error of yt-dlp's, or of a check, comes to."""
        if isinstance(error, Faulty):
            failure = self._failed(str(error), "passing" if error.passing else "damaged", clip)
            failure.cut = error.cut
            return failure
        symptoms = symptoms_of(error, session.last_failure if session else None)
        found = meaning(symptoms)
        if (
            found.kind == "outdated"
            and clip is None
            and (why := not_allowed(self.settings.url, self.settings.allowed_extractors))
        ):
            return self._failed(why, found.kind, clip, "Look at the source's url and allowed_extractors.")
        failure = self._failed(symptoms.text, found.kind, clip, found.then)
        failure.after = seconds_to_wait(symptoms.retry_after, datetime.now(UTC))
        return failure

    def _failed(self, what: str, kind: FailureKind, clip: str | None, then: str | None = None) -> FetchFailed:
        who = f"{self.name}: {clip}" if clip else f"{self.name}: the list"
        words = self._scrub(what)
        told = f"{who} could not be fetched: {words}. {then or NEXT[kind]}"
        return FetchFailed(told, kind=kind, clip=clip, words=words)

    def _scrub(self, text: str) -> str:
        secrets = (self.settings.proxy, self.settings.password)
        proxy, password = (secret.get_secret_value() if secret else None for secret in secrets)
        return for_the_log(text, proxy, password)


class _Told(BaseException):
    """What a listener to the progress raised: yt-dlp, on the way out, would take it for a failure of its own."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def _hook(session: YtdlpSession, received: list[Received], progress: Progress) -> Callable[[dict[str, Any]], None]:
    """Pass on yt-dlp's progress; look at each file as it is complete, before ffmpeg may be asked to join it."""

    def hook(state: dict[str, Any]) -> None:
        if state["status"] == "downloading":
            try:
                progress(state.get("downloaded_bytes") or 0, state.get("total_bytes"))
            except Exception as error:
                raise _Told(error) from None
        elif state["status"] == "finished":
            path, info = Path(state["filename"]), state["info_dict"]
            announced = {}
            if info.get("protocol") in ("http", "https"):
                sizes = {"platform": info.get("filesize"), "server": session.lengths.get(info.get("url"))}
                announced = {who: size for who, size in sizes.items() if isinstance(size, int)}
            holds = readable(path)
            if pieces := session.pieces.get(str(path)):
                pieces.end()
            torn, ends = pieces.torn if pieces else None, session.all_end
            lacks = lacking(path, holds)
            received.append(Received(path.name, path.stat().st_size, announced, holds, lacks, torn, ends))

    return hook


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _one(folder: Path, stem: str) -> Path | None:
    """The one file of a stem; None for none, or for several."""
    found = [path for path in folder.iterdir() if path.stem == stem]
    return found[0] if len(found) == 1 else None
