"""Pieces of films, whole and not: made by ffmpeg, and cut at every place."""

import pytest

from archive.sources.ytdlp.pieces import Pieces
from tests.world.adaptive import dash, hls, packed_sound
from tests.world.media import clip

HTML = b"<!doctype html><html><p>Sign in" + b"x" * 500


def torn(*pieces: bytes) -> str | None:
    seen = Pieces()
    for piece in pieces:
        seen.take(piece)
    seen.end()
    return seen.torn


@pytest.fixture(scope="module", params=["fmp4", "mpegts", "dash", "adts"])
def pieces(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The pieces of one track, in their order."""
    film = clip(tmp_path_factory.mktemp("films"))
    if request.param == "adts":
        return packed_sound(film)
    if request.param == "dash":
        made = dash(film)
        return [made["init-stream1.m4s"], *(made[f"chunk-stream1-0000{n}.m4s"] for n in (1, 2, 3))]
    made = hls(film, kind=request.param)
    ending = {"fmp4": "m4s", "mpegts": "ts"}[request.param]
    names = [name for name in ("sound-init.mp4", *(f"sound-{n}.{ending}" for n in range(4))) if name in made]
    return [made[name] for name in names]


def test_whole_pieces_are_whole(pieces: list[bytes]) -> None:
    assert len(pieces) >= 3
    assert torn(*pieces) is None
    assert torn(b"".join(pieces)) is None


def test_a_piece_that_breaks_off_anywhere_is_found(pieces: list[bytes]) -> None:
    piece = pieces[1]
    steps = [at for at in range(40, len(piece), 97) if piece[:1] != b"G" or at % 188]
    assert len(steps) > 20
    found = [at for at in steps if (torn(pieces[0], piece[:at], *pieces[2:]) or "").startswith("piece 2 breaks off")]
    unfound = set(steps) - set(found)
    assert not unfound or all(_ends_whole(piece[:at]) for at in unfound)
    assert len(found) >= 0.9 * len(steps)
    assert torn(*pieces[:-1], pieces[-1][:-5]), "and of the last one"


def _ends_whole(piece: bytes) -> bool:
    """Whether a cut fell just between two parts, or the bytes left are whole parts."""
    return torn(piece) is None


def test_a_page_instead_of_a_piece_is_found(pieces: list[bytes]) -> None:
    assert torn(pieces[0], HTML, *pieces[2:])


def test_a_film_whose_pieces_end_anywhere_is_no_torn_one(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    if whole[:1] == b"G":
        return  # each begins with a packet, or nobody could play it
    third = len(whole) // 3 + 5
    assert torn(whole[:third], whole[third : 2 * third], whole[2 * third :]) is None


def test_what_is_of_no_known_kind_is_not_judged() -> None:
    assert torn(b"\x1a\x45\xdf\xa3" + bytes(50), b"\x1f\x43\xb6\x75" + bytes(50)) is None
    assert torn(b"", b"x") is None


def test_the_head_of_a_fragment_without_its_bytes_is_torn() -> None:
    def box(kind: bytes, size: int) -> bytes:
        return (8 + size).to_bytes(4, "big") + kind + bytes(size)

    whole = box(b"moof", 20) + box(b"mdat", 30)
    assert torn(box(b"ftyp", 4), whole, whole) is None
    assert torn(box(b"ftyp", 4), whole + box(b"moof", 20), whole) == "piece 2 breaks off, and 8 bytes of it are wanting"
