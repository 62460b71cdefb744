"""What recordings that were read quickly and as usual say of quick reading."""

import pytest

from transcription.documents.differences import Speech
from transcription.hearing.quick_verdict import LEAST_SPEECH, Measured, ReadBothWays, Way, measured

SAID = "one two three four five six seven nine ten eleven" * 20


def way(text: str, *, seconds: float = 10.0, length: float = LEAST_SPEECH, processor: float = 20.0) -> Way:
    return Way((Speech(1.0, 1.0 + length, text),), seconds, processor)


def both(usual: Way, quick: Way, said: str | None = SAID, *, file: str = "a.wav") -> ReadBothWays:
    return ReadBothWays(file, 400.0, usual, quick, said)


def of(*recordings: ReadBothWays) -> Measured:
    return measured(recordings, usual_memory=2, quick_memory=1)


def test_no_worse_and_faster_is_let_pass() -> None:
    found = of(both(way(SAID), way(SAID, seconds=4.0, processor=8.0)))
    assert (found.speed_ratio, found.processor_ratio) == (2.5, 2.5)
    assert (found.usual_wrong, found.quick_wrong, found.worse, found.differ) == (0.0, 0.0, 0.0, 0.0)
    assert (found.sound, found.speech_with_text) == (400.0, LEAST_SPEECH)
    assert (found.usual_memory, found.quick_memory) == (2, 1)
    assert found.why_not == ()


@pytest.mark.parametrize(("slips", "passes"), [(3, True), (4, False)])
def test_three_tenths_of_a_point_are_let_pass_and_no_more(slips: int, passes: bool) -> None:
    said = "a" * 1000
    quick = "b" * slips + said[slips:]
    found = of(both(way(said), way(quick, seconds=4.0), said))
    assert found.worse == pytest.approx(slips / 10)
    assert found.differ == pytest.approx(slips / 10)
    assert (found.why_not == ()) is passes
    assert passes or "0.40 points more of the characters are wrong, and 0.3 are let pass" in found.why_not[0]


def test_what_is_wrong_in_both_ways_is_no_fault_of_quick_reading() -> None:
    found = of(both(way("nothing of it"), way("nothing of it", seconds=4.0)))
    assert found.usual_wrong == found.quick_wrong
    assert found.quick_wrong is not None
    assert found.quick_wrong > 50
    assert found.why_not == ()


def test_case_and_punctuation_are_not_counted() -> None:
    found = of(both(way("Yes, I know."), way("yes i know", seconds=4.0), "YES - I KNOW"))
    assert (found.differ, found.usual_wrong, found.quick_wrong) == (0.0, 0.0, 0.0)


def test_characters_are_counted_over_all_recordings_so_that_long_ones_weigh_more() -> None:
    long, short = "a" * 900, "b" * 100
    found = of(
        both(way(long), way(long, seconds=4.0), long),
        both(way(short), way("", seconds=4.0), short, file="b.wav"),
    )
    assert found.worse == pytest.approx(10.0)
    assert [one.quick_wrong for one in found.recordings] == [0.0, 100.0]
    assert [one.characters for one in found.recordings] == [900, 100]


def test_seconds_are_added_before_they_are_divided() -> None:
    slow, fast = way(SAID, seconds=100.0), way(SAID, seconds=1.0)
    assert of(both(slow, slow), both(fast, way(SAID, seconds=0.1), file="b.wav")).speed_ratio == 1.009


def test_no_faster_is_a_reason() -> None:
    found = of(both(way(SAID), way(SAID)))
    assert found.why_not == ("it is no faster: 1.00 times as fast as usual",)


def test_without_a_text_nothing_is_known_to_be_right() -> None:
    found = of(both(way(SAID), way("other", seconds=1.0), None))
    assert (found.usual_wrong, found.quick_wrong, found.worse) == (None, None, None)
    assert found.differ > 90
    assert found.recordings[0].characters is None
    assert found.speech_with_text == 0
    assert len(found.why_not) == 1
    assert "put a text beside it" in found.why_not[0]


def test_little_speech_is_not_enough_and_speech_without_a_text_counts_for_nothing() -> None:
    little = way(SAID, length=LEAST_SPEECH - 1, seconds=10.0)
    found = of(
        both(little, way(SAID, seconds=1.0)),
        both(way(SAID), way(SAID, seconds=1.0), None, file="b.wav"),
    )
    assert found.speech_with_text == LEAST_SPEECH - 1
    assert found.why_not == (
        "of only 299 s of speech is it known what is said, and 300 s are wanted: put texts beside more recordings",
    )
