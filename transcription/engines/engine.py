"""What an engine must promise: sound of a chunk in; text, times and a probability for each word out.

An engine is one loaded model of a kind. It says what it cannot do, and what reads with it asks before it relies on that
(`tests/transcription/test_engines.py` asks every kind the same questions).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Protocol

import numpy
from numpy.typing import NDArray

from transcription.media.decoding import SAMPLE_RATE
from transcription.records import EngineKind

SAMPLES_A_MS: Final = SAMPLE_RATE // 1000

STEP_MS: Final = 20
"""The step of Whisper's timestamps, and of most models' frames: a shorter piece has no extent of its own."""

LONGEST_CHUNK_MS: Final = 30_000
"""The longest chunk that an engine is given: what Whisper, the main one, takes at once."""

Samples = NDArray[numpy.float32]
"""Sound of one channel at 16 kHz, from -1 to 1."""

Lack = Literal["languages", "silence", "punctuation", "prompts", "translation"]
"""What an engine may be unable to do.

`languages`: tell which language a chunk is in. `silence`: tell how probable it is that nobody speaks. `punctuation`:
write it, or capitals. `prompts`: be told something before a chunk. `translation`: write English instead.
"""


class Piece(NamedTuple):
    """Text from `start` to `end`, in milliseconds."""

    start: int
    end: int
    text: str


class TimedWord(NamedTuple):
    """A word from `start` to `end`, in milliseconds, as it stands in the text with its space, and its probability."""

    start: int
    end: int
    text: str
    probability: float


@dataclass(frozen=True)
class Written:
    """What an engine wrote for one chunk: pieces and words timed from the chunk's start, figures for the whole.

    `avg_logprob` is the mean natural log-probability of what the engine wrote, token by token; `no_speech_prob` is None
    where it cannot tell (`Lack`).
    """

    pieces: tuple[Piece, ...]
    words: tuple[TimedWord, ...]
    avg_logprob: float
    no_speech_prob: float | None

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(p.text for p in self.pieces)


@dataclass(frozen=True)
class Encoded:
    """A batch of chunks, taken in once, to be asked several things of.

    `features` has one row a chunk, of which the engine alone knows what it is; `lengths` are those of the chunks in ms.
    """

    features: NDArray[Any]
    lengths: tuple[int, ...]

    def rows(self, chosen: Sequence[int]) -> "Encoded":
        """Some chunks of it."""
        return Encoded(self.features[list(chosen)], tuple(self.lengths[n] for n in chosen))


class Engine(Protocol):
    """One loaded model. Everything that it promises is a fact of the model, not of what is read."""

    kind: EngineKind
    name: str
    """Its name, or its folder's; never a path."""
    digest: str
    """The sha256 of its weights."""
    device: str
    compute_type: str
    languages: frozenset[str]
    """The languages that it is known to write, by their short codes; none where its files do not tell."""
    lacks: frozenset[Lack]
    longest_ms: int
    """The longest sound that its model takes at once."""

    @property
    def letters(self) -> frozenset[str]:
        """All that it can write, character by character, where it writes so; none else."""
        ...

    @property
    def quick(self) -> bool:
        """Whether it writes greedily first, and encodes no more silence than a chunk needs (`Options.quick`)."""
        ...

    @property
    def weak(self) -> bool:
        """Whether it is known to be too weak for testimony outside English."""
        ...

    def reach(self, length: int) -> int:
        """How many ms are computed for a batch whose longest chunk has `length` ms: alike ones make a batch."""
        ...

    def encode(self, chunks: Sequence[Samples]) -> Encoded:
        """Take in a batch of chunks, none longer than `LONGEST_CHUNK_MS`.

        One that is longer than the model takes at once is cut by the engine where it is quietest.
        """
        ...

    def hear(self, encoded: Encoded) -> list[dict[str, float]]:
        """The probability of each language for each chunk; nothing of any where it lacks `languages`."""
        ...

    def write(
        self,
        encoded: Encoded,
        languages: Sequence[str],
        *,
        prompts: Sequence[str] | None = None,
        translate: bool = False,
        words: bool = False,
    ) -> list[Written]:
        """Write each chunk in its language; with `words`, time each of its words.

        Of what it lacks, a prompt is not heeded, and no translation is asked for.
        """
        ...
