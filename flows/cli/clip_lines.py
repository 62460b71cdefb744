"""A clip on a screen, as `show` prints it."""

from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from rich.markup import escape

from flows.cli import console

if TYPE_CHECKING:
    from archive.objects.sidecar import Sidecar
    from archive.records.clip import Capture
    from archive.records.edits import Change
    from archive.records.transcript import Correction
    from archive.views.clip_view import ClipView, SaidToBe

CLOCK_DOUBTS = {
    "gap": "players differ behind a gap in the sound",
    "no_index": "players guess where a second is",
}
EDITS_SHOWN = 10
PLACES_SHOWN = 20
"""Paths on disks, as many are shown of a clip; --json has all."""
ORIGINS = {
    "quicktime_creationdate": "QuickTime's creation date",
    "creation_time": "the container's creation time",
    "avi_idit": "AVI's IDIT",
    "file_time": "the file's time on the disk",
}
WORTHS = {
    "zoned": "with its offset from UTC",
    "utc": "UTC by the format, the local time of many cameras in truth",
    "no_zone": "in no zone that is known",
    "least": "worth least, for copying changes it",
    "unset": "a clock that nobody had set",
}
_BEFORE = 24
"""Characters that are shown before those that changed in a long text."""


def print_clip(clip: str, found: "ClipView") -> None:
    """Print where a clip is from and how it stands there, all that is known of it, its copies, and what failed."""
    from archive.records.sighting import unframed

    console.out.print(f"[bold]{escape(clip)}[/]", highlight=False)
    if found.whereabouts.since:
        place = replace(found.whereabouts, words=unframed(found.whereabouts.words))
        line = escape(console.plain(place.line))
        console.out.print(f"[bold]{'at source':>10}[/]  {line}", highlight=False, soft_wrap=True)
    if found.sidecar:
        _print_sidecar(found.sidecar, found)
    for one in found.said_to_be:
        for line in _said_to_be(one, clip):
            console.out.print(line, highlight=False, soft_wrap=True)
    table = console.table("copy of", "version#", "target", "state", "read in full")
    for copy in found.copies:
        read = f"{copy.read:%Y-%m-%d %H:%M}" if copy.read else ""
        table.add_row(copy.object.partition("-")[0], f"v{copy.version}", escape(copy.target), copy.state, read)
    if found.copies:
        console.out.print(table)
    for failure in found.failures:
        line = f"{failure.step} failed ({failure.kind}, {failure.times}×): {failure.message}"
        console.out.print(f"[yellow]{escape(console.plain(line))}[/]", highlight=False)


def _print_sidecar(document: "Sidecar", found: "ClipView") -> None:
    from flows.cli import link_lines

    capture, access = document.captures[-1], document.access
    by = f" by {access.by}" if access.by else ""
    length = str(timedelta(seconds=round(capture.duration)))
    lines = (
        ("title", console.shorten(capture.title or "(none)", 200)),
        ("from", capture.url),
        ("captured", f"{capture.fetched:%Y-%m-%d %H:%M} UTC with {capture.tool} {capture.tool_version}"),
        ("media", f"{length}, {capture.media.size:,} bytes, sha512 {capture.media.sha512[:16]}…"),
        ("access", access.level + by),
        *(("stated", line) for line in _stated(capture)),
        *(("differs", line) for line in capture.disagreements),
        *(("degraded", line) for line in capture.degraded),
        *(("dated", f"{one.value} ({ORIGINS[one.origin]}: {WORTHS[one.worth]})") for one in capture.dates),
        *(("seen on", line) for line in _places(found)),
        *(("unread", f"track {one.index} {one.why}") for one in found.unread),
        *(("declared", _declared(document)) for _ in document.declarations[-1:]),
    )
    for name, text in lines:
        console.out.print(f"[bold]{name:>10}[/]  {escape(console.plain(text))}", highlight=False, soft_wrap=True)
    _print_edits(found)
    _print_joins(document, found)
    _print_transcripts(document, found)
    for link in document.links:
        title = f"entry {link.entry} of {link.register_name}"
        for line in link_lines.lines(
            link, link.judgements, label="link", title=title, transcripts=document.transcripts
        ):
            console.out.print(line, highlight=False, soft_wrap=True)


def _said_to_be(one: "SaidToBe", clip: str) -> tuple[str, str]:
    """What a disk says that a file is, in two lines: of the file it names the lost clip, of that clip the file."""
    there = "is held too" if one.held else f"was not fetched ({one.failure})" if one.failure else "is not held"
    if clip == one.file:
        label, text = "said to be", f"{one.lost}, which {there}: {one.stated.url}"
    else:
        label, text = "saved as", f"{one.file}, a file that is said to be this"
    how = f"on the word of {one.source} ({one.stated.basis})" + ("" if one.stated.certain else ", likely only")
    return f"[bold]{label:>10}[/]  {escape(console.plain(text))}", f"{'':>12}{escape(console.plain(how))}"


def _print_edits(found: "ClipView") -> None:
    """What changed at the source, the newest first: a line a change, what it was and what it became."""
    for edit in found.edits[:EDITS_SHOWN]:
        console.out.print(f"[bold]{'changed':>10}[/]  v{edit.version}, seen {edit.at:%Y-%m-%d %H:%M}", highlight=False)
        for change in edit.changes:
            console.out.print(f"{'':>12}{escape(console.plain(change.what))}", highlight=False)
            for mark, value in (("-", change.before), ("+", change.after)):
                if value is not None:
                    words = console.shorten(_around(value, change), 62)
                    console.out.print(f"{'':>12}{mark} {escape(words)}", highlight=False)
    if len(found.edits) > EDITS_SHOWN:
        console.out.print(f"{'':>12}… and {len(found.edits) - EDITS_SHOWN} earlier versions: --json", highlight=False)


def _around(value: str, change: "Change") -> str:
    """A text from where it begins to be another one, so that what changed is seen of a long one."""
    pairs = zip(change.before or "", change.after or "", strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    start = value.rfind(" ", 0, max(0, same - _BEFORE)) + 1 if same > 40 else 0
    return f"…{value[start:]}" if start else value


def _stated(capture: "Capture") -> list[str]:
    """The address that a disk states for a file, and what that is worth."""
    if capture.stated is None:
        return []
    stated = capture.stated
    worth = "on the disk's word" if stated.certain else "likely, by its form alone: nothing is linked by it"
    return [f"{stated.clip} ({stated.url}), by its {stated.basis}: {worth}"]


def _places(found: "ClipView") -> list[str]:
    lines = [f"{one.disk} on {one.visited:%Y-%m-%d}: {one.path}" for one in found.seen_on[:PLACES_SHOWN]]
    more = len(found.seen_on) - len(lines)
    return [*lines, f"… and {more:,} more places: --json"] if more > 0 else lines


def _print_joins(document: "Sidecar", found: "ClipView") -> None:
    """The other clips of the recording, and those that may be of it."""
    if found.originals:
        lines = [("recording", f"one in {len(found.originals)} clips, the best first:")]
        lines += [("", f"{one.clip}{' (this one)' if one.clip == found.clip else ''}") for one in found.originals]
    else:
        lines = []
    lines += [("conflict", f"{one} and {other} are judged not to be one recording") for one, other in found.against]
    for join in document.joins:
        (other,) = {*join.clips} - {found.clip}
        if other in {one.clip for one in found.originals} and join.judgement is None:
            continue
        if join.judgement is None and join.proposal and join.proposal.proposed:
            lines.append(("may be", f"one recording with {other} ({join.proposal.kind})"))
        elif join.judgement == "conflict":
            lines.append(("conflict", f"people disagree whether it is one recording with {other}"))
    if any(name in ("may be", "conflict") for name, _ in lines):
        lines.append(("", f"`thirdcopy joins {found.clip}` says why"))
    for name, text in lines:
        console.out.print(f"[bold]{name:>10}[/]  {escape(console.plain(text))}", highlight=False, soft_wrap=True)


def _declared(document: "Sidecar") -> str:
    newest = document.declarations[-1]
    return (", ".join(newest.languages) or "what the source declares") + f", by {newest.by}"


def _print_transcripts(document: "Sidecar", found: "ClipView") -> None:
    """Transcripts, the one that is shown first first, and what people corrected in each; conflicts in full."""
    from transcription.documents.cues import clock
    from transcription.documents.showing import counted

    for ref in document.transcripts:
        doubt = "  [yellow]to be checked by a person[/]" if ref.doubtful else ""
        text = f"{ref.name}: {ref.segments} segments, {', '.join(ref.languages) or 'nothing written'}, {ref.gaps} gaps"
        if ref.kind == "completion":
            text += ", read later of what another left open"
        if ref.starts_at:
            text += f", a browser's clock begins at {ref.starts_at:.3f} s"
        text += "".join(f", {CLOCK_DOUBTS[doubt]}" for doubt in ref.clock_doubts)
        if mine := found.corrections.get(ref.name):
            text += f", {counted(len(mine))} by {_people(mine)}"
        console.out.print(f"[bold]transcript[/]  {escape(console.plain(text))}{doubt}", highlight=False)
    for one in found.conflicts:
        head = f"{one.transcript}, by {one.by} on {one.at:%Y-%m-%d}: {one.conflict}"
        console.out.print(f"[red]{'conflict':>10}[/]  {escape(console.plain(head))}", highlight=False, soft_wrap=True)
        for change in one.changes[:20]:
            words = f"“{console.shorten(change.now.text, 56)}”" if change.now else "removed"
            console.out.print(f"{'':>12}{clock(change.start)} {escape(words)}", highlight=False)
        if len(one.changes) > 20:
            console.out.print(f"{'':>12}… and {len(one.changes) - 20} more cues: --json", highlight=False)


def _people(corrections: "tuple[Correction, ...]") -> str:
    return ", ".join(dict.fromkeys(one.by for one in corrections))
