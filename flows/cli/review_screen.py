"""Review in a terminal: one proposal a screen, one key a verdict, kept at once."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from archive.acts import judging
from archive.errors import ChangedMeanwhile
from archive.linking.deciding.review_queue import Waiting, Wanted
from archive.linking.deciding.review_sheet import Told
from archive.linking.registers.entries import Entry
from archive.opening.archive import Archive
from archive.records.link import Decision, Judgement
from archive.views import queue
from flows.cli import console
from flows.cli.review_layout import Frame, layout
from flows.cli.terminal import ENDED, Terminal

KEYS = {
    "p": "positive",
    "1": "positive",
    "n": "negative",
    "2": "negative",
    "u": "unsure",
    "3": "unsure",
    "s": "skip",
    "4": "skip",
    "z": "undo",
    "5": "undo",
    "w": "why",
    "6": "why",
    "c": "candidate",
    "7": "candidate",
    "m": "more",
    "8": "more",
    "q": "quit",
    "0": "quit",
}
"""What each key does; the digits are for keyboards without Latin letters."""

SHOWN = "p/1 positive  n/2 negative  u/3 unsure  s/4 skip  z/5 undo\nw/6 reason  c/7 next candidate  m/8 more  q/0 quit"
VERDICTS: dict[str, Decision] = {"positive": "positive", "negative": "negative", "unsure": "unsure"}


@dataclass
class Review:
    """One person's sitting: what waits, what they decided, and what they may take back, newest last."""

    archive: Archive
    by: str
    wanted: Wanted
    terminal: Terminal
    entries: Mapping[tuple[str, str], Entry]
    waiting: deque[Waiting]
    why: str | None = None
    judged: int = 0
    skipped: list[str] = field(default_factory=list)
    _done: list[tuple[Waiting, Judgement]] = field(default_factory=list)
    _note: str = ""
    _reason: str | None = None
    _alternative: int = 0

    def run(self) -> None:
        """Show what waits, one after the other, until all is judged or the person ends it."""
        self._reason = self.why
        while self.waiting or (self._done and self._last()):
            one = queue.still_waiting(self.archive, self.waiting[0], self.by, self.wanted)
            if one is None:
                gone = self.waiting.popleft()
                self._note = f"{gone.link.clip}, entry {gone.link.entry}: judged or gone meanwhile"
                continue
            self.waiting[0] = one
            (told,) = queue.told(self.archive, [one], self.entries)
            self._show(told)
            key = self.terminal.key()
            if key == ENDED or not self._act(KEYS.get(key.casefold()) or _word(key), told):
                return

    def _show(self, told: Told, *, full: bool = False) -> None:
        width, rows = self.terminal.size
        left = len(self.waiting)
        place = f"{left} left" + (f", {self.judged} judged" if self.judged else "")
        frame = Frame(place, SHOWN, self._note, self._reason, self._alternative)
        self._note = ""
        lines = layout(told, frame, console.out, width=width, rows=None if full else rows or 10_000)
        if not full or rows is None:
            return self.terminal.show(lines)
        for start in range(0, len(lines), rows - 1):
            self.terminal.show([*lines[start : start + rows - 1], Text("any key goes on", style="dim")])
            if self.terminal.key() == ENDED:
                break
        return None

    def _act(self, action: str | None, told: Told) -> bool:
        """Do what a key says; False ends the review."""
        one = told.waiting
        if action == "quit":
            return False
        if action in VERDICTS:
            self._judge(one, VERDICTS[action])
        elif action == "skip":
            self.waiting.rotate(-1)
            self.skipped.append(one.link.id)
            self._note = "skipped: it comes last"
        elif action == "undo":
            self._undo()
        elif action == "why":
            self._reason = (
                self.terminal.ask("Why? It is kept with your next verdict; an empty line is no reason.") or None
            )
            return True
        elif action == "candidate":
            self._alternative += 1
            return True
        elif action == "more":
            self._show(told, full=True)
            return True
        else:
            self._note = "no key does that"
            return True
        self._alternative = 0
        return True

    def _judge(self, one: Waiting, decision: Decision) -> None:
        try:
            judgement = judging.judge(self.archive, one.link, decision, by=self.by, why=self._reason)
        except ChangedMeanwhile:
            self._note = "it was proposed anew just now, and nothing was kept: look again"
            return
        self.waiting.popleft()
        self._done.append((one, judgement))
        self.judged += 1
        self._note = f"{decision}: {one.link.clip}, entry {one.link.entry} (z takes it back)"
        self._reason = self.why

    def _undo(self) -> None:
        if not self._done:
            self._note = "there is nothing to take back in this sitting"
            return
        one, judgement = self._done.pop()
        judging.take_back(self.archive, one.link.clip, judgement)
        self.waiting.appendleft(one)
        self.judged -= 1
        self._note = f"taken back: {judgement.verdict}"

    def _last(self) -> bool:
        """After the last one: a person may still take it back. False ends the review."""
        self.terminal.show([Text(self._note), Text("That was all. z/5 takes the last one back, any other key ends.")])
        self._note = ""
        if KEYS.get(self.terminal.key().casefold()) != "undo":
            return False
        self._undo()
        return True


def _word(line: str) -> str | None:
    """An action by its whole name, as a script may say it."""
    return line.casefold() if line.casefold() in KEYS.values() else None


def queue_lines(found: Sequence[Waiting]) -> list[str]:
    """What waits, a line each."""
    return [
        f"{one.link.tier} {one.link.score:.2f} {one.link.clip} entry {one.link.entry} ({one.link.register_name}): "
        f"{one.reason}"
        for one in found
    ]
