"""The models of single languages that are known here: `known_models.toml`, read and checked."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import Field

from transcription.records import EngineKind, LanguageCode, Record, Sha256

FILE: Final = Path(__file__).with_name("known_models.toml")


class ModelFile(Record):
    """A file of a model: where it is fetched from, its bytes and digest where they are known."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    address: str
    bytes: int | None = Field(default=None, gt=0)
    sha256: Sha256 | None = None


class KnownModel(Record):
    """What is known of a model.

    `languages` are those that its maker says it writes, of `others` some words. `forbids` and `asks` are what its
    licence does. `figure` is its maker's own. `not_fetched` says why `models get` cannot fetch it. `tried` is by whom
    and when it was tried, empty where nobody has. `size` is about how many bytes it has, where its files do not say.
    `engine` is None where no kind here reads it.
    """

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    engine: EngineKind | None = None
    languages: tuple[LanguageCode, ...]
    others: str = ""
    maker: str
    licence: str
    forbids: str = ""
    asks: str = ""
    figure: str
    looked_up: tuple[str, ...]
    digests_by: str = ""
    not_fetched: str = ""
    size: int | None = None
    tried: str = ""
    files: tuple[ModelFile, ...] = ()

    @property
    def bytes(self) -> int | None:
        """The bytes of all its files, or about so many; None where nobody says."""
        sizes = [file.bytes for file in self.files if file.bytes is not None]
        return sum(sizes) if sizes and len(sizes) == len(self.files) else self.size

    @property
    def unpinned(self) -> tuple[str, ...]:
        """The files whose digest nobody publishes."""
        return tuple(file.name for file in self.files if file.sha256 is None)


def known_models(file: Path = FILE) -> dict[str, KnownModel]:
    """The models by name, in the order of the file."""
    with file.open("rb") as opened:
        read = tomllib.load(opened)["models"]
    models = [KnownModel.model_validate(one) for one in read]
    return {model.name: model for model in models}
