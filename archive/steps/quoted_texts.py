"""The texts that a clip's links were found in, as they stand now."""

from collections.abc import Iterable

from archive.linking.deciding.annotations import Source
from archive.linking.deciding.quotes import joined, passages
from archive.masks import mask
from archive.opening.archive import Archive
from archive.preservation.sealing import document
from archive.records.link import Link
from archive.steps.linking import utterances_of
from archive.texts.shown import Shown, shown
from transcription.documents import showing


def corrected_vtt(one: Shown, clip: str) -> bytes:
    """A transcript under corrections, as the work object holds it beside the one that was made."""
    return showing.to_vtt(one.document, one.layers, one.stamp(clip)).encode()


def sources_of(archive: Archive, clip: str, links: Iterable[Link]) -> dict[str, Source]:
    """The transcripts that links of a clip quote, by name: the masked text, and the file of the work object with it."""
    quoted = {passage.where for link in links for passage in passages(link)}
    return {one.ref.name: _source(one, clip) for one in shown(archive, clip) if one.ref.name in quoted}


def texts_of(archive: Archive, clip: str, links: Iterable[Link]) -> dict[str, str]:
    """The texts of a clip that its links quote, masked, by the name that a passage gives each."""
    texts = {name: source.text for name, source in sources_of(archive, clip, links).items()}
    if captures := archive.ledger.clips.captures(clip):
        newest = captures[-1]
        own = {"title": newest.title, "description": newest.description, "tags": "\n".join(newest.tags)}
        texts |= {where: mask(text) for where, text in own.items() if text}
    return texts


def _source(one: Shown, clip: str) -> Source:
    path, digest = f"transcripts/{one.ref.name}.json", one.ref.sha512
    if one.corrections:
        path = f"transcripts/{one.ref.name}.corrected.vtt"
        digest = document(corrected_vtt(one, clip)).sha512
    text = mask(joined(utterance.text for utterance in utterances_of(one)))
    return Source(path=path, sha512=digest, media_sha256=one.ref.media_sha256, text=text, ahead=one.ref.starts_at)
