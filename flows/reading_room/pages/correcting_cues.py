"""Correcting: one sentence at a time, with its sound, as the editor saw it."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archive.acts.correcting import SeenCue, correct_cue
from archive.errors import ArchiveError, ChangedMeanwhile
from archive.views.clip_page import clip_page
from flows.reading_room.answers import not_there, opened, page, problem
from flows.reading_room.pages.film_pages import film_on_page
from flows.reading_room.sent_forms import REASON_AT_MOST, TOO_LONG, sent_by_reader
from flows.reading_room.who_asks import reader_of, room_of
from transcription.errors import TranscriptionError

LETTERS_AT_MOST = 5000
DIGITS_AT_MOST = 9


def correction(request: Request) -> Response:
    """The form for one sentence, as it stands now."""
    reader, wanted, number = reader_of(request), request.path_params, _number(request)
    if not reader.may("correct"):
        return not_there(request)
    found = clip_page(room_of(request).archive, wanted["clip"], reader, transcript=wanted["name"])
    own = found.transcript.sentences if found and found.transcript else ()
    sentence = next((one for one in own if (one.transcript, one.number) == (wanted["name"], number)), None)
    if not found or not found.transcript or sentence is None:
        return not_there(request)
    return page(
        request,
        "correct.html",
        found,
        sentence=sentence,
        number=number,
        film=film_on_page(request, found.clip, doubted=bool(found.transcript.clock_doubts)).beginning(sentence.start),
        recorded=opened(request, found.clip),
        most=LETTERS_AT_MOST,
    )


async def correct(request: Request) -> Response:
    """Keep what an editor wrote in place of a sentence; in conflict where somebody else was quicker."""
    form, reader, wanted = await sent_by_reader(request, "correct"), reader_of(request), request.path_params
    archive = room_of(request).archive

    def keep() -> Response:
        if clip_page(archive, wanted["clip"], reader, transcript=wanted["name"]) is None:
            return not_there(request)
        text = form.get("text", "")
        try:
            seen = SeenCue(
                wanted["name"], form.get("sha512", ""), int(form.get("corrections", "")), _number(request) - 1
            )
            if len(text) > LETTERS_AT_MOST:
                return problem(request, 413, "A sentence has at most 5,000 letters.")
            if len(form.get("why", "")) > REASON_AT_MOST:
                return problem(request, 413, TOO_LONG)
            done = correct_cue(
                archive, wanted["clip"], seen, text=text, language=form.get("language", "").strip(),
                by=reader.name or "", why=form.get("why", "").strip() or None,
            )  # fmt: skip
        except ChangedMeanwhile:
            return problem(request, 409, "The clip was read again since you saw it, so nothing was kept. Look again.")
        except (ArchiveError, TranscriptionError, ValueError):
            return problem(request, 400, "This cannot be kept as it is: name the language by its code, such as kk.")
        if done.conflicts:
            return problem(
                request,
                409,
                "Somebody else changed this sentence since you saw it. Yours is kept beside theirs, and not applied: "
                "look at theirs, and correct it again if it is wrong.",
            )
        start = form.get("start", "0")
        where = f"/clips/{wanted['clip']}?transcript={wanted['name']}"
        is_moment = start.replace(".", "", 1).isdigit()
        return RedirectResponse(f"{where}&at={start}#t={start}" if is_moment else where, 303)

    return await run_in_threadpool(keep)


def _number(request: Request) -> int:
    """The number of a sentence, from 1; 0 for what is none, or has more digits than sentences could."""
    text = request.path_params["number"]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_AT_MOST else 0
