"""What folder holds which CTC model, told by its files alone: nothing is loaded.

Three makers of ONNX files have each their layout:

- onnx-asr: `config.json` with a `model_type`, a vocabulary `*vocab.txt`, and `*_ctc.onnx` (GigaAM) or `model.onnx`
  (NeMo, Wav2Vec2);
- sherpa-onnx: `tokens.txt` and `model.onnx`, as of Omnilingual ASR;
- Hugging Face's exporter: `config.json` of a Wav2Vec2, HuBERT or WavLM, `vocab.json` and `model.onnx`.

Each may be quantized (`model.int8.onnx`) and may keep its weights in files beside it (`.data`, `.weights`).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any, Final, Literal

from transcription.errors import ModelError

Features = Literal["waveform", "normalized", "gigaam_v2", "gigaam_v3", "nemo80", "nemo128"]
"""What a model takes: samples as they are, or with mean 0 and variance 1; or the log-mel features it was trained on."""

Kin = Literal["gigaam", "nemo", "omnilingual", "wav2vec2"]
"""The family that a model is of."""

LONGEST_MS: Final[dict[Kin, int]] = {"gigaam": 25_000, "nemo": 30_000, "omnilingual": 40_000, "wav2vec2": 30_000}
"""The longest sound that a model of a family takes at once.

GigaAM refuses more than 25 s (its `transcribe`), Omnilingual ASR more than 40 s (its README); for the others onnx-asr
names 20 to 30 s.
"""

KNOWN_TO_WRITE: Final[dict[Kin, frozenset[str]]] = {
    "gigaam": frozenset({"en", "kk", "ky", "ru", "uz"}),
    "omnilingual": frozenset({"ar", "en", "fr", "kk", "ky", "ru", "tr", "ug", "zh"}),
}
"""Languages that a family's maker says its models write; of Omnilingual's 1,600 those that are spoken in the region."""

_LARGEST_TEXT: Final = 16 * 1024**2
_MOST_TOKENS: Final = 200_000
_BLANKS: Final = ("<blk>", "<blank>", "<eps>", "<pad>", "[PAD]")
_CONTROL: Final = re.compile(r"<[^<>]+>|\[[A-Z]+\]")
_BYTE: Final = re.compile(r"<0x[0-9A-Fa-f]{2}>")
_STRIDE: Final = 320
"""Samples of a frame of Wav2Vec2, and of Omnilingual ASR, which is one: 20 ms at 16 kHz."""

_HOP_MS: Final = 10
_SUBSAMPLING: Final[dict[Kin, int]] = {"gigaam": 4, "nemo": 8}
_WAV2VEC2: Final = ("wav2vec2", "hubert", "wavlm")
_SPACES: Final = {"|": " "}
_BESIDE: Final = (".onnx.data", ".onnx_data", ".data", "_data", ".weights")
_MOST_STRIDES: Final = 32
_SHOWN: Final = 60
"""Characters of what a file says that an error shows."""


@dataclass(frozen=True)
class Vocabulary:
    """The text of each token, by its number; empty for controls, which write nothing. `blank` is the blank's number."""

    texts: tuple[str, ...]
    blank: int

    @property
    def letters(self) -> frozenset[str]:
        """All that it can write."""
        return frozenset("".join(self.texts)) - {" "}

    @property
    def punctuates(self) -> bool:
        """Whether it has a full stop and a comma, and capitals where its letters have any."""
        letters = self.letters
        stops, commas = letters & set(".。۔"), letters & set(",，،、")
        cased = [letter for letter in letters if letter.lower() != letter.upper()]
        return bool(stops and commas and (not cased or any(letter.isupper() for letter in cased)))


@dataclass(frozen=True)
class CtcFolder:
    """A folder with a CTC model, of which nothing was loaded yet.

    `models` are its ONNX files, one of each precision; `step` is the ms of a frame.
    """

    folder: Path
    kin: Kin
    features: Features
    step: float
    models: tuple[Path, ...]
    vocabulary: Vocabulary

    def chosen(self, device: str) -> Path:
        """The file that is read on a device: where there are several, the quantized one on a CPU."""
        small = [model for model in self.models if "int8" in model.name]
        large = [model for model in self.models if model not in small]
        return (small or large)[0] if device == "cpu" else (large or small)[0]


def weights_beside(model: Path) -> tuple[Path, ...]:
    """The files beside an ONNX file that hold its weights, if it keeps them apart, in order."""
    stem = model.name.removesuffix(".onnx")
    beside = (model.with_name(stem + end) for end in _BESIDE)
    return tuple(sorted(file for file in beside if file.is_file()))


def digest_of(model: Path) -> str:
    """The sha256 of an ONNX file, and with it of the weights beside it, if there are any, as one row of bytes.

    Of files that have not changed it is taken once: an engine may be loaded again and again.
    """
    files = (model, *weights_beside(model))
    return _digest(tuple((file, file.stat().st_size, file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=8)
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    digest = sha256()
    for file, _, _ in files:
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def look_at(model: str) -> CtcFolder:
    """What a folder holds. Raises ModelError, which names what is missing."""
    folder = Path(model)
    if not folder.is_dir():
        raise ModelError(model, "is no folder; `thirdcopy models list` says where ONNX models come from")
    config = _read_json(model, folder / "config.json")
    kind = str(config.get("model_type", ""))[:_SHOWN]
    if kind.startswith("gigaam") or (not kind and any(folder.glob("*_ctc*.onnx"))):
        return _gigaam(model, folder, config)
    if kind == "nemo-conformer-ctc":
        return _nemo(model, folder, config)
    if kind == "wav2vec2-ctc":
        step = _positive(model, config, "subsampling_factor", _STRIDE) * 1000 / 16_000
        return CtcFolder(
            folder, "wav2vec2", "waveform", step, _onnx(model, folder), _listed(model, _one(model, folder, "vocab.txt"))
        )
    if kind in _WAV2VEC2:
        return _transformers(model, folder, config)
    if kind:
        raise ModelError(
            model,
            f"its config.json says {kind!r}, which is not read here: gigaam-…-ctc, nemo-conformer-ctc, wav2vec2-ctc, "
            f"{', '.join(_WAV2VEC2)} are, and Omnilingual ASR as sherpa-onnx has it",
        )
    if not any(folder.glob("*.onnx")):
        raise ModelError(model, "its folder lacks model.onnx, and tokens.txt or config.json beside it")
    vocabulary = _listed(model, _one(model, folder, "tokens.txt"), blank="<s>")
    step = _STRIDE * 1000 / 16_000
    return CtcFolder(folder, "omnilingual", "normalized", step, _onnx(model, folder), vocabulary)


def _gigaam(model: str, folder: Path, config: dict[str, Any]) -> CtcFolder:
    if not config:
        raise ModelError(model, "its folder lacks config.json, which says what features it was trained on")
    version = str(config.get("version", "v2"))[:_SHOWN]
    if version not in ("v2", "v3") or config.get("features_size", 64) != 64:
        raise ModelError(model, f"its config.json asks for features that nobody here makes: {version}")
    step = _HOP_MS * _positive(model, config, "subsampling_factor", _SUBSAMPLING["gigaam"])
    features: Features = "gigaam_v2" if version == "v2" else "gigaam_v3"
    vocabulary = _listed(model, _one(model, folder, "*vocab.txt"))
    return CtcFolder(folder, "gigaam", features, step, _onnx(model, folder, "*_ctc*.onnx"), vocabulary)


def _nemo(model: str, folder: Path, config: dict[str, Any]) -> CtcFolder:
    size = config.get("features_size", 80)
    if size not in (80, 128):
        raise ModelError(model, f"its config.json asks for {str(size)[:_SHOWN]} mel bands: 80 and 128 are known")
    step = _HOP_MS * _positive(model, config, "subsampling_factor", _SUBSAMPLING["nemo"])
    features: Features = "nemo80" if size == 80 else "nemo128"
    vocabulary = _listed(model, _one(model, folder, "vocab.txt"))
    return CtcFolder(folder, "nemo", features, step, _onnx(model, folder), vocabulary)


def _transformers(model: str, folder: Path, config: dict[str, Any]) -> CtcFolder:
    strides = config.get("conv_stride", [_STRIDE])
    sensible = isinstance(strides, list) and 0 < len(strides) <= _MOST_STRIDES
    if not sensible or not all(isinstance(one, int) and 0 < one < 1000 for one in strides):
        raise ModelError(model, "its config.json has no sensible conv_stride")
    given = _read_json(model, _one(model, folder, "vocab.json")) | _read_json(model, folder / "added_tokens.json")
    if not all(isinstance(number, int) for number in given.values()):
        raise ModelError(model, "its vocab.json holds no numbers of tokens")
    pairs = [(_SPACES.get(text, text), number) for text, number in given.items()]
    vocabulary = _vocabulary(model, "vocab.json", pairs, blank=config.get("pad_token_id"))
    normalizes = _read_json(model, folder / "preprocessor_config.json").get("do_normalize", True)
    features: Features = "normalized" if normalizes else "waveform"
    step = prod(strides) * 1000 / 16_000
    return CtcFolder(folder, "wav2vec2", features, step, _onnx(model, folder), vocabulary)


def _positive(model: str, config: dict[str, Any], key: str, default: int) -> int:
    value = config.get(key, default)
    if not isinstance(value, int) or not 0 < value < 100_000:
        raise ModelError(model, f"its config.json has {key} = {str(value)[:_SHOWN]}, which is no number of frames")
    return value


def _one(model: str, folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1 or not found[0].is_file():
        what = f"has several files {pattern}: {', '.join(f.name for f in found)}" if found else f"lacks {pattern}"
        raise ModelError(model, f"its folder {what}")
    return found[0]


def _onnx(model: str, folder: Path, pattern: str = "*.onnx") -> tuple[Path, ...]:
    """The ONNX files: one, or one that is quantized beside one that is not."""
    found = sorted(file for file in folder.glob(pattern) if file.is_file())
    if not found:
        raise ModelError(model, f"its folder lacks {pattern.replace('*', 'model') if pattern == '*.onnx' else pattern}")
    if len({("int8" in file.name) for file in found}) != len(found):
        raise ModelError(model, f"its folder has several models: {', '.join(f.name for f in found)}; leave one there")
    return tuple(found)


def _read_json(model: str, file: Path) -> dict[str, Any]:
    """A JSON object; empty where there is no file."""
    if not file.is_file():
        return {}
    try:
        read = json.loads(_text(model, file))
    except (ValueError, RecursionError) as error:
        raise ModelError(model, f"its {file.name} is no JSON: {error}") from error
    if not isinstance(read, dict):
        raise ModelError(model, f"its {file.name} is no JSON object")
    return read


def _text(model: str, file: Path) -> str:
    if file.stat().st_size > _LARGEST_TEXT:
        raise ModelError(model, f"its {file.name} has {file.stat().st_size:,} bytes, more than any vocabulary")
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(model, f"its {file.name} is no UTF-8 text: {error}") from error


def _listed(model: str, file: Path, *, blank: str | None = None) -> Vocabulary:
    """The vocabulary of a file with a token and its number a line. A line with a number alone is the space's."""
    pairs: list[tuple[str, int]] = []
    for count, line in enumerate(_text(model, file).split("\n"), start=1):
        line = line.removesuffix("\r")
        if not line.strip():
            continue
        token, _, number = line.rpartition(" ") if " " in line else line.rpartition("\t")
        if not number.isascii() or not number.isdigit():
            raise ModelError(model, f"line {count} of its {file.name} is no token and its number")
        pairs.append((token or " ", int(number)))
    numbers = [number for token, number in pairs if token == blank]
    return _vocabulary(model, file.name, pairs, blank=numbers[0] if numbers else None)


def _vocabulary(model: str, name: str, pairs: Sequence[tuple[str, int]], *, blank: Any) -> Vocabulary:
    """The vocabulary of tokens and their numbers. Raises ModelError where one is missing, or no token is the blank."""
    if not pairs or len(pairs) > _MOST_TOKENS or sorted(number for _, number in pairs) != list(range(len(pairs))):
        raise ModelError(model, f"its {name} does not number its tokens from 0 without a hole")
    tokens = {number: token for token, number in pairs}
    if any(_BYTE.fullmatch(token) for token in tokens.values()):
        raise ModelError(model, f"its {name} writes bytes (<0x41>) instead of letters, which is not read here")
    if not isinstance(blank, int):
        named = {token: number for number, token in tokens.items()}
        blank = next((named[token] for token in _BLANKS if token in named), None)
    if blank not in tokens:
        raise ModelError(model, f"its {name} names no blank: one of {', '.join(_BLANKS)}")
    texts = ["" if _CONTROL.fullmatch(one) else one.replace("\u2581", " ") for _, one in sorted(tokens.items())]
    texts[blank] = ""
    return Vocabulary(tuple(texts), blank)
