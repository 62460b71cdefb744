"""Which language a chunk is in, decided with its neighbours."""

from itertools import product
from math import log

from hypothesis import given
from hypothesis import strategies as st

from transcription.hearing.language_choice import (
    CHANGE_COST,
    SETTLED_CHUNKS,
    SETTLED_SECONDS,
    SURE,
    decide,
    settled,
    shares,
)

ALLOWED = ("en", "fr", "kk", "zh")
ODDS = st.dictionaries(st.sampled_from([*ALLOWED, "cy", "uz"]), st.floats(0, 1), max_size=6)
CHUNKS = st.lists(st.tuples(ODDS, st.floats(0.1, 30)), max_size=12)
SURELY_EN, SURELY_FR = {"en": 0.97, "fr": 0.02}, {"en": 0.02, "fr": 0.97}


def decided(*chunks: tuple[dict[str, float], float], before: str | None = None) -> list[str]:
    return decide([odds for odds, _ in chunks], [seconds for _, seconds in chunks], ("en", "fr"), before=before)


def test_two_seconds_do_not_change_language_alone() -> None:
    rather_fr = {"en": 0.3, "fr": 0.6}
    assert decided((SURELY_EN, 8), (rather_fr, 2), (SURELY_EN, 8)) == ["en"] * 3
    assert decided((rather_fr, 2)) == ["fr"]


def test_two_seconds_that_are_sure_do() -> None:
    utterly_fr = {"en": 0.0001, "fr": 0.9995}
    assert decided((SURELY_EN, 8), (utterly_fr, 2), (SURELY_EN, 8)) == ["en", "fr", "en"]


def test_long_chunks_speak_for_themselves() -> None:
    assert decided((SURELY_EN, 10), (SURELY_FR, 10), (SURELY_EN, 10)) == ["en", "fr", "en"]
    assert decided((SURELY_EN, 10), ({"en": 0.3, "fr": 0.6}, 10), (SURELY_EN, 10)) == ["en"] * 3


def test_a_few_short_chunks_change_it_together() -> None:
    rather_fr = ({"en": 0.15, "fr": 0.8}, 2.5)
    assert decided((SURELY_EN, 8), rather_fr, (SURELY_EN, 8)) == ["en"] * 3
    assert decided((SURELY_EN, 8), *[rather_fr] * 4, (SURELY_EN, 8)) == ["en", *["fr"] * 4, "en"]


def test_what_was_spoken_before_counts_as_a_neighbour() -> None:
    rather_fr = ({"en": 0.35, "fr": 0.6}, 2.0)
    assert decided(rather_fr) == ["fr"]
    assert decided(rather_fr, before="fr") == ["fr"]
    assert decided(rather_fr, before="en") == ["en"]
    assert decided((SURELY_FR, 10), before="en") == ["fr"]


def test_ties_go_the_same_way_each_time_and_do_not_change_language() -> None:
    even = ({"en": 0.4, "fr": 0.4}, 5.0)
    assert decided(even) == decided(even) == ["en"]
    assert decided((SURELY_FR, 10), even, even) == ["fr"] * 3
    assert decided(even, even, before="fr") == ["fr"] * 2


def test_a_language_that_was_not_heard_at_all_is_no_error() -> None:
    assert decided(({}, 3.0), ({"cy": 1.0}, 20.0)) == ["en", "en"]
    assert decide([], [], ALLOWED) == []


@given(CHUNKS, st.sets(st.sampled_from(ALLOWED), min_size=1), st.data())
def test_each_answer_is_one_of_those_allowed(
    chunks: list[tuple[dict[str, float], float]], allowed: set[str], data: st.DataObject
) -> None:
    before = data.draw(st.none() | st.sampled_from(ALLOWED))
    odds, seconds = [one for one, _ in chunks], [length for _, length in chunks]
    found = decide(odds, seconds, allowed, before=before)
    assert len(found) == len(chunks)
    assert set(found) <= allowed
    assert found == decide(odds, seconds, sorted(allowed, reverse=True), before=before)


@given(st.lists(st.tuples(ODDS, st.floats(6, 30)), max_size=6), st.none() | st.sampled_from(ALLOWED))
def test_the_path_is_the_likeliest_of_all(chunks: list[tuple[dict[str, float], float]], before: str | None) -> None:
    """Of two languages and long chunks every path is tried: none costs less."""
    allowed = ("en", "fr")

    def cost(path: tuple[str, ...]) -> float:
        came = (path[0] if before is None else before, *path[:-1]) if path else ()
        changes = sum(CHANGE_COST for a, b in zip(came, path, strict=True) if a != b)
        heard = (shares(odds, allowed)[language] for (odds, _), language in zip(chunks, path, strict=True))
        return changes - sum(log(odd) for odd in heard)

    odds = [one for one, _ in chunks]
    found = decide(odds, [seconds for _, seconds in chunks], allowed, before=before)
    least = min(cost(path) for path in product(allowed, repeat=len(chunks)))
    assert cost(tuple(found)) <= least + 1e-9


@given(ODDS, st.sets(st.sampled_from(ALLOWED), min_size=1))
def test_shares_add_up_and_leave_none_out(odds: dict[str, float], allowed: set[str]) -> None:
    found = shares(odds, allowed)
    assert found.keys() == allowed
    assert abs(sum(found.values()) - 1) < 1e-9
    assert min(found.values()) > 0


def test_a_language_settles_when_enough_chunks_are_sure_of_it() -> None:
    sure = ("en", SURELY_EN, 10.0)
    assert settled([], ALLOWED) is None
    assert settled([], ("ug",)) == "ug"
    assert settled([sure] * 2, ALLOWED) is None
    assert settled([sure] * SETTLED_CHUNKS, ALLOWED) == "en"
    assert settled([("en", SURELY_EN, SETTLED_SECONDS)] * 2, ALLOWED) is None
    assert settled([("fr", SURELY_FR, 20.0), *[sure] * 3], ALLOWED) == "en"
    assert settled([*[sure] * 3, ("fr", SURELY_FR, 20.0)], ALLOWED) is None
    doubted = ("en", {"en": SURE - 0.1, "fr": 1.1 - SURE}, 10.0)
    assert settled([sure, sure, doubted, sure], ALLOWED) is None
