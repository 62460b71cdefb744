"""A file that was cut off, at whatever byte, is never taken for what a person took out."""

from collections.abc import Callable

import pytest

from tests.transcription.test_captions import example as some_captions
from tests.transcription.test_corrections import MACHINE, SIDES, STAMP, UYGHUR
from transcription.documents.corrections import changes, lines
from transcription.documents.cutoff import refuse_cut
from transcription.documents.kinds import Document
from transcription.documents.showing import edited, to_srt, to_vtt, with_end
from transcription.errors import DocumentError


def exported_vtt(document: Document) -> str:
    return with_end(to_vtt(document, (), STAMP))


def exported_before(document: Document) -> str:
    return to_vtt(document, (), STAMP)


def exported_srt(document: Document) -> str:
    return to_srt(document, (), STAMP)


Write = Callable[[Document], str]
WRITERS = pytest.mark.parametrize("write", [exported_vtt, exported_before, exported_srt])


def kinds(data: bytes, document: Document = MACHINE) -> list[str]:
    """How cues were changed in a file that is not taken for a cut one."""
    before, cues = lines(document), edited(data)[1]
    found = changes(before, cues)
    refuse_cut(data, before, cues, found)
    return [change.kind for change in found]


@WRITERS
@pytest.mark.parametrize("document", [MACHINE, SIDES, some_captions()])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_was_cut_at_any_byte_is_refused_or_whole(write: Write, document: Document, end: str) -> None:
    data = write(document).replace("\n", end).encode()
    whole = 0
    for length in range(len(data)):
        try:
            assert kinds(data[:length], document) == [], data[:length]
            whole += 1
        except DocumentError:
            continue
    assert whole < len(with_end("")) + 8, "no more is cut than line ends, closing tags, and the note of the end"


def test_where_a_file_ends_is_told_with_what_to_do() -> None:
    text = exported_srt(MACHINE)
    with pytest.raises(
        DocumentError,
        match=r"^line 14: the file ends before the last 2 cues, from 00:00:06\.000 on, .* say --shortened$",
    ):
        kinds(text[: text.index("3\n00:00:06")].encode())
    with pytest.raises(DocumentError, match=r"^line \d+: the file ends within its last cue, at 00:00:08\.000, "):
        kinds(text[:-15].encode())


def test_a_file_that_was_cut_within_a_tag_is_told_so() -> None:
    text = exported_vtt(MACHINE)
    with pytest.raises(DocumentError, match=r"<lang en is no tag of captions; .* if the file was cut off there"):
        kinds(text[: text.index("<lang en>They") + 8].encode())


def test_what_a_person_took_out_is_no_cut() -> None:
    text = exported_vtt(MACHINE)
    last = text[text.index("00:00:08.000 -->") : text.index("NOTE thirdcopy export ends")]
    assert kinds(text.replace(last, "").encode()) == ["removed"]
    assert kinds(text.replace("They took my &lt;brother&gt; &amp; left.", "They").encode()) == ["changed"]
    srt = exported_srt(MACHINE)
    first = srt[srt.index("1\n00:00:00,000") : srt.index("2\n00:00:02,000")]
    assert kinds(srt.replace(first, "").encode()) == ["removed"], "what follows shows that nothing was cut"
    end = srt[srt.index("4\n00:00:08,000") :]
    assert kinds(srt.replace(end, f"4\n00:00:09,000 --> 00:00:10,000\n[ug]\n{UYGHUR}").encode()) == ["removed", "added"]


def test_a_cue_that_was_joined_with_the_last_is_not_missing() -> None:
    srt = exported_srt(MACHINE).replace("00:00:06,000 --> 00:00:08,000", "00:00:06,000 --> 00:00:20,000")
    joined = srt[: srt.index("\n4\n00:00:08")]
    assert kinds(joined.encode()) == ["changed", "removed"]


def test_each_side_of_a_track_has_its_end() -> None:
    srt = exported_srt(SIDES)
    with pytest.raises(DocumentError, match="before the last cue, from 00:00:02"):
        kinds(srt[: srt.index("4\n00:00:02")].encode(), SIDES)
