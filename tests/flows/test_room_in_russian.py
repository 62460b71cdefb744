"""Every page of the room in Russian: what a reader sees or is told is Russian, but for what the archive itself says.

Left out are codes, quotes, texts that say that they are in another language, and by name the words of the archive:
titles, names, addresses, and what programs and formats are called.
"""

import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from archive.ledger.sightings import Seen
from archive.people.reader_roles import Role
from archive.records.clip import Stream
from archive.records.link import Alternative, Evidence, Passage
from tests.support.archives import a_link, keep, store_all
from tests.support.rooms import ATTACK, NAME, OPEN, PASSWORD, SECRET, Place, a_room, a_transcript
from tests.world.media import clip as tone
from transcription.records import MARKS

MUCH, BROKEN = "peertube-much", "peertube-broken"
SAID = (
    ATTACK, f"A closed one of {SECRET} described", f"A closed one of {SECRET}", "An open testimony described",
    "An open testimony", "Madeup Person", "female, Kazakh", "Nowhere", "Another Invented", "male, Uyghur", "Elsewhere",
    "made-up", "somebody", "keeper", "reviewer", "victims", "voices", "csl.json", "citation.json", "whisper-base-t1",
    "whisper-base", "yt-dlp", "info.json", "description.txt", "mdat", "thirdcopy report",
    "thirdcopy verify-citation FILE --folder COPY", "name",
)  # fmt: skip
"""What this archive says and was asked, and what programs and files are called; the longer ones first."""

NAMES = {"IIIF", "OHMS", "SHA", "UTC", "vtt", "srt", "txt", "json", "bib", "ris", "en", "kk", "ug", "ru"}
"""Formats, and codes of languages."""

ADDRESS = re.compile(r"\S*/\S+|\b(peertube|youtube)-\S+")

DISAGREEMENTS = (
    "it lasts 20.5 s where the platform announced 31.0 s",
    "its name says youtube-a, and the info.json beside it youtube-b, which counts",
    "it is cut short: its box mdat reaches to byte 1,234, and it has 1,000",
    "it decodes in part: nothing in it can be decoded",
    "peertube-a.mp4: piece 3 breaks off, and 12 bytes of it are wanting; the source gave the same bytes twice",
)
PATHS = (
    "/", "/sign-in", "/find?q=name", "/find?q=a*+-b&linked=yes&mark=loop", "/find?q=имя&since=x", f"/clips/{OPEN}",
    f"/clips/{MUCH}", f"/clips/{MUCH}?within=нет", f"/clips/{MUCH}?beside=youtube-other", f"/clips/{BROKEN}",
    f"/clips/{MUCH}?part=x", f"/clips/{MUCH}/cite?start=1&end=2", f"/clips/{MUCH}/cite?start=x",
    f"/clips/{MUCH}/correct/{NAME}/2", f"/clips/{MUCH}/sentences?transcript={NAME}", "/entries/victims/1",
    "/entries/victims/7", "/entries/victims/1?page=x", "/sources/voices", "/state", "/targets/a", "/review",
    f"/review?clip={OPEN}", f"/review?clip={MUCH}", "/review?clip=x", "/nowhere", "/clips/nothing", "/sign-out",
    "/static/nothing",
)  # fmt: skip


class Words(HTMLParser):
    """The texts that a reader of a page sees or is told, but for code, quotes and other languages."""

    VOID = ("br", "input", "link", "meta", "img", "path", "circle")
    TOLD = ("aria-label", "title", "placeholder", "alt")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts, self._open = list[str](), list[tuple[str, bool]]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        other = tag in ("code", "pre", "q", "mark") or given.get("lang", "ru") != "ru" or self._is_other()
        if not other:
            self.texts += [given[name] or "" for name in self.TOLD if name in given]
        if tag not in self.VOID:
            self._open.append((tag, other))

    def handle_endtag(self, tag: str) -> None:
        while tag not in self.VOID and self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_other():
            self.texts.append(data)

    def _is_other(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def english(html: str) -> set[str]:
    """The words in Latin letters of a page that nothing here accounts for."""
    found = set[str]()
    for text in Words(html).texts:
        for said in SAID:
            text = text.replace(said, " ")
        text = ADDRESS.sub(" ", text)
        found |= {*re.findall("[A-Za-z]{2,}", text)} - NAMES
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    films = tmp_path_factory.mktemp("films")
    with a_room(tmp_path_factory.mktemp("room"), films) as found:
        _add(found, tone(films, seconds=3).read_bytes())
        yield found


def _add(place: Place, film: bytes) -> None:
    """A clip of which there is something to tell of every kind, and one whose film is none."""
    archive = place.archive
    streams = (
        Stream(index=0, kind="video", codec="hevc", sha256="0" * 64),
        Stream(index=1, kind="audio", codec="aac", sha256="1" * 64),
    )
    said = {"title": "Рассказ", "uploader": "Кто-то", "container": "avi", "disagreements": DISAGREEMENTS}
    keep(archive, MUCH, said=said, media=film + b"more", streams=streams, duration=3.0, description="О чём это.")
    changed = said | {"title": "Другой рассказ"}
    keep(archive, MUCH, 2, said=changed, media=film + b"other", streams=streams, duration=3.0, description="О другом.")
    keep(archive, BROKEN, said=said, media=b"ffconcat version 1.0\nfile secret.mp4\n", streams=streams, description="")
    store_all(archive)
    spoken = tuple((n / 10, n / 10 + 0.1, "ru", "Сказано.", (mark,)) for n, mark in enumerate(sorted(MARKS)))
    for name in (NAME, "youtube-other"):
        made = a_transcript(archive, MUCH, spoken, name=name)
        archive.ledger.readings.add_transcript(MUCH, *made, event=None)
    found = {
        "number": "",
        "role": "own relative, fate",
        "namesakes": "3 others",
        "another's number": "entry 2",
        "name": "Имя",
    }
    evidence = tuple(Evidence(part=part, weight=1.5, found=what) for part, what in found.items())
    more = {
        "evidence": evidence, "quote": "запись один", "alternatives": (Alternative(entry="2", score=0.4),),
        "conflict": "the number points at entry 1, the name beside it at 2",
        "further": tuple(Passage(where="title", quote="Имя", offset=0) for _ in range(9)),
    }  # fmt: skip
    links = [a_link(MUCH, entry, register="victims").model_copy(update=more) for entry in ("1", "7")]
    archive.ledger.readings.set_links(MUCH, links, event=None)
    seen = [Seen(MUCH, "gone", "Удалено."), Seen(OPEN, "no_access", "Закрыто.")]
    archive.ledger.sightings.add("voices", seen, network="n", tool="t", now=archive.clock())
    place.room.index.catch_up(archive)


@pytest.mark.parametrize("role", ["visitor", "reviewer", "keeper"])
def test_no_page_in_russian_says_anything_in_english(place: Place, role: Role) -> None:
    with httpx.Client(base_url=place.address, headers={"accept-language": "ru"}, timeout=30) as client:
        token = re.findall(r'name="token" value="([^"]+)"', client.get("/").text)[0]
        if role != "visitor":
            assert client.post("/sign-in", data={"name": role, "password": PASSWORD, "token": token}).status_code == 303
        if role == "keeper":
            while client.get(f"/clips/{BROKEN}/derivative.json").status_code == 503:
                time.sleep(0.1)
        answers = {path: client.get(path) for path in PATHS}
        answers["forged"] = client.post("/sign-out", data={"token": "forged"})
        answers["wrong"] = client.post("/sign-in", data={"name": "nobody", "password": "wrong", "token": token})
        answers["many"] = [
            client.post("/sign-in", data={"name": "x", "password": "x", "token": token}) for _ in range(9)
        ][-1]
        answers["posted"] = client.post("/find", data={"token": token})
    assert {path: english(one.text) for path, one in answers.items() if english(one.text)} == {}
    if role == "keeper":
        assert {answer.status_code for path, answer in answers.items() if path[0] == "/"} == {200, 400, 404, 405}
        told = answers[f"/clips/{MUCH}"].text + answers["/review?clip=" + MUCH].text + answers[f"/clips/{BROKEN}"].text
        for words in ("площадка указала 31.0 с", "«блок mdat»", "имя рядом", "список других файлов"):
            assert words in told


def test_what_is_in_english_is_found(place: Place) -> None:
    with httpx.Client(base_url=place.address, headers={"accept-language": "en"}) as client:
        pages = [client.get(path).text.replace('lang="en"', 'lang="ru"') for path in ("/", f"/clips/{OPEN}")]
    assert {"Find", "person", "minus", "Transcript", "Description", "machine", "MiB"} <= english("".join(pages))
