"""What changed upstream between two captures of a clip. Pure."""

from collections.abc import Iterator

from archive.records.clip import Capture, Chapter, File, Offer
from archive.records.record import Record
from transcription.media.pictures import alike

ROUNDING = 1.0
"""Seconds by which a platform's rounding may move a duration."""

_MEASURED = 50
"""Where only the film itself was measured, a platform that rounds may say a fiftieth, or 2 s, more or less."""

_SHORTENED = 250
"""Characters to which PeerTube shortens a description, with dots behind, where the whole of it cannot be had."""


class Change(Record):
    """One thing that changed: null before is new, null after is gone. Of files, the values are digests."""

    what: str
    before: str | None
    after: str | None


def changes(before: Capture, after: Capture) -> tuple[Change, ...]:
    """What changed between two captures. What one of them does not know is no change.

    Counts of views, addresses and what else changes by itself are not looked at, nor a thumbnail that shows the same.
    """
    return tuple(one for one in _compared(before, after) if one.before != one.after)


def _compared(before: Capture, after: Capture) -> Iterator[Change]:
    if before.title is not None and after.title is not None:
        yield Change(what="title", before=before.title, after=after.title)
    if not is_shortened(after.description, before.description):
        yield Change(what="description", before=before.description, after=after.description)
    yield Change(what="tags", before=", ".join(before.tags) or None, after=", ".join(after.tags) or None)
    if before.visibility is not None and after.visibility is not None:
        yield Change(what="visibility", before=before.visibility, after=after.visibility)
    if before.chapters is not None and after.chapters is not None:
        yield Change(what="chapters", before=_chapters(before.chapters), after=_chapters(after.chapters))
    yield from signs(before, after.offer)
    old, new = thumbnail_of(before), thumbnail_of(after)
    if not (old and new and _same_picture(old, new)):
        yield Change(what="thumbnail", before=_digest(old), after=_digest(new))
    yield from _captions(before, after)
    yield Change(what="comments", before=_digest(_of(before, "comments")), after=_digest(_of(after, "comments")))
    yield Change(what="media", before=_digest(before.media), after=_digest(after.media))
    if lesser := _of(after, "lesser"):  # it is in the version that it came with alone
        yield Change(what="lesser film", before=None, after=_digest(lesser))


def signs(before: Capture, offer: Offer | None) -> tuple[Change, ...]:
    """By which signs of the source's own another film is on offer than the one held: its length, size or height.

    A size tells nothing of another format. YouTube offers less to some clients than to others, so there a picture that
    is less tall is no sign; and of a capture that does not say what was offered, only the film's length is known.
    """
    if offer is None:
        return ()
    then = before.offer or Offer(duration=before.duration)
    rounding = ROUNDING if before.offer else max(2.0, before.duration / _MEASURED)
    found = list[Change]()
    if then.duration and offer.duration and abs(then.duration - offer.duration) > rounding:
        found.append(Change(what="duration", before=f"{then.duration:g} s", after=f"{offer.duration:g} s"))
    if then.format_id == offer.format_id and then.size and offer.size and then.size != offer.size:
        found.append(Change(what="size on offer", before=f"{then.size:,} bytes", after=f"{offer.size:,} bytes"))
    lower_counts = not before.extractor.lower().startswith("youtube")
    if then.height and offer.height and (offer.height > then.height or (lower_counts and offer.height < then.height)):
        found.append(Change(what="height on offer", before=f"{then.height}p", after=f"{offer.height}p"))
    return tuple(found)


def is_shortened(text: str | None, whole: str | None) -> bool:
    """Whether a description may be the beginning of another, as PeerTube gives it where the whole cannot be had."""
    if text is None or whole is None or text == whole:
        return False
    start = text.rstrip(".…")
    return _SHORTENED - 5 <= len(text) <= _SHORTENED + 3 < len(whole) and whole.startswith(start.rstrip())


def thumbnail_of(capture: Capture) -> File | None:
    """The thumbnail of a capture."""
    return _of(capture, "thumbnail")


def _same_picture(one: File, other: File) -> bool:
    """Whether two thumbnails show the same, so far as is known."""
    if one.sha512 == other.sha512:
        return True
    return bool(one.picture and other.picture and alike(one.picture, other.picture))


def _captions(before: Capture, after: Capture) -> Iterator[Change]:
    old, new = ({f.language or f.path: f for f in one.files if f.role == "caption"} for one in (before, after))
    for language in sorted({*old, *new}):
        yield Change(what=f"captions {language}", before=_digest(old.get(language)), after=_digest(new.get(language)))


def _of(capture: Capture, role: str) -> File | None:
    return next((file for file in capture.files if file.role == role), None)


def _digest(file: File | None) -> str | None:
    return f"{file.path} {file.sha512[:16]}" if file else None


def _chapters(chapters: tuple[Chapter, ...]) -> str | None:
    return "; ".join(f"{one.start:g} s {one.title or ''}".strip() for one in chapters) or None
