"""Words that are known of a language: from what people wrote or corrected in it, and names that a register writes so.

By them reading decides which of several languages is spoken (`transcription.hearing.language_by_reading`). What a
machine wrote in a language that it had chosen itself is left out: a wrong guess would confirm the next one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from archive.opening.archive import Archive
from archive.texts.shown import Shown, shown
from transcription.documents.differences import normalized
from transcription.documents.platform_captions import Captions
from transcription.hearing.letters_of_languages import ALPHABETS
from transcription.records import Transcript

MOST_CLIPS = 2000
"""Clips whose texts are looked at: hundreds of hours of words."""

MOST_WORDS = 50_000
"""Words that are kept of a language, the most frequent ones."""


def known_words(archive: Archive, languages: Collection[str], names: Iterable[str] = ()) -> dict[str, frozenset[str]]:
    """The words of each language, normalized as transcripts are when they are compared.

    Of `names` those are taken that are written in the letters of the language, and not in Latin ones, which others
    write it in: they say how somebody spells, and not what is said.
    """
    counts = {language: Counter[str]() for language in languages}
    for language, texts in _texts(archive, languages):
        counts[language].update(word for text in texts for word in normalized(text).split())
    found = {language: {word for word, _ in counted.most_common(MOST_WORDS)} for language, counted in counts.items()}
    for name in names:
        for language in found:
            if _is_written_so(name, language):
                found[language].update(normalized(name).split())
    return {language: frozenset(words) for language, words in found.items() if words}


def _texts(archive: Archive, languages: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    """What people stand for in each language, transcript by transcript; clips with corrections come first."""
    readings, looked_at = archive.ledger.readings, 0
    corrected = readings.corrected()
    for clip in dict.fromkeys([*corrected, *archive.ledger.clips.held()]):
        there = {code for ref in readings.refs(clip) for code in ref.languages}
        if clip not in corrected and there.isdisjoint(languages):
            continue
        looked_at += 1
        if looked_at > MOST_CLIPS:
            return
        for one in shown(archive, clip):
            for language in languages:
                if texts := list(_trusted(one, language)):
                    yield language, texts


def _trusted(one: Shown, language: str) -> Iterator[str]:
    """What of a transcript is in a language by a person's word: corrected, of a platform, or declared alone."""
    if one.ref.kind == "translation":
        return
    if one.corrections:
        yield from (line.told.text for line in one.lines() if line.layer and line.told.language == language)
    document = one.document
    if isinstance(document, Captions):
        yield from (cue.text for cue in document.segments if document.language == language)
    elif isinstance(document, Transcript) and document.declared == (language,):
        yield from (s.text for s in document.segments if s.language == language and "low_confidence" not in s.marks)


def _is_written_so(name: str, language: str) -> bool:
    """Whether a name is written in the letters of a language that are not those which names are romanized in."""
    letters = {letter for letter in name.casefold() if letter.isalpha()}
    alphabets = ALPHABETS.get(language, ())
    return bool(letters) and not any(map(str.isascii, letters)) and any(map(letters.__le__, alphabets))
