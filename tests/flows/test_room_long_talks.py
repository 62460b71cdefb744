"""A talk of five thousand sentences in the room: its page carries a part, and the others come as they are wanted."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from archive.acts.access import give_access
from archive.records.clip import Stream
from tests.support.archives import keep, store_all
from tests.support.browsing import chromium, until
from tests.support.rooms import NAME, PASSWORD, Place, a_room, a_transcript
from tests.support.talks import ffmpeg

LONG, COUNT, EACH, OTHER = "peertube-long", 5000, 0.5, "whisper-tiny-t1"
LASTS = COUNT * EACH
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RARE = "kumquat"
"""A word of one sentence, far from the first."""


def _words(every: int) -> tuple[tuple[float, float, str, str, tuple[str, ...]], ...]:
    return tuple(
        (n * EACH, (n + every) * EACH, "en", f"Sentence number {n + 1} & <b>more</b>" + f" {RARE}é" * (n == 4000), ())
        for n in range(0, COUNT - every, every)
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    films = tmp_path_factory.mktemp("films")
    with a_room(tmp_path_factory.mktemp("room"), films) as found:
        _add(found, films)
        yield found


def _add(place: Place, films: Path) -> None:
    film = films / "long.mp4"
    sources = ("-f", "lavfi", "-i", "color=s=32x32:r=0.5", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "2", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "16k")
    ffmpeg(*sources, "-t", str(LASTS), *codecs, "-movflags", "+faststart", str(film))
    streams = (
        Stream(index=0, kind="video", codec="h264", sha256="0" * 64, height=90),
        Stream(index=1, kind="audio", codec="aac", sha256="1" * 64),
    )
    said = {"title": "A long talk", "container": "mov,mp4,m4a,3gp,3g2,mj2"}
    keep(place.archive, LONG, media=film.read_bytes(), duration=LASTS, streams=streams, said=said)
    store_all(place.archive)
    for name, every in ((NAME, 1), (OTHER, 10)):
        made = a_transcript(place.archive, LONG, _words(every), duration=LASTS, name=name)
        place.archive.ledger.readings.add_transcript(LONG, *made, event=None)
    give_access(place.archive, LONG, "public", by="keeper")
    place.room.index.catch_up(place.archive)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    found = context.new_page()
    faults = list[str]()
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield found
    context.close()
    assert faults == []


def second(page: Page) -> float:
    found: float = page.evaluate("document.querySelector('[data-film]').currentTime")
    return found


def numbers(page: Page, column: str = "s") -> list[int]:
    """The sentences that stand in a column of the page now."""
    ids: list[str] = page.evaluate("[...document.querySelectorAll('.sentences li')].map(one => one.id)")
    return [int(one[1:]) for one in ids if one[0] == column]


def test_a_page_carries_a_part_and_says_which(place: Place) -> None:
    text = httpx.get(f"{place.address}/clips/{LONG}").text
    ids = [int(one) for one in re.findall(r'<li id="s([0-9]+)"', text)]
    assert ids == [*range(1, len(ids) + 1)]
    assert 20 < len(ids) < 100
    assert len(text.encode()) < 60_000
    shown = re.sub("<[^>]+>", "", text)
    assert f"Sentences 1 to {len(ids)} of 5,000." in shown


def test_parts_have_every_sentence_once_without_scripts(place: Place) -> None:
    found, part, parts = list[int](), 1, 2
    with httpx.Client(base_url=place.address, timeout=30) as client:
        while part <= parts:
            text = client.get(f"/clips/{LONG}/sentences", params={"transcript": NAME, "part": part}).text
            parts = int(re.findall(r'data-parts="([0-9]+)"', text)[0])
            found += [int(one) for one in re.findall(r'<li id="s([0-9]+)"', text)]
            part += 1
    assert found == [*range(1, COUNT + 1)]


@pytest.mark.parametrize("asked", ["part=99999999", "at=99999", "part=0", "at=-1", "part=1&beside=" + OTHER])
def test_what_is_beyond_the_ends_is_the_end(place: Place, asked: str) -> None:
    text = httpx.get(f"{place.address}/clips/{LONG}?{asked}").text
    assert f'id="s{COUNT if "999" in asked else 1}"' in text


@pytest.mark.parametrize("asked", ["part=x", "at=nan", "at=one", "links=-1", "beside_part=1.5", "part=" + "9" * 5000])
def test_what_is_no_part_is_refused(place: Place, asked: str) -> None:
    assert httpx.get(f"{place.address}/clips/{LONG}?{asked}").status_code == 400


def test_without_scripts_a_moment_is_shown_and_the_film_begins_there(browser: Browser, place: Place) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{place.address}/clips/{LONG}?at=2000.2")
    expect(page.locator("#s4001 .said")).to_contain_text(RARE)
    assert (page.get_attribute("[data-film]", "src") or "").endswith("/film#t=2000.2")
    page.get_by_text("Later sentences").click()
    assert page.locator("#s4001").count() == 0
    page.get_by_text("Earlier sentences").click()
    page.locator("#s4001 .at").click()
    assert (page.get_attribute("[data-film]", "src") or "").endswith("/film#t=2000")
    page.locator(".jumps a").first.click()
    expect(page.locator("#s1")).to_have_count(1)
    page.fill("#within", RARE.upper())
    page.keyboard.press("Enter")
    expect(page.locator(".sentences li")).to_have_count(1)
    context.close()


def test_the_address_of_a_moment_brings_its_part(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{LONG}#t=2000.2")
    expect(page.locator(".sentences li.now")).to_have_id("s4001")
    assert second(page) == pytest.approx(2000.2, abs=0.3)
    expect(page.locator("#s4001")).to_be_in_viewport()
    expect(page.locator("#s1")).to_have_count(0)


def test_what_was_found_is_shown_at_once(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/find?q={RARE}")
    with page.expect_response(lambda answer: f"/clips/{LONG}?" in answer.url) as first:
        page.locator(".found a.at").first.click()
    assert 'id="s4001"' in first.value.text(), "the first answer has the moment"
    expect(page.locator(".sentences li.now")).to_have_id("s4001")


def test_who_scrolls_down_and_up_reads_on(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{LONG}?at=1000")
    first = numbers(page)
    page.mouse.move(900, 600)
    for _ in range(12):
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(60)
    until(page, f"document.querySelectorAll('.sentences li').length > {2 * len(first)}")
    for _ in range(60):
        page.mouse.wheel(0, -1500)
        page.wait_for_timeout(30)
        if page.locator(f"#s{first[0] - 1}").count():
            break
    page.wait_for_timeout(300)
    now = numbers(page)
    assert now[0] < first[0]
    assert now == [*range(now[0], now[-1] + 1)], "each once, in order"
    shown = page.locator(".which").inner_text()
    assert shown == f"Sentences {now[0]} to {now[-1]} of 5,000."


def test_a_seek_of_the_player_and_the_film_that_plays_on_bring_their_parts(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{LONG}")
    until(page, "document.querySelector('[data-film]').readyState > 0")
    page.evaluate("document.querySelector('[data-film]').currentTime = 1500.1")
    expect(page.locator(".sentences li.now")).to_have_id("s3001")
    last = numbers(page)[-1]
    page.evaluate(f"document.querySelector('[data-film]').currentTime = {last * EACH - 0.7}")
    page.evaluate("document.querySelector('[data-film]').play()")
    expect(page.locator(f"#s{last + 1}")).to_have_count(1)
    until(page, f"Number(document.querySelector('.sentences li.now')?.id.slice(1)) > {last + 1}")
    assert last in numbers(page), "what follows is put behind it"


def test_keys_go_from_part_to_part(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{LONG}?at=1000#t=1000")
    until(page, "document.querySelector('[data-film]').currentTime > 999")
    first, last = numbers(page)[0], numbers(page)[-1]
    page.evaluate(f"document.querySelector('[data-film]').currentTime = {(last - 1) * EACH}")
    expect(page.locator(".sentences li.now")).to_have_id(f"s{last}")
    page.keyboard.press("k")
    expect(page.locator(".sentences li.now")).to_have_id(f"s{last + 1}")
    page.evaluate(f"document.querySelector('[data-film]').currentTime = {(first - 1) * EACH}")
    expect(page.locator(".sentences li.now")).to_have_id(f"s{first}")
    page.keyboard.press("j")
    expect(page.locator(".sentences li.now")).to_have_id(f"s{first - 1}")


def test_search_within_is_in_all_of_the_talk(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{LONG}")
    page.keyboard.press("/")
    page.keyboard.type(RARE + "e")
    expect(page.locator(".sentences li")).to_have_count(1)
    page.locator("#s4001 .at").click()
    until(page, "document.querySelector('[data-film]').currentTime > 1999")
    page.fill("#within", "number 2")
    expect(page.locator(".which")).to_contain_text("1,111")
    found = numbers(page)
    assert found[:3] == [2, 20, 21]
    page.get_by_text("Later sentences").click()
    until(page, f"document.querySelectorAll('.sentences li').length > {len(found)}")
    page.fill("#within", "")
    expect(page.locator("#s4001")).to_have_count(1)


def test_two_transcripts_go_side_by_side(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{LONG}?transcript={NAME}&beside={OTHER}&at=2000")
    assert 4001 in numbers(page)
    assert 401 in numbers(page, "b")
    page.locator("#b401 .at").click()
    expect(page.locator(".sentences li.now")).to_have_count(2)
    page.evaluate("document.querySelector('[data-film]').pause()")
    page.evaluate("document.querySelector('[data-film]').currentTime = 200.1")
    expect(page.locator("#s401.now")).to_have_count(1)
    expect(page.locator("#b41.now")).to_have_count(1)


@pytest.mark.parametrize(
    "size", [{"width": 1280, "height": 860}, {"width": 390, "height": 844}], ids=["desktop", "phone"]
)
@pytest.mark.parametrize("asked", ["at=2000", f"transcript={NAME}&beside={OTHER}&at=2000", "within=number 2"])
def test_parts_meet_wcag_and_fit_the_screen(page: Page, place: Place, asked: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    page.goto(f"{place.address}/clips/{LONG}?{asked}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()


def test_what_is_printed_says_which_part_it_is_and_where_the_whole_is(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{LONG}")
    page.emulate_media(media="print")
    expect(page.get_by_text(f"/clips/{LONG}/transcripts/{NAME}.txt")).to_be_visible()
    expect(page.locator(".go").last).to_be_hidden()
    whole = httpx.get(f"{place.address}/clips/{LONG}/transcripts/{NAME}.txt").text
    assert whole.count("Sentence number") == COUNT - 1


def test_the_data_of_the_page_is_whole(place: Place) -> None:
    found = httpx.get(f"{place.address}/clips/{LONG}.json?part=3", timeout=30).json()
    assert len(found["transcript"]["sentences"]) == COUNT


def test_an_editor_corrects_far_within_and_reads_it_then(page: Page, place: Place) -> None:
    """The last one here: it changes a transcript."""
    page.goto(f"{place.address}/sign-in")
    page.fill("#name", "editor")
    page.fill("#password", PASSWORD)
    page.click("main button")
    expect(page.get_by_text("editor (editor)")).to_be_visible()
    page.goto(f"{place.address}/clips/{LONG}?transcript={OTHER}&at=1500")
    page.locator("#s301 .correct").click()
    page.fill("#text", "Written by a person.")
    page.click(".stacked button")
    expect(page.locator("#s301 .said")).to_have_text("Written by a person.")
    expect(page.locator("#s301 .by")).to_have_text("corrected by editor")
