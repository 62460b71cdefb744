"""The page of a source: the clips of it that a reader may read."""

from starlette.requests import Request
from starlette.responses import Response

from archive.searching.asked import Asked
from flows.reading_room.answers import not_there, page
from flows.reading_room.pages.finding import A_PAGE
from flows.reading_room.who_asks import reader_of, room_of


def source(request: Request) -> Response:
    """A source's clips, the newest first."""
    name, reader, index = request.path_params["name"], reader_of(request), room_of(request).index
    found = index.search(Asked(text="", sources=(name,)), reader.levels, proposals=False, limit=A_PAGE)
    return page(request, "source.html", found, name=name) if found.hits else not_there(request)
