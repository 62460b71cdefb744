"""Languages that reading decides: a real Whisper, and a made-up CTC model that reads tones above a voice."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.toned_speech import SAID, SAID_IN_TURKISH, tone_model, toned
from tests.support.tracks import DIGEST, read
from tests.transcription.conftest import Say
from tests.transcription.sounds import write
from tests.world.ctc_model import CtcModel
from transcription.documents.differences import normalized
from transcription.documents.formats import from_json, to_json, to_vtt
from transcription.errors import MediaError
from transcription.hearing.track_reading import Completed, TrackReader
from transcription.records import Gap, LanguageOptions, Options, Transcript

SPOKEN = ("tr", "ug", "ky")
"""Of a synthetic voice the base model does not hear which language it is: Turkish is all that it may write."""


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> CtcModel:
    return tone_model(tmp_path_factory.mktemp("models") / "tones")


@pytest.fixture(scope="module")
def film(say: Say, tones: CtcModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same Turkish words three times: with Uyghur tones, with Turkish ones, and with none."""
    return write(tmp_path_factory.mktemp("film") / "film.wav", toned(say, tones, SAID, SAID_IN_TURKISH, ""))


def options_of(whisper: Path, tones: CtcModel, *languages: str, **given: Any) -> Options:
    own = LanguageOptions(engine="ctc", model=str(tones.folder))
    per = dict.fromkeys(languages, own)
    return Options(model=str(whisper), languages=SPOKEN, per_language=per).model_copy(update=given)


@pytest.fixture(scope="module")
def uyghur(whisper_folder: Path, tones: CtcModel) -> TrackReader:
    return TrackReader(options_of(whisper_folder, tones, "ug"))


def told(made: Transcript) -> list[tuple[str, str | None, str | None]]:
    return [(s.language, s.language_by, s.model) for s in made.segments]


@pytest.fixture(scope="module")
def made(uyghur: TrackReader, film: Path) -> Transcript:
    return read(uyghur, film, declared=("tr", "ug"))


class TestDecided:
    def test_each_stretch_is_in_the_language_whose_letters_were_written(self, made: Transcript) -> None:
        first, *others = made.segments
        assert (first.language, first.language_by, first.model) == ("ug", "reading", "tones")
        assert normalized(first.text) == normalized(SAID)
        assert first.language_probability > 0.8
        assert {s.language for s in others} == {"tr"}
        assert {s.model for s in others} == {None}
        assert [(one.language, one.model, one.engine) for one in made.own_models] == [("ug", "tones", "ctc")]

    def test_text_of_an_engine_without_punctuation_says_so(self, made: Transcript) -> None:
        assert [("unpunctuated" in s.marks) for s in made.segments] == [s.language == "ug" for s in made.segments]
        assert not {"unsure_language", "may_be:ug"} & set(made.segments[0].marks)
        assert not [mark for mark in made.segments[0].marks if mark.startswith("outside")]

    def test_doubt_is_gone_where_reading_decided_and_stays_where_it_did_not(self, made: Transcript) -> None:
        second = made.segments[1]
        assert second.language_by == "reading"
        assert "may_be:ug" not in second.marks
        assert made.segments[-1].language_by != "reading"
        assert "may_be:ug" in made.segments[-1].marks, "the tones were silent there, so nothing was read"

    def test_words_are_timed_within_their_segment(self, made: Transcript) -> None:
        first = made.segments[0]
        assert [word.text for word in first.words] == SAID.split()
        assert all(first.start <= word.start <= word.end <= first.end for word in first.words)

    def test_it_is_read_back_as_it_was_written(self, made: Transcript) -> None:
        assert from_json(to_json(made)) == made
        assert json.loads(to_json(made))["segments"][0]["language_by"] == "reading"
        assert "[ug, unpunctuated]" in to_vtt(made)

    def test_reading_again_gives_the_same_bytes(self, made: Transcript, uyghur: TrackReader, film: Path) -> None:
        assert to_json(read(uyghur, film, declared=("tr", "ug"))) == to_json(made)


def test_where_nobody_declares_anything_it_may_still_be_decided(uyghur: TrackReader, film: Path) -> None:
    made = read(uyghur, film)
    assert made.segments[0].language == "ug"
    assert made.segments[0].language_by == "reading"
    assert {s.language for s in made.segments[1:]} == {"tr"}


def test_where_its_neighbour_alone_is_declared_its_model_is_not_asked(uyghur: TrackReader, film: Path) -> None:
    made = read(uyghur, film, declared=("tr",))
    assert {s.language for s in made.segments} == {"tr"}
    assert made.own_models == ()


def test_the_only_language_that_is_declared_is_read_by_its_model_throughout(uyghur: TrackReader, film: Path) -> None:
    made = read(uyghur, film, declared=("ug",))
    assert {(s.language, s.language_by, s.model) for s in made.segments} == {("ug", "only", "tones")}
    assert {s.language_probability for s in made.segments} == {0}, "its engine tells no language"
    assert not [s for s in made.segments if "unsure_language" in s.marks]


def test_of_two_declared_that_no_main_model_knows_the_one_with_a_model_is_written_where_reading_says_so(
    uyghur: TrackReader, film: Path
) -> None:
    made = read(uyghur, film, declared=("ug", "ky"))
    assert told(made) == [("ug", "reading", "tones")]
    assert normalized(made.segments[0].text) == normalized(SAID)
    gaps = [gap for gap in made.gaps if gap.reason == "unsupported_language"]
    assert len(gaps) >= 2
    assert all(gap.start > made.segments[0].end for gap in gaps)
    assert made.doubtful


def test_known_words_decide_where_letters_cannot(whisper_folder: Path, film: Path, tmp_path: Path) -> None:
    """By a model of which nobody knows what it writes: its letters tell no language."""
    reader = TrackReader(options_of(whisper_folder, tone_model(tmp_path / "tones", "wav2vec2"), "ug"))
    assert reader.hidden == ("ug",)
    assert "ug" not in read(reader, film, declared=("tr", "ug")).languages
    written = read(reader, film, declared=("ug",)).segments[0].text
    reader.know({"ug": normalized(written).split()})
    made = read(reader, film, declared=("tr", "ug"))
    first = [one for one in made.segments if one.start < 6]
    assert {(s.language, s.language_by, s.model) for s in first} == {("ug", "reading", "tones")}
    assert {s.language for s in made.segments if s not in first} == {"tr"}
    assert "words of ug" in made.versions


@pytest.fixture(scope="module")
def before(whisper_folder: Path, film: Path) -> Transcript:
    reader = TrackReader(Options(model=str(whisper_folder), languages=SPOKEN))
    return read(reader, film, declared=("ug",))


def test_a_reading_that_was_broken_off_goes_on_with_the_words_that_it_began_with(
    uyghur: TrackReader, film: Path, tmp_path: Path
) -> None:
    """Else another list, which other clips may have made longer meanwhile, would throw away hours of work."""

    def stop(_done: float, _whole: float) -> None:
        raise KeyboardInterrupt

    kept = tmp_path / "kept.jsonl"
    try:
        uyghur.know({"ug": normalized(SAID).split()})
        with pytest.raises(KeyboardInterrupt):
            read(uyghur, film, declared=("tr", "ug"), checkpoint=kept, progress=stop)
        lines = kept.read_text("utf-8").splitlines()
        whole = read(uyghur, film, declared=("tr", "ug"))
        uyghur.know({"ug": ["another"], "tr": ["more"]})
        made = read(uyghur, film, declared=("tr", "ug"), checkpoint=kept)
    finally:
        uyghur.know({})
    assert [line for line in lines if line.startswith('["batch')]
    assert to_json(made) == to_json(whole)
    assert {name for name in made.versions if name.startswith("words")} == {"words of ug"}


class TestCompleted:
    """A transcript that was made before its language had a model, and the one that fills its gaps."""

    def completes(self, before: Transcript, gaps: tuple[Gap, ...] | None = None) -> Completed:
        chosen = gaps or [gap for gap in before.gaps if gap.reason == "unsupported_language"]
        return Completed.of(to_json(before).encode(), before, chosen)

    def read(self, reader: TrackReader, film: Path, completes: Completed, checkpoint: Path | None = None) -> Transcript:
        opened = reader.open(film, media_sha256=DIGEST, track=0, checkpoint=checkpoint, completes=completes)
        return reader.read(opened, declared=("ug",), completes=completes).transcript

    def test_the_gaps_alone_are_read_and_the_rest_says_so(
        self, before: Transcript, uyghur: TrackReader, film: Path
    ) -> None:
        made = self.read(uyghur, film, self.completes(before))
        assert made.completes == self.completes(before).sha256
        assert made.segments
        assert {s.language for s in made.segments} == {"ug"}
        open_ = [gap for gap in before.gaps if gap.reason == "unsupported_language"]
        for segment in made.segments:
            assert any(gap.start <= segment.start < segment.end <= gap.end for gap in open_)
        assert {gap.reason for gap in made.gaps} <= {"read_before", "no_text", "no_speech"}
        assert from_json(to_json(made)) == made
        assert made.duration == before.duration

    def test_one_gap_of_several_is_read_alone(self, before: Transcript, uyghur: TrackReader, film: Path) -> None:
        last = [gap for gap in before.gaps if gap.reason == "unsupported_language"][-1]
        made = self.read(uyghur, film, self.completes(before, (last,)))
        assert all(segment.start >= last.start for segment in made.segments)
        assert made.gaps[0].reason == "read_before"
        assert made.gaps[0].start == 0

    def test_what_is_read_otherwise_now_is_not_put_together(
        self, before: Transcript, uyghur: TrackReader, film: Path
    ) -> None:
        other = replace(self.completes(before), read=(0, 1))
        with pytest.raises(MediaError, match="have the whole clip transcribed again"):
            self.read(uyghur, film, other)

    def test_another_transcripts_checkpoint_is_not_taken(
        self, before: Transcript, uyghur: TrackReader, film: Path, tmp_path: Path
    ) -> None:
        kept = tmp_path / "kept.jsonl"
        uyghur.open(film, media_sha256=DIGEST, track=0, checkpoint=kept).close()
        first = kept.read_text().splitlines()[0]
        uyghur.open(film, media_sha256=DIGEST, track=0, checkpoint=kept, completes=self.completes(before)).close()
        assert kept.read_text().splitlines()[0] != first


class TestTwice:
    """Kazakh, which the main model knows, with a model of its own."""

    def reader(self, whisper: Path, tones: CtcModel, **given: Any) -> TrackReader:
        return TrackReader(options_of(whisper, tones, "kk", languages=("kk",), **given))

    def test_off_one_engine_reads(self, whisper_folder: Path, tones: CtcModel, film: Path) -> None:
        made = read(self.reader(whisper_folder, tones), film)
        assert {s.model for s in made.segments} == {"tones"}
        assert {s.second for s in made.segments} == {None}

    @pytest.mark.parametrize(("first", "model", "second"), [("own", "tones", "whisper-base"), ("main", None, "tones")])
    def test_all_are_read_by_both_and_the_rule_says_which_stands_first(
        self, whisper_folder: Path, tones: CtcModel, film: Path, first: str, model: str | None, second: str
    ) -> None:
        reader = self.reader(whisper_folder, tones, second_opinion="all", stands_first=first)
        made = read(reader, film)
        assert made.segments
        assert {s.model for s in made.segments} == {model}
        both = [s.second for s in made.segments if s.second]
        assert len(both) == len(made.segments)
        assert {one.model for one in both} == {second}
        for segment, one in zip(made.segments, both, strict=True):
            assert (one.rate > 0) == ("engines_differ" in segment.marks)
        assert max(one.rate for one in both) > 0.5
        assert [one.model for one in made.own_models] == ["tones"]
        assert made.options.stands_first == first
        assert from_json(to_json(made)) == made

    def test_doubtful_ones_alone(self, whisper_folder: Path, tones: CtcModel, film: Path) -> None:
        sure = {"min_language_probability": 0.0, "min_avg_logprob": -1.0}
        reader = self.reader(whisper_folder, tones, second_opinion="doubtful", **sure)
        made = read(reader, film)
        asked = [s for s in made.segments if {*s.marks} - {"unpunctuated", "engines_differ", "weak_model"}]
        assert [s for s in made.segments if s.second] == asked

    def test_where_both_write_the_same_they_agree(self, whisper_folder: Path, tmp_path: Path, film: Path) -> None:
        """The same Whisper under another name."""
        own = tmp_path / "whisper-tr"
        own.symlink_to(whisper_folder)
        per = {"tr": LanguageOptions(model=str(own))}
        options = Options(model=str(whisper_folder), languages=("tr",), per_language=per, second_opinion="all")
        made = read(TrackReader(options), film)
        assert made.segments
        assert {s.second.rate for s in made.segments if s.second} == {0}
        assert not [s for s in made.segments if "engines_differ" in s.marks]
