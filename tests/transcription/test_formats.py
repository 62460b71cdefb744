import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcription.example import segment, transcript
from transcription.errors import DocumentError
from transcription.formats import from_json, to_json, to_srt, to_text, to_vtt
from transcription.records import Gap, Transcript

HOSTILE = "a --> b\n\n00:00:09.000 --> 00:00:10.000\n<script>&amp;</script>\r\nNOTE \u2028x"
ARABIC = "مەن شىنجاڭدا تۇغۇلغان"


def example(text: str = "They took my brother away.") -> Transcript:
    return transcript(
        (segment(0, 2.5, text), segment(3, 3661.25, ARABIC, "ar", ("low_confidence", "may_be:ug"))),
        (Gap(start=2.5, end=3, reason="no_speech", level=-50.0), Gap(start=3661.25, end=3700, reason="time_budget")),
        3700,
    )


def test_vtt_shows_language_marks_and_what_was_left_out() -> None:
    assert to_vtt(example()).split("\n\n", 2)[2] == (
        "00:00:00.000 --> 00:00:02.500\n[en]\n<lang en>They took my brother away.</lang>\n\n"
        f"00:00:03.000 --> 01:01:01.250\n[ar, low_confidence, may_be:ug]\n<lang ar>{ARABIC}</lang>\n\n"
        "01:01:01.250 --> 01:01:40.000\n[speech not written down: time_budget]\n"
    )


def test_srt_numbers_its_cues() -> None:
    assert to_srt(example()).startswith(
        "1\n00:00:00,000 --> 00:00:02,500\n[en]\nThey took my brother away.\n\n2\n00:00:03,000 --> 01:01:01,250\n"
    )


def test_text_names_its_origin_and_times() -> None:
    text = to_text(example())
    assert "not checked by a person" in text.splitlines()[0]
    assert "00:00:00.000 [en]\nThey took my brother away.\n" in text


@pytest.mark.parametrize("form", [to_vtt, to_srt])
def test_hostile_words_stay_inside_their_cue(form: type[to_vtt]) -> None:  # type: ignore[valid-type]
    calm, hostile = form(example()), form(example(HOSTILE))  # type: ignore[misc]
    assert calm.count("-->") == hostile.count("-->") == 3
    assert len(calm.splitlines()) == len(hostile.splitlines())
    assert "<script" not in hostile
    assert "&lt;script&gt;&amp;amp;" in hostile


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_json_survives_a_round_trip_and_cues_keep_their_number(text: str) -> None:
    made = example(text)
    assert from_json(to_json(made)) == made
    assert to_json(from_json(to_json(made))) == to_json(made)
    assert len(re.findall("-->", to_vtt(made))) == len(re.findall("-->", to_srt(made))) == 3


def test_json_is_sorted_plain_utf8() -> None:
    text = to_json(example())
    assert text.endswith("}\n")
    assert ARABIC in text
    assert list(json.loads(text)) == sorted(json.loads(text))


@pytest.mark.parametrize(
    ("change", "named"),
    [({"schema_version": 2}, "schema_version"), ({"duration": 1}, "segments and gaps"), ({"extra": 1}, "extra")],
)
def test_a_document_that_is_no_transcript_says_where(change: dict[str, object], named: str) -> None:
    document = json.loads(to_json(example())) | change
    with pytest.raises(DocumentError, match=named):
        from_json(json.dumps(document))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(DocumentError):
        from_json(b"\x00")
