"""Whether the film that was chosen is the best: formats that yt-dlp passes over, and what it says of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.records.clip import Listing
from archive.sources.ytdlp.quality import degraded, offer_of
from tests.archive.sources.test_readers import Plugged, film_at, plugged

__all__ = ["film_at", "plugged"]
LOW: dict[str, Any] = {"format_id": "18", "height": 360, "tbr": 500.0}
HIGH: dict[str, Any] = {"format_id": "22", "height": 720, "tbr": 1500.0}
SABR = "[youtube] x: Some web client https formats have been skipped as they are missing a URL."


@pytest.mark.parametrize(
    ("chosen", "wanted", "extractor", "said", "count"),
    [
        ([LOW], [LOW], "PeerTube", (), 0),
        ([LOW], [HIGH], "PeerTube", (), 1),
        ([HIGH], [LOW], "PeerTube", (), 0),
        ([LOW], [LOW], "Youtube", (SABR,), 1),
        ([HIGH], [HIGH], "Youtube", (SABR,), 0),
        ([LOW], [LOW], "Youtube", ("[youtube] x: a made-up warning",), 0),
        ([LOW], [LOW], "PeerTube", (SABR,), 0),
        ([LOW], [LOW | {"format_id": "19", "tbr": 900.0}], "PeerTube", (), 1),
        ([LOW], [LOW | {"format_id": "19", "tbr": None}], "PeerTube", (), 0),
    ],
)
def test_a_reason_for_each_way_to_get_less(
    chosen: list[Any], wanted: list[Any], extractor: str, said: tuple[str, ...], count: int
) -> None:
    assert len(degraded(chosen, wanted, extractor=extractor, said=said)) == count


def test_what_is_on_offer_of_picture_and_sound_apart_is_both_together() -> None:
    sound = {"format_id": "140", "filesize": 30, "tbr": 128.0}
    info = {"format_id": "22+140", "duration": 20, "requested_formats": [HIGH | {"filesize": 100}, sound]}
    offer = offer_of(info)
    assert (offer.size, offer.height, offer.bit_rate, offer.duration) == (130, 720, 1628.0, 20.0)
    assert offer_of({"requested_formats": [HIGH, sound]}).size is None, "of one of them nobody knows"
    assert offer_of({"height": True, "duration": "20", "filesize": -1}) == offer_of({})


def test_a_reader_s_format_without_an_address_is_seen_though_yt_dlp_drops_it(
    plugged: Plugged, film_at: Callable[[], dict[str, Any]], tmp_path: Path
) -> None:
    def read() -> dict[str, Any]:
        found = film_at()
        low = found["formats"][0] | {"format_id": "low", "height": 90, "vcodec": "h264", "acodec": "aac"}
        return {**found, "formats": [low, {"format_id": "hidden", "height": 720, "ext": "mp4"}]}

    listing = Listing(source="demo", extractor="Plug", platform_id="x", url="https://plug.example/x")
    source = plugged(read, private_addresses=("127.0.0.1",))
    got = source.fetch(listing, tmp_path, lambda done, whole: None)
    (reason,) = got.degraded
    assert reason == "a better format was on offer without an address (hidden, 720p), and 90p was fetched"
