"""One film, one clip: other ids of the film that an id names, and ids that count only within a channel. Pure.

A PeerTube video has a UUID and a short id, which is the UUID in base 58; yt-dlp calls it by whichever its address has.
A Telegram message has a number within its channel, which yt-dlp takes for an id by itself. Of a film that has only an
address it takes the address's last name, which many have.
"""

import re
from typing import Final
from uuid import UUID

from archive.records.clip import Listing, clip_id

_BASE58: Final = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
"""The digits as PeerTube writes them (those of Flickr: https://www.npmjs.com/package/short-uuid)."""

_RENAMED: Final = frozenset({"PeerTube", "TelegramEmbed", "Generic"})
_SHARED: Final = frozenset({"TelegramEmbed", "Generic"})
_SHORT: Final = 22
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_MESSAGE: Final = re.compile(r"https?://t\.me/(?P<channel>[A-Za-z][A-Za-z0-9_]{3,31})/\d+", re.I)


def short_uuid(uuid: str) -> str | None:
    """A UUID as 22 digits of base 58; None for what is no UUID."""
    if not _UUID.fullmatch(uuid):
        return None
    number, digits = UUID(uuid).int, ""
    while number:
        number, rest = divmod(number, len(_BASE58))
        digits = _BASE58[rest] + digits
    return digits.rjust(_SHORT, _BASE58[0])


def long_uuid(short: str) -> str | None:
    """The UUID that 22 digits of base 58 write; None for what writes none."""
    if len(short) != _SHORT or not set(short) <= set(_BASE58):
        return None
    number = 0
    for digit in short:
        number = number * len(_BASE58) + _BASE58.index(digit)
    return str(UUID(int=number)) if number < 1 << 128 else None


def other_clips(clip: str) -> tuple[str, ...]:
    """The ids of clips that can only be of the same film as this one: of PeerTube, the UUID and the short id."""
    extractor, _, name = clip.partition("-")
    if extractor != "peertube":
        return ()
    forms = (short_uuid(name), long_uuid(name), name.lower() if _UUID.fullmatch(name) else None)
    return tuple(dict.fromkeys(clip_id(extractor, form) for form in forms if form and form != name))


def as_called_here(listing: Listing) -> Listing:
    """A listing whose id is the one that a new clip of this film gets: the short one, and never a mere number."""
    extractor, name = listing.extractor, listing.platform_id
    if extractor == "PeerTube" and len(name) != _SHORT and (short := short_uuid(name)):
        return listing.model_copy(update={"platform_id": short})
    if extractor == "TelegramEmbed" and name.isdecimal() and (message := _MESSAGE.match(listing.url)):
        return listing.model_copy(update={"platform_id": f"{message['channel'].lower()}-{name}"})
    return listing


def earlier_names(listing: Listing) -> tuple[str, ...]:
    """The platform's ids under which an earlier build may have kept the film of a listing, as it now stands."""
    name = listing.platform_id
    if listing.extractor == "PeerTube":
        return tuple(form for form in (long_uuid(name),) if form)
    if listing.extractor == "TelegramEmbed":
        return tuple(number for number in (name.rpartition("-")[2],) if number != name)
    return tuple(one for one in listing.earlier if one != name)


def may_have_earlier_names(listing: Listing) -> bool:
    """Whether there may be any; soon told."""
    return listing.extractor in _RENAMED


def may_share_its_name(listing: Listing) -> bool:
    """Whether an earlier name of this listing may be another film's too, so that only the same address proves it."""
    return listing.extractor in _SHARED


def at_one_address(one: Listing, other: Listing) -> bool:
    """Whether two listings of one name have one address: of Telegram the message's, else all that a server is asked."""
    if one.extractor == "TelegramEmbed":
        return one.url.partition("?")[0].lower() == other.url.partition("?")[0].lower()
    return one.url.partition("#")[0] == other.url.partition("#")[0]
