"""Recordings to measure with, and the texts beside them."""

from pathlib import Path

import numpy
import pytest

from tests.transcription.sounds import write
from transcription.errors import DocumentError, MediaError
from transcription.hearing.recorded_speech import recordings_in


def a_recording(path: Path, text: str | bytes | None = None, *, seconds: float = 1.0) -> Path:
    path.parent.mkdir(exist_ok=True)
    write(path, numpy.zeros(int(seconds * 16_000)))
    if text is not None:
        path.with_suffix(".txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_files_and_folders_give_recordings_with_the_texts_beside_them(tmp_path: Path) -> None:
    named = a_recording(tmp_path / "named.wav", "\ufeffWhat was said.\n", seconds=2.0)
    folder = tmp_path / "folder"
    without = a_recording(folder / "b.wav")
    deeper = a_recording(folder / "deeper" / "a.wav", "Сказано.")
    (folder / ".hidden.wav").write_bytes(b"no sound")
    (folder / "notes.pdf").write_bytes(b"no sound")
    (folder / "alone.txt").write_text("of nothing here")
    found, left_out = recordings_in([named, folder, without])
    assert [(one.path, one.said) for one in found] == [
        (named, "What was said.\n"),
        (without, None),
        (deeper, "Сказано."),
    ]
    assert found[0].seconds == pytest.approx(2.0)
    assert len(left_out) == 2
    assert left_out[0].startswith("notes.pdf: ")
    assert left_out[1] == "alone.txt: there is no recording of this name beside it"


def test_a_file_that_is_named_must_be_a_recording(tmp_path: Path) -> None:
    (tmp_path / "words.pdf").write_text("no sound")
    with pytest.raises(MediaError, match=r"words\.pdf"):
        recordings_in([tmp_path / "words.pdf"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff\xfeW\0", "is not UTF-8"),
        ("... --", "has no words"),
        ("1\n00:00:01,000 --> 00:00:02,000\nWords.\n", "has the times of subtitles"),
        ("x" * 4_000_001, "is longer than anybody speaks in a day"),
    ],
)
def test_a_text_that_is_none_says_what_to_do(tmp_path: Path, text: str | bytes, said: str) -> None:
    recording = a_recording(tmp_path / "a.wav", text)
    for where in (recording, tmp_path):
        with pytest.raises(DocumentError, match=said) as error:
            recordings_in([where])
        assert str(tmp_path / "a.txt") in str(error.value)
