"""The engines of single languages: loaded when first asked for, one at a time.

How much memory a machine has left for another model nobody can say beforehand. So at most one stays loaded beside the
main one, the one that was asked for last. Languages with the same model share its engine.
"""

from collections.abc import Collection

from transcription.engines.engine import Engine
from transcription.engines.engine_loading import load_engine
from transcription.records import EngineKind, Options, OwnModel


class OwnEngines:
    """The engines that the settings give to single languages; `measured` is as in `load_engine`."""

    def __init__(self, options: Options, measured: Collection[str] = ()) -> None:
        self._options = options
        self._measured = measured
        self._loaded: tuple[tuple[EngineKind, str], Engine] | None = None
        self._known: dict[str, OwnModel] = {}

    def of(self, language: str) -> Engine:
        """The engine of a language. Raises ModelError where it cannot be had."""
        own = self._options.of(language)
        key = own.engine, own.model or self._options.model
        if self._loaded is None or self._loaded[0] != key:
            self._loaded = None  # before the next one is loaded, or there would be three
            self._loaded = key, load_engine(*key, self._options, self._measured)
        engine = self._loaded[1]
        self._known[language] = OwnModel(
            language=language, model=engine.name, digest=engine.digest, engine=own.engine, quick=engine.quick
        )
        return engine

    def told(self, languages: Collection[str]) -> tuple[OwnModel, ...]:
        """Which models read the languages, of those that were loaded."""
        return tuple(one for language, one in sorted(self._known.items()) if language in languages)
