"""What a person sees: progress bars on a terminal, plain lines elsewhere; results on stdout, all else on stderr."""

import json
import logging
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Task as RichTask
from rich.table import Table
from rich.text import Text

from archive.pipeline import Tally

UNITS = {"B": 1_000_000, "s": 60}
NAMES = {"B": "MB", "s": "min"}

out = Console()
err = Console(stderr=True)


class _Amount(ProgressColumn):
    def render(self, task: RichTask) -> Text:
        unit = str(task.fields["unit"])
        return Text(amount(task.completed, task.total, unit), style="cyan")


def amount(done: float, total: float | None, unit: str) -> str:
    """How much is done, in units that a person reads."""
    scale = UNITS.get(unit, 1)
    digits = 1 if unit in UNITS else 0
    of = f"/{total / scale:.{digits}f}" if total else ""
    return f"{done / scale:.{digits}f}{of} {NAMES.get(unit, unit)}".rstrip()


class _BarTask:
    def __init__(self, bars: Progress, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def advance(self, amount: float) -> None:
        self._bars.advance(self._task, amount)

    def total(self, amount: float) -> None:
        self._bars.update(self._task, total=amount)


class Bars:
    """Progress bars, for a terminal."""

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", table_column=None),
            BarColumn(bar_width=16),
            _Amount(),
            TimeRemainingColumn(compact=True),
            console=err,
            transient=True,
        )

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bars while the block runs."""
        with self._bars:
            yield

    @contextmanager
    def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator[_BarTask]:
        """Show a bar."""
        task = self._bars.add_task(escape(shorten(what, 34)), total=total, unit=unit)
        try:
            yield _BarTask(self._bars, task)
        finally:
            self._bars.remove_task(task)

    def say(self, line: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(escape(plain(line)), highlight=False)


class _LineTask:
    def __init__(self) -> None:
        self.done = 0.0

    def advance(self, amount: float) -> None:
        self.done += amount

    def total(self, amount: float) -> None:
        """A line is written at the end, when the total no longer matters."""


class Lines:
    """One line for each thing that ended, for logs and pipes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Nothing to show but lines."""
        yield

    @contextmanager
    def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator[_LineTask]:
        """Write a line when it ends."""
        task = _LineTask()
        try:
            yield task
        finally:
            self.say(f"{what}: {amount(task.done, None, unit)}")

    def say(self, line: str) -> None:
        """Write a line."""
        with self._lock:
            print(plain(line), file=sys.stderr, flush=True)


def progress() -> Bars | Lines:
    """Bars on a terminal, lines elsewhere."""
    return Bars() if err.is_terminal else Lines()


def plain(text: str) -> str:
    """A stranger's words for a terminal: control characters, escape codes and marks that turn the line around cut."""
    turning = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
    return "".join(
        " " if c in "\n\r\t" else c for c in text if (c.isprintable() or c in "\n\r\t") and ord(c) not in turning
    )


def shorten(text: str, width: int) -> str:
    """A text cut to a width, with a mark where it was cut."""
    text = plain(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def print_json(document: BaseModel | dict[str, Any] | list[Any]) -> None:
    """Write a report as JSON on stdout."""
    value = document.model_dump(mode="json") if isinstance(document, BaseModel) else document
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def fail(message: str) -> None:
    """Say what went wrong, on stderr."""
    for line in message.splitlines():
        err.print(f"[bold red]error[/] {escape(plain(line))}", highlight=False, soft_wrap=True)


def configure_logging(*, verbose: bool) -> None:
    """Send the project's log lines to stderr: warnings, or with `verbose` everything."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr, level="WARNING")
    for room in ("archive", "flows", "storage", "transcription"):
        logging.getLogger(room).setLevel("DEBUG" if verbose else "WARNING")


def nearest(word: str, known: list[str]) -> str:
    """The known word that may be meant, as the end of a sentence."""
    found = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else ""


def counts(tally: Tally) -> dict[str, int]:
    """A tally's numbers."""
    return {f.name: getattr(tally, f.name) for f in fields(tally) if f.name != "problems"}


def print_tally(tally: Tally, problems: Sequence[str]) -> None:
    """What was done, in a line a step; what was not, in a line each."""
    done = counts(tally)
    size = f"{done['bytes_stored'] / 1e6:,.1f} MB"
    rows = (
        ("listed", f"{done['listed']:,} clips, {done['new']:,} new"),
        ("fetched", f"{done['fetched']:,} clips" + (f", {done['failed']:,} failed" if done["failed"] else "")),
        ("stored", f"{done['stored']:,} versions read back, {size}"),
        ("transcribed", f"{done['transcribed']:,} tracks"),
        ("linked", f"{done['linked']:,} clips, {done['links']:,} links proposed"),
        ("sealed", f"{done['sealed']:,} work objects"),
    )
    for name, text in rows:
        out.print(f"[bold]{name:>12}[/]  {text}", highlight=False)
    for problem in problems:
        err.print(f"[yellow]not done[/]      {escape(plain(problem))}", highlight=False, soft_wrap=True)


def table(*columns: str, title: str | None = None) -> Table:
    """A table in the house's style; columns that end in `#` hold numbers."""
    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        made.add_column(column.removesuffix("#"), justify="right" if column.endswith("#") else "left", overflow="fold")
    return made
