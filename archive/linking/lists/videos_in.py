"""Which videos a cell of a list names: by addresses in it, by a bare id, or as yt-dlp's own list has them. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from archive.linking.finding.cited.addresses import LONGEST, addresses, canonical, clips_of, is_elsewhere, is_of_video
from archive.linking.finding.cited.platforms import NAMED, form_of_id
from archive.masks import mask_prose
from archive.records.clip import clip_id
from archive.records.entry_fields import clean

YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]")
"""An id of YouTube is 64 bits in base 64, so that its last letter has four of them and is one of sixteen."""
_DOWNLOADED = re.compile(r"([a-z0-9]{2,60}) ([A-Za-z0-9_-]{1,80})")
"""A line of the file that yt-dlp's --download-archive keeps: what it calls the platform, and the id."""
_USER = re.compile(r"^(https?://)[^/@\s]*@", re.IGNORECASE)
LONGEST_CELL = 100_000
"""Characters of a cell in which videos are looked for."""


@dataclass(frozen=True, slots=True)
class Video:
    """A video that a cell names: its address in canonical form, the ids that its clip may have, and how it is written.

    `sure` if it is a video's address on a platform that is known; else it is that of any page.
    """

    form: str
    clips: tuple[str, ...]
    address: str
    sure: bool = True

    @property
    def key(self) -> str:
        """What two spellings of one video share."""
        return self.clips[0] if self.clips else self.form


def videos(text: str) -> list[Video]:
    """The videos, and pages that may be of one, whose addresses stand in a cell, each once.

    Addresses of platforms that are no video's (a channel, a playlist, a search) are none. What is beyond LONGEST_CELL
    is not read.
    """
    text = text[:LONGEST_CELL]
    if len(text) > LONGEST:
        return _found(text)
    return list(_remembered(text))


def video_of_id(text: str, platform: str) -> Video | None:
    """The video of a cell that holds an id of a platform, as yt-dlp calls it, and nothing else; None if it is none."""
    name = text.strip()
    form = form_of_id(platform, name) if len(name) <= LONGEST else None
    return Video(form, clips_of(form), f"https://{form}") if form else None


def is_youtube_id(text: str) -> bool:
    """Whether a cell has the form of an id of YouTube: eleven signs, the last of which can end one."""
    return YOUTUBE_ID.fullmatch(text.strip()) is not None


def downloaded(text: str) -> Video | None:
    """The video of a line as yt-dlp's --download-archive keeps them: `youtube ID`; None for any other."""
    found = _DOWNLOADED.fullmatch(text.strip())
    if found is None:
        return None
    if found[1] in NAMED:
        return video_of_id(found[2], found[1])
    if found[1] == "peertube":  # its host is not told: the clip is known by its id alone
        return Video(f"peertube:{found[2]}", (clip_id("peertube", found[2]),), found[0])
    return None


@lru_cache(1 << 12)
def _remembered(text: str) -> tuple[Video, ...]:
    return tuple(_found(text))


def _found(text: str) -> list[Video]:
    forms = addresses(text) if "://" in text or "www." in text or "/" in text else []
    whole = text.strip()
    if not forms and "/" in whole and "." in whole and len(whole) <= LONGEST and not any(map(str.isspace, whole)):
        form = canonical(whole)
        forms = [form] if form and is_of_video(form) else []
    return list(_named(forms, whole))


def _named(forms: list[str], whole: str) -> Iterator[Video]:
    for form in forms:
        clips = clips_of(form)
        sure = bool(clips) or is_of_video(form)
        if sure or is_elsewhere(form):
            yield Video(form, clips, _written(whole, form, alone=len(forms) == 1), sure)


def _written(whole: str, form: str, *, alone: bool) -> str:
    """The address as it stands in the file where nothing else does, without who logs in; else its form."""
    if alone and len(whole) <= LONGEST and not any(map(str.isspace, whole)) and "://" in whole[:9]:
        return mask_prose(_USER.sub(r"\1", clean(whole)))
    return form if form.partition(":")[0].isalnum() and "/" not in form else f"https://{form}"
