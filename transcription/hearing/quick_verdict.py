"""Whether quick reading may be a model's default, by recordings that were read quickly and as usual. Pure.

Characters are counted as `thirdcopy compare` counts them (`transcription.documents.differences`): normalized, and wrong
are the single edits that make what was written out of what was said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from transcription.documents.differences import Speech, compare

MOST_WORSE: Final = 0.3
"""By so many points of characters wrong quick reading may be worse: decision 59 asked for the same."""

LEAST_SPEECH: Final = 300.0
"""Seconds of speech of which it must be known what was said: some 4,000 characters, of which 0.3 points are a dozen."""


@dataclass(frozen=True)
class Way:
    """A recording as it was read in one way, and the seconds that it took by the clock and of all processors."""

    spoken: tuple[Speech, ...]
    seconds: float
    processor_seconds: float


@dataclass(frozen=True)
class ReadBothWays:
    """A recording of `sound` seconds, `said` being what is said in it, where that is known."""

    file: str
    sound: float
    usual: Way
    quick: Way
    said: str | None


@dataclass(frozen=True)
class MeasuredRecording:
    """Of one recording: seconds of sound, and of speech as usually read; shares of characters, in a hundred.

    `differ` is how much of the usual text the quick one has otherwise; `usual_wrong` and `quick_wrong` are of
    `characters` that were said, None where nobody wrote down what was.
    """

    file: str
    sound: float
    speech: float
    differ: float
    characters: int | None
    usual_wrong: float | None
    quick_wrong: float | None


@dataclass(frozen=True)
class Measured:
    """Of all recordings together, figures as of each.

    `speech_with_text` are the seconds of speech of which it is known what was said. Ratios are usual over quick: above
    1 where quick reading takes less. `memory` is the most that a process had in use, in bytes. `worse` is by how many
    points more is wrong. `why_not` are the reasons for which quick reading is not the model's default: none where it
    may be.
    """

    recordings: tuple[MeasuredRecording, ...]
    sound: float
    speech_with_text: float
    speed_ratio: float
    processor_ratio: float
    usual_memory: int
    quick_memory: int
    differ: float
    usual_wrong: float | None
    quick_wrong: float | None
    worse: float | None
    why_not: tuple[str, ...]


class _Count:
    """Characters that are wrong, and all."""

    def __init__(self) -> None:
        self._edits = self.characters = 0

    def add(self, a: Iterable[Speech], b: Iterable[Speech]) -> tuple[int, float]:
        """Compare two texts: how many characters the first has, and how much of them is otherwise in the second."""
        found = compare(a, b)
        self._edits += found.edits
        self.characters += found.characters
        return found.characters, _share(found.edits, found.characters)

    @property
    def share(self) -> float:
        """How much is wrong of all, in a hundred."""
        return _share(self._edits, self.characters)


def measured(recordings: Sequence[ReadBothWays], *, usual_memory: int, quick_memory: int) -> Measured:
    """What recordings, of which there is one at least, say of quick reading.

    Raises DocumentError for a text longer than anybody speaks.
    """
    differ, usual, quick = _Count(), _Count(), _Count()
    rows = []
    for one in recordings:
        said = None if one.said is None else (Speech(0.0, one.sound, one.said),)
        characters, usual_wrong = usual.add(said, one.usual.spoken) if said else (None, None)
        rows.append(
            MeasuredRecording(
                file=one.file,
                sound=round(one.sound, 3),
                speech=round(sum(piece.end - piece.start for piece in one.usual.spoken), 3),
                differ=differ.add(one.usual.spoken, one.quick.spoken)[1],
                characters=characters,
                usual_wrong=usual_wrong,
                quick_wrong=quick.add(said, one.quick.spoken)[1] if said else None,
            )
        )
    worse = round(quick.share - usual.share, 2) if usual.characters else None
    speech = sum(row.speech for row in rows if row.characters)
    speed = _ratio((one.usual.seconds, one.quick.seconds) for one in recordings)
    return Measured(
        recordings=tuple(rows),
        sound=round(sum(one.sound for one in recordings), 3),
        speech_with_text=round(speech, 3),
        speed_ratio=speed,
        processor_ratio=_ratio((one.usual.processor_seconds, one.quick.processor_seconds) for one in recordings),
        usual_memory=usual_memory,
        quick_memory=quick_memory,
        differ=differ.share,
        usual_wrong=usual.share if usual.characters else None,
        quick_wrong=quick.share if usual.characters else None,
        worse=worse,
        why_not=_why_not(worse, speech, speed),
    )


def _why_not(worse: float | None, speech: float, speed: float) -> tuple[str, ...]:
    found = []
    if worse is None:
        found.append("of no recording is it known what is said: put a text beside it, NAME.txt beside NAME.wav")
    elif speech < LEAST_SPEECH:
        found.append(
            f"of only {speech:.0f} s of speech is it known what is said, and {LEAST_SPEECH:.0f} s are wanted: "
            "put texts beside more recordings"
        )
    if worse is not None and worse > MOST_WORSE:
        found.append(f"{worse:.2f} points more of the characters are wrong, and {MOST_WORSE} are let pass")
    if speed <= 1:
        found.append(f"it is no faster: {speed:.2f} times as fast as usual")
    return tuple(found)


def _share(edits: int, characters: int) -> float:
    return round(100 * edits / max(1, characters), 2)


def _ratio(pairs: Iterable[tuple[float, float]]) -> float:
    usual, quick = (sum(column) for column in zip(*pairs, strict=True))
    return round(usual / quick, 3) if quick else 0.0
