"""Captions as players read them: what Chromium 156 gave as the cues of a track, and ffmpeg of SubRip."""

import json
from pathlib import Path
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcription.documents import cues
from transcription.documents.cues import kind_of, played, read_captions
from transcription.errors import DocumentError

A, B = "00:00.500 --> 00:02.000\n", "00:05.000 --> 00:07.000\nend"
SHOWN, END = (0.5, 2.0, "a"), (5.0, 7.0, "end")
Shown = tuple[float, float, str]


def told(text: str | bytes) -> tuple[list[Shown], list[int]]:
    """What is shown of a file, and the lines of its slips."""
    found = played(text.encode() if isinstance(text, str) else text)
    return [(cue.start, cue.end, cue.text) for cue in found.cues], [slip.line for slip in found.slips]


@pytest.mark.parametrize(
    ("head", "slips"),
    [
        ("WEBVTT\n\n", []), ("\ufeffWEBVTT\n\n", []), ("WEBVTT\tx\n\n\n", []), ("WEBVTT - x\nKind: captions\n\n", []),
        ("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n", []),
        ("WEBVTT\n", [2]), ("WEBVTT\n1\n", [3]), ("WEBVTT\n\none\ntwo\n", [3, 5]), ("WEBVTT\n\nmy --> id\n", [3, 4]),
        ("WEBVTT\n\nSTYLE\n::cue { color: red }\n\n", []), ("WEBVTT\n\nREGION\nid:fred\n\n", []),
        ("WEBVTT\n\nNOTE\n", []), ("WEBVTT\n\nNOTE x --> y\nz\n\n", [3]), ("WEBVTT\n\nNOTE\nz\nx --> y\nz\n\n", [5]),
        ("WEBVTT\n\nwords of no cue\n\n", [3]), ("WEBVTT\n\n00:00.500 --> x\nwords\n", [3, 5]),
    ],
)  # fmt: skip
def test_what_stands_before_a_cue(head: str, slips: list[int]) -> None:
    for end in ("\n", "\r\n", "\r"):
        assert told(f"{head}{A}a\n\n{B}".replace("\n", end)) == ([SHOWN, END], slips)


@pytest.mark.parametrize(
    ("times", "shown"),
    [
        ("00:00.500-->00:02.000", SHOWN), ("  00:00.500\t-->\t00:02.000\tx", SHOWN),
        ("00:00:00.500 --> 0:00:02.000", SHOWN),
        ("00:00.500 --> 00:02.000line:0", SHOWN), ("00:00.500 --> 00:02.000 line:85.19%,end foo bar:1", SHOWN),
        ("100:00:00.500 --> 1000:00:02.000", (360_000.5, 3_600_002.0, "a")),
        ("00:01.000 --> 00:01.000", (1.0, 1.0, "a")),
        ("00:00:00,500 --> 00:00:02,000", None), ("0:00.500 --> 0:02.000", None), ("00:60.500 --> 00:62.000", None),
        ("60:00.500 --> 61:00.000", None), ("00:00.50 --> 00:02.000", None), ("00:00.500 --> 00:02.0000", None),
        ("00:00 --> 00:02", None), ("-00:00.500 --> 00:02.000", None), ("٠٠:00.500 --> 00:02.000", None),
        ("00:00.500 -> 00:02.000", None), (f"{'9' * 5000}:00:00.500 --> 00:02.000", None),
        ("00:02.000 --> 00:00.500", None),
    ],
)  # fmt: skip
def test_times_are_read_or_their_cue_is_left_out(times: str, shown: Shown | None) -> None:
    assert told(f"WEBVTT\n\n{times}\na\n\n{B}") == ([shown, END] if shown else [END], [] if shown else [3])


@pytest.mark.parametrize(
    ("text", "shown", "slips"),
    [
        ("a\n \nb", "a\n \nb", []), ("", "", []), ("\n\nwords", "", [6]), ("a\0b", "a\ufffdb", []),
        ("a\n2", "a\n2", []),
        ("a\n\nNOTE b\n\nSTYLE\nc", "a", []), ("a\x0bb\x0cc\x85d\u2028e", "a\x0bb\x0cc\x85d\u2028e", []),
        ("Kashgar --> Urumqi", "", [4]), ("a\nb --> c\nd", "a", [5]), ("{\\an8}a", "{\\an8}a", []),
        ("a\n\nWEBVTT\n\nSTYLE\nc", "a", [6]),
        ("<v Rosa><i.x>My</i> <b>na</b>me</v> <c.red>x</c> <lang en>y</lang>", "My name x y", []),
        ("<ruby>k<rt>r</rt></ruby>", "kr", []),
        ("<00:00:01.000>t <s>s</s> <font color=red>f</font>", "t s f", []), ("a <i\nb> c", "a  c", []),
        ("a<br>b<br/>c", "a\nb\nc", []),  # the browser shows abc: nobody who writes it means that
        ("<unclear>w</unclear>", "w", [4]), ("<>e", "e", [4]), ("<v Ne&#39;met>hello</v>", "hello", []),
        ("5 < 6 and 7 > 8 words", "5  8 words", [4]), ("I <3 you", "I ", [4]), ("before\n <i after", "before\n ", [5]),
        ("&amp;#39; &#39; &#x27; &apos; &lt;b&gt;", "&#39; ' ' ' <b>", []), ("&copy &ampx &notit;", "© &x ¬it;", []),
        ("&#0; &#128; &#xD800; &#1114112; &#99999999999; |", "\ufffd € \ufffd \ufffd \ufffd |", []),
        ("&unknown; & &; &#; &amp;amp; AT&T &quot;", '&unknown; & &; &#; &amp; AT&T "', []),
        (f"&#{'9' * 5000};", "\ufffd", []),
    ],
)  # fmt: skip
def test_texts_are_what_is_shown(text: str, shown: str, slips: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cues, "_UNREADABLE", 1)
    found, lines = told(f"WEBVTT\n\n{A}{text}\n\n{B}")
    assert (found, lines) == ([(0.5, 2.0, shown), END], slips)


def test_what_a_cue_of_a_platform_loses_is_told_and_a_person_is_refused() -> None:
    text = f"WEBVTT\n\n{A}a\n\n00:03.000 --> 00:02.000\nb\n\n00:04 --> 00:05\nc\n\n{B}"
    assert [str(slip) for slip in played(text.encode()).slips] == [
        "line 6: a cue that ends before it begins",
        "line 9: no times of a cue; they look like 00:01:02.345 --> 00:01:04.000",
    ]
    with pytest.raises(DocumentError, match=r"^line 6: a cue that ends before it begins$"):
        read_captions(text.encode())


def test_a_cue_beyond_all_bounds_is_left_out_alone() -> None:
    assert told(f"WEBVTT\n\n{A}{'a' * 30_000}\n\n{B}") == ([END], [3])


@pytest.mark.parametrize("text", ["WEBVTT\n\n" + "-->\n" * 150_000, "1\n00:00:00,000 --> x\n\nno times\n\n" * 60_000])
def test_no_file_has_more_slips_than_are_ever_read(text: str) -> None:
    with pytest.raises(DocumentError, match=r"^more than 100,000 slips: never read$"):
        played(text.encode())


SRT = "1\n00:00:00,500 --> 00:00:02,000\n{}\n\n2\n00:00:05,000 --> 00:00:07,000\nend\n"


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        (SRT.format("a"), []), ("\ufeff\n\n" + SRT.format("a"), []), (SRT.format("a").replace(",", "."), []),
        (SRT.format("a").replace("\n", "\r\n"), []), (SRT.format("a").replace("00:00:", "0:0:"), [2, 6]),
        (SRT.format("a").replace("00:00:", "00:"), [2, 6]), (SRT.format("a").replace(" --> ", "-->"), [2, 6]),
        (SRT.format("a").replace("\n\n2", "\n2"), [5]), (SRT.format("a").replace("\n\n2\n", "\n\n"), [5]),
        (SRT.format("{\\an8}<i>a</i>"), []), (SRT.format("<font color='red'>a</font>\n"), []),
        (SRT.format("a\n\n9"), [5]), ("words\n\n" + SRT.format("a"), [1]), ("WEBVTTX\n\n" + SRT.format("a"), [1]),
        (SRT.format("a\n\n3\n00:00:61,0 --> x\nlost"), [6]),
    ],
)  # fmt: skip
def test_subrip_is_read_under_any_name(text: str, slips: list[int]) -> None:
    assert kind_of(text.encode()) == "srt"
    assert told(text) == ([SHOWN, END], slips)


def test_what_follows_an_empty_line_in_subrip_is_shown_and_told() -> None:
    assert told(SRT.format("\nHe was\n\n1201 of them")) == ([(0.5, 2.0, "He was\n1201 of them"), END], [4, 6])
    assert told(SRT.format("Kashgar --> Urumqi <unclear>"))[0][0][2] == "Kashgar --> Urumqi <unclear>"


@pytest.mark.parametrize("text", ["a", "\nHe was\n\nof 1201", "{\\an8}<i>a</i>", "Kashgar --> Urumqi", "2017", "a\n2"])
@pytest.mark.parametrize("change", [("", ""), (",", "."), ("\n\n2\n", "\n2\n")])
def test_subrip_is_read_as_ffmpeg_reads_it(text: str, change: tuple[str, str], tmp_path: Path) -> None:
    file = tmp_path / "x.srt"
    file.write_text(SRT.format(text).replace(*change), encoding="utf-8")
    command = ["ffprobe", "-v", "error", "-f", "srt", "-show_packets", "-show_data", "-of", "json", str(file)]
    packets = json.loads(run(command, capture_output=True, check=True, timeout=60).stdout)["packets"]
    expected = []
    for packet in packets:
        dump = [line[10:49].replace(" ", "") for line in packet["data"].strip().splitlines()]
        raw = bytes.fromhex("".join(dump)).decode().replace("{\\an8}<i>a</i>", "a")
        expected.append((packet["pts"] / 1000, (packet["pts"] + packet["duration"]) / 1000, raw))
    assert told(file.read_bytes())[0] == expected


def test_other_encodings_are_read_by_their_mark_or_told() -> None:
    for text in (SRT.format("жоқ"), f"WEBVTT\n\n{A}жоқ\n\n{B}"):
        for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
            assert told(text.encode(encoding)) == ([(0.5, 2.0, "жоқ"), END], [1])
        with pytest.raises(DocumentError, match=r"line \d: not UTF-8, and in which encoding it is, nobody can know"):
            played(text.replace("қ", "к").encode("cp1251"))
        with pytest.raises(DocumentError, match="UTF-8; save it in that encoding"):
            read_captions(text.encode("utf-16"))
        assert kind_of(text.replace("қ", "к").encode("cp1251")) == ("vtt" if text.startswith("W") else "srt")
    assert told(f"WEBVTT\n\n{A}a long caf\u00e9 of words\n\n{B}".encode("cp1252")) == (
        [(0.5, 2.0, "a long caf\ufffd of words"), END],
        [4],
    )


@pytest.mark.parametrize("data", [b"", b"\n", b"<html><p>no</p></html>", b'{"error": 404}', b"\x00\x01\xff"])
def test_what_is_no_captions_is_none(data: bytes) -> None:
    assert kind_of(data) is None
    with pytest.raises(DocumentError, match=r"^line 1: "):
        played(data)


@given(st.binary(max_size=300) | st.text(st.sampled_from("WEBVT\n\r123:.,-> <&#;x/{}\\\x00ا")).map(str.encode))
def test_anything_is_played_or_refused_and_strict_reading_knows_no_more(data: bytes) -> None:
    for given_ in (data, b"WEBVTT\n\n" + data, b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + data, SRT.encode() + data):
        try:
            found = played(given_)
        except DocumentError:
            with pytest.raises(DocumentError):
                read_captions(given_)
            continue
        assert all(0 <= cue.start <= cue.end for cue in found.cues)
        if found.slips:
            with pytest.raises(DocumentError):
                read_captions(given_)
        else:
            assert read_captions(given_) == found.cues
