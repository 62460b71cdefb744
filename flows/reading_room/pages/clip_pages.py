"""The page of a clip, and its transcripts as files."""

from typing import get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.acts.access import give_access
from archive.records.clip import Access
from archive.texts.shown import shown
from archive.views.clip_page import clip_page, may_read
from archive.views.transcript_view import Format, written
from flows.reading_room.answers import for_other_sites, not_there, opened, page, taken_out
from flows.reading_room.pages.film_pages import film_on_page
from flows.reading_room.sent_forms import sent_by_reader
from flows.reading_room.who_asks import reader_of, room_of

LEVELS: dict[str, Access] = {level: level for level in get_args(Access)}
TYPES = {"vtt": "text/vtt", "srt": "application/x-subrip", "txt": "text/plain", "json": "application/json"}


def clip(request: Request) -> Response:
    """A clip: its film with the transcript following, and all that is known of it."""
    asked, room = request.query_params, room_of(request)
    found = clip_page(
        room.archive,
        request.path_params["clip"],
        reader_of(request),
        transcript=asked.get("transcript") or None,
        beside=asked.get("beside") or None,
    )
    if found is None:
        return not_there(request)
    recorded = opened(request, found.clip)
    film = film_on_page(request, found.clip, doubted=bool(found.transcript and found.transcript.clock_doubts))
    return page(
        request,
        "clip.html",
        found,
        film=film,
        recorded=recorded,
        levels=tuple(LEVELS),
        openings=room.people.who_opened(found.clip) if reader_of(request).may("see who opened what") else [],
    )


async def access(request: Request) -> Response:
    """Open or close a clip, as its keeper says."""
    form = await sent_by_reader(request, "open and close")
    reader, clip = reader_of(request), request.path_params["clip"]
    level, archive = LEVELS.get(form.get("level", "")), room_of(request).archive
    if level is None or not may_read(archive, clip, reader):
        return not_there(request)
    await run_in_threadpool(give_access, archive, clip, level, by=reader.name or "")
    return RedirectResponse(f"/clips/{clip}", 303)


def transcript(request: Request) -> Response:
    """A transcript as corrected, as a file in a form that other programs read."""
    archive, wanted = room_of(request).archive, request.path_params
    if wanted["form"] not in get_args(Format) or not may_read(archive, wanted["clip"], reader_of(request)):
        return not_there(request)
    for one in shown(archive, wanted["clip"]):
        if one.ref.name == wanted["name"]:
            name = f"{wanted['clip']}.{wanted['name']}.{wanted['form']}"
            taken_out(request, wanted["clip"], "transcript")
            return for_other_sites(
                request,
                wanted["clip"],
                Response(
                    written(one, wanted["clip"], wanted["form"]),
                    media_type=TYPES[wanted["form"]],
                    headers={"content-disposition": f'attachment; filename="{name}"'},
                ),
            )
    return not_there(request)
