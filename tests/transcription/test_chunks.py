"""Chunks: their times map back to the track, and no word is lost on the way."""

from itertools import pairwise

import numpy
from hypothesis import given
from hypothesis import strategies as st

from transcription.engines.engine import Piece, TimedWord
from transcription.hearing.chunks import Chunk, next_chunks, words_of
from transcription.hearing.speech_spans import Span, Window

SPANS = st.lists(st.integers(0, 60_000), min_size=2, max_size=16, unique=True).map(
    lambda points: tuple(Span(a, b) for a, b in zip(sorted(points)[::2], sorted(points)[1::2], strict=False))
)
WORDS = st.lists(st.sampled_from([" a", " bc", " def.", "好", " ", "", "ئۇيغۇر", " 1 000"]), max_size=20)


@given(SPANS, st.lists(st.integers(0, 70_000), min_size=1, max_size=20))
def test_times_map_back_in_order_and_into_the_stretches(spans: tuple[Span, ...], times: list[int]) -> None:
    chunk = Chunk(spans)
    begins, ends = [chunk.begin(t) for t in sorted(times)], [chunk.end(t) for t in sorted(times)]
    assert begins == sorted(begins)
    assert ends == sorted(ends)
    for time in times:
        assert chunk.end(time) <= chunk.begin(time)
        assert any(span.start <= chunk.begin(time) < span.end for span in spans) == (time < chunk.length)
        assert any(span.start <= chunk.end(time) <= span.end for span in spans)
    assert chunk.begin(0) == chunk.span.start
    assert chunk.end(chunk.length) == chunk.begin(chunk.length) == chunk.span.end
    assert chunk.seconds == chunk.length / 1000


def test_what_ends_at_a_pause_does_not_reach_over_it() -> None:
    chunk = Chunk((Span(1000, 2000), Span(9000, 9500)))
    placed = chunk.placed([Piece(0, 1000, " before"), Piece(1000, 1500, " after")])
    assert placed == [Piece(1000, 2000, " before"), Piece(9000, 9500, " after")]
    assert chunk.placed_words([TimedWord(1000, 1000, " x", 1.0)]) == [TimedWord(9000, 9000, " x", 1.0)]


@given(SPANS)
def test_a_chunk_is_as_long_as_its_sound_and_has_no_pause_in_it(spans: tuple[Span, ...]) -> None:
    samples = numpy.zeros(60_000 * 16, dtype=numpy.float32)
    for span in spans:
        samples[span.start * 16 : span.end * 16] = 1
    sound = Chunk(spans).sound(Window(Span(0, 60_000), samples, spans, spans))
    assert sound.size == Chunk(spans).length * 16
    assert bool(sound.all())


@given(SPANS, st.integers(1, 8), st.integers(0, 10), st.none() | st.integers(2000, 30_000))
def test_chunks_take_the_spans_in_order_and_none_twice(
    spans: tuple[Span, ...], count: int, apart: int, longest: int | None
) -> None:
    chunks = next_chunks(spans, count, apart=apart, longest=longest)
    taken = [span for chunk in chunks for span in chunk.pieces]
    assert taken == list(spans[: len(taken)])
    assert len(chunks) <= count
    assert len(chunks) == count or len(taken) == len(spans)
    assert all(len(chunk.pieces) == 1 for chunk in chunks[:apart])
    for chunk in chunks:
        assert len(chunk.pieces) == 1 or (longest is not None and chunk.length <= longest)


def test_settled_speech_is_packed_and_other_is_not() -> None:
    spans = [Span(n * 10_000, n * 10_000 + 4000) for n in range(6)]
    assert [len(c.pieces) for c in next_chunks(spans, 8, apart=0, longest=None)] == [1] * 6
    assert [len(c.pieces) for c in next_chunks(spans, 8, apart=0, longest=12_000)] == [3, 3]
    assert [len(c.pieces) for c in next_chunks(spans, 8, apart=2, longest=12_000)] == [1, 1, 3, 1]
    assert [len(c.pieces) for c in next_chunks(spans, 1, apart=0, longest=12_000)] == [3]


@given(WORDS, st.sets(st.integers(0, 60), max_size=6))
def test_no_word_is_lost_between_the_pieces(texts: list[str], cuts: set[int]) -> None:
    whole = "".join(texts)
    bounds = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [Piece(n, n + 1, whole[a:b]) for n, (a, b) in enumerate(pairwise(bounds))] or [Piece(0, 1, whole)]
    words = [TimedWord(n, n + 1, text, 1.0) for n, text in enumerate(texts)]
    found = words_of(pieces, words)
    assert len(found) == len(pieces)
    assert [word for own in found for word in own] == words


def test_words_go_to_the_piece_that_holds_most_of_them() -> None:
    pieces = [Piece(0, 1, " He said."), Piece(1, 2, " Go away."), Piece(2, 3, "走吧")]
    words = [TimedWord(n, n, text, 1.0) for n, text in enumerate([" He", " said.", " Go", " away.", "走", "吧"])]
    assert [[w.text.strip() for w in own] for own in words_of(pieces, words)] == [
        ["He", "said."],
        ["Go", "away."],
        ["走", "吧"],
    ]
    assert words_of([], words) == []
