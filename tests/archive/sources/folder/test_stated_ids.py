"""The address that a disk states: by the metadata beside a file, or by its name."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sources.folder.stated_ids import are_ids, by_info, by_name, is_drawn, stem_of

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ID = "aB3-dE6gH0k"


@pytest.mark.parametrize(
    ("name", "certain"),
    [
        (f"A testimony [{ID}].mp4", True),
        (f"A testimony [{ID}].f137.mp4", True),
        (f"A testimony [{ID}].mp4.part", True),
        (f"Показания [{ID}].webm", True),
        (f"A testimony-{ID}.mp4", True),
        (f"{ID}.mp4", False),
        (f"Video by somebody [{ID}].mp4", False),
        ("A film [testimonies].mp4", False),
        ("A film [UyghurTimes].mp4", False),
        ("A film [Protest2018].mp4", False),
        ("clip-10-20-30-40.mp4", False),
        ("testimonies.mp4", False),
        ("VID-2019010.mp4", False),
        ("IMG_2019-04.mp4", False),
        ("IMG_20190412_120000.mp4", None),
        ("VID-20190412-WA0008.mp4", None),
        ("video-12345.mp4", None),
        ("аB3-dE6gH0k.mp4", None),
        ("A testimony [aB3-dE6gH0z].mp4", None),
        ("A testimony.mp4", None),
        ("", None),
    ],
)
def test_an_id_is_certain_only_where_nothing_else_can_be_meant(name: str, certain: bool | None) -> None:
    found = by_name(name)
    assert (found.certain if found else None) == certain
    assert found is None or (found.basis, found.extractor) == ("name", "youtube")


def test_a_certain_id_is_the_clip_of_the_channel() -> None:
    found = by_name(f"A testimony [{ID}].mp4")
    assert found
    assert (found.clip, found.url) == (f"youtube-{ID}", f"https://www.youtube.com/watch?v={ID}")


@given(st.text(max_size=40))
def test_any_name_is_read(name: str) -> None:
    found = by_name(name)
    assert found is None or len(found.platform_id) == 11


def test_bare_ids_of_a_folder_bear_each_other_out_if_all_are_youtubes() -> None:
    lots = Random(7)  # noqa: S311
    drawn = list[str]()
    while len(drawn) < 8:
        key = "".join(lots.choices(LETTERS, k=10)) + lots.choice("AEIMQUYcgkosw048")
        drawn += [key] if is_drawn(key) else []
    names = [f"{key}.mp4" for key in drawn]
    assert are_ids([*names, "holiday.mp4", "testimonies.mp4", "VID_20190412_120000.mp4"])
    assert not are_ids(names[1:])
    assert not are_ids([*names, "aB3-dE6gH0z.mp4"])  # another platform's: this letter ends no id of YouTube's
    found = [by_name(name, among_ids=True) for name in (names[0], "testimonies.mp4")]
    assert [one.certain if one else None for one in found] == [True, False]


def test_most_drawn_ids_look_drawn() -> None:
    lots = Random(20181)  # noqa: S311
    drawn = [is_drawn("".join(lots.choices(LETTERS, k=11))) for _ in range(10_000)]
    assert 0.85 < sum(drawn) / len(drawn) < 0.95


def test_an_info_json_states_an_address() -> None:
    info = {"extractor_key": "Youtube", "id": ID, "webpage_url": f"https://www.youtube.com/watch?v={ID}"}
    found = by_info(info)
    assert found
    assert (found.clip, found.basis, found.certain) == (f"youtube-{ID}", "info.json", True)
    peertube = by_info({"extractor_key": "PeerTube", "id": "abc", "webpage_url": "https://tube.example.org/w/abc"})
    assert peertube
    assert (peertube.clip, peertube.certain) == ("peertube-abc", True)


@pytest.mark.parametrize(
    "info",
    [
        {},
        {"id": ID},
        {"extractor_key": "PeerTube", "id": "abc"},
        {"extractor_key": "PeerTube", "id": "abc", "webpage_url": "javascript:alert(1)"},
        {"extractor_key": "Youtube", "id": ID, "_type": "playlist"},
        {"extractor_key": ["Youtube"], "id": ID},
    ],
)
def test_an_info_json_of_no_video_states_nothing(info: dict[str, object]) -> None:
    assert by_info(info) is None


def test_an_odd_id_of_an_info_json_is_only_likely() -> None:
    found = by_info({"extractor_key": "Youtube", "id": "not-an-id"})
    assert found
    assert not found.certain


def test_a_stem_is_without_extension_and_format() -> None:
    assert stem_of("a [x].f137.mp4") == "a [x]"
    assert stem_of("a.b.mp4") == "a.b"
    assert stem_of("noextension") == "noextension"
