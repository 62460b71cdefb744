"""What a model is and does on this machine: loaded, timed, and weighed."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy

from transcription.engines.engine import SAMPLES_A_MS, Samples
from transcription.engines.engine_loading import kind_of, load_engine
from transcription.engines.peak_memory import peak_memory
from transcription.errors import ModelError
from transcription.records import EngineKind, Options

CHUNK_MS: Final = 15_000
"""The chunks that it is timed with: as long as speech is cut to by default."""

MADE_SECONDS: Final = 60
_LONGEST_TEXT: Final = 3000


@dataclass(frozen=True)
class Checked:
    """What was found of a model.

    `loading` are the seconds that loading took, `speed` the seconds of sound that it reads in a second, of `sound`
    seconds in chunks of 15. `memory` is the most that this process had in use, in bytes, with all that is not the
    model. `scripts` are those of a CTC model's letters. `text` is the beginning of what it wrote.
    """

    engine: EngineKind
    name: str
    digest: str
    device: str
    compute_type: str
    languages: tuple[str, ...]
    lacks: tuple[str, ...]
    longest_ms: int
    scripts: tuple[str, ...]
    loading: float
    sound: float
    speed: float
    memory: int
    text: str


def check_model(
    model: str,
    options: Options,
    *,
    kind: EngineKind | None = None,
    sound: Samples | None = None,
    measured: Collection[str] = (),
) -> Checked:
    """Load a model, by the kind that its files are for, and read sound with it: made noise, where none is given.

    `measured` is as in `load_engine`. Raises ModelError where it is no model, or cannot be loaded or read with.
    """
    kind = kind or kind_of(Path(model))
    if kind is None:
        raise ModelError(
            model, "has neither a model.bin, as a Whisper has, nor an ONNX file; name its kind to learn more"
        )
    began = perf_counter()
    engine = load_engine(kind, model, options, measured)
    loading = perf_counter() - began
    given = made_noise() if sound is None else sound
    chunks = [given[at : at + CHUNK_MS * SAMPLES_A_MS] for at in range(0, given.size, CHUNK_MS * SAMPLES_A_MS)]
    engine.encode(chunks[:1])  # what the first call alone takes, no other does
    texts = []
    began = perf_counter()
    for begin in range(0, len(chunks), options.batch_size):
        encoded = engine.encode(chunks[begin : begin + options.batch_size])
        heard = engine.hear(encoded)
        spoken = [max(odds, key=lambda code: odds[code]) if odds else "und" for odds in heard]
        texts += [one.text for one in engine.write(encoded, spoken, words=options.word_times)]
    took = perf_counter() - began
    return Checked(
        engine=kind,
        name=engine.name,
        digest=engine.digest,
        device=engine.device,
        compute_type=engine.compute_type,
        languages=tuple(sorted(engine.languages)),
        lacks=tuple(sorted(engine.lacks)),
        longest_ms=engine.longest_ms,
        scripts=scripts_of(engine.letters),
        loading=loading,
        sound=given.size / SAMPLES_A_MS / 1000,
        speed=given.size / SAMPLES_A_MS / 1000 / took,
        memory=peak_memory(),
        text="".join(texts).strip()[:_LONGEST_TEXT],
    )


def made_noise() -> Samples:
    """A minute of noise that swells four times a second, about as often as syllables do; the same every time."""
    time = numpy.arange(MADE_SECONDS * 1000 * SAMPLES_A_MS) / (1000 * SAMPLES_A_MS)
    noise = numpy.random.default_rng(1).normal(0, 0.1, time.size)
    made: Samples = (noise * numpy.sin(4 * numpy.pi * time) ** 2).astype(numpy.float32)
    return made


def scripts_of(letters: Sequence[str] | frozenset[str]) -> tuple[str, ...]:
    """The scripts of letters, by Unicode's names, those with most letters first."""
    counts: dict[str, int] = {}
    for letter in letters:
        if letter.isalpha():
            script = unicodedata.name(letter, "unnamed").split()[0].lower()
            counts[script] = counts.get(script, 0) + 1
    return tuple(sorted(counts, key=lambda script: (-counts[script], script)))
