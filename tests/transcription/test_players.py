"""At which second of a browser's clock something is that stands at a second of a transcript."""

import pytest

from tests.transcription.example import segment, transcript
from tests.transcription.test_captions import example as some_captions
from transcription.documents.players import names_its_clock, shifted, shown_at, starts_at
from transcription.documents.showing import made_vtt, to_text
from transcription.records import SECOND_FORM, THIRD_FORM, Transcript

MP4, MATROSKA, STREAM = "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts"


@pytest.mark.parametrize(
    ("container", "codec", "start", "found"),
    [
        (MP4, "aac", 10.0, 10.0),
        (MP4, "aac", -1.1, -1.1),
        (MATROSKA, "opus", 4.997, 4.997),
        ("ogg", "opus", 100.0, 100.0),
        ("ogg", "vorbis", 100.0, 0.0),
        (STREAM, "aac", 1.4, 0.0),
        ("mpeg", "mp2", 0.5, 0.0),
        ("mp3", "mp3", 0.025, 0.0),
    ],
)
def test_a_browser_keeps_the_clock_of_the_containers_it_plays(
    container: str, codec: str, start: float, found: float
) -> None:
    made = transcript((segment(0, 2, "a"),), (), 2, start=start)
    assert starts_at(made.model_copy(update={"container": container, "codec": codec})) == found


def test_captions_and_transcripts_of_the_first_form_name_no_clock() -> None:
    first = transcript((segment(0, 2, "a"),), (), 2).model_dump(exclude={*SECOND_FORM, *THIRD_FORM}) | {
        "schema_version": 1
    }
    for document in (some_captions(), Transcript.model_validate(first)):
        assert (starts_at(document), names_its_clock(document)) == (0.0, False)


def test_what_is_before_a_clock_begins_is_at_its_zero() -> None:
    assert (shown_at(1, 10), shown_at(1, -3), shown_at(0.1, 0.2)) == (11, 0, 0.3)
    made = shifted(transcript((segment(0, 2, "a"), segment(2, 5, "b")), (), 5, start=-3), -3)
    assert [(s.start, s.end) for s in made.segments] == [(0, 0), (0, 2)]


def test_what_is_kept_beside_a_transcript_says_its_clock() -> None:
    late = transcript((segment(0, 2, "a"),), (), 2, start=10)
    assert "NOTE Seconds are on the clock of a browser, which stands at 10.000 where" in made_vtt(late)
    assert "\n00:00:10.000 --> 00:00:12.000\n" in made_vtt(late)
    assert "\n00:00:10.000 [en]\na\n" in to_text(late, (), 10)
    usual = transcript((segment(0, 2, "a"),), (), 2)
    assert "clock" not in made_vtt(usual) + to_text(usual, ())
