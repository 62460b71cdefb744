"""From an export through an editor and back: what was changed, what fits, and what is in conflict."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcription.example import segment, transcript, translation
from tests.transcription.test_captions import example as some_captions
from transcription.documents import formats
from transcription.documents.corrections import Change, Layer, Line, Told, changes, lines, merge
from transcription.documents.cues import Cue, clock, escaped, plain
from transcription.documents.kinds import Document
from transcription.documents.players import zero_based
from transcription.documents.showing import Stamp, edited, stamp_in, to_json, to_srt, to_text, to_vtt
from transcription.errors import DocumentError
from transcription.records import Gap

STAMP = Stamp(clip="peertube-x", transcript="base-b-t1", sha512="c" * 128, corrections=0)
WHEN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
UYGHUR = "ئۇلار ئاكامنى ئېلىپ كەتتى، 2017-يىلى."
MACHINE = transcript(
    (
        segment(0, 2, "They took my <brother> & left."),
        segment(2, 5, "مەن شىنجاڭدا تۇغۇلغان", "ar", ("low_confidence", "may_be:ug")),
        segment(6, 8, "He is\na farmer. -->"),
    ),
    (Gap(start=5, end=6, reason="no_speech"), Gap(start=8, end=20, reason="unsupported_language")),
    20,
)
FARMER = "[en]\nHe is a farmer. --\u2060>\n"
"""How SubRip has the third cue: a word joiner parts what would be an arrow."""
Write = Callable[..., str]
WRITERS = pytest.mark.parametrize("write", [to_vtt, to_srt])


def layer(found: tuple[Change, ...], by: str = "A. Reader") -> Layer:
    return Layer(by, WHEN, found)


def back(write: Write, *edits: tuple[str, str], document: Document = MACHINE, layers: tuple[Layer, ...] = ()) -> Layer:
    """What a person changed who replaced each first text by the second in an export."""
    text = write(document, layers, STAMP)
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    stamp, cues = edited(text.encode())
    assert stamp == STAMP
    return layer(changes(lines(document, layers), cues))


def standing(*layers: Layer, document: Document = MACHINE) -> list[tuple[str, str]]:
    return [(line.label, line.told.text) for line in lines(document, layers)]


SIDES = transcript(
    (
        segment(0, 2, "Where is he?", channel=0),
        segment(0, 2, "Where is he?", "kk", ("loop",), channel=1),
    ),
    (
        Gap(start=2, end=9, reason="no_text", channel=0),
        Gap(start=2, end=9, reason="no_text", channel=1),
    ),
    9,
)
ENGLISH = translation((segment(0, 2, "They took him."),), MACHINE)


@WRITERS
@pytest.mark.parametrize("document", [MACHINE, SIDES, ENGLISH, some_captions()])
def test_what_nobody_edited_comes_back_unchanged(write: Write, document: Document) -> None:
    assert back(write, document=document).changes == ()


@WRITERS
def test_a_corrected_cue_loses_its_marks_and_says_so(write: Write) -> None:
    made = back(write, ("[ar, low_confidence, may_be:ug]", "[ug]"), ("مەن شىنجاڭدا تۇغۇلغان", UYGHUR))
    was = Told(start=2, end=5, language="ar", text="مەن شىنجاڭدا تۇغۇلغان")
    assert made.changes == (Change(was=was, now=Told(start=2, end=5, language="ug", text=UYGHUR)),)
    assert standing(made)[1] == ("[ug, corrected]", UYGHUR)
    assert back(write, layers=(made,)).changes == ()
    assert standing(made)[0] == ("[en]", "They took my <brother> & left.")


@WRITERS
def test_a_label_alone_can_be_changed(write: Write) -> None:
    made = back(write, ("[ar, low_confidence, may_be:ug]", "[ug]"))
    assert standing(made)[1] == ("[ug, corrected]", "مەن شىنجاڭدا تۇغۇلغان")


@WRITERS
def test_marks_that_an_editor_drops_are_no_correction(write: Write) -> None:
    assert back(write, ("[ar, low_confidence, may_be:ug]", "[ar]")).changes == ()
    assert back(write, ("[ar, low_confidence, may_be:ug]\n", "")).changes == ()


@WRITERS
def test_speech_that_was_left_out_is_filled_in(write: Write) -> None:
    label = "[speech not written down: unsupported_language]"
    assert standing(back(write, (label, f"[ug]\n{UYGHUR}")))[3] == ("[ug, corrected]", UYGHUR)
    assert standing(back(write, (label, f"{label}\n{UYGHUR}")))[3] == ("[und, corrected]", UYGHUR)
    assert standing(back(write, (label, "[ug]")))[3] == (label, "")


@WRITERS
def test_each_side_of_a_track_is_corrected_by_itself(write: Write) -> None:
    assert [label for label, _ in standing(document=SIDES)] == [
        *("[left, en]", "[right, kk, loop]"),
        *("[left, speech not written down: no_text]", "[right, speech not written down: no_text]"),
    ]
    label = "[right, speech not written down: no_text]"
    made = back(write, ("[right, kk, loop]", "[right, ug]"), (label, f"[right, ug]\n{UYGHUR}"), document=SIDES)
    assert standing(made, document=SIDES) == [
        ("[left, en]", "Where is he?"),
        ("[right, ug, corrected]", "Where is he?"),
        ("[left, speech not written down: no_text]", ""),
        ("[right, ug, corrected]", UYGHUR),
    ]
    found = json.loads(to_json(formats.to_json(SIDES), SIDES, [made]))
    assert [(s["channel"], s["language"], "corrected" in s) for s in found["segments"]] == [
        (0, "en", False),
        (1, "ug", True),
        (1, "ug", True),
    ]
    assert [gap["channel"] for gap in found["gaps"]] == [0]
    added = back(write, (label, f"{label}\n{UYGHUR}"), document=SIDES)
    assert [change.now and change.now.side for change in added.changes] == ["right"]
    other = back(write, ("[left, en]", "[left, fr]"), document=SIDES)
    assert merge(lines(SIDES), lines(SIDES, [made]), other.changes) == (other.changes, ())


def test_a_corrected_translation_still_says_that_it_is_one() -> None:
    made = back(to_vtt, ("They took him.", "They led him away."), document=ENGLISH)
    (told,) = standing(made, document=ENGLISH)
    assert told == ("[machine translation, a reading aid, not what was said, en, corrected]", "They led him away.")


def test_cues_are_removed_added_split_and_retimed() -> None:
    removed = back(
        to_vtt, ("00:00:06.000 --> 00:00:08.000\n[en]\n<lang en>He is a farmer. --&gt;</lang>\n", "NOTE gone\n")
    )
    assert [change.kind for change in removed.changes] == ["removed"]
    assert len(standing(removed)) == 3
    split = back(
        to_vtt,
        (
            "00:00:00.000 --> 00:00:02.000\n[en]\n<lang en>They took my &lt;brother&gt; &amp; left.</lang>\n",
            "00:00:00.000 --> 00:00:01.000\n[en]\nThey took\n\n00:00:01.000 --> 00:00:02.000\n[en]\nmy brother.\n",
        ),
    )
    assert [change.kind for change in split.changes] == ["changed", "added"]
    assert standing(split)[:2] == [("[en, corrected]", "They took"), ("[en, corrected]", "my brother.")]
    retimed = back(to_vtt, ("00:00:06.000 --> 00:00:08.000", "00:00:05.500 --> 00:00:07.750"))
    assert [(change.kind, change.now and change.now.span) for change in retimed.changes] == [("changed", (5.5, 7.75))]


@pytest.mark.parametrize(
    "label", ["[EN] ", "[ en ]\n", "[en] ", "[en]<br>", "[en,weak_model]\n", "[en, Corrected] ", "[left, en]\n"]
)
def test_a_label_is_known_wherever_an_editor_puts_it(label: str) -> None:
    (change,) = back(to_srt, ("[en]\nThey took", f"{label}They seized")).changes
    assert change.now
    assert (change.now.text, change.now.language) == ("They seized my <brother> & left.", "en")


def test_two_cues_that_became_one_leave_no_label_in_the_text() -> None:
    text = "\n\n2\n00:00:02,000 --> 00:00:05,000\n[ar, low_confidence, may_be:ug]\n"
    made = back(
        to_srt, ("00:00:00,000 --> 00:00:02,000", "00:00:00,000 --> 00:00:05,000"), (text, " [ar, low_confidence] ")
    )
    changed = next(change for change in made.changes if change.now)
    assert changed.now
    assert changed.now.text == f"They took my <brother> & left. {MACHINE.segments[1].text}"
    assert changed.now.language == "en"


def test_words_in_brackets_that_are_no_label_are_words() -> None:
    for words in ("[sob] They [my uncle] took", "[he] took [it] [so] they took", "They [right] took [we] [loop]"):
        (change,) = back(to_vtt, ("They took", words)).changes
        assert change.now
        assert (change.now.text, change.now.language) == (f"{words} my <brother> & left.", "en")


@pytest.mark.parametrize(
    ("label", "language"),
    [
        ("[kazakh]", "kk"), ("[Kazakh]", "kk"), ("[қазақша]", "kk"), ("[ҚАЗАҚША, low_confidence]", "kk"),
        ("[中文]", "zh"), ("[по-русски]", "ru"), ("[İngilizce]", "en"), ("[ئۇيغۇرچە]", "ug"),
        ("[left, english]", "en"), ("[ENG]", "eng"),
    ],
)  # fmt: skip
@WRITERS
def test_the_name_of_a_language_is_a_label_too(write: Write, label: str, language: str) -> None:
    made = back(write, ("[ar, low_confidence, may_be:ug]", label))
    assert [(change.now.language, change.now.text) for change in made.changes if change.now] == [
        (language, MACHINE.segments[1].text)
    ]


@pytest.mark.parametrize("words", ["[music]", "[foreign language]", "[Chinese] police,", "[so] it was", "[afar]"])
def test_what_names_no_language_or_stands_among_words_is_text(words: str) -> None:
    (change,) = back(to_srt, ("[en]\nThey took", f"[en]\n{words} They took")).changes
    assert change.now
    assert (change.now.language, change.now.text) == ("en", f"{words} They took my <brother> & left.")


def test_the_name_of_a_language_before_words_may_be_both_and_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"^line \d+: \[english\] before words: .* on a line of its own"):
        back(to_srt, ("[en]\nThey took", "[english] They took"))


def test_a_label_in_no_language_is_refused_with_its_line() -> None:
    with pytest.raises(
        DocumentError, match=r"^line \d+: \[kz\] is no label: 'kz' is no code of a language; did you mean 'kk'\?"
    ):
        back(to_vtt, ("[en]", "[kz]"))


def test_half_of_a_split_cue_without_a_label_has_the_language_and_the_side_of_the_whole() -> None:
    halves = "00:00:00.000 --> 00:00:01.000\n{}\nWhere\n\n00:00:01.000 --> 00:00:02.000\nis he?\n"
    text = to_vtt(SIDES, (), STAMP)
    whole = re.search(r"00:00:00\.000 --> 00:00:02\.000\n(\[right[^\n]*\])\n[^\n]*\n", text)
    assert whole
    text = text.replace(whole[0], halves.format(whole[1]))
    made = [change.now for change in changes(lines(SIDES), edited(text.encode())[1])]
    assert [(one.text, one.language, one.side) for one in made if one] == [
        ("Where", "kk", "right"),
        ("is he?", "kk", "right"),
    ]


@pytest.mark.parametrize("words", ["They <unclear> took", "5 < 6 and 7 > 8"])
def test_a_sign_that_would_swallow_words_is_refused_with_its_line(words: str) -> None:
    for write in (to_vtt, to_srt):
        with pytest.raises(DocumentError, match=r"^line \d+: <.* is no tag of captions; write &lt;"):
            back(write, ("They took", words))


@pytest.mark.parametrize(
    "words", ["<i>They</i> took", "<c.loud>They</c> took", "<v Ann>They</v> took", "They<br> took"]
)
def test_tags_that_editors_write_are_left_out(words: str) -> None:
    assert back(to_vtt, ("They took", words)).changes == ()


def test_a_number_that_is_left_of_a_cue_is_refused_with_its_line() -> None:
    text = to_srt(MACHINE, (), STAMP)
    for left in (re.sub(r"(?m)^00:00:02,000 --> .*\n.*\n.*\n", "", text), text + "\n9\n"):
        assert left != text
        with pytest.raises(DocumentError, match=r"^line \d+: a number by itself; take it out"):
            edited(left.encode())


def test_an_emptied_cue_is_removed() -> None:
    made = back(to_srt, (FARMER, "[en]\n"))
    assert [change.kind for change in made.changes] == ["removed"]
    assert back(to_srt, (FARMER, "")).changes == made.changes


def test_an_added_cue_of_captions_is_in_their_language() -> None:
    document = some_captions()
    text = to_vtt(document, (), STAMP) + "\n00:00:09.000 --> 00:00:10.000\nGoodbye.\n"
    made = layer(changes(lines(document), edited(text.encode())[1], language=document.language))
    assert standing(made, document=document)[-1] == ("[en, corrected]", "Goodbye.")


def merged(first: Layer, second: Layer) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Two people exported the same; the first is in already when the second comes."""
    return merge(lines(MACHINE), lines(MACHINE, [first]), second.changes, made=first.changes)


def test_corrections_of_different_cues_fit_both() -> None:
    first, second = back(to_vtt, ("They took", "They have taken")), back(to_vtt, ("a farmer", "a farmer, he is old"))
    assert merged(first, second) == (second.changes, ())
    assert [text for _, text in standing(first, second)][::2] == [
        "They have taken my <brother> & left.",
        "He is a farmer, he is old. -->",
    ]


@pytest.mark.parametrize(
    "other",
    [
        ("They took my", "They seized my"),
        ("<lang en>They took my &lt;brother&gt; &amp; left.</lang>", ""),
        ("[en]", "[kk]"),
        ("00:00:00.000 --> 00:00:02.000", "00:00:00.000 --> 00:00:01.900"),
    ],
)
def test_other_words_for_the_same_cue_are_a_conflict(other: tuple[str, str]) -> None:
    second = back(to_vtt, other)
    assert len(second.changes) == 1
    assert merged(back(to_vtt, ("They took", "They have taken")), second) == ((), second.changes)


def test_a_cue_added_beside_new_words_is_a_conflict() -> None:
    end = "[speech not written down: unsupported_language]\n"
    first = back(to_vtt, (end, f"[ug]\n{UYGHUR}\n"))
    second = back(to_vtt, (end, f"{end}\n00:00:09.000 --> 00:00:10.000\n[ug]\nسالام\n"))
    assert merged(first, second) == ((), second.changes)
    assert merge(lines(MACHINE), lines(MACHINE), second.changes) == (second.changes, ())


def test_the_same_words_by_two_people_are_one_correction() -> None:
    both = back(to_vtt, ("They took", "They have taken"))
    assert merged(both, both) == ((), ())
    gone = back(to_srt, (FARMER, ""))
    assert merged(gone, gone) == ((), ())


def test_what_was_made_before_is_not_made_again_after_somebody_else() -> None:
    first = back(to_vtt, ("They took", "They have taken"))
    then = back(to_vtt, ("They have taken", "They seized"), layers=(first,))
    now = lines(MACHINE, [first, then])
    assert merge(lines(MACHINE), now, first.changes, made=(*first.changes, *then.changes)) == ((), ())


def test_a_layer_over_another_transcript_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"A\. Reader changes a cue at 0 s that is not there"):
        lines(some_captions(), [back(to_vtt, ("They took", "They have taken"))])


def test_what_was_corrected_is_in_every_format() -> None:
    made = back(
        to_vtt, ("They took", "They have taken"), ("[speech not written down: unsupported_language]", f"[ug]\n{UYGHUR}")
    )
    text = to_text(MACHINE, [made])
    assert "not checked by a person, but for 1 correction by A. Reader\n" in text
    assert "00:00:00.000 [en, corrected]\nThey have taken my <brother> & left.\n" in text
    body = formats.to_json(MACHINE)
    assert to_json(body, MACHINE, ()) == body
    corrected = to_json(body, MACHINE, [made])
    assert corrected.count('"by": "A. Reader"') == 2
    assert corrected.count('"at": "2026-03-02T08:00:00Z"') == 2
    assert '"reason": "unsupported_language"' not in corrected
    assert '"reason": "no_speech"' in corrected
    assert '"text": "He is\\na farmer. -->"' in corrected


@pytest.mark.parametrize("edit", [("NOTE thirdcopy", "thirdcopy"), (".000 -->", ",000 -->"), ("\n[en]", "\n\n[en]")])
def test_a_broken_file_says_its_line(edit: tuple[str, str]) -> None:
    text = to_vtt(MACHINE, (), STAMP).replace(*edit)
    with pytest.raises(DocumentError, match=r"^line \d+: "):
        edited(text.encode())


@pytest.mark.parametrize("text", ["WEBVTT\n", f"1\n00:00:00,000 --> 00:00:00,001\n{STAMP}\n"])
def test_a_file_without_cues_is_none(text: str) -> None:
    with pytest.raises(DocumentError, match="no cues"):
        edited(text.encode())


def test_a_note_of_a_later_build_is_read_and_what_is_not_known_passed_over() -> None:
    class Later(Stamp):
        fashion: str = "plain"
        heard: float | None = None

    assert str(Later(**STAMP.model_dump())) == str(STAMP), "what has its default is not written"
    text = str(Later(**STAMP.model_dump(), fashion="grand", heard=-1.5))
    assert text == f"{STAMP}; fashion=grand; heard=-1.5"
    assert stamp_in(f"{text} and so on") == stamp_in(text.replace(" ", "\n")) == STAMP
    assert stamp_in(f"{STAMP}; corrections=7") == STAMP
    assert stamp_in(f"{STAMP}; and so she said") == STAMP


@pytest.mark.parametrize("ahead", [4.997, 100, -1.1])
@WRITERS
def test_an_export_is_on_the_clock_of_players_and_comes_back_from_it(write: Write, ahead: float) -> None:
    stamp = STAMP.model_copy(update={"clock": "player", "starts_at": ahead})
    text = write(MACHINE, (), stamp)
    assert stamp_in(text) == stamp
    told = [line.told for line in lines(MACHINE)]
    _, cues = edited(text.encode())
    assert [cue.start for cue in cues] == pytest.approx([max(0, one.start + ahead) for one in told])
    mine = zero_based(cues, ahead, [one.span for one in told])
    assert changes(lines(MACHINE), mine) == ()
    _, cues = edited(text.replace("They took", "They seized").encode())
    (change,) = changes(lines(MACHINE), zero_based(cues, ahead, [one.span for one in told]))
    assert change.was is not None
    assert change.now is not None
    assert change.was.span == change.now.span
    edit = layer((change,))
    _, cues = edited(write(MACHINE, [edit], stamp).encode())
    spans = [line.told.span for line in lines(MACHINE, [edit])]
    assert changes(lines(MACHINE, [edit]), zero_based(cues, ahead, spans)) == ()


def test_a_cue_that_is_moved_keeps_its_distance_on_another_clock() -> None:
    (moved,) = zero_based([Cue(start=12, end=15, text="x")], 10, [(1, 2)])
    assert (moved.start, moved.end) == (2, 5)
    (same,) = zero_based([Cue(start=0, end=0, text="x")], -5, [(1, 2)])
    assert (same.start, same.end) == (1, 2)
    before = [Cue(start=0, end=0, text=text) for text in "ab"]
    assert [(cue.start, cue.end) for cue in zero_based(before, -7, [(1, 2), (2, 4)])] == [(1, 2), (2, 4)]


def test_a_file_without_its_note_does_not_say_what_it_is_of() -> None:
    text = re.sub("NOTE thirdcopy.*\n\n", "", to_vtt(MACHINE, (), STAMP))
    stamp, cues = edited(text.encode())
    assert stamp is None
    assert changes(lines(MACHINE), cues) == ()


WORDS = st.text(
    st.sampled_from(
        "abc <>&-[]{}'\"\n\t,.:…—مەنشىنجاڭ ئۇيغۇر؟،עבריתתשיאקазах汉字\u200c\u200d\u200e\u200f\u202b\u202c\u2066\u2069"
    )
    | st.characters(exclude_categories=["Cs"]),
    max_size=40,
)
LANGUAGES = st.sampled_from(["kk", "ug", "zh", "ar", "he", "en", "zh-Hans", "und"])


def machine(texts: list[str]) -> Document:
    """A transcript of texts; with an even number of them, by two voices at once, one on each side."""
    both = len(texts) % 2 == 0
    spans = [((n - n % 2, n - n % 2 + 2, n % 2) if both else (n * 2, n * 2 + 2, None)) for n in range(len(texts))]
    found = tuple(
        segment(start, end, text, "kk", ("loop",) * (n % 2), channel=channel)
        for n, ((start, end, channel), text) in enumerate(zip(spans, texts, strict=True))
    )
    return transcript(found, (), spans[-1][1])


def by_hand(standing: tuple[Line, ...], new: dict[int, tuple[str, str]], stamp: Stamp, *, vtt: bool) -> bytes:
    """An export as a person leaves it who writes other texts and languages; what an editor does not escape stays so."""
    point, head = (
        (".", f"WEBVTT\n\nNOTE {stamp}\n\n") if vtt else (",", f"1\n00:00:00,000 --> 00:00:00,001\n{stamp}\n\n")
    )
    cues = []
    for n, line in enumerate(standing):
        language, text = new.get(n, (line.told.language, line.told.text))
        times = f"{clock(line.told.start, point)} --> {clock(line.told.end, point)}"
        side = f"{line.told.side}, " if line.told.side else ""
        cues.append(f"{n + 2}\n{times}\n[{side}{language}]\n{escaped(text)}\n")
    return (head + "\n".join(cues)).encode()


@given(
    st.lists(WORDS, min_size=1, max_size=6),
    st.lists(st.dictionaries(st.integers(0, 5), st.tuples(LANGUAGES, WORDS), max_size=4), max_size=3),
    st.booleans(),
)
def test_whatever_people_write_comes_back_as_they_wrote_it(
    texts: list[str], edits: list[dict[int, tuple[str, str]]], vtt: bool
) -> None:
    document, layers = machine(texts), list[Layer]()
    for edit in edits:
        before = lines(document, layers)
        if not before:
            break  # nothing is left to edit
        new = {n: now for n, now in edit.items() if n < len(before)}
        stamp, cues = edited(by_hand(before, new, STAMP, vtt=vtt))
        assert stamp == STAMP
        found = changes(before, cues)
        fits, conflicts = merge(before, before, found)
        assert (fits, conflicts) == (found, ())
        if found:
            layers.append(layer(found))
        wanted = [
            (line.told.start, told[0], plain(told[1]))
            for n, line in enumerate(before)
            for told in [new.get(n, (line.told.language, line.told.text))]
            if plain(told[1])
        ]
        after = lines(document, layers)
        assert [(t.start, t.language, t.text) for line in after if (t := line.told).text] == wanted
        for write in (to_vtt, to_srt) if after else ():
            assert changes(after, edited(write(document, layers, STAMP).encode())[1]) == ()


@given(st.lists(WORDS.filter(plain), min_size=3, max_size=6, unique_by=plain), st.data())
def test_two_people_lose_nothing_to_each_other(texts: list[str], data: st.DataObject) -> None:
    document = machine(texts)
    before = lines(document)
    edit = st.dictionaries(st.integers(0, len(texts) - 1), st.tuples(LANGUAGES, WORDS.filter(plain)), min_size=1)
    ones, others = data.draw(edit), data.draw(edit)
    first = layer(changes(before, edited(by_hand(before, ones, STAMP, vtt=True))[1]))
    second = changes(before, edited(by_hand(before, others, STAMP, vtt=False))[1])
    now = lines(document, [first])
    fits, conflicts = merge(before, now, second, made=first.changes)
    for change in second:
        mine = [c for c in first.changes if c.was == change.was]
        assert (change in fits) == (not mine)
        assert (change in conflicts) == bool(mine and mine != [change])
    after = lines(document, [first, layer(fits, "B. Reader")] if fits else [first])
    assert merge(before, after, second, made=(*first.changes, *fits)) == ((), conflicts)
