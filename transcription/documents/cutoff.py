"""Whether a file that came back was cut off: what is not there at its end was then taken out by nobody. Pure.

A download or a full disk cuts anywhere, and between two cues it leaves a file without a fault. A person who takes out
the last cues leaves the note at the end of an export in WebVTT; SubRip, and editors that drop notes, have none.
"""

from collections.abc import Sequence

from transcription.documents.corrections import Change, Line, Told
from transcription.documents.cues import Cue, clock, escaped, plain
from transcription.documents.showing import END
from transcription.documents.subrip_escapes import held
from transcription.errors import DocumentError


def refuse_cut(data: bytes, before: Sequence[Line], cues: Sequence[Cue], found: Sequence[Change]) -> None:
    """Raise DocumentError for a file that ends before what was exported does, and has no note of the end.

    `before` is what was exported, `found` what differs from it in the file with these `cues`.
    """
    if END in plain(data[-1000:].decode("utf-8", "replace")):
        return
    if missing := _missing(before, found):
        what = f"the last {len(missing):,} cues" if len(missing) > 1 else "the last cue"
        raise DocumentError(f"{_end(data)}: the file ends before {what}, from {clock(missing[0].start)} on, {_ADVICE}")
    last = max(cues, key=lambda cue: cue.line)
    if not data.endswith((b"\n", b"\r")) and any(_begins(last, line) for line in before):
        raise DocumentError(f"{_end(data)}: the file ends within its last cue, at {clock(last.start)}, {_ADVICE}")


def _missing(before: Sequence[Line], found: Sequence[Change]) -> list[Told]:
    """What was exported and is not there behind the last that is.

    Nothing, if the file goes on behind it; and not what lies under a cue that was added or lasts longer now: those were
    joined with it.
    """
    removed = {change.was for change in found if change.now is None}
    last = next((n for n in range(len(before), 0, -1) if before[n - 1].told not in removed), 0)
    missing = [line.told for line in before[last:]]
    now = [change.now for change in found if change.now]
    if not missing or any(told.start > missing[-1].start for told in now):
        return []
    longer = [c.now for c in found if c.now and (c.was is None or c.now.end > c.was.end)]
    sides = {told.side for told in missing if told.side}
    reach = {side: max((told.end for told in longer if told.side in (None, side)), default=0.0) for side in sides}
    reach_of_any = max((told.end for told in longer), default=0.0)
    return [told for told in missing if told.start >= (reach[told.side] if told.side else reach_of_any)]


_ADVICE = (
    "as if it was cut off: if it was, edit the whole one again; if you took out what is not there, say --shortened"
)


def _end(data: bytes) -> str:
    return f"line {len(data.splitlines())}"


def _begins(cue: Cue, line: Line) -> bool:
    """Whether a cue is no more than the beginning of one that was exported, in whatever form that was."""
    told = line.told
    if told.start != cue.start:
        return False
    spoken = f"<lang {told.language}>{escaped(told.text)}</lang>"
    voiced = f"<v {told.side}>{spoken}</v>" if told.side else spoken
    forms = [f"{line.label} {text}" for text in (voiced, held(told.text), told.text)] + [told.text]
    return any(plain(form) != cut and plain(form).startswith(cut) for form in forms for cut in _cuts(cue))


def _cuts(cue: Cue) -> tuple[str, ...]:
    return plain(cue.markup), plain(cue.text)
