"""What sources of every kind look at in a file that came: is it a picture, is its length the one announced."""

import re

_PICTURES = (
    ("jpg", rb"\xff\xd8\xff"),
    ("png", rb"\x89PNG\r\n\x1a\n"),
    ("gif", rb"GIF8[79]a"),
    ("webp", rb"RIFF....WEBP"),
    ("avif", rb"....ftypavi[fs]"),
)
"""How picture files begin, by extension."""


def picture_kind(data: bytes) -> str | None:
    """The extension of a picture file by how it begins; None for what is no picture."""
    return next((kind for kind, start in _PICTURES if re.match(start, data, re.DOTALL)), None)


def other_length(announced: float | None, found: float) -> tuple[str, ...]:
    """What is kept of a length that departs from the platform's by more than 2 s and 2 %; nothing of one that fits."""
    if announced is None or abs(announced - found) <= max(2.0, announced / 50):
        return ()
    return (f"it lasts {found:.1f} s where the platform announced {announced:.1f} s",)
