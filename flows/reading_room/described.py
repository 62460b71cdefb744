"""The room's data as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0): each page that is data too, and its form."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response

from archive.views.clip_page import ClipPage
from archive.views.entry_page import EntryPage
from archive.views.review_page import ReviewPage
from archive.views.state_page import StatePage, TargetPage
from flows.reading_room.answers import as_data
from flows.reading_room.pages.finding import FoundOnPage
from flows.reading_room.pages.sources import SourcePage

PAGES: dict[str, tuple[type[BaseModel], tuple[str, ...], str]] = {
    "/clips/{clip}.json": (ClipPage, ("transcript", "beside"), "a clip, its transcripts and its links"),
    "/entries/{register}/{number}.json": (EntryPage, (), "an entry and the moments that concern it"),
    "/find.json": (
        FoundOnPage,
        ("q", "language", "source", "entry", "since", "until", "linked", "mark", "upstream", "page"),
        "what is found",
    ),
    "/sources/{name}.json": (SourcePage, ("page",), "the clips of a source"),
    "/state.json": (StatePage, (), "the state of the archive, for those who may read all of it"),
    "/targets/{name}.json": (TargetPage, (), "a target, for those who may read all of the archive"),
    "/review.json": (ReviewPage, ("clip", "entry", "skipped", "last"), "what waits for a reviewer"),
}
"""Their addresses, with the form of the answer, what may be asked, and what it is."""

REFUSALS = {"400": "not as a page asks", "404": "not there, or not for you", "503": "not now"}


def described() -> dict[str, Any]:
    """The document."""
    _, made = models_json_schema(
        [(form, "serialization") for form, _, _ in PAGES.values()], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "The reading room", "version": "1"},
        "paths": {path: {"get": _asked(path, *page)} for path, page in PAGES.items()},
        "components": {"schemas": made["$defs"]},
    }


def _asked(path: str, form: type[BaseModel], names: tuple[str, ...], what: str) -> dict[str, Any]:
    parts = [part.partition("}")[0] for part in path.split("{")[1:]]
    text = {"type": "string"}
    return {
        "summary": what,
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": text} for name in parts),
            *({"name": name, "in": "query", "required": False, "schema": text} for name in names),
        ],
        "responses": {
            "200": {
                "description": what,
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{form.__name__}"}}},
            },
            **{
                status: {
                    "description": why,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {"error": text},
                                "required": ["error"],
                            }
                        }
                    },
                }
                for status, why in REFUSALS.items()
            },
        },
    }


def openapi(request: Request) -> Response:
    """The document, for everybody."""
    return as_data(described())
