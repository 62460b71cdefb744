"""The page of a source: the clips of it that a reader may read."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from archive.records.record import Record
from archive.searching.hits import ListedClip
from archive.views.clip_page import may_read
from flows.reading_room.answers import not_there, page, problem
from flows.reading_room.pages.finding import A_PAGE, page_asked
from flows.reading_room.who_asks import reader_of, room_of


class SourcePage(Record):
    """A page of a source's clips, the newest first; `count` of all of them."""

    source: str
    clips: tuple[ListedClip, ...]
    count: int
    page: int


def source(request: Request) -> Response:
    """A source's clips, the newest first."""
    name, reader = request.path_params["name"], reader_of(request)
    try:
        number = page_asked(request)
    except ValueError:
        return problem(request, 400, "The number of a page is a number.")
    room = room_of(request)
    listed, count = room.index.clips(reader.levels, name, limit=A_PAGE, offset=(number - 1) * A_PAGE)
    clips = [one for one in listed if may_read(room.archive, one.clip, reader)]  # as in `found_for`
    if not clips:
        return not_there(request)
    found = SourcePage.model_validate(
        {
            "source": name,
            "clips": [asdict(one) for one in clips],
            "count": count - len(listed) + len(clips),
            "page": number,
        }
    )
    with_page = f"{request.url.path}?page={{}}".format
    return page(request, "source.html", found, a_page=A_PAGE, with_page=with_page)
