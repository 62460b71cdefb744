"""Clips taken one by one under claims, so that several workers may go through one list of them."""

from collections.abc import Iterable, Iterator
from typing import Literal

from archive.opening.archive import Archive

Step = Literal["captions", "transcribe", "link"]


def claimed(archive: Archive, clips: Iterable[str], step: Step) -> Iterator[str]:
    """Those of some clips on which a step is due, each with a claim on it that whoever asks gives back.

    Those that another worker is at are left out, and those that one has done since the first was asked for.
    """
    claims, several = archive.ledger.claims, archive.ledger.several
    some = list(clips)
    marks = archive.ledger.clips.all_done(step, some) if several and some else {}
    for clip in some:
        if not claims.take(clip, step):
            continue
        if several and archive.ledger.clips.done(clip, step) != marks.get(clip):
            claims.give_back(clip, step)
            continue
        yield clip


def still_due(archive: Archive, clips: Iterable[str], step: Step) -> Iterator[str]:
    """The same, each under a claim until the next one is asked for."""
    for clip in claimed(archive, clips, step):
        try:
            yield clip
        finally:
            archive.ledger.claims.give_back(clip, step)
