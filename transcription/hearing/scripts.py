"""Chinese in one script: Whisper writes simplified or traditional characters by chance. The one importer of OpenCC."""

from functools import cache
from typing import Literal

import opencc

Script = Literal["simplified", "traditional"]


def to_script(text: str, script: Script | None) -> str:
    """A text with its Chinese characters in one script; unchanged if `script` is None. Other writing is left alone."""
    return str(_converter(script).convert(text)) if script and not text.isascii() else text


@cache
def _converter(script: Script) -> opencc.OpenCC:
    return opencc.OpenCC("t2s" if script == "simplified" else "s2t")
