"""The pictures of the documentation: the map is what the imports are, and both can be read by day, by night, aloud."""

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.pictures.rooms import FILE, drawn, imports

PICTURES = sorted(FILE.parent.glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"


def arrows(picture: str, *, up: bool = False) -> int:
    return len(re.findall(r'<path class="up"' if up else r"<path d=", picture)) - (not up)  # less the arrow's tip


def heights(picture: str) -> dict[str, float]:
    found = re.findall(r'<text x="[\d.]+" y="([\d.]+)">(.+?)</text>', picture)
    return {room: float(y) for y, room in found}


def test_the_map_is_that_of_the_code() -> None:
    assert FILE.read_text("utf-8") == drawn(imports()), "the rooms' imports have changed: make map, and look at it"


def test_the_map_has_every_room_and_says_every_import_that_leads_no_other_way() -> None:
    rooms = {room for edge in imports() for room in edge}
    assert {"archive.ledger", "archive.sources", "storage", "storage.targets", "transcription"} <= rooms
    assert rooms <= set(heights(drawn(imports())))


def test_a_room_stands_above_those_that_it_imports_and_what_others_lead_to_is_left_out() -> None:
    picture = drawn(Counter({("flows", "archive"): 9, ("archive", "storage"): 9, ("flows", "storage"): 1}))
    assert sorted(heights(picture), key=heights(picture).get) == ["flows", "archive", "storage"]  # type: ignore[arg-type]
    assert (arrows(picture), arrows(picture, up=True)) == (2, 0)
    assert "Dashed" not in picture


def test_imports_in_a_circle_are_all_there_and_the_fewest_lead_back_up() -> None:
    picture = drawn(Counter({("flows", "archive"): 9, ("archive", "storage"): 3, ("storage", "flows"): 1}))
    assert sorted(heights(picture), key=heights(picture).get) == ["flows", "archive", "storage"]  # type: ignore[arg-type]
    assert (arrows(picture), arrows(picture, up=True)) == (2, 1)
    assert "Dashed" in picture
    assert "storage imports flows." in picture


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.name)
def test_a_picture_can_be_read_in_light_in_the_dark_and_aloud(file: Path) -> None:
    text = file.read_text("utf-8")
    root = ElementTree.fromstring(text)  # noqa: S314  # ours
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert title.text
    assert len((description.text or "").split()) > 20
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    style = root.findtext(f"{SVG}style") or ""
    light, _, dark = style.partition("@media (prefers-color-scheme: dark)")
    assert dark
    used = {name for one in root.iter() for name in (one.get("class") or "").split()}
    coloured = set(re.findall(r"\.([\w-]+)[^{}]*\{[^}]*(?:fill|stroke): #", light))
    inked = {name for names in re.findall(r"([^{}]+)\{[^{}]*#", dark) for name in re.findall(r"\.([\w-]+)", names)}
    assert coloured == inked, "a colour of the day has none for the night, or the other way round"
    assert used <= set(re.findall(r"\.([\w-]+)", light))
    assert not re.search(r"(?:href|url\()\s*=?\s*[\"']?(?!#)\w", text), "it asks for something outside"
    assert re.findall(r"font-family=\"[^\"]*sans-serif\"", text)


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.name)
def test_its_words_are_words_and_large_enough(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.count("<text") > 5
    assert min(map(float, re.findall(r"font-size: ([\d.]+)px", text))) >= 14
