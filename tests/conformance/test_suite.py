"""The suite itself: a target that breaks one promise is found out by the check of that promise."""

from collections.abc import Iterator
from hashlib import sha512
from io import BytesIO
from typing import IO

import pytest

from storage import probing
from storage.conformance import conform
from storage.contract import Content, Stat
from storage.errors import Conflict, NotFound, Refused
from storage.keys import validate_key
from storage.shared_reading import LocalFile
from storage.targets.memory import MemoryTarget, read_content


class Overwrites(MemoryTarget):
    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        validate_key(key, target=self.name)
        self._content[key] = read_content(content)


class ForgetsTheLastByte(MemoryTarget):
    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        return BytesIO(super().open(key, start, end).read()[:-1])


class ListsFolderByFolder(MemoryTarget):
    def list(self, prefix: str) -> Iterator[Stat]:
        return iter(sorted(super().list(prefix), key=lambda stat: stat.key.split("/")))


class StopsAfterAPage(MemoryTarget):
    def list(self, prefix: str) -> Iterator[Stat]:
        return iter(sorted(super().list(prefix), key=lambda stat: stat.key)[:1000])


class TakesAPrefixForAFolder(MemoryTarget):
    def list(self, prefix: str) -> Iterator[Stat]:
        whole = prefix if prefix.endswith("/") else prefix + "/"
        return (stat for stat in super().list(prefix) if stat.key.startswith(whole))


class ReplacesBlindly(MemoryTarget):
    def replace(self, key: str, content: Content, was: str | None) -> None:
        validate_key(key, target=self.name)
        self._content[key] = read_content(content)


class IgnoresRanges(MemoryTarget):
    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        return super().open(key)


class DiscardsAnything(MemoryTarget):
    def discard(self, key: str) -> None:
        self._content.pop(key, None)


class TrustsTheLocalFile(MemoryTarget):
    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        assert isinstance(content, LocalFile)
        super().put(key, LocalFile(content.file, sha512(content.file.read_bytes()).hexdigest()))


class LastOneWins(MemoryTarget):
    """Does as it should for one writer, and lets every one of several win."""

    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        try:
            super().put(key, content, absent=absent)
        except Conflict:
            if not key.endswith("raced"):
                raise
            self._content[key] = read_content(content)


class MakesUpWhatIsMissing(MemoryTarget):
    def stat(self, key: str) -> Stat:
        try:
            return super().stat(key)
        except NotFound:
            return Stat(key, 0)


class WritesWhileItLooks(MemoryTarget):
    def look(self) -> None:
        self._content["scratch/looked"] = b""


class LeavesItsCheck(MemoryTarget):
    def check(self) -> None:
        self._content["scratch/check-7"] = b""


class LowersCase(MemoryTarget):
    def put(self, key: str, content: Content, *, absent: bool = False) -> None:
        super().put(key, content, absent=absent)
        self._content[key.lower()] = self._content[key]


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (Overwrites, probing.other_content),
        (ForgetsTheLastByte, probing.round_trip),
        (ListsFolderByFolder, probing.order),
        (StopsAfterAPage, probing.many_keys),
        (TakesAPrefixForAFolder, probing.prefixes),
        (ReplacesBlindly, probing.replacing),
        (IgnoresRanges, probing.ranges),
        (DiscardsAnything, probing.discarding),
        (TrustsTheLocalFile, probing.stale_file),
        (LastOneWins, probing.at_once),
        (MakesUpWhatIsMissing, probing.missing),
        (LowersCase, probing.odd_keys),
        (WritesWhileItLooks, probing.readable),
        (LeavesItsCheck, probing.usable),
    ],
)
def test_a_broken_promise_is_found_out(kind: type[MemoryTarget], check: object) -> None:
    name = (check.__doc__ or "").strip().rstrip(".")
    failed = [found.name for found in conform(kind("broken"), token="test", large=70_000, many=1200) if not found.ok]
    assert name in failed


class MayNotDiscard(MemoryTarget):
    def discard(self, key: str) -> None:
        super().discard("scratch/nothing" if key.startswith("scratch/") else key)
        raise Refused("these keys may not delete", target=self.name, key=key)


def test_who_may_not_delete_keeps_every_promise_time_after_time() -> None:
    target, left = MayNotDiscard("kept"), []
    for token in ("first", "second", "third"):
        done = conform(target, token=token, large=70_000, many=50)
        assert not [(check.name, check.detail) for check in done if not check.ok]
        left.append([(stat.key, stat.size) for stat in target.list("")])
    assert left[0] == left[1] == left[2]


class CheckedByOthers(MemoryTarget):
    """Whatever is looked at or checked, somebody else's checks are under way too."""

    THEIRS = ("scratch/conformance-theirs/missing/file", "scratch/probe-theirs/taken", "scratch/a-film-on-its-way")

    def look(self) -> None:
        self._content |= dict.fromkeys(self.THEIRS[:2], b"")

    def check(self) -> None:
        self._content |= dict.fromkeys(("scratch/check-3", self.THEIRS[2]), b"theirs")

    def list(self, prefix: str) -> Iterator[Stat]:
        found = super().list(prefix)
        self._content.pop("scratch/check-3", None)  # in the end they tidy up
        return found


def test_what_others_write_meanwhile_is_neither_blamed_on_a_target_nor_removed() -> None:
    target = CheckedByOthers("crowded")
    done = conform(target, token="ours", large=70_000)
    assert not [(check.name, check.detail) for check in done if not check.ok]
    assert [stat.key for stat in target.list("")] == sorted(target.THEIRS)


class DiscardsAndSaysNo(MemoryTarget):
    def discard(self, key: str) -> None:
        super().discard(key)
        raise Refused("no", target=self.name, key=key)


def test_who_deletes_and_says_that_it_does_not_is_found_out() -> None:
    done = conform(DiscardsAndSaysNo("broken"), token="test", large=70_000)
    assert [check.name for check in done if not check.ok] == [(probing.discarding.__doc__ or "").strip().rstrip(".")]
