"""Cues of strangers: what is sound is read whole, what is not says its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.documents import cues
from transcription.documents.cues import clock, escaped, plain, read_captions
from transcription.errors import DocumentError

VTT = """\ufeffWEBVTT - made up
Kind: captions

STYLE
::cue { color: red }

NOTE a note
of two lines

first
00:01.000 --> 00:02.500 align:start position:0%
<v Rosa>My <i>name</i></v> &amp; yours &lt;3
second line

100:00:00.000 --> 100:00:01.000
end
"""
SRT = (
    "1\r\n00:00:01,000 --> 00:00:02,500\r\nMy <i>name</i>\r\nsecond line\r\n \r\n"
    "2\r\n1:00:00,000 --> 1:00:01,000\r\nend\r\n"
)


def test_vtt_is_read_without_tags_and_with_the_line_of_each_cue() -> None:
    found = read_captions(VTT.encode())
    assert [(cue.start, cue.end, cue.text, cue.line) for cue in found] == [
        (1, 2.5, "My name & yours <3\nsecond line", 11),
        (360_000, 360_001, "end", 15),
    ]


def test_what_an_editor_says_of_a_place_is_no_word_of_a_cue() -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}{\\pos(1,2)}She {waits}\n"
    assert [cue.text for cue in read_captions(srt.encode())] == ["She {waits}"]
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n{\\an8}She\n"
    assert [cue.text for cue in read_captions(vtt.encode())] == ["{\\an8}She"]


def test_srt_is_read_as_well() -> None:
    found = read_captions(SRT.encode())
    assert [(cue.start, cue.end, cue.text, cue.line) for cue in found] == [
        (1, 2.5, "My name\nsecond line", 2),
        (3600, 3601, "end", 7),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: not SubRip"),
        ("words", "line 1: a text without times"),
        ("<html>\n<p>no captions</p>", "line 1: a text without times"),
        ("WEBVTT\n\n00:00.000 -> 00:01.000\na", "line 3: a text without times"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\na\n\nb", "line 6: a text without times: an empty line ends a cue"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\na\n00:01.000 --> 00:02.000\nb", "line 5: an empty line is wanting"),
        ("WEBVTT\n00:00.000 --> 00:01.000\na", "line 2: an empty line is wanting"),
        ("WEBVTT\n\n0:00 --> 00:01.000\na", "line 3: no times of a cue; they look like 00:01:02.345 -->"),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\na", "line 3: no times of a cue"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\na", "line 3: a cue that ends before it begins"),
        ("WEBVTT\n\n99999999999999999999:00:00.000 --> 00:01.000\na", "line 3: no times of a cue"),
        ("WEBVTT\n\nNOTE x --> y", "line 3: no times of a cue"),
        ("1\n00:00:00,000 --> 00:00:01,000\na\n\nb\n", "line 5: a text without times"),
        ("1\n00:00:00,000 --> 00:00:01,000\na\n00:00:02,000 --> 00:00:03,000\nb", "line 4: an empty line"),
        ("00:00:00,000 --> 00:00:01,000\na", "line 1: the times of a cue stand below its number"),
        (f"WEBVTT\n\n00:00.000 --> 00:01.000\n{'a' * 30_000}", "line 3: a cue of 30,000 characters"),
    ],
)
def test_what_is_broken_says_its_line(text: str, said: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_captions(text.encode())
    assert str(refused.value).startswith(said)


def test_bytes_that_are_no_text_say_their_line() -> None:
    with pytest.raises(DocumentError, match="line 3: not UTF-8"):
        read_captions(b"WEBVTT\n\n\xff\xfe")


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cues, "MAX_CUES", 1)
    with pytest.raises(DocumentError, match="2 cues: more than 1"):
        read_captions(VTT.encode())
    monkeypatch.setattr(cues, "MAX_BYTES", 10)
    with pytest.raises(DocumentError, match="more than 10 are never read"):
        read_captions(VTT.encode())


@given(st.binary(max_size=200) | st.text(st.sampled_from("WEBVT\n\r123:.,-> <&\x00ا")).map(str.encode))
def test_anything_is_read_or_refused(data: bytes) -> None:
    for given_ in (data, b"WEBVTT\n\n" + data, b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + data):
        try:
            found = read_captions(given_)
        except DocumentError:
            continue
        assert all(0 <= cue.start <= cue.end for cue in found)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(0, 90_000))
def test_what_is_written_is_read_back(text: str, start: float) -> None:
    start = round(start, 3)
    for head, point in (("WEBVTT\n\n", "."), ("1\n", ",")):
        written = f"{head}{clock(start, point)} --> {clock(start + 1, point)}\n[kk]\n{escaped(text)}\n"
        (cue,) = read_captions(written.encode())
        assert plain(cue.text.removeprefix("[kk]")) == plain(text)
        assert cue.start == start
