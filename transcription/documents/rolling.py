"""Captions that roll: each line is in several cues, as a line moves up, grows word by word, or has its words lit up.

YouTube's speech recognition shows a line while it is heard, once more above the next one, and for 10 ms between them;
broadcast captions roll up likewise; live ones grow; Whisper's `highlight_words` has a cue for each word. Whether a file
is such a one is seen from its cues alone, for platforms offer as people's what people only passed on. Pure.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from transcription.documents.cues import Cue, plain

_GAP_S = 0.25
"""Seconds without captions after which the same line alone is shown since it is said again."""

_WINDOW = 8
"""Lines at once on the screen, at most: broadcast captions roll up four."""

_AT_LEAST = 3
"""So often a file must do it, and more often than it begins anew: a chorus repeats whole cues, and moves no line up.
One that a machine made, by its tag or by times within its lines, must do it once, and not less often."""

_TIMED = re.compile(r"<[0-9]{2,}:[0-9:.]+>")

_Step = Literal["carried", "grown", "lit", "echo", "same", "left", "new"]
"""From one cue to the next: lines moved up and others came; the last one grew; the same lines with another word lit up,
or without the times within them; the very same; lines left and none came; nothing in common, or said again."""


@dataclass(frozen=True)
class _Shown:
    """A cue with text, its lines, how it goes on from the one before it, and how many of its lines were there then."""

    cue: Cue
    lines: tuple[str, ...]
    step: _Step
    again: int


def rolled_in(cues: Sequence[Cue], *, automatic: bool) -> tuple[Cue, ...]:
    """Cues in which each line is told once, if they roll; as they are, if not. `automatic`: a machine made them."""
    shown = _shown(cues)
    count = Counter(one.step for one in shown)
    made = automatic or any(_TIMED.search(cue.markup) for cue in cues)
    least = max(1, count["new"]) if made else max(_AT_LEAST, count["new"] + 1)
    does = {step for step in ("carried", "grown", "lit") if count[step] >= least}
    does |= {"echo"} if count["echo"] else set()
    moves = not does.isdisjoint(("carried", "grown", "echo"))
    if not does:
        return tuple(cues)
    kept = list[Cue]()
    for one in shown:
        fresh = one.lines
        if one.step == "grown" and "grown" in does:
            kept[-1] = _with_end(kept[-1], one.cue.end, one.lines[one.again - 1])
            fresh = one.lines[one.again :]
        elif one.step == "lit" and "lit" in does:
            kept[-1] = _with_end(kept[-1], one.cue.end)
            fresh = ()
        elif moves and one.step in ("carried", "left", "same", "lit", "echo"):
            fresh = one.lines[one.again :]
        if fresh:
            kept.append(one.cue.model_copy(update={"text": "\n".join(fresh)}))
    return tuple(kept)


def _shown(cues: Sequence[Cue]) -> list[_Shown]:
    """The cues that have a text, by their beginning."""
    found, place = list[_Shown](), -1
    for cue in sorted(cues, key=lambda cue: cue.start):
        lines = tuple(line for line in map(plain, cue.text.split("\n")) if line)
        if not lines:
            continue
        at = cue.markup.find("<")
        step, again = _step(found[-1], cue, lines, onward=at < 0 or at >= place) if found else ("new", 0)
        if step != "carried" and found and cue.start - found[-1].cue.end > _GAP_S:
            step, again = "new", 0
        place = max(at, place if step in ("lit", "same") else -1)
        found.append(_Shown(cue, lines, step, again))
    return found


def _step(before: _Shown, cue: Cue, lines: tuple[str, ...], *, onward: bool) -> tuple[_Step, int]:
    """How a cue goes on from the one before it. `onward`: its first tag is not before where one was."""
    if lines == before.lines:
        if cue.markup == before.cue.markup:
            return "same", len(lines)
        if _TIMED.search(cue.markup) or _TIMED.search(before.cue.markup):
            return ("new", 0) if _TIMED.search(cue.markup) else ("echo", len(lines))
        return ("lit", len(lines)) if onward else ("new", 0)
    most = min(len(lines), len(before.lines), _WINDOW)
    for number in range(most, 0, -1):
        if before.lines[-number:] == lines[:number]:
            return ("carried" if lines[number:] else "left"), number
    for number in range(most, 0, -1):
        last = lines[number - 1]
        if before.lines[-number:-1] == lines[: number - 1] and last.startswith(before.lines[-1]):
            return "grown", number
    return "new", 0


def _with_end(cue: Cue, end: float, last: str | None = None) -> Cue:
    """A cue that lasts longer, and whose last line grew."""
    lines = cue.text.split("\n")
    return cue.model_copy(update={"end": end, "text": "\n".join([*lines[:-1], last or lines[-1]])})
