"""The reading room over http: what each may see, and what is kept from whom."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from archive.citing.citation import read_citation
from archive.people.reader_roles import ROLES, Role
from archive.preservation.space import discard
from archive.records.event import DISSEMINATION
from archive.records.object_ids import ObjectId
from archive.settings.settings import Settings
from archive.texts.in_force import access_now
from flows.reading_room.room_app import stores
from flows.reading_room.room_headers import policy
from storage.targets.s3.settings import S3Settings
from tests.support.rooms import ATTACK, CLOSED, HOSTILE, NAME, OPEN, PASSWORD, SECRET, Place, a_room


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_room(tmp_path_factory.mktemp("room"), tmp_path_factory.mktemp("films")) as found:
        yield found


CLIENTS = list[httpx.Client]()


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while CLIENTS:
        CLIENTS.pop().close()


def token_of(client: httpx.Client) -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get("/").text)
    return found[1] if found else ""


def signed_in(place: Place, role: Role) -> httpx.Client:
    client = httpx.Client(base_url=place.address, timeout=30)
    CLIENTS.append(client)
    if role != "visitor":
        form = {"name": role, "password": PASSWORD, "token": token_of(client)}
        answer = client.post("/sign-in", data=form)
        assert answer.status_code == 303, answer.text
    return client


PAGES = (
    "/", "/find?q=name", "/find.json?q=name", "/sign-in", f"/clips/{OPEN}", f"/clips/{OPEN}.json",
    f"/clips/{OPEN}/transcripts/{NAME}.vtt", f"/clips/{OPEN}/cite?start=1.2", f"/clips/{OPEN}/cite.bib?start=1.2",
    f"/clips/{OPEN}/manifest.json", f"/clips/{OPEN}/ohms.xml", f"/clips/{OPEN}/sentences?transcript={NAME}",
    f"/clips/{OPEN}/captions/{NAME}.vtt", f"/clips/{OPEN}/annotations/{NAME}.json",
    f"/clips/{OPEN}/ohms.xml?transcript={NAME}",
    "/entries/victims/1", "/entries/victims/1.json",
    "/static/room.css",
)  # fmt: skip
CLOSED_PAGES = (
    f"/clips/{CLOSED}", f"/clips/{CLOSED}.json", f"/clips/{CLOSED}/film", f"/clips/{CLOSED}/derivative",
    f"/clips/{CLOSED}/derivative.json", f"/clips/{CLOSED}/transcripts/{NAME}.vtt", f"/clips/{CLOSED}?transcript={NAME}",
    f"/clips/{CLOSED}/cite?start=1", f"/clips/{CLOSED}/cite.txt?start=1", f"/clips/{CLOSED}/manifest.json",
    f"/clips/{CLOSED}/ohms.xml", f"/clips/{CLOSED}?at=1", f"/clips/{CLOSED}/sentences?transcript={NAME}&part=1",
    f"/clips/{CLOSED}/film.mp4", f"/clips/{CLOSED}/derivative.mp4", f"/clips/{CLOSED}/captions/{NAME}.vtt",
    f"/clips/{CLOSED}/annotations/{NAME}.json",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_what_is_open_is_for_everybody_and_safe_in_a_browser(place: Place, path: str) -> None:
    answer = signed_in(place, "visitor").get(path)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == policy()
    assert answer.headers["x-content-type-options"] == "nosniff"
    kept = "public, max-age=31536000, immutable" if path.startswith("/static") else "no-store"
    assert answer.headers["cache-control"] == kept
    if answer.headers["content-type"].startswith("text/html"):
        assert not re.search(r"<script(?! src=\"/static/)|\sstyle=|\son[a-z]+=[\"']|javascript:", answer.text)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", CLOSED_PAGES)
def test_a_closed_clip_is_as_one_that_there_is_not(place: Place, role: Role, path: str) -> None:
    client = signed_in(place, role)
    answer, nowhere = client.get(path), client.get(path.replace(CLOSED, "peertube-nobody"))
    if role in ("visitor", "reader"):
        assert (answer.status_code, answer.text) == (404, nowhere.text.replace("peertube-nobody", CLOSED))
        assert SECRET not in answer.text
    else:
        assert answer.status_code in (200, 206, 503), answer.text
        assert nowhere.status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_links_that_nobody_judged_are_the_reviewers_alone(place: Place, role: Role) -> None:
    found = signed_in(place, role).get(f"/clips/{OPEN}.json").json()
    judged = [(link["entry"], link["judgement"]) for link in found["links"]]
    assert judged == ([("1", "positive")] if role in ("visitor", "reader") else [("1", "positive"), ("2", None)])
    assert bool(found["copies"]) == (role != "visitor")
    assert all(bool(link["judged"]) == (role != "visitor") for link in found["links"] if link["judgement"])


@pytest.mark.parametrize("role", ROLES)
def test_an_entry_is_for_visitors_only_where_an_open_clip_concerns_it(place: Place, role: Role) -> None:
    client = signed_in(place, role)
    assert client.get("/entries/victims/2").status_code == (404 if role == "visitor" else 200)
    clips = [one["clip"] for one in client.get("/entries/victims/1.json").json()["clips"]]
    hidden = [CLOSED] if role not in ("visitor", "reader") else []
    assert clips == sorted([OPEN, HOSTILE, *hidden])
    assert client.get("/entries/victims/3").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_what_is_closed_is_in_no_result_and_in_no_count(place: Place, role: Role) -> None:
    client, sees = signed_in(place, role), role not in ("visitor", "reader")
    found = client.get("/find.json", params={"q": SECRET}).json()
    assert found["count"] == len(found["hits"]) == (5 if sees else 0)
    assert client.get("/find.json", params={"q": "name"}).json()["count"] == (3 if sees else 2)
    assert client.get("/find.json", params={"q": "ағам", "source": "voices"}).json()["count"] == (3 if sees else 2)
    listed = client.get("/sources/voices.json").json()
    assert (listed["count"], CLOSED in [one["clip"] for one in listed["clips"]]) == ((3, True) if sees else (2, False))
    assert client.get("/sources/nowhere").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_entries_are_found_as_they_may_be_seen(place: Place, role: Role) -> None:
    client = signed_in(place, role)
    for name, seen in (("Madeup", True), ("Invented", role != "visitor")):
        hits = client.get("/find.json", params={"q": name}).json()["hits"]
        assert [hit["title"] for hit in hits if hit["kind"] == "entry"] == (
            [{"Madeup": "1", "Invented": "2"}[name]] if seen else []
        )
    assert 'href="/entries/victims/1"' in client.get("/find", params={"q": "Madeup"}).text


def test_filters_narrow_what_is_found(place: Place) -> None:
    client = signed_in(place, "visitor")

    def count(**filters: str) -> int:
        found: int = client.get("/find.json", params={"q": "ағам", **filters}).json()["count"]
        return found

    assert count() == count(mark="low_confidence") == count(language="kk") == count(source="voices") == 2
    assert count(mark="loop") == count(language="en") == count(source="others") == count(linked="no") == 0
    assert count(linked="yes") == count(entry="1") == 2
    assert count(since="2018-03-31") == count(until="2018-03-31") == 2
    assert count(since="2018-04-01") == count(until="2018-03-30") == 0


QUESTIONS = ("", " ", "%00", '"', "*", "-", "AND OR NOT", "a" * 5000, "\u202e", "'; DROP TABLE", "NEAR(a b)", "沙", "و")


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_that_is_typed_is_an_error(place: Place, question: str) -> None:
    assert signed_in(place, "visitor").get("/find", params={"q": question}).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_the_state_of_the_archive_is_for_those_who_see_all_of_it(place: Place, role: Role) -> None:
    expected = 404 if role in ("visitor", "reader") else 200
    assert signed_in(place, role).get("/state").status_code == expected
    assert signed_in(place, role).get("/targets/a").status_code == expected
    assert signed_in(place, role).get("/targets/nowhere").status_code == 404
    assert signed_in(place, role).get("/review").status_code == expected


def test_the_state_has_counts_and_curves_of_the_reports(place: Place) -> None:
    client = signed_in(place, "keeper")
    found = client.get("/state.json").json()
    assert found["status"]["clips"]["held"] == 3
    assert [point["count"] for point in found["curves"]["held"]] == [3]
    assert client.get("/state").text.count("<svg ") == 7
    assert client.get("/targets/a.json").json()["counts"]["copies"] == 3


def test_titles_that_attack_stay_text(place: Place) -> None:
    client = signed_in(place, "keeper")
    for path in (f"/clips/{HOSTILE}", "/entries/victims/1", "/review"):
        text = client.get(path).text
        assert "<img src=x" not in text
        assert "<script>document" not in text
    assert client.get(f"/clips/{HOSTILE}.json").json()["title"] == ATTACK


FORMS = ("txt", "csl.json", "bib", "ris", "citation.json")


@pytest.mark.parametrize("form", FORMS)
def test_a_citation_is_given_in_each_form(place: Place, form: str) -> None:
    client = signed_in(place, "visitor")
    answer = client.get(f"/clips/{OPEN}/cite.{form}?start=0&end=1&transcript={NAME}")
    assert answer.status_code == 200
    assert f"{place.address}/clips/{OPEN}#t=0" in answer.text.replace("\\#", "#")
    if form in ("csl.json", "citation.json"):
        citation = read_citation(answer.content)
        assert citation.words
        assert citation.words.text == "My name is not a real one."
    assert client.get(f"/clips/{OPEN}/cite.{form}?start=nan").status_code in (400, 404)
    assert client.get(f"/clips/{OPEN}/cite.{form}?start=99").status_code == 404
    assert client.get(f"/clips/{OPEN}/cite.{form}").status_code == 400


def test_only_stores_that_lend_addresses_may_give_a_page_its_film() -> None:
    lent = S3Settings(endpoint="https://s3.example.org/", bucket="testimony", presigned=True)
    kept = S3Settings(endpoint="https://other.example.org", bucket="testimony")
    settings = Settings(name="made-up", minimum_copies=2, targets={"lent": lent, "kept": kept})
    assert stores(settings) == ["https://s3.example.org"]
    assert "media-src 'self' https://s3.example.org;" in policy(stores(settings))


def test_players_of_other_sites_may_have_what_is_open_and_nothing_else(place: Place) -> None:
    keeper = signed_in(place, "keeper")
    words = (f"transcripts/{NAME}.vtt", f"captions/{NAME}.vtt", f"annotations/{NAME}.json")
    for path in ("manifest.json", "film", "film.mp4", "ohms.xml", *words):
        assert keeper.get(f"/clips/{OPEN}/{path}").headers["access-control-allow-origin"] == "*"
        closed = keeper.get(f"/clips/{CLOSED}/{path}")
        assert closed.status_code == 200
        assert "access-control-allow-origin" not in closed.headers
        assert closed.headers["cross-origin-resource-policy"] == "same-origin"


def test_players_of_other_sites_follow_to_where_a_store_lends_an_address(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser asks what leads elsewhere too whether other sites may have it (Fetch, 4.3 and 4.4)."""
    discard(place.archive, ObjectId.evidence_of(HOSTILE))
    for target in place.archive.targets.values():
        monkeypatch.setattr(target, "lent", lambda key, seconds: f"https://store.example.org/{key}", raising=False)
    answer = signed_in(place, "visitor").get(f"/clips/{HOSTILE}/film")
    assert (answer.status_code, answer.headers["location"][:26]) == (307, "https://store.example.org/")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_who_takes_words_of_a_closed_clip_out_is_recorded(place: Place) -> None:
    reviewer = signed_in(place, "reviewer")
    before = len(list(place.archive.ledger.events.all()))
    reviewer.get(f"/clips/{OPEN}/transcripts/{NAME}.vtt")
    assert len(list(place.archive.ledger.events.all())) == before
    words = (f"transcripts/{NAME}.txt", f"captions/{NAME}.vtt", f"annotations/{NAME}.json")
    for path in (*words, "cite.bib?start=1", "sidecar.json", "ohms.xml"):
        assert reviewer.get(f"/clips/{CLOSED}/{path}").status_code == 200
    told = list(place.archive.ledger.events.all())[before:]
    assert [(event.type, event.agent, event.object) for event in told] == [
        (DISSEMINATION, "reviewer", f"work-{CLOSED}")
    ] * 6


@pytest.mark.parametrize("path", ["film.avi", "film.", "captions/other.vtt", "annotations/other.json",
                                  "ohms.xml?transcript=other"])  # fmt: skip
def test_what_a_clip_does_not_have_is_not_there(place: Place, path: str) -> None:
    assert signed_in(place, "keeper").get(f"/clips/{OPEN}/{path}").status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_a_manifest_leads_nobody_to_what_is_not_for_them(place: Place, role: Role) -> None:
    client = signed_in(place, role)
    made = client.get(f"/clips/{OPEN}/manifest.json").json()
    named = [one["id"] for one in (*made["seeAlso"], *made["rendering"], *made["homepage"])]
    named += [one["body"]["id"] for one in made["items"][0]["annotations"][0]["items"]]
    assert len(named) == (5 if role in ("visitor", "reader") else 6)
    assert [client.get(address).status_code for address in named] == [200] * len(named)


@pytest.mark.parametrize("role", ROLES)
def test_only_a_keeper_opens_and_closes_and_what_is_closed_is_closed_at_once(place: Place, role: Role) -> None:
    client, visitor, path = signed_in(place, role), signed_in(place, "visitor"), f"/clips/{HOSTILE}/access"

    def put(level: str) -> int:
        return client.post(path, data={"level": level, "token": token_of(client)}).status_code

    if role != "keeper":
        assert put("restricted") == 404
        assert visitor.get(f"/clips/{HOSTILE}").status_code == 200
        return
    for level, seen in (("restricted", 404), ("readers", 404), ("public", 200)):
        assert put(level) == 303
        assert visitor.get(f"/clips/{HOSTILE}").status_code == seen
        assert signed_in(place, "reader").get(f"/clips/{HOSTILE}").status_code == (
            404 if level == "restricted" else 200
        )
        place.room.index.catch_up(place.archive)
        hits = visitor.get("/find.json", params={"q": "name"}).json()["hits"]
        assert (HOSTILE in [hit["clip"] for hit in hits]) == (seen == 200)
    assert put("everybody") == 404
    assert access_now(place.archive, HOSTILE).by == "keeper"


def test_the_keeper_sees_who_opened_what_is_closed(place: Place) -> None:
    place.room.people.record_openings = True
    try:
        assert "That you opened this clip is recorded." in signed_in(place, "editor").get(f"/clips/{CLOSED}").text
        assert "is recorded" not in signed_in(place, "editor").get(f"/clips/{OPEN}").text
        assert "editor, " in signed_in(place, "keeper").get(f"/clips/{CLOSED}").text
        assert "Who may read it" not in signed_in(place, "editor").get(f"/clips/{CLOSED}").text
    finally:
        place.room.people.record_openings = False


def test_a_film_comes_by_range_with_a_strong_validator(place: Place) -> None:
    client = signed_in(place, "visitor")
    whole = client.get(f"/clips/{OPEN}/film")
    part = client.get(f"/clips/{OPEN}/film", headers={"range": "bytes=100-199"})
    assert (whole.status_code, part.status_code) == (200, 206)
    assert part.content == whole.content[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    assert part.headers["etag"] == whole.headers["etag"]
    assert client.get(f"/clips/{OPEN}/film", headers={"range": "bytes=99999999-"}).status_code == 416
    head = client.head(f"/clips/{OPEN}/film")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(whole.content)), b"")


def test_a_forged_host_and_another_sites_form_are_refused(place: Place) -> None:
    client = signed_in(place, "keeper")
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    form = {"name": "keeper", "password": PASSWORD, "token": token_of(client)}
    assert client.post("/sign-in", data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/sign-in", json=form).status_code == 415
    assert client.post("/sign-in", data={"name": "x" * 100_000}).status_code == 413
    assert client.post("/sign-out", data={"token": "forged"}).status_code == 403
    assert client.get("/review").status_code == 200, "still signed in"


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_no_form_leads_to_another_site(place: Place, back: str) -> None:
    client = signed_in(place, "visitor")
    answer = client.post("/language", data={"language": "ru", "back": back, "token": token_of(client)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_whoever_signs_out_is_a_visitor_again(place: Place) -> None:
    client = signed_in(place, "reviewer")
    assert client.post("/sign-out", data={"token": token_of(client)}).status_code == 303
    assert client.get("/review").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/clips/../../etc/passwd", "/static/../room.py", "/static/%2e%2e/room.py", "/entries/victims/%00", "/clips/%ff"],
)
def test_no_path_leads_out(place: Place, path: str) -> None:
    answer = signed_in(place, "keeper").get(path)
    assert answer.status_code in (400, 404)
    assert "Traceback" not in answer.text


def test_texts_come_in_the_language_that_was_asked_for(place: Place) -> None:
    client = signed_in(place, "visitor")
    assert '<html lang="en">' in client.get("/", headers={"accept-language": "kk, en;q=0.5"}).text
    russian = client.get("/", headers={"accept-language": "ru-RU,ru;q=0.9,en;q=0.5"}).text
    assert '<html lang="ru">' in russian
    assert "Найти" in russian


FORM = {"text": "Мой новый текст.", "language": "ru", "corrections": "0", "start": "1.0"}


@pytest.mark.parametrize("role", ROLES)
def test_only_an_editor_corrects(place: Place, role: Role) -> None:
    client = signed_in(place, role)
    path = f"/clips/{HOSTILE}/correct/{NAME}/2"
    shown = client.get(path)
    assert shown.status_code == (200 if role in ("editor", "keeper") else 404)
    before = client.get(f"/clips/{HOSTILE}.json").json()["transcript"]
    form = FORM | {"token": token_of(client), "sha512": before["sha512"], "text": f"Text of {role}."}
    form["corrections"] = str(before["corrections"])
    answer = client.post(path, data=form)
    after = client.get(f"/clips/{HOSTILE}.json").json()["transcript"]["sentences"][1]
    if role in ("editor", "keeper"):
        assert answer.headers["location"] == f"/clips/{HOSTILE}?transcript={NAME}&at=1.0#t=1.0"
        assert (after["text"], after["language"], after["by"]) == (f"Text of {role}.", "ru", role)
        assert client.post(path, data=form | {"token": "forged"}).status_code == 403
        other = signed_in(place, "keeper" if role == "editor" else "editor")
        late = form | {"text": "Somebody else saw the same.", "token": token_of(other)}
        assert other.post(path, data=late).status_code == 409
        assert client.get(f"/clips/{HOSTILE}.json").json()["transcript"]["sentences"][1] == after
        assert client.post(path, data=form | {"sha512": "0" * 128}).status_code == 409
        assert client.post(path, data=form | {"language": "qq"}).status_code == 400
    else:
        assert answer.status_code == 404
        assert after["text"] == before["sentences"][1]["text"]


def test_a_film_whose_seconds_are_in_doubt_plays_while_its_light_copy_is_made(tmp_path: Path) -> None:
    with a_room(tmp_path / "room", tmp_path) as place, httpx.Client(base_url=place.address, timeout=30) as client:
        ((ref, body),) = place.archive.ledger.readings.transcripts(OPEN)
        doubted = ref.model_copy(update={"name": "doubted", "clock_doubts": ("no_index",)})
        place.archive.ledger.readings.add_transcript(OPEN, doubted, body, event=None)
        path = f"/clips/{OPEN}?transcript=doubted"
        assert f'src="/clips/{OPEN}/film"' in client.get(path).text
        for _ in range(200):
            if client.get(f"/clips/{OPEN}/derivative.json").status_code == 200:
                break
            time.sleep(0.1)
        text = client.get(path).text
        assert f'src="/clips/{OPEN}/derivative"' in text
        assert "not the original" in text
        assert f'src="/clips/{OPEN}/film"' in client.get(f"/clips/{OPEN}?transcript={NAME}").text
