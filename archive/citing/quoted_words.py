"""The words at a moment: the one rule by which a citation is drawn up and by which it is checked. Pure."""

from archive.citing.citation import CitedMoment, CitedWords
from archive.masks import MASK, mask
from archive.texts.shown import Shown
from transcription.documents.labels import CORRECTED, is_mark
from transcription.documents.players import shown_at, starts_at


def quoted(one: Shown, moment: CitedMoment) -> CitedWords | None:
    """What a transcript has at a moment, under the corrections that are over it; None where nothing is written.

    A cue belongs to a second in which it is shown, and to a stretch that it shares some time with. Raises
    DocumentError for what is no transcript, or where a correction does not fit it.
    """
    ahead = starts_at(one.document)
    spans = [
        (line, shown_at(line.told.start, ahead), shown_at(line.told.end, ahead))
        for line in one.lines()
        if line.told.language and line.told.text
    ]
    cited = [(line, start, end) for line, start, end in spans if _meets(start, end, moment)]
    if not cited:
        return None
    notes = [note for line, _, _ in cited for note in line.notes]
    return CitedWords(
        text=mask(" ".join(line.told.text for line, _, _ in cited)),
        start=min(start for _, start, _ in cited),
        end=max(end for _, _, end in cited),
        languages=tuple(dict.fromkeys(line.told.language or "" for line, _, _ in cited)),
        kind=one.ref.kind,
        cues=len(cited),
        corrected=sum(line.layer is not None for line, _, _ in cited),
        marks=tuple(dict.fromkeys(note for note in notes if is_mark(note) and note != CORRECTED)),
        transcript=one.ref.name,
        sha512=one.ref.sha512,
        corrections=len(one.corrections),
    )


def reads_so(cited: str, text: str) -> bool:
    """Whether a text is the one that was cited, of which each masked character may be any."""
    return len(cited) == len(text) and all(c in (MASK, t) for c, t in zip(cited, text, strict=True))


def _meets(start: float, end: float, moment: CitedMoment) -> bool:
    if moment.end is None:
        return start <= moment.start < end or start == moment.start
    return (start < moment.end and end > moment.start) or moment.start <= start < moment.end
