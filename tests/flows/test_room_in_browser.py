"""The reading room as people use it: in a real Chromium, by mouse and by keys, on a desktop and on a phone."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from archive.linking.deciding.judgements import joint_verdict
from archive.people.reader_roles import Role
from tests.support.browsing import BROWSERS, OPTIONS
from tests.support.rooms import ATTACK, CLOSED, HOSTILE, NAME, OPEN, PASSWORD, Place, a_room

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PATHS = (
    "/", "/sign-in", "/find?q=name", f"/clips/{OPEN}", f"/clips/{HOSTILE}", "/entries/victims/1", "/state",
    "/targets/a", "/review",
    f"/clips/{OPEN}/cite?start=1&end=2", f"/clips/{OPEN}/correct/{NAME}/2", "/clips/nothing",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_room(tmp_path_factory.mktemp("room"), tmp_path_factory.mktemp("films")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium is installed: apt install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    found = context.new_page()
    faults = list[str]()
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    found.on("dialog", lambda dialog: faults.append(f"a page said {dialog.message}"))
    yield found
    context.close()
    assert faults == []


def sign_in(page: Page, place: Place, role: Role) -> None:
    page.goto(f"{place.address}/sign-in")
    page.fill("#name", role)
    page.fill("#password", PASSWORD)
    page.click("main button")
    expect(page.get_by_text(f"{role} ({role})")).to_be_visible()


def until(page: Page, condition: str) -> None:
    """Wait until something holds in a page whose policy lets no script be made of text."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{condition} never came true")


def second(page: Page) -> float:
    found: float = page.evaluate("document.querySelector('[data-film]').currentTime")
    return found


def test_a_click_on_a_sentence_plays_it(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{OPEN}")
    until(page, "document.querySelector('[data-film]').readyState > 1")
    page.locator(".sentences .at").nth(1).click()
    until(page, "document.querySelector('[data-film]').currentTime > 1.1")
    assert page.evaluate("document.querySelector('[data-film]').webkitAudioDecodedByteCount") > 0
    assert page.url.endswith("#t=1.0")
    expect(page.locator(".sentences li.now")).to_contain_text("Менің")


def test_a_word_in_another_script_leads_to_the_second_at_which_it_is_said(page: Page, place: Place) -> None:
    page.goto(place.address)
    page.fill("#q", "oydan shygarylghan")
    page.keyboard.press("Enter")
    hit = page.locator(".hit", has_text="An open testimony")
    expect(hit.locator("mark").first).to_have_text("ойдан")
    hit.locator(".found a.at").click()
    until(page, "document.querySelector('[data-film]').currentTime > 0.9")
    assert second(page) == pytest.approx(1.0, abs=0.1)
    expect(page.locator(".sentences li.now .said")).to_have_attribute("lang", "kk")


@pytest.mark.parametrize("path", ["/", "/find?q=name", f"/clips/{OPEN}#t=2", "/entries/victims/1"])
def test_nothing_moves_while_a_page_loads(page: Page, place: Place, path: str) -> None:
    page.goto(place.address + path, wait_until="networkidle")
    moved = page.evaluate(
        """() => new Promise(done => {
             let sum = 0;
             new PerformanceObserver(list => {
               for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
             }).observe({type: "layout-shift", buffered: true});
             setTimeout(() => done(sum), 200);
           })"""
    )
    assert moved < 0.01


def test_the_address_of_a_moment_leads_to_it(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{OPEN}#t=2.1")
    until(page, "document.querySelector('[data-film]').currentTime > 2")
    assert second(page) == pytest.approx(2.1, abs=0.1)
    expect(page.locator(".sentences li.now")).to_have_attribute("data-start", "2.0")


def test_keys_play_stop_and_go_by_sentence(page: Page, place: Place) -> None:
    page.goto(f"{place.address}/clips/{OPEN}#t=0.2")
    until(page, "document.querySelector('[data-film]').currentTime > 0.1")
    page.keyboard.press("k")
    assert second(page) == pytest.approx(1.0, abs=0.05)
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert second(page) == pytest.approx(1.0, abs=0.05)
    page.keyboard.press(">")
    assert page.evaluate("document.querySelector('[data-film]').playbackRate") == 1.25
    page.keyboard.press(" ")
    until(page, "!document.querySelector('[data-film]').paused")
    page.keyboard.press(" ")
    until(page, "document.querySelector('[data-film]').paused")
    page.keyboard.press("/")
    page.keyboard.type("аға")
    expect(page.locator(".sentences li:visible")).to_have_count(1)


def test_a_reviewer_judges_by_keys_and_takes_it_back(page: Page, place: Place) -> None:
    sign_in(page, place, "reviewer")
    page.goto(f"{place.address}/review?clip={OPEN}")
    expect(page.locator("h1")).to_have_text("Does this concern entry 2?")
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("Nothing waits for you here")

    def stands() -> str | None:
        (link,) = [link for link in place.archive.ledger.readings.links(OPEN) if link.entry == "2"]
        return joint_verdict(place.archive.ledger.readings.judgements(link=link.id))

    assert stands() == "negative"
    page.goto(f"{place.address}/review")
    before = page.locator("h1 + .facts").inner_text()
    page.keyboard.press("s")
    page.wait_for_url(re.compile("skipped="))
    assert page.locator("h1 + .facts").inner_text() != before
    page.keyboard.press("u")
    page.wait_for_url(re.compile("last="))
    page.keyboard.press("z")
    page.wait_for_url(f"{place.address}/review")
    verdicts = [one.verdict for one in place.archive.ledger.readings.judgements() if one.by == "reviewer"]
    assert verdicts == ["negative", "unsure", "withdrawn"]


def test_an_editor_corrects_a_sentence_and_reads_it_then(page: Page, place: Place) -> None:
    sign_in(page, place, "editor")
    page.goto(f"{place.address}/clips/{CLOSED}")
    page.locator(".sentences .correct").first.click()
    page.fill("#text", "سېنىڭ ئىسمىڭ نېمە؟")
    page.fill("#language", "ug")
    page.click(".stacked button")
    corrected = page.locator(".sentences li").first
    expect(corrected.locator(".said")).to_have_text("سېنىڭ ئىسمىڭ نېمە؟")
    expect(corrected.locator(".by")).to_have_text("corrected by editor")
    assert corrected.locator(".said").evaluate("said => getComputedStyle(said).direction") == "rtl"


@pytest.mark.parametrize("path", [f"/clips/{HOSTILE}", "/entries/victims/1", "/review"])
def test_words_that_attack_do_nothing(page: Page, place: Place, path: str) -> None:
    sign_in(page, place, "keeper")
    page.goto(place.address + path)
    page.wait_for_timeout(300)
    assert page.title() != "owned"
    assert page.locator("img[src=x]").count() == 0
    if path.startswith("/clips"):
        assert page.locator("h1").inner_text() == ATTACK


def test_a_page_of_another_site_cannot_write(browser: Browser, place: Place, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, place, "keeper")
    (link,) = [link for link in place.archive.ledger.readings.links(HOSTILE) if link.entry == "2"]
    attack = tmp_path / "attack.html"
    fields = "".join(
        f'<input name="{name}" value="{value}">'
        for name, value in {"clip": HOSTILE, "link": link.id, "verdict": "positive", "digest": "0"}.items()
    )
    form = f'<form method="post" action="{place.address}/review">{fields}</form>'
    attack.write_text(f"{form}<script>document.forms[0].submit()</script>")
    before = len(place.archive.ledger.readings.judgements())
    page.goto(attack.as_uri())
    page.wait_for_url(re.compile("/review"))
    assert "sent by another site" in page.inner_text("main") or "not of your visit" in page.inner_text("main")
    assert len(place.archive.ledger.readings.judgements()) == before
    context.close()


def test_without_scripts_all_but_following_along_works(browser: Browser, place: Place) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, place, "reviewer")
    page.goto(f"{place.address}/clips/{OPEN}?transcript={NAME}")
    assert page.locator(".sentences li").count() == 4
    page.goto(f"{place.address}/review?clip={HOSTILE}")
    page.get_by_role("button", name="Unsure (U)").click()
    assert "Nothing waits" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["desktop", "phone"])
def test_pages_meet_wcag_and_fit_the_screen(
    browser: Browser, place: Place, path: str, scheme: str, size: dict[str, int]
) -> None:
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, place, "keeper")
    sent = list[int]()
    page.on(
        "response", lambda answer: sent.append(len(answer.body())) if "/film" not in answer.url and answer.ok else None
    )
    page.goto(place.address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()
    assert sum(sent) < 200_000
    context.close()
