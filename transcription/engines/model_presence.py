"""Whether the models that the settings name are there, without loading any."""

from collections.abc import Iterator
from pathlib import Path

from transcription.records import Options


def absent(options: Options) -> Iterator[str]:
    """What is missing of the models, a sentence each. A name is not looked up at the hub: it is fetched when needed."""
    if why := _whisper(options.model):
        yield f"the model {options.model} {why}"
    for language, one in options.per_language.items():
        if one.model and (why := _ctc(one.model) if one.engine == "ctc" else _whisper(one.model)):
            yield f"the model of {language}, {one.model}, {why}"


def _whisper(model: str) -> str | None:
    folder = Path(model)
    if folder.is_dir():
        return (
            None if (folder / "model.bin").is_file() else "has no model.bin: convert it with ct2-transformers-converter"
        )
    return "is no folder" if "/" in model and model.startswith((".", "/")) else None


def _ctc(model: str) -> str | None:
    from transcription.engines.ctc_engine import missing

    return missing(model)
