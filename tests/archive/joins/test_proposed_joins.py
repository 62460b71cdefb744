"""What is proposed of what two clips share, in plain words, and how much of it."""

from itertools import combinations

import pytest

from archive.joins.aligning import Alignment, Piece
from archive.joins.proposing import MOST_ALIKE, MOST_LIKELY, Compared, clock, exact, likely, seen_together, strongest
from archive.records.clip import File, Stream
from archive.records.join import HeldMedia, Pictures


def media(clip: str, sha256: str, streams: tuple[str, ...] = (), container: str = "mp4") -> HeldMedia:
    file = File(path=f"media/{clip}.mp4", role="media", size=1000, sha512="0" * 128, sha256=sha256)
    kept = tuple(Stream(index=n, kind="audio", codec="aac", sha256=one) for n, one in enumerate(streams))
    return HeldMedia(clip=clip, container=container, duration=60.0, streams=kept, files=(file,))


def alignment(
    *, one: int = 480, of_one: int = 480, of_other: int = 480, pieces: int = 14, error: float = 0.05
) -> Alignment:
    found = tuple(Piece(32 * n, 0, error) for n in range(pieces))
    return Alignment(found, one, one, of_one, of_other, shift=0.0, error=error, speed=1.0, breaks=0)


def compared(found: Alignment, one: str = "v-a", other: str = "v-b") -> Compared:
    return Compared(one, other, found, 0.125)


@pytest.mark.parametrize(
    ("found", "is_likely"),
    [
        (alignment(), True),
        (alignment(one=241), True),  # a little more than half of the shorter
        (alignment(one=230), False),
        (alignment(one=80, of_one=800, of_other=700), False),  # an intro of ten seconds
        (alignment(one=80, of_one=90, of_other=7000, pieces=2, error=0.2), False),
        (alignment(one=80, of_one=90, of_other=7000, pieces=2, error=0.1), True),
        (alignment(one=1000, of_one=7000, of_other=7000), True),  # two minutes, wherever
        (alignment(one=900, of_one=7000, of_other=7000), False),
    ],
)
def test_half_of_the_shorter_or_two_minutes_are_enough_to_ask(found: Alignment, is_likely: bool) -> None:
    assert compared(found).is_likely() is is_likely


def test_the_reasons_say_how_much_where_how_fast_and_what_the_pictures_say() -> None:
    held = {"v-a": media("v-a", "a"), "v-b": media("v-b", "b")}
    shifted = Alignment(
        tuple(Piece(32 * n, 80, 0.1) for n in range(14)),
        480,
        480,
        500,
        960,
        shift=80.0,
        error=0.1,
        speed=1.01,
        breaks=0,
    )
    made = likely(compared(shifted), held, Pictures(distance=25.0, moments=5))
    assert made.reasons == (
        "the sound is the same for 1:00: 96% of v-a, 50% of v-b",
        "10% of the fingerprint's bits differ there; two other talks differ in 40% and more",
        "it comes 10.0 s later in v-b than in v-a",
        "v-b runs 1.0% faster",
        "the pictures are others: they differ in 25 of 64 bits at 5 moments; the same sound to another picture",
    )
    assert [clock(seconds) for seconds in (7.44, 127, 3727)] == ["7.4 s", "2:07", "1:02:07"]


def test_pictures_of_one_shade_say_nothing() -> None:
    assert seen_together([1, 2, None], [1, 3, 7]) == Pictures(distance=0.5, moments=2)
    assert seen_together([None, None], [None, None]).distance is None
    assert "neither" in str(seen_together([None], [None]).why)
    assert "one has no picture" in str(seen_together([None, None], [1, 1]).why)


def test_the_same_file_goes_before_the_same_streams_and_the_order_of_streams_is_no_difference() -> None:
    held = [media("v-a", "x", ("s", "t")), media("v-b", "x", ("s", "t")), media("v-c", "y", ("t", "s"), "matroska")]
    assert {join.clips: join.kind for join in exact(held)} == {
        ("v-a", "v-b"): "bytes",
        ("v-a", "v-c"): "streams",
        ("v-b", "v-c"): "streams",
    }
    assert exact([media("v-a", "x"), media("v-b", "y")]) == [], "none of no streams is the same as another"


def test_of_very_many_equal_files_each_is_named_with_the_first() -> None:
    many = [media(f"v-{n:03d}", "x") for n in range(MOST_ALIKE + 10)]
    assert len(exact(many[:MOST_ALIKE])) == MOST_ALIKE * (MOST_ALIKE - 1) // 2
    assert {join.one for join in exact(many)} == {"v-000"}
    assert len(exact(many)) == MOST_ALIKE + 9


def test_of_one_sound_in_very_many_clips_each_has_so_many_and_the_rest_is_counted() -> None:
    names = [f"v-{n:02d}" for n in range(MOST_LIKELY + 20)]
    found = [compared(alignment(), one, other) for one, other in combinations(names, 2)]
    chosen, left = strongest(found, names)
    assert {name for one in chosen for name in (one.one, one.other)} == set(names)
    assert len(chosen) + sum(left.values()) == len(found)
    assert len(chosen) <= MOST_LIKELY * len(names)
    assert strongest(found[:3], names) == (found[:3], {})
