"""The page of an entry of a register."""

from starlette.requests import Request
from starlette.responses import Response

from archive.views.entry_page import entry_page
from flows.reading_room.answers import not_there, page
from flows.reading_room.who_asks import reader_of, room_of


def entry(request: Request) -> Response:
    """Who, as the register says, and every moment that concerns them."""
    room, wanted = room_of(request), request.path_params
    found = entry_page(room.archive, room.registers.entries(), wanted["register"], wanted["number"], reader_of(request))
    return page(request, "entry.html", found) if found else not_there(request)
