"""At which second of a browser's clock something is that stands at a second of a transcript."""

import re
from io import StringIO

import pytest
import webvtt

from tests.transcription.example import segment, transcript
from tests.transcription.test_captions import example as some_captions
from transcription.documents.corrections import lines
from transcription.documents.cues import played
from transcription.documents.players import names_its_clock, shifted, shown_at, starts_at
from transcription.documents.showing import made_vtt, players_vtt, to_text
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


AWKWARD = {
    "an arrow --> here": "an arrow --> here",
    "<b>bold & brave</b> &amp; &lt;": "<b>bold & brave</b> &amp; &lt;",
    "a NUL\x00 and \ufffe": "a NUL and",
    "2017": "2017",
    "NOTE a word": "NOTE a word",
    "WEBVTT": "WEBVTT",
    "12\n00:00:01.000 --> 00:00:02.000\nforged": "12 00:00:01.000 --> 00:00:02.000 forged",
    "{\\an8}{b} brace": "{\\an8}{b} brace",
    "two\u2028lines\r\nand\rmore": "two lines and more",
    "<v Bob>x<00:00:01.000>y": "<v Bob>x<00:00:01.000>y",
    "\u0628\u06c7 2018-\u064a\u0649\u0644\u0649\u060c Entry 1.": (
        "\u2067\u0628\u06c7 2018-\u064a\u0649\u0644\u0649\u060c Entry 1.\u2069"
    ),
    "\u0628\u06c7 is a word": "\u0628\u06c7 is a word",
    "": "",
}
"""What is said, and what players show of it."""

HOURS = 400_000.0


def for_players(notes: tuple[str, ...] = ("Where it is from",)) -> str:
    said = (*AWKWARD, "the last")
    spans = [(2.0 * number, 2.0 * number + 2) for number in range(len(said) - 1)]
    spans.append((spans[-1][1], HOURS))
    segments = tuple(segment(*span, text) for span, text in zip(spans, said, strict=True))
    return players_vtt(notes, lines(transcript(segments, (), HOURS), ()), 0.0)


def test_players_are_given_each_cue_at_its_seconds_whatever_was_said() -> None:
    text = for_players()
    found = played(text.encode())
    assert found.slips == ()
    assert [cue.text for cue in found.cues] == [f"[en]\n{shown}" for shown in (*AWKWARD.values(), "the last")]
    assert (found.cues[0].start, found.cues[-1].end) == (0, HOURS)
    other = webvtt.from_buffer(StringIO(text)).captions
    assert [(cue.start, cue.end) for cue in other[:2]] == [
        ("00:00:00.000", "00:00:02.000"),
        ("00:00:02.000", "00:00:04.000"),
    ]
    assert (len(other), other[-1].end) == (len(AWKWARD) + 1, "111:06:40.000")


def test_notes_stand_below_their_word_before_the_first_cue_and_nothing_behind_the_last() -> None:
    """Ramp 3.3 refuses a file with a note on the line of its NOTE there; the OHMS viewer shows what is at the end."""
    text = for_players(("One --> note", "another"))
    head, *_, last = text.rstrip("\n").split("\n\n")
    assert head == "WEBVTT"
    assert [block for block in text.split("\n\n") if block.startswith("NOTE")] == [
        "NOTE\nOne --&gt; note",
        "NOTE\nanother",
    ]
    before = text.partition(" --> ")[0].rpartition("\n")[0]
    assert not re.search(r"^NOTE.", before, re.M)
    assert last.endswith("<lang en>the last</lang>")
