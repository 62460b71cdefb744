"""The page of an entry of a register."""

from starlette.requests import Request
from starlette.responses import Response

from archive.views.entry_page import entry_page
from flows.reading_room.answers import not_there, page, problem
from flows.reading_room.page_parts import CLIPS_BYTES, number_asked, part_of
from flows.reading_room.who_asks import reader_of, room_of


def entry(request: Request) -> Response:
    """Who, as the register says, and every moment that concerns them."""
    room, wanted = room_of(request), request.path_params
    try:
        number = number_asked(request.query_params.get("page")) or 1
    except ValueError:
        return problem(request, 400, "The number of a page is a number.")
    found = entry_page(room.archive, room.registers.entries(), wanted["register"], wanted["number"], reader_of(request))
    if found is None:
        return not_there(request)
    return page(request, "entry.html", found, clips=part_of(found.clips, number, CLIPS_BYTES))
