"""Passwords as argon2id hashes (RFC 9106), and the home of argon2. None is ever kept, logged or quoted."""

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from archive.errors import ArchiveError
from archive.people.accounts import WrongAccount

SHORTEST, LONGEST = 12, 1000
"""Characters of a password. NIST SP 800-63B-4 (3.1.1.2) asks for 15 of those that stand alone, or 8 beside something
else, and for 64 at least to be taken; what is longer than the longest is not looked at."""
AT_ONCE = 2
"""Hashes that are worked out side by side: each takes 64 MiB."""
WAITING = 8
"""Others that wait for their turn, `PATIENCE_S` at most: a flood of attempts takes no thread from the pages."""
PATIENCE_S = 5.0


class Busy(ArchiveError):
    """So many passwords are being looked at that another one must wait."""

    def __init__(self) -> None:
        super().__init__("many passwords are being looked at just now: try again in a moment")


class Passwords:
    """How passwords are hashed and compared: by today's parameters of argon2-cffi, the second choice of RFC 9106."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns, self._places = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE + WAITING)

    def hashed(self, password: str) -> str:
        """The hash to keep. Raises WrongAccount for a password that is too short or too long."""
        if len(password) > LONGEST:
            raise WrongAccount(f"a password has {LONGEST} characters at most")
        length = len(unicodedata.normalize("NFC", password))
        if length < SHORTEST:
            raise WrongAccount(
                f"a password has {SHORTEST} characters or more, and this one has {length}: take several words"
            )
        with self._turn():
            return self._hasher.hash(_bytes(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one of a hash; without a hash the same work is done, and it is not.

        Raises Busy where too many ask.
        """
        if len(password) > LONGEST:
            password = ""
        with self._turn():
            nobodys = self._of_nobody  # made at the first attempt, whoever makes that
            try:
                return self._hasher.verify(kept or nobodys, _bytes(password)) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def renewed(self, kept: str, password: str) -> str | None:
        """The hash of the right password by today's parameters, where it was made with others. Raises Busy."""
        if not self._hasher.check_needs_rehash(kept):
            return None
        with self._turn():
            return self._hasher.hash(_bytes(password))

    @cached_property
    def _of_nobody(self) -> str:
        return self._hasher.hash(secrets.token_bytes(32))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._turns.acquire(timeout=PATIENCE_S):
                raise Busy
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


def _bytes(password: str) -> bytes:
    """A password as bytes, the same on every keyboard: composed, as RFC 8265 asks (OpaqueString, section 4.2)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
