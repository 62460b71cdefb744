"""A Whisper model and its speech detector: the only importer of faster_whisper and ctranslate2.

faster-whisper's own ways of transcribing settle on one language a recording, or lose up to 20 seconds where it changes,
and do not say which language a segment is in. So the model's three operations are used as they are: a batch of
speech chunks is encoded once, and the language of each chunk is decided and its text written from that one encoding.
No private part of faster-whisper is patched or called.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

import ctranslate2
import faster_whisper
import numpy
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from faster_whisper.vad import VadOptions, get_speech_timestamps
from numpy.typing import NDArray

from transcription.errors import ModelError
from transcription.records import Options
from transcription.spans import SAMPLES_A_MS, STEP_MS, Piece, Samples, Span

_MAX_TOKENS: Final = 448
_PROMPT_TOKENS: Final = _MAX_TOKENS // 2 - 1


@dataclass(frozen=True)
class Reading:
    """What the model made of one chunk: pieces timed from the chunk's start, and figures for the whole chunk.

    `outside` is the most probable language that was not allowed, with its probability; `width` the encoder's.
    """

    pieces: tuple[Piece, ...]
    language: str
    language_probability: float
    outside: tuple[str, float]
    avg_logprob: float
    no_speech_prob: float
    width: int

    @property
    def text(self) -> str:
        """All that was written for the chunk."""
        return "".join(p.text for p in self.pieces)


class Model:
    """A loaded model. `name` is the options' name or the folder's, `digest` the sha256 of `model.bin`.

    `options.model` is a folder with a CTranslate2 model, and then nothing is fetched; or a name that faster-whisper
    knows or one of the Hugging Face hub (`OWNER/NAME`), and then it is downloaded once to the hub's cache.
    Raises ModelError.
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        folder = _folder(options.model)
        self.name = folder.absolute().name if Path(options.model).is_dir() else options.model
        with (folder / "model.bin").open("rb") as weights:
            self.digest = file_digest(weights, "sha256").hexdigest()
        device, compute_type = options.device, options.compute_type
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        if compute_type == "default":
            compute_type = "float16" if device == "cuda" else "int8"
        try:
            loaded = faster_whisper.WhisperModel(
                str(folder), device=device, compute_type=compute_type, cpu_threads=options.threads
            )
        except (RuntimeError, ValueError) as e:
            raise ModelError(options.model, f"cannot be loaded on {device} as {compute_type}: {e}") from e
        self._features = loaded.feature_extractor
        self._model = loaded.model
        if self._features.mel_filters.shape[0] != self._model.n_mels:
            raise ModelError(options.model, f"needs a preprocessor_config.json for its {self._model.n_mels} mel bands")
        self._tokenizer = Tokenizer(loaded.hf_tokenizer, self._model.is_multilingual, task="transcribe", language="en")
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])
        self.device: str = self._model.device
        self.compute_type: str = self._model.compute_type
        self.languages = self._known()

    def speech(self, sound: Samples) -> list[Span]:
        """Where the silero detector hears speech, in ms from the start of the sound."""
        found = get_speech_timestamps(
            sound,
            VadOptions(
                min_silence_duration_ms=self.options.min_silence_ms,
                max_speech_duration_s=self.options.max_speech_seconds,
                speech_pad_ms=self.options.pad_ms,
            ),
        )
        return [Span(s["start"] // SAMPLES_A_MS, s["end"] // SAMPLES_A_MS) for s in found]

    def read(self, chunks: Sequence[Samples], allowed: Collection[str]) -> list[Reading]:
        """Read a batch of chunks of at most 30 seconds, each in the likeliest of the `allowed` languages.

        The model wants all prompts of a batch to be equally long, so chunks whose language has a prompt of its own
        are written apart from the rest, from the same encoding.
        """
        features = numpy.stack([pad_or_trim(self._features(chunk)[..., :-1]) for chunk in chunks])
        encoded = numpy.array(self._model.encode(ctranslate2.StorageView.from_array(features), to_cpu=True))
        heard = self._hear(encoded)
        languages = [max(sorted(allowed), key=lambda code: odds.get(code, 0.0)) for odds in heard]
        prompts = [self.options.prompts.get(code, "") for code in languages]
        readings: dict[int, Reading] = {}
        for prompt in sorted(set(prompts)):
            chosen = [n for n, own in enumerate(prompts) if own == prompt]
            written = self._write(encoded[chosen], prompt, [languages[n] for n in chosen])
            for n, result in zip(chosen, written, strict=True):
                tokens = result.sequences_ids[0]
                others = [(code, odd) for code, odd in heard[n].items() if code not in allowed]
                readings[n] = Reading(
                    pieces=self._pieces(tokens, chunks[n].size // SAMPLES_A_MS),
                    language=languages[n],
                    language_probability=min(1.0, heard[n].get(languages[n], 0.0)),
                    outside=max(others, key=lambda other: other[1], default=("und", 0.0)),
                    # the score is the mean without the final token, which was predicted too
                    avg_logprob=result.scores[0] * len(tokens) / (len(tokens) + 1),
                    no_speech_prob=min(1.0, result.no_speech_prob),
                    width=encoded.shape[-1],
                )
        return [readings[n] for n in range(len(chunks))]

    def _known(self) -> frozenset[str]:
        """The languages that the model has a token for: they stand between the start token and the tasks."""
        tokens = self._tokenizer
        if not self._model.is_multilingual:
            return frozenset({"en"})
        between = (tokens.tokenizer.id_to_token(n) for n in range(tokens.sot + 1, tokens.translate))
        return frozenset(found[1] for token in between if (found := re.fullmatch(r"<\|([a-z]{2,3})\|>", token)))

    def _hear(self, encoded: NDArray[Any]) -> list[dict[str, float]]:
        """The probability of each language, for each chunk of a batch."""
        if not self._model.is_multilingual:
            return [{"en": 1.0} for _ in encoded]
        found = self._model.detect_language(ctranslate2.StorageView.from_array(encoded))
        return [{token.strip("<|>"): odd for token, odd in odds} for odds in found]

    def _write(self, encoded: NDArray[Any], prompt: str, languages: Sequence[str]) -> Any:
        tokens = self._tokenizer
        before = [tokens.sot_prev, *tokens.encode(prompt)[-_PROMPT_TOKENS:]] if prompt else []
        starts = [
            [tokens.sot, tokens.tokenizer.token_to_id(f"<|{code}|>"), tokens.transcribe]
            if self._model.is_multilingual
            else [tokens.sot]
            for code in languages
        ]
        return self._model.generate(
            ctranslate2.StorageView.from_array(numpy.ascontiguousarray(encoded)),
            [before + start for start in starts],
            beam_size=self.options.beam_size,
            max_length=_MAX_TOKENS,
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
        )

    def _pieces(self, tokens: Sequence[int], length: int) -> tuple[Piece, ...]:
        """Cut what the model wrote at its timestamps; text without an end goes on to the chunk's, `length` ms."""
        zero = self._tokenizer.timestamp_begin
        pieces = []
        start, words = 0, list[int]()
        for token in tokens:
            if token < zero:
                words.append(token)
                continue
            time = min((token - zero) * STEP_MS, length)
            if words:
                pieces.append(Piece(start, time, self._tokenizer.decode(words)))
            start, words = time, []
        if words:
            pieces.append(Piece(start, length, self._tokenizer.decode(words)))
        return tuple(pieces)


def _folder(model: str) -> Path:
    """The folder of a model, with all that loading needs, so that nothing is fetched later."""
    folder = Path(model)
    if not folder.is_dir():
        known = faster_whisper.available_models()
        if model not in known and not re.fullmatch(r"[\w.-]+/[\w.-]+", model):
            raise ModelError(model, f"is neither a folder nor a name that faster-whisper knows: {', '.join(known)}")
        try:
            folder = Path(faster_whisper.download_model(model))
        except OSError as e:
            why = str(e).splitlines()[0]
            raise ModelError(
                model, f"is not in the local cache and cannot be downloaded ({why}); give the folder of a model instead"
            ) from e
    absent = [name for name in ("model.bin", "config.json", "tokenizer.json") if not (folder / name).is_file()]
    if absent:
        raise ModelError(model, f"its folder lacks {', '.join(absent)}")
    return folder
