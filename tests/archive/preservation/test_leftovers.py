"""What an interrupted writer left is adopted within bounds: whoever may write to a target can leave anything there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive.errors import Fork, SpaceShort
from archive.objects import ocfl
from archive.objects.held_versions import object_key
from archive.opening.archive import Archive
from archive.preservation import leftovers
from storage.contract import Stat
from storage.errors import Damaged
from tests.support.archives import an_archive, folder_target, keep
from tests.support.faults import Boasting

CLIP, OTHER = "peertube-1", "peertube-2"
ROOT = object_key(f"evidence-{CLIP}")


@contextmanager
def left(tmp_path: Path, files: Mapping[str, bytes], **lies: object) -> Iterator[tuple[Archive, Boasting]]:
    """An archive whose one target holds files under an object that nobody knows."""
    for path, data in files.items():
        file = tmp_path / "a" / ROOT / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    target = Boasting(folder_target(tmp_path / "a"), **lies)  # type: ignore[arg-type]
    with an_archive(tmp_path / "state", {"a": target}) as archive:
        yield archive, target


def listed(count: int, size: int = 1) -> tuple[Stat, ...]:
    return tuple(Stat(f"{ROOT}v1/content/{number:06}", size) for number in range(count))


def content_of(sealed: object) -> dict[str, str]:
    assert sealed
    return ocfl.parse(sealed.inventory.encode()).content()  # type: ignore[attr-defined]


def test_names_that_sealing_uses_itself_are_adopted_too(tmp_path: Path) -> None:
    names = ["x", "x.again", ".capture.json.part", "leftover", "media/y", "recovered/z"]
    with left(tmp_path, {f"v1/content/{name}": name.encode() for name in names}) as (archive, _):
        content = content_of(keep(archive, CLIP))
        spooled = archive.spool / f"evidence-{CLIP}" / "v1" / "content"
        for name in names:
            assert content[f"v1/content/{name}"] == ocfl.digest_of(name.encode())
            assert (spooled / name).read_bytes() == name.encode()


@pytest.mark.parametrize("path", ["../../../../outside/x/y", "a/../../../../../outside/x", "./x", "\udcff", "x" * 300])
def test_a_path_that_no_key_has_is_passed_over_and_reaches_nothing(tmp_path: Path, path: str) -> None:
    before = sorted(tmp_path.iterdir())
    with left(tmp_path, {}, more=(Stat(f"{ROOT}v1/content/{path}", 1),)) as (archive, target):
        assert not any(path in name for name in content_of(keep(archive, CLIP)))
        assert not any(path in key for key in target.opened)
    assert {one.name for one in tmp_path.iterdir()} - {one.name for one in before} == {"a", "state"}


@pytest.mark.parametrize(
    "more",
    [
        listed(leftovers.MOST_FILES + 1),
        listed(1, leftovers.AT_LEAST + 1),
        listed(10, leftovers.AT_LEAST // 9),
        listed(1, -1),
    ],
    ids=["files", "bytes", "together", "negative"],
)
def test_more_than_a_writer_leaves_stops_that_clip_alone_and_nothing_is_fetched(
    tmp_path: Path, more: tuple[Stat, ...]
) -> None:
    with left(tmp_path, {}, more=more) as (archive, target):
        with pytest.raises(Fork, match="more than an interrupted writer leaves"):
            keep(archive, CLIP)
        assert not any("/content/" in key for key in target.opened)
        assert keep(archive, OTHER)


def test_a_file_that_is_larger_than_listed_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (
        left(tmp_path, {"v1/content/x": bytes(1 << 20)}, told=lambda stat: 10) as (archive, _),
        pytest.raises(Damaged, match="not of the 10 bytes"),
    ):
        keep(archive, CLIP)
    assert max(file.stat().st_size for file in (tmp_path / "state").rglob("leftover")) <= 10


def test_leftovers_without_room_are_not_fetched(tmp_path: Path) -> None:
    with left(tmp_path, {"v1/content/x": b"x"}) as (archive, target):
        full = replace(archive, settings=archive.settings.model_copy(update={"free_gib": 1e9}))
        with pytest.raises(SpaceShort):
            keep(full, CLIP)
        assert not any("/content/" in key for key in target.opened)


@pytest.mark.parametrize("names", [("media",), ("capture.json/x",), ("a", "a/b/c")])
def test_a_file_that_would_be_a_folder_too_stops_that_clip_alone(tmp_path: Path, names: tuple[str, ...]) -> None:
    with left(tmp_path, {}, more=tuple(Stat(f"{ROOT}v1/content/{name}", 1) for name in names)) as (archive, _):
        with pytest.raises(Fork, match="would be a file and a folder"):
            keep(archive, CLIP)
        assert keep(archive, OTHER)
