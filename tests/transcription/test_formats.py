import html
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from subprocess import run
from typing import get_args

import pytest
import webvtt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transcription.example import segment, transcript, translation
from transcription.documents.cues import read_captions
from transcription.documents.formats import from_json, to_json, to_srt, to_text, to_vtt
from transcription.errors import DocumentError
from transcription.records import MARKS, SPEECH_LEFT_OUT, Gap, OwnModel, Reason, Segment, Transcript

JOINER = "\u2060"
HOSTILE = "a --> b\n\n00:00:09.000 --> 00:00:10.000\n<script>&amp;</script>\r\nNOTE \u2028x"
ARABIC = "مەن شىنجاڭدا تۇغۇلغان"
BROKEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+")

Form = Callable[[Transcript], str]
REASONS = tuple(reason for reason in get_args(Reason) if reason != "unread_channel")
"""Why a moment has no text; of a channel that was not read, the moment has one."""

TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "-->", "00:00:09.000 --> 00:00:10.000", "\n\n", "\r\n1\r\n", "\r", "\u2028", "\x85", "\x0b\x1e", "\0",
                "<v a>", "</lang>", "<b>", "<00:00:01.000>", "&lt;", "&", "&amp;", "&#62;", "NOTE x", "STYLE", "1",
                "{\\an8}", "\\N", "\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\ufeff", "\ufffe", "\uffff", "مەن",
                "شىنجاڭدا،", "قۇرئان؟", "وَلَدٌ", "新疆", "Ыстық", "😶‍🌫️", " ", "\xa0",
            ]
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    ),
    max_size=6,
).map("".join)  # fmt: skip
"""What strangers may have said, as a machine may have written it."""


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """One voice, or one a side, with any texts, languages, marks and gaps."""
    length = draw(st.integers(2, 400_000_000))
    segments: list[Segment] = []
    gaps: list[Gap] = []
    for channel in draw(st.sampled_from([(None,), (0, 1)])):
        points = draw(st.sets(st.integers(1, length - 1), max_size=4))
        for start, end in pairwise([0, *sorted(points), length]):
            at = {"start": start / 1000, "end": end / 1000, "channel": channel}
            if draw(st.booleans()):
                language = draw(st.sampled_from(["en", "ar", "ug", "zh"]))
                marks = tuple(sorted(draw(st.sets(st.sampled_from(MARKS), max_size=2))))
                one = segment(0, 1, draw(TEXTS), language, marks)
                segments.append(one.model_copy(update=at))
            else:
                gaps.append(Gap.model_validate(at | {"reason": draw(st.sampled_from(REASONS))}))
    return transcript(
        tuple(sorted(segments, key=lambda s: s.start)), tuple(sorted(gaps, key=lambda g: g.start)), length / 1000
    )


MADE = transcripts()


def stripped(lines: str) -> str:
    """Lines without white space around them: parsers differ there, and it says nothing."""
    return "\n".join(line.strip() for line in lines.strip().splitlines())


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
def test_hostile_words_stay_inside_their_cue(form: Form) -> None:
    calm, hostile = form(example()), form(example(HOSTILE))
    assert calm.count("-->") == hostile.count("-->") == 3
    assert len(calm.splitlines()) == len(hostile.splitlines())
    assert "<script" not in hostile
    assert ("<\u2060script>&\u2060amp;" if form is to_srt else "&lt;script&gt;&amp;amp;") in hostile


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_json_survives_a_round_trip_and_cues_keep_their_number(text: str) -> None:
    made = example(text)
    assert from_json(to_json(made)) == made
    assert to_json(from_json(to_json(made))) == to_json(made)
    assert len(re.findall("-->", to_vtt(made))) == len(re.findall("-->", to_srt(made))) == 3


def two_voices() -> Transcript:
    return transcript(
        (
            segment(0, 2.5, "Who took him?", channel=0),
            segment(1, 3, ARABIC, "ar", ("loop",), channel=1),
            segment(2.5, 4, "When?", channel=0),
        ),
        (
            Gap(start=0, end=1, reason="no_speech", channel=1),
            Gap(start=3, end=4, reason="no_text", level=-30.0, channel=1),
        ),
        4,
    )


def test_two_voices_say_their_side_and_come_in_order_of_start() -> None:
    assert to_vtt(two_voices()).split("\n\n", 2)[2] == (
        "00:00:00.000 --> 00:00:02.500\n[left, en]\n<v left><lang en>Who took him?</lang></v>\n\n"
        f"00:00:01.000 --> 00:00:03.000\n[right, ar, loop]\n<v right><lang ar>{ARABIC}</lang></v>\n\n"
        "00:00:02.500 --> 00:00:04.000\n[left, en]\n<v left><lang en>When?</lang></v>\n\n"
        "00:00:03.000 --> 00:00:04.000\n[right, speech not written down: no_text]\n"
    )
    assert f"2\n00:00:01,000 --> 00:00:03,000\n[right, ar, loop]\n{ARABIC}\n\n3\n" in to_srt(two_voices())
    assert f"\n00:00:01.000 [right, ar, loop]\n{ARABIC}\n" in to_text(two_voices())


@pytest.mark.parametrize("form", [to_vtt, to_srt, to_text])
def test_a_translation_says_in_every_cue_that_nobody_said_it(form: Form) -> None:
    aid = translation((segment(0, 2, "He was taken."), segment(2, 4, "I wait.", marks=("loop",))), two_voices())
    text = form(aid)
    assert text.count("[machine translation, a reading aid, not what was said, en") == 2
    assert "not what was said, en, loop]" in text
    if form is not to_srt:
        head = text.split("00:00:00", 1)[0]
        assert "Machine translation into English" in head
        assert "a reading aid, not what was said" in head
        assert "c" * 64 in head


def test_models_of_single_languages_are_named_with_their_digests() -> None:
    own = (OwnModel(language="ug", model="whisper-ug", digest="d" * 64),)
    head = to_text(two_voices().model_copy(update={"own_models": own})).splitlines()[0]
    assert f"by base (sha256 {'b' * 64}), for ug whisper-ug (sha256 {'d' * 64}) of track 1" in head


@pytest.mark.parametrize("reason", REASONS)
def test_gaps_that_hold_speech_are_shown_and_others_are_not(reason: Reason) -> None:
    made = transcript((), (Gap(start=0, end=5, reason=reason),), 5)
    for form in (to_vtt, to_srt, to_text):
        assert (f"[speech not written down: {reason}]" in form(made)) == (reason in SPEECH_LEFT_OUT)


def shown(made: Transcript) -> list[tuple[int, int, str]]:
    """What a player is to show: from, to, the lines of each cue."""
    told: list[Segment | Gap] = [*made.segments, *(g for g in made.gaps if g.reason in SPEECH_LEFT_OUT)]
    found = []
    for span in sorted(told, key=lambda s: (s.start, s.channel or 0)):
        side = [] if span.channel is None else [("left", "right")[span.channel]]
        if isinstance(span, Segment):
            lines = f"[{', '.join((*side, span.language, *span.marks))}]\n{BROKEN.sub(' ', span.text)}"
        else:
            lines = f"[{', '.join((*side, f'speech not written down: {span.reason}'))}]"
        found.append((round(span.start * 1000), round(span.end * 1000), lines))
    return found


def by_webvtt_py(text: str) -> list[tuple[int, int, str]]:
    """Cues as the library webvtt-py reads them, which is strict."""
    return [
        (c.start_time.in_milliseconds(), c.end_time.in_milliseconds(), html.unescape(c.text))
        for c in webvtt.from_string(text, strict=True).captions
    ]


def seen(text: str) -> str:
    """What a person takes SubRip for, whatever stands in for what it cannot say."""
    return text.replace(JOINER, "").translate({0xFF5B: "{", 0xFF5D: "}"})


def by_ffmpeg(text: str, form: str, folder: Path) -> list[tuple[int, int, str]]:
    """Cues as ffmpeg's demuxer takes them out of the file, without WebVTT's tags, which it leaves to the decoder."""
    if not text:
        return []  # SubRip without a cue has nothing to be known by
    file = folder / f"x.{form}"
    file.write_text(text, encoding="utf-8", newline="")
    command = ["ffprobe", "-v", "error", "-show_packets", "-show_data", "-of", "json", str(file)]
    packets = json.loads(run(command, capture_output=True, check=True, timeout=60).stdout)["packets"]
    cues = []
    for packet in packets:
        dump = [line[10:49].replace(" ", "") for line in packet["data"].strip().splitlines()]
        raw = bytes.fromhex("".join(dump)).decode().replace("\r\n", "\n")
        told = html.unescape(re.sub("<[^>]*>", "", raw)) if form == "vtt" else seen(raw)
        cues.append((packet["pts"], packet["pts"] + packet["duration"], told))
    return cues


@pytest.mark.parametrize("form", ["vtt", "srt"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(MADE)
def test_others_parsers_find_each_cue_with_its_times_and_text(tmp_path: Path, form: str, made: Transcript) -> None:
    text = to_vtt(made) if form == "vtt" else to_srt(made)
    expected = [(a, b, stripped(seen(lines))) for a, b, lines in shown(made)]
    if form == "vtt":
        assert [(a, b, stripped(seen(lines))) for a, b, lines in by_webvtt_py(text)] == expected
    assert [(a, b, stripped(seen(lines))) for a, b, lines in by_ffmpeg(text, form, tmp_path)] == expected


@pytest.mark.parametrize("made", [example(), example(HOSTILE), two_voices()], ids=["plain", "hostile", "two voices"])
def test_ffmpeg_converts_captions_without_a_word_lost(made: Transcript, tmp_path: Path) -> None:
    captions = tmp_path / "x.vtt"
    captions.write_text(to_vtt(made), encoding="utf-8")
    quiet = ["ffmpeg", "-nostdin", "-v", "warning", "-i", str(captions)]
    converted = run([*quiet, "-f", "srt", "-"], capture_output=True, check=True, timeout=60)
    assert converted.stderr == b""
    assert by_ffmpeg(converted.stdout.decode(), "srt", tmp_path) == shown(made)


@pytest.mark.parametrize(
    "words",
    [
        "5 < 6 and 7 > 8", "<brother> & <i>son</i>", "AT&T &amp; &lt;b&gt; &#39;", "{\\an8}up {y:i}x", "a\\nb \\N \\h",
        "<<quoted>> </b> <br> x", "00:00:01,000 --> 00:00:02,000", "<\u2060x &\u2060amp;", "мой <брат>", "I <3 you",
    ],
)  # fmt: skip
def test_players_show_what_subrip_says(words: str, tmp_path: Path) -> None:
    file = tmp_path / "x.srt"
    file.write_text(to_srt(transcript((segment(0, 2, words),), (), 2)), encoding="utf-8")
    command = ["ffmpeg", "-v", "error", "-i", str(file), "-f", "ass", "-"]
    decoded = run(command, capture_output=True, check=True, timeout=60)
    (line,) = [line for line in decoded.stdout.decode().splitlines() if line.startswith("Dialogue:")]
    label, _, told = line.split(",", 9)[9].partition("\\N")
    assert (label, seen(told)) == ("[en]", seen(words))
    assert [cue.text for cue in read_captions(file.read_bytes())] == [f"[en]\n{words}"]


@given(st.text(st.sampled_from("<>&;-{}\\nhamp#\u2060\uff5b\uff5d \n/i")))
def test_what_subrip_holds_is_read_back_to_the_character(words: str) -> None:
    text = to_srt(transcript((segment(0, 2, f"x{words}x"),), (), 2))
    assert [cue.text for cue in read_captions(text.encode())] == [f"[en]\nx{BROKEN.sub(' ', words)}x"]


def test_a_file_without_a_cue_is_still_webvtt() -> None:
    silent = transcript((), (Gap(start=0, end=5, reason="no_speech"),), 5)
    assert by_webvtt_py(to_vtt(silent)) == []
    assert to_srt(silent) == ""


def test_a_language_that_is_no_language_opens_no_tag() -> None:
    forged = example().model_copy(update={"segments": (segment(0, 2.5, "x", "en><i>\n\n"),), "gaps": ()})
    assert "<lang en&gt;&lt;i&gt; >x</lang>" in to_vtt(forged)


def test_json_is_sorted_plain_utf8() -> None:
    text = to_json(example())
    assert text.endswith("}\n")
    assert ARABIC in text
    assert list(json.loads(text)) == sorted(json.loads(text))


@pytest.mark.parametrize(
    ("change", "named"),
    [({"schema_version": 4}, "schema_version"), ({"duration": 1}, "segments and gaps"), ({"extra": 1}, "extra")],
)
def test_a_document_that_is_no_transcript_says_where(change: dict[str, object], named: str) -> None:
    document = json.loads(to_json(example())) | change
    with pytest.raises(DocumentError, match=named):
        from_json(json.dumps(document))


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(DocumentError):
        from_json(b"\x00")
