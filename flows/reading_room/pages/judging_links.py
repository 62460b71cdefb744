"""Judging: what waits for a reviewer, one proposal a page, with the moment, the evidence and the candidates."""

from typing import get_args
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.acts.judging import judge, take_back
from archive.errors import ChangedMeanwhile
from archive.linking.deciding.review_queue import Wanted, proposal_digest
from archive.records.link import Verdict
from archive.views.review_page import ReviewPage, review_page
from flows.reading_room.answers import not_there, opened, page, problem
from flows.reading_room.page_parts import second_asked
from flows.reading_room.pages.film_pages import film_on_page
from flows.reading_room.sent_forms import REASON_AT_MOST, TOO_LONG, sent_by_reader
from flows.reading_room.who_asks import reader_of, room_of

SKIPPED_AT_MOST = 100
VERDICTS: dict[str, Verdict] = {verdict: verdict for verdict in get_args(Verdict)}
CHANGED = "It was proposed anew since you saw it, so nothing was kept. Look again."


def review(request: Request) -> Response:
    """The next proposal that waits for who asks."""
    reader, room = reader_of(request), room_of(request)
    if not reader.may("judge") or reader.name is None:
        return not_there(request)
    skipped, last = _skipped(request.query_params.get("skipped", "")), request.query_params.get("last", "")[:32]
    one, left = room.sittings.next(reader.name, _wanted(request), skipped)
    if one is None:
        return page(request, "reviewed.html", left=left, again=_address(request, skipped=[]), undo=last)
    shown = review_page(room.archive, one, room.registers.entries(), reader, left)
    return page(
        request,
        "review.html",
        shown,
        film=film_on_page(request, one.link.clip).beginning(_first_moment(request, shown)),
        here=urlencode({name: value for name, value in request.query_params.items() if name != "at"}),
        recorded=opened(request, one.link.clip),
        skip=_address(request, skipped=[*skipped, one.link.id]),
        undo=last,
    )


async def verdict(request: Request) -> Response:
    """Keep a verdict on the proposal as it was seen, and go on to the next."""
    form, reader, room = await sent_by_reader(request, "judge"), reader_of(request), room_of(request)
    clip, link, decision = form.get("clip", ""), form.get("link", ""), VERDICTS.get(form.get("verdict", ""))

    def keep() -> Response:
        links = {one.id: one for one in room.archive.ledger.readings.links(clip)}
        if decision is None or link not in links:
            return not_there(request)
        if len(form.get("why", "")) > REASON_AT_MOST:
            return problem(request, 413, TOO_LONG)
        if proposal_digest(links[link]) != form.get("digest"):
            return problem(request, 409, CHANGED)
        try:
            judge(room.archive, links[link], decision, by=reader.name or "", why=form.get("why", "").strip() or None)
        except ChangedMeanwhile:
            return problem(request, 409, CHANGED)
        return RedirectResponse(_address(request, last=link), 303)

    return await run_in_threadpool(keep)


async def undo(request: Request) -> Response:
    """Take back the newest verdict of who asks on a link."""
    form, reader, room = await sent_by_reader(request, "judge"), reader_of(request), room_of(request)

    def take() -> Response:
        readings = room.archive.ledger.readings
        given = [one for one in readings.judgements(link=form.get("link", "")) if one.by == reader.name]
        newest = max(given, key=lambda one: one.at, default=None)
        if newest is None or newest.verdict == "withdrawn":
            return problem(request, 409, "There is nothing of yours to take back here.")
        clip = next(one.clip for one in readings.judged_links() if one.id == newest.link)
        take_back(room.archive, clip, newest)
        room.sittings.begin_again(reader.name or "")
        return RedirectResponse(_address(request), 303)

    return await run_in_threadpool(take)


def _first_moment(request: Request, shown: ReviewPage) -> float | None:
    """The moment that is asked for, else that of the first words."""
    try:
        asked = second_asked(request.query_params.get("at"))
    except ValueError:
        asked = None
    return next((one.start for one in shown.link.places if one.start is not None), None) if asked is None else asked


def _wanted(request: Request) -> Wanted:
    asked = request.query_params
    return Wanted(clip=asked.get("clip") or None, entry=asked.get("entry") or None)


def _skipped(text: str) -> list[str]:
    return [one for one in text.split(",") if one.isalnum()][-SKIPPED_AT_MOST:]


def _address(request: Request, **other: str | list[str]) -> str:
    asked = {name: request.query_params.get(name, "") for name in ("clip", "entry", "skipped")}
    asked |= {name: ",".join(value) if isinstance(value, list) else value for name, value in other.items()}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/review?{query}" if query else "/review"
