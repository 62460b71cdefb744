"""A track that is being decoded while another is read: its windows, and where speech is in each."""

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

from transcription.ahead import Ahead
from transcription.checkpoint import Checkpoint
from transcription.detector import detect
from transcription.media import Media, MediaStream, decode, sides_differ
from transcription.records import Options
from transcription.spans import Heard, Samples, Span, Window, windows


class Opened:
    """A track that is being decoded, ahead of its reading. Close it, or read it to its end."""

    def __init__(
        self, path: Path, track: int, options: Options, checkpoint: Checkpoint, media: Media, stream: MediaStream
    ) -> None:
        self.path, self.media, self.stream = path, media, stream
        self.checkpoint = checkpoint
        self._track = track
        self._options = options
        self.windows = Ahead(self._windows())
        """Channel and window, one after the other; None stands for the sides mixed."""

    def close(self) -> None:
        """End decoding."""
        self.windows.close()

    def _windows(self) -> Generator[tuple[int | None, Window], None, None]:
        timeout = 60 + self.media.duration
        apart = self.stream.channels == 2 and self.checkpoint.once(
            "apart", lambda: sides_differ(self.path, self._track, timeout=timeout), bool, bool
        )
        for channel in (0, 1) if apart else (None,):
            pieces = decode(
                self.path, self._track, channel=channel, seconds=self._options.window_seconds, timeout=timeout
            )
            with closing(pieces):
                for window in windows(pieces, self._detector(channel)):
                    yield channel, window

    def _detector(self, channel: int | None) -> Callable[[Samples], Heard]:
        number = 0

        def listen(sound: Samples) -> Heard:
            nonlocal number
            number += 1
            key = f"speech {channel} {number}"
            return self.checkpoint.once(key, lambda: detect(sound, self._options), _dump_heard, _load_heard)

        return listen


def _dump_heard(heard: Heard) -> list[list[list[int]]]:
    return [[list(s) for s in heard.chunks], [list(s) for s in heard.sure]]


def _load_heard(known: list[list[list[int]]]) -> Heard:
    chunks, sure = known
    return Heard(tuple(Span(*s) for s in chunks), tuple(Span(*s) for s in sure))
