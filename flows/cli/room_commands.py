"""Commands of the reading room: open it."""

from typing import Annotated

import typer

from flows.cli import common, console
from flows.cli.common import Config

app = typer.Typer()


@app.command(epilog="Example: thirdcopy serve --port 8080")
def serve(
    config: Config = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Instead of that of the settings.")
    ] = None,
) -> None:
    """Open the reading room, where people find, read, cite and judge: pages on this machine, until stopped."""
    from flows.reading_room import opening_room

    settings = common.settings()
    if port is not None:
        settings = settings.model_copy(update={"reading_room": settings.reading_room.model_copy(update={"port": port})})
    opening_room.serve(settings, console.Lines().say)
