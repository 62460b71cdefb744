"""Chinese in the room on a system that has no font of it: drawn in a font of the page's own characters alone.

Which font drew what is what the browser itself says (CSS.getPlatformFontsForNode of the DevTools protocol).
"""

import io
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx
import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Page, Response, expect

from flows.reading_room import han_fonts
from flows.reading_room.cut_fonts import SLICES, cut
from flows.reading_room.han_fonts import ADDRESS, HanFonts
from flows.reading_room.pages.font_pages import MOST_IN_LINE
from tests.support.archives import a_link, keep, store_all
from tests.support.browsing import chromium
from tests.support.chinese import EVERY, made_up_chinese
from tests.support.rooms import CLOSED, OPEN, Place, a_room, a_transcript

TALK = tuple(made_up_chinese(120))
TITLE = "新疆再教育营"
OURS = "[Noto Sans SC Thin]"
NAMED = re.compile(rf'href="({ADDRESS}/[0-9a-f]+\.css)"')


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_room(tmp_path_factory.mktemp("room"), tmp_path_factory.mktemp("films")) as found:
        archive = found.archive
        keep(
            archive, OPEN, 2, said={"title": TITLE, "uploader": "沙吾提巴依"}, description=TALK[-1] * 20, duration=240.0
        )
        store_all(archive)
        words = tuple((n * 2.0, n * 2.0 + 2, "zh", text, ()) for n, text in enumerate(TALK))
        for clip in (OPEN, CLOSED):
            made = a_transcript(archive, clip, words, duration=241.0, name="chinese")
            archive.ledger.readings.add_transcript(clip, *made, event=None)
        links = [a_link(OPEN, "1", register="victims").model_copy(update={"quote": TALK[-2]})]
        archive.ledger.readings.set_links(OPEN, links, event=None)
        found.room.index.catch_up(archive)
        yield found


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Browser]:
    """A browser on a system without a font of Chinese."""
    with chromium(tmp_path) as found:
        yield found


def drawn(page: Page, selector: str) -> dict[str, int]:
    """How many glyphs of the first such element each font drew; those of the page's own are in brackets."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    session.detach()
    return {f"[{one['familyName']}]" if one["isCustomFont"] else one["familyName"]: one["glyphCount"] for one in fonts}


def chinese_fetched(page: Page) -> dict[str, str]:
    """What a page fetches of the fonts of Chinese and their rules, as it goes on: the ends of the addresses."""
    fetched = dict[str, str]()

    def note(answer: Response) -> None:
        if ADDRESS in answer.url:
            fetched[answer.url] = answer.url.rpartition(".")[2]

    page.on("response", note)
    return fetched


def test_all_chinese_of_a_page_and_of_what_it_brings_later_is_drawn_in_its_fonts(bare: Browser, place: Place) -> None:
    page = bare.new_context(viewport={"width": 1280, "height": 800}).new_page()
    fetched = chinese_fetched(page)
    page.goto(f"{place.address}/clips/{OPEN}?transcript=chinese", wait_until="networkidle")
    first = page.locator(".sentences li").count()
    assert 10 < first < len(TALK)
    assert [*fetched.values()] == ["css", "woff2"], "one font"
    assert drawn(page, "h1") == {OURS: len(TITLE)}
    for n in range(1, first + 1):
        assert drawn(page, f"#s{n} .said") == {OURS: len(TALK[n - 1])}
    page.get_by_text("Later sentences").click()
    expect(page.locator(f"#s{first + 1}")).to_have_count(1)
    for _ in range(100):
        sentences = range(1, page.locator(".sentences li").count() + 1)
        otherwise = [n for n in sentences if drawn(page, f"#s{n} .said") != {OURS: len(TALK[n - 1])}]
        if not otherwise:
            break
        page.wait_for_timeout(100)  # its font is on the way
    assert otherwise == [], "each part in its own font"
    page.context.close()


def test_a_system_with_a_font_of_chinese_fetches_none(place: Place, tmp_path: Path) -> None:
    with TTFont(io.BytesIO(cut(EVERY + "。"))) as font:
        font.flavor = None
        for record in font["name"].names:
            record.string = {1: "WenQuanYi Micro Hei", 4: "WenQuanYi Micro Hei", 6: "WQY"}.get(record.nameID, "Regular")
        font.save(tmp_path / "chinese.ttf")
    with chromium(tmp_path) as browser:
        page = browser.new_page()
        fetched = chinese_fetched(page)
        page.goto(f"{place.address}/clips/{OPEN}?transcript=chinese", wait_until="networkidle")
        assert drawn(page, "#s1 .said") == {"WenQuanYi Micro Hei": len(TALK[0])}
        assert [*fetched.values()] == ["css"]


def test_a_page_whose_font_cannot_be_had_is_shown(bare: Browser, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(han_fonts, "NAMED_KEPT", 0)
    page = bare.new_page()
    page.goto(f"{place.address}/clips/{OPEN}?transcript=chinese", wait_until="networkidle")
    expect(page.locator("#s1 .said")).to_have_text(TALK[0])
    page.close()


def test_an_address_tells_nothing_of_a_page_and_is_its_readers_alone(place: Place) -> None:
    with httpx.Client(base_url=place.address) as client:
        sheet = NAMED.findall(client.get(f"/clips/{OPEN}?transcript=chinese").text)[0]
        rules, font = client.get(sheet), client.get(sheet.replace(".css", ".woff2"))
        for answer, kind in ((rules, "text/css"), (font, "font/woff2")):
            assert answer.headers["cache-control"] == "private, max-age=3600"
            assert answer.headers["content-type"].startswith(kind)
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        ranges = re.findall(r"U\+([0-9A-F]+)", rules.text)
        assert ranges == sorted({*ranges})
        assert f'url("{sheet.rpartition("/")[2].replace(".css", ".woff2")}")' in rules.text
        assert {f"{code:X}" for code in TTFont(io.BytesIO(font.content)).getBestCmap()} == {*ranges}


@pytest.mark.parametrize("name", ["0" * 32, "100", "..%2f100", "%00", "4" * 5000, "a</style>"])
@pytest.mark.parametrize("kind", ["css", "woff2"])
def test_a_set_that_no_page_has_named_is_not_made(place: Place, name: str, kind: str) -> None:
    answer = httpx.get(f"{place.address}{ADDRESS}/{name}.{kind}")
    assert answer.status_code == 404
    assert "</style>" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_another_room_has_other_addresses_and_order_does_not_matter() -> None:
    one, other = HanFonts(), HanFonts()
    assert one.stylesheet_for("新疆") == one.stylesheet_for("疆，新".replace("，", "新"))
    assert one.stylesheet_for("新疆") != other.stylesheet_for("新疆")
    assert one.stylesheet_for("Менің ағам, ئاكام, “кана” …") is None


def test_sets_that_were_named_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(han_fonts, "NAMED_KEPT", 3)
    fonts = HanFonts()
    names = [str(fonts.stylesheet_for(one)).split("/")[-1].removesuffix(".css") for one in "新疆再新教育"]
    known = [name for name in dict.fromkeys(names) if fonts.rules(name)]
    assert known == [names[3], names[4], names[5]]
    assert fonts.font(names[1]) is None
    assert fonts.font(names[3])


def test_a_crowd_that_asks_for_fonts_keeps_nobody_from_reading(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()

    def slow(self: HanFonts, name: str) -> bytes | None:
        over.wait(20)
        return b"a font"

    monkeypatch.setattr(HanFonts, "font", slow)
    with ThreadPoolExecutor(40) as crowd, httpx.Client(base_url=place.address, timeout=30) as client:
        asked = [crowd.submit(httpx.get, f"{place.address}{ADDRESS}/{n}.woff2", timeout=30) for n in range(40)]
        while sum(one.done() for one in asked) < 40 - MOST_IN_LINE:
            time.sleep(0.1)
        for path in ("/", f"/clips/{OPEN}", "/find?q=name"):
            assert client.get(path, timeout=5).status_code == 200
        over.set()
        statuses = [one.result().status_code for one in asked]
    assert (statuses.count(200), statuses.count(503)) == (MOST_IN_LINE, 40 - MOST_IN_LINE)


def test_a_font_has_the_glyphs_that_were_asked_for_as_they_are_drawn_in_the_slices() -> None:
    wanted = "疆新，。㐀"
    with TTFont(io.BytesIO(cut(wanted))) as made:
        assert {*made.getBestCmap()} == {ord(one) for one in "疆新，。"}, "what no slice has is left out"
        found = {chr(code): _outline(made, name) for code, name in made.getBestCmap().items()}
        metrics = {chr(code): made["hmtx"][name] for code, name in made.getBestCmap().items()}
        height = made["hhea"].ascent, made["hhea"].descent
        assert "Adobe" in made["name"].getDebugName(0), "whose the font is stays in it"
    for file in SLICES.glob("*.woff2"):
        with TTFont(file) as slice_:
            assert (slice_["hhea"].ascent, slice_["hhea"].descent) == height
            for code, name in slice_.getBestCmap().items():
                if chr(code) in found:
                    assert found.pop(chr(code)) == _outline(slice_, name)
                    assert metrics[chr(code)] == slice_["hmtx"][name]
    assert found == {}


def test_a_font_of_nothing_that_is_drawn_here_is_an_empty_one_and_the_same_set_is_the_same_font() -> None:
    with TTFont(io.BytesIO(cut("㐀"))) as made:
        assert not made.getBestCmap()
    assert cut("新疆") == cut("疆新新")
    assert len(cut("新疆")) < 1500
    assert len(cut(EVERY[::10])) < 195 * len(EVERY[::10])


def _outline(font: TTFont, name: str) -> list[object]:
    pen = RecordingPen()
    font.getGlyphSet()[name].draw(pen)
    return list(pen.value)
