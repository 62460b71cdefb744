"""A Whisper model: the only importer of ctranslate2, and of faster_whisper but for its speech detector.

faster-whisper's own ways of transcribing settle on one language a recording, or lose up to 20 seconds where it changes,
and do not say which language a segment is in. So the model's operations are used as they are: a batch of speech chunks
is encoded once, and from that one encoding the language of each chunk is heard, its text written, its words timed and,
where asked for, its translation written. No private part of faster-whisper is patched or called.
"""

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import file_digest
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

import ctranslate2
import faster_whisper
import numpy
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from numpy.typing import NDArray

from transcription.engines.alike_lengths import alike, shared
from transcription.engines.beam_on_demand import Draft, circles, fair, why_beam
from transcription.engines.engine import SAMPLES_A_MS, STEP_MS, Encoded, Lack, Piece, Samples, TimedWord, Written
from transcription.engines.quick_reading import MEASURED, QUICK, divided
from transcription.errors import ModelError
from transcription.records import MARGIN_S, EngineKind, Options

WEAK_WIDTH: Final = 768
"""Width of the encoder of Whisper small; tiny (384) and base (512) are too weak for testimony outside English."""

_MAX_TOKENS: Final = 448
_PROMPT_TOKENS: Final = _MAX_TOKENS // 2 - 1
_FRAMES_A_SECOND: Final = 100
_MEDIAN_FILTER: Final = 7
"""Frames of the median filter over the attention weights, as in OpenAI's whisper/timing.py."""


@dataclass(frozen=True)
class _Row:
    """A chunk as a quick model encoded it, and its sound, in case it must be encoded longer."""

    encoded: NDArray[Any]
    sound: Samples

    def __len__(self) -> int:
        return len(self.encoded)


Whole = TypeVar("Whole")
Part = TypeVar("Part")


class WhisperEngine:
    """A loaded model. `name` is its name or its folder's, `digest` the sha256 of `model.bin`.

    `model` is a folder with a CTranslate2 model, and then nothing is fetched; or a name that faster-whisper knows or
    one of the Hugging Face hub (`OWNER/NAME`), and then it is downloaded once to the hub's cache. `measured` are more
    models of which it is known that they may read quickly, by the sha256 of their weights. Raises ModelError.
    """

    kind: EngineKind = "whisper"
    longest_ms = 30_000
    letters: frozenset[str] = frozenset()

    def __init__(self, model: str, options: Options, measured: Collection[str] = ()) -> None:
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
        self._quick = QUICK if options.is_quick(self.digest in MEASURED or self.digest in measured) else None
        threads, workers = options.threads, 1
        if self._quick and device == "cpu":
            threads, workers = divided(options.threads or _told_threads(), os.cpu_count() or 1)
        try:
            loaded = faster_whisper.WhisperModel(
                str(folder), device=device, compute_type=compute_type, cpu_threads=threads, num_workers=workers
            )
        except (RuntimeError, ValueError) as e:
            raise ModelError(model, f"cannot be loaded on {device} as {compute_type}: {e}") from e
        self._features = loaded.feature_extractor
        self._model = loaded.model
        if self._features.mel_filters.shape[0] != self._model.n_mels:
            raise ModelError(model, f"needs a preprocessor_config.json for its {self._model.n_mels} mel bands")
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, "reading") if workers > 1 else None
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
    def quick(self) -> bool:
        """Whether it writes greedily first, and encodes no more silence than a chunk needs."""
        return self._quick is not None

    @property
    def weak(self) -> bool:
        """Whether its encoder, of which the width is known once something was read, is a tiny or base model's."""
        return 0 < self._width < WEAK_WIDTH

    @property
    def _multilingual(self) -> bool:
        return bool(self._model.is_multilingual)

    def encode(self, chunks: Sequence[Samples]) -> Encoded:
        """Encode a batch of chunks of at most 30 seconds.

        Whisper was trained on 30 seconds, and what a chunk lacks is silence. A quick model encodes `Quick.after_ms` of
        it, in batches of chunks that are alike in length. Else, where the longest chunk leaves room,
        `options.context_seconds` or half of them are encoded instead, which takes as much less time (decision 20).
        """
        lengths = tuple(chunk.size // SAMPLES_A_MS for chunk in chunks)
        if self._quick is None:
            return Encoded(self._encoded(chunks, self._reach(max(lengths))), lengths)
        reaches = [self._reach(length) for length in lengths]
        for batch in alike(reaches, cost=self._quick.batch_ms, most=self._quick.most):
            for n in batch:
                reaches[n] = reaches[batch[-1]]
        features = numpy.empty(len(chunks), dtype=object)
        rows = self._each(lambda n: self._encoded([chunks[n]], reaches[n])[0], range(len(chunks)))
        for n, row in enumerate(rows):
            features[n] = _Row(row, chunks[n])
        return Encoded(features, lengths)

    def _each(self, do: Callable[[Whole], Part], parts: Sequence[Whole]) -> list[Part]:
        """Do something with each part, side by side where the model has several workers."""
        return list(self._pool.map(do, parts) if self._pool and len(parts) > 1 else map(do, parts))

    def _encoded(self, chunks: Sequence[Samples], reach: int) -> NDArray[Any]:
        """Encode chunks, with silence up to `reach` ms."""
        frames = reach * _FRAMES_A_SECOND // 1000
        mel = numpy.stack([pad_or_trim(self._features(chunk)[..., :-1], frames) for chunk in chunks])
        encoded = numpy.array(self._model.encode(ctranslate2.StorageView.from_array(mel), to_cpu=True))
        self._width = encoded.shape[-1]
        return encoded

    def reach(self, length: int) -> int:
        """How many ms are encoded of a batch whose longest chunk has `length` ms; any number where it makes its own."""
        return self.longest_ms if self._quick else self._reach(length)

    def _reach(self, length: int) -> int:
        return self._quick.reach(length) if self._quick else self._usual_reach(length)

    def _usual_reach(self, length: int, *, halved: bool = True) -> int:
        """What a model encodes that is not quick: `context_seconds`, half of them if so asked, or 30 seconds."""
        short = self._options.context_seconds * 1000
        steps = ((short // 2, short) if halved else (short,)) if short < self.longest_ms else ()
        return next((step for step in steps if length // 10 * 10 + MARGIN_S * 1000 <= step), self.longest_ms)

    def hear(self, encoded: Encoded) -> list[dict[str, float]]:
        """The probability of each language that the model knows, for each chunk."""
        if not self._multilingual:
            return [{"en": 1.0} for _ in encoded.lengths]
        parts = shared(_apart([str(len(row)) for row in encoded.features]), self._workers)

        def hear(rows: Sequence[int]) -> Any:
            return self._model.detect_language(_view(encoded.rows(rows)))

        heard = _in_order(parts, self._each(hear, parts))
        return [{token.strip("<|>"): min(1.0, odd) for token, odd in odds} for odds in heard]

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
        alike_ones = _apart([f"{len(row)} {prompt}" for row, prompt in zip(encoded.features, prompts, strict=True)])
        parts = shared(alike_ones, self._workers)
        parts.sort(key=lambda rows: -len(rows) * len(encoded.features[rows[0]]))  # the longest work begins first

        def write(rows: Sequence[int]) -> list[Written]:
            spoken = [languages[n] for n in rows]
            return self._write(encoded.rows(rows), spoken, prompts[rows[0]], translate=translate, words=words)

        return _in_order(parts, self._each(write, parts))

    def _write(
        self, encoded: Encoded, languages: Sequence[str], prompt: str, *, translate: bool, words: bool
    ) -> list[Written]:
        results = self._generate(encoded, prompt, languages, translate=translate)
        tokens = [list(result.sequences_ids[0]) for result in results]
        timed = self._time(encoded, languages, tokens) if words else [()] * len(tokens)
        return [
            Written(
                pieces=self._pieces(own, length),
                words=tuple(said),
                avg_logprob=_avg_logprob(result),
                no_speech_prob=min(1.0, result.no_speech_prob),
            )
            for result, own, said, length in zip(results, tokens, timed, encoded.lengths, strict=True)
        ]

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

    def _generate(self, encoded: Encoded, prompt: str, languages: Sequence[str], *, translate: bool) -> list[Any]:
        """Write all with the beam, or, if quick, greedily and with the beam what is doubted.

        Where the beam goes round in circles, a fair draft stands; without one the chunk is encoded anew, as long as for
        a model that is not quick.
        """
        beam, lengths = self._options.beam_size, encoded.lengths
        if self._quick is None:
            return self._search(encoded, prompt, languages, beam, translate=translate)
        found = self._search(encoded, prompt, languages, 1, translate=translate)

        def by_beam(rows: Sequence[int], part: Encoded) -> Iterator[tuple[int, Any]]:
            spoken = [languages[n] for n in rows]
            return zip(rows, self._search(part, prompt, spoken, beam, translate=translate), strict=True)

        def circling(result: Any, n: int) -> bool:
            return circles(self._draft(result, lengths[n]).text)

        drafts = [self._draft(one, lengths[n]) for n, one in enumerate(found)]
        doubted = [n for n, draft in enumerate(drafts) if why_beam(draft)]
        if doubted and beam > 1:
            for n, one in by_beam(doubted, encoded.rows(doubted)):
                if not (fair(drafts[n]) and circling(one, n)):
                    found[n] = one
        lost = [n for n in doubted if circling(found[n], n)]
        if lost:
            for n, one in by_beam(lost, self._longer(encoded.rows(lost))):
                found[n] = one
        return found

    def _longer(self, encoded: Encoded) -> Encoded:
        """The same chunks with more silence, all as long as the longest of them needs."""
        reach = self._usual_reach(max(encoded.lengths), halved=False)
        rows = [self._encoded([row.sound], reach)[0] for row in encoded.features]
        return Encoded(numpy.stack(rows), encoded.lengths)

    def _draft(self, result: Any, length: int) -> Draft:
        text = "".join(piece.text for piece in self._pieces(result.sequences_ids[0], length))
        return Draft(text=text, avg_logprob=_avg_logprob(result), no_speech_prob=result.no_speech_prob)

    def _search(
        self, encoded: Encoded, prompt: str, languages: Sequence[str], beam: int, *, translate: bool
    ) -> list[Any]:
        tokens = self._plain
        before = [tokens.sot_prev, *tokens.encode(prompt)[-_PROMPT_TOKENS:]] if prompt else []
        found: list[Any] = self._model.generate(
            _view(encoded),
            [before + self._start(language, translate=translate) for language in languages],
            beam_size=beam,
            max_length=_MAX_TOKENS,
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
        )
        return found

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
                _view(part),
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


def _told_threads() -> int:
    """What the environment says of threads, as OpenMP reads it; 0 for nothing."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    return int(told) if told.isdigit() else 0


def _view(encoded: Encoded) -> Any:
    """Rows of one length as the model takes them."""
    return ctranslate2.StorageView.from_array(numpy.stack([getattr(row, "encoded", row) for row in encoded.features]))


def _apart(keys: Sequence[str]) -> list[list[int]]:
    """The places of the same keys together."""
    found: dict[str, list[int]] = {}
    for n, key in enumerate(keys):
        found.setdefault(key, []).append(n)
    return [*found.values()]


def _in_order(parts: Sequence[Sequence[int]], made: Sequence[Sequence[Part]]) -> list[Part]:
    """What was made of each part, by the places of what it was made of."""
    found = {n: one for rows, own in zip(parts, made, strict=True) for n, one in zip(rows, own, strict=True)}
    return [found[n] for n in sorted(found)]


def _avg_logprob(result: Any) -> float:
    """The score is the mean without the final token, which was predicted too."""
    many = len(result.sequences_ids[0])
    return float(result.scores[0] * many / (many + 1))


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
