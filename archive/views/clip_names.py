"""The clip that somebody means: by its id, by another id of the same film, or by an address of it."""

from archive.opening.archive import Archive
from archive.records.one_film import other_clips


def clip_meant(archive: Archive, words: str) -> str | None:
    """The id of the clip that is meant; None where the archive knows none.

    A PeerTube video is known by its UUID and by its short id, and any by the forms of address that tell its id.
    """
    clips = archive.ledger.clips
    named = [words]
    if "://" in words:
        from archive.linking.finding.cited.addresses import canonical, clips_of  # may ask yt-dlp's list of sites

        form = canonical(words)
        named = list(clips_of(form)) if form else []
    candidates = dict.fromkeys(clip for name in named for clip in (name, *other_clips(name)))
    known = clips.known(list(candidates))
    return next((clip for clip in candidates if clip in known), None)
