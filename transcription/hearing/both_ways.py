"""A Whisper model reads recordings quickly and as usual, in turn, each in a process of its own."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from transcription.documents.differences import Speech
from transcription.errors import ModelError
from transcription.hearing.quick_verdict import Measured, ReadBothWays, Way, measured
from transcription.hearing.reading_apart import Reading, read_apart
from transcription.hearing.recorded_speech import Recording
from transcription.records import Options

Quick = Literal["always", "never"]
ENOUGH: Final = 10_000.0
"""A time budget that neither way uses up, in seconds for each of sound: what it cuts off would count as wrong."""


def measure(
    model: str, options: Options, recordings: Sequence[Recording], tell: Callable[[float], None]
) -> tuple[Measured, tuple[str, ...]]:
    """Read recordings in both ways: what that says of quick reading, and a sentence for each that could not be read.

    Every other recording is read as usual first, and the rest quickly first, so that a machine which gets busier
    meanwhile slows neither way more. The model reads alone: models of single languages, second opinions and
    translations are none of its doing. `tell` is called with the seconds of sound that were read since it was called
    last, twice those of all recordings in the end. Raises ModelError where the model cannot read, or nothing could be
    read, and DocumentError for a text longer than anybody speaks.
    """
    readings: dict[Quick, dict[Recording, Reading]] = {"always": {}, "never": {}}
    memory: dict[Quick, int] = {"always": 0, "never": 0}
    turns: list[tuple[Quick, Sequence[Recording]]] = [
        ("never", recordings[::2]),
        ("always", recordings[::2]),
        ("always", recordings[1::2]),
        ("never", recordings[1::2]),
    ]
    for quick, part in turns:
        if part:
            tracks = [(one.path, one.track) for one in part]
            found, peak = read_apart(alone(model, options, quick), tracks, tell)
            readings[quick].update(zip(part, found, strict=True))
            memory[quick] = max(memory[quick], peak)
    faults = {
        one: fault for one in recordings if (fault := readings["never"][one].fault or readings["always"][one].fault)
    }
    left_out = tuple(f"{one.path.name}: {fault}" for one, fault in faults.items())
    read = [one for one in recordings if one not in faults]
    if not read:
        raise ModelError(model, f"could read no recording: {'; '.join(left_out)}")
    both = [_both(one, readings) for one in read]
    return measured(both, usual_memory=memory["never"], quick_memory=memory["always"]), left_out


def alone(model: str, options: Options, quick: Quick) -> Options:
    """The options by which a model reads all by itself, in one way.

    Where it is the model of single languages, it is told those, as they are told to it.
    """
    stripped = {
        language: one.model_copy(update={"engine": "whisper", "model": None, "token": None})
        for language, one in options.per_language.items()
    }
    own = {
        one.token or language: stripped[language]
        for language, one in options.per_language.items()
        if one.model and Path(one.model).resolve() == Path(model).resolve()
    }
    changed = {
        "model": model,
        "languages": tuple(own) or options.languages,
        "per_language": stripped | own,
        "quick": quick,
        "second_opinion": "off",
        "translate": False,
        "time_budget": ENOUGH,
    }
    return options.model_copy(update=changed)


def _both(one: Recording, readings: Mapping[Quick, Mapping[Recording, Reading]]) -> ReadBothWays:
    usual, quick = readings["never"][one], readings["always"][one]
    return ReadBothWays(str(one.path), usual.sound, _way(usual), _way(quick), one.said)


def _way(reading: Reading) -> Way:
    spoken = tuple(Speech(piece.start, piece.end, piece.text) for piece in reading.spoken)
    return Way(spoken, reading.seconds, reading.processor_seconds)
