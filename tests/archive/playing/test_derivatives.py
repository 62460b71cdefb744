"""Light derivatives: each made once, a few side by side, within their bounds, and never half of one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from archive.errors import NotHere
from archive.opening.archive import Archive
from archive.playing.derivative_shelf import PLAYED_S, Derivative, NoRoom, Shelf
from archive.playing.derivatives import AGAIN_S, Derivatives, NotMade, UnderWay
from archive.playing.films import Film, film_of
from archive.preservation.space import discard
from archive.records.object_ids import ObjectId
from tests.support.archives import an_archive, folder_target, keep, store_all
from tests.world import media
from transcription.media import light_copies
from transcription.media.probing_media import probe

MIB = 1 << 20


@contextmanager
def held(tmp_path: Path, films: dict[str, bytes], *, spooled: bool = False) -> Iterator[Archive]:
    with an_archive(tmp_path / "state", {"a": folder_target(tmp_path / "a")}) as archive:
        for clip, film in films.items():
            keep(archive, clip, media=film)
        store_all(archive)
        for clip in films:
            if not spooled:
                discard(archive, ObjectId.evidence_of(clip))
        yield archive


@contextmanager
def making(
    archive: Archive, *, gib: float = 1, at_once: int = 1, clock: Callable[[], float] = time.monotonic
) -> Iterator[Derivatives]:
    derivatives = Derivatives(archive, gib=gib, at_once=at_once, clock=clock)
    try:
        yield derivatives
    finally:
        derivatives.close()


def waited(derivatives: Derivatives, clip: str) -> Derivative | NotMade:
    """What comes of it; the shares on the way never fall."""
    shares = [0.0]
    for _ in range(1200):
        found = derivatives.made(clip)
        if not isinstance(found, UnderWay):
            return found
        shares.append(found.share)
        assert shares[-2] <= shares[-1] <= 1
        time.sleep(0.05)
    raise AssertionError("a minute has passed")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return media.clip(tmp_path_factory.mktemp("clips")).read_bytes()


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film that takes some seconds to be made light."""
    return media.clip(tmp_path_factory.mktemp("clips"), seconds=40, size="640x360").read_bytes()


def names(archive: Archive) -> list[str]:
    folder = archive.state / "derivatives"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("spooled", [False, True])
def test_a_derivative_is_made_once_and_found_again(tmp_path: Path, clip: bytes, spooled: bool) -> None:
    with held(tmp_path, {"c-1": clip}, spooled=spooled) as archive:
        with making(archive) as derivatives:
            assert derivatives.made("c-1") == UnderWay(0.0)
            made = waited(derivatives, "c-1")
            assert isinstance(made, Derivative)
            name = f"{film_of(archive, 'c-1').sha256}-{light_copies.RECIPE}"
            assert names(archive) == [f"{name}.json", f"{name}.mp4", "maker.lock"]
            assert (made.media_type, made.ahead, made.name) == ("video/mp4", 0.0, f"derivative-{name}.mp4")
            content = b"".join(made.read())
            assert made.etag == f'"{sha256(content).hexdigest()}"'
            assert content == made.path.read_bytes()
            assert b"".join(made.read(5, 70_000)) == content[5:70_000]
            assert probe(made.path).duration == pytest.approx(3, abs=0.1)
            assert (archive.state / "derivatives").stat().st_mode & 0o777 == 0o700
            assert made.path.stat().st_mode & 0o777 == 0o600
        with making(archive) as derivatives:
            assert derivatives.made("c-1") == made
            made.path.write_bytes(content[:-1])  # what is not whole is none
            assert isinstance(derivatives.made("c-1"), UnderWay)
            assert isinstance(waited(derivatives, "c-1"), Derivative)


def test_nothing_of_it_reaches_a_target_or_the_spool(tmp_path: Path, clip: bytes) -> None:
    with held(tmp_path, {"c-1": clip}) as archive, making(archive) as derivatives:
        before = sorted(path for path in (tmp_path / "a").rglob("*"))
        assert isinstance(waited(derivatives, "c-1"), Derivative)
        store_all(archive)
        assert sorted(path for path in (tmp_path / "a").rglob("*")) == before


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_several_that_ask_get_one(tmp_path: Path, long: bytes) -> None:
    with held(tmp_path, {"c-1": long}) as archive, making(archive, at_once=3) as derivatives:
        for _ in range(20):
            assert isinstance(derivatives.made("c-1"), UnderWay)
        assert wait_for(lambda: len(ffmpegs()) > 0)
        assert len(ffmpegs()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_no_more_are_made_side_by_side_than_may_be(tmp_path: Path, long: bytes) -> None:
    films = {f"c-{n}": long + bytes(n + 1) for n in range(3)}  # what follows a film is nothing to it
    with held(tmp_path, films) as archive, making(archive, at_once=2) as derivatives:
        for name in films:
            derivatives.made(name)
        assert wait_for(lambda: len(ffmpegs()) == 2)
        for _ in range(20):
            assert len(ffmpegs()) <= 2
            time.sleep(0.02)
    assert not ffmpegs()
    assert names(archive) == ["maker.lock"]


def test_who_waits_is_bounded(tmp_path: Path, long: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.playing.derivatives.WAITING", 1)
    films = {f"c-{n}": long + bytes(n + 1) for n in range(3)}
    with held(tmp_path, films) as archive, making(archive) as derivatives:
        assert isinstance(derivatives.made("c-0"), UnderWay)
        assert isinstance(derivatives.made("c-1"), UnderWay)
        said = derivatives.made("c-2")
        assert said == NotMade("too many films wait for their derivatives: try again later", lasting=False)


def test_what_failed_is_said_and_not_tried_again(tmp_path: Path, clip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    films = {"c-text": b"no film at all, but a text", "c-list": b"ffconcat version 1.0\nfile secret.mp4\n"}
    with held(tmp_path, films) as archive:
        with making(archive) as derivatives:
            for name in films:
                found = waited(derivatives, name)
                assert isinstance(found, NotMade)
                assert found.lasting
                assert str(tmp_path) not in found.why
        monkeypatch.setattr("archive.playing.derivatives.probe", lambda _: pytest.fail("it is tried again"))
        with making(archive) as derivatives:
            assert isinstance(derivatives.made("c-text"), NotMade)
        assert [name for name in names(archive) if not name.endswith(".failed")] == ["maker.lock"]


def test_what_may_pass_is_tried_again_later(tmp_path: Path, clip: bytes) -> None:
    now = [0.0]
    with held(tmp_path, {"c-1": clip}) as archive, making(archive, clock=lambda: now[0]) as derivatives:
        (kept,) = (tmp_path / "a").rglob("c-1.mp4")
        away = kept.rename(tmp_path / "away")
        said = waited(derivatives, "c-1")
        assert isinstance(said, NotMade)
        assert not said.lasting
        assert "nothing is under this key" in said.why
        away.rename(kept)
        assert derivatives.made("c-1") == said
        now[0] += AGAIN_S
        assert isinstance(waited(derivatives, "c-1"), Derivative)


def test_without_room_on_the_disk_none_is_made(tmp_path: Path, clip: bytes) -> None:
    with held(tmp_path, {"c-1": clip}) as plain:
        archive = replace(plain, settings=plain.settings.model_copy(update={"free_gib": 1e9}))
        with making(archive) as derivatives:
            said = waited(derivatives, "c-1")
            assert isinstance(said, NotMade)
            assert not said.lasting
            assert "GiB free" in said.why


def test_a_film_whose_copy_can_never_fit_says_so_at_once_and_nothing_is_brought(tmp_path: Path, clip: bytes) -> None:
    with held(tmp_path, {"c-1": clip}) as archive, making(archive, gib=0.01) as derivatives:
        for _ in range(3):
            said = derivatives.made("c-1")
            assert isinstance(said, NotMade)
            assert said.lasting
            assert "all of them together may have 0.01 GiB" in said.why
            assert "`derivatives_gib`" in said.why
        assert names(archive) == []
    with held(tmp_path, {}) as archive, making(archive, gib=1) as derivatives:
        assert isinstance(waited(derivatives, "c-1"), Derivative), "with more room it is made"


def test_a_film_that_is_longer_than_was_said_is_brought_once_and_then_never_again(
    tmp_path: Path, long: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought = list[str]()

    def bring(self: Derivatives, film: Film, name: str, into: Path) -> None:
        brought.append(name)
        real(self, film, name, into)

    real = Derivatives._bring
    monkeypatch.setattr(Derivatives, "_bring", bring)
    gib = (light_copies.most_bytes(30) + 1) / 2**30
    with held(tmp_path, {"c-1": long}) as archive, making(archive, gib=gib) as derivatives:
        assert archive.ledger.clips.captures("c-1")[0].duration < 30
        for _ in range(3):
            said = waited(derivatives, "c-1")
            assert isinstance(said, NotMade)
            assert said.lasting
        assert len(brought) == 1
        assert names(archive) == ["maker.lock"]


def test_where_others_are_played_nothing_is_brought_in_vain(tmp_path: Path, clip: bytes) -> None:
    gib = (light_copies.most_bytes(20.5) + 1) / 2**30
    with held(tmp_path, {"c-1": clip}) as archive, making(archive, gib=gib) as derivatives:
        played = archive.state / "derivatives" / "played.mp4"
        played.write_bytes(b"x" * MIB)
        asked = len(list(archive.state.rglob("*.original")))
        said = waited(derivatives, "c-1")
        assert isinstance(said, NotMade)
        assert not said.lasting
        assert "has no room beside those that are being played" in said.why
        assert len(list(archive.state.rglob("*.original"))) == asked


def test_who_is_not_here_has_none(tmp_path: Path) -> None:
    with held(tmp_path, {}) as archive, making(archive) as derivatives, pytest.raises(NotHere):
        derivatives.made("c-1")


def test_a_track_that_there_is_not_is_not_here(tmp_path: Path, clip: bytes) -> None:
    with held(tmp_path, {"c-1": clip}) as archive, making(archive) as derivatives:
        for track in (0, 1, -1):  # its streams were not noted
            with pytest.raises(NotHere, match=f"c-1 has no sound in track {track}"):
                derivatives.made("c-1", track=track)


def test_one_process_makes_them_and_all_find_them(tmp_path: Path, clip: bytes) -> None:
    with held(tmp_path, {"c-1": clip}) as archive, making(archive) as one:
        with making(archive) as other:
            made = waited(one, "c-1")
            assert other.made("c-1") == made
            assert isinstance(made, Derivative)
            made.path.unlink()
            assert other.made("c-1") == NotMade("another process makes the derivatives of this archive", lasting=False)
        one.close()
        with making(archive) as third:
            assert isinstance(third.made("c-1"), UnderWay)


def shelf(folder: Path, most: int) -> Shelf:
    found = Shelf(folder, most)
    assert found.mine()
    return found


def laid(shelf: Shelf, name: str, size: int, *, age: float) -> Derivative:
    """A derivative that was last played some seconds ago."""
    draft = shelf.making / name
    draft.write_bytes(bytes(size))
    made = shelf.keep(name, draft, ahead=0)
    then = time.time() - age
    os.utime(made.path, (then, then))
    return made


def test_what_was_played_longest_ago_goes_first(tmp_path: Path) -> None:
    kept = shelf(tmp_path / "derivatives", 100)
    for name, age in (("a", 5000), ("b", 9000), ("c", 3000)):
        laid(kept, name, 30, age=age)
    with kept.room("d", 10):
        assert all(kept.find(name) for name in "abc")
    with kept.room("d", 20):
        assert [name for name in "abc" if kept.find(name)] == ["a", "c"]
        with kept.room("e", 30):  # what is coming counts
            assert [name for name in "abc" if kept.find(name)] == ["c"]
    assert sorted(path.name for path in (tmp_path / "derivatives").glob("*.*")) == ["c.json", "c.mp4", "maker.lock"]


def test_one_that_is_played_is_never_thrown_away(tmp_path: Path) -> None:
    kept = shelf(tmp_path / "derivatives", 100)
    old = laid(kept, "a", 60, age=9000)
    reading = old.read()
    next(reading)
    os.utime(old.path, (0, 0))  # whoever reads holds it, however long ago it began
    with pytest.raises(NoRoom, match="has no room beside those that are being played or made"), kept.room("b", 50):
        pass
    reading.close()
    with pytest.raises(NoRoom), kept.room("b", 50):  # its reader ended a moment ago, and may pause
        pass
    then = time.time() - PLAYED_S - 1
    os.utime(old.path, (then, then))
    with kept.room("b", 50):
        assert kept.find("a") is None
    with pytest.raises(NotHere, match="was thrown away"):
        old.read()


def test_one_that_is_larger_than_all_may_be_has_no_room(tmp_path: Path) -> None:
    kept = shelf(tmp_path / "derivatives", 100)
    with pytest.raises(NoRoom, match=r"`derivatives_gib`"), kept.room("a", 101):
        pass


PROGRAM = """
import sys, time
from pathlib import Path
from archive.playing.derivatives import Derivatives
from tests.support.archives import an_archive, folder_target

folder = Path(sys.argv[1])
with an_archive(folder / "state", {"a": folder_target(folder / "a")}) as archive:
    derivatives = Derivatives(archive, gib=1, at_once=1)
    while True:
        print(derivatives.made("c-1").share, flush=True)
        time.sleep(0.05)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_a_killed_process_leaves_nothing_that_is_taken_for_whole(tmp_path: Path, long: bytes) -> None:
    with held(tmp_path, {"c-1": long}) as archive:
        command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert any(float(line) > 0.2 for line in process.stdout)
            process.send_signal(signal.SIGKILL)
        assert wait_for(lambda: not ffmpegs(str(tmp_path)))
        assert any(name.startswith("making/") for name in names(archive))
        assert not [name for name in names(archive) if name.endswith(".mp4") and not name.startswith("making/")]
        with making(archive) as derivatives:
            assert isinstance(derivatives.made("c-1"), UnderWay)
            made = waited(derivatives, "c-1")
            assert isinstance(made, Derivative)
            assert probe(made.path).duration == pytest.approx(40, abs=0.2)
        assert not [name for name in names(archive) if name.startswith("making/")]


def ffmpegs(where: str = "derivatives") -> list[int]:
    """The processes of ffmpeg that write a derivative of these tests."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if words[0].endswith("ffmpeg") and any(where in word and word.endswith(".part") for word in words):
            found.append(int(process.name))
    return found


def wait_for(what: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.02)
    return False
