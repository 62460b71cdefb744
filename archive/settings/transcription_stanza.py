"""The `[transcription]` stanza: the options that a transcript names, and what of the settings it does not."""

import re
from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from archive.settings.several import several
from transcription.engines.quick_reading import MEASURED
from transcription.records import Options


def _digest(told: str) -> str:
    """A sha256 in hexadecimal digits, or an error that names the one that may be meant."""
    if _is_digest(told):
        return told
    bare = told.strip().lower().removeprefix("sha256").lstrip(" :=")
    near = [bare] if _is_digest(bare) else get_close_matches(bare, sorted(MEASURED), n=1)
    meant = (
        f"did you mean {near[0]}?"
        if near
        else "`thirdcopy models check FOLDER --measure RECORDINGS` prints that of a model"
    )
    raise ValueError(f"{told[:80]!r} is no sha256 of a model's weights, 64 digits of 0 to 9 and a to f; {meant}")


def _is_digest(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{64}", text) is not None


class TranscriptionSettings(Options):
    """The `[transcription]` stanza."""

    measured: Annotated[tuple[Annotated[str, AfterValidator(_digest)], ...], BeforeValidator(several)] = Field(
        default=(),
        description="Whisper models, by the sha256 of their weights, on which `models check --measure` found quick "
        "reading no worse, beside those on which its makers did",
    )

    @property
    def options(self) -> Options:
        """What a transcript names of it."""
        return Options(**{name: getattr(self, name) for name in Options.model_fields})
