"""Sounds compared: what was passed on is found again with its offset, and nothing else is."""

from itertools import combinations
from pathlib import Path

import numpy
import pytest

from archive.joins.aligning import align
from archive.joins.lookup import SoundIndex
from archive.joins.proposing import Compared
from archive.joins.soundprints import Soundprint
from tests.support.talks import AS_PASSED_ON, ffmpeg, passed_on, talk, words
from transcription.media.fingerprint import ITEM_SECONDS, fingerprint
from transcription.media.probing_media import probe

VOICES = ("en-us+m3", "en-us+f2", "en-us+m7")


def print_of(file: Path, name: str | None = None) -> Soundprint:
    media = probe(file)
    return Soundprint(name or file.stem, media.audio[0].index, fingerprint(file, media.audio[0], media, timeout=60))


def compared(one: Soundprint, other: Soundprint) -> Compared | None:
    """What is found of a sound in an index of another."""
    for candidate in SoundIndex([other]).candidates(one):
        if alignment := align(one, other, candidate.shifts):
            found = Compared(one.clip, other.clip, alignment, ITEM_SECONDS)
            return found if found.is_likely() else None
    return None


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Talks of three voices, of which the last two say the same words."""
    folder = tmp_path_factory.mktemp("talks")
    return [talk(folder / f"{n}.wav", words(min(n, 1)), voice=voice) for n, voice in enumerate(VOICES)]


@pytest.fixture(scope="module")
def prints(talks: list[Path]) -> list[Soundprint]:
    return [print_of(file) for file in talks]


@pytest.mark.parametrize("way", AS_PASSED_ON)
def test_what_was_passed_on_is_found_in_its_original_and_in_no_other(
    talks: list[Path], prints: list[Soundprint], way: str
) -> None:
    again = print_of(passed_on(talks[0], way))
    found = compared(prints[0], again)
    assert found is not None
    shared = found.shared
    assert max(shared.one, shared.other) > 0.7
    assert shared.error < 0.25
    offset = {"without its start": -12.0, "without its middle": None}.get(way, 0.0)
    if "er" not in way and offset is not None:
        assert shared.offset == pytest.approx(offset, abs=0.3)
    if way == "without its middle":
        assert shared.breaks == 1
        assert {round(piece.shift * ITEM_SECONDS) for piece in found.alignment.pieces} == {0, -8}
    if way in ("faster", "slower"):
        assert shared.speed == pytest.approx(1.01 if way == "faster" else 0.99, abs=0.003)
    assert [compared(other, again) for other in prints[1:]] == [None, None]


def test_other_talks_are_no_join_also_where_another_voice_says_the_same_words(prints: list[Soundprint]) -> None:
    assert [compared(one, other) for one, other in combinations(prints, 2)] == [None] * 3


@pytest.fixture
def beds(tmp_path: Path, talks: list[Path]) -> tuple[Path, Path]:
    """Two talks, each after the same tune of ten seconds, and over the same music, which is a fifth as loud."""
    notes = "+".join(f"0.2*sin(2*PI*t*{220 * 2 ** (n / 12):.1f}*(1+floor(mod(t*{n + 1},3))))" for n in (0, 4, 7))
    tune, made = tmp_path / "tune.wav", list[Path]()
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{notes}':s=22050:d=60", str(tune))
    for number in (0, 1):
        made.append(tmp_path / f"bed {number}.wav")
        graph = (
            "[0]atrim=duration=10[intro];[0]volume=0.2[bed];[1][bed]amix=inputs=2:duration=shortest:normalize=0[under];"
            "[intro][under]concat=n=2:v=0:a=1"
        )
        ffmpeg("-i", str(tune), "-i", str(talks[number]), "-filter_complex", graph, str(made[-1]))
    return made[0], made[1]


def test_a_tune_at_the_beginning_and_music_under_two_talks_are_no_join(beds: tuple[Path, Path]) -> None:
    one, other = (print_of(file) for file in beds)
    assert len(one.items) > 300
    assert (one.items[:60] == other.items[:60]).mean() > 0.9, "the tune is the same in both"
    assert compared(one, other) is None


def test_silence_and_a_steady_tone_say_nothing(tmp_path: Path) -> None:
    made = list[Soundprint]()
    for name, source in (("silent", "anullsrc=r=22050:cl=mono"), ("tone", "sine=440:r=22050")):
        for take in (1, 2):
            file = tmp_path / f"{name} {take}.wav"
            ffmpeg("-f", "lavfi", "-i", source, "-t", "60", str(file))
            made.append(print_of(file))
    assert all(len(one.items) > 400 for one in made)
    assert [int(one.telling.sum()) for one in made] == [0] * 4
    assert [compared(one, other) for one, other in combinations(made, 2)] == [None] * 6


def test_a_sound_in_many_and_at_any_shift_is_found_by_number() -> None:
    generator = numpy.random.default_rng(3)
    sounds = [Soundprint(f"c-{n}", 0, generator.integers(0, 1 << 32, 400, dtype=numpy.uint32)) for n in range(40)]
    index = SoundIndex(sounds)
    for number, begin in ((0, 0), (7, 133), (39, 250)):
        part = Soundprint("part", 0, sounds[number].items[begin : begin + 150].copy())
        (found,) = index.candidates(part)
        assert found.number == number
        alignment = align(part, sounds[number], found.shifts)
        assert alignment is not None
        assert alignment.shift == begin
    assert index.candidates(Soundprint("other", 0, generator.integers(0, 1 << 32, 400, dtype=numpy.uint32))) == []
    assert index.candidates(Soundprint("none", 0, numpy.empty(0, numpy.uint32))) == []
    assert SoundIndex([]).candidates(sounds[0]) == []


def test_a_sound_of_one_key_makes_no_more_work_than_its_places() -> None:
    same = Soundprint("hum", 0, numpy.tile(numpy.array([0, 0xFFFFFFFF], numpy.uint32), 20_000))
    assert SoundIndex([same, same]).candidates(same) == []
