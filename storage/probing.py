"""The checks of the conformance suite: each a function that raises Broken with what it saw.

A check's docstring is its name. It writes under the keys of its Bench alone, and need not clear away. Where nothing can
be cleared away, it finds what it wrote the last time.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256, sha512
from itertools import pairwise
from pathlib import Path

from storage.contract import CHECKED, SCRATCH, Target
from storage.errors import Conflict, Damaged, NotFound, Refused, TargetError, Unavailable
from storage.shared_reading import LocalFile

_ODD = (
    "a b",
    " a",
    "x+y%20&=?#z",
    "per%2Fcent",
    "q'~!@$^*(),;:[]{}|<>\"`",
    "UPPER.lower",
    "0=ocfl_object_1.1",
    "inventory.json.sha512",
    "long-" + "n" * 200,
)
_LOOKS = 3
_OTHERS = (CHECKED, f"{SCRATCH}conformance-", f"{SCRATCH}probe-")
"""Whoever checks the same target at the same time writes under such keys."""


class Broken(AssertionError):
    """A target did something else than its contract says; the text is what was seen."""


@dataclass(frozen=True)
class Bench:
    """Where a check works: a target, a folder of keys under `scratch/` of its own, a local folder.

    `large` is a number of bytes that makes the target send a file in parts, `many` a number of keys to list.
    """

    target: Target
    keys: str
    folder: Path
    large: int
    many: int

    def key(self, name: str) -> str:
        """A key of this check."""
        return self.keys + name

    def file(self, content: bytes) -> tuple[Path, str]:
        """A local file with this content, and its sha512."""
        digest = sha512(content).hexdigest()
        path = self.folder / digest[:32]
        path.write_bytes(content)
        return path, digest

    def put(self, name: str, content: bytes) -> str:
        """Put content under a key of this check; its sha512."""
        path, digest = self.file(content)
        self.target.put(self.key(name), LocalFile(path, digest))
        return digest

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        """What comes back."""
        with self.target.open(self.key(name), start, end) as stream:
            return stream.read()

    def listed(self, prefix: str = "") -> list[str]:
        """The keys of this check that start with `prefix`, as listed, without what they have in common."""
        return [stat.key.removeprefix(self.keys) for stat in self.target.list(self.key(prefix))]


def _content(size: int, seed: str) -> bytes:
    """Bytes that do not repeat in any way a store could confuse, the same for the same seed."""
    block = sha256(seed.encode()).digest()
    return b"".join(sha256(block + n.to_bytes(8, "big")).digest() for n in range(-(-size // 32)))[:size]


def _same(found: object, expected: object, what: str) -> None:
    if found != expected:
        shown = [f"{len(v)} bytes" if isinstance(v, bytes) and len(v) > 40 else repr(v) for v in (expected, found)]
        raise Broken(f"{what}: expected {shown[0]}, found {shown[1]}")


@contextmanager
def _raises(kind: type[TargetError], what: str) -> Iterator[None]:
    try:
        yield
    except kind:
        return
    raise Broken(f"{what}: no {kind.__name__} was raised")


def round_trip(bench: Bench) -> None:
    """What is put comes back."""
    content = _content(70_001, "round trip")
    bench.put("file", content)
    _same(bench.read("file"), content, "the whole file")
    _same(bench.target.stat(bench.key("file")).size, len(content), "its size")


def empty_file(bench: Bench) -> None:
    """An empty file is kept as one."""
    bench.put("empty", b"")
    _same(bench.read("empty"), b"", "the file")
    _same(bench.read("empty", 0, 10), b"", "a range of it")
    _same(bench.target.stat(bench.key("empty")).size, 0, "its size")
    bench.put("empty", b"")


def same_again(bench: Bench) -> None:
    """The same content may be put again, and nothing is sent: the local file may even be gone stale."""
    content = _content(3000, "again")
    digest = bench.put("file", content)
    bench.put("file", content)
    stale = bench.folder / "stale"
    stale.write_bytes(bytes(3000))
    bench.target.put(bench.key("file"), LocalFile(stale, digest))
    _same(bench.read("file"), content, "the file")


def other_content(bench: Bench) -> None:
    """Other content under a key is a Conflict, and the old content stays."""
    content = _content(3000, "first")
    bench.put("file", content)
    for other in (_content(3000, "second"), _content(2999, "shorter"), b""):
        with _raises(Conflict, f"{len(other)} other bytes"):
            bench.put("file", other)
    _same(bench.read("file"), content, "the old content")


def stale_file(bench: Bench) -> None:
    """A local file that changed since its digest was taken is Damaged, and nothing of it becomes visible."""
    for size in (3000, bench.large):
        path, _ = bench.file(_content(size, "changed"))
        with _raises(Damaged, f"{size} bytes"):
            bench.target.put(bench.key("never"), LocalFile(path, "0" * 128))
        with _raises(NotFound, "stat afterwards"):
            bench.target.stat(bench.key("never"))
    _same(bench.listed("never"), [], "the listing afterwards")
    content = _content(3000, "there")
    bench.put("file", content)
    path, _ = bench.file(_content(2000, "changed"))
    with _raises(Damaged, "over a file that is there"):
        bench.target.put(bench.key("file"), LocalFile(path, "0" * 128))
    _same(bench.read("file"), content, "the file that was there")


def large_file(bench: Bench) -> None:
    """A file that is sent in parts comes back whole, and in ranges across its parts."""
    content = _content(bench.large, "large")
    bench.put("large", content)
    _same(bench.read("large"), content, "the whole file")
    middle = bench.large - 1000
    _same(bench.read("large", middle - 5, middle + 5), content[middle - 5 : middle + 5], "ten bytes near the end")
    bench.put("large", content)
    with _raises(Conflict, "one byte changed"):
        bench.put("large", content[:-1] + bytes([content[-1] ^ 1]))


def ranges(bench: Bench) -> None:
    """Ranges give the bytes asked for: at the start, in the middle, past the end, none."""
    content = _content(5000, "ranges")
    bench.put("file", content)
    for start, end in ((0, 1), (0, 5000), (1000, 2000), (4999, 5000), (4000, 9000), (4000, None), (0, 5001)):
        _same(bench.read("file", start, end), content[start:end], f"bytes {start} to {end}")
    for start, end in ((5000, None), (9000, 9001), (7, 7), (0, 0), (8, 7)):
        _same(bench.read("file", start, end), b"", f"bytes {start} to {end}")
    with bench.target.open(bench.key("file"), 10, 4000) as stream:
        _same(stream.read(5), content[10:15], "the first five bytes of a range")
        _same(stream.read(5), content[15:20], "the next five")


def missing(bench: Bench) -> None:
    """What is not there is NotFound."""
    bench.put("folder/file", b"x")
    for name in ("nothing", "folder", "fold", "folder/file/below"):
        with _raises(NotFound, f"stat of {name}"):
            bench.target.stat(bench.key(name))
        for start, end in ((0, None), (5, 10), (3, 3)):
            with _raises(NotFound, f"open of {name} from {start} to {end}"):
                bench.target.open(bench.key(name), start, end).close()


def order(bench: Bench) -> None:
    """Keys are listed in the order of their code points, each once, with their sizes."""
    names = ["a.b", "a/b", "a/b-x/c", "a/b/c"[:3] + "2/c", "a-b", "ab", "a b/c", "A", "Z/a", "a~", "a0", "b", "a/b.c"]
    for size, name in enumerate(names):
        bench.put(name, b"x" * size)
    _same(bench.listed(), sorted(names), "the keys")
    found = {s.key.removeprefix(bench.keys): s.size for s in bench.target.list(bench.keys)}
    _same(found, {name: size for size, name in enumerate(names)}, "their sizes")


def many_keys(bench: Bench) -> None:
    """More keys are listed than fit on one page."""
    names = [f"{n % 7}/{n:05d}" for n in range(bench.many)]
    path, digest = bench.file(b"many")
    for name in names:
        bench.target.put(bench.key(name), LocalFile(path, digest))
    listed = bench.listed()
    _same(len(listed), len(names), "the number of keys")
    _same(listed, sorted(names), "the keys")
    if any(later <= earlier for earlier, later in pairwise(listed)):
        raise Broken("the keys are out of order")


def prefixes(bench: Bench) -> None:
    """A prefix is a string that keys start with, whole folder or not."""
    names = ["ab/1", "ab/2", "abc/1", "abd", "b"]
    for name in names:
        bench.put(name, b"x")
    for prefix in ("", "a", "ab", "ab/", "ab/1", "abc", "abd", "c", "ab/1/", "abd/"):
        _same(bench.listed(prefix), [name for name in names if name.startswith(prefix)], f"the prefix {prefix!r}")


def replacing(bench: Bench) -> None:
    """What may change is replaced only if what lies there is what was expected."""
    first, second = _content(900, "one"), _content(1100, "two")
    (one, one_digest), (two, two_digest) = bench.file(first), bench.file(second)
    key, never = bench.key("document"), bench.key("never")
    with _raises(Conflict, "nothing there, something expected"):
        bench.target.replace(never, LocalFile(one, one_digest), two_digest)
    with _raises(NotFound, "stat afterwards"):
        bench.target.stat(never)
    was = sha512(bench.read("document")).hexdigest() if "document" in bench.listed() else None
    bench.target.replace(key, LocalFile(one, one_digest), was)
    bench.target.replace(key, LocalFile(one, one_digest), was)
    for was in (None, two_digest[:-1] + "0", "0" * 128):
        with _raises(Conflict, f"expected {was and was[:6]}"):
            bench.target.replace(key, LocalFile(two, two_digest), was)
        _same(bench.read("document"), first, "the old content")
    with _raises(Damaged, "a stale file"):
        bench.target.replace(key, LocalFile(two, "0" * 128), one_digest)
    _same(bench.read("document"), first, "the old content")
    bench.target.replace(key, LocalFile(two, two_digest), one_digest)
    _same(bench.read("document"), second, "the new content")
    bench.target.replace(key, LocalFile(two, two_digest), one_digest)
    _same(bench.listed(), ["document"], "the keys")


def discarding(bench: Bench) -> None:
    """Only what lies under `scratch/` can be removed, and that only where the keys may: if not, it is as it was."""
    bench.put("file", b"x")
    if may_discard(bench.target, bench.key("file")):
        bench.target.discard(bench.key("file"))
        with _raises(NotFound, "stat afterwards"):
            bench.target.stat(bench.key("file"))
    else:
        _same(bench.read("file"), b"x", "what may not be removed")
    for key in ("ocfl/inventory.json", "scratch", "writer.json", "scratch/../ocfl/a", "scratchy/a"):
        with _raises(Refused, f"discard of {key}"):
            bench.target.discard(key)


def odd_keys(bench: Bench) -> None:
    """Odd but legal keys are kept as they are."""
    for number, name in enumerate(_ODD):
        bench.put(f"{name}/{name}", bytes([number]))
    _same(bench.listed(), sorted(f"{name}/{name}" for name in _ODD), "the keys")
    for number, name in enumerate(_ODD):
        _same(bench.read(f"{name}/{name}"), bytes([number]), name)


def illegal_keys(bench: Bench) -> None:
    """Keys that leave their folder, or that some target could not keep, are refused."""
    path, digest = bench.file(b"x")
    for key in ("", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\\b", "a\nb", "\u00e9", "a" * 1000, "\x00"):
        for deed in (
            lambda key=key: bench.target.put(key, LocalFile(path, digest)),
            lambda key=key: bench.target.replace(key, LocalFile(path, digest), None),
            lambda key=key: bench.target.open(key),
            lambda key=key: bench.target.stat(key),
            lambda key=key: bench.target.discard(key),
        ):
            with _raises(Refused, repr(key)):
                deed()


def _put_in_the_end(bench: Bench, name: str, path: Path, digest: str) -> None:
    """Put a file as every caller does: again, where the target answers that it may be better later."""
    for left in reversed(range(4)):
        try:
            bench.target.put(bench.key(name), LocalFile(path, digest))
        except Unavailable:
            if not left:
                raise
        else:
            return


def at_once(bench: Bench) -> None:
    """Several writers of the same content all succeed; of other contents, one wins where the target promises it."""
    content = _content(50_000, "at once")
    path, digest = bench.file(content)
    with ThreadPoolExecutor(4) as pool:
        for put in [pool.submit(_put_in_the_end, bench, "same", path, digest) for _ in range(4)]:
            put.result()
    _same(bench.read("same"), content, "the file")
    if not bench.target.capabilities.conditional_put:
        return
    contents = [_content(50_000, f"writer {n}") for n in range(4)]

    def race(mine: bytes) -> bool:
        with suppress(Conflict):
            bench.put("raced", mine)
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(race, contents))
    _same(won.count(True), 1, "the number of winners")
    _same(bench.read("raced"), contents[won.index(True)], "the winner's content")


def usable(bench: Bench) -> None:
    """A target in order passes its own check, and leaves nothing behind that it may remove."""
    bench.put("file", b"x")
    left = {stat.key for stat in bench.target.list(CHECKED)}
    bench.target.check()
    new = {stat.key for stat in bench.target.list(CHECKED)} - left
    for _ in range(_LOOKS):  # another's check may be under way
        new &= {stat.key for stat in bench.target.list(CHECKED)} if new else set()
    if new and may_discard(bench.target, bench.key("file")):
        raise Broken(f"after the check there is {', '.join(sorted(new))}")


def may_discard(target: Target, key: str) -> bool:
    """Remove a key under `scratch/`: whether the target lets us. Raises TargetError where it cannot say."""
    try:
        target.discard(key)
    except Refused:
        return False
    return True


def readable(bench: Bench) -> None:
    """A target in order passes a look for reading, and the look writes nothing."""
    bench.put("file", b"x")
    before = {stat.key for stat in bench.target.list(SCRATCH)}
    bench.target.look()
    new = {stat.key for stat in bench.target.list(SCRATCH)} - before
    _same([key for key in new if not key.startswith(_OTHERS)], [], "what is new under scratch/")


CHECKS: tuple[Callable[[Bench], None], ...] = (
    readable,
    usable,
    round_trip,
    empty_file,
    same_again,
    other_content,
    stale_file,
    large_file,
    ranges,
    missing,
    order,
    many_keys,
    prefixes,
    replacing,
    discarding,
    odd_keys,
    illegal_keys,
    at_once,
)
