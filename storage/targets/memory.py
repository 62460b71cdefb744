"""A target in memory: for tests, and the plainest reading of the contract."""

import io
from collections.abc import Iterator
from threading import Lock
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict

from storage.contract import Capabilities, Content, Stat
from storage.digests import BLOCK, sha512_stream
from storage.errors import NotFound
from storage.keys import validate_discard, validate_key
from storage.targets.comparing import other_before, other_content


class MemorySettings(BaseModel):
    """A target in memory has nothing to set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["memory"] = "memory"


class MemoryTarget:
    """Implements storage.contract.Target over a dict; gone with the process."""

    capabilities = Capabilities(conditional_put=True)

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = f"memory:{name}"
        self._content: dict[str, bytes] = {}
        self._lock = Lock()

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        """Keep the bytes under a new key."""
        validate_key(key, target=self.name)
        with self._lock:
            found = self._digest(key)
        if found is None:
            sent = read_content(content)
            with self._lock:
                if self._content.setdefault(key, sent) is sent:
                    return
                found = self._digest(key)
        if found != content.sha512:
            raise other_content(content, target=self.name, key=key)

    def replace(self, key: str, content: Content, was: str | None) -> None:
        """Keep the bytes in the place of what has the digest `was`."""
        validate_key(key, target=self.name)
        with self._lock:
            found = self._digest(key)
            if found == content.sha512:
                return
            if found != was:
                raise other_before(was, found, target=self.name, key=key)
            self._content[key] = read_content(content)

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        """A stream over the kept bytes."""
        validate_key(key, target=self.name)
        return io.BytesIO(self._bytes(key)[start:end])

    def stat(self, key: str) -> Stat:
        """The size of what is kept."""
        validate_key(key, target=self.name)
        return Stat(key, len(self._bytes(key)))

    def list(self, prefix: str) -> Iterator[Stat]:
        """What is kept now; later changes do not show."""
        with self._lock:
            found = sorted((key, len(content)) for key, content in self._content.items() if key.startswith(prefix))
        return (Stat(key, size) for key, size in found)

    def discard(self, key: str) -> None:
        """Forget a key under `scratch/`."""
        validate_discard(key, target=self.name)
        with self._lock:
            self._content.pop(key, None)

    def look(self) -> None:
        """Nothing keeps memory from being read."""

    def check(self) -> None:
        """Nothing keeps memory from being used."""

    def _bytes(self, key: str) -> bytes:
        try:
            return self._content[key]
        except KeyError:
            raise NotFound(target=self.name, key=key) from None

    def _digest(self, key: str) -> str | None:
        return sha512_stream(io.BytesIO(self._content[key])) if key in self._content else None


def read_content(content: Content) -> bytes:
    """The whole of a content; raises what its `parts` raise."""
    found = bytearray()
    for part in content.parts(BLOCK):
        for block in part.blocks:
            found += block
        part.release()
    return bytes(found)
