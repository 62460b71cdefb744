"""Measuring quick reading on a model, and what a person is told of it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape

from flows.cli import console
from flows.interrupts import before_end

if TYPE_CHECKING:
    from archive.settings.transcription_stanza import TranscriptionSettings
    from transcription.hearing.quick_verdict import Measured, MeasuredRecording


@dataclass(frozen=True)
class OfQuick:
    """What was measured on the model with a digest, and what the settings say of that already.

    `left_out` are sentences about files that were not read.
    """

    figures: "Measured"
    left_out: tuple[str, ...]
    digest: str
    settings: "TranscriptionSettings"

    @property
    def line(self) -> str | None:
        """The line of the settings that makes quick reading the model's default, beside those that they list already.

        None where it is not to be.
        """
        listed = dict.fromkeys((*self.settings.measured, self.digest))
        return None if self.figures.why_not else f"measured = {json.dumps(list(listed))}"

    def document(self) -> dict[str, Any]:
        """All of it, for JSON."""
        return {**asdict(self.figures), "left_out": list(self.left_out), "setting": self.line}

    def print(self, file: Path) -> None:
        """Print it; the settings are those of `file`."""
        from transcription.engines.quick_reading import MEASURED

        console.print_facts(_lines(self.figures, self.left_out))
        listed = self.digest in self.settings.measured
        if self.line is None:
            out = f". {file} lists it in transcription.measured: take it out there" if listed else ""
            said = f"not by default, by this: {'; '.join(self.figures.why_not)}{out}"
        elif listed or self.digest in MEASURED:
            said = f"no worse, and faster, as {f'{file} says' if listed else 'was known'} already"
        else:
            said = f"no worse, and faster; to have it read quickly by default, in [transcription] of {file}:"
        console.print_facts([("verdict", said)])
        if self.line is None or listed or self.digest in MEASURED:
            return
        console.out.print(f"\n{escape(self.line)}", highlight=False, soft_wrap=True)
        if self.settings.quick != "measured":
            console.out.print(f'\nquick = "{self.settings.quick}" stands there, and above it: take that out.')


def measured(folder: Path, digest: str, settings: "TranscriptionSettings", paths: Sequence[Path]) -> OfQuick:
    """Measure quick reading on a model, with recordings that files and folders are or hold."""
    from transcription.hearing.both_ways import measure
    from transcription.hearing.recorded_speech import recordings_in

    with console.waiting("looking at the recordings"):
        recordings, left_out = recordings_in(paths)
    if not recordings:
        raise typer.BadParameter(f"there is no recording in {', '.join(map(str, paths))}")
    progress = console.progress()
    in_both = 2 * sum(one.seconds for one in recordings)
    words = "interrupted; of a measurement nothing is kept: measure again"
    task_of = progress.task(f"{folder.name} reads in both ways", in_both, "s")
    with before_end(lambda: None, words), progress.shown(), task_of as task:
        figures, unread = measure(str(folder), settings.options, recordings, task.advance)
    return OfQuick(figures, (*left_out, *unread), digest, settings)


def _lines(figures: "Measured", left_out: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What was measured, each with a word for what it is of."""
    for one in figures.recordings:
        yield "read", f"{one.file}, {_minutes(one.sound)}: {_texts(one)}"
    for sentence in left_out:
        yield "left out", sentence
    yield (
        "quick",
        f"{figures.speed_ratio:.2f} times as fast as usual by the clock, {figures.processor_ratio:.2f} times by what "
        f"the processors did, of {_minutes(figures.sound)} of sound",
    )
    yield (
        "memory",
        f"{console.size(figures.quick_memory)} at most quickly, {console.size(figures.usual_memory)} as usual",
    )
    yield "otherwise", f"{figures.differ:.2f} % of the characters"
    if figures.worse is not None:
        yield (
            "wrong",
            f"{figures.quick_wrong:.2f} % of the characters quickly, {figures.usual_wrong:.2f} % as usual: "
            f"{figures.worse:+.2f} points, of {_minutes(figures.speech_with_text)} of speech with a text beside it",
        )


def _texts(one: "MeasuredRecording") -> str:
    if one.characters is None:
        return f"{one.differ:.2f} % otherwise; no text beside it"
    return f"{one.differ:.2f} % otherwise; wrong {one.quick_wrong:.2f} % quickly, {one.usual_wrong:.2f} % as usual"


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min"
