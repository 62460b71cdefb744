"""What a platform says that yt-dlp's readers pass over: PeerTube's own answers as they came, and comments.

None of it can fail a film: what cannot be had is wanting.
"""
# mypy: disable-error-code="import-untyped"

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from yt_dlp.networking import Request

from archive.records.clip import NOT_HAD, Cut
from archive.sources.ytdlp import peertube_answers
from archive.sources.ytdlp.asking import why_not

if TYPE_CHECKING:
    from archive.sources.ytdlp.ytdlp_session import YtdlpSession

log = logging.getLogger(__name__)


class _Never(Exception):
    """Comments of PeerTube's are never said to be turned off: there are none."""


class Beside:
    """What was heard beside a session's readers: `answers` by what was asked for.

    `uncommented` says why not all comments are there.
    """

    def __init__(self, session: "YtdlpSession") -> None:
        self._session = session
        self._ask: Callable[[str], Any] | None = None
        self.answers: dict[str, Any] = {}
        self.uncommented: Cut | None = None

    def listen(self, key: str, reader: Any) -> None:
        """Hear what a reader is told, and bound the comments that it reads."""
        if "_get_comments" not in vars(reader):
            reader._get_comments = self._some_of(reader._get_comments, reader.CommentsDisabled)
        if key == peertube_answers.KEY and "_call_api" not in vars(reader):
            reader._call_api = self._heard(reader, reader._call_api)

    def _heard(self, reader: Any, stock: Callable[..., Any]) -> Callable[..., Any]:
        """PeerTube's answers as they came, and its chapters beside them, which yt-dlp does not ask for."""

        def call(host: str, video: str, path: str, *args: Any, **kwargs: Any) -> Any:
            answer = stock(host, video, path, *args, **kwargs)
            if path in ("", "captions") and isinstance(answer, dict):
                self.answers[path or "video"] = answer
            if not path:
                self._ask = lambda below: self._api(reader, host, video, below)
                with self._by_the_way():
                    self.answers["chapters"] = self._ask("chapters")
            return answer

        return call

    def _api(self, reader: Any, host: str, video: str, below: str) -> Any:
        address = f"https://{host}/api/v1/videos/{video}/{below}"
        with self._session.urlopen(Request(address, headers=reader._get_headers())) as response:
            return json.loads(response.read())

    @contextmanager
    def _by_the_way(self) -> Iterator[None]:
        """Ask for what a film can do without: that it could not be had is no failure of the film's."""
        before = self._session.last_failure
        try:
            yield
        except Exception as error:
            log.debug("not had: %s", why_not(error))
        finally:
            self._session.last_failure = before

    def comments(self, info: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """The comments on a video whose page was read, within bounds; None where the site gives none to anybody.

        None too where one could not be had: those before it would look as if the others had been taken down.
        """
        found = info.get("comments")
        if self._ask is not None:
            found = list(self._some_of(peertube_answers.comments)(self._ask))
        if self.uncommented and self.uncommented.why.startswith(NOT_HAD):
            return None
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else None

    def _some_of(self, stock: Callable[..., Any], disabled: type[Exception] = _Never) -> Callable[..., Any]:
        """Comments as they come: as many as there may be in the time there is, up to one that could not be had."""

        def some(*args: Any, **kwargs: Any) -> Iterator[Any]:
            before, end = self._session.last_failure, self._session.clock() + self._session.limits.extras_seconds
            why = None
            try:
                for number, one in enumerate(stock(*args, **kwargs)):
                    if number >= self._session.limits.comments:
                        why = f"only the first {number:,} were asked for"
                    elif self._session.clock() > end:
                        why = f"only those that came in {self._session.limits.extras_seconds:,.0f} s"
                    if why:
                        break
                    yield one
            except disabled:
                raise
            except Exception as error:
                why = f"{NOT_HAD} ({why_not(error)})"
            finally:
                self._session.last_failure = before
                self.uncommented = Cut(path="comments.json", why=why) if why else None

        return some
