"""The real base model reads recordings quickly and as usual, in processes of its own."""

import subprocess
import sys
import time
from pathlib import Path

import numpy
import pytest

from tests.transcription.conftest import Say
from tests.transcription.sounds import Sound, in_turn, load, write
from transcription.engines.peak_memory import peak_memory
from transcription.errors import ModelError
from transcription.hearing import reading_apart
from transcription.hearing.both_ways import alone, measure
from transcription.hearing.reading_apart import Reading, read_apart
from transcription.hearing.recorded_speech import Recording, recordings_in
from transcription.records import LanguageOptions, Options

WORDS = "My brother was taken from our house in the winter. We have not heard from him since that day."
MORE = "The police told us nothing about the reason. My mother is still waiting for an answer."


@pytest.fixture(scope="module")
def sounds(say: Say) -> tuple[Sound, Sound]:
    return in_turn(load(say(WORDS))), in_turn(load(say(MORE)))


def test_both_ways_are_told_of_each_recording_and_of_all(
    sounds: tuple[Sound, Sound], whisper_folder: Path, tmp_path: Path
) -> None:
    for name, sound, text in zip(("a", "b"), sounds, (WORDS, MORE), strict=True):
        write(tmp_path / f"{name}.wav", sound)
        (tmp_path / f"{name}.txt").write_text(text)
    write(tmp_path / "c.wav", sounds[0])
    recordings, _ = recordings_in([tmp_path])
    told = list[float]()
    options = Options(languages=("en",), quick="never", per_language={"en": LanguageOptions(model="nowhere")})
    bad = garbage(tmp_path)
    found, left_out = measure(str(whisper_folder), options, (bad, *recordings), told.append)
    assert len(left_out) == 1
    assert left_out[0].startswith("bad.wav: ")
    assert [Path(one.file).name for one in found.recordings] == ["a.wav", "b.wav", "c.wav"]
    assert [one.characters for one in found.recordings] == [len(WORDS) - 2, len(MORE) - 2, None]
    assert all(one.speech > 2 and one.differ < 20 for one in found.recordings)
    assert found.usual_wrong is not None
    assert found.quick_wrong is not None
    assert found.usual_wrong < 20
    assert found.quick_wrong < 20
    assert found.sound == pytest.approx(sum(one.sound for one in found.recordings))
    assert sum(told) == pytest.approx(2 * found.sound, rel=0.01)
    assert min(found.speed_ratio, found.processor_ratio) > 0.05
    for memory in (found.usual_memory, found.quick_memory):
        assert 100_000_000 < memory < 3_000_000_000
    assert "300 s are wanted" in found.why_not[0]


def test_a_model_reads_alone_in_the_languages_that_it_is_for(tmp_path: Path) -> None:
    own = {
        "kk": LanguageOptions(engine="ctc", model="somewhere"),
        "ug": LanguageOptions(model=str(tmp_path / "x" / ".."), token="uz", prompt="P"),
        "ru": LanguageOptions(prompt="R"),
    }
    options = Options(per_language=own, translate=True, second_opinion="all", threads=1)
    main = alone("base", options, "never")
    assert (main.model, main.quick, main.languages) == ("base", "never", options.languages)
    assert (main.translate, main.second_opinion, main.threads) == (False, "off", 1)
    assert not any(one.model for one in main.per_language.values())
    assert main.of("ru").prompt == "R"
    of_one = alone(str(tmp_path), options, "always")
    assert (of_one.quick, of_one.languages, of_one.of("uz").prompt) == ("always", ("uz",), "P")
    assert Options.model_validate_json(of_one.model_dump_json()) == of_one


def test_where_nothing_can_be_read_it_says_why(whisper_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"could read no recording: bad\.wav: "):
        measure(str(whisper_folder), Options(), [garbage(tmp_path)], lambda _: None)


def garbage(folder: Path) -> Recording:
    """What was a recording when somebody looked, and is none when it is read."""
    file = folder / "bad.wav"
    file.write_bytes(b"garbage" * 99)
    return Recording(file, 0, 1.0, None)


def test_a_model_that_cannot_be_had_says_why_as_ever(tmp_path: Path) -> None:
    one = [(write(tmp_path / "a.wav", numpy.zeros(16_000)), 0)]
    with pytest.raises(ModelError) as apart:
        read_apart(Options(model=str(tmp_path)), one, lambda _: None)
    assert str(apart.value) == f"model {tmp_path}: its folder lacks model.bin, config.json, tokenizer.json"


def test_a_process_that_ends_too_soon_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ModelError, match="ended with 1 before it was done, as it does where memory does not suffice"):
        read_apart(Options(model="base"), [(tmp_path / "a.wav", 0)], lambda _: None)


def test_whoever_is_told_and_fails_ends_the_process(
    sounds: tuple[Sound, Sound], whisper_folder: Path, tmp_path: Path
) -> None:
    def fail(_: float) -> None:
        raise ValueError("enough")

    wav = write(tmp_path / "a.wav", sounds[0])
    before = children()
    with pytest.raises(ValueError, match="enough"):
        read_apart(Options(model=str(whisper_folder), languages=("en",)), [(wav, 0)], fail)
    assert children() <= before


def test_the_process_ends_when_nobody_waits_for_it_any_more(whisper_folder: Path, tmp_path: Path) -> None:
    wav = write(tmp_path / "long.wav", numpy.random.default_rng(1).normal(0, 0.1, 16_000 * 600))
    errand = reading_apart._Errand(options=Options(model=str(whisper_folder)), tracks=((wav, 0),))
    command = [sys.executable, "-m", "transcription.hearing.reading_apart"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin
        child.stdin.write(errand.model_dump_json().encode() + b"\n")
        child.stdin.close()
        assert child.wait(60) == 1


def test_the_memory_of_whoever_starts_a_process_is_not_its_own() -> None:
    held = bytearray(400_000_000)
    code = "from transcription.engines.peak_memory import peak_memory; print(peak_memory())"
    found = int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert 5_000_000 < found < 200_000_000
    assert peak_memory() > len(held)


def test_what_was_read_goes_through_a_line_of_json_whole() -> None:
    reading = Reading(spoken=({"start": 0.0, "end": 1.0, "text": "a\n\u2028б"},), sound=1.0, seconds=2.0)
    line = reading_apart._Line(reading=reading).model_dump_json(exclude_none=True)
    assert "\n" not in line
    assert reading_apart._Line.model_validate_json(line).reading == reading


def children() -> set[str]:
    """The processes that this one has started and that run."""
    time.sleep(0.1)
    told = Path(f"/proc/self/task/{Path('/proc/thread-self').resolve().name}/children")
    return set(told.read_text().split())
