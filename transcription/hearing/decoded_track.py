"""A track that is being decoded while another is read: how it is read, its windows, and where speech is in each."""

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

from transcription.engines.engine import Samples
from transcription.errors import MediaError
from transcription.hearing.channels import Plan, plan
from transcription.hearing.checkpoint import Checkpoint
from transcription.hearing.detector import detect, first_look
from transcription.hearing.prefetching import Prefetched
from transcription.hearing.speech_spans import Heard, Span, Window, windows
from transcription.media.decoding import decode
from transcription.media.packets import GAP_S, Survey
from transcription.media.probing_media import Media, MediaStream, probe, survey
from transcription.media.structure import xing
from transcription.media.wholeness import PACKETS_TIMEOUT, unreadable
from transcription.records import ClockDoubt, Options


class DecodedTrack:
    """A track that is being decoded, ahead of its reading. Close it, or read it to its end.

    Raises MediaError for what is no media, has no such track, or nothing in it that can be read. A film that is cut
    short is read as far as it goes: whether it is kept was decided when it was fetched.
    """

    def __init__(self, path: Path, track: int, media_sha256: str, options: Options, checkpoint: Checkpoint) -> None:
        self.path = path
        self.media_sha256 = media_sha256
        self.checkpoint = checkpoint
        self.media: Media = probe(path)
        stream = next((s for s in self.media.audio if s.index == track), None)
        if stream is None:
            raise MediaError(path, f"stream {track} is no audio track")
        self.stream: MediaStream = stream
        self.survey: Survey = survey(path, self.media, timeout=PACKETS_TIMEOUT)
        if lost := next((one for one in unreadable(self.media, self.survey) if one.index == track), None):
            raise MediaError(path, f"track {track} {lost.why}")
        self._options = options
        self.plan = Plan()
        """How it is read; known once the first window has come."""
        self.windows = Prefetched(self._windows())
        """Channel and window, one after the other; None stands for the channels mixed."""

    @property
    def clock_doubts(self) -> tuple[ClockDoubt, ...]:
        """Why players may be at other seconds than the packets say."""
        extent = self.survey.extents[self.stream.index]
        least, most = extent.sizes
        varies = self.media.container == "mp3" and most - least > 1 and xing(self.path) is None
        found: list[ClockDoubt] = ["gap"] if extent.gap >= GAP_S else []
        return (*found, *(("no_index",) if varies or self.media.container == "aac" else ()))

    def close(self) -> None:
        """End decoding."""
        self.windows.close()

    def _windows(self) -> Generator[tuple[int | None, Window], None, None]:
        timeout = 60 + self.survey.duration
        self.plan = self.checkpoint.once("plan", lambda: self._plan(timeout), Plan.model_dump, Plan.model_validate)
        for channel in self.plan.channels or (None,):
            pieces = decode(
                self.path,
                self.stream.index,
                channel=channel,
                seconds=self._options.window_seconds,
                timeout=timeout,
                media=self.media,
                survey=self.survey,
            )
            with closing(pieces):
                for window in windows(pieces, self._detector(channel)):
                    yield channel, window

    def _plan(self, timeout: float) -> Plan:
        many = self.stream.channels or 1
        return plan(self.path, self.stream.index, many, self.media, self.survey, detect=first_look, timeout=timeout)

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
