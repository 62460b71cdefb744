"""The reading room against whoever means harm, and on a day on which what it stands on fails."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import httpx
import pytest

from archive.errors import NotHere
from archive.ledger.clips import AccessGiven
from archive.ledger.sightings import Seen
from archive.people.csrf import csrf_token
from archive.people.people import People
from archive.people.reader_roles import ROLES, Role
from archive.playing.films import Film
from archive.records.event import DISSEMINATION
from archive.records.link import Evidence
from flows.reading_room import sent_forms
from flows.reading_room.room_headers import ALWAYS, policy
from tests.support import engines
from tests.support.archives import a_link
from tests.support.rooms import CLOSED, HOSTILE, NAME, OPEN, PASSWORD, Place, a_room
from tests.world.servers.postgresql import Postgresql


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_room(tmp_path_factory.mktemp("room"), tmp_path_factory.mktemp("films")) as found:
        yield found


@pytest.fixture
def client(place: Place) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=place.address, timeout=30) as client:
        yield client


def signed_in(client: httpx.Client, role: Role) -> httpx.Client:
    if role != "visitor":
        form = {"name": role, "password": PASSWORD, "token": token_of(client)}
        assert client.post("/sign-in", data=form).status_code == 303
    return client


def token_of(client: httpx.Client) -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get("/").text)
    assert found
    return found[1]


def assert_safe(answer: httpx.Response) -> None:
    headers = {**ALWAYS, "content-security-policy": policy(), "cache-control": "no-store"}
    assert headers.items() <= dict(answer.headers).items()
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("number", ["9" * 5000, "0", "-1", "1.0", "²", "४", "x"])
def test_a_sentence_of_any_number_is_there_or_not(client: httpx.Client, number: str) -> None:
    answer = signed_in(client, "keeper").get(f"/clips/{OPEN}/correct/{NAME}/{number}")
    assert answer.status_code == 404
    assert_safe(answer)


def test_what_nobody_foresaw_is_told_with_every_header(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret of the archive")

    monkeypatch.setattr("flows.reading_room.pages.clip_pages.clip_page", fails)
    for path in (f"/clips/{OPEN}", f"/clips/{OPEN}.json"):
        answer = httpx.get(place.address + path)
        assert answer.status_code == 500
        assert "Something is broken here." in answer.text
        assert "secret" not in answer.text
        assert_safe(answer)


def test_without_the_people_file_there_are_pages_that_say_so(place: Place) -> None:
    good = place.room.people
    (place.archive.state / "garbage").mkdir(exist_ok=True)
    (place.archive.state / "garbage" / "people.sqlite").write_bytes(b"garbage" * 1000)
    object.__setattr__(place.room, "people", People(place.archive.state / "garbage"))
    try:
        with httpx.Client(base_url=place.address, cookies={"visit": "somebody"}) as client:
            form = {"name": "keeper", "password": PASSWORD, "token": csrf_token("somebody")}
            assert_says_nothing(client.post("/sign-in", data=form))
            for path in ("/", f"/clips/{OPEN}", f"/clips/{OPEN}.json", "/nowhere"):
                assert_says_nothing(client.get(path))
    finally:
        object.__setattr__(place.room, "people", good)


def assert_says_nothing(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert "The archive cannot answer this now." in answer.text
    assert "people.sqlite" not in answer.text
    assert_safe(answer)


def test_who_is_not_let_in_reads_why_in_their_language(client: httpx.Client) -> None:
    client.headers["accept-language"] = "ru"
    form = {"name": "nobody of that name", "password": "wrong", "token": token_of(client)}
    answers = [client.post("/sign-in", data=form) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {403, 429}
    assert "Имя и пароль не подходят друг к другу." in answers[0].text
    assert "Слишком много попыток" in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) > 0


def test_no_address_leads_to_another_one_in_plain_http(client: httpx.Client) -> None:
    for path in (f"/clips/{OPEN}/", "/find/", "//evil.example/find/"):
        assert client.get(path).status_code == 404


def test_what_was_closed_since_the_index_looked_is_in_no_result(place: Place, client: httpx.Client) -> None:
    before = client.get("/find.json", params={"q": "name"}).json()["count"]
    listed = client.get("/sources/voices.json").json()["count"]
    assert client.get("/find.json", params={"q": "Madeup"}).json()["count"] == 1
    clips = place.archive.ledger.clips
    for clip in (OPEN, HOSTILE):
        clips.give_access(clip, AccessGiven("restricted", "keeper", datetime.now(UTC)), event=None)
    try:
        assert client.get("/find.json", params={"q": "Madeup"}).json()["count"] == 0
        clips.give_access(HOSTILE, AccessGiven("public", "keeper", datetime.now(UTC)), event=None)
        assert client.get("/find.json", params={"q": "Madeup"}).json()["count"] == 1
        found = client.get("/find.json", params={"q": "name"}).json()
        assert (OPEN in [hit["clip"] for hit in found["hits"]], found["count"]) == (False, before - 1)
        left = client.get("/sources/voices.json").json()
        assert (OPEN in [one["clip"] for one in left["clips"]], left["count"]) == (False, listed - 1)
    finally:
        for clip in (OPEN, HOSTILE):
            clips.give_access(clip, AccessGiven("public", "keeper", datetime.now(UTC)), event=None)


@pytest.mark.parametrize("role", ROLES)
def test_the_evidence_of_a_link_names_no_entry_that_nobody_judged(
    place: Place, client: httpx.Client, role: Role
) -> None:
    readings = place.archive.ledger.readings
    links = readings.links(OPEN)
    other = Evidence(part="another's number", weight=-4.0, found="entry 2")
    first = a_link(OPEN, "1", register="victims")
    first = first.model_copy(update={"evidence": (*first.evidence, other)})
    readings.set_links(OPEN, [first, *(link for link in links if link.entry != "1")], event=None)
    try:
        for path in (f"/clips/{OPEN}.json", "/entries/victims/1.json"):
            told = signed_in(client, role).get(path)
            assert ("another's number" in told.text) == (role not in ("visitor", "reader"))
    finally:
        readings.set_links(OPEN, links, event=None)


@pytest.mark.parametrize("role", ROLES)
def test_no_visitor_is_told_from_which_network_the_archive_looks(
    place: Place, client: httpx.Client, role: Role
) -> None:
    sightings = place.archive.ledger.sightings
    sightings.add("voices", [Seen(OPEN)], network="an office", tool="made-up", now=datetime.now(UTC))
    (span,) = signed_in(client, role).get(f"/clips/{OPEN}.json").json()["timeline"]
    assert span["availability"] == "up"
    assert span["network"] == ("" if role == "visitor" else "an office")


SHOWING = (
    "", ".json", "/film", "/manifest.json", "/ohms.xml", "/sidecar.json", f"/transcripts/{NAME}.txt", "/cite?start=1",
    f"/correct/{NAME}/1", f"/captions/{NAME}.vtt", f"/annotations/{NAME}.json",
)  # fmt: skip


def test_whatever_shows_a_closed_clip_is_an_opening_and_says_so(place: Place, client: httpx.Client) -> None:
    place.room.people.record_openings = True
    try:
        signed_in(client, "keeper")
        for times, path in enumerate(SHOWING, start=1):
            answer = client.get(f"/clips/{CLOSED}{path}")
            assert answer.status_code == 200
            assert place.room.people.who_opened(CLOSED)[-1].times == times, path
        assert client.get(f"/clips/{CLOSED}/film.mp4").status_code == 200
        assert place.room.people.who_opened(CLOSED)[-1].times == len(SHOWING), "it is the film that plays already"
        assert "That you opened this clip is recorded." in client.get(f"/clips/{CLOSED}/correct/{NAME}/1").text
        assert "is recorded" in client.get("/review", params={"clip": CLOSED}).text
        assert "is recorded" not in client.get("/review", params={"clip": OPEN}).text
    finally:
        place.room.people.record_openings = False


def test_a_film_that_is_played_and_a_page_that_is_read_on_are_one_opening(place: Place, client: httpx.Client) -> None:
    """A player asks for dozens of ranges a minute: the first is kept before it is answered, and no other is written."""
    place.room.people.record_openings = True
    try:
        signed_in(client, "editor")
        written = set[int]()
        for start in range(20):
            answer = client.get(f"/clips/{CLOSED}/film", headers={"range": f"bytes={start}-{start}"})
            assert answer.status_code == 206
            assert client.get(f"/clips/{CLOSED}/sentences", params={"transcript": NAME, "part": 1}).status_code == 200
            written.add(place.room.people.place.stat().st_mtime_ns)
        assert len(written) == 1
        assert [(one.name, one.times) for one in place.room.people.who_opened(CLOSED) if one.name == "editor"] == [
            ("editor", 1)
        ]
    finally:
        place.room.people.record_openings = False


def test_who_takes_a_closed_clips_manifest_is_recorded(place: Place, client: httpx.Client) -> None:
    before = len(list(place.archive.ledger.events.all()))
    assert signed_in(client, "reviewer").get(f"/clips/{CLOSED}/manifest.json").status_code == 200
    (event,) = list(place.archive.ledger.events.all())[before:]
    assert (event.type, event.agent) == (DISSEMINATION, "reviewer")


STRANGE = ("%00", "name%00", "%ed%a0%80", "a" * 5000)
FIELDS = ("q", "language", "source", "entry", "since", "linked", "mark", "upstream", "page")


def test_the_room_over_postgresql(postgresql_server: Postgresql, tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        engines.on(postgresql_server),
        a_room(tmp_path_factory.mktemp("room"), tmp_path_factory.mktemp("films")) as place,
        httpx.Client(base_url=place.address, timeout=30) as client,
    ):
        assert place.archive.ledger.database
        for strange in STRANGE:
            for field in FIELDS:
                assert client.get(f"/find?q=name&{field}={strange}").status_code in (200, 400), (field, strange)
            for path in ("/clips/{}", "/clips/{}/film", "/entries/{}/1", "/entries/victims/{}", "/sources/{}",
                         f"/clips/{OPEN}/cite?start=0&entry={{}}", f"/clips/{OPEN}?transcript={{}}"):  # fmt: skip
                assert client.get(path.format(strange)).status_code == 404, path
        assert client.get(f"/clips/{CLOSED}").status_code == 404
        assert client.get("/entries/victims/2").status_code == 404
        assert client.get("/find.json", params={"q": "name"}).json()["count"] == 2
        assert client.get("/find.json", params={"q": "name", "entry": "2"}).json()["count"] == 0
        for path in (f"/clips/{OPEN}", f"/clips/{OPEN}/film", f"/clips/{OPEN}/manifest.json", "/entries/victims/1",
                     "/sources/voices", f"/clips/{OPEN}/cite?start=0&entry=1"):  # fmt: skip
            assert client.get(path).status_code == 200, path
        signed_in(client, "keeper")
        for path in ("/review", "/state", "/targets/a", f"/clips/{CLOSED}", f"/clips/{OPEN}/correct/{NAME}/1"):
            assert client.get(path).status_code == 200, path
        assert client.get("/find.json", params={"q": "name"}).json()["count"] == 3


def test_a_reason_has_an_end(client: httpx.Client) -> None:
    signed_in(client, "editor")
    page = client.get("/review", params={"clip": OPEN}).text
    form = dict(re.findall(r'<input type="hidden" name="(token|clip|link|digest)" value="([^"]*)"', page))
    form |= {"verdict": "unsure", "why": "w" * 501}
    assert client.post("/review", data=form).status_code == 413
    before = client.get(f"/clips/{OPEN}.json").json()["transcript"]
    form |= {"sha512": before["sha512"], "corrections": "0", "text": "Something else.", "language": "en"}
    assert client.post(f"/clips/{OPEN}/correct/{NAME}/1", data=form).status_code == 413
    assert client.get(f"/clips/{OPEN}.json").json()["transcript"] == before


def test_a_form_that_never_ends_is_not_waited_for(
    place: Place, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sent_forms, "PATIENCE_S", 0.3)
    headers = {"content-type": "application/x-www-form-urlencoded"}

    def slowly() -> Iterator[bytes]:
        for _ in range(30):
            yield b"a"
            time.sleep(0.1)

    answer = client.post("/sign-in", content=slowly(), headers=headers)
    assert answer.status_code == 408
    assert "did not come in time" in answer.text
    assert_safe(answer)


def test_a_store_that_hangs_keeps_nobody_from_reading(
    place: Place, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = Event()

    def hangs(*_: object) -> None:
        over.wait(20)
        raise NotHere("nothing came")

    monkeypatch.setattr(Film, "read", hangs)
    with ThreadPoolExecutor(60) as crowd, httpx.Client(base_url=place.address, timeout=60) as players:
        played = [crowd.submit(players.get, f"/clips/{OPEN}/film") for _ in range(60)]
        time.sleep(1)
        began = time.monotonic()
        for path in ("/", f"/clips/{OPEN}", "/find?q=name"):
            assert client.get(path).status_code == 200
        assert time.monotonic() - began < 5
        assert not any(one.done() for one in played)
        over.set()
        assert {one.result().status_code for one in played} == {404}
