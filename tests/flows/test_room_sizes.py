"""No page of the room is over 200 kB with all that it brings but the film, however much the archive has to tell.

Counted in a browser on a system without fonts of its own: the page, its style and script, and the fonts of all scripts
that stand in it. The Chinese here has hundreds of different characters, as a long talk has, and more.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import httpx
import pytest
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, Response

from archive.acts.judging import judge
from archive.records.clip import Stream
from archive.records.link import Evidence, Link, Passage
from archive.records.sighting import Sighting
from tests.support.archives import a_link, keep, store_all
from tests.support.browsing import chromium
from tests.support.chinese import EVERY, made_up_chinese
from tests.support.rooms import NAME, OPEN, PASSWORD, Place, a_room, a_transcript
from tests.world.media import clip as tone

MOST = 200_000
NOT_COUNTED = re.compile(r"/film|/derivative")
CLIPS, LINKS = 60, 40
IN_CHINESE = "peertube-chinese"
KAZAKH = "Менің ағамды күзде түнде алып кетті, қайда екенін ешкім айтқан жоқ, & <әлі де> күтеміз. "
UYGHUR = "ئۇنى كۈزدە بىر كېچىدە ئېلىپ كەتتى، نەگە دەپ ھېچكىم ئېيتمىدى. "
CHINESE = tuple(made_up_chinese(1500))
SPOKEN = (("kk", KAZAKH), ("ug", UYGHUR), ("tr", "Ağabeyim öğretmendi. "))
TALK = tuple(
    (n * 2.0, n * 2.0 + 2, SPOKEN[n % 3][0], 2 * SPOKEN[n % 3][1], ("low_confidence", "weak_model", "may_be:ug"))
    for n in range(1500)
)
PATHS = (
    "/", "/sign-in", "/find?q=ағамды", "/find?q=name&page=2", f"/clips/{OPEN}", f"/clips/{OPEN}?beside=other&at=2",
    f"/clips/{OPEN}?links=2&part=9", f"/clips/{OPEN}?within=кетті", f"/clips/{OPEN}?transcript=chinese&part=3",
    f"/clips/{OPEN}?transcript=chinese&beside=other&part=2", f"/clips/{OPEN}?transcript=crowded",
    f"/clips/{OPEN}?transcript=one", f"/find?q={CHINESE[0][0]}", f"/clips/{IN_CHINESE}",
    f"/clips/{IN_CHINESE}?links=3", "/entries/victims/2",
    "/entries/victims/1", "/entries/victims/1?page=2", "/state", "/targets/a", "/review", "/sources/voices",
    "/sources/voices?page=2", f"/clips/{OPEN}/cite?start=1&end=2", f"/clips/{OPEN}/correct/{NAME}/2",
    f"/clips/{OPEN}/sentences?transcript={NAME}&part=2", "/clips/nothing",
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    films = tmp_path_factory.mktemp("films")
    with a_room(tmp_path_factory.mktemp("room"), films) as found:
        _add_much(found, tone(films, seconds=3).read_bytes())
        yield found


def _add_much(place: Place, film: bytes) -> None:
    archive = place.archive
    captions = {f"x{n}": "WEBVTT\n\n00:00.000 --> 00:01.000\nA.\n" for n in range(60)}
    long = {
        "title": f"A name {KAZAKH * 40}", "uploader": UYGHUR * 40, "uploaded": "20180331",
        "container": "mov,mp4,m4a,3gp,3g2,mj2", "disagreements": (KAZAKH * 20,) * 60,
    }  # fmt: skip
    streams = (Stream(index=1, kind="audio", codec="aac", sha256="1" * 64),)
    for n in range(CLIPS):
        keep(archive, f"peertube-much{n}", said=long, description=KAZAKH * 400)
        keep(archive, f"peertube-more{n}", said={**long, "title": CHINESE[n] * 2}, description=CHINESE[n + 1])
    more = {"said": long, "description": KAZAKH * 900, "captions": captions, "duration": 3000.0, "streams": streams}
    keep(archive, OPEN, 2, media=film, **more)  # type: ignore[arg-type]
    chinese = long | {"title": "".join(CHINESE[:10]), "uploader": UYGHUR + CHINESE[10]}
    more |= {"said": chinese, "description": "".join(CHINESE), "media": film + b"another"}
    keep(archive, IN_CHINESE, **more)  # type: ignore[arg-type]
    store_all(archive)
    said = {"chinese": CHINESE, "crowded": [EVERY[n : n + 60] for n in range(0, 3000, 60)], "one": [EVERY]}
    spoken = {
        name: tuple((n * 2.0, n * 2.0 + 2, "zh", text, ()) for n, text in enumerate(texts))
        for name, texts in said.items()
    }
    for clip, name, words in (
        (OPEN, NAME, TALK), (OPEN, "other", TALK), *((OPEN, *one) for one in spoken.items()),
        (IN_CHINESE, NAME, spoken["chinese"]),
    ):  # fmt: skip
        made = a_transcript(archive, clip, words, duration=3001.0, name=name)
        archive.ledger.readings.add_transcript(clip, *made, event=None)
    evidence = tuple(Evidence(part="name", weight=1.0, found=KAZAKH * 3) for _ in range(20))
    further = tuple(Passage(where=NAME, quote=KAZAKH * 5, offset=0, start=n, end=n + 1) for n in range(60))
    for clip in (OPEN, *(f"peertube-much{n}" for n in range(CLIPS))):
        entries = [str(n + 1) for n in range(LINKS if clip == OPEN else 1)]
        links = [
            a_link(clip, entry, register="victims").model_copy(update={"evidence": evidence, "further": further})
            for entry in entries
        ]
        archive.ledger.readings.set_links(clip, links, event=None)
        for link in links[1:] if clip == OPEN else links:
            judge(archive, link, "positive", by="somebody", why=KAZAKH * 5)
    some = (CHINESE[n % 1480 : n % 1480 + 20] for n in count(step=20))
    for n in range(CLIPS):
        clip = f"peertube-more{n}"
        archive.ledger.readings.set_links(clip, [_in_chinese(clip, "2", next(some))], event=None)
    links = [_in_chinese(IN_CHINESE, str(n + 2), next(some)) for n in range(LINKS)]
    archive.ledger.readings.set_links(IN_CHINESE, links, event=None)
    seen = [
        Sighting(
            clip=OPEN, source="voices", availability="gone", words=KAZAKH * 3, network="n", tool="t", first=at, last=at,
            times=1,
        )
        for at in (archive.clock() - timedelta(days=300 - n) for n in range(120))
    ]  # fmt: skip
    archive.ledger.sightings.restore(seen)
    place.room.index.catch_up(archive)


def _in_chinese(clip: str, entry: str, lines: tuple[str, ...]) -> Link:
    evidence = tuple(Evidence(part="name", weight=1.0, found=one) for one in lines[:4])
    further = tuple(Passage(where=NAME, quote=one, offset=0, start=1, end=2) for one in lines)
    said = {"quote": lines[0], "evidence": evidence, "further": further}
    return a_link(clip, entry, register="victims").model_copy(update=said)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("fonts")) as found:
        yield found


@pytest.fixture(scope="module")
def cookies(place: Place) -> list[SetCookieParam]:
    with httpx.Client(base_url=place.address) as client:
        token = re.findall(r'name="token" value="([^"]+)"', client.get("/").text)[0]
        client.post("/sign-in", data={"name": "keeper", "password": PASSWORD, "token": token})
        return [{"name": one.name, "value": one.value or "", "url": place.address} for one in client.cookies.jar]


@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_over_200_kb(browser: Browser, place: Place, cookies: list[SetCookieParam], path: str) -> None:
    context = browser.new_context(locale="ru")
    context.add_cookies(cookies)
    page, sent = context.new_page(), dict[str, int]()

    def note(answer: Response) -> None:
        if not NOT_COUNTED.search(answer.url):
            sent[answer.url] = len(answer.body())

    page.on("response", note)
    page.goto(place.address + path, wait_until="networkidle")
    assert sum(sent.values()) < MOST, sent
    assert path.startswith("/clips") or page.locator("a[href='/review']").count(), "signed in"
    if any("/fonts/han/" in address for address in sent):
        assert any(address.endswith(".woff2") and "/fonts/han/" in address for address in sent), "drawn in our font"
    context.close()


def test_every_clip_of_an_entry_and_every_link_of_a_clip_is_on_some_page(
    place: Place, cookies: list[SetCookieParam]
) -> None:
    jar = {one["name"]: one["value"] for one in cookies}
    with httpx.Client(base_url=place.address, cookies=jar) as client:
        for path, name, what, count in (
            ("/entries/victims/1", "page", r'<h3><a href="/clips/([^"]+)"', CLIPS + 3),
            (f"/clips/{OPEN}", "links", r'<a href="/entries/victims/([0-9]+)"', LINKS),
        ):
            found, number = list[str](), 1
            while True:
                text = client.get(path, params={name: number}).text
                found += re.findall(what, text)
                if f"{name}={number + 1}" not in text:
                    break
                number += 1
            assert len(found) == len({*found}) == count
            assert number > 2
            assert client.get(path, params={name: "x"}).status_code == 400
