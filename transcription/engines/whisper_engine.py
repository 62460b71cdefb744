"""A Whisper model: the only importer of ctranslate2, and of faster_whisper but for its speech detector.

faster-whisper's own ways of transcribing settle on one language a recording, or lose up to 20 seconds where it changes,
and do not say which language a segment is in. So the model's operations are used as they are: a batch of speech chunks
is encoded once, and from that one encoding the language of each chunk is heard, its text written, its words timed and,
where asked for, its translation written. No private part of faster-whisper is patched or called.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import file_digest
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final

import ctranslate2
import faster_whisper
import numpy
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from transcription.engines.engine import SAMPLES_A_MS, STEP_MS, Encoded, Lack, Piece, Samples, TimedWord, Written
from transcription.errors import ModelError
from transcription.records import MARGIN_S, EngineKind, Options

WEAK_WIDTH: Final = 768
"""Width of the encoder of Whisper small; tiny (384) and base (512) are too weak for testimony outside English."""

_MAX_TOKENS: Final = 448
_PROMPT_TOKENS: Final = _MAX_TOKENS // 2 - 1
_FRAMES_A_SECOND: Final = 100
_FRAMES: Final = 30 * _FRAMES_A_SECOND
_FRAMES_AFTER: Final = MARGIN_S * _FRAMES_A_SECOND
_MEDIAN_FILTER: Final = 7
"""Frames of the median filter over the attention weights, as in OpenAI's whisper/timing.py."""


class WhisperEngine:
    """A loaded model. `name` is its name or its folder's, `digest` the sha256 of `model.bin`.

    `model` is a folder with a CTranslate2 model, and then nothing is fetched; or a name that faster-whisper knows or
    one of the Hugging Face hub (`OWNER/NAME`), and then it is downloaded once to the hub's cache. Raises ModelError.
    """

    kind: EngineKind = "whisper"
    longest_ms = 30_000

    def __init__(self, model: str, options: Options) -> None:
        self._options = options
        folder = _folder(model)
        self.name = folder.absolute().name if Path(model).is_dir() else model
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
            raise ModelError(model, f"cannot be loaded on {device} as {compute_type}: {e}") from e
        self._features = loaded.feature_extractor
        self._model = loaded.model
        if self._features.mel_filters.shape[0] != self._model.n_mels:
            raise ModelError(model, f"needs a preprocessor_config.json for its {self._model.n_mels} mel bands")
        self._hf_tokenizer = loaded.hf_tokenizer
        self._tokenizers: dict[str, Tokenizer] = {}
        self._plain = self._tokenizer("en")
        self._suppressed = get_suppressed_tokens(self._plain, [-1])
        self.device: str = self._model.device
        self.compute_type: str = self._model.compute_type
        self._width = 0
        self.languages = self._known()
        self.lacks: frozenset[Lack] = frozenset() if self._multilingual else frozenset({"languages", "translation"})

    @property
    def weak(self) -> bool:
        """Whether its encoder, of which the width is known once something was read, is a tiny or base model's."""
        return 0 < self._width < WEAK_WIDTH

    @property
    def _multilingual(self) -> bool:
        return bool(self._model.is_multilingual)

    def encode(self, chunks: Sequence[Samples]) -> Encoded:
        """Encode a batch of chunks of at most 30 seconds.

        Whisper was trained on 30 seconds, and what a chunk lacks is silence. Where the longest chunk leaves room,
        `options.context_seconds` or half of them are encoded instead, which takes as much less time (decision 20).
        """
        frames = self._frames(max(chunk.size for chunk in chunks) // SAMPLES_A_MS)
        features = numpy.stack([pad_or_trim(self._features(chunk)[..., :-1], frames) for chunk in chunks])
        encoded = numpy.array(self._model.encode(ctranslate2.StorageView.from_array(features), to_cpu=True))
        self._width = encoded.shape[-1]
        return Encoded(encoded, tuple(chunk.size // SAMPLES_A_MS for chunk in chunks))

    def reach(self, length: int) -> int:
        """How many ms are encoded of a batch whose longest chunk has `length` ms."""
        return self._frames(length) * 1000 // _FRAMES_A_SECOND

    def _frames(self, length: int) -> int:
        wanted = length * _FRAMES_A_SECOND // 1000 + _FRAMES_AFTER
        short = self._options.context_seconds * _FRAMES_A_SECOND
        steps = (short // 2, short) if short < _FRAMES else ()
        return next((step for step in steps if wanted <= step), _FRAMES)

    def hear(self, encoded: Encoded) -> list[dict[str, float]]:
        """The probability of each language that the model knows, for each chunk."""
        if not self._multilingual:
            return [{"en": 1.0} for _ in encoded.lengths]
        found = self._model.detect_language(ctranslate2.StorageView.from_array(encoded.features))
        return [{token.strip("<|>"): min(1.0, odd) for token, odd in odds} for odds in found]

    def write(
        self,
        encoded: Encoded,
        languages: Sequence[str],
        *,
        prompts: Sequence[str] | None = None,
        translate: bool = False,
        words: bool = False,
    ) -> list[Written]:
        """Write each chunk in its language, or in English where it is to be translated, and time its words.

        The model wants all prompts of a batch to be equally long, so chunks with a prompt of their own are written
        apart from the rest, from the same encoding.
        """
        prompts = prompts or [""] * len(languages)
        written: dict[int, Written] = {}
        for prompt in sorted(set(prompts)):
            chosen = [n for n, own in enumerate(prompts) if own == prompt]
            part = encoded.rows(chosen)
            results = self._generate(part, prompt, [languages[n] for n in chosen], translate=translate)
            tokens = [list(result.sequences_ids[0]) for result in results]
            timed = self._time(part, [languages[n] for n in chosen], tokens) if words else [()] * len(chosen)
            for n, result, own, said in zip(chosen, results, tokens, timed, strict=True):
                written[n] = Written(
                    pieces=self._pieces(own, encoded.lengths[n]),
                    words=tuple(said),
                    # the score is the mean without the final token, which was predicted too
                    avg_logprob=result.scores[0] * len(own) / (len(own) + 1),
                    no_speech_prob=min(1.0, result.no_speech_prob),
                )
        return [written[n] for n in range(len(languages))]

    def _known(self) -> frozenset[str]:
        """The languages that the model has a token for: they stand between the start token and the tasks."""
        tokens = self._plain
        if not self._multilingual:
            return frozenset({"en"})
        between = (tokens.tokenizer.id_to_token(n) for n in range(tokens.sot + 1, tokens.translate))
        return frozenset(found[1] for token in between if (found := re.fullmatch(r"<\|([a-z]{2,3})\|>", token)))

    def _tokenizer(self, language: str) -> Tokenizer:
        """A tokenizer splits words by its language."""
        if language not in self._tokenizers:
            self._tokenizers[language] = Tokenizer(
                self._hf_tokenizer, self._model.is_multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _start(self, language: str, *, translate: bool = False) -> list[int]:
        tokens = self._plain
        if not self._multilingual:
            return [tokens.sot]
        task = tokens.translate if translate else tokens.transcribe
        return [tokens.sot, tokens.tokenizer.token_to_id(f"<|{language}|>"), task]

    def _generate(self, encoded: Encoded, prompt: str, languages: Sequence[str], *, translate: bool) -> Any:
        tokens = self._plain
        before = [tokens.sot_prev, *tokens.encode(prompt)[-_PROMPT_TOKENS:]] if prompt else []
        return self._model.generate(
            ctranslate2.StorageView.from_array(numpy.ascontiguousarray(encoded.features)),
            [before + self._start(language, translate=translate) for language in languages],
            beam_size=self._options.beam_size,
            max_length=_MAX_TOKENS,
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
        )

    def _pieces(self, tokens: Sequence[int], length: int) -> tuple[Piece, ...]:
        """Cut what the model wrote at its timestamps; text without an end goes on to the chunk's, `length` ms."""
        zero = self._plain.timestamp_begin
        pieces = []
        start, words = 0, list[int]()
        for token in tokens:
            if token < zero:
                words.append(token)
                continue
            time = min((token - zero) * STEP_MS, length)
            if words:
                pieces.append(Piece(start, time, self._plain.decode(words)))
            start, words = time, []
        if words:
            pieces.append(Piece(start, length, self._plain.decode(words)))
        return tuple(pieces)

    def _time(
        self, encoded: Encoded, languages: Sequence[str], tokens: Sequence[Sequence[int]]
    ) -> list[tuple[TimedWord, ...]]:
        """The words of each chunk with their times, by dynamic time warping over the cross-attention.

        As OpenAI's whisper/timing.py does; the alignment itself is CTranslate2's.
        """
        end = self._plain.eot
        texts = [[token for token in own if token < end] for own in tokens]
        found: dict[int, tuple[TimedWord, ...]] = {n: () for n, own in enumerate(texts) if not own}
        order = sorted((n for n in range(len(texts)) if n not in found), key=lambda n: languages[n])
        for language, rows in groupby(order, key=lambda n: languages[n]):
            chosen = list(rows)
            part = encoded.rows(chosen)
            aligned = self._model.align(
                ctranslate2.StorageView.from_array(numpy.ascontiguousarray(part.features)),
                self._start(language),
                [texts[n] for n in chosen],
                [max(1, length // 10) for length in part.lengths],  # frames of the spectrogram, 10 ms each
                median_filter_width=_MEDIAN_FILTER,
            )
            for n, one, length in zip(chosen, aligned, part.lengths, strict=True):
                found[n] = tuple(self._words(language, texts[n], one, length))
        return [found[n] for n in range(len(texts))]

    def _words(self, language: str, text: Sequence[int], aligned: Any, length: int) -> Iterator[TimedWord]:
        tokenizer = self._tokenizer(language if self._multilingual else "en")
        words, parts = tokenizer.split_to_word_tokens([*text, self._plain.eot])
        bounds = numpy.cumsum([0, *(len(part) for part in parts[:-1])])
        steps = dict(reversed(aligned.alignments))  # the first frame of each token
        times = [min(steps.get(int(bound), length // STEP_MS) * STEP_MS, length) for bound in bounds]
        for word, (first, last), (start, stop) in zip(words, pairwise(bounds), pairwise(times), strict=False):
            odds = aligned.text_token_probs[first:last]
            yield TimedWord(start, max(start, stop), word, float(numpy.mean(odds)) if len(odds) else 0.0)


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
