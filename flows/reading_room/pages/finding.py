"""Finding: one box over everything, and what was found, each with its second and why it is there."""

from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from archive.searching.asked import Asked
from flows.reading_room.answers import page, problem
from flows.reading_room.who_asks import reader_of, room_of

A_PAGE = 20
PAGES_AT_MOST = 50


def find(request: Request) -> Response:
    """What is found for the words and the filters of the address, a page of it."""
    asked, reader, index = request.query_params, reader_of(request), room_of(request).index
    try:
        number = min(max(1, int(asked.get("page", "1"))), PAGES_AT_MOST)
        wanted = Asked(
            text=asked.get("q", ""),
            languages=tuple(filter(None, asked.getlist("language"))),
            sources=tuple(filter(None, asked.getlist("source"))),
            since=_day(asked.get("since")),
            until=_day(asked.get("until")),
            entry=asked.get("entry") or None,
        )
    except ValueError:
        return problem(request, 400, "One of the filters is not as the page makes it: a day is written 2018-03-31.")
    found = index.search(
        wanted,
        reader.levels,
        proposals=reader.may("see proposals"),
        limit=A_PAGE,
        offset=(number - 1) * A_PAGE,
    )
    return page(
        request,
        "find.html",
        found,
        wanted=wanted,
        number=number,
        a_page=A_PAGE,
        with_page=lambda other: (
            "/find?" + urlencode([*(pair for pair in asked.multi_items() if pair[0] != "page"), ("page", other)])
        ),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
