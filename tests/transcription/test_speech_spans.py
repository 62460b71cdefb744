from itertools import pairwise

import numpy
from hypothesis import given
from hypothesis import strategies as st

from transcription.engines.engine import Piece, Samples
from transcription.hearing.speech_spans import (
    Heard,
    Span,
    cut_long,
    holes,
    joined,
    level,
    over,
    settled,
    share_in,
    windows,
    within,
)

SPANS = st.lists(st.integers(0, 5000), min_size=2, max_size=20, unique=True).map(
    lambda points: [Span(a, b) for a, b in zip(sorted(points)[::2], sorted(points)[1::2], strict=False)]
)
PIECES = st.lists(
    st.tuples(st.integers(-100, 16_000), st.integers(-100, 16_000), st.sampled_from(["", " ", " a", " bc", "好"])).map(
        lambda t: Piece(*t)
    ),
    max_size=8,
)


@given(SPANS, st.integers(0, 200))
def test_spans_and_their_holes_cover_the_whole_without_overlap(spans: list[Span], after: int) -> None:
    whole = Span(0, spans[-1].end + after)
    parts = sorted([*spans, *holes(spans, whole)])
    assert parts[0].start == 0
    assert parts[-1].end == whole.end
    assert all(a.end == b.start for a, b in pairwise(parts))
    assert all(a.start < a.end for a in parts)


def test_nothing_leaves_all_open() -> None:
    assert holes([], Span(0, 10)) == [Span(0, 10)]
    assert holes([], Span(0, 0)) == []


@given(PIECES, st.integers(20, 15_000), st.integers(0, 1000))
def test_settled_pieces_lie_in_their_chunk_in_order_and_lose_no_text(
    pieces: list[Piece], length: int, slack: int
) -> None:
    chunk = Span(1000, 1000 + length)
    laid = settled((p._replace(start=p.start + 1000, end=p.end + 1000) for p in pieces), chunk, slack=slack)
    assert "".join(p.text for p in laid) == "".join(p.text for p in pieces if p.text.strip())
    assert all(p.end - p.start >= 20 for p in laid)
    assert all(a.end <= b.start for a, b in pairwise(laid))
    if laid:
        assert chunk.start <= laid[0].start
        assert laid[-1].end <= chunk.end
        assert all(hole.end - hole.start > slack for hole in holes([Span(p.start, p.end) for p in laid], chunk))


def test_a_long_hole_in_a_chunk_stays_open() -> None:
    laid = settled([Piece(0, 1000, "a"), Piece(4000, 5000, "b")], Span(0, 5300), slack=700)
    assert laid == [Piece(0, 1000, "a"), Piece(4000, 5300, "b")]


@given(SPANS, st.integers(0, 4000), st.integers(0, 3000))
def test_spans_within_another_and_its_holes_are_all_of_it(spans: list[Span], start: int, length: int) -> None:
    whole = Span(start, start + length)
    inside = within(spans, whole)
    assert inside == [s for s in inside if whole.start <= s.start < s.end <= whole.end]
    covered = sum(s.end - s.start for s in inside)
    assert covered + sum(s.end - s.start for s in holes(inside, whole)) == length
    assert share_in(spans, whole) == (covered / length if length else 0.0)


@given(st.lists(st.floats(0, 1), max_size=60), st.floats(0.2, 0.9), st.floats(0, 0.15))
def test_speech_begins_at_the_threshold_and_ends_below_the_hysteresis(
    odds: list[float], threshold: float, hysteresis: float
) -> None:
    found = over(odds, threshold, hysteresis, 32, within=None)
    assert found == sorted(found)
    for span in found:
        frames = range(span.start // 32, span.end // 32)
        assert odds[frames[0]] >= threshold
        assert all(odds[n] >= threshold - hysteresis for n in frames)
        assert span.end == len(odds) * 32 or odds[span.end // 32] < threshold - hysteresis
    inside = {n for span in found for n in range(span.start // 32, span.end // 32)}
    assert {n for n, odd in enumerate(odds) if odd >= threshold} <= inside


def test_speech_ends_with_the_sound_and_not_with_its_last_frame() -> None:
    assert over([0.9, 0.9, 0.9], 0.5, 0.15, 32, within=Span(0, 70)) == [Span(0, 70)]
    assert over([0.0, 0.0, 0.9], 0.5, 0.15, 32, within=Span(0, 64)) == []
    assert over([], 0.5, 0.15, 32, within=None) == []


@given(SPANS, st.integers(0, 900), st.integers(0, 400), st.integers(0, 500))
def test_joined_spans_hold_all_of_each_and_do_not_overlap(
    spans: list[Span], silence: int, pad: int, after: int
) -> None:
    whole = Span(0, spans[-1].end + after)
    found = joined(spans, silence, pad=pad, within=whole)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert whole.start <= found[0].start
    assert found[-1].end <= whole.end
    assert all(any(a.start <= s.start and s.end <= a.end for a in found) for s in spans)
    bare = joined(spans, silence)
    assert len(bare) == len(found)
    assert all(b.start - a.end >= silence for a, b in pairwise(bare))
    assert all(a.start - pad <= b.start and b.end <= a.end + pad for a, b in zip(bare, found, strict=True))


def test_speech_is_widened_up_to_the_middle_of_a_short_pause() -> None:
    assert joined([Span(100, 500), Span(700, 900)], 200, pad=200, within=Span(0, 950)) == [Span(0, 600), Span(600, 950)]
    assert joined([Span(100, 500), Span(700, 900)], 201, pad=0) == [Span(100, 900)]
    assert joined([], 700, pad=200, within=Span(0, 10)) == []


@given(st.integers(0, 50_000), st.integers(1, 90_000), st.integers(2000, 29_000), st.integers(0, 999))
def test_long_speech_is_cut_into_pieces_that_are_not_too_long(start: int, length: int, longest: int, seed: int) -> None:
    whole = Span(start, start + length)
    noise = numpy.random.default_rng(seed).random(2000)
    pieces = cut_long(whole, longest, lambda at: float(noise[at // 20 % 2000]))
    assert (pieces[0].start, pieces[-1].end) == whole
    assert all(a.end == b.start for a, b in pairwise(pieces))
    assert all(0 < p.end - p.start <= longest for p in pieces)
    assert all(p.end - p.start >= longest - longest // 3 for p in pieces[:-1])


def test_long_speech_is_cut_where_it_is_quietest() -> None:
    assert cut_long(Span(0, 20_000), 15_000, lambda at: abs(at - 12_000)) == [Span(0, 12_000), Span(12_000, 20_000)]


def tone_finder(sound: Samples) -> list[Span]:
    """Every stretch of non-zero milliseconds, as a detector would give them."""
    loud = [False, *map(bool, numpy.any(sound[: sound.size // 16 * 16].reshape(-1, 16), axis=1).tolist()), False]
    edges = [n for n, (a, b) in enumerate(pairwise(loud)) if a != b]
    return [Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@given(SPANS, st.integers(1500, 4000), st.integers(0, 15))
def test_windows_cover_the_track_and_cut_no_speech(speech: list[Span], size: int, odd: int) -> None:
    sound = numpy.zeros(6000 * 16 + odd, dtype=numpy.float32)
    for span in speech:
        sound[span.start * 16 : span.end * 16] = 1
    pieces = [sound[n : n + size * 16] for n in range(0, sound.size, size * 16)]
    found = list(windows(pieces, lambda sound: Heard(tuple(tone_finder(sound)), tuple(tone_finder(sound)))))
    assert found[0].span.start == 0
    assert found[-1].span.end == 6000
    assert all(a.span.end == b.span.start for a, b in pairwise(found))
    assert [span for window in found for span in window.speech] == tone_finder(sound)
    for window in found:
        assert all(bool(window.sound(span).all()) for span in window.speech)
        assert all(window.sound(span).size == (span.end - span.start) * 16 for span in window.speech)


def test_no_sound_no_window() -> None:
    assert list(windows([], lambda _: Heard((), ()))) == []


def test_level_is_that_of_the_loudest_tenth() -> None:
    sound = numpy.zeros(16_000, dtype=numpy.float32)
    assert level(sound) is None
    assert level(sound[:0]) is None
    sound[3200:4800] = 0.1
    assert level(sound) == -20.0
