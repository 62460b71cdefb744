"""An acoustic model with CTC, in ONNX: the only importer of onnxruntime, and of onnx_asr.

The features that GigaAM and NeMo were trained on are onnx-asr's, tested there against both makers' own; a model that
takes samples needs none. The session and the decoding are ours, since no library gives the last frame of a token or its
probability for every family that is wanted (decision 57). One head writes all languages of a model: it is not told
which one it hears.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy
from numpy.typing import NDArray

from transcription.engines.ctc_decoding import (
    FRAME,
    UNSPACED,
    Frames,
    best_path,
    pieces_of,
    tokens_of,
    words_of_tokens,
)
from transcription.engines.ctc_folders import KNOWN_TO_WRITE, LONGEST_MS, CtcFolder, Features, digest_of, look_at
from transcription.engines.engine import SAMPLES_A_MS, Encoded, Lack, Samples, Written
from transcription.engines.quiet_cuts import quiet_cuts
from transcription.errors import ModelError
from transcription.records import EngineKind, Options

INSTALL: Final = "pip install 'thirdcopy[ctc]' (in a checkout: uv sync --extra ctc)"

_SHORTEST: Final = 100 * SAMPLES_A_MS
"""Samples that a model is given at least: what is shorter is followed by silence."""

_SHORTEST_PAUSE_MS: Final = 200
"""Stretches of speech that are packed into one chunk have twice `pad_ms` of silence between them, of which so much is a
pause at least: less than that is within a sentence, or a word."""

_OFF: Final = 0.25
"""How far the frames that a model writes may be from those that its step asks for, as a share, before it is refused."""

_OTHERS_META: Final = ("", "omnilingual-asr")
"""What an ONNX file beside a tokens.txt may call itself."""

Front = Callable[[NDArray[numpy.float32], NDArray[numpy.int64]], tuple[NDArray[numpy.float32], NDArray[numpy.int64]]]


class CtcEngine:
    """A loaded model. `name` is its folder's, `digest` the sha256 of its weights (`ctc_folders.digest_of`).

    `languages` are those that its maker says it writes, none where its files do not tell. `Encoded.features` are the
    likeliest token of each frame and its log-probability (`ctc_decoding.FRAME`): the whole of what a model says of 30
    seconds may be 60 MB. Chunks are computed one by one. `prompts` and `translate` are not heeded (`lacks`).

    Raises ModelError where the folder is no such model, cannot be loaded, or what reads it is not installed.
    """

    kind: EngineKind = "ctc"
    weak = False
    quick = False

    def __init__(self, model: str, options: Options) -> None:
        self._model = model
        self._pause = max(_SHORTEST_PAUSE_MS, min(options.min_silence_ms, 2 * options.pad_ms))
        found = look_at(model)
        self.folder = found
        self.name = found.folder.absolute().name
        self._front = _front(model, found.features)
        self.device, providers = _providers(model, options.device)
        file = found.chosen(self.device)
        self._session = _session(model, file, options.threads, providers)
        if providers[0] not in self._session.get_providers():
            raise ModelError(model, f"cannot be loaded on {self.device}: onnxruntime has no working {providers[0]}")
        self.digest = digest_of(file)
        self.compute_type = "int8" if "int8" in file.name else "float32"
        self._feeds = _Feeds(model, self._session, found)
        self._vocabulary = found.vocabulary
        self.languages = KNOWN_TO_WRITE.get(found.kin, frozenset())
        self.longest_ms = LONGEST_MS[found.kin]
        lacks: set[Lack] = {"languages", "silence", "prompts", "translation"}
        if found.kin == "omnilingual" or not found.vocabulary.punctuates:
            lacks.add("punctuation")
        self.lacks = frozenset(lacks)

    @property
    def letters(self) -> frozenset[str]:
        """All that it can write."""
        return self._vocabulary.letters

    def reach(self, length: int) -> int:
        """How many ms are computed for a chunk of `length` ms: no more than it has."""
        return length

    def encode(self, chunks: Sequence[Samples]) -> Encoded:
        """Read each chunk. One that is longer than the model takes at once is cut where it is quietest."""
        paths = [self._path(chunk) for chunk in chunks]
        rows = numpy.zeros((len(paths), max(map(len, paths))), FRAME)
        rows["token"] = self._vocabulary.blank
        for row, path in zip(rows, paths, strict=True):
            row[: len(path)] = path
        return Encoded(rows, tuple(chunk.size // SAMPLES_A_MS for chunk in chunks))

    def hear(self, encoded: Encoded) -> list[dict[str, float]]:
        """Nothing of any: one head writes every language of the model."""
        return [{} for _ in encoded.lengths]

    def write(
        self,
        encoded: Encoded,
        languages: Sequence[str],
        *,
        prompts: Sequence[str] | None = None,
        translate: bool = False,
        words: bool = False,
    ) -> list[Written]:
        """What was read of each chunk, in pieces cut at pauses. A language says no more than how words are parted."""
        del prompts, translate
        return [
            self._written(row, length, spaced=language not in UNSPACED, words=words)
            for row, length, language in zip(encoded.features, encoded.lengths, languages, strict=True)
        ]

    def _written(self, row: Frames, length: int, *, spaced: bool, words: bool) -> Written:
        tokens = tokens_of(row, self._vocabulary.texts, self._vocabulary.blank)
        said = words_of_tokens(tokens, step=self.folder.step, length=length, spaced=spaced)
        return Written(
            pieces=pieces_of(said, pause=self._pause),
            words=tuple(said) if words else (),
            avg_logprob=sum(token.logprob for token in tokens) / len(tokens) if tokens else 0.0,
            no_speech_prob=None,
        )

    def _path(self, chunk: Samples) -> Frames:
        """The best path of a chunk, a frame a step."""
        frames = max(1, round(chunk.size / SAMPLES_A_MS / self.folder.step))
        path = numpy.zeros(frames, FRAME)
        path["token"] = self._vocabulary.blank
        for begin, end in quiet_cuts(chunk, self.longest_ms * SAMPLES_A_MS):
            at = round(begin / SAMPLES_A_MS / self.folder.step)
            own = self._run(chunk[begin:end])[: frames - at]
            path[at : at + len(own)] = own
        return path

    def _run(self, sound: Samples) -> Frames:
        sound = numpy.pad(sound, (0, max(0, _SHORTEST - sound.size)))
        features, lengths = self._front(sound[None].astype(numpy.float32), numpy.array([sound.size], numpy.int64))
        try:
            (scores,) = self._session.run([self._feeds.output], self._feeds.of(features, lengths))
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise ModelError(self._model, f"failed while reading {sound.size / 16_000:.1f} s: {error}") from error
        if scores.ndim != 3 or scores.shape[-1] > len(self._vocabulary.texts):
            raise ModelError(
                self._model,
                f"writes {scores.shape[-1]} tokens a frame, and its vocabulary has {len(self._vocabulary.texts)}",
            )
        asked = sound.size / SAMPLES_A_MS / self.folder.step
        if abs(scores.shape[1] - asked) > max(4.0, asked * _OFF):
            raise ModelError(
                self._model,
                f"writes {scores.shape[1]} frames for {sound.size / 16_000:.1f} s of sound, and its files say one in "
                f"{self.folder.step:g} ms",
            )
        return best_path(scores[0])


class _Feeds:
    """What a session is given: samples or features, and as it asks for them their number or a mask of ones."""

    def __init__(self, model: str, session: Any, folder: CtcFolder) -> None:
        meta = session.get_modelmeta().custom_metadata_map.get("model_type", "")
        if folder.kin == "omnilingual" and meta not in _OTHERS_META:
            raise ModelError(model, f"is one of sherpa-onnx's of the kind {meta!r}: of these omnilingual-asr is read")
        inputs = session.get_inputs()
        sounds = [one for one in inputs if "float" in one.type]
        others = [one for one in inputs if "int" in one.type and one not in sounds]
        outputs = [one for one in session.get_outputs() if "float" in one.type and len(one.shape) == 3]
        rank = 2 if folder.features in ("waveform", "normalized") else 3
        if len(sounds) != 1 or len(sounds) + len(others) != len(inputs) or len(sounds[0].shape) != rank or not outputs:
            taken = ", ".join(f"{one.name}: {one.type} {one.shape}" for one in inputs)
            raise ModelError(model, f"is no model of {folder.kin} with CTC: it takes {taken}")
        self._sound, self._others = sounds[0], others
        self.output: str = outputs[0].name

    def of(self, features: NDArray[Any], lengths: NDArray[numpy.int64]) -> dict[str, NDArray[Any]]:
        """The feeds of one chunk."""
        kind = numpy.float16 if "float16" in self._sound.type else numpy.float32
        feeds: dict[str, NDArray[Any]] = {self._sound.name: features.astype(kind)}
        for one in self._others:
            whole = numpy.int64 if "int64" in one.type else numpy.int32
            feeds[one.name] = lengths.astype(whole) if len(one.shape) == 1 else numpy.ones(features.shape, whole)
        return feeds


def _session(model: str, file: Path, threads: int, providers: Sequence[str]) -> Any:
    """An onnxruntime session that holds no more memory than its longest chunk takes."""
    runtime = _runtime(model)
    asked = runtime.SessionOptions()
    asked.intra_op_num_threads = threads
    asked.inter_op_num_threads = 1
    asked.log_severity_level = 3
    asked.enable_mem_pattern = False  # it plans for one length, and no two chunks have the same
    asked.enable_cpu_mem_arena = False  # it never gives back what the longest chunk took
    try:
        return runtime.InferenceSession(str(file), asked, providers=list(providers))
    except Exception as error:
        raise ModelError(model, f"its {file.name} cannot be loaded: {str(error).splitlines()[0]}") from error


def _providers(model: str, device: str) -> tuple[str, list[str]]:
    """The device, and what onnxruntime calls it."""
    there = _runtime(model).get_available_providers()
    if device == "auto":
        device = "cuda" if "CUDAExecutionProvider" in there else "cpu"
    if device == "cuda":
        if "CUDAExecutionProvider" not in there:
            raise ModelError(model, "cannot be loaded on cuda: this onnxruntime has none; install onnxruntime-gpu")
        return "cuda", ["CUDAExecutionProvider", "CPUExecutionProvider"]
    return "cpu", ["CPUExecutionProvider"]


def _runtime(model: str) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError(model, f"is read by onnxruntime, which is not installed: {INSTALL}") from error
    return onnxruntime


def _front(model: str, features: Features) -> Front:
    """What makes of samples what a model takes."""
    if features == "waveform":
        return lambda sounds, lengths: (sounds, lengths)
    if features == "normalized":
        return lambda sounds, lengths: (_normalized(sounds), lengths)
    try:
        from onnx_asr.preprocessors.numpy_preprocessor import GigaamPreprocessorNumpy, NemoPreprocessorNumpy
    except ImportError as error:
        raise ModelError(model, f"takes features of onnx-asr's, which is not installed: {INSTALL}") from error
    made: Front = (GigaamPreprocessorNumpy if features.startswith("gigaam") else NemoPreprocessorNumpy)(features)
    return made


def _normalized(sounds: NDArray[numpy.float32]) -> NDArray[numpy.float32]:
    """Samples with mean 0 and variance 1, as Wav2Vec2 and Omnilingual ASR were trained on."""
    mean, variance = sounds.mean(axis=-1, keepdims=True), sounds.var(axis=-1, keepdims=True)
    normal: NDArray[numpy.float32] = ((sounds - mean) / numpy.sqrt(variance + 1e-5)).astype(numpy.float32)
    return normal


def missing(model: str) -> str | None:
    """Why a folder cannot be read here, without loading it; None if it can."""
    try:
        _front(model, look_at(model).features)
        _runtime(model)
    except ModelError as error:
        return error.message
    return None
