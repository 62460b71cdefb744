"""What a chunk's text and its translation become, whatever the processor: here the model's words are given."""

import numpy

from transcription.engines.engine import Piece, Written
from transcription.engines.whisper_engine import WhisperEngine
from transcription.hearing.chunks import Chunk
from transcription.hearing.gaps import Left
from transcription.hearing.segments import Said, segments_of
from transcription.hearing.speech_spans import Span, Window
from transcription.languages import languages_of
from transcription.records import Options, Segment

SPEECH = Span(0, 11_000)
TEXT = "Guten Tag, meine Damen und Herren. Heute ist das Wetter sehr schön in Berlin."
ENGLISH = "Good day, ladies and gentlemen. Today the weather is very fine in Berlin."
CIRCLES = "Guten Tag, meine Damen und Herren. Heute ist das Meta" + "-Sea" * 60
"""As the base model wrote it on a processor without VNNI, where it also heard nobody: a translation was made of it."""


class NotLoaded(WhisperEngine):
    """A model of which nothing is asked but whether it is weak."""

    def __init__(self) -> None:
        self._width = 512
        self.lacks = frozenset()


def written(text: str, no_speech_prob: float = 0.05) -> Written:
    pieces = (Piece(0, SPEECH.end, text),) if text else ()
    return Written(pieces=pieces, words=(), avg_logprob=-0.2, no_speech_prob=no_speech_prob)


def made_of(said: Written, translated: Written | None) -> tuple[list[Segment], list[Segment], list[Left]]:
    samples = numpy.zeros(12_000 * 16, numpy.float32)
    window = Window(span=Span(0, 12_000), samples=samples, speech=(SPEECH,), sure=(SPEECH,))
    chunk = Said(Chunk((SPEECH,)), "de", {"de": 0.97, "nl": 0.01}, said, NotLoaded(), None, False, translated)
    return segments_of(window, chunk, Options(languages=("de",)), languages_of(("de",), (), {"de", "en", "nl"}, set()))


def test_a_translation_stands_where_its_text_stands() -> None:
    text, aid, left = made_of(written(TEXT), written(ENGLISH))
    assert [(s.language, s.text, s.start, s.end) for s in text] == [("de", TEXT, 0, 11)]
    assert [(s.language, s.text, s.start, s.end) for s in aid] == [("en", ENGLISH, 0, 11)]
    assert left == []


def test_what_is_no_text_has_no_translation_and_is_kept_as_a_guess() -> None:
    text, aid, left = made_of(written(CIRCLES, no_speech_prob=0.67), written(ENGLISH))
    assert (text, aid) == ([], [])
    assert [(one.start, one.end, one.reason) for one in left] == [(0, 11_000, "no_text")]
    assert str(left[0].guess).startswith("Guten Tag, meine Damen und Herren.")


def test_a_translation_that_goes_round_in_circles_is_marked_and_takes_nothing_from_its_text() -> None:
    text, aid, left = made_of(written(TEXT), written("My name is Hermann, and " * 40))
    assert [s.text for s in text] == [TEXT]
    assert "loop" not in text[0].marks
    assert "loop" in aid[0].marks
    assert left == []


def test_a_text_of_which_no_translation_was_written_stays() -> None:
    text, aid, left = made_of(written(TEXT), written(""))
    assert [s.text for s in text] == [TEXT]
    assert (aid, left) == ([], [])


def test_text_of_an_engine_without_punctuation_is_left_as_it_is_and_marked() -> None:
    engine = NotLoaded()
    engine.lacks = frozenset({"punctuation", "languages", "silence"})
    bare = Written(
        pieces=(Piece(0, SPEECH.end, " guten tag meine damen"),), words=(), avg_logprob=-0.2, no_speech_prob=None
    )
    samples = numpy.zeros(12_000 * 16, numpy.float32)
    window = Window(span=Span(0, 12_000), samples=samples, speech=(SPEECH,), sure=(SPEECH,))
    said = Said(Chunk((SPEECH,)), "en", {}, bare, engine, "own", False)
    [segment], _, _ = segments_of(window, said, Options(languages=("en",)), languages_of(("en",), (), {"en"}, set()))
    assert segment.text == "guten tag meine damen"
    assert segment.marks == ("unpunctuated",)
    assert (segment.no_speech_prob, segment.language_probability) == (None, 0.0)
