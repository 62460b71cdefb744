"""Finding: one box over everything, and what was found, each with its second and why it is there."""

from dataclasses import asdict
from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from archive.people.reader_roles import Reader
from archive.records.record import Record
from archive.searching.hits import Asked, Hit
from archive.views.clip_page import may_read
from archive.views.entry_page import entry_page
from flows.reading_room.answers import page, problem
from flows.reading_room.room import Room
from flows.reading_room.who_asks import reader_of, room_of
from transcription.records import MARKS

A_PAGE = 20
PAGES_AT_MOST = 50
LETTERS_AT_MOST = 200


class FoundOnPage(Record):
    """A page of what was found: `count` in all, a lower bound where there is `more`.

    `understood` is the question as it was read, `faults` what of it was left out.
    """

    hits: tuple[Hit, ...]
    count: int
    more: bool
    understood: str
    faults: tuple[str, ...]
    page: int


def find(request: Request) -> Response:
    """What is found for the words and the filters of the address, a page of it."""
    asked = request.query_params
    try:
        wanted = Asked(
            text=asked.get("q", "")[:LETTERS_AT_MOST],
            languages=tuple(filter(None, asked.getlist("language"))),
            sources=tuple(filter(None, asked.getlist("source"))),
            since=_day(asked.get("since")),
            until=_day(asked.get("until")),
            entry=asked.get("entry") or None,
            linked=_flag(asked.get("linked")),
            marks=tuple(filter(None, asked.getlist("mark"))),
            upstream=_flag(asked.get("upstream")),
        )
        number = page_asked(request)
    except ValueError:
        return problem(request, 400, "One of the filters is not as the page makes it: a day is written 2018-03-31.")
    found = found_for(request, wanted, number)
    rest = [pair for pair in asked.multi_items() if pair[0] != "page"]
    return page(
        request,
        "find.html",
        found,
        wanted=wanted,
        a_page=A_PAGE,
        marks=MARKS,
        with_page=lambda other: f"/find?{urlencode([*rest, ('page', other)])}",
    )


def page_asked(request: Request) -> int:
    """The number of the page that is asked for. Raises ValueError for what is none."""
    return min(max(1, int(request.query_params.get("page") or 1)), PAGES_AT_MOST)


def found_for(request: Request, wanted: Asked, number: int) -> FoundOnPage:
    """A page of what is found for who asks."""
    reader = reader_of(request)
    room = room_of(request)
    found = room.index.search(
        wanted,
        reader.levels,
        proposals=reader.may("see proposals"),
        entries=reader.may("see all entries"),
        limit=A_PAGE,
        offset=(number - 1) * A_PAGE,
    )
    hits = [hit for hit in found.hits if _is_open(room, hit, reader)]  # the index comes a moment after the ledger
    closed = len(found.hits) - len(hits)
    return FoundOnPage.model_validate(
        {**asdict(found), "hits": [asdict(hit) for hit in hits], "count": found.count - closed, "page": number}
    )


def _is_open(room: Room, hit: Hit, reader: Reader) -> bool:
    """Whether a reader may see what was hit, by the ledger as it is now."""
    if hit.kind != "entry":
        return may_read(room.archive, hit.clip, reader)
    register, number = hit.transcript or "", hit.title or ""
    return reader.may("see all entries") or entry_page(room.archive, {}, register, number, reader) is not None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _flag(text: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(text or "")
