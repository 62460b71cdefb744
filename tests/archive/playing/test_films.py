"""A film's bytes: from the nearest sound copy, never a wrong one, and on from the next copy where one breaks off."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import run
from threading import Event
from time import monotonic, sleep
from typing import IO

import pytest

from archive.errors import NotHere
from archive.ledger.copies import Copy
from archive.opening.archive import Archive
from archive.playing import compared_blocks
from archive.playing.films import ADDRESS_S, film_of
from archive.playing.nearest import FAILED_S, REMEMBERED_S, SPOOL, UNKNOWN_S, Answers, sources, targets_with
from archive.preservation.space import discard
from archive.records.object_ids import ObjectId
from archive.settings.stanzas import WorkerSettings
from storage.contract import Target
from storage.errors import NotFound, Unavailable
from storage.targets import FolderSettings, S3Settings
from storage.targets.folder import FolderTarget
from storage.watched import Watched
from tests.support.archives import MONDAY, an_archive, folder_target, folder_targets, keep, store_all
from tests.support.browsing import browser, heard

CLIP = "peertube-film"
MIB = 1 << 20
FILM = os.urandom(3 * MIB + 700_001)


@dataclass
class Telling(Watched):
    """A target that is asked as it says: it keeps what ranges were asked, and may break what comes."""

    inner: FolderTarget
    asked: list[tuple[str, int, int | None]] = field(default_factory=list)
    closed: int = 0
    breaks: Callable[[IO[bytes], int], IO[bytes]] | None = None

    def __post_init__(self) -> None:
        super().__init__(self.inner, lambda: None)

    def open(self, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
        self.asked.append((key.rpartition("/")[2], start, end))
        body = self.inner.open(key, start, end)
        return self.breaks(body, start) if self.breaks and key.endswith(".mp4") else body

    def ranges(self) -> list[tuple[int, int | None]]:
        return [(start, end) for name, start, end in self.asked if name.endswith(".mp4")]


class Broken:
    """A body whose bytes change or end at a place of the file."""

    def __init__(self, body: IO[bytes], at: int, change: Callable[[bytes, int], bytes]) -> None:
        self._body, self._at, self._change = body, at, change

    def read(self, size: int = -1) -> bytes:
        block = self._change(self._body.read(size), self._at)
        self._at += len(block)
        return block

    def close(self) -> None:
        self._body.close()

    def __enter__(self) -> "Broken":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def flipped(byte: int) -> Callable[[IO[bytes], int], IO[bytes]]:
    """One bit of the file is another, always."""

    def change(block: bytes, at: int) -> bytes:
        n = byte - at
        return block[:n] + bytes([block[n] ^ 1]) + block[n + 1 :] if 0 <= n < len(block) else block

    return lambda body, start: Broken(body, start, change)  # type: ignore[return-value]


def ending(byte: int) -> Callable[[IO[bytes], int], IO[bytes]]:
    """The file seems to end there, without an error."""
    return lambda body, start: Broken(body, start, lambda block, at: block[: max(0, byte - at)])  # type: ignore[return-value]


def failing(byte: int) -> Callable[[IO[bytes], int], IO[bytes]]:
    """What comes after a byte does not come: the line breaks."""

    def change(block: bytes, at: int) -> bytes:
        if at + len(block) > byte:
            raise Unavailable("the line broke", target="test")
        return block

    return lambda body, start: Broken(body, start, change)  # type: ignore[return-value]


@contextmanager
def held(
    tmp_path: Path, names: str = "ab", *, spooled: bool = False
) -> Iterator[tuple[Archive, Mapping[str, Telling]]]:
    """An archive with one film at targets that tell what they were asked."""
    targets = {name: Telling(folder_target(tmp_path / name)) for name in names}
    with an_archive(tmp_path / "state", targets) as archive:
        keep(archive, CLIP, media=FILM)
        store_all(archive)
        if not spooled:
            discard(archive, ObjectId.evidence_of(CLIP))
        for target in targets.values():
            target.asked.clear()
        yield archive, targets


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """No digests are remembered from another test, which had the same film."""
    monkeypatch.setattr(compared_blocks, "_known", type(compared_blocks._known)())


def read(archive: Archive, start: int = 0, end: int | None = None) -> bytes:
    return b"".join(film_of(archive, CLIP).read(start, end))


def test_what_a_film_is(tmp_path: Path) -> None:
    with held(tmp_path) as (archive, targets):
        film = film_of(archive, CLIP)
        assert (film.version, film.size, film.name, film.media_type) == (1, len(FILM), f"{CLIP}.mp4", "video/mp4")
        assert film.etag == f'"{archive.ledger.clips.captures(CLIP)[0].media.sha256}"'
        assert film.is_compared
        assert not [one for target in targets.values() for one in target.ranges()]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, None),
        (0, 1),
        (0, 2),
        (MIB - 1, MIB + 1),
        (MIB, 2 * MIB),
        (5, 3 * MIB),
        (3 * MIB + 1, None),
        (len(FILM) - 1, None),
        (0, 10 * len(FILM)),
        (len(FILM), None),
        (7, 7),
    ],
)
@pytest.mark.parametrize("spooled", [False, True])
def test_a_span_is_the_bytes_that_it_names(tmp_path: Path, start: int, end: int | None, spooled: bool) -> None:
    with held(tmp_path, spooled=spooled) as (archive, targets):
        blocks = list(film_of(archive, CLIP).read(start, end))
        assert b"".join(blocks) == FILM[start:end]
        assert all(0 < len(block) <= MIB for block in blocks)
        asked = [one for target in targets.values() for one in target.ranges()]
        if spooled or start in (len(FILM), end):
            assert asked == []
        else:
            whole = min(end or len(FILM), len(FILM))
            assert asked == [(start // MIB * MIB, min(len(FILM), -(-whole // MIB) * MIB))]


def test_the_digests_of_blocks_are_asked_for_once(tmp_path: Path) -> None:
    with held(tmp_path, "a") as (archive, targets):
        for _ in range(3):
            read(archive, 5, 9)
        assert [name for name, *_ in targets["a"].asked].count("blocks.sha256") == 1


@pytest.mark.parametrize("breaks", [flipped(2 * MIB + 5), ending(2 * MIB + 5), failing(2 * MIB + 5)])
def test_the_next_copy_goes_on_where_one_breaks_off(
    tmp_path: Path, breaks: Callable[[IO[bytes], int], IO[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    with held(tmp_path) as (archive, targets):
        targets["a"].breaks = breaks
        assert read(archive) == FILM
        assert targets["a"].ranges() == [(0, len(FILM))]
        assert targets["b"].ranges() == [(2 * MIB, len(FILM))]
        assert f"{CLIP}, version 1, at byte {2 * MIB}" in caplog.text


def test_two_copies_that_are_damaged_elsewhere_give_the_whole(tmp_path: Path) -> None:
    with held(tmp_path) as (archive, targets):
        targets["a"].breaks, targets["b"].breaks = flipped(2 * MIB + 5), flipped(MIB - 1)
        assert read(archive) == FILM
        targets["a"].breaks, targets["b"].breaks = flipped(5), flipped(3 * MIB + 5)
        assert read(archive) == FILM


def test_where_no_copy_has_a_block_nothing_wrong_is_given(tmp_path: Path) -> None:
    with held(tmp_path) as (archive, targets):
        for target in targets.values():
            target.breaks = flipped(2 * MIB + 5)
        got, blocks = list[bytes](), film_of(archive, CLIP).read()
        with pytest.raises(NotHere, match=r"peertube-film, version 1: .*the MiB block 2 is not what it was"):
            got.extend(blocks)
        assert b"".join(got) == FILM[: 2 * MIB]
        for target in targets.values():
            target.breaks = flipped(5)
        with pytest.raises(NotHere, match=r"a: the MiB block 0 is not what it was; b: the MiB block 0"):
            film_of(archive, CLIP).read()


def test_a_line_that_breaks_again_and_again_ends_in_an_error_or_the_film(tmp_path: Path) -> None:
    """Each answer gives a block or two: it goes on, for each is progress."""
    with held(tmp_path, "a") as (archive, targets):
        target = targets["a"]

        def after_one(body: IO[bytes], start: int) -> IO[bytes]:
            return failing(start + MIB)(body, start)

        target.breaks = after_one
        assert read(archive) == FILM
        assert target.ranges() == [(n * MIB, len(FILM)) for n in range(4)]
        target.breaks = failing(0)
        with pytest.raises(NotHere, match="the line broke"):
            read(archive)


def test_a_line_that_alters_a_block_once_is_asked_again(tmp_path: Path) -> None:
    with held(tmp_path, "a") as (archive, targets):
        target, altered = targets["a"], list[int]()

        def once(body: IO[bytes], start: int) -> IO[bytes]:
            altered.append(start)
            return flipped(start + 5)(body, start) if len(altered) == 1 else body

        target.breaks = once
        assert read(archive) == FILM
        assert altered == [0, 0]
        target.breaks = flipped(5)
        target.asked.clear()
        with pytest.raises(NotHere, match="the MiB block 0 is not what it was"):
            read(archive)
        assert len(target.ranges()) == 2


def test_damage_on_our_own_disk_is_seen_too(tmp_path: Path) -> None:
    with held(tmp_path, spooled=True) as (archive, targets):
        local = film_of(archive, CLIP).file.local
        with local.open("r+b") as file:
            file.seek(MIB + 9)
            file.write(bytes([FILM[MIB + 9] ^ 1]))
        assert read(archive) == FILM
        assert targets["a"].ranges() == [(MIB, len(FILM))]
        os.truncate(local, 5)
        assert read(archive) == FILM


def test_a_copy_that_is_not_known_to_be_sound_is_not_asked(tmp_path: Path) -> None:
    with held(tmp_path, "abc") as (archive, targets):
        evidence = ObjectId.evidence_of(CLIP)
        for name, state in {"a": "owed", "b": "claimed"}.items():
            archive.ledger.copies.mark(Copy(evidence, 1, name, state, MONDAY), event=None)  # type: ignore[arg-type]
        assert read(archive) == FILM
        assert not targets["a"].asked
        assert not targets["b"].asked
        archive.ledger.copies.mark(Copy(evidence, 1, "c", "owed", MONDAY, problem="damaged"), event=None)
        with pytest.raises(NotHere, match="no copy of its film has been read back and found sound yet"):
            film_of(archive, CLIP)


def test_what_is_not_held_is_not_here(tmp_path: Path) -> None:
    with held(tmp_path) as (archive, _):
        for clip, version in (("peertube-other", None), (CLIP, 2), (CLIP, 0), (CLIP, -1), ("../x", None)):
            with pytest.raises(NotHere):
                film_of(archive, clip, version)


def test_each_version_has_its_film(tmp_path: Path) -> None:
    with held(tmp_path) as (archive, _):
        later = os.urandom(100)
        keep(archive, CLIP, 2, media=later)
        store_all(archive)
        assert b"".join(film_of(archive, CLIP).read()) == later
        assert b"".join(film_of(archive, CLIP, 1).read()) == FILM


def test_a_film_whose_blocks_nobody_digested_is_read_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(tmp_path) as (archive, targets):
        monkeypatch.setattr(compared_blocks, "media_of", lambda _: None)
        targets["a"].breaks = failing(2 * MIB)
        assert not film_of(archive, CLIP).is_compared
        assert read(archive) == FILM


def test_digests_that_are_not_those_that_were_sealed_are_not_believed(tmp_path: Path) -> None:
    with held(tmp_path, "a") as (archive, _):
        (lies,) = (tmp_path / "a").rglob("blocks.sha256")
        lies.write_bytes(lies.read_bytes().replace(b"a", b"b"))
        with pytest.raises(NotHere, match="a has other ones than were sealed"):
            read(archive)


def test_to_close_ends_the_request_at_once(tmp_path: Path) -> None:
    with held(tmp_path, "a") as (archive, targets):
        bodies: list[IO[bytes]] = []
        targets["a"].breaks = lambda body, _: bodies.append(body) or body  # type: ignore[func-returns-value]
        blocks = film_of(archive, CLIP).read()
        assert next(blocks) == FILM[:MIB]
        assert not bodies[0].closed
        blocks.close()
        assert bodies[0].closed


def test_the_order_in_which_copies_are_asked(tmp_path: Path) -> None:
    now = [1000.0]
    answers = Answers(lambda: now[0])
    with held(tmp_path, "abc") as (plain, _):
        store = S3Settings(endpoint="https://store.example.org", bucket="testimony")
        stanzas = {name: FolderSettings(path=tmp_path / name) for name in "bc"}
        settings = plain.settings.model_copy(update={"targets": {"a": store, **stanzas}})
        archive = replace(plain, settings=settings)
        file = film_of(archive, CLIP).file
        of = {name: (archive.state, name) for name in "abc"}

        def order() -> str:
            return "".join(targets_with(archive, file, answers))

        assert order() == "bca"  # folders first, as the settings have them
        answers.took(of["a"], 0.01)
        assert order() == "bca"  # however quick a store is
        answers.took(of["c"], 0.2)
        assert order() == "cba"
        answers.took(of["b"], 0.1)
        assert order() == "bca"
        answers.failed(of["b"])
        assert order() == "cba"
        answers.took(of["c"], FAILED_S + 1)
        assert order() == "bca"
        now[0] += REMEMBERED_S + 1
        assert answers.expected(of["b"]) == UNKNOWN_S
        near = settings.model_copy(update={"worker": WorkerSettings(near=("a",))})
        archive = replace(archive, settings=near)
        assert order() == "abc"  # whoever runs it knows better


def test_the_spool_is_the_nearest(tmp_path: Path) -> None:
    with held(tmp_path, spooled=True) as (archive, _):
        assert [source.name for source in sources(archive, film_of(archive, CLIP).file)] == [SPOOL, "a", "b"]


def test_a_target_that_cannot_be_opened_is_passed_over(tmp_path: Path) -> None:
    class Shut(dict[str, Target]):
        def __getitem__(self, name: str) -> Target:
            if name == "a":
                raise NotFound("access_key is missing", target=name)
            return super().__getitem__(name)

    with held(tmp_path) as (archive, targets):
        assert b"".join(film_of(replace(archive, targets=Shut(targets)), CLIP).read()) == FILM


def test_what_target_was_quick_is_remembered(tmp_path: Path) -> None:
    with held(tmp_path) as (archive, targets):
        targets["a"].breaks = failing(0)
        for _ in range(3):
            assert read(archive, 0, 5) == FILM[:5]
        assert len(targets["a"].ranges()) == 1
        assert targets["b"].ranges() == [(0, MIB)] * 3


def test_a_target_that_is_away_is_waited_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its digests nor its film are asked for again, nor another film's, while others have them."""
    with held(tmp_path) as (archive, targets):
        keep(archive, "peertube-other", media=b"another film")
        store_all(archive)
        discard(archive, ObjectId.evidence_of("peertube-other"))
        waits = list[str]()

        def away(self: Telling, key: str, start: int = 0, end: int | None = None) -> IO[bytes]:
            if self is targets["a"]:
                waits.append(key)
                raise Unavailable("no answer", target="a")
            return self.inner.open(key, start, end)

        monkeypatch.setattr(Telling, "open", away)
        assert read(archive) == FILM
        assert b"".join(film_of(archive, "peertube-other").read()) == b"another film"
        assert len(waits) == 1


class Silent:
    """A body that gives nothing until it is told to."""

    def __init__(self, body: IO[bytes], told: Event) -> None:
        self._body, self._told, self.closed = body, told, Event()

    def read(self, size: int = -1) -> bytes:
        assert self._told.wait(30)
        return self._body.read(size)

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *_: object) -> None:
        self._body.close()
        self.closed.set()


def test_a_target_that_is_silent_is_left_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compared_blocks, "PATIENCE_S", 0.2)
    with held(tmp_path) as (archive, targets):
        told, silent = Event(), list[Silent]()

        def breaks(body: IO[bytes], _: int) -> IO[bytes]:
            silent.append(Silent(body, told))
            return silent[-1]  # type: ignore[return-value]

        targets["a"].breaks = breaks
        since = monotonic()
        assert read(archive) == FILM
        assert monotonic() - since < 5
        assert targets["b"].ranges() == [(0, len(FILM))]
        assert not silent[0].closed.is_set()
        told.set()
        assert silent[0].closed.wait(5)


def test_the_only_target_may_take_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compared_blocks, "PATIENCE_S", 0.1)

    def slow(body: IO[bytes], _: int) -> IO[bytes]:
        sleep(0.4)
        return body

    with held(tmp_path) as (archive, targets):
        targets["a"].breaks, targets["b"].breaks = slow, failing(0)
        assert read(archive) == FILM


def test_a_browser_seeks_in_a_film_that_it_has_not_loaded(tmp_path: Path) -> None:
    tone = ("-f", "lavfi", "-i", "sine=f=1000:d=60,volume='between(t,50,51)':eval=frame")
    picture = ("-f", "lavfi", "-i", "testsrc2=s=640x360:r=10:d=60,noise=alls=60:allf=t")
    made = tmp_path / "made.mp4"
    encoded = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "20", "-c:a", "aac")
    command = ["ffmpeg", "-nostdin", "-v", "error", *picture, *tone, *encoded, "-movflags", "+faststart", str(made)]
    run(command, check=True, timeout=120)
    target = Telling(folder_target(tmp_path / "a"))
    with an_archive(tmp_path / "state", {"a": target}) as archive:
        keep(archive, CLIP, media=made.read_bytes())
        store_all(archive)
        discard(archive, ObjectId.evidence_of(CLIP))
        target.asked.clear()
        with browser({"film": film_of(archive, CLIP)}) as page:
            assert heard(page, {"film": 50.0})["film"] == pytest.approx(50, abs=0.1)
    assert target.ranges()[0][0] == 0
    assert max(start for start, _ in target.ranges()) > made.stat().st_size // 2
    assert all(start % MIB == 0 for start, _ in target.ranges())


def test_a_folder_lends_no_address(tmp_path: Path) -> None:
    with held(tmp_path) as (archive, _):
        film = film_of(archive, CLIP)
        assert film.address() is None
        for seconds in (0, -1, ADDRESS_S + 1):
            with pytest.raises(ValueError, match="good for 1 to"):
                film.address(seconds)


def test_folders_alone_are_enough(tmp_path: Path) -> None:
    with an_archive(tmp_path / "state", folder_targets(tmp_path)) as archive:
        keep(archive, CLIP, media=FILM)
        store_all(archive)
        discard(archive, ObjectId.evidence_of(CLIP))
        assert read(archive, 17, 2 * MIB + 3) == FILM[17 : 2 * MIB + 3]
