"""Words of strangers where somebody may read them: without what a terminal, a page or an editor would obey."""

import json
import re
from typing import Any

HIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""What is not shown, or obeyed: control characters and marks that turn the line around."""

_OF_A_PAGE = re.compile("[<>&]")
"""What would end a script in which JSON-LD stands within a page (W3C JSON-LD 1.1, 7.1)."""


def plain(text: str) -> str:
    """A line: control characters, escape codes and marks that turn the line around cut."""
    return HIDDEN.sub("", re.sub(r"[\n\r\t]", " ", text))


def written(value: Any, *, indent: int, in_page: bool = False) -> str:
    """A value as JSON that means the same and hides nothing; fit to stand in the script of a page if `in_page`."""
    text = HIDDEN.sub(_escape, json.dumps(value, indent=indent, ensure_ascii=False, default=str))
    return _OF_A_PAGE.sub(_escape, text) if in_page else text


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
