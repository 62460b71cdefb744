"""What leaves the archive: who may take words of closed clips out, and links as files."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.errors import RefusedError
from archive.plain import HIDDEN
from flows.commands import common

if TYPE_CHECKING:
    from archive.opened import Archive

Restricted = Annotated[bool, typer.Option("--restricted", help="Take out what nobody opened; wants --by.")]


class LinksAs(StrEnum):
    """How links are written."""

    jsonld = "jsonld"
    csv = "csv"


class Judged(StrEnum):
    """What stands of a link's judgements."""

    positive = "positive"
    negative = "negative"
    unsure = "unsure"
    conflict = "conflict"
    none = "none"


def may_leave(archive: "Archive", clips: Iterable[str], *, restricted: bool, by: str | None) -> list[str]:
    """The clips that are closed, if a named person takes their words out all the same.

    Raises RefusedError if nobody does.
    """
    from archive.steps.work import access_now

    closed = [clip for clip in clips if access_now(archive, clip).level != "public"]
    if closed and not (restricted and by):
        which = closed[0] if len(closed) == 1 else f"{closed[0]} and {len(closed) - 1} more"
        raise RefusedError(
            f"{which} {'is' if len(closed) == 1 else 'are'} restricted: open with "
            f"`thirdcopy access {closed[0]} public --by NAME`, "
            "or take out what is restricted with --restricted --by NAME, which is recorded"
        )
    return closed


def left(archive: "Archive", clips: Iterable[str], what: str, by: str | None) -> None:
    """Record that a person took the words of closed clips out."""
    from archive.records import DISSEMINATION

    for clip in clips:
        archive.event(f"work-{clip}", DISSEMINATION, agent=by, detail=what)


def export_links(
    clip: str | None, as_: LinksAs, judged: list[Judged], output: Path | None, *, restricted: bool, by: str | None
) -> None:
    """Write links of a clip, or of all, to a file or stdout, as they stand and with who judged them."""
    from archive.steps import exporting

    with common.reading() as archive:
        if clip is not None:
            common.known(archive, [clip])
        found = exporting.chosen(archive, clip, [one.value for one in judged])
        closed = may_leave(archive, found, restricted=restricted, by=by)
        write = exporting.to_jsonld if as_ is LinksAs.jsonld else exporting.to_csv
        text = write(archive, found)
        left(archive, closed, f"export of links as {as_.value}", by)
    write_out(text, output)


def write_out(text: str, output: Path | None) -> None:
    """Write a text as it is to a file, or to stdout; a terminal gets it without what it would obey."""
    if output:
        output.write_text(text, encoding="utf-8", newline="")
    else:
        print(HIDDEN.sub("", text) if sys.stdout.isatty() else text, end="")
