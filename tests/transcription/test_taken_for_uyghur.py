"""That no speech in another language is taken for Uyghur: recorded clips where there are such, else synthetic voices.

The detector and the main engine are real. There is no model for Uyghur here, so what one would write is given: at worst
fluent Uyghur whatever is said, as sure as can be; at best what is said. So this measures the rules, and not a model.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest

from tests.support.tracks import read
from tests.transcription.conftest import Say
from tests.transcription.sounds import RECORDED
from transcription.documents.differences import normalized
from transcription.engines.engine import Encoded, Lack, Piece, Samples, Written
from transcription.hearing.track_reading import TrackReader
from transcription.records import EngineKind, LanguageOptions, Options, Transcript

FLUENT = "بۇ ئۆي ئەسلىدە خوتۇنىنىڭ خۇش تەبەسسۇمى ئوغلىنىڭ ئوماق كۈلكۈسى بىلەن گۈزەل ئىدى"
SEVERAL = frozenset({"ar", "en", "fr", "kk", "ky", "ru", "tr", "ug"})
SAID = {
    "en-us": "My brother was taken from our house in the winter, and nobody told us why.",
    "fr-fr": "Mon frère a été emmené de notre maison pendant l'hiver, et personne ne nous a dit pourquoi.",
    "ru": "Моего брата забрали из нашего дома зимой, и никто не сказал нам почему.",
    "tr": "Kardeşim kışın evimizden alındı ve kimse bize nedenini söylemedi.",
    "kk": "Менің ағамды қыста үйімізден алып кетті, бізге ешкім себебін айтпады.",
}


class Given:
    """Writes a given text for every chunk, as sure as can be."""

    kind: EngineKind = "ctc"
    name, digest, device, compute_type = "given", "0" * 64, "cpu", "float32"
    lacks: frozenset[Lack] = frozenset({"languages", "silence", "prompts", "translation", "punctuation"})
    longest_ms = 30_000
    letters: frozenset[str] = frozenset()
    quick = weak = False

    def __init__(self, text: str, languages: frozenset[str]) -> None:
        self.text, self.languages = text, languages

    def reach(self, length: int) -> int:
        return length

    def encode(self, chunks: Sequence[Samples]) -> Encoded:
        return Encoded(numpy.zeros((len(chunks), 1)), tuple(chunk.size // 16 for chunk in chunks))

    def hear(self, encoded: Encoded) -> list[dict[str, float]]:
        return [{} for _ in encoded.lengths]

    def write(self, encoded: Encoded, languages: Sequence[str], **_: object) -> list[Written]:
        return [Written((Piece(0, length, self.text),), (), -0.05, None) for length in encoded.lengths]


@pytest.fixture(scope="module")
def clips(say: Say) -> list[tuple[str, Path, str]]:
    """Language, file and text of each clip."""
    if not RECORDED.is_dir():
        return [(voice[:2], say(text, voice=voice), text) for voice, text in SAID.items()]
    with (RECORDED / "index.tsv").open(encoding="utf-8", newline="") as file:
        return [(row["language"], RECORDED / row["file"], row["text"]) for row in csv.DictReader(file, delimiter="\t")]


@pytest.fixture(scope="module")
def reader(whisper_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> TrackReader:
    folder = tmp_path_factory.mktemp("models") / "given"
    own = LanguageOptions(engine="ctc", model=str(folder))
    return TrackReader(Options(model=str(whisper_folder), per_language={"ug": own}))


def made_of(reader: TrackReader, clip: Path, text: str, languages: frozenset[str], *declared: str) -> Transcript:
    engine = Given(text, languages)
    reader._own.of = lambda language: engine  # type: ignore[method-assign]
    reader._own.told = lambda languages: ()  # type: ignore[method-assign]
    return read(reader, clip, declared=declared)


def test_a_model_that_writes_uyghur_whatever_it_hears_is_not_believed(
    reader: TrackReader, clips: list[tuple[str, Path, str]]
) -> None:
    for language, clip, _ in clips:
        made = made_of(reader, clip, FLUENT, frozenset({"ug"}))
        assert "ug" not in made.languages, (language, clip.name)


def test_not_even_where_its_words_are_known_but_for_what_sounds_like_a_neighbour(
    reader: TrackReader, clips: list[tuple[str, Path, str]]
) -> None:
    """A model that recites a text of the archive: only what the detector takes for a neighbour can be taken for it."""
    reader.know({"ug": normalized(FLUENT).split()})
    taken = set()
    for language, clip, _ in clips:
        if "ug" in made_of(reader, clip, FLUENT, frozenset({"ug"})).languages:
            taken.add(language)
    reader.know({})
    assert taken.isdisjoint(("en", "fr", "zh"))


def test_a_model_that_knows_several_languages_is_believed_by_its_letters(
    reader: TrackReader, clips: list[tuple[str, Path, str]]
) -> None:
    for language, clip, text in clips:
        made = made_of(reader, clip, text, SEVERAL)
        if language == "ug":
            assert {(s.language, s.language_by) for s in made.segments} == {("ug", "reading")}, clip.name
        else:
            assert "ug" not in made.languages, (language, clip.name)
