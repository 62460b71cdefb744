"""What yt-dlp says, and who hears it: all of it the log, in which `--verbose` has it, and of its warnings a person.

A source that cannot be reached has yt-dlp speak some twenty times. The one sentence of the failure tells it.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

_AGAIN = re.compile(r"\bRetrying\b.*\(\d+/\d+\)\.*$")
_OF_A_REQUEST = re.compile(r"\bUnable to download\b|\bGiving up after \d+ retries\b")
_MOST, _END = 100, 200


class YtdlpLog:
    """Takes yt-dlp's words instead of the terminal. Its errors are raised as well, and told there.

    A warning is shown at the end of the session that it came in, once a source. Not shown are tries that were made
    again, and where the session failed, what its failure says: that a request had no good answer.
    """

    def __init__(self, scrub: Callable[[str], str]) -> None:
        self._scrub = scrub
        self._told: set[str] = set()

    @contextmanager
    def heard(self) -> Iterator["Heard"]:
        """What takes the words of one session, which lasts as long as the block."""
        heard, failed = Heard(self._scrub), False
        try:
            yield heard
        except Exception:
            failed = True
            raise
        finally:
            for words in heard.warnings:
                if words not in self._told and not (failed and _OF_A_REQUEST.search(words)):
                    self._remember(words)
                    log.warning("yt-dlp: %s", words)

    def _remember(self, words: str) -> None:
        if len(self._told) < _MOST:
            self._told.add(words)


class Heard:
    """A logger as yt-dlp calls it, for one session; `warnings` are those to be shown, each once, at most _MOST."""

    def __init__(self, scrub: Callable[[str], str]) -> None:
        self._scrub = scrub
        self.warnings: dict[str, None] = {}

    def debug(self, message: str) -> None:
        """Log what it is at, and errors."""
        log.debug("yt-dlp: %s", self._scrub(message))

    error = debug

    def warning(self, message: str) -> None:
        """Log a warning, and keep it to be shown."""
        words = self._scrub(message)
        log.debug("yt-dlp: %s", words)
        if len(self.warnings) < _MOST and not _AGAIN.search(message[-_END:]):
            self.warnings[words] = None
