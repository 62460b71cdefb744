import json

import pytest
from pydantic import ValidationError

from tests.transcription.example import segment, transcript
from transcription.documents.formats import from_json, to_json
from transcription.records import SECOND_FORM, THIRD_FORM, Gap, Options, OwnModel, Transcript


def test_every_moment_is_in_a_segment_or_a_gap() -> None:
    made = transcript((segment(1.0, 3.0, "a"),), (Gap(start=0, end=1, reason="no_speech"),), 3.0)
    assert made.duration == 3


@pytest.mark.parametrize(
    ("spans", "duration"),
    [([(0, 1), (2, 3)], 3), ([(0, 2), (1, 3)], 3), ([(0, 3)], 4), ([(1, 3)], 3), ([(0, 0), (0, 3)], 3), ([], 1)],
    ids=["hole", "overlap", "open end", "open start", "no extent", "nothing"],
)
def test_a_transcript_that_does_not_cover_its_track_is_refused(spans: list[tuple[float, float]], duration: int) -> None:
    with pytest.raises(ValidationError):
        transcript(tuple(segment(a, b, "a") for a, b in spans), (), duration)


def test_segments_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError):
        transcript((segment(1, 2, "b"), segment(0, 1, "a")), (), 2)


def test_an_empty_track_is_an_empty_transcript() -> None:
    assert not transcript((), (), 0).doubtful


def test_languages_come_most_spoken_first() -> None:
    made = transcript((segment(0, 1, "a", "fr"), segment(1, 3, "b"), segment(3, 4, "c", "fr")), (), 4)
    assert made.languages == ("en", "fr")
    made = transcript((segment(0, 1, "a", "fr"), segment(1, 3, "b")), (), 3)
    assert made.languages == ("en", "fr")


def test_marks_and_speech_left_out_are_doubts_and_silence_is_none() -> None:
    clear = segment(0, 1, "a")
    assert transcript((segment(0, 1, "a", marks=("loop",)),), (), 1).doubtful
    assert transcript((clear,), (Gap(start=1, end=2, reason="unsupported_language"),), 2).doubtful
    assert transcript((clear,), (Gap(start=1, end=2, reason="time_budget"),), 2).doubtful
    assert not transcript((clear,), (Gap(start=1, end=2, reason="no_speech"),), 2).doubtful


def test_figures_are_rounded_and_marks_closed() -> None:
    made = segment(0.12345, 1, "a")
    assert (made.start, made.language_probability) == (0.123, 0.9877)
    with pytest.raises(ValidationError):
        segment(0, 1, "a", marks=("seems fine",))


def test_unknown_options_are_refused() -> None:
    with pytest.raises(ValidationError):
        Options.model_validate({"beamsize": 5})


def test_the_first_form_of_the_schema_is_read_and_written_as_it_was() -> None:
    made = transcript((segment(0, 1, "a", channel=0), segment(0, 1, "b", channel=1)), (), 1)
    first = made.model_dump(exclude={*SECOND_FORM, *THIRD_FORM}) | {"schema_version": 1}
    read = Transcript.model_validate(first)
    assert read.start is None
    assert not {*SECOND_FORM, *THIRD_FORM} & set(json.loads(to_json(read)))
    assert from_json(to_json(read)) == read
    with pytest.raises(ValidationError, match="form 2 of the schema says"):
        Transcript.model_validate(first | {"schema_version": 2})
    with pytest.raises(ValidationError, match="form 1 of the schema has no start"):
        Transcript.model_validate(first | {"start": 3.0})
    with pytest.raises(ValidationError):
        Transcript.model_validate(first | {"segments": first["segments"][:1]})


def test_the_second_form_is_read_and_written_as_it_was() -> None:
    own = OwnModel(language="kk", model="m", digest="0" * 64)
    made = transcript((segment(0, 1, "a"),), (), 1).model_copy(update={"schema_version": 2, "own_models": (own,)})
    document = json.loads(to_json(made))
    assert "completes" not in document
    assert not {"language_by", "second"} & set(document["segments"][0])
    assert set(document["own_models"][0]) == {"language", "model", "digest"}
    assert all("engine" not in one for one in document["options"]["per_language"].values())
    assert to_json(from_json(json.dumps(document))) == to_json(made)
    with pytest.raises(ValidationError, match="form 2 of the schema has no completes"):
        Transcript.model_validate(document | {"completes": "0" * 64})
    by = [{**one, "language_by": "reading"} for one in document["segments"]]
    with pytest.raises(ValidationError, match="form 2 of the schema has no language_by"):
        Transcript.model_validate(document | {"segments": by})


def test_a_transcript_says_which_channels_it_is_of() -> None:
    one = transcript((segment(0, 1, "a", channel=2),), (), 1, channels=3)
    assert one.read == (2,)
    with pytest.raises(ValidationError, match="each channel that was read"):
        Transcript.model_validate(one.model_dump() | {"read": (1, 2)})
    with pytest.raises(ValidationError, match="each channel that was read"):
        Transcript.model_validate(one.model_dump() | {"read": ()})


def test_speech_in_a_channel_that_was_not_read_stands_beside_the_rest_and_is_a_doubt() -> None:
    unread = Gap(start=0.2, end=0.6, reason="unread_channel", level=-30, channel=1)
    made = transcript((segment(0, 1, "a"),), (unread,), 1)
    assert made.doubtful
    assert from_json(to_json(made)).gaps == (unread,)


def test_a_containers_clock_may_begin_before_zero() -> None:
    assert transcript((segment(0, 1, "a"),), (), 1, start=-1.1).start == -1.1


def test_speech_for_a_ctc_model_is_not_packed() -> None:
    options = Options.model_validate({"per_language": {"ug": {"engine": "ctc", "model": "m"}, "kk": {"model": "n"}}})
    assert [options.packs(code) for code in ("ug", "kk", "ru")] == [False, True, True]
