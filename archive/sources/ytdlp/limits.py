"""What a source may take of our time, memory and trust. Pure."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from archive.sources.ytdlp.networks import Address, is_public


class OutOfBounds(Exception):
    """Something that we do not do for a source; its text is a clause that names what, and what to do if it is wrong.

    `may_pass`: the next try may go better.
    """

    def __init__(self, what: str, *, may_pass: bool = False) -> None:
        super().__init__(what)
        self.may_pass = may_pass


@dataclass(frozen=True)
class Limits:
    """The bounds of one session, which lists a source or fetches one film.

    `least_rate` is in bytes a second, looked at each time that `patience` seconds were spent waiting for one answer; an
    answer that is slower is broken off, and the `strikes`-th ends the session. `longest` is the most that a session may
    take, `page_seconds` one page, and `extras_seconds` all captions, or all thumbnails, of a film, in seconds.

    The largest sizes in bytes: `page` of what is read as a whole (pages, JSON, playlists, manifests, keys), `segment`
    of a piece of a film that comes in pieces (yt-dlp holds it in memory), `extra` of a caption or thumbnail. A film
    itself has none but that of the disk. `manifest` is how many bytes of memory the pieces may take that a manifest
    tells of, `entries` how many a list may have, `comments` how many are kept of a video. `private` are networks that
    may be asked although they are not public; so may `provider`, a host and its port.
    """

    least_rate: float = 4096
    patience: float = 60
    strikes: int = 10
    longest: float = 86_400
    page_seconds: float = 600
    extras_seconds: float = 300
    page: int = 64 << 20
    segment: int = 512 << 20
    extra: int = 20_000_000
    manifest: int = 256 << 20
    entries: int = 1_000_000
    comments: int = 10_000
    private: tuple[IPv4Network | IPv6Network, ...] = field(default=())
    provider: tuple[str, int] | None = None

    def admits(self, address: Address) -> bool:
        """Whether a connection to an address may be opened."""
        return is_public(address) or any(address in network for network in self.private)
