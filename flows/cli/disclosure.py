"""What leaves the archive, as files or on stdout."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from archive.safe_text import HIDDEN
from flows.cli import common

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


def export_links(
    clip: str | None, as_: LinksAs, judged: list[Judged], output: Path | None, *, restricted: bool, by: str | None
) -> None:
    """Write links of a clip, or of all, to a file or stdout, as they stand and with who judged them."""
    from archive.acts.disclosing import left, may_leave
    from archive.views import exports

    with common.reading() as archive:
        if clip is not None:
            common.known(archive, [clip])
        found = exports.chosen(archive, clip, [one.value for one in judged])
        closed = may_leave(archive, found, restricted=restricted, by=by)
        write = exports.to_jsonld if as_ is LinksAs.jsonld else exports.to_csv
        text = write(archive, found)
        left(archive, closed, f"export of links as {as_.value}", by)
    write_out(text, output)


def write_out(text: str, output: Path | None) -> None:
    """Write a text as it is to a file, or to stdout; a terminal gets it without what it would obey."""
    if output:
        output.write_text(text, encoding="utf-8", newline="")
    else:
        print(HIDDEN.sub("", text) if sys.stdout.isatty() else text, end="")
