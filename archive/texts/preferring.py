"""Which of a clip's transcripts is shown first: a rule in the settings. Pure."""

from collections.abc import Collection, Iterable, Sequence

from archive.records.transcript import TranscriptRef

CORRECTED, CAPTIONS = "corrected", "captions"


def preferred(
    refs: Iterable[TranscriptRef],
    *,
    prefer: Sequence[str],
    model: str,
    corrected: Collection[str] = (),
    media_sha256: str | None = None,
) -> list[TranscriptRef]:
    """Transcripts, the one to be shown first first.

    `prefer` names kinds in falling order: `corrected` is one that a person has corrected (`corrected` has their names),
    `captions` is the platform's, anything else is a model or the transcript of that name. What it does not name comes
    after what it does: the transcript by `model`, the one of the settings, then that by any other, then captions.
    Within a kind, those with corrections come first, then those of the media `media_sha256`, then by name. What does
    not stand alone is never first: completions come last but for translations.
    """

    def kinds(ref: TranscriptRef) -> set[str | None]:
        of_a_person = {CORRECTED} if ref.name in corrected else set[str]()
        return {ref.name, CAPTIONS if ref.kind == "captions" else ref.model, *of_a_person}

    def rank(ref: TranscriptRef) -> tuple[bool, bool, int, int, bool, bool, str]:
        named = next((place for place, kind in enumerate(prefer) if kind in kinds(ref)), len(prefer))
        usual = 2 if ref.kind == "captions" else int(ref.model != model)
        of_this = media_sha256 is None or ref.media_sha256 == media_sha256
        return (
            not ref.stands_alone,
            ref.kind == "translation",
            named,
            usual,
            ref.name not in corrected,
            not of_this,
            ref.name,
        )

    return sorted(refs, key=rank)


def first(ordered: Sequence[TranscriptRef]) -> TranscriptRef | None:
    """The one to be shown first of those in order, None where there is none but translations."""
    return next((ref for ref in ordered if ref.stands_alone), None)
