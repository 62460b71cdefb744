"""Signing in and out, and the language of the pages."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.people.people import Refused, SlowDown
from flows.reading_room import texts
from flows.reading_room.answers import page
from flows.reading_room.sent_forms import sent
from flows.reading_room.who_asks import address_of, forget, remember, room_of, token_of

A_YEAR = 365 * 24 * 3600
NOT_LET_IN = "This name and this password do not belong together."


def ask(request: Request) -> Response:
    """The form to sign in."""
    return page(request, "sign_in.html", refused="", wait=0)


async def sign_in(request: Request) -> Response:
    """Begin a visit with a name and a password."""
    form, room = await sent(request), room_of(request)
    try:
        visit = await run_in_threadpool(
            room.people.sign_in,
            form.get("name", ""),
            form.get("password", ""),
            address=address_of(request),
            now=room.archive.clock(),
        )
    except SlowDown as error:
        response = page(request, "sign_in.html", status=429, refused="", wait=error.seconds)
        response.headers["retry-after"] = str(error.seconds)
        return response
    except Refused:
        return page(request, "sign_in.html", status=403, refused=NOT_LET_IN, wait=0)
    response = RedirectResponse(_back(form.get("back", "/")), 303)
    remember(request, response, visit.token, int((visit.ends - room.archive.clock()).total_seconds()))
    return response


async def sign_out(request: Request) -> Response:
    """End the visit."""
    await sent(request)
    await run_in_threadpool(room_of(request).people.sign_out, token_of(request))
    response = RedirectResponse("/", 303)
    forget(request, response)
    return response


async def language(request: Request) -> Response:
    """Choose the language of the pages."""
    form = await sent(request)
    response = RedirectResponse(_back(form.get("back", "/")), 303)
    if form.get("language") in texts.SPOKEN:
        response.set_cookie(texts.COOKIE, form["language"], max_age=A_YEAR, samesite="strict", httponly=True)
    return response


def _back(path: str) -> str:
    """Where a form was sent from, if that is a page of the room: never another site's address."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/"
