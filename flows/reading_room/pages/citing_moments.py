"""Citing a moment, and the forms in which other programs open a clip."""

from collections.abc import Callable, Mapping, Sequence
from math import isfinite

from starlette.requests import Request
from starlette.responses import Response

from archive.citing import iiif, ohms
from archive.citing.citation import Citation
from archive.citing.cite import NotCitable, cite
from archive.citing.film_texts import LightCopy, clock_of, of_film
from archive.citing.page_addresses import ClipPages
from archive.citing.styles import as_bibtex, as_csl, as_ris, as_text
from archive.objects.sidecar import to_bytes
from archive.safe_text import written
from archive.texts.completions import in_force
from archive.texts.shown import Shown, shown
from archive.views.clip_page import may_read
from archive.views.clip_view import ClipView, clip_view
from archive.views.transcript_view import NoSuchTranscript, for_players, meant
from flows.reading_room.answers import as_data, for_other_sites, not_there, page, problem, taken_out
from flows.reading_room.pages.film_pages import light_copy
from flows.reading_room.who_asks import base_address, reader_of, room_of

STYLES: Mapping[str, tuple[str, Callable[[Citation], str]]] = {
    "txt": ("text/plain", as_text),
    "csl.json": ("application/vnd.citationstyles.csl+json", as_csl),
    "bib": ("application/x-bibtex", as_bibtex),
    "ris": ("application/x-research-info-systems", as_ris),
    "citation.json": ("application/json", lambda one: written(one.model_dump(mode="json"), indent=1) + "\n"),
}
"""The forms of a citation by the ending of their file: the media type, and what writes it."""


def citation(request: Request) -> Response:
    """A citation to read and to copy, and the files of it."""
    made = _made(request)
    if isinstance(made, Response):
        return made
    taken_out(request, made.clip, "citation")
    return page(request, "cite.html", made, text=as_text(made), styles=tuple(STYLES))


def citation_file(request: Request) -> Response:
    """A citation as a file."""
    form = request.path_params["form"]
    made = _made(request) if form in STYLES else not_there(request)
    if isinstance(made, Response):
        return made
    taken_out(request, made.clip, "citation")
    kind, write = STYLES[form]
    name = f"{made.clip}-{made.moment.start:g}.{form}"
    return Response(write(made), media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _made(request: Request) -> Citation | Response:
    asked, room, clip = request.query_params, room_of(request), request.path_params["clip"]
    try:
        start = _second(asked.get("start", ""))
        end = _second(asked["end"]) if asked.get("end") else None
    except ValueError:
        return problem(request, 400, "A moment is written in seconds, such as 83.5.")
    try:
        made = cite(
            room.archive, clip, start, end, asked.get("transcript") or None, asked.get("entry") or None,
            reader=reader_of(request),
        )  # fmt: skip
    except (NotCitable, NoSuchTranscript):
        return not_there(request)
    return made.shown_on(ClipPages(base_address(request), clip).page)


def _second(text: str) -> float:
    """Seconds. Raises ValueError for what is no number that a film may have."""
    if not isfinite(found := float(text)):
        raise ValueError("no second of a film")
    return found


def manifest(request: Request) -> Response:
    """The IIIF manifest of a clip."""
    room, clip = room_of(request), request.path_params["clip"]
    if not may_read(room.archive, clip, reader_of(request)):
        return not_there(request)
    texts = in_force(shown(room.archive, clip))
    view = clip_view(room.archive, clip)
    made = iiif.manifest(
        view,
        texts,
        at=base_address(request),
        archive=room.archive.settings.name,
        light=_light(request, view, texts),
        sidecar=reader_of(request).may("see proposals"),
    )
    taken_out(request, clip, "IIIF manifest")
    return for_other_sites(request, clip, as_data(made))


def _light(request: Request, view: ClipView, texts: Sequence[Shown]) -> LightCopy | None:
    """The light copy of a clip whose original browsers do not play, where there is one."""
    copy = light_copy(request, view.clip)
    if copy is None or view.sidecar is None:
        return None
    ahead = clock_of(of_film(texts, view.sidecar.captures[-1]))
    return LightCopy(copy.media_type, ahead + copy.ahead, copy.name.rpartition(".")[2])


def annotations(request: Request) -> Response:
    """The sentences of a transcript as a page of annotations, which the manifest names."""
    room, clip = room_of(request), request.path_params["clip"]
    if not may_read(room.archive, clip, reader_of(request)):
        return not_there(request)
    texts, name = in_force(shown(room.archive, clip)), request.path_params["name"]
    try:
        made = iiif.sentences(clip_view(room.archive, clip), texts, name, at=base_address(request))
    except NoSuchTranscript:
        return not_there(request)
    taken_out(request, clip, "transcript")
    return for_other_sites(request, clip, as_data(made))


def captions(request: Request) -> Response:
    """A transcript as WebVTT that players of other sites show."""
    room, clip = room_of(request), request.path_params["clip"]
    if not may_read(room.archive, clip, reader_of(request)):
        return not_there(request)
    try:
        one = meant(in_force(shown(room.archive, clip)), request.path_params["name"])
    except NoSuchTranscript:
        return not_there(request)
    taken_out(request, clip, "transcript")
    return for_other_sites(request, clip, Response(for_players(one), media_type="text/vtt"))


def oral_history(request: Request) -> Response:
    """A clip as OHMS XML, with the transcript that is shown first or the one that is asked for."""
    room, clip = room_of(request), request.path_params["clip"]
    if not may_read(room.archive, clip, reader_of(request)):
        return not_there(request)
    view, texts = clip_view(room.archive, clip), in_force(shown(room.archive, clip))
    try:
        made = ohms.document(
            view,
            texts,
            at=base_address(request),
            archive=room.archive.settings.name,
            transcript=request.query_params.get("transcript") or None,
            light=_light(request, view, texts),
        )
    except NoSuchTranscript:
        return not_there(request)
    taken_out(request, clip, "OHMS record")
    return for_other_sites(request, clip, Response(made, media_type="application/xml"))


def sidecar(request: Request) -> Response:
    """All that is known of a clip, for those who may see links that nobody judged."""
    room, clip, reader = room_of(request), request.path_params["clip"], reader_of(request)
    found = clip_view(room.archive, clip).sidecar if may_read(room.archive, clip, reader) else None
    if found is None or not reader.may("see proposals"):
        return not_there(request)
    taken_out(request, clip, "sidecar")
    return Response(to_bytes(found), media_type="application/json")
