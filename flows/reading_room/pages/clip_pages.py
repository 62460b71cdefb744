"""The page of a clip, a part of its transcript a page, and its transcripts as files."""

from collections.abc import Callable
from typing import get_args
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.acts.access import give_access
from archive.records.clip import Access
from archive.texts.shown import shown
from archive.views.clip_page import clip_page, may_read, transcript_for
from archive.views.transcript_view import Format, written
from flows.reading_room.answers import for_other_sites, not_there, opened, page, problem, taken_out
from flows.reading_room.page_parts import (
    LINKS_BYTES,
    WORDS_AT_MOST,
    number_asked,
    part_of,
    second_asked,
    sentences_on_page,
)
from flows.reading_room.pages.film_pages import film_on_page
from flows.reading_room.sent_forms import sent_by_reader
from flows.reading_room.who_asks import reader_of, room_of

LEVELS: dict[str, Access] = {level: level for level in get_args(Access)}
PARTS = ("part", "beside_part")
"""What names the part of a transcript that is asked for, and of the one beside it."""

ASKED = ("transcript", "beside", *PARTS, "links", "within", "film")
"""What a reader asks of a clip's page, and what a link to another part of it keeps."""

NO_PART = "The number of a part is a number, and a moment is written in seconds, such as 83.5."
TYPES = {"vtt": "text/vtt", "srt": "application/x-subrip", "txt": "text/plain", "json": "application/json"}


def clip(request: Request) -> Response:
    """A clip: its film with a part of the transcript following, and all that is known of it."""
    asked, room = request.query_params, room_of(request)
    try:
        links, at = number_asked(asked.get("links")) or 1, second_asked(asked.get("at"))
        numbers = [number_asked(asked.get(name)) for name in PARTS]
    except ValueError:
        return problem(request, 400, NO_PART)
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
    read = [one for one in (found.transcript, found.beside) if one]
    return page(
        request,
        "clip.html",
        found,
        film=film.beginning(at),
        texts=[
            sentences_on_page(one, part=number, at=at, within=_within(request), columns=len(read))
            for one, number in zip(read, numbers, strict=False)
        ],
        links=part_of(found.links, links, LINKS_BYTES),
        within=_within(request),
        with_other=_with_other(request, transcript=found.transcript.name if found.transcript else None),
        recorded=recorded,
        levels=tuple(LEVELS),
        openings=room.people.who_opened(found.clip) if reader_of(request).may("see who opened what") else [],
    )


def sentences(request: Request) -> Response:
    """A part of a clip's transcript as its page has it, for a page that brings more of it as its reader goes on."""
    asked, room, clip = request.query_params, room_of(request), request.path_params["clip"]
    which = PARTS[asked.get("of") == "beside"]
    try:
        number = number_asked(asked.get(which))
    except ValueError:
        return problem(request, 400, NO_PART)
    name = asked.get("beside" if which == "beside_part" else "transcript")
    found = transcript_for(room.archive, clip, reader_of(request), name or "")
    if found is None:
        return not_there(request)
    opened(request, clip, part=True)
    columns = 2 if asked.get("beside") else 1
    text = sentences_on_page(found, part=number, at=None, within=_within(request), columns=columns)
    return page(request, "part.html", text=text, which=which, clip=clip, with_other=_with_other(request))


def _within(request: Request) -> str:
    return request.query_params.get("within", "").strip()[:WORDS_AT_MOST]


def _with_other(request: Request, **named: str | None) -> Callable[..., str]:
    """Makes the address of the same page with other things asked of it, and all else as it was asked."""
    asked: dict[str, object] = {name: request.query_params.get(name) or None for name in ASKED}
    asked |= named

    def address(**other: object) -> str:
        rest = {name: value for name, value in {**asked, **other}.items() if value is not None}
        return f"?{urlencode(rest)}"

    return address


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
