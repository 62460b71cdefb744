"""A film looked through as a fetched one is."""

from pathlib import Path

from transcription.media.probing_media import probe, survey
from transcription.media.wholeness import PACKETS_TIMEOUT, Examined, check_decodes, refuse_cut


def examine(path: Path) -> Examined:
    """Look through a whole file. Raises what it is refused with."""
    media = probe(path)
    found = survey(path, media, timeout=PACKETS_TIMEOUT)
    refuse_cut(path, media, found, timeout=PACKETS_TIMEOUT)
    return Examined(media, found, check_decodes(path, media, found, timeout=600 + 4 * found.duration))
