"""Whether a text goes round in circles, as a model's does that has lost its way. Pure."""

import re
import zlib

_LOOP = re.compile(r"(.{1,40}?)\1{4,}|(.{10,200}?)\2{2,}", re.DOTALL)
_LOOP_LENGTH = 12


def compression_ratio(text: str) -> float:
    """Bytes of the text to bytes of its zlib compression: Whisper's own measure of repetition, 0 for no text."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def loops(text: str) -> bool:
    """Whether the text says one thing over and over: up to 40 characters five times, or a sentence three times."""
    even = re.sub(r"[\s.,!?。，！？，،؟]+", " ", text).casefold() + " "
    return any(len(found.group().strip()) >= _LOOP_LENGTH for found in _LOOP.finditer(even))
