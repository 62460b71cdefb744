"""The Chinese of a page as one small font of just its characters, for browsers whose system has no font of Chinese.

A page names a stylesheet, and that a font, which a browser asks for only where it needs it: the fonts of systems are
named before this one in static/room.css. An address is an HMAC of the characters, sorted and each once: it tells
nothing of a page and nobody guesses it, so that fonts are made of those sets alone that pages of this room have named.
"""

import hmac
import secrets
from collections import OrderedDict
from functools import lru_cache
from hashlib import sha256
from threading import Lock

from flows.reading_room.cut_fonts import cut
from flows.reading_room.page_parts import CHARACTER_BYTES, CHINESE, HAN, LETTERS_BYTES, PAGE_BYTES

ADDRESS = "/fonts/han"
NAMED_KEPT, MADE_KEPT = 1000, 50
"""The sets of characters and the fonts, of at most 100 kB, that are remembered: those that were last asked for."""


class HanFonts:
    """The fonts of the pages of one room, while it is open."""

    def __init__(self) -> None:
        self._key, self._lock = secrets.token_bytes(32), Lock()
        self._named = OrderedDict[str, str]()
        self._cut = lru_cache(MADE_KEPT)(cut)

    def stylesheet_for(self, html: str) -> str | None:
        """The address of the rules for a page's Chinese, None where it has none.

        Of Chinese that would take more than the 200 kB of a page leave, it is the first of the page.
        """
        if not HAN.search(html):
            return None
        most = max(0, PAGE_BYTES - LETTERS_BYTES - len(html.encode())) // CHARACTER_BYTES
        characters = "".join(sorted([*dict.fromkeys("".join(CHINESE.findall(html)))][:most]))
        name = hmac.new(self._key, characters.encode(), sha256).hexdigest()[:32]
        with self._lock:
            self._named[name] = characters
            self._named.move_to_end(name)
            if len(self._named) > NAMED_KEPT:
                self._named.popitem(last=False)
        return f"{ADDRESS}/{name}.css"

    def rules(self, name: str) -> str | None:
        """The stylesheet of a name, None where no page has named it lately."""
        with self._lock:
            characters = self._named.get(name)
        if characters is None:
            return None
        codes = ",".join(f"U+{ord(one):X}" for one in characters)
        source = f'src: url("{name}.woff2") format("woff2"); unicode-range: {codes}'
        return f'@font-face {{ font-family: "Noto Sans SC"; font-weight: 400; font-display: swap; {source}; }}\n'

    def font(self, name: str) -> bytes | None:
        """The font of a name as WOFF2, None where no page has named it lately; for one thread at a time."""
        with self._lock:
            characters = self._named.get(name)
        return None if characters is None else self._cut(characters)
