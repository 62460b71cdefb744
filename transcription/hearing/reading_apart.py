"""Recordings read in a process of its own, so that the time and memory that are told are those of this reading alone.

    python -m transcription.hearing.reading_apart

The process is told on standard input, in one line of JSON, how to read what, and answers with lines of JSON. Once its
standard input is closed it ends: nobody waits for it any more.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import TextIO

from transcription.errors import MediaError, ModelError
from transcription.records import Options, Record


class Spoken(Record):
    """A text and the seconds in which it is said."""

    start: float
    end: float
    text: str


class Reading(Record):
    """What was written of a recording of `sound` seconds, and what it took by the clock and of the processors.

    `fault` is why it could not be read.
    """

    spoken: tuple[Spoken, ...] = ()
    sound: float = 0.0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    fault: str | None = None


class _Errand(Record):
    options: Options
    tracks: tuple[tuple[Path, int], ...]


class _Line(Record):
    """What the process tells: seconds of sound that it read since the last line, a reading, or how it ended."""

    more: float | None = None
    reading: Reading | None = None
    memory: int | None = None
    fault: str | None = None


def read_apart(
    options: Options, tracks: Sequence[tuple[Path, int]], tell: Callable[[float], None]
) -> tuple[tuple[Reading, ...], int]:
    """Read tracks of files: a reading of each, in order, and the most memory that the process had in use, in bytes.

    `tell` is called with the seconds of sound that were read since it was called last. Raises ModelError where the
    model cannot be had, or the process ended before it was done.
    """
    command = [sys.executable, "-m", "transcription.hearing.reading_apart"]
    readings, memory = list[Reading](), 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as child:
        assert child.stdin  # noqa: S101 - both are pipes
        assert child.stdout  # noqa: S101
        try:
            with suppress(BrokenPipeError):
                child.stdin.write(_Errand(options=options, tracks=tuple(tracks)).model_dump_json() + "\n")
                child.stdin.flush()
            for text in child.stdout:
                line = _Line.model_validate_json(text)
                if line.fault is not None:
                    raise ModelError(options.model, line.fault)
                if line.reading is not None:
                    readings.append(line.reading)
                tell(line.more or 0.0)
                memory = line.memory or memory
        finally:
            child.kill()
            with suppress(BrokenPipeError):  # what could not be told is not tried again
                child.stdin.close()
    if not memory:
        raise ModelError(
            options.model,
            f"the process that read with it ended with {child.returncode} before it was done, as it does where memory "
            "does not suffice; try shorter recordings, or a smaller batch_size",
        )
    return tuple(readings), memory


def processor_seconds() -> float:
    """What this process, and those that it has waited for, took of all processors so far."""
    return sum(os.times()[:4])


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this says so, and then the pipe is closed
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # where a library prints
    errand = _Errand.model_validate_json(sys.stdin.readline())
    Thread(target=_end_with_starter, daemon=True).start()
    try:
        _read(errand, answers)
    except ModelError as error:
        _say(answers, _Line(fault=error.message))


def _end_with_starter() -> None:
    sys.stdin.read()
    os._exit(1)


def _say(answers: TextIO, line: _Line) -> None:
    answers.write(line.model_dump_json(exclude_none=True) + "\n")
    answers.flush()


def _read(errand: _Errand, answers: TextIO) -> None:
    from transcription.engines.peak_memory import peak_memory
    from transcription.hearing.track_reading import TrackReader

    reader = TrackReader(errand.options)
    for path, track in errand.tracks:
        told = 0.0

        def progress(done: float, _: float) -> None:
            nonlocal told
            _say(answers, _Line(more=done - told))
            told = done

        began, used = perf_counter(), processor_seconds()
        try:
            opened = reader.open(path, media_sha256="0" * 64, track=track)  # no transcript of it is kept
            made = reader.read(opened, progress=progress).transcript
        except MediaError as error:
            _say(answers, _Line(reading=Reading(fault=error.message)))
            continue
        read = Reading(
            spoken=tuple(Spoken(start=s.start, end=s.end, text=s.text) for s in made.segments),
            sound=made.duration,
            seconds=perf_counter() - began,
            processor_seconds=processor_seconds() - used,
        )
        _say(answers, _Line(reading=read))
    _say(answers, _Line(memory=peak_memory()))


if __name__ == "__main__":
    _main()
