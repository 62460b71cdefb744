"""The fonts of Chinese that a page needs: of a hundred slices those that have its characters, by their own stylesheet.

All rules together are 88 kB, and a page is to be under 200 kB. A reader whose system has a font of Chinese takes the
stylesheet alone: that font is named before these.
"""

import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

RULES = Path(__file__).parent / "static" / "fonts" / "han" / "han.css"
ADDRESS = "/static/fonts/han/some.css"
_RULE = re.compile(r'@font-face \{[^}]*url\("(\d+)\.woff2"\)[^}]*unicode-range: ([^;]+);[^}]*\}')
_BEYOND_LETTERS = re.compile("[\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U000323af]")
HAN = re.compile("[\u3400-\u9fff]")


def stylesheet_for(html: str) -> str | None:
    """The address of the rules for a page's Chinese, None where it has none."""
    if not HAN.search(html):
        return None
    slices = {_slices().get(ord(letter)) for letter in {*_BEYOND_LETTERS.findall(html)}} - {None}
    return f"{ADDRESS}?{'.'.join(sorted(filter(None, slices), key=int))}"


def some_rules(request: Request) -> Response:
    """The rules of the slices that an address names; what it names else is passed over."""
    rules = _rules()
    asked = dict.fromkeys(request.url.query[:1000].split("."))
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response("\n".join(rules[one] for one in asked if one in rules), 200, kept, "text/css")


@cache
def _rules() -> dict[str, str]:
    """The rules by the number of their slice."""
    return {found[1]: found[0] for found in _RULE.finditer(RULES.read_text("utf-8"))}


@cache
def _slices() -> dict[int, str]:
    """The number of the slice that has a character, by its code point."""
    found = dict[int, str]()
    for number, rule in _rules().items():
        ranges = _RULE.match(rule)
        for one in (ranges[2] if ranges else "").split(","):
            first, _, last = one.strip().removeprefix("U+").partition("-")
            found |= dict.fromkeys(range(int(first, 16), int(last or first, 16) + 1), number)
    return found
