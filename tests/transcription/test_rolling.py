"""Captions that roll are told once; a chorus, and whatever was said twice, stays twice."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from transcription.documents.cues import clock, read_captions
from transcription.documents.rolling import rolled_in

LINES = ("and so my fellow", "Americans ask not", "what your country", "can do for you", "ask what you")


def file(*shown: tuple[float, float, str]) -> bytes:
    cues = [f"{clock(start)} --> {clock(end)}\n{text}\n" for start, end, text in shown]
    return "\n".join(["WEBVTT\n", *cues]).encode()


def told(data: bytes, *, automatic: bool = False) -> list[str]:
    return [cue.text for cue in rolled_in(read_captions(data), automatic=automatic)]


def in_turn(*texts: str, pause: float = 0) -> bytes:
    return file(*((n * (2 + pause), n * (2 + pause) + 2, text) for n, text in enumerate(texts)))


def youtube(lines: tuple[str, ...], *, timed: bool = True) -> bytes:
    """As YouTube's recognition writes it: heard below the line before, then 10 ms alone."""
    shown = list[tuple[float, float, str]]()
    for n, line in enumerate(lines):
        first, *rest = line.split()
        words = "".join(f"<{clock(3 * n + 1 + at / 10)}><c> {word}</c>" for at, word in enumerate(rest))
        shown.append((3 * n, 3 * n + 2.99, f"{lines[n - 1] if n else ' '}\n{first + words if timed else line}"))
        shown.append((3 * n + 2.99, 3 * n + 3, f"{line}\n "))
    return file(*shown)


def test_lines_of_a_platforms_recognition_are_told_once_whatever_it_says_of_them() -> None:
    for timed in (True, False):
        assert told(youtube(LINES, timed=timed)) == list(LINES)
    assert told(youtube(LINES[:2]), automatic=False) == list(LINES[:2])
    assert told(youtube(LINES[:2], timed=False), automatic=True) == list(LINES[:2])
    first = rolled_in(read_captions(youtube(LINES)), automatic=False)[1]
    assert (first.start, first.end) == (3.0, 5.99)


def test_what_is_said_again_in_rolling_captions_is_told_again() -> None:
    lines = (LINES[0], "yes I know", "yes I know", "yes I know", *LINES[1:])
    assert told(youtube(lines)) == list(lines)
    pauses = [(10 * n, 10 * n + 2, "\n".join(LINES[max(0, n - 1) : n + 1])) for n in range(len(LINES))]
    assert told(file(*pauses)) == list(LINES), "what stayed on the screen through a pause"
    alone = "".join(
        f"\n{clock(9 * n)} --> {clock(9 * n + 2)}\n{first}<{clock(9 * n + 1)}><c> {rest}</c>\n"
        f"\n{clock(9 * n + 2)} --> {clock(9 * n + 2.01)}\n{first} {rest}\n"
        for n, (first, _, rest) in enumerate(line.partition(" ") for line in (*LINES, LINES[-1]))
    )
    assert told(f"WEBVTT\n{alone}".encode()) == [*LINES, LINES[-1]]
    again = f"\n\n00:00:25.000 --> 00:00:27.000\n{LINES[-1]}\n"
    assert told(youtube(LINES) + again.encode()) == [*LINES, LINES[-1]]


def test_lines_that_roll_up_in_twos_and_threes_are_told_once() -> None:
    for height in (2, 3):
        windows = ["\n".join(LINES[max(0, n - height + 1) : n + 1]) for n in range(len(LINES))]
        assert told(in_turn(*windows)) == list(LINES)


def test_a_line_that_grows_is_told_once_and_with_all_its_time() -> None:
    words = [" ".join(line.split()[: n + 1]) for line in LINES for n in range(len(line.split()))]
    assert told(in_turn(*words)) == list(LINES)
    cues = rolled_in(read_captions(in_turn(*words)), automatic=False)
    assert [(cue.start, cue.end) for cue in cues][:2] == [(0, 8), (8, 14)]
    rolling = [f"{above}\n{line[:end]}" for above, line in pairwise(LINES) for end in range(1, len(line) + 1)]
    assert " ".join(told(in_turn(LINES[0], *rolling))) == " ".join(LINES)


def test_words_that_are_lit_up_in_turn_are_told_once() -> None:
    lines = ("la la la", *LINES, "no no", "no no")
    lit = [
        " ".join(f"<u>{word}</u>" if at == n else word for at, word in enumerate(line.split()))
        for line in lines
        for n in range(len(line.split()))
    ]
    assert told(in_turn(*lit)) == list(lines)
    between = [text for one in lit for text in (one, one.replace("<u>", "").replace("</u>", ""))]
    assert told(in_turn(*between)) == list(lines)


def test_a_chorus_and_true_repetitions_stay() -> None:
    for texts in (
        ("la la la",) * 8,
        ("Who was it?", "Yes.", "Yes.", "Yes.", "No.", "No, nobody.", "Nobody came."),
        ("A\nB", "A\nB", "C\nD", "C\nD", "A\nB"),
        ("Saint Mary\npray for us", "Saint John\npray for us", "Saint Anne\npray for us", "pray for us\npray for us"),
        (
            "One",
            "Two",
            "Two\nThree",
            "Four",
            "Four\nFive",
            "Six",
            "Seven\nEight",
            "Eight\nNine",
            "Ten",
            "Eleven",
            "Twelve",
        ),
        ("<i>Yes.</i>", "Yes.", "They came", "and took him", "<i>Yes.</i>", "Yes."),
        ("I", "In the spring", "they came", "No", "Nobody knew", "of it"),
    ):
        for pause in (0, 1):
            assert told(in_turn(*texts, pause=pause)) == [re.sub("</?i>", "", text) for text in texts]


@given(st.lists(st.sampled_from(LINES), min_size=4, max_size=12))
def test_no_line_is_lost_or_made_up_however_often_it_is_said(lines: list[str]) -> None:
    assert told(youtube(tuple(lines))) == lines
