"""The words at a moment: the one rule by which a citation is drawn up and by which it is checked. Pure."""

from collections.abc import Iterator, Sequence

from archive.citing.citation import CitedMoment, CitedWords
from archive.masks import MASK, mask
from archive.texts.shown import Shown
from transcription.documents.corrections import Line
from transcription.documents.labels import CORRECTED, is_mark
from transcription.documents.players import shown_at, starts_at

_Cue = tuple[Line, float, float]


def quoted(one: Shown, moment: CitedMoment) -> CitedWords | None:
    """What a transcript has at a moment, under the corrections that are over it; None where nothing is written.

    A cue belongs to a second in which it is shown, and to a stretch that it shares some time with. Raises
    DocumentError for what is no transcript, or where a correction does not fit it.
    """
    cited = list(_cues(one, moment))
    if not cited:
        return None
    notes = [note for line, _, _ in cited for note in line.notes]
    return CitedWords(
        text=mask(_joined(cited)),
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


def unmasked(one: Shown, moment: CitedMoment) -> str:
    """The text at a moment as it stands, to be compared with what was cited and shown to nobody."""
    return _joined(list(_cues(one, moment)))


def reads_so(cited: str, text: str) -> bool:
    """Whether an unmasked text is the one that was cited.

    A masked character may only hide what can belong to a number, or what is masked today: no word is hidden by it.
    """
    if len(cited) != len(text):
        return False
    return all(
        c == t or (c == MASK and (m == MASK or _of_a_number(t)))
        for c, t, m in zip(cited, text, mask(text), strict=True)
    )


def _of_a_number(character: str) -> bool:
    """Whether a character may stand in a number, such as the check digit X."""
    return not character.isalpha() or character in "XxХх"


def _joined(cues: Sequence[_Cue]) -> str:
    return " ".join(line.told.text for line, _, _ in cues)


def _cues(one: Shown, moment: CitedMoment) -> Iterator[_Cue]:
    """The cues with words that belong to a moment, each with its span on the citation's clock."""
    ahead = starts_at(one.document)
    for line in one.lines():
        start, end = shown_at(line.told.start, ahead), shown_at(line.told.end, ahead)
        if line.told.language and line.told.text and _meets(start, end, moment):
            yield line, start, end


def _meets(start: float, end: float, moment: CitedMoment) -> bool:
    if moment.end is None:
        return start <= moment.start < end or start == moment.start
    return (start < moment.end and end > moment.start) or moment.start <= start < moment.end
