"""The page of a source: the clips of it that a reader may read."""

from starlette.requests import Request
from starlette.responses import Response

from archive.searching.hits import Asked
from flows.reading_room.answers import not_there, page, problem
from flows.reading_room.pages.finding import A_PAGE, found_for, page_asked


def source(request: Request) -> Response:
    """A source's clips, by their titles."""
    name = request.path_params["name"]
    try:
        number = page_asked(request)
    except ValueError:
        return problem(request, 400, "The number of a page is a number.")
    found = found_for(request, Asked(text="", sources=(name,)), number)
    with_page = f"{request.url.path}?page={{}}".format
    return (
        page(request, "source.html", found, name=name, a_page=A_PAGE, with_page=with_page)
        if found.hits
        else not_there(request)
    )
