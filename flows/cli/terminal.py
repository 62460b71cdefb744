"""Single keys from a terminal, and lines where there is none; what is shown is gone when it is left."""

import os
import re
import sys
import termios
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.text import Text

from flows.cli import console

_ARROWS = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)")
"""What arrows and function keys send, by ECMA-48, section 5.4."""
ENDED = ""
"""What a key or an answer is when nobody will give one any more."""


class Terminal(Protocol):
    """Where a person is shown something and answers with a key."""

    @property
    def size(self) -> tuple[int, int | None]:
        """Columns, and rows where a screen has them."""

    def show(self, lines: Sequence[Text]) -> None:
        """Show lines in the place of those before."""

    def key(self) -> str:
        """The next key, or `ENDED`."""

    def ask(self, prompt: str) -> str:
        """A line of text, which may be empty."""


class Screen:
    """A terminal: a key counts at once, but none that was typed before the screen was shown.

    Arrows, function keys and what is pasted are no keys.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @property
    def size(self) -> tuple[int, int | None]:
        """Columns and rows of the terminal, now."""
        return max(40, console.out.width), max(10, console.out.height)

    def show(self, lines: Sequence[Text]) -> None:
        """Clear the screen and show lines; what was typed until now is forgotten."""
        tty.setcbreak(self._fd, termios.TCSAFLUSH)
        console.out.clear()
        console.out.print(Text("\n").join(lines), highlight=False, no_wrap=True, overflow="crop", crop=True, end="")

    def key(self) -> str:
        """Wait for a key."""
        while True:
            data = os.read(self._fd, 1024)
            if not data or data == b"\x04":
                return ENDED
            typed = data.decode("utf-8", "replace")
            if len(typed) == 1 and typed.isprintable():
                return typed

    def ask(self, prompt: str) -> str:
        """Ask for a line, with what a terminal has to edit it."""
        mode = termios.tcgetattr(self._fd)
        mode[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(self._fd, termios.TCSAFLUSH, mode)
        console.out.clear()
        console.out.print(prompt, highlight=False, markup=False)
        return console.plain(_ARROWS.sub("", os.read(self._fd, 65536).decode("utf-8", "replace"))).strip()


class Lines:
    """No terminal: a line is a key, so that a script can answer."""

    @property
    def size(self) -> tuple[int, int | None]:
        """As wide as the output is; as long as it takes."""
        return max(40, console.out.width), None

    def show(self, lines: Sequence[Text]) -> None:
        """Print lines below those before."""
        for line in lines:
            console.out.print(line, highlight=False, no_wrap=True, overflow="ignore", crop=False)

    def key(self) -> str:
        """The next line that is not empty."""
        for line in sys.stdin:
            if line.strip():
                return line.strip()
        return ENDED

    def ask(self, prompt: str) -> str:
        """The next line."""
        console.out.print(prompt, highlight=False, markup=False)
        return console.plain(sys.stdin.readline()).strip()


@contextmanager
def terminal() -> Iterator[Terminal]:
    """The terminal of this process, put back as it was at the end; lines, where input or output is none.

    The screen that was there before comes back too, so that nothing restricted stays to be scrolled to.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a script shows ?, rather than nothing at all
    if not (sys.stdin.isatty() and console.out.is_terminal):
        yield Lines()
        return
    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)
    alternate = not console.out.is_dumb_terminal and console.out.set_alt_screen(True)
    try:
        yield Screen(fd)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
        if alternate:
            console.out.set_alt_screen(False)
