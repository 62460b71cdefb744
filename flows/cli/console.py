"""What a person sees: progress bars on a terminal, plain lines elsewhere; results on stdout, all else on stderr."""

import logging
import re
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.control import Control
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
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from archive.safe_text import HIDDEN, written
from archive.safe_text import plain as plain  # as every module of this room knows it
from flows.interrupts import before_end
from transcription.cutting import MARK, beginning, ending, shortened

if TYPE_CHECKING:
    from pydantic import BaseModel

    from archive.steps.counted_steps import Tally

SCALES = {"B": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")), "s": ((3600, "h"), (60, "min"))}


class Hiding(RenderHook):
    """Takes out of all that a console shows what a terminal would obey, whoever prints it and in whatever table.

    Markup cannot be told from words here: what is not ours is escaped where it is put into a line. A lone mark from
    left to right stays: `review` keeps two columns apart by it, and it turns nothing around.
    """

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Wrap each."""
        return [one if isinstance(one, Control) else _Hidden(one) for one in renderables]


class _Hidden:
    def __init__(self, shown: ConsoleRenderable) -> None:
        self._shown = shown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for one in console.render(self._shown, options):
            yield one if one.control else Segment(_OBEYED.sub("", one.text), one.style)


_OBEYED = re.compile(HIDDEN.pattern.replace("\u200e", ""))
out = Console()
err = Console(stderr=True)
for _console in (out, err):
    _console.push_render_hook(Hiding())


class _Amount(ProgressColumn):
    def render(self, task: RichTask) -> Text:
        unit = str(task.fields["unit"])
        return Text(amount(task.completed, task.total, unit), style="cyan")


def amount(done: float, total: float | None, unit: str) -> str:
    """How much is done, in the largest unit of which there is one at least."""
    whole = max(done, total or 0)
    scale, name = next((one for one in SCALES.get(unit, ()) if one[0] <= whole), (1, unit))
    digits = 0 if scale == 1 else 1
    of = f"/{total / scale:,.{digits}f}" if total else ""
    return f"{done / scale:,.{digits}f}{of} {name}".rstrip()


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
            BarColumn(bar_width=12),
            _Amount(),
            TimeRemainingColumn(compact=True),
            console=err,
            transient=True,
        )

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show the bars while the block runs."""
        with self._bars, before_end(self._bars.stop):  # which gives the cursor back
            yield

    @contextmanager
    def task(self, what: str, total: float | None = None, unit: str = "") -> Iterator[_BarTask]:
        """Show a bar."""
        task = self._bars.add_task(escape(crop(what, 40)), total=total, unit=unit)
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
            self.say(f"{what}: {amount(task.done, None, unit)}" if task.done else what)

    def say(self, line: str) -> None:
        """Write a line."""
        with self._lock:
            print(plain(line), file=sys.stderr, flush=True)


def progress() -> Bars | Lines:
    """Bars on a terminal, lines elsewhere."""
    return Bars() if err.is_terminal else Lines()


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show on a terminal that something is at work of which nobody can say how far it is."""
    if not err.is_terminal:
        yield
        return
    with err.status(what) as shown, before_end(shown.stop):
        yield


def shorten(text: str, width: int) -> str:
    """A text of at most so many characters: its first words, with a mark where others are left out."""
    return shortened(plain(text), width)


def crop(name: str, width: int) -> str:
    """An address or an identifier cut to a width wherever that falls, with a mark: no words to cut between."""
    name = plain(name)
    return name if len(name) <= width else name[: width - 1] + MARK


def fit(text: str, cells: int, *, last: bool = False) -> str:
    """A text in so many columns of a terminal, where Chinese takes two each: its first words, or its `last`.

    With a mark where others are left out.
    """
    text = kept = plain(text)
    longest = len(text)
    while longest and cell_len(kept) > cells - (len(kept) < len(text)):
        longest -= max(1, (cell_len(kept) - cells) // 2)
        kept = ending(text, longest) if last else beginning(text, longest)
        longest = min(longest, len(kept))
    if kept == text:
        return text
    return MARK + kept.lstrip() if last else kept.rstrip() + MARK


def print_json(document: "BaseModel | dict[str, Any] | list[Any]") -> None:
    """Write a report as JSON on stdout."""
    value = document if isinstance(document, dict | list) else document.model_dump(mode="json")
    print(written(value, indent=2))


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print what is said of something, a line each after the word for what it is."""
    for what, said in facts:
        out.print(f"[bold]{what:>10}[/]  {escape(plain(said))}", highlight=False, soft_wrap=True)


def size(number: float) -> str:
    """An amount of bytes in the largest unit of which there is one at least, in powers of 1,000."""
    for scale, name in ((1e15, "PB"), (1e12, "TB"), *SCALES["B"]):
        if number >= scale:
            return f"{number / scale:,.1f} {name}"
    return f"{number:,.0f} B"


def would(line: str, facts: dict[str, Any], *, as_json: bool) -> None:
    """Say what a dry run would have done: in a line, or its facts as JSON."""
    if as_json:
        print_json({"dry_run": facts})
    else:
        out.print(escape(line), highlight=False, soft_wrap=True)


def fail(message: str) -> None:
    """Say what went wrong, on stderr."""
    for line in message.splitlines():
        err.print(f"[bold red]error[/] {escape(plain(line))}", highlight=False, soft_wrap=True)


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return HIDDEN.sub("", super().format(record))


def configure_logging(*, verbose: bool) -> None:
    """Send the project's log lines to stderr: warnings, or with `verbose` everything."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level="WARNING")
    for room in ("archive", "flows", "storage", "transcription"):
        logging.getLogger(room).setLevel("DEBUG" if verbose else "WARNING")


def nearest(word: str, known: list[str]) -> str:
    """The known word that may be meant, as the end of a sentence."""
    found = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else ""


def counts(tally: "Tally") -> dict[str, int]:
    """A tally's numbers."""
    return {f.name: getattr(tally, f.name) for f in fields(tally) if f.name != "problems"}


def print_tally(tally: "Tally", problems: Sequence[str]) -> None:
    """What was done, in a line a step; what was not, in a line each."""
    done = counts(tally)
    size = f"{done['bytes_stored'] / 1e6:,.1f} MB"
    rows = (
        ("listed", f"{done['listed']:,} clips, {done['new']:,} new"),
        ("fetched", f"{done['fetched']:,} clips" + (f", {done['failed']:,} failed" if done["failed"] else "")),
        ("looked at", f"{done['looked']:,} clips again, {done['edited']:,} changed at their source"),
        ("stored", f"{done['stored']:,} versions read back, {size}"),
        ("captions", f"{done['captioned']:,} files read"),
        ("joins", f"{done['joins']:,} proposed"),
        ("transcribed", f"{done['transcribed']:,} tracks"),
        ("registers", f"{done['snapshots']:,} new snapshots"),
        ("linked", f"{done['linked']:,} clips, {done['links']:,} links proposed"),
        ("sealed", f"{done['sealed']:,} work objects"),
    )
    for name, text in rows:
        out.print(f"[bold]{name:>12}[/]  {text}", highlight=False)
    for problem in problems:
        err.print(f"[yellow]not done[/]      {escape(plain(problem))}", highlight=False, soft_wrap=True)


def table(*columns: str) -> Table:
    """A table in the house's style; columns that end in `#` hold numbers."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(column.removesuffix("#"), justify="right" if column.endswith("#") else "left", overflow="fold")
    return made
