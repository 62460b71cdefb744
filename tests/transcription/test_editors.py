"""What subtitle editors do with an export: no word is lost, and none is made up out of our note."""

import re
import textwrap
from subprocess import run

import pytest

from tests.transcription.example import segment, transcript
from tests.transcription.test_corrections import MACHINE, STAMP
from transcription.documents.corrections import changes, lines
from transcription.documents.showing import edited, to_srt, to_vtt, with_end
from transcription.errors import DocumentError

HEAD = f"0\n00:00:00,000 --> 00:00:00,001\n{STAMP}\n\n1\n00:00:00,000 --> 00:00:02,000\n"
WHOLE = "1\n00:00:00,000 --> 00:00:02,000\n"
HALVES = str(STAMP).partition("transcript")
PLACED = "{\\an8}"


def srt(*edits: tuple[str, str]) -> str:
    text = to_srt(MACHINE, (), STAMP)
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def renumbered(text: str) -> str:
    numbers = iter(range(1, 100))
    return re.sub(r"(?m)^\d+\n(?=\d\d:\d\d:)", lambda _: f"{next(numbers)}\n", text)


@pytest.mark.parametrize(
    "text",
    [
        srt((HEAD, f"{WHOLE}{STAMP}\n")),
        srt((f"{HEAD}[en]\n", f"{WHOLE}{STAMP} [en] ")),
        srt((f"{HEAD}[en]\n", f"{WHOLE}{STAMP}\n- [en] - ")).replace("- ", ""),
        srt((f"{HEAD}[en]\n", f"{WHOLE}[en]\n{STAMP}\n")),
        srt((str(STAMP), "\n".join(textwrap.wrap(str(STAMP), 42, break_long_words=False)))),
        srt((str(STAMP), f"{PLACED}<i>{STAMP}</i>")),
        srt((str(STAMP), f'<font color="#ffffff">{STAMP}</font>')),
        srt(("00:00:00,000 --> 00:00:00,001", "00:00:00,000 --> 00:00:00,000")),
        renumbered(srt()),
        "\ufeff" + srt(("\n", "\r\n")),
        srt(("\n\n", "\n\n\n")),
        re.sub(r"(\d),(\d{3})", r"\1.\2", srt()),
    ],
)  # fmt: skip
def test_the_note_is_known_however_an_editor_leaves_it(text: str) -> None:
    stamp, cues = edited(text.encode())
    assert stamp == STAMP
    assert changes(lines(MACHINE), cues) == ()


@pytest.mark.parametrize(
    "text",
    [
        srt((f"{STAMP}", f"{HALVES[0]}\n\n1\n00:00:00,000 --> 00:00:00,001\n{HALVES[1]}{HALVES[2]}")),
        srt((str(STAMP), str(STAMP).partition(" with")[0])),
        srt((str(STAMP), "with 0 corrections")),
        srt((str(STAMP), str(STAMP)[:40])),
        srt((str(STAMP), str(STAMP)[-60:])),
        srt((str(STAMP), "transcript base-b-t1,")),
        srt((str(STAMP), f"sha512 {'c' * 70}")),
        srt((f"{HEAD}[en]\n", f"{WHOLE}[en]\n{HALVES[1]}{HALVES[2]} ")),
        srt(("my <", f"my {str(STAMP)[:30]} <")),
    ],
)
def test_pieces_of_the_note_are_no_words(text: str) -> None:
    with pytest.raises(DocumentError, match=r"^line \d+: a piece of the note .* into one cue again, .* --transcript$"):
        edited(text.encode())


def test_two_notes_that_differ_are_refused() -> None:
    other = STAMP.model_copy(update={"transcript": "large-v3-t1"})
    assert edited((srt() + "\n" + HEAD.partition("1\n00")[0] + srt()).encode())[0] == STAMP
    with pytest.raises(DocumentError, match="says twice what it is of"):
        edited((srt() + f"\n9\n00:00:00,000 --> 00:00:00,001\n{other}\n").encode())


def test_words_that_look_like_the_note_are_words() -> None:
    for words in (
        "with 3 corrections of mine",
        "the transcript of 2017, they said",
        "sha512 is a digest",
        "12 corrections!",
    ):
        (change,) = changes(lines(MACHINE), edited(srt(("They took", words)).encode())[1])
        assert change.now
        assert change.now.text == f"{words} my <brother> & left."


def test_an_editor_that_takes_notes_for_words_adds_none() -> None:
    text = with_end(to_vtt(MACHINE, (), STAMP))
    for note in ("NOTE thirdcopy export ends here", "thirdcopy export ends here"):
        joined = text.replace("\n\nNOTE thirdcopy export ends here", f"\n{note}")
        assert joined != text
        assert changes(lines(MACHINE), edited(joined.encode())[1]) == ()


def test_subrip_that_was_turned_into_webvtt_keeps_its_words() -> None:
    text = to_srt(transcript((segment(0, 2, "5 < 6 {waits} &amp; a --> b"),), (), 2), (), STAMP)
    command = ["ffmpeg", "-v", "error", "-f", "srt", "-i", "-", "-f", "webvtt", "-"]
    turned = run(command, input=text.encode(), capture_output=True, check=True, timeout=60).stdout
    assert turned.startswith(b"WEBVTT")
    assert [cue.text for cue in edited(turned)[1]] == ["[en]\n5 < 6 {waits} &amp; a --> b"]


def test_an_editor_that_knows_no_notes_keeps_all_words() -> None:
    text = re.sub(r"NOTE .*\n\n?", "", with_end(to_vtt(MACHINE, (), STAMP)))
    stamp, cues = edited(text.encode())
    assert stamp is None
    assert changes(lines(MACHINE), cues) == ()
