"""The engines of single languages: which is loaded when, and what is told of each."""

import gc
from pathlib import Path
from weakref import ref

import pytest

from tests.world.ctc_model import make_ctc_model
from transcription.engines.engine_loading import state_of
from transcription.errors import ModelError
from transcription.hearing.own_engines import OwnEngines
from transcription.records import LanguageOptions, Options


def options_of(**folders: Path) -> Options:
    return Options(
        per_language={language: LanguageOptions(engine="ctc", model=str(one)) for language, one in folders.items()}
    )


def test_one_stays_loaded_and_the_one_before_it_is_let_go(tmp_path: Path) -> None:
    kazakh, uyghur = (
        make_ctc_model(tmp_path / name, letters=letters).folder
        for name, letters in (("kazakh", "аәб "), ("uyghur", "سا "))
    )
    own = OwnEngines(options_of(kk=kazakh, ug=uyghur))
    first = ref(own.of("kk"))
    assert own.of("kk") is first()
    own.of("ug")
    gc.collect()
    assert first() is None
    assert own.of("kk").name == "kazakh"
    assert [(one.language, one.model, one.engine) for one in own.told({"kk", "ug", "zh"})] == [
        ("kk", "kazakh", "ctc"),
        ("ug", "uyghur", "ctc"),
    ]
    assert [one.language for one in own.told({"ug"})] == ["ug"]
    assert len({one.digest for one in own.told({"kk", "ug"})}) == 2


def test_languages_with_one_model_share_its_engine(tmp_path: Path) -> None:
    both = make_ctc_model(tmp_path / "both").folder
    own = OwnEngines(options_of(ky=both, ug=both))
    assert own.of("ky") is own.of("ug")
    assert [one.language for one in own.told({"ky", "ug"})] == ["ky", "ug"]


def test_a_model_that_is_gone_says_so_and_the_others_are_read(tmp_path: Path) -> None:
    there = make_ctc_model(tmp_path / "there").folder
    own = OwnEngines(options_of(kk=there, ug=tmp_path / "gone"))
    with pytest.raises(ModelError, match="gone: is no folder"):
        own.of("ug")
    assert own.of("kk").name == "there"
    assert [one.language for one in own.told({"kk", "ug"})] == ["kk"]


def test_weights_vocabulary_and_settings_of_a_folder_are_its_state(tmp_path: Path) -> None:
    """What a checkpoint is compared by: other files, other text."""
    folder = make_ctc_model(tmp_path / "model", "wav2vec2").folder
    before = state_of(str(folder))
    assert before == state_of(str(folder))
    for name in ("model.onnx", "vocab.txt", "config.json"):
        file = folder / name
        was = file.read_bytes()
        file.write_bytes(was + b"\n")
        assert state_of(str(folder)) != before, name
        file.write_bytes(was)
        before = state_of(str(folder))
    assert state_of(None) is state_of("large-v3") is None
